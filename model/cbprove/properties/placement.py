"""What is true of where things lie, before any run: `fits` for views, `aligned`, `disjoint`.

Each claim is the condition under which it is broken, on plain numbers or as a term over the axes left free.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from cbprove.frozen import frozen
from cbprove.properties.events import Accessed, ClaimMade, Event, Inside
from cbprove.system import Aligned, Disjoint, Fits, Object, Place, Program, View
from cbprove.terms import Bool, Int, add, and_, eq, le, lt, mod, not_, or_


@frozen
class Misplaced:
    """`broken` says when the claim fails; the two texts name what clashes."""

    broken: Bool
    subject: str
    reason: str


def accesses_inside(claim: Fits, event: Event) -> Iterator[ClaimMade]:
    """Each access lies inside its control block."""
    if isinstance(event, Accessed) and event.place and _meant(event.place, claim.members):
        yield Inside(event.place, event.length)


def views_inside(claim: Fits, program: Program) -> Iterator[Misplaced]:
    """Each view lies inside what it is laid over."""
    for view in program.views:
        if _meant(view.place, claim.members):
            first, last = view.place.bound
            outside = or_(lt(view.place.low, first), lt(last, add(view.place.low, view.place.width)))
            size = view.place.width // 8
            yield Misplaced(outside, view.name, f"{size} bytes do not fit into {view.place.area} at their place")


def members_aligned(claim: Aligned, program: Program) -> Iterator[Misplaced]:
    """Each member sits at a multiple of its alignment, for every address that the object's own alignment allows."""
    objects = {o.name: o for o in program.objects}
    for view in program.views:
        for member in view.members:
            if _meant(view.place, claim.members):
                broken = _astray(member.low, member.align, _object(view, objects, program))
                name = f"{view.name}.{member.path}" if member.path else view.name
                yield Misplaced(broken, name, f"{_where(member.low)}asks for a multiple of {member.align} bytes")


def _where(low: Int) -> str:
    return f"lies at byte {low // 8} and " if isinstance(low, int) else ""


def _object(view: View, objects: dict[str, Object], program: Program) -> Object:
    return objects.get(view.place.object, program.objects[0])


def _astray(low: Int, align: int, owner: Object) -> Bool:
    if gcd(owner.align, align) != align:
        return True
    return not_(eq(mod(low, 8 * align), 0))


def views_disjoint(claim: Disjoint, program: Program) -> Iterator[Misplaced]:
    """The two places share no byte."""
    a, b = claim.left, claim.right
    if a.object == b.object:
        shared = and_(lt(a.low, add(b.low, b.width)), lt(b.low, add(a.low, a.width)))
        yield Misplaced(shared, a.text, f"shares bytes with {b.text}")
    else:
        yield Misplaced(not_(le(0, 0)), a.text, f"lies in another object than {b.text}")


def _meant(place: Place, members: tuple[Place, ...]) -> bool:
    return not members or any(m.view == place.view for m in members)
