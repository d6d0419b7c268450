"""The claim that a run breaks, as C: what is remembered on the way, and what is compared at the
end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from cbprove.folds import members
from cbprove.frozen import frozen, replace
from cbprove.properties.events import (
    Inside,
    IsTrue,
    NotGivenUp,
    ReadsBack,
    SameMember,
    Stored,
    Unchanged,
)
from cbprove.reproduce.claims import Claim
from cbprove.reproduce.expressions import expression, inputs, operators, pragmas
from cbprove.reproduce.places import Spot
from cbprove.reproduce.spelling import identifier, literal, quoted
from cbprove.reproduce.statements import Statements
from cbprove.semantics.claims import Lying
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.trace import HeldName
from cbprove.system.expressions import Expr, IntType, Place
from cbprove.system.program import Holds

LOST = """/* Tells the bytes [at, end) of two places that differ{about}. */
static int lost(const char *name, const void *was, const void *is, int at, int end{parameter})
{{
	const unsigned char *a = was, *b = is;
	int found = 0;

	for (; at < end; at++)
		if ({differ})
			found |= printf("{what}: %s, byte %d: {format}\\n", name, at, a[at], b[at]) > 0;
	return found;
}}
"""
_WHOLE = {"about": "", "parameter": "", "differ": "a[at] != b[at]"}
_MASKED = {
    "about": " in the bits of `mask`",
    "parameter": ", int mask",
    "differ": "(a[at] ^ b[at]) & mask",
}
BEYOND = """/* Tells whether [first, last) is not inside of [low, high). */
static int beyond(const char *name, long long first, long long last, long long low, long long high)
{
	if (low <= first && last <= high)
		return 0;
	printf("%s: [%lld, %lld) is not inside of [%lld, %lld)\\n", name, first, last, low, high);
	return 1;
}
"""
_TWICE = "first %02x, then %02x"
_MOST = 1 << 40  # bytes; so many a negative length stands for


@frozen
class Check:
    """`lines` are the end of the run; `twice` says that the run is made twice and `lines` compare
    what it left.

    `start` stands before the run; `helpers` are functions and `pragmas` what is switched off for
    the expressions.
    """

    lines: tuple[str, ...]
    helpers: tuple[str, ...]
    start: tuple[str, ...] = ()
    pragmas: tuple[str, ...] = ()
    twice: bool = False
    wraps: bool = False


class Checks:
    """Writes the end of a program."""

    def __init__(self, claim: Claim, statements: Statements) -> None:
        self.claim, self.statements = claim, statements
        self.places, self.values = statements.places, statements.values

    def check(self) -> Check:
        """What the claim comes to in C, after all lines of the run were written."""
        claim_made = self.claim.made
        match claim_made:
            case Unchanged():
                return self._compared("lost", "was %02x, is %02x", self._kept_variable, twice=False)
            case SameMember():
                return self._compared("not its own", _TWICE, lambda key: "first", twice=True)
            case Stored():
                return self._compared(
                    _unwritten(claim_made), _TWICE, lambda key: "first", twice=True
                )
            case ReadsBack(place, value):
                return self._reads_back(place, value)
            case IsTrue(condition):
                return self._is_true(condition)
            case Inside(place):
                return self._inside(place)
            case NotGivenUp(_, store):
                return self._not_given_up(store)

    def seeds(self) -> Iterator[tuple[ObjectKey, Place, range]]:
        """Where the bits lie that the claim is about."""
        for location, bits in self.claim.compared():
            positions = bits or {location.low}
            yield location.object, location.place, range(min(positions), max(positions) + 1)
        for place in self.claim.members():
            spot = self._spot_of_member(place)
            yield self._key(spot), place, spot.extent

    def _key(self, spot: Spot) -> ObjectKey:
        return next(key for key, name in self.places.objects.items() if name == spot.variable)

    # --- bits -------------------------------------------------------------------------------------

    def kept(self) -> dict[ObjectKey, str]:
        """The objects to remember when the first step ends, each with the variable that it is
        kept in."""
        if self.claim.kept is None:
            return {}
        keys = (self.claim.origin(place).object for place, _ in self.claim.compared())
        return {key: self._kept_variable(key) for key in dict.fromkeys(keys)}

    def _kept_variable(self, key: ObjectKey) -> str:
        first = self.places.declared[key] == self.claim.program.objects[0].name
        return "kept" if first else f"kept_{self.places.declared[key]}"

    def _compared(
        self, subject: str, format: str, variable: Callable[[ObjectKey], str], twice: bool
    ) -> Check:
        calls: list[str] = []
        runs: list[tuple[str, str]] = []  # a comparison, and the bits that it is about
        for place, bits in self.claim.compared():
            spot, key = self._spot(place), place.object
            size = self.places.size(key)
            if any(not 0 <= each.bit < size for each in self.claim.broken.bits if each.bit in bits):
                ends = f"{self._ends(spot, self._reach(spot))}, 0, sizeof({spot.variable})"
                calls.append(f"beyond({quoted(place.place.text)}, {ends})")
            inside = {bit for bit in bits if 0 <= bit < size and not self._allowed(key, bit)}
            origin = self.claim.origin(place)
            before = replace(self._spot(origin), variable=variable(origin.object))
            if (before.low - spot.low) % 8:
                calls.append(self._unequal(subject, spot, before))
                continue
            runs += self._runs(spot, before, inside)
        whole_bytes = all(mask == "0xff" for _, mask in runs)
        beyond = any(call.startswith("beyond(") for call in calls)
        helpers = [
            *([BEYOND] if beyond else []),
            LOST.format(what=subject, format=format, **_WHOLE if whole_bytes else _MASKED),
        ]
        calls += [f"lost({call}{'' if whole_bytes else f', {mask}'})" for call, mask in runs]
        *rest, last = calls
        lines = [
            f"{'found |= ' if number else 'int found = '}{call};"
            for number, call in enumerate(rest)
        ]
        lines.append(f"return {'found | ' if rest else ''}{last};")
        return Check(tuple(lines), tuple(helpers if runs else helpers[:-1]), twice=twice)

    def _runs(self, spot: Spot, before: Spot, bits: set[int]) -> Iterator[tuple[str, str]]:
        """The arguments of a comparison for each run of bytes of which the same bits are
        compared, and these bits."""
        start, end = spot.low // 8, max([spot.low // 8 * 8 + 8, *(bit + 1 for bit in bits)])
        shifted = (
            (side, before.low - spot.low if side is before else 0) for side in (before, spot)
        )
        sides = ", ".join(
            self.places.pointer(side, range(8 * start + shift, end + shift))
            for side, shift in shifted
        )
        for first, last, mask in self._masks(bits):
            yield (
                f"{quoted(spot.place.text)}, {sides}, {first - start}, {last - start}",
                f"{mask:#04x}",
            )

    def _unequal(self, subject: str, spot: Spot, before: Spot) -> str:
        """Two bit-fields that do not begin at the same bit of a byte."""
        sides = [self.places.lvalue(side) for side in (before, spot)]
        return (
            f'({sides[0]} != {sides[1]} && printf("{subject}: %s\\n", '
            f"{quoted(spot.place.text)}) > 0)"
        )

    def _allowed(self, key: ObjectKey, bit: int) -> bool:
        """A bit that holds nothing wrong, and differs in the second run for another's sake."""
        wrong = any(each.bit == bit for each in self.claim.broken.bits)
        return not wrong and self.values.inverted(self.statements.memory[key][bit])

    def _masks(self, bits: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        """Runs of bytes [first, last) of which the same bits are compared."""
        masks: dict[int, dict[int, int]] = {}
        for bit in sorted(bits):
            masks.setdefault(bit // 8, {})[bit % 8] = 1
        pairs = [(at, self.values.byte(mask)) for at, mask in masks.items()]
        for (_, mask), group in groupby(
            enumerate(pairs), key=lambda each: (each[1][0] - each[0], each[1][1])
        ):
            offsets = [at for _, (at, _) in group]
            yield offsets[0], offsets[-1] + 1, mask

    def _spot(self, place: Lying) -> Spot:
        return self.statements.spot(place.place, place.object, place.low, self.claim.moment)

    # --- values -----------------------------------------------------------------------------------

    def _is_true(self, condition: Expr) -> Check:
        claim = self.claim.prop.claim
        assert isinstance(claim, Holds)
        text, values = quoted(f"false: {claim.text}")[:-1], ""
        for place in dict.fromkeys(members(condition)):
            text += f", {quoted(place.text)[1:-1]} = %lld"
            values += f", (long long)({self._member(place, place.type)})"
        lines = [
            f"if ({self._expression(condition)})",
            "\treturn 0;",
            f'printf({text}\\n"{values});',
            "return 1;",
        ]
        return self._with_expression(condition, lines, set())

    def _reads_back(self, place: Place, value: Expr) -> Check:
        assert place.type is not None
        spot, unsigned = (
            self._spot(self.claim.broken.places[0]),
            value.type.bits == 64 and not value.type.signed,
        )
        kind, sign = ("unsigned long long", "llu") if unsigned else ("long long", "lld")
        lines = [f"{kind} value = {self._expression(value)};", ""]
        lvalue = self.places.lvalue(spot)
        if lvalue is None or place.type.name == "pointer":
            high = (1 << (place.type.bits - place.type.signed)) - 1 if not place.type.boolean else 1
            low = (
                f"value >= {literal(-high - 1, IntType('long long', 64, True))} && "
                if place.type.signed
                else ""
            )
            low = low if place.type.signed or unsigned else "value >= 0 && "
            fits = f"{low}value <= {high}{'ULL' if high >= 1 << 63 else ''}"
            value_shown = ""
        else:
            lines.append(
                f"{lvalue} = value;{self.statements.by(getattr(self.claim.broken.event, 'step', None), self.claim.marker.moment)}"
            )
            fits = (
                f"{lvalue} >= 0 && {lvalue} == value"
                if unsigned and place.type.signed
                else f"{lvalue} == value"
            )
            value_shown = f", (long long){lvalue}"
        text = f"cut off: {place.text} of %{sign}"
        message = f'{quoted(text)[:-1].replace("%%", "%")}{" is %lld" if value_shown else ""}\\n"'
        lines += [
            f"if ({fits})",
            "\treturn 0;",
            f"printf({message}, value{value_shown});",
            "return 1;",
        ]
        return self._with_expression(value, lines, {"=", "=="})

    def _with_expression(self, expr: Expr, lines: list[str], further: set[str]) -> Check:
        warnings = operators(expr) | further
        start = [
            f"{_plain(type)} {identifier(name)} = {self._input(name, type)};"
            for name, type in inputs(expr).items()
        ]
        wraps = bool(warnings & {"+", "-", "*", "<<"})
        return Check(tuple(lines), (), tuple(start), tuple(pragmas(warnings)), wraps=wraps)

    def _input(self, name: str, type: IntType) -> str:
        return literal(
            self.values.input(name, self.claim.moment),
            IntType(_plain(type), type.bits, type.signed),
        )

    def _expression(self, expr: Expr) -> str:
        return expression(expr, self._member)

    def _member(self, place: Place, type: IntType | None) -> str:
        """A member as an lvalue, or its number where it is none or has no defined value."""
        assert type is not None and isinstance(place.low, int)
        spot = self._spot_of_member(place)
        key = self._key(spot)
        sources = [
            self.statements.memory[key][bit]
            for bit in spot.extent
            if 0 <= bit < self.places.size(key)
        ]
        lvalue = self.places.lvalue(spot)
        defined = (
            not type.boolean
            or not any(self.values.bit(s) for s in sources[1:])
            or not self.values.program.little_endian
        )
        if lvalue is not None and defined:
            return f"(unsigned long){lvalue}" if type.name == "pointer" else lvalue
        look = next((look for look in self.claim.broken.looks if look.place == place), None)
        value = look.value if look else self.values.number(sources, type) if sources else 0
        return literal(value, IntType(_plain(type), type.bits, type.signed))

    def _spot_of_member(self, place: Place) -> Spot:
        assert isinstance(place.low, int)
        moment = self.claim.moment
        low = place.low + sum(
            stride * self.values.input(name, moment) for name, stride in place.indexes
        )
        return self.statements.spot(place, self.claim.object_of_member(place), low, moment)

    # --- places and names -------------------------------------------------------------------------

    def _inside(self, place: Place) -> Check:
        spot = self._spot(self.claim.broken.places[0])
        reach = self._reach(spot)
        first, last = place.bound
        if any(each % 8 for each in (reach.start, reach.stop, first, last)):
            ends = f"{reach.start}, {reach.stop}, {first}, {last}"
        else:
            member = f"{spot.variable}.{place.area}"
            at = f"offsetof(__typeof__({spot.variable}), {place.area})"
            ends = f"{self._ends(spot, reach)}, {at}, {at} + sizeof({member})"
        return Check((f"return beyond({quoted(place.text)}, {ends});",), (BEYOND,))

    def _reach(self, spot: Spot) -> range:
        """The bits that an access to a place is about: all of it, or as many bytes as it says."""
        length = self.claim.broken.length
        return spot.extent if length is None else range(spot.low, spot.low + 8 * min(length, _MOST))

    def _ends(self, spot: Spot, bits: range) -> str:
        """The first byte in the object and the one behind the last; by the view, which a macro
        may move."""
        if spot.place.view is None or any(each % 8 for each in (bits.start, bits.stop)):
            return f"{bits.start // 8}, {-(-bits.stop // 8)}"
        view = next(view for view in self.claim.program.views if view.name == spot.place.view)
        assert isinstance(view.place.low, int)
        base = f"{self.places.view(spot.place.view)}_at"
        offsets = ((each - view.place.low) // 8 for each in (bits.start, bits.stop))
        return ", ".join(f"{base} {'-' if at < 0 else '+'} {abs(at)}" for at in offsets)

    def live(self) -> dict[tuple[ObjectKey, int], str]:
        """The variables of the names that the claim is about: the one in use; for a store, all
        of its object."""
        claim_made, named = self.claim.made, self.claim.marker.named
        if not isinstance(claim_made, NotGivenUp):
            return {}
        return {
            key: name
            for key, name in self._names().items()
            if key == named or (claim_made.store and key[0] == named[0])
        }

    def _names(self) -> dict[tuple[ObjectKey, int], str]:
        """The variables that say of each name of an object whether it is live."""
        lines: dict[tuple[ObjectKey, int], str] = {}
        for key, variable in self.places.objects.items():
            lines[key, 0] = f"{variable}_live"
        for effect in self.claim.run.effects:
            if isinstance(effect, HeldName) and effect.live:
                lines[effect.object, effect.number] = (
                    f"{identifier(effect.name)}_live{effect.number}"
                )
        return lines

    def _not_given_up(self, store: bool) -> Check:
        key, number = self.claim.marker.named
        names = self._names()
        used, names_of_object = (
            names[key, number],
            [name for (owner, _), name in names.items() if owner == key],
        )
        step = getattr(self.claim.broken.event, "step", None)
        who = f"{step}()" if step else "the path"
        lines = [
            f"if (!{used})",
            f'\tprintf({quoted(f"{who} touches an object by a name that was given up")[:-1]}\\n");',
        ]
        if store and len(names_of_object) > 1:
            text = quoted(f"{who} stores to an object that has several live names")[:-1]
            lines += [f"if ({' + '.join(names_of_object)} > 1)", f'\tprintf({text}\\n");']
        wrong = (
            f"!{used} || {' + '.join(names_of_object)} > 1"
            if store and len(names_of_object) > 1
            else f"!{used}"
        )
        return Check((*lines, f"return {wrong};"), ())


def _unwritten(claim: Stored) -> str:
    """What is wrong with a bit that the claim is about."""
    if claim.blank_is_enough:
        return "never written"
    authors = f" by {', '.join(sorted(claim.by))}" if claim.by is not None else ""
    return f"not written{authors}{f' since {claim.since}' if claim.since else ''}"


def _plain(type: IntType) -> str:
    """A type of C as wide."""
    if type.boolean:
        return "_Bool"
    name = {8: "char", 16: "short", 32: "int"}.get(type.bits, "long long")
    return f"{'signed ' if name == 'char' and type.signed else '' if type.signed else 'unsigned '}{name}"
