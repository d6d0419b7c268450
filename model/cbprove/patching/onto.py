"""A change on a spec: the spec before and after, whichever of the two it is as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from cbprove.diagnostics import Diagnostic, Source, SpecError
from cbprove.frozen import frozen, replace
from cbprove.patching.apply import apply, common
from cbprove.patching.areas import Area, areas, declared, with_areas
from cbprove.patching.change import Change
from cbprove.patching.edits import Edit, Macro, Meaning, called, taken_away_first
from cbprove.patching.enums import EnumEdit, misfits, with_enums
from cbprove.patching.enums import declared as enumerated
from cbprove.patching.enums import values as counted_values
from cbprove.patching.pieces import spelled
from cbprove.patching.relayout import Relaid, relaid, tags
from cbprove.patching.structs import Body, body, depending, with_attributes
from cbprove.patching.valued import as_written
from cbprove.report.answer import Revalued
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse


@frozen
class Onto:
    """The tree of a spec on both sides; `reverse` says that the spec has the change already.

    `edited` are the tags of the structs that the patch edits; `unsure` the `#if` lines of which
    nothing was known. `unlaid` is why text alone does not say how they lie; `notes` is what the
    compiler says of that.
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
    """The structs as they become, what does not fit, and the `#if` lines that are taken as true
    without being known; whether any struct is another one then."""

    bodies: Mapping[str, Body]
    misfits: tuple[str, ...]
    unsure: tuple[str, ...]
    changes: bool


@frozen
class _Meant:
    """What of a change a spec has: edits with the structs that they mean, macros, control
    blocks, enums."""

    edits: tuple[tuple[Edit, str], ...]
    macros: tuple[Macro, ...]
    blocks: tuple[Area, ...]
    enums: tuple[EnumEdit, ...]

    @property
    def nothing(self) -> bool:
        return not (self.edits or self.macros or self.blocks or self.enums)


def _meant(tree: syntax.Tree, whole_change: Change) -> _Meant:
    tags_known = tags(tree)
    edits = [edit for edit in whole_change.edits if not edit.created]
    return _Meant(
        tuple(
            (edit, tag)
            for edit in edits
            for tag in called(edit, tags_known)
            if _is_it(edit, tags_known[tag], tag)
        ),
        tuple(_macros(tree, whole_change.macros)),
        tuple(each for each in areas(edits) if declared(tree, each) is not None),
        tuple(edit for edit in whole_change.enums if enumerated(tree, edit) is not None),
    )


@frozen
class _Way:
    """Whether a spec stands before a change, or behind it; `bodies` and `values` tell of structs
    and of all else."""

    plan: _Plan
    bodies: bool
    values: bool
    misfits: tuple[str, ...]


def _ways(
    tree: syntax.Tree, meant: _Meant, ordered: Callable[[Sequence[Meaning]], Sequence[Meaning]]
) -> tuple[_Way, _Way]:
    """Forward and backward."""
    tags_known = tags(tree)
    values_there = [spelled(_value(tree, macro.name) or "") for macro in meant.macros]
    values_there += [spelled(declared(tree, each) or "") for each in meant.blocks]
    was = [spelled(m.old or "") for m in meant.macros] + [
        spelled(each.old) for each in meant.blocks
    ]
    will = [spelled(m.new or "") for m in meant.macros] + [
        spelled(each.new) for each in meant.blocks
    ]
    back = [(edit.reversed(), tag) for edit, tag in reversed(meant.edits)]
    sides = (
        (_plan(ordered(meant.edits), tags_known), was, meant.enums),
        (_plan(ordered(back), tags_known), will, [edit.reversed() for edit in meant.enums]),
    )
    ways = []
    for plan, values, enums in sides:
        wrong = _enum_misfits(tree, enums)
        ways.append(
            _Way(
                plan,
                not plan.misfits,
                values == values_there and not wrong,
                (*plan.misfits, *wrong),
            )
        )
    return ways[0], ways[1]


def onto(tree: syntax.Tree, whole_change: Change, name: str, compiled: bool = False) -> Onto | None:
    """The change on a spec, None if that has nothing of it. Where structs are `compiled`, those
    that do not fit stay as they are.

    Raises SpecError CB0342 if it fits neither as a patch to come nor as one that is in already.
    """
    meant = _meant(tree, whole_change)
    if meant.nothing:
        return None
    forward, backward = _ways(tree, meant, tuple)
    fitting = _fitting(forward, backward)
    if not fitting and len(meant.edits) > 1:
        forward, backward = _ways(tree, meant, taken_away_first)
        fitting = _fitting(forward, backward)
    unlaid = None
    if not fitting:
        unlaid = _misfit(
            name,
            forward.misfits,
            meant.macros,
            [_value(tree, each.name) or "" for each in meant.macros],
        )
        fitting = [way for way in (forward, backward) if way.values and compiled and meant.edits]
        if not fitting:
            raise unlaid
    return _done(tree, whole_change, meant, fitting[0], (fitting[0] is forward, unlaid, compiled))


def _fitting(*ways: _Way) -> list[_Way]:
    """The ways that fit. A member that has moved already fits both ways, put where it is or taken
    back: what changes something comes first."""
    fitting = [way for way in ways if way.bodies and way.values]
    return sorted(fitting, key=lambda way: not way.plan.changes)


def _created(tree: syntax.Tree, whole_change: Change) -> list[Body]:
    """The structs that a change adds and the tree does not have."""
    declared = tags(tree)
    return [
        Body(edit.kind, edit.tag, edit.new)
        for edit in whole_change.edits
        if edit.created and edit.tag not in declared
    ]


def _hanging(tree: syntax.Tree, meant: _Meant, way: _Way) -> dict[str, Body]:
    """The structs whose layout hangs on a name that gets another value."""
    names = {each.name for each in meant.macros} | {
        name for edit in meant.enums for name, _ in enumerated(tree, edit) or ()
    }
    declared = tags(tree)
    return {
        tag: body(declared[tag], tag)
        for tag in depending(tree, names)
        if tag not in way.plan.bodies
    }


def _done(
    tree: syntax.Tree,
    whole_change: Change,
    meant: _Meant,
    way: _Way,
    how: tuple[bool, SpecError | None, bool],
) -> Onto:
    """The change done in one direction; what text does not lay out is left to the compiler, if
    there is one."""
    ahead, unlaid, compiled = how
    macros, enums = meant.macros, meant.enums
    created = _created(tree, whole_change)
    counted = enums if ahead else [edit.reversed() for edit in reversed(enums)]
    values = partial(_with_values, macros=macros, enums=counted, new=ahead)
    hanging = _hanging(tree, meant, way)
    relaid_structs = Relaid(values(tree), {}, {}, (), ())
    if unlaid is None:
        try:
            relaid_structs = relaid(tree, {**way.plan.bodies, **hanging}, created, values)
        except SpecError as error:
            if not compiled:
                raise
            unlaid = error
    other = with_areas(relaid_structs.tree, meant.blocks, new=ahead)
    values_changed = (*_values_of(tree, other, macros), *_constants_of(tree, other, enums))
    result = Onto(
        old=tree,
        new=other,
        relaid=relaid_structs,
        reverse=False,
        edited=frozenset(way.plan.bodies),
        unsure=way.plan.unsure if unlaid is None else (),
        values=values_changed,
        unlaid=unlaid,
    )
    return result if ahead else _reversed(result)


def _reversed(onto_spec: Onto) -> Onto:
    return replace(
        onto_spec,
        old=onto_spec.new,
        new=onto_spec.old,
        relaid=replace(
            onto_spec.relaid, before=onto_spec.relaid.after, after=onto_spec.relaid.before
        ),
        reverse=True,
        values=tuple(Revalued(each.name, each.after, each.before) for each in onto_spec.values),
    )


def _with_values(
    tree: syntax.Tree, macros: Sequence[Macro], enums: Sequence[EnumEdit], new: bool
) -> syntax.Tree:
    return with_enums(_with_macros(tree, macros, new), enums)


def _enum_misfits(tree: syntax.Tree, enums: Sequence[EnumEdit]) -> tuple[str, ...]:
    """Why edits of enums do not fit, each on what those before it have made."""
    sentences: list[str] = []
    for edit in enums:
        model_constants = enumerated(tree, edit) or ()
        sentences += [
            f"`enum{' ' + edit.tag if edit.tag else ''}`: {why}"
            for why in misfits(edit, model_constants)
        ]
        tree = with_enums(tree, [edit]) if not sentences else tree
    return tuple(sentences)


def _is_it(edit: Edit, node: ctree.RecordBody, tag: str) -> bool:
    """Whether a struct of this name is the one that is meant: that has some of the members
    around."""
    return node.kind == edit.kind and (common(edit, body(node, tag).pieces) > 0 or not edit.old)


def _plan(meant: Sequence[tuple[Edit, str]], tags_known: Mapping[str, ctree.RecordBody]) -> _Plan:
    bodies: dict[str, Body] = {}
    misfits: list[str] = []
    unsure: list[str] = []
    for edit, tag in meant:
        model_body = bodies.get(tag) or body(tags_known[tag], tag)
        done = apply(edit, model_body.pieces)
        misfits += [f"`{edit.kind} {tag}`: {misfit}" for misfit in done.misfits]
        unsure += done.unsure
        bodies[tag] = replace(model_body, pieces=done.pieces)
        if edit.behind[0] != edit.behind[1]:
            bodies[tag] = with_attributes(bodies[tag], *edit.behind)
    changes = any(each != body(tags_known[tag], tag) for tag, each in bodies.items())
    return _Plan(bodies, tuple(dict.fromkeys(misfits)), tuple(dict.fromkeys(unsure)), changes)


def _misfit(
    name: str, misfits: Sequence[str], macros: Sequence[Macro], values_there: Sequence[str]
) -> SpecError:
    sentences = list(misfits)
    sentences += [
        f"`{macro.name}`: it is `{spelled(value)}`, and the patch makes `{macro.new}` of "
        f"`{macro.old}`"
        for macro, value in zip(macros, values_there, strict=True)
        if spelled(value) not in (spelled(macro.old or ""), spelled(macro.new or ""))
    ]
    help = (
        "it is of another kernel than the patch, perhaps: give the --model of its kernel, or "
        "a spec of your own"
    )
    diagnostics = [
        Diagnostic("CB0342", f"the patch does not apply to {name}: {each}", None, help)
        for each in sentences
    ]
    return SpecError(
        tuple(diagnostics or [Diagnostic("CB0342", f"the patch is half in {name}", None, help)])
    )


# --- macros ---------------------------------------------------------------------------------------


def _macros(tree: syntax.Tree, macros: Iterable[Macro]) -> Iterator[Macro]:
    """Those that a spec has, by what it writes there where a compiler has told their numbers."""
    for macro in macros:
        value = _value(tree, macro.name)
        if value is not None and (written := as_written(macro, value, tree)) is not None:
            yield written


def _value(tree: syntax.Tree, name: str) -> str | None:
    """What a macro, or the param that stands for one, is in a spec, as it is written."""
    for node in tree.declarations:
        expr = _expression(node, name)
        if expr is not None:
            return expr.span.source.text[expr.span.start : expr.span.end]
    return None


def _expression(node: syntax.Declaration, name: str) -> ctree.Expr | None:
    match node:
        case syntax.Define(name_found, value) if name_found.text == name:
            return value
        case syntax.Param(name=name_found, default=value) if name_found.text == name:
            return value
    return None


def _with_macros(tree: syntax.Tree, macros: Sequence[Macro], new: bool) -> syntax.Tree:
    values = {macro.name: macro.new if new else macro.old for macro in macros}
    if not macros:
        return tree
    text = "".join(
        f"#define {name} {value}\n" for name, value in values.items() if value is not None
    )
    declarations = tuple(_with_value(node, values) for node in tree.declarations)
    return syntax.Tree(declarations, (*tree.sources, Source("the macros of the patch", text)))


def _with_value(node: syntax.Declaration, values: Mapping[str, str | None]) -> syntax.Declaration:
    if not isinstance(node, syntax.Define | syntax.Param):
        return node
    value = values.get(node.name.text)
    if value is None or _expression(node, node.name.text) is None:
        return node
    (other,) = parse(Source("the macros of the patch", f"#define {node.name.text} {value}\n"))
    assert isinstance(other, syntax.Define)
    return (
        replace(node, value=other.value)
        if isinstance(node, syntax.Define)
        else replace(node, default=other.value)
    )


def _values_of(old: syntax.Tree, new: syntax.Tree, macros: Sequence[Macro]) -> Iterator[Revalued]:
    for name in dict.fromkeys(macro.name for macro in macros):
        yield Revalued(name, _value(old, name) or "", _value(new, name) or "")


def _constants_of(
    old: syntax.Tree, new: syntax.Tree, enums: Sequence[EnumEdit]
) -> Iterator[Revalued]:
    """The constants that have another value, or that one side alone has."""
    by_name: dict[str, Revalued] = {}
    for edit in enums:
        values_before, has = (counted_values(enumerated(tree, edit) or ()) for tree in (old, new))
        for name in {**values_before, **has}:
            if values_before.get(name) != has.get(name):
                by_name[name] = Revalued(name, values_before.get(name, ""), has.get(name, ""))
    yield from by_name.values()
