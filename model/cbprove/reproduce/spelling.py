"""Names and numbers of a spec as C: what cannot be written so is refused with its place."""

from __future__ import annotations

import re
from typing import NoReturn

from cbprove.diagnostics import Diagnostic, Span, SpecError
from cbprove.language import syntax

_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main asm typeof "
    "offsetof memset memcpy strcmp strlen strncmp strchr printf NULL EOF stdin stdout stderr bool true false linux unix"
)
_LEVELS = {"||": 1, "&&": 2, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5} | dict.fromkeys(
    ("==", "!=", "<", "<=", ">", ">="), 3
)
_SMALL = 1000
_ASKED = re.compile(r"!?CB_IS\([^()]*\)")
_WORD = re.compile(r"\b[A-Za-z_]\w*\b")
_STATEMENTS = (
    "IS AT SIZE VIEW AREA PLACE READ WRITE WRITE_EACH CLEAR COPY SET SET_AT SET_EXACTLY SET_EXACTLY_AT VALUE VALUE_AT "
    "LENGTH ASSUME IF OPTIONALLY EITHER MANY REPEAT ON EACH NEW CLONE SHARE"
)
_TAKEN = frozenset(_KEYWORDS.split(" "))


def identifier(name: str) -> str:
    """A spec's name as a C identifier: one that C or this program uses for itself gets an underscore."""
    return f"{name}_" if name in _TAKEN or name.startswith(("cb_", "CB_")) else name


def refuse(what: str, span: Span) -> NoReturn:
    """There is no C for it; raises SpecError."""
    help = "the witness itself is shown by `cbprove check`"
    raise SpecError((Diagnostic("CB0340", f"{what} cannot be written as C", span, help),))


def literal(number: int) -> str:
    """An exact integer as a C constant of long long; C has no literal for the least of them."""
    if not -(1 << 63) <= number < 1 << 64:
        raise OverflowError(number)
    if number >= 1 << 63:
        return f"{number}ULL"
    return f"(-{-number - 1}LL - 1)" if number == -(1 << 63) else f"{number}LL" if number >= 0 else f"(-{-number}LL)"


def exact(number: int) -> str:
    """The same where other operands are long long: a small one as it is, which no product of three takes out of int."""
    return str(number) if 0 <= number <= _SMALL else literal(number)


def negated(condition: str) -> str:
    """The opposite of a condition for `#if`."""
    if _ASKED.fullmatch(condition):
        return condition.removeprefix("!") if condition.startswith("!") else f"!{condition}"
    return f"!({condition})"


def bracketed(around: syntax.Expr, node: syntax.Expr, text: str) -> str:
    """An operand, in parentheses where C or a careful reader (`-Wparentheses`) asks for them."""
    if not isinstance(around, syntax.Binary):
        plain = not isinstance(node, syntax.Unary | syntax.Binary | syntax.Conditional)
        return text if plain or _ASKED.fullmatch(text) else f"({text})"
    if isinstance(node, syntax.Unary):
        return text if node.operator != "!" or around.operator in ("&&", "||") else f"({text})"
    if not isinstance(node, syntax.Binary | syntax.Conditional) or _ASKED.fullmatch(text):
        return text
    inner, outer = (_LEVELS.get(getattr(one, "operator", ""), 0) for one in (node, around))
    clear = inner > outer > 0 and (outer, inner) != (_LEVELS["||"], _LEVELS["&&"])
    chained = node is around.left and inner == outer and around.operator in ("+", "*", "&&", "||")
    return text if clear or (chained and getattr(node, "operator", "") == around.operator) else f"({text})"


def quoted(text: str) -> str:
    """A C string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("??", "?" + "\\?") + '"'


def comment(text: str) -> str:
    """Text that may stand in a C comment."""
    return text.replace("*/", "* /").replace("/*", "/ *")


def shortened(text: str) -> str:
    """A program with the macros that stand for statements under their short names, where nothing else is called so."""
    taken = frozenset(_WORD.findall(text))
    short = "|".join(name for name in _STATEMENTS.split() if name not in taken)
    return re.sub(rf"\bCB_({short})\b", r"\1", text)


def line(span: Span) -> int:
    """The line of the spec's text, from 1."""
    return span.source.text.count("\n", 0, span.start) + 1
