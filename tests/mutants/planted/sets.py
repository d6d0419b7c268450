"""Faults in sets of candidates, in merged programs, and in data flow."""

from __future__ import annotations

from tests.mutants.planting import FLOW, MERGING, SETS, planted

FAULTS = (
    *planted(
        "reaching/universe.py",
        SETS,
        (
            "a sum is compared one too high",
            "_threshold",
            "-(constant // factor)",
            "1 - constant // factor",
        ),
        (
            "a sum is compared one too low",
            "_threshold",
            "constant // -factor + 1",
            "constant // -factor",
        ),
        (
            "an axis that a sum lacks is taken once",
            "_Sums._at_least",
            "self._widths[first]",
            "width",
        ),
        (
            "a sum that is -1 at the least is never negative",
            "_Sums.at_least",
            "self._lows[first] + constant >= 0",
            "self._lows[first] + constant >= -1",
        ),
        ("the first of many blocks alone", "_joined", "low | high << width", "low"),
        (
            "a value is that value or more",
            "Universe.value",
            "self._from(axis, place) ^ self._from(axis, place + 1)",
            "self._from(axis, place)",
        ),
        (
            "unlike neighbours are said at once",
            "_condition",
            "parts and parts[-1][0] == part",
            "parts",
        ),
        (
            "another value than the mark's",
            "Universe.marked",
            "49 if other == mark else 48",
            "49 if other != mark else 48",
        ),
    ),
    *planted(
        "design",
        SETS,
        (
            "what earlier turns left is guessed",
            "Evaluation._choice",
            "name.startswith(UNSURE) and is_true",
            "False",
        ),
        (
            "what was not followed is 0",
            "Evaluation._unknown",
            "return []",
            "return [(self.universe.all, (), 0)]",
        ),
        (
            "a bit that the run looks at is arbitrary",
            "Values._arbitrary",
            "variable.store == definition.store.number",
            "variable.store != definition.store.number",
        ),
        (
            "members looked at that coincide at some candidates only are taken for two",
            "Values.apart",
            "variable.store == other.store",
            "False",
        ),
        (
            "values that lie on each other may differ",
            "Values._consistent",
            "variable.width == other.width and self._value(variable) == self._value(other)",
            "variable.width == other.width",
        ),
        ("less is less or equal", "Evaluation.compared", "d - b - (operator == '<')", "d - b"),
        (
            "bits of big-endian numbers are counted from the other end",
            "Values._bit",
            "weight if little_endian else width - 1 - weight",
            "weight",
        ),
        ("a quotient is rounded up", "Evaluation._number", "a // b", "-(-a // b)"),
    ),
    *planted(
        "design",
        MERGING,
        (
            "what some candidates have, all have",
            "_Merging._block",
            "candidates == all_candidates",
            "True",
        ),
        (
            "statements with one number are one statement",
            "_grouped",
            "other == head and _1",
            "True",
        ),
        (
            "a property is as the first candidate has it",
            "_Merging._properties",
            "variant if candidates == self.everyone else replace(variant, given=self._given(candidates))",
            "variant",
        ),
    ),
    *planted(
        "design",
        SETS,
        (
            "a bit behind the place counts",
            "_of_each_bit",
            "range(first, width, 8)",
            "range(first, width + 8, 8)",
        ),
        (
            "a value is known where none is",
            "Values._bit",
            "inside & determined_at",
            "inside",
        ),
    ),
    *planted(
        "obligations",
        FLOW,
        (
            "a store that one candidate has covers for all",
            "_Walk._leave",
            "0 if operation.given is None else self.among ^ (self.among & operation.given.among)",
            "0",
        ),
    ),
    *planted(
        "reaching",
        FLOW,
        ("a store leaves what was there", "replaced", "having ^ (having & candidates)", "having"),
        ("of two ways the first one counts", "joined", "candidates | before != before", "False"),
        (
            "a loop has no turn but those it must have",
            "_Flow._loop",
            "left is None or left > 0",
            "False",
        ),
        ("arms after the first are not taken", "_Flow._either", "first.join(way)", "way.copy()"),
        ("a clone has no history", "Memory.make", "state.marked.get(frame.current, 0)", "0"),
        (
            "what was held before a snapshot is what it took",
            "Memory.snapshot",
            "{OTHER: stale}",
            "{}",
        ),
        (
            "cleared bits are everybody's and so is debris",
            "_came_through",
            "fact.kind == 'blank'",
            "fact.kind != 'stored'",
        ),
        (
            "what a run still stores is in its object's history already",
            "_was_stored",
            "fact.ended",
            "True",
        ),
        (
            "a run on what the turn before made is in the history of this turn's object",
            "_made",
            "fact.on - {number}",
            "fact.on",
        ),
        (
            "a run on any object counts",
            "_was_stored",
            "scene.here.current in fact.on",
            "bool(fact.on)",
        ),
        (
            "where copies come from is not asked about",
            "asked",
            "any((_follow(copy, atoms, followed) for copy in atoms.copies))",
            "False",
        ),
        (
            "one reads in one place alone",
            "_not_own",
            "observed.positions",
            "observed.positions[:1]",
        ),
        (
            "steps that parts call are called nowhere",
            "_Flow._called",
            "self._called(self.program.parts[name])",
            "set()",
        ),
        (
            "neighbours that are stored to alike were alike before",
            "_replace",
            "by_facts[id(facts)][1]",
            "next(iter(by_facts.values()))[1]",
        ),
        (
            "any member will do",
            "_came_through",
            "any((one_member(member, each) for member in fact.members))",
            "bool(fact.members)",
        ),
    ),
)
