"""Inputs as functions that choose a value, and the values that are worth a try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from cbprove.language import syntax
from cbprove.reproduce import shapes
from cbprove.reproduce.spelling import literal, quoted
from cbprove.reproduce.values import Values

_MOST_EDGES = 24


def inputs(values: Values) -> Iterator[str]:
    """One function for each input that is used, of its type."""
    for name in values.inputs:
        node = values.names.inputs[name]
        type = values.static.types.name(node.type)
        if node.range is not None:
            low, high = (f"(unsigned long long)({values.static.text(side)})" for side in node.range)
            low, high = (_plain(text) for text in (low, high))
        elif shapes.canonical(values.names, node.type) == "_Bool":
            low, high = "0", "1"
        else:
            low, high = f"CB_LEAST({type})", f"CB_MOST({type})"
        chosen = f"cb_input(&cb_in, {quoted(name)}, {low}, {high}, {int(node.per_step)})"
        yield f"static {type} input_{name}(void) {{ static struct cb_input cb_in; return ({type}){chosen}; }}"


def _plain(text: str) -> str:
    number = text.removeprefix("(unsigned long long)(").removesuffix(")").removesuffix("LL")
    return number if number.isdigit() else text


def edges(values: Values, claim: syntax.Claim) -> list[str]:
    """The constants in run-time expressions."""
    names = values.names
    bodies: list[object] = [part.body for part in names.parts.values()]
    bodies += [one.step.body for one in names.all_steps()]
    found = dict.fromkeys(literal(number) for number in _numbers((*bodies, claim)))
    return list(found)[:_MOST_EDGES] or ["1LL"]


def _numbers(node: object) -> Iterator[int]:
    """The numbers that stand below a node."""
    if isinstance(node, syntax.Number):
        yield node.value
    elif isinstance(node, tuple):
        for part in node:
            yield from _numbers(part)
    elif is_dataclass(node):
        for one in fields(node):
            if one.name != "span":
                yield from _numbers(getattr(node, one.name))
