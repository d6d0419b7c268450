"""Finds the certificate of a property of a candidate: the reasons as the walk back meets the
stores, invariants by iteration.

Nothing here is believed: what is found is checked like any other certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from cbprove.evidence.certificate import (
    Certificate,
    ClaimProof,
    Followed,
    Given,
    Invariant,
    Line,
    Reason,
    Spot,
)
from cbprove.evidence.followed import Bit, Bits, PassedStore, State, Wrong
from cbprove.evidence.way_back import Facts, Walk
from cbprove.evidence.ways import Stood, excluded
from cbprove.folds import Condition
from cbprove.frozen import replace
from cbprove.system.program import Program, Property

_MOST_ROUNDS = 100
_MOST_CONDITIONS = 4  # that a claim is split on, where it must be


def find(program: Program, prop: Property) -> Certificate | None:
    """The certificate of a property; None where stores and the order of statements alone do not
    show that it holds."""
    for split in (False, True):
        finding = _Finding(program, split)
        try:
            Walk(program, prop, finding).claims()
        except Wrong:
            continue
        return Certificate(prop.name, finding.claims)
    return None


class _Finding:
    """Advice that is made up as it is asked for, and written down."""

    def __init__(self, program: Program, split: bool) -> None:
        self.program, self.split = program, split
        self._claims: list[tuple[ClaimProof, list[Line | Invariant]]] = []
        self._lines: list[Line | Invariant] = []

    @property
    def claims(self) -> tuple[ClaimProof, ...]:
        """What was written down."""
        return tuple(replace(claim, lines=tuple(lines)) for claim, lines in self._claims)

    def cases(
        self, path: str, at: Spot, number: int, conditions: Mapping[Spot, Condition]
    ) -> tuple[Spot, ...]:
        return tuple(conditions)[:_MOST_CONDITIONS] if self.split else ()

    def claim(self, path: str, at: Spot, number: int, conditions: Given) -> None:
        self._lines = []
        self._claims.append((ClaimProof(path, at, number, conditions, ()), self._lines))

    def _write(self, line: Line | Invariant) -> None:
        self._lines.append(line)

    def justify(self, passed: PassedStore, state: State) -> None:
        reason, near, author = explained(passed, state)
        self._write(
            Line(
                at=passed.at,
                place=passed.place,
                object=passed.object,
                low=passed.low,
                high=passed.high,
                reason=reason,
                near=near,
                by=author,
            )
        )

    def never(self, at: Spot, arm: int, arm_condition: Condition, facts: Facts) -> Spot | None:
        excluding = next(
            (condition for condition, fact in facts if excluded(self.program, fact, arm_condition)),
            None,
        )
        if excluding is not None:
            self._write(
                Line(at=at, place=arm, object="", low=0, high=0, reason="never", by=excluding)
            )
        return excluding

    def kept(self, walk: Walk, loop: Stood, at: Spot, state: State) -> Bits:
        """The least that holds what is followed after the loop and what any turn makes of it."""
        bits, written = state.bits, len(self._lines)
        # From below: each round adds what a turn back leads to, so that what is found is the least.
        for _ in range(_MOST_ROUNDS):
            before = walk.turn(loop, State(bits, state.taken)).bits
            if before <= bits:
                # The lines of this turn stay: the walk takes it as it is.
                self._lines.insert(written, Invariant(at, _runs(bits)))
                return bits
            del self._lines[written:]
            bits |= before
        raise Wrong("no invariant found")


def explained(passed: PassedStore, state: State) -> tuple[Reason, int | None, Spot | None]:
    """Why a store does no harm."""
    if passed.hits:
        return passed.kind, None, None
    for later in state.taken:
        if later.object == passed.object and later.low < passed.high and passed.low < later.high:
            return "undone" if later.kind == "brought" else "shadowed", None, later.at
    bits_of_object = [bit.at for bit in state.of(passed.object)]
    if not bits_of_object:
        return "elsewhere", None, None
    if passed.high <= min(bits_of_object):
        return "ends before", min(bits_of_object), None
    if max(bits_of_object) < passed.low:
        return "starts after", max(bits_of_object) + 1, None
    return "between", None, None


def _runs(bits: Bits) -> tuple[Followed, ...]:
    """The bits in order, neighbours that stand for neighbours together."""
    ordered = sorted(bits, key=lambda bit: (*_line_of(bit), bit.at))
    groups = groupby(enumerate(ordered), lambda pair: (*_line_of(pair[1]), pair[1].at - pair[0]))
    runs = [[bit for _, bit in group] for _, group in groups]
    return tuple((run[0].object, run[0].at, len(run), number_of(run[0])) for run in runs)


def number_of(bit: Bit) -> int:
    """What a bit stands for as a certificate writes it: its number among those asked for, -1 -
    number if it must be zero."""
    return -1 - bit.asked if bit.zero else bit.asked


def _line_of(bit: Bit) -> tuple[str, bool, int]:
    """What neighbours that stand for neighbours share."""
    return bit.object, bit.zero, bit.at - bit.asked
