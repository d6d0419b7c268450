"""The same programs on other targets, under sanitizers and as KUnit tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from programs import CLANG, GCC, answer, build, faults, refuted, report, text_of

HERE = Path(__file__).parent
ALL_KINDS = str(HERE / "all_kinds.cbs")

EMPTY = "int main(void) { return 0; }\n"


def _every(tmp_path: Path, compiler: tuple[str, ...]) -> None:
    """All refuted cases; skipped where this machine cannot build for the target."""
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not installed")
    if isinstance(build(EMPTY, tmp_path, compiler), str):
        pytest.skip(f"{' '.join(compiler)} has no C library here")
    system, found = report(ALL_KINDS)
    for case, shown in refuted(found):
        assert not list(faults(system, shown, case.property, tmp_path, compiler)), case.id


@pytest.mark.slow
def test_clang(tmp_path: Path) -> None:
    _every(tmp_path, CLANG)


@pytest.mark.slow
def test_nothing_is_undefined(tmp_path: Path) -> None:
    _every(tmp_path, (*GCC, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"))


def test_a_big_endian_compiler_for_a_little_endian_spec(tmp_path: Path) -> None:
    """Bit-fields lie otherwise there, and values too."""
    text = text_of(ALL_KINDS, "over/own").replace("__ORDER_LITTLE_ENDIAN__", "__ORDER_BIG_ENDIAN__")
    assert "static assertion failed" in str(build(text, tmp_path))


def test_another_layout_does_not_compile(tmp_path: Path) -> None:
    text = text_of(ALL_KINDS, "over/own")
    assert answer(build(text, tmp_path))[0] == 1
    changed = text.replace("_Bool set;", "_Bool set; long more;")
    assert changed != text
    assert "sizeof(struct pair)" in str(build(changed, tmp_path))


@pytest.mark.parametrize("id", ["over/kept", "over/own", "over/small", "over/apart", "saved/held"])
def test_kunit(id: str) -> None:
    """Its syntax, against a header that has as much of KUnit as it names; it was not run in a
    kernel."""
    text = text_of(ALL_KINDS, id, kunit=True)
    command = [*GCC, "-fsyntax-only", f"-I{HERE / 'kernel'}", "-xc", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.stderr == ""
    assert "kunit_test_suite(suite);" in text
    assert "KUNIT_EXPECT_EQ(test, witness(), 0);" in text
    assert "stdio.h" not in text and "printf(" not in text.replace("pr_info(", "")
