"""Faults to plant: what is replaced by what, what that breaks, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`text` stands exactly once in `file`, a path below model/cbprove."""

    file: str
    text: str
    replacement: str
    breaks: str
    tests: tuple[str, ...]


AGREE = ("tests/random/test_agreement.py::test_prover_and_reference_agree",)
TRAPS = ("tests/traps/test_traps_prover.py", "tests/traps/test_traps_reference.py")
NUMBERS = ("tests/semantics",)
LAYOUT = ("tests/layout/test_records.py", "tests/layout/test_traps.py")
PINS = ("tests/resolve/test_pins.py",)
RULES = ("tests/mutants/test_rules.py",)
RARE = ("tests/mutants/test_rare.py",)

_UNFOLD = "obligations/unfold.py"
_RUNS = "obligations/runs.py"
_SOURCES = "obligations/sources.py"
_CLAIMS = "obligations/claims.py"
_CELLS = "obligations/cells.py"
_STILL = "obligations/still.py"
_VALUES = "obligations/values.py"
_MEMBERS = "obligations/members.py"
_TABLES = "design/tables.py"
_JUDGE = "design/judge.py"

MUTANTS = (
    # --- what a run does: the unfolding
    Mutant(
        _UNFOLD,
        'self._store("blank", place, index, here, length)',
        'self._store("fresh", place, index, here, length)',
        "clear stores something arbitrary",
        AGREE,
    ),
    Mutant(
        _RUNS,
        "    return merged([(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding))",
        "    return ((0, place.width),)",
        "write touches padding that no member store touches",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "            () if whole else place.padding,",
        "            (),",
        "struct assignment writes its padding",
        AGREE,
    ),
    Mutant(
        _RUNS,
        "        value, rest = (0, 1) if little_endian else (leaf.element - 1, 0)",
        "        value, rest = (0, 1)",
        "the bit of a bool that may be 1 is the first one on big-endian ABIs too",
        AGREE,
    ),
    Mutant(
        _RUNS,
        "    return without(merged(zero), merged(arbitrary))",
        "    return merged(zero)",
        "a bool's upper bits are zero under another arm of the union",
        RARE,
    ),
    Mutant(
        _UNFOLD,
        "            self._block(otherwise, replace(here, guard=and_(here.guard, not_(holds))))",
        "            self._block(otherwise, here)",
        "else is run in any case",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "        alive = and_(self.alive, or_(not_(here.guard), condition))",
        "        alive = and_(self.alive, condition)",
        "assume counts where it is not met",
        RARE,
    ),
    Mutant(
        _UNFOLD,
        "guard = and_(self.alive, here.guard)",
        "guard = here.guard",
        "claims are judged in runs that an assumption ended",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "here.name.gone = or_(here.name.gone, here.guard)",
        "here.name.gone = True",
        "consume gives the name up on every branch",
        RARE,
    ),
    Mutant(
        _UNFOLD,
        "self._hold(name, here.current, live=here.guard)",
        "self._hold(name, here.current, live=False)",
        "share gives no second name",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        'self._make(name, own, kind == "new")',
        "self._make(name, own, False)",
        "new makes a clone",
        RARE,
    ),
    Mutant(
        _UNFOLD,
        'key: Key = ("input", name, here.step_moment) if declared.per_step else ("input", name)',
        'key: Key = ("input", name)',
        "an input per step is drawn once for the run",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "return Value(ite(lt(value.term, 0), _ENDLESS, value.term), 0, max(value.high, _ENDLESS))",
        "return Value(ite(lt(value.term, 0), 0, value.term), 0, max(value.high, 0))",
        "a negative length means nothing instead of everything",
        RARE,
    ),
    Mutant(
        _UNFOLD,
        'turns = self._decide(("turns", here.moment), loop.low, count, here.guard)',
        'turns = self._decide(("turns", here.moment), min(loop.low + 1, count), count, here.guard)',
        "a loop takes at least one turn more than it must",
        RARE,
    ),
    Mutant(
        _UNFOLD,
        "        self._havoc(here)\n",
        "",
        "the turn that speaks for all sees nothing of those before it",
        (*AGREE, *TRAPS),
    ),
    Mutant(
        _UNFOLD,
        "        return wanted if loop.high is None else min(wanted, loop.high)",
        "        return wanted - 1 if loop.high is None else min(wanted, loop.high)",
        "loops without end are followed for one turn less than said",
        RARE,
    ),
    # --- sources
    Mutant(
        _SOURCES,
        "inner = and_(le(operation.low, address), lt(address, add(operation.low, operation.width)))",
        "inner = and_(le(operation.low, address), le(address, add(operation.low, operation.width)))",
        "a store reaches one bit too far",
        AGREE,
    ),
    Mutant(
        _SOURCES,
        "        moved = add(sub(self.address, copied.low), copied.origin_low)",
        "        moved = self.address",
        "a copy does not move what it copies",
        AGREE,
    ),
    Mutant(
        _SOURCES,
        "return low[1] <= own[0] and own[1] < low[0] + width[0]",
        "return low[0] <= own[0] and own[1] < low[1] + width[1]",
        "a store that covers the bit for some candidates ends the search for all",
        AGREE,
    ),
    Mutant(
        _SOURCES,
        '    if store.kind == "blank":\n        return ZERO, 0\n',
        "",
        "two clears leave different values",
        (*AGREE, *TRAPS),
    ),
    Mutant(
        _SOURCES,
        "            return run.ended <= time",
        "            return True",
        "a step is in the history of an object made before it ended",
        RARE,
    ),
    Mutant(
        _SOURCES,
        "self.address = ite(here, add(self.address, parent.base - instance.base), self.address)",
        "self.address = ite(here, self.address, self.address)",
        "an object cut from another does not have its bytes",
        AGREE,
    ),
    # --- claims
    Mutant(
        _CLAIMS,
        '    if store.kind not in ("fresh", "value"):\n        return False\n    return or_(',
        '    if store.kind not in ("fresh", "value"):\n        return True\n    return or_(',
        "owned takes what nobody stored",
        AGREE,
    ),
    Mutant(
        _CLAIMS,
        "            if own.identity == leaf.identity\n",
        "",
        "owned takes the same position of any struct",
        AGREE,
    ),
    Mutant(
        _CLAIMS,
        "    return total([leaf.at, *(mul(unknowns[name], bits) for name, bits in leaf.shifts)])",
        "    return leaf.at",
        "owned takes one array element for another that an input counts",
        RULES,
    ),
    Mutant(
        _CLAIMS,
        "        return by is None\n",
        "        return True\n",
        "written by takes blank for stored",
        AGREE,
    ),
    Mutant(
        _CLAIMS,
        "    return not_(within(position, store.unspecified))",
        "    return True",
        "written takes padding for stored",
        AGREE,
    ),
    Mutant(
        _CLAIMS,
        "                yield and_(on, not_(eq(now, then)))",
        "                yield False",
        "preserved compares no values",
        AGREE,
    ),
    Mutant(
        _CLAIMS,
        "        yield offset, size, lt(offset // 8, at.length.term)",
        "        yield offset, size, lt(offset // 8 + 1, at.length.term)",
        "a read for EXPR misses its last byte",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "        return and_(kept, not_(or_(*others)))",
        "        return kept",
        "lent lets shared objects be stored to",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "        return and_(le(low, value.term), le(value.term, high))",
        "        return le(value.term, high)",
        "exact takes any negative value",
        AGREE,
    ),
    Mutant(
        _UNFOLD,
        "        return or_(nothing, and_(le(first, low), le(add(low, width), last)))",
        "        return or_(nothing, le(first, low))",
        "fits lets accesses run over the end",
        AGREE,
    ),
    # --- values
    Mutant(
        _CELLS,
        "            return Value(as_int(not_(eq(raw, 0))), 0, 1)",
        "            return Value(raw, 0, (1 << place.width) - 1)",
        "a bool is read as the byte it lies in",
        AGREE,
    ),
    Mutant(
        _CELLS,
        "low = position if self.little_endian else size - position - width",
        "low = position",
        "bits of a value are counted from the wrong end on big-endian ABIs",
        AGREE,
    ),
    Mutant(
        _CELLS,
        "if self.little_endian else reversed(parts):",
        "if True else reversed(parts):",
        "pieces are put together from the wrong end on big-endian ABIs",
        AGREE,
    ),
    Mutant(
        _STILL,
        "        yield 8 * byte, 8, lt(byte, length.term)",
        "        yield 8 * byte, 8, le(byte, length.term)",
        "a length reaches one byte too far",
        AGREE,
    ),
    Mutant(
        _VALUES,
        "            return wrap(Value(sub(0, value.term), -value.high, -value.low), type)",
        "            return wrap(Value(value.term, value.low, value.high), type)",
        "minus does nothing",
        RARE,
    ),
    Mutant(
        _VALUES,
        "            return lt(b, a)\n",
        "            return le(b, a)\n",
        "greater means greater or equal",
        AGREE,
    ),
    Mutant(
        _MEMBERS,
        "            return Value(as_int(not_(eq(raw, 0))), 0, 1)",
        "            return Value(0, 0, 1)",
        "a bool that is looked at is 0",
        AGREE,
    ),
    # --- the design space
    Mutant(
        _TABLES,
        "        script.assert_(and_(formula, self.prop.applies))",
        "        script.assert_(formula)",
        "candidates of which the property makes no case are asked about",
        AGREE,
    ),
    Mutant(
        "obligations/forms.py",
        "            yield unfolding.path, operation.key, operation.value.term, little_endian",
        "            yield operation.value.term",
        "sectors whose values differ share their verdicts",
        RULES,
    ),
    Mutant(
        _TABLES,
        'return "whatever is stored" if not broken or differs_freely(run, prop.name) else "for these values"',
        'return "whatever is stored"',
        "what breaks for the values at one candidate is refuted around it",
        RARE,
    ),
    Mutant(
        _TABLES,
        'self._rest(VACUOUS if last == "unsat" else _HARD)',
        "self._rest(PROVED)",
        "what nothing reaches is proved",
        AGREE,
    ),
    Mutant(
        "design/cubes.py",
        '            self._note(left, right, int(operator == "<"))',
        "            self._note(left, right, 0)",
        "regions take in the candidate beyond a strict comparison",
        AGREE,
    ),
    Mutant(
        "design/cubes.py",
        "                high = min(high, rest // -factor)",
        "                high = min(high, rest // -factor + 1)",
        "regions are one candidate too long",
        AGREE,
    ),
    Mutant(
        "design/settle.py",
        'return Settled("unknown", reason=f"no run of up to {self.bound} turns reaches it; raise --bound")',
        'return Settled("vacuous")',
        "not reached within the bound is vacuous",
        TRAPS,
    ),
    Mutant(
        "design/settle.py",
        '        if ask(form.broken, form.ranges, self.limits).answer.result != "unsat":\n            return None\n',
        "",
        "a bound rounds up: what holds for three turns holds for all",
        TRAPS,
    ),
    Mutant(
        "design/settle.py",
        "        return proof or Settled(",
        '        return Settled("proved") or Settled(',
        "proved up to a bound is proved",
        TRAPS,
    ),
    # --- expectations and questions
    Mutant(
        _JUDGE,
        "(settled.turns or 0) >= expected.turns",
        "True",
        "proved up to N is met by fewer turns",
        RULES,
    ),
    Mutant(
        _JUDGE,
        '    left = [verdict for verdict in counts if verdict != "excluded"]\n',
        "    left = list(counts)\n",
        "excluded candidates make a proposal mixed",
        RULES,
    ),
    Mutant(
        _JUDGE,
        "([] if found else somewhere[:1])",
        "[]",
        "refuted somewhere is met by no candidate",
        RULES,
    ),
    Mutant(
        _JUDGE,
        "            return Expectation(expectation.property, expectation.otherwise)",
        "            return expectation",
        "the verdict after otherwise is not looked at",
        RULES,
    ),
    Mutant(
        _JUDGE,
        '    return 4 if VERDICTS[spot.mark] == "vacuous" else 1',
        "    return 1",
        "vacuous has no exit code of its own",
        RULES,
    ),
    Mutant(
        "design/answers.py",
        "    return proved - unknown - broken, unknown - broken",
        "    return proved - unknown, unknown",
        "a choice is an answer if some of its candidates are proved",
        RULES,
    ),
    Mutant(
        "design/answers.py",
        "or EXCLUDED in marks:",
        "or False:",
        "excluded candidates keep a choice from being an answer",
        RULES,
    ),
    Mutant(
        "design/answers.py",
        "    return set(answer) == set(ask.rows)",
        "    return set(answer) >= set(ask.rows)",
        "exactly is met by more",
        RULES,
    ),
    # --- the reference
    Mutant(
        "semantics/run.py",
        "        taken = [(i, origin.source(i)) for i in target.inside(length)]\n"
        "        for i, source in taken:\n"
        "            target.name.object.bits[target.low + i] = source\n",
        "        for i in target.inside(length):\n"
        "            target.name.object.bits[target.low + i] = origin.source(i)\n",
        "a copy reads what it has just written",
        RARE,
    ),
    Mutant(
        "semantics/judge.py",
        "    return None if used.live and not (claim.store and used.object.shared) else ()",
        "    return None if used.live else ()",
        "lent lets shared objects be stored to, says the reference",
        AGREE,
    ),
    Mutant(
        "semantics/state.py",
        "        return value is not None and value == self.settled(other)",
        "        return False",
        "equal values from two stores are different",
        (*NUMBERS, *AGREE),
    ),
    Mutant(
        "semantics/memory.py",
        "        return sum(name.live for name in self.names) > 1",
        "        return len(self.names) > 1",
        "an object stays shared when a name was given up",
        (*NUMBERS, *AGREE),
    ),
    Mutant(
        "semantics/arithmetic.py",
        "    return quotient if (left < 0) == (right < 0) else -quotient",
        "    return left // right",
        "division rounds down",
        NUMBERS,
    ),
    # --- properties: both accounts read the same claims
    Mutant(
        "properties/preserved.py",
        "isinstance(event, Ended) and event.step == claim.start",
        "isinstance(event, Began) and event.step == claim.start",
        "members are remembered before the step, not after",
        (*TRAPS, *NUMBERS),
    ),
    Mutant(
        "properties/owned.py",
        "event.place.view is not None:",
        "True:",
        "owned speaks of raw bytes",
        NUMBERS,
    ),
    Mutant(
        "properties/written.py",
        'event.kind == "read"',
        'event.kind != "cut"',
        "written speaks of copies and stores",
        NUMBERS,
    ),
    Mutant(
        "properties/exact.py",
        "event.value is not None and event.place",
        "event.value is None and event.place",
        "exact speaks of nothing",
        (*NUMBERS, *TRAPS),
    ),
    Mutant(
        "properties/holds.py",
        "isinstance(event, Began) and event.step == claim.at",
        "isinstance(event, Began)",
        "holds is asked at every step",
        RARE,
    ),
    Mutant(
        "properties/lent.py",
        '_STORES = ("write", "clear", "copy to")',
        '_STORES = ("write", "clear")',
        "a copy may store to a shared object",
        RARE,
    ),
    Mutant(
        "properties/placement.py",
        "broken = _astray(member.low, member.align, _object(view, objects, program))",
        "broken = False",
        "every member is aligned",
        RULES,
    ),
    Mutant(
        "properties/placement.py",
        "outside = or_(lt(view.place.low, first), lt(last, add(view.place.low, view.place.width)))",
        "outside = False",
        "every view fits",
        (*TRAPS, *RULES),
    ),
    Mutant(
        "properties/placement.py",
        "shared = and_(lt(a.low, add(b.low, b.width)), lt(b.low, add(a.low, a.width)))",
        "shared = and_(le(a.low, add(b.low, b.width)), le(b.low, add(a.low, a.width)))",
        "views that touch are not disjoint",
        RULES,
    ),
    Mutant(
        "properties/members.py",
        "    if not members:\n        return place\n",
        "    return place\n",
        "a property that names members speaks of all",
        NUMBERS,
    ),
    # --- layouts
    Mutant(
        "layout/records.py",
        "    return Layout(up(end, align) // 8, align // 8, tuple(members))\n\n\ndef _union",
        "    return Layout(up(end, 8) // 8, align // 8, tuple(members))\n\n\ndef _union",
        "structs have no padding at their end",
        LAYOUT,
    ),
    Mutant(
        "layout/demands.py",
        "        asked = max(own, 8 if packed else 8 * align)",
        "        asked = max(own, 8 * align)",
        "members of packed structs are aligned",
        LAYOUT,
    ),
    Mutant(
        "layout/demands.py",
        "    return -(-(start % align + demand.width) // align) > size // align",
        "    return False",
        "bit-fields cross the units of their type",
        LAYOUT,
    ),
    # --- what was found where
    Mutant(
        "language/build_pins.py",
        "        return replace(item, type=self.type(item.type, first, item.attributes.pins), at=first - base)",
        "        return replace(item, type=self.type(item.type, first, item.attributes.pins), at=first)",
        "places of nested pinned members count from the outermost struct, not from their own",
        PINS,
    ),
    Mutant(
        "layout/records.py",
        "    packed = record.packed or not _natural(record, record.size, abi)",
        "    packed = record.packed",
        "a pinned struct whose members lie astray is as aligned as they ask for",
        PINS,
    ),
    Mutant(
        "layout/demands.py",
        "    return at % demand.start == 0 and not _crosses(at, demand)",
        "    return at % demand.start == 0",
        "a pinned bit-field that crosses the units of its type is no sign of packing",
        PINS,
    ),
    Mutant(
        "layout/pins.py",
        "if one.low < mine.high and mine.low < one.high",
        "if one.low == mine.low and one.high == mine.high",
        "pinned members may overlap in part",
        ("tests/resolve/test_mistakes.py",),
    ),
)
