"""The body of a C program: the run of a witness, one line a store, and the check at its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cbprove.frozen import frozen
from cbprove.meaning.system import System
from cbprove.properties.events import Began, Unchanged
from cbprove.report import story
from cbprove.report.losses import verdict
from cbprove.report.scene import Scene
from cbprove.reproduce.checks import Check, Checks
from cbprove.reproduce.claims import Claim
from cbprove.reproduce.moving import moving
from cbprove.reproduce.placement import placement
from cbprove.reproduce.places import Places
from cbprove.reproduce.slicing import Slice
from cbprove.reproduce.spelling import comment
from cbprove.reproduce.statements import Statements
from cbprove.reproduce.structs import Structs
from cbprove.reproduce.values import Values
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.run import Run
from cbprove.semantics.trace import CopiedBits, Effect, EndedStep, HeldName, MadeObject, StoredBits
from cbprove.system.program import Property
from cbprove.verdicts import Witness


@frozen
class Body:
    """The lines of the run and the check at its end; what they name; whether some bits of a byte
    are stored."""

    lines: tuple[str, ...]
    check: Check
    places: Places
    kept: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    partial: bool = False


class Runs:
    """Writes the run of a witness."""

    def __init__(self, system: System, witness: Witness, prop: Property, structs: Structs) -> None:
        self.system, self.shown, self.prop = system, witness, prop
        self.reserved = structs.taken(), structs.bit_fields()

    def body(self) -> Body:
        """The whole run, or the placement that a witness is about."""
        run = self.shown.run
        return self._of_placement() if run is None else self._of_run(run)

    def _places(self) -> Places:
        return Places(self.shown.program, self.shown.run, *self.reserved)

    def _of_placement(self) -> Body:
        places, misplaced = self._places(), self.shown.misplaced
        assert misplaced is not None
        return Body(
            lines=(),
            check=placement(places, self.shown.program, self.prop, misplaced),
            places=places,
            kept=(),
            summary=(f"{misplaced.subject}: {misplaced.reason}",),
        )

    def _of_run(self, run: Run) -> Body:
        program = self.shown.program
        claim = Claim(program, run, self.prop)
        checks, lines = self._written(claim)
        check, places = checks.check(), checks.places
        if claim.fixed():
            places.stuck.update(view.name for view in program.views)
        scene = Scene(program, run, (claim.broken,), self.prop.name)
        way = "path " + " > ".join(story.crumbs(program, self.shown.path, claim.broken.moment))
        remembered = tuple(
            (variable, places.declared[key]) for key, variable in checks.kept().items()
        )
        return Body(
            lines=lines,
            check=check,
            places=places,
            kept=remembered,
            summary=(way, *verdict(scene)),
            partial=checks.statements.partial,
        )

    def _written(self, claim: Claim) -> tuple[Checks, tuple[str, ...]]:
        """The lines of the run, and what writes the check behind them."""
        seeds = list(self._checks(claim, self._places()).seeds())
        used: list[ObjectKey] = []
        for attempt in range(2):  # the second time with the objects that the first one met
            checks = self._checks(claim, self._places())
            places = checks.places
            sizes = {key: places.size(key) for key in places.objects}
            sliced = Slice(claim, seeds, sizes, self._moved())
            checks.statements.needed = sliced.needed
            lines = tuple(self._run(claim, checks, used, sliced.kept))
            if attempt == 0:
                checks.check()  # which uses objects as well
                used = [key for key in places.used if key.moment == ()]
        return checks, lines

    def _moved(self) -> frozenset[str]:
        """The views that some param moves."""
        every = frozenset(view.name for view in self.shown.program.views)
        params = moving(self.system, self.shown.candidate, every, frozenset(), frozenset())
        return frozenset(name for name, low in params.views.items() if not isinstance(low, int))

    def _checks(self, claim: Claim, places: Places) -> Checks:
        values = Values(claim.program, claim.run)
        values.inverted = claim.inverted()
        if isinstance(claim.made, Unchanged):
            values.differ(
                (each.bit, each.remembered, each.actual)
                for each in claim.broken.bits
                if each.remembered
            )
        return Checks(claim, Statements(places, values))

    def _run(
        self, claim: Claim, checks: Checks, used: list[ObjectKey], kept: set[int]
    ) -> Iterator[str]:
        """One line for each thing that was done to memory before the claim, of those that are
        kept."""
        statements = checks.statements
        yield from statements.begin(used)
        names = checks.live()
        yield from (f"int {name} = {int(number == 0)};" for (_, number), name in names.items())
        effects = claim.run.effects[: claim.at]
        for _, group in groupby(range(claim.at), key=lambda i: _statement(effects[i], i)):
            numbers = list(group)
            effect = effects[numbers[0]]
            if not kept.isdisjoint(numbers):
                yield from self._lines(statements, [effects[i] for i in numbers])
            if isinstance(effect, HeldName) and (effect.object, effect.number) in names:
                ending = statements.by(effect.step, effect.moment)
                yield f"{names[effect.object, effect.number]} = {int(effect.live)};{ending}"
            for number in numbers:
                statements.follow(effects[number])
            if isinstance(effect, EndedStep) and numbers[0] == claim.kept:
                for key, variable in checks.kept().items():
                    ending = f"\t/* {comment(effect.step)}() ends */"
                    yield (
                        f"memcpy(&{variable}, &{statements.places.variable(key)}, "
                        f"sizeof({variable}));{ending}"
                    )
        event = claim.broken.event
        if event.step is not None:
            yield f"/* {comment(event.step)}(){' begins' if isinstance(event, Began) else ''} */"

    def _lines(self, statements: Statements, effects: list[Effect]) -> Iterator[str]:
        match effects[0]:
            case StoredBits():
                yield from statements.stored(
                    [effect for effect in effects if isinstance(effect, StoredBits)]
                )
            case CopiedBits():
                yield from statements.copied(effects[0])
            case MadeObject():
                yield from statements.made(effects[0])


def _statement(effect: Effect, number: int) -> object:
    """What one statement stores through one place is told together."""
    if isinstance(effect, StoredBits):
        return effect.object, effect.low, effect.store.key.moment, effect.store.key.ordinal
    return number
