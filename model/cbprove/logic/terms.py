"""Integer and Boolean terms over named unknowns, small enough to read: built, folded, evaluated,
listed.

Python's own `int` and `bool` are the constants, so that what is known stays a plain number.
Terms are shared: the same construction gives the same object, and equality is identity.

Between which numbers a term surely lies, so that stores that cannot touch a bit leave no trace in
its formula.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class Term:
    """A node: an operator and its arguments (terms, numbers, or a name for `var` and `named`)."""

    __slots__ = ("args", "boolean", "operator")

    def __init__(self, symbol: str, args: tuple[Any, ...], boolean: bool) -> None:
        self.operator = symbol
        self.args = args
        self.boolean = boolean

    def __reduce__(self) -> tuple[Any, ...]:
        """What comes from another process is shared like all others, since terms are equal where
        they are one object."""
        return _again, (self.operator, self.args, self.boolean)

    def __repr__(self) -> str:
        return f"({self.operator} {' '.join(map(str, self.args))})"


Int = int | Term
Bool = bool | Term

_shared: dict[tuple[Any, ...], Term] = {}


def _make(symbol: str, *args: Any, boolean: bool = False) -> Term:
    # True and 1 are equal keys; no operator takes either, so that its name tells them apart.
    key = (symbol, *args)
    term = _shared.get(key)
    if term is None:
        term = _shared[key] = Term(symbol, args, boolean)
    return term


def _again(symbol: str, args: tuple[Any, ...], boolean: bool) -> Term:
    return _make(symbol, *args, boolean=boolean)


def forget() -> None:
    """Drop every shared term; those still held stay valid but are no longer shared with new
    ones."""
    _shared.clear()


def var(name: str) -> Term:
    """An unknown integer."""
    return _make("var", name)


def choice(name: str) -> Term:
    """An unknown truth value."""
    return _make("choice", name, boolean=True)


def named(name: str, value: Int) -> Term:
    """A value under a name that is kept: it is neither folded away nor looked into, and printed
    as a definition."""
    return _make("named", name, value)


def named_bool(name: str, value: Bool) -> Bool:
    """A truth value under a name that is kept, unless it is already known."""
    return value if isinstance(value, bool) else _make("named", name, value, boolean=True)


def add(left: Int, right: Int) -> Int:
    if isinstance(left, int):
        if isinstance(right, int):
            return left + right
        left, right = right, left
    if isinstance(right, int):
        if right == 0:
            return left
        # Constants gather in one place, so that sums that come to the same in steps are one term.
        if left.operator == "+" and isinstance(left.args[1], int):
            return add(left.args[0], left.args[1] + right)
    return _make("+", left, right)


def total(terms: list[Int]) -> Int:
    """The sum of any number of terms."""
    result: Int = 0
    for term in terms:
        result = add(result, term)
    return result


def sub(left: Int, right: Int) -> Int:
    if isinstance(right, int):
        return add(left, -right)
    if left is right:
        return 0
    return _make("-", left, right)


def mul(left: Int, right: Int) -> Int:
    if isinstance(left, int):
        if isinstance(right, int):
            return left * right
        left, right = right, left
    if isinstance(right, int):
        if right == 0:
            return 0
        if right == 1:
            return left
    return _make("*", left, right)


def div(left: Int, right: int) -> Int:
    """Quotient rounded down, by a positive constant."""
    if isinstance(left, int):
        return left // right
    return left if right == 1 else _make("div", left, right)


def mod(left: Int, right: int) -> Int:
    """Remainder in 0..right-1, by a positive constant."""
    if isinstance(left, int):
        return left % right
    return 0 if right == 1 else _make("mod", left, right)


def common_bits(left: Int, right: Int, width: int) -> Int:
    """The number of the bits below `width` that are set in both, in two's complement as `div`
    and `mod` have it."""
    if isinstance(left, int) and isinstance(right, int):
        return left & right & ((1 << width) - 1)
    return _make("&", width, left, right)


def ite(condition: Bool, if_true: Int, otherwise: Int) -> Int:
    if isinstance(condition, bool):
        return if_true if condition else otherwise
    if if_true is otherwise or (
        isinstance(if_true, int) and isinstance(otherwise, int) and if_true == otherwise
    ):
        return if_true
    return _make("ite", condition, if_true, otherwise)


def le(left: Int, right: Int) -> Bool:
    if isinstance(left, int) and isinstance(right, int):
        return left <= right
    return True if left is right else _make("<=", left, right, boolean=True)


def lt(left: Int, right: Int) -> Bool:
    if isinstance(left, int) and isinstance(right, int):
        return left < right
    return False if left is right else _make("<", left, right, boolean=True)


def eq(left: Int, right: Int) -> Bool:
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return True if left is right else _make("=", left, right, boolean=True)


def not_(term: Bool) -> Bool:
    if isinstance(term, bool):
        return not term
    if term.operator == "not":
        inner: Bool = term.args[0]
        return inner
    return _make("not", term, boolean=True)


def _gather(symbol: str, neutral: bool, terms: tuple[Bool, ...]) -> Bool:
    by_term: dict[Term, None] = {}
    for term in terms:
        if isinstance(term, bool):
            if term is not neutral:
                return not neutral
        elif term.operator == symbol:
            # Flat already: it was gathered itself when it was made.
            by_term.update(dict.fromkeys(term.args))
        else:
            by_term[term] = None
    if not by_term:
        return neutral
    return next(iter(by_term)) if len(by_term) == 1 else _make(symbol, *by_term, boolean=True)


def and_(*terms: Bool) -> Bool:
    return _gather("and", True, terms)


def or_(*terms: Bool) -> Bool:
    return _gather("or", False, terms)


def implies(left: Bool, right: Bool) -> Bool:
    return or_(not_(left), right)


def as_int(term: Bool) -> Int:
    """1 where it is true, 0 elsewhere."""
    return ite(term, 1, 0)


def subterms(*roots: Int | Bool) -> Iterator[Term]:
    """Every term below the roots, each once, arguments before what is made of them."""
    # With a stack of its own: terms are as deep as runs are long.
    reached: set[Term] = set()
    below: list[Term] = []  # the way down to where the search is, and what is left to look at there
    left: list[Iterator[Any]] = [iter(roots)]
    while left:
        for arg in left[-1]:
            if arg.__class__ is Term and arg not in reached:
                reached.add(arg)
                below.append(arg)
                left.append(iter(arg.args))
                break
        else:
            left.pop()
            if below:
                yield below.pop()


def evaluate(values: Mapping[str, int | bool], *roots: Int | Bool) -> list[Any]:
    """What the roots are when every unknown has the value given for it; an unknown that is not
    given is 0 or False."""
    valuation = Valuation(values)
    return [valuation.of(root) for root in roots]


class Valuation:
    """The values of terms under a model; only what a value hangs on is looked at."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        self._values = values
        self._known: dict[Term, Any] = {}

    def of(self, term: Int | Bool) -> Any:
        """The value of a term."""
        if not isinstance(term, Term):
            return term
        if term not in self._known:
            self._known[term] = self._apply(term)
        return self._known[term]

    def _apply(self, term: Term) -> Any:
        args, symbol = term.args, term.operator
        if symbol in _OPERATORS:
            return _OPERATORS[symbol](self.of(args[0]), self.of(args[1]))
        match symbol:
            case "var":
                return self._values.get(args[0], 0)
            case "choice":
                return bool(self._values.get(args[0], False))
            case "named":
                return self.of(args[1])
            case "and" | "or":
                return self._gathered(args, symbol == "or")
            case "not":
                return not self.of(args[0])
            case "ite":
                return self.of(args[1] if self.of(args[0]) else args[2])
            case "&":
                return common_bits(self.of(args[1]), self.of(args[2]), args[0])
        raise AssertionError(symbol)

    def _gathered(self, args: tuple[Any, ...], decisive: bool) -> bool:
        for arg in args:
            if bool(self.of(arg)) is decisive:
                return decisive
        return not decisive


_OPERATORS: Mapping[str, Callable[[int, int], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": operator.floordiv,
    "mod": operator.mod,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


@contextmanager
def deep() -> Iterator[None]:
    """Lets functions over terms go as deep as runs are long; they call themselves from Python
    alone, never through C."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 1_000_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


Interval = tuple[int, int]


class Bounds:
    """Intervals (both ends included) of terms whose unknowns lie in given ranges."""

    def __init__(
        self, *ranges: Mapping[str, Interval], known: Mapping[Term, Interval] | None = None
    ) -> None:
        """Of some terms an interval may be `known` better than by their parts. Both may grow: an
        unknown has its range before it is asked about, and what is known later makes no interval
        wrong that was found before, only wider than it need be."""
        self._ranges = ranges
        self._known: Mapping[Term, Interval] = {} if known is None else known
        self._intervals: dict[Term, Interval | None] = {}

    def of(self, term: Int) -> Interval | None:
        """The interval of a term, None if nothing is known."""
        if isinstance(term, int):
            return term, term
        if term in self._known:
            return self._known[term]
        if term not in self._intervals:
            self._work_out(term)
        return self._intervals[term]

    def _work_out(self, root: Term) -> None:
        """Operands first, on a stack of its own: terms are as deep as runs are long."""
        waiting = [root]
        while waiting:
            term = waiting[-1]
            parts = [part for part in self._parts(term) if self._is_open(part)]
            if parts:
                waiting += parts
                continue
            waiting.pop()
            if term not in self._intervals:
                self._intervals[term] = self._find(term)

    def _is_open(self, part: object) -> bool:
        return isinstance(part, Term) and part not in self._known and part not in self._intervals

    @staticmethod
    def _parts(term: Term) -> tuple[Any, ...]:
        """What the interval of a term hangs on."""
        if term.operator in ("var", "&"):
            return ()
        return term.args[1:] if term.operator == "named" else term.args[-2:]

    def _find(self, term: Term) -> Interval | None:
        match term.operator:
            case "var":
                name = term.args[0]
                return next((given[name] for given in self._ranges if name in given), None)
            case "named":
                return self.of(term.args[1])
            case "&":
                return 0, (1 << term.args[0]) - 1
        # The operands; of an `ite`, its two branches.
        left, right = self.of(term.args[-2]), self.of(term.args[-1])
        if term.operator == "mod" and right is not None:
            fits = left is not None and left[0] >= 0 and left[1] < right[0]
            return left if fits else (0, right[1] - 1)
        if left is None or right is None:
            return None
        match term.operator:
            case "+":
                return left[0] + right[0], left[1] + right[1]
            case "-":
                return left[0] - right[1], left[1] - right[0]
            case "ite":
                return min(left[0], right[0]), max(left[1], right[1])
            case "*":
                corners = [a * b for a in left for b in right]
                return min(corners), max(corners)
            case "div":
                return left[0] // right[0], left[1] // right[0]
        return None
