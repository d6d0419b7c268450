"""Static expressions: exact integers, linear terms where axes are left free."""

from __future__ import annotations

import operator
from collections.abc import Callable

from cbprove.diagnostics import Span
from cbprove.frozen import replace
from cbprove.layout import types
from cbprove.layout.records import preferred_align
from cbprove.layout.types import Type
from cbprove.logic import terms
from cbprove.logic.terms import Bool, Int, Term
from cbprove.meaning import builtin
from cbprove.meaning.context import Context, needs, number, settled, text_of, truth
from cbprove.meaning.memo import Mistake, Poison, mistake
from cbprove.meaning.names import Enumeration, hint, listed, unknown
from cbprove.meaning.places import NOWHERE, Scope, member_at, type_at
from cbprove.meaning.types import enumerator, is_type_name, named_type, static_value, type_of
from cbprove.syntax import ctree
from cbprove.system.axes import FREE, Axis

_BEFORE_RUNS = (
    "what stands here must be known before any run: numbers, `sizeof`, constants and axes"
)

# Static shifts are of exact integers; no value in a control block needs a larger one.
_MOST_SHIFT = 63

_COMPARISONS: dict[str, Callable[[Int, Int], Bool]] = {
    "==": terms.eq,
    "!=": lambda a, b: terms.not_(terms.eq(a, b)),
    "<": terms.lt,
    "<=": terms.le,
    ">": lambda a, b: terms.lt(b, a),
    ">=": lambda a, b: terms.le(b, a),
}
_EXACT: dict[str, Callable[[int, int], int]] = {
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}


def value(cx: Context, node: ctree.Expr) -> Int | Bool:
    """The value of a static expression; a mistake if it is known only at run time."""
    match node:
        case ctree.Number(exact):
            return exact
        case ctree.Place():
            return _name(cx, node)
        case ctree.Unary():
            return _unary(cx, node)
        case ctree.Binary():
            return _binary(cx, node)
        case ctree.Conditional():
            return _conditional(cx, node)
        case ctree.Sizeof():
            return size_of(cx, node, NOWHERE)
        case ctree.Alignof():
            return align_of(cx, node, NOWHERE)
        case ctree.Offsetof():
            return offset_of(cx, node)
        case ctree.Has():
            return has(cx, node)
        case ctree.Defined():
            return defined(cx, node)


def size_of(cx: Context, node: ctree.Sizeof, scope: Scope) -> int:
    """`sizeof` a type or a place, in bytes. Raises Mistake CB0132 for a bit-field."""
    operand = node.operand
    if not isinstance(operand, ctree.Place):
        return cx.layout(type_of(cx, operand)).size
    type = _as_type(cx, operand)
    if type is not None:
        return cx.layout(type).size
    spot = type_at(cx, operand, scope)
    if spot.bit_field:
        raise mistake(
            "CB0132",
            f"`{text_of(operand.span)}` is a bit-field and has no size in bytes",
            node.span,
        )
    return spot.width // 8


def align_of(cx: Context, node: ctree.Alignof, scope: Scope) -> int:
    """`alignof` a type or a place, in bytes. A member has the alignment that it was declared with,
    by either spelling.

    Raises Mistake CB0132 for a bit-field.
    """
    type = (
        _as_type(cx, node.operand)
        if isinstance(node.operand, ctree.Place)
        else type_of(cx, node.operand)
    )
    if type is None:
        assert isinstance(node.operand, ctree.Place)
        spot = type_at(cx, node.operand, scope)
        if spot.bit_field:
            raise mistake(
                "CB0132",
                f"`{text_of(node.operand.span)}` is a bit-field and has no alignment",
                node.span,
            )
        if spot.align is not None:
            return spot.align
        type = spot.type
    return preferred_align(type, cx.abi()) if node.preferred else cx.layout(type).align


def offset_of(cx: Context, node: ctree.Offsetof) -> int:
    """`offsetof`, in bytes. Raises Mistake CB0132 for a bit-field, and for a member that an
    input counts."""
    spot = member_at(cx, type_of(cx, node.type), node.member)
    if spot.bit_field or spot.indexes:
        kind = "a bit-field" if spot.bit_field else "counted by an input"
        raise mistake(
            "CB0132",
            f"`{text_of(node.member.span)}` is {kind} and has no offset in bytes",
            node.span,
        )
    return settled(spot.offset) // 8


def has(cx: Context, node: ctree.Has) -> bool:
    """Whether the type has the member in this candidate."""
    type = type_of(cx, node.type)
    try:
        member_at(cx, type, node.member)
    except Mistake as error:
        if error.code in ("CB0103", "CB0130", "CB0143"):
            return False
        raise
    return True


def constant(cx: Context, name: ctree.Name) -> Int | Bool:
    """The value of a `#define` or an enumerator."""
    constant = cx.names.constants[name.text]
    if isinstance(constant, Enumeration):
        return enumerator(cx, constant.body, constant.index)

    def cycle() -> Mistake:
        return defined_by_itself(name)

    return cx.memo.remember(("define", name.text), lambda: _defined(cx, constant.value), cycle)


def _defined(cx: Context, node: ctree.Expr) -> Int | Bool:
    """What C makes of a `#define`, in C's own types; exact where a ranged axis, which C has none
    of, is in it."""
    exact = value(cx, node)
    computed = None if cx.names.ranged(node) else cx.compute(cx, node)
    return exact if computed is None else computed


def of_the_abi(cx: Context, name: str) -> int | None:
    """What compilers and the kernel's headers define a name as, that the spec does not declare;
    0 where they do not."""
    return (builtin.macro(name, cx.abi()) or 0) if builtin.is_macro(name) else None


def defined(cx: Context, node: ctree.Defined) -> bool:
    """Whether a name is a macro, as C's `defined` says; of a yes-or-no axis, whether it is yes.

    `IS_ENABLED(X)` asks besides that it be defined as 1, or else whether X_MODULE is, where a spec
    declares that. A name that nothing declares is a mistake, not an undefined one: `#ifdef` of a
    misspelt option would leave its members out without a word.

    Raises Mistake CB0101 for such a name, and Poison for that of an axis whose declaration is
    wrong.
    """
    if node.enabled and not node.name.text.endswith("_MODULE"):
        module = ctree.Name(f"{node.name.text}_MODULE", node.name.span)
        if module.text in cx.names.axes or module.text in cx.names.constants:
            return defined(cx, replace(node, enabled=False)) or defined(
                cx, ctree.Defined(module, False, node.span)
            )
    name = node.name.text
    if name in cx.names.axes:
        axis = cx.names.axes[name]
        return axis.values != ("no", "yes") or cx.memo.value(name) == "yes"
    if name in cx.names.axis_declarations:
        raise Poison
    definition = cx.names.constants.get(name)
    if definition is not None and not isinstance(definition, Enumeration):
        return not node.enabled or constant(cx, node.name) == 1
    if definition is not None or name in cx.names.macros:
        return name in cx.names.macros and not node.enabled
    if builtin.is_macro(name):
        return builtin.macro(name, cx.abi()) is not None
    raise undeclared(cx, node.name)


def defined_by_itself(name: ctree.Name) -> Mistake:
    return mistake(
        "CB0114", f"`{name.text}` is defined by itself", name.span, "give it a value of its own"
    )


def axis_value(cx: Context, axis: Axis, span: Span) -> Int | Bool:
    """The number of a ranged param, the truth of a yes-or-no one. Raises Mistake CB0121 for any
    other axis."""
    if isinstance(axis.values, range):
        value = cx.memo.axis(axis.name)
        return terms.var(axis.name) if value is FREE else int(str(value))
    if axis.values == ("no", "yes"):
        return cx.memo.value(axis.name) == "yes"
    help = f"compare it with one of its values, as `{axis.name} == {axis.values[0]}`"
    raise mistake("CB0121", f"`{axis.name}` is no number", span, help)


def compared(cx: Context, node: ctree.Binary) -> bool | None:
    """`AXIS == value` of an axis with named values, either way round; None for any other
    comparison."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        axis = named_axis(cx, side)
        if axis is None or node.operator not in ("==", "!="):
            continue
        if axis.values == ("no", "yes") and not _is_value(other, axis):
            return None
        equal = cx.memo.value(axis.name) == value_name(axis, other)
        return equal if node.operator == "==" else not equal
    return None


def named_axis(cx: Context, node: ctree.Expr) -> Axis | None:
    """The axis with named values that an expression names, if it does."""
    if isinstance(node, ctree.Place) and not node.suffixes:
        axis = cx.names.axes.get(node.base.text)
        if axis is not None and not isinstance(axis.values, range):
            return axis
    return None


def value_name(axis: Axis, node: ctree.Expr) -> str:
    """One of an axis's own value names. Raises Mistake CB0107 where what is written is none of
    them."""
    if not isinstance(node, ctree.Place) or node.suffixes:
        raise mistake(
            "CB0107",
            f"`{text_of(node.span)}` is no value of `{axis.name}`",
            node.span,
            _values(axis),
        )
    if node.base.text not in axis.values:
        raise unknown_value(axis, node.base)
    return node.base.text


def unknown_value(axis: Axis, name: ctree.Name) -> Mistake:
    near = hint(name.text, map(str, axis.values))
    return mistake(
        "CB0107", f"`{axis.name}` has no value `{name.text}`", name.span, near or _values(axis)
    )


def _values(axis: Axis) -> str:
    return "its values are " + listed(map(str, axis.values))


def _is_value(node: ctree.Expr, axis: Axis) -> bool:
    return isinstance(node, ctree.Place) and not node.suffixes and node.base.text in axis.values


def _as_type(cx: Context, node: ctree.Place) -> Type | None:
    """The type that stands where a place may stand too, None for a place."""
    if not is_type_name(cx, node.base.text):
        return None
    type = named_type(cx, node.base)
    for suffix in reversed(node.suffixes):
        if not isinstance(suffix, ctree.Index):
            raise mistake(
                "CB0143", f"`{node.base.text}` is a type and has no members to name here", node.span
            )
        type = types.Array(type, static_value(cx, suffix.value))
    return type


def _name(cx: Context, node: ctree.Place) -> Int | Bool:
    name = node.base
    if not node.suffixes:
        if name.text in cx.names.constants:
            return constant(cx, name)
        if name.text in cx.names.axes:
            return axis_value(cx, cx.names.axes[name.text], node.span)
        if name.text in cx.names.axis_declarations:
            raise Poison
    if name.text in cx.names.shared or name.text == "parent":
        raise mistake(
            "CB0120", f"`{text_of(node.span)}` is known only in a run", node.span, _BEFORE_RUNS
        )
    value = of_the_abi(cx, name.text) if not node.suffixes else None
    if value is not None:
        return value
    raise undeclared(cx, name)


def undeclared(cx: Context, name: ctree.Name) -> Mistake:
    """The mistake of a name in a static expression that nothing declares."""
    help = f"declare it, as `param {name.text};`" if name.text.startswith("CONFIG_") else ""
    return unknown("CB0101", "constant or axis", name, [*cx.names.constants, *cx.names.axes], help)


def _unary(cx: Context, node: ctree.Unary) -> Int | Bool:
    operand = value(cx, node.operand)
    match node.operator:
        case "!":
            return terms.not_(truth(operand))
        case "-":
            return terms.sub(0, number(operand))
        case "~":
            return ~settled(number(operand))
        case _:
            return number(operand)


def _binary(cx: Context, node: ctree.Binary) -> Int | Bool:
    if node.operator in ("&&", "||"):
        return _logical(cx, node)
    if node.operator in _COMPARISONS:
        named = compared(cx, node)
        if named is not None:
            return named
    left, right = number(value(cx, node.left)), number(value(cx, node.right))
    if node.operator in _COMPARISONS:
        return _COMPARISONS[node.operator](left, right)
    return _arithmetic(node, left, right)


def _logical(cx: Context, node: ctree.Binary) -> Bool:
    """The right side needs no meaning where the left one decides: `has(struct X, m) &&
    offsetof(struct X, m) == 4`."""
    left = truth(value(cx, node.left))
    if isinstance(left, bool) and left is (node.operator == "||"):
        return left
    right = truth(value(cx, node.right))
    return terms.and_(left, right) if node.operator == "&&" else terms.or_(left, right)


def _arithmetic(node: ctree.Binary, left: Int, right: Int) -> Int:
    match node.operator:
        case "+":
            return terms.add(left, right)
        case "-":
            return terms.sub(left, right)
        case "*":
            if isinstance(left, Term) and isinstance(right, Term):
                needs(right)
            return terms.mul(left, right)
        case "/" | "%":
            return divided(node.operator, settled(left), divisor(settled(right), node.right.span))
        case "<<" | ">>":
            shift_count(settled(right), _MOST_SHIFT + 1, node.right.span)
    return _EXACT[node.operator](settled(left), settled(right))


def divisor(number: int, span: Span) -> int:
    """A divisor, which is not 0. Raises Mistake CB0122 for 0."""
    if number == 0:
        raise mistake("CB0122", "division by zero", span)
    return number


def shift_count(count: int, bits: int, span: Span) -> int:
    """A shift count, which is below the width. Raises Mistake CB0123 for any other."""
    if not 0 <= count < bits:
        raise mistake(
            "CB0123",
            f"a shift of {bits} bits by {count}",
            span,
            f"the count must be from 0 to {bits - 1}",
        )
    return count


def divided(operator: str, left: int, right: int) -> int:
    """C's `/` and `%`: the quotient is cut towards zero."""
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient if operator == "/" else left - right * quotient


def _conditional(cx: Context, node: ctree.Conditional) -> Int | Bool:
    condition = truth(value(cx, node.condition))
    if isinstance(condition, bool):
        return value(cx, node.then if condition else node.otherwise)
    return terms.ite(condition, number(value(cx, node.then)), number(value(cx, node.otherwise)))
