"""The text of a spec as plain tuples and a few records: as much of the language as random
systems use, and simple specs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Expr = tuple[Any, ...]
"""("num", value, bits, signed) | ("place", Place) | ("sizeof", Type | Place) | ("offsetof" | "has", Type, path) |
("un", op, e) | ("bin", op, a, b) | ("if", condition, a, b)"""
Type = tuple[Any, ...]
"""("scalar", name) | ("struct", tag) | ("array", Type, Expr) | ("body", kind, tag, [Member], packed)"""

_TOKEN = re.compile(
    r'\s+|//[^\n]*|/\*.*?\*/|(#define[^\n]*|"[^"]*"|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|\w+'
    r"|->|\.\.\.|\.\.|<<|>>|<=|>=|==|!=|&&|\|\||.)",
    re.S,
)
_LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
)
_LEVELS += (("*", "/", "%"),)  # type: ignore[assignment]
_WORDS = ("unsigned", "signed", "char", "short", "int", "long")


@dataclass(frozen=True, eq=False)
class Place:
    """What a statement names: `head` and what follows it, (".", name) or ("[", Expr)."""

    head: str
    then: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Member:
    """One of a struct; `group` where it is the inside of a struct_group of that name, `width` of
    a bit-field."""

    name: str | None
    type: Type
    width: Expr | None = None
    aligned: Expr | None = None
    group: bool = False


@dataclass(frozen=True, eq=False)
class Statement:
    kind: str
    places: tuple[Place, ...] = ()
    value: Expr | None = None
    length: Expr | None = None
    name: str = ""
    blocks: tuple[tuple[Statement, ...], ...] = ()
    low: Expr | None = None
    high: Expr | None = None


Block = tuple[Statement, ...]


@dataclass(frozen=True)
class Property:
    """`names` are the steps of `from S to T`, of `at T`, or WHO; `where` is None where nothing
    narrows it."""

    name: str
    kind: str
    when: Expr | None
    places: tuple[Place, ...] = ()
    value: Expr | None = None
    names: tuple[str, ...] = ()
    where: tuple[str, ...] | None = None
    later: tuple[Place, ...] = ()
    since: str | None = None
    cleared: bool = False


@dataclass
class Spec:
    abis: list[str] = field(default_factory=list)
    params: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    packings: dict[str, dict[str, Type]] = field(default_factory=dict)
    structs: dict[str, Type] = field(default_factory=dict)
    defines: dict[str, Expr] = field(default_factory=dict)
    requires: list[Expr] = field(default_factory=list)
    objects: dict[str, list[Member]] = field(default_factory=dict)
    per_path: str | None = None
    inputs: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    views: dict[str, tuple[Type, list[tuple[Place, Expr | None]]]] = field(default_factory=dict)
    layers: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[str, Block] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)


class Reader:
    """Goes through the tokens once; a text is known to be right, so that nothing is checked."""

    def __init__(self, text: str) -> None:
        self.tokens = [found[1] for found in _TOKEN.finditer(text) if found[1]]
        self.at = 0
        self.spec = Spec()

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def want(self, token: str) -> None:
        found = self.next()
        assert found == token, (
            found,
            token,
            " ".join(self.tokens[max(0, self.at - 12) : self.at + 5]),
        )

    def several(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self.take(","):
            found.append(read())
        return found

    # --- declarations

    def read(self) -> Spec:
        while self.at < len(self.tokens):
            if not self.take(";"):
                self.declaration(self.next())
        return self.spec

    def declaration(self, word: str) -> None:
        spec = self.spec
        match word:
            case "spec":
                self.skip(";")
            case "abi":
                spec.abis = self.several(self.next)
                self.skip(";")
            case "param":
                self.param(self.next())
            case "packing":
                self.packing()
            case "struct" | "union":
                tag = self.next()
                self.at -= 2
                spec.structs[tag] = self.type()
            case "object":
                name = self.next()
                if self.take("per"):
                    self.want("path")
                    spec.per_path = name
                spec.objects[name] = self.members()
            case "input":
                name, _, _, kind, low, high = (
                    self.next(),
                    self.take("unused"),
                    self.want(":"),
                    self.type(),
                    None,
                    None,
                )
                if self.take("in"):
                    low, _, high = self.expr(), self.want(".."), self.expr()
                spec.inputs[name] = (kind, low, high, self.take("per"))
                self.skip(";")
            case "require":
                spec.requires.append(self.expr())
            case "layer":
                self.layer(self.next())
            case "path" | "part":
                name = self.next()
                self.title()
                spec.bodies[name] = self.block()
                spec.paths += [name] if word == "path" else []
            case "property":
                spec.properties.append(self.property())
            case "proposal":
                self.skip("{")
                self.braces()
            case "ask":
                self.skip(";")
            case _ if word.startswith("#define"):
                _, name, value = word.split(None, 2)
                spec.defines[name] = Reader(value).expr()
            case "expect":
                self.skip(";")
            case _:
                raise ValueError(word)

    def skip(self, end: str) -> None:
        while self.next() != end:
            pass

    def braces(self) -> None:
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.next(), 0)

    def title(self) -> None:
        while self.peek().startswith('"'):
            self.next()

    def param(self, name: str) -> None:
        if not self.take("in"):
            self.spec.params[name] = ("names", ["no", "yes"])
        elif self.take("{"):
            self.spec.params[name] = ("names", self.several(self.next))
        else:
            low, _, high = self.expr(), self.want(".."), self.expr()
            self.spec.params[name] = ("range", low, high)
        self.skip(";")

    def packing(self) -> None:
        kind, tag = self.next(), self.next()
        self.skip("{")
        arms = self.spec.packings[tag] = {}
        while not self.take("}"):
            if not self.take(";"):
                arm = self.next()
                self.title()
                members = self.members()
                arms[arm] = ("body", kind, tag, members, self.attributes()[0])

    def layer(self, name: str) -> None:
        self.title()
        self.want("{")
        steps = self.spec.layers[name] = []
        while not self.take("}"):
            match self.next():
                case "view":
                    view, _, _, kind, _ = (
                        self.next(),
                        self.take("unused"),
                        self.want(":"),
                        self.type(),
                        self.want("at"),
                    )
                    self.spec.views[view] = kind, self.several(self.location)
                    self.want(";")
                case "step":
                    step = self.next()
                    self.title()
                    steps.append(f"{name}.{step}")
                    self.spec.bodies[steps[-1]] = self.block()
                case "reads" | "writes":
                    self.skip(";")

    def location(self) -> tuple[Place, Expr | None]:
        return self.place(), self.expr() if self.take("when") else None

    def property(self) -> Property:
        name = self.next()
        self.title()
        when = self.expr() if self.take("when") else None
        self.want(":")
        kind, places, value, names = self.next(), [], None, []
        later, since, cleared = [], None, self.take("or") and self.take("cleared")
        if kind == "holds":
            value = self.expr()
        elif self.peek() not in (";", "in", "by", "since"):
            places = self.several(self.place)
        if kind == "preserved":
            names = [self.after("from")]
            later = self.several(self.place) if self.take("as") else []
            names.append(self.after("at" if later else "to"))
        elif kind == "holds":
            names = [self.after("at")]
        elif self.take("by"):
            names = self.several(self.dotted)
        since = self.dotted() if self.take("since") else None
        where = tuple(self.several(self.dotted)) if self.take("in") else None
        return Property(
            name,
            kind,
            when,
            tuple(places),
            value,
            tuple(names),
            where,
            tuple(later),
            since,
            cleared,
        )

    def after(self, word: str) -> str:
        self.want(word)
        return self.dotted()

    def dotted(self) -> str:
        name = self.next()
        return f"{name}.{self.next()}" if self.take(".") else name

    # --- types

    def attributes(self) -> tuple[bool, Expr | None]:
        packed, aligned = False, None
        while self.peek() in ("__packed", "__aligned"):
            if self.next() == "__packed":
                packed = True
            else:
                aligned = self.primary()
        return packed, aligned

    def type(self) -> Type:
        word = self.next()
        if word in ("struct", "union"):
            tag = "" if self.peek() == "{" else self.next()
            found: Type = ("struct", tag)
            if self.peek() == "{":
                members = self.members()
                found = ("body", word, tag, members, self.attributes()[0])
        else:
            words = [word]
            while word in _WORDS and self.peek() in _WORDS:
                words.append(self.next())
            found = ("scalar", " ".join(words))
        while self.take("*"):
            found = ("scalar", "void *")
        return self.dimensions(found)

    def dimensions(self, of: Type) -> Type:
        if not self.take("["):
            return of
        count, _ = self.expr(), self.want("]")
        return ("array", self.dimensions(of), count)

    def members(self) -> list[Member]:
        self.want("{")
        found: list[Member] = []
        while not self.take("}"):
            found += self.member()
        return found

    def member(self) -> list[Member]:
        if self.take(";"):
            return []
        if self.take("struct_group"):
            self.want("(")
            name, _ = self.next(), self.want(",")
            inside: list[Member] = []
            while not self.take(")"):
                inside += self.member()
            self.want(";")
            return [Member(name, ("body", "struct", "", inside, False), group=True)]
        kind = self.type()
        if self.take(";"):
            return [Member(None, kind)]
        return [*self.several(lambda: self.declared(kind)), *self.end()]

    def end(self) -> list[Member]:
        self.want(";")
        return []

    def declared(self, kind: Type) -> Member:
        kind = ("scalar", "void *") if self.take("*") else kind
        name = None if self.peek() == ":" else self.next()
        kind = self.dimensions(kind)
        width = self.expr() if self.take(":") else None
        return Member(name, kind, width, self.attributes()[1])

    # --- statements

    def block(self) -> Block:
        self.want("{")
        found = []
        while not self.take("}"):
            if not self.take(";"):
                found.append(self.statement())
        return tuple(found)

    def statement(self) -> Statement:
        if self.peek(1) == ";" and self.peek() != "consume":
            return self.call()
        if self.peek(1) == "." and self.peek(3) == ";":
            return self.call()
        match word := self.next():
            case "read" | "write" | "clear":
                return self.access(word, tuple(self.several(self.place)))
            case "copy":
                return self.access(word, (self.place(), self.next_place()))
            case "clone" | "new" | "share":
                return self.ended(Statement(word, name=self.next()))
            case "consume":
                return self.ended(Statement(word))
            case "assume":
                value = self.expr()
                self.skip(";")
                return Statement(word, value=value)
            case "on":
                name = self.next()
                return Statement(word, name=name, blocks=(self.block(),))
            case "each" | "repeat":
                name = self.next() if word == "each" else ""
                low, high = self.bounds(word)
                return Statement(word, name=name, blocks=(self.block(),), low=low, high=high)
            case "optionally":
                return Statement("either", blocks=(self.block(), ()))
            case "either":
                blocks = [self.block()]
                while self.take("or"):
                    blocks.append(self.block())
                return Statement(word, blocks=tuple(blocks))
            case "if" | "when":
                value, then = self.expr(), self.block()
                other: Block = ()
                if self.take("else"):
                    other = self.block() if self.peek() == "{" else (self.statement(),)
                return Statement(word, value=value, blocks=(then, other))
        raise ValueError(word)

    def call(self) -> Statement:
        return self.ended(Statement("call", name=self.dotted()))

    def ended(self, statement: Statement) -> Statement:
        self.want(";")
        return statement

    def next_place(self) -> Place:
        self.want("->")
        return self.place()

    def access(self, kind: str, places: tuple[Place, ...]) -> Statement:
        value = self.expr() if self.take("=") else None
        length = self.expr() if self.take("for") else None
        return self.ended(Statement(kind, places, value, length))

    def bounds(self, word: str) -> tuple[Expr, Expr | None]:
        low: Expr | None = None
        high: Expr | None = None
        if self.take("["):
            low = None if self.peek() == ".." else self.expr()
            if not self.take(".."):
                high = low
            elif self.peek() != "]":
                high = self.expr()
            self.want("]")
        return low or ("num", int(word == "each"), 32, True), high

    # --- places and expressions

    def place(self) -> Place:
        head, then = self.next(), []
        while self.peek() in (".", "["):
            if self.take("."):
                then.append((".", self.next()))
            else:
                self.want("[")
                then.append(("[", self.expr()))
                self.want("]")
        return Place(head, tuple(then))

    def expr(self, level: int = 0) -> Expr:
        if level == 0:
            condition = self.expr(1)
            if self.take("?"):
                yes, _, no = self.expr(), self.want(":"), self.expr()
                return ("if", condition, yes, no)
            return condition
        if level > len(_LEVELS):
            return self.unary()
        left = self.expr(level + 1)
        while self.peek() in _LEVELS[level - 1]:
            left = ("bin", self.next(), left, self.expr(level + 1))
        return left

    def unary(self) -> Expr:
        if self.peek() in ("-", "+", "~", "!"):
            return ("un", self.next(), self.unary())
        return self.primary()

    def primary(self) -> Expr:
        word = self.peek()
        if self.take("("):
            inner, _ = self.expr(), self.want(")")
            return inner
        if word[:1].isdigit():
            return number(self.next())
        if word in ("sizeof", "offsetof", "has"):
            self.next()
            self.want("(")
            named = (
                word == "sizeof"
                and self.peek() not in ("struct", "union", *_WORDS)
                and not _scalar(self.peek())
            )
            what: Any = self.place() if named else self.type()
            path = self.place() if self.take(",") else None
            self.want(")")
            return (word, what, path)
        return ("place", self.place())


def _scalar(word: str) -> bool:
    return re.fullmatch(r"[us](8|16|32|64)|__[bl]e(16|32|64)|bool", word) is not None


def number(text: str) -> Expr:
    """A literal, with the first of C's types that holds it (as on a 64-bit ABI)."""
    digits = text.rstrip("uUlL")
    suffix = text[len(digits) :].lower()
    value = int(digits, 8) if re.fullmatch(r"0\d+", digits) else int(digits, 0)
    signed = "u" not in suffix
    bits = 64 if "l" in suffix or value >= 1 << (32 - signed) else 32
    return ("num", value, bits, signed)


def read(text: str) -> Spec:
    return Reader(text).read()
