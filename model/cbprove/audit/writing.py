"""Records written: one function a line, so that a change of the kernel is a change of lines."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cbprove.audit.record import KINDS, Record
from cbprove.diagnostics import WrongUsage
from cbprove.source.accesses import Access, Read


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
        KINDS.index(access.kind),
        str(place),
        place.start,
        place.width,
        place.base,
        "/".join(access.via),
    ]
    return [*entry, access.to] if access.to else entry
