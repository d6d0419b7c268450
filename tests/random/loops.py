"""Small systems whose loops break in a late turn, if at all.

Flags that one turn sets and a later one tests, steps on clones and on the packet alike, stores over
each other in any order, with and without `for`, an object that exists once.
"""

from __future__ import annotations

from random import Random

_HEAD = """spec loops "drawn";
object skb {{ char cb[5]; }}
object stack {{ u8 x; u8 y; }}
struct state {{ u8 f:1, g:1; }};
layer l {{
    view S : struct state at skb.cb[4];
    view A : u16 at skb.cb[0];
    view B : u8[2] at skb.cb[1];
    view b1 : u8 at skb.cb[1];
    view b2 : u8 at skb.cb[2];
    view T : u8[3] at skb.cb[1];
    view X : u8 at stack.x;
    view Y : u8 at stack.y;
    step s {{ {s} }}
    step t {{ {t} }}
    step r {{ read X; }}
    step b {{ read b1; }}
    step use {{ read b2; }}
}}
path p {{ {init} {loop} {after} }}
"""

_STORES = (
    "write A;", "clear A;", "write B;", "clear B;", "write b1;", "write b2 = 5;", "clear b2;", "clear T for 2;",
    "write T for 1;", "write X;", "clear X;", "copy X -> b1;", "copy b1 -> X;", "copy b2 -> Y;", "copy Y -> b2;",
)  # fmt: skip
_FLAGS = ("write S.f = 1;", "write S.f = 0;", "write S.g = 1;", "write S.g = S.f;", "clear S;")
_CALLS = ("s;", "t;", "s;", "r;", "b;", "use;")
_PROPERTIES = (
    "holds b1 == 0 || b2 != 0 at use", "holds b2 == 5 || b1 == 0 at use", "holds S.f == 0 || b2 == 5 at use",
    "holds S.f == 1 || S.g == 0 at use", "holds X == 0 || b1 != 0 at r",
    "written X since s", "written b1 since t", "written or cleared b2 since s", "written or cleared X since t",
    "written b1 by t since s", "written or cleared B by s",
    "written X by s", "written b1 by s, t", "written b2 by t", "written", "owned", "owned B",
    "preserved b1 from s as X at r", "preserved X from t as b2 at use", "preserved b1 from s as b2 at use",
    "preserved b1 from s to use", "preserved X from t to r", "preserved b2 from s to b", "preserved B from t to use",
)  # fmt: skip


class _Drawing:
    """One system being drawn; `clones` counts the names given."""

    def __init__(self, random: Random) -> None:
        self.random, self.clones = random, 0

    def text(self) -> str:
        draw = self.random
        steps = {name: " ".join(draw.choices(_STORES, k=draw.choice((1, 1, 2)))) for name in "st"}
        if draw.random() < 0.15:
            steps["t"] = f"repeat {{ {self.block(1, calls=False)} }} {steps['t']}"
        init = " ".join(
            ["clear S;"] * (draw.random() < 0.8)
            + draw.choices((*_STORES, *_CALLS[:2]), k=draw.randint(1, 3))
        )
        after = " ".join(
            [*draw.choices(_CALLS, k=draw.choice((0, 1))), draw.choice(("use;", "r;", "b; use;"))]
        )
        head = _HEAD.format(s=steps["s"], t=steps["t"], init=init, loop=self.loop(2), after=after)
        claims = draw.sample(_PROPERTIES, k=3)
        return head + "".join(f"property p{i}: {claim};\n" for i, claim in enumerate(claims))

    def loop(self, depth: int, calls: bool = True) -> str:
        kind = self.random.choice(
            ("repeat", "repeat", "repeat", "repeat [1..]", "each e", "each e [0..]")
        )
        if not calls and kind.startswith("each"):
            kind = "repeat"
        return f"{kind} {{ {self.block(depth, calls)} }}"

    def block(self, depth: int, calls: bool = True) -> str:
        return " ".join(self.statement(depth, calls) for _ in range(self.random.randint(1, 3)))

    def statement(self, depth: int, calls: bool) -> str:
        draw = self.random
        kind = draw.choices(
            ("store", "flag", "call", "if", "either", "clone", "loop"), (4, 3, 4, 4, 2, 2, 1)
        )[0]
        if depth == 0 or (not calls and kind in ("call", "clone")):
            kind = draw.choice(("store", "flag", "call" if calls else "store"))
        match kind:
            case "store":
                return draw.choice(_STORES)
            case "flag":
                return draw.choice(_FLAGS)
            case "call":
                return draw.choice(_CALLS)
            case "if":
                other = f" else {{ {self.block(depth - 1, calls)} }}" if draw.random() < 0.3 else ""
                return f"if (S.{draw.choice('fg')}) {{ {self.block(depth - 1, calls)} }}{other}"
            case "either":
                return f"either {{ {self.block(depth - 1, calls)} }} or {{ {self.block(depth - 1, calls)} }}"
            case "clone":
                self.clones += 1
                return (
                    f"clone c{self.clones}; on c{self.clones} {{ {self.block(depth - 1, calls)} }}"
                )
        return (
            self.loop(depth - 1, calls)
            if draw.random() < 0.5
            else f"optionally {{ {self.block(depth - 1, calls)} }}"
        )


def drawn(random: Random) -> str:
    """The text of a small system with a loop that has no bound."""
    return _Drawing(random).text()
