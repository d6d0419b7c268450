"""JSON of an archive, read strictly: nothing unknown is let pass, nothing said twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cbprove.archive.record import SCHEMA


class Unreadable(Exception):
    """A file of an archive that makes no sense; says what."""


def parsed(text: str) -> Any:
    """The JSON of a file of this schema. Raises Unreadable."""
    try:
        document = json.loads(text, object_pairs_hook=_fields)
    except ValueError as wrong:
        raise Unreadable(f"it is not JSON: {wrong}") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA:
        raise Unreadable(f"its schema_version is {json.dumps(version)}, not {SCHEMA}")
    return document


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    once((name for name, _ in pairs), "an object has the field")
    return dict(pairs)


def once(names: Iterable[Any], noun: str) -> None:
    """Raises Unreadable where something is named twice."""
    earlier: set[Any] = set()
    for name in names:
        if name in earlier:
            raise Unreadable(f"{noun} {json.dumps(name)} twice")
        earlier.add(name)


def exactly(
    document: Mapping[str, Any], names: Sequence[str], optional: Sequence[str] = ()
) -> None:
    """Raises Unreadable where a field is missing, or not known."""
    missing = [name for name in names if name not in document]
    strange = [name for name in document if name not in names and name not in optional]
    if missing or strange:
        complaints = [
            *(f"{n} is missing" for n in missing),
            *(f"{n} is not known" for n in strange),
        ]
        raise Unreadable(f"a field is amiss: {', '.join(complaints)}")


def _typed(kind: type) -> Callable[[object], Any]:
    def check(value: object) -> Any:
        if type(value) is not kind:
            raise Unreadable(f"{json.dumps(value)} is no {kind.__name__}")
        return value

    return check


a_text: Callable[[object], str] = _typed(str)
a_number: Callable[[object], int] = _typed(int)
a_flag: Callable[[object], bool] = _typed(bool)


def one_of(value: object, allowed: Sequence[str]) -> Any:
    """One of some words. Raises Unreadable."""
    if value not in allowed:
        raise Unreadable(f"{json.dumps(value)} is none of {', '.join(allowed)}")
    return value


def tupled(value: object) -> Any:
    """Lists in lists as tuples in tuples."""
    return tuple(map(tupled, value)) if isinstance(value, list) else value


def digests(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The folders and the sha256 of their records that an index lists. Raises Unreadable."""
    exactly(document, ["schema_version", "specs"])
    for spec in document["specs"]:
        exactly(spec, ["folder", "sha256"])
        yield a_text(spec["folder"]), a_text(spec["sha256"])
