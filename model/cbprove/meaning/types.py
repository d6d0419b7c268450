"""C types of a candidate: what was written, with tags, typedefs, packings and `#if` looked up."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.frozen import replace
from cbprove.layout import types
from cbprove.layout.abi import Abi, LayoutError
from cbprove.layout.records import integer, lay_out
from cbprove.layout.types import Type
from cbprove.meaning import builtin
from cbprove.meaning.context import LARGEST, Context, refuse_large, refuse_many
from cbprove.meaning.memo import Mistake, Poison, mistake
from cbprove.meaning.names import unknown
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.expressions import IntType

# Types that are written out where they stand
_Written = ctree.EnumBody | ctree.RecordBody | ctree.PointerType | ctree.ArrayType


def type_of(cx: Context, node: ctree.CType) -> Type:
    """The type that was written: one object for a node under assignments that agree on what it
    looked at."""
    if isinstance(node, ctree.NamedType):  # what a name stands for is remembered by the name
        return named_type(cx, node.name)
    if isinstance(node, ctree.TaggedType):
        return _tagged(cx, node)
    return cx.memo.remember(("type", id(node)), lambda: _type(cx, node), lambda: _itself(node))


def named_type(cx: Context, name: ctree.Name) -> Type:
    """A typedef, or a scalar by its name.

    Raises Mistake CB0102 where there is no such type, CB0114 where it contains itself.
    """
    if name.text not in cx.names.typedefs and (alias := cx.names.alias(name)) is not None:
        name = alias
    typedef = cx.names.typedefs.get(name.text)
    if typedef is not None:
        key = ("typedef", name.text)
        return cx.memo.remember(
            key, lambda: _typedef(cx, typedef), lambda: _needs_itself(name.text, name.span)
        )
    if name.text in builtin.ADDRESSES:
        return _shared_scalar(
            cx, "unsigned long long" if cx.abi().pointer_size == 8 else "unsigned int"
        )
    if name.text in builtin.ALIGNED_TO_8:
        wide = builtin.ALIGNED_TO_8[name.text]
        return cx.memo.share(("aligned", name.text), lambda: types.Aligned(types.Scalar(wide), 8))
    canonical = builtin.canonical(name.text)
    if canonical is None:
        raise _unknown_type(cx, name)
    if "__int128" in canonical:
        _sound(cx, types.Scalar(canonical), name.span)
    return _shared_scalar(cx, canonical)


def is_type_name(cx: Context, name: str) -> bool:
    """Whether a name standing where a place may stand too is a type's: no object, view or input
    is called so."""
    if name in cx.names.shared:
        return False
    return name in cx.names.typedefs or builtin.is_scalar(name)


def bare(type: Type) -> Type:
    """A type without what typedefs say of its alignment."""
    while isinstance(type, types.Aligned):
        type = type.type
    return type


def int_type(type: Type, abi: Abi, width: int | None = None) -> IntType | None:
    """The integer type of a scalar or an enum (`width` is a bit-field's), a pointer as an
    unsigned one; else None."""
    type = bare(type)
    if isinstance(type, types.Pointer):
        return IntType("pointer", 8 * abi.pointer_size, False)
    if not isinstance(type, types.Scalar | types.Enum):
        return None
    facts = integer(type, abi)
    name = type.name if isinstance(type, types.Scalar) else f"enum {type.tag or ''}".rstrip()
    if width is None:
        return IntType(name, 8 * facts.size, facts.signed, facts.is_bool)
    return IntType(f"{name}:{width}", width, facts.signed, facts.is_bool)


def described(type: Type) -> str:
    """A type in words, for messages."""
    type = bare(type)
    match type:
        case types.Record(kind, tag):
            return f"{kind} {tag}" if tag else f"a {kind}"
        case types.Enum(tag):
            return f"enum {tag}" if tag else "an enum"
        case types.Scalar(name):
            return name
        case types.Array(element, count):
            return (
                f"an array of {count} {described(element)}"
                if count is not None
                else f"an array of {described(element)}"
            )
        case _:
            return "a pointer"


def _shared_scalar(cx: Context, name: str) -> Type:
    return cx.memo.share(("scalar", name), lambda: types.Scalar(name))


def _type(cx: Context, node: _Written) -> Type:
    match node:
        case ctree.EnumBody():
            return _enum(cx, node)
        case ctree.RecordBody():
            return _record(cx, node, node.tag.text if node.tag else None, node.kind)
        case ctree.PointerType(pointee):
            return types.Pointer(pointee)
        case ctree.ArrayType():
            return _array(cx, node)


def _itself(node: _Written) -> Mistake:
    tag = getattr(node, "tag", None)
    return _needs_itself(
        f"{getattr(node, 'kind', 'enum')} {tag.text}" if tag else "a type",
        tag.span if tag else node.span,
    )


def _needs_itself(kind: str, span: Span) -> Mistake:
    return mistake("CB0114", f"`{kind}` contains itself", span, "a pointer may point to it")


def _unknown_type(cx: Context, name: ctree.Name) -> Mistake:
    if name.text in cx.names.tags:
        kind = getattr(cx.names.tags[name.text], "kind", "enum")
        return mistake(
            "CB0102", f"there is no type `{name.text}`", name.span, f"write `{kind} {name.text}`"
        )
    return unknown("CB0102", "type", name, [*cx.names.typedefs, *builtin.scalar_names()])


def _typedef(cx: Context, node: syntax.Typedef) -> Type:
    type = type_of(cx, node.type)
    align = _align(cx, node.attributes)
    return type if align is None else _sound(cx, types.Aligned(type, align), node.name.span)


def _tagged(cx: Context, node: ctree.TaggedType) -> Type:
    tagged_node = cx.names.tags.get(node.tag.text)
    if tagged_node is None and (alias := cx.names.alias(node.tag)) is not None:
        return _tagged(cx, replace(node, tag=alias))
    if tagged_node is None:
        raise unknown("CB0102", node.kind, node.tag, cx.names.tags)
    kind = "enum" if isinstance(tagged_node, ctree.EnumBody) else tagged_node.kind
    if kind != node.kind:
        raise mistake(
            "CB0117",
            f"`{node.tag.text}` is declared as {_a(kind)}, not as {_a(node.kind)}",
            node.tag.span,
        )
    return tagged(cx, node.tag.text)


def tagged(cx: Context, tag: str) -> Type:
    """The struct, union or enum of a tag; a packing's is the one that its axis says.

    Raises Mistake CB0114 where it contains itself, and Poison for a packing whose declaration is
    wrong.
    """
    node = cx.names.tags[tag]
    if not isinstance(node, syntax.Packing):
        return type_of(cx, node)
    if tag not in cx.names.axes or cx.names.axis_declarations.get(tag) is not node:
        raise Poison
    text = f"{node.kind} {tag}"
    return cx.memo.remember(
        ("packing", tag), lambda: _packing(cx, node), lambda: _needs_itself(text, node.tag.span)
    )


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "enum" else f"a {kind}"


def _packing(cx: Context, node: syntax.Packing) -> Type:
    option = cx.memo.value(node.tag.text)
    return _record(cx, cx.body(node, str(option)), node.tag.text, node.kind)


def _array(cx: Context, node: ctree.ArrayType) -> Type:
    element = type_of(cx, node.element)
    if node.count is None:
        return types.Array(element, None)
    count = static_value(cx, node.count)
    if count < 0:
        raise mistake("CB0127", f"an array cannot have {count} elements", node.span)
    size = cx.layout(element).size
    if count > LARGEST or count * size > LARGEST:
        raise mistake(
            "CB0128",
            f"an array of {count} times {size} bytes is larger than {LARGEST} bytes",
            node.span,
        )
    array = types.Array(element, count)
    refuse_many(array, f"an array of {count} structs", node.span)
    return _sound(cx, array, node.span)


def _enum(cx: Context, node: ctree.EnumBody) -> Type:
    values = list(_values(cx, node))
    packed = node.attributes.packed
    enum = types.Enum(
        node.tag.text if node.tag else None, min(values, default=0), max(values, default=0), packed
    )
    return _sound(cx, enum, node.tag.span if node.tag else node.span)


def _values(cx: Context, node: ctree.EnumBody) -> Iterator[int]:
    """The values of an enum's constants, each counted on from the one before it."""
    value = -1
    for each in node.enumerators:
        if _is_there(cx, each):
            value = value + 1 if each.value is None else _said(cx, each.name, each.value)
            yield value


def enumerator(cx: Context, node: ctree.EnumBody, index: int) -> int:
    """The value of one of an enum's constants: what is written there, or counted on from the last
    one written.

    Raises Mistake CB0101 where the candidate leaves the constant out.
    """
    enumerator_node = node.enumerators[index]
    if not _is_there(cx, enumerator_node):
        raise mistake(
            "CB0101",
            f"`{enumerator_node.name.text}` is left out by `#if` here",
            enumerator_node.name.span,
        )
    after = 0
    for earlier in reversed(node.enumerators[: index + 1]):
        if _is_there(cx, earlier):
            if earlier.value is not None:
                return _said(cx, earlier.name, earlier.value) + after
            after += 1
    return after - 1


def enumerator_type(cx: Context, node: ctree.EnumBody) -> IntType | None:
    """The type of the enumerators that no int holds: the enum's; None inside of the enum itself,
    whose type is known behind it only."""
    enumerators = {("enumerator", each.name.text) for each in node.enumerators}
    if enumerators & cx.memo.running("enumerator"):
        return None
    return int_type(_enum(cx, node), cx.abi())


def _is_there(cx: Context, enumerator_node: ctree.Enumerator) -> bool:
    return all(cx.included(condition) for condition in enumerator_node.conditions)


def _said(cx: Context, name: ctree.Name, value: ctree.Expr) -> int:
    def cycle() -> Mistake:
        return mistake(
            "CB0114", f"`{name.text}` is defined by itself", name.span, "give it a value of its own"
        )

    return cx.memo.remember(("enumerator", name.text), lambda: static_value(cx, value), cycle)


def static_value(cx: Context, node: ctree.Expr) -> int:
    """What pasted C computes, in C's own types: `-1U` is 4294967295. What hangs on a ranged axis
    is exact."""
    exact = cx.number(node)
    value = None if cx.names.ranged(node) else cx.compute(cx, node)
    return exact if value is None else value


def record(cx: Context, node: syntax.Object) -> types.Record:
    """The members of an object as a struct without a tag."""
    fields = tuple(_fields(cx, node.members, {}))
    built = types.Record("struct", None, fields)
    return _measured(cx, built, node.members, node.name.span, f"the object `{node.name.text}`")


def _record(cx: Context, node: ctree.RecordBody, tag: str | None, kind: str) -> types.Record:
    if node.pinned is not None:
        from cbprove.meaning import pins  # layouts of artefacts, that few specs hold

        pins.of_this_abi(cx, node.pinned.by)
    fields = tuple(_fields(cx, node.members, {}))
    align = _align(cx, node.attributes)
    size = node.pinned.size if node.pinned else None
    built = types.Record(
        kind="union" if kind == "union" else "struct",
        tag=tag,
        fields=fields,
        packed=node.attributes.packed,
        align=align,
        size=size,
    )
    if node.pinned is not None:
        pins.check(cx, built, node.pinned, tuple(_chosen(cx, node.members)))
    return _measured(
        cx, built, node.members, node.tag.span if node.tag else node.span, described(built)
    )


def _measured(
    cx: Context, built: types.Record, members: tuple[ctree.MemberItem, ...], span: Span, kind: str
) -> types.Record:
    """The record, once it is known to have a layout; a mistake stands at the member that makes
    it."""
    abi = cx.abi()
    refuse_many(built, kind, span)
    try:
        refuse_large(lay_out(built, abi).size, LARGEST, kind, span)
    except LayoutError:
        present = tuple(_chosen(cx, members))
        for member, part in zip(present, built.fields, strict=True):
            alone = replace(built, fields=(part,), align=None)
            member_span = member.name.span if member.name else member.span
            cx.memo.attempt(lambda alone=alone, span=member_span: _sound(cx, alone, span))  # type: ignore[misc]
        _sound(cx, replace(built, fields=()), span)
        raise Poison from None
    return built


def _sound(cx: Context, type: Type, span: Span) -> Type:
    """The type, once it is known to have a layout."""
    try:
        lay_out(type, cx.abi())
    except LayoutError as error:
        raise mistake("CB0131", str(error).replace("'", "`"), span) from None
    return type


def _chosen(cx: Context, members: tuple[ctree.MemberItem, ...]) -> Iterator[ctree.Member]:
    """The members that this candidate has."""
    for member in members:
        if isinstance(member, ctree.MemberChoice):
            yield from _chosen(
                cx, member.then if cx.included(member.condition) else member.otherwise
            )
        else:
            yield member


def _fields(
    cx: Context, members: tuple[ctree.MemberItem, ...], spans: dict[str, Span]
) -> Iterator[types.Field]:
    failed = False
    for member in _chosen(cx, members):
        _refuse_twice(cx, member, spans)
        field = cx.memo.attempt(lambda member=member: _field(cx, member))  # type: ignore[misc]
        failed = failed or field is None
        if field is not None:
            yield field
    if failed:
        raise Poison


def _field(cx: Context, member: ctree.Member) -> types.Field:
    bits = None if member.bits is None else static_value(cx, member.bits)
    name = member.name.text if member.name else None
    attributes = member.attributes
    return types.Field(
        name=name,
        type=type_of(cx, member.type),
        bits=bits,
        align=_align(cx, attributes),
        packed=attributes.packed,
        at=member.at,
    )


def _refuse_twice(cx: Context, member: ctree.Member, spans: dict[str, Span]) -> None:
    """Two members of one name, those of anonymous structs included."""
    if member.name is None and member.bits is None:
        body = (
            cx.names.tags.get(member.type.tag.text)
            if isinstance(member.type, ctree.TaggedType)
            else member.type
        )
        for inner in _chosen(cx, body.members) if isinstance(body, ctree.RecordBody) else ():
            _refuse_twice(cx, inner, spans)
    elif member.name is not None:
        first = spans.setdefault(member.name.text, member.name.span)
        if first is not member.name.span:
            notes = (Note("first declared here", first),)
            message = f"the member `{member.name.text}` is declared a second time"
            cx.memo.report(Diagnostic("CB0116", message, member.name.span, notes=notes))


def _align(cx: Context, attributes: ctree.Attributes) -> int | None:
    """The largest `__aligned(n)`, in bytes."""
    values = [
        _boundary(cx, a) if isinstance(a, ctree.Boundary) else static_value(cx, a)
        for a in attributes.aligned
    ]
    return max(values) if values else None


def _boundary(cx: Context, boundary: ctree.Boundary) -> int:
    """An alignment that the ABI has, in bytes."""
    return cx.abi().biggest_align if boundary.of == "largest" else cx.abi().cache_line
