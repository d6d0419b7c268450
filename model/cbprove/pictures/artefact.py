"""What was asked of an artefact as pahole prints it, and the map of the control block that it is
laid over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact, Composite, Typedef, bad
from cbprove.artifacts.records import Definition, Records
from cbprove.diagnostics import SpecError
from cbprove.layout.records import Layout, find, lay_out
from cbprove.pictures.blocks import Block, Overlay, drawn
from cbprove.pictures.outlines import text as outline

DEFAULT_BLOCK = "sk_buff.cb"


def text(definitions: Sequence[Definition], block: Block | None) -> str:
    """Each definition, with its unit above it where several of a name were found; then the map,
    if anything lies there."""
    names = [(definition.kind, definition.name) for definition in definitions]
    lines = []
    for definition in definitions:
        ambiguous = names.count((definition.kind, definition.name)) > 1
        lines.append(
            (f"/* {definition.types.name} */\n" if ambiguous else "")
            + outline(definition.types, definition.ref)
        )
    return "\n".join(
        [*lines, *(["", *drawn(block)] if block is not None and block.overlays else [])]
    )


def block(
    artifact: Artifact, over: str | None, definitions: Sequence[Definition], at: Mapping[str, int]
) -> Block | None:
    """What lies over a control block: `sk_buff.cb` by default, and then only what fits into it;
    None if there is none.

    `at` are offsets in bytes; what it does not name lies at 0. Raises SpecError: CB0326 for a block
    that does not exist, and CB0327 for an offset of something that was not asked for.
    """
    strays = [name for name in at if name not in {definition.name for definition in definitions}]
    if strays:
        raise bad(
            "CB0327",
            f"`{strays[0]}` has an offset and was not asked for",
            f"add --struct {strays[0]}",
        )
    bounds = _bounds(artifact, over)
    if bounds is None:
        return None
    tag, member, low, width = bounds
    overlays = [
        _overlay(definition, 8 * at.get(definition.name, 0))
        for definition in definitions
        if definition.name != tag and _is_record(definition)
    ]
    fitting = tuple(
        each
        for each in overlays
        if over is not None or at.get(each.name) is not None or each.width <= width
    )
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
    bounds = find(lay_out(Records(types).record(ref), types.abi), member)
    if bounds is None and over is not None:
        raise bad(
            "CB0326",
            f"`struct {tag}` has no member `{member}`",
            "name it as STRUCT.MEMBER: --over sk_buff.cb",
        )
    return None if bounds is None else (tag, member, bounds.offset, bounds.width)


def _is_record(definition: Definition) -> bool:
    node = definition.types.node(definition.ref)
    inner = (
        definition.types.node(node.type)
        if isinstance(node, Typedef) and node.type is not None
        else node
    )
    return isinstance(inner, Composite)


def _overlay(definition: Definition, low: int) -> Overlay:
    node = definition.types.node(definition.ref)
    ref = node.type if isinstance(node, Typedef) and node.type is not None else definition.ref
    layout = lay_out(Records(definition.types).record(ref), definition.types.abi)
    return Overlay(
        definition.name, definition.types.name, low, 8 * layout.size, tuple(_members(layout, 0))
    )


def _members(layout: Layout, base: int) -> list[tuple[int, int]]:
    """The bits that have a member, inside of arrays of structs every element alike."""
    intervals: list[tuple[int, int]] = []
    for member in layout.members:
        first = base + member.offset
        if member.layout is None or not member.layout.size:
            intervals.append((first, first + member.width))
            continue
        step = 8 * member.layout.size
        for start in range(first, first + member.width, step):
            intervals += _members(member.layout, start)
    return intervals
