"""Turns of loops: laid out, or cut and one followed after arbitrary earlier ones.

What earlier turns of a cut loop may leave to a later one is a relation that allows more than any
run does. A bit of an object that was there before the loop holds, when some later turn begins,
either what it held when the laid out turns had ended, or what the *last* operation of the earlier
turns that reached it gave it. Nothing is known of which operation that is: turns come in any order
of their branches, so that the first statement of one runs after the last of another. Hence

- every operation that the body has may be that last one, whatever stands behind it in the text, and
  each *piece* of memory has a last operation of its own (`pieces`): a piece is bits that every
  operation of fixed extent reaches together or not at all;
- operations are the same only if their extent, what they store, the step *and the object that it
  runs on* are: two runs of one step on two objects are in two histories (`touched_since`);
- what is known of the run that stored holds in every turn or is given up (`_earlier_run`): a step
  run on an object that the turn made itself is in no history that a later turn can see, since the
  names of such objects end with the turn; a step that the loop stands in has not ended; every other
  ran on the same object in each turn, and has ended;
- what is stored is any value that the operation stores in some turn; what a copy brings, or an
  operation whose extent hangs on the run, is not known at all.

docs/soundness.md, section 7, has the argument as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from cbprove.frozen import replace
from cbprove.logic.terms import Int, Term, and_, choice, lt, named_bool, not_, or_
from cbprove.obligations.building import Building, Frame
from cbprove.obligations.claiming import Claiming
from cbprove.obligations.ops import Copied, Followed, StepRun, Store, StoreKind
from cbprove.obligations.plan import FOLLOWED, TooLarge
from cbprove.obligations.sources import UNSURE
from cbprove.obligations.sources import spelled as spell
from cbprove.system.statements import Block, Each, Repeat

_SMALL = 2  # loops of at most so many turns are laid out even where others are cut
# As many turns as a loop has at least are laid out before it is cut, if they are no more than this
_LAID_OUT = 8


class Turns:
    """Unfolds loops; `walk` unfolds the body of one turn."""

    def __init__(
        self, built: Building, claiming: Claiming, walk: Callable[[Block, Frame], None]
    ) -> None:
        self.built, self.claiming, self._walk = built, claiming, walk

    def loop(self, loop: Each | Repeat, frame: Frame) -> None:
        """Its turns as they are or, where the plan cuts loops, the first of them and one for all
        others.

        Raises TooLarge where every run takes more turns than the plan has operations.
        """
        # No run of so many turns can be replayed, whatever is proved of one of them.
        if loop.low > self.built.plan.limit:
            raise TooLarge(self.built.plan.limit)
        if self.built.plan.cut and (loop.high is None or loop.high > _SMALL):
            self._cut(loop, frame)
        else:
            self._lay_out(loop, frame)

    def _turns(self, loop: Each | Repeat) -> int:
        planned = loop.low + self.built.plan.turns
        if loop.high is not None and loop.high <= FOLLOWED:
            return min(loop.high, max(planned, self.built.plan.known))
        return planned if loop.high is None else min(planned, loop.high)

    def _lay_out(self, loop: Each | Repeat, frame: Frame) -> None:
        count = self._turns(loop)
        if loop.high is None or loop.high > count:
            self.built.out.truncated.append(loop.span)
        turns: Int = count
        if count > loop.low:
            turns = self.built.decide(("turns", frame.moment), loop.low, count, frame.guard)
        for turn in range(count):
            guard = and_(frame.guard, lt(turn, turns))
            self.built.out.turns.append(guard)
            self._turn(loop, replace(frame, guard=guard), turn)

    def _turn(self, loop: Each | Repeat, frame: Frame, turn: int) -> None:
        moment = (*frame.moment, turn)
        inner = replace(frame, prefix=moment, moment=moment)
        if isinstance(loop, Repeat):
            self._walk(loop.body, inner)
            return
        self.claiming.accessed("cut", None, inner, loop)
        instance = self.built.make(loop.name, inner, debris=False)
        name = self.built.hold(loop.name, instance, live=True)
        scope = {**inner.scope, loop.name: (instance, name)}
        self._walk(loop.body, replace(inner, current=instance, name=name, scope=scope))

    def _cut(self, loop: Each | Repeat, frame: Frame) -> None:
        """The first turns as they are; then, unless they touched nothing but what they made, one
        turn for all that follow."""
        first = max(loop.low, 1) if loop.low <= _LAID_OUT else 1
        outer = set(range(len(self.built.out.instances)))
        start, names = len(self.built.out.operations), self.built.names_now()
        turns: Int = first
        if loop.low == 0:
            turns = self.built.decide(("turns", frame.moment), 0, 1, frame.guard)
        self.built.out.laid_out[frame.moment] = first
        for turn in range(first):
            guard = and_(frame.guard, lt(turn, turns))
            self.built.out.turns.append(guard)
            self._turn(loop, replace(frame, guard=guard), turn)
        touched = touched_since(self.built.out.operations[start:], outer)
        # A turn that gave nothing older another source or name leaves to the next what it found:
        # that one is like it, and one speaks for all.
        if touched or self.built.names_now(outer) != names:
            after = replace(frame, guard=and_(frame.guard, lt(first - 1, turns)))
            self._follow(loop, after, first, outer, any(isinstance(o, Copied) for o in touched))

    def _follow(
        self, loop: Each | Repeat, frame: Frame, turn: int, outer: set[int], copies: bool
    ) -> None:
        """One arbitrary turn after arbitrary earlier ones; a run that took it goes no further."""
        inside = choice(spell(("turn", frame.moment)))
        self.built.out.cut[frame.moment] = inside
        if loop.low > turn and copies:
            # What is copied in each turn may come to lie elsewhere with every turn that is passed
            # over.
            skipped = choice(spell((UNSURE, frame.moment)))
            self.built.alive = and_(self.built.alive, or_(not_(frame.guard), skipped))
        before, entry = len(self.built.out.operations), and_(self.built.alive, frame.guard)
        order = self.built.order()
        self._havoc(frame, order)
        head, clock = len(self.built.out.operations), self.built.tick()
        guard = and_(frame.guard, inside)
        self.built.out.turns.append(guard)
        with self._names_changed(frame):
            self._turn(loop, replace(frame, guard=guard), turn)
        alive = and_(self.built.alive, guard)
        self.built.out.followed[frame.moment] = Followed(
            before=before,
            entry=entry,
            head=head,
            end=len(self.built.out.operations),
            guard=guard,
            alive=alive,
        )
        # Known only now: what earlier turns may have stored is what this one can, with all its
        # branches (docs/soundness.md, section 7, sentence 1).
        self.built.out.heads[frame.moment] = [
            replace(earlier(operation, self.built.number(), clock, outer), order=order)
            for operation in touched_since(self.built.out.operations[head:], outer)
        ]
        self.built.alive = named_bool(
            spell(("before", frame.moment)), and_(self.built.alive, not_(guard))
        )

    def _havoc(self, frame: Frame, order: int) -> None:
        """What earlier turns may have stored, where it is known beforehand; else a place is kept
        for it.

        All of it has one `order`: which store of earlier turns came before a step's end in them is
        not known, and neither is then taken to be after the other.
        """
        if self.built.plan.heads is None:
            self.built.emit(
                Store(
                    number=self.built.number(),
                    key=("head", frame.moment),
                    kind="head",
                    area=(-1, ""),
                    low=0,
                    width=0,
                    guard=frame.guard,
                    order=order,
                )
            )
            return
        for index, store in enumerate(self.built.plan.heads.get(frame.moment, ())):
            maybe = choice(spell((UNSURE, frame.moment, index)))
            key = (store.kind, (*frame.moment, index))
            guard = and_(frame.guard, maybe)
            self.built.emit(
                replace(store, number=self.built.number(), key=key, guard=guard, order=order)
            )

    @contextmanager
    def _names_changed(self, frame: Frame) -> Iterator[None]:
        """Names that the loop's body gives up or takes may have been given up or taken in
        earlier turns."""
        outer = [name for names in self.built.names.values() for name in names]
        unsure = [choice(spell(("gone", frame.moment, i))) for i in range(len(outer))]
        before = []
        for name, maybe in zip(outer, unsure, strict=True):
            name.gone = or_(name.gone, maybe) if self.claiming.lent else name.gone
            before.append(name.gone)
        counts = {i: len(names) for i, names in self.built.names.items()}
        extra = {i: self.built.earlier_name(i, frame) for i in counts} if self.claiming.lent else {}
        yield
        for name, maybe, gone_before in zip(outer, unsure, before, strict=True):
            # The body gives this name up nowhere, so that no earlier turn did.
            if name.gone is gone_before:
                self.built.out.constraints.append(not_(maybe))
        for instance, name in extra.items():
            # The body makes no name, or gives up each that it makes before its turn ends, so that
            # no earlier turn left one.
            made = self.built.names[instance][counts[instance] + 1 :]
            given_up = all(each.gone is True or each.gone == each.live for each in made)
            if given_up and isinstance(name.live, Term):
                self.built.out.constraints.append(not_(name.live))


def touched_since(operations: Sequence[object], instances: set[int]) -> list[Store | Copied]:
    """Return the operations that may give bits of objects made before (`instances`) new sources,
    alike ones once.

    Two operations are alike if no claim can tell a bit that one of them stored from a bit that the
    other stored: the same extent (bits), members and kind, and a run of the same step in the same
    object's history.
    """
    touching: dict[tuple[object, ...], Store | Copied] = {}
    for operation in operations:
        if isinstance(operation, Store | Copied) and operation.area[0] in instances:
            extent = (
                operation.area,
                operation.low,
                operation.width,
                _moves(operation),
                operation.given,
            )
            touching[(*extent, operation.text, *_stored(operation, instances))] = operation
    return list(touching.values())


def _stored(operation: Store | Copied, instances: set[int]) -> tuple[object, ...]:
    """What a store says of its bits; a copy says nothing that outlives its turn."""
    if isinstance(operation, Copied):
        return ()
    bits = operation.kind, operation.runs, operation.unspecified, operation.zero, operation.leaves
    return *bits, _history(operation, instances)


def _history(operation: Store, instances: set[int]) -> object:
    """What tells the runs that stored apart: the step, in whose history it is, and whether it
    has ended."""
    run = operation.run
    if run is None or (run.ended is not None and run.instance.number not in instances):
        return None
    return run.step, run.instance.number, run.ended is None


def earlier(operation: Store | Copied, number: int, clock: int, instances: set[int]) -> Store:
    """Return what an operation left in some earlier turn of its loop: the same members of another
    store, or, where that cannot be said, something of which nothing is known.

    `number` is the new store's, `clock` the count of events when the later turn begins, `instances`
    are the objects that were there before the loop.
    """
    if (
        isinstance(operation, Store)
        and operation.kind in ("fresh", "value", "blank", "mark")
        and not _moves(operation)
    ):
        run = operation.run and _earlier_run(operation.run, clock, instances)
        kind: StoreKind = "fresh" if operation.kind == "value" else operation.kind
        return replace(operation, number=number, kind=kind, value=None, run=run)
    low, width = operation.low, operation.width
    if _moves(operation) and operation.bound is not None:
        low, width = operation.bound[0], operation.bound[1] - operation.bound[0]
    return Store(
        number=number,
        key=("head", number),
        kind="head",
        area=operation.area,
        low=low,
        width=width,
        guard=True,
        given=operation.given,
    )


def _moves(operation: Store | Copied) -> bool:
    """Whether the extent is another in another turn."""
    return operation.length is not None or bool(operation.indexes)


def _earlier_run(run: StepRun, clock: int, instances: set[int]) -> StepRun | None:
    """Return the run of the same step in an earlier turn as histories of this turn show it; None
    where none shows it.

    A run that has not ended is one that the loop stands in: it is the same run in every turn. Any
    other began in its turn and ended in it, on an object that the turn made (in no history that is
    left) or on one that was there before, the same in every turn since names are bound by where a
    statement stands.
    """
    if run.ended is None:
        return run
    return StepRun(run.step, run.instance, clock) if run.instance.number in instances else None
