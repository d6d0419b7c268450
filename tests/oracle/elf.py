"""The sections of an ELF object, by name: all that is read of it."""

from __future__ import annotations

from struct import Struct

# Section headers as the ELF specification has them: name, type, flags, address, offset, size, ...
_HEADER32 = "10I"
_HEADER64 = "IIQQQQIIQQ"


def sections(data: bytes) -> dict[str, bytes]:
    """The contents of every section that has some, of either class and either byte order."""
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == 2
    start = Struct(order + ("Q" if wide else "I")).unpack_from(data, 40 if wide else 32)[0]
    entry, number, names = Struct(order + "HHH").unpack_from(data, 58 if wide else 46)
    header = Struct(order + (_HEADER64 if wide else _HEADER32))
    headers = [header.unpack_from(data, start + index * entry) for index in range(number)]
    strings = headers[names][4]
    return {_string(data, strings + h[0]): data[h[4] : h[4] + h[5]] for h in headers}


def _string(data: bytes, start: int) -> str:
    return data[start : data.index(0, start)].decode()
