"""From the graph of an artefact to C types and declarations, and what a definition needs by
value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cbprove.artifacts.lookup import fingerprints
from cbprove.artifacts.model import (
    Array,
    Artifact,
    Composite,
    Enumeration,
    Forward,
    Function,
    Kind,
    Member,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
    bad,
)
from cbprove.diagnostics import SpecError
from cbprove.layout import types as c
from cbprove.layout.abi import Abi, LayoutError
from cbprove.layout.records import lay_out

_BYTE = c.Scalar("unsigned char")


class Records:
    """The types of one unit as layouts know them, each made once."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.made: dict[Ref, c.Record | None] = {}

    def record(self, ref: Ref) -> c.Record:
        """A struct or union, pinned. Raises SpecError where it contains itself, or what has no
        size, or where its members do not lie as those of any struct of C do."""
        record = self._record(ref)
        try:
            lay_out(record, self.types.abi)
        except LayoutError as error:
            raise bad(
                "CB0322",
                f"`{record.kind} {record.tag or '{...}'}` has no layout in C: {error}",
                "the artefact is corrupt: make it again",
            ) from error
        return record

    def _record(self, ref: Ref) -> c.Record:
        node = self.types.node(ref)
        assert isinstance(node, Composite)
        record = self.made.get(ref)
        if record is None:
            if ref in self.made:
                raise cyclic(node)
            self.made[ref] = None
            fields = tuple(self._field(member, node) for member in node.members)
            record = c.Record(node.kind, node.tag, fields, align=node.align, size=node.size)
            self.made[ref] = record
        return record

    def _field(self, member: Member, owner: Composite) -> c.Field:
        field_type = self.type(member.type)
        if field_type is None:
            text = declaration(self.types, member.type, member.name or "")
            raise bad(
                "CB0322",
                f"`{title(owner)}` has a member of no size: `{text}`",
                "the artefact is corrupt",
            )
        return c.Field(member.name, field_type, member.bits, member.align, at=member.offset)

    def type(self, ref: Ref | None) -> c.Type | None:
        """Any type; None for one without a size: void, a function, a struct that is only
        declared."""
        node = None if ref is None else self.types.node(ref)
        match node:
            case Number():
                return number(node, self.types.abi)
            case Pointer(target):
                return c.Pointer(declaration(self.types, target, ""))
            case Array(element, count):
                inner = self.type(element)
                return None if inner is None else c.Array(inner, count)
            case Enumeration():
                return enumeration(node, self.types.abi)
            case Typedef(type=target, align=align):
                inner = self.type(target)
                return c.Aligned(inner, align) if inner is not None and align else inner
            case Qualified(type=target):
                return self.type(target)
            case Composite():
                assert ref is not None
                return self._record(ref)
            case _:
                return None


def number(node: Number, abi: Abi) -> c.Type:
    """The scalar of a number; bytes where C's integers have none: floating point, odd sizes."""
    name = integer_name(node, abi)
    return c.Array(_BYTE, node.size) if name is None else c.Scalar(name)


def integer_name(node: Number, abi: Abi) -> str | None:
    """C's name for a number: the one it goes by, put in C's order, or that of its size; None for
    what is no integer of C."""
    if node.kind == "bool":
        return "_Bool" if node.size == 1 else None
    if node.kind == "float":
        return None
    words = [word for word in node.name.split() if word not in ("int", "signed", "unsigned")]
    rest = " ".join(words) or "int"
    if rest == "char":
        named = "char" if node.name == "char" else "signed char" if node.signed else "unsigned char"
        return named if node.size == 1 else None
    by_size = {1: "char", 2: "short", 4: "int", 8: "long long", 16: "__int128"}
    for name in (rest, by_size.get(node.size, "")):
        full = name if node.signed else f"unsigned {name}"
        full = "signed char" if full == "char" else full
        if full in abi.scalars and abi.scalars[full].size == node.size:
            return full
    return None


def enumeration(node: Enumeration, abi: Abi) -> c.Type:
    """The enumeration, if C gives one of these values this size; else the integer of its size."""
    if is_ordinary(node):
        values = [value for _, value in node.values]
        return c.Enum(node.tag, min(values), max(values), packed=node.size < 4)
    return number(Number("", node.size, node.signed), abi)


def is_ordinary(node: Enumeration) -> bool:
    """Whether gcc would keep these values in this many bytes, `__packed` allowed."""
    if not node.values:
        return False
    low, high = min(value for _, value in node.values), max(value for _, value in node.values)
    bits = max((~low if low < 0 else low).bit_length(), high.bit_length()) + (low < 0)
    least = next((size for size in (1, 2, 4, 8) if bits <= 8 * size), None)
    return least is not None and node.size == (least if node.size < 4 else max(least, 4))


def title(node: Composite) -> str:
    """`struct X`, as messages name it."""
    return f"{node.kind} {node.tag}" if node.tag else f"{node.kind} {{ ... }}"


def cyclic(node: Composite) -> Exception:
    """A struct that contains itself by value."""
    return bad(
        "CB0321", f"`{title(node)}` contains itself", "the artefact is corrupt; make it again"
    )


# --- declarations ---------------------------------------------------------------------------------


def declaration(types: Types, ref: Ref | None, name: str, names: Names | None = None) -> str:
    """A type and a name as C writes them: `void (*destructor)(struct sk_buff *)`; without a name
    the type alone.

    A struct or union without a tag is `void` here: only behind a pointer may it be left out.
    """
    head, body = _declared(types, ref, name, names or Names())
    return f"{head} {body}" if body and not body.startswith("[") else head + body


class Names:
    """How structs, unions and enums are called; a subclass may tell two of one tag apart."""

    def tagged(self, types: Types, ref: Ref) -> str:
        node = types.node(ref)
        match node:
            case Composite(kind, tag) | Forward(kind, tag):
                return f"{kind} {tag}" if tag else "void"
            case Enumeration(tag):
                return f"enum {tag}" if tag else "int"
            case Typedef(name):
                return name
            case _:
                raise AssertionError("only what has a name of its own is asked for")


def _declared(types: Types, ref: Ref | None, body: str, names: Names) -> tuple[str, str]:
    """The type in front, and the declarator: read from the name outwards, as C does."""
    node = None if ref is None else types.node(ref)
    match node:
        case None:
            return "void", body
        case Number(name, size):
            called = integer_name(node, types.abi)
            return (
                (called or name, body)
                if called or not body
                else ("unsigned char", f"{body}[{size}]")
            )
        case Pointer(target):
            inner = None if target is None else types.node(target)
            star = f"(*{body})" if isinstance(inner, Array | Function) else f"*{body}"
            return _declared(types, target, star, names)
        case Array(element, count):
            return _declared(types, element, f"{body}[{count}]", names)
        case Function(returns, parameters, variadic):
            parameters_declared = [
                declaration(types, parameter, "", names) for parameter in parameters
            ]
            parameters_declared += ["..."] if variadic else []
            return _declared(
                types, returns, f"{body}({', '.join(parameters_declared) or 'void'})", names
            )
        case Qualified(word, inner_ref):
            return _qualified(types, word, inner_ref, body, names)
        case _:
            assert ref is not None
            return names.tagged(types, ref), body


def _qualified(
    types: Types, word: str, target: Ref | None, body: str, names: Names
) -> tuple[str, str]:
    """A qualifier of a pointer stands behind the star, any other before the type."""
    inner = None if target is None else types.node(target)
    if isinstance(inner, Pointer):
        return _declared(types, target, f" {word} {body}".rstrip(), names)
    head, rest = _declared(types, target, body, names)
    return f"{word} {head}", rest


# C's name of the scalar that the language means by a name on an ABI; None for a name that it does
# not know.
Known = Callable[[str, Abi], str | None]


@dataclass(frozen=True)
class Definition:
    """A struct, union, enum or typedef in the unit that defines it; `called` is what to write
    for its name, if not that."""

    types: Types
    ref: Ref
    kind: Kind
    name: str
    called: str | None = None


class Gathering:
    """The definitions to write, in order: what a struct needs by value stands before it."""

    def __init__(self, artifact: Artifact, is_known: Known) -> None:
        self.artifact = artifact
        self.known = is_known
        self.records = {id(unit): Records(unit) for unit in artifact.units}
        self.definitions: dict[tuple[Kind, str, str], Definition] = {}
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
        if key not in self.definitions:
            self._below(types, ref, top=True)
            self.definitions[key] = self._home(definition, key[2])

    def _home(self, definition: Definition, digest: str) -> Definition:
        """The same definition in the first unit that has it: modules repeat what the kernel
        defines."""
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
                    # With -fms-extensions a struct with a tag may stand without a name: it is
                    # written out there.
                    self._below(types, member.type, top=member.name is None)
            case Typedef(type=target) if top or not self.is_known(types, ref):
                self._below(types, target)
            case Array(vector=True):
                raise _vector(types)
            case Qualified(type=target) | Array(element=target):
                self._below(types, target)
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
        definition_known = self.known(node.name, types.abi)
        scalar = self.records_of(types).type(ref)
        if definition_known is None or not isinstance(scalar, c.Scalar):
            return False
        scalars = types.abi.scalars
        return definition_known in scalars and scalars[definition_known] == scalars[scalar.name]

    def records_of(self, types: Types) -> Records:
        return self.records.setdefault(id(types), Records(types))

    def key(self, definition: Definition) -> tuple[Kind, str, str]:
        return (definition.kind, definition.name, self.print_of(definition.types, definition.ref))


def _vector(types: Types) -> SpecError:
    """The alignment of a vector hangs on the options of the compiler, and its struct's on that:
    no text says either."""
    help = (
        "take a struct without it, or write the vector out, with the alignment that the "
        "compiler gave it"
    )
    return bad(
        "CB0330",
        f"a vector (`vector_size`) of `{types.name}` has an alignment that DWARF does not say",
        help,
    )


def endings(
    definitions: Mapping[tuple[Kind, str, str], Definition],
) -> dict[tuple[Kind, str, str], str]:
    """A flavour for each definition whose name others share: that of its unit, with a number
    where that is not enough."""
    # Tags of structs, unions and enums are one namespace, typedefs another.
    together: dict[tuple[bool, str], list[tuple[Kind, str, str]]] = {}
    for key, definition in definitions.items():
        together.setdefault((key[0] == "typedef", definition.called or key[1]), []).append(key)
    by_key = {
        key: definition.called.removeprefix(definition.name)
        for key, definition in definitions.items()
        if definition.called
    }
    for keys in together.values():
        numbers: dict[str, int] = {}
        for key in keys if len(keys) > 1 else ():
            unit = identifier(definitions[key].types.name)
            numbers[unit] = numbers.get(unit, 0) + 1
            by_key[key] = f"___{unit}" + (f"_{numbers[unit]}" if numbers[unit] > 1 else "")
    return by_key


def identifier(unit: str) -> str:
    """A unit's name as a part of a name in C."""
    return re.sub(r"\W", "_", unit)
