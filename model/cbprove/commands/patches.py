"""What `cbprove diff` does with a patch: read, judged on the newest model that it applies to, answered."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cbprove import console
from cbprove.commands.shared import FORMATS, options, typed
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.usage import WrongUsage

if TYPE_CHECKING:
    from cbprove.patching.change import Change
    from cbprove.patching.review import Subject
    from cbprove.report.answer import Answer


def review(given: argparse.Namespace) -> int:
    """The exit code. A patch that touches no control block has no answer. Raises SpecError and WrongUsage."""
    from cbprove.models import words
    from cbprove.patching.change import accessors, of, touches

    whole = _change(given)
    used: dict[str, str] = {}
    misfit: SpecError | None = None
    for subject in _subjects(given):
        known = words(subject.specs)
        mine = of(whole, known.tags, known.macros)
        used.update(accessors(whole, known.views))
        if not touches(mine):
            continue
        try:
            found = _judged(mine, subject, given)
        except SpecError as error:
            if any(mistake.code != "CB0342" for mistake in error.diagnostics):
                raise
            misfit = misfit or error
            continue
        if found is not None:
            return _answered(found, given)
    if misfit is not None:
        raise misfit
    return _nothing(used, given)


def _judged(mine: Change, subject: Subject, given: argparse.Namespace) -> Answer | None:
    from cbprove.patching.review import review

    with console.Progress(subject.title) as progress:
        return review(mine, subject, options(given, witnesses=False), progress, given.what_if)


def _answered(found: Answer, given: argparse.Namespace) -> int:
    from cbprove.report.answer import document, text

    if given.format == "json":
        import json

        console.show(json.dumps(document(found), indent=2, ensure_ascii=False))
    elif given.format in FORMATS:
        _findings(found, found.code, given)
    else:
        console.show(text(found, console.paint(), given.verbose))
    return found.code


def _findings(found: Answer | None, code: int, given: argparse.Namespace) -> None:
    from cbprove.report.answer import text
    from cbprove.report.formats.findings import Findings, of_answer
    from cbprove.report.formats.table import FORMATS as WRITERS
    from cbprove.report.style import plain

    lines = tuple(text(found, plain, given.verbose).splitlines()) if found is not None else ()
    subject = next((title for title in found.titles if title), found.model) if found is not None else "a patch"
    console.document(WRITERS[given.format](Findings(subject, typed(), of_answer(found), lines, code)))


def _nothing(used: dict[str, str], given: argparse.Namespace) -> int:
    """No struct of a control block is changed: nothing is said, unless functions use one in lines that are new."""
    if given.format in FORMATS:
        _findings(None, 0, given)
    if used and given.format == "text":
        told = ", ".join(f"{name} in {path}" for name, path in list(used.items())[:3])
        more = f" and {len(used) - 3} more" if len(used) > 3 else ""
        console.show(f"no struct changes; not judged is what functions do with {told}{more}")
    return 0


def _change(given: argparse.Namespace) -> Change:
    """All patches as one series. Raises SpecError with the mistakes of all."""
    from cbprove.patching.change import change, together

    found: list[Change] = []
    mistakes: list[Diagnostic] = []
    for data, name in _texts(given):
        try:
            found.append(change(data, name))
        except SpecError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise SpecError(tuple(mistakes))
    return together(found)


def _texts(given: argparse.Namespace) -> Iterator[tuple[bytes, str]]:
    """Standard input where `-` stands, then the files."""
    from cbprove.patching.change import MOST

    for _ in [each for each in given.specs if each == "-"][:1]:
        yield _short(sys.stdin.buffer.read(MOST + 1), "standard input"), "standard input"
    for path in given.patch:
        yield _file(path), f"`{path}`"


def _file(path: str) -> bytes:
    from cbprove.files import NotPlain, TooLong, read_plain
    from cbprove.patching.change import MOST

    try:
        return read_plain(Path(path), MOST)
    except TooLong:
        return _short(bytes(MOST + 1), f"`{path}`")
    except NotPlain:
        raise WrongUsage(f"`{path}` is no file", "name a patch, or give it as `-` on standard input") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise WrongUsage(f"`{path}` cannot be read: {reason}", "check the path and its permissions") from None


def _short(data: bytes, name: str) -> bytes:
    from cbprove.patching.change import MOST
    from cbprove.patching.wrong import bad

    if len(data) > MOST:
        raise bad("CB0343", f"{name} is longer than {MOST // 1_000_000} MB", "give the part of it that changes headers")
    return data


def _subjects(given: argparse.Namespace) -> list[Subject]:
    """The specs that were given, or the models from the newest on, or the one that was asked for."""
    from cbprove.models import models
    from cbprove.patching.review import Subject
    from cbprove.pipeline import files

    named = [each for each in given.specs if each != "-"]
    if named:
        if given.model:
            raise WrongUsage("a patch is judged on SPECs or on a --model", "give one of them")
        return [
            Subject(", ".join(named) if len(named) < 3 else f"{len(named)} specs", tuple(f for f, _ in files(named)))
        ]
    known = models()
    asked = [each for each in known if given.model in (None, each.version)]
    if not asked:
        versions = ", ".join(each.version for each in known) or "none"
        raise WrongUsage(f"there is no model of Linux {given.model}", f"the models are of {versions}")
    return [Subject(each.title, each.specs) for each in reversed(asked)]
