"""A change on a spec: the spec before and after, whichever of the two it is as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from cbprove.diagnostics import Diagnostic, Source, SpecError
from cbprove.frozen import frozen, replace
from cbprove.patching.apply import apply, common
from cbprove.patching.areas import Area, areas, declared, with_areas
from cbprove.patching.change import Change
from cbprove.patching.edits import Edit, Macro, called
from cbprove.patching.enums import EnumEdit, misfits, with_enums
from cbprove.patching.enums import declared as enumerated
from cbprove.patching.enums import values as counted_values
from cbprove.patching.pieces import spelled
from cbprove.patching.relayout import Relaid, relaid, tags
from cbprove.patching.structs import Body, body, depending
from cbprove.report.answer import Revalued
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse


@frozen
class Onto:
    """The tree of a spec on both sides; `reverse` says that the spec has the change already.

    `edited` are the tags of the structs that the patch edits; `unsure` the `#if` lines of which nothing was known. `unlaid` is
    why text alone does not say how they lie; `notes` is what the compiler says of that.
    """

    old: syntax.Tree
    new: syntax.Tree
    relaid: Relaid
    reverse: bool
    edited: frozenset[str]
    unsure: tuple[str, ...]
    values: tuple[Revalued, ...] = ()
    unlaid: SpecError | None = None
    notes: tuple[str, ...] = ()


@frozen
class _Plan:
    """The structs as they become, what does not fit, and the `#if` lines that are taken as true without being known."""

    bodies: Mapping[str, Body]
    misfits: tuple[str, ...]
    unsure: tuple[str, ...]


@frozen
class _Meant:
    """What of a change a spec has: edits with the structs that they mean, macros, control blocks, enums."""

    edits: tuple[tuple[Edit, str], ...]
    macros: tuple[Macro, ...]
    blocks: tuple[Area, ...]
    enums: tuple[EnumEdit, ...]

    @property
    def nothing(self) -> bool:
        return not (self.edits or self.macros or self.blocks or self.enums)


def _meant(tree: syntax.Tree, whole: Change) -> _Meant:
    known = tags(tree)
    edits = [edit for edit in whole.edits if not edit.created]
    return _Meant(
        tuple((edit, tag) for edit in edits for tag in called(edit, known) if _is_it(edit, known[tag], tag)),
        tuple(macro for macro in whole.macros if _value(tree, macro.name) is not None),
        tuple(each for each in areas(edits) if declared(tree, each) is not None),
        tuple(edit for edit in whole.enums if enumerated(tree, edit) is not None),
    )


@frozen
class _Way:
    """Whether a spec stands before a change, or behind it; `bodies` and `values` tell of structs and of all else."""

    plan: _Plan
    bodies: bool
    values: bool
    misfits: tuple[str, ...]


def _ways(tree: syntax.Tree, meant: _Meant) -> tuple[_Way, _Way]:
    """Forward and backward."""
    known = tags(tree)
    there = [spelled(_value(tree, macro.name) or "") for macro in meant.macros]
    there += [spelled(declared(tree, each) or "") for each in meant.blocks]
    was = [spelled(m.old or "") for m in meant.macros] + [spelled(each.old) for each in meant.blocks]
    will = [spelled(m.new or "") for m in meant.macros] + [spelled(each.new) for each in meant.blocks]
    back = [(edit.reversed(), tag) for edit, tag in reversed(meant.edits)]
    sides = (
        (_plan(meant.edits, known), was, meant.enums),
        (_plan(back, known), will, [edit.reversed() for edit in meant.enums]),
    )
    made = []
    for plan, values, enums in sides:
        wrong = _enum_misfits(tree, enums)
        made.append(_Way(plan, not plan.misfits, values == there and not wrong, (*plan.misfits, *wrong)))
    return made[0], made[1]


def onto(tree: syntax.Tree, whole: Change, name: str, compiled: bool = False) -> Onto | None:
    """The change on a spec, None if that has nothing of it. Where structs are `compiled`, those that do not fit stay as they are.

    Raises SpecError CB0342 if it fits neither as a patch to come nor as one that is in already.
    """
    meant = _meant(tree, whole)
    if meant.nothing:
        return None
    forward, backward = _ways(tree, meant)
    fitting = [way for way in (forward, backward) if way.bodies and way.values]
    unlaid = None
    if not fitting:
        unlaid = _misfit(name, forward.misfits, meant.macros, [_value(tree, each.name) or "" for each in meant.macros])
        fitting = [way for way in (forward, backward) if way.values and compiled and meant.edits]
        if not fitting:
            raise unlaid
    return _done(tree, whole, meant, fitting[0], (fitting[0] is forward, unlaid, compiled))


def _done(tree: syntax.Tree, whole: Change, meant: _Meant, way: _Way, how: tuple[bool, SpecError | None, bool]) -> Onto:
    """The change done in one direction; what text does not lay out is left to the compiler, if there is one."""
    ahead, unlaid, compiled = how
    known, macros, enums = tags(tree), meant.macros, meant.enums
    created = [Body(edit.kind, edit.tag, edit.new) for edit in whole.edits if edit.created and edit.tag not in known]
    counted = enums if ahead else [edit.reversed() for edit in reversed(enums)]
    values = partial(_with_values, macros=macros, enums=counted, new=ahead)
    names = {each.name for each in macros} | {name for edit in enums for name, _ in enumerated(tree, edit) or ()}
    hanging = {tag: body(known[tag], tag) for tag in depending(tree, names) if tag not in way.plan.bodies}
    made = Relaid(values(tree), {}, {}, (), ())
    if unlaid is None:
        try:
            made = relaid(tree, {**way.plan.bodies, **hanging}, created, values)
        except SpecError as error:
            if not compiled:
                raise
            unlaid = error
    other = with_areas(made.tree, meant.blocks, new=ahead)
    said = (*_values_of(tree, other, macros), *_constants_of(tree, other, enums))
    found = Onto(
        old=tree,
        new=other,
        relaid=made,
        reverse=False,
        edited=frozenset(way.plan.bodies),
        unsure=way.plan.unsure if unlaid is None else (),
        values=said,
        unlaid=unlaid,
    )
    return found if ahead else _reversed(found)


def _reversed(found: Onto) -> Onto:
    return replace(
        found,
        old=found.new,
        new=found.old,
        relaid=replace(found.relaid, before=found.relaid.after, after=found.relaid.before),
        reverse=True,
        values=tuple(Revalued(each.name, each.after, each.before) for each in found.values),
    )


def _with_values(tree: syntax.Tree, macros: Sequence[Macro], enums: Sequence[EnumEdit], new: bool) -> syntax.Tree:
    return with_enums(_with_macros(tree, macros, new), enums)


def _enum_misfits(tree: syntax.Tree, enums: Sequence[EnumEdit]) -> tuple[str, ...]:
    """Why edits of enums do not fit, each on what those before it have made."""
    found: list[str] = []
    for edit in enums:
        there = enumerated(tree, edit) or ()
        found += [f"`enum{' ' + edit.tag if edit.tag else ''}`: {why}" for why in misfits(edit, there)]
        tree = with_enums(tree, [edit]) if not found else tree
    return tuple(found)


def _is_it(edit: Edit, node: ctree.RecordBody, tag: str) -> bool:
    """Whether a struct of this name is the one that is meant: that has some of the members around."""
    return node.kind == edit.kind and (common(edit, body(node, tag).pieces) > 0 or not edit.old)


def _plan(meant: Sequence[tuple[Edit, str]], known: Mapping[str, ctree.RecordBody]) -> _Plan:
    bodies: dict[str, Body] = {}
    misfits: list[str] = []
    unsure: list[str] = []
    for edit, tag in meant:
        had = bodies.get(tag) or body(known[tag], tag)
        done = apply(edit, had.pieces)
        misfits += [f"`{edit.kind} {tag}`: {misfit}" for misfit in done.misfits]
        unsure += done.unsure
        bodies[tag] = replace(had, pieces=done.pieces)
    return _Plan(bodies, tuple(dict.fromkeys(misfits)), tuple(dict.fromkeys(unsure)))


def _misfit(name: str, misfits: Sequence[str], macros: Sequence[Macro], there: Sequence[str]) -> SpecError:
    told = list(misfits)
    told += [
        f"`{macro.name}`: it is `{spelled(value)}`, and the patch makes `{macro.new}` of `{macro.old}`"
        for macro, value in zip(macros, there, strict=True)
        if spelled(value) not in (spelled(macro.old or ""), spelled(macro.new or ""))
    ]
    help = "it is of another kernel than the patch, perhaps: give the --model of its kernel, or a spec of your own"
    found = [Diagnostic("CB0342", f"the patch does not apply to {name}: {each}", None, help) for each in told]
    return SpecError(tuple(found or [Diagnostic("CB0342", f"the patch is half in {name}", None, help)]))


# --- macros -----------------------------------------------------------------------------------------------


def _value(tree: syntax.Tree, name: str) -> str | None:
    """What a macro, or the param that stands for one, is in a spec, as it is written."""
    for node in tree.declarations:
        expr = _expression(node, name)
        if expr is not None:
            return expr.span.source.text[expr.span.start : expr.span.end]
    return None


def _expression(node: syntax.Declaration, name: str) -> ctree.Expr | None:
    match node:
        case syntax.Define(found, value) if found.text == name:
            return value
        case syntax.Param(name=found, default=value) if found.text == name:
            return value
    return None


def _with_macros(tree: syntax.Tree, macros: Sequence[Macro], new: bool) -> syntax.Tree:
    values = {macro.name: macro.new if new else macro.old for macro in macros}
    if not macros:
        return tree
    text = "".join(f"#define {name} {value}\n" for name, value in values.items() if value is not None)
    made = tuple(_with_value(node, values) for node in tree.declarations)
    return syntax.Tree(made, (*tree.sources, Source("the macros of the patch", text)))


def _with_value(node: syntax.Declaration, values: Mapping[str, str | None]) -> syntax.Declaration:
    if not isinstance(node, syntax.Define | syntax.Param):
        return node
    value = values.get(node.name.text)
    if value is None or _expression(node, node.name.text) is None:
        return node
    (other,) = parse(Source("the macros of the patch", f"#define {node.name.text} {value}\n"))
    assert isinstance(other, syntax.Define)
    return replace(node, value=other.value) if isinstance(node, syntax.Define) else replace(node, default=other.value)


def _values_of(old: syntax.Tree, new: syntax.Tree, macros: Sequence[Macro]) -> Iterator[Revalued]:
    for name in dict.fromkeys(macro.name for macro in macros):
        yield Revalued(name, _value(old, name) or "", _value(new, name) or "")


def _constants_of(old: syntax.Tree, new: syntax.Tree, enums: Sequence[EnumEdit]) -> Iterator[Revalued]:
    """The constants that have another value, or that one side alone has."""
    found: dict[str, Revalued] = {}
    for edit in enums:
        had, has = (counted_values(enumerated(tree, edit) or ()) for tree in (old, new))
        for name in {**had, **has}:
            if had.get(name) != has.get(name):
                found[name] = Revalued(name, had.get(name, ""), has.get(name, ""))
    yield from found.values()
