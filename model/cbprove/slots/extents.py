"""Which bits of which object an access may touch, whatever its inputs and its length come to."""

from __future__ import annotations

from cbprove.evidence.lengths import longest
from cbprove.frozen import frozen
from cbprove.system.expressions import Expr, Place
from cbprove.system.program import Program


@frozen
class Extent:
    """Bits [low, high) of an object by its name in the spec, past the ends of an area too."""

    object: str
    low: int
    high: int


def extent(program: Program, place: Place, length: Expr | None) -> Extent | None:
    """What a place, or its first so many bytes, may be; None where that hangs on a free axis."""
    if not isinstance(place.low, int):
        return None
    low = high = place.low
    for name, stride in place.indexes:
        ends = [stride * end for end in (program.inputs[name].low, program.inputs[name].high)]
        low, high = low + min(ends), high + max(ends)
    width = place.width if length is None else 8 * longest(program, length)
    return Extent(_owner(program, place.object), low, high + width)


def _owner(program: Program, name: str) -> str:
    """Objects made in a run have the members of the one that paths run on."""
    first, *rest = (declared.name for declared in program.objects)
    return name if name in rest else first
