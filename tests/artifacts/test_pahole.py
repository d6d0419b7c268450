"""Structs of artefacts as pahole prints them: stored texts of its own, and what only hand-built
types have."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Function,
    Member,
    Node,
    Pointer,
    Typedef,
)
from cbprove.artifacts.opening import RUNNING, open_artifact
from cbprove.diagnostics import SpecError
from cbprove.pictures.outlines import text
from tests.artifacts import check_pahole
from tests.artifacts.check_pahole import FOLDER, compared
from tests.artifacts.hand_built import U8, U16, U32, struct, unit

STORED = sorted(path.with_suffix("") for path in FOLDER.glob("*.txt"))


def printed(*nodes: Node) -> str:
    return text(unit("k", *nodes), 3)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_structs_come_out_as_pahole_printed_them(path: Path) -> None:
    told = path.with_name(f"{path.name}.txt").read_text(encoding="utf-8")
    found = list(compared(open_artifact(str(path)).units[0], told))
    assert len(found) == told.count("\n};\n") + told.count("\n} __attribute__") == 18
    assert [name for name, same in found if not same] == []


def test_a_hole_in_front_and_padding_of_a_member() -> None:
    """Of BTF, as that alone has no alignments: pahole concludes them."""
    nodes = struct("x", 24, ("a", U32, 8), ("t", 4, 16)), struct("t", 8, ("b", U16, 0))
    assert (
        printed(*nodes)
        == """\
struct x {

	/* XXX 8 bytes hole, try to pack */

	unsigned int               a __attribute__((__aligned__(16))); /*     8     4 */

	/* XXX 4 bytes hole, try to pack */

	struct t                   t __attribute__((__aligned__(8))); /*    16     8 */

	/* XXX last struct has 6 bytes of padding */

	/* size: 24, cachelines: 1, members: 2 */
	/* sum members: 12, holes: 2, sum holes: 12 */
	/* paddings: 1, sum paddings: 6 */
	/* forced alignments: 2, forced holes: 2, sum forced holes: 12 */
	/* last cacheline: 24 bytes */
};"""
    )


def test_a_struct_at_an_odd_place_was_packed() -> None:
    told = printed(Composite("struct", "x", 5, (Member("a", U8, 0), Member("b", U32, 8))))
    assert told.endswith("} __attribute__((__packed__));")


def test_typedefs() -> None:
    assert printed(Typedef("counter_t", 4), struct(None, 4, ("c", U32, 0))).startswith(
        "typedef struct {\n\tunsigned int "
    )
    assert printed(Typedef("counter_t", 4), struct(None, 4, ("c", U32, 0))).endswith("} counter_t;")
    assert printed(Typedef("byte", U8)) == "typedef unsigned char byte;"
    assert printed(Typedef("six", 4), Array(U8, 6)) == "typedef unsigned char              six[6];"
    assert (
        printed(Typedef("call", 4), Pointer(5), Function(None, (U8,), True))
        == "typedef void (*call)(unsigned char, ...);"
    )
    assert printed(Typedef("opaque", 4), Pointer(None)) == "typedef void * opaque;"


def test_enumerations() -> None:
    node = Enumeration("e", 1, False, (("LONGER", 1), ("B", 2)))
    assert printed(node) == "enum e {\n\tLONGER = 1,\n\tB      = 2,\n} __attribute__((__packed__));"


def test_a_struct_that_contains_itself_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        printed(struct("x", 4, ("again", 3, 0)))
    assert [d.code for d in caught.value.diagnostics] == ["CB0321"]


@pytest.mark.slow
@pytest.mark.skipif(
    not check_pahole.installed() or not Path(RUNNING).exists(), reason="needs pahole 1.24 and BTF"
)
def test_every_struct_of_the_running_kernel() -> None:
    assert [line for line in check_pahole.check() if line.startswith("difference")] == []
