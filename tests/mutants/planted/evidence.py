"""Faults in what makes a verdict believable: certificates and their checker, clausal proofs,
idle decisions."""

from __future__ import annotations

from tests.mutants.planting import IDLE, LOSING, LOST, RUP, SPOILT, WHAT_MATTERS, planted

FAULTS = (
    *planted(
        "evidence/certificate_check.py",
        LOST,
        (
            "what must be zero is followed as any bit",
            "_bits",
            "(number, False) if number >= 0 else (-1 - number, True)",
            "(number, False) if number >= 0 else (-1 - number, False)",
        ),
    ),
    *planted(
        "evidence",
        SPOILT,
        (
            "no reason needs to be true",
            "_Given.met",
            "if _1:\n    raise _2\nif not holds(line, store_met, state):\n    raise Wrong(f'not true: {line}')",
            "if _1:\n    raise _2",
        ),
        (
            "a line may be about another extent",
            "_Given.met",
            "(line.at, line.place, line.object, line.low, line.high) != extent",
            "(line.at, line.place, line.object, line.low) != extent[:4]",
        ),
        (
            "a certificate may have more in it",
            "_Given.end",
            "self._lines or self._claims",
            "self._lines",
        ),
        (
            "a claim may have lines left over",
            "_Given.claim",
            "if self._lines:",
            "if self._lines and (not self._claims):",
        ),
        (
            "a store need not end where what is followed begins",
            "holds",
            "line.near == min(bits_of_object) >= store_met.high",
            "line.near >= store_met.high",
        ),
    ),
    *planted(
        "evidence/certificate_check.py",
        SPOILT,
        (
            "it may speak of another property",
            "check",
            "certificate.property != prop.name",
            'certificate.property not in prop.name + "\'"',
        ),
    ),
    *planted(
        "evidence",
        SPOILT,
        (
            "an invariant may be that of another loop",
            "_Given.kept",
            "not self._lines or not isinstance((invariant := self._lines.pop(0)), Invariant) or invariant.at != at",
            "not self._lines or not isinstance((invariant := self._lines.pop(0)), Invariant)",
        ),
    ),
    *planted(
        "evidence",
        LOST,
        (
            "one case may stand for the other",
            "_Given.claim",
            "(claim_proof.path, claim_proof.at, claim_proof.claim, claim_proof.given) != (path, at, number, conditions)",
            "(claim_proof.path, claim_proof.at, claim_proof.claim) != (path, at, number)",
        ),
        (
            "what is remembered may lie somewhere else",
            "Walk._begun",
            "place.indexes or (not bit.zero and (bit.object, bit.at) != home)",
            "place.indexes",
        ),
        (
            "the first arm of an `either` does not count",
            "Walk._over",
            "for state_after in after:",
            "for state_after in after[1:]:",
        ),
    ),
    *planted(
        "evidence",
        LOSING,
        (
            "what nobody stored is let pass",
            "Walk._claim",
            "bit.zero or not unasked",
            "bit.zero and (not unasked)",
        ),
        (
            "a step has ended while it runs",
            "Walk._by_whom",
            "env.runs_on is not None and _1 and (env.began != self.reading)",
            "env.runs_on is not None and _1",
        ),
        (
            "a loop takes a turn at least",
            "Walk._over",
            "one_or_more if low else none",
            "one_or_more",
        ),
        (
            "a condition excludes whatever is said that it excludes",
            "Walk._taken",
            "excluding == condition and excluded(self.program, fact, arm_condition)",
            "excluding == condition",
        ),
        (
            "what is followed before a turn may be more than after it",
            "Walk._turns",
            "not state.bits <= invariant_state.bits or not after_some.bits <= invariant_state.bits",
            "not state.bits <= invariant_state.bits",
        ),
        (
            "a store of a length that is known in a run stores all",
            "Walk._stored",
            "hits if sure else frozenset()",
            "hits",
        ),
        (
            "cleared bits were written by anybody",
            "Walk._after",
            "not isinstance(self.claim, Stored) or self._cleared(self.claim, env)",
            "True",
        ),
        (
            "written by anybody is written by the one asked for",
            "Walk._by_whom",
            "env.step in claim.by and ended",
            "ended",
        ),
        (
            "a new object has the bits of the old one",
            "Walk._made",
            "statement.kind == 'new'",
            "statement.kind == 'cut'",
        ),
        (
            "what another object remembers counts",
            "Walk._begun",
            "live and remembers and (env.current.label == self.reader.label)",
            "live and remembers",
        ),
        (
            "of loops around a claim one turn counts",
            "Walk._claim",
            "loop.high != 1",
            "loop.high == 0",
        ),
    ),
    *planted(
        "evidence",
        LOST,
        (
            "a cleared member need not have been zero",
            "Walk._claim",
            "bit.zero or not unasked",
            "not unasked",
        ),
        (
            "of several places that are stored to, the first is stored last",
            "Walk._over",
            "reversed(range(len(places)))",
            "range(len(places))",
        ),
        (
            "what is known on one arm is known before the `if`",
            "Walk._arm",
            "self.facts = facts_before\nreturn after",
            "return after",
        ),
        (
            "on both arms the condition is true",
            "Walk._arm",
            "(statement.condition, arm == 0)",
            "(statement.condition, True)",
        ),
        (
            "a struct assignment does not touch padding",
            "Walk._stored",
            "[] if value else [low + i for low, width in place.padding for i in range(width)]",
            "[]",
        ),
        (
            "any bit of a member is the one asked for",
            "Walk._own",
            "leaf.shares_member(x) and x.at + position - x.offset == at",
            "leaf.shares_member(x)",
        ),
        (
            "an element that an input counts is the first one",
            "reach",
            "low + sum((max(m) - min(m) for m in moves))",
            "low",
        ),
    ),
    *planted(
        "evidence",
        LOSING,
        ("a condition excludes itself", "excluded", "truth is not also", "True"),
    ),
    *planted(
        "evidence",
        LOST,
        (
            "an input that each step draws afresh has one value",
            "steady",
            "_1 and (not any((each.per_step for each in inputs)))",
            "_1",
        ),
        (
            "conditions over too many values exclude each other",
            "excluded",
            "return False",
            "return True",
        ),
        (
            "`!` in front of a condition does not count",
            "_plain",
            "(expr.operand, not truth)",
            "(expr.operand, truth)",
        ),
        (
            "the greatest value of an input is not tried",
            "_all",
            "range(each.low, each.high + 1)",
            "range(each.low, each.high)",
        ),
    ),
    *planted(
        "evidence",
        LOSING,
        (
            "`on` runs its block on the object around it",
            "inside",
            "env.names.get(name, env.current)",
            "env.current",
        ),
    ),
    *planted(
        "evidence",
        LOST,
        ("the condition of an `if` reads nothing", "events", "folds.evaluated(statement)", "()"),
        (
            "`each` runs on the object that it cuts from",
            "_segment",
            "replace(env, current=segment, names=names)",
            "replace(env, names=names)",
        ),
        ("`else` stands nowhere", "inside", "_stood(otherwise, env)", "_stood((), env)"),
        (
            "a second name is that of another object",
            "_stood",
            "{**env.names, statement.name: env.current}",
            "{**env.names, statement.name: Thing(statement.name)}",
        ),
        ("a line may end anyhow", "_steps", "end != 0 or 0 in literals", "0 in literals"),
    ),
    *planted(
        "evidence/rup.py",
        RUP,
        (
            "a step need not follow",
            "check",
            "if not clauses_kept.follows(clause):\n    return False\nelse:\n    clauses_kept.add(clause)",
            "clauses_kept.add(clause)",
        ),
    ),
    *planted(
        "evidence",
        RUP,
        (
            "what a step supposes stays supposed",
            "_Known.follows",
            "self._true.difference_update(trail)\nreturn free",
            "return free",
        ),
    ),
    *planted(
        "evidence/rup.py",
        RUP,
        (
            "a proof need not end in a contradiction",
            "check",
            "return clauses_kept.contradiction",
            "return True",
        ),
    ),
    *planted(
        "evidence",
        RUP,
        (
            "a clause of two literals that may be true is a contradiction",
            "_Known.add",
            "if free == 0:",
            "if free != 1:",
        ),
        (
            "what a proof deletes is used on",
            "_Known.delete",
            "removed = copies.pop()",
            "removed = list(copies.pop())",
        ),
        (
            "a literal that became false is not looked at",
            "_Known._visit",
            "if -first in true:\n    stay.extend(watching[at + 1:])\n    return False\ntrue.add(first)",
            "true.add(first)",
        ),
        ("a false literal is watched on", "_Known._visit", "-clause[other]", "clause[other]"),
    ),
    *planted(
        "evidence",
        LOST,
        (
            "a proof holds because there is one",
            "Clausal.holds",
            "self.proof is not None and check(self.cnf.clauses, self.proof)",
            "self.proof is not None",
        ),
        (
            "whatever a solver ends with, it said that there is a proof",
            "proof_of",
            "run.returncode != _UNSAT",
            "run.returncode == _UNSAT + 1",
        ),
    ),
    *planted(
        "evidence",
        WHAT_MATTERS,
        ("the greatest answer is not tried", "_series", "range(low, high + 1)", "range(low, high)"),
        (
            "any claim that breaks is the same claim",
            "_same",
            "not broken or (broken[0].moment, broken[0].claim) != (first.moment, first.claim)",
            "not broken",
        ),
    ),
    *planted(
        "evidence",
        IDLE,
        (
            "what has one answer could be otherwise",
            "_idle",
            "tried or _answers(other, keys) != _answers(run_shown, keys)",
            "True",
        ),
    ),
)
