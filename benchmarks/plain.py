"""The plain way: bytes in a Python list, and a fresh Z3 query for each candidate and property.

Run as `python -m benchmarks.plain WORKLOAD`; prints the candidates with each verdict as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import z3

from benchmarks.verdicts import Verdicts, key
from benchmarks.workloads import Candidate, Copy, Kept, Narrow, Operation, Store, Workload


def verdicts(workload: Workload) -> Verdicts:
    """What is proved: by property, the candidates."""
    return {
        name: {
            key(candidate)
            for candidate in workload.candidates()
            if _proved(workload, candidate, claim(candidate))
        }
        for name, claim in workload.properties.items()
    }


def narrow(work: Narrow) -> Verdicts:
    """The same for a sum kept in 16 bits, by bit-vectors."""
    wide: Any = z3.BitVecVal(1000, 32)
    short: Any = z3.BitVecVal(1000, 16)
    solver = z3.Solver()
    for turn in range(work.turns):
        length = z3.BitVec(f"length{turn}", 16)
        solver.add(z3.ULE(length, work.most))
        wide = wide + z3.ZeroExt(16, length)
        short = short + length
    solver.add(z3.ZeroExt(16, short) != wide)
    return {"same": {""} if _unsat(solver) else set()}


def _proved(workload: Workload, candidate: Candidate, claim: Kept | bool) -> bool:
    if isinstance(claim, bool):
        return claim
    return all_kept(workload.size, workload.operations(candidate), claim)


def all_kept(size: int, operations: list[Operation], claim: Kept) -> bool:
    """Whether no run can change the bytes."""
    memory: list[Any] = [z3.BitVec(f"debris{at}", 8) for at in range(size)]
    before: list[Any] = []
    for number, operation in enumerate(operations):
        if number == claim.since:
            before = list(memory)
        _do(memory, operation, number)
    solver = z3.Solver()
    solver.add(z3.Or([memory[at] != (before or memory)[at] for at in claim.places]))
    return _unsat(solver)


def _do(memory: list[Any], operation: Operation, number: int) -> None:
    match operation:
        case Copy(source, target, size):
            memory[target : target + size] = memory[source : source + size]
        case Store(places, maybe):
            for at in places:
                fresh = z3.BitVec(f"v{number}_{at}", 8)
                memory[at] = z3.If(z3.Bool(f"does{number}"), fresh, memory[at]) if maybe else fresh


def _unsat(solver: Any) -> bool:
    """Whether it cannot be met; a solver that gave up has no verdict at all."""
    result = solver.check()
    if result == z3.unknown:
        raise RuntimeError(solver.reason_unknown())
    return bool(result == z3.unsat)


if __name__ == "__main__":
    from benchmarks.suite import by_name

    work = by_name(sys.argv[1])
    found = narrow(work) if isinstance(work, Narrow) else verdicts(work)
    print(json.dumps({name: sorted(proved) for name, proved in found.items()}))
