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


class AttributeBuilder(ExprBuilder):
    """What is said of a type or member beside it; expressions are in the base."""

    def __init__(self, source: Source, report: Callable[[Diagnostic], None]) -> None:
        super().__init__(source, report)
        self.pins = Pins(report)

    def attributes(self, *attributes: Attributes) -> Attributes:
        return joined(*attributes) if attributes else PLAIN

    def packed(self) -> Attributes:
        return Attributes(packed=True)

    def aligned_to(self, boundary: Expr) -> Attributes:
        return Attributes(aligned=(boundary,))

    def cacheline_aligned(self) -> Attributes:
        return Attributes(aligned=(ctree.Boundary("cache line"),))

    def place_pin(self, span: Span, byte: ctree.Number, bit: ctree.Number | None) -> Attributes:
        if bit is not None and bit.value > 7:
            help = (
                f"bits count from 0 to 7: this is bit {bit.value % 8} of byte "
                f"{byte.value + bit.value // 8}"
            )
            self.mistake("CB0031", f"a byte has no bit {bit.value}", bit.span, help)
        return Attributes(
            pins=(self.pins.said(ctree.PlacePin(8 * byte.value + (bit.value if bit else 0), span)),)
        )

    def size_pin(self, span: Span, bytes: ctree.Number) -> Attributes:
        return Attributes(pins=(self.pins.said(ctree.SizePin(bytes.value, span)),))

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


def joined(*parts: Attributes) -> Attributes:
    """Attributes said in several places, as one."""
    texts = [part for part in parts if part is not PLAIN]
    if not texts:
        return PLAIN
    if len(texts) == 1:
        return texts[0]
    return Attributes(
        any(part.packed for part in texts),
        tuple(node for part in texts for node in part.aligned),
        tuple(pin for part in texts for pin in part.pins),
    )
