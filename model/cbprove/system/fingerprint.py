"""A hash of programs: what does not differ has the same, wherever its texts stand and whatever they
say besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cbprove.frozen import fields, has_fields
from cbprove.logic.terms import Term
from cbprove.system.program import Program


def fingerprint(programs: Iterable[Program]) -> str:
    """The same for two rows of programs only if each is equal to its other."""
    digests = _Digests()
    return digests.of(tuple(programs)).hex()


class _Digests:
    """The hash of anything that programs are made of; what stands in several places is hashed
    once."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[bytes, Any]] = {}  # what is hashed is held, so that ids last
        self.plain: dict[tuple[type, Any], bytes] = {}

    def of(self, value: Any) -> bytes:
        if value is None or isinstance(value, bool | int | str):
            return self._plain(value)
        digest = self.known.get(id(value))
        if digest is None:
            digest = self.known[id(value)] = _hash(type(value).__name__, self._parts(value)), value
        return digest[0]

    def _plain(self, value: bool | int | str | None) -> bytes:
        key = value.__class__, value
        if key not in self.plain:
            self.plain[key] = hashlib.sha256(f"{type(value).__name__} {value!r}".encode()).digest()
        return self.plain[key]

    def _parts(self, value: Any) -> Iterable[bytes]:
        """The hashes of what it is made of; places in texts are no part of it."""
        if has_fields(value):
            return [self.of(getattr(value, name)) for name in _compared(value.__class__)]
        if isinstance(value, Term):
            return map(self.of, (value.operator, value.args, value.boolean))
        if isinstance(value, tuple):
            return map(self.of, value)
        if isinstance(value, Mapping):
            return [self.of(each) for pair in value.items() for each in pair]
        if isinstance(value, frozenset):
            return sorted(map(self.of, value))
        raise TypeError(f"{type(value).__name__} in a program")


@cache
def _compared(kind: type) -> tuple[str, ...]:
    """The fields of a class that tell its objects apart."""
    return tuple(each.name for each in fields(kind) if each.compare)


def _hash(kind: str, parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(kind.encode() + b"\0" + b"".join(parts)).digest()
