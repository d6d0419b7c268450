"""Small systems of everything that the language has, as `.cbs` texts; one for each seed.

Objects of a few bytes, and members of one to three bits where a run looks at them, so that all runs
can be enumerated: blocks in blocks, loops in steps, steps on clones and on the packet alike,
further objects, places of parents and of made objects, lengths and indexes that go too far, unions
of tagged structs, packings, ranged params, flags that one turn sets and a later one tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_ABIS = ("x86_64", "i386", "aarch64", "arm", "s390x", "m68k", "riscv64", "ppc64le")
_DEEP = 3


class _Draw:
    """One text as it grows; `left` statements with blocks, and `looks` at values, may still be
    drawn."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.small = self.chance(
            0.75
        )  # most are small: what goes wrong needs few statements, and more of them are tried
        self.left, self.looks, self.made = (
            self.random.choice((1, 2, 3) if self.small else (4, 6)),
            2 if self.small else 4,
            0,
        )
        self.lent = self.chance(0.12)
        self.offset, self.second, self.packing = (
            self.chance(0.3),
            self.chance(0.1),
            self.chance(0.15),
        )
        self.mode = self.chance(0.15)
        self.views: list[str] = []
        self.members: dict[str, list[str]] = {}
        self.values = ["F.f", "F.g", "F.f", "F.n"]
        self.inputs: list[str] = []
        self.plain: list[str] = []

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    # --- declarations

    def text(self, seed: int) -> str:
        abis = self.random.sample(_ABIS, self.random.choice((1, 1, 1, 2)))
        lines = [f'spec wide_{seed} "drawn from seed {seed}";', f"abi {', '.join(abis)};"]
        lines += self.axes() + self.structs() + self.objects() + self.declared_inputs()
        layers = [self.owner(), self.guest()]
        steps = {"owner": ["set", "use"], "guest": ["hit", "flag"], "none": []}
        bodies = {
            "set": self.stores(2, "V"),
            "use": [self.read("V"), *self.some(0.3, self.any, True)],
            "hit": [*self.stores(1, "W", "U"), *self.inside()],
            "flag": [
                self.pick(
                    "write F.f = 1;", "write F.f = 1;", "write F.g = F.f;", "write F.n = F.n + 1;"
                )
            ],
        }
        for name, views in zip(("owner", "guest"), layers, strict=True):
            lines += [f"layer {name} {{", *views]
            for step in steps[name]:
                lines += [
                    f"    step {step} {{",
                    *(f"        {line}" for line in bodies[step]),
                    "    }",
                ]
            lines.append("}")
        if self.chance(0.1):
            lines.append("layer idle { view I unused : u8 at skb.cb[0]; }")
        lines += self.require() + self.paths() + self.properties("idle" in lines[-1])
        return "\n".join(lines) + "\n"

    def axes(self) -> list[str]:
        found = [f"param OFF in 0..{self.random.choice((1, 2, 3))};"] if self.offset else []
        found += ["param GAP in 1..2;"] if self.second else []
        return found + (["param mode in { plain, other };"] if self.mode else [])

    def structs(self) -> list[str]:
        found = ["struct flags { u8 f:1, g:1, n:2; };", f"struct in {{ {self.inner()} }};"]
        shapes = (
            ("u8 a; u8 b;", ["a", "b"]),
            ("u8 a:3, b:5; u16 c;", ["a", "b", "c"]),
            ("u8 a; u16 c;", ["a", "c"]),
            ("struct in s; u8 b;", ["s", "s.x", "b"]),
            ("union { struct in s; struct in t; u8 b; };", ["s", "t", "s.x", "t.x", "b"]),
            (
                "union { struct { struct in s; } k; struct { u8 pad; struct in t; } l; } u;",
                ["u.k.s", "u.l.t", "u.k", "u"],
            ),
            ("u8 a; u8 e[2];", ["a", "e[1]", "e[0]", "e"]),
            ("struct in e[2];", ["e[0]", "e[1].x", "e"]),
            ("struct_group(h, u8 a; u8 b;); u8 c;", ["a", "h", "h.b", "b", "c"]),
            ("bool a; u8 b;", ["a", "b"]),
            ("s8 a; u32 c;", ["a", "c"]),
            ("u8 a; u64 c;", ["a", "c"]),
        )
        drawn = self.random.sample(shapes, 2)
        for tag, (body, members) in zip("ab", drawn, strict=True):
            self.members[f"struct {tag}"] = members
            packed = " __packed" if self.chance(0.2) else ""
            if tag == "b" and self.packing and "union" not in body:
                found.append(
                    f"packing struct b {{ one {{ {body} }}{packed}; two {{ u8 other; {body} }}; }}"
                )
            else:
                found.append(f"struct {tag} {{ {body} }}{packed};")
        return found

    def inner(self) -> str:
        return self.pick("u8 x; u8 y;", "u8 x:2, y:6;", "u8 x;", "u16 x;")

    def objects(self) -> list[str]:
        size = self.random.choice((3, 4, 4, 5, 6))
        before, after = self.pick("", "", "u8 front; "), self.pick("", " u8 mark;", " u16 mark;")
        found = [f"object skb per path {{ {before}char cb[{size}]; struct flags fl;{after} }}"]
        self.raw = ["skb.cb[0]", "skb.cb[1]", f"skb.cb[{size - 1}]"]
        if after:
            self.raw.append("skb.mark")
        found.append("object stack { u8 saved[3]; u8 x; }")
        self.raw += ["stack.saved[0]", "stack.saved[1]", "stack.x"]
        if self.chance(0.3):
            found.append("object cpu { struct a kept; }")
            self.plain.append("cpu.kept")
        if self.chance(0.3):
            found.reverse()
        return found

    def declared_inputs(self) -> list[str]:
        found = []
        for name in ("x", "y")[: self.random.choice((0, 1, 1, 2))]:
            low, high = self.random.choice(((0, 1), (0, 2), (1, 3), (0, 1), (-1, 1)))
            per = " per step" if self.chance(0.35) else ""
            found.append(
                f"input {name} unused : {'s8' if low < 0 else 'u8'} in {low}..{high}{per};"
            )
            self.inputs.append(name)
        return found

    def place(self, own: bool) -> str:
        if self.offset and (not own or self.chance(0.2)):
            return self.pick(
                "skb.cb[OFF]", "skb.cb[OFF]", "skb.cb[OFF * GAP]" if self.second else "skb.cb[OFF]"
            )
        return self.pick(
            "skb.cb[0]", "skb.cb[0]", "skb.cb[1]", "skb.cb[2]", *([] if own else ["stack.saved[0]"])
        )

    def view(self, name: str, type: str) -> str:
        self.views.append(name)
        at = self.place(name == "V")
        if self.mode and name != "V" and self.chance(0.5):
            at = f"{at} when mode == plain, {self.place(False)} when mode == other"
        self.members[name] = [f"{name}.{m}" for m in self.members.get(type, [])]
        if type == "u8[2]":
            self.members[name] = [
                f"{name}[0]",
                f"{name}[1]",
                *(f"{name}[{i}]" for i in self.inputs),
            ]
        return f"    view {name} unused : {type} at {at};"

    def owner(self) -> list[str]:
        return ["    view F unused : struct flags at skb.fl;", self.view("V", "struct a")]

    def guest(self) -> list[str]:
        found = [
            self.view("W", self.pick("struct a", "struct b", "struct b", "u8", "u8[2]", "u16"))
        ]
        if self.chance(0.6):
            found.append(
                self.view("U", self.pick("struct a", "struct b", "u8", "u8[2]", "struct in"))
            )
        return found

    def require(self) -> list[str]:
        if not self.offset or self.chance(0.6):
            return []
        return [
            f"require {self.pick('OFF != 1', 'OFF % 2 == 0', 'OFF + sizeof(struct b) <= sizeof(skb.cb)')};"
        ]

    # --- statements

    def some(self, of: float, *calls: object) -> list[str]:
        draw, *rest = calls
        return list(draw(*rest)) if self.chance(of) else []  # type: ignore[operator]

    def whole(self, *views: str) -> str:
        """A view, a member of it, a raw place."""
        names = [v for v in views or self.views if v in self.views]
        view = self.random.choice(names)
        members = self.members[view]
        if members and self.chance(0.6):
            return self.random.choice(members)
        return self.random.choice(self.raw) if self.chance(0.08) else view

    def length(self) -> str:
        short = [*self.inputs, "F.n"] if self.looks > 1 else self.inputs
        return self.pick("1", "2", "2", "3", "4", "0", *short, *(f"{x} + 1" for x in self.inputs))

    def read(self, *views: str) -> str:
        if self.chance(0.2):
            return f"read {self.byte(*views)} for {self.length()};"
        return f"read {self.whole(*views)};"

    def byte(self, *views: str) -> str:
        """A place that begins at a whole byte."""
        names = [v for v in views or self.views if v in self.views]
        return self.random.choice([*names, *self.raw]) if self.chance(0.9) else "skb.cb"

    def stores(self, most: int, *views: str) -> list[str]:
        return [self.store(*views) for _ in range(self.random.randint(1, most))]

    def store(self, *views: str) -> str:
        place = self.whole(*views)
        match self.pick(
            "write", "write", "write", "value", "value", "clear", "for", "star", "flag"
        ):
            case "value":
                small = [m for m in self.scalars() if self.chance(0.7)] or ["stack.x"]
                return f"write {self.random.choice(small)} = {self.value()};"
            case "clear":
                return f"clear {place};"
            case "for":
                return f"{self.pick('write', 'clear')} {self.byte(*views)} for {self.length()};"
            case "star" if (
                place in self.views and self.members[place] and "[" not in self.members[place][0]
            ):
                return f"write {place}.*;"
            case "flag":
                return f"write {self.pick('F.f', 'F.g', 'F.n')} = {self.pick('0', '1', '1', 'F.f', '!F.g')};"
        return f"write {place};"

    def scalars(self) -> list[str]:
        return [
            m
            for v in self.views
            for m in self.members[v]
            if m[-1] in "abc" and not m.endswith("u.k")
        ] + ["stack.x"]

    def value(self) -> str:
        choices = [
            "0",
            "1",
            "2",
            "5",
            "255",
            "-1",
            "256",
            "sizeof(struct a)",
            *self.inputs,
            *(["OFF"] if self.offset else []),
        ]
        if self.looks > 0 and self.chance(0.4):
            self.looks -= 1
            v = self.random.choice(self.values)
            choices = [
                v,
                f"{v} + 1",
                f"{v} ^ 1",
                f"{v} ? 3 : {self.random.choice(self.values)}",
                f"{v} << 1",
                f"~{v}",
                f"-{v}",
            ]
            choices += [
                f"{v} && {self.look()}",
                f"{v} * 0",
                f"{v} {self.pick('|', '&', '^')} {self.random.choice(self.values)}",
            ]
        return self.random.choice(choices)

    def look(self) -> str:
        """A value that a condition asks of: of few bits, or of a byte where it is only compared."""
        if self.chance(0.15):
            return self.random.choice(self.scalars()) + " == 0"
        return self.random.choice(self.values)

    def condition(self) -> str:
        if self.looks <= 0:
            return self.pick("1", *self.inputs, "F.f")
        self.looks -= 1
        a, b = self.look(), self.look()
        simple = [a, a, f"!({a})", f"{self.random.choice(self.values)} == {self.pick('0', '1')}"]
        return self.random.choice(
            [
                *simple,
                f"{a} && {b}",
                f"{a} || {b}",
                f"{a} ? {b} : {self.pick('0', '1')}",
                *self.inputs,
            ]
        )

    def copy(self) -> list[str]:
        same = [
            (a, b)
            for a in self.views
            for b in self.views
            if a != b and self.members[a] and len(a) == len(b)
        ]
        if self.chance(0.2) and same and self.plain:
            ends = ["V", "cpu.kept"]
            self.random.shuffle(ends)
            return [f"copy {ends[0]} -> {ends[1]};"]
        ends = [self.byte(), self.byte()]
        return [f"copy {ends[0]} -> {ends[1]} for {self.length()};"]

    def inside(self) -> list[str]:
        """Blocks in a step."""
        if not self.chance(0.25):
            return []
        self.left -= 1
        inner = self.stores(1)
        head = self.pick(
            "repeat {",
            "optionally {",
            "repeat [2] {",
            "if (F.f) {",
            f"if ({self.condition()}) {{",
            "each m {",
        )
        return [head, *(f"    {line}" for line in inner), "}"]

    def any(self, step: bool, made: Sequence[str] = (), depth: int = 0) -> list[str]:
        plain = ["store", "store", "read", "copy", "flag", "assume"]
        if not step:
            plain += ["call"] * 5
        blocks = (
            ["either", "optionally", "if", "if", "each", "repeat", "repeat"]
            if depth < _DEEP and self.left > 0 and not step
            else []
        )
        if self.mode and blocks:
            blocks.append("when")
        if made:
            blocks += ["on", "on", "name"] if depth < _DEEP else ["name"]
        match self.random.choice(plain + blocks):
            case "store":
                return [self.store()]
            case "read":
                return [self.read()]
            case "copy":
                return self.copy()
            case "flag":
                return ["flag;" if not step else "write F.f = 1;"]
            case "assume":
                return [f'assume {self.condition()} "so it is";']
            case "call":
                return [self.pick("set;", "use;", "use;", "hit;", "hit;", "flag;")]
            case "name":
                where = self.random.choice([*made])
                return [
                    self.pick(
                        f"read {where}.V;",
                        f"write {where}.V;",
                        f"copy {where}.V -> V;",
                        f"clear {where}.V;",
                    )
                ]
            case kind:
                return self.blocks(kind, made, depth)

    def blocks(self, kind: str, made: Sequence[str], depth: int) -> list[str]:
        self.left -= 1
        names = list(made)
        match kind:
            case "each":
                self.made += 1
                names += [f"n{self.made}"]
                inner = ["use;"] if self.chance(0.3) else []
                if self.chance(0.15):
                    inner.append(
                        self.pick(
                            "read parent.V;",
                            "write parent.F.f = 1;",
                            "write F.f = parent.F.g;",
                            "copy parent.V -> V;",
                        )
                    )
                return [
                    f"each n{self.made} {self.bounds()}{{",
                    *self.body(names, depth + 1, inner),
                    "}",
                ]
            case "either":
                return [
                    "either {",
                    *self.body(names, depth + 1),
                    "} or {",
                    *self.body(names, depth + 1),
                    "}",
                ]
            case "if":
                other = ["} else {", *self.body(names, depth + 1)] if self.chance(0.3) else []
                return [f"if ({self.condition()}) {{", *self.body(names, depth + 1), *other, "}"]
            case "when":
                return [
                    f"when mode == {self.pick('plain', 'other')} {{",
                    *self.body(names, depth + 1),
                    "}",
                ]
            case "on":
                return [f"on {self.random.choice(names)} {{", *self.body(names, depth + 1), "}"]
            case "repeat":
                return [f"repeat {self.bounds()}{{", *self.body(names, depth + 1), "}"]
        return ["optionally {", *self.body(names, depth + 1), "}"]

    def bounds(self) -> str:
        return self.pick(
            "", "", "", "[2] ", "[3] ", "[1..2] ", "[0..2] ", "[2..] ", "[0..] ", "[1..] "
        )

    def body(self, made: Sequence[str], depth: int, first: Sequence[str] = ()) -> list[str]:
        names = list(made)
        lines = list(first)
        for _ in range(self.random.choice((1, 1, 2) if self.small else (1, 2, 2, 3))):
            if depth < 2 and self.chance(0.25 if self.lent else 0.1):
                self.made += 1
                name = f"n{self.made}"
                kind = (
                    self.pick("share", "share", "clone")
                    if self.lent
                    else self.pick("clone", "clone", "new", "share")
                )
                lines += [
                    f"{kind} {name};",
                    f"on {name} {{",
                    *self.body([*names, name], depth + 1),
                    "}",
                ]
                names.append(name)
            elif self.lent and depth and self.chance(0.3):
                lines.append("consume;")
            else:
                lines += self.any(False, names, depth)
        return [f"    {line}" for line in lines]

    def paths(self) -> list[str]:
        first = self.pick(
            "    clear F;", "    clear F;", "    clear F; set;", "    clear F; set;", "    set;", ""
        )
        loop = []
        if self.chance(0.35):
            test = self.pick("if (F.f) {", "if (F.f && F.g) {", "if (F.n == 1) {")
            loop = [
                "    repeat {",
                f"        {test}",
                *self.body([], 3),
                "        }",
                *self.body([], 3),
                "        flag;",
                "    }",
            ]
        lines = [
            "path p {",
            first,
            *self.body([], 0),
            *loop,
            self.pick("    use;", "    use;", ""),
            "}",
        ]
        if self.chance(0.12):
            lines += ["path q {", *self.body([], 1), "}"]
        return lines

    # --- properties

    def properties(self, idle: bool) -> list[str]:
        kinds = [
            "preserved",
            "owned",
            "written",
            "exact",
            "holds",
            "fits",
            "aligned",
            "disjoint",
            "lent",
        ]
        weights = [6, 5, 5, 2, 3, 1, 1, 1, 8 if self.lent else 1]
        lines = []
        for n, kind in enumerate(
            dict.fromkeys(self.random.choices(kinds, weights, k=2 if self.small else 4))
        ):
            when = " when OFF > 0" if self.offset and self.chance(0.1) else ""
            lines.append(f"property p{n}_{kind}{when}: {self.claim(kind)}{self.where(kind, idle)};")
        self.random.shuffle(lines)
        return lines

    def where(self, kind: str, idle: bool) -> str:
        if kind in ("aligned", "disjoint", "preserved", "holds") or not self.chance(0.25):
            return ""
        return f" in {self.pick('owner', 'guest', 'use', 'p', 'hit, use', *(['idle'] if idle else []))}"

    def claim(self, kind: str) -> str:
        some = f" {self.asked()}" if self.chance(0.5) else ""
        match kind:
            case "preserved":
                start, end = self.pick("set", "set", "hit"), self.pick("use", "use", "hit")
                return f"preserved {self.asked()} from {start} to {end}"
            case "written":
                clear = self.pick("", "", "or cleared ") if some else ""
                by = self.pick("", " by set", " by owner", " by guest", " by set, hit")
                since = self.pick("", "", " since set", " since hit")
                clear = clear if by or since else ""
                return f"written {clear.strip()}{some}{by}{since}".replace("  ", " ")
            case "holds":
                v = self.random.choice(self.values)
                common = f"({v} & {self.random.choice(self.values)}) {self.pick('== 0', f'== {v}', '<= 1')}"
                condition = self.pick(
                    f"{v} == 0", f"{v} != 1", f"{v} <= 1", "F.f || !F.g", "F.f >= F.g", common
                )
                return f"holds {condition} at {self.pick('use', 'hit')}"
            case "fits" | "aligned":
                return f"{kind} {self.random.choice(self.views)}" if some else kind
            case "disjoint":
                return "disjoint " + ", ".join(self.random.sample([*self.views, "F"], 2))
            case "lent":
                return "lent"
        return f"{kind}{some}"

    def asked(self) -> str:
        named = [m for m in self.members["V"] if "[x]" not in m and "[y]" not in m]
        return self.pick("V", *named, *named, self.random.choice(list(self.views)))


def text(seed: int) -> str:
    """The system of a seed."""
    return _Draw(Random(seed)).text(seed)
