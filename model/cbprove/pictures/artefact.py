"""What was asked of an artefact as pahole prints it, and the map of the control block that it is laid over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact, Composite, Typedef, bad
from cbprove.artifacts.needs import Definition
from cbprove.artifacts.records import Records
from cbprove.diagnostics import SpecError
from cbprove.layout.records import Layout, find, lay_out
from cbprove.pictures.blocks import Block, Overlay, drawn
from cbprove.pictures.outlines import text as outline

DEFAULT_BLOCK = "sk_buff.cb"


def text(found: Sequence[Definition], block: Block | None) -> str:
    """Each definition, with its unit above it where several of a name were found; then the map, if anything lies there."""
    names = [(one.kind, one.name) for one in found]
    told = []
    for one in found:
        several = names.count((one.kind, one.name)) > 1
        told.append((f"/* {one.types.name} */\n" if several else "") + outline(one.types, one.ref))
    return "\n".join([*told, *(["", *drawn(block)] if block is not None and block.overlays else [])])


def block(artifact: Artifact, over: str | None, found: Sequence[Definition], at: Mapping[str, int]) -> Block | None:
    """What lies over a control block: `sk_buff.cb` by default, and then only what fits into it; None if there is none.

    `at` are offsets in bytes; what it does not name lies at 0. Raises SpecError: CB0326 for a block that does not exist, and
    CB0327 for an offset of something that was not asked for.
    """
    strays = [name for name in at if name not in {one.name for one in found}]
    if strays:
        raise bad("CB0327", f"`{strays[0]}` has an offset and was not asked for", f"add --struct {strays[0]}")
    bounds = _bounds(artifact, over)
    if bounds is None:
        return None
    tag, member, low, width = bounds
    lying = [_overlay(one, 8 * at.get(one.name, 0)) for one in found if one.name != tag and _is_record(one)]
    fitting = tuple(each for each in lying if over is not None or at.get(each.name) is not None or each.width <= width)
    return Block(tag, member, low, width, fitting)


def _bounds(artifact: Artifact, over: str | None) -> tuple[str, str, int, int] | None:
    """The struct, the member, and its first bit and width."""
    tag, _, member = (over or DEFAULT_BLOCK).partition(".")
    try:
        types, ref = lookup(artifact, "struct", tag)[0]
    except SpecError:
        if over is None:
            return None
        raise
    found = find(lay_out(Records(types).record(ref), types.abi), member)
    if found is None and over is not None:
        raise bad("CB0326", f"`struct {tag}` has no member `{member}`", "name it as STRUCT.MEMBER: --over sk_buff.cb")
    return None if found is None else (tag, member, found.offset, found.width)


def _is_record(one: Definition) -> bool:
    node = one.types.node(one.ref)
    inner = one.types.node(node.type) if isinstance(node, Typedef) and node.type is not None else node
    return isinstance(inner, Composite)


def _overlay(one: Definition, low: int) -> Overlay:
    node = one.types.node(one.ref)
    ref = node.type if isinstance(node, Typedef) and node.type is not None else one.ref
    layout = lay_out(Records(one.types).record(ref), one.types.abi)
    return Overlay(one.name, one.types.name, low, 8 * layout.size, tuple(_members(layout, 0)))


def _members(layout: Layout, base: int) -> list[tuple[int, int]]:
    """The bits that have a member, inside of arrays of structs every element alike."""
    found: list[tuple[int, int]] = []
    for member in layout.members:
        first = base + member.offset
        if member.layout is None or not member.layout.size:
            found.append((first, first + member.width))
            continue
        step = 8 * member.layout.size
        for start in range(first, first + member.width, step):
            found += _members(member.layout, start)
    return found
