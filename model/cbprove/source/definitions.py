"""Where a tree defines structs, by the text at the left edge."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cbprove.source.structs import defined

_FIRST = (
    "include",
    "net",
    "kernel",
    "drivers/net",
    "drivers/infiniband",
    "drivers/usb",
    "drivers/bluetooth",
)
_LAST = ("drivers/gpu", "Documentation", "tools", "samples", "scripts", ".git")


def definitions(tags_wanted: Sequence[str], tree: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """The file, from the tree on, that defines each struct; `X___M` is an X of a file or folder M,
    unless there is one alone.

    `texts` are files that are read as something else. What no file defines is left out.
    """
    plain = {name: name.partition("___")[0] for name in tags_wanted}
    ambiguous = {tag for name, tag in plain.items() if name != tag}
    by_name: dict[str, list[str]] = {}
    for name, text in texts.items():
        for tag in sorted(defined(text) & set(plain.values())):
            by_name.setdefault(tag, []).append(name)
    missing = set(plain.values()) - (by_name.keys() - ambiguous)
    for name in files(tree) if missing else ():
        if name in texts:
            continue
        for tag in _tags(tree / name, missing):
            by_name.setdefault(tag, []).append(name)
        missing -= by_name.keys() - ambiguous
        if not missing:
            break
    return {name: _best(name, by_name[tag]) for name, tag in plain.items() if tag in by_name}


def _tags(path: Path, tags_wanted: set[str]) -> list[str]:
    """Those that a file defines."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    if not any(tag.encode() in data for tag in tags_wanted):
        return []
    return sorted(defined(data.decode(errors="replace")) & tags_wanted)


def _best(name: str, files: Sequence[str]) -> str:
    module = name.partition("___")[2]
    own_files = [
        file
        for file in files
        if module and re.search(rf"\b{re.escape(module)}\b", file.replace("_", "-"))
    ]
    return (own_files or [*files])[0]


def files(tree: Path) -> Iterator[str]:
    """C files and headers, the folders first where networks are."""
    yield from (name for top in _FIRST for name in _below(tree, top, ()))
    yield from _below(tree, "", (*_FIRST, *_LAST))
    yield from _below(tree, "drivers/gpu", ())


def _below(tree: Path, top: str, left: Sequence[str]) -> Iterator[str]:
    for place, folders, names in os.walk(tree / top):
        relative = os.path.relpath(place, tree)
        folders[:] = sorted(
            each for each in folders if os.path.normpath(os.path.join(relative, each)) not in left
        )
        yield from (
            os.path.normpath(os.path.join(relative, name))
            for name in sorted(names)
            if name.endswith((".c", ".h"))
        )
