"""What functions do to a control block before a patch and after it, as a compiler reads both; no
file of the tree is touched.

The files of a tree that a patch names, before and after it: patched in a folder of their own, never
where they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from functools import partial
from pathlib import Path

from cbprove.diagnostics import WrongUsage
from cbprove.frozen import field, frozen, replace
from cbprove.patching.mail import bad
from cbprove.source.accesses import Access, Answer, Read, Sought, Unread
from cbprove.source.kernel import Kernel
from cbprove.source.libclang import library
from cbprove.source.pool import Kept, Pool, Remembering, folder, processes
from cbprove.source.sweep import Job, Progress, sweep, work


@frozen
class Other:
    """A function that does something else than before: what is new, and what it no longer does."""

    read: Read
    new: tuple[Access, ...]
    gone: tuple[Access, ...]


@frozen
class Functions:
    """The functions of the files of a patch: how many touch the object, which do something else,
    and what is not readable."""

    count: int
    files: int
    others: tuple[Other, ...]
    unread: tuple[Unread, ...]


@frozen
class Reading:
    """How files are read: as this kernel compiles them, for accesses to this object; `kept` if
    answers of earlier runs do."""

    kernel: Kernel
    object: Sought
    workers: int
    kept: bool


def functions(files: Files, how: Reading, progress: Progress) -> Functions:
    """Every changed file read on both sides. Raises WrongUsage where libclang is not installed."""
    before, unread = _read(files.names, files.texts(new=False), how, progress)
    after, unread_after = _read(files.names, files.texts(new=True), how, progress)
    other_functions = tuple(_others(moved(before, after), after))
    return Functions(
        len(after),
        len(files.names),
        other_functions,
        tuple(dict.fromkeys((*unread, *unread_after))),
    )


def laid(
    names: Sequence[str],
    tags_by_file: Mapping[str, frozenset[str]],
    texts: Mapping[str, str],
    how: Reading,
) -> dict[str, Answer]:
    """How structs of files lie, by the file; `texts` are those of the files that the patch
    changes."""
    library()
    jobs = [
        replace(job, structs=tags_by_file[name])
        for name, job in zip(names, _jobs(names, texts, how), strict=True)
    ]
    with Pool(processes(how.workers)) as pool:
        mapped = Remembering(pool, Kept(folder()), how.object) if how.kept else pool
        return dict(zip(names, mapped(partial(work, how.object), jobs), strict=True))


def _jobs(names: Sequence[str], texts: Mapping[str, str], how: Reading) -> list[Job]:
    """Files of a tree as its kernel compiles them, with the texts of one side."""
    tree = f"{how.kernel.tree}{os.sep}"
    instead = tuple((f"{tree}{name}", text) for name, text in texts.items())
    return [
        Job(f"{tree}{name}", replace(how.kernel.flags(how.kernel.tree / name), instead=instead))
        for name in names
    ]


_Reads = dict[tuple[str, str], Read]


def _read(
    names: Sequence[str], texts: Mapping[str, str], how: Reading, progress: Progress
) -> tuple[_Reads, tuple[Unread, ...]]:
    """By file and name. A file that this side does not have is one without a word."""
    tree = f"{how.kernel.tree}{os.sep}"
    jobs = _jobs(names, texts, how)
    # Each side has its own: what headers say of the object is remembered
    with Pool(processes(how.workers)) as pool:
        mapped = Remembering(pool, Kept(folder()), how.object) if how.kept else pool
        sweep_result = sweep(jobs, how.object, mapped, progress)
    reads = {
        (each.file.removeprefix(tree), each.name): replace(each, file=each.file.removeprefix(tree))
        for each in sweep_result.functions
    }
    return reads, tuple(
        replace(u, file=u.file.removeprefix(tree), first=u.first.replace(tree, ""))
        for u in sweep_result.unread
    )


def moved(before: _Reads, after: _Reads) -> _Reads:
    """What functions did before, those that only stand in another file of the patch now under
    that."""
    only_before, only_after = (
        _by_name(before.keys() - after.keys()),
        _by_name(after.keys() - before.keys()),
    )
    places = {
        files_before[0]: only_after[name][0]
        for name, files_before in only_before.items()
        if len(files_before) == 1 and len(only_after.get(name, ())) == 1
    }
    return {places.get(key, key): read for key, read in before.items()}


def _by_name(keys: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    by_name: dict[str, list[tuple[str, str]]] = {}
    for key in sorted(keys):
        by_name.setdefault(key[1], []).append(key)
    return by_name


def _others(before: _Reads, after: _Reads) -> Iterator[Other]:
    for key, read in {**before, **after}.items():
        accesses_before, has = (
            side[key].accesses if key in side else () for side in (before, after)
        )
        new, lost_accesses = (
            tuple(_beyond(has, accesses_before)),
            tuple(_beyond(accesses_before, has)),
        )
        if new or lost_accesses:
            yield Other(after.get(key, read), new, lost_accesses)


def _beyond(accesses: tuple[Access, ...], other_accesses: tuple[Access, ...]) -> Iterator[Access]:
    """Each kind of access to a place that the others do not have, once."""
    accesses_known = {_identity(each) for each in other_accesses}
    for each in accesses:
        if _identity(each) not in accesses_known:
            accesses_known.add(_identity(each))
            yield each


def _identity(access: Access) -> tuple[str, str, str]:
    return access.kind, str(access.place), access.to


_NAMED = re.compile(
    r"^(?:---|\+\+\+|rename from|rename to) (?:[ab]/)?([^\t\n]+\.[chS])(?:\t[^\n]*)?$", re.MULTILINE
)
_ONLY = ("--include=*.c", "--include=*.h", "--include=*.S")


@frozen
class Files:
    """The texts of the files that differ, by their paths from the tree on; `there` says that the
    tree has the patch already.

    `around` are other files as they are on both sides, where that is not what stands in the tree.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    there: bool
    around: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The files that differ, in order."""
        return tuple(sorted({*self.before, *self.after}))

    def texts(self, new: bool) -> dict[str, str]:
        """All that is otherwise than in the tree, on one side; a file that this side does not
        have is empty."""
        side = self.after if new else self.before
        return {**self.around, **{name: side.get(name, "") for name in self.names}}

    def diff(self) -> str:
        """All of both sides as one diff, in which each struct stands whole."""
        lines: list[str] = []
        for name in {**self.before, **self.after}:
            old, new = (
                side.get(name, "").splitlines(keepends=True) for side in (self.before, self.after)
            )
            lines += unified_diff(old, new, f"a/{name}", f"b/{name}", n=len(old))
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def files(patches: Sequence[str], tree: Path) -> Files:
    """Both sides of every file that a series names. Raises SpecError CB0345 if it applies to the
    tree in neither direction."""
    names = sorted({name for text in patches for name in _NAMED.findall(text) if not _leaves(name)})
    with tempfile.TemporaryDirectory(prefix="cbprove-") as place:
        scratch = Path(place)
        _copied(names, tree, scratch)
        files_here = _texts(names, scratch)
        why = _applied(patches, scratch)
        if not why:
            return _sides(files_here, _texts(names, scratch), is_new=False)
        shutil.rmtree(scratch / "tree")
        _copied(names, tree, scratch)
        if _applied(list(reversed(patches)), scratch, "--reverse"):
            help = (
                "give the tree that the patch is for, or leave out --source: structs are then "
                "taken from the model"
            )
            raise bad("CB0345", f"the patch does not apply to `{tree}`: {why}", help)
        return _sides(_texts(names, scratch), files_here, is_new=True)


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
    return {
        name: path.read_text(encoding="utf-8", errors="replace")
        for name, path in paths
        if path.is_file()
    }


def _applied(patches: Sequence[str], scratch: Path, *options: str) -> str:
    """Applies a series to the copies, and says why not where that fails."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(scratch), "LC_ALL": "C"}
    for text in patches:
        command = ["git", "apply", "--whitespace=nowarn", *_ONLY, *options, "-"]
        try:
            ran = subprocess.run(
                command,
                cwd=scratch / "tree",
                env=environment,
                input=text.encode(),
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise WrongUsage(
                "there is no `git` here, which applies patches",
                "install git, or leave out --source",
            ) from None
        if ran.returncode:
            return next(iter(_said(ran.stderr.decode(errors="replace"))), "git apply failed")
    return ""


def _said(text_said: str) -> Iterator[str]:
    lines = [
        line.removeprefix("error: ")
        for line in text_said.splitlines()
        if line.startswith("error: ")
    ]
    yield from [line for line in lines if "does not apply" not in line][:1] or lines[:1]


def _sides(before: Mapping[str, str], after: Mapping[str, str], is_new: bool) -> Files:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Files(
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
        is_new,
    )
