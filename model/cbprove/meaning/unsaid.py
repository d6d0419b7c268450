"""What the file that is checked declares and no path uses: told, and no mistake.

What included files declare is shared by specs that each use a part of it, so nothing is told of that.
"""

from __future__ import annotations

from collections.abc import Iterator

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.meaning.elaborate import blocks
from cbprove.meaning.names import Names, StepOf
from cbprove.meaning.used import body, nodes, reached
from cbprove.syntax import tree as syntax


def warnings(tree: syntax.Tree, names: Names) -> Iterator[Diagnostic]:
    """A warning for each step, part, view, input and made object that nothing uses and that is not said to be `unused`."""
    root = next((node.span.source for node in tree.declarations if isinstance(node, syntax.SpecLine)), None)
    if root is None:
        return
    found = reached(names)
    steps = {id(each.step) for each in found if isinstance(each, StepOf)}
    parts = {id(each) for each in found if not isinstance(each, StepOf)}
    for step in names.all_steps():
        if id(step.step) not in steps and _counts(root, step.step.name.span, step.step.unused):
            yield _unused(
                "CB0402", f"no path runs the step `{step.name}`", step.step.name, f"step {step.step.name.text}"
            )
    for part in names.parts.values():
        if id(part) not in parts and _counts(root, part.name.span, part.unused):
            yield _unused("CB0402", f"no path runs the part `{part.name.text}`", part.name, f"part {part.name.text}")
    if any(part.kind == "path" for part in names.parts.values()):
        yield from _of_names(root, names, _named(tree, names, steps, parts))
    for each in found:
        yield from _made(root, body(each))


def _counts(root: Source, span: Span, unused: bool) -> bool:
    return span.source.name == root.name and not unused


def _unused(code: str, message: str, name: syntax.Name, text: str) -> Diagnostic:
    return Diagnostic(code, message, name.span, f"use it, delete it, or say `{text} unused`")


def _of_names(root: Source, names: Names, named: set[str]) -> Iterator[Diagnostic]:
    for name, view in names.views.items():
        if name not in named and _counts(root, view.view.name.span, view.view.unused):
            yield _unused("CB0403", f"nothing that a path runs uses the view `{name}`", view.view.name, f"view {name}")
    for name, input in names.inputs.items():
        if name not in named and _counts(root, input.name.span, input.unused):
            yield _unused("CB0404", f"nothing that a path runs uses the input `{name}`", input.name, f"input {name}")


def _named(tree: syntax.Tree, names: Names, steps: set[int], parts: set[int]) -> set[str]:
    """Every name in a place, but for those in steps and parts that no path runs and in what layers say they touch.

    A view that another one lies over is used, and so is one that a property, a `require` or a size speaks of.
    """
    found: set[str] = set()
    for declaration in tree.declarations:
        for node in nodes(_used(names, declaration, steps, parts)):
            if isinstance(node, syntax.Place):
                found.add(node.base.text)
                found.update(suffix.name.text for suffix in node.suffixes[:1] if isinstance(suffix, syntax.Dot))
    return found


def _used(names: Names, node: syntax.Declaration, steps: set[int], parts: set[int]) -> object:
    """What of a declaration is used; of a layer: steps that are run, where views lie, what steps without a body touch."""
    if isinstance(node, syntax.Path):
        return node if id(node) in parts else ()
    if not isinstance(node, syntax.Layer):
        return node
    run = tuple(step for step in node.steps if id(step) in steps)
    whole = any(step.body is None for step in run)
    return run, node.views, (node.reads or (), node.writes or ()) if whole else ()


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
    found: set[str] = set()
    for node in nodes(block):
        if isinstance(node, syntax.Place):
            found.add(node.base.text)
        elif isinstance(node, syntax.On):
            found.add(node.name.text)
    return found
