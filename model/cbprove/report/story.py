"""A run told in the words of the spec: where a moment lies, what was chosen, which object came from which."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from cbprove.frozen import frozen
from cbprove.language.accesses import inner_blocks
from cbprove.properties.events import Moment
from cbprove.semantics import arithmetic
from cbprove.semantics.memory import ObjectKey, Source, StoreKey
from cbprove.semantics.run import Run
from cbprove.semantics.trace import Stage
from cbprove.system import Block, Call, Each, Either, Place, Program, Repeat, Statement


@frozen
class Choice:
    """A decision of the run: where it was taken (a line of the spec, None for a value), of what, the answer, and whether
    any other would have done."""

    line: int | None
    what: str
    answer: str
    any: bool = False

    @property
    def told(self) -> str:
        """The answer, if it matters."""
        return "any" if self.any else self.answer


def statements(program: Program) -> Mapping[int, Statement]:
    """Every statement by its uid."""
    bodies = [part.body for part in (*program.paths, *program.parts.values())]
    bodies += [step.body for step in program.steps.values()]
    return {statement.uid: statement for body in bodies for statement in _inside(body)}


def _inside(body: Block) -> Iterator[Statement]:
    for statement in body:
        yield statement
        for block in inner_blocks(statement):
            yield from _inside(block)


def crumbs(program: Program, path: str, moment: Moment) -> tuple[str, ...]:
    """The way to a moment: the path, each part called, and the turns: `("local", "transmit, segment 1")`."""
    known = statements(program)
    found = [path]
    rest = list(moment)
    while rest:
        statement = known.get(rest.pop(0))
        match statement:
            case Call(_, "part", name):
                found.append(name)
            case Each(_, name) if rest:
                found[-1] += f", {name} {rest.pop(0) + 1}"
            case Repeat() if rest:
                found[-1] += f", turn {rest.pop(0) + 1}"
    return tuple(found)


Idle = Collection[tuple[object, ...]]  # the decisions that do not matter


def choices(program: Program, run: Run, idle: Idle = ()) -> tuple[Choice, ...]:
    """What was decided on the way, in order; the values of stored bits are told by `values`."""
    known = statements(program)
    told = ((key, _choice(known, program, key, answer)) for key, answer in run.decisions)
    return tuple(replace(choice, any=key in idle) for key, choice in told if choice is not None)


def _choice(known: Mapping[int, Statement], program: Program, key: tuple[object, ...], answer: int) -> Choice | None:
    if key[0] == "input":
        return Choice(None, str(key[1]), str(answer))
    if key[0] not in ("arm", "turns"):
        return None
    moment = key[1]
    assert isinstance(moment, tuple)
    statement = known.get(moment[-1])
    match statement:
        case Either(_, _, True):
            return Choice(statement.span.line, "optionally", "left out" if answer else "taken")
        case Either():
            return Choice(statement.span.line, "either", f"arm {answer + 1}")
        case Each(_, name):
            return Choice(statement.span.line, f"each {name}", _turns(answer))
        case Repeat():
            return Choice(statement.span.line, "repeat", _turns(answer))
    return None


def _turns(number: int) -> str:
    return f"{number} turn" if number == 1 else f"{number} turns"


# --- values -----------------------------------------------------------------------------------------------


def values(program: Program, run: Run, idle: Idle = ()) -> tuple[Choice, ...]:
    """The values that stored members had to have, where the run hangs on some of their bits."""
    keys: dict[StoreKey, bool] = {}
    for key, _ in run.decisions:
        if key[0] == "bit" and isinstance(key[1], StoreKey | tuple):
            keys.setdefault(StoreKey(*key[1]), key in idle)
    return tuple(told for key, any in keys.items() if (told := _stored(program, run, key, any)) is not None)


def _stored(program: Program, run: Run, key: StoreKey, any: bool) -> Choice | None:
    store = run.stores.get(key)
    if store is None or store.place.type is None:
        return None
    bits = [run.values.get(Source(key, i), 0) for i in range(store.place.width)]
    value = arithmetic.read_back(bits, store.place.type, program.little_endian)
    return Choice(None, store.place.text, str(value), any)


def held(program: Program, run: Run, place: Place, memory: tuple[Source, ...]) -> int | None:
    """The value that a place has in a memory, None while a bit of it is free or it lies outside."""
    low = first_bit(run, place)
    if place.type is None or not 0 <= low <= low + place.width <= len(memory):
        return None
    sources = memory[low : low + place.width]
    bits = [0 if source.store.kind == "blank" else run.values.get(source) for source in sources]
    known = [bit for bit in bits if bit is not None]
    return arithmetic.read_back(known, place.type, program.little_endian) if len(known) == len(bits) else None


def first_bit(run: Run, place: Place) -> int:
    """Where a place begins in its object in this run; inputs drawn afresh per step count as last drawn."""
    inputs = {key[1]: answer for key, answer in run.decisions if key[0] == "input"}
    assert isinstance(place.low, int)
    return place.low + sum(stride * inputs.get(name, 0) for name, stride in place.indexes)


# --- objects ----------------------------------------------------------------------------------------------


def lineage(run: Run, key: ObjectKey) -> tuple[ObjectKey, ...]:
    """An object, what it was cut from, what that was cut from, and so on."""
    parents = {action.moment: action.object for stage in run.trace for action in stage.actions if action.kind == "cut"}
    chain = [key]
    while (parent := parents.get(chain[-1].moment)) is not None and parent not in chain:
        chain.append(parent)
    return tuple(chain)


def until(run: Run, moment: Moment) -> tuple[Stage, ...]:
    """The stages up to a moment: the one it lies in, or that begins at it, is the last."""
    found = []
    for stage in run.trace:
        found.append(stage)
        # A path's own statement is over in a moment; a turn that cuts its object is no stage that what follows lies in.
        inside = moment[: len(stage.moment)] if stage.step else moment
        if inside == stage.moment:
            break
    return tuple(found)


def way(program: Program, run: Run) -> tuple[str, ...]:
    """The path of a run with the parts it called on the way to its last step."""
    return crumbs(program, run.path, run.trace[-1].moment) if run.trace else (run.path,)
