"""A broken claim of a run, ready to be drawn: the bytes in question, the rows, and the sentences of
what is wrong.

Nothing is shown that the reference did not see: what lies somewhere is read from its memory at the
break, and a sentence that the values shown do not bear out is a fault of ours (`Untrue`), not a
witness.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from cbprove import folds
from cbprove.frozen import frozen
from cbprove.pictures import bits, bytemap
from cbprove.properties.events import Accessed, IsTrue, ReadsBack, SameMember, Stored, Unchanged
from cbprove.report import story
from cbprove.report.sentences import ShownValues, Untrue, of_all, sentence, unstored, values_shown
from cbprove.semantics import arithmetic
from cbprove.semantics.claims import Broken, Lying
from cbprove.semantics.memory import ObjectKey, Source
from cbprove.semantics.run import Run
from cbprove.semantics.state import Look
from cbprove.semantics.trace import Stage, Standing
from cbprove.system.expressions import Place
from cbprove.system.program import Holds, Program
from cbprove.verdicts import Witness

_MOST_COLUMNS = 3
_BESIDE = 80  # bytes that columns beside each other may show
_MOST_SENTENCES = 8
_WIDE = 76  # letters of a sentence beside a label


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
    found = witness.run.broken.get(property_name, ()) if witness.run else ()
    if not found or witness.run is None or found[0].standing is None:
        return None
    first = found[0]
    claims = tuple(broken for broken in found if _together(first, broken))
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
                if in_memory and in_memory[0] != bit.found and bit.found.store.kind != "outside":
                    raise Untrue(
                        f"{self.property_name}: bit {bit.bit} is shown as what does not lie there"
                    )
                if bit.remembered == bit.found:
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

    # --- the picture ------------------------------------------------------------------------------

    def picture(self) -> list[str]:
        """The byte map with the last row, or a sentence where the claim is not about bytes that
        were there."""
        drawn = self.drawn()
        if drawn is None:
            return self.verdict()
        wrapped = (
            textwrap.wrap(line, _WIDE, subsequent_indent="  ", break_on_hyphens=False)
            for line in self.verdict()
        )
        return bytemap.lines(drawn, self.last(), tuple(part for lines in wrapped for part in lines))

    def drawn(self) -> bytemap.Map | None:
        """The byte map, None where the claim is not about bytes that were there."""
        places = self.lying()
        if not places:
            return None
        stages = self.stages()
        selection = self._wanted(stages, places)
        stages_drawn = bytemap.relevant(stages, selection)
        single = [declared.name for declared in self.program.objects[1:]]
        return bytemap.draw(
            self.run, stages_drawn, self._columns(stages, places), selection, single
        )

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

    def _wanted(self, stages: tuple[Stage, ...], places: tuple[Lying, ...]) -> bytemap.Wanted:
        spots = (
            bytemap.Spot(story.lineage(stages, place.object), range(place.low, _end(place)))
            for place in places
        )
        sources = [bit.found for broken in self.claims for bit in broken.bits]
        sources += [
            source for broken in self.claims for look in broken.looks for source in look.sources
        ]
        moments = {source.store.moment for source in sources if source.store in self.run.stores}
        return bytemap.Wanted(tuple(spots), frozenset(moments))

    def _columns(
        self, stages: tuple[Stage, ...], lying: tuple[Lying, ...]
    ) -> tuple[bytemap.Column, ...]:
        """A column for each area of an object that places lie in."""
        areas: dict[tuple[ObjectKey, str], list[Lying]] = {}
        for place in lying:
            areas.setdefault((place.object, place.place.area), []).append(place)
        drawn = list(areas.items())[:_MOST_COLUMNS]
        sizes = [(last - first + 7) // 8 for first, last in (_drawn(places) for _, places in drawn)]
        room = (
            bytemap.WIDEST
            if len(drawn) == 1 or sum(sizes) <= _BESIDE
            else _BESIDE // len(drawn) // 8 * 8
        )
        columns = []
        for (key, area), places in drawn:
            view = bytemap.window(area, _drawn(places), [lying.low for lying in places], room)
            plain = len(drawn) == 1 and self.object_name(key) == self.program.objects[0].name
            title = "" if plain else self._area(places[0])
            columns.append(bytemap.Column(view, story.lineage(stages, key), title))
        return tuple(columns)

    def last(self) -> tuple[str, str, str]:
        """The label of the row where the claims break."""
        selection = self._wanted(self.stages(), self.lying())
        events = [broken.event for broken in self.claims]
        step = events[0].step or "(path)"
        touched = [e for e in events if isinstance(e, Accessed)]
        if touched:
            return step, *bytemap.spoken(
                bytemap.phrase(bytemap.VERBS.get(e.kind, "cuts"), e.place) for e in touched
            )
        stages = self.run.trace[self.standing.stages :]
        later = (
            stages[0]
            if stages and stages[0].moment == self.standing.stage.moment
            else self.standing.stage
        )
        reads = [
            a
            for a in later.actions
            if a.kind == "read" and any(spot.hit_by(a) for spot in selection.spots)
        ]
        return step, *bytemap.spoken(bytemap.phrase("reads", action.place) for action in reads)

    # --- what is wrong ----------------------------------------------------------------------------

    def verdict(self) -> list[str]:
        """What is wrong, in a line for each claim, and for bits what they are instead."""
        claim = self.first.claim
        if isinstance(claim, IsTrue):
            return [f"`{self.condition()}` is false", *self._held()]
        if isinstance(claim, Unchanged | SameMember | Stored):
            return _few([*self._count(), *self._nowhere(), *self._instead()])
        return _few(list(dict.fromkeys(sentence(broken) for broken in self.claims)))

    def condition(self) -> str:
        """The condition as it was written."""
        claims = (prop.claim for prop in self.program.properties if prop.name == self.property_name)
        return next((claim.text for claim in claims if isinstance(claim, Holds)), "the condition")

    def lost(self) -> tuple[Lost, ...]:
        """The bits that are not as claimed, and those that a false condition looked at, as
        ranges of areas."""
        stretches: dict[Lost, None] = {}
        for lying in self.lying():
            looked_at = isinstance(self.first.claim, IsTrue)
            wrong = (
                {lying.low + i for i in lying.positions}
                if looked_at
                else set(self._broken_of(lying))
            )
            base, name = lying.place.bound[0], self.object_name(lying.object)
            for low, high in bits.runs(wrong):
                stretches[Lost(name, lying.place.area, low - base, high - base)] = None
        return tuple(stretches)

    def object_name(self, key: ObjectKey) -> str:
        """The object's name in the spec; one made in the run goes by that of the first object."""
        if key.moment == () and key.ordinal < len(self.program.objects):
            return self.program.objects[key.ordinal].name
        return self.program.objects[0].name

    def _area(self, lying: Lying) -> str:
        """An area by name, with its object where that is another than the current one."""
        name = self.object_name(lying.object)
        if name != self.program.objects[0].name:
            return f"{name}.{lying.place.area}"
        return (
            lying.place.area
            if lying.object == self.first.object
            else f"{_owner(lying.place.object)}.{lying.place.area}"
        )

    def _broken_of(self, lying: Lying) -> Mapping[int, Source]:
        """What lies at the broken bits of a place, by the object's bit."""
        end = _end(lying)
        return {
            bit.bit: bit.found
            for broken in self.claims
            if any(
                (other.place, other.object, other.low) == (lying.place, lying.object, lying.low)
                for other in broken.places
            )
            for bit in broken.bits
            if bit.object == lying.object and lying.low <= bit.bit < end
        }

    def _count(self) -> Iterator[str]:
        places = self.lying()
        wrong = {
            (lying.object, bit)
            for lying in places
            for bit in self._counted(lying, self._broken_of(lying))
        }
        total = {
            (lying.object, i)
            for lying in places
            for i in self._counted(lying, [lying.low + i for i in lying.positions])
        } | wrong
        if not wrong:
            return
        ranges = dict.fromkeys(self._ranges(places))
        in_bytes = not any(_ragged(part) for part in (wrong, total))
        part = (
            f"{len(wrong) // 8} of {bits.amount(len(total))}"
            if in_bytes
            else f"{len(wrong)} of {len(total)} bits"
        )
        yield f"{part} {self._fate()}: {', '.join(ranges)}"

    def _counted(self, lying: Lying, positions: Iterable[int]) -> list[int]:
        """Bits of an object that are worth a number: where not all behind its end are listed,
        those that lie in it."""
        listed = all(self._is_listed(broken) for broken in self.claims)
        return [bit for bit in positions if listed or 0 <= bit < lying.place.size]

    def _is_listed(self, broken: Broken) -> bool:
        """Whether each bit that the claim is about is among those judged: far behind an object
        they are not."""
        if (
            not isinstance(broken.claim, Stored)
            or not broken.claim.all_bytes
            or broken.length is None
        ):
            return True
        return all(8 * broken.length <= len(lying.positions) for lying in broken.places)

    def _nowhere(self) -> Iterator[str]:
        """How much of what the claims are about lies outside of its object, where no claim is
        true."""
        sentences: dict[str, None] = {}
        for broken in self.claims:
            for lying in broken.places:
                sentences.update(dict.fromkeys(self._outside(broken, lying)))
        yield from sentences

    def _outside(self, broken: Broken, lying: Lying) -> Iterator[str]:
        subject = f"{self.object_name(lying.object)} ({bits.amount(lying.place.size)})"
        before = sum(lying.low + i < 0 for i in lying.positions)
        behind = sum(lying.low + i >= lying.place.size for i in lying.positions)
        total = len(lying.positions)
        if broken.length is not None and not self._is_listed(broken):
            behind, total = lying.low + 8 * broken.length - lying.place.size, 8 * broken.length
        for number, side in ((before, "before the start"), (behind, "past the end")):
            if number:
                lie = "lies" if number in (1, 8) else "lie"
                yield f"{of_all(number, total)} {lie} {side} of {subject}{values_shown(broken)}"

    def _ranges(self, places: tuple[Lying, ...]) -> Iterator[str]:
        areas: dict[str, set[int]] = {}
        for lying in places:
            broken = self._counted(lying, self._broken_of(lying))
            areas.setdefault(self._area(lying), set()).update(
                bit - lying.place.bound[0] for bit in broken
            )
        for area, wrong in areas.items():
            yield from (f"{area}{bits.part(low, high)}" for low, high in bits.runs(wrong))

    def _fate(self) -> str:
        match self.first.claim:
            case SameMember():
                return "not its own"
            case Stored() as claim:
                return unstored(claim)
            case _:
                return "lost"

    def _instead(self) -> Iterator[str]:
        """What each member's broken bits are now, and who stored that; neighbours that are the
        same are told together."""
        groups: list[tuple[str, str, str]] = []
        for lying in self.lying():
            broken_sources = {
                bit - lying.low: source for bit, source in self._broken_of(lying).items()
            }
            for low, high in bits.runs(broken_sources):
                groups += self._groups(lying, broken_sources, low, high)
        for (view, instead), group in groupby(groups, lambda each: (each[0], each[2])):
            names = list(dict.fromkeys(name for _, name, _ in group))
            yield f"{bits.together(view, names)}{instead}"

    def _in_object(self, lying: Lying, position: int) -> bool:
        return 0 <= lying.low + position < lying.place.size

    def _groups(
        self, lying: Lying, broken_sources: Mapping[int, Source], low: int, high: int
    ) -> Iterator[tuple[str, str, str]]:
        """The view, what its bits are called, and what they are now."""
        for _, group in groupby(
            range(low, high), lambda i: bits.origin(broken_sources[i], self.run.stores)
        ):
            positions = list(group)
            if broken_sources[positions[0]].store.kind == "outside" and not self._in_object(
                lying, positions[0]
            ):
                continue
            sources = [broken_sources[i] for i in positions]
            sign = " =" if sources[0].store.kind in ("fresh", "value") else ":"
            name, from_view = bits.named(lying.place, positions), False
            if isinstance(self.first.claim, SameMember):
                found = dict(zip(positions, sources, strict=True))
                name = bits.foreign(lying.place, found, self.run.stores)
                from_view = bits.meet_in_name(lying.place, found, self.run.stores)
            instead = bits.described(sources, self.run.stores, from_view)
            yield (
                bits.subject(lying.place) if lying.place.view else "",
                name,
                f"{sign} {instead}{self._by(sources)}",
            )

    def _by(self, sources: list[Source]) -> str:
        """Who stored the bits."""
        stores = [
            self.run.stores.get(s.store) for s in sources if s.store.kind in ("fresh", "value")
        ]
        names = dict.fromkeys(store.step or "the path" for store in stores if store)
        return f", stored by {', '.join(names)}" if names else ""

    def _held(self) -> Iterator[str]:
        """What the condition looked at: each member with its bytes and who stored it, each
        input."""
        (broken,) = self.claims[:1]
        for look in dict.fromkeys(broken.looks):
            lying = Lying(look.place, look.object, look.low, range(look.place.width))
            low = look.low - look.place.bound[0]
            subject = f"{self._area(lying)}{bits.part(low, low + look.place.width)}"
            yield f"{look.place.text} = {look.value}: {subject}{self._origins(list(look.sources))}"
        bits_shown = ShownValues(self.run, broken)
        assert isinstance(broken.claim, IsTrue)
        for name in dict.fromkeys(folds.inputs(broken.claim.condition)):
            if name in bits_shown.inputs:
                yield f"{name} = {bits_shown.inputs[name]}"

    def _origins(self, sources: list[Source]) -> str:
        sentences = []
        for (kind, name), _ in groupby(sources, lambda source: self._origin(source)):
            sentences.append(
                {"stored": f"stored by {name}", "blank": f"cleared by {name}"}.get(
                    kind, "never stored"
                )
            )
        return "".join(f", {word}" for word in dict.fromkeys(sentences))

    def _origin(self, source: Source) -> tuple[str, str]:
        store, kind = self.run.stores.get(source.store), source.store.kind
        who = (store.step or "the path") if store else ""
        return ("stored" if kind in ("fresh", "value") else kind), who


def _end(lying: Lying) -> int:
    """Where a place ends in its object, or what was judged behind it."""
    return lying.low + max([lying.place.width, *(i + 1 for i in lying.positions[-1:])])


def _drawn(places: list[Lying]) -> tuple[int, int]:
    """The bits of an object to draw: the area that places began in, and what they reach behind
    it."""
    first, last = places[0].place.bound
    ends = [min(_end(lying), lying.place.size) for lying in places]
    return first, max(last, *ends)


def _owner(name: str) -> str:
    return {".": "current", "..": "parent"}.get(name, name)


def _few(sentences: list[str]) -> list[str]:
    rest = len(sentences) - _MOST_SENTENCES
    return sentences if rest <= 1 else [*sentences[:_MOST_SENTENCES], f"and {rest} more"]


def _ragged(positions: set[tuple[ObjectKey, int]]) -> bool:
    """Whether a range in it begins or ends inside a byte."""
    objects = {key for key, _ in positions}
    return any(
        low % 8 or high % 8
        for key in objects
        for low, high in bits.runs(bit for object_of_bit, bit in positions if object_of_bit == key)
    )
