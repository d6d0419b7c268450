"""What a report needs to draw a run: who touched which bits, and whose the bits were after each step."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.frozen import frozen
from cbprove.properties.events import Access, Moment
from cbprove.semantics.memory import Object, ObjectKey, Source
from cbprove.semantics.state import Frame
from cbprove.system import Place


@frozen
class Action:
    """One access: `bits` are those of the object that were touched; `place` is None when an object is cut from it."""

    moment: Moment
    kind: Access
    place: Place | None
    object: ObjectKey
    bits: range


@frozen
class Stage:
    """One step of a run, or one statement of a path's own (`step` and `layer` None), and the memory it left.

    `object` is what it ran on.
    """

    moment: Moment
    step: str | None
    layer: str | None
    object: ObjectKey
    actions: tuple[Action, ...]
    memory: Mapping[ObjectKey, tuple[Source, ...]]


class Trace:
    """Collects the stages of a run, or does nothing."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._stages: list[Stage] = []
        self._actions: list[Action] = []

    def touch(self, moment: Moment, kind: Access, place: Place | None, key: ObjectKey, bits: range) -> None:
        """An access within the step that goes on."""
        if self._wanted:
            self._actions.append(Action(moment, kind, place, key, bits))

    def pending(self) -> bool:
        """Whether anything was touched since the last stage."""
        return bool(self._actions)

    def end(self, frame: Frame, objects: list[Object]) -> None:
        """The step has ended."""
        if self._wanted:
            step, layer = (frame.step.name, frame.step.layer) if frame.step else (None, None)
            memory = {each.key: tuple(each.bits) for each in objects}
            key = frame.current.object.key
            moment = frame.began or frame.moment
            self._stages.append(Stage(moment, step, layer, key, tuple(self._actions), memory))
            self._actions.clear()

    def stages(self) -> tuple[Stage, ...]:
        """What was collected."""
        return tuple(self._stages)
