"""The byte map and the sentences under it, on the IPoIB address against GSO at 32."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cbprove.pictures import bytemap
from cbprove.pipeline import Options, check
from cbprove.properties.placement import Misplaced
from cbprove.report.scene import Scene
from cbprove.report.scene import scene as scene_of
from cbprove.report.witness import block
from cbprove.system.expressions import Constant, MemberValue
from cbprove.system.program import Claim, Holds, Owned, Preserved, Written
from cbprove.verdicts import Witness
from tests.report import reports

NAME = "hwaddr_preserved"


def drawn(claim: Claim = reports.PRESERVED, **more: bool) -> str:
    return "\n".join(block(reports.witness(claim, **more), NAME))


def scene(witness: Witness) -> Scene:
    found = scene_of(witness, NAME)
    assert found is not None
    return found


def test_lost_to_a_store() -> None:
    assert (
        drawn()
        == """\
path local > transmit, segment 1
                                      0       8       16      24      32      40      48
ipoib_hard_header  writes hwaddr      0000000000000000ii00........HHHHHHHHHHHHHHHHHHHH
skb_segment        writes SKB_GSO_CB  0000000000000000ii00........hhhhGGGGGGGGGGhhhhhh
ipoib_start_xmit   reads  hwaddr          10 of 20 bytes lost: cb[32..42)
                                          hwaddr[4..14) = skb_gso_cb.{mac_offset, encap_level, csum_start}, stored by
                                            skb_segment
                                      I IPCB  H hwaddr  G SKB_GSO_CB  0 cleared  . never stored"""
    )


def test_lost_to_a_clear() -> None:
    assert "hwaddr[4..16): cleared by wipe" in drawn(clear=True)
    assert (
        "wipe               clears SKB_GSO_CB  0000000000000000ii00........hhhh000000000000hhhh"
        in drawn(clear=True)
    )


def test_a_copy_away_is_shown() -> None:
    told = "\n".join(block(reports.witness(answers={"arm": 0, "turns": 2}), NAME))
    assert "(path)             copies hwaddr to stack.hwaddr  " in told
    assert "choices" not in told, "neither of them decides"


def test_not_its_own() -> None:
    assert "10 of 20 bytes not its own: cb[32..42)" in drawn(Owned(()))


def test_written_by_somebody_else() -> None:
    told = drawn(Written((), frozenset(["ip_rcv"])))
    assert "20 of 20 bytes not written by ip_rcv: cb[28..48)" in told
    assert "hwaddr[0..4) = hwaddr[0..4), stored by ipoib_hard_header" in told


def test_members_are_named_by_their_paths() -> None:
    told = drawn(Preserved((reports.GSO,), "ipoib_hard_header", "ipoib_start_xmit"))
    assert "10 of 10 bytes lost: cb[32..42)" in told
    assert "SKB_GSO_CB = skb_gso_cb.{mac_offset, encap_level, csum_start}" in told


def test_condition_is_false() -> None:
    claim = Holds(Constant(0, reports.INT), "ipoib_start_xmit", "1 == 2")
    assert drawn(claim).endswith("`1 == 2` is false")


def test_condition_shows_the_values_of_members() -> None:
    flags = replace(reports.FLAGS, low=0, start=0, text="IPCB.zero", path="zero")
    told = drawn(Holds(MemberValue(flags, reports.U16), "ipoib_start_xmit", "IPCB.zero"))
    assert "`IPCB.zero` is false" in told
    assert "IPCB.zero = 0" in told


def test_misplaced_needs_no_run() -> None:
    witness = Witness(
        {},
        reports.program(reports.PRESERVED),
        "",
        None,
        Misplaced(True, "IPCB", "shares bytes with hwaddr"),
    )
    assert block(witness, NAME) == ["IPCB: shares bytes with hwaddr"]


def test_lost_ranges() -> None:
    lost = scene(reports.witness()).lost()
    assert [(part.object, part.area, part.low, part.high) for part in lost] == [
        ("skb", "cb", 256, 336)
    ]


def test_letters_are_told_apart() -> None:
    taken: list[str] = []
    for name in ("hwaddr", "header", "SKB_GSO_CB", "skb_cb", "h"):
        taken.append(bytemap.letter_for(name, taken))
    assert taken == ["H", "E", "G", "C", "A"]


def test_wide_blocks_are_cut_to_the_bytes_in_question() -> None:
    window = bytemap.window("data", (0, 8 * 1000), [8 * 500])
    assert 500 in range(window.first, window.last)
    assert window.last - window.first == bytemap.WIDEST
    assert bytemap.ruler(window).split()[0] == str(window.first)


def test_narrow_blocks_are_whole() -> None:
    assert bytemap.ruler(bytemap.window("cb", (0, 8 * 20), [])) == "0       8       16"


def test_long_stories_are_elided() -> None:
    rows = tuple(bytemap.Row(f"step{i}", "writes", "V", ("VV",)) for i in range(40))
    column = bytemap.Column(bytemap.Window("cb", 0, 0, 2), ())
    lines = bytemap.lines(bytemap.Map((column,), rows, {}, ""))
    assert len(lines) == 14
    assert "... 28 more" in lines[7]


def test_a_run_that_does_not_count_is_said_to_be_none_of_the_reader_s(tmp_path: Path) -> None:
    """It was made by one of those named, which alone would contradict the line above."""
    spec = Path(__file__).parents[1] / "faults" / "run_after_the_clone.cbs"
    report = check(str(spec), Options(witnesses=True), lambda done, total: None)
    (case,) = (case for case in report.cases if case.property == "after")
    assert case.finding.witness is not None
    told = block(case.finding.witness, "after")
    at = next(i for i, line in enumerate(told) if "4 of 4 bytes not written by s" in line)
    words = " ".join(" ".join(told[at + 1 : at + 3]).split())
    assert words.startswith(
        "V = V, stored by s, in a run that the reading object's history has not"
    )
