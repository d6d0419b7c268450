"""The types of one candidate as C declarations: as the spec writes them, with what is asserted
of their layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from cbprove.frozen import replace
from cbprove.layout.abi import LayoutError
from cbprove.layout.records import Layout, lay_out
from cbprove.layout.types import Record
from cbprove.meaning import builtin
from cbprove.meaning.context import Context
from cbprove.meaning.places import object_type
from cbprove.meaning.system import System
from cbprove.meaning.types import tagged, type_of
from cbprove.reproduce.spelling import WIDTH, identifier, wrapped
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.axes import AxisValue

Candidate = Mapping[str, AxisValue]

_BYTES = ("char", "unsigned char", "signed char")
_INNER = 92  # columns inside of braces
_STANDARD = frozenset(["size_t", "ptrdiff_t", "bool"])
_ADDRESS = "__typeof__(_Generic((char (*)[sizeof(void *)])0, char (*)[8]: 0ULL, default: 0U))"


class Structs:
    """Names types, and remembers which ones were named: these are declared, in an order that C
    accepts."""

    def __init__(self, system: System, candidate: Candidate) -> None:
        self.cx, self.candidate = system.context, candidate
        self.begin()
        self._typedefs: dict[str, list[str]] = {}
        self._declared: dict[tuple[str, str], list[str]] = {}
        self._aligned = self._packed = False

    def begin(self) -> None:
        """Speak of this candidate, after others were looked at."""
        self.cx.memo.begin(self.candidate)

    def tags_of_objects(self) -> dict[str, str]:
        """The tag that each object has as a struct: its name, unless a type of the spec is
        called so."""
        names = self.cx.names
        return {name: f"{name}_object" if name in names.tags else name for name in names.objects}

    def taken(self) -> frozenset[str]:
        """The names that types, constants and params have, which no variable may have."""
        names = self.cx.names
        return frozenset([*names.typedefs, *names.constants, *builtin.scalar_names(), *names.axes])

    def bit_fields(self) -> frozenset[str]:
        """The names that bit-fields have anywhere in the spec's structs."""
        return frozenset(_bit_fields_of(self.cx.names.tags.values()))

    def of_view(self, name: str) -> str:
        """The type of a pointer to a view."""
        return self.pointer(self.cx.names.views[name].view.type)

    def pointer(self, type: ctree.CType) -> str:
        """The type of a pointer to a type."""
        if isinstance(type, ctree.ArrayType):
            base, dimensions = self._array(type)
            return f"{self.name(base)} (*){dimensions}"
        named = self.name(type)
        return f"{named}*" if named.endswith("*") else f"{named} *"

    def is_bytes(self, object: str, area: str) -> bool:
        """Whether an area is an array of bytes, which a pointer may count in."""
        for member in self._chosen(self.cx.names.objects[object].members):
            if (
                member.name is not None
                and member.name.text == area
                and isinstance(member.type, ctree.ArrayType)
            ):
                element = member.type.element
                return (
                    isinstance(element, ctree.NamedType)
                    and builtin.canonical(element.name.text) in _BYTES
                )
        return False

    def attributes(self, aligned: bool) -> Iterator[str]:
        """What a kernel calls the attributes that stand in these types, or that are used
        otherwise."""
        if self._aligned or aligned:
            yield "#define __aligned(bytes) __attribute__((__aligned__(bytes)))"
        if self._packed:
            yield "#define __packed __attribute__((__packed__))"

    def lines(self, kernel: bool) -> Iterator[str]:
        """The declarations; a kernel has the scalars' names already."""
        if not kernel:
            for words, names in self._typedefs.items():
                yield from wrapped(f"typedef {words} {', '.join(names)};")
        for lines in self._declared.values():
            yield from lines

    def asserts(self) -> Iterator[str]:
        """What is asserted of the structs and unions that were named: sizes, and where members
        of found ones lie."""
        for kind, tag in self._declared:
            declaration = self.cx.names.tags.get(tag)
            if (
                kind == "tag"
                and declaration is not None
                and not isinstance(declaration, ctree.EnumBody)
            ):
                layout = self.cx.layout(tagged(self.cx, tag))
                yield f"SIZE({declaration.kind} {tag}, {layout.size});"
                if isinstance(declaration, ctree.RecordBody) and declaration.pinned is not None:
                    yield from (
                        f"AT({declaration.kind} {tag}, {name}, {at});"
                        for name, at in _offsets(layout, 0)
                    )

    def of_object(self, name: str, tag: str) -> Iterator[str]:
        """An object as a struct of this tag."""
        lines = self.members(self.cx.names.objects[name].members)
        one_line = f"struct {tag} {{ {' '.join(lines)} }};"
        if len(one_line) <= WIDTH:
            yield one_line
            return
        yield from [f"struct {tag} {{", *(f"\t{text}" for text in lines), "};"]

    def object_asserts(self, name: str, tag: str) -> Iterator[str]:
        """What is asserted of it."""
        yield f"SIZE(struct {tag}, {self.cx.layout(object_type(self.cx, name)).size});"

    # --- names of types ---------------------------------------------------------------------------

    def name(self, type: ctree.CType) -> str:
        """A type as C names it; what it needs is declared before."""
        match type:
            case ctree.NamedType(name):
                return self._named(name.text)
            case ctree.TaggedType(kind, tag):
                self._declare(tag.text)
                return f"{kind} {tag.text}"
            case ctree.PointerType():
                return "void *"
            case ctree.ArrayType():
                base, dimensions = self._array(type)
                return f"__typeof__({self.name(base)}{dimensions})"
            case ctree.RecordBody() | ctree.EnumBody() if type.tag is not None:
                self._declare(type.tag.text)
                return (
                    f"{type.kind if isinstance(type, ctree.RecordBody) else 'enum'} {type.tag.text}"
                )
            case ctree.RecordBody():
                return self._record(type, "")
            case ctree.EnumBody():
                return self._enum(type, "")

    def _named(self, name: str) -> str:
        typedef = self.cx.names.typedefs.get(name)
        if typedef is not None:
            if ("typedef", name) not in self._declared:
                text = self._declarator(typedef.type, identifier(name))
                self._declared["typedef", name] = [
                    f"typedef {text}{self._attributes(typedef.attributes)};"
                ]
            return identifier(name)
        if name in builtin.ALIGNED_TO_8:
            return self._scalar(
                name, f"{builtin.ALIGNED_TO_8[name]} __attribute__((__aligned__(8)))"
            )
        if name in _STANDARD:
            return "_Bool" if name == "bool" else name
        if name in builtin.ADDRESSES:
            return self._scalar(name, _ADDRESS)
        words = builtin.canonical(name)
        assert words is not None
        plain = "unsigned char" if words == "char" else words
        return (
            self._scalar(name, plain)
            if name in builtin.CANONICAL and not name.startswith("__int128")
            else plain
        )

    def _scalar(self, name: str, words: str) -> str:
        names = self._typedefs.setdefault(words, [])
        if name not in names:
            names.append(name)
        return name

    # --- declarations -----------------------------------------------------------------------------

    def _declare(self, tag: str) -> None:
        """A struct, union or enum by its tag; of a packing, the arm that the candidate has."""
        if ("tag", tag) in self._declared:
            return
        self._declared["tag", tag] = []
        declaration = self.cx.names.tags[tag]
        if isinstance(declaration, syntax.Packing):
            arm = next(arm for arm in declaration.arms if arm.name.text == self.cx.memo.value(tag))
            title = (
                f"\t/* {tag}_{arm.name.text}: {arm.title} */"
                if arm.title
                else f"\t/* {arm.name.text} */"
            )
            first, *rest = self._record(arm.body, tag).split("\n")
            lines = [f"{first}{title}", *rest]
        elif isinstance(declaration, ctree.EnumBody):
            lines = [self._enum(declaration, tag)]
        else:
            lines = self._record(declaration, tag).split("\n")
        del self._declared["tag", tag]  # again, behind what it needs
        self._declared["tag", tag] = [*lines[:-1], f"{lines[-1]};"]

    def _record(self, type: ctree.RecordBody, tag: str) -> str:
        head, attributes = f"{type.kind} {tag}".rstrip(), self._attributes(type.attributes)
        lines = self.members(type.members)
        apart = _gaps(self.cx, type)
        if apart is not None:
            (*before, rest), align = apart
            pairs = zip(before, self._chosen(type.members), strict=True)
            lines = [text for gap, member in pairs for text in (*gap, *self.members((member,)))]
            lines, attributes = [*lines, *rest], f" __packed __aligned({align})"
            self._packed = self._aligned = True
        return "\n".join([f"{head} {{", *(f"\t{text}" for text in lines), f"}}{attributes}"])

    def members(self, items: tuple[ctree.MemberItem, ...]) -> list[str]:
        """The lines of the members of a struct; those of one declaration share a line."""
        lines: list[str] = []
        for _, group in groupby(self._chosen(items), key=self._line_of):
            first, *rest = group
            text = self._member(first)
            for other in rest:
                text += f", {self._member(other).removeprefix(self.name(self._base(other.type))).strip()}"
            lines += [f"{text};"] if "\n" in text else wrapped(f"{text};", width=_INNER)
        return [part for text in lines for part in text.split("\n")]

    def _line_of(self, member: ctree.Member) -> object:
        """What members have in common that C may declare together: the type, in words, and no
        attributes."""
        base = self._base(member.type)
        plain = isinstance(base, ctree.NamedType | ctree.TaggedType) and member.name is not None
        alike = plain and member.attributes == ctree.Attributes()
        return (self.name(base), member.bits is None) if alike else id(member)

    def _chosen(self, items: tuple[ctree.MemberItem, ...]) -> Iterator[ctree.Member]:
        """The members that this candidate has."""
        for item in items:
            if isinstance(item, ctree.MemberChoice):
                yield from self._chosen(
                    item.then if self.cx.decided(item.condition) else item.otherwise
                )
            else:
                yield item

    def _member(self, member: ctree.Member) -> str:
        text = self._declarator(member.type, member.name.text if member.name else "")
        bits = f":{self.cx.number(member.bits)}" if member.bits is not None else ""
        return f"{text}{bits}{self._attributes(member.attributes)}"

    def _declarator(self, type: ctree.CType, name: str) -> str:
        base, dimensions = self._array(type) if isinstance(type, ctree.ArrayType) else (type, "")
        text = self.name(base)
        return f"{text}{'' if text.endswith('*') or not name else ' '}{name}{dimensions}"

    def _base(self, type: ctree.CType) -> ctree.CType:
        return self._array(type)[0] if isinstance(type, ctree.ArrayType) else type

    def _array(self, type: ctree.CType) -> tuple[ctree.CType, str]:
        dimensions = ""
        while isinstance(type, ctree.ArrayType):
            dimensions += "[]" if type.count is None else f"[{self.cx.number(type.count)}]"
            type = type.element
        return type, dimensions

    def _enum(self, type: ctree.EnumBody, tag: str) -> str:
        parts = []
        for enumerator in type.enumerators:
            value = f" = {self.cx.number(enumerator.value)}" if enumerator.value is not None else ""
            parts.append(f"{identifier(enumerator.name.text)}{value}")
        head = f"enum {tag}".rstrip()
        return f"{head} {{ {', '.join(parts)} }}{self._attributes(type.attributes)}"

    def _attributes(self, attributes: ctree.Attributes) -> str:
        self._packed |= attributes.packed
        self._aligned |= bool(attributes.aligned)
        words = ["__packed"] if attributes.packed else []
        return "".join(
            f" {word}" for word in [*words, *(self._alignment(each) for each in attributes.aligned)]
        )

    def _alignment(self, align: ctree.Expr | ctree.Boundary) -> str:
        if not isinstance(align, ctree.Boundary):
            return f"__aligned({self.cx.number(align)})"
        return (
            "__attribute__((__aligned__))"
            if align.of == "largest"
            else f"__aligned({self.cx.abi().cache_line})"
        )


def _offsets(layout: Layout, start: int) -> Iterator[tuple[str, int]]:
    """Named members that have an offset, those of anonymous structs too; in bytes."""
    for member in layout.members:
        if member.name is None and member.layout is not None:
            yield from _offsets(member.layout, start + member.offset)
        elif member.name is not None and not member.bitfield:
            yield member.name, (start + member.offset) // 8


def _gaps(cx: Context, body: ctree.RecordBody) -> tuple[list[list[str]], int] | None:
    """For a pinned struct that C lays out otherwise: the padding before each member and behind the
    last one, and the alignment.

    None where plain C does as well.
    """
    if body.pinned is None:
        return None
    type = type_of(cx, body)
    assert isinstance(type, Record)
    layout = lay_out(type, cx.abi())
    if _alike(layout, _natural(cx, type)):
        return None
    padding, end = [], 0
    for number, member in enumerate(layout.members):
        start = 0 if type.kind == "union" else member.offset
        padding.append(_padding(end, start, f"cb_gap{number}"))
        end = 0 if type.kind == "union" else start + member.width
    return [*padding, _padding(end, 8 * layout.size, "cb_rest")], layout.align


def _natural(cx: Context, type: Record) -> Layout | None:
    plain = replace(
        type, size=None, align=None, fields=tuple(replace(field, at=None) for field in type.fields)
    )
    try:
        return lay_out(plain, cx.abi())
    except LayoutError:
        return None


def _alike(layout: Layout, natural: Layout | None) -> bool:
    if natural is None or (layout.size, layout.align) != (natural.size, natural.align):
        return False
    pairs = zip(layout.members, natural.members, strict=True)
    return all(
        (member.offset, member.width) == (other.offset, other.width) for member, other in pairs
    )


def _padding(first: int, last: int, name: str) -> list[str]:
    """The bits [first, last) of nobody, in a packed struct: to the next whole byte, whole bytes,
    and what is left."""
    if first // 8 == last // 8:
        return [f"unsigned char :{last - first};"] if last > first else []
    byte = -(-first // 8)
    pieces = [f"unsigned char :{8 * byte - first};"] if first % 8 else []
    pieces += [f"unsigned char {name}[{last // 8 - byte}];"] if last // 8 > byte else []
    return [*pieces, *([f"unsigned char :{last % 8};"] if last % 8 else [])]


def _bit_fields_of(types: Iterable[object]) -> Iterator[str]:
    """The names that bit-fields have anywhere in these types."""
    for type in types:
        items: tuple[ctree.MemberItem, ...] = ()
        if isinstance(type, syntax.Packing):
            yield from _bit_fields_of(arm.body for arm in type.arms)
        elif isinstance(type, ctree.RecordBody):
            items = type.members
        yield from _in_members(items)


def _in_members(items: tuple[ctree.MemberItem, ...]) -> Iterator[str]:
    for item in items:
        if isinstance(item, ctree.MemberChoice):
            yield from _in_members((*item.then, *item.otherwise))
            continue
        inner = item.type
        while isinstance(inner, ctree.ArrayType):
            inner = inner.element
        yield from _bit_fields_of([inner])
        if item.bits is not None and item.name is not None:
            yield item.name.text
