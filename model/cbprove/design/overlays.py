"""What a spec says of the sizes of its views: their types, and the build-time checks that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from cbprove.frozen import frozen
from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.system import System


@frozen
class Check:
    """A `require`, which stands for a BUILD_BUG_ON of the kernel: where it is written, and as what."""

    file: str
    line: int
    text: str


@frozen
class Sized:
    """A view's type in words, and the checks that name that type or the view."""

    type: str
    checks: tuple[Check, ...]


def sized(system: System) -> Mapping[str, Sized]:
    """Each view by its name."""
    cx = system.handle
    assert isinstance(cx, Context)
    checks = [(_check(require), frozenset(_names(require.condition))) for require in cx.names.requires]
    return {
        name: Sized(
            spelled(found.view.type),
            tuple(check for check, names in checks if names & {("view", name), _name(found.view.type)}),
        )
        for name, found in cx.names.views.items()
    }


def spelled(type: syntax.CType) -> str:
    """A type in words: `struct X`, `u8[]`."""
    match type:
        case syntax.TaggedType(kind, tag):
            return f"{kind} {tag.text}"
        case syntax.RecordBody(kind, tag):
            return f"{kind} {tag.text}" if tag else kind
        case syntax.EnumBody(tag):
            return f"enum {tag.text}" if tag else "enum"
        case syntax.NamedType(name):
            return name.text
        case syntax.PointerType(to):
            return f"{to} *"
        case syntax.ArrayType(element):
            return f"{spelled(element)}[]"


def _name(type: syntax.CType) -> tuple[str, str]:
    """What a check would call a type: a tag, or a typedef that is no plain scalar's name for this purpose."""
    match type:
        case syntax.TaggedType(_, tag):
            return ("tag", tag.text)
        case syntax.RecordBody(_, tag) | syntax.EnumBody(tag) if tag:
            return ("tag", tag.text)
        case syntax.NamedType(name):
            return ("typedef", name.text)
        case _:
            return ("", "")


def _names(node: object) -> Iterator[tuple[str, str]]:
    """Every type and place that an expression names."""
    match node:
        case syntax.TaggedType(_, tag):
            yield ("tag", tag.text)
        case syntax.NamedType(name):
            yield ("typedef", name.text)
        case syntax.Place(base):
            yield ("view", base.text)
    if is_dataclass(node) and not isinstance(node, syntax.Name):
        for field in fields(node):
            yield from _names(getattr(node, field.name))
    elif isinstance(node, tuple):
        for each in node:
            yield from _names(each)


def _check(require: syntax.Require) -> Check:
    span = require.span
    text = " ".join(span.source.text[span.start : span.end].split()).rstrip(";").removeprefix("require").strip()
    return Check(span.source.name, span.line, text)
