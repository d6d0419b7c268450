"""What the headers of a kernel define, piece by piece as they are written: structs, unions, enums,
typedefs, macros.

A piece is the text between two `;` at the top of a file. Which of several under `#if` counts, the
kernel's configuration says.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from cbprove.layout.abi import ABIS, DEFAULT_ABI
from cbprove.meaning import builtin

_SKIPPED = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(\w+)((?:[^\n\\]|\\\n|\\.)*)")
_TAG = re.compile(
    r"^(?:__extension__\s+)?(struct|union|enum)\b((?:\s+(?!\w+\s*\{)\w+(?:\s*\([^{}]*?\))?)*)\s+(\w+)\s*\{"
)
_BARE_ENUM = re.compile(r"^enum\b[^({;]*\{")
_WITH_SUFFIX = re.compile(r"\b_?(?:AC|UL|ULL)\s*\(\s*(\w+)\s*(?:,\s*\w+\s*)?\)")
_DEFINES = r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]*([^\n]*)"
_MACRO = re.compile(r"^\s*(\w+)(?:[ \t]+(.+))?$", re.DOTALL)
_OTHER = re.compile(r"_32(_types)?\.h$")  # of kernels of 32 bits
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_SUFFIX = re.compile(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]+\b")
# What the compiler and the architecture make of some macros of the headers
_KNOWN = {
    "BITS_PER_LONG": "64",
    "BITS_PER_LONG_LONG": "64",
    "__BITS_PER_LONG": "64",
    "GCC_VERSION": "120200",
}


@dataclass(frozen=True)
class Piece:
    """A definition as it stands in a header: `kind` is struct, union, enum, typedef or macro.

    `default` says that a header defines a macro so where no other one has.
    """

    kind: str
    name: str
    text: str
    file: str
    default: bool = False


@dataclass
class Headers:
    """Every definition by kind and name, the one that counts first; `options` are yes, module or
    no."""

    options: Mapping[str, str]
    found: dict[tuple[str, str], list[Piece]] = field(default_factory=dict)
    enumerators: dict[str, Piece] = field(default_factory=dict)
    macros: dict[str, str] = field(default_factory=dict)

    def add(self, piece: Piece) -> None:
        self.found.setdefault((piece.kind, piece.name), []).append(piece)
        if piece.kind == "enum":
            body = _SKIPPED.sub(" ", piece.text[piece.text.index("{") + 1 : piece.text.rindex("}")])
            body = re.sub(r"^[ \t]*#[^\n]*$", " ", body, flags=re.MULTILINE)
            for each in re.split(r",", body):
                name = _NAME.search(each)
                if name is not None:
                    self.enumerators.setdefault(name.group(), piece)

    def get(self, kind: str, name: str, near: str) -> Piece | None:
        """The definition of a name that a header sees: its own, or else the first; a default only
        where there is no other."""
        every = self.found.get((kind, name), [])
        pieces = [piece for piece in every if not piece.default] or every
        return next((p for p in pieces if p.file == near), pieces[0] if pieces else None)


def options(config: Path) -> dict[str, str]:
    """What a `.config` says of each option: yes, module, or a value; what it does not name is
    no."""
    said = {}
    for line in config.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and name.startswith("CONFIG_"):
            said[name] = {"y": "yes", "m": "module"}.get(value, value)
    return said


def read(roots: list[Path], config: Mapping[str, str]) -> Headers:
    """All headers below some folders; what stands in an earlier folder counts before what stands
    in a later one."""
    files = [
        (root, path)
        for root in roots
        for path in sorted(root.rglob("*.h"), key=_last)
        if not _OTHER.search(path.name)
    ]
    texts = {
        path: (str(path.relative_to(root)), path.read_text(encoding="utf-8", errors="replace"))
        for root, path in files
    }
    macros = {
        name: body
        for _, text in texts.values()
        for name, body in re.findall(_DEFINES, text, re.MULTILINE)
    }
    # Which macros count hangs on conditions, and these on macros: once more with those that do.
    first = _all(Headers(config, macros=macros), texts.values())
    chosen = {name: first.get("macro", name, "") for kind, name in first.found if kind == "macro"}
    bodies = {n: p.text.removeprefix(f"#define {n}") for n, p in chosen.items() if p is not None}
    return _all(Headers(config, macros=macros | bodies), texts.values())


def _all(headers: Headers, texts: Iterable[tuple[str, str]]) -> Headers:
    for file, text in texts:
        for piece in _pieces(text, file, headers):
            headers.add(piece)
    return headers


def _last(path: Path) -> tuple[bool, Path]:
    """Headers of other configurations come last: they are included where this one is not at
    hand."""
    other = r"_up\.h$|tiny\.h$|slab_def\.h$|-compat\.h$|pgtable-[23]level"
    return bool(re.search(other, str(path))), path


def _pieces(text: str, file: str, headers: Headers) -> Iterator[Piece]:
    asked = set(re.findall(r"^[ \t]*#[ \t]*ifndef[ \t]+(\w+)", text, re.MULTILINE))
    guards = asked & set(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, re.MULTILINE))
    active = _Conditions(headers, guards)
    blank = _SKIPPED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    start = at = depth = parens = 0
    while at < len(blank):
        line_start = at == 0 or blank[at - 1] == "\n"
        directive = _DIRECTIVE.match(blank, at) if line_start else None
        if directive is not None:
            if depth == 0 and parens == 0:
                word, rest = directive.groups()
                if word == "define" and active.all():
                    yield from _macro(text[directive.start(2) : directive.end(2)], file, guards)
                active.see(word, rest)
                start = directive.end()
            at = directive.end()
            continue
        letter = blank[at]
        depth += (letter == "{") - (letter == "}")
        parens += (letter == "(") - (letter == ")")
        at += 1
        if depth == 0 and letter in ";}" and (letter == ";" or _is_code(blank[start:at])):
            if active.all():
                yield from _definitions(text[start:at], blank[start:at], file, active.packed)
            start, parens = at, 0


def _is_code(piece: str) -> bool:
    """Whether what ends with a `}` is a function, or the end of an `extern "C" {`."""
    head = re.sub(
        r"__attribute__\s*\(\(.*?\)\)", " ", piece.partition("{")[0], flags=re.DOTALL
    ).strip()
    return not re.match(r"typedef\s|(?:__extension__\s+)?(?:struct|union|enum)\b[^()=]*$", head)


def _definitions(text: str, blank: str, file: str, packed: bool) -> Iterator[Piece]:
    # A comment before it is no part of it
    text, blank = text[len(blank) - len(blank.lstrip()) :], blank.lstrip()
    if blank.startswith("typedef"):
        names = _typedef_names(blank)
        tagged = _TAG.match(blank.removeprefix("typedef").lstrip())
        if tagged is not None:
            yield Piece(tagged.group(1), tagged.group(3), text, file)
        yield from (Piece("typedef", name, text, file) for name in names)
        return
    tagged = _TAG.match(blank)
    if tagged is not None and blank.endswith(";"):
        if packed:
            ends = [0, *(found.end() for found in re.finditer("}", blank)), len(text)]
            text = " __packed".join(text[a:b] for a, b in pairwise(ends))
        yield Piece(tagged.group(1), tagged.group(3), text, file)
    elif _BARE_ENUM.match(blank) and blank.endswith(";"):
        yield Piece("enum", f"(in {file}, {blank[:60]!r})", text, file)


def _typedef_names(blank: str) -> list[str]:
    body = re.sub(r"\{.*\}", " ", blank, flags=re.DOTALL)
    body = re.sub(r"__attribute__\s*\(\(.*?\)\)\s*", " ", body)
    body = re.sub(r"\b__aligned\s*\([^)]*\)", " ", body)
    function = re.search(r"\(\s*\*+\s*(?:\w+\s+)?(\w+)\s*(?:\[[^\]]*\]\s*)?\)\s*\(", body)
    if function:
        return [function.group(1)]
    body = re.sub(r"\[[^\]]*\]", " ", body)
    plain = re.search(r"(\w+)\s*\(", body)
    if plain:
        return [plain.group(1)]
    parts = (
        [n for n in _NAME.findall(part) if n not in ("__packed", "__bitwise")]
        for part in body.split(",")
    )
    return [names[-1] for names in parts if names]


def _macro(rest: str, file: str, guards: set[str]) -> Iterator[Piece]:
    joined = _SKIPPED.sub(
        lambda m: m.group() if m.group()[0] in "\"'" else " ", rest.replace("\\\n", " ")
    )
    found = _MACRO.match(joined.strip())
    if found is not None and not joined.lstrip().startswith(f"{found.group(1)}("):
        yield Piece(
            "macro",
            found.group(1),
            f"#define {found.group(1)} {' '.join((found.group(2) or '').split())}\n",
            file,
            default=found.group(1) in guards,
        )


class _Conditions:
    """The `#if`s around a place, each with whether its arm is the one that counts."""

    def __init__(self, headers: Headers, guards: set[str]) -> None:
        self.headers, self.guards = headers, guards
        self.stack: list[tuple[bool, bool]] = []  # the arm at hand counts; an arm of it counted
        self.packed = False  # by a `#pragma pack(1)`, which stands outside of what is pasted

    def all(self) -> bool:
        return all(counts for counts, _ in self.stack)

    def see(self, word: str, rest: str) -> None:
        if word in ("if", "ifdef", "ifndef"):
            value = (
                self._value(rest)
                if word == "if"
                else self._defined(rest.strip().split()[0] if rest.split() else "")
                is (word == "ifdef")
            )
            self.stack.append((value, value))
        elif word in ("elif", "else") and self.stack:
            _, had = self.stack.pop()
            value = not had and (word == "else" or self._value(rest))
            self.stack.append((value, had or value))
        elif word == "pragma" and self.all() and rest.split("(")[0].strip() == "pack":
            self.packed = "1" in rest
        elif word == "endif" and self.stack:
            self.stack.pop()

    def _defined(self, name: str) -> bool:
        if name in self.guards:
            return False
        if name.startswith("CONFIG_"):
            plain = name.removesuffix("_MODULE")
            said = self.headers.options.get(name, "no")
            return said not in ("no", "module") or (
                name != plain and self.headers.options.get(plain) == "module"
            )
        if builtin.is_macro(name):
            return builtin.macro(name, ABIS[DEFAULT_ABI]) is not None
        if name == "ACPI_MISALIGNMENT_NOT_SUPPORTED":  # of ia64 alone
            return False
        return name in self.headers.macros

    def _value(self, text: str) -> bool:
        text = text.replace("\\\n", " ")
        text = re.sub(
            r"\bdefined\s*\(?\s*(\w+)\s*\)?", lambda m: str(int(self._defined(m.group(1)))), text
        )
        option = r"\bIS_(?:ENABLED|BUILTIN|REACHABLE)\s*\(\s*(\w+)\s*\)"
        text = re.sub(
            option, lambda m: str(int(self.headers.options.get(m.group(1), "no") != "no")), text
        )
        try:
            return bool(_evaluated(text, self._number))
        except Exception:
            return True

    def _number(self, name: str, inside: frozenset[str] = frozenset()) -> str:
        """What a macro comes to; 0, as in C, where it is none, and where it is not a number."""
        said = (
            _KNOWN.get(name) or self.headers.options.get(name) or self.headers.macros.get(name, "0")
        )
        if said in ("yes", "module"):
            return "1"
        if name in inside:
            return "0"
        try:
            within = inside | {name}
            return str(_evaluated(_SKIPPED.sub(" ", said), lambda n: self._number(n, within)))
        except Exception:
            return "0"


def _evaluated(text: str, number: Callable[[str], str]) -> int:
    """The value of an expression of the preprocessor, by that of each name. Raises what `eval`
    does."""
    text = _SUFFIX.sub(r"\1", _WITH_SUFFIX.sub(r"(\1)", text))
    text = _NAME.sub(lambda m: number(m.group()), text)
    text = text.replace("&&", " and ").replace("||", " or ").replace("!=", "<>")
    text = text.replace("!", " not ").replace("<>", "!=").replace("/", "//")
    with warnings.catch_warnings(action="ignore"):
        return int(eval(text, {"__builtins__": {}}))
