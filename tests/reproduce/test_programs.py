"""Every refuted case as a program: it compiles without a warning, exits 1, and tells the bytes
that the reference saw."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import GCC, answer, build, faults, meant, refuted, report, text_of

from cbprove.pipeline import Options, judged
from cbprove.reproduce.program import program

ROOT = Path(__file__).parents[2]
ALL_KINDS = str(Path(__file__).parent / "all_kinds.cbs")
MAIN = str(ROOT / "specs" / "gso_ipoib.cbs")
CASES = sorted(ROOT.glob("specs/cases/*.cbs"))
TRAPS = sorted(ROOT.glob("tests/traps/*.cbs"))
LINUX = sorted(ROOT.glob("specs/linux/*.cbs"))
OPTIMIZED = (*GCC[:-1], "-O2")


def _all(path: str, folder: Path, others: bool = True) -> int:
    """How many programs were run."""
    system, found = report(path)
    number = 0
    for case, shown in refuted(found):
        number += 1
        assert not list(faults(system, shown, case.property, folder, others=others)), case.id
    return number


def test_every_kind_of_property(tmp_path: Path) -> None:
    _, found = report(ALL_KINDS)
    kinds = {case.property for case, _ in refuted(found)}
    assert kinds >= {
        "kept",
        "own",
        "by_us",
        "by_them",
        "width",
        "small",
        "held",
        "apart",
        "straight",
    }
    assert _all(ALL_KINDS, tmp_path, others=False) == sum(1 for _ in refuted(found))


@pytest.mark.slow
def test_the_main_spec(tmp_path: Path) -> None:
    """Each of its programs can stand in a mail."""
    system, found = report(MAIN)
    for case, shown in refuted(found):
        text = program(system, shown, case.property, case.id, "gso_ipoib.cbs")
        assert text.count("\n") < 80, case.id
        assert max(map(len, text.expandtabs(4).splitlines())) <= 120, case.id
    assert _all(MAIN, tmp_path, others=False) > 10


def test_a_case_of_the_main_spec(tmp_path: Path) -> None:
    """An input that the run does not hang on is a number to be recognised."""
    text = text_of(MAIN, "linux_4_5/hwaddr_preserved")
    assert text.count("\n") < 80
    assert "SKB_GSO_CB(&skb)->mac_offset = 0x2121;\t/* __skb_gso_segment() */" in text
    code, said = answer(build(text, tmp_path))
    assert (code, said.count("\n")) == (1, 10)


def test_another_candidate_by_a_macro(tmp_path: Path) -> None:
    """`packed_anywhere` is proved up to 18; from 19 on its last byte lies in the address; at 40
    it is excluded."""
    text = text_of(MAIN, "packed_anywhere/hwaddr_preserved")
    codes = {
        at: answer(build(text, tmp_path, macros=[f"-DSKB_GSO_CB_OFFSET={at}"]))[0]
        for at in (0, 18, 19, 38)
    }
    assert codes == {0: 0, 18: 0, 19: 1, 38: 1}
    assert "static assertion failed" in str(
        build(text, tmp_path, macros=["-DSKB_GSO_CB_OFFSET=40"])
    )


@pytest.mark.slow
def test_another_candidate_of_two_runs(tmp_path: Path) -> None:
    text = text_of(MAIN, "packed_anywhere/reads_own_bytes")
    codes = {
        at: answer(build(text, tmp_path, macros=[f"-DSKB_GSO_CB_OFFSET={at}"]))[0] for at in (8, 24)
    }
    assert codes == {8: 1, 24: 0}


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [Path(ALL_KINDS), *CASES, *TRAPS, *LINUX], ids=lambda path: path.stem
)
def test_shipped_specs_and_traps(path: Path, tmp_path: Path) -> None:
    _all(str(path), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("path", [Path(MAIN), Path(ALL_KINDS), *CASES], ids=lambda path: path.stem)
def test_optimized(path: Path, tmp_path: Path) -> None:
    system, found = report(str(path))
    for case, shown in refuted(found):
        assert not list(faults(system, shown, case.property, tmp_path, OPTIMIZED, others=False)), (
            case.id
        )


# A name for each thing that C has of its own, or that a program has.
CLASHES = """spec clashes "names that C has already";
object main { char printf[16] __aligned(8); u8 index; }
struct lost { u8 int_; u16 memset; u8 kept:3, other:5; };
param byte in 0..8 = 4;
param u in 0..8 = 4;
layer l {
    view kept  : struct lost at main.printf[0];
    view u8    : u16 at main.printf[byte];
    view guest : unsigned char at main.printf[u];
    step set   { write kept; write main.index = 3; }
    step meddle { write u8; write guest; }
    step use   { read kept; }
}
path p { set; clone first; on first { meddle; use; } }
property stays: preserved kept from set to use;
property own:   owned;
"""


def test_names_that_c_has(tmp_path: Path) -> None:
    system = meant(CLASHES)
    found = judged(system, "clashes.cbs", Options(witnesses=True), lambda done, total: None)
    programs = [(case, shown) for case, shown in refuted(found)]
    assert [case.property for case, _ in programs] == ["stays", "own"]
    for case, shown in programs:
        assert not list(faults(system, shown, case.property, tmp_path)), case.id


SLICED = """spec sliced "what cannot reach the bytes is left out";
object skb { char cb[16] __aligned(8); }
layer l {
    view A : u32 at skb.cb[0];
    view B : u32 at skb.cb[8];
    view C : u16 at skb.cb[12];
    view D : u32 at skb.cb[4];
    step set  { write A; write D; }
    step via  { write B; copy B -> A for 2; write C; }
    step use  { read A; }
}
path p { set; via; use; }
property kept: preserved A from set to use;
"""


def test_what_cannot_reach_the_bytes_is_left_out(tmp_path: Path) -> None:
    """B does, by the copy; C and D do not."""
    system = meant(SLICED)
    found = judged(system, "sliced.cbs", Options(witnesses=True), lambda done, total: None)
    ((case, shown),) = refuted(found)
    text = program(system, shown, case.property, case.id, "sliced.cbs")
    assert "#define B(o)" in text
    assert "C(" not in text.replace("SIZE(", "") and "D(o)" not in text
    assert not list(faults(system, shown, case.property, tmp_path))


PIECES = """spec pieces "places that C has no name for";
struct f { u16 a:4, b:5, c:7; };
struct g { u16 z:3, b:5; u8 rest; };
object skb { char cb[16] __aligned(8); u32 mark; }
object stack { u32 saved; u8 few[4]; }
input n : u8 in 3..3;
layer l {
    view F : struct f at skb.cb[0];
    view W : u16 at skb.cb[5];
    view G : struct g at skb.cb[8];
    view E : u32 at skb.cb[14];
    step set  { write F; write W; write E; }
    step move { write skb.cb[4] for 2; copy F.b -> G.b; write G.b; write stack.few[n]; clear skb.cb[15] for n; }
    step use  { read F; }
}
path p { set; move; use; }
property word:   preserved W from set to use;
property bits_:  preserved F.b from set as G.b at use;
property behind: preserved E from set to use;
"""


def test_pieces(tmp_path: Path) -> None:
    """The rest of an array, bit-fields at different bits, an element that an input says, bytes
    behind the area."""
    system = meant(PIECES)
    found = judged(system, "pieces.cbs", Options(witnesses=True), lambda done, total: None)
    programs = {case.property: (case, shown) for case, shown in refuted(found)}
    assert {"word", "bits_", "behind"} <= set(programs)
    for name in ("word", "behind"):
        case, shown = programs[name]
        assert not list(faults(system, shown, case.property, tmp_path)), name
    case, shown = programs["bits_"]
    assert answer(build(program(system, shown, "bits_", case.id, "pieces.cbs"), tmp_path)) == (
        1,
        "lost: G.b\n",
    )
