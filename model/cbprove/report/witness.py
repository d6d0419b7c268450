"""A witness in words: where it happens, the byte map, and which bytes are not as claimed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby

from cbprove.evidence.idle import idle
from cbprove.frozen import frozen
from cbprove.properties.events import Accessed, Inside, IsTrue, NotGivenUp, ReadsBack, SameMember, Stored, Unchanged
from cbprove.report import bits, bytemap, story
from cbprove.semantics import arithmetic
from cbprove.semantics.memory import ObjectKey, Source
from cbprove.semantics.run import Broken, Run
from cbprove.semantics.trace import Stage
from cbprove.system import Holds, Place, Program
from cbprove.verdicts import Witness

WIDTH = 100


@frozen
class Lost:
    """Bits [low, high) of an area, counted from its start, that are not as claimed."""

    object: str
    area: str
    low: int
    high: int


def block(witness: Witness, property_name: str) -> list[str]:
    """The lines of a refutation, without indentation."""
    if witness.misplaced is not None:
        return [f"{witness.misplaced.subject}: {witness.misplaced.reason}"]
    broken = first_broken(witness, property_name)
    if broken is None or witness.run is None:
        return [f"path {witness.path}"]
    scene = Scene(witness.program, witness.run, broken, property_name)
    head = ["path " + " > ".join(story.crumbs(witness.program, witness.path, broken.moment))]
    return head + _decided(witness, property_name) + scene.picture()


def first_broken(witness: Witness, property_name: str) -> Broken | None:
    """The claim that the witness shows broken."""
    found = witness.run.broken.get(property_name, ()) if witness.run else ()
    return found[0] if found else None


def decided(witness: Witness, property_name: str) -> tuple[story.Choice, ...]:
    """What was chosen, then which values were taken, each with whether it matters."""
    assert witness.run is not None
    program, run = witness.program, witness.run
    path = next(path for path in program.paths if path.name == run.path)
    prop = next(prop for prop in program.properties if prop.name == property_name)
    unneeded = idle(program, path, prop, run)
    chosen = story.choices(program, run, unneeded)
    made = [choice for choice in chosen if choice.line is not None]
    taken = [choice for choice in chosen if choice.line is None]
    return (*made, *taken, *story.values(program, run, unneeded))


def _decided(witness: Witness, property_name: str) -> list[str]:
    """The same as lines, wrapped."""
    chosen = decided(witness, property_name)
    made = [f"line {c.line} {c.what}: {c.told}" for c in chosen if c.line is not None]
    values = [f"{c.what} = {c.told}" for c in chosen if c.line is None]
    return [*_wrapped("choices  ", made), *_wrapped("values   ", values)]


def _wrapped(title: str, parts: list[str]) -> list[str]:
    if not parts:
        return []
    text = ("; " if title.startswith("choices") else ", ").join(parts)
    return textwrap.wrap(text, WIDTH, initial_indent=title, subsequent_indent=" " * len(title), break_on_hyphens=False)


@frozen
class Scene:
    """A broken claim of a run, ready to be drawn."""

    program: Program
    run: Run
    broken: Broken
    property_name: str

    def picture(self) -> list[str]:
        """The byte map with the last row, or a sentence where the claim is not about bytes that were there."""
        places = self.places()
        if not places:
            return self.verdict()
        stages = story.until(self.run, self.broken.moment)
        objects = story.lineage(self.run, self.key())
        low, high = self.extent(places)
        area, bound = self.area(places[0])
        view = bytemap.window(area, bound, [self._first(place) for place in places])
        shown = bytemap.relevant(stages, objects, range(low, high))
        drawn = bytemap.draw(self.run, shown, objects, view)
        return bytemap.lines(drawn, self.last(stages, objects), tuple(self.verdict()))

    def places(self) -> tuple[Place, ...]:
        """What the claim is about."""
        claim = self.broken.claim
        match claim:
            case Unchanged(places):
                return places
            case SameMember(place) | Stored(place) | ReadsBack(place) | Inside(place):
                return (place,)
            case IsTrue(condition):
                return tuple(arithmetic.members(condition))
            case NotGivenUp(place):
                return (place,) if place else ()

    def key(self) -> ObjectKey:
        """The object that the bytes in question lie in."""
        return self.broken.bits[0].object if self.broken.bits else self.broken.object

    def extent(self, places: tuple[Place, ...]) -> tuple[int, int]:
        """The bits from the first of the places to the last."""
        lows = [self._first(place) for place in places]
        return min(lows), max(low + place.width for low, place in zip(lows, places, strict=True))

    def area(self, place: Place) -> tuple[str, tuple[int, int]]:
        """The control block that the place lies in."""
        return place.area, place.bound

    def last(self, stages: tuple[Stage, ...], objects: tuple[ObjectKey, ...]) -> tuple[str, str, str]:
        """The label of the row where the claim breaks."""
        event = self.broken.event
        step = event.step or "(path)"
        if isinstance(event, Accessed):
            verb = bytemap.VERBS.get(event.kind, "cuts")
            return step, verb, (event.place.view or event.place.text) if event.place else ""
        if stages and stages[-1].step == event.step:
            verb, what = bytemap.deed(stages[-1], objects, ("read",))
            wanted = {place.view for place in self.places()}
            return (
                step,
                verb,
                ", ".join(name for name in what.split(", ") if name in wanted) if verb == "reads" else what,
            )
        return step, "begins", ""

    def verdict(self) -> list[str]:
        """What is wrong, in a line, and for bits what they are instead."""
        claim = self.broken.claim
        match claim:
            case ReadsBack(place):
                return [f"the value does not fit into {place.text}"]
            case IsTrue():
                return [f"`{self.condition()}` is false", *self._held()]
            case Inside(place):
                return [f"{place.text} reaches beyond {place.area}{bits.span(0, place.bound[1] - place.bound[0])}"]
            case NotGivenUp(place, store):
                name = place.text if place else "the object"
                stores = ", or it is stored to while another name of it lives" if store else ""
                return [f"{name} is touched by a name that was given up{stores}"]
        return [self._count(), *self._instead()]

    def condition(self) -> str:
        """The condition as it was written."""
        claims = (prop.claim for prop in self.program.properties if prop.name == self.property_name)
        return next((claim.text for claim in claims if isinstance(claim, Holds)), "the condition")

    def lost(self) -> tuple[Lost, ...]:
        """The bits that are not as claimed, as ranges of control blocks."""
        if not self.broken.bits or not self.places():
            return ()
        place = self.places()[0]
        base, name = place.bound[0], self.object_name(place)
        ranges = bits.runs(bit.bit for bit in self.broken.bits)
        return tuple(Lost(name, place.area, low - base, high - base) for low, high in ranges)

    def object_name(self, place: Place) -> str:
        """The object's name in the spec; one made in the run goes by that of the first object."""
        key = self.key()
        if key.moment == () and key.ordinal < len(self.program.objects):
            return self.program.objects[key.ordinal].name
        return self.program.objects[0].name

    def _count(self) -> str:
        wrong = {bit.bit for bit in self.broken.bits}
        total = {
            self._first(p) + leaf.offset + i for p in self.places() for leaf in p.leaves for i in range(leaf.width)
        }
        part, whole = (wrong, total) if not _ragged(wrong) and not _ragged(total) else (None, None)
        ranges = ", ".join(f"{lost.area}{bits.span(lost.low, lost.high)}" for lost in self.lost())
        if part is None or whole is None:
            return f"{len(wrong)} of {len(total)} bits {self._fate()}: {ranges}"
        return f"{len(part) // 8} of {bits.amount(len(whole))} {self._fate()}: {ranges}"

    def _fate(self) -> str:
        match self.broken.claim:
            case SameMember():
                return "not its own"
            case Stored(_, _, None):
                return "never written"
            case Stored(_, _, by) if by is not None:
                return f"not written by {', '.join(sorted(by)) if len(by) < 3 else 'those named'}"
            case _:
                return "lost"

    def _instead(self) -> Iterator[str]:
        """What each member's broken bits are now."""
        for place in self.places():
            low = self._first(place)
            found = {b.bit - low: b.found for b in self.broken.bits if 0 <= b.bit - low < place.width}
            yield from self._groups(place, found)

    def _groups(self, place: Place, found: dict[int, Source]) -> Iterator[str]:
        for low, high in bits.runs(found):
            for _, group in groupby(range(low, high), lambda i: bits.origin(found[i], self.run.stores)):
                positions = list(group)
                sources = [found[i] for i in positions]
                sign = " =" if sources[0].store.kind in ("fresh", "value") else ":"
                now = bits.described(sources, self.run.stores)
                yield f"{bits.named(place, positions)}{sign} {now}{self._by(sources)}"

    def _by(self, sources: list[Source]) -> str:
        """Who stored the bits, where the claim is about that."""
        claim = self.broken.claim
        if not isinstance(claim, Stored) or claim.by is None:
            return ""
        stores = [self.run.stores.get(s.store) for s in sources if s.store.kind in ("fresh", "value")]
        names = dict.fromkeys(store.step or "the path" for store in stores if store)
        return f", stored by {', '.join(names)}" if names else ""

    def _held(self) -> Iterator[str]:
        stages = [stage for stage in story.until(self.run, self.broken.moment) if stage.moment != self.broken.moment]
        for place in dict.fromkeys(self.places()):
            memory = stages[-1].memory.get(self.broken.object, ()) if stages else ()
            value = story.held(self.program, self.run, place, memory)
            if value is not None:
                yield f"{place.text} = {value}"

    def _first(self, place: Place) -> int:
        return story.first_bit(self.run, place)


def _ragged(positions: set[int]) -> bool:
    """Whether a range in it begins or ends inside a byte."""
    return any(low % 8 or high % 8 for low, high in bits.runs(positions))
