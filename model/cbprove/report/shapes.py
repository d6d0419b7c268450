"""The structs of a spec with the types of their members as they were written, which the types themselves forget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.language.elaborate_memo import Poison
from cbprove.language.elaborate_types import type_of
from cbprove.layout.types import Record
from cbprove.report.layout import Shape
from cbprove.system import AxisValue, System

Candidate = Mapping[str, AxisValue]


def shapes(system: System, candidates: Iterable[Candidate]) -> list[Shape]:
    """Each struct once for each form it has under the candidates; of a packing also the arms that none of them uses."""
    cx = system.handle
    assert isinstance(cx, Context)
    known = list(candidates)
    abis = {candidate["abi"] for candidate in known}
    found: dict[tuple[str, Record, str], Shape] = {}
    for tag, node in cx.names.tags.items():
        for candidate, arm in _forms(node, known):
            made = _shape(cx, node, candidate, arm, with_abi=len(abis) > 1)
            if made is not None:
                found.setdefault((tag, made.record, made.note), made)
    return list(found.values())


def _forms(node: object, candidates: list[Candidate]) -> Iterator[tuple[Candidate, syntax.Arm | None]]:
    """The assignments to look at: for a packing, each arm beside each candidate."""
    arms = node.arms if isinstance(node, syntax.Packing) else (None,)
    for arm in arms:
        for candidate in candidates:
            yield (candidate if arm is None else {**candidate, _tag(node): arm.name.text}), arm


def _tag(node: object) -> str:
    assert isinstance(node, syntax.Packing)
    return node.tag.text


def _shape(cx: Context, node: object, candidate: Candidate, arm: syntax.Arm | None, with_abi: bool) -> Shape | None:
    body = arm.body if arm else node
    if not isinstance(body, syntax.RecordBody):
        return None
    cx.memo.begin(candidate)
    # Of the tree's own nodes alone: what is remembered goes by which node it was.
    made = cx.memo.attempt(lambda: _record(cx, body))
    if made is None:
        return None
    if isinstance(node, syntax.Packing):
        made = replace(made, tag=node.tag.text)
    notes = [arm.name.text + (f": {arm.title}" if arm.title else "")] if arm else []
    notes += [str(candidate["abi"])] if with_abi else []
    return Shape(made, cx.abi(), ", ".join(notes), dict(_spelled(body.members, "")))


def _record(cx: Context, node: syntax.CType) -> Record:
    made = type_of(cx, node)
    if not isinstance(made, Record):
        raise Poison
    return made


def _spelled(members: Iterable[syntax.MemberItem], path: str) -> Iterator[tuple[str, str]]:
    """The type of each member by its path from the struct on; where `#if` leaves a choice, the last one counts."""
    for member in members:
        if isinstance(member, syntax.MemberChoice):
            yield from _spelled((*member.otherwise, *member.then), path)
            continue
        name = ".".join(part for part in (path, member.name.text if member.name else "") if part)
        type = _element(member.type)
        if isinstance(type, syntax.RecordBody) and type.tag is None:
            yield from _spelled(type.members, name)
        else:
            yield name, _spell(type)


def _element(type: syntax.CType) -> syntax.CType:
    return _element(type.element) if isinstance(type, syntax.ArrayType) else type


def _spell(type: syntax.CType) -> str:
    match type:
        case syntax.NamedType(name):
            return name.text
        case syntax.TaggedType(kind, tag):
            return f"{kind} {tag.text}"
        case syntax.PointerType(to):
            return f"{to} *"
        case syntax.RecordBody(kind, tag) if tag:
            return f"{kind} {tag.text}"
        case syntax.EnumBody(tag):
            return f"enum {tag.text}" if tag else "enum"
        case _:
            return ""
