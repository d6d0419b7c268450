"""What C headers say, by asking a compiler: it lays out the structs, and computes the constants,
which nothing else records.

A small C text includes the headers and defines a variable of each struct, and an enumerator of each
constant and alignment; the DWARF of what the compiler makes of it holds the answers, in numbers of
any width and sign. It is never linked or run, so that a compiler for another machine does as well;
where none is installed, PyPI's `ziglang` holds one for many (the extra `cc`).

How C spells the structs inside a struct, so that a compiler can be asked their alignment, and types
with the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from cbprove.artifacts import compiler
from cbprove.artifacts.dwarf import reader as dwarf
from cbprove.artifacts.files import elf
from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Kind,
    Node,
    Qualified,
    Ref,
    Typedef,
    Types,
    bad,
)
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.layout.abi import Abi

_OBJECT = ("-g", "-fno-lto", "-fno-debug-types-section", "-w", "-c")
_EVERYTHING = (*_OBJECT, "-fno-eliminate-unused-debug-types")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TYPE = re.compile(r"(?:(struct|union|enum|typedef) )?([A-Za-z_]\w*)", re.ASCII)
_KINDS: Mapping[str | None, Kind] = MappingProxyType(
    {None: "typedef", "typedef": "typedef", "struct": "struct", "union": "union", "enum": "enum"}
)


@dataclass(frozen=True)
class Headers:
    """`types` has each struct that was asked for, with alignments; `constants` are names and
    values in the order asked."""

    types: Types
    constants: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Unit:
    """The headers of one question: how they are included, and what is said of them; messages
    call them `shown`."""

    command: tuple[str, ...]
    includes: str
    name: str
    shown: str
    origin: str

    def types(
        self, declarations: Iterable[str], flags: Sequence[str] = _OBJECT
    ) -> Types | compiler.Answer:
        """The types of the headers and these declarations; the compiler's refusal, where it does
        not take them."""
        text = "\n".join((self.includes, "char cbprove_unit;", *declarations, ""))
        answer = compiler.run(self.command, flags, text)
        return answer if answer.output is None else _read(answer.output, self)

    def takes(self, declaration: str) -> bool:
        """Whether the compiler accepts the headers with this declaration after them."""
        return not isinstance(self.types((declaration,)), compiler.Answer)


def ask(cc: str, files: Sequence[str], structs: Sequence[str], constants: Sequence[str]) -> Headers:
    """What a compiler says of structs (`iphdr`, `union u`, `enum e`, `typedef t`) and integer
    constants of these headers.

    A name without its kind is that of a struct, or else of a union, or else of a typedef.

    `cc` is the command with its options, split as a shell would and run without one; a file that is
    not found as it stands is searched where the compiler searches; there is at least one. Raises
    SpecError: CB0313 and CB0317 for a compiler that is missing or hangs, CB0314 where it turns the
    headers down, CB0315 and CB0316 for names that are no struct and no constant, all at once,
    CB0318 for a target without an ABI here.
    """
    command = compiler.words(cc)
    _check_names(structs, constants)
    unit = _unit(command, files)
    spelled = tuple(_ways(name)[0] for name in structs)
    types = unit.types(_variables(spelled))
    values = unit.types(_enumerators(constants))
    if isinstance(types, compiler.Answer) or isinstance(values, compiler.Answer):
        spelled = _settle(unit, structs, constants)
        types, values = _taken(unit, _variables(spelled)), _taken(unit, _enumerators(constants))
    roots = tuple(_root(unit, types, name) for name in spelled)
    pinned = Pinned(types, _alignments(unit, types, roots))
    return Headers(pinned, tuple(zip(constants, _values(values, len(constants)), strict=True)))


def _unit(command: tuple[str, ...], files: Sequence[str]) -> _Unit:
    """The headers, preprocessed once for what is said of where they come from."""
    includes = "\n".join(f"#include {_include(file)}" for file in files)
    answer = compiler.run(command, ("-E", "-P", "-w"), f"{includes}\ncbprove_version __VERSION__\n")
    if answer.output is None:
        raise _refused(command[0], answer)
    text, _, version = answer.output.decode("utf-8", "replace").rpartition("cbprove_version")
    names = ", ".join(Path(file).name if Path(file).is_absolute() else file for file in files)
    version = version.strip().strip('"')  # "12.2.0" of gcc, "Clang 22.1.8" of clang
    compiled = f"{Path(command[0]).name} {version}" if version[:1].isdigit() else version
    digest = sha256(text.encode()).hexdigest()
    origin = f"{names}, by {compiled}, preprocessed sha256 {digest}"
    return _Unit(command, includes, Path(files[0]).stem, names, origin)


def _include(file: str) -> str:
    if re.search(r'["<>\n]', file):
        raise bad(
            "CB0314", f"`{file}` cannot be a header's name", "name it without quotes and brackets"
        )
    return f'"{Path(file).absolute()}"' if Path(file).is_file() else f"<{file}>"


def _variables(spelled: Sequence[str]) -> list[str]:
    return [f"{name} cbprove_variable_{number};" for number, name in enumerate(spelled)]


def _enumerators(expressions: Sequence[str]) -> list[str]:
    """An enumeration each, so that the values do not widen each other; `-w` lets them be wider
    than `int`."""
    return [
        f"enum cbprove_{number} {{ cbprove_value_{number} = ({text}) }} cbprove_constant_{number};"
        for number, text in enumerate(expressions)
    ]


def _values(types: Types, count: int) -> list[int]:
    values = []
    for number in range(count):
        (ref,) = types.find("enum", f"cbprove_{number}")
        node = types.node(ref)
        assert isinstance(node, Enumeration)
        values.append(node.values[0][1])
    return values


def _alignments(unit: _Unit, types: Types, roots: Sequence[Ref]) -> Mapping[Ref, int]:
    spelled = spellings(types, roots)
    answers = _taken(unit, _enumerators([f"_Alignof({text})" for text in spelled.values()]))
    return dict(zip(spelled, _values(answers, len(spelled)), strict=True))


def _taken(unit: _Unit, declarations: Iterable[str]) -> Types:
    """The types of declarations that the compiler has to take; its own words, where it does not."""
    types = unit.types(declarations)
    if isinstance(types, compiler.Answer):
        raise _refused(unit.command[0], types)
    return types


def _read(data: bytes, unit: _Unit) -> Types:
    file = elf.read(data, unit.name) if data.startswith(b"\x7fELF") else None
    if file is None or file.abi is None:
        machine = (
            "another kind of file" if file is None else f"objects of ELF machine {file.machine}"
        )
        raise bad(
            "CB0318",
            f"`{unit.command[0]}` makes {machine}, which cbprove has no ABI for",
            "choose another target",
        )
    return dwarf.types(data, unit.name, unit.origin, file.abi)


def _root(unit: _Unit, types: Types, name: str) -> Ref:
    """The struct, union, enum or typedef of this spelling, which the compiler knows."""
    match = _TYPE.fullmatch(name)
    assert match is not None
    kind, tag = match.groups()
    (ref,) = types.find(_KINDS[kind], tag)
    node = types.node(ref)
    while isinstance(node, Typedef | Qualified) and node.type is not None:
        node = types.node(node.type)
    if not isinstance(node, Composite) and kind != "enum":
        raise SpecError((_no_struct(unit, name, None),))
    return ref


def _check_names(structs: Sequence[str], constants: Sequence[str]) -> None:
    diagnostics = [
        _wrong("CB0315", name, "name of a struct") for name in structs if not _TYPE.fullmatch(name)
    ]
    diagnostics += [
        _wrong("CB0316", name, "name of a constant")
        for name in constants
        if not _NAME.fullmatch(name)
    ]
    if diagnostics:
        raise SpecError(tuple(diagnostics))


def _wrong(code: str, name: str, message: str) -> Diagnostic:
    return Diagnostic(
        code,
        f"`{name}` cannot be the {message}",
        None,
        "name it as C does, as in `iphdr` or `ETH_HLEN`",
    )


def _settle(unit: _Unit, structs: Sequence[str], constants: Sequence[str]) -> tuple[str, ...]:
    """How each struct is spelt, asked one by one; raises SpecError for all names that are none."""
    _taken(unit, ())
    spelled = {
        name: next(filter(lambda text: unit.takes(f"{text} cbprove;"), _ways(name)), None)
        for name in structs
    }
    missing = [name for name, spelling in spelled.items() if spelling is None]
    wrong = [name for name in constants if not unit.takes(_enumerators((name,))[0])]
    if missing or wrong:
        types = _known(unit) if missing else None
        mistakes = [_no_struct(unit, name, types) for name in missing]
        raise SpecError((*mistakes, *(_no_constant(unit, name) for name in wrong)))
    return tuple(text for text in spelled.values() if text is not None)


def _ways(name: str) -> tuple[str, ...]:
    """How C may spell what is asked for."""
    if " " in name:
        return (name.removeprefix("typedef "),)
    return (f"struct {name}", f"union {name}", name)


def _known(unit: _Unit) -> Types | None:
    """All types of the headers, where the compiler can be made to tell."""
    types = unit.types((), _EVERYTHING)
    return None if isinstance(types, compiler.Answer) else types


def _no_struct(unit: _Unit, name: str, types: Types | None) -> Diagnostic:
    kind, _, tag = name.rpartition(" ")
    kinds: tuple[Kind, ...] = (_KINDS[kind],) if kind else ("struct", "union")
    near = get_close_matches(
        tag, [each for kind in kinds for each in types.names(kind)] if types else (), 3
    )
    help = (
        f"did you mean {', '.join(f'`{each}`' for each in near)}?"
        if near
        else "name the header that defines it, and options that do"
    )
    subject = f"`{name}`" if " " in name else f"struct `{name}`"
    return Diagnostic("CB0315", f"`{unit.shown}` defines no {subject}", None, help)


def _no_constant(unit: _Unit, name: str) -> Diagnostic:
    help = (
        "name the header that defines it; a macro has to be an integer that the compiler "
        "can compute"
    )
    return Diagnostic("CB0316", f"`{unit.shown}` has no integer constant `{name}`", None, help)


def _refused(command: str, answer: compiler.Answer) -> SpecError:
    return bad(
        "CB0314",
        f"`{command}` turns the headers down: {answer.summary()}",
        'give it the options that these headers need, as in --cc "gcc -Iinclude -include '
        'linux/kconfig.h"',
    )


@dataclass(frozen=True)
class Pinned:
    """Types whose structs have an alignment (bytes), wherever it is known by their number."""

    types: Types
    aligns: Mapping[Ref, int]

    @property
    def name(self) -> str:
        return self.types.name

    @property
    def origin(self) -> str:
        return self.types.origin

    @property
    def abi(self) -> Abi:
        return self.types.abi

    def node(self, ref: Ref) -> Node:
        """What a number stands for; see the model."""
        node = self.types.node(ref)
        return (
            replace(node, align=self.aligns[ref])
            if isinstance(node, Composite) and ref in self.aligns
            else node
        )

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """The definitions of a name; see the model."""
        return self.types.find(kind, name)

    def names(self, kind: Kind) -> Iterable[str]:
        """All names of a kind; see the model."""
        return self.types.names(kind)


def spellings(types: Types, roots: Iterable[Ref]) -> dict[Ref, str]:
    """A C type for each struct and union that lies in these, themselves included; none for
    members without a name."""
    spelled: dict[Ref, str] = {}
    for root in roots:
        for ref, text in _within(types, root, None, set()):
            spelled.setdefault(ref, text)
    return spelled


def _within(
    types: Types, ref: Ref | None, place: str | None, visited: set[Ref]
) -> Iterator[tuple[Ref, str]]:
    """`place` is an expression of this type, and None where its alignment would not be the
    type's own."""
    node = None if ref is None else types.node(ref)
    match node:
        case Typedef(name, inner, align):
            yield from _within(types, inner, f"(*({name} *)0)" if align is None else None, visited)
        case Qualified(_, inner):
            yield from _within(types, inner, place, visited)
        case Array(element):
            yield from _within(types, element, None if place is None else f"{place}[0]", visited)
        case Composite(kind, tag) if ref is not None and ref not in visited:
            visited.add(ref)
            place = place if tag is None else f"(*({kind} {tag} *)0)"
            if place is not None:
                yield ref, f"__typeof__({place})"
            for member in node.members:
                inside = None if place is None or member.name is None else f"{place}.{member.name}"
                yield from _within(types, member.type, inside, visited)
