"""The main spec, end to end: what it expects is what comes out, and it hangs on every number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from cbprove.design import asking
from cbprove.design.judge import judge
from cbprove.design.space import Options
from cbprove.diagnostics import Source
from cbprove.meaning.resolve import resolve
from cbprove.solving.solver import Answer, Limits, Z3Session
from cbprove.syntax.parse import parse
from cbprove.syntax.tree import Tree
from cbprove.verdicts import Case, Report, exit_code

SPEC = Path(__file__).parents[2] / "specs" / "gso_ipoib.cbs"


def report(text: str, options: Options | None = None) -> Report:
    """What is found out about a text."""
    source = Source("gso_ipoib.cbs", text)
    tree = Tree(parse(source), (source,))
    return judge(resolve(tree), options or Options())


def only(text: str, *proposals: str) -> str:
    """The spec with some of its proposals, no questions, and the offset fixed to what those use:
    quick to judge."""
    kept = text
    for name in re.findall(r"^proposal (\w+)", text, re.M):
        if name not in proposals:
            kept = re.sub(rf"^proposal {name} .*?^}}\n", "", kept, flags=re.M | re.S)
    kept = re.sub(r"^ask .*?;\n(?=\n|\Z)", "", kept, flags=re.M | re.S)
    offsets = [int(n) for n in re.findall(r"SKB_GSO_CB_OFFSET = (\d+)", kept)]
    if offsets:
        kept = kept.replace(
            "SKB_GSO_CB_OFFSET in 0..47", f"SKB_GSO_CB_OFFSET in {min(offsets)}..{max(offsets)}"
        )
    return kept


def verdicts(text: str, proposal: str) -> dict[str, str]:
    found = report(only(text, proposal))
    return {case.property: case.verdict for case in found.cases if case.proposal == proposal}


@pytest.fixture(scope="module")
def spec() -> str:
    return SPEC.read_text()


@pytest.fixture(scope="module")
def whole(spec: str) -> Report:
    return report(spec)


def test_every_verdict_and_answer_is_as_the_spec_expects(whole: Report) -> None:
    assert [case.id for case in whole.cases if not case.met] == []
    assert [ask.id for ask in whole.asks if not ask.met] == []
    assert exit_code(whole) == 0


def test_every_proof_is_for_every_run(whole: Report) -> None:
    proved = [case for case in whole.cases if case.verdict == "proved"]
    assert len(proved) > 40
    assert all(case.finding.turns is None for case in proved)


def test_the_questions_have_the_answers_of_the_thread(whole: Report) -> None:
    answers = {ask.name: ask.answer for ask in whole.asks}
    assert answers["room_4_7"] == ()
    assert set(answers["room_4_5"] or ()) == {
        (20, "roland"),
        (20, "short_ints"),
        (21, "short_ints"),
        (22, "short_ints"),
    }


def test_one_offset_changes_the_verdict(spec: str) -> None:
    moved = spec.replace(
        "SKB_GSO_CB_OFFSET = 20;  skb_gso_cb = roland;      inet_skb_parm = v4_5;",
        "SKB_GSO_CB_OFFSET = 21;  skb_gso_cb = roland;      inet_skb_parm = v4_5;",
    )
    assert moved != spec
    assert verdicts(spec, "roland")["hwaddr_preserved"] == "proved"
    assert verdicts(moved, "roland")["hwaddr_preserved"] == "refuted"


def test_one_packing_changes_the_verdict(spec: str) -> None:
    wider = spec.replace(
        "SKB_GSO_CB_OFFSET = 20;  skb_gso_cb = roland;      inet_skb_parm = v4_5;",
        "SKB_GSO_CB_OFFSET = 20;  skb_gso_cb = v4_4;        inet_skb_parm = v4_5;",
    )
    assert wider != spec
    assert verdicts(wider, "roland")["hwaddr_preserved"] == "refuted"


def test_the_order_of_two_steps_changes_the_verdict(spec: str) -> None:
    restore = "when rescue == save_ipcb { copy stack.ipcb -> IPCB; }\n            ip_fragment;"
    swapped = spec.replace(
        restore, "ip_fragment;\n            when rescue == save_ipcb { copy stack.ipcb -> IPCB; }"
    )
    assert swapped != spec
    assert verdicts(spec, "save_ipcb")["ipcb_preserved"] == "proved"
    assert verdicts(swapped, "save_ipcb")["ipcb_preserved"] == "refuted"


def test_the_witness_names_the_bytes_that_the_thread_names(spec: str) -> None:
    found = report(only(spec, "linux_4_5"), Options(witnesses=True))
    case = next(c for c in found.cases if c.property == "hwaddr_preserved")
    assert lost_bytes(case) == set(range(32, 42))


def lost_bytes(case: Case) -> set[int]:
    """The bytes of cb that a witness loses."""
    assert case.finding.witness is not None and case.finding.witness.run is not None
    broken = case.finding.witness.run.broken[case.property][0]
    return {bit.bit // 8 for bit in broken.bits}


# --- queries --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked(spec: str) -> tuple[Case, ...]:
    return report(only(spec, "roland"), Options(queries=True)).cases


def ask(text: str) -> str:
    session = Z3Session(Limits())
    session.add(text)
    return session.check().result


def test_the_query_of_each_proof_is_unsatisfiable(asked: tuple[Case, ...]) -> None:
    proved = [case for case in asked if case.verdict == "proved"]
    assert proved
    for case in proved:
        assert ask(case.finding.queries[-1].text) == "unsat", case.id


def test_one_wrong_number_of_the_layout_makes_it_satisfiable(asked: tuple[Case, ...]) -> None:
    wrong: Mapping[str, tuple[str, str]] = {
        "hwaddr_preserved": (
            "(define-fun hwaddr.lo () Int 224)",
            "(define-fun hwaddr.lo () Int 216)",
        ),
        "ipcb_preserved": ("(define-fun IPCB.lo () Int 0)", "(define-fun IPCB.lo () Int 24)"),
        "widths": (
            "(define-fun SKB_GSO_CB.csum_start.max () Int 65535)",
            "(define-fun SKB_GSO_CB.csum_start.max () Int 255)",
        ),
    }
    for name, (right, changed) in wrong.items():
        case = next(c for c in asked if c.property == name)
        text = case.finding.queries[-1].text
        assert right in text, name
        assert ask(text.replace(right, changed)) == "sat", name


@pytest.mark.slow
def test_a_solver_that_does_not_know_proves_nothing(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_impossible", {})  # what other tests have asked
    monkeypatch.setattr(Z3Session, "check", lambda self: Answer("unknown", {}, "told to"))
    found = report(only(spec, "roland"))
    assert "proved" not in {case.verdict for case in found.cases}
    assert exit_code(found) == 3
