"""From a path to its unfolding: branches become guards, turns are laid out or cut, claims are noted where they are met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, assert_never

from cbprove.folds import Condition, reads
from cbprove.frozen import frozen, replace
from cbprove.logic.terms import (
    Bool,
    Bounds,
    Int,
    Interval,
    Term,
    add,
    and_,
    choice,
    eq,
    ite,
    le,
    lt,
    mul,
    named,
    named_bool,
    not_,
    or_,
    sub,
    var,
)
from cbprove.obligations.ops import (
    MEMORY,
    ClaimAt,
    Copied,
    Decision,
    Followed,
    Held,
    Instance,
    Key,
    Made,
    Run,
    StepRun,
    Store,
    StoreKind,
    Touched,
    Unfolding,
    covered,
    zeroes,
)
from cbprove.obligations.plan import FOLLOWED, Plan, TooLarge
from cbprove.obligations.sources import UNSURE
from cbprove.obligations.sources import spelled as spell
from cbprove.obligations.turns import earlier, touched_since
from cbprove.obligations.values import Value, greatest, least, translate, truth
from cbprove.properties import table
from cbprove.properties.events import (
    Accessed,
    Began,
    ClaimMade,
    Ended,
    Event,
    Inside,
    IsTrue,
    Moment,
    NotGivenUp,
    ReadsBack,
    SameMember,
    Stored,
    Unchanged,
)
from cbprove.system.expressions import Expr, InputValue, MemberValue, Place
from cbprove.system.program import Lent, Object, Part, Preserved, Program, Property, Written
from cbprove.system.statements import (
    Assume,
    Block,
    Call,
    Clear,
    Consume,
    Copy,
    Each,
    Either,
    Given,
    If,
    Make,
    On,
    Read,
    Repeat,
    Share,
    Statement,
    When,
    Write,
)


class Memory(Protocol):
    """Says what value a place holds after the operations so far."""

    def value(self, unfolding: Unfolding, place: Place, touched: Touched, moment: Moment, guard: Bool) -> Value: ...


@frozen
class _Here:
    """Where in the run a statement stands; `prefix` is its moment without its own uid."""

    current: Instance
    name: Held
    scope: Mapping[str, tuple[Instance, Held]]
    prefix: Moment
    moment: Moment
    guard: Bool
    step: StepRun | None
    step_moment: Moment
    given: Given | None = None

    def among(self, given: Given | None) -> _Here:
        """The same for those candidates alone that have a part of the program."""
        if given is None:
            return self
        return replace(self, guard=and_(self.guard, given.condition), given=given.meet(self.given))

    @property
    def nowhere(self) -> bool:
        """Whether no candidate has what stands here."""
        return self.given is not None and not self.given.among


_SMALL = 2  # loops of at most so many turns are laid out even where others are cut
_LAID_OUT = 8  # as many turns as a loop has at least are laid out before it is cut, if they are no more than this


def unfold(
    program: Program,
    path: Part,
    properties: Sequence[Property],
    plan: Plan,
    memory: Memory,
    axes: Mapping[str, Interval] | None = None,
) -> Unfolding:
    """All runs of a path. With `axes`, the ranges of axes left free, extents keep their names and may hang on those.

    Raises TooLarge.
    """
    return _Unfolder(program=program, path=path, properties=properties, plan=plan, memory=memory, axes=axes).run()


class _Unfolder:
    def __init__(
        self,
        program: Program,
        path: Part,
        properties: Sequence[Property],
        plan: Plan,
        memory: Memory,
        axes: Mapping[str, Interval] | None,
    ) -> None:
        self.program, self.path, self.properties = program, path, properties
        self.plan, self.memory, self.symbolic = plan, memory, axes is not None
        self.bounds = Bounds(axes or {})
        self.out = Unfolding(path.name)
        self.alive: Bool = True
        self.names: dict[Instance, list[Held]] = {}
        self.lent = any(isinstance(p.claim, Lent) for p in properties)
        self.out.ghosts = {i: members for i, p in enumerate(properties) if (members := _remembered(p)) is not None}
        self.out.ghost_lows = self._ghost_lows()
        self.numbers = 0
        self.clock = 0
        self.orders = 0

    def run(self) -> Unfolding:
        first = self.program.objects[0]
        packet = self._instance(first.name, None, ("object", first.name), first)
        scope = {}
        for shape in self.program.objects[1:]:
            instance = self._instance(shape.name, None, ("object", shape.name), shape)
            scope[shape.name] = (instance, self._hold(shape.name, instance, live=True))
        here = _Here(
            current=packet,
            name=self._hold(first.name, packet, live=True),
            scope=scope,
            prefix=(),
            moment=(),
            guard=True,
            step=None,
            step_moment=(),
        )
        self._block(self.path.body, here)
        return self.out

    # --- objects and names ----------------------------------------------------------------------------

    def _instance(
        self, name: str, parent: Instance | None, key: Key, shape: Object, by: Held | None = None
    ) -> Instance:
        instance = Instance(
            number=len(self.out.instances),
            name=name,
            shape=shape,
            parent=parent,
            made=self._tick(),
            key=key,
            parent_name=by,
        )
        self.out.instances.append(instance)
        self.names[instance] = []
        self.out.debris[instance.number] = Store(
            number=self._number(),
            key=("debris", key),
            kind="debris",
            area=(instance.number, MEMORY),
            low=instance.base,
            width=BASE_WIDTH,
            guard=True,
            text=name,
        )
        return instance

    def _hold(self, text: str, instance: Instance, live: Bool) -> Held:
        held = Held(text, instance, live, False)
        self.names[instance].append(held)
        return held

    def _tick(self) -> int:
        self.clock += 1
        return self.clock

    def _order(self) -> int:
        self.orders += 1
        return self.orders

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _find(self, place: Place | None, here: _Here) -> tuple[Instance, Held]:
        if place is None or place.object == ".":
            return here.current, here.name
        if place.object == "..":
            parent = here.current.parent
            assert parent is not None, "resolve lets no parent be named where there is none"
            assert here.current.parent_name is not None
            return parent, here.current.parent_name
        return here.scope[place.object]

    # --- places ---------------------------------------------------------------------------------------

    def _touch(self, place: Place, here: _Here) -> Touched:
        instance, _ = self._find(place, here)
        low = named(f"{place.text}.lo", place.low) if self.symbolic else place.low
        indexes = []
        for name, stride in place.indexes:
            declared = self.program.inputs[name]
            unknown = self._input(name, here)
            indexes.append((declared, unknown, stride))
            if self.symbolic:
                low = add(low, mul(unknown, stride))
        return Touched(instance, add(instance.base, low), tuple(indexes))

    def _bound(self, place: Place, touched: Touched, length: Value | None) -> Run | None:
        """What the extent must be clipped to, in addresses: the part of its object that inputs and lengths may move it over.

        None where it stands still and surely lies inside.
        """
        base, low = touched.instance.base, self.bounds.of(place.low)
        if low is None:
            return base, base + place.size
        width = place.width if length is None else 8 * length.high
        moves = [(stride * declared.low, stride * declared.high) for declared, _, stride in touched.indexes]
        first = low[0] + sum(map(min, moves))
        last = low[1] + sum(map(max, moves)) + max(width, 0)
        if not moves and length is None and first >= 0 and last <= place.size:
            return None
        return base + min(max(first, 0), place.size), base + max(min(last, place.size), 0)

    # --- decisions ------------------------------------------------------------------------------------

    def _decide(self, key: Key, low: int, high: int, guard: Bool) -> Term:
        decision = self.out.decisions.get(key)
        if decision is None:
            decision = Decision(key, var(spell(key)), low, high, guard)
            self.out.decisions[key] = decision
        return decision.term

    def _input(self, name: str, here: _Here) -> Term:
        declared = self.program.inputs[name]
        key: Key = ("input", name, here.step_moment) if declared.per_step else ("input", name)
        return self._decide(key, declared.low, declared.high, True)

    def _look(self, here: _Here, now: Moment):  # type: ignore[no-untyped-def]
        def look_up(expr: InputValue | MemberValue) -> Value:
            if isinstance(expr, InputValue):
                declared = self.program.inputs[expr.name]
                return Value(self._input(expr.name, here), declared.low, declared.high)
            return self.memory.value(self.out, expr.place, self._touch(expr.place, here), now, here.guard)

        return look_up

    def _value(self, expr: Expr, here: _Here) -> Value:
        return translate(expr, self._look(here, here.moment))

    def _length(self, expr: Expr | None, here: _Here) -> Value | None:
        """How many bytes `for EXPR` means; a negative number is more than there are, as memcpy's size_t makes it."""
        if expr is None:
            return None
        value = self._value(expr, here)
        if value.low >= 0:
            return value
        return Value(ite(lt(value.term, 0), _ENDLESS, value.term), 0, max(value.high, _ENDLESS))

    def _truth(self, expr: Expr, here: _Here) -> Bool:
        return truth(expr, self._look(here, here.moment))

    # --- events and claims ----------------------------------------------------------------------------

    def _announce(self, event: Event, here: _Here, statement: Statement | None, value: Value | None = None) -> None:
        for index, prop in enumerate(self.properties):
            own = here.among(prop.given)
            for claim in () if own.nowhere else table.of_event(prop, event):
                self._claim(index, claim, own, statement, value)

    def _claim(
        self, index: int, claim: ClaimMade, here: _Here, statement: Statement | None, value: Value | None
    ) -> None:
        places: tuple[Place, ...] = ()
        condition: Bool | None = None
        length: Value | None = None
        match claim:
            case SameMember(place=place) | Stored(place=place):
                places = (place,)
                length = self._length(claim.length, here)
            case Inside(place=place):
                condition = self._inside(place, claim.length, here)
            case ReadsBack(place=place):
                assert value is not None and place.type is not None
                condition = self._fits_type(value, place)
            case IsTrue(condition=expr):
                condition = self._truth(expr, here)
            case NotGivenUp(place=touched_place, store=store):
                condition = self._held(touched_place, store, here)
            case Unchanged():
                places = claim.places
            case _:
                assert_never(claim)
        guard = and_(self.alive, here.guard, self._some(claim, here))
        touched = tuple(self._touch(p, here) for p in places)
        span = statement.span if statement else None
        at = ClaimAt(
            property=index,
            claim=claim,
            time=len(self.out.operations),
            clock=self.clock,
            guard=guard,
            current=here.current,
            moment=here.moment,
            touched=touched,
            condition=condition,
            length=length,
            span=span,
            turns=len(self.out.turns),
            steps=len(self.out.steps),
            given=here.given,
        )
        self.out.claims.append(at)

    def _some(self, claim: ClaimMade, here: _Here) -> Bool:
        """Whether the claim speaks of any bit; one of members without bits, or of the first 0 bytes, says nothing."""
        match claim:
            case Unchanged(places=places):
                return any(place.covered for place in places)
            case SameMember(place=place, length=length) | Stored(place=place, length=length, members=True):
                first = min(place.covered, default=None)
                return first is not None and self._reaches(place, first, length, here)
            case Stored(place=place, length=length):
                return bool(place.covered) if length is None else self._reaches(place, 0, length, here)
            case Inside(place=place, length=length):
                return self._reaches(place, 0, length, here)
            case NotGivenUp(place=Place() as place, length=length):
                once = any(declared.name == place.object for declared in self.program.objects)
                return not once and self._reaches(place, 0, length, here)
        return True

    def _reaches(self, place: Place, bit: int, length: Expr | None, here: _Here) -> Bool:
        size = self._length(length, here)
        return bit < place.width if size is None else lt(bit, mul(size.term, 8))

    def _inside(self, place: Place, length: Expr | None, here: _Here) -> Bool:
        touched = self._touch(place, here)
        low = sub(touched.low, touched.instance.base)
        if not self.symbolic:
            for _, unknown, stride in touched.indexes:
                low = add(low, mul(unknown, stride))
        size = self._length(length, here)
        width = place.width if size is None else mul(size.term, 8)
        first, last = place.bound
        return and_(le(first, low), le(add(low, width), last))

    def _fits_type(self, value: Value, place: Place) -> Bool:
        """Whether a value is one of those that the place's type holds."""
        assert place.type is not None
        low, high = self._known(place, "min", least(place.type)), self._known(place, "max", greatest(place.type))
        return and_(le(low, value.term), le(value.term, high))

    def _known(self, place: Place, what: str, number: int) -> Int:
        """A number of the layout, under its name where extents keep theirs."""
        return named(f"{place.text}.{what}", number) if self.symbolic else number

    def _held(self, place: Place | None, store: bool, here: _Here) -> Bool:
        instance, name = self._find(place, here)
        kept = not_(name.gone)
        if not store:
            return kept
        others = [and_(h.live, not_(h.gone)) for h in self.names[instance] if h is not name]
        return and_(kept, not_(or_(*others)))

    def _accessed(self, kind, place, here: _Here, statement, length=None, value=None, exact=None) -> None:  # type: ignore[no-untyped-def]
        step = here.step.step if here.step else None
        self._announce(
            Accessed(path=self.path.name, step=step, kind=kind, place=place, length=length, value=value),
            here,
            statement,
            exact,
        )

    def _reads_of(self, expr: Expr | None, here: _Here, statement: Statement) -> None:
        """Members in an expression are read, those that C comes to."""
        for given, place in reads(expr) if expr is not None else ():
            met = and_(*(self._comes_to(condition, here) for condition in given))
            if met is not False:
                self._accessed("read", place, replace(here, guard=and_(here.guard, met)), statement)

    def _comes_to(self, condition: Condition, here: _Here) -> Bool:
        expr, wanted = condition
        holds = self._truth(expr, here)
        return holds if wanted else not_(holds)

    # --- statements -----------------------------------------------------------------------------------

    def _block(self, block: Block, here: _Here) -> None:
        scope = dict(here.scope)
        for statement in block:
            moment = (*here.prefix, statement.uid)
            began = moment if here.step is None else here.step_moment
            own = _Here(
                current=here.current,
                name=here.name,
                scope=scope,
                prefix=here.prefix,
                moment=moment,
                guard=here.guard,
                step=here.step,
                step_moment=began,
                given=here.given,
            )
            match statement:
                case Make(kind=kind, name=name):
                    if kind == "clone":
                        self._accessed("cut", None, own, statement)
                    made = self._make(name, own, kind == "new")
                    scope[name] = (made, self._hold(name, made, live=True))
                case Share(name=name):
                    scope[name] = (here.current, self._hold(name, here.current, live=here.guard))
                case _:
                    self._statement(statement, own)

    def _make(self, name: str, here: _Here, debris: bool) -> Instance:
        made = self._instance(name, here.current, ("made", here.moment), self.program.objects[0], here.name)
        self._emit(Made(made, debris))
        return made

    def _emit(self, operation: Store | Copied | Made) -> None:
        if isinstance(operation, Store) and not operation.order:
            operation.order = self._order()
        self.out.operations.append(operation)
        if len(self.out.operations) > self.plan.limit:
            raise TooLarge(self.plan.limit)

    def _statement(self, statement: Statement, here: _Here) -> None:
        match statement:
            case Read(places=places, length=length):
                self._reads_of(length, here, statement)
                for place in places:
                    self._accessed("read", place, here, statement, length)
            case Write():
                self._write(statement, here)
            case Clear(places=places, length=length):
                self._reads_of(length, here, statement)
                for index, place in enumerate(places):
                    self._accessed("clear", place, here, statement, length)
                    self._store("blank", place, index, here, length)
            case Copy():
                self._copy(statement, here)
            case On(name=name, body=body):
                instance, held = here.scope[name]
                self._block(body, replace(here, current=instance, name=held))
            case When(body=body, given=given):
                self._block(body, here.among(given))
            case Either(arms=arms):
                self._either(arms, here)
            case If(condition=condition, then=then, otherwise=otherwise):
                self._reads_of(condition, here, statement)
                holds = named_bool(spell(("if", here.moment)), self._truth(condition, here))
                self._block(then, replace(here, guard=and_(here.guard, holds)))
                self._block(otherwise, replace(here, guard=and_(here.guard, not_(holds))))
            case Assume(condition=condition):
                self._assume(self._truth(condition, here), here)
            case Consume():
                here.name.gone = or_(here.name.gone, here.guard)
            case Call(kind="part", name=name):
                self._block(self.program.parts[name].body, replace(here, prefix=here.moment, scope=self._shared(here)))
            case Call(name=name):
                self._step(name, here)
            case Each() | Repeat():
                self._loop(statement, here)
            case Make() | Share():
                raise AssertionError("a block takes these itself: they add to its names")
            case _:
                assert_never(statement)

    def _shared(self, here: _Here) -> dict[str, tuple[Instance, Held]]:
        """The names that every body sees: the declared objects."""
        return {o.name: here.scope[o.name] for o in self.program.objects[1:]} if here.scope else {}

    def _assume(self, condition: Bool, here: _Here) -> None:
        alive = and_(self.alive, or_(not_(here.guard), condition))
        self.alive = named_bool(spell(("alive", here.moment)), alive)

    def _either(self, arms: tuple[Block, ...], here: _Here) -> None:
        picked = self._decide(("arm", here.moment), 0, len(arms) - 1, here.guard)
        last = len(arms) - 1
        for index, arm in enumerate(arms):
            taken = not_(or_(*(eq(picked, i) for i in range(last)))) if index == last else eq(picked, index)
            self._block(arm, replace(here, guard=and_(here.guard, taken)))

    def _step(self, name: str, here: _Here) -> None:
        step = self.program.steps[name]
        run = StepRun(name, here.current)
        inner = replace(here, prefix=here.moment, step=run, step_moment=here.moment, scope=self._shared(here))
        self.out.steps.append(here.guard)
        self._announce(Began(self.path.name, name), inner, None)
        self._block(step.body, inner)
        run.ended = self._tick()
        ended = Ended(self.path.name, name)
        self._remember(ended, inner)
        self._announce(ended, inner, None)

    # --- stores and copies ----------------------------------------------------------------------------

    def _write(self, statement: Write, here: _Here) -> None:
        self._reads_of(statement.length, here, statement)
        self._reads_of(statement.value, here, statement)
        value = self._value(statement.value, here) if statement.value is not None else None
        exact = self._value(statement.exact_value, here) if statement.exact_value is not None else None
        for index, place in enumerate(statement.places):
            self._accessed(
                "write",
                place,
                here=here,
                statement=statement,
                length=statement.length,
                value=statement.exact_value,
                exact=exact,
            )
            kind: StoreKind = "fresh" if value is None else "value"
            self._store(kind, place, index=index, here=here, length=statement.length, value=value)

    def _store(
        self, kind: StoreKind, place: Place, index: int, here: _Here, length: Expr | None, value: Value | None = None
    ) -> None:
        touched = self._touch(place, here)
        size = self._length(length, here)
        whole = kind == "blank" or size is not None
        runs = None if whole else covered(place)
        store = Store(
            number=self._number(),
            key=(kind, (*here.moment, index)),
            kind=kind,
            area=(touched.instance.number, MEMORY),
            low=touched.low,
            width=place.width if size is None else mul(size.term, 8),
            guard=here.guard,
            bound=self._bound(place, touched, size),
            runs=None if runs == ((0, place.width),) else runs,
            unspecified=() if whole else place.padding,
            zero=() if whole else zeroes(place.leaves, self.program.little_endian),
            leaves=place.leaves,
            value=value,
            run=here.step,
            text=place.text,
            indexes=touched.indexes,
            length=size,
            given=here.given,
        )
        self._emit(store)

    def _copy(self, statement: Copy, here: _Here) -> None:
        self._reads_of(statement.length, here, statement)
        self._accessed("copy from", statement.origin, here, statement, statement.length)
        self._accessed("copy to", statement.target, here, statement, statement.length)
        length = self._length(statement.length, here)
        self._carry(statement.origin, statement.target, here, length)

    def _carry(self, source: Place, target: Place, here: _Here, length: Value | None) -> None:
        origin, goal = self._touch(source, here), self._touch(target, here)
        copied = Copied(
            key=("copy", here.moment),
            area=(goal.instance.number, MEMORY),
            low=goal.low,
            origin=(origin.instance.number, MEMORY),
            origin_low=origin.low,
            width=target.width if length is None else mul(length.term, 8),
            guard=here.guard,
            bound=self._bound(target, goal, length),
            origin_bound=self._bound(source, origin, length),
            text=f"{source.text} -> {target.text}",
            indexes=goal.indexes,
            origin_indexes=origin.indexes,
            length=length,
            given=here.given,
        )
        self._emit(copied)

    # --- snapshots ------------------------------------------------------------------------------------

    def _ghost_lows(self) -> dict[int, int]:
        lows, low = {}, self.program.objects[0].width + 64
        for index, members in self.out.ghosts.items():
            lows[index] = low
            low += 8 + sum(m.width for m in members)
        return lows

    def _remember(self, event: Ended, here: _Here) -> None:
        for index, prop in enumerate(self.properties):
            own = here.among(prop.given)
            if not own.nowhere and table.remembers(prop, event):
                self._snapshot(index, own)

    def _snapshot(self, index: int, here: _Here) -> None:
        flag = here.current.base + self.out.ghost_lows[index]
        low = flag + 8
        for number, member in enumerate(self.out.ghosts[index]):
            touched = self._touch(member, here)
            area = (here.current.number, ghost_area(index, number))
            copied = Copied(
                key=("remembered", here.moment, number),
                area=area,
                low=low,
                origin=(touched.instance.number, MEMORY),
                origin_low=touched.low,
                width=member.width,
                guard=here.guard,
                bound=None,
                origin_bound=self._bound(member, touched, None),
                text=f"{member.text} is remembered",
                indexes=(),
                origin_indexes=touched.indexes,
                given=here.given,
            )
            self._emit(copied)
            low += member.width
        mark_area = (here.current.number, ghost_area(index, None))
        mark = Store(
            number=self._number(),
            key=("mark", here.moment),
            kind="mark",
            area=mark_area,
            low=flag,
            width=8,
            guard=here.guard,
            given=here.given,
        )
        self._emit(mark)

    # --- loops ----------------------------------------------------------------------------------------

    def _loop(self, loop: Each | Repeat, here: _Here) -> None:
        if loop.low > self.plan.limit:  # no run of so many turns can be replayed, whatever is proved of one of them
            raise TooLarge(self.plan.limit)
        if self.plan.cut and (loop.high is None or loop.high > _SMALL):
            self._cut(loop, here)
        else:
            self._lay_out(loop, here)

    def _turns(self, loop: Each | Repeat) -> int:
        wanted = loop.low + self.plan.turns
        if loop.high is not None and loop.high <= FOLLOWED:
            return min(loop.high, max(wanted, self.plan.known))
        return wanted if loop.high is None else min(wanted, loop.high)

    def _lay_out(self, loop: Each | Repeat, here: _Here) -> None:
        count = self._turns(loop)
        if loop.high is None or loop.high > count:
            self.out.truncated.append(loop.span)
        turns: Int = count
        if count > loop.low:
            turns = self._decide(("turns", here.moment), loop.low, count, here.guard)
        for turn in range(count):
            guard = and_(here.guard, lt(turn, turns))
            self.out.turns.append(guard)
            self._turn(loop, replace(here, guard=guard), turn)

    def _turn(self, loop: Each | Repeat, here: _Here, turn: int) -> None:
        moment = (*here.moment, turn)
        inner = replace(here, prefix=moment, moment=moment)
        if isinstance(loop, Repeat):
            self._block(loop.body, inner)
            return
        self._accessed("cut", None, inner, loop)
        made = self._make(loop.name, inner, debris=False)
        held = self._hold(loop.name, made, live=True)
        scope = {**inner.scope, loop.name: (made, held)}
        self._block(loop.body, replace(inner, current=made, name=held, scope=scope))

    def _cut(self, loop: Each | Repeat, here: _Here) -> None:
        """The first turns as they are; then, unless they touched nothing but what they made, one turn for all that follow."""
        first = max(loop.low, 1) if loop.low <= _LAID_OUT else 1
        outer = set(range(len(self.out.instances)))
        start, names = len(self.out.operations), self._names_now()
        turns: Int = first
        if loop.low == 0:
            turns = self._decide(("turns", here.moment), 0, 1, here.guard)
        self.out.laid_out[here.moment] = first
        for turn in range(first):
            guard = and_(here.guard, lt(turn, turns))
            self.out.turns.append(guard)
            self._turn(loop, replace(here, guard=guard), turn)
        touched = touched_since(self.out.operations[start:], outer)
        if touched or self._names_now(outer) != names:
            after = replace(here, guard=and_(here.guard, lt(first - 1, turns)))
            self._follow(loop, after, first, outer, any(isinstance(o, Copied) for o in touched))

    def _names_now(self, instances: set[int] | None = None) -> list[object]:
        """What names there are, and which were given up."""
        held = [h for i, names in self.names.items() if instances is None or i.number in instances for h in names]
        return [(h.text, id(h.gone) if isinstance(h.gone, Term) else h.gone) for h in held]

    def _follow(self, loop: Each | Repeat, here: _Here, turn: int, outer: set[int], copies: bool) -> None:
        """One arbitrary turn after arbitrary earlier ones; a run that took it goes no further."""
        inside = choice(spell(("turn", here.moment)))
        self.out.cut[here.moment] = inside
        if loop.low > turn and copies:
            # What is copied in each turn may come to lie elsewhere with every turn that is passed over.
            skipped = choice(spell((UNSURE, here.moment)))
            self.alive = and_(self.alive, or_(not_(here.guard), skipped))
        before, entry = len(self.out.operations), and_(self.alive, here.guard)
        order = self._order()
        self._havoc(here, order)
        head, clock = len(self.out.operations), self._tick()
        guard = and_(here.guard, inside)
        self.out.turns.append(guard)
        with self._names_changed(here):
            self._turn(loop, replace(here, guard=guard), turn)
        alive = and_(self.alive, guard)
        self.out.followed[here.moment] = Followed(
            before=before, entry=entry, head=head, end=len(self.out.operations), guard=guard, alive=alive
        )
        self.out.heads[here.moment] = [
            replace(earlier(operation, self._number(), clock, outer), order=order)
            for operation in touched_since(self.out.operations[head:], outer)
        ]
        self.alive = named_bool(spell(("before", here.moment)), and_(self.alive, not_(guard)))

    def _havoc(self, here: _Here, order: int) -> None:
        """What earlier turns may have stored, where it is known beforehand; else a place is kept for it.

        All of it has one `order`: which store of earlier turns came before a step's end in them is not known, and neither is
        then taken to be after the other.
        """
        if self.plan.heads is None:
            self._emit(
                Store(
                    number=self._number(),
                    key=("head", here.moment),
                    kind="head",
                    area=(-1, ""),
                    low=0,
                    width=0,
                    guard=here.guard,
                    order=order,
                )
            )
            return
        for index, store in enumerate(self.plan.heads.get(here.moment, ())):
            maybe = choice(spell((UNSURE, here.moment, index)))
            key = (store.kind, (*here.moment, index))
            guard = and_(here.guard, maybe)
            self._emit(replace(store, number=self._number(), key=key, guard=guard, order=order))

    @contextmanager
    def _names_changed(self, here: _Here) -> Iterator[None]:
        """Names that the loop's body gives up or takes may have been given up or taken in earlier turns."""
        outer = [h for held in self.names.values() for h in held]
        unsure = [choice(spell(("gone", here.moment, i))) for i in range(len(outer))]
        before = []
        for held, maybe in zip(outer, unsure, strict=True):
            held.gone = or_(held.gone, maybe) if self.lent else held.gone
            before.append(held.gone)
        counts = {i: len(held) for i, held in self.names.items()}
        extra = {i: self._earlier(i, here) for i in counts} if self.lent else {}
        yield
        for held, maybe, gone in zip(outer, unsure, before, strict=True):
            if held.gone is gone:
                self.out.constraints.append(not_(maybe))
        for instance, held in extra.items():
            if len(self.names[instance]) == counts[instance] + 1 and isinstance(held.live, Term):
                self.out.constraints.append(not_(held.live))

    def _earlier(self, instance: Instance, here: _Here) -> Held:
        """A name that an earlier turn may have given an object."""
        return self._hold("", instance, choice(spell(("taken", here.moment, instance.number))))


def _remembered(prop: Property) -> tuple[Place, ...] | None:
    """The members of which a property takes snapshots; none of them where it only marks when; None where it does neither."""
    match prop.claim:
        case Preserved(members=members):
            return members
        case Written(since=str()):
            return ()
        case _:
            return None


BASE_WIDTH = 1 << 25
_ENDLESS = 1 << 40  # more bytes than any object has


def ghost_area(prop: int, member: int | None) -> str:
    """The area of a property's snapshot on an object: of one member, or of the flag that there is one."""
    return f"#{prop}" if member is None else f"#{prop}.{member}"
