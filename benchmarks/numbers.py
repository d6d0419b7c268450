"""The obvious account on plain numbers: which stores each byte may come from. What all others must
agree with.

Run as `python -m benchmarks.numbers WORKLOAD`; prints the candidates with each verdict as JSON.
"""

from __future__ import annotations

import json
import sys

from benchmarks.verdicts import Verdicts, key
from benchmarks.workloads import Candidate, Copy, Kept, Narrow, Operation, Store, Workload

Sources = frozenset[int]


def verdicts(workload: Workload | Narrow) -> Verdicts:
    """What is proved: by property, the candidates."""
    if isinstance(workload, Narrow):
        return {"same": {""} if workload.holds else set()}
    return {
        name: {
            key(candidate)
            for candidate in workload.candidates()
            if _proved(workload, candidate, claim(candidate))
        }
        for name, claim in workload.properties.items()
    }


def _proved(workload: Workload, candidate: Candidate, claim: Kept | bool) -> bool:
    return (
        claim
        if isinstance(claim, bool)
        else kept(workload.size, workload.operations(candidate), claim)
    )


def kept(size: int, operations: list[Operation], claim: Kept) -> bool:
    """Whether each byte can have but one source at the end, the one it had."""
    later = operations[claim.since :]
    if all(isinstance(operation, Store) for operation in later):
        return all(
            set(claim.places).isdisjoint(store.places)
            for store in later
            if isinstance(store, Store)
        )
    memory: list[Sources] = [frozenset({-1 - at}) for at in range(size)]
    before = memory
    for number, operation in enumerate(operations):
        if number == claim.since:
            before = list(memory)
        _do(memory, operation, number * size)
    return all(len(memory[at]) == 1 and memory[at] == before[at] for at in claim.places)


def _do(memory: list[Sources], operation: Operation, first: int) -> None:
    match operation:
        case Copy(source, target, size):
            memory[target : target + size] = memory[source : source + size]
        case Store(places, maybe):
            for at in places:
                fresh = frozenset({first + at})
                memory[at] = memory[at] | fresh if maybe else fresh


if __name__ == "__main__":
    from benchmarks.suite import by_name

    print(
        json.dumps(
            {name: sorted(proved) for name, proved in verdicts(by_name(sys.argv[1])).items()}
        )
    )
