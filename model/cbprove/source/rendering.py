"""What was read, for people and for programs, and as the beginning of a spec."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from cbprove.source.accesses import Access, Place, Read, Sought, Sweep, Unread

SCHEMA_VERSION = 1
Named = Callable[[str], str]


def bits(place: Place) -> str:
    """Where a place lies: bytes, half open, and bits of bit-fields behind a dot."""
    if place.width is None:
        return f"[{_byte(place.start)},..)"
    return f"[{_byte(place.start)},{_byte(place.start + place.width)})"


def _byte(bit: int) -> str:
    return f"{bit // 8}.{bit % 8}" if bit % 8 else f"{bit // 8}"


def text(sweep_result: Sweep, target: Sought, named: Named, files: int) -> str:
    """Function by function, in the order of the source."""
    lines = []
    for file, functions in groupby(sweep_result.functions, key=lambda each: each.file):
        lines.append(named(file))
        for function in functions:
            lines += [f"  {function.name}, line {function.line}", *_accesses(function)]
    touching = sum(bool(each.accesses) for each in sweep_result.functions)
    lines += [complaint(each, named) for each in sweep_result.unread]
    read = (
        f"{sweep_result.files} of {files} files read, the others name nothing that leads there"
        if files > sweep_result.files
        else ""
    )
    verb = "function touches" if touching == 1 else "functions touch"
    counted = f"{touching} {verb} {target}" + (f"; {read}" if read else "")
    if sweep_result.unread:
        counted += f"; {len(sweep_result.unread)} could not be read without errors"
    return "\n".join([*lines, counted])


def _accesses(function: Read) -> list[str]:
    rows = [
        (str(each.line), _kind(each), str(each.place), bits(each.place), _how(each))
        for each in function.accesses
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    lines = []
    for row in rows:
        cells = [
            row[0].rjust(widths[0]),
            *(row[column].ljust(widths[column]) for column in (1, 2, 3)),
            row[4],
        ]
        lines.append("    " + "  ".join(cells).rstrip())
    return lines or ["    nothing"]


def _kind(access: Access) -> str:
    return f"escapes to {access.to}()" if access.kind == "escape" else access.kind


def _how(access: Access) -> str:
    of = f"of {access.place.base}" if access.place.base else ""
    return ", ".join(filter(None, (of, f"via {', '.join(access.via)}" if access.via else "")))


def complaint(unread: Unread, named: Named = str) -> str:
    """What the compiler had against a file, in a line."""
    count = "1 error" if unread.errors == 1 else f"{unread.errors} errors, the first"
    return f"{named(unread.file)}: {count}: {named(unread.first)}"


def document(sweep_result: Sweep, target: Sought, named: Named) -> dict[str, Any]:
    """The same for programs; `accesses.schema.json` is its shape."""
    return {
        "schema_version": SCHEMA_VERSION,
        "object": str(target),
        "functions": [_function(each, named) for each in sweep_result.functions],
        "unread": [
            {"file": named(e.file), "errors": e.errors, "first": named(e.first)}
            for e in sweep_result.unread
        ],
        "files_read": sweep_result.files,
    }


def _function(function: Read, named: Named) -> dict[str, Any]:
    return {
        "name": function.name,
        "file": named(function.file),
        "line": function.line,
        "accesses": [_access(each) for each in function.accesses],
        "calls": list(function.calls),
    }


def _access(access: Access) -> dict[str, Any]:
    place = access.place
    out: dict[str, Any] = {
        "kind": access.kind,
        "line": access.line,
        "type": place.view,
        "member": place.path,
        "start_bit": place.start,
        "width_bits": place.width,
        "of": place.base,
        "via": list(access.via),
    }
    return {**out, "to": access.to} if access.kind == "escape" else out


_VERB = {
    "read": "read",
    "write": "write",
    "clear": "clear",
    "copy from": "read",
    "copy to": "write",
}


def draft(sweep_result: Sweep, target: Sought, named: Named) -> str:
    """The text of an included file."""
    functions = [each for each in sweep_result.functions if each.accesses]
    views = _views(each.place for function in functions for each in function.accesses)
    records = sorted({place.view for _, place in views.items() if place.view})
    lines = [
        f"/* Drafted from {', '.join(dict.fromkeys(named(each.file) for each in functions))}: "
        f"what the source does to {target}.",
        " * Branches are not told apart: say `either`, `optionally` and `when` where they part. "
        "Structs are not pasted here:",
        f" * cbprove import VMLINUX {' '.join(f'--struct {each}' for each in records)}",
        " */",
    ]
    stem, _ = (
        os.path.splitext(os.path.basename(functions[0].file)) if functions else ("nothing", "")
    )
    layer = re.sub(r"\W", "_", stem)
    lines.append(f"layer {layer} {{")
    for name, place in sorted(views.items(), key=lambda each: (each[1].at, each[0])):
        type = f"struct {place.view}" if place.view else f"u8[{max((place.width or 0) // 8, 1)}]"
        lines.append(f"    view {name} : {type} at {_object(target)}[{place.at // 8}];")
    for function in functions:
        lines += ["", *_step(function, views, named)]
    return "\n".join([*lines, "}", ""])


def _object(target: Sought) -> str:
    return (
        f"skb.{target.member}"
        if target.record == "sk_buff"
        else f"{target.record}.{target.member or 'bytes'}"
    )


def _views(places: Iterable[Place]) -> dict[str, Place]:
    """A name for each struct at each offset, and for each range of bytes that no struct lies
    over."""
    by_view: dict[str, Place] = {}
    for place in places:
        if place.view:
            whole_view = Place(
                base="", view=place.view, path="", start=place.at, width=None, at=place.at
            )
        else:
            whole_view = Place(
                base="", view="", path="", start=place.start, width=place.width, at=place.start
            )
        name = _name(place)
        if name in by_view and by_view[name].at != whole_view.at:
            name = f"{name}_{whole_view.at // 8}"
        by_view.setdefault(name, whole_view)
    return by_view


def _name(place: Place) -> str:
    if place.view:
        return re.sub(r"\W", "_", place.view).upper()
    return f"BYTES_{place.start // 8}_{(place.width or 0) // 8}"


def _step(function: Read, views: dict[str, Place], named: Named) -> list[str]:
    lines = [f"    step {function.name} {{  // {named(function.file)}:{function.line}"]
    by_name: dict[str, str] = {}
    for each in function.accesses:
        statement = _statement(each, views)
        by_name.setdefault(
            statement,
            f"        {statement}  // {each.line}" + (f", {each.via[-1]}()" if each.via else ""),
        )
    return [*lines, *by_name.values(), "    }"]


def _statement(access: Access, views: dict[str, Place]) -> str:
    place = access.place
    name = _name(place)
    if f"{name}_{place.at // 8}" in views:
        name = f"{name}_{place.at // 8}"
    full = f"{name}.{place.path}" if place.path else name
    if access.kind == "escape":
        return f"// {full} {bits(place)} escapes to {access.to}()"
    return f"{_VERB[access.kind]} {full};"
