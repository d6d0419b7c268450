"""What was read of a kernel, kept: the functions that specs name with all that they do, and who
else touches the object."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
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
_KINDS: tuple[Kind, ...] = ("read", "write", "clear", "copy from", "copy to", "escape")


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


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def text(record: Record) -> str:
    """One function a line, sorted, so that a change of the kernel is a change of lines."""
    functions = [read for name in sorted(record.functions) for read in record.functions[name]]
    head = {
        "schema": record.schema,
        "kernel": record.kernel,
        "object": str(record.object),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    lines += [
        _block(
            "functions",
            [_line(_function(each)) for each in sorted(functions, key=lambda e: (e.name, e.file))],
            "[]",
        ),
        *_call_blocks(record),
        _block("absent", [json.dumps(each) for each in sorted(record.absent)], "[]"),
        _block(
            "others",
            [f"{json.dumps(f)}: {_line(list(n))}" for f, n in sorted(record.others.items())],
            "{}",
        ),
        _block("unread", [_line([e.file, e.errors, e.first]) for e in record.unread], "[]"),
        _block(
            "sha256",
            [f"{json.dumps(f)}: {json.dumps(h)}" for f, h in sorted(record.hashes.items())],
            "{}",
        ),
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _call_blocks(record: Record) -> list[str]:
    """Who calls whom, where that was read."""
    if record.calls is None:
        return []
    return [
        _block(
            "calls",
            [_line([e.name, e.file, e.line, list(e.targets)]) for e in record.calls],
            "[]",
        ),
        _block("bound", [_line([each.member, each.function]) for each in record.bound], "[]"),
    ]


def _block(name: str, lines: Sequence[str], brackets: str) -> str:
    inside = ",\n".join(f"  {line}" for line in lines)
    return (
        f"{json.dumps(name)}: {brackets[0]}\n{inside}\n{brackets[1]}"
        if lines
        else f"{json.dumps(name)}: {brackets}"
    )


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _function(read: Read) -> list[Any]:
    return [
        read.name,
        read.file,
        read.line,
        [_access(each) for each in read.accesses],
        list(read.calls),
    ]


def _access(access: Access) -> list[Any]:
    place = access.place
    entry: list[Any] = [
        access.line,
        _KINDS.index(access.kind),
        str(place),
        place.start,
        place.width,
        place.base,
        "/".join(access.via),
    ]
    return [*entry, access.to] if access.to else entry


def _calls(entries: list[Any]) -> Calls:
    name, file, line, targets = entries
    return Calls(name, file, line, tuple(targets))


def save(path: str, record: Record) -> None:
    """Write a record, whole or not at all. Raises WrongUsage."""
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=target.parent, delete=False, encoding="utf-8"
        ) as file:
            file.write(text(record))
        os.chmod(file.name, 0o644)
        os.replace(file.name, target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUsage(
            f"`{path}` cannot be written: {reason}", "check the folder and its permissions"
        ) from None


def load(path: str | os.PathLike[str]) -> Record:
    """A record from a file. Raises WrongUsage for what is none."""
    try:
        document = json.loads(read_plain(Path(path), _MOST))
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
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUsage(
            f"`{os.fspath(path)}` cannot be read: {reason}", "check the path"
        ) from None
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
    return Access(_KINDS[int(kind)], place, int(line), callers, escapes[0] if escapes else "")
