"""What a change did, for a reviewer: layouts, views, then what that does to everyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cbprove.comparing import layouts as changes
from cbprove.comparing.layouts import Moved, Reshaped
from cbprove.comparing.verdicts import Changed, Reanswered, exit_code, state
from cbprove.frozen import field, frozen
from cbprove.layout.records import lay_out
from cbprove.meaning.shapes import Shape
from cbprove.pictures.layout import shape
from cbprove.report import witness
from cbprove.report.excerpt import printable
from cbprove.report.json import located, of_ask, of_witness
from cbprove.report.style import Paint, Role, counted, counts_by_verdict
from cbprove.report.text import rows
from cbprove.report.version import VERSION
from cbprove.verdicts import Case, Report, Witness

SCHEMA_VERSION = 1
_ROLES: dict[str, Role] = {"newly refuted": "bad", "newly mixed": "bad", "newly proved": "good"}
_ORDER = (
    "newly refuted", "newly mixed", "newly excluded", "newly unknown", "newly bounded", "newly vacuous", "newly proved",
    "counts", "added", "removed", "unchanged",
)  # fmt: skip


@frozen
class Comparison:
    """One spec on two sides; a report is None on the side that does not have the spec.

    `layouts` are those of structs that a view has; `unlaid` counts the others that changed.
    `titles` name the sides; `witnesses` are the runs that break what is newly refuted, by case id.
    """

    titles: tuple[str, str]
    before: Report | None
    after: Report | None
    layouts: tuple[Reshaped, ...] = ()
    unlaid: int = 0
    views: tuple[Moved, ...] = ()
    verdicts: tuple[Changed, ...] = ()
    answers: tuple[Reanswered, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code: 5 if one side lacks the spec, 1 if something is newly refuted, else
        what that asks for that changed."""
        if self.before is None or self.after is None:
            return 5
        return exit_code(self.verdicts, self.answers)


def text(comparison: Comparison, paint: Paint) -> str:
    """The whole comparison of one spec."""
    head = f"{printable(comparison.titles[0])} -> {printable(comparison.titles[1])}"
    if comparison.before is None or comparison.after is None:
        return f"{head}\n\nonly {'before' if comparison.after is None else 'after'}"
    parts = [head, *(_layout(each, comparison.titles, paint) for each in comparison.layouts)]
    parts += ["\n".join(_view(each) for each in comparison.views)]
    ordered = sorted(comparison.verdicts, key=lambda change: _ORDER.index(change.kind))
    parts += [_verdict(each, comparison, paint) for each in ordered if each.kind != "unchanged"]
    parts += [_answer(each) for each in comparison.answers]
    return "\n\n".join(part for part in [*parts, summary(comparison)] if part)


def summary(comparison: Comparison) -> str:
    """One line: how much changed."""
    kinds = Counter(change.kind for change in comparison.verdicts)
    lines = [f"{kinds[kind]} {_worded(kind)}" for kind in _ORDER if kinds[kind]]
    bytes_changed = [counted(len(comparison.layouts), "layout")] if comparison.layouts else []
    bytes_changed += [counted(len(comparison.views), "view")] if comparison.views else []
    verdicts = f"{counted(len(comparison.verdicts), 'verdict')}: {', '.join(lines)}"
    calm = not comparison.answers and set(kinds) <= {"unchanged"}
    unlaid = (
        f"; {counted(comparison.unlaid, 'other struct')} changed that no view has"
        if comparison.unlaid
        else ""
    )
    if not bytes_changed:
        return f"no bytes changed; {verdicts}{unlaid}"
    return (
        f"{' and '.join(bytes_changed)} changed{', and no verdict did' if calm else ''}; "
        f"{verdicts}{unlaid}"
    )


def _worded(kind: str) -> str:
    return "for other candidates" if kind == "counts" else kind


def _layout(reshaped: Reshaped, titles: tuple[str, str], paint: Paint) -> str:
    if reshaped.before is None or reshaped.after is None:
        either = reshaped.before or reshaped.after
        assert either is not None
        word = "removed" if reshaped.after is None else "added"
        return f"{paint(f'{reshaped.name}: {word}', 'strong')}\n{shape(either)}"
    sizes = [lay_out(each.record, each.abi).size for each in (reshaped.before, reshaped.after)]
    change = (
        f"{counted(sizes[0], 'byte')} -> {counted(sizes[1], 'byte')}"
        if sizes[0] != sizes[1]
        else "the size stays"
    )
    lines = changes.drawn(reshaped.before, reshaped.after, titles)
    return "\n".join(
        [paint(f"{reshaped.name}: {change}", "strong"), *(_painted(line, paint) for line in lines)]
    )


def _painted(line: str, paint: Paint) -> str:
    roles: dict[str, Role] = {"+": "good", "-": "bad"}
    return paint(line, roles[line[0]]) if line[:1] in roles else line


def _view(moved: Moved) -> str:
    change = f"{moved.before or 'nowhere'} -> {moved.after or 'nowhere'}"
    return f"{moved.view} of {moved.layer}: {change}  ({', '.join(moved.proposals)})"


def _verdict(changed: Changed, comparison: Comparison, paint: Paint) -> str:
    title = f"{_worded(changed.kind)}: {changed.property} under {changed.proposal}"
    role = _ROLES.get(changed.kind, "strong")
    case = changed.after or changed.before
    assert case is not None
    place = f"  {printable(case.span.source.name)}:{case.span.line}" if case.span else ""
    return "\n".join(
        [paint(title, role) + place, *(f"  {line}".rstrip() for line in _body(changed, comparison))]
    )


def _body(changed: Changed, comparison: Comparison) -> Iterator[str]:
    if changed.before is not None and changed.after is not None:
        yield f"{_state_of(changed.before)} -> {_state_of(changed.after)}"
        if changed.kind == "counts" and changed.before.counts == changed.after.counts:
            yield from _elsewhere(changed.before, changed.after)
    elif changed.after is not None:
        yield _state_of(changed.after)
    picture = comparison.witnesses.get(changed.after.id) if changed.after is not None else None
    if picture is not None:
        yield ""
        yield from witness.block(picture, changed.property)


def _elsewhere(before: Case, after: Case) -> Iterator[str]:
    """Which candidates have which verdict now, where only that changed."""
    for verdict, text in after.regions:
        if (verdict, text) not in before.regions:
            yield f"{verdict} where {text}"


def _state_of(case: Case) -> str:
    if len(case.counts) > 1 or sum(case.counts.values()) > 1:
        return f"{state(case)} ({'; '.join([counts_by_verdict(case), *case.excluded])})"
    return f"{state(case)} ({'; '.join(case.excluded)})" if case.excluded else state(case)


def _answer(reanswered: Reanswered) -> str:
    before, after = (_rows(each) for each in (reanswered.before, reanswered.after))
    return f"answered otherwise: {reanswered.name}\n  before: {before}\n  after:  {after}"


def _rows(ask: Any) -> str:
    if ask is None:
        return "not asked"
    return "unknown" if ask.answer is None else "; ".join(rows(ask.axes, ask.answer)) or "none"


# --- the document ---------------------------------------------------------------------------------


def document(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """All comparisons as plain data, of the shape that `diff.schema.json` beside this file says."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "comparisons": [_comparison(each) for each in comparisons],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "before": _side(comparison.titles[0], comparison.before),
        "after": _side(comparison.titles[1], comparison.after),
        "layouts": [_reshaped(each) for each in comparison.layouts],
        "unlaid": comparison.unlaid,
        "views": [
            {
                "view": v.view,
                "layer": v.layer,
                "before": v.before,
                "after": v.after,
                "proposals": list(v.proposals),
            }
            for v in comparison.views
        ],
        "verdicts": [_changed(each, comparison) for each in comparison.verdicts],
        "asks": [
            {
                "name": a.name,
                "before": a.before and of_ask(a.before),
                "after": a.after and of_ask(a.after),
            }
            for a in comparison.answers
        ],
        "summary": dict(Counter(change.kind for change in comparison.verdicts)),
    }


def _side(title: str, report: Report | None) -> dict[str, Any] | None:
    if report is None:
        return None
    inputs = [{"path": each.name, "sha256": each.sha256} for each in report.inputs]
    document = {"title": title, "spec": report.spec, "inputs": inputs}
    return {**document, "kept": True} if report.kept else document


def _reshaped(reshaped: Reshaped) -> dict[str, Any]:
    sides = {"before": reshaped.before, "after": reshaped.after}
    return {
        "struct": reshaped.name,
        **{side: each and _bytes(each) for side, each in sides.items()},
    }


def _bytes(shape: Shape) -> dict[str, Any]:
    size, align, members = changes.placed(shape)
    return {
        "size": size,
        "align": align,
        "members": [
            {"member": name, "offset_bits": first, "width_bits": width}
            for name, first, width in members
        ],
    }


def _changed(changed: Changed, comparison: Comparison) -> dict[str, Any]:
    out: dict[str, Any] = {
        "proposal": changed.proposal,
        "property": changed.property,
        "change": changed.kind,
        "before": changed.before and _verdict_of(changed.before),
        "after": changed.after and _verdict_of(changed.after),
    }
    picture = comparison.witnesses.get(changed.after.id) if changed.after is not None else None
    return {**out, "witness": of_witness(picture, changed.property)} if picture is not None else out


def _verdict_of(case: Case) -> dict[str, Any]:
    out = {
        "verdict": case.verdict,
        "met": case.met,
        "candidates": dict(case.counts),
        "location": located(case.span),
    }
    return {**out, "excluded_by": list(case.excluded)} if case.excluded else out
