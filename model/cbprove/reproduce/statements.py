"""What a run did to memory, one line of C for each store, copy, clear and making."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from cbprove.properties.events import Moment
from cbprove.report import story
from cbprove.reproduce.places import Places, Spot, is_scalar
from cbprove.reproduce.spelling import comment, number
from cbprove.reproduce.values import Values
from cbprove.semantics.memory import ObjectKey, Source, debris
from cbprove.semantics.trace import CopiedBits, Effect, MadeObject, StoredBits
from cbprove.system.expressions import Leaf, Place

Bits = Mapping[int, Source]


class Statements:
    """Writes the lines, and follows what memory holds."""

    def __init__(self, places: Places, values: Values) -> None:
        self.places, self.values = places, values
        self.memory = {
            key: debris(key, places.size(key)) for key in places.objects if not key.moment
        }
        self.needed: Mapping[ObjectKey, Collection[int]] = {}
        self.known = story.statements(values.program)
        self.partial = False  # whether the program sets some bits of a byte

    def follow(self, effect: Effect) -> None:
        """What memory holds after it."""
        match effect:
            case StoredBits():
                memory = self.memory[effect.object]
                for bit in effect.bits:
                    memory[bit] = Source(effect.store.key, bit - effect.low)
            case CopiedBits():
                memory = self.memory[effect.object]
                for bit, source in zip(effect.bits, effect.sources, strict=True):
                    memory[bit] = source
            case MadeObject():
                object_key = effect.object
                new = effect.kind == "new"
                self.memory[object_key] = (
                    debris(object_key, self.places.size(object_key))
                    if new
                    else list(self.memory[effect.parent])
                )

    # --- objects ----------------------------------------------------------------------------------

    def begin(self, keys: Iterable[ObjectKey]) -> Iterator[str]:
        """Objects before anybody stored to them."""
        for key in keys:
            yield from self._debris(key, "")

    def _debris(self, key: ObjectKey, author: str) -> Iterator[str]:
        variable, fill = self.places.variable(key), self.values.debris(key)
        first = debris(key, self.places.size(key))
        inverted = self.values.inverted(first[0])
        yield f"memset(&{variable}, {_byte(fill, inverted)}, sizeof({variable}));{author}"
        for at in sorted(
            {bit // 8 * 8 for bit in self.needed.get(key, ()) if 0 <= bit < len(first)}
        ):
            content = self._byte({at + i: first[at + i] for i in range(8)})
            if content != fill:
                byte = f"((unsigned char *)&{variable})[{at // 8}]"
                yield f"{byte} = {_byte(content, inverted)};\t/* what the run found there */"

    def made(self, effect: MadeObject) -> Iterator[str]:
        """An object made in the run."""
        author = self.by(effect.step, effect.moment)
        if effect.kind == "new":
            yield from self._debris(effect.object, author)
            return
        variable, parent = self.places.variable(effect.object), self.places.variable(effect.parent)
        yield f"memcpy(&{variable}, &{parent}, sizeof({variable}));{author}"

    # --- stores and copies ------------------------------------------------------------------------

    def stored(self, effects: list[StoredBits]) -> Iterator[str]:
        """What one statement stores through one place."""
        store = effects[0].store
        sources = {bit: Source(e.store.key, bit - e.low) for e in effects for bit in e.bits}
        spot = self.spot(
            store.place, effects[0].object, effects[0].low, store.began or store.key.moment
        )
        return self._left(spot, sources, self.by(store.step, store.key.moment))

    def copied(self, effect: CopiedBits) -> Iterator[str]:
        """A copy, before memory follows it; what comes from where nothing lies is arbitrary."""
        before, shift = self.memory[effect.origin_object], effect.origin_low - effect.low
        pairs = list(zip(effect.bits, effect.sources, strict=True))
        moment = effect.began or effect.moment
        spot = self.spot(effect.target, effect.object, effect.low, moment)
        origin = self.spot(effect.origin, effect.origin_object, effect.origin_low, moment)
        carried = [
            bit
            for bit, source in pairs
            if 0 <= bit + shift < len(before) and before[bit + shift] == source
        ]
        lost = {bit: source for bit, source in pairs if bit not in set(carried)}
        if any(not 0 <= bit + shift < len(before) for bit in lost):
            self.places.fix(origin)  # at another candidate something may lie there
        author = self.by(effect.step, effect.moment)
        if carried:
            line = self._carried(
                spot, origin, range(carried[0], carried[-1] + 1), shift, len(carried)
            )
            if line is None:
                lost = dict(pairs)
            else:
                yield f"{line}{author}"
        if lost:
            yield from self._left(spot, lost, author)

    def _carried(self, spot: Spot, origin: Spot, bits: range, shift: int, count: int) -> str | None:
        if len(bits) != count:
            return None
        is_whole = (
            bits == spot.extent and range(bits.start + shift, bits.stop + shift) == origin.extent
        )
        if is_scalar(spot.place) and is_scalar(origin.place) and is_whole:
            sides = self.places.lvalue(spot), self.places.lvalue(origin)
            if None not in sides:
                return f"{sides[0]} = {sides[1]};"
        if any(at % 8 for at in (bits.start, bits.stop, shift)):
            return None
        function = "memmove" if spot.variable == origin.variable else "memcpy"
        sources = range(bits.start + shift, bits.stop + shift)
        return (
            f"{function}({self.places.pointer(spot, bits)}, "
            f"{self.places.pointer(origin, sources)}, {len(bits) // 8});"
        )

    def _left(self, spot: Spot, sources: Bits, author: str) -> Iterator[str]:
        """The lines that leave these sources in memory."""
        lines = list(self._assigned(spot, sources) or self._bytes(spot, sources))
        for line in lines:
            yield f"{line}{author}"
        if not lines:
            yield f";{author}"

    def _assigned(self, spot: Spot, sources: Bits) -> list[str]:
        """A number stored to a member, where it is one."""
        place, inverted = spot.place, {self.values.inverted(source) for source in sources.values()}
        kinds = {source.store.kind for source in sources.values()}
        lvalue = self.places.lvalue(spot)
        if (
            not is_scalar(place)
            or lvalue is None
            or set(sources) != set(spot.extent)
            or len(inverted) != 1
        ):
            return []
        assert place.type is not None
        if (place.type.boolean and True in inverted) or (
            kinds == {"blank"} and ":" not in place.type.name
        ):
            return []
        value = self.values.number((sources[bit] for bit in spot.extent), place.type)
        return [f"{lvalue} = {_number(value, True in inverted)};"]

    def _bytes(self, spot: Spot, sources: Bits) -> Iterator[str]:
        """Runs of equal bytes, and some bits of a byte."""
        # First byte, behind the last, what they hold, whether inverted
        runs: list[tuple[int, int, int, bool]] = []
        for at in sorted({bit // 8 for bit in sources}):
            for inverted in (False, True):
                of_byte = {
                    b: s for b, s in _of_byte(sources, at) if self.values.inverted(s) is inverted
                }
                if len(of_byte) == 8:
                    runs.append((at, at + 1, self._byte(of_byte), inverted))
                elif of_byte:
                    yield self._some_bits(spot, at, of_byte, inverted)
        for first, last, content, inverted in _joined(runs, spot):
            bits = range(8 * first, 8 * last)
            pointer, size = self._named(spot, bits)
            yield f"memset({pointer}, {_byte(content, inverted)}, {size});"

    def _named(self, spot: Spot, bits: range) -> tuple[str, str]:
        """A pointer to bytes and how many, by the member that they are."""
        lvalue = self.places.lvalue(spot)
        if lvalue is not None and bits == spot.extent:
            return self.places.pointer(spot, bits), f"sizeof({lvalue})"
        for leaf in spot.place.leaves:
            if (
                bits == _extent(spot, leaf)
                and (name := self.places.addressed(spot, leaf)) is not None
            ):
                return name, str(len(bits) // 8)
        return self.places.pointer(spot, bits), str(len(bits) // 8)

    def _some_bits(self, spot: Spot, at: int, sources: Bits, inverted: bool) -> str:
        leaves = [
            leaf for leaf in spot.place.leaves if not set(sources).isdisjoint(_extent(spot, leaf))
        ]
        if (
            len(leaves) == 1
            and leaves[0].path
            and leaves[0].width == len(sources)
            and spot.place.view
        ):
            name = self.places.leaf(spot, leaves[0])
            if name is not None and not leaves[0].boolean:
                value = self._in_order(sources)
                return f"{name} = {_number(value, inverted)};"
        self.partial = True
        mask = self.values.byte({bit % 8: 1 for bit in sources})
        pointer = self.places.pointer(spot, range(8 * at, 8 * at + 8))
        return f"bits({pointer}, {mask:#x}, {_byte(self._byte(sources), inverted)});"

    def _in_order(self, sources: Bits) -> int:
        ordered = [self.values.bit(sources[bit]) for bit in sorted(sources)]
        if not self.values.program.little_endian:
            ordered.reverse()
        return sum(bit << i for i, bit in enumerate(ordered))

    def _byte(self, sources: Bits) -> int:
        return self.values.byte(
            {bit % 8: self.values.bit(source) for bit, source in sources.items()}
        )

    # --- names ------------------------------------------------------------------------------------

    def spot(self, place: Place, key: ObjectKey, low: int, moment: Moment) -> Spot:
        """A place in an object, at a moment of the run."""
        inputs = {name: self.values.input(name, moment) for name, _ in place.indexes}
        return Spot(place, self.places.variable(key), low, inputs)

    def by(self, step: str | None, moment: Moment) -> str:
        """The function that a line stands for, as a comment."""
        if step is not None:
            return f"\t/* {comment(step)}() */"
        statement = self.known.get(moment[-1]) or self.known.get(
            moment[-2] if len(moment) > 1 else -1
        )
        return f"\t/* line {statement.span.line} */" if statement else ""


def _extent(spot: Spot, leaf: Leaf) -> range:
    return range(spot.low + leaf.offset, spot.low + leaf.offset + leaf.width)


def _of_byte(sources: Bits, at: int) -> Iterator[tuple[int, Source]]:
    return ((bit, sources[bit]) for bit in range(8 * at, 8 * at + 8) if bit in sources)


def _joined(
    runs: list[tuple[int, int, int, bool]], spot: Spot
) -> Iterator[tuple[int, int, int, bool]]:
    """Neighbours that hold the same as one; not across an end of the area."""
    ends = {bit // 8 for bit in spot.place.bound}
    run_open: tuple[int, int, int, bool] | None = None
    for run in runs:
        if (
            run_open is not None
            and run_open[1] == run[0]
            and run_open[2:] == run[2:]
            and run[0] not in ends
        ):
            run_open = (run_open[0], run[1], *run[2:])
            continue
        if run_open is not None:
            yield run_open
        run_open = run
    if run_open is not None:
        yield run_open


def _byte(value: int, inverted: bool) -> str:
    text = f"0x{value:02x}" if value else "0"
    return (f"{text} ^ other" if value else "other") if inverted else text


def _number(value: int, inverted: bool) -> str:
    return (f"{number(value)} ^ other" if value else "other") if inverted else number(value)
