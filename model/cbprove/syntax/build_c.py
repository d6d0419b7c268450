"""C declarations made into nodes: declarators turned inside out, kernel macros into what they
stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.frozen import replace
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.build_attributes import AttributeBuilder, Said, joined
from cbprove.syntax.ctree import Attributes, CType, Expr, MemberItem, Name
from cbprove.syntax.lexer import MAX_DEPTH, too_deep
from cbprove.syntax.tokens import Token

# A declarator on its way: its name, and what is done to the type before it, innermost last.
Declarator = tuple[Name | None, tuple[tuple[str, Expr | None, Span], ...]]
Declared = tuple[Declarator, Expr | None, Said, Span]
Group = tuple[MemberItem, ...]


class CBuilder(AttributeBuilder):
    """Types, members and the declarations that C has too."""

    def __init__(self, source: Source, report: Callable[[Diagnostic], None]) -> None:
        super().__init__(source, report)
        self.hoisted: list[syntax.Define | syntax.TypeDeclaration] = []

    # --- top level ---

    def type_declaration(self, span: Span, type: ctree.RecordBody | ctree.EnumBody) -> Any:
        return syntax.TypeDeclaration(type, span)

    def forward(self, type: CType) -> None:
        """`struct x;` says nothing that counts."""

    def plain_typedef(
        self,
        span: Span,
        before: Said,
        type: CType,
        after: Said,
        declared: tuple[Declared, ...],
    ) -> list[syntax.Typedef]:
        return self.typedefs(span, joined(before, after), type, declared)

    def body_typedef(
        self, span: Span, before: Said, type: CType, declared: tuple[Declared, ...]
    ) -> list[syntax.Typedef]:
        return self.typedefs(span, before, type, declared)

    def typedefs(
        self, span: Span, before: Said, type: CType, declared: tuple[Declared, ...]
    ) -> list[syntax.Typedef]:
        """One typedef for each declarator."""
        nodes = []
        for (name, changes), bits, attributes, place in declared:
            if name is None or bits is not None:
                self.mistake("CB0029", "a typedef of bits", place, "bits belong to members")
            else:
                node = self.applied(type, changes)
                nodes.append(syntax.Typedef(name, node, joined(before, attributes), span))
        return nodes

    def define(self, span: Span, name: Token, value: Expr) -> syntax.Define:
        if self.source.text[name.end : name.end + 1] == "(":
            from cbprove.syntax.wording import macro_mistake

            message, help = macro_mistake(name.text)
            self.mistake("CB0025", message, self.span(name), help)
        return syntax.Define(self.name(name), value, span)

    def packing(
        self,
        span: Span,
        kind: Literal["struct", "union"],
        tag: Token,
        default: Token | None,
        *arms: Any,
    ) -> syntax.Packing:
        """The arms get the kind and the tag of the packing."""
        name = self.name(tag)
        bodies = tuple(replace(arm, body=replace(arm.body, kind=kind, tag=name)) for arm in arms)
        return syntax.Packing(kind, name, bodies, self.maybe_name(default), span)

    def arm(
        self, span: Span, name: Token, title: str | None, members: Group, attributes: Said
    ) -> syntax.Arm:
        body = ctree.RecordBody("struct", None, members, joined(attributes), span)
        return syntax.Arm(self.name(name), title or "", body)

    def pinned(
        self, span: Span, abi: Token, origin: str | None, *entries: Any
    ) -> list[syntax.Declaration]:
        """The declarations of the block, each struct and union with where it was found."""
        nodes: list[syntax.Declaration] = []
        for entry in entries:
            nodes.extend(entry if isinstance(entry, list) else [entry] if entry is not None else [])
        return self.pins.pinned(ctree.Pinning(self.name(abi), origin or ""), span, nodes)

    # --- types ---

    def word(self, token: Token) -> str:
        return token.text

    record_kind = word

    def record(
        self,
        span: Span,
        kind: Any,
        before: Said,
        tag: Token | None,
        members: Group,
        after: Said,
    ) -> ctree.RecordBody:
        return ctree.RecordBody(kind, self.maybe_name(tag), members, joined(before, after), span)

    def enum(
        self, span: Span, before: Said, tag: Token | None, enumerators: Any, after: Said
    ) -> ctree.EnumBody:
        return ctree.EnumBody(self.maybe_name(tag), enumerators, joined(before, after), span)

    def enumerators(self, *items: Any) -> tuple[ctree.Enumerator, ...]:
        """The enumerators in order; a `#define` among them is a declaration of its own. A `#if`
        may end with a comma or not."""
        enumerators: list[ctree.Enumerator] = []
        last = ""
        for item in items:
            if isinstance(item, syntax.Define):
                self.hoist(item)
            elif isinstance(item, tuple):
                enumerators.extend(item)
                last = "choice"
            else:
                text, at = (
                    (item.text, item) if isinstance(item, Token) else (item.name.text, item.name)
                )
                kind = "comma" if isinstance(item, Token) else "enumerator"
                if kind == last:
                    expectation = "a name" if kind == "comma" else "`,`"
                    place = self.span(at) if isinstance(at, Token) else at.span
                    help = "it is written `enum NAME { A, B = 2 };`"
                    self.mistake("CB0020", f"expected {expectation}, found `{text}`", place, help)
                if isinstance(item, ctree.Enumerator):
                    enumerators.append(item)
                last = kind
        return tuple(enumerators)

    def comma(self, sign: Token) -> Token:
        return sign

    def enumerator(self, name: Token, attributes: None, value: Expr | None) -> ctree.Enumerator:
        return ctree.Enumerator(self.name(name), value)

    def enum_attributes(self, *attributes: Attributes) -> None:
        """`__attribute__((unused))` and its like of one enumerator say nothing of its value."""

    def enum_choice(
        self,
        condition: Expr,
        enumerators: tuple[ctree.Enumerator, ...],
        otherwise: tuple[ctree.Enumerator, ...] | None,
    ) -> tuple[ctree.Enumerator, ...]:
        negated = ctree.Unary("!", condition, condition.span)
        return tuple(
            replace(enumerator, conditions=(node, *enumerator.conditions))
            for node, arm in ((condition, enumerators), (negated, otherwise or ()))
            for enumerator in arm
        )

    enum_elif = enum_choice

    def tagged_record(self, kind: Any, attributes: Said, tag: Token) -> ctree.TaggedType:
        return ctree.TaggedType(kind, self.name(tag))

    def tagged_enum(self, attributes: Said, tag: Token) -> ctree.TaggedType:
        return ctree.TaggedType("enum", self.name(tag))

    def word_type(self, span: Span, *words: str) -> ctree.NamedType:
        return ctree.NamedType(Name(" ".join(words), span))

    def named_type(self, name: Token) -> ctree.NamedType:
        return ctree.NamedType(self.name(name))

    def pointer_type(self, span: Span, node: CType) -> ctree.PointerType:
        return ctree.PointerType(_said(node), span)

    def array_type(self, span: Span, element: CType, counts: tuple[Expr, ...]) -> CType:
        for count in reversed(counts):
            element = ctree.ArrayType(element, count, span)
        return element

    sized_array = array_type

    def dimensions(self, span: Span, *counts: Expr) -> tuple[Expr, ...]:
        if len(counts) > MAX_DEPTH:
            raise too_deep(self.source, span.start, span.end)
        return counts

    # --- members ---

    def members(self, *items: Any) -> Group:
        """The members in order; a `#define` among them is a declaration of its own and goes
        before the struct."""
        nodes: list[MemberItem] = []
        for item in items:
            if isinstance(item, syntax.Define):
                self.hoist(item)
            else:
                nodes.extend(item)
        return tuple(nodes)

    def hoist(self, declaration: syntax.Define | syntax.TypeDeclaration) -> None:
        """Keep a declaration that stands inside another one."""
        self.hoisted.append(declaration)

    def member(
        self,
        before: Said,
        type: CType,
        after: Said,
        declared: tuple[Declared, ...],
    ) -> Group:
        return self.members_of(joined(before, after), type, declared)

    def body_member(self, before: Said, type: CType, declared: tuple[Declared, ...]) -> Group:
        return self.members_of(before, type, declared)

    def anonymous(self, span: Span, before: Said, type: CType) -> Group:
        return (ctree.Member(None, type, None, joined(before), span),)

    def embedded(self, span: Span, before: Said, type: CType, after: Said) -> Group:
        """`struct head;` among members: with -fms-extensions its members are there, as those of
        an anonymous struct."""
        if not isinstance(type, ctree.TaggedType) or type.kind == "enum":
            end = Span(self.source, span.end - 1, span.end)
            self.mistake(
                "CB0020", "expected a name, found `;`", end, "a member is written `TYPE NAME;`"
            )
            return ()
        return (ctree.Member(None, type, None, joined(before, after), span),)

    def members_of(self, before: Said, type: CType, declared: tuple[Declared, ...]) -> Group:
        return tuple(
            ctree.Member(name, self.applied(type, changes), bits, joined(before, attributes), span)
            for (name, changes), bits, attributes, span in declared
        )

    def declarators(self, *declared: Declared) -> tuple[Declared, ...]:
        return declared

    def declared(
        self, span: Span, declarator: Declarator, bits: Expr | None, attributes: Said
    ) -> Declared:
        return declarator, bits, attributes, span

    def unnamed_bits(self, span: Span, bits: Expr, attributes: Said) -> Declared:
        return (None, ()), bits, attributes, span

    # --- declarators: each says what it does to the type, the outermost first ---

    def declared_name(self, name: Token) -> Declarator:
        return self.name(name), ()

    def pointer(self, span: Span, inner: Declarator) -> Declarator:
        return inner[0], (("pointer", None, span), *inner[1])

    def group(self, inner: Declarator) -> Declarator:
        return inner

    def array(self, span: Span, inner: Declarator, count: Expr | None) -> Declarator:
        return inner[0], (("array", count, span), *inner[1])

    def function(self, span: Span, inner: Declarator, parameters: Any) -> Declarator:
        return inner[0], (("function", None, span), *inner[1])

    def applied(self, type: CType, changes: tuple[tuple[str, Expr | None, Span], ...]) -> CType:
        """The type of a declarator: what was said before it, changed from the outside in."""
        function = False
        for change, count, span in changes:
            if change == "pointer":
                if isinstance(type, ctree.RecordBody | ctree.EnumBody) and type.tag is not None:
                    # `typedef struct x { } *y;` declares x too
                    self.hoist(syntax.TypeDeclaration(type, type.span))
                type = ctree.PointerType("function" if function else _said(type), span)
                function = False
            elif function:
                break
            elif change == "array":
                type = ctree.ArrayType(type, count, span)
            else:
                function = True
        if function:
            self.mistake(
                "CB0029",
                "a function is not a member",
                span,
                "a pointer to it is: `int (*name)(int)`",
            )
        return type

    def nothing(self, *parts: Any) -> None:
        """What a function pointer takes: read over."""

    parameters = parameter = pointers = parameter_name = parameter_group = nothing
    parameter_array = parameter_function = nothing

    # --- `#if` among members ---

    def choice(self, span: Span, condition: Expr, nodes: Group, otherwise: Group | None) -> Group:
        self.choose(condition, span)
        return (ctree.MemberChoice(condition, nodes, otherwise or (), span),)

    elif_ = choice

    def choose(self, condition: Expr, span: Span) -> None:
        """A `#define` in both arms of a `#if` is one, with the value of the arm that counts: the
        first stands in the first."""
        first: dict[str, syntax.Define] = {}
        for define in [
            d for d in self.hoisted if isinstance(d, syntax.Define) and d.span.start >= span.start
        ]:
            other = first.setdefault(define.name.text, define)
            if other is not define:
                value = ctree.Conditional(condition, other.value, define.value, define.span)
                self.hoisted = [
                    replace(d, value=value) if d is other else d
                    for d in self.hoisted
                    if d is not define
                ]

    def ifdef(self, name: Token) -> Expr:
        return self.defined(name)

    def ifndef(self, span: Span, name: Token) -> Expr:
        return ctree.Unary("!", self.defined(name), span)

    # --- kernel macros ---

    def struct_group(self, span: Span, name: Token, members: Group, attributes: Said) -> Group:
        return self.mirrored(span, None, name, Attributes(), members)

    def struct_group_attr(self, span: Span, name: Token, attributes: Said, members: Group) -> Group:
        return self.mirrored(span, None, name, attributes, members)

    def struct_group_tagged(self, span: Span, tag: Token, name: Token, members: Group) -> Group:
        return self.mirrored(span, tag, name, Attributes(), members)

    def struct_group_full(
        self, span: Span, tag: Token | None, name: Token, attributes: Said, members: Group
    ) -> Group:
        return self.mirrored(span, tag, name, attributes, members)

    def mirrored(
        self, span: Span, tag: Token | None, name: Token, attributes: Said, members: Group
    ) -> Group:
        """The same members twice over: bare, and as a struct with a name."""
        bare = ctree.RecordBody("struct", None, members, joined(attributes), span)
        named = ctree.RecordBody("struct", self.maybe_name(tag), members, joined(attributes), span)
        mirrored_pair = (
            ctree.Member(None, bare, None, Attributes(), span),
            ctree.Member(self.name(name), named, None, Attributes(), span),
        )
        return (
            ctree.Member(
                None,
                ctree.RecordBody("union", None, mirrored_pair, joined(attributes), span),
                None,
                Attributes(),
                span,
            ),
        )

    def bitmap(self, span: Span, name: Token, bits: Expr, attributes: Said) -> Group:
        """An array of as many longs as the bits need."""
        word = ctree.NamedType(Name("unsigned long", span))
        long = ctree.NamedType(Name("long", span))
        long_bits = ctree.Binary("*", ctree.Number(8, "", span), ctree.Sizeof(long, span), span)
        rounded = ctree.Binary(
            "-", ctree.Binary("+", bits, long_bits, span), ctree.Number(1, "", span), span
        )
        longs = ctree.ArrayType(word, ctree.Binary("/", rounded, long_bits, span), span)
        return (ctree.Member(self.name(name), longs, None, joined(attributes), span),)

    def flexible(self, span: Span, type: CType, name: Token, attributes: Said) -> Group:
        return (
            ctree.Member(
                self.name(name), ctree.ArrayType(type, None, span), None, joined(attributes), span
            ),
        )


def _said(type: CType) -> str:
    """A type that is pointed to, in words."""
    match type:
        case ctree.NamedType(name):
            return name.text
        case ctree.TaggedType(kind, tag):
            return f"{kind} {tag.text}"
        case ctree.RecordBody(kind=kind, tag=tag):
            return f"{kind} {tag.text}" if tag else kind
        case ctree.EnumBody(tag=tag):
            return f"enum {tag.text}" if tag else "enum"
        case ctree.PointerType(target):
            return f"{target} *"
        case _:
            return "array"
