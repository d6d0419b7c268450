"""A patch judged on a model: both sides of every spec that it touches, and only the properties that
can have turned.

Whether a property can have another verdict on the other side: only if what it looks at differs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from cbprove.comparing.verdicts import Outcome, became
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.frozen import frozen, replace
from cbprove.patching import asserted, gone, observed
from cbprove.patching.change import Change
from cbprove.patching.judging import Job, Judged, Kept, judge
from cbprove.patching.looking import changed_anywhere
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

_MEMBER = "cb"  # of struct sk_buff: what functions are read for


@frozen
class Subject:
    """What a patch is judged on: a title in words, and the paths of specs."""

    title: str
    specs: tuple[str, ...]


@frozen
class How:
    """How far to go, whether for proposals that are nobody's kernel too, where verdicts are
    kept, if anywhere, what the functions of the patch do, if they were read, and the compiler
    that lays its structs out, if one was asked."""

    options: Options
    what_if: bool = False
    kept: Kept | None = None
    functions: Functions | None = None
    compiler: Compiler | None = None


def _questions(pairs: Sequence[Pair]) -> list[tuple[Pair, str]]:
    """The properties that can have turned, each with its two sides."""
    return [
        (pair, name)
        for pair in pairs
        for name in sorted(changed_anywhere(pair.old.system, pair.new.system))
    ]


def review(whole_change: Change, subject: Subject, how: How, progress: Progress) -> Answer | None:
    """The answer, None if no spec has anything of the change. Raises SpecError if it does not
    apply."""
    onto_specs, blind = _laid(whole_change, subject, how)
    pairs, unjudged = _pairs(onto_specs, how.what_if)
    pairs, accessed = _stored(pairs, how)
    violated, checked, uncounted = asserted.judged(
        whole_change.asserted, whole_change.retracted, _trees(onto_specs, subject)
    )
    blind = (*blind, *_taken_away(whole_change))
    if not (onto_specs or accessed or blind or violated or checked or uncounted):
        return None
    questions = _questions(pairs)
    turned, judged, reused = _turned(questions, how, progress)
    edited = {
        tag: added for _, each in onto_specs for tag, added in _added(whole_change, each).items()
    }
    specs = {pair.spec for pair, _ in questions}
    total = sum(len(pair.new.system.properties) for pair in pairs)
    return Answer(
        titles=whole_change.titles,
        model=subject.title,
        reverse=any(each.reverse for _, each in onto_specs),
        structs=observed.structs([each for _, each in onto_specs], pairs),
        values=tuple(dict.fromkeys(value for _, each in onto_specs for value in each.values)),
        checks=(*violated, *observed.checks(pairs)),
        views=observed.views(pairs),
        turned=turned,
        untouched=observed.untouched(pairs, edited) if not unjudged else (),
        functions=accessed,
        unjudged=(*unjudged, *uncounted, *blind, *_unread(how.functions)),
        notes=(
            *checked,
            *dict.fromkeys(note for _, each in onto_specs for note in _notes(each)),
        ),
        judged=judged,
        kept=reused,
        alike=total - judged,
        specs=len(specs),
        rests=_basis(subject, how.functions),
    )


def _taken_away(whole_change: Change) -> Iterator[str]:
    for each in whole_change.gone:
        yield (
            f"not judged: {each.path}:{each.line}: {each.kind} {each.tag} is not there any more, or "
            f"is called otherwise"
        )


def _laid(
    whole_change: Change, subject: Subject, how: How
) -> tuple[list[tuple[str, Onto]], tuple[str, ...]]:
    """The change on each spec that has something of it, its structs as the compiler lays them
    out, if one was asked; and what it could not lay out."""
    onto_specs = list(_onto(whole_change, subject, how))
    if how.compiler is None:
        return onto_specs, ()
    from cbprove.patching.compiled import compiled

    other_functions = how.functions.others if how.functions else ()
    viewed = {access.place.view for other in other_functions for access in other.new}
    compiled_specs, blind = compiled(onto_specs, how.compiler, viewed)
    return [
        (spec, each) for spec, each in compiled_specs if not _is_idle(each, how.functions)
    ], blind


def _is_idle(each: Onto, functions: Functions | None) -> bool:
    """Whether nothing of a spec is changed at all: what was looked at lies as before."""
    return each.old is each.new and not _named(each.new, functions)


def _named(tree: syntax.Tree, functions: Functions | None) -> bool:
    """Whether a spec has a name of the functions that do something else."""
    names = [each.read.name for each in functions.others] if functions else []
    return any(name in source.text for name in names for source in tree.sources)


def _onto(whole_change: Change, subject: Subject, how: How) -> Iterator[tuple[str, Onto]]:
    """The change on each spec that has something of it, or structs and steps of its files.
    Raises SpecError with every misfit once."""
    mistakes: dict[Diagnostic, None] = {}
    onto_specs = []
    for spec in subject.specs:
        try:
            tree = load(spec)
            each = onto(tree, whole_change, subject.title, how.compiler is not None)
            if each is None and (
                _named(tree, how.functions) or (how.compiler and how.compiler.defines(tree))
            ):
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
            onto_specs.append((spec, each))
    if mistakes:
        raise SpecError(tuple(mistakes))
    yield from sorted(onto_specs, key=lambda each: _is_of_paths(each[0]))


def _trees(onto_specs: Sequence[tuple[str, Onto]], subject: Subject) -> Iterator[syntax.Tree]:
    """The specs after the change, then the first that it does not touch: that of all views, where
    there is one."""
    yield from (each.new for _, each in onto_specs)
    touched = {spec for spec, _ in onto_specs}
    for spec in sorted(subject.specs, key=_is_of_paths):
        if spec not in touched:
            yield load(spec)
            return


def _is_of_paths(spec: str) -> bool:
    """Whether a spec is not the one of all views."""
    return "overlays" not in os.path.basename(spec)


def _pairs(
    onto_specs: Sequence[tuple[str, Onto]], what_if: bool
) -> tuple[list[Pair], tuple[str, ...]]:
    """Both sides of each spec, and why one of them makes no sense where it does not."""
    pairs, unjudged = [], list[str]()
    for spec, each in onto_specs:
        try:
            sides, notes = _sides(each, what_if)
        except SpecError as error:
            unjudged += gone.explanations(spec, each.new, error)
            continue
        unjudged += notes
        pairs.append(Pair(spec, *sides, each.relaid, each.edited))
    return pairs, tuple(dict.fromkeys(unjudged))


def _sides(each: Onto, what_if: bool) -> tuple[tuple[Today, Today], tuple[str, ...]]:
    """Both sides of a spec, on both without the checks that speak of what the patch takes away."""
    try:
        return (today(each.old, what_if), today(each.new, what_if)), ()
    except SpecError as error:
        checks_gone = gone.checks(each.new, error)
        if not checks_gone.nodes:
            raise
    old, new = (gone.without(tree, checks_gone) for tree in (each.old, each.new))
    return (today(old, what_if), today(new, what_if)), checks_gone.notes


def _notes(each: Onto) -> Iterator[str]:
    yield from each.notes
    for tag in each.relaid.packed:
        yield f"struct {tag} lies as its text says if it is packed"
    for tag in each.relaid.kept:
        yield (
            f"struct {tag} does not lie as its text says: its members are moved by what the "
            f"patch moves in the text"
        )
    for name in each.unsure:
        yield f"taken as built: what stands under `#{name}`"


def _added(whole_change: Change, each: Onto) -> dict[str, list[str]]:
    """The members that the patch adds to each struct that it edits."""
    by_tag: dict[str, list[str]] = {}
    for edit in whole_change.edits:
        if not edit.created and any(tag.partition("___")[0] == edit.tag for tag in each.edited):
            old_names = {piece.name for piece in edit.old}
            names = [
                p.name
                for p in edit.new
                if p.kind == "member" and p.name and p.name not in old_names
            ]
            by_tag.setdefault(edit.tag, []).extend(names)
    return by_tag


# --- verdicts -------------------------------------------------------------------------------------

_Key = tuple[str, str, str]


def _turned(
    questions: Sequence[tuple[Pair, str]], how: How, progress: Progress
) -> tuple[tuple[Turned, ...], int, int]:
    """The cases that have another verdict after the change, how many there are, and how many an
    earlier run had judged.

    A question that has one property for either layout, of one title, is one case. What is proved
    after the change, and was expected to be before, is not judged again before it.
    """
    after = _judged([(pair.spec, pair.new, name) for pair, name in questions], how, progress)
    fine = {(key[0], each.property) for key, each in after.items()}
    fine -= {(key[0], each.property) for key, each in after.items() if not _is_fine(each)}
    doubtful = [
        (p.spec, p.old, name)
        for p, name in questions
        if (p.spec, name) not in fine or name in p.old.refutable
    ]
    before = _judged(doubtful, how, progress)
    kinds = {key: _kind(before.get(key), each) for key, each in after.items()}
    turned = [_turn(each, kinds[key]) for key, each in after.items() if kinds[key] != "unchanged"]
    return (
        tuple(sorted(turned, key=_urgency)),
        len(after),
        sum(each.kept for each in after.values()),
    )


def _is_fine(each: Judged) -> bool:
    """Whether all candidates are proved, and none excluded."""
    return each.verdict == "proved" and each.counts.keys() <= {"proved"}


def _kind(was: Judged | None, judged_now: Judged) -> str:
    """What became of a case; one that was not judged before was proved, as it is expected to be."""
    if was is None:
        return "unchanged" if _is_fine(judged_now) else f"newly {judged_now.verdict}"
    return became(*(Outcome(each.verdict, each.counts, each.regions) for each in (was, judged_now)))


def _urgency(each: Turned) -> tuple[bool, bool]:
    """What a run loses comes first, then what lies badly."""
    return each.kind != "newly refuted", len(each.told) < 3


def _turn(each: Judged, kind: str) -> Turned:
    spec = os.path.basename(each.spec)
    return Turned(
        property=each.property,
        title=each.title,
        spec=spec,
        proposal=each.proposal,
        kind=kind,
        told=each.told,
        file=each.file,
        line=each.line,
        run=each.run,
    )


def _judged(
    questions: Sequence[tuple[str, Today, str]], how: How, progress: Progress
) -> Mapping[_Key, Judged]:
    """The cases by spec, proposal and title; of a property without one, by its name."""
    jobs = [Job(spec, side.system, name, how.options) for spec, side, name in questions]
    judged_before = {
        i: judged_job
        for i, job in enumerate(jobs)
        if how.kept and (judged_job := how.kept.get(job)) is not None
    }
    fresh = [i for i in range(len(jobs)) if i not in judged_before]
    for i, judged_job in zip(fresh, judge([jobs[i] for i in fresh], progress), strict=True):
        judged_before[i] = judged_job
        if how.kept is not None:
            how.kept.put(jobs[i], judged_job)
    cases = (each for i in range(len(jobs)) for each in judged_before[i])
    return {(each.spec, each.proposal, each.title or each.property): each for each in cases}


def _stored(pairs: Sequence[Pair], how: How) -> tuple[list[Pair], tuple[Accessed, ...]]:
    """The pairs with what functions newly do on the side after, and what is said of that, each
    once."""
    if how.functions is None:
        return [*pairs], ()
    from cbprove.patching.stores import stored, unmodelled

    by_message: dict[str, Accessed] = {}
    functions_known: set[str] = set()
    pairs_made = []
    for pair in pairs:
        stored_result = stored(
            pair.new.tree,
            pair.new.program,
            how.functions,
            _MEMBER,
            partial(_makes_sense, how.what_if),
        )
        functions_known |= stored_result.known
        by_message |= {
            each.message: each
            for each in stored_result.said
            if each.judged or each.message not in by_message
        }
        pairs_made.append(
            pair
            if stored_result.tree is pair.new.tree
            else replace(pair, new=today(stored_result.tree, how.what_if))
        )
    by_message |= {
        each.message: each for each in unmodelled(how.functions, frozenset(functions_known))
    }
    return pairs_made, tuple(by_message.values())


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
