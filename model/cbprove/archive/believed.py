"""What needs no solver to be believed, as it is kept: certificates of proved candidates, clausal proofs of obligations."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.archive import runs
from cbprove.archive.folder import CERTIFICATE, sha256
from cbprove.archive.record import Clausal
from cbprove.archive.regions import Box, boxes, indexes
from cbprove.archive.stated import Stated
from cbprove.design.division import Division
from cbprove.design.sectors import Sector
from cbprove.evidence.certificate_find import find
from cbprove.evidence.certificate_text import written
from cbprove.evidence.clausal import GaveUp, proof_of
from cbprove.logic.clauses import Unbounded, cnf
from cbprove.logic.terms import and_
from cbprove.system import AxisValue

LARGEST = 200_000  # bytes of a clausal proof, or of the certificates of several candidates, that are kept


class Certificates:
    """The certificates of one spec; `texts` are by the names of their files. Those that read alike are one."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self.texts: dict[str, str] = {}
        self._found: dict[tuple[object, ...], str | None] = {}

    def of(self, sector: Sector, where: tuple[Box, ...], name: str) -> Mapping[str, tuple[Box, ...]]:
        """The certificates of a property, by name with their candidates.

        None if one of the candidates has none, or if they are too long to be read: a clausal proof speaks of all at once.
        """
        found: dict[str, list[int]] = {}
        for index in indexes(sector, where):
            text = self._of(sector.candidate(index), name)
            if text is None:
                return {}
            found.setdefault(text, []).append(index)
        if len(found) > 1 and sum(map(len, found)) > LARGEST:
            return {}
        self.texts |= {f"{_short(text)}{CERTIFICATE}": text for text in found}
        return {_short(text): boxes(sector, own) for text, own in found.items()}

    def _of(self, candidate: Mapping[str, AxisValue], name: str) -> str | None:
        key = (name, *candidate.values())
        if key not in self._found:
            program = self.division.candidate(candidate)
            found = find(program, runs.named(program, name))
            self._found[key] = None if found is None else written(program, found)
        return self._found[key]

    def digests(self) -> dict[str, str]:
        """The sha256 of each by its name."""
        found = sorted(sha256(text) for text in self.texts.values())
        return {digest[:16]: digest for digest in found}


def _short(text: str) -> str:
    return sha256(text)[:16]


def of_clauses(stated: Stated) -> tuple[Clausal, str] | None:
    """The clausal proof of an obligation and its text; None where an unknown has no range. Raises NoSolver."""
    try:
        clauses = cnf(and_(*stated.formulas), stated.ranges)
    except Unbounded:
        return None
    digest = sha256(clauses.dimacs())
    try:
        found = proof_of(clauses)
    except GaveUp as limit:
        return Clausal(digest, left_out=str(limit)), ""
    assert found is not None, "an obligation of a proof cannot be satisfied"
    proof = additions(found)
    if len(proof) > LARGEST:
        return Clausal(digest, left_out=f"it has more than {LARGEST} bytes"), ""
    return Clausal(digest, sha256(proof)), proof


def additions(proof: str) -> str:
    """A proof without the steps that delete clauses, half of it: what follows from some clauses follows from more."""
    return "".join(f"{line}\n" for line in proof.splitlines() if not line.startswith("d"))
