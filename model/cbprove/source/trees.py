"""Cursors of libclang to nodes: types, expressions and statements of one file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cbprove.frozen import replace
from cbprove.source import cursors
from cbprove.source.code import VOID, CType, Field, Function, Node, can_hold_an_address
from cbprove.source.records import Lies, lies

_QUALIFIER = re.compile(r"\b(?:const|volatile|restrict)\b")
_LONG = 2000  # bytes of a statement that are looked at


class Trees:
    """Cursors to nodes. Types are remembered by spelling: a file has few."""

    def __init__(self, clang: Any, texts: dict[str, bytes]) -> None:
        self.clang, self.lib = clang, clang.conf.lib
        self.types: dict[tuple[int, str], CType] = {}
        self.places: dict[tuple[int, int], Lies] = {}
        self.texts = texts

    def function(self, cursor: Any, path: str) -> Function:
        children = list(cursor.get_children())
        params = tuple(
            (each.spelling, each.hash, self.type(each.type))
            for each in children
            if each._kind_id == cursors.PARAMETER
        )
        place = cursor.location
        return Function(
            name=cursor.spelling,
            file=place.file.name,
            line=place.line,
            params=params,
            body=self.node(children[-1]),
            own=place.file.name == path and not path.endswith(".h"),
            result=self.type(cursor.result_type),
        )

    def type(self, of: Any) -> CType:
        kind = of.kind.value
        key = (kind, of.spelling)
        if key not in self.types:
            self.types[key] = self._type(of.get_canonical())
        return self.types[key]

    def _type(self, of: Any) -> CType:
        shape = cursors.TYPES.get(of.kind.value, "scalar")
        if shape == "pointer":
            return CType(
                "pointer", of.spelling, max(of.get_size(), -1), self.type(of.get_pointee())
            )
        if shape == "array":
            return CType(
                "array", of.spelling, max(of.get_size(), -1), self.type(of.get_array_element_type())
            )
        if shape == "record":
            tag = of.get_declaration().spelling
            return CType("record", tag if tag.isidentifier() else "", max(of.get_size(), -1))
        if shape == "function":
            return CType("function", "", 1)
        if of.kind.value == cursors.VOID:
            return VOID
        # A builtin function has a type that nobody may ask for its size.
        is_sized = of.kind.value in cursors.SIZED
        return CType("scalar", of.spelling, max(of.get_size(), -1) if is_sized else -1)

    def node(self, cursor: Any) -> Node:
        kind = cursors.KINDS.get(cursor._kind_id, "other")
        make = getattr(self, f"_{kind}", None)
        if make is not None:
            node_made: Node = make(cursor)
            return node_made
        return self.plain(cursor, kind, tuple(self.node(each) for each in self.parts(cursor)))

    def _again(self, cursor: Any) -> Node:
        """Where a run may come by once more, or from elsewhere: a loop, a switch and its cases,
        a label."""
        name = (
            "loop"
            if cursor._kind_id in cursors.LOOPS
            else f"label {cursor.spelling}"
            if cursor._kind_id == cursors.LABEL
            else ""
        )
        return self.plain(
            cursor, "again", tuple(self.node(each) for each in self.parts(cursor)), name
        )

    def _goto(self, cursor: Any) -> Node:
        return self.plain(
            cursor, "goto", (), next((each.spelling for each in cursor.get_children()), "")
        )

    def _other(self, cursor: Any) -> Node:
        """What libclang has no name for: conversions; `offsetof` and comparisons of types, which
        evaluate nothing."""
        inside = list(cursor.get_children())
        parts = [each for each in inside if each._kind_id >= 100]
        if (
            cursor._kind_id == cursors.UNEXPOSED
            and inside
            and self._evaluates_nothing(cursor, inside)
        ):
            return self.plain(cursor, "nothing", ())
        return self.plain(
            cursor, "other", tuple(self.node(each) for each in parts), **self.written(cursor, parts)
        )

    def written(self, cursor: Any, parts: list[Any]) -> dict[str, Any]:
        """Where a conversion to a pointer to a struct or to a word stands, and the statement
        there: a macro's use, as may be."""
        inner = self.type(cursor.type).inner
        if (
            inner is None
            or (inner.size < 2 and inner.shape != "record")
            or not parts
            or self._points(parts[-1]) == inner
        ):
            return {}
        place = cursor.location
        if place.file is None:
            return {}
        text_before, _, _ = self.text(place.file.name)[
            place.offset : place.offset + _LONG
        ].partition(b";")
        spelled = _QUALIFIER.sub("", cursor.type.get_pointee().spelling).strip()
        return {
            "written": (place.file.name, place.line, text_before.decode(errors="replace"), spelled)
        }

    def _points(self, cursor: Any) -> CType | None:
        return self.type(cursor.type).inner

    def text(self, path: str) -> bytes:
        """The bytes of a file."""
        if path not in self.texts:
            try:
                self.texts[path] = Path(path).read_bytes()
            except OSError:
                self.texts[path] = b""
        return self.texts[path]

    def _evaluates_nothing(self, cursor: Any, inside: list[Any]) -> bool:
        if inside[-1]._kind_id == cursors.MEMBER_NAME:
            return True
        # A comparison of types has a constant value; a conversion is spelt as its operand is.
        apart = len(inside) > 1 or not cursor.spelling
        return apart and cursor.type.kind.value in cursors.SIZED and self.number(cursor) is not None

    def plain(
        self, cursor: Any, kind: str, children: tuple[Node, ...], name: str = "", **further: Any
    ) -> Node:
        type = self.type(cursor.type) if cursor._kind_id < 200 else VOID
        return Node(
            kind,
            name,
            type,
            cursor.location.line if kind in _WITH_LINES else 0,
            children,
            **further,
        )

    def parts(self, cursor: Any) -> list[Any]:
        return [each for each in cursor.get_children() if each._kind_id >= 100]

    def last(self, cursor: Any, kind: str) -> Node:
        """Of a cast or literal the operand alone: what stands before it is its type, and not
        evaluated."""
        parts = self.parts(cursor)
        return self.plain(
            cursor, kind, (self.node(parts[-1]),) if parts else (), **self.written(cursor, parts)
        )

    def _name(self, cursor: Any) -> Node:
        type = self.type(cursor.type)
        if type.shape == "function" or not cursor.referenced:
            return Node("name", cursor.spelling, type, 0)
        variable = cursor.referenced
        lasting = type.shape == "pointer" and self.lasting(variable)
        return Node("name", cursor.spelling, type, 0, variable=variable.hash, lasting=lasting)

    def lasting(self, variable: Any) -> bool:
        """Whether a variable outlives the call: one of the file, or one that is static."""
        if variable._kind_id != cursors.VARIABLE:
            return False
        is_static = self.lib.clang_Cursor_getStorageClass(variable) == cursors.STATIC
        return bool(is_static or self.lib.clang_getCursorLinkage(variable) > cursors.NO_LINKAGE)

    def _member(self, cursor: Any) -> Node:
        parts = self.parts(cursor)[:1]
        while parts and self.unnamed(parts[0]):  # which libclang shows or leaves out
            parts = self.parts(parts[0])[:1]
        referenced = cursor.referenced
        field = None
        if referenced is not None and referenced._kind_id == cursors.FIELD and parts:
            width = (
                referenced.get_bitfield_width()
                if referenced.is_bitfield()
                else max(referenced.type.get_size(), 0) * 8
            )
            name = referenced.spelling if referenced.spelling.isidentifier() else ""
            member_found = self.lies(referenced, parts[0].type)
            field = Field(
                record=member_found.record,
                name=name,
                start=member_found.start,
                width=width,
                beside=member_found.beside,
                inside=member_found.inside,
            )
        return self.plain(
            cursor, "member", tuple(self.node(each) for each in parts), cursor.spelling, field=field
        )

    def unnamed(self, cursor: Any) -> bool:
        """Whether this is an anonymous record of what it is taken of."""
        referenced = cursor.referenced if cursor._kind_id == cursors.MEMBER else None
        return (
            referenced is not None
            and referenced._kind_id == cursors.FIELD
            and not referenced.spelling.isidentifier()
        )

    def lies(self, field: Any, base: Any) -> Lies:
        """Where a field lies in the record that it is taken of; libclang leaves out anonymous
        records between them."""
        kind = base.get_canonical()
        record = (
            (kind.get_pointee() if kind.kind.value == cursors.POINTER else kind)
            .get_canonical()
            .get_declaration()
        )
        key = (field.hash, record.hash)
        if key not in self.places:
            self.places[key] = lies(field, record)
        return self.places[key]

    def _call(self, cursor: Any) -> Node:
        children = [self.node(each) for each in self.parts(cursor)]
        arguments = list(cursor.get_arguments())
        values = tuple(
            self._with_value(node, each)
            for node, each in zip(children[-len(arguments) :], arguments, strict=False)
        )
        called = tuple(children[: len(children) - len(arguments)])
        referenced = cursor.referenced
        name = (
            cursor.spelling
            if referenced is not None and referenced._kind_id == cursors.FUNCTION
            else ""
        )  # a member's is no function's
        return self.plain(cursor, "call", (*called, *values), name, value=len(arguments))

    def _with_value(self, node: Node, cursor: Any) -> Node:
        if node.type.shape != "scalar" or node.value is not None:
            return node
        return replace(node, value=self.number(cursor))

    def number(self, cursor: Any) -> int | None:
        """What the compiler makes of a constant expression."""
        result = self.lib.clang_Cursor_Evaluate(cursor)
        if not result:
            return None
        try:
            if self.lib.clang_EvalResult_getKind(result) != 1:
                return None
            return int(self.lib.clang_EvalResult_getAsLongLong(result))
        finally:
            self.lib.clang_EvalResult_dispose(result)

    def _integer(self, cursor: Any) -> Node:
        return Node("integer", "", self.type(cursor.type), 0)

    def _unary(self, cursor: Any) -> Node:
        operator = cursors.UNARY.get(self.lib.clang_getCursorUnaryOperatorKind(cursor), "other")
        return self.plain(
            cursor, "unary", tuple(self.node(each) for each in self.parts(cursor)), operator
        )

    def _binary(self, cursor: Any) -> Node:
        kind = self.lib.clang_getCursorBinaryOperatorKind(cursor)
        parts = self.parts(cursor)
        children = tuple(self.node(each) for each in parts)
        name = cursors.BINARY.get(kind, "other")
        if name in ("+", "-") and can_hold_an_address(self.type(cursor.type)):
            children = tuple(
                self._with_value(node, each) for node, each in zip(children, parts, strict=True)
            )
        return self.plain(cursor, "binary", children, name)

    def _compound(self, cursor: Any) -> Node:
        parts = self.parts(cursor)
        kind = self.lib.clang_getCursorBinaryOperatorKind(cursor)
        children = tuple(self.node(each) for each in parts)
        if can_hold_an_address(self.type(cursor.type)):
            children = (children[0], self._with_value(children[1], parts[1]))
        return self.plain(cursor, "compound", children, cursors.COMPOUND.get(kind, "other"))

    def _element(self, cursor: Any) -> Node:
        parts = self.parts(cursor)
        children = [self.node(each) for each in parts]
        children = [
            self._with_value(node, each) for node, each in zip(children, parts, strict=True)
        ]
        return self.plain(cursor, "element", tuple(children))

    def _cast(self, cursor: Any) -> Node:
        return self.last(cursor, "cast")

    def _literal(self, cursor: Any) -> Node:
        return self.last(cursor, "literal")

    def _list(self, cursor: Any) -> Node:
        """An initialiser; its number is 0 where every part of it is."""
        node = self.plain(cursor, "list", tuple(self.node(each) for each in self.parts(cursor)))
        return replace(node, value=0) if self._zero(cursor) else node

    def _zero(self, cursor: Any) -> bool:
        """Whether an initialiser says nothing but zero, null or false; what it leaves out is
        zero."""
        parts = self.parts(cursor)
        if cursor._kind_id == cursors.LIST:
            return all(self._zero(each) for each in parts)
        if cursor._kind_id in (cursors.UNEXPOSED, cursors.PAREN, cursors.CAST) and parts:
            return self._zero(parts[-1])
        return cursor._kind_id != cursors.LITERAL and self.number(cursor) == 0

    def _unevaluated(self, cursor: Any) -> Node:
        return self.plain(cursor, "nothing", ())

    def _generic(self, cursor: Any) -> Node:
        """`_Generic`: what is chosen among is read as if each were, what chooses is not
        evaluated."""
        return self.plain(
            cursor, "generic", tuple(self.node(each) for each in self.parts(cursor)[1:])
        )

    def _variable(self, cursor: Any) -> Node:
        start = self.lib.clang_Cursor_getVarDeclInitializer(cursor)
        start._tu = cursor._tu  # which the bindings set for functions that they know
        children = () if start._kind_id in (70, 0) else (self.node(start),)
        return Node(
            "variable",
            cursor.spelling,
            self.type(cursor.type),
            cursor.location.line,
            children,
            variable=cursor.hash,
        )

    def _declarations(self, cursor: Any) -> Node:
        variables = tuple(
            self.node(each) for each in cursor.get_children() if each._kind_id == cursors.VARIABLE
        )
        return Node("block", "", VOID, 0, variables)


_WITH_LINES = frozenset(
    (
        "member",
        "call",
        "binary",
        "compound",
        "unary",
        "element",
        "assembly",
        "literal",
        "list",
        "other",
        "return",
    )
)
