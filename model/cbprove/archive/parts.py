"""One part of a verdict confirmed, at each of its candidates: its obligations by what they state,
its run by the reference, its certificates by their checker.

The obligations of a record: regenerated, compared to the byte, and asked of each solver, once for
all verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from cbprove.archive import runs
from cbprove.archive.folder import CERTIFICATE, ENDING, PROOF, Failure, Folder, sha256
from cbprove.archive.record import Claim, Obligation, Part, indexes, steps
from cbprove.archive.stated import Stated, Statements, Unstated
from cbprove.design.sectors import Sector
from cbprove.evidence import rup
from cbprove.evidence.certificate_check import check
from cbprove.evidence.certificate_text import Unreadable, read
from cbprove.logic import bitvectors
from cbprove.logic.clauses import Unbounded, cnf
from cbprove.logic.terms import and_, evaluate
from cbprove.obligations.plan import FOLLOWED
from cbprove.system.program import Program, Property


class Wrong(Exception):
    """Why a part is not confirmed (nothing where that is said of an obligation), and the exit
    code that it asks for."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


# What shows a proof: the first of them that it has
Shown = Literal["certificate", "clausal", "solvers"]


class Confirming:
    """Confirms parts; `runs` counts the replays, `proofs` the parts that say that no run breaks or
    reaches a claim.

    `texts` are those beside the record, `used` the names of the certificates that were asked for.
    """

    def __init__(self, statements: Statements, obliged: Obliged, texts: Mapping[str, str]) -> None:
        self.statements, self.obliged, self.texts, self.runs = statements, obliged, texts, 0
        self.proofs: dict[Shown, int] = {"certificate": 0, "clausal": 0, "solvers": 0}
        self.used: set[str] = set()

    def part(self, part: Part, name: str) -> int | None:
        """Confirms a part, or raises Wrong; the bound of a proof that is none for more turns."""
        sector, candidates = self._marks(part)
        for index in candidates:
            (required,) = evaluate(
                sector.point(index), self.statements.division.program(sector).required
            )
            if required == (part.verdict == "excluded"):
                raise Wrong(
                    f"{self._at(sector, index)} is {'not ' if required else ''}excluded by the spec"
                )
        self._stray(part)
        match part.verdict:
            case "refuted":
                self._shown(part, sector, candidates, name, broken=True)
            case "proved":
                self._shown(part, sector, candidates, name, broken=False)
                return self._proved(part, sector, candidates, name)
            case "vacuous":
                return self._proved(part, sector, candidates, name)
            case "unknown":
                raise Wrong(f"it is unknown: {part.reason}", 3)
            case "mixed":
                raise Wrong("a part cannot be mixed")
        return None

    def _marks(self, part: Part) -> tuple[Sector, list[int]]:
        try:
            sector = self.statements.sector(part.fixed)
            candidates = indexes(sector, part.where)
        except (ValueError, Unstated) as wrong:
            raise Wrong(f"there is no region with {wrong}") from None
        if not candidates:
            raise Wrong("a part without candidates")
        return sector, candidates

    def _stray(self, part: Part) -> None:
        if part.run is not None and part.verdict not in ("refuted", "proved"):
            raise Wrong(f"a run shows nothing where the verdict is {part.verdict}")
        if part.obligations and part.verdict not in ("proved", "vacuous"):
            raise Wrong(f"obligations show nothing where the verdict is {part.verdict}")
        if part.certificates and part.verdict != "proved":
            raise Wrong(f"certificates show nothing where the verdict is {part.verdict}")
        if part.reason and part.verdict != "unknown":
            raise Wrong(f"a reason is given although the verdict is {part.verdict}")

    def _at(self, sector: Sector, index: int) -> str:
        return (
            ", ".join(f"{axis} = {value}" for axis, value in sector.candidate(index).items())
            or "the candidate"
        )

    # --- runs -------------------------------------------------------------------------------------

    def _shown(
        self, part: Part, sector: Sector, candidates: list[int], name: str, broken: bool
    ) -> None:
        """The run shows it at each candidate; where claims are about placement, the numbers do."""
        for index in candidates:
            program = self.statements.division.candidate(sector.candidate(index))
            prop = runs.named(program, name)
            if part.run is None:
                self._without_run(program, prop, broken, self._at(sector, index))
                continue
            if not broken and runs.placed(program, prop):
                raise Wrong("a run shows nothing where claims are about placement")
            run = runs.shows(program, prop, part.run, broken)
            self.runs += 1
            if run is None:
                claim = "breaks it" if broken else "reaches a claim"
                raise Wrong(
                    f"the run on {part.run.path} never {claim} at {self._at(sector, index)}"
                )
            if index == candidates[0] and runs.chosen(run) != part.run:
                raise Wrong(
                    f"the run on {part.run.path} decides something else than the record says"
                )

    def _without_run(self, program: Program, prop: Property, broken: bool, at: str) -> None:
        if broken and not runs.misplaced(program, prop):
            raise Wrong(f"no run is given, and nothing lies where it must not at {at}")
        if not broken and not runs.placed(program, prop):
            raise Wrong(f"no run is given that reaches a claim at {at}")

    # --- obligations ------------------------------------------------------------------------------

    def _proved(self, part: Part, sector: Sector, candidates: list[int], name: str) -> int | None:
        """The obligations are those that such a verdict rests on, and are confirmed."""
        states = [self.obliged.states(obligation) for obligation in part.obligations]
        if not states or not all(states):
            raise Wrong("it rests on obligations that the record does not have")
        claim: Claim = "reached" if part.verdict == "vacuous" else "broken"
        firsts = [state for state in states[0] if state.property == name and state.claim == claim]
        stated = next(
            (state for state in firsts if self._enough(state, states, sector, candidates)), None
        )
        if stated is None:
            raise Wrong("it rests on obligations that are about something else")
        confirmed = [self.obliged.confirmed(obligation) for obligation in part.obligations]
        self._certified(part, sector, candidates, name)
        first = confirmed[0]
        if first is None or None in confirmed:
            raise Wrong("")
        self.proofs[self._shown_by(part)] += 1
        # One text may be stated of several candidates, whose loops are not all followed to their
        # end. What an obligation says of some turns, a certificate says of every number of them.
        if part.certificates or not first[states[0].index(stated)].truncated:
            return None
        if stated.known != FOLLOWED:
            raise Wrong(f"loops with a HI of up to {FOLLOWED} turns are not followed to their end")
        return stated.turns

    def _shown_by(self, part: Part) -> Shown:
        if part.certificates:
            return "certificate"
        return "clausal" if self.obliged.proved.issuperset(part.obligations) else "solvers"

    # --- certificates -----------------------------------------------------------------------------

    def _certified(self, part: Part, sector: Sector, candidates: list[int], name: str) -> None:
        """If there are certificates, each candidate has one, and it shows that the property
        holds there."""
        self.used.update(part.certificates)
        try:
            regions = {
                certificate: indexes(sector, region)
                for certificate, region in part.certificates.items()
            }
        except ValueError as wrong:
            raise Wrong(f"there is no region with {wrong}") from None
        every = sorted(index for own_ones in regions.values() for index in own_ones)
        if regions and (every != candidates or not all(regions.values())):
            raise Wrong("its certificates are not about its candidates, each once")
        for certificate, indices in regions.items():
            for index in indices:
                program = self.statements.division.candidate(sector.candidate(index))
                wrong_there = self._wrong(
                    program, runs.named(program, name), f"{certificate}{CERTIFICATE}"
                )
                if wrong_there is not None:
                    raise Wrong(
                        f"{certificate}{CERTIFICATE} does not show it at "
                        f"{self._at(sector, index)}: {wrong_there}"
                    )

    def _wrong(self, program: Program, prop: Property, file: str) -> str | None:
        """What is wrong with a certificate, at one candidate."""
        if file not in self.texts:
            return "there is no such certificate"
        try:
            return check(program, prop, read(program, self.texts[file]))
        except Unreadable as wrong:
            return str(wrong)

    def _enough(
        self,
        first: Obligation,
        states: Sequence[Sequence[Obligation]],
        sector: Sector,
        candidates: list[int],
    ) -> bool:
        """Whether the first obligation, and for an invariant its steps, say it of all these
        candidates."""
        if first.by == "sources":
            return (
                len(states) == 1
                and first.fixed == sector.fixed
                and self._contains(first, sector, candidates)
            )
        if (
            first.by != "values"
            or len(candidates) > 1
            or first.fixed != sector.candidate(candidates[0])
        ):
            return False
        needed = list(steps(first))
        return len(states) == 1 + len(needed) and all(
            s in state for s, state in zip(needed, states[1:], strict=True)
        )

    def _contains(self, obligation: Obligation, sector: Sector, candidates: list[int]) -> bool:
        try:
            return set(candidates) <= set(indexes(sector, obligation.where))
        except ValueError:
            return False


Solvers = Mapping[str, Callable[[str], str]]  # by name: what each says of a text


class Obliged:
    """What is known of each obligation; `decided` counts those that each solver found
    unsatisfiable, `proved` are those whose clausal proof holds."""

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
        """An obligation as the spec states it, all that the record says of it in that order: one
        text, which no solver can satisfy; None for any other."""
        if name not in self.used:
            before = len(self.failures)
            stated = self._stated(name)
            self.used[name] = stated if len(self.failures) == before else None
        return self.used[name]

    def _fail(self, name: str, message: str, code: int = 1, ending: str = ENDING) -> None:
        self.failures.append(Failure(f"{name}{ending}", message, code))

    def _stated(self, name: str) -> tuple[Stated, ...] | None:
        if f"{name}{ENDING}" not in self.texts:
            self._fail(name, "there is no text of it", 2)
            return None
        stated = tuple(
            statement
            for obligation in self.states(name)
            if (statement := self._regenerated(name, obligation)) is not None
        )
        if not stated:
            return None
        self._decide(name, stated[0])
        if name in self.clausal:
            self._clauses(name, stated[0])
        return stated

    def _regenerated(self, name: str, obligation: Obligation) -> Stated | None:
        try:
            stated = self.statements.state(obligation)
        except Unstated as wrong:
            self._fail(name, f"the spec has no such obligation: {wrong}")
            return None
        # To the byte: a text that only comes to the same is not what the spec states (decision
        # 0012).
        if stated.text != self.texts[f"{name}{ENDING}"]:
            self._fail(name, _difference(stated.text, self.texts[f"{name}{ENDING}"]))
        return stated

    def _clauses(self, name: str, stated: Stated) -> None:
        """The clauses made anew, and the proof that they cannot be met, step by step; no solver
        is asked."""
        record = self.clausal[name]
        # Clauses are made from the spec's formulas, never read: of the record only the steps are
        # taken, which `rup.py` follows.
        try:
            clauses = cnf(and_(*stated.formulas), stated.ranges)
        except Unbounded as wrong:
            self._fail(name, f"it has no clauses: {wrong}")
            return
        digest = sha256(clauses.dimacs())
        if digest != record.cnf:
            self._fail(name, f"the sha256 of its clauses is {digest}, the record says {record.cnf}")
        elif record.drat and not rup.check(clauses.clauses, self.texts.get(f"{name}{PROOF}", "")):
            self._fail(name, "it does not show that the clauses cannot be met", ending=PROOF)
        elif record.drat:
            self.proved.add(name)

    def _decide(self, name: str, stated: Stated) -> None:
        """Ask each solver whether some run breaks what is stated."""
        answers = {solver: self._answer(solver, name, stated) for solver in self.solvers}
        for solver, answer in answers.items():
            if answer == "unsat":
                self.decided[solver] += 1
            elif answer == "sat":
                self._fail(name, f"{solver} can satisfy it")
            elif answer == "unknown":
                self._fail(name, f"{solver} cannot tell whether it can be satisfied", 3)

    def _answer(self, solver: str, name: str, stated: Stated) -> str:
        """What a solver says of the kept text; where it cannot tell, of the same formulas as
        bit-vectors.

        Integers alone do not decide formulas that take many single bits out of run-time values.
        """
        answer = self.solvers[solver](self.texts[f"{name}{ENDING}"])
        if answer != "unknown":
            return answer
        try:
            return self.solvers[solver](
                f"{bitvectors.text(stated.formulas, stated.ranges)}(check-sat)\n"
            )
        except bitvectors.Unbounded:
            return answer


def _difference(recorded: str, regenerated: str) -> str:
    """The first line in which two texts differ."""
    lines, lines_regenerated = recorded.splitlines(), regenerated.splitlines()
    for number, (line, other) in enumerate(zip(lines, lines_regenerated, strict=False), 1):
        if line != other:
            return (
                f"it is not what the spec states: line {number} is `{_short(other)}`, not "
                f"`{_short(line)}`"
            )
    return (
        f"it is not what the spec states: it has {len(lines_regenerated)} lines, not {len(lines)}"
    )


def _short(line: str) -> str:
    return line if len(line) <= 80 else line[:77] + "..."
