"""Each struct of a kernel's headers pasted as it is, with what it needs: read, and laid out as
the kernel has it, or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import zip_longest

from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact
from cbprove.artifacts.records import Records
from cbprove.diagnostics import Diagnostic, Source, SpecError
from cbprove.layout.abi import ABIS, DEFAULT_ABI, Abi
from cbprove.layout.alike import alike
from cbprove.layout.records import lay_out
from cbprove.layout.types import Aligned, Array, Record, Type
from cbprove.meaning import builtin
from cbprove.meaning.resolve import resolve
from cbprove.meaning.types import tagged
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.annotations import CODE_WORDS, DROPPED, DROPPED_WITH_ARGUMENTS, SPELLINGS
from cbprove.syntax.parse import parse
from cbprove.syntax.tables import tables
from tests.headers.definitions import Headers, Piece

_PRELUDE = parse(Source("prelude", 'spec one "struct"; object o { char cb[8]; }\n'))
Key = tuple[str, str]
_KNOWN = {*CODE_WORDS, *DROPPED, *DROPPED_WITH_ARGUMENTS, *SPELLINGS, *tables().literals}
_WORD = re.compile(r"[A-Za-z_]\w*")
_DECLARING = re.compile(
    r"(?:struct|union|enum|char|short|int|long|signed|unsigned|__packed|__aligned|__attribute__|____cacheline_aligned)\b|[^()]*[;{]"
)


@dataclass(frozen=True)
class Outcome:
    """What became of a struct: `state` is same, otherwise, unknown (the kernel's BTF has none of
    it) or refused."""

    piece: Piece
    state: str
    why: str = ""


class Sweep:
    """Parses each piece once, and finds what it needs by value."""

    def __init__(self, headers: Headers, kernel: Artifact | None) -> None:
        self.headers, self.kernel = headers, kernel
        self.aliases = {
            name: body.strip()
            for name, body in headers.macros.items()
            if _WORD.fullmatch(body.strip()) and ("struct", body.strip()) in headers.found
        }
        self.parsed: dict[tuple[str, str, str], tuple[syntax.Declaration, ...] | Diagnostic] = {}

    def all(self, every: int = 1) -> Iterator[Outcome]:
        """Every struct and union of the headers with a tag, in the order of their names; or one
        of so many."""
        names = sorted(key for key in self.headers.found if key[0] in ("struct", "union"))
        for key in names[::every]:
            yield self.one(self.headers.found[key][0])

    def one(self, piece: Piece) -> Outcome:
        """A struct by itself, with what it needs."""
        declarations: list[syntax.Declaration] = []
        seen: set[Key] = set()
        waiting: list[Piece] = [piece]
        while waiting:
            each = waiting.pop()
            if (each.kind, each.name) in seen:
                continue
            seen.add((each.kind, each.name))
            made = self.parse(each)
            if isinstance(made, Diagnostic):
                return Outcome(piece, "refused", _told(made, each if each is not piece else None))
            declarations.extend(made)
            waiting.extend(self.needs(made, each, seen))
        declarations.extend(self.configured(declarations))
        return self.laid_out(piece, declarations)

    def parse(self, piece: Piece) -> tuple[syntax.Declaration, ...] | Diagnostic:
        key = (piece.kind, piece.name, piece.file)
        if key not in self.parsed:
            text = "".join(self.macros(piece.text, piece.file, set())) + piece.text
            try:
                self.parsed[key] = parse(Source(f"{piece.file}:{piece.name}", text))
            except SpecError as error:
                self.parsed[key] = error.diagnostics[0]
        return self.parsed[key]

    def macros(self, text: str, near: str, seen: set[str]) -> Iterator[str]:
        """The macros that stand for pieces of declarations in a text, those first that others
        are made of."""
        for name in dict.fromkeys(_WORD.findall(text)):
            if (
                name.startswith("CONFIG_")
                or name in seen
                or name in _KNOWN
                or builtin.is_scalar(name)
                or builtin.is_macro(name)
                or ("macro", name) not in self.headers.found
            ):
                continue
            seen.add(name)
            found = self.headers.get("macro", name, near)
            assert found is not None
            body = found.text.removeprefix(f"#define {name}").strip()
            within = list(self.macros(body, near, seen))
            if within or _DECLARING.match(body) or not body:
                yield from within
                yield found.text

    def needs(
        self, made: tuple[syntax.Declaration, ...], near: Piece, seen: set[Key]
    ) -> Iterator[Piece]:
        """The pieces that declarations name by value and do not hold themselves."""
        for kind, name in dict.fromkeys(_named(made)):
            if kind in ("struct", "union", "enum"):
                found = self.headers.get(kind, name, near.file) or self.headers.get(
                    "macro", name, near.file
                )
            elif kind == "typedef":
                if builtin.is_scalar(name):
                    continue
                found = self.headers.get(kind, name, near.file) or self.headers.get(
                    "macro", name, near.file
                )
            else:
                found = self.headers.enumerators.get(name) or self.headers.get(
                    "macro", name, near.file
                )
                found = (
                    None
                    if name.startswith("CONFIG_") or builtin.is_macro(name) or name in _KNOWN
                    else found
                )
            if found is not None and (found.kind, found.name) not in seen:
                yield found

    def configured(self, declarations: list[syntax.Declaration]) -> Iterator[syntax.Declaration]:
        """A param for each option that is named, with its value in the kernel's configuration."""
        names = dict.fromkeys(
            name for kind, name in _named(tuple(declarations)) if kind == "constant"
        )
        for name in names:
            if name.startswith("CONFIG_") and not builtin.is_macro(name):
                said = self.headers.options.get(name, "no")
                if said in ("yes", "no", "module"):
                    text = f"param {name} = {'yes' if said == 'yes' else 'no'};\n"
                    text += (
                        f"#define {name}_MODULE 1\n"
                        if said == "module" and f"{name}_MODULE" not in names
                        else ""
                    )
                else:
                    text = f"#define {name} {said}\n"
                if name.endswith("_MODULE"):
                    module = self.headers.options.get(name.removesuffix("_MODULE")) == "module"
                    text = f"param {name} = {'yes' if module else 'no'};\n"
                yield from parse(Source(f"config:{name}", text))
        declared = {d.name.text for d in declarations if isinstance(d, syntax.Define)}
        for name in dict.fromkeys(_asked(tuple(declarations))):
            if not (
                name.startswith("CONFIG_")
                or builtin.is_macro(name)
                or name in declared
                or name in self.headers.enumerators
            ):
                # No header defines it
                yield from parse(Source(f"config:{name}", f"param {name} = no;\n"))

    def laid_out(self, piece: Piece, declarations: list[syntax.Declaration]) -> Outcome:
        try:
            system = resolve(syntax.Tree((*_PRELUDE, *declarations), ()))
        except SpecError as error:
            return Outcome(piece, "refused", _told(error.diagnostics[0], None))
        cx = system.context
        cx.memo.begin(
            {a.name: a.values[0] if a.default is None else a.default for a in system.axes}
        )
        made = cx.memo.attempt(lambda: tagged(cx, piece.name))
        if made is None:
            return Outcome(piece, "refused", _told(cx.memo.diagnostics()[0], None))
        assert isinstance(made, Record)
        return self.compared(piece, made)

    def compared(self, piece: Piece, made: Record) -> Outcome:
        if self.kernel is None:
            return Outcome(piece, "unknown")
        abi = ABIS[DEFAULT_ABI]
        renamed = _renamed(made, self.aliases)
        assert isinstance(renamed, Record)
        made = renamed
        try:
            found = lookup(self.kernel, made.kind, piece.name)
        except SpecError:
            return Outcome(piece, "unknown")
        theirs = [Records(types).record(ref) for types, ref in found]
        if any(alike(made, each, abi) for each in theirs):
            return Outcome(piece, "same")
        return Outcome(piece, "otherwise", _difference(made, theirs[0], abi))


def _renamed(type: Type, macros: Mapping[str, str]) -> Type:
    """A type whose members are called what macros make of their names: `rcu_head` is
    `callback_head` to the compiler."""
    match type:
        case Record():
            inside = (
                replace(
                    f,
                    name=None if f.name is None else macros.get(f.name, f.name),
                    type=_renamed(f.type, macros),
                )
                for f in type.fields
            )
            return replace(
                type,
                tag=None if type.tag is None else macros.get(type.tag, type.tag),
                fields=tuple(inside),
            )
        case Array(element=element):
            return replace(type, element=_renamed(element, macros))
        case Aligned(type=inner):
            return replace(type, type=_renamed(inner, macros))
        case _:
            return type


def _difference(made: Record, theirs: Record, abi: Abi) -> str:
    """The first member that is elsewhere, or the sizes."""
    mine, other = lay_out(made, abi), lay_out(theirs, abi)
    for a, b in zip_longest(mine.members, other.members):
        if a is None or b is None or (a.name, a.offset, a.width) != (b.name, b.offset, b.width):
            here, there = (
                None if m is None else (m.name, m.offset / 8, m.width / 8) for m in (a, b)
            )
            return f"{here} here, {there} there"
    return f"{mine.size} bytes here, {other.size} there; or another type of the same size"


def _told(diagnostic: Diagnostic, needed: Piece | None) -> str:
    where = f" (in {needed.kind} {needed.name})" if needed is not None else ""
    span = diagnostic.span
    around = "" if span is None else span.source.text[max(0, span.start - 40) : span.end + 40]
    return f"{diagnostic.code} {diagnostic.message}{where}  [{around!r}]"


def _asked(node: object) -> Iterator[str]:
    """The names that `#ifdef` and `defined` ask for."""
    match node:
        case ctree.Defined(name):
            yield name.text
        case tuple():
            for each in node:
                yield from _asked(each)
        case _ if is_dataclass(node) and not isinstance(node, ctree.Name | Source):
            for field in fields(node):
                if field.name != "span":
                    yield from _asked(getattr(node, field.name))


def _named(node: object) -> Iterator[Key]:
    """What a piece of the tree names by value; a macro may stand for the name of any kind of
    type."""
    match node:
        case syntax.Define(value=ctree.Place(base, ())):
            for kind in ("constant", "typedef", "struct", "union"):
                yield kind, base.text
        case ctree.TaggedType(kind, tag):
            yield kind, tag.text
        case ctree.NamedType(name):
            yield "typedef", name.text
        case ctree.Place(base, suffixes):
            yield "constant", base.text
            yield from _named(suffixes)
        case ctree.Defined(name):
            yield "constant", name.text
        case ctree.Offsetof(type):
            yield from _named(type)
        case ctree.Sizeof(ctree.Place(base)) | ctree.Alignof(ctree.Place(base)):
            yield "typedef", base.text
        case ctree.Name() | str() | int() | None | Source():
            return
        case tuple():
            for each in node:
                yield from _named(each)
        case _ if is_dataclass(node):
            for field in fields(node):
                if field.name not in ("span", "name", "tag"):
                    yield from _named(getattr(node, field.name))
