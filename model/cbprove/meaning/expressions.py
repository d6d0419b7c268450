"""Run-time expressions: gcc's types and conversions on the ABI, made explicit."""

from __future__ import annotations

from collections.abc import Callable

from cbprove import folds
from cbprove.diagnostics import Span
from cbprove.layout.abi import Abi
from cbprove.meaning import static
from cbprove.meaning.context import Context, number, settled, text_of
from cbprove.meaning.memo import Mistake, Poison, mistake
from cbprove.meaning.names import Enumeration, hint, unknown
from cbprove.meaning.places import NOWHERE, Scope, place
from cbprove.meaning.types import enumerator, enumerator_type, int_type, type_of
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.axes import Axis
from cbprove.system.expressions import (
    Binary,
    Conditional,
    Constant,
    Convert,
    Expr,
    InputValue,
    IntType,
    MemberValue,
    Unary,
)

INT = IntType("int", 32, True)
UNSIGNED = IntType("unsigned int", 32, False)
LONG_LONG = IntType("long long", 64, True)
UNSIGNED_LONG_LONG = IntType("unsigned long long", 64, False)

_LOGICAL = ("&&", "||")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


def typed(cx: Context, node: ctree.Expr, scope: Scope) -> Expr:
    """A run-time expression with its C types; what is constant in it is worked out as C would."""
    match node:
        case ctree.Number():
            return _number(cx, node)
        case ctree.Place():
            return _name(cx, node, scope)
        case ctree.Unary():
            return _unary(cx, node, scope)
        case ctree.Binary():
            return _binary(cx, node, scope)
        case ctree.Conditional():
            return _conditional(cx, node, scope)
        case ctree.Sizeof():
            return Constant(static.size_of(cx, node, scope), _size_t(cx.abi()))
        case ctree.Alignof():
            return Constant(static.align_of(cx, node, scope), _size_t(cx.abi()))
        case ctree.Offsetof():
            return Constant(static.offset_of(cx, node), _size_t(cx.abi()))
        case ctree.Has():
            return Constant(int(static.has(cx, node)), INT)
        case ctree.Defined():
            return Constant(int(static.defined(cx, node)), INT)


def computed(cx: Context, node: ctree.Expr) -> int | None:
    """What C makes of an expression, in C's own types; None where only a run knows it, or an
    axis that is left free."""
    return known(typed(cx, node, NOWHERE))


def converted(operand: Expr, type: IntType) -> Expr:
    """The expression as a value of the type, a conversion added if it has another one."""
    if _alike(operand.type, type):
        return operand
    exact = known(operand)
    if exact is not None:
        return Constant(wrapped(exact, type), type)
    return Convert(operand, type)


def wrapped(value: int, type: IntType) -> int:
    """A number as C stores it in the type."""
    if type.boolean:
        return int(value != 0)
    value &= (1 << type.bits) - 1
    return value - (1 << type.bits) if type.signed and value >> (type.bits - 1) else value


def input_type(cx: Context, node: syntax.Input) -> IntType:
    """The integer type of an input. Raises Mistake CB0132 where its type is no integer."""
    type = int_type(type_of(cx, node.type), cx.abi())
    if type is None:
        raise mistake(
            "CB0132", f"the input `{node.name.text}` needs an integer type", node.name.span
        )
    return type


def bounds(type: IntType) -> tuple[int, int]:
    """The least and the greatest value of a type."""
    if type.boolean:
        return 0, 1
    half = 1 << (type.bits - 1)
    return (-half, half - 1) if type.signed else (0, 2 * half - 1)


def _alike(a: IntType, b: IntType) -> bool:
    return (a.bits, a.signed, a.boolean) == (b.bits, b.signed, b.boolean)


def known(node: Expr) -> int | None:
    """The number that an expression is; None for one of a run, or of an axis left free."""
    return node.value if isinstance(node, Constant) and isinstance(node.value, int) else None


def _size_t(abi: Abi) -> IntType:
    return IntType("unsigned long", 8 * abi.pointer_size, False)


def _long(abi: Abi, signed: bool) -> IntType:
    return IntType("long" if signed else "unsigned long", 8 * abi.pointer_size, signed)


# --- leaves ---


def _number(cx: Context, node: ctree.Number) -> Expr:
    """The first of C's types for this suffix that holds the constant; only octal and hexadecimal
    ones turn unsigned."""
    unsigned, longs = "u" in node.suffix, node.suffix.count("l")
    written = node.span.source.text[node.span.start : node.span.end]
    either = written.startswith("0") and not unsigned
    abi = cx.abi()
    ranks = [
        (INT, UNSIGNED),
        (_long(abi, True), _long(abi, False)),
        (LONG_LONG, UNSIGNED_LONG_LONG),
    ][longs:]
    for signed_type, unsigned_type in ranks:
        for type, allowed in ((signed_type, not unsigned), (unsigned_type, unsigned or either)):
            if allowed and node.value <= bounds(type)[1]:
                return Constant(node.value, type)
    raise mistake("CB0129", f"{node.value} is too large for any integer type", node.span)


def _name(cx: Context, node: ctree.Place, scope: Scope) -> Expr:
    name = node.base.text
    if (
        node.suffixes
        or name in scope
        or name in cx.names.views
        or name in cx.names.objects
        or name == "parent"
    ):
        return _member(cx, node, scope)
    if name in cx.names.inputs:
        return InputValue(
            name,
            cx.memo.remember(("input type", name), lambda: input_type(cx, cx.names.inputs[name])),
        )
    if name in cx.names.constants:
        return _constant_named(cx, node)
    if name in cx.names.axes:
        axis = cx.names.axes[name]
        return Constant(number(static.axis_value(cx, axis, node.span)), _type_of_axis(axis))
    if name in cx.names.axis_declarations:
        raise Poison
    value = static.of_the_abi(cx, name)
    if value is not None:
        return Constant(value, INT)
    candidates = [
        *cx.names.views,
        *cx.names.inputs,
        *cx.names.constants,
        *cx.names.axes,
        *cx.names.objects,
        *scope,
    ]
    raise unknown("CB0101", "name", node.base, candidates)


def _type_of_axis(axis: Axis) -> IntType:
    if isinstance(axis.values, range) and not (
        axis.values[0] >= -(1 << 31) and axis.values[-1] < 1 << 31
    ):
        return LONG_LONG
    return INT


def _constant_named(cx: Context, node: ctree.Place) -> Expr:
    """A `#define` stands for what it was defined as, an enumerator for an int, or else for its
    enum's type; inside of the enum itself for the first type that holds it."""
    constant = cx.names.constants[node.base.text]
    if not isinstance(constant, Enumeration):
        return _defined(cx, node.base, constant)
    value = enumerator(cx, constant.body, constant.index)
    low, high = bounds(INT)
    of_enum = None if low <= value <= high else enumerator_type(cx, constant.body)
    if of_enum is not None:
        return Constant(value, of_enum)
    for type in (INT, UNSIGNED, LONG_LONG, UNSIGNED_LONG_LONG):
        low, high = bounds(type)
        if low <= value <= high:
            return Constant(value, type)
    raise mistake("CB0129", f"{value} is too large for any integer type", node.span)


def _defined(cx: Context, name: ctree.Name, define: syntax.Define) -> Expr:
    def cycle() -> Mistake:
        return static.defined_by_itself(name)

    # Its enumerators may have another type inside of their own enum.
    key = ("typed define", name.text, cx.memo.running("enumerator"))
    return cx.memo.remember(key, lambda: typed(cx, define.value, NOWHERE), cycle)


def _member(cx: Context, node: ctree.Place, scope: Scope) -> Expr:
    member = place(cx, node, scope)
    if member.type is None:
        help = hint(node.base.text, []) or "name one integer member or element"
        raise mistake(
            "CB0132",
            f"`{member.text}` is not an integer and has no value in an expression",
            node.span,
            help,
        )
    return MemberValue(member, member.type)


# --- operators ---


def _promoted(operand: Expr) -> Expr:
    """C's integer promotions: what an int can hold becomes one; a bit-field wider than an int
    keeps its width."""
    type = operand.type
    if type.boolean or type.bits < 32:
        return converted(operand, INT)
    return operand


def common(left: IntType, right: IntType) -> IntType:
    """The usual arithmetic conversions of two promoted types: the wider one, of equally wide
    ones the unsigned one."""
    if left.bits != right.bits:
        return left if left.bits > right.bits else right
    return right if left.signed and not right.signed else left


def _balanced(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    left, right = _promoted(left), _promoted(right)
    type = common(left.type, right.type)
    return converted(left, type), converted(right, type)


def _unary(cx: Context, node: ctree.Unary, scope: Scope) -> Expr:
    operand = typed(cx, node.operand, scope)
    if node.operator == "!":
        exact = known(operand)
        return Unary("!", operand, INT) if exact is None else Constant(int(exact == 0), INT)
    operand = _promoted(operand)
    if node.operator == "+":
        return operand
    exact = known(operand)
    if exact is None:
        return Unary(node.operator, operand, operand.type)
    return Constant(wrapped(-exact if node.operator == "-" else ~exact, operand.type), operand.type)


def _binary(cx: Context, node: ctree.Binary, scope: Scope) -> Expr:
    if node.operator in _LOGICAL:
        return _logical(cx, node, scope)
    if node.operator in _COMPARISONS and (named := static.compared(cx, node)) is not None:
        return Constant(int(named), INT)
    left, right = typed(cx, node.left, scope), typed(cx, node.right, scope)
    if node.operator in ("<<", ">>"):
        return _shift(node, left, right)
    left, right = _balanced(left, right)
    if node.operator in ("/", "%"):
        _check_divisor(right, node.right.span)
    type = INT if node.operator in _COMPARISONS else left.type
    return _folded(node.operator, left, right, type)


def _logical(cx: Context, node: ctree.Binary, scope: Scope) -> Expr:
    """A constant left side that decides leaves the right one without a meaning to need, as in a
    static expression."""
    left = typed(cx, node.left, scope)
    decided = known(left)
    if decided is not None and bool(decided) is (node.operator == "||"):
        return Constant(int(node.operator == "||"), INT)
    return _folded(node.operator, left, typed(cx, node.right, scope), INT)


def _shift(node: ctree.Binary, left: Expr, right: Expr) -> Expr:
    left, right = _promoted(left), _promoted(right)
    count = known(right)
    if count is None:
        raise _not_known("shift count", right, node.right.span)
    static.shift_count(count, left.type.bits, node.right.span)
    return _folded(node.operator, left, right, left.type)


def _check_divisor(right: Expr, span: Span) -> None:
    exact = known(right)
    if exact is None:
        raise _not_known("divisor", right, span)
    static.divisor(exact, span)


def _not_known(subject: str, node: Expr, span: Span) -> Mistake:
    """The mistake of a value that only a run knows; raises NeedsValue if it is an axis left
    free."""
    for inner in folds.parts(node):
        if isinstance(inner, Constant):
            settled(inner.value)
    return mistake(
        "CB0152",
        f"the {subject} `{text_of(span)}` is not static",
        span,
        f"a {subject} must be known before any run",
    )


_EXACT: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: static.divided("/", a, b),
    "%": lambda a, b: static.divided("%", a, b),
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "&&": lambda a, b: bool(a and b),
    "||": lambda a, b: bool(a or b),
}


def _folded(operator: str, left: Expr, right: Expr, type: IntType) -> Expr:
    a, b = known(left), known(right)
    if a is not None and b is not None:
        return Constant(wrapped(int(_EXACT[operator](a, b)), type), type)
    return Binary(operator, left, right, type)


def _conditional(cx: Context, node: ctree.Conditional, scope: Scope) -> Expr:
    """Of a constant condition the arm that is chosen, in the type of both."""
    condition = typed(cx, node.condition, scope)
    decided = known(condition)
    if decided is None:
        then, otherwise = _balanced(typed(cx, node.then, scope), typed(cx, node.otherwise, scope))
        return Conditional(condition, then, otherwise, then.type)
    arms = (node.then, node.otherwise) if decided else (node.otherwise, node.then)
    arm = typed(cx, arms[0], scope)
    return _balanced(arm, _left_out(cx, arms[1], scope) or arm)[0]


def _left_out(cx: Context, node: ctree.Expr, scope: Scope) -> Expr | None:
    """The arm that nobody comes to, which gives its type; None where it need not mean anything:
    the offset of a member that this candidate has not."""
    try:
        return typed(cx, node, scope)
    except Mistake:
        return None
