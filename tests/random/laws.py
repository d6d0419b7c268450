"""Laws of the language: ways to write a spec otherwise that no verdict may depend on.

A law of statements says what may stand in place of one; it is applied at random places of steps,
paths and parts. A law of specs says what may stand in place of all declarations. None where a law
does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, TypeAlias

from cbprove.diagnostics import Source
from cbprove.frozen import fields, replace
from cbprove.syntax import ctree, questions
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

Declarations = Sequence[syntax.Declaration]
Law = Callable[[Random, Declarations], "Declarations | None"]


def declared(text: str) -> tuple[syntax.Declaration, ...]:
    return parse(Source("drawn.cbs", text))


def statements(text: str) -> syntax.Block:
    (path,) = declared(f"path p {{ {text} }}")
    assert isinstance(path, syntax.Path)
    return path.body


_SPAN = statements("consume;")[0].span


def _name(text: str) -> ctree.Name:
    return ctree.Name(text, _SPAN)


def _number(value: int) -> ctree.Number:
    return ctree.Number(value, "", _SPAN)


def _turns(low: int, high: int | None, body: syntax.Block) -> syntax.Repeat:
    top = None if high is None else _number(high)
    return syntax.Repeat(syntax.Bounds(_number(low), top), body, _SPAN)


def _block(random: Random, body: syntax.Block) -> syntax.Statement:
    """A block of its own: names made in it end with it."""
    if random.random() < 0.5:
        return _turns(1, 1, body)
    return syntax.When(_number(1), body, (), _SPAN)


# --- what a spec names ----------------------------------------------------------------------------


def _all(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, tuple):
        for each in node:
            yield from _all(each)
    elif hasattr(node, "__dataclass_fields__"):
        for part in fields(node):
            yield from _all(getattr(node, part.name))


def _made(node: Any) -> set[str]:
    """The names of objects that are made or shared in it."""
    kinds = syntax.Make | syntax.Each | syntax.Share
    return {each.name.text for each in _all(node) if isinstance(each, kinds)}


def _used(node: Any) -> set[str]:
    """The first names of places in it, and of the objects that it runs on."""
    places = {each.base.text for each in _all(node) if isinstance(each, ctree.Place)}
    return places | {each.name.text for each in _all(node) if isinstance(each, syntax.On)}


def _drawn_afresh(spec: Declarations) -> set[str]:
    return {each.name.text for each in spec if isinstance(each, syntax.Input) and each.per_step}


def _asked(spec: Declarations) -> set[str]:
    """All names in properties."""
    properties = (each for each in spec if isinstance(each, questions.Property))
    return {part.text for each in properties for part in _all(each) if isinstance(part, ctree.Name)}


# --- laws of statements ---------------------------------------------------------------------------


class Place:
    """Where a statement stands: what else the spec has, and whether it is in a step."""

    def __init__(self, random: Random, spec: Declarations, in_step: bool) -> None:
        self.random, self.in_step = random, in_step
        self.afresh = set[str]() if in_step else _drawn_afresh(spec)
        self.made = _made(tuple(spec))

    def closed(self, statement: syntax.Statement) -> bool:
        """Whether it names no object that is made outside of it, nor makes one for what follows."""
        opens = isinstance(statement, syntax.Make | syntax.Share | syntax.Consume)
        return not opens and not (_used(statement) & self.made) - _made(statement)


Instead: TypeAlias = "Sequence[syntax.Statement] | None"
StatementLaw = Callable[[Place, syntax.Statement], Instead]


def arms_in_any_order(place: Place, it: syntax.Statement) -> Instead:
    if isinstance(it, syntax.Either):
        return [replace(it, arms=it.arms[::-1], optional=False)]
    return None


def an_arm_twice(place: Place, it: syntax.Statement) -> Instead:
    if isinstance(it, syntax.Either):
        return [replace(it, arms=(*it.arms, it.arms[0]), optional=False)]
    return [syntax.Either(((it,), (it,)), False, _SPAN)] if place.closed(it) else None


def a_branch_turned_round(place: Place, it: syntax.Statement) -> Instead:
    if not isinstance(it, syntax.If):
        return None
    return [syntax.If(ctree.Unary("!", it.condition, _SPAN), it.otherwise, it.then, _SPAN)]


def a_condition_said_at_length(place: Place, it: syntax.Statement) -> Instead:
    if not isinstance(it, syntax.If):
        return None
    condition, one, none = it.condition, _number(1), _number(0)
    twice = ctree.Unary("!", ctree.Unary("!", condition, _SPAN), _SPAN)
    forms = [
        twice,
        ctree.Binary("&&", condition, one, _SPAN),
        ctree.Binary("||", none, condition, _SPAN),
        ctree.Binary("!=", condition, none, _SPAN),
        ctree.Conditional(condition, one, none, _SPAN),
    ]
    return [replace(it, condition=place.random.choice(forms))]


def a_condition_cut_in_two(place: Place, it: syntax.Statement) -> Instead:
    """What C comes to is read: the right side where the left one does not decide."""
    if not isinstance(it, syntax.If) or not isinstance(it.condition, ctree.Binary):
        return None
    both = it.condition
    if both.operator not in ("&&", "||") or _used(both) & place.afresh:
        return None
    inner = (syntax.If(both.right, it.then, it.otherwise, _SPAN),)
    if both.operator == "&&":
        return [syntax.If(both.left, inner, it.otherwise, _SPAN)]
    return [syntax.If(both.left, it.then, inner, _SPAN)]


def a_block_of_its_own(place: Place, it: syntax.Statement) -> Instead:
    opens = isinstance(it, syntax.Make | syntax.Share)
    return None if opens else [_block(place.random, (it,))]


def turns_cut_in_two(place: Place, it: syntax.Statement) -> Instead:
    if not isinstance(it, syntax.Repeat):
        return None
    low = it.bounds.low.value if isinstance(it.bounds.low, ctree.Number) else 0
    high = it.bounds.high.value if isinstance(it.bounds.high, ctree.Number) else None
    if low:
        rest = _turns(low - 1, None if high is None else high - 1, it.body)
        return place.random.sample([_turns(1, 1, it.body), rest], 2)
    if high == 0:
        return None
    return [syntax.Either(((), (_turns(1, high, it.body),)), False, _SPAN)]


def a_clone_each_turn(place: Place, it: syntax.Statement) -> Instead:
    if not isinstance(it, syntax.Each):
        return None
    bounds = syntax.Bounds(it.bounds.low or _number(1), it.bounds.high)
    body = (syntax.Make("clone", it.name, True, _SPAN), syntax.On(it.name, it.body, _SPAN))
    return [syntax.Repeat(bounds, body, _SPAN)]


def twice_as_once(place: Place, it: syntax.Statement) -> Instead:
    if isinstance(it, syntax.Read | syntax.Clear) and not _used(it) & place.afresh:
        return [it, it]
    return None


def one_place_after_another(place: Place, it: syntax.Statement) -> Instead:
    lists = isinstance(it, syntax.Read | syntax.Write | syntax.Clear)
    if not lists or len(it.places) < 2 or _used(it) & place.afresh:  # type: ignore[union-attr]
        return None
    return [replace(it, places=(each,)) for each in it.places]  # type: ignore[union-attr]


def read_on_a_clone(place: Place, it: syntax.Statement) -> Instead:
    """A clone has the bits and the history of what it was made from."""
    if place.in_step or not isinstance(it, syntax.Read) or not place.closed(it):
        return None
    if "parent" in _used(it):
        return None
    made = syntax.Make("clone", _name("copied"), True, _SPAN)
    return [_block(place.random, (made, syntax.On(_name("copied"), (it,), _SPAN)))]


def an_assumption_that_is_true(place: Place, it: syntax.Statement) -> Instead:
    return [*statements('assume 1 "it is";'), it]


OF_STATEMENTS: tuple[StatementLaw, ...] = (
    arms_in_any_order,
    an_arm_twice,
    a_branch_turned_round,
    a_condition_said_at_length,
    a_condition_cut_in_two,
    a_block_of_its_own,
    turns_cut_in_two,
    a_clone_each_turn,
    twice_as_once,
    one_place_after_another,
    read_on_a_clone,
    an_assumption_that_is_true,
)


def _in_blocks(body: syntax.Block, each: Callable[[syntax.Statement], Any]) -> syntax.Block:
    found: list[syntax.Statement] = []
    for statement in body:
        inner = _inside(statement, each)
        instead = each(inner)
        found += [inner] if instead is None else instead
    return tuple(found)


def _inside(it: Any, each: Callable[[syntax.Statement], Any]) -> Any:
    changes: dict[str, Any] = {}
    for name in ("body", "then", "otherwise"):
        if hasattr(it, name):
            changes[name] = _in_blocks(getattr(it, name), each)
    if hasattr(it, "arms"):
        changes["arms"] = tuple(_in_blocks(arm, each) for arm in it.arms)
    return replace(it, **changes)


def _everywhere(
    spec: Declarations, instead: Callable[[syntax.Statement, bool], Any]
) -> Declarations:
    """The spec with some statements replaced; the law is told whether one stands in a step."""
    found: list[syntax.Declaration] = []
    for node in spec:
        if isinstance(node, syntax.Path):
            node = replace(node, body=_in_blocks(node.body, lambda it: instead(it, False)))
        elif isinstance(node, syntax.Layer):
            bodies = [
                _in_blocks(step.body or (), lambda it: instead(it, True)) for step in node.steps
            ]
            steps = zip(node.steps, bodies, strict=True)
            node = replace(node, steps=tuple(replace(step, body=body) for step, body in steps))
        found.append(node)
    return found


def told_apart(spec: Declarations) -> Declarations:
    """The same, with a node of its own for each statement: a law may have put one twice."""
    return _everywhere(spec, lambda it, in_step: None)


def of_statements(law: StatementLaw) -> Law:
    """The law as one of specs: at most places where it applies."""

    def everywhere(random: Random, spec: Declarations) -> Declarations | None:
        places = {in_step: Place(random, spec, in_step) for in_step in (False, True)}
        applied = 0

        def instead(it: syntax.Statement, in_step: bool) -> Any:
            nonlocal applied
            found = law(places[in_step], it) if random.random() < 0.7 else None
            applied += found is not None
            return found

        rewritten = _everywhere(spec, instead)
        return rewritten if applied else None

    return everywhere


# --- laws of specs --------------------------------------------------------------------------------


def in_any_order(random: Random, spec: Declarations) -> Declarations | None:
    """All but the objects, whose order may say which one paths run on."""
    others = [each for each in spec if not isinstance(each, syntax.Object)]
    random.shuffle(others)
    return [*others, *(each for each in spec if isinstance(each, syntax.Object))]


def statements_in_parts(random: Random, spec: Declarations) -> Declarations | None:
    place, parts = Place(random, spec, False), list[syntax.Declaration]()

    def instead(it: syntax.Statement, in_step: bool) -> Any:
        if in_step or not place.closed(it) or random.random() < 0.5:
            return None
        name = _name(f"part_{len(parts)}")
        parts.append(syntax.Path("part", name, "", (it,), True, _SPAN))
        return [syntax.Call(name, _SPAN)]

    rewritten = _everywhere(spec, instead)
    return [*rewritten, *parts] if parts else None


def statements_in_steps(random: Random, spec: Declarations) -> Declarations | None:
    """A statement of a path is an unnamed step of it."""
    place, steps = Place(random, spec, False), list[syntax.Step]()
    plain = syntax.Read | syntax.Write | syntax.Clear | syntax.Copy | syntax.Assume

    def instead(it: syntax.Statement, in_step: bool) -> Any:
        if in_step or not isinstance(it, plain) or not place.closed(it) or random.random() < 0.5:
            return None
        name = _name(f"step_{len(steps)}")
        nothing = syntax.Witness(None, None, (), ())
        steps.append(syntax.Step(name, "", (it,), True, nothing, _SPAN))
        return [syntax.Call(name, _SPAN)]

    rewritten = _everywhere(spec, instead)
    layer = syntax.Layer(_name("of_paths"), "", (), None, None, tuple(steps), _SPAN)
    return [*rewritten, layer] if steps else None


def steps_written_out(random: Random, spec: Declarations) -> Declarations | None:
    """Those of which no property speaks: their history is nobody's."""
    named, afresh = _asked(spec), _drawn_afresh(spec)
    layers = [
        each for each in spec if isinstance(each, syntax.Layer) and each.name.text not in named
    ]
    bodies = {
        step.name.text: step.body
        for layer in layers
        for step in layer.steps
        if step.body is not None and step.name.text not in named and not _used(step.body) & afresh
    }
    calls = 0

    def instead(it: syntax.Statement, in_step: bool) -> Any:
        nonlocal calls
        if not isinstance(it, syntax.Call) or it.callee.text not in bodies:
            return None
        calls += 1
        return [_block(random, bodies[it.callee.text])]

    rewritten = _everywhere(spec, instead)
    return rewritten if calls else None


def paths_as_arms(random: Random, spec: Declarations) -> Declarations | None:
    paths = [each for each in spec if isinstance(each, syntax.Path) and each.kind == "path"]
    if {path.name.text for path in paths} & _asked(spec):
        return None
    either = syntax.Either((*(path.body for path in paths), paths[0].body), False, _SPAN)
    whole = syntax.Path("path", _name("all_of_them"), "", (either,), False, _SPAN)
    return [*(each for each in spec if each not in paths), whole]


def a_layer_that_nothing_uses(random: Random, spec: Declarations) -> Declarations | None:
    view = "view IDLE unused : u8 at skb.cb[0];"
    return [*spec, *declared(f"layer idle_one {{ {view} step rest unused {{ write IDLE; }} }}")]


def a_requirement_that_is_met(random: Random, spec: Declarations) -> Declarations | None:
    return [*spec, *declared("require sizeof(skb.cb) > 0;")]


def saved_and_put_back(random: Random, spec: Declarations) -> Declarations | None:
    """Bytes that are copied keep their sources; `lent` would see who touches them."""
    if any(
        isinstance(each, questions.Property) and each.claim == questions.Lent() for each in spec
    ):
        return None
    beside = declared("object beside { u8 kept[2]; }")
    ways = [
        "copy skb.cb -> skb.cb;",
        "copy skb.cb[0] -> skb.cb[0] for 2;",
        "copy skb.cb[0] -> beside.kept[0] for 2; copy beside.kept[0] -> skb.cb[0] for 2;",
    ]

    def instead(it: syntax.Statement, in_step: bool) -> Any:
        return [*statements(random.choice(ways)), it] if random.random() < 0.4 else None

    return [*_on_skb(_everywhere(spec, instead)), *beside]


def _on_skb(spec: Declarations) -> Iterator[syntax.Declaration]:
    for node in spec:
        of_skb = isinstance(node, syntax.Object) and node.name.text == "skb"
        yield replace(node, per_path=True) if of_skb else node


OF_SPECS: tuple[Law, ...] = (
    in_any_order,
    statements_in_parts,
    statements_in_steps,
    steps_written_out,
    paths_as_arms,
    a_layer_that_nothing_uses,
    a_requirement_that_is_met,
    saved_and_put_back,
)

LAWS: dict[str, Law] = {
    **{law.__name__: of_statements(law) for law in OF_STATEMENTS},
    **{law.__name__: law for law in OF_SPECS},
}
