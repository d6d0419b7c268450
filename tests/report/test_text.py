"""What people read: whole reports as golden files, and the sentences that are easy to get wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cbprove.report import table
from cbprove.report.space import intervals
from cbprove.report.style import Manner, again, ansi
from cbprove.report.text import summary, text, total
from cbprove.verdicts import Finding, Space
from tests.report import reports

Golden = Callable[[str, str], None]
SAVED = {"gso_ipoib/roland/hwaddr_preserved": "queries/gso_ipoib.roland.hwaddr_preserved.smt2"}


def test_report(golden: Golden) -> None:
    golden("every.txt", text(reports.EVERY, Manner(queries=SAVED)))


def test_verbose_report(golden: Golden) -> None:
    golden("verbose.txt", text(reports.EVERY, Manner(verbosity=1, queries=SAVED)))


def test_quiet_report_is_the_line_of_counts() -> None:
    assert text(reports.EVERY, Manner(verbosity=-1)) == summary(reports.EVERY)


def test_colour_changes_no_word() -> None:
    import re

    coloured = text(reports.EVERY, Manner(paint=ansi))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text(reports.EVERY, Manner())


def test_same_input_same_bytes() -> None:
    assert text(reports.EVERY, Manner(verbosity=2)) == text(reports.EVERY, Manner(verbosity=2))


def test_counts_as_in_the_guide() -> None:
    cases = [reports.case(f"p{i}", "proved", proposal=f"q{i % 9}") for i in range(29)]
    cases += [reports.case(f"r{i}", "refuted", "refuted", proposal="q0") for i in range(7)]
    told = summary(reports.report(*cases, asks=(reports.ASK,)))
    assert (
        told
        == "specs/gso_ipoib.cbs: 9 proposals, 36 verdicts, 1 question: 29 proved, 7 refuted (7 expected)"
    )


def test_counts_of_nothing() -> None:
    assert summary(reports.report()) == "specs/gso_ipoib.cbs: 0 proposals, 0 verdicts"


def test_total() -> None:
    assert total([reports.EVERY, reports.report(reports.case("p", "proved"))]) == (
        "2 specs, 7 verdicts: 2 proved, 1 proved up to a bound, 2 refuted (1 expected), 1 vacuous, 1 unknown, "
        "4 not as expected"
    )


def test_mixed_case_says_where(golden: Golden) -> None:
    regions = (("proved", "SKB_GSO_CB_OFFSET in 0..16"), ("refuted", "SKB_GSO_CB_OFFSET in 17..36"))
    case = reports.case("hwaddr_preserved", "mixed", finding=reports.REFUTED, regions=regions)
    case = replace(case, counts={"proved": 17, "refuted": 20, "excluded": 11})
    golden("mixed.txt", text(reports.report(case), Manner()))


def test_unexpected_proof_says_what_was_expected() -> None:
    told = text(reports.report(reports.case("ipcb_preserved", "proved", "refuted")), Manner())
    assert "proved: ipcb_preserved under linux_4_5" in told
    assert "\n  the spec expects refuted\n" in told


def test_question_answered_otherwise() -> None:
    ask = replace(reports.ASK, answer=((20,), (22,)), met=False)
    told = text(reports.report(asks=(ask,)), Manner())
    assert told.split("\n\n")[1] == (
        "answered otherwise: room_2016: is there room?\n  SKB_GSO_CB_OFFSET = 20, 22\n  the spec expects none"
    )


def test_answers_are_gathered_along_the_numbers() -> None:
    rows = ((20, "roland"), (21, "roland"), (22, "roland"), (20, "packed"))
    ask = replace(reports.ASK, axes=("OFFSET", "packing"), answer=rows)
    told = text(reports.report(asks=(ask,)), Manner())
    assert "\n  packing = roland, OFFSET = 20..22; packing = packed, OFFSET = 20" in told


def test_answers_that_fill_a_line_have_a_line_each() -> None:
    names = ("roland_as_it_was_in_the_mail", "packed_as_it_was_in_the_mail", "short_ints_of_mine")
    ask = replace(reports.ASK, axes=("packing",), answer=tuple((name,) for name in names))
    told = text(reports.report(asks=(ask,)), Manner())
    assert [line for line in told.splitlines() if "packing" in line] == [
        f"  packing = {name}" for name in names
    ]


def _assuming(*assumptions: str, verbosity: int = 0) -> str:
    case = reports.case("kept", "proved", finding=Finding("proved", assumptions=assumptions))
    return text(reports.report(case), Manner(verbosity=verbosity)).split("\n\n")[-1]


def test_assumptions_have_their_reasons_where_they_are_a_line() -> None:
    assert (
        _assuming("n < 3: small", "m ? n : 1")
        == "model not audited; assuming n < 3: small; m ? n : 1"
    )


def test_assumptions_of_more_than_a_line_are_told_without_their_reasons_unless_asked() -> None:
    each = ("a ? b : c: " + "of which there is much to say " * 3, "n < 3: small")
    assert _assuming(*each) == "model not audited; assuming a ? b : c; n < 3 (-v)"
    verbose = _assuming(*each, verbosity=1)
    assert (
        verbose.startswith("model not audited; assuming\n  a ? b : c: of which")
        and "\n  n < 3: small" in verbose
    )


def test_long_lists_are_cut() -> None:
    ask = replace(reports.ASK, axes=("packing",), answer=tuple((f"v{i}",) for i in range(100)))
    assert "  ... 60 more; --format json has all" in text(reports.report(asks=(ask,)), Manner())


def test_question_without_an_answer() -> None:
    ask = replace(
        reports.ASK, answer=None, met=False, reason="2 choices hang on a verdict that is unknown"
    )
    assert "  unknown: 2 choices hang on a verdict that is unknown" in text(
        reports.report(asks=(ask,)), Manner()
    )


def test_intervals() -> None:
    assert intervals(((0, 20),)) == "0..20"
    assert intervals(((20, 20), (22, 22))) == "20, 22"
    assert intervals(((4, 5), (9, 12))) == "4, 5, 9..12"
    assert intervals(()) == "none"


def test_design_space_without_a_ranged_axis() -> None:
    space = Space("kept", ("packing",), {"proved": 1, "refuted": 1}, {"packing = old": ((0, 0),)})
    told = text(reports.report(space=(space,)), Manner())
    assert told.endswith(
        "design space of 2 candidates\n  kept: 1 refuted, 1 proved\n    packing = old"
    )


def test_what_is_excluded_differently_is_told_with_each_property() -> None:
    spaces = (
        Space("kept", ("packing",), {"proved": 1, "excluded": 1}, {}),
        Space("own", ("packing",), {"refuted": 2}, {}),
    )
    told = text(reports.report(space=spaces), Manner())
    assert told.endswith(
        "design space of 2 candidates\n  kept: 1 excluded, 1 proved\n  own: 2 refuted"
    )


def test_where_all_is_excluded_each_property_says_so() -> None:
    space = Space("kept", ("packing",), {"excluded": 2}, {})
    told = text(reports.report(space=(space,)), Manner())
    assert told.endswith("design space of 2 candidates, 2 of them excluded\n  kept: 2 excluded")


def test_a_property_of_fewer_candidates_does_not_count_them() -> None:
    spaces = (
        Space("kept", ("packing",), {}, {}),
        Space("own", ("packing",), {"refuted": 1}, {}),
        Space("fits", ("packing",), {"refuted": 2}, {}),
    )
    told = text(reports.report(space=spaces), Manner())
    assert told.endswith(
        "design space of 2 candidates\n  kept: for no candidate\n  own: 1 refuted\n  fits: 2 refuted"
    )


def test_wide_table_is_cut() -> None:
    cases = [reports.case(f"a_rather_long_property_{i}", "proved") for i in range(9)]
    lines = table.proposals(reports.report(*cases), Manner(verbosity=1)).splitlines()
    assert max(map(len, lines)) <= 100
    assert sum(line.startswith("linux_4_5") for line in lines) == 4


def test_columns_that_only_say_proved_are_told_in_a_line_where_the_table_is_wide() -> None:
    cases = [reports.case(f"a_rather_long_property_{i}", "proved") for i in range(6)]
    cases += [reports.case("broken", "refuted", "refuted")]
    told = table.proposals(reports.report(*cases), Manner())
    names = ", ".join(f"a_rather_long_property_{i}" for i in range(6))
    assert " ".join(told.split()) == (
        f"broken bytes copied or cleared linux_4_5 refuted 20 proved for each: {names}"
    )
    assert max(map(len, told.splitlines())) <= 100


@pytest.mark.parametrize(
    ("reason", "seconds", "option"),
    [
        ("no run of up to 3 turns reaches it; raise --bound", None, "--bound 12"),
        (
            "the solver gave up: max. resource limit exceeded; raise --resources or --timeout",
            None,
            "--resources 300000000",
        ),
        ("the solver gave up: timeout; raise --resources or --timeout", 5.0, "--timeout 50s"),
        ("loops were followed for 3 turns beyond LO", None, "--bound 12"),
    ],
)
def test_the_command_to_try_again(reason: str, seconds: float | None, option: str) -> None:
    assert again("a.cbs", reason, Manner(seconds=seconds)) == f"cbprove check a.cbs {option}"


def test_control_characters_do_not_reach_the_terminal() -> None:
    finding = Finding("unknown", reason="bad \x1b[2J name")
    assert "\x1b" not in text(
        reports.report(reports.case("p", "unknown", finding=finding)), Manner()
    )
