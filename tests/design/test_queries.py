"""The text of what was asked, for candidates that are settled by themselves though an axis of
their sector is free."""

from __future__ import annotations

from pathlib import Path

from cbprove.pipeline import Options, check

SPEC = """
spec a "a loop keeps a bound";
object o { u8 a; u8 b[8]; }
param A in 0..7;
layer l { view v : u8 at o.b[A]; step s { write v = 1; } step u { write v = 2; } step t { read v; } }
path p { s; repeat [0..] { either { s; } or { u; } } t; }
property small: holds v <= 2 at t;
proposal all { A = any; }
"""


def test_values_are_asked_of_the_candidate_not_of_its_sector(tmp_path: Path) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(SPEC)
    report = check(str(spec), Options(queries=True), lambda done, total: None)
    (case,) = (case for case in report.cases if case.property == "small")
    assert (case.verdict, case.counts) == ("proved", {"proved": 8})
    assert [(query.name, query.answer) for query in case.finding.queries] == [
        ("sources", "sat"),
        ("values", "sat"),
        ("facts", "unsat"),
    ]
