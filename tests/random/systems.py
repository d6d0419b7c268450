"""Small systems drawn at random, as `.cbs` texts that can be read aloud; one text for each seed.

A few structs, views that overlap, two layers, one path, and the properties that could be asked of
them. What is drawn may be wrong (a copy between sizes that differ on one ABI): such a text is for
its reader to leave out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

_MOST = 6  # statements, calls left out
_DEEP = 3  # blocks in blocks
_BITS = 8  # that guards, expressions and assumptions may look at


@dataclass(frozen=True)
class _Member:
    """A member of a view: how it is called from the view on, its bits, 0 where it has no value."""

    path: str
    bits: int
    boolean: bool = False


@dataclass(frozen=True)
class _View:
    name: str
    layer: str
    type: str
    members: tuple[_Member, ...]
    sized: bool
    counted: bool = False


@dataclass
class _Drawing:
    """One text as it grows."""

    rng: Random
    left: int = _MOST
    bits: int = _BITS
    names: int = 0
    views: list[_View] = field(default_factory=list)
    steps: dict[str, list[str]] = field(default_factory=lambda: {"owner": [], "guest": []})
    inputs: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)
    offset: bool = False
    mode: bool = False
    stack: str = ""
    front: bool = False
    back: bool = False
    lent: bool = False
    in_step: bool = True

    def chance(self, of: float) -> bool:
        return self.rng.random() < of


def text(seed: int) -> str:
    """The system of a seed."""
    d = _Drawing(Random(seed))
    d.lent = d.chance(0.15)
    lines = [f'spec random_{seed} "drawn from seed {seed}";', "abi x86_64, s390x;"]
    structs, shapes = _structs(d)
    lines += _axes(d) + structs + _objects(d, shapes) + _inputs(d)
    _views(d, shapes)
    lines += _requires(d)
    bodies = {layer: _steps(d, layer) for layer in d.steps}
    lines += [line for layer, steps in bodies.items() for line in _layer(d, layer, steps)]
    d.in_step = False
    lines += _paths(d) + _properties(d)
    return "\n".join(lines) + "\n"


# --- what there is --------------------------------------------------------------------------------


def _axes(d: _Drawing) -> list[str]:
    lines = []
    if d.chance(0.35):
        d.offset = True
        low = d.rng.choice((0, 0, 1))
        lines.append(f"param OFF in {low}..{low + d.rng.choice((3, 5, 7))};")
    if d.chance(0.12):
        d.mode = True
        lines.append("param mode in { plain, other };")
    return lines


def _structs(d: _Drawing) -> tuple[list[str], dict[str, tuple[_Member, ...]]]:
    lines: list[str] = []
    shapes: dict[str, tuple[_Member, ...]] = {}
    for tag in ("a", "b")[: d.rng.choice((1, 2, 2))]:
        declared, members = _struct(d, shapes)
        packed = " __packed" if d.chance(0.2) else ""
        lines.append(f"struct {tag} {{ {declared} }}{packed};")
        shapes[f"struct {tag}"] = members
    return lines, shapes


def _struct(d: _Drawing, inner: dict[str, tuple[_Member, ...]]) -> tuple[str, tuple[_Member, ...]]:
    declared, members = [], []
    for number in range(d.rng.choice((2, 2, 3))):
        one, found = _member(d, f"m{number}", inner)
        declared.append(one)
        members += found
    return " ".join(declared), tuple(members)


def _member(
    d: _Drawing, name: str, inner: dict[str, tuple[_Member, ...]]
) -> tuple[str, list[_Member]]:
    match d.rng.choice(
        (
            "u8",
            "u16",
            "s8",
            "bits",
            "bits",
            "bool",
            "flag",
            "array",
            "union",
            "union",
            "inner",
            "short",
        )
    ):
        case "bits":
            first, second = d.rng.choice(((1, 2), (2, 6), (3, 9), (1, 7)))
            base = "u16" if first + second > 8 or d.chance(0.3) else "u8"
            declared = f"{base} {name}:{first}; {base} {name}b:{second};"
            return declared, [_Member(name, first), _Member(f"{name}b", second)]
        case "bool":
            return f"bool {name};", [_Member(name, 8, True)]
        case "flag":
            return f"bool {name}:1;", [_Member(name, 1, True)]
        case "array":
            element = d.rng.choice(("u8", "u8", "bool"))
            return f"{element} {name}[2];", [
                _Member(name, 0),
                _Member(f"{name}[1]", 8, element == "bool"),
            ]
        case "union":
            arms = d.rng.choice(
                (
                    "u8 {0}; u16 {0}b;",
                    "bool {0}; u8 {0}b;",
                    "u8 {0}:2; u8 {0}b;",
                    "bool {0}; bool {0}b[2];",
                )
            )
            bits = 2 if ":2" in arms else 8
            second = _Member(f"{name}b", 0 if "[2]" in arms else 16 if "u16" in arms else 8)
            return f"union {{ {arms.format(name)} }};", [
                _Member(name, bits, "bool {0};" in arms),
                second,
            ]
        case "inner" if inner:
            tag = d.rng.choice(list(inner))
            parts = [_Member(f"{name}.{m.path}", m.bits, m.boolean) for m in inner[tag]]
            return f"{tag} {name};", [_Member(name, 0), *parts]
        case "u16" | "short" as base:
            return f"{'u16' if base == 'u16' else 'short'} {name};", [_Member(name, 16)]
        case other:
            return f"{other if other in ('u8', 's8') else 'u8'} {name};", [_Member(name, 8)]


def _objects(d: _Drawing, shapes: dict[str, tuple[_Member, ...]]) -> list[str]:
    # Neighbours of the control block, which accesses past it touch
    d.front, d.back = d.chance(0.3), d.chance(0.4)
    front, back = (
        "u8 front; " if d.front else "",
        f" {d.rng.choice(('u8', 'u16'))} back;" if d.back else "",
    )
    lines = [f"object skb {{ {front}char cb[{d.rng.choice((2, 4, 4, 6, 8, 12))}];{back} }}"]
    if d.chance(0.4):
        d.stack = d.rng.choice((*shapes, "char"))
        member = "char saved[6];" if d.stack == "char" else f"{d.stack} saved;"
        lines.append(f"object stack {{ {member} }}")
    return lines


def _inputs(d: _Drawing) -> list[str]:
    lines = []
    for name in ("x", "y")[: d.rng.choice((0, 0, 1, 1, 2))]:
        per = " per step" if d.chance(0.35) else ""
        low, high = d.rng.choice(((0, 1), (0, 1), (0, 2), (1, 2), (-1, 1), (-2, 0), (1, 5)))
        lines.append(f"input {name} : {'s8' if low < 0 else 'u8'} in {low}..{high}{per};")
        d.inputs.append(name)
        if not per:
            d.fixed.append(name)
    return lines


def _views(d: _Drawing, shapes: dict[str, tuple[_Member, ...]]) -> None:
    plain = {
        "u8": (_Member("", 8),),
        "u16": (_Member("", 16),),
        "u8[3]": (_Member("[1]", 8),),
        "bool": (_Member("", 8, True),),
        "__be16": (_Member("", 16),),
    }
    first = d.rng.choice(list(shapes))
    kinds = [first, d.rng.choice((*shapes, *plain)), d.rng.choice((first, *shapes, *plain))]
    for name, layer, type in zip(
        "VWU", ("owner", "guest", d.rng.choice(("owner", "guest"))), kinds, strict=True
    ):
        if name != "U" or d.chance(0.5):
            counted = type == "u8[3]"
            d.views.append(
                _View(name, layer, type, {**shapes, **plain}[type], type in shapes, counted)
            )


def _requires(d: _Drawing) -> list[str]:
    if not d.offset or d.chance(0.5):
        return []
    condition = d.rng.choice(
        (f"OFF + sizeof({d.views[1].type}) <= sizeof(skb.cb)", "OFF % 2 == 0", "OFF != 1")
    )
    if "[" in d.views[1].type:
        condition = "OFF != 2"
    return [f"require {condition};"]


def _at(d: _Drawing, view: _View) -> str:
    if d.offset and view.name != "V":
        return d.rng.choice(("skb.cb[OFF]", "skb.cb[OFF]", "skb.cb[0]"))
    if d.stack == "char" and view.name == "U":
        return "stack.saved[0]"
    return f"skb.cb[{d.rng.choice((0, 0, 1, 2) if view.name == 'V' else (0, 0, 1, 2, 3, 4))}]"


def _layer(d: _Drawing, name: str, steps: list[str]) -> list[str]:
    views = [f"    view {v.name} : {v.type} at {_at(d, v)};" for v in d.views if v.layer == name]
    return [f"layer {name} {{", *views, *steps, "}"]


# --- statements -----------------------------------------------------------------------------------


def _steps(d: _Drawing, layer: str) -> list[str]:
    lines: list[str] = []
    own = [v for v in d.views if v.layer == layer]
    for name in ("set", "use") if layer == "owner" else ("meddle",):
        if not own:
            break
        d.steps[layer].append(name)
        lines.append(f"    step {name} {{")
        body = {"set": _stores, "use": _reads, "meddle": _either_way}[name](d, own)
        d.left -= 1
        lines += [f"        {line}" for line in body]
        if d.chance(0.2) and d.left > 3:
            d.left -= 1
            lines += [f"        {line}" for line in _statement(d, [], 2)]
        lines.append("    }")
    return lines


def _either_way(d: _Drawing, own: Sequence[_View]) -> list[str]:
    return (_reads if d.chance(0.3) else _stores)(d, own)


def _reads(d: _Drawing, own: Sequence[_View]) -> list[str]:
    return (
        [f"read {_places(d, own)};"]
        if d.chance(0.85)
        else [f"read {_whole(d, own)} for {_length(d)};"]
    )


def _stores(d: _Drawing, own: Sequence[_View]) -> list[str]:
    match d.rng.choice(("fresh", "fresh", "value", "value", "struct", "clear", "length")):
        case "fresh":
            return [f"write {_places(d, own)};"]
        case "value":
            view = d.rng.choice(list(own))
            scalars = [m for m in view.members if m.bits]
            if scalars:
                member = d.rng.choice(scalars)
                return [f"write {_spelt(view, member)} = {_value(d)};"]
            return [f"write {view.name};"]
        case "struct":
            view = d.rng.choice(list(own))
            return [f"write {view.name}{'.*' if view.sized else ''};"]
        case "clear":
            return [f"clear {_places(d, own)};"]
        case _:
            return [f"{d.rng.choice(('write', 'clear'))} {_whole(d, own)} for {_length(d)};"]


def _spelt(view: _View, member: _Member) -> str:
    if not member.path:
        return view.name
    return (
        f"{view.name}{member.path}" if member.path.startswith("[") else f"{view.name}.{member.path}"
    )


def _places(d: _Drawing, own: Sequence[_View]) -> str:
    return ", ".join(_place(d, own) for _ in range(d.rng.choice((1, 1, 1, 2))))


def _place(d: _Drawing, own: Sequence[_View]) -> str:
    view = d.rng.choice(list(own))
    if view.counted and d.inputs and d.chance(0.5):
        return f"{view.name}[{d.rng.choice(d.inputs)}]"
    if d.chance(0.35):
        return view.name
    if d.chance(0.05):
        return f"skb.cb[{d.rng.choice((0, 1, *d.inputs))}]"
    if (d.front or d.back) and d.chance(0.2):
        return _neighbour(d)
    member = d.rng.choice(view.members)
    if member.path.endswith("[1]") and d.inputs and d.chance(0.5):
        return f"{_spelt(view, member)[:-2]}{d.rng.choice(d.inputs)}]"
    return _spelt(view, member)


def _neighbour(d: _Drawing) -> str:
    """A member beside the control block."""
    return d.rng.choice(["skb.front"] * d.front + ["skb.back"] * d.back)


def _whole(d: _Drawing, own: Sequence[_View]) -> str:
    return d.rng.choice([v.name for v in own] + ["skb.cb[1]"])


def _length(d: _Drawing) -> str:
    return d.rng.choice(
        [
            "1",
            "2",
            "2",
            "3",
            *d.inputs,
            *(f"{i} + 1" for i in d.inputs),
            "sizeof(skb.cb)",
            "sizeof(skb.cb) + 1",
        ]
    )


def _value(d: _Drawing) -> str:
    """What is stored; small enough for a member of few bits, or not."""
    choices = ["0", "0", "1", "1", "2", "3", "5", "255", "-1"]
    choices += (
        [f"{i}" for i in d.inputs]
        + [f"{i} + 3" for i in d.inputs]
        + [f"{i} ? 1 : 4" for i in d.inputs]
    )
    if d.offset:
        choices += ["OFF", "OFF - 2"]
    member = _looked_at(d)
    if member and d.chance(0.5):
        choices = [
            member,
            f"{member} + 1",
            f"{member} ^ 1",
            f"{member} & 2",
            f"{member} << 1",
            f"-{member}",
        ]
    other = _looked_at(d) if d.chance(0.15) else None
    if member and other:
        choices = [shape.format(member, other) for shape in _SIDES]
    return d.rng.choice(choices)


# Expressions of two members, the second of which is not always come to, or of which a product or a
# mask keeps nothing.
_SIDES = (
    "{0} && {1}",
    "{0} || {1}",
    "{0} ? {1} : 1",
    "{0} ? 2 : {1}",
    "{0} * 0 + {1}",
    "({0} && {1}) || {0}",
    "{0} & 0 && {1}",
    "1 || {0} && {1}",
    "{0} == {1}",
)


def _looked_at(d: _Drawing) -> str | None:
    """A member that a guard or an expression may look at, as long as there are bits left for it."""
    known = [(v, m) for v in d.views for m in v.members if 0 < m.bits <= d.bits]
    if not known or d.chance(0.2):
        return None
    view, member = d.rng.choice(known)
    d.bits -= 1 if member.boolean else member.bits
    return _spelt(view, member)


def _condition(d: _Drawing) -> str:
    member = _looked_at(d)
    other = _looked_at(d) if d.chance(0.25) else None
    if member and other:
        return d.rng.choice(_SIDES).format(member, other)
    if member is not None and d.chance(0.6):
        shapes = ("{0}", "!{0}", "{0} == 1", "{0} != 0", "{0} < 2", "({0} & 1) == 0")
        return d.rng.choice(shapes).format(member)
    if d.inputs:
        return d.rng.choice(("{0}", "!{0}", "{0} == 1", "{0} > 1")).format(d.rng.choice(d.inputs))
    return d.rng.choice(("1", f"{member} == 0" if member else "1"))


def _statement(d: _Drawing, made: list[str], depth: int) -> list[str]:
    """One statement of any kind; `made` are the names seen here."""
    blocks = ["either", "optionally", "if", "if", "each", "each", "repeat"] if depth < _DEEP else []
    plain = ["read", "store", "store", "store", "copy", "copy", "copy", "save", "assume"]
    making = ["clone", "new", "share", "consume"] if depth < 2 and (d.lent or d.chance(0.3)) else []
    inner = ["on", "on"] if made and depth < _DEEP else []
    rest = ["when"] if d.mode and depth < _DEEP else []
    match d.rng.choice(plain + blocks + making * (2 if d.lent else 1) + inner + rest):
        case "read":
            return _reads(d, d.views)
        case "store":
            return _stores(d, d.views)
        case "copy":
            return _copy(d)
        case "save":
            return _save(d)
        case "assume":
            return [f'assume {_condition(d)} "so it is";']
        case "consume":
            return ["consume;"]
        case "clone" | "new" | "share" as kind:
            made.append(_named(d))
            return [f"{kind} {made[-1]};"]
        case "on":
            return _nested(d, f"on {d.rng.choice(made)} {{", made, depth)
        case "each":
            name = _named(d)
            return _nested(d, f"each {name} {_bounds(d)}{{", [*made, name], depth)
        case "repeat":
            return _nested(d, f"repeat {_bounds(d)}{{", made, depth)
        case "either":
            first = _nested(d, "either {", made, depth)
            return [*first[:-1], "} or {", *_nested(d, "", made, depth)[1:]]
        case "optionally":
            return _nested(d, "optionally {", made, depth)
        case "if":
            first = _nested(d, f"if ({_condition(d)}) {{", made, depth)
            return (
                first
                if d.chance(0.7)
                else [*first[:-1], "} else {", *_nested(d, "", made, depth)[1:]]
            )
        case _:
            return _nested(d, f"when mode == {d.rng.choice(('plain', 'other'))} {{", made, depth)


def _named(d: _Drawing) -> str:
    d.names += 1
    return f"n{d.names}"


def _bounds(d: _Drawing) -> str:
    return d.rng.choice(
        ("", "", "", "[2] ", "[3] ", "[1..2] ", "[0..2] ", "[2..] ", "[0..] ", "[0..1] ")
    )


def _copy(d: _Drawing) -> list[str]:
    twins = [(a.name, b.name) for a in d.views for b in d.views if a is not b and a.type == b.type]
    if twins and d.chance(0.4):
        a, b = d.rng.choice(twins)
        return [f"copy {a} -> {b};"]
    if d.chance(0.3):
        view, other = d.rng.choice(d.views), d.rng.choice(d.views)
        return [f"copy {view.name} -> {other.name} for {_length(d)};"]
    if d.stack == "char" and d.chance(0.4):
        ends = d.rng.sample(
            [f"skb.cb[{d.rng.choice((0, 0, 1, 2))}]", f"stack.saved[{d.rng.choice((0, 0, 1))}]"], 2
        )
        return [f"copy {ends[0]} -> {ends[1]} for {_length(d)};"]
    starts = d.rng.sample(range(4), 2)
    moving = d.rng.choice(["", "", "", *(f"{i}" for i in d.inputs)])
    return [f"copy skb.cb[{moving or starts[0]}] -> skb.cb[{starts[1]}] for {_length(d)};"]


def _save(d: _Drawing) -> list[str]:
    """To the stack or back from it."""
    views = [v.name for v in d.views if v.type == d.stack]
    if not views:
        return _copy(d)
    ends = [d.rng.choice(views), "stack.saved"]
    if d.chance(0.5):
        ends.reverse()
    return [f"copy {ends[0]} -> {ends[1]};"]


def _nested(d: _Drawing, head: str, made: Sequence[str], depth: int) -> list[str]:
    seen = list(made)
    return [
        head,
        *(f"    {line}" for line in _body(d, seen, depth + 1, d.rng.choice((1, 2, 2)))),
        "}",
    ]


def _body(d: _Drawing, made: list[str], depth: int, length: int) -> list[str]:
    lines: list[str] = []
    for _ in range(length):
        if d.in_step:
            lines += _either_way(d, d.views)
        elif d.left <= 0 or d.chance(0.45):
            lines.append(f"{d.rng.choice([s for steps in d.steps.values() for s in steps])};")
        else:
            d.left -= 1
            lines += _statement(d, made, depth)
    return lines


def _paths(d: _Drawing) -> list[str]:
    part: list[str] = []
    if d.chance(0.15):
        part = ["part extra {", *(f"    {line}" for line in _body(d, [], 1, 2)), "}"]
    body = _body(d, [], 0, d.rng.choice((2, 3, 3, 4)))
    first = ["set;"] if d.chance(0.85) else []
    last = ["use;"] if d.chance(0.8) else []
    called = ["extra;"] if part else []
    lines = [*part, "path p {", *(f"    {line}" for line in (*first, *body, *called, *last)), "}"]
    if d.chance(0.12):
        lines += ["path q {", *(f"    {line}" for line in _body(d, [], 1, 3)), "}"]
    return lines


# --- properties -----------------------------------------------------------------------------------


def _properties(d: _Drawing) -> list[str]:
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
    weights = [6, 4, 4, 3, 3, 1, 1, 1, 6 if d.lent else 1]
    lines = []
    for number, kind in enumerate(dict.fromkeys(d.rng.choices(kinds, weights, k=4))):
        when = ""
        if d.mode and d.chance(0.2):
            when = " when mode == plain"
        elif d.offset and d.chance(0.1):
            when = " when OFF > 1"
        lines.append(f"property p{number}_{kind}{when}: {_claim(d, kind)}{_where(d, kind)};")
    return lines


def _claim(d: _Drawing, kind: str) -> str:
    members = f" {_asked(d)}" if d.chance(0.4) else ""
    match kind:
        case "preserved":
            start, end = (
                ("set", "use")
                if d.chance(0.8)
                else d.rng.choices([s for n in d.steps.values() for s in n], k=2)
            )
            if d.chance(0.15):
                before, after = d.rng.randrange(4), d.rng.randrange(4)
                return f"preserved skb.cb[{before}] from {start} as skb.cb[{after}] at {end}"
            return f"preserved {_asked(d)} from {start} to {end}"
        case "written":
            by = (
                f" by {d.rng.choice(('set', 'meddle', 'owner', 'set, meddle'))}"
                if d.chance(0.45)
                else ""
            )
            since = f" since {d.rng.choice(('set', 'set', 'meddle'))}" if d.chance(0.35) else ""
            return f"written{' or cleared' if d.chance(0.3) else ''}{members}{by}{since}"
        case "holds":
            return f"holds {_holds(d)} at {d.rng.choice(('use', 'use', 'meddle'))}"
        case "fits" | "aligned":
            return f"{kind} {d.rng.choice(d.views).name}" if members else kind
        case "disjoint":
            return "disjoint {}, {}".format(*d.rng.sample([v.name for v in d.views], 2))
        case "lent":
            return "lent"
        case _:
            return f"{kind}{members}"


def _holds(d: _Drawing) -> str:
    """A condition on members of few bits, and fixed inputs."""
    d.bits = max(d.bits, 3)
    member = _looked_at(d)
    choices = ["{0} == 0", "{0} != 1", "{0} <= 3", "{0} >= 0", "!({0} & 2)"] if member else []
    choices += [f"{x} < 2" for x in d.fixed]
    if member and d.fixed:
        choices += ["{0} == " + d.fixed[0]]
    if d.offset:
        choices.append("OFF < 3")
    return d.rng.choice(choices or ["1"]).format(member)


def _asked(d: _Drawing) -> str:
    """A member or a view, seldom two, or two elements of an array: the owner's for choice."""
    if (d.front or d.back) and d.chance(0.2):
        return _neighbour(d)
    own = [v for v in d.views if v.layer == "owner"] if d.chance(0.8) else d.views
    view = d.rng.choice(own)
    if view.counted and not d.inputs:
        return ", ".join(f"{view.name}[{index}]" for index in sorted(d.rng.sample(range(3), 2)))
    first = view.name if d.chance(0.4) or view.counted else _spelt(view, d.rng.choice(view.members))
    if d.chance(0.15):
        return f"{first}, {d.rng.choice(d.views).name}"
    return first


def _where(d: _Drawing, kind: str) -> str:
    if kind in ("aligned", "disjoint", "preserved", "holds") or not d.chance(0.2):
        return ""
    return f" in {d.rng.choice(('owner', 'guest', 'use', 'p'))}"
