"""One small system judged twice, by the prover and by enumeration; what they disagree on, and
what was seen on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import product

from cbprove.design.groups import groups
from cbprove.design.marks import BOUNDED, INAPPLICABLE, VERDICTS
from cbprove.design.problem import named
from cbprove.design.replayed import NotReplayed
from cbprove.design.sectors import Sector
from cbprove.design.space import Options, Space
from cbprove.design.witness import reaching, witness
from cbprove.diagnostics import Source, SpecError
from cbprove.logic.terms import forget
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.properties import table as properties
from cbprove.reaching.analysis import Reaching
from cbprove.reaching.universe import universe
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program
from tests.brute import Judged, TooManyRuns, verdict

BOUND = 3
Flows = dict[tuple[AxisValue, ...], tuple[Reaching, int, int]]
OPTIONS = Options(bound=BOUND)


@dataclass(frozen=True)
class Difference:
    """A candidate and a property of it that the two accounts judge differently, or that one of
    them fails on."""

    candidate: str
    property: str
    prover: str
    reference: str

    def __str__(self) -> str:
        return (
            f"{self.property} at {self.candidate}: prover {self.prover}, reference {self.reference}"
        )


@dataclass
class Seen:
    """What was drawn and found: `verdicts` by property kind, `statements` that stood in a system
    with a verdict."""

    systems: int = 0
    mistaken: int = 0
    too_many: int = 0
    judged: int = 0
    unknown: int = 0
    unknown_unbounded: int = 0
    witnesses: int = 0
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    statements: Counter[tuple[str, str]] = field(default_factory=Counter)
    with_verdict: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def agree(drawn: Callable[[int], str], seeds: Iterable[int], limit: int = 1_500) -> Seen:
    """Judge the systems of some seeds, none of which is mistaken; fails at a first difference."""
    seen = Seen()
    for seed in seeds:
        found = compare(drawn(seed), seen, limit)
        assert not found, f"seed {seed}:\n{drawn(seed)}\n{found[0]}"
    assert seen.mistaken == 0
    return seen


def meant(text: str) -> System:
    source = Source("random.cbs", text)
    return resolve(syntax.Tree(parse(source), (source,)))


def compare(text: str, seen: Seen, limit: int = 4_000) -> list[Difference]:
    """Judge a text; raises nothing but what is neither a mistake in it nor a difference."""
    forget()
    try:
        system = meant(text)
        space = Space(system, OPTIONS)
        sectors = list(space.all_sectors())
    except SpecError:
        seen.mistaken += 1
        return []
    seen.systems += 1
    found: list[Difference] = []
    own: set[tuple[str, str]] = set()
    flows = _flows(space, sectors)
    try:
        for sector, prop in product(sectors, system.properties):
            found += _sector(space, sector, prop.name, limit, seen, own, flows)
    except TooManyRuns:
        seen.too_many += 1
    kinds = statements(space.program(sectors[0]))
    for kind, name in own:
        seen.verdicts[kind, name] += 1
    for name in {name for _, name in own}:
        seen.with_verdict[name] += 1
        seen.statements.update((statement, name) for statement in kinds)
    seen.differences += found
    return found


def _flows(space: Space, sectors: list[Sector]) -> Flows:
    """Data flow over the programs of all sectors, merged as the prover merges them: for a
    sector, its account and its place."""
    left = [(s, space.program(s)) for s in sectors if space.program(s).required is not False]
    flows: Flows = {}
    for group in groups(space.system.axes, left):
        account = Reaching(group.program, universe(group.whole.free))
        for place, sector in zip(group.places, group.sectors, strict=True):
            flows[tuple(sector.fixed.values())] = account, group.stretch(place)[0], group.whole.size
    return flows


def _may_break(flows: Flows, sector: Sector, name: str, index: int) -> bool:
    """Whether data flow says that a candidate may break a property; of an excluded one it says
    nothing."""
    if tuple(sector.fixed.values()) not in flows:
        return True
    account, first, size = flows[tuple(sector.fixed.values())]
    return bool(account.may_break(name, (1 << size) - 1) >> (first + index) & 1)


def _sector(
    space: Space,
    sector: Sector,
    name: str,
    limit: int,
    seen: Seen,
    own: set[tuple[str, str]],
    flows: Flows,
) -> Iterator[Difference]:
    try:
        sheet = space.table(sector, name)
    except NotReplayed as failure:
        yield Difference(str(dict(sector.fixed)), name, f"not replayed: {failure}", "-")
        return
    except AssertionError as failure:
        yield Difference(str(dict(sector.fixed)), name, f"assertion: {failure!r}", "-")
        return
    shown: set[str] = set()
    for index, mark in enumerate(sheet.sheet.marks):
        made = space.candidate(sector.candidate(index))
        where = ", ".join(f"{axis} = {value}" for axis, value in sector.candidate(index).items())
        says = _said(mark)
        judged = _enumerated(made, name, limit)
        seen.judged += 1
        own.add((type(named(made, name).claim).__name__.lower(), says))
        if says == "unknown":
            if judged.cut:
                seen.unknown_unbounded += 1
            else:
                seen.unknown += 1
        if (
            judged.verdict == "refuted"
            and not placed(made, name)
            and not _may_break(flows, sector, name, index)
        ):
            yield Difference(where, name, "data flow: no run breaks it", "refuted")
        if not _agree(says, judged):
            cut = ", loops cut" if judged.cut else ""
            yield Difference(where, name, says, f"{judged.verdict}{cut}")
        elif (
            judged.cut
            and says in ("proved", "vacuous")
            and (later := _later(made, name, says, limit))
        ):
            yield Difference(where, name, says, f"{later} beyond the bound")
        elif says in ("refuted", "proved") and says not in shown:
            shown.add(says)
            seen.witnesses += 1
            yield from _run_again(space, made, name, says, where)


def placed(made: Program, name: str) -> bool:
    """Whether a property is broken by where things lie, without any run."""
    return any(one.broken is True for one in properties.of_placement(named(made, name), made))


def _said(mark: int) -> str:
    if mark == INAPPLICABLE:
        return "no case"
    return "bounded" if mark == BOUNDED else VERDICTS[mark]


def _enumerated(made: Program, name: str, limit: int) -> Judged:
    """What enumeration says; where a property makes no case there is none to exclude."""
    return verdict(made, named(made, name), BOUND, limit)


def _later(made: Program, name: str, says: str, limit: int) -> str | None:
    """What contradicts a verdict for every number of turns in runs of a few turns more; None if
    nothing is found."""
    try:
        found = verdict(made, named(made, name), 2 * BOUND, limit).verdict
    except TooManyRuns:
        return None
    return found if found == "refuted" or (says == "vacuous" and found == "proved") else None


def _agree(prover: str, judged: Judged) -> bool:
    """Whether what the prover says may stand beside what enumeration found."""
    if judged.verdict is None:
        return prover == "no case"
    if prover == "unknown":
        return judged.verdict != "excluded"
    if not judged.cut or judged.verdict in ("refuted", "excluded"):
        return prover == judged.verdict
    allowed = {"proved": ("proved", "bounded"), "unknown": ("vacuous",)}
    return prover in allowed[judged.verdict]


def _run_again(
    space: Space, made: Program, name: str, says: str, where: str
) -> Iterator[Difference]:
    """The witness is found, and the reference sees in it what it is shown for."""
    ask = witness if says == "refuted" else reaching
    try:
        shown = ask(made, named(made, name), {}, space.options)
    except NotReplayed as failure:
        yield Difference(where, name, says, f"not replayed: {failure}")
        return
    if shown is None or shown.run is None:
        return
    seen = shown.run.broken[name] if says == "refuted" else shown.run.reached[name]
    if not seen:
        yield Difference(where, name, says, "the witness does not show it")


def statements(program: Program) -> set[str]:
    """The kinds of statements in a program."""
    found: set[str] = set()
    bodies = [p.body for p in (*program.paths, *program.parts.values())]
    for body in (*bodies, *(step.body for step in program.steps.values())):
        _collect(body, found)
    return found


def _collect(block: tuple[object, ...], found: set[str]) -> None:
    for statement in block:
        found.add(_kind(statement))
        assert is_dataclass(statement)
        for part in fields(statement):
            value = getattr(statement, part.name)
            if part.name in ("body", "then", "otherwise"):
                _collect(value, found)
            elif part.name == "arms":
                for arm in value:
                    _collect(arm, found)


def _kind(statement: object) -> str:
    name = type(statement).__name__.lower()
    for word in ("value", "length"):
        if getattr(statement, word, None) is not None:
            return f"{name} {word}"
    return str(getattr(statement, "kind", name)) if name in ("make", "call") else name
