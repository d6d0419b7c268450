"""Small random structs with everything in them that moves a member. A seed, an ABI and a number
name one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Literal

from cbprove.layout.abi import Abi
from cbprove.layout.records import integer
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar, Type

DEPTH = 3
ENUMS = (
    (0, 1),
    (0, 200),
    (-1, 5),
    (0, 300),
    (-200, 3),
    (0, 70000),
    (-70000, 70000),
    (0, 2**32 - 1),
    (-1, 2**31),
    (0, 2**40),
    (-128, -128),
    (-300, -129),
    (-(2**31), -(2**31)),
)
# Sizes that a scalar has at least on every ABI: the alignments an array element may be given by a
# typedef.
LEAST_SIZE = {"short": 2, "int": 4, "long": 4, "long long": 8}


@dataclass
class _Maker:
    """One struct in the making: its randomness and the numbers for its member names."""

    rng: Random
    abi: Abi
    numbers: Iterator[int] = field(default_factory=count)

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def name(self) -> str:
        return f"m{next(self.numbers)}"


def random_struct(seed: int, abi: Abi, number: int) -> Record:
    """The struct (or union) of this number in the sequence of a seed."""
    return _record(_Maker(Random(f"{seed}/{abi.name}/{number}"), abi), DEPTH)


def _record(make: _Maker, depth: int) -> Record:
    kind: Literal["struct", "union"] = "union" if make.chance(22) else "struct"
    fields = [
        _field(make, depth)
        for _ in range(make.rng.randrange(0 if make.chance(4) else 1, 7 if depth == DEPTH else 5))
    ]
    if kind == "struct" and make.chance(6) and any(f.name for f in fields):
        fields.append(Field(make.name(), Array(_element(make, depth), None)))
    align = make.rng.choice((1, 2, 4, 8, 16, 32)) if make.chance(14) else None
    return Record(kind, None, tuple(fields), packed=make.chance(18), align=align)


def _field(make: _Maker, depth: int) -> Field:
    dice = make.rng.randrange(100)
    if dice < 40:
        return _bit_field(make)
    if dice < 50 and depth:
        return Field(None, _record(make, depth - 1))
    return Field(make.name(), _type(make, depth), align=_own_align(make), packed=make.chance(10))


def _bit_field(make: _Maker) -> Field:
    type_ = _integer(make)
    if make.chance(25):
        type_ = Aligned(type_, make.rng.choice((1, 2, 4, 8, 16, 32)))
    widest = integer(type_, make.abi).bits
    widths = [width for width in (1, 3, 8, 16, 32, 64, widest) if width <= widest]
    bits = make.rng.choice(widths) if make.chance(40) else make.rng.randint(1, widest)
    name: str | None = make.name()
    if make.chance(22):
        name = None
        bits = 0 if make.chance(60) else bits
    return Field(name, type_, bits, align=_own_align(make), packed=make.chance(10))


def _own_align(make: _Maker) -> int | None:
    return make.rng.choice((1, 2, 4, 8, 16, 32)) if make.chance(8) else None


def _integer(make: _Maker) -> Type:
    if make.chance(15):
        low, high = make.rng.choice(ENUMS)
        return Enum(None, low, high, packed=make.chance(50))
    return Scalar(make.rng.choice(tuple(make.abi.scalars)))


def _type(make: _Maker, depth: int) -> Type:
    dice = make.rng.randrange(100)
    if dice < 15:
        return Array(_element(make, depth), make.rng.choice((0, 1, 1, 2, 3, 5)))
    if dice < 32 and depth:
        record = _record(make, depth - 1)
        return Aligned(record, make.rng.choice((1, 2, 4, 8, 16))) if make.chance(15) else record
    type_: Type = Pointer() if dice < 42 else _integer(make)
    if make.chance(5):
        type_ = Array(type_, 3)
    return Aligned(type_, make.rng.choice((1, 2, 4, 8, 16, 32))) if make.chance(20) else type_


def _element(make: _Maker, depth: int) -> Type:
    """A type that C has arrays of: its size is a multiple of its alignment."""
    dice = make.rng.randrange(100)
    if dice < 25 and depth:
        return _record(make, depth - 1)
    if dice < 35:
        return Array(_element(make, 0), make.rng.choice((1, 2, 3)))
    if dice < 50:
        name, size = make.rng.choice(tuple(LEAST_SIZE.items()))
        return Aligned(
            Scalar(name), make.rng.choice([align for align in (1, 2, 4, 8) if align <= size])
        )
    return Pointer() if dice < 55 else _integer(make)
