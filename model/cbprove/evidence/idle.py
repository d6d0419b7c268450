"""The decisions of a witness that do not matter: whatever they are, the same claim breaks.

Each is tried alone, then together with those found before, whenever these have doubled: of two that
could each be otherwise, both may not. Of a run with many decisions, most of which do not matter,
all are tried at once, then each half of those that do, so that few that matter are found in few
runs. Of many answers the least, the greatest and a fixed series of others are tried, so that the
same witness says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cbprove.evidence.replay import drawing, replay
from cbprove.frozen import frozen
from cbprove.properties.events import Moment
from cbprove.semantics.claims import Broken
from cbprove.semantics.run import Run
from cbprove.semantics.state import DecisionKey
from cbprove.system.program import Part, Program, Property

Answers = Mapping[DecisionKey, int]

_ALL = 8  # answers that are all tried
_DRAWS = 4  # of the series
_TURNS = 3  # more or fewer, where there is no limit
_TOGETHER = 4  # times that all found are changed at once
_ONE_BY_ONE = 32  # questions; more are tried in halves


@frozen
class _Question:
    """Decisions that are asked about as one, and what else they may be, at least one thing."""

    keys: tuple[DecisionKey, ...]
    others: tuple[Answers, ...]


def idle(program: Program, path: Part, prop: Property, run_shown: Run) -> frozenset[DecisionKey]:
    """The decisions of a run that breaks a property that could be otherwise, all of them, and
    its first broken claim would still break. The bits of one member looked at go together."""
    questions = [
        _Question(keys, answers)
        for keys in _groups(prop, run_shown)
        if (answers := tuple(_other_answers(program, run_shown, keys)))
    ]
    trial = _Trial(program, path, prop, run_shown)
    blocks = (
        [questions]
        if len(questions) > _ONE_BY_ONE
        else [[question] for question in reversed(questions)]
    )
    while blocks:
        block = blocks.pop()
        if len(block) == 1:
            trial.one(block[0])
        elif not trial.several(block):
            half = len(block) // 2
            blocks += [block[half:], block[:half]]
    return frozenset(key for question in trial.all_free() for key in question.keys)


class _Trial:
    """Tries other answers. Questions that are free alone are tried together with those before
    them when these have doubled, so that many take few runs; one after another where that fails."""

    def __init__(self, program: Program, path: Part, prop: Property, run_shown: Run) -> None:
        self.program, self.path, self.prop, self.shown = program, path, prop, run_shown
        self._free: list[_Question] = []  # that were tried together
        self._alone: list[_Question] = []  # free as well, and tried alone so far

    def one(self, question: _Question) -> None:
        """Try one question alone, and keep it if it is free."""
        if self._breaks(question.others, (question,)):
            self._alone.append(question)
            if len(self._alone) > len(self._free):
                self._put_together()

    def several(self, block: list[_Question]) -> bool:
        """Try questions at once, and keep them if they are free together."""
        self._put_together()
        if not self._breaks(_mixed([*self._free, *block]), block):
            return False
        self._free += block
        return True

    def all_free(self) -> list[_Question]:
        """What is free together."""
        self._put_together()
        return self._free

    def _put_together(self) -> None:
        alone, self._alone = self._alone, []
        if len(alone) > 1 and self._breaks(_mixed([*self._free, *alone]), ()):
            self._free += alone
            return
        for question in alone:
            if not self._free or self._breaks(_mixed([*self._free, question]), ()):
                self._free.append(question)

    def _breaks(self, answers: Iterable[Answers], questions: Sequence[_Question]) -> bool:
        """Whether all runs break the same claim, those left out that an assumption ends, and each
        of the questions has in one of them another answer."""
        untried = list(questions)
        for other in answers:
            run = self._again(other)
            if _ended(self.prop, run):
                continue
            if not _same(self.prop, self.shown, run):
                return False
            untried = [q for q in untried if _answers(run, q) == _answers(self.shown, q)]
        return not untried

    def _again(self, answers: Answers) -> Run:
        decisions = {**dict(self.shown.decisions), **answers}
        return replay(self.program, self.path, (self.prop,), decisions, until="broken")


def _mixed(questions: Sequence[_Question]) -> Iterator[Answers]:
    """Other answers to several questions at once: the first, the last, and some of any."""
    draw = drawing(0)
    yield _joined(question.others[0] for question in questions)
    yield _joined(question.others[-1] for question in questions)
    for _ in range(_TOGETHER):
        yield _joined(draw.choice(question.others) for question in questions)


def _joined(answers: Iterable[Answers]) -> Answers:
    return {key: answer for other in answers for key, answer in other.items()}


def _answers(run: Run, question: _Question) -> list[int | None]:
    """An answer that is out of range is not taken: then nothing was tried."""
    answers_of_run = dict(run.decisions)
    return [answers_of_run.get(key) for key in question.keys]


def _groups(prop: Property, run: Run) -> Iterator[tuple[DecisionKey, ...]]:
    """The decisions up to the break one by one, bits by the members that they were first looked
    at in."""
    moment = run.broken[prop.name][0].standing
    decisions = run.decisions[: moment.decisions] if moment else run.decisions
    bits = {key for key, _ in decisions if key[0] == "bit"}
    yield from ((key,) for key, _ in decisions if key not in bits)
    for look in run.looks:
        keys = tuple(key for source in look.sources if (key := ("bit", *source)) in bits)
        bits.difference_update(keys)
        if keys:
            yield tuple(dict.fromkeys(keys))


def _other_answers(program: Program, run: Run, keys: tuple[DecisionKey, ...]) -> Iterator[Answers]:
    """Other answers to some questions."""
    current = dict(run.decisions)
    if keys[0][0] == "bit":
        for number in _series(0, (1 << len(keys)) - 1):
            yield {key: number >> at & 1 for at, key in enumerate(keys)}
        return
    low, high = _range(program, keys[0], current[keys[0]])
    yield from ({keys[0]: answer} for answer in _series(low, high) if answer != current[keys[0]])


def _series(low: int, high: int) -> list[int]:
    if high - low < _ALL:
        return list(range(low, high + 1))
    draw = drawing(0)
    return [low, high, *(draw.randint(low, high) for _ in range(_DRAWS))]


def _range(program: Program, key: DecisionKey, answer: int) -> tuple[int, int]:
    """The answers to try; of arms and turns some may be out of range, and the run then takes the
    least."""
    if key[0] == "input":
        declared = program.inputs[str(key[1])]
        return declared.low, declared.high
    return max(0, answer - _TURNS), answer + _TURNS


def _ended(prop: Property, run: Run) -> bool:
    """Whether an assumption leaves no such run."""
    return run.ended and not run.broken[prop.name]


def _same(prop: Property, run_shown: Run, run: Run) -> bool:
    """Whether the same claim is the first to break, and no store is found there that is not
    shown."""
    first, broken = run_shown.broken[prop.name][0], run.broken[prop.name]
    if not broken or (broken[0].moment, broken[0].claim) != (first.moment, first.claim):
        return False
    return _stores_behind(run, broken[0]) <= _stores_behind(run_shown, first)


def _stores_behind(run: Run, broken: Broken) -> set[tuple[Moment, str]]:
    """What stored the bits that break a claim, or those that it looked at: statements, in
    whichever turn they did."""
    looked_at = [
        source for look in run.looks if look.moment == broken.moment for source in look.sources
    ]
    stores = [source.store for source in [*(bit.actual for bit in broken.bits), *looked_at]]
    return {(store.moment[-1:], store.kind) for store in stores}
