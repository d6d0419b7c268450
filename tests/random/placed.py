"""Small systems whose places move: elements of an array at the index that an input tells, and first
bytes of a place, as many as a typed member or an expression says.

Elements are of all types; a length may be negative, and an index may lie beyond its array or its area.
"""

from __future__ import annotations

from random import Random

# An element's type, and how its value is named from the element on.
_ELEMENTS = {
    "bool": ("",),
    "s8": ("",),
    "u8": ("",),
    "u16": ("",),
    "__be16": ("",),
    "int": ("",),
    "struct pair": (".x", ".y"),
    "struct parts": (".x", ".y", ".z"),
}
_CONSTANTS = ("0", "1", "2", "3", "5", "-1", "127", "255", "256")
_SMALL = ("bool", "u8", "struct pair", "struct parts")  # of which an element may hold anything
_ANY = 2  # members that hold anything


def text(seed: int) -> str:
    """The text of one system."""
    return _Draw(Random(seed)).system()


class _Draw:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.element = self.pick(*_ELEMENTS, "bool", "enum e")
        self.count, self.other = random.randint(2, 3), self.pick("u8", "s8", "bool", "u16")
        self.axis = self.chance(0.35)
        self.inputs = ["i", "j"] if self.chance(0.5) else ["i"]
        self.any_left = _ANY

    def system(self) -> str:
        return "\n".join(
            [
                'spec placed "places that move";',
                f"abi {self.pick('x86_64', 's390x', 'arm', 'ppc64le', 'm68k')};",
                "enum e { NONE, ONE = 5, BELOW = -3 };",
                "struct pair { u8 x; bool y; };",
                "struct parts { u8 x : 3; bool y : 1; s8 z : 4; };",
                f"struct t {{ {self.body()} }}{self.pick('', ' __packed')};",
                f"object skb {{ {self.pick('', 'u8 front;')} char cb[{self.random.randint(6, 18)}]; "
                f"{self.pick('', 'u16 back;', 'bool back;')} }}",
                "object stack { u8 room[12]; }",
                *([f"param P in 0..{self.random.randint(1, 3)};"] if self.axis else []),
                *(f"input {name} : {self.domain()};" for name in self.inputs),
                "layer l {",
                f"    view A : struct t at skb.cb[{self.at()}];",
                f"    view B : struct t at skb.cb[{self.at()}];",
                f"    view S : {self.element}[2] at stack.room[{self.random.randint(0, 2)}];",
                f"    view W : {self.other}[3] at skb.cb[{self.at()}];",
                f"    step set {{ {self.pick('', *4 * ['clear skb.cb; clear stack.room;'])} {self.block(2)} }}",
                f"    step hit {{ {self.block(self.random.randint(1, 3))} }}",
                f"    step use {{ {self.use()} }}",
                "}",
                f"path p {{ set; {self.between()} use; }}",
                *self.properties(),
            ]
        )

    def properties(self) -> list[str]:
        member = self.pick(self.fixed(), f"{self.struct()}.e[1]", f"{self.struct()}.e")
        right = self.pick(self.constant(), self.fixed())
        since = (f"{claim} set" for claim in ("written by", "written since"))
        return [
            f"property length: holds {self.struct()}.len {self.sign()} {self.constant()} at use;",
            f"property value: holds {self.fixed()} {self.sign()} {right} at use;",
            f"property member: preserved {member} from set to use;",
            f"property whole: preserved {self.pick('A', 'B', 'W', 'S')} from set to use;",
            "property exact: exact;",
            f"property mine: {self.pick('owned', 'written', 'written or cleared by set', *since)};",
        ]

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def body(self) -> str:
        members = (
            f"{self.element} e[{self.count}]; {self.pick('s8', 'u8', 'bool', 's16')} len; "
            f"{self.pick('u8 t;', 'bool t;', 'u8 t : 4; u8 s : 4;', '')}"
        )
        inside = f"union {{ struct {{ {members} }}; {self.other} w[3]; }};"
        return inside if self.chance(0.25) else members

    def domain(self) -> str:
        low, high = self.random.choice(
            ((0, 1), (0, 2), (-1, 1), (1, 3), *2 * [(0, self.count - 1)])
        )
        type = "s8" if low < 0 else self.pick("u8", "s8", "int", "u64")
        type = self.pick(type, "bool") if (low, high) == (0, 1) else type
        return f"{type} in {low}..{high}{self.pick('', ' per step')}"

    def at(self) -> str:
        moved = self.axis and self.chance(0.5)
        return self.pick("P", "P + 1", "3 - P") if moved else str(self.random.randint(0, 4))

    def between(self) -> str:
        return self.pick(
            *3 * ["hit;"],
            "hit; hit;",
            "either { hit; } or { }",
            "repeat [..2] { hit; }",
            "repeat { hit; }",
            "clone c; hit; on c { hit; } copy c.A -> B;",
            "each turn { hit; copy parent.A -> B; } hit;",
            f"if ({self.truth()}) {{ hit; }}",
        )

    # --- places -----------------------------------------------------------------------------------

    def struct(self) -> str:
        return self.pick("A", "B")

    def index(self) -> str:
        return self.pick(*2 * self.inputs, str(self.random.randint(0, 1)))

    def value(self, index: str | None = None) -> str:
        """A place that has a value."""
        drawn, index = self.random.random(), index or self.index()
        leaf = self.pick(*_ELEMENTS.get(self.element, ("",)))
        if drawn < 0.45:
            return f"{self.struct()}.e[{index}]{leaf}"
        if drawn < 0.6:
            return f"S[{index}]{leaf}"
        return f"W[{index}]" if drawn < 0.7 else f"{self.struct()}.len"

    def fixed(self) -> str:
        """The same with a static index, for properties."""
        return self.value(str(self.random.randint(0, 1)))

    def place(self) -> str:
        """A place of one element."""
        return f"{self.pick('A.e', 'B.e', 'S')}[{self.index()}]"

    def whole(self) -> str:
        """A place of which some first bytes are meant."""
        return self.pick(
            *("A", "B", "W", "S", "A.e", "B.e", "skb.cb[1]"),
            f"A.e[{self.index()}]",
            f"W[{self.index()}]",
        )

    # --- values -----------------------------------------------------------------------------------

    def constant(self) -> str:
        return self.pick(*_CONSTANTS, "ONE")

    def sign(self) -> str:
        return self.pick("==", "!=", "<", "<=", ">")

    def number(self, depth: int = 1) -> str:
        """An expression of members, inputs and constants."""
        drawn = self.random.random()
        if drawn < 0.3 or depth == 0:
            return self.constant() if self.chance(0.5) else self.value()
        if drawn < 0.45:
            return self.pick(*self.inputs)
        if drawn < 0.9:
            operator = self.pick("+", "-", "*", "&", "|", "&&", "==", "<")
            return f"({self.number(depth - 1)} {operator} {self.number(depth - 1)})"
        return f"{self.pick('-', '~', '!')}({self.number(depth - 1)})"

    def truth(self) -> str:
        return f"{self.number()} {self.sign()} {self.number(0)}"

    def length(self) -> str:
        drawn = self.random.random()
        if drawn < 0.45:
            return f"{self.struct()}.len"
        if drawn < 0.6:
            return self.pick(*self.inputs)
        if drawn < 0.75:
            return self.value()
        return self.pick(
            *("1", "2", "3", "A.len * 2", "B.len + 1"),
            f"{self.struct()}.len - {self.pick(*self.inputs)}",
            f"({self.number()})",
        )

    # --- statements -------------------------------------------------------------------------------

    def use(self) -> str:
        return self.pick(
            *("", "read A.e;", "read B;", "read A.len; read W;"),
            f"read {self.place()};",
            f"read {self.value()};",
            f"read {self.whole()} for {self.length()};",
        )

    def block(self, count: int) -> str:
        return " ".join(self.statement(1) for _ in range(count))

    def statement(self, depth: int) -> str:
        drawn = self.random.random()
        if drawn < 0.08 and self.any_left:
            self.any_left -= 1
            small = self.element in _SMALL
            return f"write {self.value() if small else f'{self.struct()}.len'};"
        if drawn < 0.35:
            return f"write {self.value()} = {self.number(2)};"
        if drawn < 0.45:
            return f"write {self.struct()}.len = {self.number()};"
        if drawn < 0.55:
            return f"copy {self.place()} -> {self.place()};"
        if drawn < 0.62:
            return f"copy {self.whole()} -> {self.whole()} for {self.length()};"
        if drawn < 0.76:
            some = f" for {self.length()}" if self.chance(0.7) else ""
            return f"clear {self.whole()}{some};"
        if drawn < 0.78:
            return f"copy {self.struct()} -> {self.struct()};"
        if drawn < 0.82:
            return f'assume {self.truth()} "so it is";'
        if depth == 0:
            return f"write {self.value()} = {self.constant()};"
        inner = f"if ({self.truth()}) {{ {self.statement(0)} }}"
        return inner + (f" else {{ {self.statement(0)} }}" if self.chance(0.3) else "")
