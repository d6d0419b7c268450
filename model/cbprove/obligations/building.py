"""What is unfolded of a path so far: its operations in order, the objects and who holds them,
the choices met, the runs left."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.frozen import frozen, replace
from cbprove.logic.terms import Bool, Term, and_, choice, named_bool, not_, or_
from cbprove.obligations.ops import (
    MEMORY,
    Copied,
    Instance,
    Key,
    Made,
    ObjectName,
    StepRun,
    Store,
    Unfolding,
)
from cbprove.obligations.plan import Plan, TooLarge
from cbprove.obligations.sources import spelled as spell
from cbprove.properties.events import Moment
from cbprove.system.expressions import Place
from cbprove.system.program import Object, Part, Program
from cbprove.system.statements import Given

BASE_WIDTH = 1 << 25  # bits that an object may have


@frozen
class Frame:
    """Where in the run a statement stands; `prefix` is its moment without its own uid."""

    current: Instance
    name: ObjectName
    scope: Mapping[str, tuple[Instance, ObjectName]]
    prefix: Moment
    moment: Moment
    guard: Bool
    step: StepRun | None
    step_moment: Moment
    given: Given | None = None

    def among(self, given: Given | None) -> Frame:
        """The same for those candidates alone that have a part of the program."""
        if given is None:
            return self
        return replace(self, guard=and_(self.guard, given.condition), given=given.meet(self.given))

    @property
    def nowhere(self) -> bool:
        """Whether no candidate has what stands frame."""
        return self.given is not None and not self.given.among


class Building:
    """Grows with the walk: `out` is what becomes of it, `alive` whether no assumption ended the
    run yet."""

    def __init__(self, program: Program, path: Part, plan: Plan) -> None:
        self.program, self.plan = program, plan
        self.out = Unfolding(path.name)
        self.alive: Bool = True
        self.names: dict[Instance, list[ObjectName]] = {}
        self.numbers = 0
        self.clock = 0
        self.orders = 0

    # --- objects and names ------------------------------------------------------------------------

    def instance(
        self,
        name: str,
        parent: Instance | None,
        key: Key,
        shape: Object,
        by: ObjectName | None = None,
    ) -> Instance:
        """An object that the run makes or has from its beginning; no name leads to it yet."""
        instance = Instance(
            number=len(self.out.instances),
            name=name,
            shape=shape,
            parent=parent,
            made=self.tick(),
            key=key,
            parent_name=by,
        )
        self.out.instances.append(instance)
        self.names[instance] = []
        self.out.debris[instance.number] = Store(
            number=self.number(),
            key=("debris", key),
            kind="debris",
            area=(instance.number, MEMORY),
            low=instance.base,
            width=BASE_WIDTH,
            guard=True,
            text=name,
        )
        return instance

    def hold(self, text: str, instance: Instance, live: Bool) -> ObjectName:
        """A name for an object, from now on."""
        name = ObjectName(text, instance, live, False)
        self.names[instance].append(name)
        return name

    def find(self, place: Place | None, frame: Frame) -> tuple[Instance, ObjectName]:
        """The object that a place lies in, and the name that it is reached by."""
        if place is None or place.object == ".":
            return frame.current, frame.name
        if place.object == "..":
            parent = frame.current.parent
            assert parent is not None, "resolve lets no parent be named where there is none"
            assert frame.current.parent_name is not None
            return parent, frame.current.parent_name
        return frame.scope[place.object]

    def shared(self, frame: Frame) -> dict[str, tuple[Instance, ObjectName]]:
        """The names that every body sees: the declared objects."""
        return (
            {o.name: frame.scope[o.name] for o in self.program.objects[1:]} if frame.scope else {}
        )

    def make(self, name: str, frame: Frame, debris: bool) -> Instance:
        """What `new` and `clone` make."""
        instance = self.instance(
            name, frame.current, ("made", frame.moment), self.program.objects[0], frame.name
        )
        self.emit(Made(instance, debris))
        return instance

    def names_now(self, instances: set[int] | None = None) -> list[object]:
        """What names there are, and which were given up."""
        all_names = [
            h
            for i, names in self.names.items()
            if instances is None or i.number in instances
            for h in names
        ]
        return [(h.text, id(h.gone) if isinstance(h.gone, Term) else h.gone) for h in all_names]

    def earlier_name(self, instance: Instance, frame: Frame) -> ObjectName:
        """A name that an earlier turn may have given an object."""
        return self.hold("", instance, choice(spell(("taken", frame.moment, instance.number))))

    # --- counts, choices, operations --------------------------------------------------------------

    def tick(self) -> int:
        """The next count of events."""
        self.clock += 1
        return self.clock

    def order(self) -> int:
        """The next place in the order of stores."""
        self.orders += 1
        return self.orders

    def number(self) -> int:
        """The next number of a store."""
        self.numbers += 1
        return self.numbers

    def decide(self, key: Key, low: int, high: int, guard: Bool) -> Term:
        """The unknown that stands for a choice of the run, one for each key."""
        return self.out.decide(key, spell(key), low, high, guard)

    def assume(self, condition: Bool, frame: Frame) -> None:
        """Runs in which the condition is false here end."""
        alive = and_(self.alive, or_(not_(frame.guard), condition))
        self.alive = named_bool(spell(("alive", frame.moment)), alive)

    def emit(self, operation: Store | Copied | Made) -> None:
        """One more operation. Raises TooLarge beyond the plan's limit."""
        if isinstance(operation, Store) and not operation.order:
            operation.order = self.order()
        self.out.operations.append(operation)
        if len(self.out.operations) > self.plan.limit:
            raise TooLarge(self.plan.limit)
