"""What functions do as the beginning of a spec: a layer with its views and steps, to be read and mended by a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cbprove.source.accesses import Access, Found, Place, Read, Sought
from cbprove.source.told import Named, bits

_VERB = {"read": "read", "write": "write", "clear": "clear", "copy from": "read", "copy to": "write"}


def draft(found: Found, sought: Sought, named: Named) -> str:
    """The text of an included file."""
    functions = [each for each in found.functions if each.accesses]
    views = _views(each.place for function in functions for each in function.accesses)
    records = sorted({place.view for _, place in views.items() if place.view})
    lines = [
        f"/* Drafted from {', '.join(dict.fromkeys(named(each.file) for each in functions))}: what the source does to {sought}.",
        " * Branches are not told apart: say `either`, `optionally` and `when` where they part. Structs are not pasted here:",
        f" * cbprove import VMLINUX {' '.join(f'--struct {each}' for each in records)}",
        " */",
    ]
    layer = re.sub(r"\W", "_", Path(functions[0].file).stem) if functions else "nothing"
    lines.append(f"layer {layer} {{")
    for name, place in sorted(views.items(), key=lambda each: (each[1].at, each[0])):
        type = f"struct {place.view}" if place.view else f"u8[{max((place.width or 0) // 8, 1)}]"
        lines.append(f"    view {name} : {type} at {_object(sought)}[{place.at // 8}];")
    for function in functions:
        lines += ["", *_step(function, views, named)]
    return "\n".join([*lines, "}", ""])


def _object(sought: Sought) -> str:
    return f"skb.{sought.member}" if sought.record == "sk_buff" else f"{sought.record}.{sought.member or 'bytes'}"


def _views(places: Iterable[Place]) -> dict[str, Place]:
    """A name for each struct at each offset, and for each range of bytes that no struct lies over."""
    found: dict[str, Place] = {}
    for place in places:
        if place.view:
            whole = Place(base="", view=place.view, path="", start=place.at, width=None, at=place.at)
        else:
            whole = Place(base="", view="", path="", start=place.start, width=place.width, at=place.start)
        name = _name(place)
        if name in found and found[name].at != whole.at:
            name = f"{name}_{whole.at // 8}"
        found.setdefault(name, whole)
    return found


def _name(place: Place) -> str:
    if place.view:
        return re.sub(r"\W", "_", place.view).upper()
    return f"BYTES_{place.start // 8}_{(place.width or 0) // 8}"


def _step(function: Read, views: dict[str, Place], named: Named) -> list[str]:
    lines = [f"    step {function.name} {{  // {named(function.file)}:{function.line}"]
    said: dict[str, str] = {}
    for each in function.accesses:
        statement = _statement(each, views)
        said.setdefault(statement, f"        {statement}  // {each.line}" + (f", {each.via[-1]}()" if each.via else ""))
    return [*lines, *said.values(), "    }"]


def _statement(access: Access, views: dict[str, Place]) -> str:
    place = access.place
    name = _name(place)
    if f"{name}_{place.at // 8}" in views:
        name = f"{name}_{place.at // 8}"
    full = f"{name}.{place.path}" if place.path else name
    if access.kind == "escape":
        return f"// {full} {bits(place)} escapes to {access.to}()"
    return f"{_VERB[access.kind]} {full};"
