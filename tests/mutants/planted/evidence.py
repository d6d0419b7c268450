"""Faults in what makes a verdict believable: certificates and their checker, clausal proofs, idle decisions."""

from __future__ import annotations

from tests.mutants.planting import IDLE, LOSING, LOST, RUP, SPOILT, WHAT_MATTERS, planted

FAULTS = (
    *planted(
        "evidence/certificate_check.py",
        LOST,
        (
            "what must be zero is followed from the wrong end",
            "number + i if number >= 0 else number - i)",
            "number + i)",
        ),
    ),
    *planted(
        "evidence/certificate_check.py",
        SPOILT,
        (
            "no reason needs to be true",
            '        if not holds(line, met, state):\n            raise Wrong(f"not true: {line}")\n',
            "",
        ),
        (
            "a line may be about another extent",
            "(line.at, line.place, line.object, line.low, line.high) != extent",
            "(line.at, line.place, line.object, line.low) != extent[:4]",
        ),
        ("a certificate may have more in it", "        if self._lines or self._claims:", "        if self._lines:"),
        (
            "a claim may have lines left over",
            '        if self._lines:\n            raise Wrong(f"a line too many',
            '        if self._lines and not self._claims:\n            raise Wrong(f"a line too many',
        ),
        (
            "a store need not end where what is followed begins",
            "line.near == min(own) >= met.high",
            "line.near >= met.high",
        ),
        (
            "it may speak of another property",
            "        if certificate.property != prop.name:",
            '        if certificate.property not in prop.name + "\'":',
        ),
        ("an invariant may be that of another loop", " or one.at != at:\n", ":\n"),
    ),
    *planted(
        "evidence/certificate_check.py",
        LOST,
        (
            "one case may stand for the other",
            "(one.path, one.at, one.claim, one.given) != (path, at, number, given)",
            "(one.path, one.at, one.claim) != (path, at, number)",
        ),
    ),
    *planted(
        "evidence/way_back.py",
        LOST,
        (
            "what is remembered may lie somewhere else",
            "if place.indexes or (number >= 0 and (name, bit) != home):",
            "if place.indexes:",
        ),
    ),
    *planted(
        "evidence/way_back.py",
        LOST,
        (
            "the first arm of an `either` does not count",
            "                for one in after:",
            "                for one in after[1:]:",
        ),
    ),
    *planted(
        "evidence/way_back.py",
        LOSING,
        (
            "what nobody stored is let pass",
            "if any(name != _PENDING and (number < 0 or not unasked)",
            "if any(name != _PENDING and (number < 0 and not unasked)",
        ),
        ("a step has ended while it runs", " and env.began != self.reading\n", "\n"),
        ("a loop takes a turn at least", "                return some if low else none", "                return some"),
        (
            "a condition excludes whatever is said that it excludes",
            "any(by == where and excluded(self.program, fact, own) for where, fact in self.facts):",
            "any(by == where for where, fact in self.facts):",
        ),
        (
            "what is followed before a turn may be more than after it",
            "if not state.bits <= kept.bits or not some.bits <= kept.bits:",
            "if not state.bits <= kept.bits:",
        ),
        (
            "a store of a length that is known in a run stores all",
            "        left = [self._after(hit, statement, place, env) for hit in hits]\n"
            "        gone = hits if sure else frozenset()",
            "        left = [self._after(hit, statement, place, env) for hit in hits]\n        gone = hits",
        ),
        (
            "cleared bits were written by anybody",
            "            allowed = not isinstance(self.claim, Stored) or self._cleared(self.claim, env)",
            "            allowed = True",
        ),
        (
            "written by anybody is written by the one asked for",
            "return claim.by is None or (env.step in claim.by and ended)",
            "return claim.by is None or ended",
        ),
        (
            "a new object has the bits of the old one",
            '        if hits and statement.kind == "new":',
            '        if hits and statement.kind == "cut":',
        ),
        ("what another object remembers counts", " and env.current.label == self.reader.label):", "):"),
        (
            "of loops around a claim one turn counts",
            "isinstance(loop := above.here[0], Each | Repeat) and loop.high != 1:",
            "isinstance(loop := above.here[0], Each | Repeat) and loop.high == 0:",
        ),
    ),
    *planted(
        "evidence/way_back.py",
        LOST,
        (
            "a cleared member need not have been zero",
            "if any(name != _PENDING and (number < 0 or not unasked)",
            "if any(name != _PENDING and (not unasked)",
        ),
        (
            "of several places that are stored to, the first is stored last",
            "                for index in reversed(range(len(places))):",
            "                for index in range(len(places)):",
        ),
        (
            "what is known on one arm is known before the `if`",
            "        after = self.back(block, state)\n        self.facts = known\n",
            "        after = self.back(block, state)\n",
        ),
        (
            "on both arms the condition is true",
            "(statement.condition, arm == 0)))\n        after",
            "(statement.condition, True)))\n        after",
        ),
        (
            "a struct assignment does not touch padding",
            "            padding = [] if value else [low + i for low, width in place.padding for i in range(width)]",
            "            padding = []",
        ),
        (
            "any bit of a member is the one asked for",
            "return any(leaf.shares_member(x) and x.at + position - x.offset == at for x in leaves)",
            "return any(leaf.shares_member(x) for x in leaves)",
        ),
        (
            "an element that an input counts is the first one",
            "range(max(0, low), min(place.size, low + sum(max(m) - min(m) for m in moves) + size)), sure",
            "range(max(0, low), min(place.size, low + size)), sure",
        ),
    ),
    *planted(
        "evidence/never.py",
        LOSING,
        ("a condition excludes itself", "        return wanted is not also\n", "        return True\n"),
    ),
    *planted(
        "evidence/never.py",
        LOST,
        ("an input that each step draws afresh has one value", "and not any(each.per_step for each in inputs)", ""),
        (
            "conditions over too many values exclude each other",
            "> _MOST:\n        return False",
            "> _MOST:\n        return True",
        ),
        (
            "`!` in front of a condition does not count",
            "        expr, wanted = expr.operand, not wanted",
            "        expr, wanted = expr.operand, wanted",
        ),
        (
            "the greatest value of an input is not tried",
            "product(*(range(each.low, each.high + 1) for each in inputs))",
            "product(*(range(each.low, each.high) for each in inputs))",
        ),
    ),
    *planted(
        "evidence/ways.py",
        LOSING,
        (
            "`on` runs its block on the object around it",
            "replace(env, current=env.names.get(name, env.current))",
            "replace(env, current=env.current)",
        ),
    ),
    *planted(
        "evidence/ways.py",
        LOST,
        (
            "the condition of an `if` reads nothing",
            "    for expr in folds.evaluated(statement):",
            "    for expr in ():",
        ),
        (
            "`each` runs on the object that it cuts from",
            "_stood(loop.body, replace(env, current=segment, names=names))",
            "_stood(loop.body, replace(env, names=names))",
        ),
        (
            "`else` stands nowhere",
            "            return _stood(then, env), _stood(otherwise, env)",
            "            return _stood(then, env), _stood((), env)",
        ),
        (
            "a second name is that of another object",
            "            env = replace(env, names={**env.names, statement.name: env.current})",
            "            env = replace(env, names={**env.names, statement.name: Thing(statement.name)})",
        ),
    ),
    *planted(
        "evidence/rup.py",
        LOST,
        ("a line may end anyhow", "        if end != 0 or 0 in literals:", "        if 0 in literals:"),
    ),
    *planted(
        "evidence/rup.py",
        RUP,
        ("a step need not follow", "        elif not known.follows(clause):\n            return False\n", ""),
        ("what a step supposes stays supposed", "        self._true.difference_update(trail)\n", ""),
        (
            "a proof need not end in a contradiction",
            "    return known.contradiction\n\n\ndef _steps",
            "    return True\n\n\ndef _steps",
        ),
        (
            "a clause of two literals that may be true is a contradiction",
            "        if free == 0:\n",
            "        if free != 1:\n",
        ),
        ("what a proof deletes is used on", "            gone = found.pop()", "            gone = list(found.pop())"),
        (
            "a literal that became false is not looked at",
            "                if -first in true:\n"
            "                    stay.extend(watching[at + 1 :])\n"
            "                    return False\n",
            "",
        ),
        (
            "a false literal is watched on",
            "                if -clause[other] not in true:",
            "                if clause[other] not in true:",
        ),
    ),
    *planted(
        "evidence/clausal.py",
        LOST,
        (
            "a proof holds because there is one",
            "        return self.proof is not None and check(self.cnf.clauses, self.proof)",
            "        return self.proof is not None",
        ),
        (
            "whatever a solver ends with, it said that there is a proof",
            "        if run.returncode != _UNSAT:",
            "        if run.returncode == _UNSAT + 1:",
        ),
    ),
    *planted(
        "evidence/idle.py",
        WHAT_MATTERS,
        (
            "the greatest answer is not tried",
            "        return list(range(low, high + 1))",
            "        return list(range(low, high))",
        ),
    ),
    *planted(
        "evidence/idle.py",
        WHAT_MATTERS,
        (
            "any claim that breaks is the same claim",
            "    if not broken or (broken[0].moment, broken[0].claim) != (first.moment, first.claim):",
            "    if not broken:",
        ),
    ),
    *planted(
        "evidence/idle.py",
        IDLE,
        (
            "what has one answer could be otherwise",
            "        tried = tried or _answers(again, keys) != _answers(shown, keys)",
            "        tried = True",
        ),
    ),
)
