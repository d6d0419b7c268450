"""Faults in what is said of loops for every number of turns: what turns leave, what all keep,
the accounts of both."""

from __future__ import annotations

from tests.mutants.planting import ACCOUNTED, INVARIANTS, KEPT, SCOPES, TWO_ACCOUNTS, planted

FAULTS = (
    *planted(
        "obligations",
        TWO_ACCOUNTS,
        (
            "runs of one step on two objects are alike",
            "_history",
            "(run.step, run.instance.number, run.ended is None)",
            "(run.step, run.ended is None)",
        ),
    ),
    *planted(
        "obligations/turns.py",
        TWO_ACCOUNTS,
        (
            "stores are alike whoever made them",
            "_stored",
            "(*bits, _history(operation, instances))",
            "bits",
        ),
    ),
    *planted(
        "obligations",
        TWO_ACCOUNTS,
        (
            "earlier turns have given up all that they took",
            "Turns._names_changed",
            "all((each.gone is True or each.gone == each.live for each in made))",
            "True",
        ),
        (
            "a step that ran on what an earlier turn made is in the history of this one",
            "_earlier_run",
            "StepRun(run.step, run.instance, clock) if run.instance.number in instances else None",
            "StepRun(run.step, run.instance, clock)",
        ),
        (
            "a step that the loop stands in has ended",
            "_earlier_run",
            "if run.ended is None:\n    return run\nreturn _1",
            "return _1",
        ),
        (
            "what an earlier turn stored is what this one stores",
            "earlier",
            "replace(operation, number=number, kind=kind, value=None, run=run)",
            "replace(operation, number=number, run=run)",
        ),
        (
            "what is copied in an earlier turn is not left to later ones",
            "touched_since",
            "isinstance(operation, Store | Copied)",
            "isinstance(operation, Store)",
        ),
    ),
    *planted(
        "obligations",
        INVARIANTS,
        (
            "an input moves a store in the first turn only",
            "_moves",
            "operation.length is not None or bool(operation.indexes)",
            "operation.length is not None",
        ),
    ),
    *planted(
        "obligations",
        TWO_ACCOUNTS,
        (
            "all pieces of a store are the last one's together",
            "_reaching",
            "replace(store, runs=((low - _plain(store.low), last - low),))",
            "store",
        ),
        (
            "what turns change is taken as kept",
            "Loops._left",
            "piece not in pieces",
            "piece in pieces",
        ),
    ),
    *planted(
        "obligations",
        INVARIANTS,
        (
            "a turn is looked at before it has stored",
            "Loops.changes",
            "(turn.head, turn.end, turn.guard)",
            "(turn.head, turn.head, turn.guard)",
        ),
    ),
    *planted(
        "obligations/invariants.py",
        ACCOUNTED,
        (
            "the last piece of an area is forgotten",
            "_pieces",
            "pairwise(cuts)",
            "pairwise(cuts[:-1])",
        ),
    ),
    *planted(
        "obligations",
        KEPT,
        (
            "a fact is supposed where it is to be shown first",
            "Facts._uninitiated",
            "self._premise(facts, self._before(loop))",
            "self._premise(facts, list(self.unfolding.followed.values()))",
        ),
        (
            "facts need not hold before the first turn",
            "Facts.broken",
            "or_(self._uninitiated(fact, loop, facts), self._unkept(fact, loop, facts))",
            "self._unkept(fact, loop, facts)",
        ),
        (
            "facts need not hold after a turn",
            "Facts.broken",
            "or_(self._uninitiated(fact, loop, facts), self._unkept(fact, loop, facts))",
            "self._uninitiated(fact, loop, facts)",
        ),
        (
            "what earlier turns left is by others, where that is to be certain",
            "Facts._from_others",
            "not certain if store.kind == 'head' else label(store) != named",
            "store.kind == 'head' or label(store) != named",
        ),
        (
            "any statement may have stored what goes with a tag",
            "Facts._from_others",
            "not certain if store.kind == 'head' else label(store) != named",
            "True",
        ),
        (
            "a number may be more than the bound says",
            "Facts._truth",
            "and_(le(fact.numbers[0], number), le(number, fact.numbers[1]))",
            "le(fact.numbers[0], number)",
        ),
        (
            "a number may be less than the bound says",
            "Facts._truth",
            "and_(le(fact.numbers[0], number), le(number, fact.numbers[1]))",
            "le(number, fact.numbers[1])",
        ),
        (
            "the numbers of a fact do not count",
            "Facts._truth",
            "return or_(*(eq(number, n) for n in fact.numbers))",
            "return bool(fact.numbers)",
        ),
        (
            "facts are supposed of runs that do not come to the loop",
            "Facts.supposed",
            "or_(not_(loop.entry), self._holds(fact, loop.head, certain=False))",
            "self._holds(fact, loop.head, certain=False)",
        ),
    ),
    *planted(
        "design",
        TWO_ACCOUNTS,
        (
            "loops laid out are not held against cut ones",
            "Refinement._distrust",
            "if form.broken is False:\n    return",
            "return",
        ),
        (
            "where the two accounts disagree the cut one is believed",
            "Refinement._distrust",
            "(self._own(answer), HARD)",
            "(self._own(answer), PROVED)",
        ),
        (
            "a proof for every number of turns is believed as it is",
            "_Settling.verdict",
            "self._contradicted() or proof",
            "proof",
        ),
    ),
    *planted(
        "design",
        SCOPES,
        (
            "what holds for some turns holds for all without a certificate",
            "_Settling._certified",
            "certificate is None or _1",
            "certificate is not None and _1",
        ),
    ),
    *planted(
        "archive",
        SCOPES,
        (
            "an obligation of some turns is of every run without a certificate",
            "Confirming._proved",
            "part.certificates or not _1",
            "True",
        ),
    ),
    *planted(
        "evidence",
        ACCOUNTED,
        (
            "what is cleared is no store",
            "_targets",
            "case Write(places=places, length=length) | Clear(places=places, length=length)",
            "case Write(places=places, length=length)",
        ),
        ("what is copied is no store", "_targets", "(yield (target, length))", "(yield from ())"),
        (
            "what stands inside a statement stores nothing",
            "_stored",
            "_stored(program, block)",
            "()",
        ),
        (
            "what a turn made itself was there before",
            "_made_inside",
            "bool(spot) and tuple(map(int, spot.split('.')))[:len(loop)] == loop",
            "False",
        ),
        (
            "whatever was made is of the turn",
            "_made_inside",
            "bool(spot) and tuple(map(int, spot.split('.')))[:len(loop)] == loop",
            "True",
        ),
    ),
    *planted(
        "evidence/frames.py",
        ACCOUNTED,
        (
            "a struct that is written leaves its padding",
            "_bits",
            "[(leaf.offset, leaf.width) for leaf in place.leaves] + list(place.padding)",
            "[(leaf.offset, leaf.width) for leaf in place.leaves]",
        ),
        (
            "an input moves no store",
            "_bits",
            "not isinstance(statement, Write) or length is not None or place.indexes",
            "not isinstance(statement, Write) or length is not None",
        ),
    ),
    *planted(
        "archive",
        ACCOUNTED,
        (
            "loops that are followed are not looked at",
            "unaccounted",
            "at in followed",
            "at not in followed",
        ),
        (
            "a turn's number is a statement",
            "_spot",
            "tuple((part for part, is_turn in _parts(moment, turned) if not is_turn))",
            "moment",
        ),
        (
            "what each turn makes is made where the loop stands",
            "_label",
            "(*spot, spot[-1]) if by_each else spot",
            "spot",
        ),
    ),
)
