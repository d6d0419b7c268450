"""Names, literals and expressions made into nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.syntax import ctree
from cbprove.syntax.tokens import Token

_NUMBER = re.compile(
    r"(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)((?:[uU](?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU]?)?)"
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {
    "n": 10,
    "t": 9,
    "r": 13,
    "0": 0,
    "a": 7,
    "b": 8,
    "f": 12,
    "v": 11,
    "\\": 92,
    "'": 39,
    '"': 34,
    "?": 63,
    "e": 27,
}
MAX_DIGITS = 1000


class ExprBuilder:
    """What every builder needs: spans, names, mistakes; and the expressions."""

    def __init__(self, source: Source, report: Callable[[Diagnostic], None]) -> None:
        self.source = source
        self.report = report

    def span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)

    def name(self, token: Token) -> ctree.Name:
        return ctree.Name(token.text, Span(self.source, token.start, token.end))

    def maybe_name(self, token: Token | None) -> ctree.Name | None:
        return None if token is None else self.name(token)

    def mistake(self, code: str, message: str, span: Span, help: str) -> None:
        self.report(Diagnostic(code, message, span, help))

    # --- literals ---

    def number(self, span: Span, token: Token) -> ctree.Number:
        return ctree.Number(*self.value(token, span), span)

    def value(self, token: Token, span: Span) -> tuple[int, str]:
        """The value and the suffix of a C integer."""
        if token.text.isdecimal() and token.text[0] != "0" and len(token.text) <= MAX_DIGITS:
            return int(token.text), ""  # most are written so
        match = _NUMBER.fullmatch(token.text)
        if len(token.text) > MAX_DIGITS:
            self.mistake(
                "CB0013",
                f"a number of {len(token.text)} digits",
                span,
                f"{MAX_DIGITS} digits are the most",
            )
        elif match is None:
            help = "write it in decimal, or as 0x1f, 017 or 0b101, with no suffix but u, l and ll"
            self.mistake("CB0013", f"`{token.text}` is not a C integer", span, help)
        else:
            digits, suffix = match.groups()
            octal = digits[0] == "0" and digits.isdigit()
            return int(digits, 8 if octal else 0), suffix.lower()
        return 0, ""

    def character(self, span: Span, token: Token) -> ctree.Number:
        values = self.unescaped(token)
        if len(values) != 1:
            self.mistake(
                "CB0014",
                f"`{token.text}` is not one character",
                span,
                "put one character between the quotes",
            )
            return ctree.Number(0, "", span)
        return ctree.Number(values[0], "", span)

    def string(self, token: Token) -> str:
        """What a string literal says."""
        return "".join(map(chr, self.unescaped(token)))

    def unescaped(self, token: Token) -> list[int]:
        """The characters between the quotes, escapes read as C does."""
        inside, values, end = token.text[1:-1], list[int](), 0
        if "\\" not in inside:
            return [ord(character) for character in inside]
        for match in _ESCAPE.finditer(inside):
            values.extend(map(ord, inside[end : match.start()]))
            values.append(self.escape(match.group(1), token))
            end = match.end()
        values.extend(map(ord, inside[end:]))
        return values

    def escape(self, letters: str, token: Token) -> int:
        if letters[0] == "x" and 1 < len(letters) <= 3:
            return int(letters[1:], 16)
        if letters.isdigit() and letters.isascii() and letters[0] < "8":
            return int(letters, 8) & 0xFF
        if letters in _ESCAPES:
            return _ESCAPES[letters]
        help = r"escape with \n, \t, \\, \", \', \x41 or \101"
        self.mistake("CB0014", f"`\\{letters}` is not an escape", self.span(token), help)
        return 0

    # --- expressions ---

    def place(self, span: Span, base: Token, *suffixes: Any) -> ctree.Place:
        return ctree.Place(self.name(base), suffixes, span)

    def dot(self, name: Token) -> ctree.Dot:
        return ctree.Dot(self.name(name))

    def index(self, value: ctree.Expr) -> ctree.Index:
        return ctree.Index(value)

    def star(self, span: Span, *signs: Token) -> ctree.Star:
        return ctree.Star(span)

    def operator(self, token: Token) -> str:
        return token.text

    or_operator = and_operator = bit_or_operator = bit_xor_operator = bit_and_operator = operator
    equality_operator = relation_operator = shift_operator = sign = scale = prefix = operator

    def binary(
        self, span: Span, left: ctree.Expr, operator: str, right: ctree.Expr
    ) -> ctree.Binary:
        return ctree.Binary(operator, left, right, span)

    def unary_operation(self, span: Span, operator: str, operand: ctree.Expr) -> ctree.Unary:
        return ctree.Unary(operator, operand, span)

    def conditional(
        self, span: Span, condition: ctree.Expr, node: ctree.Expr, otherwise: ctree.Expr
    ) -> ctree.Conditional:
        return ctree.Conditional(condition, node, otherwise, span)

    def sizeof(self, span: Span, operand: Any) -> ctree.Sizeof:
        return ctree.Sizeof(operand, span)

    def alignof(self, span: Span, operand: Any) -> ctree.Alignof:
        return ctree.Alignof(operand, span)

    def preferred_alignof(self, span: Span, operand: Any) -> ctree.Alignof:
        return ctree.Alignof(operand, span, preferred=True)

    def offsetof(self, span: Span, type: ctree.CType, member: ctree.Place) -> ctree.Offsetof:
        return ctree.Offsetof(type, member, span)

    def has(self, span: Span, type: ctree.CType, member: ctree.Place) -> ctree.Has:
        return ctree.Has(type, member, span)

    def bit(self, span: Span, number: ctree.Expr, suffix: str = "ul") -> ctree.Binary:
        """`BIT(n)`, as the kernel defines it."""
        return ctree.Binary("<<", ctree.Number(1, suffix, span), number, span)

    def suffixed(self, span: Span, number: Token, suffix: Token) -> ctree.Number:
        """`_AC(1, UL)` is `1UL`, where no assembler reads it."""
        value, text = self.value(number, span)
        if suffix.text.lower() not in ("u", "l", "ul", "ll", "ull"):
            self.mistake(
                "CB0013",
                f"`{suffix.text}` is no suffix of a C integer",
                self.span(suffix),
                "write UL, or ULL",
            )
        return ctree.Number(value, text + suffix.text.lower(), span)

    def div_round_up(self, span: Span, number: ctree.Expr, node: ctree.Expr) -> ctree.Binary:
        """`DIV_ROUND_UP(n, d)`, as the kernel defines it."""
        less = ctree.Binary(
            "-", ctree.Binary("+", number, node, span), ctree.Number(1, "", span), span
        )
        return ctree.Binary("/", less, node, span)

    def bits_to_longs(self, span: Span, bits: ctree.Expr) -> ctree.Binary:
        long = ctree.Sizeof(ctree.NamedType(ctree.Name("long", span)), span)
        return self.div_round_up(
            span, bits, ctree.Binary("*", ctree.Number(8, "", span), long, span)
        )

    def bit_ull(self, span: Span, number: ctree.Expr) -> ctree.Binary:
        return self.bit(span, number, "ull")

    def defined(self, name: Token) -> ctree.Defined:
        return ctree.Defined(self.name(name), False, self.span(name))

    def configured(self, name: Token) -> ctree.Defined:
        """`IS_ENABLED(X)`."""
        return ctree.Defined(self.name(name), True, self.span(name))
