"""Equal declarations of C are one; a packing of the spec replaces what included files declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.meaning.check import check
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.syntax.includes import load
from tests.meaning.meaning import assigned

SKB = "object skb { char cb[16]; }\n"
ONE = (
    "struct x { int a; enum kind { A, B = 2 } b; u8 c[N]; };\n#define N 3\ntypedef struct x *xp;\n"
)
SAME = ONE.replace(" ", "\t ").replace("{ A", "{\n/* a */ A").replace("[N]", "[ N ]")
USE = "layer l { view V : struct x at skb.cb[0]; step s { read V; } }\npath p { s; }\n"


def read(folder: Path, main: str, **included: str) -> System:
    for name, text in included.items():
        (folder / f"{name}.cbs").write_text(text, encoding="utf-8")
    spec = folder / "spec.cbs"
    includes = "".join(f'include "{name}.cbs";\n' for name in included)
    spec.write_text(f"spec test;\n{includes}{SKB}{main}", encoding="utf-8")
    system = resolve(load(spec))
    check(system)
    return system


def width(system: System, **chosen: str) -> int:
    return program(system, assigned(system, **chosen)).views[0].place.width // 8


def test_equal_declarations_are_one(tmp_path: Path) -> None:
    assert width(read(tmp_path, USE, a=ONE, b=SAME)) == 12
    assert width(read(tmp_path, f"{ONE}{SAME}{USE}")) == 12


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("int a;", "unsigned int a;"),
        ("int a;", "int b;"),
        ("};", "} __packed;"),
        ("B = 2", "B = 3"),
        ("c[N]", "c[3]"),
        ("#define N 3", "#define N 4"),
        ("typedef struct x *xp", "typedef struct x xp"),
        ("struct x {", "union x {"),
    ],
)
def test_other_declarations_are_a_mistake(there: str, here: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"CB0110: .* is declared a second time"):
        read(tmp_path, USE, a=ONE, b=ONE.replace(there, here))


PACKING = "packing struct x = old { old { u8 a[4]; }; new { u8 a[6]; }; }\n"


def test_a_packing_replaces_an_included_struct(tmp_path: Path) -> None:
    system = read(
        tmp_path, PACKING + USE, a="struct x { int a; };\nstruct outer { struct x in; };\n"
    )
    assert [width(system, x=arm) for arm in ("old", "new")] == [4, 6]


def test_a_packing_of_an_included_file_replaces_nothing(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="CB0110"):
        read(tmp_path, USE, a="struct x { int a; };\n", b=PACKING)


def test_a_packing_replaces_nothing_in_its_own_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="CB0110"):
        read(tmp_path, f"struct x {{ int a; }};\n{PACKING}{USE}")


def test_a_packing_replaces_no_other_packing(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="CB0110"):
        read(tmp_path, PACKING + USE, a=PACKING.replace("old", "older"))
