"""What a tree says for itself: `.cbprove.toml` in the folder or above it, and the version of a
kernel's Makefile."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.frozen import frozen

NAME = ".cbprove.toml"
_CODE = "CB0346"


@frozen
class Settings:
    """`specs` are judged instead of a model of the package, or the `model` of a kernel by its
    version.

    `accessors` are macros and functions beside the views of specs that lead to a control block. How
    C is compiled: `headers` are what a build of the tree has generated, `compile_commands` says it
    file by file, `include` are folders besides. `vmlinux` is the kernel, a file or a folder with
    modules, that is opened where no artefact is named.
    """

    specs: tuple[str, ...] = ()
    model: str | None = None
    accessors: tuple[str, ...] = ()
    headers: str | None = None
    include: tuple[str, ...] = ()
    compile_commands: str | None = None
    vmlinux: str | None = None


@frozen
class _Kind:
    """What a setting is: one text or a list of them, in words, with an example; `there` says
    whether a path is one."""

    many: bool
    words: str
    example: str
    there: Callable[[Path], bool] | None = None
    what: str = ""


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "specs": _Kind(True, "a list of paths", '["specs/*.cbs"]', Path.exists, "spec"),
        "model": _Kind(False, 'a version, as in "7.2"', '"7.2"'),
        "accessors": _Kind(True, "a list of names", '["MY_SKB_CB"]'),
        "headers": _Kind(
            False, "a folder", '"/usr/src/linux-headers-7.2-amd64"', Path.is_dir, "folder"
        ),
        "include": _Kind(True, "a list of folders", '["include"]', Path.is_dir, "folder"),
        "compile_commands": _Kind(False, "a file", '"compile_commands.json"', Path.is_file, "file"),
        "vmlinux": _Kind(
            False, "a file or a folder", '"../build/vmlinux"', Path.exists, "file or folder"
        ),
    }
)


def settings(*folders: Path) -> Settings:
    """What the nearest file above the first folder says, else above the others; nothing where there
    is none.

    Raises SpecError CB0346 with all that it does not know, or that is not there.
    """
    files = (each / NAME for folder in folders for each in _above(folder))
    file = next((each for each in files if each.is_file()), None)
    return Settings() if file is None else _read(file)


def _above(folder: Path) -> Iterator[Path]:
    folder_here = folder.resolve()
    yield from (folder_here, *folder_here.parents)


def _read(file: Path) -> Settings:
    near = os.path.relpath(file)
    name = str(file) if near.startswith(os.pardir) else near
    try:
        source = Source(name, file.read_text(encoding="utf-8"))
        document = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError((_no_toml(source, error),)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise SpecError(
            (Diagnostic(_CODE, f"`{name}` cannot be read: {reason}", None, "write it as TOML"),)
        ) from None
    mistakes = [
        mistake
        for key, value in document.items()
        for mistake in _mistakes(source, file.parent, key, value)
    ]
    if mistakes:
        raise SpecError(
            tuple(sorted(mistakes, key=lambda each: each.span.start if each.span else 0))
        )
    return Settings(**{key: _value(file.parent, key, value) for key, value in document.items()})


def _value(folder: Path, key: str, value: Any) -> Any:
    """A setting with its paths counted from the folder of the file."""
    if _KINDS[key].there is None:
        return tuple(value) if _KINDS[key].many else value
    return (
        tuple(str(path) for name in value for path in _paths(folder, name))
        if _KINDS[key].many
        else str(folder / value)
    )


def _paths(folder: Path, name: str) -> list[Path]:
    """A path, or what a pattern stands for."""
    return sorted(folder.glob(name)) if "*" in name else [folder / name]


# --- mistakes -------------------------------------------------------------------------------------


def _mistakes(source: Source, folder: Path, key: str, value: Any) -> Iterator[Diagnostic]:
    kind = _KINDS.get(key)
    if kind is None:
        from difflib import get_close_matches

        near = get_close_matches(key, _KINDS, 1)
        help = f"did you mean `{near[0]}`?" if near else f"the settings are {', '.join(_KINDS)}"
        yield Diagnostic(_CODE, f"there is no setting `{key}`", _span(source, key), help)
        return
    texts = value if kind.many and isinstance(value, list) else [value]
    if isinstance(value, list) != kind.many or not all(isinstance(each, str) for each in texts):
        yield Diagnostic(
            _CODE,
            f"`{key}` is not {kind.words}",
            _span(source, key),
            f"write {key} = {kind.example}",
        )
        return
    for text in texts:
        if kind.there is not None and not any(kind.there(path) for path in _paths(folder, text)):
            message = f"`{key}`: there is no {kind.what} `{text}`"
            yield Diagnostic(
                _CODE, message, _span(source, key, text), "paths count from the folder of this file"
            )


def _span(source: Source, key: str, text: str = "") -> Span:
    """Where a key stands, or a text behind it."""
    match = re.search(rf"^[ \t]*\[*[ \t]*[\"']?({re.escape(key)})\b", source.text, re.MULTILINE)
    start, end = match.span(1) if match else (0, 0)
    position = source.text.find(text, end) if text else -1
    return (
        Span(source, position, position + len(text)) if position >= 0 else Span(source, start, end)
    )


def _no_toml(source: Source, error: tomllib.TOMLDecodeError) -> Diagnostic:
    """The one mistake that the reader of TOML tells, with its place in words."""
    reason, _, place = str(error).partition(" (at ")
    match = re.match(r"line (\d+), column (\d+)", place)
    lines = source.text.splitlines(keepends=True)
    start = (
        sum(map(len, lines[: int(match[1]) - 1])) + int(match[2]) - 1
        if match
        else len(source.text.rstrip())
    )
    start = min(start, max(len(source.text) - 1, 0))
    return Diagnostic(
        _CODE,
        f"this is no TOML: {reason[:1].lower()}{reason[1:]}",
        Span(source, start, start),
        "write KEY = VALUE",
    )


def kernel(folder: Path) -> str | None:
    """The version of the kernel in whose tree a folder is, as in `7.2`."""
    for each in _above(folder):
        makefile = each / "Makefile"
        if makefile.is_file() and (each / "Kbuild").is_file():
            text = makefile.read_text(encoding="utf-8", errors="replace")[:500]
            version_line = re.search(r"^VERSION = (\d+)\nPATCHLEVEL = (\d+)$", text, re.MULTILINE)
            return f"{version_line[1]}.{version_line[2]}" if version_line else None
    return None
