"""A spec with its names looked up, which is asked for its programs and conditions, candidate by
candidate."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.frozen import field, frozen
from cbprove.meaning.context import Context
from cbprove.system.axes import Ask, Axis, LayerNames, PropertyName, Proposal


@frozen
class System:
    """A spec with its names looked up.

    `elaborate.program` has its program under an assignment of the axes. `conditions` are the texts
    of the static conditions of expectations and asks; `elaborate.condition` tells their truth under
    an assignment. `sources` are the texts it was read from; `warnings` is what they leave unsaid.
    `audited` are the records that the spec names, as it names them. `context` has the names and
    what was worked out of them: it is for `meaning/`, which answers what others ask of it.
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
    context: Context = field(repr=False, compare=False)
    audited: tuple[tuple[str, Span], ...] = field(default=(), compare=False)


# So many choices of the axes that have names for values are all looked at, proposed or not: those
# of eight yes-or-no params.
MOST_CHOICES = 256


def choices(system: System) -> int:
    """How many choices there are of the axes that have names for values; ranged params are
    looked at as terms."""
    return prod(len(axis.values) for axis in system.axes if not isinstance(axis.values, range))


def looked_at(system: System) -> tuple[Mapping[str, tuple[str, ...] | range], ...]:
    """Which candidates are looked at: every one, or those of proposals and questions where there
    are over MOST_CHOICES.

    Each of the domains has its candidates, of ranged axes all values; what lies in two of them is
    one candidate.
    """
    all_values = {axis.name: axis.values for axis in system.axes}
    if choices(system) <= MOST_CHOICES:
        return (all_values,)
    named = [axis.name for axis in system.axes if not isinstance(axis.values, range)]
    domains_named = (*(p.domains for p in system.proposals), *(a.domains for a in system.asks))
    return tuple(
        {**all_values, **{name: domains[name] for name in named}} for domains in domains_named
    )
