"""What a command line names, a file, a folder or a function, as files to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from cbprove.diagnostics import WrongUsage
from cbprove.frozen import frozen
from cbprove.source.accesses import Sought
from cbprove.source.kernel import Kernel
from cbprove.source.sweep import Flagged, Job, sources, worth_reading
from cbprove.source.units import Flags

_NAME = re.compile(r"[A-Za-z_]\w*")
_FIRST = (
    "net",
    "include",
    "kernel",
    "drivers",
    "fs",
    "block",
    "crypto",
    "lib",
    "security",
    "mm",
    "sound",
)


class Compiled(Protocol):
    """What knows how files are compiled."""

    def flags(self, path: Path) -> Flags: ...


@frozen
class Asked:
    """Files to read; `functions` were named and must be found."""

    jobs: tuple[Job, ...]
    functions: tuple[str, ...]
    files: int  # that were looked at for words


def sought(text: str) -> Sought:
    """`sk_buff.cb`, `ieee80211_tx_info`. Raises WrongUsage."""
    match = re.fullmatch(r"(?:struct +)?([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?", text)
    if match is None:
        raise WrongUsage(
            f"`{text}` names no object",
            "name a member of a struct, or a struct: --object sk_buff.cb",
        )
    return Sought(match[1], match[2] or "")


def asked(names: Sequence[str], compiled: Compiled, tree: Path, object: Sought) -> Asked:
    """The files behind all names. Raises WrongUsage for a name that is none."""
    paths: dict[Path, frozenset[str] | None] = {}
    functions, looked = [], 0
    for name in names:
        place = _place(name, tree)
        if place is None:
            if not _NAME.fullmatch(name):
                raise WrongUsage(
                    f"there is no file, folder or function `{name}`", "check the name and --source"
                )
            functions.append(name)
        elif place.is_dir():
            files = sources(place)
            looked += len(files)
            paths.update(dict.fromkeys(leads(files, compiled, object)))
        else:
            looked += 1
            paths[place] = None
    for path, named in defining(functions, tree).items():
        if path not in paths:
            paths[path] = frozenset(named)
    jobs = tuple(
        Job(str(path), compiled.flags(path), names_only) for path, names_only in paths.items()
    )
    return Asked(jobs, tuple(functions), max(looked, len(jobs)))


def leads(files: Sequence[Path], compiled: Compiled, object: Sought) -> list[Path]:
    """The files that can touch the object, as far as texts tell."""
    return worth_reading(files, _headers(compiled), object, _flagged(compiled))


def _place(name: str, tree: Path) -> Path | None:
    """A file or folder of this name. Raises WrongUsage for a pipe, a device and the like, which
    are read for ever."""
    for root in (Path.cwd(), tree):
        place = root / name
        if place.is_file() or place.is_dir():
            return place.resolve()
        if place.exists():
            raise WrongUsage(
                f"`{name}` is neither a file nor a folder",
                "name a file of C, a folder or a function",
            )
    return None


def _flagged(compiled: Compiled) -> Flagged:
    """How a file is compiled, where anything says so: of one that is not read nothing need to."""

    def flags(path: Path) -> Flags:
        try:
            return compiled.flags(path)
        except WrongUsage:
            return Flags(())

    return flags


def folders(names: Sequence[str], tree: Path) -> list[Path]:
    """The files and folders among names, and what a tree has for all to include."""
    places = [place for name in names if (place := _place(name, tree)) is not None]
    return [*places, *(each for each in (tree / "include",) if each.is_dir())]


def _headers(compiled: Compiled) -> list[Path]:
    return sorted((compiled.tree / "include").rglob("*.h")) if isinstance(compiled, Kernel) else []


def defining(functions: Sequence[str], tree: Path) -> dict[Path, list[str]]:
    """The files that define functions, by the text at the left edge. Raises WrongUsage for those
    that no file defines."""
    by_file = definers(functions, tree)
    missing = set(functions).difference(*by_file.values())
    if missing:
        name = sorted(missing)[0]
        raise WrongUsage(f"no function `{name}` is defined below `{tree}`", _nearest(name, tree))
    return by_file


def definers(functions: Sequence[str], tree: Path) -> dict[Path, list[str]]:
    """The first file that defines each, those left out that no file defines."""
    missing, by_file = set(functions), dict[Path, list[str]]()
    if not missing:
        return by_file
    for path in _files(tree):
        if not missing:
            break
        text = path.read_text(errors="replace")
        names_here = [
            name for name in functions if name in missing and name in text and defines(text, name)
        ]
        if names_here:
            by_file[path] = names_here
            missing -= set(names_here)
    return by_file


def _nearest(name: str, tree: Path) -> str:
    texts = (path.read_text(errors="replace") for path in _files(tree))
    near = get_close_matches(
        name, {match[1] for text in texts for match in _EDGE.finditer(text)}, 3, 0.8
    )
    return (
        f"did you mean {' or '.join(f'`{each}`' for each in near)}?"
        if near
        else "check the name and --source"
    )


def _files(tree: Path) -> list[Path]:
    """C files of a tree, the folders first where networks, files and devices are; then headers,
    whose functions are inline."""
    first = [each for name in _FIRST if (tree / name).is_dir() for each in sources(tree / name)]
    first_files = {tree / name for name in _FIRST}
    rest = [
        each
        for place in sorted(tree.iterdir())
        if place.is_dir() and place not in first_files
        for each in sources(place)
    ]
    headers = [each for name in ("include", *_FIRST) for each in sorted((tree / name).rglob("*.h"))]
    return [*sorted(tree.glob("*.c")), *first, *rest, *dict.fromkeys(headers)]


_EDGE = re.compile(r"^(?:[A-Za-z_][\w \t*]*[ \t*])?(\w+)\(", re.MULTILINE)


def defines(text: str, name: str) -> bool:
    """Whether a text has a function of this name with a body, its head at the left edge."""
    for match in re.finditer(rf"\b{re.escape(name)}[ \t]*\(", text):
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start : start + 1].isspace() or text[start] in "#/*":
            continue
        rest = text[_closed(text, match.end()) :].lstrip()
        while (attribute := re.match(r"__\w+(?:\([^()]*\))?\s*", rest)) is not None:
            rest = rest[attribute.end() :]
        if rest.startswith("{"):
            return True
    return False


def _closed(text: str, start: int) -> int:
    """Behind the bracket that closes one just opened."""
    depth = 1
    for place in range(start, min(len(text), start + _LONGEST_HEAD)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    return len(text)


_LONGEST_HEAD = 4000
