"""How files are compiled where no kernel says it: `compile_commands.json`, or the options of a compiler."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from cbprove.files import read_plain
from cbprove.frozen import frozen
from cbprove.source.units import Flags
from cbprove.usage import WrongUsage

_MOST = 256 << 20  # bytes of a compile_commands.json
_PAIRED = (
    "-I",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-include",
    "-imacros",
    "-D",
    "-U",
    "-target",
    "--sysroot",
    "-isysroot",
)
_ALONE = re.compile(
    r"-(?:[IDU].+|std=.+|m(?:32|64|x32|abi=.+|arch=.+|big-endian|little-endian)|nostdinc|fshort-wchar|f(?:un)?signed-char"
    r"|fms-extensions|fpack-struct.*|fshort-enums|-target=.+|-sysroot=.+)"
)


@frozen
class Commands:
    """What a compile_commands.json says of each file."""

    files: Mapping[str, Flags]

    def flags(self, path: Path) -> Flags:
        """How a file is compiled. Raises WrongUsage where nothing says so."""
        found = self.files.get(str(path))
        if found is None:
            raise WrongUsage(f"compile_commands.json says nothing of `{path}`", "build it, and make the list again")
        return found


@frozen
class OneWay:
    """All files alike, as with one command."""

    options: Flags

    def flags(self, path: Path) -> Flags:
        return self.options


def listed(path: str) -> Commands:
    """A compile_commands.json. Raises WrongUsage for what is none."""
    try:
        entries = json.loads(read_plain(Path(path), _MOST))
        made = {}
        for each in entries:
            words = each["arguments"] if "arguments" in each else shlex.split(each["command"])
            folder = Path(each["directory"])
            made[os.path.normpath(folder / each["file"])] = Flags(("-x", "c", *options(words, folder)))
    except OSError as error:
        raise WrongUsage(
            f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}", "check the path"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WrongUsage(
            f"`{path}` is no compile_commands.json", "make one: with a kernel, `make compile_commands.json`"
        ) from None
    return Commands(MappingProxyType(made))


def options(words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Of a compiler's command what changes how C is read: folders, macros, the language and the machine."""
    found = [f"--target={target}"] if (target := _target(words[0])) else []
    rest = iter(words[1:])
    for word in rest:
        if word in _PAIRED:
            found += [word, _from(folder, word, next(rest, ""))]
        elif _ALONE.fullmatch(word):
            found.append(f"-I{_from(folder, '-I', word[2:])}" if word.startswith("-I") else word)
    return (*found, "-w", "-ferror-limit=0")


def _from(folder: Path, option: str, text: str) -> str:
    """A path of an option, from the folder that the compiler ran in."""
    beside = folder / text
    return str(beside) if option.startswith(("-I", "-i")) and (option != "-include" or beside.exists()) else text


def _target(command: str) -> str:
    """The machine that a cross compiler's name begins with."""
    match = re.fullmatch(r"(\w+(?:-\w+){1,3})-(?:gcc|cc|clang)(?:-[\d.]+)?", Path(command).name)
    return match[1] if match else ""


def compiler(command: str) -> OneWay:
    """A compiler and its options, as in `gcc -Iinclude`: where its headers are it is asked. Raises WrongUsage."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise WrongUsage(f"`{command}` is no command", 'say the compiler and its options: --cc "gcc -Iinclude"')
    return OneWay(Flags(("-x", "c", *options(words, Path.cwd()), *_own_headers(words))))


def _own_headers(words: Sequence[str]) -> list[str]:
    """Where a compiler finds headers that nobody named; libclang comes without any."""
    try:
        asked = [*words, "-E", "-v", "-x", "c", os.devnull]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C"})
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WrongUsage(f"the compiler `{words[0]}` cannot be run: {error}", "install it, or name another") from None
    match = re.search(r"#include <\.\.\.> search starts here:\n(.*?)End of search list", said.stderr, re.DOTALL)
    folders = match[1].split("\n") if match else []
    return [f"-isystem{each.strip()}" for each in folders if each.strip()]
