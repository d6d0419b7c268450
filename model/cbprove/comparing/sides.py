"""The two sides of a comparison, read: two paths, two artefacts under one spec, or a revision and
what stands here.

Specs as they stand in a revision of a git repository.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from cbprove.comparing.review import Side
from cbprove.diagnostics import Diagnostic, Source, Span, SpecError, WrongUsage
from cbprove.frozen import frozen
from cbprove.pipeline import below, is_included, meaning

Pair = tuple[Side, Side]
_Reader = Callable[[], Side]


def paths(before: str, after: str) -> tuple[Pair, ...]:
    """Two specs, or two folders file by file. Raises SpecError with the mistakes of both, and
    WrongUsage."""
    if os.path.isdir(before) != os.path.isdir(after):
        folder, other = (before, after) if os.path.isdir(before) else (after, before)
        problem = "a file" if os.path.exists(other) else "not there"
        raise WrongUsage(
            f"`{folder}` is a folder and `{other}` is {problem}", "compare two files or two folders"
        )
    if not os.path.isdir(before):
        return _read([(lambda: _plain(before), lambda: _plain(after))])
    old, new = (
        {os.path.relpath(path, folder) for path in below(folder)} for folder in (before, after)
    )
    names = sorted(old | new)
    return _read(
        (
            _either(os.path.join(before, name), name in old),
            _either(os.path.join(after, name), name in new),
        )
        for name in names
    )


def revisions(name: str, named: Iterable[str]) -> tuple[Pair, ...]:
    """Specs, and those below folders, as a revision has them, against those that stand here.
    Raises as `paths`."""
    readers: list[tuple[_Reader, _Reader]] = []
    for path in named:
        old = revision(name, path)
        on_both_sides = sorted({*below(path), *specs(old, path)}) if os.path.isdir(path) else [path]
        old_specs = set(specs(old, path)) if os.path.isdir(path) else {path}
        readers += [
            (_as_it_was(old, each, each in old_specs), _either(each, os.path.exists(each)))
            for each in on_both_sides
        ]
    return _read(readers)


def artefacts(spec: str, before: str, after: str) -> Pair:
    """One spec under the layouts of two artefacts. Raises as `paths`."""
    (pair,) = _read([(_under(spec, before), _under(spec, after))])
    return pair


def _read(pairs_of_readers: Iterable[tuple[_Reader, _Reader]]) -> tuple[Pair, ...]:
    """All sides, those of files that are only ever included left out; or the mistakes of all."""
    mistakes: dict[Diagnostic, None] = {}
    pairs: list[Pair] = []
    for readers in pairs_of_readers:
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


def _as_it_was(revision_read: Revision, path: str, exists: bool) -> _Reader:
    title = f"{revision_read.name}:{path}"
    return lambda: Side(title, path, meaning(path, revision_read.read) if exists else None)


def _under(spec: str, artefact: str) -> _Reader:
    def read() -> Side:
        from cbprove.artifacts.opening import open_artifact
        from cbprove.comparing.drift import rebased

        return Side(
            f"{spec} under {artefact}", spec, rebased(spec, open_artifact(artefact)), plain=False
        )

    return read


@frozen
class Revision:
    """A revision of the repository at `root`."""

    name: str
    root: Path

    def read(self, path: str, span: Span | None = None) -> Source:
        """The text of a file as it was; `span` is the include that wants it. Raises SpecError."""
        inside = os.path.relpath(os.path.realpath(path), self.root)
        text = _git(self.root, "show", f"{self.name}:{inside}")
        name = f"{self.name}:{inside}"
        if text.returncode:
            help = "name a revision that has it"
            raise SpecError(
                (Diagnostic("CB0001", f"`{inside}` does not exist in `{self.name}`", span, help),)
            )
        try:
            return Source(name, text.stdout.decode("utf-8-sig"), text.stdout)
        except UnicodeDecodeError:
            help = "save the file as UTF-8"
            raise SpecError(
                (Diagnostic("CB0002", f"`{name}` is not UTF-8 text", span, help),)
            ) from None


def revision(name: str, path: str) -> Revision:
    """A revision of the repository that a file stands in. Raises WrongUsage where there is none."""
    folder = Path(path) if os.path.isdir(path) else Path(path).parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode:
        raise WrongUsage(
            f"`{path}` is in no git repository",
            "name a spec inside one, or two specs without --git",
        )
    root = Path(os.path.realpath(top.stdout.decode().rstrip("\n")))
    if _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode:
        raise WrongUsage(f"there is no revision `{name}`", "name a commit, a tag or a branch")
    return Revision(name, root)


def specs(revision_read: Revision, folder: str) -> list[str]:
    """The .cbs files below a folder in a revision, as paths from here."""
    inside = os.path.relpath(os.path.realpath(folder), revision_read.root)
    listed = _git(
        revision_read.root, "ls-tree", "-r", "-z", "--name-only", revision_read.name, "--", inside
    )
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name.endswith(b".cbs")]
    return sorted(os.path.join(folder, os.path.relpath(name, inside)) for name in names)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", os.fspath(folder), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise WrongUsage("there is no `git` here", "install git, or name two specs") from None
