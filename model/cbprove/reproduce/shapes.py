"""What a type may be under every choice of the axes: its members with the conditions on which they are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cbprove.language import scalars, syntax
from cbprove.language.names import Names
from cbprove.reproduce.spelling import refuse

# The text of a static condition for `#if`, None where there is none.
Conditioned = Callable[[syntax.Expr], str | None]
Conditions = tuple[str, ...]
Suffix = syntax.Dot | syntax.Index | syntax.Star


@dataclass(frozen=True)
class Found:
    """What a member is when the conditions (texts for `#if`) hold; a bit-field has no offset."""

    conditions: Conditions
    type: syntax.CType
    bit_field: bool = False


def is_axis(axis: str, value: str) -> str:
    """The condition that an axis has a value, for `#if` and for C alike."""
    return f"CB_IS({axis}, {value})"


def variants(names: Names, type: syntax.CType) -> Iterator[Found]:
    """The type with typedefs, tags and packings looked up."""
    if isinstance(type, syntax.NamedType) and type.name.text in names.typedefs:
        yield from variants(names, names.typedefs[type.name.text].type)
    elif isinstance(type, syntax.TaggedType):
        found = names.tags[type.tag.text]
        if isinstance(found, syntax.Packing):
            for arm in found.arms:
                yield Found((is_axis(found.tag.text, arm.name.text),), arm.body)
        else:
            yield Found((), found)
    else:
        yield Found((), type)


def members(
    names: Names, items: tuple[syntax.MemberItem, ...], condition: Conditioned
) -> Iterator[tuple[Conditions, syntax.Member]]:
    """The direct members; `condition` tells the text of a `#if`'s expression."""
    for item in items:
        if isinstance(item, syntax.Member):
            yield (), item
            continue
        text = condition(item.condition)
        if text is None:
            refuse("this condition of a member", item.condition.span)
        for said, inner in ((f"({text})", item.then), (f"!({text})", item.otherwise)):
            for conditions, member in members(names, inner, condition):
                yield (said, *conditions), member


def find(names: Names, type: syntax.CType, suffixes: tuple[Suffix, ...], condition: Conditioned) -> Iterator[Found]:
    """What the suffixes lead to, in each way that some candidate has it."""
    if not suffixes:
        yield Found((), type)
        return
    first, *rest = suffixes
    if isinstance(first, syntax.Star):
        yield Found((), type)
        return
    for shape in variants(names, type):
        for step in _one(names, shape.type, first, condition):
            if not rest:
                yield Found((*shape.conditions, *step.conditions), step.type, step.bit_field)
                continue
            for end in find(names, step.type, tuple(rest), condition):
                yield Found((*shape.conditions, *step.conditions, *end.conditions), end.type, end.bit_field)


def _one(names: Names, type: syntax.CType, suffix: Suffix, condition: Conditioned) -> Iterator[Found]:
    if isinstance(suffix, syntax.Index):
        if isinstance(type, syntax.ArrayType):
            yield Found((), type.element)
        return
    if not isinstance(type, syntax.RecordBody):
        return
    assert isinstance(suffix, syntax.Dot)
    for conditions, member in members(names, type.members, condition):
        if member.name is None:
            for shape in variants(names, member.type):
                for inner in _one(names, shape.type, suffix, condition):
                    yield Found((*conditions, *shape.conditions, *inner.conditions), inner.type, inner.bit_field)
        elif member.name.text == suffix.name.text:
            yield Found(conditions, member.type, member.bits is not None)


def canonical(names: Names, type: syntax.CType) -> str | None:
    """The C name of a scalar type, None for what is none."""
    found = next(variants(names, type)).type
    if isinstance(found, syntax.NamedType):
        return scalars.canonical(found.name.text) or "unsigned long"
    return None


def is_pointer(names: Names, type: syntax.CType) -> bool:
    return any(isinstance(found.type, syntax.PointerType) for found in variants(names, type))


def is_record(names: Names, type: syntax.CType) -> bool:
    return any(isinstance(found.type, syntax.RecordBody) for found in variants(names, type))
