"""Which candidates a replayed run speaks for: from what the reference saw there to the reasons that hold at others as well.

The formula of a model may name another bit than one that breaks: sources differ where values do not. So the bit that is
generalised is one that the reference saw break, and what is preserved by value has to differ because something arbitrary is found
there (`generalise.alike` keeps it arbitrary).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from itertools import islice

from cbprove.design.generalise import Differs, Unequal
from cbprove.frozen import frozen
from cbprove.obligations.claims import Compared
from cbprove.obligations.decisions import object_key
from cbprove.obligations.forms import ClaimForm, PathForm
from cbprove.obligations.ops import Store, Touched
from cbprove.obligations.sources import BIT, Found
from cbprove.semantics.judge import BrokenBit
from cbprove.semantics.memory import Source
from cbprove.semantics.run import Broken, Run
from cbprove.terms import Bool, and_, evaluate

Model = Mapping[str, int | bool]

_ARBITRARY = ("fresh", "debris")
_TRIED = 4  # bits of one run that are generalised before the run is taken to speak for its own candidate alone


def over(model: Model, values: Mapping[str, int]) -> Model:
    """A model with other values for some unknowns; it may be one that is asked name by name."""
    return ChainMap[str, int | bool](dict(values), model)  # type: ignore[arg-type]


class Ones(Mapping[str, "int | bool"]):
    """A model in which all bits are ones that no unknown of its formula stands for, and all other inputs 1: what is zero there
    may be equal by chance."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def __getitem__(self, name: str) -> int | bool:
        if name.startswith("bits@"):
            return 255
        return 1 if name.startswith("input@") and name not in self._model else self._model[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._model)

    def __len__(self) -> int:
        return len(self._model)


@frozen
class Why:
    """A formula that is true in the model because of one bit that broke, and what of that bit is arbitrary."""

    formula: Bool
    model: Model
    differs: Differs | Unequal | None = None


def whys(one: PathForm, run: Run, name: str, model: Model) -> Iterator[Why]:
    """The reasons why a replayed run breaks a property wherever they hold, the model's own bit first; few of them."""
    pairs = ((claim, broken) for broken in run.broken[name] for claim in one.claims if _same(claim, broken))
    yield from islice((why for claim, broken in pairs for why in _of_claim(claim, broken, run, model)), _TRIED)


def _same(claim: ClaimForm, broken: Broken) -> bool:
    """Whether a claim of the formula is the one that broke."""
    if claim.at.moment != broken.moment or type(claim.at.claim) is not type(broken.claim):
        return False
    return _text(claim.at.claim) == _text(broken.claim)


def _text(claim: object) -> str | None:
    place = getattr(claim, "place", None)
    return None if place is None else str(place.text)


def _of_claim(claim: ClaimForm, broken: Broken, run: Run, model: Model) -> Iterator[Why]:
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
            why = _of_bit(claim, touched, pair, bit, run, model)
            if why is not None:
                yield why


def _of_bit(
    claim: ClaimForm, touched: Touched, pair: Compared | None, bit: BrokenBit, run: Run, model: Model
) -> Why | None:
    """Why a bit broke, if the formula says so of it, too, and if it breaks whatever is stored."""
    if bit.object != object_key(touched.instance):
        return None
    (low,) = evaluate(model, touched.low)
    at = over(model, {BIT.args[0]: bit.bit - (low - touched.instance.base)})
    formula = claim.broken if pair is None else and_(claim.broken, pair.broken)
    if not evaluate(at, formula)[0]:
        return None
    if pair is None:
        return Why(formula, at)
    differs = _differs(pair, bit, run, at)
    return None if differs is None else Why(formula, at, differs)


def _differs(pair: Compared, bit: BrokenBit, run: Run, model: Model) -> Differs | Unequal | None:
    """What of a bit that differs is arbitrary, as both accounts see it, or that both sides of it are known."""
    sides = ((pair.now, bit.found), (pair.then, bit.remembered))
    reached = [_first(found, model) for found, _ in sides]
    for (_, source), own, other in zip(sides, reached, reversed(reached), strict=True):
        store = own[-1].store
        if store.kind in _ARBITRARY and source is not None and _free(source, run):
            opposite = other[-1].store
            if opposite.kind in (*_ARBITRARY, "blank"):
                return Differs(own)
            if _known(opposite) and opposite.value is not None:
                return Differs(own, opposite.value.term)
    if all(_known(own[-1].store) or own[-1].store.kind == "blank" for own in reached):
        return Unequal(*reached)
    return None


def _first(found: tuple[Found, ...], model: Model) -> tuple[Found, ...]:
    """The stores looked at until one is found to be the bit's, that one last."""
    hits = evaluate(model, *(one.hit for one in found))
    return found[: hits.index(True) + 1]


def _known(store: Store) -> bool:
    return store.kind == "value" and store.value is not None


def _free(source: Source, run: Run) -> bool:
    """Whether the reference never had to decide the bit."""
    return source.store.kind not in ("blank", "value") and source not in run.values
