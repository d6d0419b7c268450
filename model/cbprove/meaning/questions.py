"""Proposals and asks: what was put forward and is to be expected of it, what is asked of the
design space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.diagnostics import Diagnostic, Note, Source, Span
from cbprove.meaning.axes import fixed_number, names_in, range_in, value_in
from cbprove.meaning.context import Context
from cbprove.meaning.elaborate import conditions_of
from cbprove.meaning.memo import Poison, mistake
from cbprove.meaning.names import unknown
from cbprove.meaning.properties import FITS, has_fits
from cbprove.syntax import ctree, questions
from cbprove.syntax import tree as syntax
from cbprove.system.axes import Ask, Axis, AxisValue, Expectation, Proposal

Domain = tuple[str, ...] | range
Row = tuple[AxisValue, ...]


def proposals(cx: Context) -> tuple[Proposal, ...]:
    """What was put forward; a spec that puts nothing forward has everything as one proposal."""
    declared = cx.names.proposals.values()
    if not declared:
        domains = {name: axis.values for name, axis in cx.names.axes.items()}
        return (Proposal("any", "every candidate", domains, (), _somewhere(cx)),)
    resolved = [cx.memo.attempt(lambda n=node: _proposal(cx, n)) for node in declared]  # type: ignore[misc]
    return tuple(p for p in resolved if p is not None)


def asks(cx: Context) -> tuple[Ask, ...]:
    """The questions, in order."""
    resolved = [cx.memo.attempt(lambda n=node: _ask(cx, n)) for node in cx.names.asks.values()]  # type: ignore[misc]
    return tuple(a for a in resolved if a is not None)


def _somewhere(cx: Context) -> Span:
    """A place for what nobody wrote: the beginning of what paths run on."""
    for _, span in cx.names.shared.values():
        return span
    return Span(Source("", ""), 0, 0)


# --- proposals ---


def _proposal(cx: Context, node: questions.Proposal) -> Proposal:
    settings = _settings(cx, node.settings)
    domains: dict[str, Domain] = {}
    for name, axis in cx.names.axes.items():
        if name in settings:
            domains[name] = settings[name]
        elif axis.default is not None or len(axis.values) == 1:
            domains[name] = _single(axis, axis.values[0] if axis.default is None else axis.default)
        else:
            cx.memo.report(_undecided(node, axis))
            domains[name] = axis.values
    return Proposal(node.name.text, node.title, domains, _expectations(cx, node), node.span)


def _undecided(node: questions.Proposal, axis: Axis) -> Diagnostic:
    message = f"the proposal `{node.name.text}` does not decide `{axis.name}`"
    help = (
        f"write `{axis.name} = {axis.values[0]};` or another of its {len(axis.values)} values, or "
        f"`{axis.name} = any;`"
    )
    return Diagnostic("CB0160", message, node.name.span, help)


def _settings(cx: Context, nodes: tuple[questions.Setting, ...]) -> dict[str, Domain]:
    settings: dict[str, Domain] = {}
    first: dict[str, Span] = {}
    for node in nodes:
        name = node.axis.text
        if name in first:
            notes = (Note("first set here", first[name]),)
            cx.memo.report(
                Diagnostic("CB0161", f"`{name}` is set a second time", node.axis.span, notes=notes)
            )
            continue
        first[name] = node.axis.span
        domain = cx.memo.attempt(lambda n=node: _setting(cx, n))  # type: ignore[misc]
        axis = cx.names.axes.get(name)
        if axis is not None:
            settings[name] = axis.values if domain is None else domain
    return settings


def _setting(cx: Context, node: questions.Setting) -> Domain:
    axis = _axis(cx, node.axis)
    if node.value is not None:
        return _single(axis, value_in(cx, axis, node.value))
    if node.range is not None:
        return range_in(cx, axis, node.range)
    return axis.values if node.values is None else names_in(axis, node.values)


def _axis(cx: Context, name: ctree.Name) -> Axis:
    if name.text in cx.names.axes:
        return cx.names.axes[name.text]
    if name.text in cx.names.axis_declarations:
        raise Poison
    raise unknown("CB0106", "axis", name, cx.names.axes)


def _single(axis: Axis, value: AxisValue) -> Domain:
    return range(int(value), int(value) + 1) if isinstance(axis.values, range) else (str(value),)


def _expectations(cx: Context, node: questions.Proposal) -> tuple[Expectation, ...]:
    expectations = []
    spans: dict[str, Span] = {}
    for expected in node.expectations:
        expectation = cx.memo.attempt(lambda e=expected: _expectation(cx, e))  # type: ignore[misc]
        if expectation is None:
            continue
        expectations.append(expectation)
        if expectation.property is not None and not expectation.somewhere:
            if expectation.property in spans:
                notes = (Note("the first time here", spans[expectation.property]),)
                message = f"`{expectation.property}` is expected a second time"
                cx.memo.report(Diagnostic("CB0166", message, expected.span, notes=notes))
            spans.setdefault(expectation.property, expected.span)
    return tuple(expectations)


def _expectation(cx: Context, node: questions.Expectation) -> Expectation:
    name = node.property
    if name is not None and name.text not in property_names(cx):
        raise unknown("CB0105", "property", name, property_names(cx))
    turns = None if node.turns is None else fixed_number(cx, node.turns, "a number of turns")
    if turns is not None and (turns < 1 or node.verdict != "proved"):
        raise mistake(
            "CB0163",
            f"`{node.verdict} up to {turns}` cannot be expected",
            node.span,
            "write `proved up to N`, N >= 1",
        )
    index = None if node.condition is None else _index(cx, node.condition)
    return Expectation(
        property=name.text if name else None,
        verdict=node.verdict,
        turns=turns,
        somewhere=node.somewhere,
        condition=index,
        otherwise=node.otherwise,
    )


def property_names(cx: Context) -> list[str]:
    """Every property, the implicit `fits` included."""
    declared = cx.names.properties
    return [*declared] if has_fits(declared.values()) else [*declared, FITS.name]


def _index(cx: Context, node: ctree.Expr) -> int:
    return next(i for i, node_of in enumerate(conditions_of(cx)) if node_of is node)


# --- asks ---


def _ask(cx: Context, node: questions.Ask) -> Ask:
    asked_axes = [cx.memo.attempt(lambda n=name: _axis(cx, n)) for name in node.axes]  # type: ignore[misc]
    for name in node.properties:
        if name.text not in property_names(cx):
            cx.memo.report(unknown("CB0105", "property", name, property_names(cx)).diagnostic)
    axes = {axis.name: axis for axis in asked_axes if axis is not None}
    if len(axes) != len(node.axes):
        raise _asked_twice(node) if all(asked_axes) else Poison()
    expect = node.expect
    rows: tuple[Row, ...] = ()
    if expect is not None and expect.kind == "exactly":
        rows = tuple(_row(cx, axes, row, expect.span) for row in expect.rows)
    return Ask(
        name=node.name.text,
        title=node.title,
        axes=tuple(axes),
        domains=_ask_domains(cx, node, axes),
        properties=tuple(name.text for name in node.properties),
        given=None if node.given is None else _index(cx, node.given),
        expect=expect.kind if expect else None,
        rows=rows,
        span=node.span,
    )


def _asked_twice(node: questions.Ask) -> Exception:
    names = [name.text for name in node.axes]
    repeated = next(name for i, name in enumerate(node.axes) if name.text in names[:i])
    return mistake("CB0161", f"`{repeated.text}` is asked for a second time", repeated.span)


def _ask_domains(cx: Context, node: questions.Ask, axes: Mapping[str, Axis]) -> dict[str, Domain]:
    mentioned = set(_mentioned(cx, node.given, set())) if node.given is not None else set()
    domains: dict[str, Domain] = {}
    for name, axis in cx.names.axes.items():
        if name in axes or name in mentioned:
            domains[name] = axis.values
        elif axis.default is not None or len(axis.values) == 1:
            domains[name] = _single(axis, axis.values[0] if axis.default is None else axis.default)
        else:
            message = f"the ask `{node.name.text}` does not decide `{name}`, which has no default"
            help = f"ask for it too, or say `given {name} == {axis.values[0]}`"
            cx.memo.report(Diagnostic("CB0160", message, node.name.span, help))
    return domains


def _row(
    cx: Context, axes: Mapping[str, Axis], settings: tuple[questions.Setting, ...], span: Span
) -> tuple[AxisValue, ...]:
    values: dict[str, AxisValue] = {}
    for setting in settings:
        axis = axes.get(setting.axis.text)
        if axis is None:
            raise unknown("CB0164", "asked axis", setting.axis, axes)
        if setting.value is None:
            raise mistake("CB0164", f"an answer gives `{axis.name}` one value", setting.span)
        values[axis.name] = value_in(cx, axis, setting.value)
    for name in axes:
        if name not in values:
            raise mistake(
                "CB0164",
                f"this answer does not say `{name}`",
                settings[0].span if settings else span,
            )
    return tuple(values[name] for name in axes)


def _mentioned(cx: Context, node: object, visited: set[str]) -> Iterator[str]:
    """The axes that an expression mentions, also through constants and packings."""
    if isinstance(node, ctree.Name):
        if node.text in visited:
            return
        visited.add(node.text)
        if node.text in cx.names.axis_declarations:
            yield node.text
        constant = cx.names.constants.get(node.text)
        if isinstance(constant, syntax.Define):
            yield from _mentioned(cx, constant.value, visited)
    for inner in getattr(node, "__match_args__", ()):
        value = getattr(node, inner)
        for part in value if isinstance(value, tuple) else (value,):
            if not isinstance(part, Span):
                yield from _mentioned(cx, part, visited)
