"""The claims that properties make of what is met in an unfolding, and the snapshots that they
keep of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cbprove.folds import Condition, reads
from cbprove.frozen import replace
from cbprove.logic.terms import Bool, and_, not_, or_
from cbprove.obligations.building import Building, Frame
from cbprove.obligations.ops import MEMORY, ClaimAt, Copied, Store
from cbprove.obligations.touching import Touching
from cbprove.obligations.values import Value
from cbprove.properties import table
from cbprove.properties.events import (
    Access,
    Accessed,
    ClaimMade,
    Ended,
    Event,
    Inside,
    IsTrue,
    NotGivenUp,
    ReadsBack,
    SameMember,
    Stored,
    Unchanged,
)
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Exact, Lent, Part, Preserved, Property, Written
from cbprove.system.statements import Statement


class Claiming:
    """Notes claims in the unfolding, each with the guard under which a run comes to it."""

    def __init__(
        self, built: Building, touching: Touching, path: Part, properties: Sequence[Property]
    ) -> None:
        self.built, self.touching, self.path, self.properties = built, touching, path, properties
        self.lent = any(isinstance(p.claim, Lent) for p in properties)
        self.exact = any(isinstance(p.claim, Exact) for p in properties)
        out = built.out
        out.ghosts = {
            i: members for i, p in enumerate(properties) if (members := _remembered(p)) is not None
        }
        out.ghost_lows = self._ghost_lows()

    def announce(
        self, event: Event, frame: Frame, statement: Statement | None, value: Value | None = None
    ) -> None:
        """Notes the claims that properties make of an event."""
        for index, prop in enumerate(self.properties):
            claims = table.of_event(prop, event)
            inner = frame.among(prop.given) if claims else frame
            for claim in () if inner.nowhere else claims:
                self._claim(index, claim, inner, statement, value)

    def _claim(
        self,
        index: int,
        claim: ClaimMade,
        frame: Frame,
        statement: Statement | None,
        value: Value | None,
    ) -> None:
        places, condition, length = self._about(claim, frame, value)
        guard = and_(self.built.alive, frame.guard, self._some(claim, frame))
        touched = tuple(self.touching.touch(place, frame) for place in places)
        out = self.built.out
        at = ClaimAt(
            property=index,
            claim=claim,
            time=len(out.operations),
            clock=self.built.clock,
            guard=guard,
            current=frame.current,
            moment=frame.moment,
            touched=touched,
            condition=condition,
            length=length,
            span=statement.span if statement else None,
            turns=len(out.turns),
            steps=len(out.steps),
            given=frame.given,
        )
        out.claims.append(at)

    def _about(
        self, claim: ClaimMade, frame: Frame, value: Value | None
    ) -> tuple[tuple[Place, ...], Bool | None, Value | None]:
        """The places whose bits a claim is about, the condition that it makes, and how many bytes
        of the place it is about."""
        match claim:
            case SameMember(place=place) | Stored(place=place):
                return (place,), None, self.touching.length(claim.length, frame)
            case Inside(place=place):
                return (), self.touching.inside(place, claim.length, frame), None
            case ReadsBack(place=place):
                assert value is not None and place.type is not None
                return (), self.touching.fits_type(value, place), None
            case IsTrue(condition=expr):
                return (), self.touching.truth(expr, frame), None
            case NotGivenUp(place=touched_place, store=store):
                return (), self.not_given_up(touched_place, store, frame), None
            case Unchanged(places=places):
                return places, None, None
            case _:
                assert_never(claim)

    def _some(self, claim: ClaimMade, frame: Frame) -> Bool:
        """Whether the claim speaks of any bit; one of members without bits, or of the first 0
        bytes, says nothing."""
        match claim:
            case Unchanged(places=places):
                return any(place.covered for place in places)
            case (
                SameMember(place=place, length=length)
                | Stored(place=place, length=length, members=True)
            ):
                first = min(place.covered, default=None)
                return first is not None and self.touching.reaches(place, first, length, frame)
            case Stored(place=place, length=length):
                return (
                    bool(place.covered)
                    if length is None
                    else self.touching.reaches(place, 0, length, frame)
                )
            case Inside(place=place, length=length):
                return self.touching.reaches(place, 0, length, frame)
            case NotGivenUp(place=Place() as place, length=length):
                declared_once = any(
                    declared.name == place.object for declared in self.built.program.objects
                )
                return not declared_once and self.touching.reaches(place, 0, length, frame)
        return True

    def not_given_up(self, place: Place | None, store: bool, frame: Frame) -> Bool:
        instance, name = self.built.find(place, frame)
        owned = not_(name.gone)
        if not store:
            return owned
        other_names = [
            and_(h.live, not_(h.gone)) for h in self.built.names[instance] if h is not name
        ]
        return and_(owned, not_(or_(*other_names)))

    def accessed(
        self,
        kind: Access,
        place: Place | None,
        frame: Frame,
        statement: Statement,
        length: Expr | None = None,
        value: Expr | None = None,
        exact: Value | None = None,
    ) -> None:
        """Notes an access, which claims are made of."""
        step = frame.step.step if frame.step else None
        self.announce(
            Accessed(
                path=self.path.name, step=step, kind=kind, place=place, length=length, value=value
            ),
            frame,
            statement,
            exact,
        )

    def reads_of(self, expr: Expr | None, frame: Frame, statement: Statement) -> None:
        """Members in an expression are read, those that C comes to."""
        for conditions, place in reads(expr) if expr is not None else ():
            reached = and_(*(self._comes_to(condition, frame) for condition in conditions))
            if reached is True:
                self.accessed("read", place, frame, statement)
            elif reached is not False:
                inner = replace(frame, guard=and_(frame.guard, reached))
                self.accessed("read", place, inner, statement)

    def _comes_to(self, condition: Condition, frame: Frame) -> Bool:
        expr, truth = condition
        holds = self.touching.truth(expr, frame)
        return holds if truth else not_(holds)

    # --- snapshots --------------------------------------------------------------------------------

    def _ghost_lows(self) -> dict[int, int]:
        lows, low = {}, self.built.program.objects[0].width + 64
        for index, members in self.built.out.ghosts.items():
            lows[index] = low
            low += 8 + sum(m.width for m in members)
        return lows

    def remember(self, event: Ended, frame: Frame) -> None:
        """Takes the snapshots that properties keep when a step ends."""
        for index, prop in enumerate(self.properties):
            if table.remembers(prop, event):
                inner = frame.among(prop.given)
                if not inner.nowhere:
                    self._snapshot(index, inner)

    def _snapshot(self, index: int, frame: Frame) -> None:
        flag = frame.current.base + self.built.out.ghost_lows[index]
        low = flag + 8
        for number, member in enumerate(self.built.out.ghosts[index]):
            touched = self.touching.touch(member, frame)
            area = (frame.current.number, ghost_area(index, number))
            # Remembering is a copy into memory of the property's own, so that what is remembered is
            # followed back like anything else.
            copied = Copied(
                key=("remembered", frame.moment, number),
                area=area,
                low=low,
                origin=(touched.instance.number, MEMORY),
                origin_low=touched.low,
                width=member.width,
                guard=frame.guard,
                bound=None,
                origin_bound=self.touching.bound(member, touched, None),
                text=f"{member.text} is remembered",
                indexes=(),
                origin_indexes=touched.indexes,
                given=frame.given,
            )
            self.built.emit(copied)
            low += member.width
        # The flag that there is a snapshot: it goes with the object, as the snapshot does, into
        # what is cloned from it.
        mark_area = (frame.current.number, ghost_area(index, None))
        mark = Store(
            number=self.built.number(),
            key=("mark", frame.moment),
            kind="mark",
            area=mark_area,
            low=flag,
            width=8,
            guard=frame.guard,
            given=frame.given,
        )
        self.built.emit(mark)


def _remembered(prop: Property) -> tuple[Place, ...] | None:
    """The members of which a property takes snapshots; none of them where it only marks when;
    None where it does neither."""
    match prop.claim:
        case Preserved(members=members):
            return members
        case Written(since=str()):
            return ()
        case _:
            return None


def ghost_area(prop: int, member: int | None) -> str:
    """The area of a property's snapshot on an object: of one member, or of the flag that there
    is one."""
    return f"#{prop}" if member is None else f"#{prop}.{member}"
