"""C declarations of the types that a program needs, and what is asserted of their layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cbprove.language import scalars, syntax
from cbprove.language.elaborate_context import Context
from cbprove.layout.abi import ABIS
from cbprove.reproduce import shapes
from cbprove.reproduce.pinned import gaps
from cbprove.reproduce.spelling import identifier, refuse

if TYPE_CHECKING:
    from cbprove.reproduce.static import Static

_STANDARD = frozenset(["size_t", "ptrdiff_t", "bool"])


class Types:
    """Names types, and remembers which ones were named: these are declared, in an order that C accepts."""

    def __init__(self, cx: Context) -> None:
        self.cx = cx
        self.names = cx.names
        self.static: Static
        self.typedefs: dict[str, str] = {}
        self.declared: dict[tuple[str, str], list[str]] = {}

    # --- names of types -----------------------------------------------------------------------------------

    def name(self, type: syntax.CType) -> str:
        """A type as C names it; what it needs is declared."""
        match type:
            case syntax.NamedType(name):
                return self._named(name.text)
            case syntax.TaggedType(kind, tag):
                self.declare(tag.text)
                return f"{kind} {tag.text}"
            case syntax.PointerType():
                return "void *"
            case syntax.ArrayType():
                base, dimensions = self._array(type)
                return f"__typeof__({self.name(base)}{dimensions})"
            case syntax.EnumBody() | syntax.RecordBody():
                if type.tag is not None:
                    return self.name(syntax.TaggedType(getattr(type, "kind", "enum"), type.tag))
                return self.body(type)

    def _named(self, name: str) -> str:
        typedef = self.names.typedefs.get(name)
        if typedef is not None:
            if ("typedef", name) not in self.declared:
                text = self.declarator(typedef.type, identifier(name))
                self.declared["typedef", name] = [f"typedef {text}{self._attributes(typedef.attributes)};"]
            return identifier(name)
        if name in scalars.ADDRESSES:
            self.typedefs[name] = "__typeof__(_Generic((char (*)[sizeof(void *)])0, char (*)[8]: 0ULL, default: 0U))"
            return name
        if name in scalars.ALIGNED_TO_8:
            self.typedefs[name] = f"{scalars.ALIGNED_TO_8[name]} __attribute__((aligned(8)))"
            return name
        if name in _STANDARD:
            return "_Bool" if name == "bool" else name
        words = scalars.canonical(name)
        assert words is not None
        plain = "unsigned char" if words == "char" else words
        if name in scalars.CANONICAL and not name.startswith("__int128"):
            self.typedefs[name] = plain
            return name
        return plain

    # --- declarations -------------------------------------------------------------------------------------

    def declare(self, tag: str) -> None:
        """A struct, union or enum by its tag; each arm of a packing is a struct of its own."""
        if ("tag", tag) in self.declared:
            return
        self.declared["tag", tag] = []
        found = self.names.tags[tag]
        if isinstance(found, syntax.Packing):
            lines: list[str] = []
            for arm in found.arms:
                title = f"\t/* {arm.title} */" if arm.title else ""
                body = self._record(arm.body, f"{tag}_{arm.name.text}")
                lines += [f"{body};{title}"]
        else:
            lines = [f"{self.body(found)};"]
        del self.declared["tag", tag]  # again, behind what it needs
        self.declared["tag", tag] = lines

    def body(self, type: syntax.RecordBody | syntax.EnumBody) -> str:
        """The type with its members."""
        tag = type.tag.text if type.tag else ""
        return self._record(type, tag) if isinstance(type, syntax.RecordBody) else self._enum(type, tag)

    def _record(self, type: syntax.RecordBody, tag: str) -> str:
        head, attributes = f"{type.kind} {tag}".rstrip(), self._attributes(type.attributes)
        lines = self.members(type.members)
        apart = gaps(self.cx, type)
        if apart is not None:
            (*before, rest), align = apart
            lines = [
                text
                for gap, member in zip(before, type.members, strict=True)
                for text in (*gap, *self.members((member,)))
            ]
            lines, attributes = [*lines, *rest], f" __attribute__((packed, aligned({align})))"
        return "\n".join([f"{head} {{", *(f"\t{text}" for text in lines), f"}}{attributes}"])

    def members(self, items: tuple[syntax.MemberItem, ...]) -> list[str]:
        """The lines of the members of a struct."""
        lines: list[str] = []
        for item in items:
            if isinstance(item, syntax.MemberChoice):
                lines += self._choice(item)
            else:
                lines += self._member(item).split("\n")
        return lines

    def _choice(self, item: syntax.MemberChoice) -> list[str]:
        text = self.static.condition(item.condition)
        if text is None:
            refuse("this condition of a member", item.condition.span)
        lines = [f"#if {text}", *self.members(item.then)]
        if item.otherwise:
            lines += ["#else", *self.members(item.otherwise)]
        return [*lines, "#endif"]

    def _member(self, member: syntax.Member) -> str:
        text = self.declarator(member.type, member.name.text if member.name else "")
        bits = f":{self._count(member.bits)}" if member.bits is not None else ""
        return f"{text}{bits}{self._attributes(member.attributes)};"

    def declarator(self, type: syntax.CType, name: str) -> str:
        base, dimensions = self._array(type) if isinstance(type, syntax.ArrayType) else (type, "")
        text = self.name(base)
        return f"{text}{'' if text.endswith('*') or not name else ' '}{name}{dimensions}"

    def _array(self, type: syntax.CType) -> tuple[syntax.CType, str]:
        dimensions = ""
        while isinstance(type, syntax.ArrayType):
            dimensions += "[]" if type.count is None else f"[{self._count(type.count)}]"
            type = type.element
        return type, dimensions

    def _count(self, node: syntax.Expr) -> str:
        return str(node.value) if isinstance(node, syntax.Number) else self.static.text(node)

    def _enum(self, type: syntax.EnumBody, tag: str) -> str:
        parts = []
        for one in type.enumerators:
            value = f" = {self.static.text(one.value)}" if one.value is not None else ""
            parts.append(f"{identifier(one.name.text)}{value}")
        return f"enum {tag} {{ {', '.join(parts)} }}{self._attributes(type.attributes)}".replace("  ", " ")

    def _attributes(self, attributes: syntax.Attributes) -> str:
        words = ["packed"] if attributes.packed else []
        words += [self._aligned(align) for align in attributes.aligned]
        return f" __attribute__(({', '.join(words)}))" if words else ""

    def _aligned(self, align: syntax.Expr | syntax.Boundary) -> str:
        if not isinstance(align, syntax.Boundary):
            return f"aligned({self._count(align)})"
        if align.of == "largest":
            return "aligned"
        *others, (_, last) = [(name, ABIS[str(name)].cache_line) for name in self.names.axes["abi"].values]
        text = "".join(f"{shapes.is_axis('abi', str(name))} ? {line} : " for name, line in others)
        return f"aligned({text}{last})"

    # --- members, for sizeof ------------------------------------------------------------------------------

    def member_text(self, node: syntax.Place) -> str:
        """A place as an expression of its type, that is never evaluated."""
        name, suffixes = node.base.text, node.suffixes
        if name == "parent" or (name not in self.names.views and name not in self.names.objects):
            assert isinstance(suffixes[0], syntax.Dot)
            name, suffixes = suffixes[0].name.text, suffixes[1:]
            if name not in self.names.views and name not in self.names.objects:
                first = self.names.first_object()
                suffixes = (syntax.Dot(syntax.Name(name, node.span)), *suffixes)
                return self._chain(f"((struct object_{first} *)0)", suffixes)
        if name in self.names.views:
            type = self.names.views[name].view.type
            pointer = "*" if self.name(type).endswith("*") else " *"
            return self._chain(f"(({self.name(type)}{pointer})0)", suffixes)
        return self._chain(f"((struct object_{name} *)0)", suffixes)

    def _chain(self, pointer: str, suffixes: tuple[shapes.Suffix, ...]) -> str:
        """What a null pointer points at, or a member of it."""
        text = pointer
        if not suffixes or not isinstance(suffixes[0], syntax.Dot):
            text = f"(*{pointer})" if suffixes else f"*{pointer}"
        elif suffixes:
            text, suffixes = f"{pointer}->{suffixes[0].name.text}", suffixes[1:]
        for suffix in suffixes:
            if isinstance(suffix, syntax.Dot):
                text += f".{suffix.name.text}"
            elif isinstance(suffix, syntax.Index):
                text += "[0]"
        return text
