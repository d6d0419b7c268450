"""From one run of one candidate to all candidates at which the same choices do the same: the set where
the formula is true (`evaluation.py`), of some bit that breaks it and whatever the values are that
the run did not fix (`bits.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from cbprove.design.bits import Sides, Values
from cbprove.design.evaluation import Evaluation, Model
from cbprove.frozen import frozen
from cbprove.logic.terms import Bool
from cbprove.obligations.members import MemberUnknown
from cbprove.obligations.sources import BIT
from cbprove.reaching.universe import Candidates, Universe
from cbprove.reaching.universe import universe as made

_BYTE = "byte of the place"  # the axis of the bits that are asked about, eight by eight
_MOST = 1 << 23  # candidates times bits that are told apart at once


@frozen
class Bits:
    """The bits of a place at which a formula about one bit is asked: every eighth of `width`,
    the one in the model with them."""

    width: int
    sides: Sides | None = None


def alike(
    universe: Universe,
    formula: Bool,
    model: Model,
    variables: Sequence[MemberUnknown] = (),
    bits: Bits | None = None,
    little_endian: bool = True,
) -> Candidates:
    """The candidates where a formula is true, of some bit, with the choices and values of a model.

    `variables` says which bits of stores unknowns of the formula stand for. With `sides`, a bit
    counts where the two differ by value.
    """
    evaluation = Evaluation(universe, model, variables)
    if bits is not None:
        evaluation = _of_each_bit(universe, model, variables, bits.width)
    values = Values(evaluation)
    candidates = alike_at = evaluation.truth(formula)[0]
    looked = -1
    # Both speak of the values that the evaluation has looked at, and look at others on the way: those
    # that positions hang on.
    while candidates and looked < len(evaluation.looked):
        looked = len(evaluation.looked)
        alike_at = candidates & values.possible(little_endian)
        if bits is not None and bits.sides is not None and alike_at:
            alike_at &= values.unequal(bits.sides, little_endian)
    return _projected(alike_at, universe)


def _of_each_bit(
    universe: Universe, model: Model, variables: Sequence[MemberUnknown], width: int
) -> Evaluation:
    """An evaluation in which the bit is an axis as well, unless there were too many candidates
    with it."""
    first = int(model.get(BIT.args[0], 0)) % 8
    count = len(range(first, width, 8))
    if count < 2 or count * universe.size > _MOST:
        return Evaluation(universe, model, variables)
    wider = made(((_BYTE, range(count)), *universe.free))
    return Evaluation(wider, model, variables, bit=((_BYTE, 8), first))


def _projected(with_bits: Candidates, universe: Universe) -> Candidates:
    """The candidates that have some bit."""
    candidates = 0
    while with_bits:
        # The axis of the bits counts slowest, so that each bit has all candidates side by side.
        candidates |= with_bits & universe.all
        with_bits >>= universe.size
    return candidates
