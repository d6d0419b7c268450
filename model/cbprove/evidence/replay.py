"""A solver's answer run again by the reference: only what the reference sees is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cbprove.semantics.run import Run, run
from cbprove.semantics.state import DecisionKey
from cbprove.system import Part, Program, Property


@dataclass
class Script:
    """An oracle that answers what was decided, and the least it may wherever nothing was."""

    decisions: Mapping[DecisionKey, int]
    answered: dict[DecisionKey, int] = field(default_factory=dict)

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        """What was decided, if it is in range."""
        answer = self.decisions.get(key, low)
        if answer < low or (high is not None and answer > high):
            answer = low
        self.answered[key] = answer
        return answer


def replay(
    program: Program,
    path: Part,
    properties: Sequence[Property],
    decisions: Mapping[DecisionKey, int],
    trace: bool = False,
) -> Run:
    """The run of a path under these decisions."""
    return run(program, path, properties, Script(decisions), trace=trace)
