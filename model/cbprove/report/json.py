"""Reports as one versioned document; `schema.json` beside this file says its shape.

Nothing in it depends on verbosity, colour, time or machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cbprove.diagnostics import Diagnostic, Span
from cbprove.report import story, witness
from cbprove.report.losses import verdict
from cbprove.report.scene import Lost, scene
from cbprove.report.text import unmet_in
from cbprove.report.version import VERSION
from cbprove.verdicts import (
    UNAUDITED,
    VERDICTS,
    Answered,
    Case,
    Conflict,
    Model,
    Report,
    Space,
    Witness,
)

SCHEMA_VERSION = 1


def text(
    reports: Iterable[Report], mistakes: Iterable[Diagnostic], queries: Mapping[str, str]
) -> str:
    """The document as text, ended by a newline."""
    return json.dumps(document(reports, mistakes, queries), indent=2, ensure_ascii=False) + "\n"


def schema() -> Any:
    """The JSON Schema of the document."""
    return json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))


def document(
    reports: Iterable[Report],
    mistakes: Iterable[Diagnostic] = (),
    queries: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The document as plain data; `queries` are the files they were saved in, by case."""
    listed = list(reports)
    inputs = {each.name: each.sha256 for report in listed for each in report.inputs}
    out: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "inputs": [{"path": path, "sha256": digest} for path, digest in inputs.items()],
        "cases": [_case(report, case, queries or {}) for report in listed for case in report.cases],
        "space": [_space(report, space) for report in listed for space in report.space],
        "asks": [of_ask(ask) for report in listed for ask in report.asks],
        "summary": _summary(listed),
        "models": [model for report in listed for model in _models(report)],
    }
    diagnostics = [_diagnostic(mistake) for mistake in mistakes]
    if diagnostics:
        out["diagnostics"] = diagnostics
    warnings = dict.fromkeys(warning for report in listed for warning in report.warnings)
    if warnings:
        out["warnings"] = [_diagnostic(warning) for warning in warnings]
    return out


def _models(report: Report) -> list[dict[str, Any]]:
    models = [_model(report, model) for model in report.models]
    return models or [{"spec": report.spec, "told": UNAUDITED}]


def _model(report: Report, model: Model) -> dict[str, Any]:
    return {
        "spec": report.spec,
        "record": model.record,
        "kernel": model.kernel,
        "clean": model.clean,
        "steps": model.steps,
        "reasons": model.reasons,
        "told": model.told,
    }


def _summary(reports: list[Report]) -> dict[str, int]:
    cases = [case for report in reports for case in report.cases]
    counts: dict[str, int] = {
        verdict: sum(case.verdict == verdict for case in cases) for verdict in VERDICTS
    }
    return {**counts, "unexpected": sum(len(unmet_in(report)) for report in reports)}


def _case(report: Report, case: Case, queries: Mapping[str, str]) -> dict[str, Any]:
    counts = {verdict: case.counts[verdict] for verdict in VERDICTS if case.counts.get(verdict)}
    out: dict[str, Any] = {
        "id": case.id,
        "spec": report.spec,
        "proposal": case.proposal,
        "candidate": dict(case.candidate),
        "candidates": {"total": sum(counts.values()), **counts, **_bounded(case)},
        "property": case.property,
        "verdict": case.verdict,
        "expected": case.expected,
        "met": case.met,
        "scope": "every run" if case.finding.turns is None else {"turns": case.finding.turns},
        "assumptions": list(case.finding.assumptions),
        "cost": {"per_packet": case.cost.per_packet, "per_segment": case.cost.per_segment},
        "location": located(case.span),
    }
    if case.regions:
        out["regions"] = [{"verdict": verdict, "where": region} for verdict, region in case.regions]
    if case.excluded:
        out["excluded_by"] = list(case.excluded)
    if case.finding.reason:
        out["reason"] = case.finding.reason
    if case.verdict == "unknown" and case.id in queries:
        out["query"] = queries[case.id]
    if case.finding.verdict == "refuted" and case.finding.witness is not None:
        out["witness"] = of_witness(case.finding.witness, case.property)
    return {**out, "kept": True} if report.kept else out


def _bounded(case: Case) -> dict[str, int]:
    return {"bounded": case.bounded} if case.bounded else {}


def located(span: Span | None) -> dict[str, Any] | None:
    """Where something stands, as plain data."""
    return {"file": span.source.name, "line": span.line, "column": span.column} if span else None


def of_witness(witness_found: Witness, property_name: str) -> dict[str, Any]:
    """The run that breaks a property, as plain data."""
    out: dict[str, Any] = {"candidate": dict(witness_found.candidate), "path": [], "lost": []}
    if witness_found.misplaced is not None:
        return {
            **out,
            "misplaced": {
                "subject": witness_found.misplaced.subject,
                "reason": witness_found.misplaced.reason,
            },
        }
    picture = scene(witness_found, property_name)
    if picture is None:
        return {**out, "path": [witness_found.path]}
    out["path"] = list(
        story.crumbs(witness_found.program, witness_found.path, picture.first.moment)
    )
    out["steps"] = [stage.step for stage in picture.stages() if stage.step]
    choices = witness.decided(witness_found, picture)
    out["choices"] = [_choice(choice, choice.span) for choice in choices if choice.span is not None]
    out["values"] = [_value(choice) for choice in choices if choice.span is None]
    out["lost"] = [_lost(lost) for lost in picture.lost()]
    out["explanation"] = verdict(picture)
    return out


def _choice(choice: story.Choice, span: Span) -> dict[str, Any]:
    place = {"file": span.source.name, "line": span.line}
    return {**place, "what": choice.what, "answer": choice.answer, **_any(choice)}


def _value(choice: story.Choice) -> dict[str, Any]:
    at = {"at": choice.at} if choice.at else {}
    return {"name": choice.what, "value": int(choice.answer), **at, **_any(choice)}


def _any(choice: story.Choice) -> dict[str, bool]:
    return {"any": True} if choice.any else {}


def _lost(lost: Lost) -> dict[str, Any]:
    """Bytes are those touched at all; bits the exact range, where it is no whole number of
    bytes."""
    out: dict[str, Any] = {
        "object": lost.object,
        "area": lost.area,
        "bytes": [lost.low // 8, -(-lost.high // 8)],
    }
    if lost.low % 8 or lost.high % 8:
        out["bits"] = [lost.low, lost.high]
    return out


def _space(report: Report, space: Space) -> dict[str, Any]:
    return {
        "spec": report.spec,
        "property": space.property,
        "axes": list(space.axes),
        "counts": {
            verdict: space.counts[verdict] for verdict in VERDICTS if space.counts.get(verdict)
        },
        "proved": {
            key: [list(interval) for interval in values] for key, values in space.proved.items()
        },
        **({"bounded": space.bounded} if space.bounded else {}),
        **({"choices": space.choices} if space.choices is not None else {}),
    }


def of_ask(ask: Answered) -> dict[str, Any]:
    """A question and its answer, as plain data."""
    rows = (
        None
        if ask.answer is None
        else [dict(zip(ask.axes, row, strict=True)) for row in ask.answer]
    )
    out = {
        "id": ask.id,
        "answer": rows,
        "expected": ask.expected,
        "met": ask.met,
        "location": located(ask.span),
    }
    if ask.conflict is not None:
        out["conflict"] = _conflict(ask.conflict)
    return {**out, "reason": ask.reason} if ask.reason else out


def _conflict(conflict: Conflict) -> dict[str, Any]:
    out: dict[str, Any] = {"properties": [name for name, _ in conflict.properties]}
    if conflict.layers is not None:
        out["layers"] = [name for name, _ in conflict.layers]
    if conflict.needs:
        out["needs"] = [{"view": need.view, "bytes": need.bytes} for need in conflict.needs]
        out["area"] = {"name": conflict.area, "bytes": conflict.bytes}
    return out


def _diagnostic(mistake: Diagnostic) -> dict[str, Any]:
    notes = [{"message": note.message, "location": located(note.span)} for note in mistake.notes]
    out = {"code": mistake.code, "message": mistake.message, "location": located(mistake.span)}
    return {**out, "help": mistake.help, "notes": notes}
