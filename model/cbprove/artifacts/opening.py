"""Opening an artefact: what a file is, the types in it, and the modules over it.

What is read: raw BTF, ELF with BTF or DWARF, a bzImage, and each of them compressed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from cbprove.artifacts import abis
from cbprove.artifacts.btf import format as btf_format
from cbprove.artifacts.btf import reader as btf
from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.btf.records import Records
from cbprove.artifacts.deferred import Deferred
from cbprove.artifacts.files import elf
from cbprove.artifacts.files.containers import is_bzimage, unwrap
from cbprove.artifacts.model import Artifact, Types, bad
from cbprove.layout.abi import Abi

RUNNING = "/sys/kernel/btf/vmlinux"

_PACKED = (".gz", ".xz", ".zst")
_NAME_ONE = "name a vmlinux, a bzImage, a .ko or a .o"


def open_artifact(path: str | None = None, modules: Sequence[str] = (), abi: str | None = None) -> Artifact:
    """The types of an artefact, of the running kernel where none is named, and of modules over it.

    `modules` are files or folders; what a folder holds is opened when something is asked of it, and a module without BTF has
    no types there. `abi` is for artefacts that do not tell theirs. Raises SpecError CB0300 to CB0308.
    """
    path = RUNNING if path is None else path
    said = None if abi is None else abis.named(abi)
    base = _unit(Path(path), None, said)
    return Artifact(path, (base, *(unit for each in modules for unit in _modules(Path(each), base, said))))


def _modules(path: Path, base: Types, said: Abi | None) -> Iterator[Types]:
    if not os.path.isdir(path):
        yield _unit(path, base, said)
        return
    found = sorted(_in_folder(path))
    if not found:
        raise bad(
            "CB0300", f"there are no modules below `{path}`", "name a folder with .ko files in it, or /sys/kernel/btf"
        )
    for each in found:
        yield Deferred(unit_name(each), base.abi, partial(_unit, each, base, said))


def _in_folder(path: Path) -> Iterator[Path]:
    """Every module below a folder; in one like /sys/kernel/btf, every file but the kernel's own."""
    for each in path.rglob("*"):
        of_running = path.name == "btf" and each.name != "vmlinux" and each.parent == path
        if (of_running or unpacked(each.name).endswith(".ko")) and os.path.isfile(each):
            yield each


def unpacked(name: str) -> str:
    """A file's name without the ending that compression gave it."""
    for ending in _PACKED:
        name = name.removesuffix(ending)
    return name


def unit_name(path: Path) -> str:
    """What the unit of a file is called: a module as the kernel calls it, anything else as the file."""
    name = unpacked(path.name).removesuffix(".btf")
    return name.removesuffix(".ko").replace("-", "_") if name.endswith(".ko") else name


def _unit(path: Path, base: Types | None, said: Abi | None) -> Types:
    """What one file has; `base` is what a module was named over."""
    whole, shown = _bytes(path), path.name
    name = "vmlinux" if is_bzimage(whole) else unit_name(path)
    source = f"of {shown}, sha256 {hashlib.sha256(whole).hexdigest()}"
    data = unwrap(whole, shown)
    if data[:2] in btf_format.MAGIC:
        return _btf(data, name, source, base, said, None)
    if data[:4] != b"\x7fELF":
        raise bad("CB0301", f"`{shown}` is no BTF, no ELF file and no bzImage", _NAME_ONE)
    file = elf.read(data, shown)
    section = file.section(".BTF")
    if section is None:
        return _dwarf(file, name, source, said)
    if file.section(".BTF.base") is not None:
        raise bad(
            "CB0308",
            f"the BTF of `{name}` is written over a distilled base, which is not read",
            "build it in the kernel's tree",
        )
    return _btf(section, name, source, base, said, file)


def _bytes(path: Path) -> bytes:
    """A file's contents. Questions go to os.path: those of pathlib raise where a folder on the way may not be searched."""
    if not os.path.exists(path):
        help = f"this kernel was built without CONFIG_DEBUG_INFO_BTF: {_NAME_ONE}"
        raise bad("CB0300", f"there is no file `{path}`", help if str(path) == RUNNING else "check the path")
    if not os.path.isfile(path):
        raise bad("CB0300", f"`{path}` is no regular file", _NAME_ONE)
    try:
        return path.read_bytes()
    except OSError as fault:
        raise bad(
            "CB0300", f"`{path}` cannot be read: {(fault.strerror or '').lower()}", "check its permissions"
        ) from None


def _dwarf(file: elf.Elf, name: str, source: str, said: Abi | None) -> Types:
    if file.section(".debug_info") is None and file.section(".zdebug_info") is None:
        raise bad(
            "CB0304",
            f"`{name}` has neither BTF nor DWARF",
            "build the kernel with CONFIG_DEBUG_INFO_BTF, or give an object its BTF with `gcc -g` and `pahole -J`",
        )
    from cbprove.artifacts.dwarf import reader as dwarf

    return dwarf.types(file.data, name, f"DWARF {source}", abis.of_machine(file, name, said))


def _btf(data: bytes, name: str, source: str, base: Types | None, said: Abi | None, file: elf.Elf | None) -> Types:
    section = btf_format.read(data, name)
    if section.is_split:
        if not isinstance(base, Btf):
            raise bad(
                "CB0308",
                f"the BTF of `{name}` is written over that of its kernel",
                "open the kernel, and this as a module over it",
            )
        return Btf(name, f"BTF {source}", base.abi, btf.over(section, base.records))
    records = Records(section)
    if file is None or file.machine == elf.EM_BPF:
        abi = abis.of_words(section.order, btf.word_size(records), name, said)
    else:
        abi = abis.of_machine(file, name, said)
    return Btf(name, f"BTF {source}", abi, records)
