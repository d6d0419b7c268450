"""Which atoms a property can ask about: those of its own places and of the reads that it makes
claims of, and those from which copies bring something there.

What lies in others is seen by no claim and by nothing that is seen, so that it need not be
followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.frozen import replace
from cbprove.properties import table
from cbprove.properties.events import Accessed
from cbprove.reaching import claims
from cbprove.reaching.atoms import Atoms
from cbprove.system.expressions import Place
from cbprove.system.program import Preserved, Property, Where
from cbprove.system.statements import Copy

Asked = Mapping[str, set[int]]  # atoms by the kind of their object


def asked(prop: Property, atoms: Atoms) -> Asked:
    """The atoms that a property can ask about. Whoever reads a claim still looks whether its
    place is among them (`covers`)."""
    followed: dict[str, set[int]] = {kind: set() for kind in atoms.widths}
    for place in _places(prop, atoms):
        followed[atoms.kind(place)].update(_covered(place, atoms))
    while any(_follow(copy, atoms, followed) for copy in atoms.copies):  # until all are followed
        pass
    return followed


def covers(followed: Asked, place: Place, atoms: Atoms) -> bool:
    """Whether all atoms of a place are among those found."""
    return followed[atoms.kind(place)].issuperset(_covered(place, atoms))


def _covered(place: Place, atoms: Atoms) -> Iterator[int]:
    return (covered.atom for covered in atoms.covered(place, 0, place.width))


def _places(prop: Property, atoms: Atoms) -> Iterator[Place]:
    if isinstance(prop.claim, Preserved):
        yield from (*prop.claim.members, *prop.claim.later)
        return
    everywhere = replace(prop, where=Where())
    for read in dict.fromkeys(atoms.places):
        event = Accessed(path="", step=None, kind="read", place=read)
        for claim in table.of_event(everywhere, event):
            yield from (place for place in claims.places(claim) if place is not None)


def _follow(copy: Copy, atoms: Atoms, followed: dict[str, set[int]]) -> bool:
    """Add what a copy brings to an atom found; whether that is more."""
    target, origin = followed[atoms.kind(copy.target)], followed[atoms.kind(copy.origin)]
    before = len(origin)
    for covered in atoms.covered(copy.target, 0, copy.target.width):
        if covered.atom in target:
            places = (
                atoms.at(atoms.kind(copy.origin), low + position)
                for position, _ in covered.positions
                for low in atoms.universe.values(copy.origin.low)
            )
            origin.update(atom for atom in places if atom is not None)
    return len(origin) > before
