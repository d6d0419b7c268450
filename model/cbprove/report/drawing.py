"""The byte map of a broken claim: the areas in question, the rows, and the last row where it
breaks."""

from __future__ import annotations

import textwrap

from cbprove.pictures import bytemap
from cbprove.properties.events import Accessed
from cbprove.report import story
from cbprove.report.losses import verdict
from cbprove.report.scene import Scene, end_of
from cbprove.semantics.claims import Lying
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.trace import Stage

_MOST_COLUMNS = 3
_BESIDE = 80  # bytes that columns beside each other may show
_WIDE = 76  # letters of a sentence beside a label


def picture(scene: Scene) -> list[str]:
    """The byte map with the last row, or a sentence where the claim is not about bytes that
    were there."""
    drawn = byte_map(scene)
    if drawn is None:
        return verdict(scene)
    wrapped = (
        textwrap.wrap(line, _WIDE, subsequent_indent="  ", break_on_hyphens=False)
        for line in verdict(scene)
    )
    return bytemap.lines(drawn, last(scene), tuple(part for lines in wrapped for part in lines))


def byte_map(scene: Scene) -> bytemap.Map | None:
    """The byte map, None where the claim is not about bytes that were there."""
    places = scene.lying()
    if not places:
        return None
    stages = scene.stages()
    selection = _wanted(scene, stages, places)
    stages_drawn = bytemap.relevant(stages, selection)
    single = [declared.name for declared in scene.program.objects[1:]]
    return bytemap.draw(scene.run, stages_drawn, _columns(scene, stages, places), selection, single)


def _wanted(scene: Scene, stages: tuple[Stage, ...], places: tuple[Lying, ...]) -> bytemap.Wanted:
    spots = (
        bytemap.Spot(story.lineage(stages, place.object), range(place.low, end_of(place)))
        for place in places
    )
    sources = [bit.actual for broken in scene.claims for bit in broken.bits]
    sources += [
        source for broken in scene.claims for look in broken.looks for source in look.sources
    ]
    moments = {source.store.moment for source in sources if source.store in scene.run.stores}
    return bytemap.Wanted(tuple(spots), frozenset(moments))


def _columns(
    scene: Scene, stages: tuple[Stage, ...], locations: tuple[Lying, ...]
) -> tuple[bytemap.Column, ...]:
    """A column for each area of an object that places lie in."""
    areas: dict[tuple[ObjectKey, str], list[Lying]] = {}
    for place in locations:
        areas.setdefault((place.object, place.place.area), []).append(place)
    drawn = list(areas.items())[:_MOST_COLUMNS]
    sizes = [(last - first + 7) // 8 for first, last in (_drawn(places) for _, places in drawn)]
    room = (
        bytemap.WIDEST
        if len(drawn) == 1 or sum(sizes) <= _BESIDE
        else _BESIDE // len(drawn) // 8 * 8
    )
    columns = []
    for (key, area), places in drawn:
        view = bytemap.window(area, _drawn(places), [location.low for location in places], room)
        plain = len(drawn) == 1 and scene.object_name(key) == scene.program.objects[0].name
        title = "" if plain else scene.area(places[0])
        columns.append(bytemap.Column(view, story.lineage(stages, key), title))
    return tuple(columns)


def last(scene: Scene) -> tuple[str, str, str]:
    """The label of the row where the claims break."""
    selection = _wanted(scene, scene.stages(), scene.lying())
    events = [broken.event for broken in scene.claims]
    step = events[0].step or "(path)"
    touched = [e for e in events if isinstance(e, Accessed)]
    if touched:
        return step, *bytemap.spoken(
            bytemap.phrase(bytemap.VERBS.get(e.kind, "cuts"), e.place) for e in touched
        )
    stages = scene.run.trace[scene.standing.stages :]
    later = (
        stages[0]
        if stages and stages[0].moment == scene.standing.stage.moment
        else scene.standing.stage
    )
    reads = [
        a
        for a in later.actions
        if a.kind == "read" and any(spot.hit_by(a) for spot in selection.spots)
    ]
    return step, *bytemap.spoken(bytemap.phrase("reads", action.place) for action in reads)


def _drawn(places: list[Lying]) -> tuple[int, int]:
    """The bits of an object to draw: the area that places began in, and what they reach behind
    it."""
    first, last = places[0].place.bound
    ends = [min(end_of(location), location.place.size) for location in places]
    return first, max(last, *ends)
