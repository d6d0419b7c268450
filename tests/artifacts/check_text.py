"""What `cbprove import` writes, read again: every struct of a kernel must lie as it did. Part of
`make artefacts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cbprove.artifacts.imports import written
from cbprove.artifacts.model import Artifact, Kind, Types
from cbprove.artifacts.opening import RUNNING, open_artifact
from cbprove.artifacts.records import Definition, Records
from cbprove.diagnostics import Source
from cbprove.layout import types as c
from cbprove.layout.abi import Abi
from cbprove.layout.records import Layout, lay_out
from cbprove.meaning.resolve import resolve
from cbprove.meaning.types import type_of
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

AROUND = """\
spec around "what a spec has at least";
abi {abi};
object o {{ char cb[8]; }}
layer l {{ view V : u8 at o.cb[0]; step s {{ write V; }} }}
path p {{ s; }}
"""
AT_ONCE = 150
# The language takes these words before a `(` for its own, where a member's name stands as well.
UNREADABLE = frozenset({"__size", "__at"})

Placed = tuple[int, int, tuple[tuple[str, int, int, bool], ...]]


def check(kernel: Path = Path(RUNNING)) -> Iterator[str]:
    """A line for a kernel, and one for each struct that came out otherwise, which then begins
    with `difference`."""
    artifact = open_artifact(str(kernel))
    types = artifact.units[0]
    records = Records(types)
    found = [one for one in every(types) if _readable(records.record(one.ref))]
    alike = 0
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        other = differing(artifact, some)
        alike += len(some) - len(other)
        yield from (f"difference after import: {name}" for name in other)
    yield f"{types.name}: {alike} of {len(found)} structs and unions lie as they did after import"


def every(types: Types) -> list[Definition]:
    """The first definition of every name of a struct or union."""
    kinds: tuple[Kind, ...] = ("struct", "union")
    names = [(kind, name) for kind in kinds for name in sorted(set(types.names(kind)))]
    return [Definition(types, types.find(kind, name)[0], kind, name) for kind, name in names]


def differing(artifact: Artifact, found: Sequence[Definition]) -> list[str]:
    """The names of those that lie otherwise once they are written and read again."""
    read = layouts(written(artifact, found, {}), artifact.units[0].abi)
    records = Records(artifact.units[0])
    abi = artifact.units[0].abi
    wanted = {one.name: placed(lay_out(records.record(one.ref), abi)) for one in found}
    return [
        name
        for name, place in wanted.items()
        if place not in read.get(name.partition("___")[0], [])
    ]


def layouts(text: str, abi: Abi) -> dict[str, list[Placed]]:
    """Where everything lies in each struct of a text; those of one name, whatever tells them
    apart, together."""
    source = Source("imported", AROUND.format(abi=abi.name) + text)
    system = resolve(syntax.Tree(parse(source), (source,)))
    cx = system.context
    cx.memo.begin({"abi": abi.name})
    found: dict[str, list[Placed]] = {}
    for tag, node in cx.names.tags.items():
        if isinstance(node, ctree.RecordBody):
            found.setdefault(tag.partition("___")[0], []).append(
                placed(lay_out(type_of(cx, node), abi))
            )
    return found


def placed(layout: Layout) -> Placed:
    """Size and alignment in bytes; every member at any depth with its first bit and its width."""
    return layout.size, layout.align, tuple(_flat(layout, "", 0))


def _flat(layout: Layout, path: str, base: int) -> Iterator[tuple[str, int, int, bool]]:
    for member in layout.members:
        name = f"{path}.{member.name or ''}"
        yield name, base + member.offset, member.width, member.bitfield
        if member.layout is not None:
            yield from _flat(member.layout, name, base + member.offset)


def _readable(type: c.Type) -> bool:
    """Whether no member at any depth has a name that the language takes for its own."""
    match type:
        case c.Record():
            return all(
                field.name not in UNREADABLE and _readable(field.type) for field in type.fields
            )
        case c.Array(inner, _) | c.Aligned(inner, _):
            return _readable(inner)
        case _:
            return True
