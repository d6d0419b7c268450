"""All runs of a candidate, on plain bits, and what its properties say of each.

A bit is a literal: 0, 1, or 2 * n + s for the n-th bit of arbitrary value, s = 1 where it is
negated. Such a bit gets a value only when something depends on it; two that need not be equal can
differ in some run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from tests.second.layout import Layout, Num, Record, Spot, Whose
from tests.second.reading import Block, Expr, Place, Property, Spec, Statement
from tests.second.states import snapshot

Bits = list[int]
ENDLESS = 1 << 20


class Ended(Exception):
    """An assumption is false, or a loop went as far as it is followed."""


@dataclass(eq=False, slots=True)
class Origin:
    """Who stored a bit: "store", "blank" or None; the run of a step; the members it was stored
    through."""

    kind: str | None
    run: int = 0
    members: tuple[tuple[Whose, int], ...] = ()
    time: int = 0


DEBRIS = Origin(None)


@dataclass(eq=False)
class Object:
    value: Bits
    origin: list[Origin]
    made_from: Object | None = None
    history: tuple[tuple[str, int, dict[str, list[dict[int, int]]], int], ...] = ()
    live: int = 1


@dataclass(eq=False)
class Name:
    of: Object
    held: bool = True


@dataclass(frozen=True)
class Value:
    """An integer as C has it: its bits, least significant first."""

    bits: tuple[int, ...]
    signed: bool


@dataclass(eq=False)
class Asked:
    """A property of a candidate: what it names, where it counts, and what was found; `broken` is
    the fewest turns."""

    of: Property
    named: frozenset[Any] | None
    spots: tuple[Spot, ...]
    later: tuple[Spot, ...]
    steps: frozenset[str]
    within: frozenset[str] | None
    since: frozenset[str] | None
    reached: bool = False
    broken: int | None = None


@dataclass
class Verdict:
    """`cut`: loops were ended before they had to be; `turns`: the fewest beyond LO with which it
    breaks.

    The name is "open" where nothing broke in as many runs as were looked at, and there are more.
    """

    name: str
    cut: bool = False
    turns: int = 0


@dataclass
class Choices:
    """Answers in the order in which they are asked for; each run repeats a prefix and takes the
    least after it."""

    prefix: list[int] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def choose(self, count: int) -> int:
        at = len(self.taken)
        answer = self.prefix[at] if at < len(self.prefix) else 0
        self.taken.append((answer, count))
        return answer

    def following(self) -> list[int] | None:
        for at in reversed(range(len(self.taken))):
            answer, count = self.taken[at]
            if answer + 1 < count:
                return [a for a, _ in self.taken[:at]] + [answer + 1]
        return None


@cache
def number(value: int, bits: int, signed: bool) -> Value:
    return Value(tuple(value >> i & 1 for i in range(bits)), signed)


class Candidate:
    """One candidate of a spec and what is known of it before any run."""

    def __init__(self, spec: Spec, chosen: dict[str, Any], turns: int = 5) -> None:
        self.spec, self.layout, self.turns = spec, Layout(spec, chosen), turns
        self.places: dict[Any, Spot] = {}
        self.asked: list[Asked] = []
        self.counting: dict[Any, list[Asked]] = {}
        self.cut = False
        self.seen: set[Any] = set()
        self.through: dict[int, tuple[Any, Any]] = {}

    def excluded(self) -> bool:
        return not all(self.layout.static(e) for e in self.spec.requires)

    def step(self, name: str) -> str:
        return name if name in self.spec.bodies else self.steps(name)[0]

    def steps(self, name: str) -> list[str]:
        """Those that a name means: of a layer all of its steps."""
        if name in self.spec.layers:
            return self.spec.layers[name]
        return [body for body in self.spec.bodies if body == name or body.endswith(f".{name}")]

    def verdicts(self, limit: int) -> dict[str, Verdict]:
        """A verdict for each property, and for `fits`, which is checked of every spec."""
        found = {}
        properties = list(self.spec.properties)
        if not any(
            p.name == "fits" or (p.kind == "fits" and not (p.places or p.where or p.when))
            for p in properties
        ):
            properties.append(Property("fits", "fits", None))
        for p in properties:
            if p.when is not None and not self.layout.static(p.when):
                found[p.name] = Verdict("no case")
            elif self.excluded():
                found[p.name] = Verdict("excluded")
            else:
                self.asked.append(self.ask(p))
        if self.asked:
            self.placements()
            for path in self.spec.paths:
                limit = self.enumerate(path, limit)
        for asked in self.asked:
            if asked.broken is not None:
                found[asked.of.name] = Verdict("refuted", self.cut, asked.broken)
            else:
                held = "proved" if asked.reached else "vacuous"
                found[asked.of.name] = Verdict(held if limit >= 0 else "open", self.cut)
        return found

    def ask(self, p: Property) -> Asked:
        spots = tuple(self.layout.spot(place, self.layout.static) for place in p.places)
        later = tuple(self.layout.spot(place, self.layout.static) for place in p.later)
        since = None if p.since is None else frozenset(self.steps(p.since))
        named = frozenset(key for spot in spots for _, pairs in spot.bits for _, key in pairs)
        steps = frozenset(s for name in p.names for s in self.steps(name))
        within = (
            None if p.where is None else frozenset(s for name in p.where for s in self.steps(name))
        )
        return Asked(p, named if spots else None, spots, later or spots, steps, within, since)

    def placements(self) -> None:
        for asked in self.asked:
            p = asked.of
            if p.where is not None:
                continue
            if p.kind == "disjoint":
                a, b = asked.spots
                apart = a.start + a.size <= b.start or b.start + b.size <= a.start
                self.judge(asked, a.object != b.object or apart, 0)
            if p.kind not in ("fits", "aligned"):
                continue
            for name in [place.head for place in p.places] or self.spec.views:
                spot = self.layout.view(name)
                if spot is None:
                    continue
                if p.kind == "fits":
                    self.judge(
                        asked,
                        spot.area[0] <= spot.start and spot.start + spot.size <= spot.area[1],
                        0,
                    )
                    continue
                o = self.layout.objects[
                    self.layout.main if spot.object == "current" else spot.object[1]
                ]
                whole = [] if isinstance(spot.type, Record) else [(spot.start, spot.type.align)]
                for start, a in [*whole, *self.layout.alignments(spot.type, spot.start, False)]:
                    self.judge(asked, start % (8 * a) == 0 and o.align % a == 0, 0)

    @staticmethod
    def judge(asked: Asked, holds: bool, turns: int) -> None:
        asked.reached = True
        if not holds and (asked.broken is None or asked.broken > turns):
            asked.broken = turns

    def enumerate(self, path: str, limit: int) -> int:
        prefix: list[int] | None = []
        while prefix is not None and any(asked.broken != 0 for asked in self.asked):
            limit -= 1
            if limit < 0:
                break
            run = Run(self, path, Choices(prefix))
            with contextlib.suppress(Ended):
                run.block(self.spec.bodies[path], {})
            self.cut = self.cut or run.cut
            prefix = run.choices.following()
        return limit

    def spot(self, place: Place, index: Any) -> Spot:
        key: Any = (place, *(index(e) for kind, e in place.then if kind == "["))
        if key not in self.places:
            self.places[key] = self.layout.spot(place, index)
        return self.places[key]


class Run:
    """One run of a path."""

    def __init__(self, candidate: Candidate, path: str, choices: Choices) -> None:
        self.of, self.path, self.choices = candidate, path, choices
        self.layout = candidate.layout
        self.bound: dict[int, int] = {}
        self.unknown, self.extra, self.cut = 0, 0, False
        self.once = {
            n: self.debris(o.size) for n, o in self.layout.objects.items() if n != self.layout.main
        }
        self.name = Name(self.debris(self.layout.objects[self.layout.main].size))
        self.step: tuple[str, int] | None = None
        self.runs, self.time = 0, 1
        self.fixed: dict[str, int] = {}
        self.drawn: dict[str, int] = {}
        self.position: list[Any] = [path]
        self.scopes: list[dict[str, Name]] = []
        self.users: list[Name] = []
        self.looked = len(choices.prefix) - 1
        self.outside: dict[tuple[int, int], int] = {}

    # --- bits

    def fresh(self) -> int:
        self.unknown += 1
        return 2 * self.unknown

    def debris(self, size: int) -> Object:
        first, self.unknown = self.unknown + 1, self.unknown + 8 * size
        return Object(list(range(2 * first, 2 * first + 16 * size, 2)), [DEBRIS] * (8 * size))

    def known(self, bit: int) -> int:
        return (
            bit if bit < 2 else self.bound[bit >> 1] ^ (bit & 1) if bit >> 1 in self.bound else bit
        )

    def force(self, bit: int) -> int:
        bit = self.known(bit)
        if bit < 2:
            return bit
        self.bound[bit >> 1] = value = self.choices.choose(2)
        return value ^ (bit & 1)

    def integer(self, v: Value) -> int:
        value = sum(self.force(bit) << i for i, bit in enumerate(v.bits))
        return value - (1 << len(v.bits)) if v.signed and value >> (len(v.bits) - 1) else value

    def truth(self, v: Value) -> bool:
        bits = [self.known(bit) for bit in v.bits]
        return 1 in bits or any(self.force(bit) for bit in bits)

    def differ(self, a: int, b: int) -> bool:
        """Whether two bits differ in some run that begins as this one did."""
        return self.known(a) != self.known(b)

    # --- names and accesses

    @property
    def current(self) -> Object:
        return self.name.of

    def input(self, name: str) -> int:
        kind, low, high, per_step = self.of.spec.inputs[name]
        kept = self.drawn if per_step else self.fixed
        if name not in kept:
            t = self.layout.scalar(kind[1])
            first = -(1 << (8 * t.size - 1)) if t.signed else 0
            low = first if low is None else self.layout.static(low)
            most = 1 if t.boolean else first + (1 << 8 * t.size) - 1
            high = most if high is None else self.layout.static(high)
            kept[name] = low + self.choices.choose(high - low + 1)
        return kept[name]

    def index(self, e: Expr) -> int:
        if e[0] == "place" and e[1].head in self.of.spec.inputs:
            return self.input(e[1].head)
        return self.layout.static(e)

    def at(self, place: Place) -> Spot:
        return self.of.spot(place, self.index)

    def object(self, spot: Spot, names: dict[str, Name]) -> tuple[Object, Name | None]:
        if spot.object == "current":
            return self.current, self.name
        if spot.object == "parent":
            assert self.current.made_from is not None
            return self.current.made_from, None
        if isinstance(spot.object, tuple):
            return self.once[spot.object[1]], None
        return names[spot.object].of, names[spot.object]

    def asking(self, *kinds: str) -> list[Asked]:
        """The properties of these kinds that count here; those that draw nothing unless broken
        with as few turns before."""
        key = (kinds, self.path, self.step[0] if self.step else None)
        if key not in self.of.counting:
            self.of.counting[key] = [
                a
                for a in self.of.asked
                if a.of.kind in kinds and (a.within is None or a.within & {*key[1:]})
            ]
        every = self.of.counting[key]
        # A claim about values draws some: it is looked at in every run, or the choices after it
        # would answer other questions.
        return (
            every
            if "holds" in kinds
            else [a for a in every if a.broken is None or a.broken > self.extra]
        )

    def claim(self, asked: Asked, holds: bool) -> None:
        self.of.judge(asked, holds, self.extra)

    def touch(
        self, spot: Spot, names: dict[str, Name], start: int, size: int, stores: bool
    ) -> Object:
        """An access: what `fits` and `lent` say of it."""
        o, name = self.object(spot, names)
        if size <= 0:
            return o
        for asked in self.asking("fits"):
            if not asked.of.places or spot.view in [place.head for place in asked.of.places]:
                self.claim(asked, spot.area[0] <= start and start + size <= spot.area[1])
        if not isinstance(spot.object, tuple):
            self.lend(o, name, stores)
        return o

    def lend(self, o: Object, name: Name | None, stores: bool) -> None:
        for asked in self.asking("lent"):
            self.claim(asked, (name is None or name.held) and not (stores and o.live > 1))

    def length(self, spot: Spot, e: Expr | None, names: dict[str, Name]) -> int:
        """The number of bits from the beginning of a place that a statement means; endless where
        it is negative."""
        if e is None:
            return spot.size
        n = self.integer(self.value(e, names))
        return 8 * (ENDLESS if n < 0 else n)

    # --- reads

    def read(self, spot: Spot, names: dict[str, Name], size: int | None = None) -> None:
        if size is None:
            bits: Sequence[tuple[int, tuple[Any, ...]]] = spot.bits
            self.touch(spot, names, spot.start, spot.size, False)
        else:
            end = spot.start + size
            self.touch(spot, names, spot.start, size, False)
            bits = [b for b in spot.whole if b[0] < end]
        o, _ = self.object(spot, names)
        for asked in self.asking("owned", "written"):
            for bit, pairs in bits:
                for member, key in pairs:
                    if (asked.named is None or key in asked.named) and not self.seen(
                        asked, o, bit, member
                    ):
                        break
            if size is not None and asked.named is None and asked.of.kind == "written":
                for bit in range(spot.start + spot.rest, min(end, len(o.value) + 1)):
                    self.seen(asked, o, bit, None)

    def seen(self, asked: Asked, o: Object, bit: int, member: tuple[Whose, int] | None) -> bool:
        """One bit that a read observes; whether it is as the property says."""
        origin = o.origin[bit] if 0 <= bit < len(o.value) else DEBRIS
        if asked.of.kind == "owned":
            if member is None:
                return True
            holds = origin.kind == "blank" or any(
                i == member[1] and w.alike(member[0]) for w, i in origin.members
            )
        elif asked.steps or asked.since is not None:
            if asked.since is not None and not any(
                step in asked.since for step, *_ in self.current.history
            ):
                return True
            holds = self.by(asked, origin)
        else:
            holds = origin.kind is not None
        self.claim(asked, holds)
        return holds

    def by(self, asked: Asked, origin: Origin) -> bool:
        history, ended = self.current.history, 0
        if asked.since is not None:
            ended = [end for step, _, _, end in history if step in asked.since][-1]
        whose = not asked.steps or any(
            run == origin.run and step in asked.steps for step, run, _, _ in history
        )
        kinds = ("store", "blank") if asked.of.cleared else ("store",)
        return origin.kind in kinds and whose and origin.time > ended

    def load(self, spot: Spot, names: dict[str, Name]) -> Value:
        """The value of a member, promoted: what an invalid bool holds is arbitrary."""
        o, _ = self.object(spot, names)
        bits = [
            o.value[b] if 0 <= b < len(o.value) else self.beyond(o, b)
            for b in range(spot.start, spot.start + spot.size)
        ]
        if self.layout.big:
            bits.reverse()
        t: Num = spot.type
        if t.boolean and any(self.force(bit) for bit in bits[1:]):
            bits = [self.fresh() for _ in bits]
        elif t.boolean:
            bits = bits[:1]
        return self.converted(
            Value(tuple(bits), t.signed and not t.boolean),
            max(32, len(bits)),
            len(bits) < 32 or t.signed,
        )

    def beyond(self, o: Object, bit: int) -> int:
        """A bit outside of an object: arbitrary, another in each statement."""
        return self.outside.setdefault((id(o), bit), self.fresh())

    @staticmethod
    def converted(v: Value, bits: int, signed: bool) -> Value:
        more = v.bits[-1] if v.signed else 0
        return Value((*v.bits, *[more] * (bits - len(v.bits)))[:bits], signed)

    # --- expressions

    def value(self, e: Expr, names: dict[str, Name], reads: bool = True) -> Value:
        match e:
            case ("num", value, bits, signed):
                return number(value, bits, signed)
            case ("sizeof", what, _):
                return number(self.layout.sizeof(what), self.layout.long, False)
            case ("has", _, _):
                return number(self.layout.static(e), 32, True)
            case ("place", place):
                return self.named(place, names, reads)
            case ("if", c, a, b):
                chosen = self.value(
                    a if self.truth(self.value(c, names, reads)) else b, names, reads
                )
                return self.converted(chosen, *self.common(self.kind(a), self.kind(b)))
            case ("un", "!", a):
                return number(int(not self.truth(self.value(a, names, reads))), 32, True)
            case ("un", op, a):
                v = self.value(a, names, reads)
                if op == "~":
                    return Value(tuple(bit ^ 1 for bit in v.bits), v.signed)
                return v if op == "+" else number(-self.integer(v), len(v.bits), v.signed)
            case ("bin", ("&&" | "||") as op, a, b):
                left = self.truth(self.value(a, names, reads))
                both = left if left == (op == "||") else self.truth(self.value(b, names, reads))
                return number(int(both), 32, True)
            case ("bin", ("<<" | ">>") as op, a, b):
                v, n = self.value(a, names, reads), self.layout.static(b)
                top = v.bits[-1] if v.signed else 0
                size = len(v.bits)
                return Value(
                    (*[0] * n, *v.bits)[:size] if op == "<<" else (*v.bits[n:], *[top] * n),
                    v.signed,
                )
            case ("bin", op, a, b):
                return self.binary(op, self.value(a, names, reads), self.value(b, names, reads))
        raise ValueError(e)

    def named(self, place: Place, names: dict[str, Name], reads: bool) -> Value:
        head = place.head
        if not place.then and head in self.of.spec.inputs:
            t = self.layout.scalar(self.of.spec.inputs[head][0][1])
            bits = max(32, 8 * t.size)
            return number(self.input(head), bits, t.signed or bits > 8 * t.size)
        if not place.then and head not in self.of.spec.views:
            if head in self.of.spec.defines:
                return self.value(self.of.spec.defines[head], names, reads)
            return number(self.layout.constant(head), 32, True)
        spot = self.at(place)
        if reads:
            self.read(spot, names)
        return self.load(spot, names)

    def kind(self, e: Expr) -> tuple[int, bool]:
        """The type of an expression: number of bits, signed."""
        match e:
            case ("num", _, bits, signed):
                return bits, signed
            case ("sizeof", _, _):
                return self.layout.long, False
            case ("place", place) if place.head in self.of.spec.inputs and not place.then:
                t = self.layout.scalar(self.of.spec.inputs[place.head][0][1])
                return max(32, 8 * t.size), t.size < 4 or t.signed
            case ("place", place) if place.head in self.of.spec.views or place.then:
                spot = self.at(place)
                return max(32, spot.size), spot.size < 32 or spot.type.signed
            case ("un", op, a) if op != "!":
                return self.kind(a)
            case ("if", _, a, b):
                return self.common(self.kind(a), self.kind(b))
            case ("bin", ("<<" | ">>"), a, _):
                return self.kind(a)
            case ("bin", ("+" | "-" | "*" | "/" | "%" | "&" | "|" | "^"), a, b):
                return self.common(self.kind(a), self.kind(b))
        return 32, True

    @staticmethod
    def common(a: tuple[int, bool], b: tuple[int, bool]) -> tuple[int, bool]:
        bits = max(a[0], b[0])
        return bits, all(signed for n, signed in (a, b) if n == bits)

    def binary(self, op: str, a: Value, b: Value) -> Value:
        bits, signed = self.common((len(a.bits), a.signed), (len(b.bits), b.signed))
        a, b = self.converted(a, bits, signed), self.converted(b, bits, signed)
        if op in "&|^":
            return Value(
                tuple(
                    self.gate(op, self.known(x), self.known(y))
                    for x, y in zip(a.bits, b.bits, strict=True)
                ),
                signed,
            )
        if op in ("==", "!="):
            return number(int(self.equal(a, b) == (op == "==")), 32, True)
        if op in ("<", ">", "<=", ">="):
            return number(Layout.binary(op, self.integer(a), self.integer(b)), 32, True)
        return number(Layout.binary(op, self.integer(a), self.integer(b)), bits, signed)

    def gate(self, op: str, x: int, y: int) -> int:
        if x > y:
            x, y = y, x
        if x > 1:
            x = self.force(x)
            y = self.known(y)
        if op == "^":
            return x ^ y
        return (y if x else 0) if op == "&" else (1 if x else y)

    def equal(self, a: Value, b: Value) -> bool:
        pairs = [(self.known(x), self.known(y)) for x, y in zip(a.bits, b.bits, strict=True)]
        if any(x ^ y == 1 for x, y in pairs):
            return False
        return all(x == y or self.force(x) == self.force(y) for x, y in pairs)

    # --- stores

    def put(self, o: Object, bit: int, value: int, origin: Origin) -> None:
        if 0 <= bit < len(o.value):
            o.value[bit], o.origin[bit] = value, origin

    def stored(self, members: tuple[Any, ...]) -> Origin:
        known = self.of.through.get(id(members))
        if known is None:
            known = self.of.through[id(members)] = (
                members,
                tuple(m for m, _ in members if m is not None),
            )
        return Origin("store", self.step[1] if self.step else 0, known[1], self.time)

    def write(self, spot: Spot, names: dict[str, Name]) -> None:
        """Struct assignment: all members fresh, padding unspecified."""
        if spot.star:
            for member in self.layout.members(spot):
                self.write(member, names)
            return
        o = self.touch(spot, names, spot.start, spot.size, True)
        zero = {
            leaf.start + i
            for leaf in spot.leaves
            if leaf.type.boolean and not leaf.field
            for i in range(leaf.bits)
            if i != (7 if self.layout.big else 0)
        }
        zero -= {
            leaf.start + i
            for leaf in spot.leaves
            if not leaf.type.boolean
            for i in range(leaf.bits)
        }
        covered = dict(spot.bits)
        for bit in range(spot.start, spot.start + spot.size):
            if bit in covered:
                self.put(o, bit, 0 if bit in zero else self.fresh(), self.stored(covered[bit]))
            else:
                self.put(o, bit, self.fresh(), DEBRIS)

    def write_value(self, spot: Spot, v: Value, names: dict[str, Name], as_it_is: bool) -> None:
        t: Num = spot.type
        for asked in self.asking("exact"):
            if asked.named is None or any(
                key in asked.named for _, pairs in spot.bits for _, key in pairs
            ):
                self.claim(asked, self.holds(t, spot.size, v))
        if t.boolean and not as_it_is:
            bits = [int(self.truth(v))] + [0] * (spot.size - 1)
        else:
            bits = list(self.converted(v, max(spot.size, len(v.bits)), v.signed).bits[: spot.size])
        if self.layout.big:
            bits.reverse()
        o = self.touch(spot, names, spot.start, spot.size, True)
        for (bit, pairs), value in zip(spot.bits, bits, strict=True):
            self.put(o, bit, value, self.stored(pairs))

    def holds(self, t: Num, size: int, v: Value) -> bool:
        """Whether a type holds a value in every run that begins as this one did."""
        signed, keep = t.signed and not t.boolean, 1 if t.boolean else size
        bits = [self.known(bit) for bit in self.converted(v, 65, True).bits]
        if not signed:
            return all(bit == 0 for bit in bits[keep:])
        return all(bit == bits[keep - 1] for bit in bits[keep:])

    def fill(self, spot: Spot, size: int, names: dict[str, Name], blank: bool) -> None:
        """A store by length: memset, or bytes from anywhere."""
        o = self.touch(spot, names, spot.start, size, True)
        whole, cleared = (
            dict(spot.whole),
            Origin("blank", self.step[1] if self.step else 0, (), self.time),
        )
        for bit in range(spot.start, min(spot.start + size, len(o.value))):
            if blank:
                self.put(o, bit, 0, cleared)
            else:
                self.put(o, bit, self.fresh(), self.stored(whole.get(bit, ())))

    def copy(self, a: Spot, b: Spot, size: int, names: dict[str, Name]) -> None:
        source = self.touch(a, names, a.start, size, False)
        target = self.touch(b, names, b.start, size, True)
        carried = []
        for bit in range(a.start, a.start + min(size, max(0, len(target.value) - b.start))):
            inside = 0 <= bit < len(source.value)
            carried.append(
                (source.value[bit], source.origin[bit])
                if inside
                else (self.beyond(source, bit), DEBRIS)
            )
        for i, (value, origin) in enumerate(carried):
            self.put(target, b.start + i, value, origin)

    # --- statements

    def block(self, body: Block, names: dict[str, Name]) -> None:
        seen = dict(names)
        self.scopes.append(seen)
        for at, statement in enumerate(body):
            self.position.append(at)
            if self.step is None:
                self.drawn = {}
                self.been_here()
            self.statement(statement, seen)
            self.position.pop()
        self.scopes.pop()

    def been_here(self) -> None:
        """Ends a run that goes on as an earlier one did: in the same state at the same place,
        all runs were seen."""
        if len(self.choices.taken) > self.looked:
            self.looked = len(self.choices.taken)
            state = (tuple(self.position), self.extra, snapshot(self))
            if state in self.of.seen:
                raise Ended
            self.of.seen.add(state)

    def statement(self, s: Statement, names: dict[str, Name]) -> None:
        self.time += 1
        self.outside = {}
        match s.kind:
            case "read":
                for place in s.places:
                    spot = self.at(place)
                    self.read(
                        spot,
                        names,
                        None if s.length is None else self.length(spot, s.length, names),
                    )
            case "write" | "clear":
                for place in s.places:
                    self.store(s, self.at(place), names)
            case "copy":
                a, b = (self.at(place) for place in s.places)
                self.copy(a, b, self.length(a, s.length, names), names)
            case "assume":
                assert s.value is not None
                if not self.truth(self.value(s.value, names, reads=False)):
                    raise Ended
            case "if":
                assert s.value is not None
                self.arm(s, 0 if self.truth(self.value(s.value, names)) else 1, names)
            case "when":
                assert s.value is not None
                self.block(s.blocks[0 if self.layout.static(s.value) else 1], names)
            case "either":
                self.arm(s, self.choices.choose(len(s.blocks)), names)
            case "repeat" | "each":
                self.loop(s, names)
            case "call":
                self.call(s.name)
            case _:
                self.naming(s, names)

    def arm(self, s: Statement, chosen: int, names: dict[str, Name]) -> None:
        self.position.append(chosen)
        self.block(s.blocks[chosen], names)
        self.position.pop()

    def store(self, s: Statement, spot: Spot, names: dict[str, Name]) -> None:
        if s.value is not None:
            self.write_value(spot, self.value(s.value, names), names, self.is_bool(s.value, spot))
        elif s.kind == "clear" or s.length is not None:
            self.fill(spot, self.length(spot, s.length, names), names, s.kind == "clear")
        else:
            self.write(spot, names)

    def is_bool(self, e: Expr, target: Spot) -> bool:
        """Whether an expression is a bool of the target's size, which is copied as it is."""
        if e[0] != "place" or e[1].head not in self.of.spec.views:
            return False
        spot = self.at(e[1])
        return spot.type.boolean and target.type.boolean and spot.size == target.size

    def naming(self, s: Statement, names: dict[str, Name]) -> None:
        match s.kind:
            case "clone" | "new":
                names[s.name] = Name(self.make(s.kind))
            case "share":
                self.current.live += 1
                names[s.name] = Name(self.current)
            case "consume":
                self.current.live -= self.name.held
                self.name.held = False
            case "on":
                self.on(names[s.name], s.blocks[0], names)

    def make(self, kind: str) -> Object:
        now = self.current
        if kind == "new":
            made = self.debris(self.layout.objects[self.layout.main].size)
        else:
            self.lend(now, self.name, stores=False)
            made = Object(list(now.value), list(now.origin))
        made.made_from, made.history = now, now.history
        return made

    def on(self, name: Name, body: Block, names: dict[str, Name]) -> None:
        self.users.append(self.name)
        self.name = name
        self.block(body, names)
        self.name = self.users.pop()

    def loop(self, s: Statement, names: dict[str, Name]) -> None:
        assert s.low is not None
        low, high = (
            self.layout.static(s.low),
            None if s.high is None else self.layout.static(s.high),
        )
        turn = 0
        while high is None or turn < high:
            if turn >= low:
                if high is None and turn - low == self.of.turns:
                    self.cut = True
                    break
                if not self.choices.choose(2):
                    break
                if high is None:
                    self.extra = max(self.extra, turn - low + 1)
            self.position.append(turn)
            if s.kind == "each":
                name = Name(self.make("clone"))
                self.on(name, s.blocks[0], {**names, s.name: name})
            else:
                self.block(s.blocks[0], names)
            self.position.pop()
            turn += 1

    def call(self, called: str) -> None:
        if called in self.of.spec.bodies:
            self.block(self.of.spec.bodies[called], {})
            return
        step, began = self.of.step(called), self.current
        self.runs += 1
        self.step, self.drawn = (step, self.runs), {}
        self.begins(step)
        self.block(self.of.spec.bodies[step], {})
        kept = {
            a.of.name: self.taken(a.spots)
            for a in self.of.asked
            if a.of.kind == "preserved" and step in self.of.steps(a.of.names[0])
        }
        self.time += 1
        began.history = (*began.history, (step, self.runs, kept, self.time))
        self.step, self.drawn = None, {}

    def taken(self, spots: Sequence[Spot]) -> list[dict[int, int]]:
        """The bits of places that are no padding, by their position in the place; -1 for one
        outside of the object."""
        found = []
        for spot in spots:
            o, _ = self.object(spot, {})
            found.append(
                {b - spot.start: o.value[b] if 0 <= b < len(o.value) else -1 for b, _ in spot.bits},
            )
        return found

    def begins(self, step: str) -> None:
        for asked in self.asking("preserved"):
            if step in self.of.steps(asked.of.names[1]):
                kept = [
                    was[asked.of.name]
                    for _, _, was, _ in self.current.history
                    if asked.of.name in was
                ]
                if kept:
                    pairs = [
                        (was[bit], now[bit])
                        for was, now in zip(kept[-1], self.taken(asked.later), strict=True)
                        for bit in was.keys() & now.keys()
                    ]
                    self.claim(asked, not any(-1 in pair or self.differ(*pair) for pair in pairs))
        for asked in self.asking("holds"):
            if step in asked.steps:
                assert asked.of.value is not None
                self.claim(asked, self.truth(self.value(asked.of.value, {}, reads=False)))


def candidates(spec: Spec) -> list[dict[str, Any]]:
    """Every candidate: a value for each axis."""
    axes: dict[str, list[Any]] = {"abi": spec.abis or ["x86_64"]}
    axes |= {tag: list(arms) for tag, arms in spec.packings.items()}
    for name, (kind, *domain) in spec.params.items():
        if kind == "names":
            axes[name] = domain[0]
        else:
            none = Layout(spec, {"abi": "x86_64"}) if not spec.objects else None
            low, high = ((none or _bare(spec)).static(e) for e in domain)
            axes[name] = list(range(low, high + 1))
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def _bare(spec: Spec) -> Layout:
    return Layout(Spec(defines=spec.defines, objects={"none": []}), {"abi": "x86_64"})
