"""Faults in what is said of loops for every number of turns: what turns leave, what all keep, the accounts of both."""

from __future__ import annotations

from tests.mutants.planting import ACCOUNTED, INVARIANTS, KEPT, TWO_ACCOUNTS, planted

FAULTS = (
    *planted(
        "obligations/turns.py",
        TWO_ACCOUNTS,
        (
            "runs of one step on two objects are alike",
            "    return run.step, run.instance.number, run.ended is None",
            "    return run.step, run.ended is None",
        ),
        (
            "stores are alike whoever made them",
            "    return *bits, _history(operation, instances)",
            "    return bits",
        ),
        (
            "a step that ran on what an earlier turn made is in the history of this one",
            "    return StepRun(run.step, run.instance, clock) if run.instance.number in instances else None",
            "    return StepRun(run.step, run.instance, clock)",
        ),
        (
            "a step that the loop stands in has ended",
            "    if run.ended is None:\n        return run\n    return StepRun(",
            "    return StepRun(",
        ),
        (
            "what an earlier turn stored is what this one stores",
            "number=number, kind=kind, value=None, run=run)",
            "number=number, run=run)",
        ),
        (
            "what is copied in an earlier turn is not left to later ones",
            "    for operation in operations:\n        if isinstance(operation, Store | Copied)",
            "    for operation in operations:\n        if isinstance(operation, Store)",
        ),
    ),
    *planted(
        "obligations/turns.py",
        INVARIANTS,
        (
            "an input moves a store in the first turn only",
            "    return operation.length is not None or bool(operation.indexes)",
            "    return operation.length is not None",
        ),
    ),
    *planted(
        "obligations/invariants.py",
        TWO_ACCOUNTS,
        (
            "all pieces of a store are the last one's together",
            "            yield replace(store, runs=((low - _plain(store.low), last - low),))",
            "            yield store",
        ),
        (
            "what turns change is taken as kept",
            "        changed = [piece for piece in self.pieces if piece not in kept]",
            "        changed = [piece for piece in self.pieces if piece in kept]",
        ),
    ),
    *planted(
        "obligations/invariants.py",
        INVARIANTS,
        (
            "a turn is looked at before it has stored",
            "        before, after, guard = turn.head, turn.end, turn.guard",
            "        before, after, guard = turn.head, turn.head, turn.guard",
        ),
    ),
    *planted(
        "obligations/invariants.py",
        ACCOUNTED,
        (
            "the last piece of an area is forgotten",
            "        for low, last in pairwise(cuts):",
            "        for low, last in pairwise(cuts[:-1]):",
        ),
    ),
    *planted(
        "obligations/facts.py",
        KEPT,
        (
            "a fact is supposed where it is to be shown first",
            "self.supposed(facts, loop.before))\n",
            "self.supposed(facts))\n",
        ),
        (
            "facts need not hold before the first turn",
            "        return or_(self._uninitiated(fact, loop, facts), self._unkept(fact, loop, facts))",
            "        return self._unkept(fact, loop, facts)",
        ),
        (
            "facts need not hold after a turn",
            "        return or_(self._uninitiated(fact, loop, facts), self._unkept(fact, loop, facts))",
            "        return self._uninitiated(fact, loop, facts)",
        ),
        (
            "what earlier turns left is by others, where that is to be certain",
            'return not certain if store.kind == "head" else label(store) != named',
            'return store.kind == "head" or label(store) != named',
        ),
        (
            "any statement may have stored what goes with a tag",
            'return not certain if store.kind == "head" else label(store) != named',
            "return True",
        ),
        (
            "a number may be more than the bound says",
            "and_(le(fact.numbers[0], number), le(number, fact.numbers[1]))",
            "le(fact.numbers[0], number)",
        ),
        (
            "a number may be less than the bound says",
            "and_(le(fact.numbers[0], number), le(number, fact.numbers[1]))",
            "le(number, fact.numbers[1])",
        ),
        (
            "the numbers of a fact do not count",
            "                return or_(*(eq(number, n) for n in fact.numbers))",
            "                return bool(fact.numbers)",
        ),
        (
            "facts are supposed of runs that do not come to the loop",
            "or_(not_(loop.entry), self._holds(fact, loop.head, certain=False))",
            "self._holds(fact, loop.head, certain=False)",
        ),
    ),
    *planted(
        "design/tables.py",
        TWO_ACCOUNTS,
        (
            "loops laid out are not held against cut ones",
            "        if form.broken is False:\n            return\n        script, session = self._session(form, form.broken)",
            "        return\n        script, session = self._session(form, form.broken)",
        ),
        (
            "where the two accounts disagree the cut one is believed",
            "            bar = self._fill(self._exactly(point), _HARD)\n            _add(script, session, bar)\n\n    def _",
            "            bar = self._fill(self._exactly(point), PROVED)\n            _add(script, session, bar)\n\n    def _",
        ),
    ),
    *planted(
        "design/settle.py",
        TWO_ACCOUNTS,
        (
            "a proof for every number of turns is believed as it is",
            "                return self._contradicted() or proof",
            "                return proof",
        ),
    ),
    *planted(
        "evidence/frames.py",
        ACCOUNTED,
        (
            "what is cleared is no store",
            "case Write(places=places, length=length) | Clear(places=places, length=length):",
            "case Write(places=places, length=length):",
        ),
        (
            "what is copied is no store",
            "            yield target, length\n",
            "            yield from ()\n",
        ),
        (
            "what stands inside a statement stores nothing",
            "            yield from _stored(program, block)",
            "            yield from ()",
        ),
        (
            "what a turn made itself was there before",
            '    return bool(spot) and tuple(map(int, spot.split(".")))[: len(loop)] == loop',
            "    return False",
        ),
        (
            "whatever was made is of the turn",
            '    return bool(spot) and tuple(map(int, spot.split(".")))[: len(loop)] == loop',
            "    return True",
        ),
        (
            "a struct that is written leaves its padding",
            "    runs = [(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding)",
            "    runs = [(leaf.offset, leaf.width) for leaf in place.leaves]",
        ),
        (
            "an input moves no store",
            "    if not isinstance(statement, Write) or length is not None or place.indexes:",
            "    if not isinstance(statement, Write) or length is not None:",
        ),
    ),
    *planted(
        "archive/accounted.py",
        ACCOUNTED,
        ("loops that are followed are not looked at", "if at in followed else ()", "if at not in followed else ()"),
        (
            "a turn's number is a statement",
            "    return tuple(part for part, is_turn in _parts(moment, turned) if not is_turn)",
            "    return moment",
        ),
        (
            "what each turn makes is made where the loop stands",
            "(*spot, spot[-1]) if by_each else spot",
            "spot",
        ),
    ),
)
