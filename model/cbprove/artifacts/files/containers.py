"""What wraps an artefact: compression, and the bzImage that boots with a compressed kernel inside.

Source: Documentation/arch/x86/boot.rst (the setup header).

Kernels that are no ELF: the flat images of arm64, riscv64 and s390x, EFI programs, and what a boot
loader unpacks of one.

In a flat image the `.BTF` section lies as it is, with nothing to say where: it is told by its
header (Documentation/bpf/btf.rst), whose lengths must fit.

Compressed files, told by the magic numbers that Linux's scripts/extract-vmlinux looks for.

The libraries are imported when they are needed: they take longer to load than a type takes to find.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

from cbprove.artifacts.model import bad
from cbprove.diagnostics import SpecError
from cbprove.frozen import frozen
from cbprove.layout.abi import ABIS, Abi

_DEPTH = 4  # a compressed bzImage holds a compressed kernel, and nothing wraps more than that


def unwrap(data: bytes, text: str) -> bytes:
    """The artefact inside a file, whatever it is wrapped in; a file that is not wrapped is given
    back as it is.

    `text` is what messages call the file. Raises SpecError: CB0302 for a broken wrapping, CB0303
    for one that cannot be opened.
    """
    for _ in range(_DEPTH):
        opened = _payload(data, text) if is_bzimage(data) else decompress(data, text)
        if opened is None:
            return data
        data = opened
    raise bad(
        "CB0302",
        f"`{text}` is wrapped more than {_DEPTH} times",
        "unpack it, and name what is inside",
    )


def is_wrapped(head: bytes) -> bool:
    """Whether a file that begins like this is a bzImage or compressed."""
    return is_bzimage(head) or is_packed(head)


def is_bzimage(data: bytes) -> bool:
    """Whether an x86 boot sector and a setup header are there."""
    return data[0x1FE:0x200] == b"\x55\xaa" and data[0x202:0x206] == b"HdrS"


def _payload(data: bytes, text: str) -> bytes:
    """The compressed kernel of a bzImage: protocol 2.08 and later say where it is."""
    if len(data) < 0x250:
        raise bad(
            "CB0302", f"`{text}` ends inside its setup header", "it is truncated: copy it again"
        )
    (version,) = struct.unpack_from("<H", data, 0x206)
    if version < 0x208:
        raise bad("CB0302", f"`{text}` is of boot protocol {version:#x}, which does not say where the kernel is",
                  "take a bzImage of Linux 2.6.26 or later, or a vmlinux")  # fmt: skip
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = ((data[0x1F1] or 4) + 1) * 512 + offset
    if start + length > len(data):
        raise bad(
            "CB0302", f"the kernel in `{text}` lies past its end", "it is truncated: copy it again"
        )
    payload = data[start : start + length]
    opened = decompress(payload, text)
    return payload if opened is None else opened


# Bytes of a file that is looked through; the largest flat kernels have some 60 million
LONGEST_IMAGE = 1 << 28

_HEADER = 24  # bytes of BTF's header, version 1
_BTF = re.compile(rb"\x9f\xeb\x01\x00\x18\x00\x00\x00|\xeb\x9f\x01\x00\x00\x00\x00\x18")
_PACKED = re.compile(rb"\x1f\x8b\x08|\xfd7zXZ\x00|\x28\xb5\x2f\xfd")
# Of what may be a compressed kernel: a magic number of three or four bytes may be anything
_TRIES = 8
_LEAST = 1 << 20  # bytes of a kernel; less is something else that was compressed


@frozen
class Image:
    """The types in a flat image, as BTF, and the ABI that its header tells."""

    btf: bytes
    abi: Abi | None


def read_image(data: bytes, text: str) -> Image | None:
    """The types of a flat image, compressed inside or not; None for what is no kernel as far as can
    be told.

    Raises SpecError CB0304 for a kernel's image without types.
    """
    abi = _abi_of(data)
    for flat in _flat(data, text):
        section = max(_sections(flat), key=len, default=None)
        if section is not None:
            return Image(section, abi or _abi_of(flat))
    if abi is not None or data[:2] == b"MZ":
        kind = "a kernel's flat image" if abi is not None else "an EFI program"
        help = (
            "name the vmlinux that it was made from, or copy /sys/kernel/btf/vmlinux where it runs"
        )
        raise bad("CB0304", f"`{text}` is {kind}, and no BTF is in it", help)
    return None


def _abi_of(data: bytes) -> Abi | None:
    """The ABI whose images begin so."""
    images = ((abi, *abi.image) for abi in ABIS.values() if abi.image is not None)
    return next((abi for abi, at, magic in images if data[at : at + len(magic)] == magic), None)


def _flat(data: bytes, text: str) -> Iterator[bytes]:
    """The file itself, and each kernel that is compressed inside of it, as
    scripts/extract-vmlinux looks for them."""
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
    """Each piece that is BTF by its header: types, then strings, the first and the last of them
    ended."""
    for match in _BTF.finditer(data):
        start = match.start()
        order = "<" if data[start] == 0x9F else ">"
        if start + _HEADER > len(data):
            continue
        types, types_size, strings, strings_size = struct.unpack_from(f"{order}4I", data, start + 8)
        first = start + _HEADER + strings
        end = first + strings_size
        fits = (
            types % 4 == 0
            and types_size
            and strings_size
            and types + types_size <= strings
            and end <= len(data)
        )
        if fits and data[first] == 0 and data[end - 1] == 0:
            yield data[start:end]


_MOST = 1 << 30  # bytes unpacked; a vmlinux with all its debug information has fewer
_WINDOW = (
    1 << 31
    # Bytes of memory to unpack with; kernels are packed with windows of 128 MB, over what zstd
    # allows by itself
)


class _Broken(Exception):
    """What a library said of data that it could not unpack."""


def decompress(data: bytes, text: str) -> bytes | None:
    """What a file holds, None where nothing says that it is compressed. `text` is what messages
    call the file.

    Raises SpecError: CB0302 for broken data and for more than 1 GB, CB0303 for what no library here
    can unpack.
    """
    for magic, opener in _OPENERS:
        if data.startswith(magic):
            return _guarded(opener, data, text)
    for magic, name in _CLOSED:
        if data.startswith(magic):
            raise bad(
                "CB0303",
                f"`{text}` is compressed by {name}, which is not read",
                f"unpack it with `{name} -d` first",
            )
    return None


def is_packed(head: bytes) -> bool:
    """Whether the beginning of a file is that of a compressed one."""
    return any(head.startswith(magic) for magic, _ in (*_OPENERS, *_CLOSED))


def _guarded(opener: Callable[[bytes], bytes | None], data: bytes, name_shown: str) -> bytes:
    try:
        out = opener(data)
    except (_Broken, EOFError, OSError, MemoryError) as fault:
        text = str(fault).rstrip(".").lower() or "there is no memory for it"
        raise bad(
            "CB0302",
            f"`{name_shown}` cannot be unpacked: {text}",
            "it is truncated or damaged: copy it again",
        ) from None
    if out is None:
        help = "`pip install zstandard`, or unpack it with `zstd -d` first"
        raise bad(
            "CB0303", f"`{name_shown}` is compressed by zstd, which this Python does not read", help
        )
    if len(out) > _MOST:
        raise bad(
            "CB0302",
            f"`{name_shown}` unpacks to more than {_MOST >> 30} GB",
            "unpack it, and name what is inside",
        )
    return out


def _whole(decompressor: Any, data: bytes) -> bytes:
    """One stream; what follows it, as the size that the kernel's build appends, is left alone."""
    out: bytes = decompressor.decompress(data, _MOST + 1)
    if not decompressor.eof and len(out) <= _MOST:
        raise _Broken("it ends too early")
    return out


def _gzip(data: bytes) -> bytes:
    import zlib

    try:
        return _whole(zlib.decompressobj(wbits=31), data)
    except zlib.error as fault:
        raise _Broken(fault) from None


def _xz(data: bytes) -> bytes:
    import lzma

    try:
        return _whole(lzma.LZMADecompressor(memlimit=_WINDOW), data)
    except lzma.LZMAError as fault:
        raise _Broken(fault) from None


def _bzip2(data: bytes) -> bytes:
    import bz2

    return _whole(bz2.BZ2Decompressor(), data)


def _zstd(data: bytes) -> bytes | None:
    """Python has it from 3.14 on; for others there is a package. None where there is neither."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return _zstandard(data)
    try:
        return _whole(
            zstd.ZstdDecompressor(
                options={zstd.DecompressionParameter.window_log_max: _WINDOW.bit_length() - 1}
            ),
            data,
        )
    except zstd.ZstdError as fault:
        raise _Broken(fault) from None


def _zstandard(data: bytes) -> bytes | None:
    try:
        import zstandard
    except ImportError:
        return None
    try:
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(data) as reader:
            out: bytes = reader.read(_MOST + 1)
            return out
    except zstandard.ZstdError as fault:
        raise _Broken(fault) from None


# `lzma` alone has no magic number: these bytes are the parameters that kernels are packed with.
_OPENERS: tuple[tuple[bytes, Callable[[bytes], bytes | None]], ...] = (
    (b"\x1f\x8b\x08", _gzip),
    (b"\xfd7zXZ\0", _xz),
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"BZh", _bzip2),
    (b"\x5d\0\0", _xz),
)
_CLOSED: tuple[tuple[bytes, str], ...] = (
    (b"\x02\x21\x4c\x18", "lz4"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x89LZO\0", "lzop"),
)
