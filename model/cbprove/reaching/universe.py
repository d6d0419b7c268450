"""Sets of candidates as the bits of one number: bit i is the candidate of index i in a sector
(`Sector.index`).

And and or are `&` and `|` of numbers. What is in one set and not in another is `a ^ (a & b)`: `~b`
is negative, and of large sets Python takes ten times as long for it. Each value of each axis has
its set, and from those every linear condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property, reduce
from itertools import product
from math import prod
from operator import and_ as and_bits
from operator import or_ as or_bits

from cbprove.logic.terms import Bool, Int, Term, and_, evaluate, le, or_, subterms, var

Candidates = int
Ranges = tuple[tuple[str, range], ...]
MOST_VALUES = 4096  # of a term that are told apart
# Axes with their factors, none of them 0, in the order of their names
Sum = tuple[tuple[str, int], ...]


@cache
def universe(free: Ranges) -> Universe:
    """The candidates over some free axes, made once."""
    return Universe(free)


class TooMany(Exception):
    """A term has more values than are told apart."""


class Universe:
    """All candidates over some free axes, the last one counted fastest."""

    def __init__(self, free: Ranges) -> None:
        self.free, self.ranges = free, dict(free)
        self.size = prod(len(values) for _, values in free)
        self.all: Candidates = (1 << self.size) - 1
        self._conditions: dict[tuple[Sum, int], Candidates] = {}
        self._sums: dict[Sum, _Sums] = {}
        self._least: dict[tuple[str, int], Candidates] = {}
        self._values: dict[Int, dict[int, Candidates]] = {}
        self._truths: dict[Term, Candidates] = {}

    @cached_property
    def _strides(self) -> Mapping[str, int]:
        strides, stride = {}, 1
        for name, values in reversed(self.free):
            strides[name] = stride
            stride *= len(values)
        return strides

    def value(self, axis: str, value: int) -> Candidates:
        """The candidates where an axis has a value."""
        values = self.ranges[axis]
        if value not in values:
            return 0
        place = values.index(value)
        return self._from(axis, place) ^ self._from(axis, place + 1)

    def _from(self, axis: str, place: int) -> Candidates:
        """The candidates where an axis has the value at a place of its range, or one behind it."""
        if (axis, place) not in self._least:
            stride = self._strides[axis]
            count = len(self.ranges[axis])
            run = ((1 << stride * (count - place)) - 1) << (stride * place)
            self._least[axis, place] = _repeated(run, stride * count, self.size)
        return self._least[axis, place]

    def at_least(self, total: Sum, constant: int) -> Candidates:
        """The candidates where the sum of axes times factors, and a constant, is 0 or more."""
        if not total:
            return self.all if constant >= 0 else 0
        key = total, constant
        if key not in self._conditions:
            self._conditions[key] = self._at_least(total, constant)
        return self._conditions[key]

    def _at_least(self, total: Sum, constant: int) -> Candidates:
        if total not in self._sums:
            factors = dict(total)
            self._sums[total] = _Sums(
                [(values, factors.get(name, 0)) for name, values in self.free]
            )
        return self._sums[total].at_least(constant)

    def values(self, term: Int) -> dict[int, Candidates]:
        """The numbers that a term over the axes can be, each with the candidates where it is.
        Raises TooMany."""
        if term not in self._values:
            self._values[term] = self._all_values(term)
        return self._values[term]

    def truth(self, condition: Bool) -> Candidates:
        """The candidates where a condition over the axes is true. Raises TooMany."""
        if not isinstance(condition, Term):
            return self.all if condition else 0
        if condition not in self._truths:
            self._truths[condition] = self._truth(condition)
        return self._truths[condition]

    def _truth(self, condition: Term) -> Candidates:
        match condition.operator, condition.args:
            case "and", parts:
                return reduce(and_bits, map(self.truth, parts))
            case "or", parts:
                return reduce(or_bits, map(self.truth, parts))
            case "not", (part,):
                return self.all ^ self.truth(part)
            case "=", (Term(operator="var", args=(axis,)), int(value)):
                return self.value(axis, value)
        return self.values(condition).get(True, 0)

    def _all_values(self, term: Int) -> dict[int, Candidates]:
        if isinstance(term, int):
            return {term: self.all}
        axes = list(
            dict.fromkeys(
                subterm.args[0] for subterm in subterms(term) if subterm.operator == "var"
            )
        )
        if prod(len(self.ranges[axis]) for axis in axes) > MOST_VALUES:
            raise TooMany
        by_value: dict[int, Candidates] = {}
        for values in product(*(self.ranges[axis] for axis in axes)):
            candidates = self.all
            for axis, value in zip(axes, values, strict=True):
                candidates &= self.value(axis, value)
            (result,) = evaluate(dict(zip(axes, values, strict=True)), term)
            by_value[result] = by_value.get(result, 0) | candidates
        return by_value

    def marked(self, marks: bytes | bytearray, mark: int) -> Candidates:
        """The candidates that have a mark in a sheet."""
        digits = marks.translate(bytes(49 if other == mark else 48 for other in range(256)))
        return int(digits[::-1], 2)

    def digits(self, candidates: Candidates) -> bytes:
        """A byte for each candidate in order: 1 of those in a set, else 0."""
        return format(candidates, f"0{self.size}b")[::-1].encode().translate(_PLAIN)

    def condition(self, candidates: Candidates) -> Bool:
        """A condition over the axes that is true of the set alone; neighbours that are alike are
        said at once."""
        return _condition(self.free, candidates)


_PLAIN = bytes.maketrans(b"01", b"\0\1")


def _repeated(block: int, period: int, size: int) -> Candidates:
    """A block of bits again and again, `size` bits in all."""
    width = period
    while width < size:
        block |= block << width
        width *= 2
    return block & ((1 << size) - 1)


class _Sums:
    """Where a sum over axes is 0 or more: sets are put together from those of the inner axes, which
    are as much smaller, and kept for other constants. No set of all candidates is made on the
    way."""

    def __init__(self, axes: Sequence[tuple[range, int]]) -> None:
        """`axes` have values and a factor each, the first one counted slowest."""
        self._axes = list(axes)
        # The last ones that the sum does not have make each of its places as wide as they have
        # candidates.
        self._unit = 1
        while not self._axes[-1][1]:
            self._unit *= len(self._axes.pop()[0])
        # From each axis on: how many bits, and the least and the greatest that the sum can be.
        self._widths, self._lows, self._highs = [self._unit], [0], [0]
        for values, factor in reversed(self._axes):
            ends = factor * values[0], factor * values[-1]
            self._widths.insert(0, self._widths[0] * len(values))
            self._lows.insert(0, self._lows[0] + min(ends))
            self._highs.insert(0, self._highs[0] + max(ends))
        self._known: dict[tuple[int, int], Candidates] = {}

    def at_least(self, constant: int, first: int = 0) -> Candidates:
        """Where the sum over the axes from one on, and a constant, is 0 or more."""
        if self._lows[first] + constant >= 0:
            return (1 << self._widths[first]) - 1
        if self._highs[first] + constant < 0:
            return 0
        if (first, constant) not in self._known:
            self._known[first, constant] = self._at_least(constant, first)
        return self._known[first, constant]

    def _at_least(self, constant: int, first: int) -> Candidates:
        values, factor = self._axes[first]
        width = self._widths[first + 1]
        if first == len(self._axes) - 1:
            return _threshold(values, factor, constant, self._unit)
        if not factor:
            return _repeated(self.at_least(constant, first + 1), width, self._widths[first])
        return _joined(
            [self.at_least(constant + factor * value, first + 1) for value in values], width
        )


def _threshold(values: range, factor: int, constant: int, unit: int) -> Candidates:
    """Where one axis times a factor, and a constant, is 0 or more."""
    # factor * value + constant is not negative from value = ceil(-constant / factor) on, which is
    # -(constant // factor) with Python's division; for a negative factor, up to constant //
    # -factor.
    if factor > 0:
        first = min(max(-(constant // factor) - values[0], 0), len(values))
        return ((1 << unit * (len(values) - first)) - 1) << (unit * first)
    beyond = min(max(constant // -factor + 1 - values[0], 0), len(values))
    return (1 << unit * beyond) - 1


def _joined(blocks: list[int], width: int) -> int:
    """Blocks of bits side by side, neighbours first, so that each bit is moved as often as there
    are doublings."""
    while len(blocks) > 1:
        pairs = zip(blocks[::2], [*blocks[1::2], 0], strict=False)
        blocks, width = [low | high << width for low, high in pairs], 2 * width
    return blocks[0]


def _condition(free: Sequence[tuple[str, range]], candidates: Candidates) -> Bool:
    size = prod(len(values) for _, values in free)
    if candidates == (1 << size) - 1:
        return True
    if not candidates:
        return False
    (name, domain), *inner = free
    block = size // len(domain)
    mask = (1 << block) - 1
    # A set of the inner axes, and the first and last value that have it
    parts: list[tuple[int, int, int]] = []
    for place, value in enumerate(domain):
        part = candidates >> (block * place) & mask
        if parts and parts[-1][0] == part:
            parts[-1] = part, parts[-1][1], value
        elif part:
            parts.append((part, value, value))
        else:
            parts.append((0, value, value))
    return or_(
        *(
            and_(*_between(name, domain, low, high), _condition(inner, part))
            for part, low, high in parts
            if part
        )
    )


def _between(name: str, domain: range, low: int, high: int) -> list[Bool]:
    ends: list[Bool] = []
    if low > domain[0]:
        ends.append(le(low, var(name)))
    if high < domain[-1]:
        ends.append(le(var(name), high))
    return ends
