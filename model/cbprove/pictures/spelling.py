"""Types of an artefact as pahole spells them."""

from __future__ import annotations

from dataclasses import replace

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
)
from cbprove.frozen import frozen


@frozen
class Spelt:
    """A declaration in parts: what counts as part of the type's width, the type, and what stands in the column of names."""

    prefix: str
    type: str
    declarator: str


def declared(types: Types, ref: Ref, name: str) -> Spelt:
    node = types.node(ref)
    match node:
        case Pointer(to) if to is not None and isinstance(function := types.node(to), Function):
            return Spelt("", name_of(types, function.returns), f"(*{name}){_parameters(types, function)}")
        case Function():
            return Spelt("", name_of(types, node.returns), f"({name}){_parameters(types, node)}")
        case Array(element, count):
            return _array(types, element, count, name)
        case Qualified(word, inner) if word in ("const", "_Atomic") and inner is not None:
            spelt = declared(types, inner, name)
            return replace(spelt, prefix=f"{word} {spelt.prefix}")
        case Composite(kind, tag) | Forward(kind, tag) if tag is not None:
            return Spelt(f"{kind} ", tag, name)
        case Enumeration(tag) if tag is not None:
            return Spelt("enum ", tag, name)
        case _:
            return Spelt("", name_of(types, ref), name)


def _array(types: Types, element: Ref, count: int, name: str) -> Spelt:
    inner = types.node(element)
    if count == 0 and isinstance(inner, Qualified) and inner.word == "const" and inner.type is not None:
        element = inner.type
    # The dimensions in C's order; what follows a function pointer's name stays behind all of it.
    spelt = declared(types, element, name)
    brackets = f"[{count or ''}]"
    if isinstance(types.node(element), Array):
        cut = spelt.declarator.index("[")
        return replace(spelt, declarator=spelt.declarator[:cut] + brackets + spelt.declarator[cut:])
    return replace(spelt, declarator=spelt.declarator + brackets)


def name_of(types: Types, ref: Ref | None) -> str:
    """A type by itself, as among the parameters of a function."""
    if ref is None:
        return "void"
    node = types.node(ref)
    match node:
        case Number(name) | Typedef(name):
            return name
        case Pointer(to):
            return _pointer(types, to)
        case Qualified(word, inner):
            return f"{name_of(types, inner)} restrict " if word == "restrict" else f"{word} {name_of(types, inner)} "
        case Array(element):
            return name_of(types, element)
        case Function():
            return f"{name_of(types, node.returns)} (){_parameters(types, node)}"
        case Enumeration(tag):
            return f"enum {tag or ''}"
        case Composite(kind, tag) | Forward(kind, tag):
            return f"{kind} {tag or ''}"


def _pointer(types: Types, to: Ref | None) -> str:
    node = None if to is None else types.node(to)
    inner = types.node(node.type) if isinstance(node, Qualified) and node.type is not None else None
    if isinstance(node, Qualified) and node.word == "const" and isinstance(inner, Pointer):
        return f"{name_of(types, node.type)} const *"
    return f"{name_of(types, to)} *"


def _parameters(types: Types, function: Function) -> str:
    lines = [_parameter(types, ref) for ref in function.parameters]
    if not lines:
        return "(void)"
    return f"({', '.join(lines)}{', ...' if function.variadic else ''})"


def _parameter(types: Types, ref: Ref | None) -> str:
    node = None if ref is None else types.node(ref)
    if isinstance(node, Pointer) and node.to is not None:
        function = types.node(node.to)
        if isinstance(function, Function):
            return f"{name_of(types, function.returns)} (*){_parameters(types, function)}"
    return name_of(types, ref)
