"""Structs against pahole 1.24: every one of a kernel as a part of `make artefacts`, those of
pahole/ from stored texts.

`python -m tests.artifacts.check_pahole` makes the objects in pahole/ and the texts beside them
anew, with gcc and pahole.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cbprove.artifacts.model import Types
from cbprove.artifacts.opening import RUNNING, open_artifact
from cbprove.pictures.outlines import text

FOLDER = Path(__file__).parent / "pahole"
VERSION = "v1.24"
_BLOCK = re.compile(r"^(struct|union) (\w+) \{\n.*?^\}[^\n]*;\n", re.MULTILINE | re.DOTALL)


def installed() -> bool:
    """Whether pahole is there, and is the one whose style is followed."""
    if shutil.which("pahole") is None:
        return False
    said = subprocess.run(
        ["pahole", "--version"], capture_output=True, text=True, check=False
    ).stdout
    return said.strip() == VERSION


def check(kernel: Path = Path(RUNNING)) -> Iterator[str]:
    """A line for a kernel, and one for each struct that comes out otherwise, which then begins
    with `difference`."""
    types = open_artifact(str(kernel)).units[0]
    told = subprocess.run(
        ["pahole", str(kernel)], capture_output=True, text=True, check=True
    ).stdout
    found = list(compared(types, told))
    # What pahole concludes of one struct depends on those that it printed before: a doubtful one is
    # asked for alone.
    other = [name for name, same in found if not same and not _alone(types, kernel, name)]
    yield from (f"difference from pahole: {name}" for name in other)
    yield f"{types.name}: {len(found) - len(other)} of {len(found)} structs and unions as pahole prints them"


def _alone(types: Types, kernel: Path, name: str) -> bool:
    command = ["pahole", "-C", name.partition(" ")[2], str(kernel)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return any(same for each, same in compared(types, told) if each == name)


def compared(types: Types, told: str) -> Iterator[tuple[str, bool]]:
    """Each struct and union that pahole printed, and whether one of its definitions is printed
    so here."""
    for block in _BLOCK.finditer(told):
        kind, tag = block[1], block[2]
        assert kind in ("struct", "union")
        mine = [
            text(types, ref) + "\n"
            for ref in types.find("union" if kind == "union" else "struct", tag)
        ]
        yield f"{kind} {tag}", block[0] in mine or _forward(block[0]) in mine


def _forward(block: str) -> str:
    """With dimensions the other way round: pahole 1.24 reverses those of arrays that BTF nests,
    as newer kernels have them."""
    return re.sub(
        r"(?:\[\d+\]){2,}", lambda found: "".join(re.findall(r"\[\d+\]", found[0])[::-1]), block
    )


def main() -> None:
    """Writes the objects, and what pahole says of them."""
    flags = ["-g", "-c", f"-ffile-prefix-map={FOLDER}=.", "-o", "shapes.o", "shapes.c"]
    subprocess.run(["gcc", *flags], cwd=FOLDER, check=True)
    subprocess.run(
        ["pahole", "-J", "--btf_encode_detached=shapes.btf", "shapes.o"], cwd=FOLDER, check=True
    )
    for name in ("shapes.o", "shapes.btf"):
        told = subprocess.run(
            ["pahole", name], cwd=FOLDER, capture_output=True, text=True, check=True
        ).stdout
        (FOLDER / f"{name}.txt").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
