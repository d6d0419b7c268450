"""Programs built by hand, every position derived from the C by whoever wrote the test; and
memory as a line of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, groupby

from cbprove.diagnostics import Source as Text
from cbprove.diagnostics import Span
from cbprove.properties.events import Moment
from cbprove.semantics.memory import ObjectKey, Source
from cbprove.semantics.run import Run, run
from cbprove.semantics.state import DecisionKey
from cbprove.system.expressions import (
    Binary,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    Leaf,
    MemberValue,
    Place,
)
from cbprove.system.program import Input, Object, Part, Program, Property, Step, Where
from cbprove.system.statements import (
    Assume,
    Block,
    Call,
    Clear,
    Consume,
    Copy,
    Each,
    Either,
    If,
    Make,
    On,
    Read,
    Repeat,
    Share,
    Statement,
    Write,
)

SPAN = Span(Text("test", ""), 0, 0)
U8 = IntType("u8", 8, False)
S8 = IntType("s8", 8, True)
U16 = IntType("u16", 16, False)
S16 = IntType("s16", 16, True)
U32 = IntType("u32", 32, False)
INT = IntType("int", 32, True)
LONG = IntType("long", 64, True)
BOOL = IntType("bool", 8, False, boolean=True)
BIT = IntType("u8:1", 1, False)


def lit(value: int, type: IntType = INT) -> Constant:
    return Constant(value, type)


def to(type: IntType, operand: Expr) -> Convert:
    return Convert(operand, type)


def inp(name: str, type: IntType = INT) -> InputValue:
    return InputValue(name, type)


def op(sign: str, left: Expr, right: Expr, type: IntType = INT) -> Binary:
    return Binary(sign, left, right, type)


def val(place: Place) -> MemberValue:
    assert place.type is not None
    return MemberValue(place, place.type)


@dataclass(frozen=True)
class Member:
    """A member where C puts it: first bit and width, counted from the struct's first bit; `type`
    if it is a scalar."""

    offset: int
    width: int
    type: IntType | None
    element: int = 0

    def leaf(self, path: str, tag: str) -> Leaf:
        boolean = self.type is not None and self.type.boolean
        return Leaf(
            self.offset,
            self.width,
            path,
            f"{tag}.{path}",
            0,
            self.element or self.width,
            boolean,
            member=path,
        )


@dataclass(frozen=True)
class View:
    """A struct laid over an object at a byte; `holes` are its padding runs (offset, width) in
    bits."""

    tag: str
    size: int
    members: Mapping[str, Member]
    holes: tuple[tuple[int, int], ...] = ()
    base: int = 0
    bound: tuple[int, int] = (0, 64)
    object: str = "."
    room: int = 64

    def whole(self) -> Place:
        leaves = tuple(m.leaf(name, self.tag) for name, m in self.members.items())
        return self._place("", 0, self.size * 8, leaves, self.holes, None)

    def every(self) -> Place:
        """`V.*`."""
        leaves = tuple(m.leaf(name, self.tag) for name, m in self.members.items())
        return self._place("", 0, self.size * 8, leaves, (), None)

    def __getitem__(self, name: str) -> Place:
        m = self.members[name]
        leaf = m.leaf(name, self.tag)
        leaves = (replace(leaf, offset=0),)
        return self._place(name, m.offset, m.width, leaves, (), m.type)

    def _place(
        self,
        path: str,
        offset: int,
        width: int,
        leaves: tuple[Leaf, ...],
        padding: tuple[tuple[int, int], ...],
        type: IntType | None,
    ) -> Place:
        low = self.base * 8 + offset
        text = f"V.{path}" if path else "V"
        return Place(
            text,
            self.object,
            "cb",
            low,
            width,
            (),
            self.bound,
            self.room,
            leaves,
            padding,
            type,
            self.tag,
            path,
            path,
            offset,
            SPAN,
        )


def bytes_at(
    first: int,
    size: int,
    object: str = ".",
    bound: tuple[int, int] = (0, 64),
    index: str = "",
    room: int = 64,
) -> Place:
    """A raw place: `obj.cb[first]` and on, `size` bytes, in an object of `room` bits.

    `index` names an input that is added to `first`.
    """
    leaf = Leaf(0, size * 8, "", f"object {object}.cb", first * 8, 8)
    indexes = ((index, 8),) if index else ()
    type = U8 if size == 1 else None
    extent = ("cb", object, "cb", first * 8, size * 8, indexes, bound, room)
    return Place(*extent, (leaf,), (), type, None, "", "", first * 8, SPAN)


@dataclass
class Script:
    """Makes statements; each access has a letter, under which its stores are shown."""

    numbers: Iterable[int] = field(default_factory=lambda: count(1))
    letters: dict[int, str] = field(default_factory=dict)

    def uid(self, letter: str = "") -> int:
        uid = next(iter(self.numbers))
        self.letters[uid] = letter
        return uid

    def read(self, *places: Place, length: Expr | None = None) -> Read:
        return Read(self.uid(), places, length, SPAN)

    def write(
        self,
        letter: str,
        *places: Place,
        value: Expr | None = None,
        exact: Expr | None = None,
        length: Expr | None = None,
    ) -> Write:
        converted = Convert(value, places[0].type) if value and places[0].type else value
        return Write(self.uid(letter), places, converted, exact or value, length, SPAN)

    def clear(self, *places: Place, length: Expr | None = None) -> Clear:
        return Clear(self.uid(), places, length, SPAN)

    def copy(self, origin: Place, target: Place, length: Expr | None = None) -> Copy:
        return Copy(self.uid(), origin, target, length, SPAN)

    def make(self, kind: str, name: str) -> Make:
        return Make(self.uid(name), kind, name, SPAN)  # type: ignore[arg-type]

    def on(self, name: str, *body: Statement) -> On:
        return On(self.uid(), name, body, SPAN)

    def each(self, name: str, low: int, high: int | None, *body: Statement) -> Each:
        return Each(self.uid(), name, low, high, body, SPAN)

    def repeat(self, low: int, high: int | None, *body: Statement) -> Repeat:
        return Repeat(self.uid(), low, high, body, SPAN)

    def either(self, *arms: Block) -> Either:
        return Either(self.uid(), arms, False, SPAN)

    def when(self, condition: Expr, then: Block, otherwise: Block = ()) -> If:
        return If(self.uid(), condition, then, otherwise, SPAN)

    def assume(self, condition: Expr) -> Assume:
        return Assume(self.uid(), condition, "because", "", SPAN)

    def share(self, name: str) -> Share:
        return Share(self.uid(), name, SPAN)

    def consume(self) -> Consume:
        return Consume(self.uid(), SPAN)

    def step(self, name: str) -> Call:
        return Call(self.uid(), "step", name, SPAN)

    def part(self, name: str) -> Call:
        return Call(self.uid(), "part", name, SPAN)


def program(
    *body: Statement,
    size: int = 8,
    steps: Mapping[str, Block] | None = None,
    parts: Mapping[str, Block] | None = None,
    objects: Mapping[str, int] | None = None,
    inputs: tuple[Input, ...] = (),
    properties: tuple[Property, ...] = (),
    little_endian: bool = True,
) -> Program:
    """A program of one path; `size` (bytes) is that of the first object, `objects` the further
    ones."""
    sizes = {"skb": size, **(objects or {})}
    return Program(
        little_endian=little_endian,
        objects=tuple(Object(n, s * 8, 8, (("cb", 0, s * 8),), SPAN) for n, s in sizes.items()),
        views=(),
        inputs={i.name: i for i in inputs},
        steps={name: Step(name, "layer", block, SPAN) for name, block in (steps or {}).items()},
        parts={name: Part(name, "", block, SPAN) for name, block in (parts or {}).items()},
        paths=(Part("path", "", body, SPAN),),
        properties=properties,
        required=True,
    )


def prop(claim: object, where: Where | None = None) -> Property:
    return Property("p", "", True, claim, where or Where(), SPAN)  # type: ignore[arg-type]


@dataclass
class Answers:
    """An oracle that knows some answers (by key, or by the kind of question) and else gives the
    lowest."""

    given: Mapping[DecisionKey | str, int] = field(default_factory=dict)
    asked: list[DecisionKey] = field(default_factory=list)

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        self.asked.append(key)
        return self.given.get(key, self.given.get(str(key[0]), low))


def execute(
    prog: Program,
    answers: Mapping[DecisionKey | str, int] | None = None,
    properties: tuple[Property, ...] = (),
) -> Run:
    return run(
        prog, prog.paths[0], properties or prog.properties, Answers(answers or {}), trace=True
    )


# --- memory as text -------------------------------------------------------------------------------

FIRST = ObjectKey((), 0)


def after(result: Run, script: Script, stage: int = -1, key: ObjectKey = FIRST) -> str:
    """The bytes of an object after a stage: `a0` is byte 0 of store a, `--` cleared, `d3` debris of
    byte 3, `~a1` the padding store a left in byte 1. A byte of several sources lists its runs of
    bits, first to last: `(a0+3,d3+5)` is bits 0..2 of store a and five bits from bit 3 of the
    debris. Another object's debris bears its name.
    """
    memory = result.trace[stage].memory[key]
    return " ".join(_byte(memory[i : i + 8], script, key) for i in range(0, len(memory), 8))


def _byte(bits: tuple[Source, ...], script: Script, key: ObjectKey) -> str:
    first = bits[0]
    if all(s.store == first.store for s in bits):
        if first.store.kind == "blank":
            return "--"
        if first.position % 8 == 0 and all(
            s.position == first.position + i for i, s in enumerate(bits)
        ):
            return f"{_label(first, script, key)}{first.position // 8}"
    runs = groupby(enumerate(bits), lambda pair: (pair[1].store, pair[1].position - pair[0]))
    return "(" + ",".join(_run([s for _, s in group], script, key) for _, group in runs) + ")"


def _run(bits: list[Source], script: Script, key: ObjectKey) -> str:
    label = _label(bits[0], script, key)
    return f"{label}+{len(bits)}" if label == "--" else f"{label}{bits[0].position}+{len(bits)}"


def _label(source: Source, script: Script, key: ObjectKey) -> str:
    moment, ordinal, kind = source.store
    if kind == "blank":
        return "--"
    if kind == "debris":
        maker = _maker(moment, ordinal, script)
        return "d" + ("" if (moment, ordinal) == tuple(key) else maker)
    sign = {"unspecified": "~", "outside": "!"}.get(kind, "")
    return sign + script.letters.get(moment[-1] if moment else -1, "")


def _maker(moment: Moment, ordinal: int, script: Script) -> str:
    return script.letters[moment[-1]] if moment else str(ordinal)


def numbers(
    result: Run, little_endian: bool = True, stage: int = -1, key: ObjectKey = FIRST
) -> list[int | None]:
    """The bytes of an object after a stage as numbers, None where a bit of one is free."""
    memory = result.trace[stage].memory[key]
    return [_number(memory[i : i + 8], result, little_endian) for i in range(0, len(memory), 8)]


def _number(bits: tuple[Source, ...], result: Run, little_endian: bool) -> int | None:
    values = [0 if s.store.kind == "blank" else result.values.get(s) for s in bits]
    if None in values:
        return None
    ordered = values if little_endian else values[::-1]
    return sum(bit << i for i, bit in enumerate(ordered) if bit)
