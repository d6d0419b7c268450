"""The two sides of a comparison, read: two paths, two artefacts under one spec, or a revision and what stands here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from cbprove.comparing.review import Side
from cbprove.comparing.revision import Revision, revision, specs
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.pipeline import below, is_included, meaning
from cbprove.usage import WrongUsage

Pair = tuple[Side, Side]
_Reader = Callable[[], Side]


def paths(before: str, after: str) -> tuple[Pair, ...]:
    """Two specs, or two folders file by file. Raises SpecError with the mistakes of both, and WrongUsage."""
    if os.path.isdir(before) != os.path.isdir(after):
        folder, other = (before, after) if os.path.isdir(before) else (after, before)
        what = "a file" if os.path.exists(other) else "not there"
        raise WrongUsage(f"`{folder}` is a folder and `{other}` is {what}", "compare two files or two folders")
    if not os.path.isdir(before):
        return _read([(lambda: _plain(before), lambda: _plain(after))])
    old, new = ({os.path.relpath(path, folder) for path in below(folder)} for folder in (before, after))
    names = sorted(old | new)
    return _read(
        (_either(os.path.join(before, name), name in old), _either(os.path.join(after, name), name in new))
        for name in names
    )


def revisions(name: str, named: Iterable[str]) -> tuple[Pair, ...]:
    """Specs, and those below folders, as a revision has them, against those that stand here. Raises as `paths`."""
    wanted: list[tuple[_Reader, _Reader]] = []
    for path in named:
        found = revision(name, path)
        both = sorted({*below(path), *specs(found, path)}) if os.path.isdir(path) else [path]
        had = set(specs(found, path)) if os.path.isdir(path) else {path}
        wanted += [(_as_it_was(found, each, each in had), _either(each, os.path.exists(each))) for each in both]
    return _read(wanted)


def artefacts(spec: str, before: str, after: str) -> Pair:
    """One spec under the layouts of two artefacts. Raises as `paths`."""
    (pair,) = _read([(_under(spec, before), _under(spec, after))])
    return pair


def _read(wanted: Iterable[tuple[_Reader, _Reader]]) -> tuple[Pair, ...]:
    """All sides, those of files that are only ever included left out; or the mistakes of all."""
    mistakes: dict[Diagnostic, None] = {}
    pairs: list[Pair] = []
    for readers in wanted:
        sides = []
        for reader in readers:
            try:
                sides.append(reader())
            except SpecError as error:
                if not is_included(error):
                    mistakes.update(dict.fromkeys(error.diagnostics))
        if len(sides) == 2:
            pairs.append((sides[0], sides[1]))
    if mistakes:
        raise SpecError(tuple(mistakes))
    return tuple(pairs)


def _plain(path: str) -> Side:
    return Side(path, path, meaning(path))


def _either(path: str, exists: bool) -> _Reader:
    return lambda: _plain(path) if exists else Side(path, path, None)


def _as_it_was(found: Revision, path: str, exists: bool) -> _Reader:
    title = f"{found.name}:{path}"
    return lambda: Side(title, path, meaning(path, found.read) if exists else None)


def _under(spec: str, artefact: str) -> _Reader:
    def read() -> Side:
        from cbprove.artifacts.opening import open_artifact
        from cbprove.comparing.rebase import rebased

        return Side(f"{spec} under {artefact}", spec, rebased(spec, open_artifact(artefact)))

    return read
