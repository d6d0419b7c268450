"""How files of a kernel are compiled, from its source and its build tree or header package: no compiler is asked."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

from cbprove.frozen import frozen
from cbprove.source.units import PRELUDE, Flags
from cbprove.usage import WrongUsage

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
_OPTIONS = ("-x", "c", "-std=gnu11", "-fms-extensions", "-nostdinc", "-D__KERNEL__", "-DCC_USING_FENTRY", "-w")
_CHARACTERS = ("-fshort-wchar", "-funsigned-char", "-ferror-limit=0")


@frozen
class Kernel:
    """A source tree and where its generated headers are; `version` is what the source's Makefile says."""

    tree: Path
    made: Path
    architecture: str
    version: str

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
        return Flags((*options, *included, *self._of_makefile(path), "-include", PRELUDE), _prelude())

    def _of_makefile(self, path: Path) -> list[str]:
        """Include folders and definitions of the Makefiles beside the file and above."""
        found: list[str] = []
        for folder in path.parents:
            makefile = folder / "Makefile"
            if makefile.is_file() and folder != self.tree:
                text = makefile.read_text(errors="replace").replace("\\\n", " ")
                for line in re.findall(
                    r"^(?:sub|c)[a-zA-Z]*flags[-\w.$()]*[ \t]*[+:]?=(.*)$", text, re.MULTILINE | re.I
                ):
                    found += [_placed(option, self.tree, folder) for option in _options(line)]
            if folder == self.tree:
                break
        return found


def _options(line: str) -> list[str]:
    """Folders and definitions among the options of a Makefile, quotes taken off as a shell does."""
    try:
        words = shlex.split(line.partition(" #")[0])
    except ValueError:
        words = line.split()
    after = dict(pairwise(words))
    joined = [word + after.get(word, "") if word in ("-I", "-D") else word for word in words]
    return [word for word in joined if re.match(r"-[ID].", word)]


def _placed(option: str, tree: Path, folder: Path) -> str:
    """An option of a Makefile with its variables replaced."""
    relative = folder.relative_to(tree)
    text = option
    for name in ("srctree", "objtree"):
        text = text.replace(f"$({name})", str(tree))
    text = re.sub(r"\$\((?:src|obj)\)", str(folder) if text.startswith("-I$(") else str(relative), text)
    return f"-I{tree / text[2:]}" if text.startswith("-I") and not text.startswith("-I/") else text


def _prelude() -> str:
    undefined = "".join(f"#undef {name}\n" for name in _OTHER_COMPILER)
    return f"#include <linux/kconfig.h>\n{undefined}#include <linux/compiler_types.h>\n"


def open_kernel(tree: str, headers: str | None) -> Kernel:
    """The kernel of a source tree. Raises WrongUsage where it is none, or was not configured and no headers are named."""
    root = Path(tree).resolve()
    if not (root / "include/linux/kconfig.h").is_file():
        raise WrongUsage(f"`{tree}` is no source tree of a kernel", "name the folder that has include/linux/kconfig.h")
    made = root if headers is None else _headers(Path(headers).resolve(), headers)
    if not (made / "include/generated/autoconf.h").is_file():
        raise WrongUsage(
            f"`{tree}` was never configured",
            "name what a build made, a build tree or the folder of a linux-headers package: --headers DIR",
        )
    return Kernel(root, made, _architecture(made, headers or tree), _version(root))


def _headers(given: Path, said: str) -> Path:
    """The folder with the generated headers: the one named, or the only one in it."""
    if not given.is_dir():
        raise WrongUsage(f"there is no folder `{said}`", "name the folder of a linux-headers package")
    if (given / "include/generated/autoconf.h").is_file():
        return given
    inside = sorted(each.parents[2] for each in given.glob("*/include/generated/autoconf.h"))
    if len(inside) != 1:
        what = "several folders" if inside else "no folder"
        raise WrongUsage(
            f"`{said}` has {what} with include/generated/autoconf.h",
            "name the one of the architecture, as linux-headers-6.1.0-47-amd64",
        )
    return inside[0]


def _architecture(made: Path, said: str) -> str:
    found = sorted(each.parents[1].name for each in made.glob("arch/*/include/generated"))
    known = [name for name in found if name in _ARCHITECTURES]
    if len(known) != 1:
        told = f"it was made for {', '.join(found)}" if found else "it has no arch/*/include/generated"
        raise WrongUsage(f"`{said}` has the headers of no architecture that is known: {told}", "name another folder")
    return known[0]


def _version(tree: Path) -> str:
    makefile = tree / "Makefile"
    text = makefile.read_text(errors="replace") if makefile.is_file() else ""
    numbers = [re.search(rf"^{name} *= *(\d+)", text, re.MULTILINE) for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    return ".".join(each[1] for each in numbers if each)
