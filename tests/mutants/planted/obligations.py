"""Faults in the symbolic account: what a run does, where bits come from, claims, values."""

from __future__ import annotations

from tests.mutants.planting import (
    AGREE,
    BOOLS,
    COPIED,
    COUNTED,
    ELSEWHERE,
    PIECES,
    RARE,
    RULES,
    TRANSLATED,
    TRAPS,
    planted,
)

FAULTS = (
    *planted(
        "obligations",
        AGREE,
        (
            "clear stores something arbitrary",
            "_Walk._clear",
            "self._store('blank', place, index, frame, length)",
            "self._store('fresh', place, index, frame, length)",
        ),
        (
            "write touches padding that no member store touches",
            "covered",
            "merged([(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding))",
            "((0, place.width),)",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "a bool's upper bits are zero under another arm of the union",
            "zeroes",
            "without(merged(zero), merged(arbitrary))",
            "merged(zero)",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "else is run in any case",
            "_Walk._if",
            "replace(frame, guard=and_(frame.guard, not_(holds)))",
            "frame",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "assume counts where it is not met",
            "Building.assume",
            "or_(not_(frame.guard), condition)",
            "condition",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "claims are judged in runs that an assumption ended",
            "Claiming._claim",
            "and_(self.built.alive, frame.guard, self._some(claim, frame))",
            "and_(frame.guard, self._some(claim, frame))",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "consume gives the name up on every branch",
            "_Walk._statement",
            "or_(frame.name.gone, frame.guard)",
            "True",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "share gives no second name",
            "_Walk._block",
            "self.built.hold(name, frame.current, live=frame.guard)",
            "self.built.hold(name, frame.current, live=False)",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "new makes a clone",
            "_Walk._block",
            "self.built.make(name, inner, kind == 'new')",
            "self.built.make(name, inner, False)",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "an input per step is drawn once for the run",
            "Touching._input",
            "('input', name, frame.step_moment) if declared.per_step else ('input', name)",
            "('input', name)",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "a negative length means nothing instead of everything",
            "Touching.length",
            "Value(ite(lt(value.term, 0), _ENDLESS, value.term), 0, max(value.high, _ENDLESS))",
            "Value(ite(lt(value.term, 0), 0, value.term), 0, max(value.high, 0))",
        ),
        (
            "a loop takes at least one turn more than it must",
            "Turns._lay_out",
            "self.built.decide(('turns', frame.moment), loop.low, count, frame.guard)",
            "self.built.decide(('turns', frame.moment), min(loop.low + 1, count), count, frame.guard)",
        ),
    ),
    *planted(
        "obligations",
        AGREE + TRAPS,
        (
            "the turn that speaks for all sees nothing of those before it",
            "Turns._follow",
            "self._havoc(frame, order)\nhead, clock = (len(self.built.out.operations), self.built.tick())",
            "head, clock = (len(self.built.out.operations), self.built.tick())",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "loops without end are followed for one turn less than said",
            "Turns._turns",
            "planned if loop.high is None else min(planned, loop.high)",
            "planned - 1 if loop.high is None else min(planned, loop.high)",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "a copy does not move what it copies",
            "_Walk._copied",
            "add(sub(where.address, copied.low), copied.origin_low)",
            "where.address",
        ),
        (
            "a store that covers the bit for some candidates ends the search for all",
            "_Walk._covers",
            "low[1] <= first and last < low[0] + width[0]",
            "low[0] <= first and last < low[1] + width[1]",
        ),
    ),
    *planted(
        "obligations",
        AGREE + TRAPS,
        ("any store is the one", "_is", "eq(number, source[0])", "True"),
        ("any bit of a store is the one", "_is", "eq(position, source[1])", "True"),
        (
            "two clears leave different values",
            "_value_in",
            "if store.kind == 'blank':\n    return (ZERO, 0)\nif store.zero:\n    zero = _2\n    return _1",
            "if store.zero:\n    zero = _2\n    return _1",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "a step is in the history of an object made before it ended",
            "in_history",
            "run.ended <= time",
            "True",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "an object cut from another does not have its bytes",
            "_Walk._made",
            "add(where.address, by)",
            "where.address",
        ),
        (
            "owned takes what nobody stored",
            "_same_member",
            "store.kind == 'blank'",
            "store.kind not in ('fresh', 'value')",
        ),
        (
            "owned takes the same position of any struct",
            "members_stored",
            "[_1 for stored in store.leaves_by_identity.get(leaf.identity, ()) if stored.shares_member(leaf)]",
            "[_1 for stored in store.leaves]",
        ),
    ),
    *planted(
        "obligations",
        RULES,
        (
            "owned takes one array element for another that an input counts",
            "element_of",
            "total([leaf.at, *(mul(unknowns[name], bits) for name, bits in leaf.shifts)])",
            "leaf.at",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "written by takes blank for stored",
            "was_stored",
            "store.kind == 'blank' and (claim.cleared or claim.blank_is_enough)",
            "store.kind == 'blank'",
        ),
        (
            "written takes padding for stored",
            "was_stored",
            "not_(within(position, store.unspecified))",
            "True",
        ),
    ),
    *planted(
        "obligations",
        COUNTED,
        (
            "a number is half of what it may be",
            "bounded",
            "min(high, last)",
            "min(high, last) // 2",
        ),
        ("a number is above what it may be", "bounded", "max(low, first)", "max(low, first) // 2"),
    ),
    *planted(
        "obligations",
        TRANSLATED,
        ("what may be less is not", "_less", "right.high <= left.low", "right.low <= left.low"),
        ("what may be more is not", "_at_most", "right.high < left.low", "right.low < left.low"),
        ("what overlaps is apart", "_equal", "right.high < left.low", "right.low < left.low"),
        ("two numbers have no more bits than one", "_bitwise", "max(a.high, b.high)", "b.high"),
        ("no bit lies above a field", "field", "value.high < 1 << low + width", "True"),
        ("a field lies above all bits", "field", "value.high < 1 << low", "value.high < 2 << low"),
    ),
    *planted(
        "obligations",
        COPIED,
        (
            "what some candidates copy all do",
            "_Walk._copied",
            "covers and self._sure(copied, where) and (not self._without(copied))",
            "covers and self._sure(copied, where)",
        ),
        (
            "what some runs copy all do",
            "_Walk._copied",
            "covers and self._sure(copied, where) and (not self._without(copied))",
            "covers and (not self._without(copied))",
        ),
        (
            "what a copy brought lies where it was stored before as well",
            "_Walk._copied",
            "and_(where.present, not_(brought))",
            "where.present",
        ),
        (
            "a store in one place has the bit of another",
            "_Walk._stored",
            "and_(where.present, store.guard, True if covers else inside(store, where.address))",
            "and_(store.guard, True if covers else inside(store, where.address))",
        ),
        (
            "of two ways to an object the later one counts",
            "Whereabouts.or_else",
            "ite(self.present, self.address, other.address)",
            "self.address",
        ),
    ),
    *planted(
        "obligations",
        PIECES,
        (
            "what is preserved is the first of its pieces",
            "leaf_pieces",
            "pairwise(ends)",
            "pairwise(ends[:2])",
        ),
        (
            "gaps between members are members",
            "leaf_pieces",
            "any((first <= low and last <= first + width for first, width in leaf_runs(place)))",
            "True",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "preserved compares no values",
            "_differing",
            "and_(on, not_(eq(current, earlier)))",
            "False",
        ),
        (
            "a read for EXPR misses its last byte",
            "_by_length",
            "lt(offset // 8, at.length.term)",
            "lt(offset // 8 + 1, at.length.term)",
        ),
        (
            "lent lets shared objects be stored to",
            "Claiming.not_given_up",
            "and_(owned, not_(or_(*other_names)))",
            "owned",
        ),
        (
            "exact takes any negative value",
            "Touching.fits_type",
            "and_(le(low, value.term), le(value.term, high))",
            "le(value.term, high)",
        ),
        (
            "fits lets accesses run over the end",
            "Touching._inside",
            "and_(le(first, low), le(add(low, width), last))",
            "le(first, low)",
        ),
    ),
    *planted(
        "obligations",
        BOOLS,
        (
            "a bool is read as the byte it lies in",
            "Cells.value",
            "unfolding.boolean(raw, place, moment, guard)",
            "Value(raw, 0, (1 << place.width) - 1)",
        ),
        (
            "a bool whose byte is neither 0 nor 1 is 1",
            "Unfolding.boolean",
            "Value(ite(le(raw, 1), raw, anything), 0, 255)",
            "Value(ite(le(raw, 1), raw, 1), 0, 1)",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "bits of a value are counted from the wrong end on big-endian ABIs",
            "Cells._bits",
            "position if self.little_endian else size - position - width",
            "position",
        ),
        (
            "pieces are put together from the wrong end on big-endian ABIs",
            "Cells._compose",
            "self.little_endian",
            "True",
        ),
        (
            "a length reaches one byte too far",
            "_stretches",
            "lt(byte, length.term)",
            "lt(byte - 1, length.term)",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "minus does nothing",
            "_unary",
            "Value(sub(0, value.term), -value.high, -value.low)",
            "Value(value.term, value.low, value.high)",
        ),
    ),
    *planted(
        "obligations",
        AGREE,
        (
            "greater means greater or equal",
            "_compare",
            "_less(right, left)",
            "_at_most(right, left)",
        ),
        (
            "a bool that is looked at is 0",
            "_Look.value",
            "self.unfolding.boolean(raw, self.place, self.moment, self.guard)",
            "Value(0, 0, 1)",
        ),
    ),
    *planted(
        "obligations",
        RARE,
        (
            "struct assignment writes its padding",
            "_Walk._store",
            "() if covers_all else place.padding",
            "()",
        ),
        (
            "the bit of a bool that may be 1 is the first one on big-endian ABIs too",
            "zeroes",
            "(0, 1) if little_endian else (leaf.element - 1, 0)",
            "(0, 1)",
        ),
        (
            "a store reaches one bit too far",
            "inside",
            "lt(address, add(operation.low, operation.width))",
            "le(address, add(operation.low, operation.width))",
        ),
    ),
    *planted(
        "obligations",
        ELSEWHERE,
        (
            "a loop on a path that a property never meets bounds its proof",
            "by_values",
            "bool(unfolding.truncated) and may_claim(program, path, prop)",
            "bool(unfolding.truncated)",
        ),
    ),
)
