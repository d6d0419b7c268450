"""Where addresses of `sk_buff.cb` go in GIMPLE, and what is read and stored there. Statements
are a set: no order, no ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.source.second.gimple import Function, _split, record

Access = tuple[str, str, str]  # view, member, R or W
# Views and members in them that an address may be of; a view "" is bytes
Seen = frozenset[tuple[str, str]]
NOTHING: Seen = frozenset()
OBJECT, MEMBER = "sk_buff", "cb"
SUM = "+"  # instead of a member, where a number was added to an address

_NAME = r"[A-Za-z_]\w*(?:\.\d+)*|D\.\d+|_\d+"
_STEP = r"(?:->|\.)(?:D\.\d+|[A-Za-z_]\w*)|\[[^][]*\]"
_BASE = rf"MEM(?: <[^<>]*>)? \[\([^()]*\)(?:{_NAME})[^\]]*\]|MEM\[\([^()]*\)(?:{_NAME})[^\]]*\]|\(\*(?:{_NAME})\)|\*?(?:{_NAME})"
PLACE = re.compile(rf"(&?)({_BASE})((?:{_STEP})*)")
_MEMORY = re.compile(rf"MEM ?(?:<([^<>]*)> ?)?\[\(([^()]*)\)({_NAME})(.*)\]")
_ASSIGN = re.compile(r"^(.+?) =(?:\{v\})? (.+);$")
_TARGET = re.compile(rf"^({_NAME}) = ")
_CALL = re.compile(rf"^({_NAME}) \((.*)\)$")
_READS = {"memcpy": (1,), "memmove": (1,), "memcmp": (0, 1), "strlen": (0,)}
_STORES = {"memcpy": (0,), "memmove": (0,), "memset": (0,)}
DEPTH = 14


@dataclass
class Done:
    """What a function does, by itself and to what it was handed; what it returns; what it hands
    to whom that has no body."""

    accesses: set[Access] = field(default_factory=set)
    escapes: set[tuple[str, str, str]] = field(default_factory=set)  # function, view, member
    returned: Seen = NOTHING
    # Those of `accesses` through variables that hold several things
    loose: set[Access] = field(default_factory=set)


class Flow:
    """The functions of one file. What is asked of one is remembered by what its parameters are
    given."""

    def __init__(self, found: Iterable[Function], file: str) -> None:
        self.functions = {each.name: each for each in found}
        self.file = file
        self.known: dict[tuple[str, tuple[Seen, ...]], Done] = {}
        self.active: list[str] = []
        # Where the type in front of `->cb` is not printed
        self.unsure: set[tuple[str, str]] = set()

    def own(self) -> Iterator[str]:
        return (name for name, each in self.functions.items() if each.file == self.file)

    def done(self, name: str, given: tuple[Seen, ...] = ()) -> Done:
        key = (name, given)
        if key not in self.known:
            if name in self.active or len(self.active) > DEPTH:
                return Done()
            self.active.append(name)
            self.known[key] = One(self, self.functions[name], given).run()
            self.active.pop()
        return self.known[key]


class One:
    """One function, until no variable learns anything."""

    def __init__(self, flow: Flow, function: Function, given: tuple[Seen, ...]) -> None:
        self.flow, self.function = flow, function
        self.points: dict[str, Seen] = {}
        self.targets = Counter(m[1] for line in function.lines if (m := _TARGET.match(line)))
        self.targets.update(function.params)
        self.several: set[str] = {name for name, count in self.targets.items() if count > 1}
        for name, seen in zip(function.params, given, strict=False):
            self._learn(name, seen)
        self.made = Done()

    def run(self) -> Done:
        while True:
            before = dict(self.points), self.made.returned
            for line in self.function.lines:
                self.statement(line)
            if before == (self.points, self.made.returned):
                return self.made

    def statement(self, line: str) -> None:
        if line.startswith("__asm__"):
            self._assembly(line)
            return
        if line.startswith("return "):
            held = self.value(line[7:].rstrip(";"))
            self.made.returned |= frozenset(
                _as(each, record(self.function.result)) for each in held
            )
            return
        match = _ASSIGN.match(line)
        if match and not line.startswith(("if ", "switch ")):
            self.assign(match[1], match[2])
        else:
            self.value(line.rstrip(";"))

    def _assembly(self, line: str) -> None:
        """Outputs are stored, inputs are read: gcc has taken what is both apart."""
        for kind, operands in zip("WR", line.split(" : ")[1:3], strict=False):
            for place in PLACE.finditer(operands):
                if not place[1] and (place[3] or not re.fullmatch(_NAME, place[2])):
                    self._note(place, kind)

    def assign(self, left: str, right: str) -> None:
        held = self.value(right)
        target = PLACE.fullmatch(_inside(left))
        if target is None:
            return
        if not target[3] and re.fullmatch(_NAME, target[2]):
            self._learn(target[2], held)
            if held and self._loose(right):
                self.several.add(target[2])
        elif not right.startswith("{CLOBBER"):
            self._note(target, "W")

    def value(self, text: str) -> Seen:
        """Where a value points; what it takes to know it is read."""
        call = _CALL.match(text)
        if call and call[1] not in ("if", "switch"):
            return self.call(call[1], _split(call[2]))
        found = NOTHING
        for place in PLACE.finditer(_inside(text)):
            if not place[1] and (place[3] or not re.fullmatch(_NAME, place[2])):
                self._note(place, "R")
            else:
                found |= self.place(place)
        moved = re.search(r" \+ (\d+)$", text)
        if moved:
            return frozenset(("", SUM) for _ in found) if int(moved[1]) < 1 << 63 else NOTHING
        return frozenset(("", SUM) for _ in found) if " + " in text else found

    def call(self, name: str, arguments: list[str]) -> Seen:
        held = tuple(self.value(each.strip()) for each in arguments)
        bare = name.removeprefix("__builtin_").removeprefix("__")
        if bare in _READS or bare in _STORES:
            for kind, table in (("R", _READS), ("W", _STORES)):
                for index in table.get(bare, ()):
                    self._add({(*each, kind) for each in held[index]}, arguments[index])
            return held[0]
        function = self.flow.functions.get(name)
        if function is None:
            self.made.escapes |= {(name, *each) for seen in held for each in seen}
            return NOTHING
        done = self.flow.done(name, held if any(held) else ())
        alone = self.flow.done(name) if function.file == self.flow.file else Done()
        self.made.accesses |= done.accesses - alone.accesses
        self.made.escapes |= done.escapes - alone.escapes
        return done.returned

    def _learn(self, name: str, held: Seen) -> None:
        tag = record(self.function.types.get(name, ""))
        seen = frozenset(_as(each, tag) for each in held)
        if seen:
            self.points[name] = self.points.get(name, NOTHING) | seen

    def place(self, match: re.Match[str]) -> Seen:
        """The views and members that an lvalue is, of the object."""
        base, steps = match[2], re.findall(r"(->|\.)(\w+(?:\.\d+)?)|(\[)", match[3])
        memory = _MEMORY.fullmatch(base)
        if memory:
            tag, name = record(memory[2]), memory[3]
            seen = frozenset(_as(e, tag) for e in self.points.get(name, NOTHING))
            if memory[4] and "B" in memory[4]:
                seen = frozenset(("", SUM) for _ in seen)
        else:
            name = base.strip("(*)")
            tag = record(self.function.types.get(name, ""))
            seen = (
                self.points.get(name, NOTHING)
                if "*" in base or match[3].startswith("->") or not match[3]
                else NOTHING
            )
        path = [each[1] for each in steps if each[1] and not re.fullmatch(r"D\.\d+", each[1])]
        if (
            MEMBER in path[:1]
            and (match[3].startswith(f"->{MEMBER}") or memory)
            and self._is_object(tag, name, seen)
        ):
            return frozenset((_joined(("", ""), path[1:]),))
        return frozenset(_joined(each, path) for each in seen)

    def _is_object(self, tag: str, name: str, seen: Seen) -> bool:
        if not tag and not seen:
            self.flow.unsure.add((self.function.name, name))
        return tag == OBJECT or (not tag and not seen)

    def _note(self, match: re.Match[str], kinds: str) -> None:
        self._add({(*each, kind) for each in self.place(match) for kind in kinds}, match[2])

    def _add(self, found: set[Access], through: str) -> None:
        self.made.accesses |= found
        if self._loose(through):
            self.made.loose |= found

    def _loose(self, text: str) -> bool:
        """Whether a value goes through a variable that holds several things."""
        return not self.several.isdisjoint(re.findall(_NAME, text))


def _as(seen: tuple[str, str], tag: str) -> tuple[str, str]:
    """An address as one of a struct: the view begins anew but for members of views."""
    view, path = seen
    if not tag or (path and path != SUM) or tag == view:
        return seen
    return (tag, "")


def _joined(seen: tuple[str, str], path: list[str]) -> tuple[str, str]:
    view, front = seen
    return (view, ".".join(filter(None, (front, *path))))


def _inside(text: str) -> str:
    """Without the words around lvalues that only say how they are looked at."""
    text = re.sub(r"BIT_FIELD_REF <(.*), \d+, \d+>", r"\1", text)
    return re.sub(r"VIEW_CONVERT_EXPR<[^<>]*>\(([^()]*)\)", r"\1", text)
