"""Opening an artefact: what a file is, the types in it, and the modules over it.

What is read: raw BTF, ELF with BTF or DWARF, a bzImage, and each of them compressed; a flat image
with BTF in it.

Folders of a kernel: its image and its modules, as /lib/modules, build trees and /sys/kernel/btf
have them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from cbprove.artifacts.btf import format as btf_format
from cbprove.artifacts.btf import reader as btf
from cbprove.artifacts.btf.format import Records
from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.files import containers, elf
from cbprove.artifacts.files.containers import is_bzimage, is_wrapped, unwrap
from cbprove.artifacts.files.elf import Elf, Order
from cbprove.artifacts.lookup import declared, skipped
from cbprove.artifacts.model import Artifact, Kind, Node, Ref, Types, bad
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS, Abi

RUNNING = "/sys/kernel/btf/vmlinux"

_HEAD = 1024  # bytes of a file that say what it is, so that a disk's image is not read for nothing
_NAME_ONE = "name a vmlinux, a bzImage, a .ko or a .o"


def open_artifact(
    path: str | None = None, modules: Sequence[str] = (), abi: str | None = None
) -> Artifact:
    """The types of an artefact, of the running kernel where none is named, and of modules over it.

    An artefact that is a folder is the kernel in it with every module below it. `modules` are files
    or folders; what a folder holds is opened when something is asked of it, and a module without
    BTF has no types there. `abi` is for artefacts that do not tell theirs. Raises SpecError CB0300
    to CB0308.
    """
    path = RUNNING if path is None else path
    abi_named = None if abi is None else _abi_named(abi)
    inside = os.path.isdir(path)
    base = _unit(kernel_of(Path(path)) if inside else Path(path), None, abi_named)
    below = tuple(_deferred(modules_of(Path(path)), base, abi_named)) if inside else ()
    return Artifact(
        path,
        (
            base,
            *below,
            *(unit for each in modules for unit in _modules(Path(each), base, abi_named)),
        ),
    )


def _modules(path: Path, base: Types, abi: Abi | None) -> Iterable[Types]:
    if not os.path.isdir(path):
        return (_unit(path, base, abi),)
    paths = modules_of(path)
    if not paths:
        raise bad(
            "CB0300",
            f"there are no modules below `{path}`",
            "name a folder with .ko files in it, or /sys/kernel/btf",
        )
    return _deferred(paths, base, abi)


def _deferred(files: Iterable[Path], base: Types, abi: Abi | None) -> Iterator[Types]:
    for each in files:
        yield Deferred(unit_name(each), base.abi, partial(_unit, each, base, abi))


def unit_name(path: Path) -> str:
    """What the unit of a file is called: a module as the kernel calls it, anything else as the
    file."""
    name = unpacked_name(path.name).removesuffix(".btf")
    return name.removesuffix(".ko").replace("-", "_") if name.endswith(".ko") else name


def _unit(path: Path, base: Types | None, abi: Abi | None) -> Types:
    """What one file has; `base` is what a module was named over."""
    content, text = _bytes(path), path.name
    name = "vmlinux" if is_bzimage(content) else unit_name(path)
    source = f"of {text}, sha256 {hashlib.sha256(content).hexdigest()}"
    data = unwrap(content, text)
    if data[:2] in btf_format.MAGIC:
        return _btf(data, name, source=source, base=base, abi_named=abi, file=None)
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
    return _btf(section, name, source=source, base=base, abi_named=abi, file=file)


def _bytes(path: Path) -> bytes:
    """A file's contents. Questions go to os.path: those of pathlib raise where a folder on the
    way may not be searched."""
    if not os.path.exists(path):
        help = f"this kernel was built without CONFIG_DEBUG_INFO_BTF: {_NAME_ONE}"
        problem = (
            f"`{path}` is a link that leads nowhere"
            if os.path.islink(path)
            else f"there is no file `{path}`"
        )
        raise bad("CB0300", problem, help if str(path) == RUNNING else "check the path")
    if not os.path.isfile(path):
        raise bad("CB0300", f"`{path}` is no regular file", _NAME_ONE)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            recognised = head[:2] in btf_format.MAGIC or head[:4] == b"\x7fELF" or is_wrapped(head)
            if not recognised and os.path.getsize(path) > containers.LONGEST_IMAGE:
                raise _none_of_these(path.name)
            return head + file.read()
    except OSError as fault:
        raise bad(
            "CB0300",
            f"`{path}` cannot be read: {(fault.strerror or '').lower()}",
            "check its permissions",
        ) from None


def _none_of_these(text: str) -> Exception:
    if text.endswith(".cbs"):
        help = (
            f"a kernel is wanted here: {_NAME_ONE}; `cbprove check` and `cbprove layout` are "
            f"for specs"
        )
        return bad("CB0301", f"`{text}` is a spec, no artefact of a compiler", help)
    help = (
        f"{_NAME_ONE}; of a kernel that is packed otherwise, the vmlinux, or "
        f"/sys/kernel/btf/vmlinux where it runs"
    )
    return bad(
        "CB0301", f"`{text}` is no BTF, no ELF file and no image of a kernel with BTF in it", help
    )


def _image(data: bytes, text: str, source: str, abi: Abi | None) -> Types:
    """The kernel of a flat image; nothing but its header tells the ABI."""
    image = containers.read_image(data, text)
    if image is None:
        raise _none_of_these(text)
    if image.abi is not None and abi not in (None, image.abi):
        name = abi.name if abi else ""
        raise bad(
            "CB0307", f"`{text}` is for {image.abi.name}, not for {name}", "leave the ABI out"
        )
    return _btf(
        image.btf, "vmlinux", source=source, base=None, abi_named=abi or image.abi, file=None
    )


def _dwarf(file: elf.Elf, name: str, source: str, abi: Abi | None) -> Types:
    if file.section(".debug_info") is None and file.section(".zdebug_info") is None:
        raise bad(
            "CB0304",
            f"`{name}` has neither BTF nor DWARF",
            "build the kernel with CONFIG_DEBUG_INFO_BTF, or give an object its BTF with `gcc "
            "-g` and `pahole -J`",
        )
    from cbprove.artifacts.dwarf import reader as dwarf

    return dwarf.types(file.data, name, f"DWARF {source}", _abi_of_machine(file, name, abi))


def _btf(
    data: bytes,
    name: str,
    source: str,
    base: Types | None,
    abi_named: Abi | None,
    file: elf.Elf | None,
) -> Types:
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
        abi = _abi_of_words(section.order, btf.word_size(records), name, abi_named)
    else:
        abi = _abi_of_machine(file, name, abi_named)
    return Btf(name, f"BTF {source}", abi, records)


def _abi_named(name: str) -> Abi:
    """The ABI of this name; raises SpecError CB0307."""
    if name not in ABIS:
        raise bad("CB0307", f"there is no ABI `{name}`", f"name one of {', '.join(ABIS)}")
    return ABIS[name]


def _abi_of_machine(file: Elf, name: str, abi: Abi | None) -> Abi:
    """The ABI of an ELF file's machine, or the one that was said where cbprove has none of this
    machine.

    Raises SpecError CB0307, as `_abi_of_words` does.
    """
    if file.abi is None and abi is None:
        raise bad(
            "CB0307",
            f"`{name}` is for ELF machine {file.machine}, of which cbprove has no ABI",
            _ASK_ABI,
        )
    if file.abi is not None and abi not in (None, file.abi):
        raise bad(
            "CB0307",
            f"`{name}` is for {file.abi.name}, not for {abi.name if abi else ''}",
            "leave the ABI out",
        )
    return file.abi or _abi_of_words(file.order, file.word, name, abi)


def _abi_of_words(order: Order, word: int | None, name: str, abi_named: Abi | None) -> Abi:
    """The ABI that was said, if it has this byte order and these bytes in a pointer (None: not
    told); else one that does."""
    if abi_named is not None:
        if abi_named.endianness != order or word not in (None, abi_named.pointer_size):
            text = f"{order}-endian" + (f" with pointers of {word} bytes" if word else "")
            raise bad(
                "CB0307",
                f"`{name}` is {text}, which {abi_named.name} is not",
                "name another ABI, or none",
            )
        return abi_named
    fitting = (abi for abi in ABIS.values() if (abi.endianness, abi.pointer_size) == (order, word))
    first = next(fitting, None)
    if first is None:
        raise bad("CB0307", f"nothing in `{name}` tells how large a pointer is", _ASK_ABI)
    return first


_ASK_ABI = f"say which ABI it has: {', '.join(ABIS)}"


@dataclass(frozen=True, eq=False)
class Deferred:
    """A module of a folder. One that was built without types has none; any other mistake is
    raised when it is first asked."""

    name: str
    abi: Abi
    open: Callable[[], Types] = field(repr=False)

    @property
    def origin(self) -> str:
        return self._types.origin if self._types else f"`{self.name}`, which has no types"

    def node(self, ref: Ref) -> Node:
        """As that of the unit; only what `find` gave is asked for."""
        assert self._types is not None, "a unit without types gave out a ref"
        return self._types.node(ref)

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return self._types.find(kind, name) if self._types else ()

    def names(self, kind: Kind) -> Iterable[str]:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return self._types.names(kind) if self._types else ()

    def declares(self, kind: Kind, name: str) -> bool:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return self._types is not None and declared(self._types, kind, name)

    @property
    def skipped(self) -> str:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return skipped(self._types) if self._types is not None else f"`{self.name}` has no types"

    @cached_property
    def _types(self) -> Types | None:
        try:
            return self.open()
        except SpecError as mistake:
            if mistake.diagnostics[0].code == "CB0304":
                return None
            raise


_IMAGES = ("vmlinux", "vmlinuz")
_PACKED = (".gz", ".xz", ".zst")


def kernel_of(folder: Path) -> Path:
    """The kernel of a folder: inside it, or in the boot folder beside /lib/modules/VERSION.
    Raises SpecError CB0300."""
    path = next((each for each in _image_files(folder) if os.path.isfile(each)), None)
    if path is None:
        help = (
            "name a vmlinux or vmlinuz, or a folder that has one: /lib/modules/VERSION, a build "
            "tree, /sys/kernel/btf"
        )
        raise bad("CB0300", f"there is no kernel in `{folder}`", help)
    return path


def _image_files(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _IMAGES)
    path = Path(os.path.abspath(folder))
    if path.parent.name == "modules":
        # lib/modules/VERSION or usr/lib/modules/VERSION
        boots = [above / "boot" for above in path.parents[2:4]]
        yield from (boot / f"{image}-{path.name}" for image in reversed(_IMAGES) for boot in boots)


def modules_of(folder: Path) -> tuple[Path, ...]:
    """Every module below a folder; in one like /sys/kernel/btf, every file but the kernel's own."""
    return tuple(sorted(_module_files(folder)))


def _module_files(folder: Path) -> Iterator[Path]:
    for each in folder.rglob("*"):
        of_running = folder.name == "btf" and each.name != "vmlinux" and each.parent == folder
        if (of_running or unpacked_name(each.name).endswith(".ko")) and os.path.isfile(each):
            yield each


def unpacked_name(name: str) -> str:
    """A file's name without the ending that compression gave it."""
    for ending in _PACKED:
        name = name.removesuffix(ending)
    return name
