"""From the verdicts on a spec to a record of them and the texts of its obligations.

What needs no solver to be believed, as it is kept: certificates of proved candidates, clausal
proofs of obligations.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cbprove.archive import record, runs
from cbprove.archive.derived import counted, proposed, rested, shared
from cbprove.archive.folder import CERTIFICATE, ENDING, PROOF, sha256
from cbprove.archive.record import (
    Box,
    Chosen,
    Clausal,
    Obligation,
    Part,
    Record,
    Recorded,
    boxes,
    indexes,
)
from cbprove.archive.stated import Stated, Statements
from cbprove.design.asking import impossible_by_bits
from cbprove.design.marks import BOUNDED, INAPPLICABLE, PROVED, REFUTED, VACUOUS, VERDICTS
from cbprove.design.replayed import NotReplayed
from cbprove.design.sectors import Division, Sector
from cbprove.design.settled import Settled
from cbprove.design.space import Options, Space
from cbprove.design.tables import Table
from cbprove.design.witness import least_run
from cbprove.evidence.certificate_find import find
from cbprove.evidence.certificate_text import written
from cbprove.evidence.clausal import GaveUp, proof_of
from cbprove.evidence.replay import replay
from cbprove.logic.clauses import Unbounded, cnf
from cbprove.logic.terms import and_, deep
from cbprove.meaning.system import System
from cbprove.report.version import VERSION
from cbprove.semantics.run import Run
from cbprove.solving.library import version
from cbprove.solving.solver import Z3Session
from cbprove.system.axes import AxisValue, Proposal
from cbprove.system.program import Program
from cbprove.verdicts import Model


@dataclass(frozen=True)
class Certified:
    """A record, and the texts beside it by the names of their files."""

    record: Record
    texts: Mapping[str, str]


def certify(
    system: System, options: Options, clausal: bool = False, models: Sequence[Model] = ()
) -> Certified:
    """All verdicts on a spec, with what each rests on; `clausal` says whether with clausal proofs.

    Raises NotReplayed; NoSolver.
    """
    with deep():
        certified = _Certifying(Space(system, options)).all(clausal)
    return replace(certified, record=replace(certified.record, models=rested(models)))


class _Certifying:
    def __init__(self, space: Space) -> None:
        self.space, self.options = space, space.options
        self.statements = Statements(space)
        self.texts: dict[str, str] = {}
        self.obligations: dict[str, tuple[str, tuple[Obligation, ...]]] = {}
        self._names: dict[str, str] = {}  # by what they state
        self._answers: dict[str, str] = {}  # by text
        self._certificates = Certificates(space)
        self._bare: set[str] = set()  # obligations that proofs without certificate rest on

    def all(self, clausal: bool) -> Certified:
        """The record of everything."""
        system, limits = self.space.system, self.options.limits
        pairs = [
            (proposal, prop.name) for proposal in system.proposals for prop in system.properties
        ]
        verdicts = [
            v for proposal, name in pairs if (v := self._verdict(proposal, name)) is not None
        ]
        proofs = self._proofs() if clausal else None
        limits_recorded = record.Limits(self.options.bound, limits.resources, limits.operations)
        return Certified(
            Record(
                spec=system.name,
                command=record.command(
                    os.path.normpath(system.sources[0].name), limits_recorded, clausal
                ),
                versions={"cbprove": VERSION, "z3": version()},
                limits=limits_recorded,
                inputs=tuple(
                    (os.path.normpath(source.name), source.sha256) for source in system.sources
                ),
                proposals=tuple(proposed(self.space, proposal) for proposal in system.proposals),
                verdicts=tuple(verdicts),
                obligations=dict(sorted(self.obligations.items())),
                certificates=self._certificates.digests(),
                clausal=proofs,
            ),
            self.texts | self._certificates.texts,
        )

    def _proofs(self) -> dict[str, record.Clausal]:
        """The clausal proofs of what followed values, and of what has no certificate."""
        proofs = {}
        for name, (_, states) in sorted(self.obligations.items()):
            if name in self._bare or any(state.by != "sources" for state in states):
                clauses_proof = of_clauses(self.statements.state(states[0]))
                if clauses_proof is not None:
                    proofs[name], proof = clauses_proof
                    self.texts |= {f"{name}{PROOF}": proof} if proofs[name].drat else {}
        return proofs

    def with_certificates(self, part: Part, name: str) -> Part:
        """A proved part with its certificates, if it has them for each of its candidates."""
        sector = self.statements.sector(part.fixed)
        certificates = (
            self._certificates.of(sector, part.where, name) if part.verdict == "proved" else {}
        )
        if not certificates:
            self._bare.update(part.obligations)
        return replace(part, certificates=certificates)

    def _verdict(self, proposal: Proposal, name: str) -> Recorded | None:
        """None where the property speaks of none of the proposal's candidates."""
        parts: list[Part] = []
        bounded = False
        for sector in self.space.sectors(proposal.domains):
            sectored = _Sectored(self, sector, name)
            marks = [
                sectored.table.sheet.marks[i] for i in self.space.indexes(sector, proposal.domains)
            ]
            bounded = bounded or BOUNDED in marks
            parts += sectored.parts(list(self.space.indexes(sector, proposal.domains)))
        if not parts:
            return None
        counts = counted(self.statements, parts)
        return Recorded(
            id=f"{self.space.system.name}/{proposal.name}/{name}",
            verdict=shared(counts),
            scope=self.options.bound if bounded else "every run",
            counts=counts,
            parts=tuple(parts),
        )

    def obliged(self, obligation: Obligation) -> str:
        """The name of an obligation, stated without conditions where it can be."""
        key = repr(obligation)
        if key not in self._names:
            self._names[key] = self._stated(obligation)
        return self._names[key]

    def _stated(self, obligation: Obligation) -> str:
        if obligation.by == "sources":
            # Without the conditions first: more runs, fewer words. What fails then may still hold
            # with them.
            loose = replace(obligation, loose=True)
            stated = self.statements.state(loose)
            if self._answer(stated) == "unsat":
                return self._keep(loose, stated.text)
        stated = self.statements.state(obligation)
        if self._answer(stated) == "sat":
            raise NotReplayed(f"{obligation.property}: the obligation of a proof can be satisfied")
        return self._keep(obligation, stated.text)

    def _answer(self, stated: Stated) -> str:
        """What Z3 says of a text: what it proved had stores left out, what is kept has them all."""
        text = stated.text
        if text not in self._answers and impossible_by_bits(
            stated.formulas, stated.ranges, self.space.options.limits
        ):
            self._answers[text] = "unsat"
        if text in self._answers:
            return self._answers[text]
        # Asked anew, of the text as it is kept and in a session of its own: what is certified hangs
        # on nothing that a longer session had learnt.
        session = Z3Session(self.space.options.limits)
        session.add(text.replace("(check-sat)\n", ""))
        self._answers[text] = session.check().result
        return self._answers[text]

    def _keep(self, obligation: Obligation, text: str) -> str:
        digest = hashlib.sha256(text.encode()).hexdigest()
        name = digest[:16]
        self.texts[f"{name}{ENDING}"] = text
        self.obligations[name] = digest, (*self.obligations.get(name, (digest, ()))[1], obligation)
        return name


class _Sectored:
    """One property in one sector."""

    def __init__(self, certifying: _Certifying, sector: Sector, name: str) -> None:
        self.certifying, self.space, self.sector, self.name = (
            certifying,
            certifying.space,
            sector,
            name,
        )
        self.table: Table = self.space.table(sector, name)

    def parts(self, indexes: Sequence[int]) -> Iterator[Part]:
        """The candidates at these marks, each in one part."""
        marks = self.table.sheet.marks
        for mark in sorted({marks[i] for i in indexes} - {INAPPLICABLE}):
            indexes_marked = [i for i in indexes if marks[i] == mark]
            if mark == REFUTED:
                yield from self._refuted(indexes_marked)
            elif mark in (PROVED, BOUNDED, VACUOUS):
                yield from self._proved_parts(mark, indexes_marked)
            else:
                yield from self._others(mark, indexes_marked)

    def _program(self, index: int) -> Program:
        return self.space.candidate(self.sector.candidate(index))

    def _part(self, mark: int, indexes: Sequence[int], run: Chosen | None = None) -> Part:
        return Part(VERDICTS[mark], self.sector.fixed, boxes(self.sector, indexes), run=run)

    # --- refuted, and what nothing is said of -----------------------------------------------------

    def _refuted(self, indexes: Sequence[int]) -> Iterator[Part]:
        astray = [
            i
            for i in indexes
            if runs.misplaced(self._program(i), runs.named(self._program(i), self.name))
        ]
        if astray:
            yield self._part(REFUTED, astray)
        for run, chosen_run in self._cover([i for i in indexes if i not in astray], broken=True):
            yield self._part(REFUTED, chosen_run, run)

    def _others(self, mark: int, indexes: Sequence[int]) -> Iterator[Part]:
        reasons: dict[str, list[int]] = {}
        for index in indexes:
            settled = self.table.settled.get(index)
            reasons.setdefault(settled.reason if settled else "", []).append(index)
        for reason, group in reasons.items():
            yield replace(self._part(mark, group), reason=reason)

    # --- proved and vacuous -----------------------------------------------------------------------

    def _proved_parts(self, mark: int, indexes: Sequence[int]) -> Iterator[Part]:
        alone = [i for i in indexes if i in self.table.settled]
        together = [i for i in indexes if i not in self.table.settled]
        if together:
            yield from self._shown(mark, together, (self._by_sources(mark),))
        for index in alone:
            yield from self._shown(
                mark, [index], tuple(self._by_values(mark, index, self.table.settled[index]))
            )

    def _shown(self, mark: int, indexes: list[int], obligations: tuple[str, ...]) -> Iterator[Part]:
        program = self._program(indexes[0])
        if mark == VACUOUS or runs.placed(program, runs.named(program, self.name)):
            yield self._resting(self._part(mark, indexes), obligations)
            return
        for run, chosen_run in self._cover(indexes, broken=False):
            yield self._resting(self._part(mark, chosen_run, run), obligations)

    def _resting(self, part: Part, obligations: tuple[str, ...]) -> Part:
        return self.certifying.with_certificates(replace(part, obligations=obligations), self.name)

    def _by_sources(self, mark: int) -> str:
        """What is proved of the whole sector at once."""
        marks = self.table.sheet.marks
        by_certificate = [
            i for i, value in enumerate(marks) if value == mark and i not in self.table.settled
        ]
        region = boxes(self.sector, by_certificate)
        return self.certifying.obliged(
            Obligation("sources", _claim(mark), self.name, self.sector.fixed, region)
        )

    def _by_values(self, mark: int, index: int, settled: Settled) -> Iterator[str]:
        plan, invariant = settled.plan, settled.invariant
        assert plan is not None, "what was settled by a proof says how loops were followed"
        obligation = Obligation("values", _claim(mark), self.name, self.sector.candidate(index))
        if invariant is None:
            yield self.certifying.obliged(replace(obligation, turns=plan.turns, known=plan.known))
            return
        obligation = replace(obligation, invariant=invariant.kept, facts=invariant.facts or None)
        yield self.certifying.obliged(obligation)
        for step in record.steps(obligation):
            yield self.certifying.obliged(step)

    # --- runs -------------------------------------------------------------------------------------

    def _cover(self, indexes: list[int], broken: bool) -> list[tuple[Chosen, list[int]]]:
        def find(index: int) -> Run:
            program = self._program(index)
            prop = runs.named(program, self.name)
            plain = None if broken else _plainest(program, self.name)
            return plain or least_run(program, prop, self.space.options, broken)

        return runs.cover(indexes, self._program, self.name, broken, find)


def _claim(mark: int) -> record.Claim:
    return "reached" if mark == VACUOUS else "broken"


def _plainest(program: Program, name: str) -> Run | None:
    """The run of the first choices on the first path where that reaches a claim."""
    prop = runs.named(program, name)
    tried = (replay(program, path, (prop,), {}) for path in program.paths)
    return next((run for run in tried if run.reached[name]), None)


# Bytes of a clausal proof, or of the certificates of several candidates, that are kept
LARGEST = 200_000


class Certificates:
    """The certificates of one spec; `texts` are by the names of their files. Those that read
    alike are one."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self.texts: dict[str, str] = {}
        self._names: dict[tuple[object, ...], str | None] = {}

    def of(
        self, sector: Sector, region: tuple[Box, ...], name: str
    ) -> Mapping[str, tuple[Box, ...]]:
        """The certificates of a property, by name with their candidates.

        None if one of the candidates has none, or if they are too long to be read: a clausal proof
        speaks of all at once.
        """
        by_text: dict[str, list[int]] = {}
        for index in indexes(sector, region):
            text = self._of(sector.candidate(index), name)
            if text is None:
                return {}
            by_text.setdefault(text, []).append(index)
        if len(by_text) > 1 and sum(map(len, by_text)) > LARGEST:
            return {}
        self.texts |= {f"{_short(text)}{CERTIFICATE}": text for text in by_text}
        return {_short(text): boxes(sector, group) for text, group in by_text.items()}

    def _of(self, candidate: Mapping[str, AxisValue], name: str) -> str | None:
        key = (name, *candidate.values())
        if key not in self._names:
            program = self.division.candidate(candidate)
            certificate = find(program, runs.named(program, name))
            self._names[key] = None if certificate is None else written(program, certificate)
        return self._names[key]

    def digests(self) -> dict[str, str]:
        """The sha256 of each by its name."""
        hashes = sorted(sha256(text) for text in self.texts.values())
        return {digest[:16]: digest for digest in hashes}


def _short(text: str) -> str:
    return sha256(text)[:16]


def of_clauses(stated: Stated) -> tuple[Clausal, str] | None:
    """The clausal proof of an obligation and its text; None where an unknown has no range.
    Raises NoSolver."""
    try:
        clauses = cnf(and_(*stated.formulas), stated.ranges)
    except Unbounded:
        return None
    digest = sha256(clauses.dimacs())
    try:
        drat = proof_of(clauses)
    except GaveUp as limit:
        return Clausal(digest, left_out=str(limit)), ""
    assert drat is not None, "an obligation of a proof cannot be satisfied"
    proof = additions(drat)
    if len(proof) > LARGEST:
        return Clausal(digest, left_out=f"it has more than {LARGEST} bytes"), ""
    return Clausal(digest, sha256(proof)), proof


def additions(proof: str) -> str:
    """A proof without the steps that delete clauses, half of it: what follows from some clauses
    follows from more."""
    return "".join(f"{line}\n" for line in proof.splitlines() if not line.startswith("d"))
