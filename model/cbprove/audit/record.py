"""What was read of a kernel, kept: the functions that specs name with all that they do, and who
else touches the object."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cbprove.diagnostics import WrongUsage
from cbprove.files import read_plain
from cbprove.frozen import frozen
from cbprove.source.accesses import Access, Bound, Calls, Kind, Place, Read, Sought, Unread

SCHEMA = 3
# Earlier schemas, read as such that know no calls, or no callees.
_WITHOUT_CALLS, _WITHOUT_CALLEES = 1, 2
_MOST = 64 << 20
KINDS: tuple[Kind, ...] = ("read", "write", "clear", "copy from", "copy to", "escape")


@frozen
class Record:
    """`functions` by name, several where files have one of the same name; `others` touch the
    object and are named by no spec, by file. `absent` are the names that no file of the kernel
    defines. `calls` lie between steps that follow one another, with the members that functions
    are called by; None where nobody asked for them."""

    kernel: str
    object: Sought
    functions: Mapping[str, tuple[Read, ...]]
    others: Mapping[str, tuple[str, ...]]
    absent: tuple[str, ...]
    hashes: Mapping[str, str]
    unread: tuple[Unread, ...]
    calls: tuple[Calls, ...] | None = None
    bound: tuple[Bound, ...] = ()
    callees: bool = True

    @property
    def schema(self) -> int:
        if self.calls is None:
            return _WITHOUT_CALLS
        return SCHEMA if self.callees else _WITHOUT_CALLEES


def load(path: str | os.PathLike[str]) -> Record:
    """A record from a file. Raises WrongUsage for what is none."""
    return parsed(path, read(path))


def read(path: str | os.PathLike[str]) -> bytes:
    """What the file of a record holds. Raises WrongUsage."""
    try:
        return read_plain(path, _MOST)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUsage(
            f"`{os.fspath(path)}` cannot be read: {reason}", "check the path"
        ) from None


def parsed(path: str | os.PathLike[str], data: bytes) -> Record:
    """A record from what its file holds. Raises WrongUsage for what is none."""
    try:
        document = json.loads(data)
        if document["schema"] not in (SCHEMA, _WITHOUT_CALLEES, _WITHOUT_CALLS):
            raise WrongUsage(
                f"`{os.fspath(path)}` is of another version of cbprove",
                "write it anew: cbprove audit --record-to",
            )
        record, _, member = document["object"].partition(".")
        functions: dict[str, list[Read]] = {}
        for each in document["functions"]:
            functions.setdefault(each[0], []).append(_read(each))
        return Record(
            kernel=str(document["kernel"]),
            object=Sought(record, member),
            functions=MappingProxyType({name: tuple(reads) for name, reads in functions.items()}),
            others=MappingProxyType(
                {file: tuple(names) for file, names in document["others"].items()}
            ),
            absent=tuple(document["absent"]),
            hashes=MappingProxyType(dict(document["sha256"])),
            unread=tuple(Unread(*each) for each in document["unread"]),
            calls=None
            if document["schema"] == _WITHOUT_CALLS
            else tuple(map(_calls, document["calls"])),
            bound=tuple(Bound(*each) for each in document.get("bound", ())),
            callees=document["schema"] == SCHEMA,
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise WrongUsage(
            f"`{os.fspath(path)}` is no record of an audit", "write one: cbprove audit --record-to"
        ) from None


def _read(entry: Sequence[Any]) -> Read:
    name, file, line, accesses, calls = entry
    return Read(name, file, line, tuple(map(_made, accesses)), tuple(calls))


def _made(entry: Sequence[Any]) -> Access:
    line, kind, place_text, start, width, base, via, *escapes = entry
    view, _, path = ("", "", "") if place_text.startswith("[") else place_text.partition(".")
    place = Place(str(base), view, path, int(start), None if width is None else int(width))
    callers = tuple(via.split("/")) if via else ()
    return Access(KINDS[int(kind)], place, int(line), callers, escapes[0] if escapes else "")


def _calls(entries: list[Any]) -> Calls:
    name, file, line, targets = entries
    return Calls(name, file, line, tuple(targets))
