"""Which bytes of a control block are free for a life, by the prover; where there is room; and
who is in the way of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, product
from math import prod

from cbprove.design.marks import BOUNDED, EXCLUDED, INAPPLICABLE, PROVED, VACUOUS
from cbprove.design.sectors import Sector
from cbprove.design.space import Space
from cbprove.diagnostics import WrongUsage
from cbprove.frozen import frozen, replace
from cbprove.meaning import elaborate
from cbprove.meaning.system import System
from cbprove.meaning.used import blocks_of
from cbprove.patching.today import Today, today
from cbprove.pipeline import Options, Progress, reach
from cbprove.report.free import Byte, Free, Slot
from cbprove.slots import life as lives
from cbprove.slots.between import Use, left_by_an_index, makes_anew, reads_behind, runs, uses
from cbprove.slots.life import Life, with_view
from cbprove.slots.needs import Steps, needs
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import load
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program

MOST_BYTES = 4096
MOST_CHOICES = 1000  # of the axes that have no default
_HARMLESS = (PROVED, VACUOUS, EXCLUDED, INAPPLICABLE)
_WHOLE = 2
_FAR = {**dict.fromkeys(_HARMLESS, _WHOLE), BOUNDED: 1}  # how far a verdict goes


@frozen
class Wanted:
    """What is asked for: a control block (`skb.cb`, None for the one that there is), a life, so
    many bytes so aligned."""

    block: str | None
    life: Life
    size: int
    align: int


@frozen
class _Block:
    """A control block: its object and its bits in that."""

    name: str
    low: int
    high: int

    @property
    def bytes(self) -> int:
        return (self.high - self.low) // 8

    @property
    def owner(self) -> str:
        return self.name.partition(".")[0]


def free(path: str, question: Wanted, options: Options, progress: Progress) -> Free:
    """The free bytes of a spec, every axis at its default. Raises SpecError and WrongUsage."""
    tree = load(path)
    plain = today(tree, what_if=False)
    block = _block(tree, plain.program, question.block)
    question = replace(question, life=_known(plain.program, question.life))
    asking = _Asking(tree=tree, plain=plain, block=block, wanted=question, options=options)
    paths = _paths(asking)
    kept = asking.proved_anywhere({lives.KEPT: ""}, progress)[lives.KEPT]
    needed = _needed(asking, progress)
    free_bytes = kept - needed.keys()
    uses_of_block = [use for use in asking.uses(question.life) if _bytes(use, block)]
    slots = _slots(asking, _places(asking, free_bytes), progress)
    room = any(slot.holds for slot in slots)
    return Free(
        spec=path,
        block=block.name,
        start=question.life.start,
        end=question.life.end,
        paths=paths,
        bytes=tuple(
            _byte(number, number in free_bytes, needed.get(number, ()), uses_of_block, block)
            for number in range(block.bytes)
        ),
        size=question.size,
        align=question.align,
        slots=slots,
        movers=() if room else _movers(asking, free_bytes, needed, uses_of_block),
        made=any(makes_anew(program, question.life) for program in asking.programs),
    )


def _paths(asking: _Asking) -> tuple[str, ...]:
    """The paths of the life that is asked for. Raises WrongUsage where there is none, and for a
    size that no place has."""
    question, block = asking.wanted, asking.block
    paths = {path for program in asking.programs for path in runs(program, question.life)}
    if not paths:
        raise WrongUsage(
            f"no path comes from {_worded(question.life.start, 'the beginning')} to "
            f"{_worded(question.life.end, 'the end')}",
            "name two steps in order",
        )
    if not 0 < question.size <= block.bytes:
        raise WrongUsage(f"`{block.name}` has {block.bytes} bytes", f"ask for 1 to {block.bytes}")
    return tuple(path.name for path in asking.plain.program.paths if path.name in paths)


def _worded(step: str | None, otherwise: str) -> str:
    return f"`{step}`" if step is not None else otherwise


def _block(tree: syntax.Tree, program: Program, name: str | None) -> _Block:
    """The control block that is meant: of the object that paths run on the largest one, if
    nothing is said."""
    objects = (node for node in tree.declarations if isinstance(node, syntax.Object))
    members = {node.name.text: blocks_of(node) for node in objects}
    blocks = [
        _Block(f"{o.name}.{area}", low, high)
        for o in program.objects
        for area, low, high in o.areas
        if area in members[o.name]
    ]
    named = [each for each in blocks if each.name == name]
    if name is None:
        first = program.objects[0].name
        named = sorted(
            (b for b in blocks if b.name.startswith(f"{first}.")), key=lambda b: b.low - b.high
        )
    if not named or named[0].bytes > MOST_BYTES:
        names = ", ".join(f"`{each.name}`" for each in blocks) or "none"
        asked = f"there is no control block `{name}`" if name else "paths run on no control block"
        raise WrongUsage(asked, f"there are {names}")
    return named[0]


def _known(program: Program, life: Life) -> Life:
    """The two by the names that the program has for them: `LAYER.STEP` may be said of any step."""
    names = [*program.steps, *program.parts]
    by_title = {name: name for name in names}
    by_title |= {f"{step.layer}.{name}": name for name, step in program.steps.items()}
    for step in (life.start, life.end):
        if step is not None and step not in by_title:
            raise WrongUsage(
                f"there is no step and no part `{step}`",
                f"the steps are {', '.join(program.steps)}",
            )
    return Life(by_title.get(life.start or ""), by_title.get(life.end or ""))


def _proved_at(space: Space, name: str, size: int) -> frozenset[int]:
    """The bytes at which a property is proved for every run, or no run comes to it, for every
    choice of the other axes that is not excluded."""
    places = set(range(size))
    for sector, marks in _sheets(space, name):
        for index, mark in enumerate(marks):
            if mark not in _HARMLESS:
                places.discard(int(sector.candidate(index)[lives.AT]))
    return frozenset(places)


def _sheets(space: Space, name: str) -> Iterator[tuple[Sector, bytearray]]:
    """The verdicts of a property, by sectors."""
    return ((sector, space.table(sector, name).sheet.marks) for sector in space.all_sectors())


def _all_free(at: int, size: int, free_bytes: Collection[int]) -> bool:
    return all(byte in free_bytes for byte in range(at, at + size))


# --- who stores and reads -------------------------------------------------------------------------


def _bytes(use: Use, block: _Block) -> range:
    """The bytes of the block that a use touches, none if it is about something else."""
    if use.extent.object != block.owner:
        return range(0)
    first, end = use.extent.low - block.low, use.extent.high - block.low
    return range(max(0, first // 8), min(block.bytes, -(-end // 8)))


def _needed(asking: _Asking, progress: Progress) -> dict[int, Steps]:
    """The bytes that somebody reads as his own behind the store, with those who do."""

    aloud = replace(asking, tree=lives.read_aloud(asking.tree))

    def proved(claims: Mapping[str, str], stored: bool) -> Mapping[str, frozenset[int]]:
        if stored:
            return aloud.proved_anywhere(claims, progress)
        return aloud.proved_plainly(claims, progress)

    reads = [
        (use, frozenset(_bytes(use, asking.block)))
        for program in asking.programs
        for use in reads_behind(program, asking.wanted.life.start)
    ]
    left = frozenset[str]().union(*(left_by_an_index(program) for program in asking.programs))
    asked = [(replace(use, view=None) if use.view in left else use, read) for use, read in reads]
    return needs(list(dict.fromkeys(asked)), asking.block.bytes, proved)


def _byte(
    number: int, free: bool, needed: Steps, uses_of_block: Sequence[Use], block: _Block
) -> Byte:
    uses_of_byte = [use for use in uses_of_block if number in _bytes(use, block)]
    stores = dict.fromkeys((use.step, use.layer) for use in uses_of_byte if use.stores)
    reads = dict.fromkeys((use.step, use.layer) for use in uses_of_byte if not use.stores)
    on = {
        step: tuple(dict.fromkeys(use.path for use in uses_of_byte if use.step == step))
        for step, _ in (*stores, *reads)
    }
    return Byte(
        number=number,
        free=free,
        stores=tuple(stores),
        reads=tuple(reads),
        on=tuple(on.items()),
        needed=needed,
    )


# --- room -----------------------------------------------------------------------------------------


@frozen
class _Asking:
    """A spec as it stands, the control block, and what is wanted of it."""

    tree: syntax.Tree
    plain: Today
    block: _Block
    wanted: Wanted
    options: Options

    @cached_property
    def programs(self) -> list[Program]:
        """The programs of all choices of the axes that have no default. Raises WrongUsage where
        there are too many."""
        axes = [(axis.name, axis.values) for axis in self.plain.system.axes]
        if prod(len(values) for _, values in axes) > MOST_CHOICES:
            open_axes = ", ".join(f"`{name}`" for name, values in axes if len(values) > 1)
            raise WrongUsage(
                f"{open_axes} have more than {MOST_CHOICES} choices and no default",
                "give them defaults: `param NAME in A..B = N;`",
            )
        names = [name for name, _ in axes]
        choices: list[Sequence[AxisValue]] = [values for _, values in axes]
        return [
            elaborate.program(self.plain.system, dict(zip(names, values, strict=True)))
            for values in product(*choices)
        ]

    def proved_anywhere(
        self, claims: Mapping[str, str], progress: Progress
    ) -> Mapping[str, frozenset[int]]:
        """For each property the bytes at which it is proved with the new store there: the place
        is a free term in one question. A property that the spec has needs no text."""
        size = self.block.bytes
        text = "".join(claims.values())
        tree = with_view(self.tree, self.block.name, 1, range(size), self.wanted.life, claims=text)
        space = Space(_narrowed(tree, claims), reach(self.options))
        places = {}
        for number, name in enumerate(claims):
            progress(number, len(claims))
            places[name] = _proved_at(space, name, size)
        return places

    def proved_plainly(
        self, claims: Mapping[str, str], progress: Progress
    ) -> Mapping[str, frozenset[int]]:
        """The same without the store: all bytes, or none."""
        tree = lives.with_claims(self.tree, "".join(claims.values()))
        standing = self.standing_of(_narrowed(tree, claims), progress)
        every = frozenset(range(self.block.bytes))
        return {name: every if far == _WHOLE else frozenset() for name, far in standing.items()}

    def standing_of(self, system: System, progress: Progress) -> Mapping[str, int]:
        """How far each property of a system holds, whatever choice of the open axes."""
        space, standing = Space(system, reach(self.options)), {}
        for number, each in enumerate(system.properties):
            progress(number, len(system.properties))
            marks = {mark for _, sheet in _sheets(space, each.name) for mark in sheet}
            standing[each.name] = min(_FAR.get(mark, 0) for mark in marks)
        return standing

    def uses(self, life: Life) -> list[Use]:
        """All that is stored and read between the two, whatever choice of the open axes."""
        return list(dict.fromkeys(use for each in self.programs for use in uses(each, life)))

    @cached_property
    def standing(self) -> Mapping[str, int]:
        """How far each property holds as it is: nobody's bytes break what is broken."""
        return self.standing_of(self.plain.system, lambda done, total: None)


def _narrowed(tree: syntax.Tree, names: Collection[str]) -> System:
    """The spec with its axes at their defaults, and these properties alone."""
    system = today(tree, what_if=False).system
    return replace(
        system, properties=tuple(each for each in system.properties if each.name in names)
    )


def _places(asking: _Asking, proved_free: Collection[int]) -> list[int]:
    """Where all the bytes would lie in free ones, those that nobody ever touches at all first."""
    size, block = asking.wanted.size, asking.block
    everybody = asking.uses(Life(None, None))
    busy = {byte for use in everybody for byte in _bytes(use, block)}
    starts = range(0, block.bytes - size + 1, asking.wanted.align)
    return sorted(
        (at for at in starts if _all_free(at, size, proved_free)),
        key=lambda at: (not busy.isdisjoint(range(at, at + size)), at),
    )


def _slots(asking: _Asking, places: Sequence[int], progress: Progress) -> tuple[Slot, ...]:
    """Places for all the bytes, each judged with the view in the spec, up to the first that harms
    nobody.

    Where the first one harms somebody, the bytes that do are left out for those behind it.
    """
    slots: list[Slot] = []
    left = list(places)
    while left and not (slots and slots[-1].holds):
        slots.append(_slot(asking, left.pop(0), progress))
        if len(slots) == 1 and slots[0].harmed and left:
            calm = _harmless(asking, slots[0].harmed, progress)
            left = [at for at in left if _all_free(at, asking.wanted.size, calm)]
    return tuple(slots)


def _slot(asking: _Asking, at: int, progress: Progress) -> Slot:
    size, life = asking.wanted.size, asking.wanted.life
    side = today(with_view(asking.tree, asking.block.name, size, at, life), what_if=False)
    standing = asking.standing_of(side.system, progress)
    harmed = tuple(name for name, far in asking.standing.items() if standing[name] < far)
    return Slot(at, at + size, standing[lives.KEPT] == _WHOLE, harmed)


def _harmless(asking: _Asking, harmed: Collection[str], progress: Progress) -> frozenset[int]:
    """The bytes that break none of these properties, the place a free term."""
    sets = asking.proved_anywhere(dict.fromkeys(harmed, ""), progress).values()
    return frozenset.intersection(*sets)


def _movers(
    asking: _Asking,
    free_bytes: Collection[int],
    needed: Mapping[int, Steps],
    uses_of_block: Sequence[Use],
) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of layers without which there would be room; none where no layer is to
    blame."""
    question, block = asking.wanted, asking.block
    owners: Mapping[int, frozenset[str]] = {
        byte: frozenset(
            [
                use.layer or use.step
                for use in uses_of_block
                if use.stores and byte in _bytes(use, block)
            ]
            + [layer or step for step, layer in needed.get(byte, ())]
        )
        for byte in range(block.bytes)
    }
    layers = list(dict.fromkeys(layer for each in owners.values() for layer in sorted(each)))
    for count in range(1, len(layers) + 1):
        sets = [
            combination
            for combination in combinations(layers, count)
            if _opens(set(combination), owners, question, block, free_bytes)
        ]
        if sets:
            return tuple(sets)
    return ()


def _opens(
    moved: set[str],
    owners: Mapping[int, frozenset[str]],
    question: Wanted,
    block: _Block,
    free_bytes: Collection[int],
) -> bool:
    free = {
        byte
        for byte in range(block.bytes)
        if byte in free_bytes or (owners[byte] and owners[byte] <= moved)
    }
    return any(
        _all_free(at, question.size, free)
        for at in range(0, block.bytes - question.size + 1, question.align)
    )
