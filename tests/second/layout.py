"""Where C puts the members of a candidate, and what a place of a spec names: bits, and whose
they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.second.reading import Expr, Member, Place, Spec, Type

_BIG = ("s390x", "m68k")
_WIDE = ("x86_64", "aarch64", "s390x", "riscv64", "ppc64le")
_C = {"char": 8, "short": 16, "int": 32, "long long": 64}


@dataclass(frozen=True, eq=False)
class Num:
    """A scalar: bytes, alignment in bytes, whether C takes it as signed."""

    size: int
    align: int
    signed: bool = False
    boolean: bool = False


@dataclass(frozen=True, eq=False)
class Array:
    size: int
    align: int
    of: Any
    count: int


@dataclass(frozen=True, eq=False)
class Field:
    name: str | None
    type: Any
    start: int
    width: int | None
    group: bool


@dataclass(frozen=True, eq=False)
class Record:
    size: int
    align: int
    tag: str
    union: bool
    packed: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Whose:
    """Which member a place is in: the innermost tagged struct, the path in it, the arms of
    unions passed by."""

    tag: str
    path: tuple[str, ...] = ()
    arms: tuple[tuple[Any, str], ...] = ()

    def into(self, name: str) -> Whose:
        return replace(self, path=(*self.path, name))

    def alike(self, other: Whose) -> bool:
        if self is other:
            return True
        if self.tag != other.tag or self.path != other.path:
            return False
        mine = dict(self.arms)
        return all(mine.get(union, arm) == arm for union, arm in other.arms)


@dataclass(frozen=True, eq=False)
class Leaf:
    """A scalar of a place: first bit, number of bits, its member, how its view calls it."""

    start: int
    bits: int
    type: Num
    field: bool
    whose: Whose | None
    called: tuple[str, ...]
    packed: bool


@dataclass(frozen=True, eq=False)
class Spot:
    """A place: which object ("current", "parent", a made name, or ("once", NAME)), its extent in
    bits there, and its leaves.

    `area` is the area it lies in, in bits; `rest` is the number of bits to the end of the array
    that it ends in. Each bit of `bits` and `whole` has pairs (member, name by which a property may
    speak of it); `whole` has padding and `rest`, too.
    """

    object: Any
    view: str | None
    area: tuple[int, int]
    start: int
    size: int
    rest: int
    type: Any
    field: bool
    leaves: tuple[Leaf, ...]
    whose: Whose | None
    called: tuple[str, ...]
    star: bool
    bits: tuple[tuple[int, tuple[Any, ...]], ...]
    whole: tuple[tuple[int, tuple[Any, ...]], ...]


class Layout:
    """All of one candidate that is known before any run."""

    def __init__(self, spec: Spec, chosen: dict[str, Any]) -> None:
        self.spec, self.chosen = spec, chosen
        self.abi: str = chosen["abi"]
        self.big = self.abi in _BIG
        self.long = 64 if self.abi in _WIDE else 32
        self.types: dict[str, Record] = {}
        self.objects = {
            name: self.record("", "struct", members, False)
            for name, members in spec.objects.items()
        }
        self.main = spec.per_path or next(iter(spec.objects))
        self.views: dict[str, Spot | None] = {}

    # --- types

    def type(self, t: Type) -> Any:
        match t:
            case ("scalar", name):
                return self.scalar(name)
            case ("struct", tag):
                if tag not in self.types:
                    arms = self.spec.packings.get(tag)
                    _, kind, _, members, packed = (
                        arms[self.chosen[tag]] if arms else self.spec.structs[tag]
                    )
                    self.types[tag] = self.record(tag, kind, members, packed)
                return self.types[tag]
            case ("array", of, count):
                element, n = self.type(of), self.static(count)
                return Array(element.size * n, element.align, element, n)
            case ("body", kind, tag, members, packed):
                return self.record(tag, kind, members, packed)
        raise ValueError(t)

    def scalar(self, name: str) -> Num:
        if name == "bool":
            return Num(1, 1, boolean=True)
        found = re.fullmatch(r"(?:__)?([us]|be|le)(8|16|32|64)", name)
        if found:
            bits = int(found[2])
        elif name == "void *":
            bits = self.long
        else:
            plain = (
                " ".join(word for word in name.split() if word not in ("signed", "unsigned"))
                or "int"
            )
            bits = self.long if plain == "long" else _C[plain]
        signed = (
            found[1] == "s" if found else name not in ("void *", "char") and "unsigned" not in name
        )
        most = {"m68k": 2, "i386": 4}.get(self.abi, 8)
        return Num(bits // 8, min(bits // 8, most), signed)

    def record(self, tag: str, kind: str, members: list[Member], packed: bool) -> Record:
        union, at, align, size = kind == "union", 0, 1, 0
        fields = []
        for m in members:
            t = self.type(m.type)
            width = None if m.width is None else self.static(m.width)
            # On m68k the type of a bit-field counts for nothing (gcc's PCC_BITFIELD_TYPE_MATTERS)
            loose = packed or bool(self.abi == "m68k" and width)
            a = 1 if loose else t.align
            if m.aligned:
                a = max(a, self.static(m.aligned))
            at = 0 if union else at
            if width is None or (
                not loose and ((at % (8 * a)) + width - 1) // (8 * a) >= t.size * 8 // (8 * a)
            ):
                at += -at % (8 * a)
            fields.append(Field(m.name, t, at, width, m.group))
            at += t.size * 8 if width is None else width
            align, size = max(align, a), max(size, at)
        whole = -(-size // 8)
        return Record(whole + -whole % align, align, tag, union, packed, tuple(fields))

    def leaves(
        self,
        t: Any,
        at: int,
        width: int | None,
        whose: Whose | None,
        called: tuple[str, ...],
        packed: bool,
    ) -> Iterator[Leaf]:
        """The scalars of a type that lies at a bit."""
        if isinstance(t, Num):
            yield Leaf(at, width or t.size * 8, t, width is not None, whose, called, packed)
        elif isinstance(t, Array):
            for i in range(t.count):
                name = f"[{i}]"
                yield from self.leaves(
                    t.of,
                    at + 8 * i * t.of.size,
                    None,
                    whose and whose.into(name),
                    (*called, name),
                    packed,
                )
        else:
            for i in range(len(t.fields)):
                inner, deeper = self.enter(t, i, whose, called)
                f = t.fields[i]
                if f.name is None and f.width is not None:
                    continue  # an unnamed bit-field is padding
                yield from self.leaves(
                    f.type, at + f.start, f.width, inner, deeper, packed or t.packed
                )

    @staticmethod
    def enter(
        t: Record, i: int, whose: Whose | None, called: tuple[str, ...]
    ) -> tuple[Whose | None, tuple[str, ...]]:
        """Whose the i-th member of a struct is, and how it is called. Neither half of a
        struct_group has a name."""
        f = t.fields[i]
        if whose is not None and t.tag:
            whose = replace(whose, tag=t.tag, path=())
        if f.group:
            return whose, called
        name = f.name or f"#{i}"
        if whose is not None:
            inner = whose.into(name)
            if t.union:
                inner = replace(inner, arms=(*inner.arms, ((whose.tag, whose.path), name)))
            whose = inner
        return whose, (*called, name)

    def alignments(self, t: Any, start: int, packed: bool) -> Iterator[tuple[int, int]]:
        """First bit and alignment in bytes of every member in a place; bit-fields ask for none."""
        if isinstance(t, Array):
            for i in range(t.count):
                yield from self.alignments(t.of, start + 8 * i * t.of.size, packed)
        elif isinstance(t, Record):
            for f in t.fields:
                if f.width is None:
                    own = packed or t.packed
                    if f.name is not None:
                        yield start + f.start, 1 if own else f.type.align
                    yield from self.alignments(f.type, start + f.start, own)

    def find(self, t: Record, name: str) -> list[int]:
        """The way to a member, by index, through anonymous structs and groups."""
        for i, f in enumerate(t.fields):
            if f.name == name:
                return [i]
        for i, f in enumerate(t.fields):
            if (f.name is None or f.group) and isinstance(f.type, Record):
                way = self.find(f.type, name)
                if way:
                    return [i, *way]
        return []

    # --- places

    def view(self, name: str) -> Spot | None:
        """Where a view lies; None where no condition holds."""
        if name not in self.views:
            t, locations = self.spec.views[name]
            self.views[name] = None
            for place, when in locations:
                if when is None or self.static(when):
                    under = self.spot(place, self.static)
                    laid = self.type(t)
                    whose = Whose(name)
                    if under.view is not None:
                        inner = under.leaves[0].whose if isinstance(under.type, Num) else None
                        whose = inner or whose
                    self.views[name] = self.made(
                        under.object, name, under.area, under.start, laid, None, whose, (), 0, False
                    )
                    break
        return self.views[name]

    def made(
        self,
        object: Any,
        view: str | None,
        area: tuple[int, int],
        start: int,
        t: Any,
        width: int | None,
        whose: Whose | None,
        called: tuple[str, ...],
        rest: int,
        packed: bool,
        star: bool = False,
        behind: tuple[Leaf, ...] = (),
    ) -> Spot:
        size = width or t.size * 8
        leaves = tuple(self.leaves(t, start, width, whose, called, packed))
        whole = (*leaves, *behind)
        return Spot(
            object,
            view,
            area,
            start,
            size,
            max(rest, size),
            t,
            width is not None,
            leaves,
            whose,
            called,
            star,
            self.named(object, view, start, size, leaves, False, called),
            self.named(object, view, start, max(rest, size), whole, True, called),
        )

    @staticmethod
    def named(
        object: Any,
        view: str | None,
        start: int,
        size: int,
        leaves: tuple[Leaf, ...],
        padding: bool,
        called: Any,
    ) -> tuple[tuple[int, tuple[Any, ...]], ...]:
        bits: dict[int, list[Any]] = (
            {bit: [] for bit in range(start, start + size)} if padding else {}
        )
        for leaf in leaves:
            for i in range(leaf.bits):
                bit = leaf.start + i
                if leaf.whose is None:
                    bits.setdefault(bit, []).append((None, ("raw", object, bit)))
                else:
                    bits.setdefault(bit, []).append(((leaf.whose, i), (view, leaf.called, i)))
        for bit, found in bits.items():
            if not found:
                found.append(
                    (None, ("raw", object, bit) if view is None else (view, "padding", bit))
                )
        return tuple((bit, tuple(bits[bit])) for bit in sorted(bits))

    def spot(self, place: Place, index: Callable[[Expr], int]) -> Spot:
        head, then = place.head, list(place.then)
        where: Any = "current"
        if head not in self.spec.views and head not in self.objects:
            where, head = head, then.pop(0)[1]
        if head in self.spec.views:
            base = self.view(head)
            assert base is not None, head
            if where == "current":
                where = base.object
            t, area, start, view = base.type, base.area, base.start, head
            whose: Whose | None = base.leaves[0].whose if isinstance(t, Num) else Whose(head)
            if not isinstance(t, Num) and base.leaves:
                whose = self.outer(head)
            called: tuple[str, ...] = ()
        else:
            where = where if head == self.main else ("once", head)
            o = self.objects[head]
            (i,) = self.find(o, then.pop(0)[1])
            f = o.fields[i]
            t, start, view, whose, called = f.type, f.start, None, None, ()
            area = (start, start + t.size * 8)
        width, rest, packed, behind = None, 0, False, ()
        star = False
        for kind, what in then:
            rest, behind = 0, ()
            if kind == "[":
                i = index(what)
                step = t.of.size * 8
                rest = max(0, t.count - i) * step
                behind = tuple(
                    leaf
                    for j in range(max(i + 1, 0), t.count)
                    for leaf in self.leaves(
                        t.of,
                        start + j * step,
                        None,
                        whose and whose.into(f"[{j}]"),
                        (*called, f"[{j}]"),
                        packed,
                    )
                )
                start += i * step
                whose, called, t = whose and whose.into(f"[{i}]"), (*called, f"[{i}]"), t.of
            elif what == "*":
                star = True
            else:
                for i in self.find(t, what):
                    packed = packed or t.packed
                    f = t.fields[i]
                    whose, called = self.enter(t, i, whose, called)
                    start, width, t = start + f.start, f.width, f.type
        return self.made(
            where, view, area, start, t, width, whose, called, rest, packed, star, behind
        )

    def outer(self, view: str) -> Whose:
        """Whose a view that is no scalar is: its own, or the member's that it is laid over."""
        for place, when in self.spec.views[view][1]:
            if when is None or self.static(when):
                if place.head in self.spec.views:
                    under = self.spot(place, self.static)
                    if isinstance(under.type, Array) and under.leaves:
                        first = under.leaves[0].whose
                        return replace(first, path=first.path[:-1]) if first else Whose(view)
                return Whose(view)
        return Whose(view)

    def members(self, spot: Spot) -> list[Spot]:
        """Those of `V.*`: each as it would be named."""
        t, found = spot.type, []
        for i, f in enumerate(t.fields):
            whose, called = self.enter(t, i, spot.whose, spot.called)
            inner = self.made(
                spot.object,
                spot.view,
                spot.area,
                spot.start + f.start,
                f.type,
                f.width,
                whose,
                called,
                0,
                t.packed,
            )
            found += (
                self.members(inner)
                if f.name is None and isinstance(f.type, Record) and not f.type.union
                else [inner]
            )
        return found

    # --- static expressions: exact integers

    def static(self, e: Expr) -> int:
        match e:
            case ("num", value, _, _):
                return int(value)
            case ("place", place):
                return self.constant(place.head)
            case ("sizeof", what, _):
                return self.sizeof(what)
            case ("has", t, path):
                return int(bool(self.find(self.type(t), path.head)))
            case ("un", op, a):
                return self.unary(op, self.static(a))
            case ("if", c, a, b):
                return self.static(a if self.static(c) else b)
            case (
                "bin",
                ("==" | "!=") as op,
                ("place", Place(head, ())),
                ("place", Place(value, ())),
            ) if (
                head == "abi"
                or head in self.spec.packings
                or self.spec.params.get(head, ("",))[0] == "names"
            ):
                return int((self.chosen[head] == value) == (op == "=="))
            case ("bin", "&&", a, b):
                return int(bool(self.static(a)) and bool(self.static(b)))
            case ("bin", "||", a, b):
                return int(bool(self.static(a)) or bool(self.static(b)))
            case ("bin", op, a, b):
                return self.binary(op, self.static(a), self.static(b))
        raise ValueError(e)

    def sizeof(self, what: Any) -> int:
        return (
            self.spot(what, self.static).size // 8
            if isinstance(what, Place)
            else int(self.type(what).size)
        )

    def constant(self, name: str) -> int:
        if name in self.spec.defines:
            return self.static(self.spec.defines[name])
        value = self.chosen[name]
        return value if isinstance(value, int) else int(value == "yes")

    @staticmethod
    def unary(op: str, a: int) -> int:
        return {"-": -a, "+": a, "~": ~a, "!": int(not a)}[op]

    @staticmethod
    def binary(op: str, a: int, b: int) -> int:
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            case "%":
                return abs(a) % abs(b) * (-1 if a < 0 else 1)
            case "<<":
                return a << b
            case ">>":
                return a >> b
            case "&":
                return a & b
            case "|":
                return a | b
            case "^":
                return a ^ b
        return int(
            {"==": a == b, "!=": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[op]
        )
