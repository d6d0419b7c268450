"""Small systems whose loops keep some values in bounds or equal, or seem to.

Counters that stop, flags that come before others, members that are copied from each other, a union
with its tag; in loops in loops, on clones and their makers, beside the packet, on either byte order.
"""

from __future__ import annotations

from random import Random

_HEAD = """spec kept "drawn";
abi {abi};
object skb per path {{ char cb[12]; }}
object stack {{ u8 x; s8 y; u8 room[2]; }}
input few : u8 in 0..2{per_step};
input sign : bool;
struct bits {{ u8 f:1, g:2, h:5; }};
struct in {{ union {{ u8 u; s8 v; bool w; }}; u8 tag; }};
layer l {{
    view N : u8 at skb.cb[0];
    view M : s8 at skb.cb[1];
    view W : u16 at skb.cb[0];
    view S : struct bits at skb.cb[2];
    view I : struct in at skb.cb[3];
    view A : u8[3] at skb.cb[5];
    view Q : bool at skb.cb[8];
    view X : u8 at stack.x;
    view Y : s8 at stack.y;
    step s {{ {s} }}
    step t {{ {t} }}
    step use {{ }}
}}
path p {{ {init} {loop} use; }}
"""

_PLACES = (
    "N",
    "N",
    "N",
    "M",
    "M",
    "S.f",
    "S.g",
    "S.h",
    "I.u",
    "I.v",
    "I.tag",
    "A[0]",
    "A[1]",
    "X",
    "X",
    "Y",
    "W",
    "Q",
)
_VALUES = ("0", "1", "2", "3", "few", "sign", "255", "0 - 1")
_BEGIN = ("clear skb.cb; clear stack.x; clear stack.y;", "clear skb.cb; write X = 0; write Y = 0;",
          "clear skb.cb; copy N -> X; copy N -> Y; write N = few;")  # fmt: skip
_OPERATORS = ("<", "<=", "==", "!=", ">", ">=")


class _Drawing:
    """One system being drawn; `inner` counts loops, whose objects have names of their own."""

    def __init__(self, random: Random) -> None:
        self.random, self.inner = random, 0

    def text(self) -> str:
        draw = self.random
        head = _HEAD.format(
            abi=draw.choice(("x86_64", "x86_64", "i386", "s390x", "m68k")),
            per_step=draw.choice(("", " per step")),
            s=self.block(1, made=False, calls=False),
            t=self.block(1, made=False, calls=False),
            init=draw.choice(_BEGIN) + " " + self.stores(draw.randint(0, 3), False),
            loop=self.loop(2, False),
        )
        claims = [f"holds {self.claim()} at {draw.choice(('use', 'use', 's'))}" for _ in range(4)]
        claims.append(draw.choice(("exact N", "exact M", "exact", "preserved N from s to use")))
        return head + "".join(f"property p{i}: {claim};\n" for i, claim in enumerate(claims))

    # --- conditions -------------------------------------------------------------------------------

    def claim(self) -> str:
        draw = self.random
        first = self.compared()
        return (
            first
            if draw.random() < 0.6
            else f"{first} {draw.choice(('||', '&&'))} {self.compared()}"
        )

    def compared(self, made: bool = False) -> str:
        draw = self.random
        left = self.place(made)
        right = self.place(made) if draw.random() < 0.3 else draw.choice(_VALUES[:4])
        if draw.random() < 0.1:
            left = f"{left} {draw.choice('+-&|')} {draw.choice((right, '1'))}"
        return f"{left} {draw.choice(_OPERATORS)} {right}"

    def place(self, made: bool) -> str:
        place = self.random.choice(_PLACES)
        if made and place not in ("X", "Y") and self.random.random() < 0.5:
            return f"parent.{place}"
        return place

    # --- statements -------------------------------------------------------------------------------

    def stores(self, number: int, made: bool) -> str:
        return " ".join(self.store(made) for _ in range(number))

    def store(self, made: bool) -> str:
        draw = self.random
        place, other = self.place(made), self.place(made)
        match draw.randrange(10):
            case 0 | 1:
                return f"write {place} = {other};"
            case 2 | 3 | 4:
                return f"write {place} = {place} {draw.choice('+-+*^')} {draw.choice(_VALUES[:5])};"
            case 5:
                first, second = draw.sample(("N", "A[0]", "A[1]", "I.u", "X", "stack.room[1]"), 2)
                return f"copy {first} -> {second};"
            case 6:
                return draw.choice(
                    ("clear S;", "clear A;", "clear A for few;", "clear I;", "clear N;")
                )
            case 7:
                return f"write {place} = {self.compared(made)} ? {other} : {draw.choice(_VALUES)};"
        return f"write {place} = {draw.choice(_VALUES)};"

    def loop(self, depth: int, made: bool) -> str:
        draw = self.random
        kind = draw.choice(
            ("repeat", "repeat", "repeat [1..]", "each", "repeat [..2]", "each [0..]")
        )
        if kind.startswith("each"):
            self.inner += 1
            word, _, bounds = kind.partition(" ")
            return f"{word} e{self.inner} {bounds} {{ {self.block(depth, True)} }}"
        return f"{kind} {{ {self.block(depth, made)} }}"

    def block(self, depth: int, made: bool, calls: bool = True) -> str:
        return " ".join(
            self.statement(depth, made, calls) for _ in range(self.random.randint(1, 3))
        )

    def statement(self, depth: int, made: bool, calls: bool) -> str:
        draw = self.random
        kind = draw.choices(
            ("store", "if", "call", "either", "loop", "assume"), (5, 5, 2, 1, 1, 1)
        )[0]
        if depth == 0 and kind != "call":
            return self.store(made)
        match kind:
            case "if":
                other = (
                    f" else {{ {self.block(depth - 1, made, calls)} }}"
                    if draw.random() < 0.3
                    else ""
                )
                return (
                    f"if ({self.compared(made)}) {{ {self.block(depth - 1, made, calls)} }}{other}"
                )
            case "call" if calls:
                return draw.choice(("s;", "t;"))
            case "either":
                return f"either {{ {self.block(depth - 1, made, calls)} }} or {{ }}"
            case "loop" if calls and depth > 1:
                return self.loop(depth - 1, made)
            case "assume" if draw.random() < 0.4:
                return f'assume {self.compared(made)} "drawn";'
        return self.store(made)


def drawn(random: Random) -> str:
    """The text of a small system with a loop that has no bound, asked what values it keeps."""
    return _Drawing(random).text()
