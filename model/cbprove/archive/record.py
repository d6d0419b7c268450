"""What an archive says of one spec: its verdicts, and the obligations that they rest on, as data.

Everything in a record is either worked out anew and compared when it is checked, or is a hint (the
choices of a run, an invariant) that is tried.

Candidates of a sector as boxes: for each free axis the least and the greatest value, both included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from cbprove.design.sectors import Sector
from cbprove.obligations.facts import Fact
from cbprove.obligations.invariants import Piece
from cbprove.semantics.state import DecisionKey
from cbprove.system.axes import AxisValue
from cbprove.verdicts import Verdict

SCHEMA = 1
Claim = Literal["broken", "reached"]
Scope = Literal["every run"] | int  # an int: up to so many turns beyond LO


@dataclass(frozen=True)
class Chosen:
    """A run: its path and what was decided, free bits that are 0 left out."""

    path: str
    decisions: tuple[tuple[DecisionKey, int], ...]


@dataclass(frozen=True)
class Part:
    """Candidates of a sector that have one verdict for one reason.

    `fixed` are the axes that the sector fixes, `where` the values of the others. `obligations` are
    the names of those that nothing may satisfy. `certificates` say why it is proved, by name, each
    for some of the candidates; there are none where one of the candidates has none. `run` breaks a
    claim at each of the candidates (refuted) or reaches one (proved); None where claims are about
    placement alone, or nothing can be shown. `reason` says why it is unknown.
    """

    verdict: Verdict
    fixed: Mapping[str, AxisValue]
    where: tuple[Box, ...]
    obligations: tuple[str, ...] = ()
    certificates: Mapping[str, tuple[Box, ...]] = field(default_factory=dict)
    run: Chosen | None = None
    reason: str = ""


@dataclass(frozen=True)
class Proposed:
    """A proposal: the values of each axis as text, and what verdicts on it take as given."""

    name: str
    candidates: Mapping[str, str]
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Recorded:
    """A property of a proposal; `counts` are its candidates by verdict."""

    id: str
    verdict: Verdict
    scope: Scope
    counts: Mapping[str, int]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Obligation:
    """What a text states that nothing may satisfy, so that it can be written anew.

    `claim` is what no run does: break a claim, or reach one. It is stated

    - `by` "sources": for the candidates `where` of the sector `fixed`; if `loose`, whatever the
      conditions of `if` and `assume` come to;
    - by "values": for one candidate, its loops laid out by `turns` and `known` of `Plan`, or else
      cut, with the pieces of memory in `invariant` that turns leave as they were, by path, and the
      `facts` about values that they keep;
    - by "step": that a turn on `path` keeps the pieces;
    - by "facts": that the facts of `path` are true when its loops begin, and that a turn keeps
      them.
    """

    by: Literal["sources", "values", "step", "facts"]
    claim: Claim
    property: str
    fixed: Mapping[str, AxisValue]
    where: tuple[Box, ...] = ()
    loose: bool = False
    turns: int | None = None
    known: int | None = None
    invariant: Mapping[str, tuple[Piece, ...]] | None = None
    path: str = ""
    facts: Mapping[str, tuple[Fact, ...]] | None = None


@dataclass(frozen=True)
class Clausal:
    """The sha256 of an obligation's clauses (DIMACS) and of the proof that they cannot be met
    (DRAT), or why it is left out."""

    cnf: str
    drat: str = ""
    left_out: str = ""


@dataclass(frozen=True)
class Rested:
    """What verdicts rest on: the record of a source that the spec names, its sha256, and what an
    audit against it says."""

    record: str
    sha256: str
    told: str


@dataclass(frozen=True)
class Limits:
    """How far the verdicts were asked for to go."""

    bound: int = 3
    resources: int = 30_000_000
    operations: int = 200_000


@dataclass(frozen=True)
class Record:
    """All that is kept of one spec; `inputs` are the sha256 of each file. `obligations` are by
    name: the sha256 of the text, and all that it states, as candidates that differ in nothing
    that matters have one text. `certificates` are by name, with the sha256 of each. `clausal` is
    by the names of obligations, None where no clausal proofs were asked for. `models` is empty
    where the spec names no record of a source: its model is not audited, which the text says."""

    spec: str
    command: str
    versions: Mapping[str, str]
    limits: Limits
    inputs: tuple[tuple[str, str], ...]
    proposals: tuple[Proposed, ...]
    verdicts: tuple[Recorded, ...]
    obligations: Mapping[str, tuple[str, tuple[Obligation, ...]]]
    certificates: Mapping[str, str]
    clausal: Mapping[str, Clausal] | None
    models: tuple[Rested, ...] = ()


def command(path: str, limits: Limits, clausal: bool) -> str:
    """What must be run to get this record."""
    said = {
        "--bound": limits.bound,
        "--resources": limits.resources,
        "--operations": limits.operations,
    }
    usual = {
        "--bound": Limits.bound,
        "--resources": Limits.resources,
        "--operations": Limits.operations,
    }
    options = ["--clausal"] if clausal else []
    options += [f"{name} {value}" for name, value in said.items() if value != usual[name]]
    return " ".join(["cbprove certify", path, *options])


def steps(obligation: Obligation) -> Iterator[Obligation]:
    """Yield what must be shown besides a proof by values: of each path that turns keep its
    pieces, and its facts."""
    step = Obligation("step", "broken", obligation.property, obligation.fixed)
    for path, pieces in (obligation.invariant or {}).items():
        if pieces:
            yield replace(step, invariant={path: pieces}, path=path)
        facts = (obligation.facts or {}).get(path, ())
        if facts:
            yield replace(
                step, by="facts", invariant={path: pieces}, facts={path: facts}, path=path
            )


Box = Mapping[str, tuple[int, int]]


def boxes(sector: Sector, indexes: Iterable[int]) -> tuple[Box, ...]:
    """The boxes that hold these marks of a sector and no others, each a run of values of its
    last free axis."""
    return tuple(_box(sector, low, high) for low, high in stretches(sector, indexes))


def stretches(sector: Sector, indexes: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of marks as half open intervals, none of them longer than the last free axis."""
    row = len(sector.free[-1][1]) if sector.free else 1
    runs: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if runs and runs[-1][1] == index and index % row:
            runs[-1] = runs[-1][0], index + 1
        else:
            runs.append((index, index + 1))
    return runs


def indexes(sector: Sector, regions: Iterable[Box]) -> list[int]:
    """The marks that boxes hold, in order of the boxes. Raises ValueError where a box is none of
    this sector."""
    return [index for box in regions for index in _marks(sector, box)]


def _box(sector: Sector, low: int, high: int) -> Box:
    first, last = sector.point(low), sector.point(high - 1)
    return {axis: (first[axis], last[axis]) for axis in first}


def _marks(sector: Sector, box: Box) -> Iterator[int]:
    domains = dict(sector.free)
    if list(box) != list(domains):
        raise ValueError(f"a region over {', '.join(box) or 'no axis'}")
    for axis, (low, high) in box.items():
        if low > high or low not in domains[axis] or high not in domains[axis]:
            raise ValueError(f"{axis} in {low}..{high}")
    first = sector.index({axis: low for axis, (low, _) in box.items()})
    last = sector.index({axis: high for axis, (_, high) in box.items()})
    if boxes(sector, range(first, last + 1)) != (dict(box),):
        raise ValueError(f"a region that is no run of values of {list(domains)[-1]}")
    yield from range(first, last + 1)
