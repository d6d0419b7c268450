"""What is true of where things lie, before any run: `fits` for views, `aligned`, `disjoint`.

Each claim is the condition under which it is broken, on plain numbers or as a term over the axes
left free.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, Int, add, and_, eq, le, lt, mod, not_, or_
from cbprove.properties.events import Accessed, ClaimMade, Event, Inside
from cbprove.system.expressions import Place
from cbprove.system.program import Aligned, Disjoint, Fits, Object, Program, View

_ENDLESS = 1 << 60  # bits: a negative length is more bytes than any object has


@frozen
class Misplaced:
    """`broken` says when the claim fails; the two texts name what clashes."""

    broken: Bool
    subject: str
    reason: str


def accesses_inside(claim: Fits, event: Event) -> tuple[ClaimMade, ...]:
    """Each access lies inside the area that it began in."""
    if isinstance(event, Accessed) and event.place and _meant(event.place, claim.members):
        return (Inside(event.place, event.length),)
    return ()


def views_inside(claim: Fits, program: Program) -> Iterator[Misplaced]:
    """Each view lies inside what it is laid over."""
    for view in program.views:
        if _meant(view.place, claim.members):
            first, last = view.place.bound
            outside = or_(
                lt(view.place.low, first), lt(last, add(view.place.low, view.place.width))
            )
            low, size = view.place.low, view.place.width
            reason = (
                passing(view.place, low, size)
                if isinstance(low, int)
                else f"{size // 8} bytes do not fit"
            )
            yield Misplaced(outside, view.name, reason)


def passing(place: Place, low: int, width: int, values: str = "") -> str:
    """How far bits [low, low + width) of an object pass the area that the place began in, and from
    which member on.

    `values` says how they came to be so many.
    """
    first, last = place.bound
    end = low + width
    span_text = (
        f"{place.area}{_bytes(low - first, end - first)} of "
        f"{place.area}{_bytes(0, last - first)}{values}"
    )
    beyond = [f"{_amount(first - low)} before it"] if low < first else []
    if end > last:
        member = _member(place, last - low)
        beyond.append(
            f"{_amount(end - last)} behind it" + (f", from {member} on" if member else "")
        )
    return ": ".join([span_text, *([" and ".join(beyond)] if beyond else [])])


def _bytes(low: int, high: int) -> str:
    """The bytes that bits [low, high) lie in; more than any object has have no end that is worth
    a number."""
    return f"[{low // 8}..{-(-high // 8) if high - low < _ENDLESS else ''})"


def _amount(bits: int) -> str:
    number = -(-bits // 8)
    return "endlessly many bytes" if bits >= _ENDLESS else f"{number} byte{'s' * (number != 1)}"


def _member(place: Place, position: int) -> str:
    """The member of a view that has a bit, or the next one behind it; empty where there is none."""
    leaves = [leaf for leaf in place.leaves if position < leaf.offset + leaf.width]
    if place.view is None or not leaves:
        return ""
    leaf = min(leaves, key=lambda leaf: (max(leaf.offset, position), -leaf.width))
    index = (max(position, leaf.offset) - leaf.offset) // leaf.element
    inside = "" if not leaf.path or leaf.path.startswith("[") else "."
    name = f"{place.view}{inside}{leaf.path}"
    return f"{name}[{index}]" if leaf.element < leaf.width else name


def members_aligned(claim: Aligned, program: Program) -> Iterator[Misplaced]:
    """Each member sits at a multiple of its alignment, for every address that the object's own
    alignment allows."""
    objects = {o.name: o for o in program.objects}
    for view in program.views:
        for member in view.members:
            if _meant(view.place, claim.members):
                broken = _astray(member.low, member.align, _object(view, objects, program))
                name = f"{view.name}.{member.path}" if member.path else view.name
                yield Misplaced(
                    broken, name, f"{_where(member.low)}asks for a multiple of {member.align} bytes"
                )


def _where(low: Int) -> str:
    return f"lies at byte {low // 8} and " if isinstance(low, int) else ""


def _object(view: View, objects: dict[str, Object], program: Program) -> Object:
    return objects.get(view.place.object, program.objects[0])


def _astray(low: Int, align: int, owner: Object) -> Bool:
    if gcd(owner.align, align) != align:
        return True
    return not_(eq(mod(low, 8 * align), 0))


def views_disjoint(claim: Disjoint, program: Program) -> Iterator[Misplaced]:
    """The two places share no bit."""
    a, b = claim.left, claim.right
    if a.object == b.object:
        shared = and_(lt(a.low, add(b.low, b.width)), lt(b.low, add(a.low, a.width)))
        yield Misplaced(shared, a.text, f"shares {_both(a, b)} with {b.text}")
    else:
        yield Misplaced(not_(le(0, 0)), a.text, f"lies in another object than {b.text}")


def _both(a: Place, b: Place) -> str:
    """The bytes that both places have."""
    if not isinstance(a.low, int) or not isinstance(b.low, int):
        return "bytes"
    base = a.bound[0]
    return (
        f"{a.area}{_bytes(max(a.low, b.low) - base, min(a.low + a.width, b.low + b.width) - base)}"
    )


def _meant(place: Place, members: tuple[Place, ...]) -> bool:
    return not members or any(m.view == place.view for m in members)
