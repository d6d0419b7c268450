"""One page for a review: what a change does to structs, byte beside byte before and after, and
what it does to everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cbprove.comparing.layouts import placed
from cbprove.comparing.rendering import Comparison, summary
from cbprove.formats.findings import Finding, of_answer, of_comparisons
from cbprove.formats.html import rendered
from cbprove.frozen import frozen
from cbprove.meaning.shapes import Shape
from cbprove.pictures import bits
from cbprove.report.answer import Answer, Grown
from cbprove.report.answer_text import head, last
from cbprove.report.excerpt import printable
from cbprove.report.stepped import run

_MOST_BYTES = 256
_MOST_TITLE = 400
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
Members = Sequence[tuple[str, int, int]]  # name, first bit, width


@frozen
class _Sides:
    """A struct before and after: its sizes, None where there is no such struct, and its members."""

    name: str
    sizes: tuple[int | None, int | None]
    members: tuple[Members, Members]
    edited: bool


def of_answers(answers: Iterable[Answer], command: str) -> str:
    """The page of a patch, or of several one after another."""
    pages = [
        {
            "title": head(each, _MOST_TITLE),
            "said": last(each),
            "structs": [
                _struct(_of_grown(struct)) for struct in each.structs if struct.had or struct.has
            ],
            **_worse(of_answer(each), {}),
            "notes": list(each.notes),
        }
        for each in answers
    ]
    return rendered("sides.html.j2", command, pages=pages)


def of_comparison_pages(comparisons: Iterable[Comparison], command: str) -> str:
    """The page of two sides of specs, one spec after another."""
    pages = []
    for each in comparisons:
        runs = {
            f"{change.property} under {change.proposal}": run(witness, change.property)
            for change in each.verdicts
            if change.after is not None
            and (witness := each.witnesses.get(change.after.id)) is not None
        }
        moved = [
            f"{v.view} of {v.layer}: {v.before or 'nowhere'} -> {v.after or 'nowhere'}"
            for v in each.views
        ]
        pages.append(
            {
                "title": f"{printable(each.titles[0])} -> {printable(each.titles[1])}",
                "said": [summary(each)]
                if each.before and each.after
                else ["one side does not have it"],
                "structs": [_struct(_of_shapes(s.name, s.before, s.after)) for s in each.layouts],
                **_worse(of_comparisons([each]), runs),
                "notes": moved,
            }
        )
    return rendered("sides.html.j2", command, pages=pages)


def _worse(findings: Iterable[Finding], runs: Mapping[str, Any]) -> dict[str, Any]:
    """What is worse or not known, each with the run that shows it; and the rest in a line each."""
    all = list(findings)
    cases = [
        {
            "verdict": "refuted" if each.level == "error" else "unknown",
            "message": each.message,
            "place": _place(each),
            "details": "\n".join(each.details),
            "run": each.run or runs.get(each.title),
        }
        for each in all
        if each.level in ("error", "warning")
    ]
    quiet = [
        each for each in all if each.level in ("note", "pass") and "unchanged: " not in each.message
    ]
    rest = [each.message for each in quiet if each.rule != "struct"]
    return {"found": cases, "rest": rest}


def _place(finding: Finding) -> str:
    """Where it stands, unless the message says so."""
    place = (
        f"{finding.place.file}:{finding.place.line}" if finding.place.line else finding.place.file
    )
    return "" if place in finding.message else place


def _of_grown(struct: Grown) -> _Sides:
    return _Sides(
        struct.name, (struct.before, struct.after), (struct.had, struct.has), struct.edited
    )


def _of_shapes(name: str, before: Shape | None, after: Shape | None) -> _Sides:
    had, has = (placed(each) if each is not None else None for each in (before, after))
    sizes = (had[0] if had else None, has[0] if has else None)
    return _Sides(name, sizes, (had[2] if had else (), has[2] if has else ()), edited=True)


# --- bytes ----------------------------------------------------------------------------------------


def _struct(struct: _Sides) -> dict[str, Any]:
    old, new = ({name: (low, width) for name, low, width in side} for side in struct.members)
    names = [
        name
        for name in {**new, **old}
        if (name in new or name in old) and not _is_split(name, {**new, **old})
    ]
    letters = {name: _LETTERS[i % len(_LETTERS)] for i, name in enumerate(names)}
    sizes = [size for size in struct.sizes if size is not None]
    width = min(max(sizes, default=0), _MOST_BYTES)
    rows = [(side, size) for side, size in zip((old, new), struct.sizes, strict=True)]
    return {
        "name": struct.name,
        "told": _size(*struct.sizes),
        "edited": struct.edited,
        "width": width,
        "left_out": max(sizes, default=0) - width,
        "rows": [
            {"title": title, "cells": list(_bytes(letters, side, other, min(size or 0, width)))}
            for title, (side, size), (other, _) in zip(("before", "after"), rows, reversed(rows), strict=True)
        ],
        "members": [
            {"name": name, "letter": letters[name], "before": _where(old.get(name)), "after": _where(new.get(name)),
             "became": _became(old.get(name), new.get(name))}
            for name in names
        ],
    }  # fmt: skip


def _is_split(name: str, all: Iterable[str]) -> bool:
    """Whether the members inside of one are told of themselves."""
    return any(other.startswith(f"{name}.") for other in all)


def _size(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return f"{after or before or 0} bytes, only {'after' if before is None else 'before'}"
    return f"{before} -> {after} bytes" if before != after else f"{after} bytes as before"


def _bytes(
    letters: Mapping[str, str],
    side: Mapping[str, tuple[int, int]],
    other: Mapping[str, tuple[int, int]],
    size: int,
) -> Iterator[dict[str, str]]:
    """Each byte with the member that lies there; the first one, where members of a union or
    bit-fields share it."""
    for byte in range(size):
        members = [name for name in letters if name in side and _lies(side[name], byte)]
        first = next(iter(members), "")
        kinds = {"same": "old", "moved": "moved", "new": "fresh", "gone": "gone"}
        other_kind = _kind(side, other, members)
        yield {
            "letter": letters.get(first, "."),
            "kind": kinds[other_kind] if members else "none",
            "members": " ".join(members),
            "title": f"byte {byte}: {', '.join(members) or 'nothing'}",
        }


def _kind(
    side: Mapping[str, tuple[int, int]],
    other: Mapping[str, tuple[int, int]],
    members: Sequence[str],
) -> str:
    if any(name not in other for name in members):
        return "new"
    return "same" if all(other[name] == side[name] for name in members) else "moved"


def _lies(place: tuple[int, int], byte: int) -> bool:
    low, width = place
    return low < 8 * byte + 8 and 8 * byte < low + width


def _where(place: tuple[int, int] | None) -> str:
    return "" if place is None else bits.part(place[0], place[0] + place[1])


def _became(before: tuple[int, int] | None, after: tuple[int, int] | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "gone"
    return "same" if before == after else "moved" if before[1] == after[1] else "other size"
