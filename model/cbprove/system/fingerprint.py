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

    def of(self, one: Any) -> bytes:
        if one is None or isinstance(one, bool | int | str):
            return self._plain(one)
        digest = self.known.get(id(one))
        if digest is None:
            digest = self.known[id(one)] = _hash(type(one).__name__, self._parts(one)), one
        return digest[0]

    def _plain(self, one: bool | int | str | None) -> bytes:
        key = one.__class__, one
        if key not in self.plain:
            self.plain[key] = hashlib.sha256(f"{type(one).__name__} {one!r}".encode()).digest()
        return self.plain[key]

    def _parts(self, one: Any) -> Iterable[bytes]:
        """The hashes of what it is made of; places in texts are no part of it."""
        if has_fields(one):
            return [self.of(getattr(one, name)) for name in _compared(one.__class__)]
        if isinstance(one, Term):
            return map(self.of, (one.operator, one.args, one.boolean))
        if isinstance(one, tuple):
            return map(self.of, one)
        if isinstance(one, Mapping):
            return [self.of(each) for pair in one.items() for each in pair]
        if isinstance(one, frozenset):
            return sorted(map(self.of, one))
        raise TypeError(f"{type(one).__name__} in a program")


@cache
def _compared(kind: type) -> tuple[str, ...]:
    """The fields of a class that tell its objects apart."""
    return tuple(each.name for each in fields(kind) if each.compare)


def _hash(kind: str, parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(kind.encode() + b"\0" + b"".join(parts)).digest()
