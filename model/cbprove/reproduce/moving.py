"""Which ranged params may be macros of a program: those that say where views lie, and nothing
else of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.diagnostics import SpecError
from cbprove.frozen import fields, frozen, has_fields
from cbprove.logic.terms import Bool, Int, Term, subterms
from cbprove.meaning.elaborate import program
from cbprove.meaning.system import System
from cbprove.system.axes import FREE, Axis, AxisValue, Free, NeedsValue
from cbprove.system.expressions import Constant, Place
from cbprove.system.program import Program

_SIGNS = {"+": "+", "-": "-", "*": "*", "<=": "<=", "<": "<", "=": "=="}

_LEVELS = {"or": 1, "and": 2, "<=": 3, "<": 3, "=": 3, "+": 4, "-": 4, "*": 5}


@frozen
class Moving:
    """The axes that are macros, where each view lies (bits, or a term over them), and what the
    spec requires of them."""

    axes: tuple[Axis, ...]
    views: Mapping[str, Int]
    required: Bool


def moving(
    system: System,
    candidate: Mapping[str, AxisValue],
    used: frozenset[str],
    words_taken: frozenset[str],
    stuck: frozenset[str],
) -> Moving:
    """The params on which nothing of the program hangs but where the `used` views lie, and none of
    the `stuck` ones.

    None of them may have a name that is `words_taken`.
    """
    ranged = (
        axis for axis in system.axes if isinstance(axis.values, range) and len(axis.values) > 1
    )
    free = [axis for axis in ranged if axis.name not in words_taken]
    while True:
        assignment: dict[str, AxisValue | Free] = {
            **candidate,
            **{axis.name: FREE for axis in free},
        }
        try:
            elaborated = program(system, assignment)
            blocked = _blocked(elaborated, used, stuck, frozenset(axis.name for axis in free))
        except NeedsValue as needed:
            blocked = frozenset([needed.axis])
        except SpecError:
            blocked = frozenset(axis.name for axis in free)
        if not blocked:
            return Moving(
                tuple(free),
                {view.name: view.place.low for view in elaborated.views},
                elaborated.required,
            )
        free = [axis for axis in free if axis.name not in blocked]


def _blocked(
    elaborated: Program, used: frozenset[str], stuck: frozenset[str], free: frozenset[str]
) -> frozenset[str]:
    """Axes on which a value, a raw place or a rounded place hangs, and those that move no view
    of the program."""
    moved = [view.place.low for view in elaborated.views if view.name in used]
    lines = free - _axes(*moved)
    for low in (*moved, elaborated.required):
        lines |= _axes(low) if any(_uneven(term) for term in subterms(low)) else frozenset()
    lines |= _axes(*(view.place.low for view in elaborated.views if view.name in stuck))
    lines |= _axes(*(prop.applies for prop in elaborated.properties))
    bodies = [
        *elaborated.steps.values(),
        *elaborated.parts.values(),
        *elaborated.paths,
        *elaborated.properties,
    ]
    for node in (node for body in bodies for node in _nodes(body)):
        if isinstance(node, Constant):
            lines |= _axes(node.value)
        elif isinstance(node, Place) and node.view is None:
            lines |= _axes(node.low)
    return frozenset(lines)


def _uneven(term: Term) -> bool:
    """Whether it is no sum of multiples: rounded, chosen by a condition, or a product of two
    axes."""
    product = term.operator == "*" and not any(isinstance(arg, int) for arg in term.args)
    return product or term.operator in ("div", "mod", "ite")


def _nodes(node: object) -> Iterator[object]:
    """A statement, property or expression and all that is in it."""
    yield node
    if isinstance(node, tuple | frozenset):
        for part in node:
            yield from _nodes(part)
    elif has_fields(node) and not isinstance(node, Place):
        for field in fields(node):
            if field.name != "span":
                yield from _nodes(getattr(node, field.name))


def _axes(*terms: Int | Bool) -> frozenset[str]:
    return frozenset(str(term.args[0]) for term in subterms(*terms) if term.operator == "var")


def spelled(term: Int | Bool) -> str:
    """A term as C; bits count as they are."""
    if not isinstance(term, Term):
        return str(int(term))
    symbol, args = term.operator, term.args
    if symbol == "var":
        return str(args[0])
    if symbol == "not":
        return f"!({spelled(args[0])})"
    if symbol in ("and", "or"):
        return (" && " if symbol == "and" else " || ").join(_inner(arg, symbol) for arg in args)
    if symbol == "+" and isinstance(args[1], int) and args[1] < 0:
        return f"{_inner(args[0], symbol)} - {-args[1]}"
    return f"{_inner(args[0], symbol)} {_SIGNS[symbol]} {_inner(args[1], symbol)}"


def _inner(term: Int | Bool, context: str) -> str:
    """An operand, in parentheses where it binds less than what is around it."""
    inner = _LEVELS.get(term.operator, 9) if isinstance(term, Term) else 9
    return (
        spelled(term)
        if inner > _LEVELS[context] and {context, inner} != {"or", 2}
        else f"({spelled(term)})"
    )


def in_bytes(low: Int, base: int) -> str | None:
    """A first bit as the bytes behind the bit `base`, for C to add to something: "", " + 28", "
    + AT"; None inside a byte."""
    constant, parts = _linear(low)
    constant -= base
    if constant % 8 or any(factor % 8 for factor in parts.values()):
        return None
    text = "".join(
        f" {'-' if factor < 0 else '+'} "
        f"{name if abs(factor) == 8 else f'{abs(factor) // 8} * {name}'}"
        for name, factor in parts.items()
    )
    if constant:
        text += f" {'-' if constant < 0 else '+'} {abs(constant) // 8}"
    return text


def _linear(term: Int) -> tuple[int, dict[str, int]]:
    """A sum of multiples of axes, as its constant and the factors."""
    if isinstance(term, int):
        return term, {}
    if term.operator == "var":
        return 0, {str(term.args[0]): 1}
    (left, left_axis), (right, right_axis) = _linear(term.args[0]), _linear(term.args[1])
    if term.operator == "*":
        left_axis, left, factor = (
            (left_axis, left, right) if not right_axis else (right_axis, right, left)
        )
        return left * factor, {name: value * factor for name, value in left_axis.items()}
    sign = -1 if term.operator == "-" else 1
    for name, value in right_axis.items():
        left_axis[name] = left_axis.get(name, 0) + sign * value
    return left + sign * right, {name: value for name, value in left_axis.items() if value}
