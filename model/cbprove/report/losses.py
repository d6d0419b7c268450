"""What is wrong where a claim breaks, in sentences: how many bits, which, and what they are
instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from cbprove import folds
from cbprove.pictures import bits
from cbprove.properties.events import IsTrue, SameMember, Stored, Unchanged
from cbprove.report.scene import Scene
from cbprove.report.sentences import ShownValues, of_all, sentence, unstored, values_shown
from cbprove.semantics.claims import Broken, Lying
from cbprove.semantics.memory import ObjectKey, Source

_MOST_SENTENCES = 8


def verdict(scene: Scene) -> list[str]:
    """What is wrong, in a line for each claim, and for bits what they are instead."""
    claim = scene.first.claim
    if isinstance(claim, IsTrue):
        return [f"`{scene.condition()}` is false", *_looked_at(scene)]
    if isinstance(claim, Unchanged | SameMember | Stored):
        return _few([*_count(scene), *_nowhere(scene), *_instead(scene)])
    return _few(list(dict.fromkeys(sentence(broken) for broken in scene.claims)))


def _count(scene: Scene) -> Iterator[str]:
    places = scene.lying()
    wrong = {
        (location.object, bit)
        for location in places
        for bit in _counted(scene, location, scene.broken_of(location))
    }
    total = {
        (location.object, i)
        for location in places
        for i in _counted(scene, location, [location.low + i for i in location.positions])
    } | wrong
    if not wrong:
        return
    ranges = dict.fromkeys(_ranges(scene, places))
    in_bytes = not any(_ragged(part) for part in (wrong, total))
    part = (
        f"{len(wrong) // 8} of {bits.amount(len(total))}"
        if in_bytes
        else f"{len(wrong)} of {len(total)} bits"
    )
    yield f"{part} {_fate(scene)}: {', '.join(ranges)}"


def _counted(scene: Scene, location: Lying, positions: Iterable[int]) -> list[int]:
    """Bits of an object that are worth a number: where not all behind its end are listed,
    those that lie in it."""
    listed = all(_is_listed(scene, broken) for broken in scene.claims)
    return [bit for bit in positions if listed or 0 <= bit < location.place.size]


def _is_listed(scene: Scene, broken: Broken) -> bool:
    """Whether each bit that the claim is about is among those judged: far behind an object
    they are not."""
    if not isinstance(broken.claim, Stored) or not broken.claim.all_bytes or broken.length is None:
        return True
    return all(8 * broken.length <= len(location.positions) for location in broken.places)


def _nowhere(scene: Scene) -> Iterator[str]:
    """How much of what the claims are about lies outside of its object, where no claim is
    true."""
    sentences: dict[str, None] = {}
    for broken in scene.claims:
        for location in broken.places:
            sentences.update(dict.fromkeys(_outside(scene, broken, location)))
    yield from sentences


def _outside(scene: Scene, broken: Broken, location: Lying) -> Iterator[str]:
    subject = f"{scene.object_name(location.object)} ({bits.amount(location.place.size)})"
    before = sum(location.low + i < 0 for i in location.positions)
    behind = sum(location.low + i >= location.place.size for i in location.positions)
    total = len(location.positions)
    if broken.length is not None and not _is_listed(scene, broken):
        behind, total = location.low + 8 * broken.length - location.place.size, 8 * broken.length
    for number, side in ((before, "before the start"), (behind, "past the end")):
        if number:
            lie = "lies" if number in (1, 8) else "lie"
            yield f"{of_all(number, total)} {lie} {side} of {subject}{values_shown(broken)}"


def _ranges(scene: Scene, places: tuple[Lying, ...]) -> Iterator[str]:
    areas: dict[str, set[int]] = {}
    for location in places:
        broken = _counted(scene, location, scene.broken_of(location))
        areas.setdefault(scene.area(location), set()).update(
            bit - location.place.bound[0] for bit in broken
        )
    for area, wrong in areas.items():
        yield from (f"{area}{bits.part(low, high)}" for low, high in bits.runs(wrong))


def _fate(scene: Scene) -> str:
    match scene.first.claim:
        case SameMember():
            return "not its own"
        case Stored() as claim:
            return unstored(claim)
        case _:
            return "lost"


def _instead(scene: Scene) -> Iterator[str]:
    """What each member's broken bits are now, and who stored that; neighbours that are the
    same are told together."""
    groups: list[tuple[str, str, str]] = []
    for location in scene.lying():
        broken_sources = {
            bit - location.low: source for bit, source in scene.broken_of(location).items()
        }
        for low, high in bits.runs(broken_sources):
            groups += _groups(scene, location, broken_sources, low, high)
    for (view, instead), group in groupby(groups, lambda each: (each[0], each[2])):
        names = list(dict.fromkeys(name for _, name, _ in group))
        yield f"{bits.together(view, names)}{instead}"


def _in_object(scene: Scene, location: Lying, position: int) -> bool:
    return 0 <= location.low + position < location.place.size


def _groups(
    scene: Scene, location: Lying, broken_sources: Mapping[int, Source], low: int, high: int
) -> Iterator[tuple[str, str, str]]:
    """The view, what its bits are called, and what they are now."""
    for _, group in groupby(
        range(low, high), lambda i: bits.origin(broken_sources[i], scene.run.stores)
    ):
        positions = list(group)
        if broken_sources[positions[0]].store.kind == "outside" and not _in_object(
            scene, location, positions[0]
        ):
            continue
        sources = [broken_sources[i] for i in positions]
        sign = " =" if sources[0].store.kind in ("fresh", "value") else ":"
        name, from_view = bits.named(location.place, positions), False
        if isinstance(scene.first.claim, SameMember):
            by_position = dict(zip(positions, sources, strict=True))
            name = bits.foreign(location.place, by_position, scene.run.stores)
            from_view = bits.meet_in_name(location.place, by_position, scene.run.stores)
        instead = bits.described(sources, scene.run.stores, from_view)
        yield (
            bits.subject(location.place) if location.place.view else "",
            name,
            f"{sign} {instead}{_by(scene, sources)}",
        )


def _by(scene: Scene, sources: list[Source]) -> str:
    """Who stored the bits."""
    stores = [scene.run.stores.get(s.store) for s in sources if s.store.kind in ("fresh", "value")]
    names = dict.fromkeys(store.step or "the path" for store in stores if store)
    return f", stored by {', '.join(names)}{_elsewhere(scene, set(names))}" if names else ""


def _elsewhere(scene: Scene, names: set[str]) -> str:
    """Why stores of those whom the claim names do not count."""
    claim = scene.first.claim
    by = claim.by if isinstance(claim, Stored) and claim.since is None else None
    return ", in a run that the reading object's history has not" if names & (by or set()) else ""


def _looked_at(scene: Scene) -> Iterator[str]:
    """What the condition looked at: each member with its bytes and who stored it, each
    input."""
    (broken,) = scene.claims[:1]
    for look in dict.fromkeys(broken.looks):
        location = Lying(look.place, look.object, look.low, range(look.place.width))
        low = look.low - look.place.bound[0]
        subject = f"{scene.area(location)}{bits.part(low, low + look.place.width)}"
        yield f"{look.place.text} = {look.value}: {subject}{_origins(scene, list(look.sources))}"
    bits_shown = ShownValues(scene.run, broken)
    assert isinstance(broken.claim, IsTrue)
    for name in dict.fromkeys(folds.inputs(broken.claim.condition)):
        if name in bits_shown.inputs:
            yield f"{name} = {bits_shown.inputs[name]}"


def _origins(scene: Scene, sources: list[Source]) -> str:
    sentences = []
    for (kind, name), _ in groupby(sources, lambda source: _origin(scene, source)):
        sentences.append(
            {"stored": f"stored by {name}", "blank": f"cleared by {name}"}.get(kind, "never stored")
        )
    return "".join(f", {word}" for word in dict.fromkeys(sentences))


def _origin(scene: Scene, source: Source) -> tuple[str, str]:
    store, kind = scene.run.stores.get(source.store), source.store.kind
    who = (store.step or "the path") if store else ""
    return ("stored" if kind in ("fresh", "value") else kind), who


def _few(sentences: list[str]) -> list[str]:
    rest = len(sentences) - _MOST_SENTENCES
    return sentences if rest <= 1 else [*sentences[:_MOST_SENTENCES], f"and {rest} more"]


def _ragged(positions: set[tuple[ObjectKey, int]]) -> bool:
    """Whether a range in it begins or ends inside a byte."""
    objects = {key for key, _ in positions}
    return any(
        low % 8 or high % 8
        for key in objects
        for low, high in bits.runs(bit for object_of_bit, bit in positions if object_of_bit == key)
    )
