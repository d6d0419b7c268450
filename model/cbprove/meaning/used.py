"""What paths come to, in whichever candidate: from that, the object they run on and what is
declared for nothing.

What included files declare is shared by specs that each use a part of it, so nothing is told of
that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cbprove.diagnostics import Diagnostic, Note, Source, Span
from cbprove.frozen import fields
from cbprove.meaning.elaborate import blocks
from cbprove.meaning.memo import Mistake
from cbprove.meaning.names import Names, StepOf
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax

# A step, part or path that some run may come to.
Reached = syntax.Path | StepOf


def reached(names: Names) -> tuple[Reached, ...]:
    """The paths, then the parts and steps that they call, however far down, each once."""
    nodes_reached: dict[int, Reached] = {}
    waiting: list[Reached] = [node for node in names.parts.values() if node.kind == "path"]
    while waiting:
        node = waiting.pop(0)
        key = id(node.step) if isinstance(node, StepOf) else id(node)
        if key not in nodes_reached:
            nodes_reached[key] = node
            waiting += [
                callee
                for call in _calls(body(node))
                if (callee := _called(names, call)) is not None
            ]
    return tuple(nodes_reached.values())


def body(node: Reached) -> syntax.Block:
    """Its statements; none for a step without a body."""
    return (node.step.body or ()) if isinstance(node, StepOf) else node.body


def nodes(node: object) -> Iterator[object]:
    """A node of the tree and every one below it, in the order they were written."""
    waiting = [node]  # the next one last
    while waiting:
        node = waiting.pop()
        cls: Any = node.__class__
        if isinstance(node, tuple):
            waiting += reversed(node)
        elif (parts := _parts(cls)) is not None:
            yield node
            waiting += [getattr(node, name) for name in parts]


@cache
def _parts(cls: type) -> tuple[str, ...] | None:
    """What nodes of a class are made of, the last one first; None where it is a class of no
    nodes."""
    if not hasattr(cls, "__fields__"):
        return None
    return tuple(part.name for part in reversed(fields(cls)) if part.name != "span")


def _calls(block: syntax.Block) -> Iterator[syntax.Call]:
    return (node for node in nodes(block) if isinstance(node, syntax.Call))


def _called(names: Names, call: syntax.Call) -> Reached | None:
    """What a call names; None where that is a mistake, which elaboration reports."""
    part = names.parts.get(call.callee.text)
    if part is not None:
        return part
    try:
        return names.step(call.callee)
    except Mistake:
        return None


# Statements by which an object is more than its bytes: another one is made from it, or its names
# are counted.
_MAKING = (syntax.Make, syntax.Each, syntax.Share, syntax.Consume)
_BYTES = ("char", "unsigned char", "u8", "__u8", "uint8_t")
_HELP = "say which, as in `object skb per path { ... }`"


def choose_object(names: Names) -> None:
    """Let the object that paths run on be the first; a mistake where nothing but the order of files
    would tell which.

    Nothing here looks at the order of objects before the last resort, which asks that one file
    declares them all: so two specs that differ in the order of their includes mean the same.
    """
    names.objects = _with_first(names.objects, _chosen(names))


def _with_first(objects: dict[str, syntax.Object], first: str) -> dict[str, syntax.Object]:
    return {name: objects[name] for name in sorted(objects, key=lambda name: name != first)}


def _chosen(names: Names) -> str:
    objects = [node for node in names.objects.values() if node.per_path]
    for other in objects[1:]:
        message = f"paths run on one object; `{objects[0].name.text}` is said to be it already"
        notes = (Note("said here", objects[0].name.span),)
        names.diagnostics.append(
            Diagnostic("CB0172", message, other.name.span, "leave `per path` out of one", notes)
        )
    if objects:
        return objects[0].name.text
    if len(names.objects) < 2 or not _makes(names):
        return names.first_object()
    for candidates in (_made_places(names), _control_blocks(names)):
        if len(candidates) == 1:
            return next(iter(candidates))
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
    """Whether anything makes objects, or counts names. If nothing does, each object exists once,
    and which of them is the path's changes no byte: it is current from first to last."""
    return any(isinstance(node, _MAKING) for node in nodes(_blocks(names)))


def _blocks(names: Names) -> tuple[syntax.Block, ...]:
    """What all paths, parts and steps do. What no path calls has to mean something as well."""
    return (
        *(part.body for part in names.parts.values()),
        *(step.step.body or () for step in names.all_steps()),
    )


def _made_places(names: Names) -> set[str]:
    """The objects that all places in made objects can lie in: `parent.X`, and `NAME.X` of a made
    name."""
    blocks = _blocks(names)
    made_names = {
        node.name.text
        for node in nodes(blocks)
        if isinstance(node, syntax.Make | syntax.Each | syntax.Share)
    }
    remaining: set[str] | None = None
    for node in nodes(blocks):
        if isinstance(node, ctree.Place) and node.base.text in {"parent", *made_names}:
            possible = set(_possible(names, node))
            remaining = (
                possible if remaining is None else remaining & possible if possible else remaining
            )
    return remaining or set()


def _possible(names: Names, node: ctree.Place) -> Iterator[str]:
    if not node.suffixes or not isinstance(node.suffixes[0], ctree.Dot):
        return
    inner = node.suffixes[0].name.text
    if inner in names.views:
        yield from objects_of(names, inner, ())
    elif inner in names.objects:
        yield inner
    else:
        yield from (name for name, each in names.objects.items() if inner in _areas(each.members))


def objects_of(names: Names, view: str, paths: tuple[str, ...]) -> Iterator[str]:
    """The objects that a view may lie in, one for each of its places, through the views that it
    lies over."""
    for location in names.views[view].view.locations:
        base = location.place.base.text
        if base in names.objects:
            yield base
        elif base in names.views and base not in paths:
            yield from objects_of(names, base, (*paths, view))


def _areas(members: tuple[ctree.MemberItem, ...]) -> dict[str, ctree.CType]:
    """The members of an object under every `#if`, by name."""
    areas: dict[str, ctree.CType] = {}
    for member in members:
        if isinstance(member, ctree.MemberChoice):
            areas.update({**_areas(member.then), **_areas(member.otherwise)})
        elif member.name is not None:
            areas[member.name.text] = member.type
    return areas


def _control_blocks(names: Names) -> set[str]:
    return {name for name, each in names.objects.items() if blocks_of(each)}


def blocks_of(declared: syntax.Object) -> set[str]:
    """The members of an object that are control blocks."""
    return {name for name, type in _areas(declared.members).items() if _is_block(type)}


def _is_block(type: ctree.CType) -> bool:
    if not isinstance(type, ctree.ArrayType):
        return False
    return isinstance(type.element, ctree.NamedType) and type.element.name.text in _BYTES


def warnings(tree: syntax.Tree, names: Names) -> Iterator[Diagnostic]:
    """A warning for each step, part, view, input and made object that nothing uses and that is
    not said to be `unused`."""
    root = next(
        (node.span.source for node in tree.declarations if isinstance(node, syntax.SpecLine)), None
    )
    if root is None:
        return
    called = reached(names)
    steps = {id(each.step) for each in called if isinstance(each, StepOf)}
    parts = {id(each) for each in called if not isinstance(each, StepOf)}
    for step in names.all_steps():
        if id(step.step) not in steps and _counts(root, step.step.name.span, step.step.unused):
            yield _unused(
                "CB0402",
                f"no path runs the step `{step.name}`",
                step.step.name,
                f"step {step.step.name.text}",
            )
    for part in names.parts.values():
        if id(part) not in parts and _counts(root, part.name.span, part.unused):
            yield _unused(
                "CB0402",
                f"no path runs the part `{part.name.text}`",
                part.name,
                f"part {part.name.text}",
            )
    declared = tuple(_declared(root, names))
    if declared and any(part.kind == "path" for part in names.parts.values()):
        named = _named(tree, names, steps, parts)
        yield from (warning for name, warning in declared if name not in named)
    for each in called:
        yield from _made(root, body(each))


def _counts(root: Source, span: Span, unused: bool) -> bool:
    return span.source.name == root.name and not unused


def _unused(code: str, message: str, name: ctree.Name, text: str) -> Diagnostic:
    return Diagnostic(code, message, name.span, f"use it, delete it, or say `{text} unused`")


def _declared(root: Source, names: Names) -> Iterator[tuple[str, Diagnostic]]:
    """The views and inputs of a file, each with what is to be told where nothing names it."""
    of_each = (
        ("CB0403", "view", {name: view.view for name, view in names.views.items()}),
        ("CB0404", "input", names.inputs),
    )
    for code, kind, nodes_declared in of_each:
        for name, node in nodes_declared.items():
            if _counts(root, node.name.span, node.unused):
                message = f"nothing that a path runs uses the {kind} `{name}`"
                yield name, _unused(code, message, node.name, f"{kind} {name}")


def _named(tree: syntax.Tree, names: Names, steps: set[int], parts: set[int]) -> set[str]:
    """Every name in a place, but for those in steps and parts that no path runs and in what layers
    say they touch.

    A view that another one lies over is used, and so is one that a property, a `require` or a size
    speaks of.
    """
    names_used: set[str] = set()
    for declaration in tree.declarations:
        for node in nodes(_used(names, declaration, steps, parts)):
            if isinstance(node, ctree.Place):
                names_used.add(node.base.text)
                names_used.update(
                    suffix.name.text
                    for suffix in node.suffixes[:1]
                    if isinstance(suffix, ctree.Dot)
                )
    return names_used


def _used(names: Names, node: syntax.Declaration, steps: set[int], parts: set[int]) -> object:
    """What of a declaration is used; of a layer: steps that are run, where views lie, what steps
    without a body touch."""
    if isinstance(node, syntax.Path):
        return node if id(node) in parts else ()
    if not isinstance(node, syntax.Layer):
        return node
    run = tuple(step for step in node.steps if id(step) in steps)
    bodiless = any(step.body is None for step in run)
    return run, node.views, (node.reads or (), node.writes or ()) if bodiless else ()


def _made(root: Source, block: syntax.Block) -> Iterator[Diagnostic]:
    """Each `clone` and `new` after which nothing in its block speaks of what it made."""
    for number, node in enumerate(block):
        if isinstance(node, syntax.Make) and _counts(root, node.name.span, node.unused):
            name = node.name.text
            if name not in _spoken_of(block[number + 1 :]):
                message = f"nothing is done on `{name}`, which is made here"
                yield _unused("CB0405", message, node.name, f"{node.kind} {name}")
        for inner in blocks(node):
            yield from _made(root, inner)


def _spoken_of(block: syntax.Block) -> set[str]:
    names_spoken: set[str] = set()
    for node in nodes(block):
        if isinstance(node, ctree.Place):
            names_spoken.add(node.base.text)
        elif isinstance(node, syntax.On):
            names_spoken.add(node.name.text)
    return names_spoken
