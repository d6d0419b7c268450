"""The files of a tree that a patch names, before and after it: patched in a folder of their own, never where they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from cbprove.frozen import frozen
from cbprove.patching.wrong import bad
from cbprove.usage import WrongUsage

_NAMED = re.compile(r"^(?:---|\+\+\+|rename from|rename to) (?:[ab]/)?([^\t\n]+\.[chS])(?:\t[^\n]*)?$", re.MULTILINE)
_ONLY = ("--include=*.c", "--include=*.h", "--include=*.S")


@frozen
class Files:
    """The texts of the files that differ, by their paths from the tree on; `there` says that the tree has the patch already."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    there: bool

    def diff(self) -> str:
        """All of both sides as one diff, in which each struct stands whole."""
        lines: list[str] = []
        for name in {**self.before, **self.after}:
            old, new = (side.get(name, "").splitlines(keepends=True) for side in (self.before, self.after))
            lines += unified_diff(old, new, f"a/{name}", f"b/{name}", n=len(old))
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def files(patches: Sequence[str], tree: Path) -> Files:
    """Both sides of every file that a series names. Raises SpecError CB0345 if it applies to the tree in neither direction."""
    names = sorted({name for text in patches for name in _NAMED.findall(text) if not _leaves(name)})
    with tempfile.TemporaryDirectory(prefix="cbprove-") as place:
        scratch = Path(place)
        _copied(names, tree, scratch)
        here = _texts(names, scratch)
        why = _applied(patches, scratch)
        if not why:
            return _sides(here, _texts(names, scratch), there=False)
        shutil.rmtree(scratch / "tree")
        _copied(names, tree, scratch)
        if _applied(list(reversed(patches)), scratch, "--reverse"):
            help = "give the tree that the patch is for, or leave out --source: structs are then taken from the model"
            raise bad("CB0345", f"the patch does not apply to `{tree}`: {why}", help)
        return _sides(_texts(names, scratch), here, there=True)


def _leaves(name: str) -> bool:
    """Whether a path leads out of the tree."""
    return os.path.isabs(name) or os.path.normpath(name).startswith(os.pardir)


def _copied(names: Sequence[str], tree: Path, scratch: Path) -> None:
    (scratch / "tree").mkdir()
    for name in names:
        target = scratch / "tree" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (tree / name).is_file():
            shutil.copyfile(tree / name, target)


def _texts(names: Sequence[str], scratch: Path) -> dict[str, str]:
    paths = ((name, scratch / "tree" / name) for name in names)
    return {name: path.read_text(encoding="utf-8", errors="replace") for name, path in paths if path.is_file()}


def _applied(patches: Sequence[str], scratch: Path, *options: str) -> str:
    """Applies a series to the copies, and says why not where that fails."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(scratch), "LC_ALL": "C"}
    for text in patches:
        command = ["git", "apply", "--whitespace=nowarn", *_ONLY, *options, "-"]
        try:
            ran = subprocess.run(
                command, cwd=scratch / "tree", env=environment, input=text.encode(), capture_output=True, check=False
            )
        except FileNotFoundError:
            raise WrongUsage(
                "there is no `git` here, which applies patches", "install git, or leave out --source"
            ) from None
        if ran.returncode:
            return next(iter(_said(ran.stderr.decode(errors="replace"))), "git apply failed")
    return ""


def _said(told: str) -> Iterator[str]:
    lines = [line.removeprefix("error: ") for line in told.splitlines() if line.startswith("error: ")]
    yield from [line for line in lines if "does not apply" not in line][:1] or lines[:1]


def _sides(before: Mapping[str, str], after: Mapping[str, str], there: bool) -> Files:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Files(
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
        there,
    )
