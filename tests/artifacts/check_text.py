"""What `cbprove import` writes, read again: every struct of a kernel must lie as it did. Part of `make artefacts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cbprove.artifacts.model import Artifact, Composite, Kind, Types
from cbprove.artifacts.needs import Definition
from cbprove.artifacts.opening import RUNNING, open_artifact
from cbprove.artifacts.records import Records
from cbprove.diagnostics import Source
from cbprove.imports import written
from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.language.elaborate_types import type_of
from cbprove.language.parse import parse
from cbprove.language.resolve import resolve
from cbprove.layout.abi import Abi
from cbprove.layout.records import Layout, lay_out

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
    """A line for a kernel, and one for each struct that came out otherwise, which then begins with `difference`."""
    artifact = open_artifact(str(kernel))
    types = artifact.units[0]
    found = [one for one in every(types) if not _members(one) & UNREADABLE]
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
    return [one.name for one in found if read.get(one.name) != placed(lay_out(Records(one.types).record(one.ref), one.types.abi))]


def layouts(text: str, abi: Abi) -> dict[str, Placed]:
    """Where everything lies in each struct of a text."""
    source = Source("imported", AROUND.format(abi=abi.name) + text)
    system = resolve(syntax.Tree(parse(source), (source,)))
    cx = system.handle
    assert isinstance(cx, Context)
    cx.memo.begin({"abi": abi.name})
    nodes = {tag: node for tag, node in cx.names.tags.items() if isinstance(node, syntax.RecordBody)}
    return {tag: placed(lay_out(type_of(cx, node), abi)) for tag, node in nodes.items()}


def placed(layout: Layout) -> Placed:
    """Size and alignment in bytes; every member at any depth with its first bit and its width."""
    return layout.size, layout.align, tuple(_flat(layout, "", 0))


def _flat(layout: Layout, path: str, base: int) -> Iterator[tuple[str, int, int, bool]]:
    for member in layout.members:
        name = f"{path}.{member.name or ''}"
        yield name, base + member.offset, member.width, member.bitfield
        if member.layout is not None:
            yield from _flat(member.layout, name, base + member.offset)


def _members(one: Definition) -> set[str | None]:
    node = one.types.node(one.ref)
    assert isinstance(node, Composite)
    return {member.name for member in node.members}
