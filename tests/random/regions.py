"""Small systems whose axes stay free, drawn to upset regions: values that happen to be equal, looks
that overlap here and there, bits that a store of a bool leaves zero.

Members have two bits or are bools, so that enumeration can look at several of them.
"""

from __future__ import annotations

from random import Random

_VIEWS = ("A", "B", "C", "M")
_STRUCTS = (
    "u8 x : 2; u8 y : 2; u8 : 4;",
    "bool x; u8 y : 2; u8 : 6;",
    "bool x : 1; u8 : 2; u8 y : 2;",
    "bool x; u8 : 4; bool y : 1;",
)


def text(seed: int) -> str:
    """The text of one system, with bits alone."""
    return _Draw(Random(seed), _STRUCTS[0], "x86_64").system()


def with_bools(seed: int) -> str:
    """The same with bools, on either byte order."""
    draw = Random(seed)
    return _Draw(draw, draw.choice(_STRUCTS[1:]), draw.choice(("x86_64", "s390x"))).system()


class _Draw:
    def __init__(self, random: Random, members: str, abi: str) -> None:
        self.random, self.members, self.abi = random, members, abi
        self.two = random.random() < 0.3

    def system(self) -> str:
        params = [f"param P in 0..{self.random.randint(3, 6)};"]
        if self.two:
            params.append(f"param Q in 0..{self.random.randint(1, 3)};")
        views = [f"    view {name} : struct two at skb.cb[{self.at()}];" for name in _VIEWS]
        views += [f"    view W : u8[{self.random.randint(2, 3)}] at skb.cb[{self.at()}];"]
        steps = [
            "    step fill { write M; " + self.block(1) + " }",
            f"    step hit {{ {self.block(self.random.randint(1, 3))} }}",
            "    step use { read M; }",
        ]
        return "\n".join(
            [
                'spec drawn "regions";',
                f"abi {self.abi};",
                "object skb { char cb[10]; }",
                f"struct two {{ {self.members} }};",
                *params,
                "layer l {",
                *views,
                *steps,
                "}",
                "path p { fill; " + self.body() + " use; }",
                *(
                    ["path q { fill; hit; " + self.statement(0) + " use; }"]
                    if self.random.random() < 0.3
                    else []
                ),
                "property kept: preserved M from fill to use;",
                f"property part: preserved M.{self.member()} from fill to use;",
                f"property equal: holds M.x {self.random.choice(('==', '<='))} {self.value()} at use;",
                *self.random.sample(
                    ["property mine: owned;", "property stored: written M by fill;"], 1
                ),
            ]
        )

    def at(self) -> str:
        axes = ["P", "Q"] if self.two else ["P"]
        forms = [
            str(self.random.randint(0, 6)),
            self.random.choice(axes),
            f"{self.random.choice(axes)} + 1",
            "6 - P",
        ]
        if self.two:
            forms += ["P + Q"]
        return self.random.choice(forms)

    def member(self) -> str:
        return self.random.choice("xy")

    def place(self) -> str:
        return f"{self.random.choice(_VIEWS)}.{self.member()}"

    def whole(self) -> str:
        return self.random.choice((*_VIEWS, "W", self.place()))

    def value(self) -> str:
        if "bool" in self.members and self.random.random() < 0.3:
            return f"{self.random.choice(_VIEWS)}.x"  # which may hold neither 0 nor 1
        drawn = self.random.random()
        return (
            self.place()
            if drawn < 0.4
            else f"{self.place()} + 1"
            if drawn < 0.5
            else str(self.random.randint(0, 3))
        )

    def body(self) -> str:
        return self.random.choice(
            ("hit;", "hit;", "either { hit; } or { }", f"{self.statement(1)} hit;")
        )

    def block(self, count: int) -> str:
        return " ".join(self.statement(1) for _ in range(count))

    def statement(self, depth: int) -> str:
        drawn = self.random.random()
        if drawn < 0.2:
            return f"write {self.whole()};"
        if drawn < 0.4:
            return f"clear {self.whole()};"
        if drawn < 0.7:
            return f"write {self.place()} = {self.value()};"
        if drawn < 0.8:
            one, other = self.random.choice(_VIEWS), self.random.choice(_VIEWS)
            return f"copy {one} -> {other};"
        if depth == 0:
            return f"write {self.place()};"
        comparison = self.random.choice(("==", "!=", "<"))
        return f"if ({self.place()} {comparison} {self.value()}) {{ {self.statement(depth - 1)} }}"
