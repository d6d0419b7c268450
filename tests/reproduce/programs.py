"""Programs of refuted cases, built by a compiler that is here, and what they answer."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from cbprove.diagnostics import Source
from cbprove.evidence.replay import replay
from cbprove.meaning.check import check
from cbprove.meaning.elaborate import program as elaborated
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.pipeline import Options, judged, meaning
from cbprove.properties.events import IsTrue, ReadsBack, Unchanged
from cbprove.reproduce.program import program, undefined
from cbprove.reproduce.values import recognised
from cbprove.semantics.claims import Broken
from cbprove.semantics.judge import BrokenBit
from cbprove.semantics.memory import Source as MemorySource
from cbprove.semantics.run import Run
from cbprove.semantics.trace import Action, BrokenClaim, StoredBits
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.axes import AxisValue
from cbprove.verdicts import Case, Report, Witness

GCC = ("gcc", "-std=c11", "-fwrapv", "-fno-strict-aliasing", "-Wall", "-Wextra", "-Werror", "-O0")
CLANG = ("clang", *GCC[1:])
_OTHERS = 4
_LINE = re.compile(r"^(?:lost|not its own|never written|not written[^:]*): (.*), byte (-?\d+): ")


@lru_cache(maxsize=4)
def report(path: str, proposal: str = "", property: str = "") -> tuple[System, Report]:
    """A spec and every verdict on its proposals, or the one on a property of a proposal, with
    witnesses."""
    system = replace(meaning(path), asks=())
    if proposal:
        proposals = tuple(each for each in system.proposals if each.name == proposal)
        properties = tuple(each for each in system.properties if each.name == property)
        system = replace(system, proposals=proposals, properties=properties)
    return system, judged(system, path, Options(witnesses=True), lambda done, total: None)


def meant(text: str) -> System:
    """The system of a text; raises SpecError for mistakes."""
    source = Source("drawn.cbs", text)
    system = resolve(syntax.Tree(parse(source), (source,)))
    check(system)
    return system


def refuted(found: Report) -> Iterator[tuple[Case, Witness]]:
    """The cases that are refuted on the ABI that tests are compiled for, with the run that is
    shown."""
    for case in found.cases:
        shown = case.finding.witness
        if case.finding.verdict != "refuted" or shown is None or shown.candidate["abi"] != "x86_64":
            continue
        if shown.run is None or not undefined(shown.run):
            yield case, shown


def text_of(path: str, id: str, kunit: bool = False) -> str:
    """The program of a case, PROPOSAL/PROPERTY."""
    system, found = report(path, *id.split("/"))
    case, shown = next((c, w) for c, w in refuted(found) if c.id == f"{system.name}/{id}")
    return program(system, shown, case.property, case.id, Path(path).name, kunit)


def build(
    text: str, folder: Path, compiler: Sequence[str] = GCC, macros: Sequence[str] = ()
) -> str | Path:
    """The executable, or what the compiler says of it."""
    source, made = folder / "repro.c", folder / "repro"
    source.write_text(text)
    done = subprocess.run(
        [*compiler, *macros, str(source), "-o", str(made)], capture_output=True, text=True
    )
    return made if done.returncode == 0 else done.stderr


def answer(made: str | Path, *before: str) -> tuple[int, str]:
    """Exit code and output."""
    assert isinstance(made, Path), made
    done = subprocess.run([*before, str(made)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def faults(
    system: System,
    shown: Witness,
    property: str,
    folder: Path,
    compiler: Sequence[str] = GCC,
    others: bool = True,
) -> Iterator[str]:
    """What a witness's program does that it should not: it must exit 1 and tell the bytes that the
    reference saw.

    With `others`, it is also built for other candidates, and must answer as the reference does of
    the same choices there.
    """
    shown = _recognised(shown, property)
    text = program(system, shown, property, property, "drawn.cbs")
    made = build(text, folder, compiler)
    if isinstance(made, str):
        yield f"{property}: {made}\n{text}"
        return
    code, said = answer(made)
    if code != 1 or not said:
        yield f"{property}: exits {code}: {said}\n{text}"
    elif (told := _told(said)) != (wanted := _wanted(shown, property)):
        yield f"{property}: tells {sorted(told)}, not {sorted(wanted)}\n{said}\n{text}"
    for axis in re.findall(r"^#ifndef (\w+)\n#define", text, re.M) if others else ():
        for value in _values(system, axis, shown.candidate):
            yield from _other(system, shown, property, {axis: value}, folder, compiler)


def _recognised(shown: Witness, property: str) -> Witness:
    """The run that a program is of."""
    if shown.run is None:
        return shown
    way = next(each for each in shown.program.paths if each.name == shown.path)
    prop = next(each for each in shown.program.properties if each.name == property)
    return replace(shown, run=recognised(shown.program, way, prop, shown.run))


def _told(said: str) -> set[tuple[str, int]]:
    """The bytes that a program tells: of which place, and which from its first."""
    return {(found[1], int(found[2])) for line in said.splitlines() if (found := _LINE.match(line))}


def _wanted(shown: Witness, property: str) -> set[tuple[str, int]]:
    """The bytes that the reference saw break the first claim, of those that lie in an object."""
    if shown.run is None:
        return set()
    broken = shown.run.broken[property][0]
    assert broken.standing is not None
    memory = broken.standing.stage.memory
    return {
        (lying.place.text, bit.bit // 8 - lying.low // 8)
        for lying in broken.places
        for bit in broken.bits
        if bit.object == lying.object and 0 <= bit.bit < len(memory[bit.object])
        if not _decided_alike(bit, shown.run.values)
        if not isinstance(broken.claim, Unchanged)
        or lying.low <= bit.bit < lying.low + lying.place.width
    }


def _decided_alike(bit: BrokenBit, values: Mapping[MemorySource, int]) -> bool:
    """Whether a bit is lost for other values, and this run decided that it is as it was."""
    known = [
        0 if source.store.kind == "blank" else values.get(source)
        for source in (bit.actual, bit.remembered)
        if source is not None
    ]
    return len(known) == 2 and known[0] is not None and known[0] == known[1]


def _values(system: System, axis: str, candidate: Mapping[str, AxisValue]) -> list[AxisValue]:
    values = next(each.values for each in system.axes if each.name == axis)
    now = candidate[axis]
    assert isinstance(values, range) and isinstance(now, int)
    near = [now - 1, now + 1, values[0], values[-1], now + 2, now - 4, now + 4]
    return [value for value in dict.fromkeys(near) if value in values and value != now][:_OTHERS]


def _visible(broken: Broken) -> bool:
    """Whether values must show it: whole bytes of several stores; one arbitrary store leaves the
    same byte everywhere."""
    whole = len({each.bit // 8 for each in broken.bits}) * 8 == len(broken.bits)
    return whole and all(
        each.remembered is None or each.remembered.store != each.actual.store
        for each in broken.bits
    )


def _way(run: Run) -> list[object]:
    """What a run did, one thing after the other."""
    done = (each for each in run.effects if not isinstance(each, BrokenClaim | Action))
    return [each.store.key if isinstance(each, StoredBits) else each.moment for each in done]


def _alike(one: Broken, other: Broken) -> bool:
    """Whether two claims are one claim at two candidates."""
    texts = [[lying.place.text for lying in each.places] for each in (one, other)]
    return (
        one.moment == other.moment and type(one.event) is type(other.event) and texts[0] == texts[1]
    )


def _other(
    system: System,
    shown: Witness,
    property: str,
    change: Mapping[str, AxisValue],
    folder: Path,
    compiler: Sequence[str],
) -> Iterator[str]:
    """The same program at another candidate, against the reference on the same choices there."""
    candidate = {**shown.candidate, **change}
    text = program(system, shown, property, property, "drawn.cbs")
    there = elaborated(system, candidate)
    made = build(text, folder, compiler, [f"-D{name}={value}" for name, value in change.items()])
    where = f"{property} at {change}"
    if there.required is False or shown.run is None:
        if there.required is False and isinstance(made, Path):
            yield f"{where}: is excluded, and compiles\n{text}"
        return
    if isinstance(made, str):
        if "static assertion" not in made:
            yield f"{where}: {made}\n{text}"
        return
    path = next(each for each in there.paths if each.name == shown.path)
    prop = next(each for each in there.properties if each.name == property)
    again = replay(there, path, (prop,), dict(shown.run.decisions), trace=True)
    first = shown.run.broken[property][0]
    broken = [each for each in again.broken[property] if _alike(each, first)]
    if (
        isinstance(first.claim, IsTrue | ReadsBack)
        or _way(again) != _way(shown.run)
        or again.values != shown.run.values  # which a program has as numbers
        or undefined(again)
    ):
        return  # what memory held before the run decides, and is another number there
    code, said = answer(made)
    if (code and not broken) or (not code and any(map(_visible, broken))):
        yield f"{where}: exits {code}, where {len(broken)} claims break\n{said}\n{text}"
