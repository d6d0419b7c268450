"""An ABI is one record: no other module names one, and a ninth needs nothing else."""

from __future__ import annotations

import ast
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from cbprove.layout.abi import ABIS, Abi
from cbprove.layout.records import preferred_align
from cbprove.layout.types import Aligned, Array, Enum, Field, Pointer, Record, Scalar

PACKAGE = Path(__file__).parent.parent.parent / "model" / "cbprove"
RECORDS = PACKAGE / "layout" / "abi.py"

SPARC = """            _abi(
                "sparc64",
                "big",
                word=8,
                biggest_align=16,
                macro="defined(__sparc__) && defined(__arch64__)",
                machine=43,
                relocations={3: 4, 32: 8},
                cache_line=32,
            ),
"""

SPEC = """
spec ninth "an ABI that was added";
abi sparc64, x86_64;
object o { char cb[64] __aligned(8); }
struct line { char c; } ____cacheline_aligned;
struct most { char c; } __attribute__((aligned));
layer l { view V : struct line at o.cb[0]; step put { write V.c; } step get { read V.c; } }
path p { put; get; }
property kept: preserved V.c from put to get;
proposal there { abi = sparc64; }
ask lines: abi such that kept given sizeof(struct line) == 32 && sizeof(struct most) == 16; expect exactly { abi = sparc64; };
"""


@pytest.mark.parametrize(
    "module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_other_module_names_an_abi(module: Path) -> None:
    if module == RECORDS:
        return
    constants = {
        n.value for n in ast.walk(ast.parse(module.read_text())) if isinstance(n, ast.Constant)
    }
    assert not constants & (set(ABIS) - {"arm"})  # a packing and an `either` have arms too


def test_a_ninth_abi_is_one_record(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "cbprove", ignore=shutil.ignore_patterns("__pycache__"))
    records = tmp_path / "cbprove" / "layout" / "abi.py"
    text = records.read_text()
    last = "        )\n    }\n)\n"
    assert text.count(last) == 1
    records.write_text(text.replace(last, SPARC + last))
    (tmp_path / "ninth.cbs").write_text(SPEC)
    (tmp_path / "empty.o").write_bytes(_elf(machine=43))

    judged = _run(tmp_path, "ninth.cbs")
    assert judged.returncode == 0, judged.stdout + judged.stderr
    opened = _run(tmp_path, "layout", "empty.o", "--struct", "x")
    assert "has neither BTF nor DWARF" in opened.stderr
    other = _run(tmp_path, "layout", "empty.o", "--struct", "x", "--abi", "x86_64")
    assert "neither BTF nor DWARF" in other.stderr or "sparc64" in other.stderr


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from cbprove.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def _elf(machine: int) -> bytes:
    head = b"\x7fELF\x02\x02\x01" + bytes(9)
    return head + struct.pack(">HHIQQQIHHHHHH", 1, machine, 1, 0, 0, 0, 0, 64, 0, 0, 64, 0, 0)


# What gcc 12 answers to __alignof__(unsigned long long), int, long, void *; the same of an array,
# of an enum of 64 bits.
PREFERRED = {
    "x86_64": (8, 4, 8, 8),
    "i386": (8, 4, 4, 4),
    "aarch64": (8, 4, 8, 8),
    "arm": (8, 4, 4, 4),
    "s390x": (8, 4, 8, 8),
    "m68k": (2, 2, 2, 2),
    "riscv64": (8, 4, 8, 8),
    "ppc64le": (8, 4, 8, 8),
}


@pytest.mark.parametrize("abi", ABIS.values(), ids=lambda abi: abi.name)
def test_the_alignment_that_types_prefer(abi: Abi) -> None:
    wide = Scalar("unsigned long long")
    asked = (wide, Scalar("int"), Scalar("long"), Pointer())
    assert tuple(preferred_align(type, abi) for type in asked) == PREFERRED[abi.name]
    first = PREFERRED[abi.name][0]
    assert preferred_align(Array(Array(wide, 2), None), abi) == first
    assert preferred_align(Enum(None, 0, 1 << 32), abi) == first
    assert preferred_align(Aligned(wide, 16), abi) == 16
    member = min(first, abi.integer_member_align)
    assert preferred_align(Record("struct", None, (Field("x", wide),)), abi) == member
