"""A formula's clauses and a clausal proof that they cannot be met, written by a solver that
nobody needs to trust."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cbprove.evidence.rup import check
from cbprove.frozen import frozen
from cbprove.logic.clauses import Cnf, Interval, cnf
from cbprove.logic.terms import Bool

# Conflicts, so that it gives up alike everywhere
CADICAL = ("cadical", "-q", "--no-binary", "-c", "100000")
_GAVE_UP, _SAT, _UNSAT = 0, 10, 20  # the exit codes of SAT solvers


class NoSolver(Exception):
    """The solver is not installed, or it failed."""


class GaveUp(NoSolver):
    """The solver reached a limit before it knew whether the clauses can be met."""


@frozen
class Clausal:
    """Clauses, and the proof (DRAT as text) that they cannot all be met; None if they can."""

    cnf: Cnf
    proof: str | None

    def holds(self) -> bool:
        """Whether the proof shows what it should, by our own checker."""
        return self.proof is not None and check(self.cnf.clauses, self.proof)


def clausal(
    formula: Bool,
    ranges: Mapping[str, Interval],
    solver: Sequence[str] = CADICAL,
    seconds: float | None = None,
) -> Clausal:
    """What a solver says of a formula whose unknowns lie in ranges.

    `solver` is any command that takes a DIMACS file and the name of a file for its DRAT proof, as
    text. Raises NoSolver, GaveUp, and Unbounded where an unknown has no range.
    """
    clauses = cnf(formula, ranges)
    return Clausal(clauses, proof_of(clauses, solver, seconds))


def proof_of(
    clauses: Cnf, solver: Sequence[str] = CADICAL, seconds: float | None = None
) -> str | None:
    """The proof that some clauses cannot be met, None if they can. Raises NoSolver and GaveUp."""
    if shutil.which(solver[0]) is None:
        raise NoSolver(
            f"{solver[0]} is not installed; Debian has cadical, or name another solver "
            f"that writes DRAT"
        )
    with tempfile.TemporaryDirectory() as folder:
        problem, proof = Path(folder, "problem.cnf"), Path(folder, "proof.drat")
        problem.write_text(clauses.dimacs(), encoding="ascii")
        try:
            run = subprocess.run(
                [*solver, str(problem), str(proof)],
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise GaveUp(f"{solver[0]} was not done after {seconds} seconds") from late
        if run.returncode == _GAVE_UP:
            raise GaveUp(f"{solver[0]} gave up: it ended with {run.returncode}")
        if run.returncode == _SAT:
            return None
        if run.returncode != _UNSAT:
            raise NoSolver(f"{solver[0]} ended with {run.returncode}")
        return proof.read_text(encoding="ascii")
