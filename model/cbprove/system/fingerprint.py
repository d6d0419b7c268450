"""A hash of programs: what does not differ has the same, wherever its texts stand and whatever they
say besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
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

    def of(self, one: Any) -> bytes:
        if one is None or isinstance(one, bool | int | str):
            return hashlib.sha256(f"{type(one).__name__} {one!r}".encode()).digest()
        if id(one) not in self.known:
            self.known[id(one)] = _hash(type(one).__name__, self._parts(one)), one
        return self.known[id(one)][0]

    def _parts(self, one: Any) -> Iterator[bytes]:
        """The hashes of what it is made of; places in texts are no part of it."""
        if has_fields(one):
            yield from (self.of(getattr(one, each.name)) for each in fields(one) if each.compare)
        elif isinstance(one, Term):
            yield from map(self.of, (one.operator, one.args, one.boolean))
        elif isinstance(one, tuple):
            yield from map(self.of, one)
        elif isinstance(one, Mapping):
            yield from (self.of(each) for pair in one.items() for each in pair)
        elif isinstance(one, frozenset):
            yield from sorted(map(self.of, one))
        else:
            raise TypeError(f"{type(one).__name__} in a program")


def _hash(kind: str, parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(kind.encode() + b"\0" + b"".join(parts)).digest()
