"""What a record tells of a verdict, worked out in one way by those who write it and those who
check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cbprove.archive.record import Part, Proposed, Rested, indexes
from cbprove.archive.stated import Statements
from cbprove.design.sectors import Division
from cbprove.design.vacuity import assumptions
from cbprove.system.axes import Proposal
from cbprove.verdicts import Model, Verdict


def counted(statements: Statements, parts: Sequence[Part]) -> dict[str, int]:
    """The candidates of some parts by verdict, in the order in which they are met. Raises
    ValueError and Unstated."""
    counts: dict[str, int] = {}
    for part in parts:
        size = len(indexes(statements.sector(part.fixed), part.where))
        counts[part.verdict] = counts.get(part.verdict, 0) + size
    return counts


def shared(counts: Mapping[str, int]) -> Verdict:
    """The verdict that all candidates share, excluded ones left out."""
    left = [verdict for verdict in counts if verdict != "excluded"]
    if not left:
        return "excluded"
    return left[0] if len(left) == 1 else "mixed"  # type: ignore[return-value]


def proposed(division: Division, proposal: Proposal) -> Proposed:
    """A proposal, with each assumption that a run on it may meet once."""
    programs = (division.program(sector) for sector in division.sectors(proposal.domains))
    assumed = tuple(dict.fromkeys(text for program in programs for text in assumptions(program)))
    candidates = {axis: _domain(values) for axis, values in proposal.domains.items()}
    return Proposed(proposal.name, candidates, assumed)


def rested(models: Sequence[Model]) -> tuple[Rested, ...]:
    """What a record keeps of audits."""
    return tuple(Rested(each.record, each.digest, each.told) for each in models)


def _domain(values: tuple[str, ...] | range) -> str:
    """The values of an axis as text: `20`, `0..47`, `v4_4`, `none, save_ipcb`."""
    if not isinstance(values, range):
        return ", ".join(values)
    return str(values[0]) if len(values) == 1 else f"{values[0]}..{values[-1]}"
