"""Steps, parts and paths under an assignment, statement by statement: `when` decided, places
found, expressions typed."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.frozen import frozen
from cbprove.meaning.accesses import access, copy, places, write
from cbprove.meaning.context import Context, settled, text_of
from cbprove.meaning.expressions import typed
from cbprove.meaning.memo import Mistake, Poison, mistake
from cbprove.meaning.names import StepOf, unknown
from cbprove.meaning.places import NOWHERE, Scope, article
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system import statements
from cbprove.system.expressions import Place
from cbprove.system.program import LeftOut, NotFollowed, Part, Step, Witness
from cbprove.system.statements import Block, Statement


def step(cx: Context, declaration: StepOf) -> Step:
    """A step; without a body it reads and then writes all that its layer declares."""
    return cx.memo.remember(("step", id(declaration.step)), lambda: _step(cx, declaration))


def part(cx: Context, node: syntax.Path) -> Part:
    """A path or a part."""

    def build() -> Part:
        return Part(
            node.name.text,
            node.title,
            block(cx, node.body, Around(NOWHERE, in_step=False)),
            node.span,
        )

    return cx.memo.remember(("part", id(node)), build)


def _step(cx: Context, declaration: StepOf) -> Step:
    node, layer = declaration.step, declaration.layer
    if node.body is None:
        body = _whole(cx, node, layer)
    else:
        body = block(cx, node.body, Around(NOWHERE, in_step=True))
        _check_inside(cx, layer, body)
    return Step(declaration.name, layer.name.text, body, node.span, _witness(cx, node))


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
    not_followed = [
        NotFollowed(name, each.reason, each.span)
        for each in witness.without
        for name in _standing(cx, each.callees)
    ]
    return Witness(
        functions,
        _standing(cx, witness.callees),
        left_out=tuple(left_out),
        not_followed=tuple(not_followed),
    )


def _standing(cx: Context, functions: tuple[syntax.Function, ...]) -> tuple[str, ...]:
    return tuple(
        each.name.text for each in functions if each.condition is None or cx.decided(each.condition)
    )


def _whole(cx: Context, node: syntax.Step, layer: syntax.Layer) -> Block:
    reads, writes = declared(cx, layer, "reads"), declared(cx, layer, "writes")
    if reads is None and writes is None:
        name = layer.name.text
        help = f"give the step a body, or say what the layer `{name}` reads and writes"
        message = (
            f"the step `{node.name.text}` has no body, and its layer `{name}` declares no "
            f"reads or writes"
        )
        raise mistake("CB0148", message, node.name.span, help)
    body: list[Statement] = []
    if reads:
        body.append(statements.Read(cx.uid(node), reads, None, node.span))
    if writes:
        body.append(
            statements.Write(
                uid=cx.uid(node, 1),
                places=writes,
                value=None,
                exact_value=None,
                length=None,
                span=node.span,
            )
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
    reads = cx.memo.attempt(lambda: declared(cx, layer, "reads"))
    writes = cx.memo.attempt(lambda: declared(cx, layer, "writes"))
    for which, accessed in _accesses(body):
        declared_places = reads if which == "reads" else writes
        if declared_places is not None and not any(
            _covers(outer, accessed) for outer in declared_places
        ):
            verb = "read" if which == "reads" else "write"
            message = (
                f"the layer `{layer.name.text}` does not declare that it {which} `{accessed.text}`"
            )
            help = (
                f"add it to `{which} {', '.join(p.text for p in declared_places)};`, or {verb} "
                f"something else"
            )
            cx.memo.report(Diagnostic("CB0147", message, accessed.span, help))


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
    owner = outer.member
    return not owner or inner.member == owner or inner.member.startswith((f"{owner}.", f"{owner}["))


@frozen
class Around:
    """What stands around a statement: the names made so far, and whether it is a step's (which
    calls nothing)."""

    scope: Scope
    in_step: bool

    def made(self, name: str, how: str) -> Around:
        return Around({**self.scope, name: how}, self.in_step)


def block(cx: Context, nodes: syntax.Block, scope_around: Around) -> Block:
    """The statements of a block, in order, without those that `when` leaves out; one with a
    mistake is left out too."""
    nodes_made: list[statements.Statement] = []
    for node in nodes:
        if isinstance(node, syntax.When):
            # Names made in it are not added to those around
            nodes_made.extend(_when(cx, node, scope_around))
            continue
        scope_here = scope_around
        node_made = cx.memo.attempt(lambda n=node, a=scope_here: _remembered(cx, n, a))  # type: ignore[misc]
        if node_made is not None:
            nodes_made.append(node_made)
        if isinstance(node, syntax.Make | syntax.Share):
            scope_around = scope_around.made(
                node.name.text, "share" if isinstance(node, syntax.Share) else node.kind
            )
    return tuple(nodes_made)


def _remembered(cx: Context, node: syntax.Statement, surroundings: Around) -> statements.Statement:
    return cx.memo.remember(("statement", id(node)), lambda: _statement(cx, node, surroundings))


def _when(cx: Context, node: syntax.When, surroundings: Around) -> Block:
    truth = cx.memo.attempt(lambda: cx.decided(node.condition))
    if truth is None:
        return ()
    body = block(cx, node.then if truth else node.otherwise, surroundings)
    if any(isinstance(inner, statements.Make | statements.Share) for inner in body):
        return (statements.When(cx.uid(node), body, node.span),)
    return body  # a block that makes no name needs no end


def _statement(cx: Context, node: syntax.Statement, surroundings: Around) -> statements.Statement:
    uid, span = cx.uid(node), node.span
    match node:
        case syntax.Read():
            places, length = access(cx, node.places, node.length, surroundings.scope)
            return statements.Read(uid, places, length, span)
        case syntax.Write():
            return write(cx, node, surroundings.scope)
        case syntax.Clear():
            places, length = access(cx, node.places, node.length, surroundings.scope)
            return statements.Clear(uid, places, length, span)
        case syntax.Copy():
            return copy(cx, node, surroundings.scope)
        case syntax.Assume():
            condition = typed(cx, node.condition, surroundings.scope)
            return statements.Assume(
                uid, condition, node.reason, text_of(node.condition.span), span
            )
        case syntax.Make():
            _refuse_clash(cx, node.name)
            return statements.Make(uid, node.kind, node.name.text, span)
        case syntax.Share():
            _refuse_clash(cx, node.name)
            return statements.Share(uid, node.name.text, span)
        case syntax.Consume():
            return statements.Consume(uid, span)
        case syntax.Call():
            return _call(cx, node, surroundings)
        case _:
            return _compound(cx, node, surroundings)


def _compound(cx: Context, node: syntax.Statement, surroundings: Around) -> statements.Statement:
    uid, span = cx.uid(node), node.span
    match node:
        case syntax.On():
            if node.name.text not in surroundings.scope:
                raise _not_made(cx, node.name, surroundings)
            return statements.On(uid, node.name.text, block(cx, node.body, surroundings), span)
        case syntax.Each():
            _refuse_clash(cx, node.name)
            low, high = _turns(cx, node.bounds, 1)
            return statements.Each(
                uid=uid,
                name=node.name.text,
                low=low,
                high=high,
                body=block(cx, node.body, surroundings.made(node.name.text, "each")),
                span=span,
            )
        case syntax.Repeat():
            low, high = _turns(cx, node.bounds, 0)
            body = block(cx, node.body, surroundings)
            return statements.Repeat(
                uid, 0 if _idles(body) and low > _MANY else low, high, body, span
            )
        case syntax.Either():
            return statements.Either(
                uid, tuple(block(cx, arm, surroundings) for arm in node.arms), node.optional, span
            )
        case syntax.If():
            condition = cx.memo.attempt(lambda: typed(cx, node.condition, surroundings.scope))
            nodes, otherwise = (
                block(cx, node.then, surroundings),
                block(cx, node.otherwise, surroundings),
            )
            if condition is None:
                raise Poison
            return statements.If(uid, condition, nodes, otherwise, span)
    raise AssertionError(f"no such statement: {node}")


_MANY = 1000  # turns that a loop has at least, beyond which nobody counts those that do nothing


def _idles(body: statements.Block) -> bool:
    """Whether a turn may do nothing at all.

    Then as many such turns as one likes make up a LO: runs of fewer turns reach the same claims and
    break the same.
    """
    return all(
        isinstance(s, statements.Either) and any(_idles(arm) for arm in s.arms) for s in body
    )


# --- names, turns, calls ---


def _refuse_clash(cx: Context, name: ctree.Name) -> None:
    """A made name may hide another made one, but nothing that is declared."""
    if name.text == "parent":
        raise mistake(
            "CB0119", "`parent` always means what the current object was made from", name.span
        )
    if name.text in cx.names.shared:
        kind, first = cx.names.shared[name.text]
        notes = (Note("declared here", first),)
        raise mistake(
            "CB0119",
            f"`{name.text}` is already the name of {article(kind)}",
            name.span,
            notes=notes,
        )


def _not_made(cx: Context, name: ctree.Name, surroundings: Around) -> Mistake:
    if name.text in cx.names.objects:
        message = (
            f"`on` runs a block on a made or shared object; `{name.text}` exists once and "
            f"is named in places"
        )
        return mistake("CB0108", message, name.span)
    help = "a name is seen to the end of the block that makes it"
    return unknown("CB0108", "object called", name, surroundings.scope, help)


def _turns(cx: Context, bounds: syntax.Bounds, least: int) -> tuple[int, int | None]:
    low = least if bounds.low is None else _turn(cx, bounds.low)
    high = None if bounds.high is None else _turn(cx, bounds.high)
    if high is not None and low > high:
        span: Span = (bounds.low or bounds.high).span  # type: ignore[union-attr]
        raise mistake("CB0124", f"a loop of {low} to {high} turns has no number of turns", span)
    return low, high


def _turn(cx: Context, node: ctree.Expr) -> int:
    count = settled(cx.term(node))
    if count < 0:
        raise mistake("CB0127", f"a loop cannot have {count} turns", node.span)
    return count


def _call(cx: Context, node: syntax.Call, surroundings: Around) -> statements.Call:
    name = node.callee
    if surroundings.in_step:
        raise mistake(
            "CB0146",
            f"a step calls nothing, not even `{name.text}`",
            node.span,
            "call it in a path or part",
        )
    part = cx.names.parts.get(name.text)
    if part is None:
        return statements.Call(cx.uid(node), "step", _step_name(cx, name), node.span)
    if part.kind == "path":
        raise mistake(
            "CB0153",
            f"`{name.text}` is a path, which starts runs and is not called",
            node.span,
            "make it a `part`",
        )
    return statements.Call(cx.uid(node), "part", name.text, node.span)


def _step_name(cx: Context, name: ctree.Name) -> str:
    callable_parts = [p for p, part in cx.names.parts.items() if part.kind == "part"]
    if "." not in name.text and name.text not in cx.names.steps:
        raise unknown("CB0104", "step or part", name, [*cx.names.steps, *callable_parts])
    return cx.names.step(name).name
