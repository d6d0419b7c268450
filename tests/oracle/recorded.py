"""The answers that the compilers gave once: one file an ABI, one digest a struct, in the order
of the seed."""

from __future__ import annotations

from pathlib import Path

from cbprove.layout.abi import Abi

FOLDER = Path(__file__).parent / "answers"
SEED = 1
COUNT = 2000


def path(abi: Abi) -> Path:
    """The file of an ABI."""
    return FOLDER / f"{abi.name}.txt"


def read(abi: Abi) -> list[str]:
    """The digests of the structs 0, 1, ... of SEED; the first line says who gave them."""
    return path(abi).read_text().splitlines()[1:]


def write(abi: Abi, version: str, digests: list[str]) -> None:
    """Record the digests that a version of gcc gave."""
    header = f"# gcc {version}, seed {SEED}: a digest of each struct's answers"
    path(abi).write_text("\n".join((header, *digests, "")))
