"""Small systems of members of all types, drawn to upset values: what one view stores another reads,
as a bool, as a signed number, as a bit-field, on either byte order.

In loops and on clones as well. Memory begins cleared in most, and few members hold anything, so that all runs can be enumerated.
"""

from __future__ import annotations

from random import Random

# A member's declaration, and its bits.
_MEMBERS = (
    ("bool {}", 8),
    ("bool {} : 1", 1),
    ("s8 {}", 8),
    ("u8 {}", 8),
    ("u8 {} : 2", 2),
    ("signed char {} : 2", 2),
    ("int {} : 3", 3),
    ("u16 {} : 3", 3),
    ("unsigned int {} : 5", 5),
    ("long {} : 2", 2),
    ("__be16 {}", 16),
    ("u16 {}", 16),
    ("s16 {}", 16),
    ("u32 {}", 32),
    ("enum e {}", 32),
)
_ABIS = ("x86_64", "i386", "arm", "ppc64le", "s390x", "m68k")
_CONSTANTS = (
    *("0", "1", "2", "3", "5", "7", "-1", "-2", "127", "128", "255", "256"),
    *("0x8000", "0x100000000", "1u", "-1u", "ONE", "BELOW"),
)
_OPERATORS = ("+", "-", "*", "&", "|", "^", "&&", "||", "==", "!=", "<", ">=")
_ANY = 2  # members that hold anything, of one or two bits each or a bool


def text(seed: int) -> str:
    """The text of one system."""
    return _Draw(Random(seed)).system()


class _Draw:
    def __init__(self, random: Random) -> None:
        self.random = random
        drawn = [random.choice(_MEMBERS) for _ in range(random.randint(2, 3))]
        self.members = dict(zip("abc", drawn, strict=False))
        self.axis, self.input = self.chance(0.4), self.chance(0.3)
        self.views = ["A", "B", "C", "S"] if self.chance(0.5) else ["A", "B", "S"]
        self.any_left = _ANY

    def system(self) -> str:
        return "\n".join(
            [
                'spec typed "members of all types";',
                f"abi {self.pick(*_ABIS)};",
                "enum e { NONE, ONE = 5, BELOW = -3 };",
                f"struct t {{ {self.body()} }}{self.pick('', ' __packed')};",
                "object skb { char cb[20]; }",
                "object stack { u8 room[20]; }",
                *([f"param P in 0..{self.random.randint(1, 3)};"] if self.axis else []),
                *(["input n : u8 in 0..2;"] if self.input else []),
                "layer l {",
                *(
                    f"    view {view} : struct t at skb.cb[{self.at()}];"
                    for view in self.views[:-1]
                ),
                f"    view S : struct t at stack.room[{self.random.randint(0, 2)}];",
                f"    view F : u8 at skb.cb[{self.random.randint(0, 9)}];",
                f"    step set {{ {self.pick('', *3 * ['clear skb.cb; clear stack.room;'])} {self.block(2)} }}",
                f"    step hit {{ {self.block(self.random.randint(1, 3))} }}",
                f"    step use {{ {self.pick('', '', f'write F = {self.value(1)};')} }}",
                "}",
                f"path p {{ set; {self.between()} use; }}",
                f"property simple: holds {self.truth(1)} at use;",
                f"property deep: holds {self.truth(2)} at use;",
                f"property member: preserved {self.member()} from set to use;",
                f"property whole: preserved {self.pick(*self.views)} from set to use;",
                f"property exact: exact {self.pick(*self.views, self.member())};",
            ]
        )

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def between(self) -> str:
        plain = "hit;", "hit;", "hit;", "either { hit; } or { }", "repeat [..2] { hit; }"
        loops = (
            "repeat { hit; }",
            "repeat [1..] { hit; }",
            "each e { hit; copy parent.A -> B; } hit;",
        )
        clone = "clone c; hit; on c { hit; } copy c.A -> B;"
        return self.pick(*plain, *loops, clone, f"if ({self.truth(1)}) {{ hit; }}")

    def body(self) -> str:
        members = " ".join(
            declared.format(name) + ";" for name, (declared, _) in self.members.items()
        )
        return members if self.chance(0.85) else f"union {{ struct {{ {members} }}; u8 raw[2]; }};"

    def at(self) -> str:
        if self.axis and self.chance(0.6):
            return self.pick("P", "P + 1", "3 - P")
        return str(self.random.randint(0, 4))

    def member(self) -> str:
        return f"{self.pick(*self.views)}.{self.pick(*self.members)}"

    # --- values -----------------------------------------------------------------------------------

    def value(self, depth: int) -> str:
        """An expression of members and constants."""
        drawn = self.random.random()
        if depth == 0 or drawn < 0.35:
            constant = "n" if self.input and self.chance(0.3) else self.pick(*_CONSTANTS)
            return self.member() if self.chance(0.6) else constant
        one = self.value(depth - 1)
        if drawn < 0.75:
            return f"({one} {self.pick(*_OPERATORS)} {self.value(depth - 1)})"
        if drawn < 0.83:
            return f"({one} {self.pick('<<', '>>')} {self.pick('1', '2', '3', '7')})"
        if drawn < 0.88:
            return f"({one} {self.pick('/', '%')} {self.pick('2', '3', '-2')})"
        if drawn < 0.95:
            return f"{self.pick('-', '~', '!')}({one})"
        return f"({one} ? {self.value(depth - 1)} : {self.value(depth - 1)})"

    def truth(self, depth: int) -> str:
        signs = ("==", "!=", "<", "<=", ">")
        return f"{self.value(depth)} {self.pick(*signs)} {self.value(depth - 1)}"

    # --- statements -------------------------------------------------------------------------------

    def block(self, count: int) -> str:
        return " ".join(self.statement(1) for _ in range(count))

    def statement(self, depth: int) -> str:
        drawn = self.random.random()
        if drawn < 0.12:
            return self.anything()
        if drawn < 0.5:
            return f"write {self.member()} = {self.value(2)};"
        if drawn < 0.6:
            return f"copy {self.pick(*self.views)} -> {self.pick(*self.views)};"
        if drawn < 0.68:
            return f"clear {self.pick(*self.views)};"
        if drawn < 0.73:
            return f"write F = {self.value(1)};"
        if drawn < 0.76:
            return f'assume {self.truth(1)} "so it is";'
        if depth == 0:
            return f"write {self.member()} = {self.pick(*_CONSTANTS)};"
        inner = f"if ({self.truth(1)}) {{ {self.statement(depth - 1)} }}"
        return inner + (f" else {{ {self.statement(depth - 1)} }}" if self.chance(0.3) else "")

    def anything(self) -> str:
        """A member that holds anything, if it is small, and there are some left."""
        member = self.member()
        declared, bits = self.members[member[-1]]
        if self.any_left and (bits <= 2 or declared.startswith("bool")):
            self.any_left -= 1
            return f"write {member};"
        return f"write {member} = {self.pick(*_CONSTANTS)};"
