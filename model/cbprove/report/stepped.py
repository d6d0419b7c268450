"""A run that breaks something as plain data, a row a step: what a page draws, and lets one step
through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cbprove.pictures.bytemap import Map, Row
from cbprove.report import drawing, story
from cbprove.report.losses import verdict
from cbprove.report.scene import Scene, scene
from cbprove.report.witness import decisions
from cbprove.verdicts import Witness

_MOST_CELLS = 512
_KINDS = {"fresh": "old"}  # of a byte, one step later


def run(witness: Witness, property_name: str) -> dict[str, Any] | None:
    """The run that is shown: its path, what was decided, a row for each step with the bytes behind
    it, and what is wrong at its end; None where there is nothing to draw."""
    picture = scene(witness, property_name)
    if picture is None:
        return None
    drawn = drawing.byte_map(picture)
    crumbs = " > ".join(story.crumbs(picture.program, picture.run.path, picture.first.moment))
    document: dict[str, Any] = {
        "path": crumbs,
        "decided": _unwrapped(decisions(witness, picture)),
        "sentences": verdict(picture),
        "columns": [],
        "rows": [],
        "letters": [],
    }
    if drawn is None:
        return document
    lost = {
        (each.area, byte)
        for each in picture.lost()
        for byte in range(each.low // 8, -(-each.high // 8))
    }
    document["columns"] = [
        {
            "title": column.title or column.window.area,
            "first": column.window.first,
            "width": _width(drawn, i),
        }
        for i, column in enumerate(drawn.columns)
    ]
    document["rows"] = [_row(row, drawn, lost) for row in drawn.rows]
    if document["rows"]:
        document["rows"].append(_last_row(picture, document["rows"][-1]))
    document["letters"] = [{"letter": letter, "name": name} for name, letter in _letters(drawn)]
    return document


def _row(row: Row, drawn: Map, lost: set[tuple[str, int]]) -> dict[str, Any]:
    columns = range(len(drawn.columns))
    return {
        "step": row.step,
        "verb": row.verb,
        "what": row.what,
        "columns": [list(_bytes(row.cells[i], drawn, i, lost)) for i in columns],
    }


def _unwrapped(lines: list[str]) -> list[str]:
    """Sentences in one line each, of lines that begin with a blank where they go on."""
    text = "\n".join(lines)
    return [" ".join(each.split()) for each in re.split(r"\n(?! )", text) if each]


def _last_row(picture: Scene, before: dict[str, Any]) -> dict[str, Any]:
    """The row of the step that meets what is wrong: what lies there has been stored before it."""
    step, verb, places = drawing.last(picture)
    columns = [
        [
            {
                **cell,
                "letter": cell["letter"].lower(),
                "kind": _KINDS.get(cell["kind"], cell["kind"]),
            }
            for cell in column
        ]
        for column in before["columns"]
    ]
    return {"step": step, "verb": verb, "what": places, "columns": columns}


def _width(drawn: Map, column: int) -> int:
    return min(max((len(row.cells[column]) for row in drawn.rows), default=0), _MOST_CELLS)


def _bytes(
    cells: str, drawn: Map, number: int, lost: set[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    window = drawn.columns[number].window
    for offset, letter in enumerate(cells[:_MOST_CELLS]):
        byte = window.first + offset
        kind = (
            "none"
            if letter == "."
            else "zero"
            if letter == "0"
            else "fresh"
            if letter.isupper()
            else "old"
        )
        yield {"byte": byte, "letter": letter, "kind": kind, "lost": (window.area, byte) in lost}


def _letters(drawn: Map) -> list[tuple[str, str]]:
    """Names with their letters, in order."""
    return [(name, letter) for name, letter in drawn.letters.items()]
