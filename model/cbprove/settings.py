"""What a tree says for itself: `.cbprove.toml` in the folder or above it, and the version of a kernel's Makefile."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cbprove.diagnostics import WrongUsage
from cbprove.frozen import frozen

NAME = ".cbprove.toml"
_KEYS = {"specs": list, "model": str, "accessors": list, "headers": str}
_WORDS = {
    "specs": "a list of paths",
    "model": 'a version, as in "7.2"',
    "accessors": "a list of names",
    "headers": "a folder",
}


@frozen
class Settings:
    """`specs` are judged instead of a model of the package, or the `model` of a kernel by its version.

    `accessors` are macros and functions beside the views of specs that lead to a control block; `headers` are what a build of
    the tree has generated.
    """

    specs: tuple[str, ...] = ()
    model: str | None = None
    accessors: tuple[str, ...] = ()
    headers: str | None = None


def settings(folder: Path) -> Settings:
    """What the nearest file says, nothing where there is none. Raises WrongUsage for what it does not know."""
    for each in _above(folder):
        file = each / NAME
        if file.is_file():
            return _read(file)
    return Settings()


def _above(folder: Path) -> Iterator[Path]:
    here = folder.resolve()
    yield from (here, *here.parents)


def _read(file: Path) -> Settings:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrongUsage(f"`{file}` cannot be read: {error}", "write it as TOML") from None
    for key, value in found.items():
        if key not in _KEYS:
            raise WrongUsage(f"`{file}` has no setting `{key}`", f"the settings are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or (isinstance(value, list) and not _texts(value)):
            raise WrongUsage(f"`{key}` in `{file}` is not {_WORDS[key]}", f"write {key} = {_EXAMPLES[key]}")
    specs = tuple(str(path) for name in found.get("specs", ()) for path in _paths(file.parent, name))
    headers = str(file.parent / found["headers"]) if "headers" in found else None
    return Settings(specs, found.get("model"), tuple(found.get("accessors", ())), headers)


_EXAMPLES = {
    "specs": '["specs/mine.cbs"]',
    "model": '"7.2"',
    "accessors": '["MY_SKB_CB"]',
    "headers": '"/usr/src/linux-headers-7.2-amd64"',
}


def _texts(value: list[Any]) -> bool:
    return all(isinstance(each, str) for each in value)


def _paths(folder: Path, name: str) -> list[Path]:
    """A path, or what a pattern stands for, from the folder of the file."""
    return sorted(folder.glob(name)) if "*" in name else [folder / name]


def kernel(folder: Path) -> str | None:
    """The version of the kernel in whose tree a folder is, as in `7.2`."""
    for each in _above(folder):
        makefile = each / "Makefile"
        if makefile.is_file() and (each / "Kbuild").is_file():
            text = makefile.read_text(encoding="utf-8", errors="replace")[:500]
            found = re.search(r"^VERSION = (\d+)\nPATCHLEVEL = (\d+)$", text, re.MULTILINE)
            return f"{found[1]}.{found[2]}" if found else None
    return None
