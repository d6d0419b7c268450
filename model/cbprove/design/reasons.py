"""Which candidates a replayed run speaks for: from what the reference saw there to the reasons that
hold at others as well.

The formula of a model may name another bit than one that breaks: sources differ where values do
not. So the bit that is generalised is one that the reference saw break, and what is preserved by
value has to differ because something arbitrary is found there (`generalise.alike` keeps it
arbitrary).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from cbprove.design.bits import Sides
from cbprove.design.generalise import Bits
from cbprove.frozen import frozen
from cbprove.logic.terms import Bool, and_, evaluate
from cbprove.obligations.claims_by_sources import Compared
from cbprove.obligations.decisions import object_key
from cbprove.obligations.forms import ClaimForm, PathForm
from cbprove.obligations.ops import Touched
from cbprove.obligations.sources import BIT
from cbprove.semantics.claims import Broken
from cbprove.semantics.judge import BrokenBit
from cbprove.semantics.run import Run

Model = Mapping[str, int | bool]
# Bits of one run that are generalised before the run is taken to speak for its own candidate alone
_TRIED = 4


class _Over(Mapping[str, "int | bool"]):
    """Values before those of a model. A `ChainMap` would look for each name twice."""

    def __init__(self, values: Mapping[str, int], model: Model) -> None:
        self._values, self._model = values, model

    def __getitem__(self, name: str) -> int | bool:
        return self._values[name] if name in self._values else self._model[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self._values[name] if name in self._values else self._model.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._values, **dict.fromkeys(self._model)})

    def __len__(self) -> int:
        return len({**self._values, **dict.fromkeys(self._model)})


def over(model: Model, values: Mapping[str, int]) -> Model:
    """A model with other values for some unknowns; it may be one that is asked name by name."""
    return _Over(dict(values), model)


class _Ones(Mapping[str, "int | bool"]):
    """A model in which all bits are ones that no unknown of its formula stands for, and all
    other inputs 1, or the greatest of their ranges."""

    def __init__(self, model: Model, ranges: Mapping[str, tuple[int, int]]) -> None:
        self._model, self._ranges = model, ranges

    def __getitem__(self, name: str) -> int | bool:
        if name.startswith("bits@"):
            return 255
        if name.startswith("input@") and name not in self._model:
            return self._ranges.get(name, (0, 1))[1]
        return self._model[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._model)

    def __len__(self) -> int:
        return len(self._model)


def completed(model: Model, ranges: Mapping[str, tuple[int, int]]) -> tuple[Model, ...]:
    """A model with all that it says nothing of: zeros, which may be equal by chance, then ones, at
    last ones and the greatest inputs (of which the high bytes may be what is lost)."""
    return model, _Ones(model, {}), _Ones(model, ranges)


@frozen
class Why:
    """A formula that is true in the model because of one bit that broke, and of which other bits
    it may be asked."""

    formula: Bool
    model: Model
    bits: Bits | None = None


def whys(form: PathForm, run: Run, name: str, model: Model) -> Iterator[Why]:
    """The reasons why a replayed run breaks a property wherever they hold, the model's own bit
    first; few of them."""
    pairs = (
        (claim, broken)
        for broken in run.broken[name]
        for claim in form.claims
        if _same(claim, broken)
    )
    yield from islice(
        (why for claim, broken in pairs for why in _of_claim(claim, broken, model)), _TRIED
    )


def _same(claim: ClaimForm, broken: Broken) -> bool:
    """Whether a claim of the formula is the one that broke."""
    if claim.at.moment != broken.moment or type(claim.at.claim) is not type(broken.claim):
        return False
    return _text(claim.at.claim) == _text(broken.claim)


def _text(claim: object) -> str | None:
    place = getattr(claim, "place", None)
    return None if place is None else str(place.text)


def _of_claim(claim: ClaimForm, broken: Broken, model: Model) -> Iterator[Why]:
    if not broken.bits:
        if evaluate(model, claim.broken)[0]:
            yield Why(claim.broken, model)
        return
    places = list(zip(claim.at.touched, claim.pairs or (None,), strict=False))
    own = int(model.get(BIT.args[0], 0))
    for touched, pair in places:
        (low,) = evaluate(model, touched.low)
        first = own + low - touched.instance.base
        for bit in sorted(broken.bits, key=lambda bit: bit.bit != first):
            why = _of_bit(claim, touched, pair, bit, model)
            if why is not None:
                yield why


def _of_bit(
    claim: ClaimForm, touched: Touched, pair: Compared | None, bit: BrokenBit, model: Model
) -> Why | None:
    """Why a bit broke, if the formula says so of it, too."""
    if bit.object != object_key(touched.instance):
        return None
    (low,) = evaluate(model, touched.low)
    at = over(model, {BIT.args[0]: bit.bit - (low - touched.instance.base)})
    formula = claim.broken if pair is None else and_(claim.broken, pair.broken)
    if not evaluate(at, formula)[0]:
        return None
    sides = None if pair is None else Sides(now=pair.now, then=pair.then)
    return Why(formula, at, Bits(width=_width(claim), sides=sides))


def _width(claim: ClaimForm) -> int:
    """How many bits the places have that a claim may be broken at."""
    places = getattr(claim.at.claim, "places", None) or (getattr(claim.at.claim, "place", None),)
    return max((place.width for place in places if place is not None), default=0)
