"""Looking a type up by its name in all that was opened, and whether two definitions of it say the
same.

A definition stops at a pointer to a struct, union or enum with a tag: only the tag counts there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Protocol, runtime_checkable

from cbprove.artifacts.model import (
    Array,
    Artifact,
    Composite,
    Enumeration,
    Forward,
    Function,
    Kind,
    Member,
    Node,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
    bad,
)
from cbprove.diagnostics import SpecError

_FEW = 3  # units whose gaps are told


@runtime_checkable
class Declares(Protocol):
    """Types that remember what is only declared in them."""

    def declares(self, kind: Kind, name: str) -> bool:
        """Whether a struct, union or enum is named and not defined."""
        ...


def declared(types: Types, kind: Kind, name: str) -> bool:
    """Whether a unit names a struct, union or enum that it does not define; False where its
    reader cannot tell."""
    return isinstance(types, Declares) and types.declares(kind, name)


@runtime_checkable
class Skips(Protocol):
    """Types that leave something of their file out."""

    @property
    def skipped(self) -> str:
        """What, and why; empty if nothing is."""
        ...


def skipped(types: Types) -> str:
    """What a unit leaves out of its file, and why; empty where it is nothing, or its reader
    cannot tell."""
    return types.skipped if isinstance(types, Skips) else ""


def lookup(
    artifact: Artifact, kind: Kind, tag: str, module: str | None = None
) -> tuple[tuple[Types, Ref], ...]:
    """Every different definition of a name, with the unit that has it: equal ones once, of the
    first unit.

    Each was looked through and is sound. `module` asks one unit alone. Raises SpecError: CB0309
    where there is none (with the nearest names) or no such unit, and what the readers raise for
    corrupt types.
    """
    units = artifact.units if module is None else (_unit(artifact, module),)
    matches: dict[str, tuple[Types, Ref]] = {}
    for unit in units:
        refs = unit.find(kind, tag)
        for digest, ref in zip(fingerprints(unit, refs), refs, strict=True):
            matches.setdefault(digest, (unit, ref))
    if not matches:
        raise _missing(units, kind, tag)
    return tuple(matches.values())


def _unit(artifact: Artifact, module: str) -> Types:
    for unit in artifact.units:
        if unit.name == module:
            return unit
    raise bad(
        "CB0309",
        f"no module `{module}` was opened",
        _nearest(module, (unit.name for unit in artifact.units)),
    )


def _missing(units: Sequence[Types], kind: Kind, tag: str) -> SpecError:
    spelled = f"`{tag}`" if kind == "typedef" else f"`{kind} {tag}`"
    place = f"`{units[0].name}`" if len(units) == 1 else f"`{units[0].name}` and its modules"
    declaring = next((unit for unit in units if declared(unit, kind, tag)), None)
    if declaring is not None:
        help = (
            f"it is defined in a module that was not opened, or nothing of `{declaring.name}` "
            f"needs its members"
        )
        return bad("CB0309", f"{spelled} is only declared in {place}, not defined", help)
    left_out = [text for text in map(skipped, units) if text]
    further = (
        [f"and {len(left_out) - _FEW} more units were left out"] if len(left_out) > _FEW else []
    )
    near = _nearest(tag, chain.from_iterable(u.names(kind) for u in units))
    return bad(
        "CB0309", f"there is no {spelled} in {place}", "; ".join([near, *left_out[:_FEW], *further])
    )


def _nearest(name: str, names: Iterator[str]) -> str:
    from difflib import get_close_matches  # takes longer to import than a type to find

    near = get_close_matches(name, dict.fromkeys(names), n=3, cutoff=0.7)
    return (
        f"did you mean {', '.join(f'`{each}`' for each in near)}?"
        if near
        else "check the spelling, or open the module that has it"
    )


_DEPTH = 100


class Seen(NamedTuple):
    """What is known of a type: its digest, and its size in bytes (None for functions, void and
    what is only declared)."""

    digest: str
    size: int | None


_VOID = Seen("void", None)


def distinct(types: Types, refs: Iterable[Ref]) -> tuple[Ref, ...]:
    """The first of each group of equal definitions, in the order given; raises SpecError for an
    unsound one."""
    refs = tuple(refs)
    if len(refs) < 2:
        return refs
    by_fingerprint: dict[str, Ref] = {}
    for ref, digest in zip(refs, fingerprints(types, refs), strict=True):
        by_fingerprint.setdefault(digest, ref)
    return tuple(by_fingerprint.values())


def fingerprints(types: Types, refs: Iterable[Ref]) -> tuple[str, ...]:
    """A sha256 of each definition: equal for equal ones, of whatever unit.

    Raises SpecError CB0305 for a definition that holds itself, that is nested deeper than 100, or
    whose members lie outside it.
    """
    walk = _Walk(types)
    return tuple(walk.look(ref, True, 0).digest for ref in refs)


class _Walk:
    """One look at a definition; remembers what it has seen, so that its work is linear."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.seen: dict[tuple[Ref, bool], Seen | None] = {}

    def look(self, ref: Ref | None, by_value: bool, depth: int) -> Seen:
        """`by_value` is False behind a pointer, where a tag says enough and nothing needs a
        size."""
        if ref is None:
            return _VOID
        key = ref, by_value
        if key in self.seen:
            known = self.seen[key]
            return known if known is not None else self._broken(ref, "is part of itself")
        if depth > _DEPTH:
            self._broken(ref, f"is nested deeper than {_DEPTH}")
        self.seen[key] = None
        fingerprint = self.seen[key] = self._node(self.types.node(ref), ref, by_value, depth + 1)
        return fingerprint

    def _broken(self, ref: Ref, text: str) -> Seen:
        raise bad(
            "CB0305",
            f"the types of `{self.types.name}` are corrupt: "
            f"{_called(self.types.node(ref), ref)} {text}",
            "copy or build the artefact again",
        )

    def _node(self, node: Node, ref: Ref, by_value: bool, depth: int) -> Seen:
        match node:
            case Number():
                return Seen(
                    _digest("number", node.name, node.size, node.signed, node.kind), node.size
                )
            case Pointer():
                return Seen(
                    _digest("pointer", self.look(node.to, False, depth).digest),
                    self.types.abi.pointer_size,
                )
            case Function():
                signature = (
                    self.look(each, False, depth).digest
                    for each in (node.returns, *node.parameters)
                )
                return Seen(_digest("function", node.variadic, *signature), None)
            case Array():
                return self._array(node, ref, by_value, depth)
            case Typedef():
                within = self.look(node.type, by_value, depth)
                return Seen(_digest("typedef", node.name, node.align, within.digest), within.size)
            case Qualified():
                within = self.look(node.type, by_value, depth)
                return Seen(_digest(node.word, within.digest), within.size)
            case Forward():
                return Seen(_digest(node.kind, node.tag), None)
            case Enumeration():
                return self._enumeration(node, by_value)
            case Composite():
                return self._composite(node, ref, by_value, depth)

    def _array(self, node: Array, ref: Ref, by_value: bool, depth: int) -> Seen:
        element = self.look(node.element, by_value, depth)
        if by_value and element.size is None:
            self._broken(ref, "has elements without a size")
        size = None if element.size is None else element.size * node.count
        return Seen(_digest("array", node.count, element.digest), size)

    def _enumeration(self, node: Enumeration, by_value: bool) -> Seen:
        if node.tag is not None and not by_value:
            return Seen(_digest("enum", node.tag), node.size)
        return Seen(_digest("enum", node.tag, node.size, node.signed, node.values), node.size)

    def _composite(self, node: Composite, ref: Ref, by_value: bool, depth: int) -> Seen:
        if node.tag is not None and not by_value:
            return Seen(_digest(node.kind, node.tag), node.size)
        parts: list[object] = []
        for member in node.members:
            within = self.look(member.type, by_value, depth)
            if by_value:
                self._placed(node, ref, member, within)
            parts += [member.name, member.offset, member.bits, member.align, within.digest]
        return Seen(_digest(node.kind, node.tag, node.size, node.align, *parts), node.size)

    def _placed(self, node: Composite, ref: Ref, member: Member, within: Seen) -> None:
        """A member has a size and lies inside; a bit-field has no more bits than its type."""
        if within.size is None:
            self._broken(ref, f"has a member {_named(member)} without a size")
        elif member.bits is not None and member.bits > 8 * within.size:
            self._broken(
                ref,
                f"has {member.bits} bits for {_named(member)}, whose type has {8 * within.size}",
            )
        elif (
            member.offset + (8 * within.size if member.bits is None else member.bits)
            > 8 * node.size
        ):
            self._broken(
                ref, f"has {node.size} bytes, and its member {_named(member)} ends behind them"
            )


def _named(member: Member) -> str:
    return f"`{member.name}`" if member.name else "without a name"


def _called(node: Node, ref: Ref) -> str:
    match node:
        case Composite(kind=word, tag=str(tag)) | Forward(kind=word, tag=tag):
            return f"`{word} {tag}`"
        case Typedef(name=name):
            return f"`{name}`"
    return f"type {ref}"


def _digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()
