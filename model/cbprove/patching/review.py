"""A patch judged on a model: both sides of every spec that it touches, and only the properties that can have turned.

Whether a property can have another verdict on the other side: only if what it looks at differs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.frozen import frozen, replace
from cbprove.patching import observed
from cbprove.patching.change import Change
from cbprove.patching.judging import Job, Judged, Kept, judge
from cbprove.patching.observed import Pair
from cbprove.patching.onto import Onto, onto
from cbprove.patching.relayout import Relaid
from cbprove.patching.today import Today, today
from cbprove.pipeline import Options, Progress, is_included
from cbprove.report.answer import Accessed, Answer, Turned
from cbprove.report.style import counted
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import load

if TYPE_CHECKING:
    from cbprove.patching.compiled import Compiler
    from cbprove.patching.functions import Functions
from cbprove import folds
from cbprove.system.program import Aligned, Disjoint, Fits, Part, Program, Property, Step
from cbprove.system.statements import Block, Call

_MEMBER = "cb"  # of struct sk_buff: what functions are read for


@frozen
class Subject:
    """What a patch is judged on: a title in words, and the paths of specs."""

    title: str
    specs: tuple[str, ...]


@frozen
class How:
    """How far to go, whether for proposals that are nobody's kernel too, where verdicts are kept, if anywhere, what the
    functions of the patch do, if they were read, and the compiler that lays its structs out, if one was asked."""

    options: Options
    what_if: bool = False
    kept: Kept | None = None
    functions: Functions | None = None
    compiler: Compiler | None = None


def review(whole: Change, subject: Subject, how: How, progress: Progress) -> Answer | None:
    """The answer, None if no spec has anything of the change. Raises SpecError if it does not apply."""
    found = list(_laid(whole, subject, how))
    pairs, unjudged = _pairs(found, how.what_if)
    pairs, accessed = _stored(pairs, how)
    if not found and not accessed:
        return None
    asked = [(pair, name) for pair in pairs for name in sorted(changed(pair.old.program, pair.new.program))]
    turned, judged, kept = _turned(asked, how, progress)
    edited = {tag: added for _, each in found for tag, added in _added(whole, each).items()}
    specs = {pair.spec for pair, _ in asked}
    total = sum(len(pair.new.system.properties) for pair in pairs)
    return Answer(
        titles=whole.titles,
        model=subject.title,
        reverse=any(each.reverse for _, each in found),
        structs=observed.structs(pairs),
        values=tuple(dict.fromkeys(value for _, each in found for value in each.values)),
        checks=observed.checks(pairs),
        views=observed.views(pairs),
        turned=turned,
        untouched=observed.untouched(pairs, edited) if not unjudged else (),
        functions=accessed,
        unjudged=(*unjudged, *_unread(how.functions)),
        notes=tuple(dict.fromkeys(note for _, each in found for note in _notes(each))),
        judged=judged,
        kept=kept,
        alike=total - judged,
        specs=len(specs),
        rests=_basis(subject, how.functions),
    )


def _laid(whole: Change, subject: Subject, how: How) -> list[tuple[str, Onto]]:
    """The change on each spec that has something of it, its structs as the compiler lays them out, if one was asked."""
    found = list(_onto(whole, subject, how))
    if how.compiler is None:
        return found
    from cbprove.patching.compiled import compiled

    others = how.functions.others if how.functions else ()
    viewed = {access.place.view for other in others for access in other.new}
    made = compiled(found, how.compiler, viewed)
    return [(spec, each) for spec, each in made if not _is_idle(each, how.functions)]


def _is_idle(each: Onto, functions: Functions | None) -> bool:
    """Whether nothing of a spec is changed at all: what was looked at lies as before."""
    return each.old is each.new and not _named(each.new, functions)


def _named(tree: syntax.Tree, functions: Functions | None) -> bool:
    """Whether a spec has a name of the functions that do something else."""
    names = [each.read.name for each in functions.others] if functions else []
    return any(name in source.text for name in names for source in tree.sources)


def _onto(whole: Change, subject: Subject, how: How) -> Iterator[tuple[str, Onto]]:
    """The change on each spec that has something of it, or structs and steps of its files. Raises SpecError with every misfit
    once."""
    mistakes: dict[Diagnostic, None] = {}
    made = []
    for spec in subject.specs:
        try:
            tree = load(spec)
            each = onto(tree, whole, subject.title, how.compiler is not None)
            if each is None and (_named(tree, how.functions) or (how.compiler and how.compiler.defines(tree))):
                each = Onto(
                    old=tree,
                    new=tree,
                    relaid=Relaid(tree, {}, {}, (), ()),
                    reverse=False,
                    edited=frozenset(),
                    unsure=(),
                )
        except SpecError as error:
            if len(subject.specs) == 1 or not is_included(error):
                mistakes.update(dict.fromkeys(error.diagnostics))
            continue
        if each is not None:
            made.append((spec, each))
    if mistakes:
        raise SpecError(tuple(mistakes))
    yield from sorted(made, key=lambda each: "overlays" not in os.path.basename(each[0]))


def _pairs(found: Sequence[tuple[str, Onto]], what_if: bool) -> tuple[list[Pair], tuple[str, ...]]:
    """Both sides of each spec, and why one of them makes no sense where it does not."""
    pairs, unjudged = [], []
    for spec, each in found:
        try:
            old, new = today(each.old, what_if), today(each.new, what_if)
        except SpecError as error:
            first = error.diagnostics[0]
            place = f"{first.span.source.name}:{first.span.line}: " if first.span else ""
            unjudged.append(f"not judged: {place}{first.message}")
            continue
        pairs.append(Pair(spec, old, new, each.relaid, each.edited))
    return pairs, tuple(unjudged)


def _notes(each: Onto) -> Iterator[str]:
    yield from each.notes
    for tag in each.relaid.packed:
        yield f"struct {tag} lies as its text says if it is packed"
    for tag in each.relaid.kept:
        yield f"struct {tag} does not lie as its text says: its members are moved by what the patch moves in the text"
    for name in each.unsure:
        yield f"taken as built: what stands under `#{name}`"


def _added(whole: Change, each: Onto) -> dict[str, list[str]]:
    """The members that the patch adds to each struct that it edits."""
    found: dict[str, list[str]] = {}
    for edit in whole.edits:
        if not edit.created and any(tag.partition("___")[0] == edit.tag for tag in each.edited):
            had = {piece.name for piece in edit.old}
            names = [p.name for p in edit.new if p.kind == "member" and p.name and p.name not in had]
            found.setdefault(edit.tag, []).extend(names)
    return found


# --- verdicts ---------------------------------------------------------------------------------------------

_Key = tuple[str, str, str]


def _turned(asked: Sequence[tuple[Pair, str]], how: How, progress: Progress) -> tuple[tuple[Turned, ...], int, int]:
    """The cases that have another verdict after the change, how many there are, and how many an earlier run had judged.

    A question that has one property for either layout, of one title, is one case. What is proved after the change, and was
    expected to be before, is not judged again before it.
    """
    after = _judged([(pair.spec, pair.new, name) for pair, name in asked], how, progress)
    fine = {(key[0], each.property) for key, each in after.items() if each.verdict == "proved"}
    fine -= {(key[0], each.property) for key, each in after.items() if each.verdict != "proved"}
    doubtful = [(p.spec, p.old, name) for p, name in asked if (p.spec, name) not in fine or name in p.old.refutable]
    before = _judged(doubtful, how, progress)
    turned = [_turn(each) for key, each in after.items() if _is_other(before.get(key), each)]
    return tuple(sorted(turned, key=_urgency)), len(after), sum(each.kept for each in after.values())


def _is_other(was: Judged | None, now: Judged) -> bool:
    return was.verdict != now.verdict if was is not None else now.verdict != "proved"


def _urgency(each: Turned) -> tuple[bool, bool]:
    """What a run loses comes first, then what lies badly."""
    return each.kind != "newly refuted", len(each.told) < 3


def _turn(each: Judged) -> Turned:
    spec, kind = os.path.basename(each.spec), f"newly {each.verdict}"
    return Turned(
        property=each.property,
        title=each.title,
        spec=spec,
        proposal=each.proposal,
        kind=kind,
        told=each.told,
        file=each.file,
        line=each.line,
    )


def _judged(asked: Sequence[tuple[str, Today, str]], how: How, progress: Progress) -> Mapping[_Key, Judged]:
    """The cases by spec, proposal and title; of a property without one, by its name."""
    jobs = [Job(spec, side.system, name, how.options) for spec, side, name in asked]
    known = {i: found for i, job in enumerate(jobs) if how.kept and (found := how.kept.get(job)) is not None}
    fresh = [i for i in range(len(jobs)) if i not in known]
    for i, found in zip(fresh, judge([jobs[i] for i in fresh], progress), strict=True):
        known[i] = found
        if how.kept is not None:
            how.kept.put(jobs[i], found)
    cases = (each for i in range(len(jobs)) for each in known[i])
    return {(each.spec, each.proposal, each.title or each.property): each for each in cases}


def _stored(pairs: Sequence[Pair], how: How) -> tuple[list[Pair], tuple[Accessed, ...]]:
    """The pairs with what functions newly do on the side after, and what is said of that, each once."""
    if how.functions is None:
        return [*pairs], ()
    from cbprove.patching.stores import stored, unmodelled

    said: dict[str, Accessed] = {}
    known: set[str] = set()
    made = []
    for pair in pairs:
        found = stored(pair.new.tree, pair.new.program, how.functions, _MEMBER, partial(_makes_sense, how.what_if))
        known |= found.known
        said |= {each.message: each for each in found.said if each.judged or each.message not in said}
        made.append(pair if found.tree is pair.new.tree else replace(pair, new=today(found.tree, how.what_if)))
    said |= {each.message: each for each in unmodelled(how.functions, frozenset(known))}
    return made, tuple(said.values())


def _makes_sense(what_if: bool, tree: syntax.Tree) -> bool:
    try:
        today(tree, what_if)
    except SpecError:
        return False
    return True


def _unread(functions: Functions | None) -> Iterator[str]:
    for each in functions.unread if functions else ():
        yield f"not read: {each.file}: {each.errors} errors, the first: {each.first}"


def _basis(subject: Subject, functions: Functions | None) -> str:
    read = f"{counted(functions.files, 'file')} read" if functions else "functions were not read"
    return f"{read}; rests on every axis at its default, and on the model: {subject.title}"


def changed(old: Program, new: Program) -> frozenset[str]:
    """The properties that look at something which differs; the others have the verdict that they had.

    A run is made of objects, inputs, and of the steps and parts that paths come to; placement is one of objects and views.
    """
    had, has = ({each.name: each for each in program.properties} for program in (old, new))
    views, runs = old.views != new.views, _runs(old) != _runs(new)
    return frozenset(
        name
        for name in {**had, **has}
        if had.get(name) != has.get(name) or (_of_views(has[name]) and views) or (_of_runs(has[name]) and runs)
    ) | (frozenset(has) if old.objects != new.objects else frozenset())


def _of_views(prop: Property) -> bool:
    return isinstance(prop.claim, Fits | Disjoint | Aligned)


def _of_runs(prop: Property) -> bool:
    return not isinstance(prop.claim, Disjoint | Aligned)


def _runs(program: Program) -> tuple[object, ...]:
    """All that runs are made of."""
    used: dict[str, Step | Part] = {}
    for path in program.paths:
        for name, each in _called(program, path.body):
            used.setdefault(name, each)
    return program.little_endian, program.paths, program.inputs, tuple(used.values())


def _called(program: Program, body: Block) -> Iterator[tuple[str, Step | Part]]:
    for statement in folds.within(body):
        if isinstance(statement, Call):
            found = program.steps[statement.name] if statement.kind == "step" else program.parts[statement.name]
            yield f"{statement.kind} {statement.name}", found
            yield from _called(program, found.body)
