"""The obligations of a record: regenerated, compared to the byte, and asked of each solver, once for all verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cbprove.archive.folder import ENDING, PROOF, Failure, Folder, sha256
from cbprove.archive.record import Obligation
from cbprove.archive.stated import Stated, Statements, Unstated
from cbprove.evidence import rup
from cbprove.logic import bitvectors
from cbprove.logic.clauses import Unbounded, cnf
from cbprove.logic.terms import and_

Solvers = Mapping[str, Callable[[str], str]]  # by name: what each says of a text


class Obliged:
    """What is known of each obligation; `decided` counts those that each solver found unsatisfiable, `proved` are those whose
    clausal proof holds."""

    def __init__(self, statements: Statements, folder: Folder, solvers: Solvers) -> None:
        self.statements, self.texts, self.solvers = statements, folder.texts, solvers
        self.obligations, self.clausal = folder.record.obligations, folder.record.clausal or {}
        self.proved: set[str] = set()
        self.decided = dict.fromkeys(solvers, 0)
        self.failures: list[Failure] = []
        self.used: dict[str, tuple[Stated, ...] | None] = {}

    def states(self, name: str) -> tuple[Obligation, ...]:
        """All that the record says an obligation states."""
        return self.obligations[name][1] if name in self.obligations else ()

    def confirmed(self, name: str) -> tuple[Stated, ...] | None:
        """An obligation as the spec states it, all that the record says of it in that order: one text, which no
        solver can satisfy; None for any other."""
        if name not in self.used:
            before = len(self.failures)
            stated = self._stated(name)
            self.used[name] = stated if len(self.failures) == before else None
        return self.used[name]

    def _fail(self, name: str, what: str, code: int = 1, ending: str = ENDING) -> None:
        self.failures.append(Failure(f"{name}{ending}", what, code))

    def _stated(self, name: str) -> tuple[Stated, ...] | None:
        if f"{name}{ENDING}" not in self.texts:
            self._fail(name, "there is no text of it", 2)
            return None
        stated = tuple(found for asked in self.states(name) if (found := self._regenerated(name, asked)) is not None)
        if not stated:
            return None
        self._decide(name, stated[0])
        if name in self.clausal:
            self._clauses(name, stated[0])
        return stated

    def _regenerated(self, name: str, asked: Obligation) -> Stated | None:
        try:
            stated = self.statements.state(asked)
        except Unstated as wrong:
            self._fail(name, f"the spec has no such obligation: {wrong}")
            return None
        if stated.text != self.texts[f"{name}{ENDING}"]:
            self._fail(name, _difference(stated.text, self.texts[f"{name}{ENDING}"]))
        return stated

    def _clauses(self, name: str, stated: Stated) -> None:
        """The clauses made anew, and the proof that they cannot be met, step by step; no solver is asked."""
        kept = self.clausal[name]
        try:
            clauses = cnf(and_(*stated.formulas), stated.ranges)
        except Unbounded as wrong:
            self._fail(name, f"it has no clauses: {wrong}")
            return
        digest = sha256(clauses.dimacs())
        if digest != kept.cnf:
            self._fail(name, f"the sha256 of its clauses is {digest}, the record says {kept.cnf}")
        elif kept.drat and not rup.check(clauses.clauses, self.texts.get(f"{name}{PROOF}", "")):
            self._fail(name, "it does not show that the clauses cannot be met", ending=PROOF)
        elif kept.drat:
            self.proved.add(name)

    def _decide(self, name: str, stated: Stated) -> None:
        """Ask each solver whether some run breaks what is stated."""
        said = {solver: self._answer(solver, name, stated) for solver in self.solvers}
        for solver, answer in said.items():
            if answer == "unsat":
                self.decided[solver] += 1
            elif answer == "sat":
                self._fail(name, f"{solver} can satisfy it")
            elif answer == "unknown":
                self._fail(name, f"{solver} cannot tell whether it can be satisfied", 3)

    def _answer(self, solver: str, name: str, stated: Stated) -> str:
        """What a solver says of the kept text; where it cannot tell, of the same formulas as bit-vectors.

        Integers alone do not decide formulas that take many single bits out of run-time values.
        """
        answer = self.solvers[solver](self.texts[f"{name}{ENDING}"])
        if answer != "unknown":
            return answer
        try:
            return self.solvers[solver](f"{bitvectors.text(stated.formulas, stated.ranges)}(check-sat)\n")
        except bitvectors.Unbounded:
            return answer


def _difference(wanted: str, found: str) -> str:
    """The first line in which two texts differ."""
    lines, others = wanted.splitlines(), found.splitlines()
    for number, (line, other) in enumerate(zip(lines, others, strict=False), 1):
        if line != other:
            return f"it is not what the spec states: line {number} is `{_short(other)}`, not `{_short(line)}`"
    return f"it is not what the spec states: it has {len(others)} lines, not {len(lines)}"


def _short(line: str) -> str:
    return line if len(line) <= 80 else line[:77] + "..."
