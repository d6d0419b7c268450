"""Compressed files, told by the magic numbers that Linux's scripts/extract-vmlinux looks for.

The libraries are imported when they are needed: they take longer to load than a type takes to find.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cbprove.artifacts.model import bad

_MOST = 1 << 30  # bytes unpacked; a vmlinux with all its debug information has fewer
_WINDOW = (
    1 << 31
)  # bytes of memory to unpack with; kernels are packed with windows of 128 MB, over what zstd allows by itself


class _Broken(Exception):
    """What a library said of data that it could not unpack."""


def decompress(data: bytes, text: str) -> bytes | None:
    """What a file holds, None where nothing says that it is compressed. `text` is what messages call the file.

    Raises SpecError: CB0302 for broken data and for more than 1 GB, CB0303 for what no library here can unpack.
    """
    for magic, opener in _OPENERS:
        if data.startswith(magic):
            return _guarded(opener, data, text)
    for magic, name in _CLOSED:
        if data.startswith(magic):
            raise bad(
                "CB0303", f"`{text}` is compressed by {name}, which is not read", f"unpack it with `{name} -d` first"
            )
    return None


def is_packed(head: bytes) -> bool:
    """Whether the beginning of a file is that of a compressed one."""
    return any(head.startswith(magic) for magic, _ in (*_OPENERS, *_CLOSED))


def _guarded(opener: Callable[[bytes], bytes | None], data: bytes, shown: str) -> bytes:
    try:
        out = opener(data)
    except (_Broken, EOFError, OSError, MemoryError) as fault:
        text = str(fault).rstrip(".").lower() or "there is no memory for it"
        raise bad(
            "CB0302", f"`{shown}` cannot be unpacked: {text}", "it is truncated or damaged: copy it again"
        ) from None
    if out is None:
        help = "`pip install zstandard`, or unpack it with `zstd -d` first"
        raise bad("CB0303", f"`{shown}` is compressed by zstd, which this Python does not read", help)
    if len(out) > _MOST:
        raise bad("CB0302", f"`{shown}` unpacks to more than {_MOST >> 30} GB", "unpack it, and name what is inside")
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
            zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW.bit_length() - 1}), data
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
