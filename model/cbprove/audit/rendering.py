"""An audit for people and for programs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cbprove.audit.compare import FAULTS, Audited, Difference, What
from cbprove.audit.record import Record
from cbprove.report.style import counted
from cbprove.source.rendering import complaint

if TYPE_CHECKING:
    from cbprove.audit.joins import Join

SCHEMA_VERSION = 1
_ORDER: tuple[What, ...] = (
    "stale",
    "missing",
    "callee",
    "escape",
    "order",
    "not run",
    "extra",
    "idle",
)
_TITLES: dict[What, str] = {
    "stale": "not in the source",
    "missing": "missing from the spec",
    "callee": "called, and in no step",
    "escape": "handed on, to where nobody looked",
    "order": "in another order",
    "not run": "called, and in a step that is not run",
    "extra": "in the spec alone",
    "idle": "reasons for nothing",
}


def text(audits: Sequence[Audited], record: Record, all_others: bool) -> str:
    """Spec by spec, then what no step stands for."""
    lines = [line for each in audits for line in (*_spec(each), "")]
    lines += _not_modelled(unmodelled(audits, record), all_others)
    lines += [complaint(each) for each in record.unread]
    counts = Counter(difference.what for each in audits for difference in each.differences)
    counts_text = (
        ", ".join(f"{counts[kind]} {_TITLES[kind]}" for kind in _ORDER if counts[kind])
        or "nothing to tell"
    )
    steps = sum(each.steps for each in audits)
    of = f"{counted(steps, 'step')} of {counted(len(audits), 'spec')}"
    if not record.callees:
        unknown = "calls" if record.calls is None else "callees"
        lines.append(
            f"the record is of an earlier cbprove and knows no {unknown}: write it anew with --record-to"
        )
    return "\n".join([*lines, f"{of} against {record.kernel}: {counts_text}"])


def _spec(audit: Audited) -> list[str]:
    lines = [f"{audit.spec}: {summary(audit)}"]
    for kind in _ORDER:
        differences = [each for each in audit.differences if each.what == kind]
        if differences:
            lines.append(f"  {_TITLES[kind]}")
            lines += [f"    {_place(each)}: {each.message}" for each in differences]
    return [*lines, *_joins(audit.joins)]


def _joins(joins: Sequence[Join]) -> list[str]:
    """The joins that nobody found in the source, each pair of steps once; nothing where all
    were."""
    lost = {
        (e.neighbours.first.name, e.neighbours.second.name): e
        for e in joins
        if e.how == "not found"
    }
    if not lost:
        return []
    count = sum(each.how != "not found" for each in joins)
    lines = [f"  {count} of {counted(len(joins), 'join')} found in the source; not"]
    for (first, second), each in lost.items():
        span = each.neighbours.span
        lines.append(f"    {span.source.name}:{span.line}: `{second}` after `{first}`")
    return lines


def _place(difference: Difference) -> str:
    return difference.at or f"{difference.span.source.name}:{difference.span.line}"


def summary(audit: Audited) -> str:
    """What a proof rests on, in a line."""
    if not audit.clean:
        faults = sum(each.what in FAULTS for each in audit.differences)
        return (
            f"model not as {audit.kernel}: {counted(faults, 'difference')} in "
            f"{counted(audit.steps, 'step')}"
        )
    reasons = f", {audit.reasons} left out with reasons" if audit.reasons else ""
    without = "" if audit.callees else ", without what functions call"
    return f"model audited against {audit.kernel}{without}: {counted(audit.steps, 'step')}{reasons}"


def unmodelled(audits: Sequence[Audited], record: Record) -> dict[str, list[str]]:
    """Functions that touch the object and stand in no step, by folder."""
    functions_named = frozenset().union(*(each.functions for each in audits))
    by_function: dict[str, list[str]] = {}
    for file, names in sorted(record.others.items()):
        by_function.setdefault(os.path.dirname(file), []).extend(
            name for name in names if name not in functions_named
        )
    return {folder: names for folder, names in by_function.items() if names}


def _not_modelled(by_function: Mapping[str, Sequence[str]], all_others: bool) -> list[str]:
    if not by_function:
        return []
    lines = [f"not modelled: {sum(map(len, by_function.values()))} functions"]
    for folder, names in by_function.items():
        lines.append(f"  {folder}: {len(names)}" + (f": {', '.join(names)}" if all_others else ""))
    return [*lines, ""]


def document(audits: Sequence[Audited], record: Record) -> dict[str, Any]:
    """The same for programs; `audit.schema.json` is its shape."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kernel": record.kernel,
        "object": str(record.object),
        "specs": [_audited(each) for each in audits],
        "not_modelled": unmodelled(audits, record),
        "unread": [
            {"file": each.file, "errors": each.errors, "first": each.first}
            for each in record.unread
        ],
    }


def _audited(audit: Audited) -> dict[str, Any]:
    differences = [
        {
            "what": e.what,
            "step": e.step,
            "message": e.message,
            "source": e.at,
            "spec": f"{e.span.source.name}:{e.span.line}",
        }
        for e in audit.differences
    ]
    return {
        "spec": audit.spec,
        "clean": audit.clean,
        "steps": audit.steps,
        "reasons": audit.reasons,
        "differences": differences,
        "joins": [_join(each) for each in audit.joins],
    }


def _join(join: Join) -> dict[str, Any]:
    pair = join.neighbours
    return {
        "path": pair.path,
        "first": pair.first.name,
        "second": pair.second.name,
        "how": join.how,
        "way": list(join.way),
    }
