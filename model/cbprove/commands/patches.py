"""What `cbprove diff` does with a patch: read, judged on the newest model that it applies to,
answered."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import FORMATS, mixed, options, sides_page, typed
from cbprove.commands.sources import kernel as kernel_of
from cbprove.commands.sources import tree_settings
from cbprove.diagnostics import Diagnostic, SpecError, WrongUsage
from cbprove.frozen import replace

if TYPE_CHECKING:
    from cbprove.models import Words
    from cbprove.patching.change import Change
    from cbprove.patching.compiled import Compiler
    from cbprove.patching.functions import Files, Functions
    from cbprove.patching.review import Subject
    from cbprove.report.answer import Answer
    from cbprove.source.kernel import Kernel


def review(args: argparse.Namespace) -> int:
    """The exit code. A patch that touches no control block has no answer. Raises SpecError and
    WrongUsage."""
    series_read = series([*[each for each in args.specs if each == "-"][:1], *args.patch])
    source = None
    if args.source is not None:
        from cbprove.patching.functions import files

        kernel = kernel_of(args)
        source = kernel, files(series_read.texts, kernel.tree)
    answer, used = _answer(series_read, args, source)
    if args.format == "json" and answer is not None:
        import json

        from cbprove.report.answer import document

        console.show(json.dumps(document(answer), indent=2, ensure_ascii=False))
    elif args.format == "html":
        console.document(sides_page().of_answers([answer] if answer is not None else [], typed()))
    elif args.format in FORMATS:
        _findings([answer] if answer is not None else [], args)
    elif answer is not None:
        _show(answer, args)
    elif used and args.format == "text" and args.source is None:
        names_used = ", ".join(f"{name} in {path}" for name, path in list(used.items())[:3])
        further = f" and {len(used) - 3} more" if len(used) > 3 else ""
        console.show(
            f"no struct changes; not judged is what functions do with {names_used}{further}"
        )
    return answer.code if answer is not None else 0


def review_commits(args: argparse.Namespace) -> int:
    """The same of each commit of a range; one that builds on others before it is judged together
    with them.

    Raises WrongUsage for a range or a tree that is none, and SpecError for a commit that does not
    fit the spec.
    """
    answers: list[Answer] = []
    names: list[str] = []
    for name, answer in _commits(args):
        answers.append(answer)
        names.append(name)
        if args.format == "text":
            console.show(("\n" if len(answers) > 1 else "") + f"commit {name}")
            _show(answer, args)
    if args.format == "html":
        console.document(sides_page().of_answers(answers, typed()))
    elif args.format in FORMATS:
        _findings(answers, args)
    elif args.format == "json":
        import json

        from cbprove.report.answer import documents

        console.show(
            json.dumps(
                documents(args.git, list(zip(names, answers, strict=True))),
                indent=2,
                ensure_ascii=False,
            )
        )
    return mixed([each.code for each in answers] or [0])


def _commits(args: argparse.Namespace) -> Iterator[tuple[str, Answer]]:
    """Each commit that there is something to say of; with --source its files are those that it
    has, not those that stand there."""
    from cbprove.patching.change import MOST, change, together
    from cbprove.patching.history import History
    from cbprove.patching.mail import commits

    kernel = kernel_of(args) if args.source is not None else None
    history = History(kernel.tree) if kernel is not None else None
    earlier: list[Change] = []
    for name, data in commits(args.git, MOST, kernel.tree if kernel is not None else Path()):
        commit = change(data, f"commit {name}") if b"\ndiff --git " in data else None
        source = (
            (kernel, history.files(name)) if kernel is not None and history is not None else None
        )
        looked = source is not None and source[1].names
        if commit is None or not (
            commit.edits or commit.macros or commit.enums or commit.asserted or looked
        ):
            continue
        try:
            answer, _ = _answer(commit, args, source)
        except SpecError as error:
            if not earlier or not _is_misfit(error):
                raise
            answer, _ = _answer(together([*earlier, commit]), args, source)
        if answer is not None:
            earlier.append(commit)
            yield name, answer


def _is_misfit(error: SpecError) -> bool:
    return all(mistake.code == "CB0342" for mistake in error.diagnostics)


_Source = tuple["Kernel", "Files"]


def _answer(
    whole_change: Change, args: argparse.Namespace, source: _Source | None
) -> tuple[Answer | None, dict[str, str]]:
    """The answer on the first model that the change applies to, and the accessors that functions
    use, with their files."""
    from cbprove.models import words
    from cbprove.patching.change import accessors, of, touches

    settings_of_tree = tree_settings(args)
    used: dict[str, str] = {}
    whole_change, read, compiler = (
        _read(whole_change, args, *source) if source is not None else (whole_change, None, None)
    )
    misfit: SpecError | None = None
    notes: dict[str, None] = {}
    for subject in _subjects(args):
        vocabulary = words(subject.specs)
        used.update(accessors(whole_change, vocabulary.views | set(settings_of_tree.accessors)))
        placed_change, remarks = _placed(whole_change, subject, vocabulary)
        if compiler is not None:
            placed_change, uncounted = compiler.counted(placed_change, vocabulary.macros)
            remarks = (*remarks, *uncounted)
        notes.update(dict.fromkeys(remarks))
        relevant = of(placed_change, vocabulary.tags, vocabulary.macros, vocabulary.constants)
        concerned = touches(relevant) or _defines(compiler, vocabulary)
        if not concerned and not (read and read.others):
            continue
        try:
            answer = _judged(relevant, subject, args, (read, compiler))
        except SpecError as error:
            if not _is_misfit(error):
                raise
            misfit = misfit or error
            continue
        if answer is not None:
            all_notes = (*_missing(whole_change), *answer.notes)
            return replace(answer, unjudged=(*answer.unjudged, *remarks), notes=all_notes), used
    if misfit is not None:
        raise misfit
    _whole(args.specs)
    return _unplaced(whole_change, tuple(notes)), used


def _missing(whole_change: Change) -> tuple[str, ...]:
    """That parts of a series are not there."""
    from cbprove.patching.mail import missing

    parts = missing(whole_change.titles)
    further = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return (f"not here of the series: {', '.join(parts[:3])}{further}",) if parts else ()


def _read(
    whole_change: Change, args: argparse.Namespace, kernel: Kernel, sides: Files
) -> tuple[Change, Functions, Compiler]:
    """What the functions of a patch do in a tree, and who lays its structs out; and the change,
    its hunks named by the files where they name no struct."""
    from cbprove.patching.change import change
    from cbprove.patching.compiled import Compiler
    from cbprove.patching.functions import Reading, functions
    from cbprove.patching.hanging import hanging
    from cbprove.source.asked import sought

    with console.Progress("files") as progress:
        how = Reading(kernel, sought("sk_buff.cb"), len(os.sched_getaffinity(0)), not args.no_cache)
        functions_read = functions(sides, how, progress)
    if not all(
        [*(edit.tag for edit in whole_change.edits), *(edit.tag for edit in whole_change.enums)]
    ):
        named = change(sides.diff().encode(), "the files of the patch")
        whole_change = replace(
            whole_change, edits=named.edits, enums=named.enums, macros=named.macros
        )
    return whole_change, functions_read, Compiler(sides, how, hanging(sides, kernel.tree))


def _whole(specs: Sequence[str]) -> None:
    """Raises SpecError for specs that were named and are none: of those no patch can be said to
    touch nothing."""
    from cbprove.pipeline import files, is_included
    from cbprove.syntax.includes import load

    for path, _ in files([each for each in specs if each != "-"]):
        try:
            load(path)
        except SpecError as error:
            if not is_included(error):
                raise


def _defines(compiler: Compiler | None, vocabulary: Words) -> bool:
    """Whether the compiler read another struct that the specs have."""
    return compiler is not None and not compiler.defined.isdisjoint(
        tag.partition("___")[0] for tag in vocabulary.tags
    )


def _placed(
    whole_change: Change, subject: Subject, vocabulary: Words
) -> tuple[Change, tuple[str, ...]]:
    """The change without hunks that name no struct, but for those whose struct is found; and
    what is said of the others."""
    if all(edit.tag for edit in whole_change.edits):
        return whole_change, ()
    from cbprove.patching.placing import placed

    placement = placed(whole_change, subject.specs, vocabulary.texts)
    return placement.change, placement.notes


def _unplaced(whole_change: Change, notes: tuple[str, ...]) -> Answer | None:
    """What is said where no hunk is known to touch anything, and some may."""
    if not notes:
        return None
    from cbprove.report.answer import Answer

    return Answer(titles=whole_change.titles, model="", reverse=False, unjudged=notes)


def _judged(
    relevant: Change,
    subject: Subject,
    args: argparse.Namespace,
    source: tuple[Functions | None, Compiler | None],
) -> Answer | None:
    from cbprove.keeping import folder
    from cbprove.patching.judging import Kept
    from cbprove.patching.review import How, review

    cache = None if args.no_cache else Kept(folder("verdicts"))
    how = How(
        options(args, witnesses=False), args.what_if, cache, functions=source[0], compiler=source[1]
    )
    with console.Progress(subject.title) as progress:
        return review(relevant, subject, how, progress)


def _show(answer: Answer, args: argparse.Namespace) -> None:
    from cbprove.report.answer_text import text

    console.show(text(answer, console.paint(), args.verbose))


def _findings(answers: list[Answer], args: argparse.Namespace) -> None:
    from cbprove.formats.findings import Findings, of_answer
    from cbprove.formats.table import FORMATS as WRITERS
    from cbprove.report.answer_text import text
    from cbprove.report.style import plain

    lines = tuple(
        line
        for each in answers
        for line in text(each, plain, args.verbose, wrapped=False).splitlines()
    )
    subject = ", ".join(title for each in answers for title in each.titles if title) or "a patch"
    findings = tuple(finding for each in answers for finding in of_answer(each))
    code = mixed([each.code for each in answers] or [0])
    console.document(WRITERS[args.format](Findings(subject, typed(), findings, lines, code)))


def series(files: Sequence[str]) -> Change:
    """The patches of files as one series, `-` being standard input. Raises SpecError with the
    mistakes of all."""
    from cbprove.patching.change import change, together

    changes: list[Change] = []
    mistakes: list[Diagnostic] = []
    for data, name in _texts(files):
        try:
            changes.append(change(data, name))
        except SpecError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise SpecError(tuple(mistakes))
    return together(changes)


def _texts(files: Sequence[str]) -> Iterator[tuple[bytes, str]]:
    from cbprove.patching.change import MOST

    for path in files:
        if path == "-":
            yield _short(_standard_input(MOST + 1), "standard input"), "standard input"
        else:
            yield _file(path), f"`{path}`"


def _standard_input(limit: int) -> bytes:
    """Raises WrongUsage where there is none, or where it cannot be read."""
    help = "give a patch on it, or name a file with --patch"
    try:
        if sys.stdin is not None:
            return sys.stdin.buffer.read(limit)
    except OSError as error:
        raise WrongUsage(
            f"standard input cannot be read: {(error.strerror or str(error)).lower()}", help
        ) from None
    raise WrongUsage("standard input is closed", help)


def _file(path: str) -> bytes:
    from cbprove.files import NotPlain, TooLong, read_plain
    from cbprove.patching.change import MOST

    try:
        return read_plain(Path(path), MOST)
    except TooLong:
        return _short(bytes(MOST + 1), f"`{path}`")
    except NotPlain:
        raise WrongUsage(
            f"`{path}` is no file", "name a patch, or give it as `-` on standard input"
        ) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise WrongUsage(
            f"`{path}` cannot be read: {reason}", "check the path and its permissions"
        ) from None


def _short(data: bytes, name: str) -> bytes:
    from cbprove.patching.change import MOST
    from cbprove.patching.mail import bad

    if len(data) > MOST:
        raise bad(
            "CB0343",
            f"{name} is longer than {MOST // 1_000_000} MB",
            "give the part of it that changes headers",
        )
    return data


def _subjects(args: argparse.Namespace) -> list[Subject]:
    """The specs that were given, here or by the tree; else its kernel's model and the others
    from the newest on."""
    from cbprove.patching.review import Subject
    from cbprove.pipeline import files

    settings_of_tree = tree_settings(args)
    named = [each for each in args.specs if each != "-"]
    if named and args.model:
        raise WrongUsage("a patch is judged on SPECs or on a --model", "give one of them")
    named = named or (list(settings_of_tree.specs) if not args.model else [])
    if not named:
        return _models(args.model or settings_of_tree.model, args.source)
    title = ", ".join(named) if len(named) < 3 else f"{len(named)} specs"
    return [Subject(title, tuple(path for path, _ in files(named)))]


def _models(version: str | None, tree: str | None) -> list[Subject]:
    """The model of one kernel; or all, that of the tree first, then from the newest on."""
    from cbprove.models import models
    from cbprove.patching.review import Subject
    from cbprove.settings import kernel

    shipped = models()
    chosen_models = [each for each in reversed(shipped) if version in (None, each.version)]
    if not chosen_models:
        versions = ", ".join(each.version for each in shipped) or "none"
        raise WrongUsage(f"there is no model of Linux {version}", f"the models are of {versions}")
    kernel_here = kernel(Path(tree or ""))
    return [
        Subject(each.title, each.specs)
        for each in sorted(chosen_models, key=lambda each: each.version != kernel_here)
    ]
