"""What is claimed of where things lie, as C: it needs no run."""

from __future__ import annotations

from cbprove.properties.placement import Misplaced
from cbprove.reproduce.checks import BEYOND, Check
from cbprove.reproduce.places import Places
from cbprove.reproduce.spelling import quoted
from cbprove.system.expressions import Place
from cbprove.system.program import Aligned, Disjoint, Program, Property, View

_ASTRAY = """/* Tells whether a member asks for more alignment than its object and its place in it give. */
static int astray(const char *name, long long at, long long align, long long given)
{
	if (given % align == 0 && at % align == 0)
		return 0;
	printf("%s: at byte %lld of an object that is aligned to %lld bytes, asks for %lld\\n", name, at, given, align);
	return 1;
}
"""
_SHARED = """/* Tells whether [a, b) and [c, d) have something in common. */
static int shared(const char *names, long long a, long long b, long long c, long long d)
{
	if (b <= c || d <= a)
		return 0;
	printf("%s: [%lld, %lld) and [%lld, %lld)\\n", names, a, b, c, d);
	return 1;
}
"""


def placement(places: Places, program: Program, prop: Property, misplaced: Misplaced) -> Check:
    """The claim that does not hold."""
    claim = prop.claim
    if isinstance(claim, Disjoint):
        return _disjoint(places, program, claim)
    view = next(v for v in program.views if misplaced.subject in _subjects(v))
    return (
        _aligned(places, program, view, misplaced)
        if isinstance(claim, Aligned)
        else _fits(places, view)
    )


def _subjects(view: View) -> list[str]:
    return [view.name, *(f"{view.name}.{member.path}" for member in view.members)]


def _fits(places: Places, view: View) -> Check:
    name, (first, last) = places.view(view.name), view.place.bound
    variable = places.variable(
        next(k for k, n in places.declared.items() if view.place.object in (".", n))
    )
    ends = (
        f"{name}_at, (long long)({name}_at + sizeof(*{name}(&{variable}))), {first // 8}, "
        f"{last // 8}"
    )
    return Check((f"return beyond({quoted(view.name)}, {ends});",), (BEYOND,))


def _aligned(places: Places, program: Program, view: View, misplaced: Misplaced) -> Check:
    name = places.view(view.name)
    member = next(
        (m for m in view.members if f"{view.name}.{m.path}" == misplaced.subject), view.members[0]
    )
    owner = next((o for o in program.objects if o.name == view.place.object), program.objects[0])
    assert isinstance(member.low, int) and isinstance(view.place.low, int)
    at = f"{name}_at + {(member.low - view.place.low) // 8}"
    arguments = f"{quoted(misplaced.subject)}, {at}, {member.align}, {owner.align}"
    return Check((f"return astray({arguments});",), (_ASTRAY,))


def _disjoint(places: Places, program: Program, claim: Disjoint) -> Check:
    whole_bytes = all(
        _bits(place)[i] % 8 == 0 for place in (claim.left, claim.right) for i in (0, 1)
    )
    ends = (_ends(places, program, place, whole_bytes) for place in (claim.left, claim.right))
    return Check(
        (
            f"return shared({quoted(f'{claim.left.text} and {claim.right.text}')}, "
            f"{', '.join(ends)});",
        ),
        (_SHARED,),
    )


def _bits(place: Place) -> tuple[int, int]:
    assert isinstance(place.low, int)
    return place.low, place.low + place.width


def _ends(places: Places, program: Program, place: Place, whole_bytes: bool) -> str:
    """First and last, in bytes where both places are whole ones."""
    first, last = _bits(place)
    view = next((view for view in program.views if view.name == place.view), None)
    if not whole_bytes:
        if view is not None:
            places.view(view.name)
            places.stuck.add(view.name)
        return f"{first}, {last}"
    if view is None:
        return f"{first // 8}, {last // 8}"
    base, low = f"{places.view(view.name)}_at", view.place.low
    assert isinstance(low, int)
    return f"{base} + {(first - low) // 8}, {base} + {(last - low) // 8}"
