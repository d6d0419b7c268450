"""What may vary in a spec, what was put forward and is asked of it: a spec with its names looked up."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Literal

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.frozen import field, frozen

AxisValue = int | str


@frozen
class Axis:
    """What may vary: `values` in order of declaration (a range for a ranged param, ("no", "yes") for a bare one)."""

    name: str
    kind: Literal["abi", "packing", "param"]
    values: tuple[str, ...] | range
    default: AxisValue | None
    titles: Mapping[str, str] = field(default_factory=dict)


@frozen
class Expectation:
    """What is to be expected of one property of one proposal.

    `verdict` is proved, refuted, vacuous or excluded; `turns` is N of "proved up to N"; `somewhere` asks one candidate only;
    with `condition` (an index into the system's static conditions) the verdict is `otherwise` where it is false.
    """

    property: str | None
    verdict: str
    turns: int | None = None
    somewhere: bool = False
    condition: int | None = None
    otherwise: str | None = None


@frozen
class Proposal:
    """Candidates put forward: the values of every axis, in the order of the axes."""

    name: str
    title: str
    domains: Mapping[str, tuple[str, ...] | range]
    expectations: tuple[Expectation, ...]
    span: Span = field(compare=False)


@frozen
class Ask:
    """A question: the choices of `axes` whose every candidate in `domains` (filtered by `given`) is proved for all.

    `given` is an index into the system's static conditions. `expect` is none, some or exactly, with `rows` for the last
    (each the values of the asked axes, in their order).
    """

    name: str
    title: str
    axes: tuple[str, ...]
    domains: Mapping[str, tuple[str, ...] | range]
    properties: tuple[str, ...]
    given: int | None
    expect: Literal["none", "some", "exactly"] | None
    rows: tuple[tuple[AxisValue, ...], ...]
    span: Span = field(compare=False)


class Free:
    """The marker of an axis that an assignment leaves open: its value is the term `terms.var(NAME)`."""

    def __repr__(self) -> str:
        return "FREE"


FREE = Free()

Assignment = Mapping[str, AxisValue | Free]


class NeedsValue(Exception):
    """The meaning depends on a value that the assignment leaves free; try again with that axis fixed."""

    def __init__(self, axis: str) -> None:
        super().__init__(f"the value of {axis} is needed")
        self.axis = axis


@frozen
class PropertyName:
    """What is known of a property before any assignment; `span` is None for the implicit `fits`."""

    name: str
    title: str
    span: Span | None = field(compare=False)


@frozen
class LayerNames:
    """A layer as it was declared: its views and steps (unique names), and the places it says it reads and writes.

    The places are as written; None where nothing was declared.
    """

    name: str
    title: str
    views: tuple[str, ...]
    steps: tuple[str, ...]
    reads: tuple[str, ...] | None
    writes: tuple[str, ...] | None


@frozen
class System:
    """A spec with its names looked up.

    `conditions` are the texts of the static conditions of expectations and asks; `language.elaborate.condition` tells their
    truth under an assignment. `sources` are the texts it was read from; `warnings` is what they leave unsaid. `handle`
    belongs to `language.elaborate`. `audited` are the records that the spec names, as it names them.
    """

    name: str
    title: str
    axes: tuple[Axis, ...]
    proposals: tuple[Proposal, ...]
    asks: tuple[Ask, ...]
    properties: tuple[PropertyName, ...]
    layers: tuple[LayerNames, ...]
    conditions: tuple[str, ...]
    sources: tuple[Source, ...]
    warnings: tuple[Diagnostic, ...] = field(compare=False)
    handle: object = field(repr=False, compare=False)
    audited: tuple[tuple[str, Span], ...] = field(default=(), compare=False)


# So many choices of the axes that have names for values are all looked at, proposed or not: those of eight yes-or-no params.
MOST_CHOICES = 256


def choices(system: System) -> int:
    """How many choices there are of the axes that have names for values; ranged params are looked at as terms."""
    return prod(len(axis.values) for axis in system.axes if not isinstance(axis.values, range))


def looked_at(system: System) -> tuple[Mapping[str, tuple[str, ...] | range], ...]:
    """Which candidates are looked at: every one, or those of proposals and questions where there are over MOST_CHOICES.

    Each of the domains has its candidates, of ranged axes all values; what lies in two of them is one candidate.
    """
    everything = {axis.name: axis.values for axis in system.axes}
    if choices(system) <= MOST_CHOICES:
        return (everything,)
    named = [axis.name for axis in system.axes if not isinstance(axis.values, range)]
    asked = (*(p.domains for p in system.proposals), *(a.domains for a in system.asks))
    return tuple({**everything, **{name: domains[name] for name in named}} for domains in asked)
