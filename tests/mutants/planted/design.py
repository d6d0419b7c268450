"""Faults in how verdicts of a design space are reached and judged."""

from __future__ import annotations

from tests.mutants.planting import AGREE, AROUND, REGIONS, ROUNDS, RULES, TRAPS, planted

FAULTS = (
    *planted(
        "design/tables.py",
        AGREE,
        (
            "candidates of which the property makes no case are asked about",
            "        script.assert_(and_(formula, self.prop.applies))",
            "        script.assert_(formula)",
        ),
    ),
    *planted(
        "design/cubes.py",
        AROUND,
        (
            "what breaks for the values at one candidate is refuted around it",
            "if held.store == found.store.number and not self._apart(found.position, 1, held.position, held.width):",
            "if False:",
        ),
        (
            "members looked at that coincide at some candidates only are taken for two",
            "for one, other in combinations(list(self._looked.values()), 2):",
            "for one, other in ():",
        ),
    ),
    *planted(
        "design/alike.py",
        AROUND,
        (
            "the region is taken from any bit whose source differs",
            "if store.kind in _ARBITRARY and source is not None and _free(source, run):",
            "if True:",
        ),
    ),
    *planted(
        "design/tables.py",
        AGREE,
        ("what nothing reaches is proved", 'self._rest(VACUOUS if last == "unsat" else _HARD)', "self._rest(PROVED)"),
    ),
    *planted(
        "design/cubes.py",
        AGREE,
        (
            "regions take in the candidate beyond a strict comparison",
            '            self._note(left, right, int(operator == "<"))',
            "            self._note(left, right, 0)",
        ),
        (
            "regions are one candidate too long",
            "                high = min(high, rest // -factor)",
            "                high = min(high, rest // -factor + 1)",
        ),
    ),
    *planted(
        "design/settle.py",
        TRAPS,
        (
            "not reached within the bound is vacuous",
            'return Settled("unknown", reason=f"no run of up to {self.bound} turns reaches it; raise --bound")',
            'return Settled("vacuous")',
        ),
        (
            "a bound rounds up: what holds for three turns holds for all",
            '        if ask(form.broken, form.ranges, self.limits).answer.result != "unsat":\n'
            "            return None\n",
            "",
        ),
    ),
    *planted(
        "design/judge.py",
        RULES,
        ("proved up to N is met by fewer turns", "(settled.turns or 0) >= expected.turns", "True"),
        (
            "excluded candidates make a proposal mixed",
            '    left = [verdict for verdict in counts if verdict != "excluded"]\n',
            "    left = list(counts)\n",
        ),
        ("refuted somewhere is met by no candidate", "([] if found else (undecided or somewhere)[:1])", "[]"),
        (
            "the verdict after otherwise is not looked at",
            "            return Expectation(expectation.property, expectation.otherwise)",
            "            return expectation",
        ),
        (
            "vacuous has no exit code of its own",
            '    return 4 if VERDICTS[spot.mark] == "vacuous" else 1',
            "    return 1",
        ),
    ),
    *planted(
        "design/answers.py",
        RULES,
        (
            "a choice is an answer if some of its candidates are proved",
            "    return proved - unknown - broken, unknown - broken",
            "    return proved - unknown, unknown",
        ),
        ("excluded candidates keep a choice from being an answer", "or EXCLUDED in marks:", "or False:"),
        (
            "exactly is met by more",
            "    return set(answer) == set(ask.rows)",
            "    return set(answer) >= set(ask.rows)",
        ),
    ),
    *planted(
        "design/sectors.py",
        REGIONS,
        (
            "marks count the wrong axis first",
            "            index = index * len(domain) + domain.index(int(candidate[name]))",
            "            index = index + len(domain) * domain.index(int(candidate[name]))",
        ),
    ),
    *planted(
        "design/induction.py",
        ROUNDS,
        ("a piece that may change is kept", '.answer.result != "unsat"', '.answer.result == "unknown"'),
    ),
    *planted(
        "design/settle.py",
        TRAPS,
        (
            "proved up to a bound is proved",
            'proof or Settled("proved", self.bound, _FOLLOWED.format(self.bound), plan))',
            'proof or Settled("proved", plan=plan))',
        ),
    ),
)
