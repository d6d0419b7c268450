"""What a report needs to draw a run, and a program to repeat it: who touched which bits, whose
the bits were after each step, and what was done to memory, one thing after the other."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.frozen import frozen
from cbprove.properties.events import Access, Moment
from cbprove.semantics.memory import Object, ObjectKey, Source, Store
from cbprove.semantics.state import Frame
from cbprove.system.expressions import Place


@frozen
class Action:
    """One access: `bits` are those of the object that were touched; `place` is None when an
    object is cut from it."""

    moment: Moment
    kind: Access
    place: Place | None
    object: ObjectKey
    bits: range


@frozen
class Stage:
    """One step of a run, or one statement of a path's own (`step` and `layer` None), and the memory
    it left.

    `object` is what it ran on.
    """

    moment: Moment
    step: str | None
    layer: str | None
    object: ObjectKey
    actions: tuple[Action, ...]
    memory: Mapping[ObjectKey, tuple[Source, ...]]


@frozen
class Standing:
    """Where a run stood when a claim broke: how many stages, looks and decisions lay behind it,
    and the stage that it was in: what that had touched so far, and the memory then."""

    stages: int
    looks: int
    decisions: int
    stage: Stage


# --- what was done, in order ----------------------------------------------------------------------
# Bits and positions are absolute in the object; `began` is the moment of the step run, None in a path's own statements.


@frozen
class StoredBits:
    """A store through a place that began at the bit `low` of an object: it reached these bits,
    which are sources `(store.key, bit - low)` from then on."""

    store: Store
    object: ObjectKey
    low: int
    bits: tuple[int, ...]


@frozen
class CopiedBits:
    """A copy: the `bits` of the target have these `sources` from then on. `low` and `origin_low`
    are the places' first bits."""

    moment: Moment
    step: str | None
    began: Moment | None
    origin: Place
    origin_object: ObjectKey
    origin_low: int
    target: Place
    object: ObjectKey
    low: int
    bits: tuple[int, ...]
    sources: tuple[Source, ...]


@frozen
class MadeObject:
    """An object made from another under a name: a copy of it (`clone`) or debris (`new`)."""

    moment: Moment
    step: str | None
    kind: str
    name: str
    object: ObjectKey
    parent: ObjectKey


@frozen
class HeldName:
    """A name of an object, the `number`th that it got (0 is the first), was given by `share` or
    given up by `consume`."""

    moment: Moment
    step: str | None
    object: ObjectKey
    number: int
    name: str
    live: bool


@frozen
class EndedStep:
    """A step ended, and entered the history of the object that it ran on."""

    moment: Moment
    step: str
    object: ObjectKey


@frozen
class BrokenClaim:
    """A claim of a property did not hold; `named` is the name by which its place is touched: the
    object, and its number."""

    property: str
    moment: Moment
    began: Moment | None
    named: tuple[ObjectKey, int]


Effect = Action | StoredBits | CopiedBits | MadeObject | HeldName | EndedStep | BrokenClaim


class Trace:
    """Collects the stages and the effects of a run, or does nothing."""

    def __init__(self, recorded: bool) -> None:
        self._wanted = recorded
        self._stages: list[Stage] = []
        self._actions: list[Action] = []
        self._effects: list[Effect] = []

    @property
    def wanted(self) -> bool:
        """Whether anything is collected."""
        return self._wanted

    def did(self, effect: Effect) -> None:
        """One more thing that happened."""
        if self._wanted:
            self._effects.append(effect)

    def touch(
        self, moment: Moment, kind: Access, place: Place | None, key: ObjectKey, bits: range
    ) -> None:
        """An access within the step that goes on."""
        if self._wanted:
            action = Action(moment, kind, place, key, bits)
            self._actions.append(action)
            self._effects.append(action)

    def pending(self) -> bool:
        """Whether anything was touched since the last stage."""
        return bool(self._actions)

    def end(self, frame: Frame, objects: list[Object]) -> None:
        """The step has ended."""
        if self._wanted:
            self._stages.append(self._so_far(frame, objects))
            self._actions.clear()

    def standing(
        self, frame: Frame, objects: list[Object], looks: int, decisions: int
    ) -> Standing | None:
        """Where the run stands now; None if no trace is wanted."""
        if not self._wanted:
            return None
        return Standing(len(self._stages), looks, decisions, self._so_far(frame, objects))

    def _so_far(self, frame: Frame, objects: list[Object]) -> Stage:
        step, layer = (frame.step.name, frame.step.layer) if frame.step else (None, None)
        memory = {each.key: tuple(each.bits) for each in objects}
        moment = frame.began or frame.moment
        return Stage(
            moment=moment,
            step=step,
            layer=layer,
            object=frame.current.object.key,
            actions=tuple(self._actions),
            memory=memory,
        )

    def stages(self) -> tuple[Stage, ...]:
        """What was collected."""
        return tuple(self._stages)

    def effects(self) -> tuple[Effect, ...]:
        """All that was done, in order."""
        return tuple(self._effects)
