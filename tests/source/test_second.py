"""The second reader: it reads the corpus of idioms as the first does, but for what its rules
say, and a rule explains no loss."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.source.second.compare import Difference, Seen, Where, compared, explained, second
from tests.source.second.flow import Access
from tests.source.second.reading import File, read

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="reads what gcc dumps")

IDIOMS = sorted(Path(__file__).parent.joinpath("idioms").glob("*.c"))
_COMMENT = re.compile(r"// ((?:read|write|clear|copy|escape) .*)$")
_ACCESS = re.compile(r"(read|write|clear|copy from|copy to|escape) (\S+) \[")
_KINDS = {"read": "R", "copy from": "R", "write": "W", "clear": "W", "copy to": "W"}
# Where it sees nothing: members beside the object have names of their own, and GIMPLE says no
# types, and how large which is.
BEYOND = ("all_of_the_packet", "beside_alone", "beside_in_a_union")


def expected(path: Path) -> set[tuple[str, str, str]]:
    """What the comments of a file say, as views and members."""
    found = set()
    for line in path.read_text().splitlines():
        for access in (_COMMENT.search(line) or [None, ""])[1].split("; "):
            match = _ACCESS.match(access)
            if match and match[1] != "escape":
                view, _, member = ("" if match[2].startswith("[") else match[2]).partition(".")
                found.add((view, re.sub(r"\[[^][]*\]", "", member), _KINDS[match[1]]))
    return found


def seen(file: File) -> tuple[Seen, dict[Where, frozenset[Access]]]:
    """All functions of a file as one, as the comments have no functions."""
    one, loose = second([file], lambda path: Path(path).name)
    where = (Path(file.path).name, "")
    return Seen(_put(where, one.accesses), _put(where, one.escapes), frozenset((where,))), _put(
        where, loose
    )


def _put(where: Where, held: dict[Where, frozenset[Access]]) -> dict[Where, frozenset[Access]]:
    return {where: frozenset(access for each in held.values() for access in each)}


def left(path: Path, without: frozenset[Access] = frozenset()) -> list[Difference]:
    """The differences that no rule explains, where the comments say nothing of some accesses."""
    file = read(path, ("-std=gnu11", "-w"))
    assert file.error == ""
    other, loose = seen(file)
    where = (path.name, "")
    escapes = frozenset(("", "", "f") for _ in re.findall(r"// .*\bescape ", path.read_text()))
    one = Seen({where: frozenset(expected(path)) - without}, {where: escapes}, frozenset((where,)))
    found = compared(one, other, loose)
    return [each for alone in (found.first, found.second) for each in explained(alone)[1]]


@pytest.mark.parametrize("path", IDIOMS, ids=lambda path: path.stem)
def test_both_readers_read_an_idiom_alike(path: Path) -> None:
    assert bool(left(path)) == (path.stem in BEYOND)


@pytest.mark.parametrize(
    ("idiom", "lost"),
    [
        ("local_pointer", ("routed", "opt.address", "W")),
        ("local_pointer", ("routed", "opt.length", "R")),
        ("accessor_macro", None),
        ("callee_is_followed", None),
        ("struct_assignment", None),
    ],
)
def test_what_one_reader_loses_is_told(idiom: str, lost: Access | None) -> None:
    path = IDIOMS[0].parent / f"{idiom}.c"
    everything = frozenset((lost,)) if lost else frozenset(expected(path))
    assert everything
    assert {each.access for each in left(path, everything)} & everything
