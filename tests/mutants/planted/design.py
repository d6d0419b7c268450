"""Faults in how verdicts of a design space are reached and judged."""

from __future__ import annotations

from tests.mutants.planting import (
    AGREE,
    AROUND,
    CELLS,
    GAVE_UP,
    GUESSES,
    REGIONS,
    ROUNDS,
    RULES,
    SHARES,
    TRAPS,
    UNIVERSE,
    WRONG_SETS,
    planted,
)

FAULTS = (
    *planted(
        "design",
        GUESSES,
        (
            "where no run without guesses is left none is",
            "Query.check",
            "surer.result == 'sat'",
            "True",
        ),
        (
            "a run with guesses is as good as one without",
            "Query._takes_a_guess",
            "any((answer.model.get(name) for name in self._guesses))",
            "False",
        ),
        (
            "what is supposed for the last candidate is tried",
            "Query.is_guessed",
            "self._has_values",
            "False",
        ),
    ),
    *planted(
        "design",
        WRONG_SETS,
        (
            "a region is repeated nowhere",
            "Regions._repeats",
            "self._repeats_at(example, why.model, self.sector.point(farthest))",
            "True",
        ),
        (
            "what a refuting run does not reach elsewhere is reached",
            "Regions.of_refuting_run",
            "example.path.reached",
            "True",
        ),
    ),
    *planted(
        "design",
        SHARES,
        (
            "parts leave their last candidate out",
            "_parts",
            "values[low:low + even]",
            "values[low:low + even - 1]",
        ),
        ("every share looks at the whole", "_space", "axis.name == first", "False"),
        (
            "what was settled one by one is that of the first part",
            "_joined",
            "before += len(_1)",
            "before += 0",
        ),
        (
            "marks of the last part alone are kept",
            "_joined",
            "bytearray().join(_1)",
            "parts[-1].sheet.marks",
        ),
        (
            "a pinned axis is taken for a free one",
            "_shares",
            "isinstance(axis.values, range)",
            "False",
        ),
    ),
    *planted(
        "design",
        AGREE,
        (
            "candidates of which the property makes no case are asked about",
            "Space.plain",
            "(not_(prop.applies), INAPPLICABLE)",
            "(False, INAPPLICABLE)",
        ),
    ),
    *planted(
        "design",
        ("tests/design/test_equal_programs.py",),
        ("programs are taken as equal by their hash", "equal_programs", "_1 == asked", "True"),
        (
            "a class is judged as its first sector's own",
            "Table.of",
            "Sheet(sector, marks=plain)",
            "Sheet(self.sheet.sector, marks=plain)",
        ),
        (
            "of a class all candidates are there",
            "Table.of",
            "Sheet(sector, marks=plain)",
            "Sheet(sector)",
        ),
        (
            "what a sector excludes is settled there",
            "Table.of",
            "not plain[index]",
            "True",
        ),
        (
            "what the first of a class requires all do",
            "_class",
            "or_(*required)",
            "members[0][1].required",
        ),
        (
            "only the first property tells sectors apart",
            "Likeness.asked",
            "program.properties",
            "program.properties[:1]",
        ),
        (
            "one that is too large loses its class",
            "Space._put",
            "self._classes[key_of(sector)].sectors",
            "[sector]",
        ),
    ),
    *planted(
        "design",
        ("tests/design/test_models.py",),
        ("a model comes before what is said otherwise", "over", "dict(values)", "{}"),
    ),
    *planted(
        "obligations",
        ("tests/design/test_models.py",),
        (
            "what lies alike is clipped alike in every object",
            "Touching.bound",
            "(place, touched.instance.number)",
            "(place, 0)",
        ),
    ),
    *planted(
        "reaching",
        ("tests/reaching/test_atoms.py",),
        (
            "what lies alike in two objects covers the same atoms",
            "Atoms.covered",
            "(self.kind(place), place.low, first, width)",
            "('', place.low, first, width)",
        ),
        (
            "padding that is left as it was is written",
            "Atoms.reached",
            "(self.kind(place), place.low, place.width, written)",
            "(self.kind(place), place.low, place.width, 0)",
        ),
    ),
    *planted(
        "design",
        ("tests/design/test_in_vain.py",),
        (
            "what is found out counts as asked in vain",
            "Tables._one_by_one",
            "in_vain + 1 if settled.verdict == 'unknown' else 0",
            "in_vain + 1",
        ),
        ("what was asked in vain of one part counts in all", "_part", "sector.size", "10 ** 9"),
    ),
    *planted(
        "design",
        ("tests/design/test_likeness.py",),
        (
            "a bool is any byte",
            "_in_extents",
            "sorted(((leaf.offset, leaf.width, leaf.element) for leaf in place.leaves if leaf.boolean))",
            "[]",
        ),
        (
            "what covers a bool too is a bool",
            "_in_extents",
            "[(leaf.offset, leaf.width) for leaf in place.leaves if not leaf.boolean]",
            "[]",
        ),
        (
            "who asks for owned asks for nothing",
            "Likeness.asked",
            "Preserved | Fits | Lent",
            "object",
        ),
    ),
    *planted(
        "design",
        AROUND,
        (
            "what breaks for the values at one candidate is refuted around it",
            "Values._arbitrary",
            "variable.store == definition.store.number",
            "False",
        ),
    ),
    *planted(
        "design",
        AGREE,
        (
            "what nothing reaches is proved",
            "Refinement._reach",
            "VACUOUS if last == 'unsat' else HARD",
            "PROVED",
        ),
        ("marks are written over", "Refinement._mark", "self.left & region", "region"),
        (
            "regions take in the candidate beyond a strict comparison",
            "Evaluation.compared",
            "operator == '<'",
            "0",
        ),
    ),
    *planted(
        "design",
        TRAPS,
        (
            "not reached within the bound is vacuous",
            "_Settling._bounded",
            "Settled('unknown', reason=f'no run of up to {self.bound} turns reaches it; raise --bound')",
            "Settled('vacuous')",
        ),
        (
            "a bound rounds up: what holds for three turns holds for all",
            "_Settling._under",
            "if _2:\n    return None\nif _1:\n    return Settled('vacuous', plan=plan, invariant=invariant_found)",
            "if _1:\n    return Settled('vacuous', plan=plan, invariant=invariant_found)",
        ),
    ),
    *planted(
        "design/summary.py",
        CELLS,
        (
            "an axis makes no difference where its first block does not",
            "_alike_along",
            "any((block != block[:inner] * count for block in blocks))",
            "blocks[0] != blocks[0][:inner] * count",
        ),
        ("excluded candidates contradict", "_agreeing", "a == b or b == _WILD", "a == b"),
    ),
    *planted(
        "design/spots.py",
        RULES,
        (
            "proved up to N is met by fewer turns",
            "_as_expected",
            "(settled.turns or 0) >= expected.turns",
            "True",
        ),
    ),
    *planted(
        "design",
        RULES,
        (
            "excluded candidates make a proposal mixed",
            "shared",
            "[verdict for verdict in counts if verdict != 'excluded']",
            "list(counts)",
        ),
        (
            "refuted somewhere is met by no candidate",
            "failures",
            "[] if is_met else (undecided or somewhere)[:1]",
            "[]",
        ),
        (
            "the verdict after otherwise is not looked at",
            "_expectation",
            "Expectation(expectation.property, expectation.otherwise)",
            "expectation",
        ),
    ),
    *planted(
        "design/spots.py",
        RULES,
        (
            "vacuous has no exit code of its own",
            "_code",
            "4 if VERDICTS[spot.mark] == 'vacuous' else 1",
            "1",
        ),
    ),
    *planted(
        "design",
        RULES,
        (
            "a choice is an answer if some of its candidates are proved",
            "_choices",
            "(proved - unknown - broken, unknown - broken)",
            "(proved - unknown, unknown)",
        ),
        (
            "excluded candidates keep a choice from being an answer",
            "_choices",
            "EXCLUDED in marks",
            "False",
        ),
    ),
    *planted(
        "design/answers.py",
        RULES,
        (
            "exactly is met by more",
            "_as_expected",
            "set(answer) == set(ask.rows)",
            "set(answer) >= set(ask.rows)",
        ),
    ),
    *planted(
        "design",
        REGIONS,
        (
            "marks count the wrong axis first",
            "Sector.index",
            "index * len(domain) + domain.index(int(value))",
            "index + len(domain) * domain.index(int(value))",
        ),
    ),
    *planted(
        "design",
        ROUNDS,
        (
            "a piece that may change is kept",
            "_changed",
            "answer.result == 'sat'",
            "False",
        ),
        (
            "a piece that is not known to stay is kept",
            "_changed",
            "answer.result == 'unknown'",
            "False",
        ),
    ),
    *planted(
        "design",
        TRAPS,
        (
            "proved up to a bound is proved",
            "_Settling.verdict",
            "Settled('proved', self.bound, _FOLLOWED.format(self.bound), plan)",
            "Settled('proved', plan=plan)",
        ),
    ),
    *planted(
        "reaching",
        UNIVERSE,
        (
            "regions are one candidate too long",
            "_threshold",
            "max(constant // -factor + 1 - values[0], 0)",
            "max(constant // -factor + 2 - values[0], 0)",
        ),
    ),
    *planted(
        "design",
        GAVE_UP,
        (
            "a solver that gave up has found that there is no run",
            "Least._checked",
            'answer.result == "unknown"',
            "False",
        ),
    ),
)
