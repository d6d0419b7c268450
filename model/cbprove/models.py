"""The models of kernels that come with the package: which there are, and what they call things,
read without parsing."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cbprove.frozen import frozen

_VERSION = re.compile(r"_(\d+)_(\d+)\.cbs$")
_INCLUDE = re.compile(r'^\s*include\s+"([^"\n]+)"', re.MULTILINE)
_TAG = re.compile(r"\b(?:struct|union)\s+([A-Za-z_]\w*)\s*\{")
_MACRO = re.compile(r"^\s*(?:#\s*define|param)\s+([A-Za-z_]\w*)", re.MULTILINE)
_ENUM = re.compile(r"\benum\b[^{};()]*\{([^{}]*)\}")
_VIEW = re.compile(r"\bview\s+([A-Za-z_]\w*)\s*:")


@frozen
class Model:
    """The specs of one kernel: `version` as in `7.2`, the paths of its specs."""

    version: str
    specs: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"Linux {self.version}"


@frozen
class Words:
    """What is named in some specs and all that they include, and their texts: `macros` are
    params too, `constants` of enums."""

    tags: frozenset[str]
    macros: frozenset[str]
    views: frozenset[str]
    constants: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()


def folder() -> Path:
    """Where the models are: in the package, or beside it where that is worked on."""
    inside = Path(__file__).parent / "specs" / "linux"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "specs" / "linux"


def models() -> tuple[Model, ...]:
    """All models, the oldest kernel first."""
    by_version: dict[tuple[int, int], list[str]] = {}
    for path in sorted(folder().glob("*.cbs")):
        match = _VERSION.search(path.name)
        if match:
            by_version.setdefault((int(match[1]), int(match[2])), []).append(_from_here(path))
    return tuple(
        Model(f"{major}.{minor}", tuple(paths))
        for (major, minor), paths in sorted(by_version.items())
    )


def _from_here(path: Path) -> str:
    """A path below the current folder as it is from there."""
    inside = os.path.relpath(path)
    return os.fspath(path) if inside.startswith(os.pardir) else inside


def words(specs: tuple[str, ...]) -> Words:
    """The names in specs; a file that cannot be read has none, whoever parses it says why."""
    texts = _texts(specs)
    tags, macros, views = (
        frozenset(name for text in texts for name in kind.findall(text))
        for kind in (_TAG, _MACRO, _VIEW)
    )
    inside = (body for text in texts for body in _ENUM.findall(text))
    constants = frozenset(name for body in inside for name in re.findall(r"[A-Za-z_]\w*", body))
    return Words(tags, macros, views, constants, tuple(texts))


def _texts(specs: tuple[str, ...]) -> list[str]:
    """Each file once."""
    waiting, visited, texts = [Path(spec) for spec in specs], set[str](), list[str]()
    while waiting:
        path = waiting.pop(0)
        if os.path.realpath(path) in visited:
            continue
        visited.add(os.path.realpath(path))
        try:
            texts.append(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        waiting += [path.parent / name for name in _INCLUDE.findall(texts[-1])]
    return texts
