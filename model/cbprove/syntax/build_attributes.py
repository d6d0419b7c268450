"""Attributes of C made into nodes: packing, alignment, pins; those that are not modelled are
refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.syntax import ctree
from cbprove.syntax.annotations import UNMODELLED_ATTRIBUTES
from cbprove.syntax.build_expr import ExprBuilder
from cbprove.syntax.build_pins import Pins
from cbprove.syntax.ctree import Attributes, Expr
from cbprove.syntax.tokens import Token

Said = Attributes | None  # attributes, where any stand


class AttributeBuilder(ExprBuilder):
    """What is said of a type or member beside it; expressions are in the base."""

    def __init__(self, source: Source, report: Callable[[Diagnostic], None]) -> None:
        super().__init__(source, report)
        self.pins = Pins(report)

    def both(self, attributes: Attributes, more: Attributes) -> Attributes:
        return joined(attributes, more)

    def packed(self) -> Attributes:
        return Attributes(packed=True)

    def aligned_to(self, boundary: Expr) -> Attributes:
        return Attributes(aligned=(boundary,))

    def cacheline_aligned(self) -> Attributes:
        return Attributes(aligned=(ctree.Boundary("cache line"),))

    def place_pin(self, span: Span, byte: Token, bit: Token | None) -> Attributes:
        first, more = 8 * self.amount(byte), self.amount(bit) if bit is not None else 0
        if bit is not None and more > 7:
            help = f"bits count from 0 to 7: this is bit {more % 8} of byte {(first + more) // 8}"
            self.mistake("CB0031", f"a byte has no bit {more}", self.span(bit), help)
        return Attributes(pins=(self.pins.said(ctree.PlacePin(first + more, span)),))

    def size_pin(self, span: Span, bytes: Token) -> Attributes:
        return Attributes(pins=(self.pins.said(ctree.SizePin(self.amount(bytes), span)),))

    def amount(self, token: Token) -> int:
        """The value of a C integer that is written out."""
        return self.value(token, self.span(token))[0]

    def attribute_list(self, *attributes: Attributes | None) -> Attributes:
        return joined(*(attribute for attribute in attributes if attribute is not None))

    def attribute(self, span: Span, name: Token, *arguments: Any) -> Attributes:
        word = name.text.strip("_")
        if word == "packed":
            return Attributes(packed=True)
        if word == "aligned":
            return self.boundary(span, arguments[0] if arguments else ctree.Boundary("largest"))
        if word in UNMODELLED_ATTRIBUTES:
            help = "write the type out so that it has this layout without the attribute"
            self.mistake(
                "CB0029",
                f"the attribute `{word}` changes layouts in a way that is not modelled",
                span,
                help,
            )
        return PLAIN

    def boundary(self, span: Span, boundary: Any) -> Attributes:
        if isinstance(boundary, Token):
            self.mistake(
                "CB0029",
                "`aligned` of a string",
                span,
                "give it a number of bytes, as in `aligned(8)`",
            )
            return PLAIN
        return Attributes(aligned=(boundary,))


PLAIN = Attributes()


def joined(*parts: Said) -> Attributes:
    """Attributes said in several places, or in none, as one."""
    texts = [part for part in parts if part is not None and part is not PLAIN]
    if not texts:
        return PLAIN
    if len(texts) == 1:
        return texts[0]
    return Attributes(
        any(part.packed for part in texts),
        tuple(node for part in texts for node in part.aligned),
        tuple(pin for part in texts for pin in part.pins),
    )
