"""Where a property is proved, as conditions: none holds where it is not proved, and they say how
far they go."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.verdicts import counts
from cbprove.meaning.measures import Measure, measures
from cbprove.pipeline import Options, judged, meaning
from cbprove.report.conditions import Comparisons, Conditions
from cbprove.report.style import Manner
from cbprove.report.text import text
from cbprove.verdicts import Report, Space

MAIN = Path(__file__).parents[2] / "specs" / "gso_ipoib.cbs"
SIZE = Measure(text="sizeof(struct s)", axis="s", values={"small": 2, "large": 5})


def space(cells: dict[tuple[str, ...], str], *axes: str) -> Space:
    """A space of cells as they are read: `1` proved, `0` not, `x` excluded."""
    held = {
        key: bytes({"0": 0, "1": 1, "x": 2}[mark] for mark in marks) for key, marks in cells.items()
    }
    return Space(property="kept", axes=axes, counts={}, proved={}, cells=held)


def conditions(space: Space, measures: Iterable[Measure], limit: int) -> Conditions | None:
    return Comparisons(measures).conditions(space, limit)


def test_a_number_of_a_struct_is_preferred() -> None:
    found = conditions(
        space({("small",): "00111111", ("large",): "00000111"}, "s", "AT"), [SIZE], 4
    )
    assert found == Conditions(texts=("AT >= sizeof(struct s)",), all=True)


def test_properties_of_one_report_look_at_points_of_their_own() -> None:
    """Their spaces have the same cells, and are about other axes and numbers."""
    comparisons = Comparisons([])
    about = space({("no",): "110", ("yes",): "000"}, "s", "AT")
    for each, said in (
        (about, "s == no && AT <= 1"),
        (replace(about, axes=("r", "AT")), "r == no && AT <= 1"),
        (replace(about, first=3), "s == no && AT <= 4"),
    ):
        assert comparisons.conditions(each, 4) == Conditions(texts=(said,), all=True)


def test_what_is_excluded_speaks_for_neither_side() -> None:
    found = conditions(space({("small",): "11x00", ("large",): "xxxxx"}, "s", "AT"), [], 4)
    assert found == Conditions(texts=("AT <= 1",), all=True)


def test_nothing_is_said_where_all_is_proved() -> None:
    assert conditions(space({(): "111x"}, "AT"), [], 4) == Conditions(texts=(), all=True)


def test_without_a_ranged_axis() -> None:
    found = conditions(
        space({("a", "yes"): "1", ("a", "no"): "0", ("b", "yes"): "0", ("b", "no"): "0"}, "s", "r"),
        [],
        4,
    )
    assert found == Conditions(texts=("s == a && r == yes",), all=True)


def test_what_the_conditions_leave_out_is_said() -> None:
    found = conditions(space({(): "1001011010001011"}, "AT"), [], 2)
    assert found is not None and not found.all and len(found.texts) == 2


def test_no_picture_of_too_many_candidates() -> None:
    assert conditions(space({(): "01" * 3001}, "AT"), [], 4) is None


@pytest.mark.parametrize("seed", range(60))
def test_no_condition_holds_where_it_is_not_proved(seed: int) -> None:
    draw = random.Random(seed)
    cells = {
        (arm, r): "".join(draw.choices("001111x", k=9))
        for arm in ("small", "large")
        for r in ("no", "yes")
    }
    found = conditions(space(cells, "s", "r", "AT"), [SIZE], 5)
    assert found is not None
    missed = 0
    for (arm, r), marks in cells.items():
        for at, mark in enumerate(marks):
            held = any(
                _holds(each, {"s": arm, "r": r, "AT": at, "size": SIZE.values[arm]})
                for each in found.texts
            )
            assert not (held and mark == "0")
            missed += mark == "1" and not held
    assert found.all == (missed == 0)


def _holds(condition: str, names: dict[str, str | int]) -> bool:
    """The truth of a condition, read as Python reads it."""
    words = {word: word for word in ("small", "large", "no", "yes")}
    told = condition.replace("sizeof(struct s)", "size").replace("&&", "and")
    return bool(eval(told, {"__builtins__": {}}, {**words, **names}))


@pytest.fixture(scope="module")
def main() -> Report:
    return judged(meaning(str(MAIN)), str(MAIN), Options(), lambda done, total: None)


def test_the_main_spec_in_forty_lines_of_a_hundred_columns(main: Report) -> None:
    told = replace(main, path="specs/gso_ipoib.cbs")  # as `make prove` names it
    lines = text(told, Manner()).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    for each in (
        "design space of 6,912 candidates, 2,976 of them excluded",
        "    if SKB_GSO_CB_OFFSET >= sizeof(struct inet_skb_parm) or rescue == save_ipcb",
        "  gso_aligned: 2,172 refuted, 1,764 proved if SKB_GSO_CB_OFFSET % "
        "_Alignof(struct skb_gso_cb) == 0",
        "  widths, fits: 3,936 proved",
        "proved for each that is not excluded: widths, gso_aligned, fits",
        "  skb_gso_cb = roland, SKB_GSO_CB_OFFSET = 20; "
        "skb_gso_cb = short_ints, SKB_GSO_CB_OFFSET = 20..22",
        "model not audited; assuming SKB_GSO_CB.encap_level + ihl <= 65535; "
        "headroom + doffset <= 65535 (-v)",
    ):
        assert each in lines


def test_the_benchmarks_read_the_counts(main: Report) -> None:
    found = counts(text(main, Manner()))
    assert found == {each.property: dict(each.counts) for each in main.space}


def test_measures_hang_on_the_layout_alone() -> None:
    found = {each.text: each.values for each in measures(meaning(str(MAIN)))}
    assert found["sizeof(struct inet_skb_parm)"] == {"v4_5": 20, "v4_7": 24}
    assert found["offsetofend(struct skb_gso_cb, csum_start)"]["packed"] == 10
    assert "offsetofend(struct skb_gso_cb, csum)" not in found


def test_a_struct_that_hangs_on_another_axis_has_no_measures(tmp_path: Path) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(
        "spec a; abi x86_64; object skb { char cb[48]; }\nparam WIDE = no;\n"
        "packing struct s = one {\n    one {\n#if WIDE == yes\n\tu32 x;\n#endif\n\tu8 y;\n    };\n    two { u8 y; };\n}\n"
        "layer l { view V : struct s at skb.cb[0]; step put { write V; } }\npath p { put; }\nproposal here { }\n"
    )
    assert measures(meaning(str(spec))) == ()
