"""Opening an artefact: what a file is, the types in it, and the modules over it.

What is read: raw BTF, ELF with BTF or DWARF, a bzImage, and each of them compressed; a flat image with BTF in it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from cbprove.artifacts import abis
from cbprove.artifacts.btf import format as btf_format
from cbprove.artifacts.btf import reader as btf
from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.btf.records import Records
from cbprove.artifacts.deferred import Deferred
from cbprove.artifacts.files import elf, folders, images
from cbprove.artifacts.files.containers import is_bzimage, is_wrapped, unwrap
from cbprove.artifacts.model import Artifact, Types, bad
from cbprove.layout.abi import Abi

RUNNING = "/sys/kernel/btf/vmlinux"

_HEAD = 1024  # bytes of a file that say what it is, so that a disk's image is not read for nothing
_NAME_ONE = "name a vmlinux, a bzImage, a .ko or a .o"


def open_artifact(path: str | None = None, modules: Sequence[str] = (), abi: str | None = None) -> Artifact:
    """The types of an artefact, of the running kernel where none is named, and of modules over it.

    An artefact that is a folder is the kernel in it with every module below it. `modules` are files or folders; what a folder
    holds is opened when something is asked of it, and a module without BTF has no types there. `abi` is for artefacts that do
    not tell theirs. Raises SpecError CB0300 to CB0308.
    """
    path = RUNNING if path is None else path
    said = None if abi is None else abis.named(abi)
    inside = os.path.isdir(path)
    base = _unit(folders.kernel(Path(path)) if inside else Path(path), None, said)
    below = tuple(_deferred(folders.modules(Path(path)), base, said)) if inside else ()
    return Artifact(path, (base, *below, *(unit for each in modules for unit in _modules(Path(each), base, said))))


def _modules(path: Path, base: Types, abi: Abi | None) -> Iterable[Types]:
    if not os.path.isdir(path):
        return (_unit(path, base, abi),)
    paths = folders.modules(path)
    if not paths:
        raise bad(
            "CB0300", f"there are no modules below `{path}`", "name a folder with .ko files in it, or /sys/kernel/btf"
        )
    return _deferred(paths, base, abi)


def _deferred(files: Iterable[Path], base: Types, abi: Abi | None) -> Iterator[Types]:
    for each in files:
        yield Deferred(unit_name(each), base.abi, partial(_unit, each, base, abi))


def unit_name(path: Path) -> str:
    """What the unit of a file is called: a module as the kernel calls it, anything else as the file."""
    name = folders.unpacked(path.name).removesuffix(".btf")
    return name.removesuffix(".ko").replace("-", "_") if name.endswith(".ko") else name


def _unit(path: Path, base: Types | None, abi: Abi | None) -> Types:
    """What one file has; `base` is what a module was named over."""
    whole, text = _bytes(path), path.name
    name = "vmlinux" if is_bzimage(whole) else unit_name(path)
    source = f"of {text}, sha256 {hashlib.sha256(whole).hexdigest()}"
    data = unwrap(whole, text)
    if data[:2] in btf_format.MAGIC:
        return _btf(data, name, source, base, abi, None)
    if data[:4] != b"\x7fELF":
        return _image(data, text, source, abi)
    file = elf.read(data, text)
    section = file.section(".BTF")
    if section is None:
        return _dwarf(file, name, source, abi)
    if file.section(".BTF.base") is not None:
        raise bad(
            "CB0308",
            f"the BTF of `{name}` is written over a distilled base, which is not read",
            "build it in the kernel's tree",
        )
    return _btf(section, name, source, base, abi, file)


def _bytes(path: Path) -> bytes:
    """A file's contents. Questions go to os.path: those of pathlib raise where a folder on the way may not be searched."""
    if not os.path.exists(path):
        help = f"this kernel was built without CONFIG_DEBUG_INFO_BTF: {_NAME_ONE}"
        what = f"`{path}` is a link that leads nowhere" if os.path.islink(path) else f"there is no file `{path}`"
        raise bad("CB0300", what, help if str(path) == RUNNING else "check the path")
    if not os.path.isfile(path):
        raise bad("CB0300", f"`{path}` is no regular file", _NAME_ONE)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            known = head[:2] in btf_format.MAGIC or head[:4] == b"\x7fELF" or is_wrapped(head)
            if not known and os.path.getsize(path) > images.MOST:
                raise _none_of_these(path.name)
            return head + file.read()
    except OSError as fault:
        raise bad(
            "CB0300", f"`{path}` cannot be read: {(fault.strerror or '').lower()}", "check its permissions"
        ) from None


def _none_of_these(text: str) -> Exception:
    help = f"{_NAME_ONE}; of a kernel that is packed otherwise, the vmlinux, or /sys/kernel/btf/vmlinux where it runs"
    return bad("CB0301", f"`{text}` is no BTF, no ELF file and no image of a kernel with BTF in it", help)


def _image(data: bytes, text: str, source: str, abi: Abi | None) -> Types:
    """The kernel of a flat image; nothing but its header tells the ABI."""
    image = images.read(data, text)
    if image is None:
        raise _none_of_these(text)
    if image.abi is not None and abi not in (None, image.abi):
        name = abi.name if abi else ""
        raise bad("CB0307", f"`{text}` is for {image.abi.name}, not for {name}", "leave the ABI out")
    return _btf(image.btf, "vmlinux", source, None, abi or image.abi, None)


def _dwarf(file: elf.Elf, name: str, source: str, abi: Abi | None) -> Types:
    if file.section(".debug_info") is None and file.section(".zdebug_info") is None:
        raise bad(
            "CB0304",
            f"`{name}` has neither BTF nor DWARF",
            "build the kernel with CONFIG_DEBUG_INFO_BTF, or give an object its BTF with `gcc -g` and `pahole -J`",
        )
    from cbprove.artifacts.dwarf import reader as dwarf

    return dwarf.types(file.data, name, f"DWARF {source}", abis.of_machine(file, name, abi))


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
