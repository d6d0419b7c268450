"""Pins: `__at` and `__size` of a `pinned` block, each given to the member or to the struct that
it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.frozen import replace
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.ctree import CType, MemberItem, Pin, PlacePin, RecordBody, SizePin

P = TypeVar("P", PlacePin, SizePin)


class Pins:
    """All pins of a source, and which of them nothing was done with yet."""

    def __init__(self, report: Callable[[Diagnostic], None]) -> None:
        self.report = report
        self.idle: dict[int, Pin] = {}  # by the identity of what it holds
        self.blocks: list[Span] = []

    def said(self, pin: P) -> P:
        """A pin that was read."""
        self.idle[id(pin)] = pin
        return pin

    def pinned(
        self, pinning: ctree.Pinning, span: Span, declarations: Sequence[syntax.Declaration]
    ) -> list[syntax.Declaration]:
        """The declarations of a block, every struct and union in them pinned."""
        self.blocks.append(span)
        block = _Block(self, pinning)
        return [block.declaration(declaration) for declaration in declarations]

    def only(self, kind: type[P], pins: Iterable[Pin]) -> P | None:
        """The pin of a kind, the first of several."""
        pins_of_kind = [pin for pin in pins if isinstance(pin, kind)]
        for pin in pins_of_kind:
            self.idle.pop(id(pin), None)
        for repeated in pins_of_kind[1:]:
            word = "__at" if isinstance(repeated, PlacePin) else "__size"
            notes = (Note("the first one is here", pins_of_kind[0].span),)
            self.report(
                Diagnostic("CB0031", f"a second `{word}`", repeated.span, "keep one of them", notes)
            )
        return pins_of_kind[0] if pins_of_kind else None

    def refuse_idle(self) -> None:
        """Report the pins that say nothing: outside of a block, or by what has no place or no
        size of its own."""
        for pin in self.idle.values():
            span = pin.span
            word, of = (
                ("__at", "a member")
                if isinstance(pin, PlacePin)
                else ("__size", "a struct or union with members")
            )
            if any(block.start <= span.start < block.end for block in self.blocks):
                message, help = f"`{word}` pins nothing here", f"it belongs to {of}"
            else:
                message = f"`{word}` outside of a `pinned` block"
                help = (
                    "put the struct into `pinned ABI { ... }`, or leave its places to be computed"
                )
            self.report(Diagnostic("CB0031", message, span, help))


class _Block:
    """One `pinned` block. A body that several declarators share is pinned once, as the first of
    them says."""

    def __init__(self, pins: Pins, pinning: ctree.Pinning) -> None:
        self.pins = pins
        self.by = pinning
        self.bodies: dict[int, tuple[RecordBody, RecordBody]] = {}

    def declaration(self, node: syntax.Declaration) -> syntax.Declaration:
        match node:
            case syntax.TypeDeclaration(RecordBody() as body):
                return replace(node, type=self.body(body, 0, ()))
            case syntax.Typedef(_, type, attributes):
                return replace(node, type=self.type(type, 0, attributes.pins))
            case syntax.Packing():
                arms = tuple(replace(arm, body=self.body(arm.body, 0, ())) for arm in node.arms)
                return replace(node, arms=arms)
            case _:
                return node

    def type(self, node: CType, base: int, nodes: tuple[Pin, ...]) -> CType:
        """A type whose struct, if it writes one out, begins at bit `base`; `nodes` are the pins
        of its declarator."""
        if isinstance(node, ctree.ArrayType):
            return replace(node, element=self.type(node.element, base, nodes))
        if not isinstance(node, RecordBody):
            return node
        cached = self.bodies.get(id(node))
        if cached is None:
            cached = self.bodies[id(node)] = (node, self.body(node, base, nodes))
        return cached[1]

    def body(self, node: RecordBody, base: int, nodes: tuple[Pin, ...]) -> RecordBody:
        all_pins = (*node.attributes.pins, *nodes)
        size = self.pins.only(SizePin, all_pins)
        if size is None:
            self.missing(
                _called(node),
                "size",
                node.tag.span if node.tag else node.span,
                "`__size(BYTES)` behind its `}`",
            )
        members = self.members(node.members, base)
        return replace(
            node, members=members, pinned=ctree.Pinned(size.bytes if size else 0, base, self.by)
        )

    def members(self, items: tuple[MemberItem, ...], base: int) -> tuple[MemberItem, ...]:
        return tuple(self.member(item, base) for item in items)

    def member(self, item: MemberItem, base: int) -> MemberItem:
        if isinstance(item, ctree.MemberChoice):
            then, otherwise = (self.members(side, base) for side in (item.then, item.otherwise))
            return replace(item, then=then, otherwise=otherwise)
        body = _body_of(item.type)
        if body is not None and body.span is item.span:
            help = "write out the union of two structs that it stands for, as pahole prints it"
            self.pins.report(
                Diagnostic(
                    "CB0030", "`struct_group` does not say where its members lie", item.span, help
                )
            )
            return item
        nodes = (*item.attributes.pins, *(body.attributes.pins if body is not None else ()))
        at = self.pins.only(PlacePin, nodes)
        if at is None and item.name is None and item.bits is not None:
            return item
        if at is None:
            name_text = f"`{item.name.text}`" if item.name else _called(body)
            self.missing(
                name_text,
                "place",
                item.name.span if item.name else item.span,
                _BITS if item.bits else _BYTES,
            )
        first = at.bit if at else base
        return replace(
            item, type=self.type(item.type, first, item.attributes.pins), at=first - base
        )

    def missing(self, subject: str, pin: str, span: Span, help: str) -> None:
        self.pins.report(
            Diagnostic("CB0030", f"{subject} is pinned without a {pin}", span, f"add {help}")
        )


_BYTES = "`__at(BYTE)`, counted from the start of the outermost struct"
_BITS = "`__at(BYTE, BIT)`, counted from the start of the outermost struct"


def _body_of(node: CType) -> RecordBody | None:
    """The struct or union that a type writes out."""
    while isinstance(node, ctree.ArrayType):
        node = node.element
    return node if isinstance(node, RecordBody) else None


def _called(body: RecordBody | None) -> str:
    kind = body.kind if body else "member"
    return f"`{kind} {body.tag.text}`" if body and body.tag else f"this {kind}"
