"""Tree to system: names looked up, axes and their domains worked out, proposals and asks
decided."""

from __future__ import annotations

from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.frozen import replace
from cbprove.meaning import axes, calls, check, elaborate, questions, used
from cbprove.meaning.collect import collect
from cbprove.meaning.context import Context, text_of
from cbprove.meaning.mistakes import tidy, too_deep
from cbprove.meaning.names import Names
from cbprove.meaning.properties import FITS, has_fits
from cbprove.meaning.system import System
from cbprove.syntax import tree as syntax
from cbprove.system.axes import LayerNames, PropertyName


def resolve(tree: syntax.Tree, warned: bool = True) -> System:
    """The system that a tree describes. Raises SpecError with all mistakes if what holds for every
    candidate has any.

    `check.check` finds those that candidates make. What nothing uses is looked for where somebody
    is `warned` of it.
    """
    try:
        return _resolve(tree, warned)
    except RecursionError:
        raise SpecError((too_deep(),)) from None


def _resolve(tree: syntax.Tree, warned: bool) -> System:
    names = collect(tree)
    used.choose_object(names)
    circles = list(calls.recursion(names))
    names.diagnostics.extend(circles or calls.lengths(names))
    cx = elaborate.context(names)
    _number_statements(cx)
    axes.axes(cx)
    cx.memo.begin(axes.constants(cx))
    system = _system(tree, cx)
    diagnostics = [*names.diagnostics, *_without_object(tree, names), *cx.memo.diagnostics()]
    if diagnostics:
        recursive = any(d.code == "CB0113" for d in diagnostics)
        diagnostics += [] if recursive else check.mistakes(system)
        raise SpecError(tidy(diagnostics, tree.sources))
    warnings_given = (*names.warnings, *(used.warnings(tree, names) if warned else ()))
    return replace(system, warnings=tidy(warnings_given, tree.sources))


def _system(tree: syntax.Tree, cx: Context) -> System:
    line = next((d for d in tree.declarations if isinstance(d, syntax.SpecLine)), None)
    return System(
        name=line.name.text if line else "",
        title=line.title if line else "",
        axes=tuple(cx.names.axes.values()),
        proposals=questions.proposals(cx),
        asks=questions.asks(cx),
        properties=_properties(cx.names),
        layers=tuple(_layer(cx.names, layer) for layer in cx.names.layers.values()),
        conditions=tuple(text_of(node.span) for node in elaborate.conditions_of(cx)),
        sources=tree.sources,
        warnings=(),
        context=cx,
        audited=tuple(
            (d.record, d.span) for d in tree.declarations if isinstance(d, syntax.Audited)
        ),
    )


def _properties(names: Names) -> tuple[PropertyName, ...]:
    declared = tuple(PropertyName(p.name.text, p.title, p.span) for p in names.properties.values())
    if has_fits(names.properties.values()):
        return declared
    if FITS.name in names.properties:
        span = names.properties[FITS.name].name.span
        message = "`fits` is the name of the property that every spec is checked for"
        names.diagnostics.append(
            Diagnostic("CB0110", message, span, "call this one something else")
        )
    return (*declared, PropertyName(FITS.name, FITS.title, None))


def _layer(names: Names, node: syntax.Layer) -> LayerNames:
    return LayerNames(
        name=node.name.text,
        title=node.title,
        views=tuple(view.name.text for view in node.views),
        steps=tuple(s.name for s in names.steps_of(node)),
        reads=None if node.reads is None else tuple(text_of(p.span) for p in node.reads),
        writes=None if node.writes is None else tuple(text_of(p.span) for p in node.writes),
    )


def _without_object(tree: syntax.Tree, names: Names) -> list[Diagnostic]:
    if names.objects:
        return []
    line = next((d for d in tree.declarations if isinstance(d, syntax.SpecLine)), None)
    help = "declare what paths run on, as `object skb { char cb[48]; }`"
    return [Diagnostic("CB0115", "the spec declares no object", line.span if line else None, help)]


def _number_statements(cx: Context) -> None:
    """Give each statement its number, in the order of the spec; a step without a body takes two."""
    following = 1
    for step in cx.names.all_steps():
        if step.step.body is None:
            cx.give(step.step, following)
            following += 2
        for node in elaborate.statements(step.step.body or ()):
            cx.give(node, following)
            following += 1
    for part in cx.names.parts.values():
        for node in elaborate.statements(part.body):
            cx.give(node, following)
            following += 1
