"""Free bits judged as "may differ" agree with trying values: tiny random programs, run again on
zeros and ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import product

from cbprove.system.expressions import Binary, Constant, Expr, InputValue, MemberValue, Place
from cbprove.system.program import Input, Preserved
from cbprove.system.statements import Block, Call, Clear, Copy, Either, If, Write
from tests.brute import verdict
from tests.semantics.hand_built import (
    BIT,
    INT,
    Member,
    Script,
    View,
    bytes_at,
    inp,
    lit,
    op,
    program,
    prop,
    to,
    val,
)

BITS = 4
VIEW = View(
    "v",
    1,
    {f"b{i}": Member(i, 1, BIT) for i in range(BITS)} | {"two": Member(1, 2, None, element=1)},
)


def a_block(rng: random.Random, s: Script, depth: int) -> Block:
    return tuple(a_statement(rng, s, depth) for _ in range(rng.randint(1, 5 - depth)))


def a_statement(rng: random.Random, s: Script, depth: int) -> object:
    bit = VIEW[f"b{rng.randrange(BITS)}"]
    kind = rng.choice(("write", "set", "clear", "copy", "save", "use", "stack", "if", "either"))
    match kind:
        case "write":
            return s.write("a", rng.choice((bit, VIEW["two"])))
        case "set":
            return s.write("b", bit, value=an_expr(rng))
        case "clear":
            return s.clear(rng.choice((bit, VIEW["two"])))
        case "copy":
            return s.copy(bit, VIEW[f"b{rng.randrange(BITS)}"])
        case "stack":
            ends = (VIEW.every(), bytes_at(0, 1, "stack"))
            return s.copy(*rng.choice((ends, ends[::-1])))
        case "save" | "use":
            return s.step(kind)
    if depth == 2:
        return s.step("use")
    arms = (a_block(rng, s, depth + 1), a_block(rng, s, depth + 1))
    return s.either(*arms) if kind == "either" else s.when(an_expr(rng), *arms)


def an_expr(rng: random.Random) -> Expr:
    bit = to(INT, val(VIEW[f"b{rng.randrange(BITS)}"]))
    return rng.choice((bit, op("==", bit, lit(0)), inp("x"), op("==", bit, inp("x"))))


class Plain:
    """The same on zeros and ones, free bits taken from `choices`; refuted if a remembered value
    is not found."""

    def __init__(self, choices: Iterator[int], fixed: int, members: tuple[Place, ...]) -> None:
        self.choices, self.fixed, self.members = choices, fixed, members
        self.memory = {
            ".": [next(choices) for _ in range(8)],
            "stack": [next(choices) for _ in range(8)],
        }
        self.saved: list[int] | None = None
        self.refuted = False

    def bits(self, place: Place) -> list[int]:
        assert isinstance(place.low, int)
        return self.memory[place.object][place.low : place.low + place.width]

    def put(self, place: Place, values: list[int]) -> None:
        assert isinstance(place.low, int)
        self.memory[place.object][place.low : place.low + place.width] = values

    def value(self, expr: Expr) -> int:
        match expr:
            case Constant(value):
                return int(value)  # type: ignore[arg-type]
            case InputValue():
                return self.fixed
            case MemberValue(place):
                return self.bits(place)[0]
            case Binary("==", left, right):
                return int(self.value(left) == self.value(right))
        return self.value(expr.operand)  # type: ignore[union-attr]

    def block(self, block: Block) -> None:
        for statement in block:
            match statement:
                case Write(_, (place,), None):
                    self.put(place, [next(self.choices) for _ in range(place.width)])
                case Write(_, (place,), value):
                    self.put(place, [self.value(value) & 1])
                case Clear(_, (place,)):
                    self.put(place, [0] * place.width)
                case Copy(_, origin, target):
                    self.put(target, self.bits(origin))
                case If(_, condition, then, otherwise):
                    self.block(then if self.value(condition) else otherwise)
                case Either(_, arms):
                    self.block(arms[next(self.choices)])
                case Call(_, _, name):
                    self.step(name)

    def step(self, name: str) -> None:
        found = [bit for member in self.members for bit in self.bits(member)]
        if name == "save":
            self.saved = found
        elif self.saved is not None:
            self.refuted = self.refuted or self.saved != found


def refuted_by_trying(block: Block, members: tuple[Place, ...], attempts: int) -> bool:
    """Whether some of many runs on random values breaks the claim: a refutation so found is one
    for certain."""
    rng = random.Random(len(block))
    endless: Callable[[], Iterator[int]] = lambda: iter(lambda: rng.randint(0, 1), 2)  # noqa: E731
    for fixed, _ in product((0, 1), range(attempts)):
        plain = Plain(endless(), fixed, members)
        plain.block(block)
        if plain.refuted:
            return True
    return False


def test_random_programs() -> None:
    told: dict[str | None, int] = {}
    for seed in range(400):
        rng = random.Random(seed)
        s = Script()
        block = (s.step("save"), *a_block(rng, s, 0), s.step("use"))
        members = (rng.choice((VIEW["b1"], VIEW["two"])),)
        x = Input("x", INT, 0, 1, per_step=False)
        prog = program(
            *block, size=1, steps={"save": (), "use": ()}, objects={"stack": 1}, inputs=(x,)
        )
        judged = verdict(prog, prop(Preserved(members, "save", "use")))
        told[judged.verdict] = told.get(judged.verdict, 0) + 1
        assert (judged.verdict == "refuted") == refuted_by_trying(block, members, 300), (
            f"seed {seed}"
        )
    assert told["proved"] > 50
    assert told["refuted"] > 50
