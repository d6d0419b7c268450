"""Types of an artefact as pahole draws them: its structs, and what it concludes of alignments.

Types of an artefact as pahole spells them.
"""

from __future__ import annotations

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
)
from cbprove.artifacts.records import cyclic
from cbprove.frozen import frozen, replace
from cbprove.pictures.holes import Choices, Entry, Outline
from cbprove.pictures.pahole import CACHELINE, TYPE_COLUMNS, enumerated, printed


def text(types: Types, ref: Ref) -> str:
    """A struct, union, enumeration or typedef, as pahole prints it; raises SpecError for a
    struct that contains itself."""
    # DWARF has the attributes of alignment; of BTF pahole concludes them from the offsets.
    outlines = Outlines(types, infers=types.origin.startswith("BTF "))
    node = types.node(ref)
    match node:
        case Enumeration(tag):
            return enumerated(outlines.choices(node), tag)
        case Typedef(name, target):
            return outlines.typedef(name, target)
        case _:
            return printed(outlines.of(ref))


class Outlines:
    """The structs of one unit, each made once; pahole's spelling of their members' types."""

    def __init__(self, types: Types, infers: bool) -> None:
        self.types = types
        self.infers = infers
        self.made: dict[Ref, Outline | None] = {}

    def of(self, ref: Ref) -> Outline:
        """The outline of a struct or union."""
        node = self.types.node(ref)
        assert isinstance(node, Composite)
        outline = self.made.get(ref)
        if outline is None:
            if ref in self.made:
                raise cyclic(node)
            self.made[ref] = None
            outline = self.made[ref] = self._aligned(self._outline(node))
        return outline

    def typedef(self, name: str, target: Ref | None) -> str:
        """A typedef; what has no tag is written out in it."""
        node = None if target is None else self.types.node(target)
        if isinstance(node, Composite) and node.tag is None and target is not None:
            return f"typedef {printed(self.of(target), name)}"
        if isinstance(node, Enumeration) and node.tag is None:
            return f"typedef {enumerated(self.choices(node), None, name)}"
        if isinstance(node, Qualified) or node is None or target is None:
            return f"typedef {name_of(self.types, target)} {name};"
        spelt = declared(self.types, target, name)
        head = spelt.prefix + spelt.type
        # Only an array's element stands in a column here.
        head = head.ljust(TYPE_COLUMNS) if isinstance(node, Array) else head
        return f"typedef {head} {spelt.declarator.replace('[]', '[0]')};"

    def _outline(self, node: Composite) -> Outline:
        entries = tuple(self._entry(member) for member in node.members)
        return Outline(node.kind, node.tag, node.size, entries, node.align)

    def _aligned(self, outline: Outline) -> Outline:
        """With the alignments that the places of members, and the size, give away."""
        if not self.infers or outline.kind == "union":
            return outline
        end, entries = 0, []
        for entry in outline.entries:
            if entry.size == 0:
                entries.append(entry)
                continue
            entries.append(replace(entry, align=_alignment(entry.byte, entry.natural, end)))
            end = entry.byte + entry.size
        align = _alignment(outline.size, outline.natural, end)
        return replace(outline, entries=tuple(entries), align=align)

    def choices(self, node: Enumeration) -> Choices:
        """An enumeration; pahole takes BTF's values of 32 bits for unsigned ones."""
        unsigned = self.infers and node.size == 4
        return Choices(
            node.size,
            tuple((name, value % (1 << 32) if unsigned else value) for name, value in node.values),
        )

    # --- members ----------------------------------------------------------------------------------

    def _entry(self, member: Member) -> Entry:
        size, natural = self._measure(member.type)
        spelt = declared(self.types, member.type, member.name or "")
        entry = Entry(
            name=member.name,
            prefix=spelt.prefix,
            type=spelt.type,
            declarator=spelt.declarator,
            offset=member.offset,
            size=size,
            bits=member.bits,
            natural=natural,
            align=member.align,
        )
        node = self.types.node(member.type)
        if isinstance(node, Composite) and node.kind == "struct" and node.tag is not None:
            return replace(entry, struct=self.of(member.type))
        return self._opened(entry, member.type)

    def _opened(self, entry: Entry, ref: Ref) -> Entry:
        """With what is written out where it stands, behind arrays, `const` and one pointer."""
        node, brackets, prefix = self.types.node(ref), "", ""
        while isinstance(node, Array | Qualified) and not (
            isinstance(node, Qualified) and node.word != "const"
        ):
            if isinstance(node, Array):
                brackets, ref = f"{brackets}[{node.count}]", node.element
            elif node.type is None:
                return entry
            else:
                prefix, ref = f"{prefix}{node.word} ", node.type
            node = self.types.node(ref)
        star = isinstance(node, Pointer)
        if isinstance(node, Pointer):
            if node.to is None:
                return entry
            ref = node.to
            node = self.types.node(ref)
        inner = self._untagged(ref)
        if inner is None:
            return entry
        # pahole tells the padding of a struct written out as well, if nothing stands between it and
        # the member.
        plain = (
            not (brackets or star or prefix)
            and isinstance(inner, Outline)
            and inner.kind == "struct"
        )
        struct = inner if plain and isinstance(inner, Outline) else None
        return replace(
            entry, inner=inner, brackets=brackets, prefix=prefix, star=star, struct=struct
        )

    def _untagged(self, ref: Ref) -> Outline | Choices | None:
        node = self.types.node(ref)
        if isinstance(node, Composite) and node.tag is None:
            return self.of(ref)
        if isinstance(node, Enumeration) and node.tag is None:
            return self.choices(node)
        return None

    def _measure(self, ref: Ref) -> tuple[int, int]:
        """Size and natural alignment of a type, in bytes."""
        node = self.types.node(ref)
        match node:
            case Number(size=size) | Enumeration(size=size):
                return size, size or 1
            case Pointer():
                return self.types.abi.pointer_size, self.types.abi.pointer_size
            case Array(element, count):
                size, natural = self._measure(element)
                return size * count, natural
            case Typedef(type=inner) | Qualified(type=inner):
                return (0, 1) if inner is None else self._measure(inner)
            case Composite():
                outline = self.of(ref)
                return outline.size, outline.natural
            case _:
                return 0, 1


def _alignment(place: int, natural: int, end: int) -> int | None:
    """The alignment (bytes) that a place gives away: the power of two above what was left free in
    front of it.

    One that is no more than natural says nothing. Where the place is at a line of the cache, that
    is what was asked for.
    """
    free = place - end
    if free <= 0 or place % 2:
        return None
    align = 1 << free.bit_length()
    if align <= natural:
        return None
    return CACHELINE if align < CACHELINE and place % CACHELINE == 0 else align


@frozen
class Spelt:
    """A declaration in parts: what counts as part of the type's width, the type, and what stands
    in the column of names."""

    prefix: str
    type: str
    declarator: str


def declared(types: Types, ref: Ref, name: str) -> Spelt:
    node = types.node(ref)
    match node:
        case Pointer(target) if target is not None and isinstance(
            function := types.node(target), Function
        ):
            return Spelt(
                "", name_of(types, function.returns), f"(*{name}){_parameters(types, function)}"
            )
        case Function():
            return Spelt("", name_of(types, node.returns), f"({name}){_parameters(types, node)}")
        case Array(element, count):
            return _array(types, element, count, name)
        case Qualified(word, inner) if word in ("const", "_Atomic") and inner is not None:
            spelt = declared(types, inner, name)
            return replace(spelt, prefix=f"{word} {spelt.prefix}")
        case Composite(kind, tag) | Forward(kind, tag) if tag is not None:
            return Spelt(f"{kind} ", tag, name)
        case Enumeration(tag) if tag is not None:
            return Spelt("enum ", tag, name)
        case _:
            return Spelt("", name_of(types, ref), name)


def _array(types: Types, element: Ref, count: int, name: str) -> Spelt:
    inner = types.node(element)
    if (
        count == 0
        and isinstance(inner, Qualified)
        and inner.word == "const"
        and inner.type is not None
    ):
        element = inner.type
    # The dimensions in C's order; what follows a function pointer's name stays behind all of it.
    spelt = declared(types, element, name)
    brackets = f"[{count or ''}]"
    if isinstance(types.node(element), Array):
        cut = spelt.declarator.index("[")
        return replace(spelt, declarator=spelt.declarator[:cut] + brackets + spelt.declarator[cut:])
    return replace(spelt, declarator=spelt.declarator + brackets)


def name_of(types: Types, ref: Ref | None) -> str:
    """A type by itself, as among the parameters of a function."""
    if ref is None:
        return "void"
    node = types.node(ref)
    match node:
        case Number(name) | Typedef(name):
            return name
        case Pointer(target):
            return _pointer(types, target)
        case Qualified(word, inner):
            return (
                f"{name_of(types, inner)} restrict "
                if word == "restrict"
                else f"{word} {name_of(types, inner)} "
            )
        case Array(element):
            return name_of(types, element)
        case Function():
            return f"{name_of(types, node.returns)} (){_parameters(types, node)}"
        case Enumeration(tag):
            return f"enum {tag or ''}"
        case Composite(kind, tag) | Forward(kind, tag):
            return f"{kind} {tag or ''}"


def _pointer(types: Types, target: Ref | None) -> str:
    node = None if target is None else types.node(target)
    inner = types.node(node.type) if isinstance(node, Qualified) and node.type is not None else None
    if isinstance(node, Qualified) and node.word == "const" and isinstance(inner, Pointer):
        return f"{name_of(types, node.type)} const *"
    return f"{name_of(types, target)} *"


def _parameters(types: Types, function: Function) -> str:
    lines = [_parameter(types, ref) for ref in function.parameters]
    if not lines:
        return "(void)"
    return f"({', '.join(lines)}{', ...' if function.variadic else ''})"


def _parameter(types: Types, ref: Ref | None) -> str:
    node = None if ref is None else types.node(ref)
    if isinstance(node, Pointer) and node.to is not None:
        function = types.node(node.to)
        if isinstance(function, Function):
            return f"{name_of(types, function.returns)} (*){_parameters(types, function)}"
    return name_of(types, ref)
