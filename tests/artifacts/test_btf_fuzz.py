"""Damaged artefacts: what is read is sound all through, or a mistake is told; nothing else is
ever raised."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from cbprove.artifacts.model import Node, Types
from cbprove.artifacts.opening import open_artifact
from cbprove.diagnostics import SpecError
from tests.artifacts.reading import FIXTURES, walk

FILES = ("bpfeb.btf", "i386.o", "m68k.o", "s390x.o", "x86_64.btf", "module.btf")
ROUNDS = 250
SEED = 20260101

Damage = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, data: bytes) -> bytes:
    """A few bytes have one bit changed."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def overwritten(chance: random.Random, data: bytes) -> bytes:
    """A few whole words hold values that are extreme, or that others hold nearby."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out) // 4) * 4
        word = chance.choice(
            (0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 0x0400FFFF, 0x84000001, chance.randrange(60))
        )
        out[at : at + 4] = word.to_bytes(4, chance.choice(("little", "big")))
    return bytes(out)


def truncated(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def spliced(chance: random.Random, data: bytes) -> bytes:
    """A piece is copied to another place."""
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    at = chance.randrange(len(data))
    return data[:at] + data[start:end] + data[at + chance.choice((0, end - start)) :]


def everything(types: Types) -> list[Node]:
    """Every node that exists, each by itself, and all that names lead to, down to the last
    member."""
    walk(types)
    seen = []
    for ref in range(1, 400):
        try:
            seen.append(types.node(ref))
        except SpecError:
            continue
    return seen


@pytest.mark.parametrize("damage", [flipped, overwritten, truncated, spliced])
@pytest.mark.parametrize("name", FILES)
def test_damage_is_told_or_does_no_harm(name: str, damage: Damage, tmp_path: Path) -> None:
    chance = random.Random(f"{SEED} {name} {damage.__name__}")
    data, file = (FIXTURES / name).read_bytes(), tmp_path / name
    told = 0
    for _ in range(ROUNDS):
        file.write_bytes(damage(chance, data))
        told += not _read(file)
    assert told > 0


def _read(file: Path) -> bool:
    """Whether nothing was found wrong; any exception but SpecError ends the test."""
    try:
        if file.stem == "module":
            artifact = open_artifact(str(FIXTURES / "x86_64.btf"), [str(file)])
        else:
            artifact = open_artifact(str(file))
        everything(artifact.units[-1])
    except SpecError as mistake:
        assert all(each.code.startswith("CB030") and each.help for each in mistake.diagnostics)
        return False
    return True
