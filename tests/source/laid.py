"""The table of overlays in specs/linux against what the source lays over cb: structs by their
tags, words by their size."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from cbprove.pipeline import candidates_to_audit
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import load
from tests.source.debian import Tree

FOLDER = "net"  # with the headers that it includes
Where = dict[tuple[str, int], str]


def found(tree: Tree) -> dict[str, Any]:
    """What the command says of a folder."""
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "overlays",
        FOLDER,
        "--format",
        "json",
        "--no-cache",
    ]
    done = subprocess.run(
        [*command, "--source", str(tree.source), "--headers", str(tree.headers)],
        capture_output=True,
        text=True,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def laid(document: dict[str, Any]) -> Where:
    """The views of a document: what, from which byte, and where it is said."""
    return {
        (
            _what(each["type"], each["width_bits"]),
            each["start_bit"] // 8,
        ): f"{each['file']}:{each['line']}"
        for each in document["views"]
    }


def _what(type: str, width: int | None) -> str:
    return (
        type
        if re.fullmatch(r"[a-z_]\w*", type) and not re.fullmatch(r"[us]\d+|\w+_t", type)
        else f"{width} bits"
    )


def said(spec: Path) -> Where:
    """The views of a spec, with the comments behind them."""
    (program,) = candidates_to_audit([str(spec)], None).values()
    lines = spec.read_text().splitlines()
    tags = {
        view.name.text: view.type.tag.text.partition("___")[0]
        for layer in load(str(spec)).declarations
        if isinstance(layer, syntax.Layer)
        for view in layer.views
        if isinstance(view.type, ctree.TaggedType)
    }
    views: Where = {}
    for view in program.views:
        low = view.place.low
        assert isinstance(low, int)
        what = tags.get(view.name, f"{view.place.width} bits")
        views[what, low // 8] = lines[view.place.span.line - 1].partition("//")[2].strip()
    return views


def left_out(page: str) -> frozenset[str]:
    """The structs that a page says the tables leave out, as no layout of them can be read."""
    listed = page.partition("there is no layout to read:")[2].partition(".")[0]
    return frozenset(re.findall(r"`(\w+)`", listed))


def compared(
    spec: Path, document: dict[str, Any], besides: frozenset[str] = frozenset()
) -> list[str]:
    """What the source lays there and the spec does not have; a word of an array is found in it,
    some structs are left out."""
    known = said(spec)
    return [
        f"{file}: {what} at byte {start} is laid over cb, and not in {spec.name}"
        for (what, start), file in laid(document).items()
        if (what, start) not in known
        and what not in besides
        and not (what.endswith(" bits") and any(_holds(each, start) for each in known))
    ]


def _holds(view: tuple[str, int], start: int) -> bool:
    what, first = view
    return what.endswith(" bits") and first <= start < first + int(what.removesuffix(" bits")) // 8
