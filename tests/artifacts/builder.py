"""BTF by hand: records as words, for what no compiler writes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal

from cbprove.artifacts.btf import format as form

Words = tuple[int, ...]


class Builder:
    """Types are numbered as they are added, from 1 on; `below` types and `text` bytes of strings
    belong to a base."""

    def __init__(
        self, order: Literal["little", "big"] = "little", below: int = 0, text: int = 0
    ) -> None:
        self.mark = "<" if order == "little" else ">"
        self.types: list[Words] = []
        self.strings = b"" if text else b"\0"
        self.below = below
        self.text = text

    def string(self, name: str) -> int:
        if not name:
            return 0
        self.strings += name.encode() + b"\0"
        return self.text + len(self.strings) - len(name.encode()) - 1

    def add(
        self,
        kind: int,
        name: str = "",
        value: int = 0,
        words: Sequence[int] = (),
        vlen: int = 0,
        flag: int = 0,
    ) -> int:
        """Adds a record and gives its id."""
        self.types.append((self.string(name), flag << 31 | kind << 24 | vlen, value, *words))
        return self.below + len(self.types)

    def integer(
        self,
        name: str = "int",
        size: int = 4,
        bits: int | None = None,
        offset: int = 0,
        encoding: int = 1,
    ) -> int:
        bits = 8 * size if bits is None else bits
        return self.add(form.INT, name, size, (encoding << 24 | offset << 16 | bits,))

    def composite(
        self,
        tag: str,
        size: int,
        *members: tuple[str, int, int],
        kind: int = form.STRUCT,
        flag: int = 0,
    ) -> int:
        """Members are (name, type, offset in bits)."""
        words = [word for name, ref, offset in members for word in (self.string(name), ref, offset)]
        return self.add(kind, tag, size, words, len(members), flag)

    def data(
        self, layouts: Sequence[tuple[int, int]] | None = None, strings: bytes | None = None
    ) -> bytes:
        """The file; `layouts` are the lengths of records in bytes, once and for each member, by
        kind from 0 on."""
        words = [word for record in self.types for word in record]
        types = struct.pack(f"{self.mark}{len(words)}I", *words)
        text = self.strings if strings is None else strings
        header = (0xEB9F, 1, 0, 24 if layouts is None else 32, 0, len(types), len(types), len(text))
        if layouts is None:
            return struct.pack(self.mark + "HBBIIIII", *header) + types + text
        table = b"".join(struct.pack("BBH", once, each, 0) for once, each in layouts)
        places = (len(types) + len(text), len(table))
        return struct.pack(self.mark + "HBBIIIIIII", *header, *places) + types + text + table
