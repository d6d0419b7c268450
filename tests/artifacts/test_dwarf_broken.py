"""Damaged objects: an answer or a SpecError, soon; never a traceback."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from cbprove.artifacts.dwarf import file as dwarf_file
from cbprove.artifacts.dwarf import reader as dwarf
from cbprove.artifacts.files import elf
from cbprove.artifacts.lookup import fingerprints
from cbprove.artifacts.model import Types
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS, Abi
from tests.artifacts.objects import COUNT, path

KEPT = [(abi, version) for abi in (ABIS["x86_64"], ABIS["m68k"]) for version in (4, 5)]
CASES = 150  # of each kept object, in CI


def walk(data: bytes, abi: Abi) -> int:
    """How many definitions are read, everything in them looked at."""
    types = dwarf.types(data, "damaged", "", abi)
    return sum(_definitions(types, kind) for kind in ("struct", "union", "enum", "typedef"))


def _definitions(types: Types, kind: str) -> int:
    assert kind in ("struct", "union", "enum", "typedef")
    refs = [ref for name in types.names(kind) for ref in types.find(kind, name)]  # type: ignore[arg-type]
    return len(fingerprints(types, refs))


def damaged(data: bytes, abi: Abi, rng: Random) -> bytes:
    """A few bytes changed, most of them where DWARF is; or the end cut off."""
    places = [
        place for name, place in elf.read(data, "kept").places.items() if name.startswith(".debug")
    ]
    broken = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.choice(places)
        at = (
            rng.randrange(len(data))
            if rng.random() < 0.1
            else place.offset + rng.randrange(place.size)
        )
        broken[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(broken[: rng.randrange(len(broken))] if rng.random() < 0.05 else broken)


def outcomes(seed: int, cases: int, abi: Abi, version: int) -> tuple[int, int]:
    """How many damaged objects were read, and how many refused."""
    data = path(abi, version).read_bytes()
    read = refused = 0
    for number in range(cases):
        try:
            walk(damaged(data, abi, Random(f"{seed}/{abi.name}/{version}/{number}")), abi)
            read += 1
        except SpecError as error:
            assert all(
                diagnostic.code in ("CB0311", "CB0312", "CB0305")
                for diagnostic in error.diagnostics
            )
            refused += 1
    return read, refused


@pytest.mark.parametrize(("abi", "version"), KEPT, ids=lambda part: getattr(part, "name", part))
def test_sound_objects_are_walked(abi: Abi, version: int) -> None:
    assert walk(path(abi, version).read_bytes(), abi) > COUNT


@pytest.mark.parametrize(("abi", "version"), KEPT, ids=lambda part: getattr(part, "name", part))
def test_damaged_objects(abi: Abi, version: int) -> None:
    read, refused = outcomes(1, CASES, abi, version)
    assert read > CASES // 20 and refused > CASES // 20


@pytest.mark.slow
@pytest.mark.parametrize(("abi", "version"), KEPT, ids=lambda part: getattr(part, "name", part))
def test_many_damaged_objects(abi: Abi, version: int) -> None:
    outcomes(2, 3000, abi, version)


def test_siblings_that_point_backwards() -> None:
    """Every walk goes forward, whatever a reference says."""
    data = path(ABIS["x86_64"], 5).read_bytes()
    start = elf.read(data, "kept").places[".debug_info"].offset
    file = dwarf_file.read(data, "kept")
    top = file.units[0].first
    siblings = [die.attributes.get("DW_AT_sibling") for _, die in file.children(top, file.die(top))]
    places = [start + sibling.offset for sibling in siblings if sibling is not None]
    assert len(places) > COUNT
    for at in places:
        with suppress(SpecError):
            dwarf.types(
                data[:at] + b"\x0c\0\0\0" + data[at + 4 :], "damaged", "", ABIS["x86_64"]
            ).names("struct")


def test_sections_without_number() -> None:
    """An ELF file may keep their number in the first section's size: here a million million of
    no size each."""
    data = bytearray(path(ABIS["x86_64"], 5).read_bytes())
    headers = int.from_bytes(data[40:48], "little")
    data[58:62] = bytes(4)  # e_shentsize, e_shnum
    data[headers + 32 : headers + 40] = (1 << 40).to_bytes(8, "little")  # sh_size
    with pytest.raises(SpecError) as error:
        dwarf.types(bytes(data), "damaged", "", ABIS["x86_64"])
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == ["CB0312"]
