"""Kernels that are no ELF: the flat images of arm64, riscv64 and s390x, EFI programs, and what a boot loader unpacks of one.

In a flat image the `.BTF` section lies as it is, with nothing to say where: it is told by its header (Documentation/bpf/btf.rst),
whose lengths must fit.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from cbprove.artifacts.files.compression import decompress
from cbprove.artifacts.model import bad
from cbprove.diagnostics import SpecError
from cbprove.frozen import frozen
from cbprove.layout.abi import ABIS, Abi

MOST = 1 << 28  # bytes of a file that is looked through; the largest flat kernels have some 60 million

_HEADER = 24  # bytes of BTF's header, version 1
_BTF = re.compile(rb"\x9f\xeb\x01\x00\x18\x00\x00\x00|\xeb\x9f\x01\x00\x00\x00\x00\x18")
_PACKED = re.compile(rb"\x1f\x8b\x08|\xfd7zXZ\x00|\x28\xb5\x2f\xfd")
_TRIES = 8  # of what may be a compressed kernel: a magic number of three or four bytes may be anything
_LEAST = 1 << 20  # bytes of a kernel; less is something else that was compressed


@frozen
class Image:
    """The types in a flat image, as BTF, and the ABI that its header tells."""

    btf: bytes
    abi: Abi | None


def read(data: bytes, text: str) -> Image | None:
    """The types of a flat image, compressed inside or not; None for what is no kernel as far as can be told.

    Raises SpecError CB0304 for a kernel's image without types.
    """
    abi = _told(data)
    for flat in _flat(data, text):
        found = max(_sections(flat), key=len, default=None)
        if found is not None:
            return Image(found, abi or _told(flat))
    if abi is not None or data[:2] == b"MZ":
        what = "a kernel's flat image" if abi is not None else "an EFI program"
        help = "name the vmlinux that it was made from, or copy /sys/kernel/btf/vmlinux where it runs"
        raise bad("CB0304", f"`{text}` is {what}, and no BTF is in it", help)
    return None


def _told(data: bytes) -> Abi | None:
    """The ABI whose images begin so."""
    images = ((abi, *abi.image) for abi in ABIS.values() if abi.image is not None)
    return next((abi for abi, at, magic in images if data[at : at + len(magic)] == magic), None)


def _flat(data: bytes, text: str) -> Iterator[bytes]:
    """The file itself, and each kernel that is compressed inside of it, as scripts/extract-vmlinux looks for them."""
    yield data
    for number, packed in enumerate(_PACKED.finditer(data)):
        if number == _TRIES:
            return
        try:
            opened = decompress(data[packed.start() :], text)
        except SpecError:
            continue
        if opened is not None and len(opened) >= _LEAST:
            yield opened


def _sections(data: bytes) -> Iterator[bytes]:
    """Each piece that is BTF by its header: types, then strings, the first and the last of them ended."""
    for match in _BTF.finditer(data):
        start = match.start()
        order = "<" if data[start] == 0x9F else ">"
        if start + _HEADER > len(data):
            continue
        types, types_size, strings, strings_size = struct.unpack_from(f"{order}4I", data, start + 8)
        first = start + _HEADER + strings
        end = first + strings_size
        fits = types % 4 == 0 and types_size and strings_size and types + types_size <= strings and end <= len(data)
        if fits and data[first] == 0 and data[end - 1] == 0:
            yield data[start:end]
