"""The structs of a spec with the types of their members as they were written, which the types
themselves forget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cbprove.frozen import frozen, replace
from cbprove.layout.abi import Abi
from cbprove.layout.types import Aligned, Array, Record, Type
from cbprove.meaning.context import Context
from cbprove.meaning.memo import Poison
from cbprove.meaning.system import System
from cbprove.meaning.types import type_of
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.axes import AxisValue


@frozen
class Shape:
    """A struct or union to print, under the name it goes by here (`struct skb_gso_cb`, with ` =
    v4_4` for a packing).

    `spelled` are the types of members as they were written, by member path; others are printed as
    DWARF calls them.
    """

    record: Record
    abi: Abi
    note: str
    spelled: Mapping[str, str]


Candidate = Mapping[str, AxisValue]


def shapes(system: System, candidates: Iterable[Candidate]) -> list[Shape]:
    """Each struct once for each form it has under the candidates; of a packing also the arms
    that none of them uses."""
    cx = system.context
    listed = list(candidates)
    abis = {candidate["abi"] for candidate in listed}
    by_form: dict[tuple[str, Record, str], Shape] = {}
    for tag, node in cx.names.tags.items():
        for candidate, arm in _forms(node, listed):
            shape = _shape(cx, node, candidate, arm, with_abi=len(abis) > 1)
            if shape is not None:
                by_form.setdefault((tag, shape.record, shape.note), shape)
    return list(by_form.values())


def plain(cx: Context, tags: Iterable[str], candidate: Candidate) -> dict[str, Shape]:
    """These structs alone, no packings, as one candidate has them; those that have no layout are
    left out."""
    by_tag = {tag: _shape(cx, cx.names.tags[tag], candidate, None, with_abi=False) for tag in tags}
    return {tag: shape for tag, shape in by_tag.items() if shape is not None}


def laid(system: System, forms: Iterable[Shape]) -> frozenset[str]:
    """The tags of those structs that a view or an object has, by themselves or inside of
    another."""
    cx = system.context
    inside: dict[str, set[str]] = {}
    for each in forms:
        inside.setdefault(each.record.tag or "", set()).update(_tags(each.record))
    nodes = [each.view.type for each in cx.names.views.values()]
    nodes += [member.type for each in cx.names.objects.values() for member in _plain(each.members)]
    reached: set[str] = set()
    fresh = {tag for node in nodes for tag in _named(cx, node)}
    while fresh:
        reached |= fresh
        fresh = {tag for outer in fresh for tag in inside.get(outer, ())} - reached
    return frozenset(reached)


def _tags(type: Type) -> Iterator[str]:
    """The tags of the records in a type; pointers lead to none."""
    match type:
        case Array(inner, _) | Aligned(inner, _):
            yield from _tags(inner)
        case Record():
            yield from ([type.tag] if type.tag else [])
            for each in type.fields:
                yield from _tags(each.type)


def _named(cx: Context, node: ctree.CType) -> Iterator[str]:
    match _innermost(node):
        case ctree.TaggedType(_, tag):
            yield tag.text
        case ctree.RecordBody(_, tag) as body:
            yield from ([tag.text] if tag else [])
            for member in _plain(body.members):
                yield from _named(cx, member.type)
        case ctree.NamedType(name) if name.text in cx.names.typedefs:
            yield from _named(cx, cx.names.typedefs[name.text].type)


def _plain(members: Iterable[ctree.MemberItem]) -> Iterator[ctree.Member]:
    """All members, on whichever side of an `#if`."""
    for member in members:
        if isinstance(member, ctree.MemberChoice):
            yield from _plain((*member.then, *member.otherwise))
        else:
            yield member


def _forms(
    node: object, candidates: list[Candidate]
) -> Iterator[tuple[Candidate, syntax.Arm | None]]:
    """The assignments to look at: for a packing, each arm beside each candidate."""
    arms = node.arms if isinstance(node, syntax.Packing) else (None,)
    for arm in arms:
        for candidate in candidates:
            yield (candidate if arm is None else {**candidate, _tag(node): arm.name.text}), arm


def _tag(node: object) -> str:
    assert isinstance(node, syntax.Packing)
    return node.tag.text


def _shape(
    cx: Context, node: object, candidate: Candidate, arm: syntax.Arm | None, with_abi: bool
) -> Shape | None:
    body = arm.body if arm else node
    if not isinstance(body, ctree.RecordBody):
        return None
    cx.memo.begin(candidate)
    # Of the tree's own nodes alone: what is remembered goes by which node it was.
    record = cx.memo.attempt(lambda: _record(cx, body))
    if record is None:
        return None
    if isinstance(node, syntax.Packing):
        record = replace(record, tag=node.tag.text)
    notes = [arm.name.text + (f": {arm.title}" if arm.title else "")] if arm else []
    notes += [str(candidate["abi"])] if with_abi else []
    return Shape(record, cx.abi(), ", ".join(notes), dict(_spelled(body.members, "")))


def _record(cx: Context, node: ctree.CType) -> Record:
    record = type_of(cx, node)
    if not isinstance(record, Record):
        raise Poison
    return record


def _spelled(members: Iterable[ctree.MemberItem], path: str) -> Iterator[tuple[str, str]]:
    """The type of each member by its path from the struct on; where `#if` leaves a choice, the
    last one counts."""
    for member in members:
        if isinstance(member, ctree.MemberChoice):
            yield from _spelled((*member.otherwise, *member.then), path)
            continue
        name = ".".join(part for part in (path, member.name.text if member.name else "") if part)
        type = _innermost(member.type)
        if isinstance(type, ctree.RecordBody) and type.tag is None:
            yield from _spelled(type.members, name)
        else:
            yield name, _spell(type)


def _innermost(type: ctree.CType) -> ctree.CType:
    return _innermost(type.element) if isinstance(type, ctree.ArrayType) else type


def _spell(type: ctree.CType) -> str:
    match type:
        case ctree.NamedType(name):
            return name.text
        case ctree.TaggedType(kind, tag):
            return f"{kind} {tag.text}"
        case ctree.PointerType(pointee):
            return f"{pointee} *"
        case ctree.RecordBody(kind, tag) if tag:
            return f"{kind} {tag.text}"
        case ctree.EnumBody(tag):
            return f"enum {tag.text}" if tag else "enum"
        case _:
            return ""
