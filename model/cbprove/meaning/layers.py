"""Steps, with what their layer says that they read and write; parts and paths."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds, system
from cbprove.diagnostics import Diagnostic
from cbprove.meaning.context import Context
from cbprove.meaning.memo import mistake
from cbprove.meaning.names import StepOf
from cbprove.meaning.places import NOWHERE
from cbprove.meaning.statements import Around, block, places
from cbprove.syntax import tree as syntax
from cbprove.system import Block, LeftOut, Part, Place, Statement, Step, Witness


def step(cx: Context, found: StepOf) -> Step:
    """A step; without a body it reads and then writes all that its layer declares."""
    return cx.memo.remember(("step", id(found.step)), lambda: _step(cx, found))


def part(cx: Context, node: syntax.Path) -> Part:
    """A path or a part."""

    def build() -> Part:
        return Part(node.name.text, node.title, block(cx, node.body, Around(NOWHERE, in_step=False)), node.span)

    return cx.memo.remember(("part", id(node)), build)


def _step(cx: Context, found: StepOf) -> Step:
    node, layer = found.step, found.layer
    if node.body is None:
        body = _whole(cx, node, layer)
    else:
        body = block(cx, node.body, Around(NOWHERE, in_step=True))
        _check_inside(cx, layer, body)
    return Step(found.name, layer.name.text, body, node.span, _witness(cx, node))


def _witness(cx: Context, node: syntax.Step) -> Witness:
    """What the step stands for in this candidate."""
    witness = node.witness
    functions = (node.name.text,) if witness.functions is None else _standing(cx, witness.functions)
    left_out = [
        LeftOut(place, each.reason, each.span)
        for each in witness.without
        if each.condition is None or cx.decided(each.condition)
        for place in places(cx, each.places, NOWHERE)
    ]
    if witness.nothing is not None:
        return Witness((), (), tuple(left_out), witness.nothing)
    return Witness(functions, _standing(cx, witness.callees), tuple(left_out))


def _standing(cx: Context, functions: tuple[syntax.Function, ...]) -> tuple[str, ...]:
    return tuple(each.name.text for each in functions if each.condition is None or cx.decided(each.condition))


def _whole(cx: Context, node: syntax.Step, layer: syntax.Layer) -> Block:
    reads, writes = declared(cx, layer, "reads"), declared(cx, layer, "writes")
    if reads is None and writes is None:
        name = layer.name.text
        help = f"give the step a body, or say what the layer `{name}` reads and writes"
        message = f"the step `{node.name.text}` has no body, and its layer `{name}` declares no reads or writes"
        raise mistake("CB0148", message, node.name.span, help)
    body: list[Statement] = []
    if reads:
        body.append(system.Read(cx.uid(node), reads, None, node.span))
    if writes:
        body.append(
            system.Write(uid=cx.uid(node, 1), places=writes, value=None, exact_value=None, length=None, span=node.span)
        )
    return tuple(body)


def declared(cx: Context, layer: syntax.Layer, which: str) -> tuple[Place, ...] | None:
    """The places that a layer says it reads or writes, None if it does not say."""
    nodes = layer.reads if which == "reads" else layer.writes
    if nodes is None:
        return None
    return cx.memo.remember((which, id(layer)), lambda: places(cx, nodes, NOWHERE))


def _check_inside(cx: Context, layer: syntax.Layer, body: Block) -> None:
    """Every access of a step lies, by name, in what its layer declares."""
    allowed = {which: cx.memo.attempt(lambda w=which: declared(cx, layer, w)) for which in ("reads", "writes")}  # type: ignore[misc]
    for which, place in _accesses(body):
        known = allowed[which]
        if known is not None and not any(_covers(outer, place) for outer in known):
            verb = "read" if which == "reads" else "write"
            message = f"the layer `{layer.name.text}` does not declare that it {which} `{place.text}`"
            help = f"add it to `{which} {', '.join(p.text for p in known)};`, or {verb} something else"
            cx.memo.report(Diagnostic("CB0147", message, place.span, help))


def _accesses(body: Block) -> Iterator[tuple[str, Place]]:
    """What statements read and write, in order; a copy reads nothing."""
    for statement in folds.within(body):
        for expr in folds.evaluated(statement):
            yield from (("reads", place) for place in folds.members(expr))
        for touch in folds.touches(statement):
            if touch.kind != "copy from":
                yield "reads" if touch.kind == "read" else "writes", touch.place


def _covers(outer: Place, inner: Place) -> bool:
    if outer.view != inner.view:
        return False
    own = outer.member
    return not own or inner.member == own or inner.member.startswith((f"{own}.", f"{own}["))
