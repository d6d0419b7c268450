"""Layouts from artefacts as text for specs: what was asked for, looked up, and written in their
language."""

from __future__ import annotations

import contextlib
import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import get_args

from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import (
    Array,
    Artifact,
    Composite,
    Enumeration,
    Kind,
    Member,
    Number,
    Qualified,
    Ref,
    Typedef,
    Types,
    bad,
)
from cbprove.artifacts.records import (
    Definition,
    Gathering,
    Known,
    Names,
    declaration,
    endings,
    integer_name,
    is_ordinary,
)
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.frozen import frozen
from cbprove.layout.abi import Abi
from cbprove.meaning import builtin


@frozen
class Asked:
    """A definition by name; `module` asks one unit alone, `called` is what to write for its
    name, if not that."""

    kind: Kind
    name: str
    module: str | None = None
    called: str | None = None


def flavoured(kind: Kind, name: str, artifact: Artifact) -> Asked:
    """What is meant by a name: `ah_skb_cb___ah4` is the `ah_skb_cb` of the module `ah4`, unless
    something is called just so."""
    plain, _, module = name.partition("___")
    if not module or has(artifact, kind, name):
        return Asked(kind, name)
    return Asked(kind, plain, module, name)


def has(artifact: Artifact, kind: Kind, name: str, module: str | None = None) -> bool:
    """Whether something of this name is defined."""
    return any(unit.find(kind, name) for unit in artifact.units if module in (None, unit.name))


def find(artifact: Artifact, requests: Iterable[Asked]) -> list[Definition]:
    """All that was asked for, every different definition of each. Raises SpecError with all that
    is missing."""
    definitions, mistakes = sought(artifact, requests)
    if mistakes:
        raise SpecError(mistakes)
    return definitions


def sought(
    artifact: Artifact, requests: Iterable[Asked]
) -> tuple[list[Definition], tuple[Diagnostic, ...]]:
    """What there is of all that was asked for, every different definition of each, and a mistake
    for each that is missing."""
    definitions: list[Definition] = []
    mistakes: dict[Diagnostic, None] = {}
    for each in requests:
        try:
            for types, ref in lookup(artifact, each.kind, each.name, each.module):
                definitions.append(Definition(types, ref, each.kind, each.name, each.called))
        except SpecError as error:
            mistakes.update(dict.fromkeys(_other_kind(artifact, each) or error.diagnostics))
    return definitions, tuple(mistakes)


def _other_kind(artifact: Artifact, request: Asked) -> tuple[Diagnostic, ...]:
    """Told where the name is one of another kind."""
    for kind in get_args(Kind):
        if kind != request.kind and has(artifact, kind, request.name):
            message, help = (
                f"`{request.name}` is no {request.kind}, but a {kind}",
                f"ask with --{kind} {request.name}",
            )
            return (Diagnostic("CB0328", message, None, help),)
    return ()


def written(
    artifact: Artifact, definitions: Iterable[Definition], constants: Mapping[str, int]
) -> str:
    """The definitions, what they need by value, and constants, in the language of specs."""
    return text(artifact, definitions, constants, meant)


def meant(name: str, abi: Abi) -> str | None:
    """C's name of the scalar that the language means by a name."""
    if name in builtin.ADDRESSES:
        return "unsigned long long" if abi.pointer_size == 8 else "unsigned int"
    return builtin.ALIGNED_TO_8.get(name) or builtin.canonical(name)


def save(path: str, text: str) -> None:
    """Writes a file as a whole or not at all; through a link what it leads to, and a device or a
    pipe as it is.

    Raises SpecError CB0325.
    """
    place = os.path.realpath(path)
    partial = f"{place}.{os.getpid()}.part"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding="utf-8") as device:
                device.write(text)
            return
        with open(partial, "x", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, place)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        reason = (error.strerror or str(error)).lower()
        raise bad(
            "CB0325",
            f"`{path}` cannot be written: {reason}",
            "check the folder and its permissions",
        ) from None


_GREATEST = (1 << 63) - 1  # of `long long`
_PLACE_COLUMN = 52
_WIDTH = 118


def text(
    artifact: Artifact,
    definitions: Iterable[Definition],
    constants: Mapping[str, int],
    is_known: Known,
) -> str:
    """One pinned block a unit, in the order of the artefact, then the constants.

    Of each definition asked for, all that it needs by value comes before it. Two of one name are
    told apart as libbpf does it: `struct ah_skb_cb___ah4`. Raises SpecError for what is corrupt.
    """
    gathered = Gathering(artifact, is_known)
    for definition in definitions:
        gathered.add(definition)
    writer = _Writer(gathered, constants)
    blocks = [writer.block(unit) for unit in artifact.units]
    defines = "".join(
        f"#define {name} {value}\n"
        for name, value in constants.items()
        if name not in writer.enumerated
    )
    return "\n".join([*(block for block in blocks if block), *([defines] if defines else [])])


class _Spelling(Names):
    """Names with their flavours, by value; behind pointers a tag alone counts."""

    def __init__(self, gathered: Gathering) -> None:
        self.gathered = gathered
        self.endings = endings(gathered.definitions)

    def tagged(self, types: Types, ref: Ref) -> str:
        definition = self.gathered.named(types, ref)
        plain = super().tagged(types, ref)
        node = types.node(ref)
        if isinstance(node, Enumeration) and not is_ordinary(node):
            return integer_name(Number("", node.size, node.signed), types.abi) or plain
        return plain if definition is None else plain + self.ending(definition)

    def ending(self, definition: Definition) -> str:
        """What is written behind the name of a definition."""
        return self.endings.get(self.gathered.key(definition), "") if self.endings else ""


@dataclass
class _Writer:
    """Writes blocks; keeps which constants are taken, and which of those asked for are
    enumerators that were written."""

    gathered: Gathering
    constants: Mapping[str, int]
    names: _Spelling = field(init=False)
    taken: set[str] = field(init=False)
    enumerated: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = _Spelling(self.gathered)
        self.taken = set(self.constants)

    def block(self, unit: Types) -> str:
        """All that a unit defines; empty if nothing of it is needed."""
        definitions = [
            definition
            for definition in self.gathered.definitions.values()
            if definition.types is unit
        ]
        if not definitions:
            return ""
        body = "\n".join(
            "\n".join(self._definition(definition)) + "\n" for definition in definitions
        )
        origin = unit.origin.replace("\\", "\\\\").replace('"', '\\"')
        return f'pinned {unit.abi.name} "{origin}" {{\n{textwrap.indent(body, "    ")}}}\n'

    def _definition(self, definition: Definition) -> list[str]:
        ending = self.names.ending(definition)
        node = definition.types.node(definition.ref)
        note = self._note(definition) if ending else []
        match node:
            case Composite(kind, _, size):
                align = f" __aligned({node.align})" if node.align else ""
                head = f"{kind} {definition.name}{ending} {{"
                return [
                    *note,
                    head,
                    *self._members(definition.types, node, 0, 1),
                    f"}} __size({size}){align};",
                ]
            case Enumeration():
                return [*note, *self._enum(node, f"enum {definition.name}{ending}", ";")]
            case Typedef(name, target, align):
                return [
                    *note,
                    *self._typedef(
                        definition.types,
                        target,
                        name + ending,
                        f" __aligned({align})" if align else "",
                    ),
                ]
            case _:
                raise AssertionError("only what has a name of its own is written by itself")

    def _note(self, definition: Definition) -> list[str]:
        alternatives = [
            other.types.name
            for other in self.gathered.definitions.values()
            if other.name == definition.name
            and (other.kind == "typedef") == (definition.kind == "typedef")
            and other is not definition
        ]
        kind = "" if definition.kind == "typedef" else f"{definition.kind} "
        other = f"; another one in {', '.join(dict.fromkeys(alternatives))}" if alternatives else ""
        return [f"/* {kind}{definition.name} of {definition.types.name}{other} */"]

    def _typedef(self, types: Types, target: Ref | None, name: str, align: str) -> list[str]:
        inner = _untagged(types, target)
        if isinstance(inner, Composite):
            ending = f"}} __size({inner.size}) {name}{align};"
            return [f"typedef {inner.kind} {{", *self._members(types, inner, 0, 1), ending]
        if isinstance(inner, Enumeration) and is_ordinary(inner):
            return self._enum(inner, "typedef enum", f" {name}{align};")
        return [f"typedef {self._declare(types, target, name)}{align};"]

    # --- members ----------------------------------------------------------------------------------

    def _members(self, types: Types, node: Composite, base: int, depth: int) -> Iterator[str]:
        for member in node.members:
            yield from self._member(types, member, base, depth)

    def _member(self, types: Types, member: Member, base: int, depth: int) -> Iterator[str]:
        """A member's lines; `base` is the first bit of the struct around it in the outermost
        one."""
        tabs = "    " * depth
        place = f"__at({_place(member, base)})" + (
            f" __aligned({member.align})" if member.align else ""
        )
        inner, brackets = _written_out(types, member)
        named = f" {member.name}{brackets}" if member.name else ""
        if isinstance(inner, Composite):
            yield f"{tabs}{inner.kind} {{"
            yield from self._members(types, inner, base + member.offset, depth + 1)
            yield _placed(f"{tabs}}}{named}", f"{place} __size({inner.size});")
            return
        width = "" if member.bits is None else f":{member.bits}"
        if isinstance(inner, Enumeration) and is_ordinary(inner):
            lines = self._enum(inner, "enum", f"{named}{width} {place};")
            yield from (tabs + line for line in lines)
            return
        declared = self._declare(types, member.type, member.name or "")
        yield _placed(f"{tabs}{declared}{width}", f"{place};")

    def _declare(self, types: Types, ref: Ref | None, name: str) -> str:
        return declaration(types, ref, name, self.names)

    def _enum(self, node: Enumeration, head: str, ending: str) -> list[str]:
        constants = ", ".join(
            f"{self._constant(name, value)} = {_spelled(value)}" for name, value in node.values
        )
        packed = " __packed" if node.size < 4 else ""
        line = f"{head} {{ {constants} }}{packed}{ending}"
        if len(line) <= _WIDTH - 16:
            return [line]
        return [f"{head} {{", *_wrapped(constants), f"}}{packed}{ending}"]

    def _constant(self, name: str, value: int) -> str:
        """An enumerator's name, with a number if another enumeration has one of it: they share a
        namespace."""
        if self.constants.get(name) == value and name not in self.enumerated:
            self.enumerated.add(name)
            return name
        free, number = name, 1
        while free in self.taken:
            number += 1
            free = f"{name}___{number}"
        self.taken.add(free)
        return free


def _spelled(value: int) -> str:
    """An enumerator's value as a constant of C: one without a suffix has a signed type, and a minus
    is no part of it (C17 6.4.4.1)."""
    if value > _GREATEST:
        return f"{value}u"
    return str(value) if value >= -_GREATEST else f"{value + 1} - 1"


def _place(member: Member, base: int) -> str:
    """The byte from the start of the outermost struct; for a bit-field its first bit in that as
    well."""
    byte, bit = divmod(base + member.offset, 8)
    return str(byte) if member.bits is None else f"{byte}, {bit}"


def _placed(declared: str, place: str) -> str:
    return f"{declared:<{_PLACE_COLUMN}} {place}"


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, _WIDTH - 20, break_long_words=False, break_on_hyphens=False)
    return [f"    {line}" for line in lines]


def _untagged(types: Types, ref: Ref | None) -> Composite | Enumeration | None:
    """The struct, union or enumeration without a tag that a type is, qualifiers left out."""
    node = None if ref is None else types.node(ref)
    if isinstance(node, Qualified):
        return _untagged(types, node.type)
    return node if isinstance(node, Composite | Enumeration) and node.tag is None else None


def _written_out(types: Types, member: Member) -> tuple[Composite | Enumeration | None, str]:
    """What stands in the place of a member's type because one of them has no name, and the
    brackets of an array of such."""
    node = types.node(member.type)
    if member.name is None and isinstance(node, Composite):
        return node, ""
    brackets, ref = "", member.type
    while isinstance(node, Array):
        brackets, ref = f"{brackets}[{node.count}]", node.element
        node = types.node(ref)
    return _untagged(types, ref), brackets
