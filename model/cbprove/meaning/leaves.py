"""What lies inside a type: spots reached by member and index, their scalars with whose bits they
are, their padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cbprove.frozen import frozen, replace
from cbprove.layout import types
from cbprove.layout.abi import Abi
from cbprove.layout.records import Layout
from cbprove.layout.types import Type
from cbprove.logic.terms import Int, add, mul
from cbprove.meaning.types import bare, int_type
from cbprove.system.expressions import Leaf

LayoutOf = Callable[[Type], Layout]
Runs = tuple[tuple[int, int], ...]


@frozen
class Spot:
    """A piece of a type: where it lies (bits), what it is, and whose it is.

    `identity`, `at`, `arms` and `member` are those of `system.Leaf`, of its first bit; `shifts`
    move `at`, `indexes` the piece itself. `holder` names what it lies in: a struct, union or view,
    and the way to it through what has no name. `first` is the number of its first element where it
    is the rest of an array. `align` is what a member was declared with, in bytes; None for anything
    else.
    """

    type: Type
    offset: Int
    width: int
    path: str
    identity: str
    at: int = 0
    bit_field: bool = False
    indexes: tuple[tuple[str, int], ...] = ()
    shifts: tuple[tuple[str, int], ...] = ()
    first: int = 0
    align: int | None = None
    arms: tuple[tuple[str, str], ...] = ()
    member: str = ""
    holder: str = ""


def member(spot: Spot, name: str, layout_of: LayoutOf) -> Spot | None:
    """The member of this name, looked for in anonymous structs and unions too."""
    for inner, named in _parts(spot, layout_of, name):
        if named == name:
            return inner
        if named is None and (inner_member := member(inner, name, layout_of)) is not None:
            return inner_member
    return None


def member_names(spot: Spot, layout_of: LayoutOf) -> list[str]:
    """The members that `member` finds, in order."""
    names: list[str] = []
    for inner, named in _parts(spot, layout_of):
        names.extend(member_names(inner, layout_of) if named is None else [named])
    return names


def element(spot: Spot, index: Int, text: str, layout_of: LayoutOf) -> Spot:
    """One element of an array."""
    array = bare(spot.type)
    assert isinstance(array, types.Array)
    stride = 8 * layout_of(array.element).size
    offset = add(spot.offset, mul(index, stride))
    at = spot.at + (index * stride if isinstance(index, int) else 0)
    path, member = f"{spot.path}[{text}]", f"{spot.member}[{text}]"
    return replace(
        spot,
        type=array.element,
        offset=offset,
        width=stride,
        path=path,
        member=member,
        at=at,
        first=0,
        align=None,
    )


def varying(spot: Spot, name: str, layout_of: LayoutOf) -> Spot:
    """The element of an array that an input counts."""
    inner = element(spot, 0, name, layout_of)
    moved = (name, inner.width)
    return replace(inner, indexes=(*spot.indexes, moved), shifts=(*spot.shifts, moved))


def rest(spot: Spot, index: int, layout_of: LayoutOf) -> Spot:
    """An array from an element on."""
    array = bare(spot.type)
    assert isinstance(array, types.Array)
    inner = element(spot, index, str(index), layout_of)
    left = (array.count or 0) - index
    remaining = types.Array(array.element, left)
    return replace(
        inner,
        type=remaining,
        width=left * inner.width,
        path=spot.path,
        member=spot.member,
        first=index,
    )


def leaves(spot: Spot, abi: Abi, layout_of: LayoutOf) -> tuple[Leaf, ...]:
    """The scalars of a spot, with offsets from its first bit."""
    return tuple(_leaves(replace(spot, offset=0), abi, layout_of))


def padding(width: int, covered: tuple[Leaf, ...]) -> Runs:
    """The bits of [0, width) in no leaf."""
    return tuple(_gaps(width, sorted((leaf.offset, leaf.width) for leaf in covered)))


def nested_padding(spot: Spot, covered: tuple[Leaf, ...], layout_of: LayoutOf) -> Runs:
    """The bits in no leaf but inside a named member: what storing each member, not the whole,
    leaves unspecified."""
    inside = sorted(_named(replace(spot, offset=0), layout_of))
    outside = list(_gaps(spot.width, inside))
    intervals = sorted([*outside, *((leaf.offset, leaf.width) for leaf in covered)])
    return tuple(_gaps(spot.width, intervals))


def asked_alignments(
    spot: Spot, layout_of: LayoutOf, cap: int = 0
) -> Iterator[tuple[str, int, int]]:
    """Path, offset (bits) and alignment (bytes) of each member with an address; a `cap` comes
    from a packed struct."""
    array = bare(spot.type)
    if isinstance(array, types.Array):
        if array.count and _is_record(array.element):
            yield from asked_alignments(element(spot, 0, "0", layout_of), layout_of, cap)
        return
    if not isinstance(array, types.Record):
        return
    for laid_out, (inner, named) in zip(
        layout_of(array).members, _parts(spot, layout_of), strict=True
    ):
        if laid_out.bitfield:
            continue
        align = min(laid_out.align, cap) if cap else laid_out.align
        if named is not None:
            assert isinstance(inner.offset, int)
            yield inner.path, inner.offset, align
        packed = align < layout_of(laid_out.type).align
        yield from asked_alignments(inner, layout_of, align if packed or cap else 0)


def is_plain(type: Type) -> bool:
    """Whether a type is a scalar or an array of scalars."""
    return not _is_record(type)


def _is_record(type: Type) -> bool:
    inner = bare(type)
    while isinstance(inner, types.Array):
        inner = bare(inner.element)
    return isinstance(inner, types.Record)


def _parts(
    spot: Spot, layout_of: LayoutOf, wanted: str | None = None
) -> Iterator[tuple[Spot, str | None]]:
    """The direct members of a struct or union, an anonymous one without a name; of those with one
    only the one that is wanted, if any is."""
    record = bare(spot.type)
    if not isinstance(record, types.Record):
        return
    owner = _tagged(spot, record)
    group = _group(record)
    for number, laid_out in enumerate(layout_of(record).members):
        name = laid_out.name
        if None not in (wanted, name) and name != wanted:
            continue
        inner = replace(
            _through(owner, record, number, name),
            type=laid_out.type,
            offset=add(spot.offset, laid_out.offset),
            width=laid_out.width,
            bit_field=laid_out.bitfield,
            first=0,
            align=None if laid_out.bitfield else laid_out.align,
            **({} if group is not None else _called(spot, owner, name, number)),
        )
        yield inner if group is None else _half(spot, inner, record, group, name), name


def _called(spot: Spot, owner: Spot, name: str | None, number: int) -> dict[str, str]:
    """What a member is called: one that is anonymous as what it lies in."""
    if name is None:
        return {"holder": f"{owner.holder}/{number}"}
    identity = f"{owner.identity}.{name}"
    return {
        "path": f"{spot.path}.{name}" if spot.path else name,
        "member": f"{spot.member}.{name}" if spot.member else name,
        "identity": identity,
        "holder": identity,
    }


def _through(owner: Spot, record: types.Record, number: int, name: str | None) -> Spot:
    """A spot with the arm that is taken next, where it is a union; the halves of a
    `struct_group` are no arms."""
    if record.kind != "union" or _group(record) is not None:
        return owner
    return replace(owner, arms=(*owner.arms, (owner.holder, name or f"#{number}")))


def _half(
    spot: Spot, inner: Spot, record: types.Record, group: types.Record, name: str | None
) -> Spot:
    """A half of a `struct_group`: whichever it is, its members are called by the group's name."""
    named = record.fields[1].name
    member = f"{spot.member}.{named}" if spot.member else f"{named}"
    path = inner.path if name is None else f"{spot.path}.{name}" if spot.path else name
    inner = replace(inner, path=path, member=member, holder=f"{inner.holder}/{named}")
    return _tagged(inner, group) if name is None else inner


def _tagged(spot: Spot, record: types.Record) -> Spot:
    """Inside a struct with a tag, bits are that struct's."""
    owner = f"{record.kind} {record.tag}"
    return replace(spot, identity=owner, holder=owner, at=0, shifts=()) if record.tag else spot


def _group(record: types.Record) -> types.Record | None:
    """The named half of a `struct_group`: both halves are the same members."""
    if record.kind == "union" and record.tag is None and len(record.fields) == 2:
        first, second = record.fields
        a, b = first.type, second.type
        if (
            first.name is None
            and second.name is not None
            and isinstance(a, types.Record)
            and isinstance(b, types.Record)
        ):
            return b if a.fields == b.fields and a.kind == b.kind == "struct" else None
    return None


def _leaves(spot: Spot, abi: Abi, layout_of: LayoutOf) -> Iterator[Leaf]:
    type = bare(spot.type)
    if isinstance(type, types.Record):
        for inner, _ in _parts(spot, layout_of):
            yield from _leaves(inner, abi, layout_of)
    elif isinstance(type, types.Array) and _is_record(type):
        for number in range(type.count or 0):
            yield from _leaves(
                element(spot, number, str(spot.first + number), layout_of), abi, layout_of
            )
    elif spot.width:
        yield _leaf(spot, abi)


def _leaf(spot: Spot, abi: Abi) -> Leaf:
    scalar = bare(spot.type)
    while isinstance(scalar, types.Array):
        scalar = bare(scalar.element)
    facts = int_type(scalar, abi)
    assert facts is not None and isinstance(spot.offset, int)
    width = spot.width if spot.bit_field else facts.bits
    return Leaf(
        offset=spot.offset,
        width=spot.width,
        path=spot.path,
        identity=spot.identity,
        at=spot.at,
        element=width,
        boolean=facts.boolean,
        shifts=spot.shifts,
        arms=spot.arms,
        member=spot.member,
    )


def _named(spot: Spot, layout_of: LayoutOf) -> Iterator[tuple[int, int]]:
    """The extents of the direct members, anonymous structs and unions looked through."""
    for inner, named in _parts(spot, layout_of):
        if named is None:
            yield from _named(inner, layout_of)
        else:
            assert isinstance(inner.offset, int)
            yield inner.offset, inner.width


def _gaps(width: int, runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    end = 0
    for offset, length in [*runs, (width, 0)]:
        if offset > end:
            yield end, offset - end
        end = max(end, offset + length)
