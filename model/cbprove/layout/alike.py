"""Whether two structs have the same members at the same places, however their types are spelled."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.frozen import frozen
from cbprove.layout.abi import Abi
from cbprove.layout.records import integer, lay_out
from cbprove.layout.types import Aligned, Array, Enum, Pointer, Record, Scalar, Type


def alike(record: Record, right: Record, abi: Abi) -> bool:
    """Whether size and members agree: names, places, widths and what they are; how a type is
    spelled does not count."""
    return lay_out(record, abi).size == lay_out(right, abi).size and _same(
        tuple(_members(record, abi)), tuple(_members(right, abi)), abi
    )


@frozen
class _Placed:
    """A member that has a name, at bits from the struct's start."""

    path: str
    offset: int
    width: int
    bitfield: bool
    type: Type


def _members(record: Record, abi: Abi, path: str = "", base: int = 0) -> Iterator[_Placed]:
    """Members in order; those of a struct without a tag or a name stand for it."""
    for member in lay_out(record, abi).members:
        name = ".".join(part for part in (path, member.name) if part)
        inner = _plain(member.type)
        bare = member.name is None or (
            isinstance(inner, Record) and inner.tag is None and _only(inner) is None
        )
        if isinstance(inner, Record) and bare:
            yield from _members(inner, abi, name, base + member.offset)
        else:
            yield _Placed(name, base + member.offset, member.width, member.bitfield, member.type)


def _same(left: tuple[_Placed, ...], right: tuple[_Placed, ...], abi: Abi) -> bool:
    if len(left) != len(right):
        return False
    return all(
        (a.path, a.offset, a.width, a.bitfield) == (b.path, b.offset, b.width, b.bitfield)
        and _of_one_kind(a.type, b.type, abi)
        for a, b in zip(left, right, strict=True)
    )


def _of_one_kind(left: Type, right: Type, abi: Abi) -> bool:
    left, right = _plain(left), _plain(right)
    match left, right:
        case (Record(), Record()):
            # Structs with tags are told apart by these, and compared on their own.
            if left.tag is None or right.tag is None:
                return left.tag is right.tag and alike(left, right, abi)
            return (
                _untold(left.tag) == _untold(right.tag)
                and lay_out(left, abi).size == lay_out(right, abi).size
            )
        case (Record(), _) if (only := _only(left)) is not None:
            return _of_one_kind(only, right, abi)
        case (_, Record()) if (only := _only(right)) is not None:
            return _of_one_kind(left, only, abi)
        case (Array(), Array()):
            # BTF has one array for all dimensions of one, as pahole writes it: then the dimensions
            # are not to be compared.
            nested = isinstance(_plain(left.element), Array) and isinstance(
                _plain(right.element), Array
            )
            flatten = _outer if nested else _flat
            (left_plain, count), (other, number) = flatten(left), flatten(right)
            return count == number and _of_one_kind(left_plain, other, abi)
        case (Pointer(), Pointer()):
            return True
        case (Scalar() | Enum(), Scalar() | Enum()):
            return _integers(left, right, abi)
        case _:
            return False


def _outer(type: Array) -> tuple[Type, int]:
    return type.element, type.count or 0


def _flat(type: Array) -> tuple[Type, int]:
    """The elements of an array of any dimensions, and how many there are."""
    element, count = _plain(type.element), type.count or 0
    if isinstance(element, Array):
        inner, number = _flat(element)
        return inner, count * number
    return element, count


def _integers(left: Type, right: Type, abi: Abi) -> bool:
    """Size and signedness; that of `char` and of enumerations is not the same for all compilers."""
    scalar_layout, other = integer(left, abi), integer(right, abi)
    loose = any(isinstance(type, Enum) or type == Scalar("char") for type in (left, right))
    return (scalar_layout.size, scalar_layout.is_bool) == (other.size, other.is_bool) and (
        loose or scalar_layout.signed == other.signed
    )


def _plain(type: Type) -> Type:
    return _plain(type.type) if isinstance(type, Aligned) else type


def _only(record: Record) -> Type | None:
    """The integer that a struct wraps, as the kernel's atomic_t does."""
    if record.kind == "struct" and len(record.fields) == 1 and record.fields[0].bits is None:
        inner = _plain(record.fields[0].type)
        if isinstance(inner, Record):
            return _only(inner)
        return inner if isinstance(inner, Scalar | Enum) else None
    return None


def _untold(tag: str) -> str:
    """A tag without its flavour."""
    return tag.partition("___")[0]
