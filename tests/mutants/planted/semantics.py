"""Faults in the reference, and in the claims that both accounts read."""

from __future__ import annotations

from tests.mutants.planting import AGREE, CLAIMS, NUMBERS, RARE, RULES, TRACES, TRAPS, planted

FAULTS = (
    *planted(
        "semantics",
        RARE,
        (
            "a copy reads what it has just written",
            "Memory.copy",
            "sources = _1\nfor i, source in sources:\n    target.name.object.bits[target.low + i] = source",
            "for i in target.inside(length):\n    target.name.object.bits[target.low + i] = origin.source(i)",
        ),
    ),
    *planted(
        "semantics",
        AGREE,
        (
            "lent lets shared objects be stored to, says the reference",
            "_not_given_up",
            "used.live and (not (claim.store and used.object.shared))",
            "used.live",
        ),
    ),
    *planted(
        "semantics",
        NUMBERS + AGREE,
        (
            "equal values from two stores are different",
            "State.same",
            "value is not None and value == self.settled(other)",
            "False",
        ),
        (
            "an object stays shared when a name was given up",
            "Object.shared",
            "sum((name.live for name in self.names))",
            "len(self.names)",
        ),
    ),
    *planted(
        "semantics",
        NUMBERS,
        (
            "division rounds down",
            "_divide",
            "quotient if (left < 0) == (right < 0) else -quotient",
            "left // right",
        ),
    ),
    *planted(
        "properties",
        TRAPS + NUMBERS,
        (
            "members are remembered before the step, not after",
            "snapshot",
            "isinstance(event, Ended)",
            "isinstance(event, Began)",
        ),
    ),
    *planted(
        "properties/owned.py",
        NUMBERS,
        ("owned speaks of raw bytes", "claims", "event.place.view is not None", "True"),
    ),
    *planted(
        "properties/written.py",
        NUMBERS,
        (
            "written speaks of copies and stores",
            "claims",
            "event.kind == 'read'",
            "event.kind != 'cut'",
        ),
    ),
    *planted(
        "properties/exact.py",
        NUMBERS + TRAPS,
        ("exact speaks of nothing", "claims", "event.value is not None", "event.value is None"),
    ),
    *planted(
        "properties/holds.py",
        RARE,
        (
            "holds is asked at every step",
            "claims",
            "isinstance(event, Began) and event.step == claim.at",
            "isinstance(event, Began)",
        ),
    ),
    *planted(
        "properties/lent.py",
        RARE,
        (
            "a copy may store to a shared object",
            "",
            "('write', 'clear', 'copy to')",
            "('write', 'clear')",
        ),
    ),
    *planted(
        "properties",
        RULES,
        (
            "every member is aligned",
            "members_aligned",
            "_astray(member.low, member.align, _object(view, objects, program))",
            "False",
        ),
    ),
    *planted(
        "properties",
        TRAPS + RULES,
        (
            "every view fits",
            "views_inside",
            "or_(lt(view.place.low, first), lt(last, add(view.place.low, view.place.width)))",
            "False",
        ),
    ),
    *planted(
        "properties",
        RULES,
        (
            "views that touch are not disjoint",
            "views_disjoint",
            "and_(lt(a.low, add(b.low, b.width)), lt(b.low, add(a.low, a.width)))",
            "and_(le(a.low, add(b.low, b.width)), le(b.low, add(a.low, a.width)))",
        ),
    ),
    *planted(
        "properties",
        NUMBERS,
        (
            "a property that names members speaks of all",
            "named",
            "if not members:\n    return place",
            "return place",
        ),
    ),
    *planted(
        "semantics",
        CLAIMS,
        (
            "a step is in the history before it has run",
            "_Machine._step",
            "self._block(frame, step.body)\nframe.current.object.history.append(outer.moment)",
            "frame.current.object.history.append(outer.moment)\nself._block(frame, step.body)",
        ),
        (
            "the condition of an `if` reads nothing",
            "_Machine._if",
            "self._evaluated",
            "self.state.number",
        ),
        (
            "names are seen behind the block that makes them",
            "_Machine._block",
            "dict(frame.names)",
            "frame.names",
        ),
        (
            "a part sees the names of its caller",
            "_Machine._statement",
            "replace(frame, names={}, prefix=frame.moment)",
            "replace(frame, prefix=frame.moment)",
        ),
    ),
    *planted(
        "semantics",
        TRACES,
        (
            "a struct assignment leaves padding as it was",
            "_Machine._write",
            "extent.clipped(place.padding)",
            "[]",
        ),
        (
            "`each` runs on the object that it cuts from",
            "_Machine._loop",
            "frame.names[statement.name] = name_made\nframe = replace(frame, current=name_made)",
            "frame.names[statement.name] = name_made",
        ),
    ),
    *planted(
        "semantics",
        CLAIMS,
        (
            "a made object remembers what its parent does later",
            "make",
            "dict(parent.snapshots)",
            "parent.snapshots",
        ),
        (
            "steps on a parent enter the history of what was made from it",
            "make",
            "list(parent.history)",
            "parent.history",
        ),
    ),
    *planted(
        "semantics",
        TRACES,
        (
            "accesses go beyond the end of their object",
            "Extent.inside",
            "min(self.width(length), len(self.name.object.bits) - self.low)",
            "self.width(length)",
        ),
        (
            "bytes stored over a bool are those of a bool",
            "State._above_bool",
            "store is None or source.store.kind != 'fresh' or (not store.typed)",
            "store is None or source.store.kind != 'fresh'",
        ),
    ),
    *planted(
        "semantics",
        CLAIMS,
        (
            "an input per step is drawn at each statement",
            "State._key",
            "frame.moment if frame.began is None else frame.began",
            "frame.moment",
        ),
    ),
    *planted(
        "semantics",
        AGREE,
        (
            "the one bit of a bool is the first on big-endian ABIs too",
            "State._zero_in",
            "self.program.little_endian",
            "True",
        ),
    ),
    *planted(
        "semantics",
        RARE,
        (
            "a negative length is none",
            "State.length",
            "value if value >= 0 else _ENDLESS",
            "max(value, 0)",
        ),
    ),
    *planted(
        "semantics",
        CLAIMS,
        ("a length observes members alone", "_stored", "not claim.all_bytes", "True"),
        (
            "written by takes a step that has not ended, or ran elsewhere",
            "_was_stored",
            "store.step in claim.by and store.began in reader.history",
            "store.step in claim.by",
        ),
        (
            "owned takes the same bit of any member",
            "Store.through",
            "wanted.shares_member(leaf)",
            "True",
        ),
    ),
    *planted(
        "semantics",
        TRACES,
        (
            "a signed bit-field is read as its whole type",
            "read_back",
            "_signed(value, len(bits), type.signed)",
            "_signed(value, type.bits, type.signed)",
        ),
        (
            "sums do not wrap",
            "evaluate",
            "convert(_BINARY[sign](evaluate(left, values), evaluate(right, values)), type)",
            "_BINARY[sign](evaluate(left, values), evaluate(right, values))",
        ),
        (
            "bits of a value are counted from one end on every ABI",
            "weight",
            "position if little_endian else width - 1 - position",
            "position",
        ),
    ),
    *planted(
        "semantics",
        CLAIMS,
        (
            "exact takes a negative value for a large one",
            "holds",
            "value == _signed(value, type.bits, type.signed)",
            "value % (1 << type.bits) == _signed(value, type.bits, False)",
        ),
    ),
    *planted(
        "properties",
        CLAIMS,
        (
            "`in` a path and a step means both at once",
            "_inside",
            "event.path in (condition.paths or ()) or step in (condition.steps or ())",
            "event.path in (condition.paths or ()) and step in (condition.steps or ())",
        ),
    ),
)
