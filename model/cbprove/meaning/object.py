"""Which object paths run on: the one that says so, or else the one that what paths make can only be copies of."""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.diagnostics import Diagnostic, Note
from cbprove.meaning.names import Names
from cbprove.meaning.used import nodes
from cbprove.syntax import tree as syntax

# Statements by which an object is more than its bytes: another one is made from it, or its names are counted.
_MAKING = (syntax.Make, syntax.Each, syntax.Share, syntax.Consume)
_BYTES = ("char", "unsigned char", "u8", "__u8", "uint8_t")
_HELP = "say which, as in `object skb per path { ... }`"


def choose(names: Names) -> None:
    """Let the object that paths run on be the first; a mistake where nothing but the order of files would tell which.

    Nothing here looks at the order of objects before the last resort, which asks that one file declares them all: so two
    specs that differ in the order of their includes mean the same.
    """
    names.objects = _with_first(names.objects, _chosen(names))


def _with_first(objects: dict[str, syntax.Object], first: str) -> dict[str, syntax.Object]:
    return {name: objects[name] for name in sorted(objects, key=lambda name: name != first)}


def _chosen(names: Names) -> str:
    objects = [node for node in names.objects.values() if node.per_path]
    for again in objects[1:]:
        message = f"paths run on one object; `{objects[0].name.text}` is said to be it already"
        notes = (Note("said here", objects[0].name.span),)
        names.diagnostics.append(Diagnostic("CB0172", message, again.name.span, "leave `per path` out of one", notes))
    if objects:
        return objects[0].name.text
    if len(names.objects) < 2 or not _makes(names):
        return names.first_object()
    for found in (_made_places(names), _control_blocks(names)):
        if len(found) == 1:
            return next(iter(found))
    return _by_order(names)


def _by_order(names: Names) -> str:
    """The first, if one file says in which order they stand."""
    objects = list(names.objects.values())
    message = f"paths could run on {' or on '.join(f'`{node.name.text}`' for node in objects)}"
    if len({node.span.source.name for node in objects}) == 1:
        text = f"{message}; the first counts, `{objects[0].name.text}`"
        names.warnings.append(Diagnostic("CB0401", text, objects[0].name.span, _HELP))
    else:
        notes = tuple(Note("the other one is here", node.name.span) for node in objects[1:])
        names.diagnostics.append(Diagnostic("CB0172", message, objects[0].name.span, _HELP, notes))
    return names.first_object()


def _makes(names: Names) -> bool:
    """Whether anything makes objects, or counts names. If nothing does, each object exists once, and which of them is the
    path's changes no byte: it is current from first to last."""
    return any(isinstance(node, _MAKING) for node in nodes(_blocks(names)))


def _blocks(names: Names) -> tuple[syntax.Block, ...]:
    """What all paths, parts and steps do. What no path calls has to mean something as well."""
    return (*(part.body for part in names.parts.values()), *(step.step.body or () for step in names.all_steps()))


def _made_places(names: Names) -> set[str]:
    """The objects that all places in made objects can lie in: `parent.X`, and `NAME.X` of a made name."""
    blocks = _blocks(names)
    made = {node.name.text for node in nodes(blocks) if isinstance(node, syntax.Make | syntax.Each | syntax.Share)}
    found: set[str] | None = None
    for node in nodes(blocks):
        if isinstance(node, syntax.Place) and node.base.text in {"parent", *made}:
            possible = set(_possible(names, node))
            found = possible if found is None else found & possible if possible else found
    return found or set()


def _possible(names: Names, node: syntax.Place) -> Iterator[str]:
    if not node.suffixes or not isinstance(node.suffixes[0], syntax.Dot):
        return
    inner = node.suffixes[0].name.text
    if inner in names.views:
        yield from objects_of(names, inner, ())
    elif inner in names.objects:
        yield inner
    else:
        yield from (name for name, each in names.objects.items() if inner in _areas(each.members))


def objects_of(names: Names, view: str, around: tuple[str, ...]) -> Iterator[str]:
    """The objects that a view may lie in, one for each of its places, through the views that it lies over."""
    for location in names.views[view].view.locations:
        base = location.place.base.text
        if base in names.objects:
            yield base
        elif base in names.views and base not in around:
            yield from objects_of(names, base, (*around, view))


def _areas(members: tuple[syntax.MemberItem, ...]) -> dict[str, syntax.CType]:
    """The members of an object under every `#if`, by name."""
    areas: dict[str, syntax.CType] = {}
    for member in members:
        if isinstance(member, syntax.MemberChoice):
            areas.update({**_areas(member.then), **_areas(member.otherwise)})
        elif member.name is not None:
            areas[member.name.text] = member.type
    return areas


def _control_blocks(names: Names) -> set[str]:
    return {name for name, each in names.objects.items() if any(map(_is_block, _areas(each.members).values()))}


def _is_block(type: syntax.CType) -> bool:
    if not isinstance(type, syntax.ArrayType):
        return False
    return isinstance(type.element, syntax.NamedType) and type.element.name.text in _BYTES
