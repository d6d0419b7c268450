"""A property in C: which of the judges is taken, and what it asks about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cbprove.diagnostics import Span
from cbprove.language import syntax
from cbprove.reproduce.runtime import words
from cbprove.reproduce.spelling import identifier, quoted
from cbprove.reproduce.statements import Statements
from cbprove.reproduce.values import Here

_JUDGES = {
    syntax.Preserved: ("preserved",),
    syntax.Owned: ("named", "owned"),
    syntax.Written: ("named", "written"),
    syntax.Exact: ("named", "exact"),
    syntax.Holds: ("holds",),
    syntax.Fits: ("fits", "placement"),
    syntax.Lent: ("lent",),
    syntax.AlignedViews: ("placement",),
    syntax.Disjoint: ("placement",),
}
_PLACED = (syntax.AlignedViews, syntax.Disjoint)


@dataclass(frozen=True)
class Asked:
    """What is printed of a property: text before the statements' functions, the judge's files, the checks of placement.

    `runs` says whether runs are tried at all.
    """

    before: tuple[str, ...]
    judges: tuple[str, ...]
    checks: tuple[str, ...]
    runs: bool


def asked(statements: Statements, claim: syntax.Claim, where: tuple[syntax.Name, ...]) -> Asked:
    """The property as C."""
    skb = identifier(statements.names.first_object())
    members = _members(claim)
    places = [
        statements.values.place(place, Here(skb), still=not isinstance(claim, syntax.Preserved)) for place in members
    ]
    before = [f"#define CB_CLAIMED {len(places)}", *_listed(skb, places), *_meant(statements, where)]
    before += _particular(statements, claim, skb)
    checks = _checks(statements, claim, places)
    return Asked(tuple(before), _JUDGES[type(claim)], tuple(checks), not isinstance(claim, _PLACED))


def _members(claim: syntax.Claim) -> tuple[syntax.Place, ...]:
    if isinstance(claim, syntax.Disjoint):
        return (claim.left, claim.right)
    return getattr(claim, "members", ())


def _listed(skb: str, places: list[str]) -> list[str]:
    lines = [f"\tcb_to[{number}] = {place};" for number, place in enumerate(places)]
    unused = [f"\t(void){name};" for name in (skb, "cb_to") if name not in words(lines)]
    return [f"static void cb_members(struct cb_name *{skb}, struct cb_place *cb_to)", "{", *lines, *unused, "}"]


def _meant(statements: Statements, where: tuple[syntax.Name, ...]) -> list[str]:
    """Whether a claim made here counts: `in WHERE`."""
    paths = [name.text for name in where if name.text in statements.names.parts]
    tests = [f"cb_same(cb_path, {quoted(path)})" for path in paths]
    others = [name for name in where if name.text not in statements.names.parts]
    tests += [f"cb_same(cb_step, {quoted(step)})" for step in _steps(statements, others)]
    condition = " || ".join(tests) or "1"
    return [f"static int cb_meant(void) {{ return {condition}; }}"]


def _steps(statements: Statements, names: Iterable[syntax.Name]) -> list[str]:
    """The steps named, all of a layer's for a layer."""
    found: list[str] = []
    for name in names:
        if "." in name.text or name.text in statements.names.steps:
            found.append(statements.names.step(name).name)
        else:
            found += [s.name for s in statements.names.all_steps() if s.layer.name.text == name.text]
    return found


def _particular(statements: Statements, claim: syntax.Claim, skb: str) -> list[str]:
    names = statements.names
    match claim:
        case syntax.Preserved(_, start, end):
            return [
                f"#define CB_START {quoted(names.step(start).name)}",
                f"#define CB_END {quoted(names.step(end).name)}",
            ]
        case syntax.Written(_, by):
            tests = " || ".join(f"cb_same(cb_who, {quoted(step)})" for step in _steps(statements, by)) or "1"
            given = f"static int cb_by(const char *cb_who) {{ (void)cb_who; return {tests}; }}"
            return [f"#define CB_BY_SOME {int(bool(by))}", given]
        case syntax.Holds(condition, at):
            text = statements.values.text(condition, Here(skb))
            lines = [
                f"#define CB_END {quoted(names.step(at).name)}",
                f"#define CB_CONDITION {quoted(_text(condition.span))}",
            ]
            return [*lines, f"static int cb_condition(struct cb_name *{skb}) {{ (void){skb}; return ({text}) != 0; }}"]
        case syntax.Fits(members):
            return [_meant_views(statements, members)]
    return []


def _meant_views(statements: Statements, members: tuple[syntax.Place, ...]) -> str:
    views = [node.base.text if node.base.text in statements.names.views else "" for node in members]
    tests = [f"cb_same(cb_view, {quoted(identifier(view))})" if view else "cb_raw" for view in views]
    head = "static int cb_meant_view(const char *cb_view, int cb_raw)"
    return f"{head} {{ (void)cb_view, (void)cb_raw; return {' || '.join(tests) or '1'}; }}"


def _text(span: Span) -> str:
    return " ".join(span.source.text[span.start : span.end].split())


def _checks(statements: Statements, claim: syntax.Claim, places: list[str]) -> list[str]:
    """What is true of the placement before any run."""
    if isinstance(claim, syntax.Disjoint):
        return [f"cb_disjoint({places[0]}, {places[1]});"]
    if not isinstance(claim, syntax.Fits | syntax.AlignedViews):
        return []
    named = [node.base.text for node in claim.members]
    word = "fits" if isinstance(claim, syntax.Fits) else "aligned"
    meant = [view for view in statements.names.views if not named or view in named]
    checks = []
    for view in meant:
        statements.values.views.view(view)
        checks.append(f"if ((cb_v = cb_view_of({quoted(identifier(view))}))->length) cb_view_{word}(cb_v);")
    return checks
