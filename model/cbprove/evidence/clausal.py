"""A formula's clauses and a clausal proof that they cannot be met, written by a solver that nobody needs to trust."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cbprove.evidence.rup import check
from cbprove.obligations.clauses import Cnf, Interval, cnf
from cbprove.terms import Bool

CADICAL = ("cadical", "-q", "--no-binary")
_SAT, _UNSAT = 10, 20  # the exit codes of SAT solvers


class NoSolver(Exception):
    """The solver is not installed, or it said neither that the clauses can be met nor that they cannot."""


@dataclass(frozen=True)
class Clausal:
    """Clauses, and the proof (DRAT as text) that they cannot all be met; None if they can."""

    cnf: Cnf
    proof: str | None

    def holds(self) -> bool:
        """Whether the proof shows what it should, by our own checker."""
        return self.proof is not None and check(self.cnf.clauses, self.proof)


def clausal(
    formula: Bool, ranges: Mapping[str, Interval], solver: Sequence[str] = CADICAL, seconds: float | None = None
) -> Clausal:
    """What a solver says of a formula whose unknowns lie in ranges.

    `solver` is any command that takes a DIMACS file and the name of a file for its DRAT proof, as text. Raises NoSolver, and
    Unbounded where an unknown has no range.
    """
    found = cnf(formula, ranges)
    return Clausal(found, proof_of(found, solver, seconds))


def proof_of(found: Cnf, solver: Sequence[str] = CADICAL, seconds: float | None = None) -> str | None:
    """The proof that some clauses cannot be met, None if they can. Raises NoSolver."""
    if shutil.which(solver[0]) is None:
        raise NoSolver(f"{solver[0]} is not installed; Debian has cadical, or name another solver that writes DRAT")
    with tempfile.TemporaryDirectory() as folder:
        problem, proof = Path(folder, "problem.cnf"), Path(folder, "proof.drat")
        problem.write_text(found.dimacs(), encoding="ascii")
        try:
            run = subprocess.run([*solver, str(problem), str(proof)], capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as late:
            raise NoSolver(f"{solver[0]} was not done after {seconds} seconds") from late
        if run.returncode == _SAT:
            return None
        if run.returncode != _UNSAT:
            raise NoSolver(f"{solver[0]} ended with {run.returncode}")
        return proof.read_text(encoding="ascii")
