"""From the declarations of a tree to the names that it declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cbprove.diagnostics import Diagnostic, Span
from cbprove.frozen import fields, has_fields
from cbprove.meaning import builtin
from cbprove.meaning.names import Enumeration, Names, StepOf, ViewOf, twice
from cbprove.syntax import ctree, questions
from cbprove.syntax import tree as syntax


def collect(tree: syntax.Tree) -> Names:
    """Enter every declaration of a tree, but for those that count no second time."""
    names = Names()
    replaced = _replaced(tree)
    nodes: dict[tuple[type, str], syntax.Declaration] = {}
    for declaration in tree.declarations:
        redeclared = _c_name(declaration)
        if redeclared is not None:
            if redeclared in replaced and not isinstance(declaration, syntax.Packing):
                continue
            first = nodes.setdefault(redeclared, declaration)
            if first is not declaration and alike(first, declaration):
                continue
        _COLLECTORS.get(type(declaration), _nothing)(names, declaration)
    _name_steps(names)
    for name in names.macros.values():
        if name.text not in (*names.constants, *names.typedefs) and not builtin.is_scalar(
            name.text
        ):
            help = "give it a value of its own"
            names.diagnostics.append(
                Diagnostic("CB0114", f"`{name.text}` is defined by itself", name.span, help)
            )
    return names


def _c_name(node: syntax.Declaration) -> tuple[type, str] | None:
    """What C calls a declaration of a type or a constant by; None for one without a name, and
    for what is not C."""
    if isinstance(node, syntax.TypeDeclaration):
        return None if node.type.tag is None else (syntax.TypeDeclaration, node.type.tag.text)
    if isinstance(node, syntax.Typedef | syntax.Define):
        return type(node), node.name.text
    return (syntax.TypeDeclaration, node.tag.text) if isinstance(node, syntax.Packing) else None


def _replaced(tree: syntax.Tree) -> set[tuple[type, str]]:
    """The structs and unions of included files for which the file that is checked has a packing."""
    root = next(
        (node.span.source for node in tree.declarations if isinstance(node, syntax.SpecLine)), None
    )
    replaced: set[tuple[type, str]] = set()
    for node in tree.declarations:
        if isinstance(node, syntax.Packing) and node.span.source is root:
            nodes = [d for d in tree.declarations if _c_name(d) == _c_name(node) and d is not node]
            if nodes and all(
                d.span.source is not root and not isinstance(d, syntax.Packing) for d in nodes
            ):
                replaced.add((syntax.TypeDeclaration, node.tag.text))
    return replaced


def alike(node: object, other: object) -> bool:
    """Whether two nodes of the tree say the same, wherever they stand."""
    if isinstance(node, tuple) and isinstance(other, tuple):
        return len(node) == len(other) and all(map(alike, node, other))
    if has_fields(node) and type(node) is type(other):
        return all(
            alike(getattr(node, part.name), getattr(other, part.name))
            for part in fields(node)
            if part.name != "span"
        )
    return node == other


def _nothing(names: Names, declaration: object) -> None:
    """A declaration without a name of its own."""


def _share(names: Names, name: ctree.Name, kind: str) -> bool:
    if names.declare("shared", name, kind):
        names.shared[name.text] = (kind, name.span)
        return True
    return False


def _object(names: Names, declaration: syntax.Object) -> None:
    if _share(names, declaration.name, "object"):
        names.objects[declaration.name.text] = declaration
    _members(names, declaration.members)


def _type(names: Names, declaration: syntax.TypeDeclaration) -> None:
    _c_type(names, declaration.type)


def _typedef(names: Names, declaration: syntax.Typedef) -> None:
    if names.declare("typedef", declaration.name, "typedef"):
        names.typedefs[declaration.name.text] = declaration
    _c_type(names, declaration.type)


def _define(names: Names, declaration: syntax.Define) -> None:
    if (
        isinstance(declaration.value, ctree.Place)
        and declaration.value.base.text == declaration.name.text
    ):
        # `#define A A` beside an enumerator A
        names.macros[declaration.name.text] = declaration.value.base
        return
    if _share(names, declaration.name, "constant"):
        names.constants[declaration.name.text] = declaration


def _packing(names: Names, declaration: syntax.Packing) -> None:
    if names.declare("tag", declaration.tag, declaration.kind):
        names.tags[declaration.tag.text] = declaration
        if _share_axis(names, declaration.tag):
            names.axis_declarations[declaration.tag.text] = declaration
    arms: dict[str, Span] = {}
    for arm in declaration.arms:
        if arm.name.text in arms:
            names.diagnostics.append(twice(arm.name, "packing", arms[arm.name.text]))
        arms.setdefault(arm.name.text, arm.name.span)
        _members(names, arm.body.members)


def _abi(names: Names, declaration: syntax.AbiAxis) -> None:
    if _share(names, ctree.Name("abi", declaration.span), "axis"):
        names.axis_declarations["abi"] = declaration


def _share_axis(names: Names, name: ctree.Name) -> bool:
    if name.text == "abi":
        names.diagnostics.append(
            Diagnostic("CB0110", "`abi` is the axis of ABIs, in every spec", name.span)
        )
        return False
    return _share(names, name, "axis")


def _param(names: Names, declaration: syntax.Param) -> None:
    if _share_axis(names, declaration.name):
        names.axis_declarations[declaration.name.text] = declaration


def _input(names: Names, declaration: syntax.Input) -> None:
    if _share(names, declaration.name, "input"):
        names.inputs[declaration.name.text] = declaration


def _layer(names: Names, declaration: syntax.Layer) -> None:
    if not names.declare("layer", declaration.name, "layer"):
        return
    names.layers[declaration.name.text] = declaration
    for view in declaration.views:
        if _share(names, view.name, "view"):
            names.views[view.name.text] = ViewOf(view, declaration)
        _c_type(names, view.type)
    for step in declaration.steps:
        names.declare(f"step of {declaration.name.text}", step.name, "step")
        by_layer = names.steps.setdefault(step.name.text, {})
        by_layer.setdefault(declaration.name.text, []).append(
            StepOf(step, declaration, step.name.text)
        )


def _path(names: Names, declaration: syntax.Path) -> None:
    if names.declare("part", declaration.name, declaration.kind):
        names.parts[declaration.name.text] = declaration


def _property(names: Names, declaration: questions.Property) -> None:
    if names.declare("property", declaration.name, "property"):
        names.properties[declaration.name.text] = declaration


def _proposal(names: Names, declaration: questions.Proposal) -> None:
    if names.declare("proposal", declaration.name, "proposal"):
        names.proposals[declaration.name.text] = declaration


def _ask(names: Names, declaration: questions.Ask) -> None:
    if names.declare("ask", declaration.name, "ask"):
        names.asks[declaration.name.text] = declaration


def _require(names: Names, declaration: syntax.Require) -> None:
    names.requires.append(declaration)


def _c_type(names: Names, node: ctree.CType) -> None:
    """Enter the tags and enumerators that a type declares inside it."""
    if isinstance(node, ctree.ArrayType):
        _c_type(names, node.element)
    elif isinstance(node, ctree.EnumBody):
        _tag(names, node, "enum")
        for index, enumerator in enumerate(node.enumerators):
            if _share(names, enumerator.name, "constant"):
                names.constants[enumerator.name.text] = Enumeration(node, index)
    elif isinstance(node, ctree.RecordBody):
        _tag(names, node, node.kind)
        _members(names, node.members)


def _tag(names: Names, node: ctree.RecordBody | ctree.EnumBody, kind: str) -> None:
    if node.tag is not None and names.declare("tag", node.tag, kind):
        names.tags[node.tag.text] = node


def _members(names: Names, members: tuple[ctree.MemberItem, ...]) -> None:
    """Members of one declaration share its type, which is entered once."""
    last: ctree.CType | None = None
    for member in members:
        if isinstance(member, ctree.MemberChoice):
            _members(names, member.then)
            _members(names, member.otherwise)
            continue
        base = member.type
        while isinstance(base, ctree.ArrayType):
            base = base.element
        if base is not last:
            _c_type(names, base)
        last = base


def _name_steps(names: Names) -> None:
    """Give each step its unique name, and refuse one that is called like a path or part."""
    for plain, by_layer in names.steps.items():
        part = names.parts.get(plain)
        if part is not None:
            (first, *_), *_ = by_layer.values()
            names.diagnostics.append(twice(part.name, part.kind, first.step.name.span))
        if len(by_layer) > 1:
            names.steps[plain] = {
                layer: [StepOf(s.step, s.layer, f"{layer}.{plain}") for s in steps]
                for layer, steps in by_layer.items()
            }


_COLLECTORS: dict[type, Callable[[Names, Any], None]] = {
    syntax.AbiAxis: _abi,
    syntax.Object: _object,
    syntax.TypeDeclaration: _type,
    syntax.Typedef: _typedef,
    syntax.Define: _define,
    syntax.Packing: _packing,
    syntax.Param: _param,
    syntax.Input: _input,
    syntax.Require: _require,
    syntax.Layer: _layer,
    syntax.Path: _path,
    questions.Property: _property,
    questions.Proposal: _proposal,
    questions.Ask: _ask,
}
