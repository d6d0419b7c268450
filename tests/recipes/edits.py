"""Edits as a recipe of CONTRIBUTING names them, kept as text, and made in a copy of the package.

A line `new PATH` or `edit PATH` begins a file. Of a file that is edited, `after:`, `before:` and
`instead:` name a line by all of it but the blanks at its ends, the first of those that are so; `| `
begins each line that is put there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Change:
    """Lines to put beside another line, or in its place; a new file's stand beside none."""

    how: str
    line: str
    text: list[str] = field(default_factory=list)


@dataclass
class FileEdit:
    """What is done to one file, by its path in the repository."""

    path: str
    is_new: bool
    changes: list[Change] = field(default_factory=list)


def read(recipe: Path) -> tuple[FileEdit, ...]:
    """The edits of a recipe. Raises ValueError for a line that is none of them."""
    edits: list[FileEdit] = []
    for line in recipe.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word in ("new", "edit"):
            edits.append(
                FileEdit(rest, word == "new", [Change("new", "")] if word == "new" else [])
            )
        elif word in ("after:", "before:", "instead:"):
            edits[-1].changes.append(Change(word[:-1], rest.strip()))
        elif word == "|":
            edits[-1].changes[-1].text.append(rest)
        elif line.strip():
            raise ValueError(f"{recipe.name}: {line}")
    return tuple(edits)


def follow(edits: tuple[FileEdit, ...], tree: Path) -> None:
    """Make the edits below a folder. Raises ValueError where a line to edit by is not there."""
    for edit in edits:
        file = tree / edit.path
        lines = [] if edit.is_new else file.read_text(encoding="utf-8").splitlines()
        for change in edit.changes:
            lines = list(_changed(lines, change, edit.path))
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _changed(lines: list[str], change: Change, path: str) -> Iterator[str]:
    if change.how == "new":
        yield from change.text
        return
    at = next((i for i, line in enumerate(lines) if line.strip() == change.line), None)
    if at is None:
        raise ValueError(f"{path} has no line `{change.line}`")
    first, last = {"after": (at + 1, at + 1), "before": (at, at), "instead": (at, at + 1)}[
        change.how
    ]
    yield from (*lines[:first], *change.text, *lines[last:])
