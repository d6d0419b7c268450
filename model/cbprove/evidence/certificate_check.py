"""Checks a certificate on plain numbers: every store that may run before a claim needs a line, and
each line must be true.

The way back shares with the prover where things lie and what properties claim, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cbprove.evidence.certificate import (
    Certificate,
    ClaimProof,
    Followed,
    Given,
    Invariant,
    Line,
    Spot,
)
from cbprove.evidence.followed import Bit, Bits, PassedStore, State, Wrong
from cbprove.evidence.way_back import Facts, Walk
from cbprove.evidence.ways import Stood
from cbprove.folds import Condition
from cbprove.system.program import Program, Property


def check(program: Program, prop: Property, certificate: Certificate) -> str | None:
    """What is wrong with a certificate of a property of a candidate's program; None if it shows
    that the property holds.

    Raises nothing where a certificate is wrong: that is the result.
    """
    advice = _Given(certificate)
    try:
        if certificate.property != prop.name:
            raise Wrong(f"it speaks of {certificate.property}, not of {prop.name}")
        Walk(program, prop, advice).claims()
        advice.end()
    except Wrong as wrong:
        return str(wrong)
    return None


class _Given:
    """A certificate as advice: its lines in their order, none left over."""

    def __init__(self, certificate: Certificate) -> None:
        self._claims: list[ClaimProof] = list(certificate.claims)
        self._lines: list[Line | Invariant] = []

    def cases(
        self, path: str, at: Spot, number: int, conditions: Mapping[Spot, Condition]
    ) -> tuple[Spot, ...]:
        conditions_given = self._claims[0].given if self._claims else ()
        if not all(condition in conditions for condition, _ in conditions_given):
            raise Wrong(f"the cases of claim {number} at {at} hang on what may change in a run")
        return tuple(condition for condition, _ in conditions_given)

    def claim(self, path: str, at: Spot, number: int, conditions: Given) -> None:
        if self._lines:
            raise Wrong(f"a line too many: {self._lines[0]}")
        claim_proof = self._claims.pop(0) if self._claims else None
        if claim_proof is None or (
            claim_proof.path,
            claim_proof.at,
            claim_proof.claim,
            claim_proof.given,
        ) != (
            path,
            at,
            number,
            conditions,
        ):
            raise Wrong(f"no proof of claim {number} at {at} in {path} given {conditions}")
        self._lines = list(claim_proof.lines)

    def justify(self, passed: PassedStore, state: State) -> None:
        line = self._lines.pop(0) if self._lines else None
        extent = (passed.at, passed.place, passed.object, passed.low, passed.high)
        if (
            not isinstance(line, Line)
            or (line.at, line.place, line.object, line.low, line.high) != extent
        ):
            raise Wrong(
                f"no line for the store at {passed.at} to {passed.object}[{passed.low}, "
                f"{passed.high})"
            )
        if not holds(line, passed, state):
            raise Wrong(f"not true: {line}")

    def never(self, at: Spot, arm: int, arm_condition: Condition, facts: Facts) -> Spot | None:
        line = self._lines[0] if self._lines else None
        if not isinstance(line, Line) or line != Line(
            at=at, place=arm, object="", low=0, high=0, reason="never", by=line.by
        ):
            return None
        self._lines.pop(0)
        return line.by

    def kept(self, walk: Walk, loop: Stood, at: Spot, state: State) -> Bits:
        if (
            not self._lines
            or not isinstance(invariant := self._lines.pop(0), Invariant)
            or invariant.at != at
        ):
            raise Wrong(f"no invariant for the loop at {at}")
        return frozenset(bit for followed in invariant.kept for bit in _bits(followed))

    def end(self) -> None:
        if self._lines or self._claims:
            raise Wrong("it has more in it than the program has claims and stores")


def _bits(followed: Followed) -> Iterator[Bit]:
    name, low, width, number = followed
    position, zero = (number, False) if number >= 0 else (-1 - number, True)
    return (Bit(name, low + i, position + i, zero) for i in range(width))


def holds(line: Line, passed: PassedStore, state: State) -> bool:
    """Whether the reason of a line is true."""
    # What is stored to a followed bit has one reason, which the walk found itself.
    if passed.hits:
        return line.reason == passed.kind
    # Bits that a later store or copy accounted for are followed no longer. The line must name it,
    # so that nobody takes the store for one that was not in the way.
    later = [
        copy
        for copy in state.taken
        if copy.object == passed.object and copy.low < passed.high and passed.low < copy.high
    ]
    if later or line.reason in ("undone", "shadowed"):
        kinds = {"brought": "undone"}
        return any(
            (line.by, line.reason) == (copy.at, kinds.get(copy.kind, "shadowed")) for copy in later
        )
    # No followed bit is hit here: what is left to check is that the line tells the truth about
    # where.
    bits_of_object = [bit.at for bit in state.of(passed.object)]
    match line.reason:
        case "elsewhere":
            return not bits_of_object
        case "ends before":
            return bool(bits_of_object) and line.near == min(bits_of_object) >= passed.high
        case "starts after":
            return bool(bits_of_object) and line.near == max(bits_of_object) + 1 <= passed.low
        case "between":
            return (
                bool(bits_of_object)
                and min(bits_of_object) < passed.high
                and passed.low <= max(bits_of_object)
            )
    return False
