"""What the functions of steps call and no step stands for: held against all steps that stand for
the caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from cbprove.audit.reasons import Bits, Parts, Reasons, bits, covers, reasons
from cbprove.audit.record import Record
from cbprove.audit.steps import Area, Done, called
from cbprove.frozen import frozen
from cbprove.source.accesses import Access, Read
from cbprove.system.program import NotFollowed, Program, Step


@frozen
class Callee:
    """A function that touches the object, the one that calls it, and what it does that no step
    of the caller does. `step` is one that stands for it and that no path of the caller's runs."""

    read: Read
    caller: str
    of: Step
    lost: tuple[tuple[Access, Bits], ...]
    step: str


@frozen
class Followed:
    """What came of all steps: callees that some step lacks, reasons for what nobody calls, and
    all that was looked at, by the function of a step."""

    callees: tuple[Callee, ...]
    reads: Mapping[str, tuple[Read, ...]]
    idle: tuple[tuple[Step, NotFollowed], ...]


def followed(
    program: Program, steps: Iterable[Step], within: Area, record: Record, deeds_of: Parts
) -> Followed:
    """Every function that one of a step calls, in the order of steps."""
    by_function: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        for name in stands_for(step):
            by_function[name].append(step)
    on_path, declared = _standing(program), _declared(program)
    callees: list[Callee] = []
    calls_of: dict[str, set[str]] = defaultdict(set)
    reads: dict[str, tuple[Read, ...]] = {}
    for function, sharing in by_function.items():
        on_paths = frozenset().union(*(on_path[step.name] for step in sharing))
        walk = _Walk(record, sharing, on_paths, declared.keys())
        left = Reasons(
            {k: v for each in sharing for k, v in reasons(each, within, deeds_of).named.items()},
            deeds_of,
        )
        pairs = walk.from_function(function)
        reads[function] = tuple(read for _, read in pairs)
        for caller, read in pairs:
            lost = _lost(read, deeds_of.get(function, ()), left)
            if lost:
                callees.append(
                    Callee(
                        read=read,
                        caller=caller,
                        of=sharing[0],
                        lost=lost,
                        step=declared.get(read.name, ""),
                    )
                )
        for step in sharing:
            calls_of[step.name] |= walk.called
    return Followed(tuple(callees), reads, tuple(_idle(by_function.values(), calls_of)))


def stands_for(step: Step) -> tuple[str, ...]:
    """The functions of a step, those that it includes too."""
    return (*step.witness.functions, *step.witness.callees)


def _standing(program: Program) -> Mapping[str, frozenset[str]]:
    """By each step, the functions that some step stands for on a path that runs it."""
    by_step: dict[str, set[str]] = defaultdict(set)
    for path in program.paths:
        steps = [program.steps[name] for name in called(path.body, program)]
        functions = {name for step in steps for name in stands_for(step)}
        for step in steps:
            by_step[step.name] |= functions
    return {name: frozenset(functions) for name, functions in by_step.items()}


def _declared(program: Program) -> Mapping[str, str]:
    """A step that stands for each function, whether any path runs it or not."""
    pairs = [(name, step.name) for step in program.steps.values() for name in stands_for(step)]
    return dict(reversed(pairs))


class _Walk:
    """Calls from one function of some steps, up to functions that stand somewhere on the path
    or that a step leaves out, and no further than those that another step declares."""

    def __init__(
        self,
        record: Record,
        sharing: Iterable[Step],
        on_paths: frozenset[str],
        declared: Collection[str],
    ) -> None:
        self.record, self.standing, self.declared = record, on_paths, declared
        self.left = {each.function for step in sharing for each in step.witness.not_followed}
        self.called: set[str] = set()

    def from_function(self, name: str) -> list[tuple[str, Read]]:
        """Who is called, by whom; of functions of one name the one of the caller's file."""
        callees: dict[tuple[str, str], tuple[str, Read]] = {}
        waiting = list(self.record.functions.get(name, ()))
        while waiting:
            caller = waiting.pop(0)
            self.called.update(caller.calls)
            for each in caller.calls:
                if each in self.standing or each in self.left:
                    continue
                for read in self._reads(each, caller):
                    if (each, read.file) not in callees:
                        callees[each, read.file] = (caller.name, read)
                        waiting += [read] if each not in self.declared else []
        return list(callees.values())

    def _reads(self, name: str, caller: Read) -> tuple[Read, ...]:
        reads = self.record.functions.get(name, ())
        return tuple(each for each in reads if each.file == caller.file) or reads


def _lost(read: Read, deeds: tuple[Done, ...], left: Reasons) -> tuple[tuple[Access, Bits], ...]:
    """What is done there and in no step of the caller."""
    pairs = (
        (access, bits(access.place) & ~covers(deeds, access) & ~left.hide(read.name, access))
        for access in read.accesses
    )
    return tuple((access, lost) for access, lost in pairs if lost)


def _idle(
    sharing: Iterable[list[Step]], calls_of: Mapping[str, set[str]]
) -> Iterable[tuple[Step, NotFollowed]]:
    steps = {step.name: step for each in sharing for step in each}
    for step in steps.values():
        for left in step.witness.not_followed:
            if left.function not in calls_of[step.name]:
                yield step, left
