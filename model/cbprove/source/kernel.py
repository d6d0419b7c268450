"""How files of C are compiled: in a kernel, as its source and build tree say; elsewhere, as
commands or a compiler do."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from cbprove.diagnostics import WrongUsage
from cbprove.files import read_plain
from cbprove.frozen import frozen
from cbprove.source.units import PRELUDE, Flags

# What a configuration made by gcc says that libclang does not follow, none of which moves a member.
_OTHER_COMPILER = (
    "CONFIG_USE_X86_SEG_SUPPORT",
    "CONFIG_CC_HAS_NAMED_AS",
    "CONFIG_CC_HAS_TYPEOF_UNQUAL",
    "CONFIG_CC_HAS_COUNTED_BY",
    "CONFIG_CC_HAS_COUNTED_BY_PTR",
    "CONFIG_CC_HAS_ASSUME",
)
_ARCHITECTURES = {
    "x86": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabi",
    "riscv": "riscv64-linux-gnu",
    "s390": "s390x-linux-gnu",
    "powerpc": "powerpc64le-linux-gnu",
    "mips": "mips-linux-gnu",
}
_OPTIONS = (
    "-x",
    "c",
    "-std=gnu11",
    "-fms-extensions",
    "-nostdinc",
    "-D__KERNEL__",
    "-DCC_USING_FENTRY",
    "-w",
)
_CHARACTERS = ("-fshort-wchar", "-funsigned-char", "-ferror-limit=0")


@frozen
class Kernel:
    """A source tree and where its generated headers are; `version` is what the source's Makefile
    says.

    `include` are folders besides.
    """

    tree: Path
    made: Path
    architecture: str
    version: str
    include: tuple[str, ...] = ()

    def flags(self, path: Path) -> Flags:
        """How a file of the tree is compiled."""
        arch = Path("arch", self.architecture, "include")
        folders = (
            *(root / arch / kind for kind in ("", "uapi") for root in (self.tree,)),
            *(self.made / arch / "generated" / kind for kind in ("", "uapi")),
            *(root / "include" / kind for kind in ("", "uapi") for root in (self.tree,)),
            *(self.made / "include" / kind for kind in ("", "generated/uapi")),
        )
        name = re.sub(r"\W", "_", path.stem)
        named = (f'-DKBUILD_{each}="{name}"' for each in ("MODNAME", "BASENAME", "MODFILE"))
        target = f"--target={_ARCHITECTURES[self.architecture]}"
        options = (*_OPTIONS, target, *_CHARACTERS, *named, f"-D__KBUILD_MODNAME=kmod_{name}")
        included = (f"-I{folder}" for folder in folders)
        include_flags = (f"-I{folder}" for folder in self.include)
        return Flags(
            (*options, *included, *self._of_makefile(path), *include_flags, "-include", PRELUDE),
            _prelude(),
        )

    def _of_makefile(self, path: Path) -> list[str]:
        """Include folders and definitions of the Makefiles beside the file and above."""
        options_found: list[str] = []
        for folder in path.parents:
            makefile = folder / "Makefile"
            if makefile.is_file() and folder != self.tree:
                text = makefile.read_text(errors="replace").replace("\\\n", " ")
                variables = dict(_VARIABLE.findall(text))
                for line in _FLAGS.findall(text):
                    options_found += [
                        _placed(option, self.tree, folder)
                        for option in _options(_expanded(line, variables))
                    ]
            if folder == self.tree:
                break
        return options_found


_FLAGS = re.compile(
    r"^(?:subdir-)?c[a-z]*flags[-\w.$()]*[ \t]*[+:]?=(.*)$", re.MULTILINE | re.IGNORECASE
)
_VARIABLE = re.compile(r"^(\w+)[ \t]*[:?]?=[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


def _expanded(line: str, variables: Mapping[str, str]) -> str:
    """A line of a Makefile with the variables that the file itself sets."""
    return re.sub(r"\$\((\w+)\)", lambda name: variables.get(name[1], name[0]), line)


def _options(line: str) -> list[str]:
    """Folders and definitions among the options of a Makefile, quotes taken off as a shell does."""
    try:
        words = shlex.split(line.partition(" #")[0])
    except ValueError:
        words = line.split()
    joined = [
        word + after if word in ("-I", "-D") else word for word, after in pairwise([*words, ""])
    ]
    return [word for word in joined if re.match(r"-[ID].", word)]


def _placed(option: str, tree: Path, folder: Path) -> str:
    """An option of a Makefile with its variables replaced."""
    relative = folder.relative_to(tree)
    text = option
    for name in ("srctree", "objtree"):
        text = text.replace(f"$({name})", str(tree))
    text = re.sub(
        r"\$\((?:src|obj)\)", str(folder) if text.startswith("-I$(") else str(relative), text
    )
    return f"-I{tree / text[2:]}" if text.startswith("-I") and not text.startswith("-I/") else text


def _prelude() -> str:
    undefined = "".join(f"#undef {name}\n" for name in _OTHER_COMPILER)
    return f"#include <linux/kconfig.h>\n{undefined}#include <linux/compiler_types.h>\n"


def open_kernel(tree: str, headers: str | None, include: Sequence[str] = ()) -> Kernel:
    """The kernel of a source tree. Raises WrongUsage where it is none, or was not configured and
    no headers are named."""
    root = Path(tree).resolve()
    if not (root / "include/linux/kconfig.h").is_file():
        raise WrongUsage(
            f"`{tree}` is no source tree of a kernel",
            "name the folder that has include/linux/kconfig.h",
        )
    build_tree = root if headers is None else _headers(Path(headers).resolve(), headers)
    if not (build_tree / "include/generated/autoconf.h").is_file():
        raise WrongUsage(
            f"`{tree}` was never configured",
            "name what a build made, a build tree or the folder of a linux-headers package: "
            "--headers DIR",
        )
    return Kernel(
        root, build_tree, _architecture(build_tree, headers or tree), _version(root), tuple(include)
    )


def _headers(folder_given: Path, name_said: str) -> Path:
    """The folder with the generated headers: the one named, or the only one in it."""
    if not folder_given.is_dir():
        raise WrongUsage(
            f"there is no folder `{name_said}`", "name the folder of a linux-headers package"
        )
    if (folder_given / "include/generated/autoconf.h").is_file():
        return folder_given
    inside = sorted(each.parents[2] for each in folder_given.glob("*/include/generated/autoconf.h"))
    if len(inside) != 1:
        problem = "several folders" if inside else "no folder"
        raise WrongUsage(
            f"`{name_said}` has {problem} with include/generated/autoconf.h",
            "name the one of the architecture, as linux-headers-6.1.0-47-amd64",
        )
    return inside[0]


def _architecture(build_tree: Path, name_said: str) -> str:
    architectures = sorted(
        each.parents[1].name for each in build_tree.glob("arch/*/include/generated")
    )
    architectures_known = [name for name in architectures if name in _ARCHITECTURES]
    if len(architectures_known) != 1:
        explanation = (
            f"it was made for {', '.join(architectures)}"
            if architectures
            else "it has no arch/*/include/generated"
        )
        raise WrongUsage(
            f"`{name_said}` has the headers of no architecture that is known: {explanation}",
            "name another folder",
        )
    return architectures_known[0]


def _version(tree: Path) -> str:
    makefile = tree / "Makefile"
    text = makefile.read_text(errors="replace") if makefile.is_file() else ""
    numbers = [
        re.search(rf"^{name} *= *(\d+)", text, re.MULTILINE)
        for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")
    ]
    return ".".join(each[1] for each in numbers if each)


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
        entry = self.files.get(str(path))
        if entry is None:
            raise WrongUsage(
                f"compile_commands.json says nothing of `{path}`",
                "build it, and make the list again",
            )
        return entry


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
        by_path = {}
        for each in entries:
            words = each["arguments"] if "arguments" in each else shlex.split(each["command"])
            folder = Path(each["directory"])
            by_path[os.path.normpath(folder / each["file"])] = Flags(
                ("-x", "c", *options(words, folder))
            )
    except OSError as error:
        raise WrongUsage(
            f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}", "check the path"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WrongUsage(
            f"`{path}` is no compile_commands.json",
            "make one: with a kernel, `make compile_commands.json`",
        ) from None
    return Commands(MappingProxyType(by_path))


def options(words: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Of a compiler's command what changes how C is read: folders, macros, the language and the
    machine."""
    options_kept = [f"--target={target}"] if (target := _target(words[0])) else []
    rest = iter(words[1:])
    for word in rest:
        if word in _PAIRED:
            options_kept += [word, _from(folder, word, next(rest, ""))]
        elif _ALONE.fullmatch(word):
            options_kept.append(
                f"-I{_from(folder, '-I', word[2:])}" if word.startswith("-I") else word
            )
    return (*options_kept, "-w", "-ferror-limit=0")


def _from(folder: Path, option: str, text: str) -> str:
    """A path of an option, from the folder that the compiler ran in."""
    relative = folder / text
    return (
        str(relative)
        if option.startswith(("-I", "-i")) and (option != "-include" or relative.exists())
        else text
    )


def _target(command: str) -> str:
    """The machine that a cross compiler's name begins with."""
    match = re.fullmatch(r"(\w+(?:-\w+){1,3})-(?:gcc|cc|clang)(?:-[\d.]+)?", Path(command).name)
    return match[1] if match else ""


def compiler(command: str, include: Sequence[str] = ()) -> OneWay:
    """A compiler and its options, as in `gcc -Iinclude`: where its headers are it is asked.
    Raises WrongUsage."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise WrongUsage(
            f"`{command}` is no command", 'say the compiler and its options: --cc "gcc -Iinclude"'
        )
    include_flags = (f"-I{folder}" for folder in include)
    return OneWay(
        Flags(("-x", "c", *options(words, Path.cwd()), *include_flags, *_own_headers(words)))
    )


def _own_headers(words: Sequence[str]) -> list[str]:
    """Where a compiler finds headers that nobody named; libclang comes without any."""
    try:
        command = [*words, "-E", "-v", "-x", "c", os.devnull]
        output = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C"}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WrongUsage(
            f"the compiler `{words[0]}` cannot be run: {error}", "install it, or name another"
        ) from None
    match = re.search(
        r"#include <\.\.\.> search starts here:\n(.*?)End of search list", output.stderr, re.DOTALL
    )
    folders = match[1].split("\n") if match else []
    return [f"-isystem{each.strip()}" for each in folders if each.strip()]
