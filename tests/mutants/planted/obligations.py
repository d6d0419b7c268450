"""Faults in the symbolic account: what a run does, where bits come from, claims, values."""

from __future__ import annotations

from tests.mutants.planting import AGREE, BOOLS, RARE, RULES, TRAPS, planted

FAULTS = (
    *planted(
        "obligations/unfold.py",
        AGREE,
        (
            "clear stores something arbitrary",
            'self._store("blank", place, index, here, length)',
            'self._store("fresh", place, index, here, length)',
        ),
    ),
    *planted(
        "obligations/runs.py",
        AGREE,
        (
            "write touches padding that no member store touches",
            "    return merged([(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding))",
            "    return ((0, place.width),)",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        AGREE,
        ("struct assignment writes its padding", "            () if whole else place.padding,", "            (),"),
    ),
    *planted(
        "obligations/runs.py",
        AGREE,
        (
            "the bit of a bool that may be 1 is the first one on big-endian ABIs too",
            "        value, rest = (0, 1) if little_endian else (leaf.element - 1, 0)",
            "        value, rest = (0, 1)",
        ),
    ),
    *planted(
        "obligations/runs.py",
        RARE,
        (
            "a bool's upper bits are zero under another arm of the union",
            "    return without(merged(zero), merged(arbitrary))",
            "    return merged(zero)",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        AGREE,
        (
            "else is run in any case",
            "            self._block(otherwise, replace(here, guard=and_(here.guard, not_(holds))))",
            "            self._block(otherwise, here)",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        RARE,
        (
            "assume counts where it is not met",
            "        alive = and_(self.alive, or_(not_(here.guard), condition))",
            "        alive = and_(self.alive, condition)",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        AGREE,
        (
            "claims are judged in runs that an assumption ended",
            "guard = and_(self.alive, here.guard, self._some(claim, here))",
            "guard = and_(here.guard, self._some(claim, here))",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        RARE,
        (
            "consume gives the name up on every branch",
            "here.name.gone = or_(here.name.gone, here.guard)",
            "here.name.gone = True",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        AGREE,
        (
            "share gives no second name",
            "self._hold(name, here.current, live=here.guard)",
            "self._hold(name, here.current, live=False)",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        RARE,
        ("new makes a clone", 'self._make(name, own, kind == "new")', "self._make(name, own, False)"),
    ),
    *planted(
        "obligations/unfold.py",
        AGREE,
        (
            "an input per step is drawn once for the run",
            'key: Key = ("input", name, here.step_moment) if declared.per_step else ("input", name)',
            'key: Key = ("input", name)',
        ),
    ),
    *planted(
        "obligations/unfold.py",
        RARE,
        (
            "a negative length means nothing instead of everything",
            "return Value(ite(lt(value.term, 0), _ENDLESS, value.term), 0, max(value.high, _ENDLESS))",
            "return Value(ite(lt(value.term, 0), 0, value.term), 0, max(value.high, 0))",
        ),
        (
            "a loop takes at least one turn more than it must",
            'turns = self._decide(("turns", here.moment), loop.low, count, here.guard)',
            'turns = self._decide(("turns", here.moment), min(loop.low + 1, count), count, here.guard)',
        ),
    ),
    *planted(
        "obligations/unfold.py",
        (*AGREE, *TRAPS),
        ("the turn that speaks for all sees nothing of those before it", "        self._havoc(here, order)\n", ""),
    ),
    *planted(
        "obligations/unfold.py",
        RARE,
        (
            "loops without end are followed for one turn less than said",
            "        return wanted if loop.high is None else min(wanted, loop.high)",
            "        return wanted - 1 if loop.high is None else min(wanted, loop.high)",
        ),
    ),
    *planted(
        "obligations/sources.py",
        AGREE,
        (
            "a store reaches one bit too far",
            "inner = and_(le(operation.low, address), lt(address, add(operation.low, operation.width)))",
            "inner = and_(le(operation.low, address), le(address, add(operation.low, operation.width)))",
        ),
        (
            "a copy does not move what it copies",
            "        moved = add(sub(self.address, copied.low), copied.origin_low)",
            "        moved = self.address",
        ),
        (
            "a store that covers the bit for some candidates ends the search for all",
            "return low[1] <= own[0] and own[1] < low[0] + width[0]",
            "return low[0] <= own[0] and own[1] < low[1] + width[1]",
        ),
    ),
    *planted(
        "obligations/sources.py",
        (*AGREE, *TRAPS),
        ("two clears leave different values", '    if store.kind == "blank":\n        return ZERO, 0\n', ""),
    ),
    *planted(
        "obligations/sources.py",
        RARE,
        (
            "a step is in the history of an object made before it ended",
            "            return run.ended <= time",
            "            return True",
        ),
    ),
    *planted(
        "obligations/sources.py",
        AGREE,
        (
            "an object cut from another does not have its bytes",
            "self.address = ite(here, add(self.address, parent.base - instance.base), self.address)",
            "self.address = ite(here, self.address, self.address)",
        ),
    ),
    *planted(
        "obligations/claims.py",
        AGREE,
        (
            "owned takes what nobody stored",
            '    if store.kind not in ("fresh", "value"):\n        return False\n    return or_(',
            '    if store.kind not in ("fresh", "value"):\n        return True\n    return or_(',
        ),
        ("owned takes the same position of any struct", "            if own.shares_member(leaf)\n", ""),
    ),
    *planted(
        "obligations/claims.py",
        RULES,
        (
            "owned takes one array element for another that an input counts",
            "    return total([leaf.at, *(mul(unknowns[name], bits) for name, bits in leaf.shifts)])",
            "    return leaf.at",
        ),
    ),
    *planted(
        "obligations/claims.py",
        AGREE,
        (
            "written by takes blank for stored",
            '        store.kind == "blank" and (claim.cleared or claim.blank_is_enough)\n',
            '        store.kind == "blank"\n',
        ),
        ("written takes padding for stored", "    return not_(within(position, store.unspecified))", "    return True"),
        (
            "preserved compares no values",
            "                yield and_(on, not_(eq(now, then)))",
            "                yield False",
        ),
        (
            "a read for EXPR misses its last byte",
            "        yield offset, size, lt(offset // 8, at.length.term)",
            "        yield offset, size, lt(offset // 8 + 1, at.length.term)",
        ),
    ),
    *planted(
        "obligations/unfold.py",
        AGREE,
        (
            "lent lets shared objects be stored to",
            "        return and_(kept, not_(or_(*others)))",
            "        return kept",
        ),
        (
            "exact takes any negative value",
            "        return and_(le(low, value.term), le(value.term, high))",
            "        return le(value.term, high)",
        ),
        (
            "fits lets accesses run over the end",
            "        return and_(le(first, low), le(add(low, width), last))",
            "        return le(first, low)",
        ),
    ),
    *planted(
        "obligations/cells.py",
        BOOLS,
        (
            "a bool is read as the byte it lies in",
            "            return unfolding.boolean(raw, place, moment, guard)",
            "            return Value(raw, 0, (1 << place.width) - 1)",
        ),
    ),
    *planted(
        "obligations/ops.py",
        BOOLS,
        (
            "a bool whose byte is neither 0 nor 1 is 1",
            "ite(le(raw, 1), raw, self.decisions[key].term), 0, 255)",
            "ite(le(raw, 1), raw, 1), 0, 1)",
        ),
    ),
    *planted(
        "obligations/cells.py",
        AGREE,
        (
            "bits of a value are counted from the wrong end on big-endian ABIs",
            "low = position if self.little_endian else size - position - width",
            "low = position",
        ),
        (
            "pieces are put together from the wrong end on big-endian ABIs",
            "if self.little_endian else reversed(parts):",
            "if True else reversed(parts):",
        ),
    ),
    *planted(
        "obligations/still.py",
        AGREE,
        (
            "a length reaches one byte too far",
            "        yield 8 * byte, 8, lt(byte, length.term)",
            "        yield 8 * byte, 8, lt(byte - 1, length.term)",
        ),
    ),
    *planted(
        "obligations/values.py",
        RARE,
        (
            "minus does nothing",
            "            return wrap(Value(sub(0, value.term), -value.high, -value.low), type)",
            "            return wrap(Value(value.term, value.low, value.high), type)",
        ),
    ),
    *planted(
        "obligations/values.py",
        AGREE,
        ("greater means greater or equal", "            return lt(b, a)\n", "            return le(b, a)\n"),
    ),
    *planted(
        "obligations/members.py",
        AGREE,
        (
            "a bool that is looked at is 0",
            "            return self.unfolding.boolean(raw, self.place, self.moment, self.guard)",
            "            return Value(0, 0, 1)",
        ),
    ),
    *planted(
        "obligations/forms.py",
        RULES,
        (
            "sectors whose values differ share their verdicts",
            "            yield unfolding.path, operation.key, operation.value.term, little_endian",
            "            yield operation.value.term",
        ),
    ),
)
