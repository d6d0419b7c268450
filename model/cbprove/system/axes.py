"""What may vary in a spec, what was put forward and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cbprove.diagnostics import Span
from cbprove.frozen import field, frozen

AxisValue = int | str


@frozen
class Axis:
    """What may vary: `values` in order of declaration (a range for a ranged param, ("no", "yes")
    for a bare one)."""

    name: str
    kind: Literal["abi", "packing", "param"]
    values: tuple[str, ...] | range
    default: AxisValue | None
    titles: Mapping[str, str] = field(default_factory=dict)


@frozen
class Expectation:
    """What is to be expected of one property of one proposal.

    `verdict` is proved, refuted, vacuous or excluded; `turns` is N of "proved up to N"; `somewhere`
    asks one candidate only; with `condition` (an index into the system's static conditions) the
    verdict is `otherwise` where it is false.
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
    """A question: the choices of `axes` whose every candidate in `domains` (filtered by `given`) is
    proved for all.

    `given` is an index into the system's static conditions. `expect` is none, some or exactly, with
    `rows` for the last (each the values of the asked axes, in their order).
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
    """The marker of an axis that an assignment leaves open: its value is the term
    `terms.var(NAME)`."""

    def __repr__(self) -> str:
        return "FREE"


FREE = Free()

Assignment = Mapping[str, AxisValue | Free]


class NeedsValue(Exception):
    """The meaning depends on a value that the assignment leaves free; try again with that axis
    fixed."""

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
    """A layer as it was declared: its views and steps (unique names), and the places it says it
    reads and writes.

    The places are as written; None where nothing was declared.
    """

    name: str
    title: str
    views: tuple[str, ...]
    steps: tuple[str, ...]
    reads: tuple[str, ...] | None
    writes: tuple[str, ...] | None
