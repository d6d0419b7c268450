"""Properties under an assignment: their members, steps and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from cbprove import folds
from cbprove.diagnostics import Note
from cbprove.frozen import replace
from cbprove.meaning.accesses import places, size
from cbprove.meaning.context import Context, text_of
from cbprove.meaning.expressions import INT, typed
from cbprove.meaning.memo import mistake
from cbprove.meaning.names import unknown
from cbprove.meaning.places import NOWHERE
from cbprove.syntax import ctree, questions
from cbprove.system import program
from cbprove.system.expressions import Constant, InputValue, Leaf, Place
from cbprove.system.program import Claim, Property, Where

FITS = Property(
    name="fits",
    title="each view and each access stays inside its control block",
    applies=True,
    claim=program.Fits(()),
    where=Where(),
    span=None,
)


def has_fits(declared: Iterable[questions.Property]) -> bool:
    """Whether a property of the spec says itself that everything must fit: `fits`, of no member,
    nowhere but everywhere.

    One that speaks of less is checked beside it, so that it does not take the rest out of sight.
    """
    return any(_is_everything(p) for p in declared)


def _is_everything(node: questions.Property) -> bool:
    claim = node.claim
    return (
        isinstance(claim, questions.Fits)
        and not claim.members
        and not node.where
        and node.condition is None
    )


def prop(cx: Context, node: questions.Property) -> Property:
    """A property; where its `when` is false it makes no case, and its names need not exist."""
    return cx.memo.remember(("property", id(node)), lambda: _property(cx, node))


def _property(cx: Context, node: questions.Property) -> Property:
    applies = True if node.condition is None else cx.truth(node.condition)
    claim = _EMPTY[type(node.claim)](cx, node.claim) if applies is False else _claim(cx, node.claim)
    return Property(
        name=node.name.text,
        title=node.title,
        applies=applies,
        claim=claim,
        where=_where(cx, node.where),
        span=node.span,
    )


def without_claim(cx: Context, node: questions.Property) -> Property:
    """A property that has a mistake, at candidates that are excluded: its name, its `when`, and a
    claim about nothing."""
    condition = node.condition
    applies = None if condition is None else cx.memo.attempt(lambda: cx.truth(condition))
    return Property(
        name=node.name.text,
        title=node.title,
        applies=True if applies is None else applies,
        claim=program.Owned(()),
        where=Where(),
        span=node.span,
    )


def _claim(cx: Context, node: questions.Claim) -> Claim:
    match node:
        case questions.Preserved():
            members, later = _members(cx, node.members), _members(cx, node.later)
            start, end = _step(cx, node.start), _step(cx, node.end)
            return program.Preserved(
                members, start, end, _later(node, members, later) if later else ()
            )
        case questions.Owned():
            return program.Owned(_members(cx, node.members))
        case questions.Written():
            step_of_since = None if node.since is None else _step(cx, node.since)
            return program.Written(
                _members(cx, node.members), _by(cx, node.by), node.cleared, step_of_since
            )
        case questions.Exact():
            return program.Exact(_members(cx, node.members))
        case questions.Holds():
            return _holds(cx, node)
        case questions.Fits():
            return program.Fits(_members(cx, node.members))
        case questions.AlignedViews():
            return program.Aligned(_views(cx, node.members))
        case questions.Disjoint():
            left, right = _members(cx, (node.left, node.right))
            return program.Disjoint(left, right)
        case questions.Lent():
            return program.Lent()


# What stands for a claim that is not made.
_EMPTY: dict[type, Callable[..., Claim]] = {
    questions.Preserved: lambda cx, node: program.Preserved(
        (), _step(cx, node.start), _step(cx, node.end)
    ),
    questions.Owned: lambda cx, node: program.Owned(()),
    questions.Written: lambda cx, node: program.Written((), None),
    questions.Exact: lambda cx, node: program.Exact(()),
    questions.Holds: lambda cx, node: program.Holds(
        Constant(1, INT), _step(cx, node.at), text_of(node.condition.span)
    ),
    questions.Fits: lambda cx, node: program.Fits(()),
    questions.AlignedViews: lambda cx, node: program.Aligned(()),
    questions.Disjoint: lambda cx, node: program.Fits(()),
    questions.Lent: lambda cx, node: program.Lent(),
}


def _later(
    node: questions.Preserved, members: tuple[Place, ...], later: tuple[Place, ...]
) -> tuple[Place, ...]:
    """The places that a `preserved ... as` ends at, with only those scalars' bits that were some
    scalar's before."""
    if len(members) != len(later):
        count = f"{len(members)} place{'' if len(members) == 1 else 's'} preserved as {len(later)}"
        raise mistake(
            "CB0140",
            count,
            node.later[0].span,
            "name a place after `as` for each one before `from`",
        )
    for before, after in zip(members, later, strict=True):
        if before.width != after.width:
            message = f"{size(before.width)} preserved as {size(after.width)}"
            notes = tuple(Note(f"`{p.text}` has {size(p.width)}", p.span) for p in (before, after))
            raise mistake("CB0140", message, after.span, "name two places of one size", notes)
    return tuple(map(_judged, members, later))


def _judged(before: Place, after: Place) -> Place:
    leaves = (part for leaf in after.leaves for part in _parts(leaf, before.covered))
    return replace(after, leaves=tuple(leaves))


def _parts(leaf: Leaf, covered: frozenset[int]) -> Iterator[Leaf]:
    """The pieces of a scalar that lie in some bits of its place."""
    positions = (i for i in range(leaf.offset, leaf.offset + leaf.width) if i in covered)
    for _, group in groupby(enumerate(positions), lambda pair: pair[1] - pair[0]):
        piece = [position for _, position in group]
        yield replace(leaf, offset=piece[0], width=len(piece), at=leaf.at + piece[0] - leaf.offset)


def _members(cx: Context, nodes: tuple[ctree.Place, ...]) -> tuple[Place, ...]:
    for node in nodes:
        if node.base.text == "parent":
            raise mistake(
                "CB0145",
                "a property speaks of the current object and not of its parent",
                node.base.span,
            )
    members = places(cx, nodes, NOWHERE)
    for named in members:
        if named.indexes:
            message = (
                f"the property speaks of one member for all runs, and where `{named.text}` lies "
                f"depends on an input"
            )
            raise mistake(
                "CB0144",
                message,
                named.span,
                "name the whole array, or one element by a number or an axis",
            )
    return members


def _views(cx: Context, nodes: tuple[ctree.Place, ...]) -> tuple[Place, ...]:
    views = _members(cx, nodes)
    for place in views:
        if place.view is None:
            raise mistake(
                "CB0154", f"`aligned` speaks of views, and `{place.text}` is not in one", place.span
            )
    return views


def _holds(cx: Context, node: questions.Holds) -> Claim:
    condition = typed(cx, node.condition, NOWHERE)
    for inner in folds.parts(condition):
        if isinstance(inner, InputValue) and cx.names.inputs[inner.name].per_step:
            message = (
                f"`{inner.name}` is drawn afresh by each step, and `holds` is outside of "
                f"all of them"
            )
            raise mistake("CB0167", message, node.condition.span)
    return program.Holds(condition, _step(cx, node.at), text_of(node.condition.span))


def _step(cx: Context, name: ctree.Name) -> str:
    if name.text in cx.names.parts:
        kind = cx.names.parts[name.text].kind
        raise mistake("CB0150", f"`{name.text}` is a {kind}, and a step is needed here", name.span)
    return cx.names.step(name).name


def _by(cx: Context, names: tuple[ctree.Name, ...]) -> frozenset[str] | None:
    if not names:
        return None
    authors: list[str] = []
    for name in names:
        authors.extend(_steps_of(cx, name, "step or layer", []))
    return frozenset(authors)


def _where(cx: Context, names: tuple[ctree.Name, ...]) -> Where:
    if not names:
        return Where()
    paths = {p: part for p, part in cx.names.parts.items() if part.kind == "path"}
    names_of_paths = [n.text for n in names if n.text in paths]
    steps: list[str] = []
    for name in names:
        if name.text not in paths:
            steps.extend(_steps_of(cx, name, "step, layer or path", paths))
    return Where(frozenset(names_of_paths), frozenset(steps))


def _steps_of(
    cx: Context, name: ctree.Name, kind: str, names_of_others: Iterable[str]
) -> list[str]:
    """One step, or all steps of a layer."""
    if "." in name.text or name.text in cx.names.steps:
        return [cx.names.step(name).name]
    if name.text in cx.names.layers:
        return [s.name for s in cx.names.steps_of(cx.names.layers[name.text])]
    if name.text in cx.names.parts:
        raise mistake("CB0150", f"`{name.text}` is a part, and a {kind} is needed here", name.span)
    raise unknown("CB0109", kind, name, [*cx.names.steps, *cx.names.layers, *names_of_others])
