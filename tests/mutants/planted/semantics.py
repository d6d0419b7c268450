"""Faults in the reference, and in the claims that both accounts read."""

from __future__ import annotations

from tests.mutants.planting import AGREE, CLAIMS, NUMBERS, RARE, RULES, TRACES, TRAPS, planted

FAULTS = (
    *planted(
        "semantics/run.py",
        RARE,
        (
            "a copy reads what it has just written",
            "        taken = [(i, origin.source(i)) for i in target.inside(length)]\n"
            "        for i, source in taken:\n"
            "            target.name.object.bits[target.low + i] = source\n",
            "        for i in target.inside(length):\n"
            "            target.name.object.bits[target.low + i] = origin.source(i)\n",
        ),
    ),
    *planted(
        "semantics/judge.py",
        AGREE,
        (
            "lent lets shared objects be stored to, says the reference",
            "    return None if used.live and not (claim.store and used.object.shared) else ()",
            "    return None if used.live else ()",
        ),
    ),
    *planted(
        "semantics/state.py",
        (*NUMBERS, *AGREE),
        (
            "equal values from two stores are different",
            "        return value is not None and value == self.settled(other)",
            "        return False",
        ),
    ),
    *planted(
        "semantics/memory.py",
        (*NUMBERS, *AGREE),
        (
            "an object stays shared when a name was given up",
            "        return sum(name.live for name in self.names) > 1",
            "        return len(self.names) > 1",
        ),
    ),
    *planted(
        "semantics/arithmetic.py",
        NUMBERS,
        (
            "division rounds down",
            "    return quotient if (left < 0) == (right < 0) else -quotient",
            "    return left // right",
        ),
    ),
    *planted(
        "properties/preserved.py",
        (*TRAPS, *NUMBERS),
        (
            "members are remembered before the step, not after",
            "isinstance(event, Ended) and event.step == claim.start",
            "isinstance(event, Began) and event.step == claim.start",
        ),
    ),
    *planted(
        "properties/owned.py",
        NUMBERS,
        ("owned speaks of raw bytes", "event.place.view is not None:", "True:"),
    ),
    *planted(
        "properties/written.py",
        NUMBERS,
        ("written speaks of copies and stores", 'event.kind == "read"', 'event.kind != "cut"'),
    ),
    *planted(
        "properties/exact.py",
        (*NUMBERS, *TRAPS),
        ("exact speaks of nothing", "event.value is not None and event.place", "event.value is None and event.place"),
    ),
    *planted(
        "properties/holds.py",
        RARE,
        (
            "holds is asked at every step",
            "isinstance(event, Began) and event.step == claim.at",
            "isinstance(event, Began)",
        ),
    ),
    *planted(
        "properties/lent.py",
        RARE,
        (
            "a copy may store to a shared object",
            '_STORES = ("write", "clear", "copy to")',
            '_STORES = ("write", "clear")',
        ),
    ),
    *planted(
        "properties/placement.py",
        RULES,
        (
            "every member is aligned",
            "broken = _astray(member.low, member.align, _object(view, objects, program))",
            "broken = False",
        ),
    ),
    *planted(
        "properties/placement.py",
        (*TRAPS, *RULES),
        (
            "every view fits",
            "outside = or_(lt(view.place.low, first), lt(last, add(view.place.low, view.place.width)))",
            "outside = False",
        ),
    ),
    *planted(
        "properties/placement.py",
        RULES,
        (
            "views that touch are not disjoint",
            "shared = and_(lt(a.low, add(b.low, b.width)), lt(b.low, add(a.low, a.width)))",
            "shared = and_(le(a.low, add(b.low, b.width)), le(b.low, add(a.low, a.width)))",
        ),
    ),
    *planted(
        "properties/members.py",
        NUMBERS,
        (
            "a property that names members speaks of all",
            "    if not members:\n        return place\n",
            "    return place\n",
        ),
    ),
    *planted(
        "semantics/run.py",
        CLAIMS,
        (
            "a step is in the history before it has run",
            "        self._block(frame, step.body)\n        frame.current.object.history.append(here.moment)",
            "        frame.current.object.history.append(here.moment)\n        self._block(frame, step.body)",
        ),
        (
            "the condition of an `if` reads nothing",
            "true = self._evaluated(here, condition)",
            "true = self.state.number(here, condition)",
        ),
        (
            "names are seen behind the block that makes them",
            "        names = dict(frame.names)\n",
            "        names = frame.names\n",
        ),
        (
            "a part sees the names of its caller",
            "replace(here, names={}, prefix=here.moment), self.program.parts",
            "replace(here, prefix=here.moment), self.program.parts",
        ),
    ),
    *planted(
        "semantics/run.py",
        TRACES,
        (
            "a struct assignment leaves padding as it was",
            '"unspecified", [i for i in padding if i in inside])',
            '"unspecified", [])',
        ),
        ("`each` runs on the object that it cuts from", "                frame = replace(frame, current=made)\n", ""),
    ),
    *planted(
        "semantics/memory.py",
        CLAIMS,
        (
            "a made object remembers what its parent does later",
            "list(made.history), dict(made.snapshots),",
            "list(made.history), made.snapshots,",
        ),
        (
            "steps on a parent enter the history of what was made from it",
            "history, snapshots, since = list(made.history),",
            "history, snapshots, since = made.history,",
        ),
    ),
    *planted(
        "semantics/memory.py",
        TRACES,
        (
            "accesses go beyond the end of their object",
            "range(max(0, -self.low), min(self.width(length), len(self.name.object.bits) - self.low))",
            "range(max(0, -self.low), self.width(length))",
        ),
    ),
    *planted(
        "semantics/state.py",
        TRACES,
        (
            "bytes stored over a bool are those of a bool",
            ' or source.store.kind != "fresh" or not store.typed:',
            ' or source.store.kind != "fresh":',
        ),
    ),
    *planted(
        "semantics/state.py",
        CLAIMS,
        (
            "an input per step is drawn at each statement",
            'return "input", name, frame.moment if frame.began is None else frame.began',
            'return "input", name, frame.moment',
        ),
    ),
    *planted(
        "semantics/state.py",
        AGREE,
        (
            "the one bit of a bool is the first on big-endian ABIs too",
            "arithmetic.weight(bit, leaf.element, self.program.little_endian) > 0",
            "arithmetic.weight(bit, leaf.element, True) > 0",
        ),
    ),
    *planted(
        "semantics/state.py",
        RARE,
        (
            "a negative length is none",
            "        return value if value >= 0 else _ENDLESS",
            "        return max(value, 0)",
        ),
    ),
    *planted(
        "semantics/judge.py",
        CLAIMS,
        (
            "a length observes members alone",
            "    if not claim.all_bytes:\n        meant",
            "    if True:\n        meant",
        ),
        (
            "written by takes a step that has not ended, or ran elsewhere",
            "    return claim.by is None or (store.step in claim.by and store.began in reader.history)",
            "    return claim.by is None or store.step in claim.by",
        ),
        (
            "owned takes the same bit of any member",
            "leaf.shares_member(own) and at == where for own, where",
            "at == where for _, where",
        ),
    ),
    *planted(
        "semantics/arithmetic.py",
        TRACES,
        (
            "a signed bit-field is read as its whole type",
            "_signed(value, len(bits), type.signed)",
            "_signed(value, type.bits, type.signed)",
        ),
        (
            "sums do not wrap",
            "            return convert(_BINARY[sign](evaluate(left, values), evaluate(right, values)), type)",
            "            return _BINARY[sign](evaluate(left, values), evaluate(right, values))",
        ),
        (
            "bits of a value are counted from one end on every ABI",
            "    return position if little_endian else width - 1 - position",
            "    return position",
        ),
    ),
    *planted(
        "semantics/arithmetic.py",
        CLAIMS,
        (
            "exact takes a negative value for a large one",
            "    return value == _signed(value, type.bits, type.signed)",
            "    return value % (1 << type.bits) == _signed(value, type.bits, False)",
        ),
    ),
    *planted(
        "properties/table.py",
        CLAIMS,
        (
            "`in` a path and a step means both at once",
            "event.path in (where.paths or ()) or step in (where.steps or ())",
            "event.path in (where.paths or ()) and step in (where.steps or ())",
        ),
    ),
)
