"""A property of a program as one formula over all its paths: when it is broken, when it is
reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from cbprove.frozen import frozen, replace
from cbprove.logic.terms import Bool, Bounds, Interval, and_, named, or_
from cbprove.obligations.claims_by_sources import (
    Compared,
    broken_by_sources,
    compared,
    reached_by_sources,
)
from cbprove.obligations.members import Members, MemberUnknown
from cbprove.obligations.ops import ClaimAt, Store, Unfolding
from cbprove.obligations.plan import Plan
from cbprove.obligations.sources import Trail
from cbprove.obligations.unfold import unfold
from cbprove.properties import table
from cbprove.properties.placement import Misplaced
from cbprove.system.program import Program, Property, View


@frozen
class ClaimForm:
    """One claim met by sources: when a run breaks it, and what it compares."""

    at: ClaimAt
    broken: Bool
    pairs: tuple[Compared, ...]


@frozen
class PathForm:
    """One path: its runs, and when they break or reach a claim. `per_claim` says both of each claim by
    itself, `claims` more of it by sources."""

    unfolding: Unfolding
    broken: Bool
    reached: Bool
    claims: tuple[ClaimForm, ...] = ()
    per_claim: tuple[tuple[ClaimAt, Bool, Bool], ...] = ()


@frozen
class Form:
    """A property under an assignment of the axes.

    `ranges` bounds the unknowns by name, `unknowns` says which bits of stores some of them stand for.
    `faithful` says that a run that the formula calls broken is surely broken: no value was left
    out, no loop cut, no bit looked at twice as part of two unknowns. `truncated` says that loops
    of paths that the property may speak of were not followed to their end. `computed` are the
    values that the runs compute and store, by their stores, and how values that runs store or look
    at lie in bytes: with them, the formula is all that tells one form from another.
    """

    paths: tuple[PathForm, ...]
    misplaced: tuple[Misplaced, ...]
    ranges: dict[str, tuple[int, int]]
    faithful: bool
    truncated: bool = False
    unknowns: tuple[MemberUnknown, ...] = ()
    computed: tuple[object, ...] = ()

    @cached_property
    def broken(self) -> Bool:
        """When some claim is broken."""
        return or_(*(m.broken for m in self.misplaced), *(p.broken for p in self.paths))

    @cached_property
    def reached(self) -> Bool:
        """When some claim is made."""
        return True if self.misplaced else or_(*(p.reached for p in self.paths))


@frozen
class Unfolded:
    """The unfoldings of all paths for all properties, made once; `memory` holds the unknowns in
    them.

    What else all properties share is found when the first asks for it.
    """

    program: Program
    unfoldings: tuple[Unfolding, ...]
    memory: Members

    @cached_property
    def named(self) -> Program:
        """The program whose views' positions keep their names in formulas."""
        return replace(self.program, views=tuple(_named_view(view) for view in self.program.views))

    @cached_property
    def bounds(self) -> tuple[Bounds, ...]:
        """What is known of terms, for each unfolding."""
        return tuple(_bounds(unfolding, self.memory) for unfolding in self.unfoldings)

    @cached_property
    def computed(self) -> tuple[object, ...]:
        """What `Form.computed` is for every property."""
        little_endian = self.program.little_endian
        computed = tuple(value for u in self.unfoldings for value in _computed(u, little_endian))
        return (*computed, little_endian) if self.memory.ranges else computed

    @cached_property
    def faithful(self) -> bool:
        """Whether every model of a form by sources is a run. What may make it none: computed
        values, of which sources say nothing; loops that are cut; two unknowns for the same bits.
        Such a model is a suggestion, and replay decides."""
        cut = any(unfolding.cut for unfolding in self.unfoldings)
        return not (self.computed or cut or _entangled(self.memory))


def unfolded(
    program: Program,
    properties: Sequence[Property],
    plan: Plan,
    axes: dict[str, Interval] | None = None,
) -> Unfolded:
    """All paths unfolded with their sources; `axes` are the ranges of axes left free.

    Raises TooLarge.
    """
    memory = Members(axes or {})
    unfoldings = tuple(
        unfold(program, path, properties=properties, plan=plan, memory=memory, axes=memory.axes)
        for path in program.paths
    )
    return Unfolded(program, unfoldings, memory)


def by_sources(unfolded: Unfolded, index: int, prop: Property, keep_all: bool = False) -> Form:
    """The form that follows sources: what it does not call broken is not broken.

    `index` is the property's among those unfolded. With `keep_all`, stores that cannot touch what
    is asked about stay in it.
    """
    form = of_paths(unfolded, frozenset((index,)), keep_all)
    return replace(form, misplaced=table.of_placement(prop, unfolded.named))


def of_paths(unfolded: Unfolded, indexes: frozenset[int], keep_all: bool = False) -> Form:
    """The same of what happens in runs alone, for a property that a merged program has in
    several ways (`indexes`)."""
    memory = unfolded.memory
    trails = (
        Trail(u, bounds, keep_all)
        for u, bounds in zip(unfolded.unfoldings, unfolded.bounds, strict=True)
    )
    paths = tuple(_by_sources(trail, indexes) for trail in trails)
    form = form_of(paths, (), dict(memory.ranges), unfolded.faithful)
    return replace(form, unknowns=tuple(memory.unknowns.values()), computed=unfolded.computed)


def form_of(
    paths: tuple[PathForm, ...],
    misplaced: tuple[Misplaced, ...],
    ranges: dict[str, tuple[int, int]],
    faithful: bool,
) -> Form:
    for path in paths:
        ranges.update(path.unfolding.ranges)
    return Form(paths, misplaced, ranges, faithful)


def _bounds(unfolding: Unfolding, memory: Members) -> Bounds:
    return Bounds({"bit": (0, 0)}, unfolding.ranges, memory.ranges, memory.axes)


def _by_sources(trail: Trail, indexes: frozenset[int]) -> PathForm:
    claims = [at for at in trail.unfolding.claims if at.property in indexes]
    reached = [reached_by_sources(trail, at) for at in claims]
    pairs = [compared(trail, at) for at in claims]
    broken = [broken_by_sources(trail, at, pair) for at, pair in zip(claims, pairs, strict=True)]
    form = path_form(trail.unfolding, claims, reached, broken)
    constraints = and_(*trail.unfolding.constraints)
    each = zip(claims, reached, broken, pairs, strict=True)
    return replace(
        form, claims=tuple(ClaimForm(at, and_(r, b, constraints), pair) for at, r, b, pair in each)
    )


def path_form(
    unfolding: Unfolding, claims: Sequence[ClaimAt], reached: list[Bool], broken: list[Bool]
) -> PathForm:
    constraints = and_(*unfolding.constraints)
    broken = [and_(r, b) for r, b in zip(reached, broken, strict=True)]
    rows = tuple(zip(claims, broken, reached, strict=True))
    return PathForm(
        unfolding, and_(or_(*broken), constraints), and_(or_(*reached), constraints), per_claim=rows
    )


def _entangled(memory: Members) -> bool:
    """Whether two unknowns may stand for the same bits: nothing in a formula says that they
    agree there."""
    stores = [variable.store for variable in memory.unknowns.values()]
    return len(set(stores)) < len(stores)


def _computed(unfolding: Unfolding, little_endian: bool) -> Iterator[object]:
    for operation in unfolding.operations:
        if (
            isinstance(operation, Store)
            and operation.kind == "value"
            and operation.value is not None
        ):
            yield unfolding.path, operation.key, operation.value.term, little_endian


def _named_view(view: View) -> View:
    place = replace(view.place, low=named(f"{view.name}.lo", view.place.low))
    members = tuple(
        replace(m, low=named(f"{view.name}.{m.path}.lo" if m.path else f"{view.name}.lo", m.low))
        for m in view.members
    )
    return replace(view, place=place, members=members)
