"""What has to be written of an artefact for some definitions: all that they need by value, and how to tell it apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cbprove.artifacts.identity import fingerprints
from cbprove.artifacts.model import Array, Artifact, Composite, Enumeration, Kind, Qualified, Ref, Typedef, Types, bad
from cbprove.artifacts.records import Records, is_ordinary
from cbprove.diagnostics import SpecError
from cbprove.layout import types as c
from cbprove.layout.abi import Abi

# C's name of the scalar that the language means by a name on an ABI; None for a name that it does not know.
Known = Callable[[str, Abi], str | None]


@dataclass(frozen=True)
class Definition:
    """A struct, union, enum or typedef in the unit that defines it; `called` is what to write for its name, if not that."""

    types: Types
    ref: Ref
    kind: Kind
    name: str
    called: str | None = None


class Gathering:
    """The definitions to write, in order: what a struct needs by value stands before it."""

    def __init__(self, artifact: Artifact, known: Known) -> None:
        self.artifact = artifact
        self.known = known
        self.records = {id(unit): Records(unit) for unit in artifact.units}
        self.found: dict[tuple[Kind, str, str], Definition] = {}
        self._prints: dict[tuple[int, Ref], str] = {}

    def print_of(self, types: Types, ref: Ref) -> str:
        key = (id(types), ref)
        if key not in self._prints:
            self._prints[key] = fingerprints(types, (ref,))[0]
        return self._prints[key]

    def add(self, definition: Definition) -> None:
        """The definition behind all that it needs; nothing if an equal one is there."""
        types, ref = definition.types, definition.ref
        key = self.key(definition)
        if key not in self.found:
            self._below(types, ref, top=True)
            self.found[key] = self._home(definition, key[2])

    def _home(self, definition: Definition, digest: str) -> Definition:
        """The same definition in the first unit that has it: modules repeat what the kernel defines."""
        for unit in self.artifact.units:
            for ref in unit.find(definition.kind, definition.name):
                if self.print_of(unit, ref) == digest:
                    return replace(definition, types=unit, ref=ref)
        return definition

    def _below(self, types: Types, ref: Ref | None, top: bool = False) -> None:
        """What a type needs by value; a pointer needs nothing."""
        if ref is None:
            return
        node = types.node(ref)
        named = None if top else self.named(types, ref)
        match node:
            case _ if named is not None:
                self.add(named)
            case Composite(members=members):
                for member in members:
                    # With -fms-extensions a struct with a tag may stand without a name: it is written out there.
                    self._below(types, member.type, top=member.name is None)
            case Typedef(type=to) if top or not self.is_known(types, ref):
                self._below(types, to)
            case Array(vector=True):
                raise _vector(types)
            case Qualified(type=to) | Array(element=to):
                self._below(types, to)
            case _:
                pass

    def named(self, types: Types, ref: Ref) -> Definition | None:
        """The definition that a type is, if it is to be written by itself."""
        node = types.node(ref)
        match node:
            case Composite(kind, tag) if tag is not None:
                return Definition(types, ref, kind, tag)
            case Enumeration(tag) if tag is not None and is_ordinary(node):
                return Definition(types, ref, "enum", tag)
            case Typedef(name) if not self.is_known(types, ref):
                return Definition(types, ref, "typedef", name)
            case _:
                return None

    def is_known(self, types: Types, ref: Ref) -> bool:
        """Whether a typedef is one of the language's own scalars, and the same integer."""
        node = types.node(ref)
        assert isinstance(node, Typedef)
        mine = self.known(node.name, types.abi)
        scalar = self.records_of(types).type(ref)
        if mine is None or not isinstance(scalar, c.Scalar):
            return False
        scalars = types.abi.scalars
        return mine in scalars and scalars[mine] == scalars[scalar.name]

    def records_of(self, types: Types) -> Records:
        return self.records.setdefault(id(types), Records(types))

    def key(self, definition: Definition) -> tuple[Kind, str, str]:
        return (definition.kind, definition.name, self.print_of(definition.types, definition.ref))


def _vector(types: Types) -> SpecError:
    """The alignment of a vector hangs on the options of the compiler, and its struct's on that: no text says either."""
    help = "take a struct without it, or write the vector out, with the alignment that the compiler gave it"
    return bad("CB0330", f"a vector (`vector_size`) of `{types.name}` has an alignment that DWARF does not say", help)


def endings(definitions: Mapping[tuple[Kind, str, str], Definition]) -> dict[tuple[Kind, str, str], str]:
    """A flavour for each definition whose name others share: that of its unit, with a number where that is not enough."""
    # Tags of structs, unions and enums are one namespace, typedefs another.
    together: dict[tuple[bool, str], list[tuple[Kind, str, str]]] = {}
    for key, definition in definitions.items():
        together.setdefault((key[0] == "typedef", definition.called or key[1]), []).append(key)
    found = {key: one.called.removeprefix(one.name) for key, one in definitions.items() if one.called}
    for keys in together.values():
        taken: dict[str, int] = {}
        for key in keys if len(keys) > 1 else ():
            unit = identifier(definitions[key].types.name)
            taken[unit] = taken.get(unit, 0) + 1
            found[key] = f"___{unit}" + (f"_{taken[unit]}" if taken[unit] > 1 else "")
    return found


def identifier(unit: str) -> str:
    """A unit's name as a part of a name in C."""
    return re.sub(r"\W", "_", unit)
