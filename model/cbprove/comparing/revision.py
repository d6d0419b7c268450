"""Specs as they stand in a revision of a git repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.frozen import frozen
from cbprove.usage import WrongUsage


@frozen
class Revision:
    """A revision of the repository at `root`."""

    name: str
    root: Path

    def read(self, path: Path, span: Span | None = None) -> Source:
        """The text of a file as it was; `span` is the include that wants it. Raises SpecError."""
        inside = os.path.relpath(os.path.realpath(path), self.root)
        found = _git(self.root, "show", f"{self.name}:{inside}")
        name = f"{self.name}:{inside}"
        if found.returncode:
            help = "name a revision that has it"
            raise SpecError((Diagnostic("CB0001", f"`{inside}` does not exist in `{self.name}`", span, help),))
        try:
            return Source(name, found.stdout.decode("utf-8-sig"), hashlib.sha256(found.stdout).hexdigest())
        except UnicodeDecodeError:
            help = "save the file as UTF-8"
            raise SpecError((Diagnostic("CB0002", f"`{name}` is not UTF-8 text", span, help),)) from None


def revision(name: str, path: str) -> Revision:
    """A revision of the repository that a file stands in. Raises WrongUsage where there is none."""
    folder = Path(path) if os.path.isdir(path) else Path(path).parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode:
        raise WrongUsage(f"`{path}` is in no git repository", "name a spec inside one, or two specs without --git")
    root = Path(os.path.realpath(top.stdout.decode().rstrip("\n")))
    if _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode:
        raise WrongUsage(f"there is no revision `{name}`", "name a commit, a tag or a branch")
    return Revision(name, root)


def specs(found: Revision, folder: str) -> list[str]:
    """The .cbs files below a folder in a revision, as paths from here."""
    inside = os.path.relpath(os.path.realpath(folder), found.root)
    listed = _git(found.root, "ls-tree", "-r", "-z", "--name-only", found.name, "--", inside)
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name.endswith(b".cbs")]
    return sorted(os.path.join(folder, os.path.relpath(name, inside)) for name in names)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", os.fspath(folder), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise WrongUsage("there is no `git` here", "install git, or name two specs") from None
