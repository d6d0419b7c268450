"""What of a patch can be seen without a verdict: structs, build-time checks, views, members that
nobody touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cbprove import folds
from cbprove.comparing.layouts import placed
from cbprove.frozen import frozen
from cbprove.meaning.context import text_of
from cbprove.meaning.shapes import Shape
from cbprove.meaning.sizes import sized
from cbprove.patching.areas import OBJECTS
from cbprove.patching.looking import programs
from cbprove.patching.onto import Onto
from cbprove.patching.relayout import Relaid
from cbprove.patching.today import Today, requires_of
from cbprove.pictures import bits
from cbprove.report.answer import Checked, Grown, Reached, Untouched
from cbprove.report.overlays import Laid, table
from cbprove.syntax import tree as syntax
from cbprove.system.expressions import Place
from cbprove.system.program import Program, Requirement

_FILE = re.compile(r"^([\w./+-]+\.[chS]):(\d+)")


@frozen
class Pair:
    """One spec on both sides, and the structs that are edited in it."""

    spec: str
    old: Today
    new: Today
    relaid: Relaid
    edited: frozenset[str]


# --- structs --------------------------------------------------------------------------------------


def structs(changes: Sequence[Onto], pairs: Sequence[Pair]) -> tuple[Grown, ...]:
    """Each struct whose members lie otherwise, once, those that the patch edits first; also of
    specs that are not judged."""
    by_tag: dict[str, Grown] = {}
    for each in changes:
        for tag, before in each.relaid.before.items():
            after = each.relaid.after[tag]
            if placed(before) != placed(after) and tag not in by_tag:
                by_tag[tag] = _grown(before, after, tag in each.edited)
    blocks = {each.name: each for pair in pairs for each in _blocks(pair)}
    return tuple(sorted((*blocks.values(), *by_tag.values()), key=lambda each: not each.edited))


def _blocks(pair: Pair) -> Iterator[Grown]:
    """The control blocks that are of another size themselves; that of a kernel's own struct is
    one that the patch edits, any other one follows a struct in it."""
    old, new = (
        {
            f"{o.name}.{area}": (high - low) // 8
            for o in side.program.objects
            for area, low, high in o.areas
        }
        for side in (pair.old, pair.new)
    )
    yield from (
        Grown(name, old[name], size, (), name.partition(".")[0] in OBJECTS.values())
        for name, size in new.items()
        if old.get(name, size) != size
    )


def _grown(before: Shape, after: Shape, edited: bool) -> Grown:
    (old, _, end_before), (new, _, has) = placed(before), placed(after)
    name, sentences = f"{before.record.kind} {before.record.tag}", tuple(_members(end_before, has))
    return Grown(
        name=name, before=old, after=new, members=sentences, edited=edited, had=end_before, has=has
    )


_Members = tuple[tuple[str, int, int], ...]


def _members(old_members: _Members, has: _Members) -> Iterator[str]:
    """What became of members, by the last part of their names: those of nested structs without a
    name are the struct's own."""
    old, new = (
        {name: (low, width) for name, low, width in old_members},
        {name: (low, width) for name, low, width in has},
    )
    yield from (
        f"new {name}{bits.part(low, low + width)}"
        for name, (low, width) in new.items()
        if name not in old
    )
    names_gone = [name for name in old if name not in new]
    yield from [f"without {', '.join(names_gone)}"] if names_gone else []
    common = [name for name in old if name in new]
    yield from (
        f"{name} of {bits.amount(old[name][1])} -> {bits.amount(new[name][1])}"
        for name in common
        if old[name][1] != new[name][1]
    )
    moved = [name for name in common if old[name][0] != new[name][0]]
    yield from (
        f"{name} from {bits.byte_and_bit(old[name][0])} to {bits.byte_and_bit(new[name][0])}"
        for name in moved
    )


# --- build-time checks ----------------------------------------------------------------------------


def checks(pairs: Iterable[Pair]) -> tuple[Checked, ...]:
    """The requirements that have other numbers than before, each condition once, the violated
    ones first."""
    by_text: dict[tuple[str, str], Checked] = {}
    texts_seen: set[str] = set()
    for pair in pairs:
        changed_checks = [
            (_text(node), _checked(node, old, new))
            for node, old, new in _requires(pair)
            if old.words != new.words
        ]
        for text, check in changed_checks:
            if text not in texts_seen:
                by_text.setdefault((text, check.name), check)
        texts_seen |= {text for text, _ in changed_checks}
    return tuple(sorted(by_text.values(), key=lambda each: (each.holds, not each.newly)))


def _requires(pair: Pair) -> Iterator[tuple[syntax.Require, Requirement, Requirement]]:
    """Each `require` with what it says on both sides."""
    old, new = pair.old.program.requirements, pair.new.program.requirements
    yield from zip(requires_of(pair.new.whole), old, new, strict=True)


def _text(node: syntax.Require) -> str:
    return text_of(node.condition.span)


def _checked(node: syntax.Require, old: Requirement, new: Requirement) -> Checked:
    file = _FILE.match(new.name)
    about = dict.fromkeys(re.findall(r"\b(?:struct|union) \w+", _text(node)))
    return Checked(
        name=new.name,
        about=", ".join(about),
        words=" ".join("".join(map(str, new.words)).split()),
        holds=new.holds is not False,
        newly=(old.holds is False) != (new.holds is False),
        file=file[1] if file else node.span.source.name,
        line=int(file[2]) if file else node.span.line,
    )


# --- views ----------------------------------------------------------------------------------------


def views(pairs: Iterable[Pair]) -> tuple[Reached, ...]:
    """The views that end beyond their block now, or across a border, by type and place each
    once."""
    by_place: dict[tuple[str, str, int, int], Reached] = {}
    types: set[tuple[str, int]] = set()
    for pair in pairs:
        broken = {
            (node.span.source.name, node.span.line)
            for node, _, new in _requires(pair)
            if new.holds is False
        }
        lines = []
        places = {
            view.name: (view.span.source.name, view.span.line) for view in pair.new.program.views
        }
        for block, width, old, new in _laid(pair):
            if (new.type, new.overlay.low) not in types:
                lines.append((new.type, new.overlay.low))
                stopped = any((check.file, check.line) in broken for check in new.checks)
                place = places[new.overlay.name]
                for each in _reached(block, width, old, new, stopped=stopped, place=place):
                    by_place.setdefault((each.view, each.type, each.ends, each.border), each)
        types.update(lines)
    return tuple(by_place.values())


def _laid(pair: Pair) -> Iterator[tuple[str, int, Laid, Laid]]:
    """Each view that stands on both sides, with its block and the width of that."""
    old, new = (_table(pair.spec, side) for side in (pair.old, pair.new))
    for key, (block, width, views_laid) in new.items():
        if key in old:
            yield block, width, old[key][2], views_laid


def _table(spec: str, side: Today) -> dict[tuple[str, str], tuple[str, int, Laid]]:
    overlay_table = table(spec, None, side.program, sized(side.whole, side.first))
    return {
        (block.title, each.overlay.name): (block.title, block.width, each)
        for block, views_laid in overlay_table.blocks
        for each in views_laid
    }


def _reached(
    block: str, width: int, old: Laid, new: Laid, stopped: bool, place: tuple[str, int]
) -> Iterator[Reached]:
    def reached(beyond: bool, border: int) -> Reached:
        view, end = new.overlay.name, new.overlay.high // 8
        file, line = place
        return Reached(
            view=view,
            type=new.type,
            block=block,
            ends=end,
            beyond=beyond,
            border=border // 8,
            stopped=stopped,
            file=file,
            line=line,
        )

    if new.excess > max(0, old.excess):
        yield reached(True, width)
        return
    for mark in new.crosses:
        if mark not in old.crosses:
            yield reached(False, mark)


# --- members that nobody touches ------------------------------------------------------------------


def untouched(pairs: Sequence[Pair], added: Mapping[str, Sequence[str]]) -> tuple[Untouched, ...]:
    """What steps do with the members that are new in a struct: nothing, or only with the whole
    struct."""
    touched: dict[str, dict[str, bool]] = {}
    every = (program for pair in pairs for program in programs(pair.new.system).values())
    for step, place in (each for program in every for each in _touches(program)):
        for leaf in place.leaves:
            steps_of = touched.setdefault(leaf.identity, {})
            steps_of[step] = steps_of.get(step, True) and len(place.leaves) > 1
    lines = []
    for tag, names in added.items():
        for name in names:
            steps = {
                step: is_complete
                for identity, accesses_by_step in touched.items()
                if re.match(
                    rf"(?:struct|union) {re.escape(tag)}\.(?:\w+\.)*{re.escape(name)}\b", identity
                )
                for step, is_complete in accesses_by_step.items()
            }
            if all(steps.values()):
                lines.append(Untouched(tag, name, _use(steps)))
    return tuple(lines)


def _use(steps: Mapping[str, bool]) -> str:
    names = list(steps)
    if not names:
        return "no step touches it"
    further = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"no step touches it but with the whole struct: {', '.join(names[:3])}{further}"


def _touches(program: Program) -> Iterator[tuple[str, Place]]:
    for step in program.steps.values():
        for statement in folds.within(step.body):
            yield from ((step.name, place) for place in folds.places(statement))
    for part in (*program.parts.values(), *program.paths):
        for statement in folds.within(part.body):
            yield from ((part.name, place) for place in folds.places(statement))
