"""What the prover takes earlier turns of loops to leave, held against the frame of each loop that the program's text gives."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove import folds
from cbprove.evidence.certificate import Spot
from cbprove.evidence.frames import frames
from cbprove.obligations.invariants import Loops
from cbprove.obligations.ops import Instance
from cbprove.properties.events import Moment
from cbprove.system import Each, Part, Program, Repeat


def unaccounted(program: Program, path: Part, loops: Loops) -> Iterator[tuple[Spot, str, int]]:
    """Yield, for loops that are followed, the bits that a turn may store to and that no piece of memory of `loops` holds: where
    the loop stands, the object, the first such bit in it."""
    turned = _loop_statements(program)
    labels = {_label(instance, turned): instance for instance in loops.unfolding.instances}
    followed = {_spot(moment, turned) for moment in loops.unfolding.followed}
    held: dict[tuple[Spot, int], set[int]] = {}
    for moment, (number, _), low, last in loops.pieces:
        held.setdefault((_spot(moment, turned), number), set()).update(range(low, last))
    for at, frame in frames(program, path).items():
        for label, bits in frame.items() if at in followed else ():
            instance = labels[label]
            missing = {instance.base + bit for bit in bits} - held.get((at, instance.number), set())
            if missing:
                yield at, label, min(missing) - instance.base


def _loop_statements(program: Program) -> frozenset[int]:
    bodies = [one.body for one in (*program.paths, *program.parts.values())]
    bodies += [step.body for step in program.steps.values()]
    return frozenset(s.uid for body in bodies for s in folds.within(body) if isinstance(s, Each | Repeat))


def _spot(moment: Moment, turned: frozenset[int]) -> Spot:
    """A moment without its turns."""
    return tuple(part for part, is_turn in _parts(moment, turned) if not is_turn)


def _parts(moment: Moment, turned: frozenset[int]) -> list[tuple[int, bool]]:
    """The parts of a moment, each with whether it counts turns: what stands after a loop's statement does."""
    parts: list[tuple[int, bool]] = []
    for part in moment:
        parts.append((part, bool(parts) and not parts[-1][1] and parts[-1][0] in turned))
    return parts


def _label(instance: Instance, turned: frozenset[int]) -> str:
    """An object as `evidence/ways.py` names it. What `each` makes is made where its turn begins, by the loop's own statement."""
    kind, where = instance.key
    if kind == "object" or not isinstance(where, tuple):
        return instance.name
    spot = _spot(where, turned)
    by_each = _parts(where, turned)[-1][1]
    return f"{instance.name}@{'.'.join(map(str, (*spot, spot[-1]) if by_each else spot))}"
