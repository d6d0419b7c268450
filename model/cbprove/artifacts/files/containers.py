"""What wraps an artefact: compression, and the bzImage that boots with a compressed kernel inside.

Source: Documentation/arch/x86/boot.rst (the setup header).
"""

from __future__ import annotations

import struct

from cbprove.artifacts.files.compression import decompress, is_packed
from cbprove.artifacts.model import bad

_DEPTH = 4  # a compressed bzImage holds a compressed kernel, and nothing wraps more than that


def unwrap(data: bytes, text: str) -> bytes:
    """The artefact inside a file, whatever it is wrapped in; a file that is not wrapped is given back as it is.

    `text` is what messages call the file. Raises SpecError: CB0302 for a broken wrapping, CB0303 for one that cannot be opened.
    """
    for _ in range(_DEPTH):
        opened = _payload(data, text) if is_bzimage(data) else decompress(data, text)
        if opened is None:
            return data
        data = opened
    raise bad("CB0302", f"`{text}` is wrapped more than {_DEPTH} times", "unpack it, and name what is inside")


def is_wrapped(head: bytes) -> bool:
    """Whether a file that begins like this is a bzImage or compressed."""
    return is_bzimage(head) or is_packed(head)


def is_bzimage(data: bytes) -> bool:
    """Whether an x86 boot sector and a setup header are there."""
    return data[0x1FE:0x200] == b"\x55\xaa" and data[0x202:0x206] == b"HdrS"


def _payload(data: bytes, text: str) -> bytes:
    """The compressed kernel of a bzImage: protocol 2.08 and later say where it is."""
    if len(data) < 0x250:
        raise bad("CB0302", f"`{text}` ends inside its setup header", "it is truncated: copy it again")
    (version,) = struct.unpack_from("<H", data, 0x206)
    if version < 0x208:
        raise bad("CB0302", f"`{text}` is of boot protocol {version:#x}, which does not say where the kernel is",
                  "take a bzImage of Linux 2.6.26 or later, or a vmlinux")  # fmt: skip
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = ((data[0x1F1] or 4) + 1) * 512 + offset
    if start + length > len(data):
        raise bad("CB0302", f"the kernel in `{text}` lies past its end", "it is truncated: copy it again")
    payload = data[start : start + length]
    opened = decompress(payload, text)
    return payload if opened is None else opened
