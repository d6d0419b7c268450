"""An archive against the spec: everything in the record is worked out anew, tried, or asked of
other solvers than Z3.

Nothing here, nor anything it imports, knows Z3.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cbprove.archive.derived import counted, proposed, rested, shared
from cbprove.archive.folder import CERTIFICATE, ENDING, PROOF, RECORD, Failure, Folder
from cbprove.archive.parts import Confirming, Obliged, Shown, Solvers, Wrong
from cbprove.archive.record import Recorded, Scope, command, indexes
from cbprove.archive.stated import Statements, Unstated
from cbprove.design.sectors import Division, spread
from cbprove.diagnostics import SpecError
from cbprove.logic.terms import deep
from cbprove.meaning.system import System
from cbprove.report.version import VERSION
from cbprove.system.axes import Proposal
from cbprove.verdicts import UNAUDITED, Model

Meaning = Callable[[str], System]
Audits = Callable[[System], tuple[Model, ...]]


@dataclass
class Outcome:
    """What came of the record of one spec: verdicts confirmed of how many, obligations by who
    decided them, runs replayed, proofs by what shows them."""

    spec: str
    verdicts: int
    confirmed: int = 0
    decided: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    proofs: dict[Shown, int] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    failures: list[Failure] = field(default_factory=list)


def recheck(
    folder: Folder, place: str, root: str, meaning: Meaning, solvers: Solvers, audits: Audits
) -> Outcome:
    """What is confirmed of a record; `place` is the archive's folder, `root` the one that the
    paths of specs count from."""
    outcome = Outcome(folder.name, len(folder.record.verdicts))
    with deep():
        _Rechecking(folder, os.path.join(place, folder.name), root, outcome).all(
            meaning, solvers, audits
        )
    return outcome


class _Rechecking:
    def __init__(self, folder: Folder, place: str, root: str, outcome: Outcome) -> None:
        self.folder, self.record, self.place, self.root, self.outcome = (
            folder,
            folder.record,
            place,
            root,
            outcome,
        )

    def all(self, meaning: Meaning, solvers: Solvers, audits: Audits) -> None:
        """First what the record says of itself, then whether it is about this spec, then every
        verdict."""
        self._itself()
        system = self._spec(meaning)
        if system is None:
            return
        self._models(system, audits)
        division = Division(system)
        self._verdicts(division, solvers)

    def _fail(self, message: str, file: str = RECORD, code: int = 1) -> None:
        name = (
            os.path.join(self.place, file)
            if file.endswith((RECORD, ENDING, CERTIFICATE, PROOF))
            else file
        )
        self.outcome.failures.append(Failure(name, message, code))

    # --- the record itself, and the spec it is about ----------------------------------------------

    def _itself(self) -> None:
        record = self.record
        if list(record.versions) != ["cbprove", "z3"]:
            self._fail(f"versions are of {', '.join(record.versions)}, not of cbprove, z3")
        elif record.versions["cbprove"] != VERSION:
            self._fail(
                f"it is of cbprove {record.versions['cbprove']}, this is {VERSION}: certify again",
                code=2,
            )
        if not record.inputs:
            self._fail("it names no spec", code=2)
        elif record.command != (
            expected := command(record.inputs[0][0], record.limits, record.clausal is not None)
        ):
            self._fail(f"its command should be `{expected}`")

    def _spec(self, meaning: Meaning) -> System | None:
        """The spec as it is now, None if the record is not about it."""
        if not self.record.inputs:
            return None
        path = self.record.inputs[0][0]
        try:
            system = meaning(os.path.normpath(os.path.join(self.root, path)))
        except SpecError as error:
            message = f"the spec of {self.place} cannot be read: {error.diagnostics[0].message}"
            self._fail(message, path, code=2)
            return None
        if system.name != self.record.spec:
            self._fail(
                f"it declares the spec {system.name}, the record is about {self.record.spec}", path
            )
            return None
        # A spec of other texts may have the same verdicts for other reasons: nothing of it is
        # compared.
        return system if self._same_inputs(system) else None

    def _same_inputs(self, system: System) -> bool:
        read = {os.path.relpath(source.name, self.root): source.sha256 for source in system.sources}
        recorded = {
            os.path.relpath(os.path.join(self.root, path), self.root): digest
            for path, digest in self.record.inputs
        }
        for path in recorded.keys() - read.keys():
            self._fail("the record says that the spec includes it, which it does not", path)
        for path, digest in read.items():
            if recorded.get(path) != digest:
                claimed = (
                    f"the record says {recorded[path]}"
                    if path in recorded
                    else "the record does not know it"
                )
                self._fail(f"its sha256 is {digest}, {claimed}: certify again", path)
        return read == recorded

    def _models(self, system: System, audits: Audits) -> None:
        """What the verdicts rest on: the audits are made anew."""
        path = self.record.inputs[0][0]
        try:
            audited = audits(system)
        except SpecError as error:
            self._fail(f"it cannot be audited: {error.diagnostics[0].message}", path, code=2)
            return
        self.outcome.models = tuple(each.told for each in audited) or (UNAUDITED,)
        recorded = {each.record: each for each in self.record.models}
        for each in rested(audited):
            if each.record not in recorded:
                self._fail(
                    f"the record does not know that it is audited against {each.record}", path
                )
            elif recorded[each.record].sha256 != each.sha256:
                self._fail(
                    f"the sha256 of {each.record} is {each.sha256}, the record says "
                    f"{recorded[each.record].sha256}",
                    path,
                )
            elif recorded[each.record].told != each.told:
                self._fail(f"{each.told}, the record says: {recorded[each.record].told}", path)
        for strange in recorded.keys() - {each.record for each in audited}:
            self._fail(
                f"the record says that it is audited against {strange}, which it is not", path
            )
        for model in audited:
            if not model.clean:
                self._fail(model.told, path)

    # --- verdicts ---------------------------------------------------------------------------------

    def _verdicts(self, division: Division, solvers: Solvers) -> None:
        self._proposals(division)
        expected = dict(_expected(division))
        self._listed(list(expected))
        statements = Statements(division)
        obliged = Obliged(statements, self.folder, solvers)
        confirming = Confirming(statements, obliged, self.folder.texts)
        for verdict in self.record.verdicts:
            if verdict.id in expected:
                self._verdict(verdict, expected[verdict.id], confirming)
        for name in self.record.obligations:
            if name not in obliged.used:
                self._fail("no verdict rests on it", f"{name}{ENDING}")
        for name in sorted(self.record.certificates.keys() - confirming.used):
            self._fail("no proof has it", f"{name}{CERTIFICATE}")
        for name in sorted((self.record.clausal or {}).keys() - self.record.obligations.keys()):
            self._fail("the record has no such obligation", f"{name}{PROOF}")
        for failure in obliged.failures:
            self._fail(failure.what, failure.where, failure.code)
        self.outcome.runs, self.outcome.decided, self.outcome.proofs = (
            confirming.runs,
            obliged.decided,
            confirming.proofs,
        )

    def _proposals(self, division: Division) -> None:
        expected = [proposed(division, proposal) for proposal in division.system.proposals]
        recorded = {proposal.name: proposal for proposal in self.record.proposals}
        if [proposal.name for proposal in self.record.proposals] != [
            proposal.name for proposal in expected
        ]:
            self._fail(
                f"its proposals are not those of the spec: "
                f"{', '.join(proposal.name for proposal in expected)}"
            )
        for proposal in expected:
            if (
                proposal.name in recorded
                and recorded[proposal.name].candidates != proposal.candidates
            ):
                self._fail(f"the candidates of proposal {proposal.name} are not those of the spec")
            if (
                proposal.name in recorded
                and recorded[proposal.name].assumptions != proposal.assumptions
            ):
                self._fail(f"the assumptions of proposal {proposal.name} are not those of the spec")

    def _listed(self, expected: Sequence[str]) -> None:
        recorded = [verdict.id for verdict in self.record.verdicts]
        for missing in (id for id in expected if id not in recorded):
            self._fail("there is no verdict in the record", missing)
        for strange in (id for id in dict.fromkeys(recorded) if id not in expected):
            self._fail("the spec has no such verdict", strange)
        if len(set(recorded)) < len(recorded) or (
            sorted(recorded) == sorted(expected) and recorded != list(expected)
        ):
            self._fail("its verdicts are not in the order of the spec, each once")

    def _verdict(
        self, verdict: Recorded, expected: tuple[Proposal, str], confirming: Confirming
    ) -> None:
        wrong: list[Wrong] = []
        scope: Scope = "every run"
        for part in verdict.parts:
            try:
                turns = confirming.part(part, expected[1])
                scope = scope if turns is None else turns
            except Wrong as error:
                wrong.append(error)
        wrong += self._summary(verdict, expected, confirming.statements)
        # A scope is known only where every part is confirmed.
        if not wrong and verdict.scope != scope:
            wrong.append(Wrong(f"its scope is {scope}, the record says {verdict.scope}"))
        elif not wrong and scope not in ("every run", self.record.limits.bound):
            wrong.append(
                Wrong(f"its scope is {scope}, but the bound was {self.record.limits.bound}")
            )
        for fault in wrong:
            if str(fault):
                self._fail(str(fault), verdict.id, fault.code)
        self.outcome.confirmed += not wrong

    def _summary(
        self, verdict: Recorded, expected: tuple[Proposal, str], statements: Statements
    ) -> Iterator[Wrong]:
        """What is wrong with the candidates that the parts speak of, and with what is said of
        all of them."""
        proposal, name = expected
        try:
            claimed = [
                (*part.fixed.values(), index)
                for part in verdict.parts
                for index in indexes(statements.sector(part.fixed), part.where)
            ]
            counts = counted(statements, verdict.parts)
        except (ValueError, Unstated) as wrong:
            yield Wrong(f"there is no region with {wrong}")
            return
        if sorted(claimed, key=str) != sorted(
            _candidates(statements.division, proposal, name), key=str
        ):
            yield Wrong("its parts are not the candidates of the proposal, each once")
        if verdict.counts != counts:
            yield Wrong(
                f"its parts count {_words(counts)}, the record says {_words(verdict.counts)}"
            )
        if verdict.verdict != shared(counts):
            yield Wrong(f"its parts are {shared(counts)}, the record says {verdict.verdict}")


def _words(counts: object) -> str:
    assert isinstance(counts, dict)
    return ", ".join(f"{number} {verdict}" for verdict, number in counts.items()) or "nothing"


def _expected(division: Division) -> Iterator[tuple[str, tuple[Proposal, str]]]:
    """The verdicts that a spec asks for, by their ids."""
    system = division.system
    for proposal in system.proposals:
        for prop in system.properties:
            if next(_candidates(division, proposal, prop.name), None) is not None:
                yield f"{system.name}/{proposal.name}/{prop.name}", (proposal, prop.name)


def _candidates(division: Division, proposal: Proposal, name: str) -> Iterator[tuple[object, ...]]:
    """The candidates of a proposal that a property speaks of: the fixed axes and the mark in the
    sector."""
    for sector in division.sectors(proposal.domains):
        program = division.program(sector)
        prop = next(p for p in program.properties if p.name == name)
        speaks = spread(sector, prop.applies)
        for index in division.indexes(sector, proposal.domains):
            if speaks[index]:
                yield (*sector.fixed.values(), index)
