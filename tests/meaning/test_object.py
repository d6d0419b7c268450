"""Which object paths run on, whatever the order in which objects and includes stand."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.syntax.includes import load
from tests.meaning.meaning import assigned

SKB, CPU, FRAME = (
    "object skb { char cb[8]; }",
    "object cpu { u32 isn; }",
    "object frame { u32 len; }",
)
VIEW = "layer l { view V : u8 at %s; step s { read V; } }"

# The rest of a spec, and what its paths run on.
FOUND = {
    "the only one with a control block": ("path p { clone other; }", "skb"),
    "a member of a made object": ("path p { clone other; write other.isn; }", "cpu"),
    "a member of a parent": ("part q { write parent.len; } path p { each turn { q; } }", "frame"),
    "a view of a made object": (
        f"{VIEW % 'cpu.isn'} path p {{ new other; clear other.V; }}",
        "cpu",
    ),
    "a view over a view": (
        f"layer m {{ view W : u8 at V; }} {VIEW % 'frame.len'} path p {{ new other; clear other.W; }}",
        "frame",
    ),
    "a part that no path calls": (
        "part q { clone other; write other.isn; } path p { write skb.cb[0]; }",
        "cpu",
    ),
    "one side of a when": ("param P; path p { when P { clone other; write other.len; } }", "frame"),
}


def by_include(folder: Path, parts: tuple[str, ...], rest: str) -> System:
    """The spec that includes a file for each part, in this order."""
    for number, part in enumerate(parts):
        (folder / f"{number}.cbs").write_text(part, encoding="utf-8")
    includes = "".join(f'include "{number}.cbs"; ' for number in range(len(parts)))
    spec = folder / "spec.cbs"
    spec.write_text(f"spec test;\n{includes}\n{rest}\n", encoding="utf-8")
    return resolve(load(spec))


def first(system: System) -> str:
    return program(system, assigned(system)).objects[0].name


def codes(system: System) -> list[str]:
    return [warning.code for warning in system.warnings]


@pytest.mark.parametrize("case", FOUND)
@pytest.mark.parametrize("order", list(permutations((SKB, CPU, FRAME))), ids=str)
def test_the_object_is_found_in_any_order(
    case: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    rest, wanted = FOUND[case]
    system = by_include(tmp_path, order, rest)
    assert first(system) == wanted
    assert "CB0401" not in codes(system)


@pytest.mark.parametrize(
    "order", list(permutations((SKB, CPU, FRAME.replace("frame", "frame per path")))), ids=str
)
def test_per_path_says_it(order: tuple[str, ...], tmp_path: Path) -> None:
    assert first(by_include(tmp_path, order, "path p { clone other; write other.len; }")) == "frame"


@pytest.mark.parametrize("order", list(permutations((CPU, FRAME))), ids=str)
def test_objects_of_several_files_have_no_order(order: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"CB0172: paths could run on `\w+` or on `\w+`"):
        by_include(tmp_path, order, "path p { clone other; }")


@pytest.mark.parametrize("order", list(permutations((CPU, FRAME))), ids=str)
def test_in_one_file_the_first_counts_with_a_warning(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    system = by_include(tmp_path, (" ".join(order),), "path p { clone other; }")
    assert order[0].split()[1] == first(system)
    assert "CB0401" in codes(system)


@pytest.mark.parametrize("order", list(permutations((CPU, FRAME))), ids=str)
def test_without_made_objects_nothing_is_to_be_said(order: tuple[str, ...], tmp_path: Path) -> None:
    assert codes(by_include(tmp_path, order, "path p { write cpu.isn, frame.len; }")) == []
