"""A broken claim of a run, ready to be shown: the bytes in question, and that they are as the run
had them.

Nothing is shown that the reference did not see: what lies somewhere is read from its memory at the
break, and a sentence that the values shown do not bear out is a fault of ours (`Untrue`), not a
witness.
"""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.frozen import frozen
from cbprove.pictures import bits
from cbprove.properties.events import IsTrue, ReadsBack
from cbprove.report import story
from cbprove.report.sentences import ShownValues, Untrue
from cbprove.semantics import arithmetic
from cbprove.semantics.claims import Broken, Lying
from cbprove.semantics.memory import ObjectKey, Source
from cbprove.semantics.run import Run
from cbprove.semantics.state import Look
from cbprove.semantics.trace import Stage, Standing
from cbprove.system.expressions import Place
from cbprove.system.program import Holds, Program
from cbprove.verdicts import Witness


@frozen
class Lost:
    """Bits [low, high) of an area, counted from its start, that are not as claimed."""

    object: str
    area: str
    low: int
    high: int


def scene(witness: Witness, property_name: str) -> Scene | None:
    """The claims of a property that break first, all those of one step; None where the witness has
    no run.

    Raises Untrue.
    """
    breaks = witness.run.broken.get(property_name, ()) if witness.run else ()
    if not breaks or witness.run is None or breaks[0].standing is None:
        return None
    first = breaks[0]
    claims = tuple(broken for broken in breaks if _together(first, broken))
    picture = Scene(witness.program, witness.run, claims, property_name)
    picture.check()
    return picture


def _together(first: Broken, broken: Broken) -> bool:
    """Whether two claims of one kind break in one step run, or in one statement of a path."""
    if (
        type(broken.claim) is not type(first.claim)
        or broken.standing is None
        or first.standing is None
    ):
        return False
    return (broken.standing.stages, broken.standing.stage.moment) == (
        first.standing.stages,
        first.standing.stage.moment,
    )


@frozen
class Scene:
    """Broken claims of one kind, in order, that one step meets; the run is shown up to the last
    of them."""

    program: Program
    run: Run
    claims: tuple[Broken, ...]
    property_name: str

    @property
    def first(self) -> Broken:
        return self.claims[0]

    @property
    def standing(self) -> Standing:
        moment = self.claims[-1].standing
        assert moment is not None
        return moment

    # --- that it is true --------------------------------------------------------------------------

    def check(self) -> None:
        """Raises Untrue where what is shown and what is said about it disagree."""
        for broken in self.claims:
            assert broken.standing is not None
            memory = broken.standing.stage.memory
            for look in broken.looks:
                self._check_look(look, memory)
            for bit in broken.bits:
                in_memory = memory[bit.object][bit.bit : bit.bit + 1] if bit.bit >= 0 else ()
                if in_memory and in_memory[0] != bit.actual and bit.actual.store.kind != "outside":
                    raise Untrue(
                        f"{self.property_name}: bit {bit.bit} is shown as what does not lie there"
                    )
                if bit.remembered == bit.actual:
                    raise Untrue(
                        f"{self.property_name}: bit {bit.bit} is shown as lost, and is what it was"
                    )
            self._check_condition(broken)

    def _check_look(self, look: Look, memory: Mapping[ObjectKey, tuple[Source, ...]]) -> None:
        in_memory = memory[look.object][max(0, look.low) : look.low + look.place.width]
        sources = tuple(source for source in look.sources if source.store.kind != "outside")
        if len(in_memory) == len(sources) and in_memory != sources:
            raise Untrue(
                f"{self.property_name}: {look.place.text} is shown with bits that do not lie there"
            )

    def _check_condition(self, broken: Broken) -> None:
        match broken.claim:
            case IsTrue(condition):
                if arithmetic.evaluate(condition, ShownValues(self.run, broken)):
                    raise Untrue(
                        f"{self.property_name}: `{self.condition()}` is true of the values shown"
                    )
            case ReadsBack(place):
                if broken.value is None or arithmetic.holds(broken.value, place):
                    raise Untrue(f"{self.property_name}: the value shown fits into {place.text}")

    # --- the bytes in question --------------------------------------------------------------------

    def stages(self) -> tuple[Stage, ...]:
        """The steps up to the break, the one that it lies in as far as that had come."""
        return story.until(self.run, self.standing)

    def lying(self) -> tuple[Lying, ...]:
        """Where the places lay that the claims are about, each once."""
        by_place: dict[tuple[Place, ObjectKey, int], Lying] = {}
        for broken in self.claims:
            for place in broken.places:
                by_place.setdefault((place.place, place.object, place.low), place)
        return tuple(by_place.values())

    def condition(self) -> str:
        """The condition as it was written."""
        claims = (prop.claim for prop in self.program.properties if prop.name == self.property_name)
        return next((claim.text for claim in claims if isinstance(claim, Holds)), "the condition")

    def lost(self) -> tuple[Lost, ...]:
        """The bits that are not as claimed, and those that a false condition looked at, as
        ranges of areas."""
        stretches: dict[Lost, None] = {}
        for location in self.lying():
            looked_at = isinstance(self.first.claim, IsTrue)
            wrong = (
                {location.low + i for i in location.positions}
                if looked_at
                else set(self.broken_of(location))
            )
            base, name = location.place.bound[0], self.object_name(location.object)
            for low, high in bits.runs(wrong):
                stretches[Lost(name, location.place.area, low - base, high - base)] = None
        return tuple(stretches)

    def object_name(self, key: ObjectKey) -> str:
        """The object's name in the spec; one made in the run goes by that of the first object."""
        if key.moment == () and key.ordinal < len(self.program.objects):
            return self.program.objects[key.ordinal].name
        return self.program.objects[0].name

    def area(self, location: Lying) -> str:
        """An area by name, with its object where that is another than the current one."""
        name = self.object_name(location.object)
        if name != self.program.objects[0].name:
            return f"{name}.{location.place.area}"
        return (
            location.place.area
            if location.object == self.first.object
            else f"{_owner(location.place.object)}.{location.place.area}"
        )

    def broken_of(self, location: Lying) -> Mapping[int, Source]:
        """What lies at the broken bits of a place, by the object's bit."""
        end = end_of(location)
        return {
            bit.bit: bit.actual
            for broken in self.claims
            if any(
                (other.place, other.object, other.low)
                == (location.place, location.object, location.low)
                for other in broken.places
            )
            for bit in broken.bits
            if bit.object == location.object and location.low <= bit.bit < end
        }


def end_of(location: Lying) -> int:
    """Where a place ends in its object, or what was judged behind it."""
    return location.low + max([location.place.width, *(i + 1 for i in location.positions[-1:])])


def _owner(name: str) -> str:
    return {".": "current", "..": "parent"}.get(name, name)
