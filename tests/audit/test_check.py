"""`check` says what the proofs of a spec rest on that names a record, and of one that names none
that its model is not audited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cbprove.audit.writing import save
from cbprove.diagnostics import SpecError
from cbprove.frozen import replace
from cbprove.pipeline import Options, check
from cbprove.report.json import document, schema
from cbprove.report.style import Manner, plain
from cbprove.report.text import summary, text
from cbprove.verdicts import Report, exit_code
from tests.audit.test_compare import BOTH, SPEC, record


def report(folder: Path, step: str, named: str = 'audited "kept.json";') -> Report:
    save(str(folder / "kept.json"), record(rcv=BOTH))
    (folder / "tiny.cbs").write_text(named + SPEC.format(steps=step, calls="rcv;"))
    return check(str(folder / "tiny.cbs"), Options(), lambda done, total: None)


def shown(found: Report) -> str:
    return text(
        found,
        Manner(
            paint=plain, verbosity=0, queries={}, bound=3, resources=1, operations=1, seconds=None
        ),
    )


def test_a_model_that_does_as_the_source(tmp_path: Path) -> None:
    found = report(tmp_path, "step rcv { read P.flags; write P.flags; }")
    assert shown(found).endswith("\n\nmodel audited against linux 6.1.192: 1 step")
    assert exit_code(found) == 0
    made = document([found])
    pytest.importorskip("jsonschema").validate(made, schema())
    assert json.loads(json.dumps(made["models"]))[0]["clean"] is True


def test_one_that_does_not(tmp_path: Path) -> None:
    found = report(tmp_path, "step rcv { read P.flags; }")
    assert shown(found).endswith("\n\nmodel not as linux 6.1.192: 1 difference in 1 step")
    assert summary(found).endswith(", not as linux 6.1.192")
    assert exit_code(found) == 1


def test_of_others_it_is_said_that_nobody_looked(tmp_path: Path) -> None:
    found = report(tmp_path, "step rcv { read P.flags; }", "")
    assert shown(found).endswith("\n\nmodel not audited")
    made = document([found])
    pytest.importorskip("jsonschema").validate(made, schema())
    assert made["models"] == [{"spec": "tiny", "told": "model not audited"}]
    assert exit_code(found) == 0


def test_where_something_is_assumed_it_stands_with_that(tmp_path: Path) -> None:
    found = report(tmp_path, 'step rcv { assume P.most <= 9 "few"; read P.flags; }', "")
    assert shown(found).endswith("\n\nmodel not audited; assuming P.most <= 9: few")
    audited = report(tmp_path, 'step rcv { assume P.most <= 9 "few"; write P.flags = P.flags; }')
    assert "\n\nassuming P.most" in shown(audited)


def test_where_nothing_is_proved_nothing_is_said(tmp_path: Path) -> None:
    found = report(tmp_path, "step rcv { read P.flags; }", "")
    assert "model" not in shown(replace(found, cases=()))


@pytest.mark.parametrize(
    ("named", "said"), [("none.json", "cannot be read"), ("tiny.cbs", "is no record of an audit")]
)
def test_a_record_that_cannot_be_had(tmp_path: Path, named: str, said: str) -> None:
    with pytest.raises(SpecError) as raised:
        report(tmp_path, "step rcv { }", f'audited "{named}";')
    (mistake,) = raised.value.diagnostics
    assert mistake.code == "CB0001" and said in mistake.message and mistake.span is not None
