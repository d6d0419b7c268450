"""The same programs on other targets, under sanitizers and as KUnit cases."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from programs import CLANG, GCC, answer, build, text_of

HERE = Path(__file__).parent
ALL_KINDS = str(HERE / "all_kinds.cbs")
REFUTED, PROVED = "over/own", "good/own"

EMPTY = "int main(void) { return 0; }\n"


def _both(tmp_path: Path, compiler: tuple[str, ...], *run: str) -> None:
    """One refuted and one proved case; skipped where this machine cannot build or run for the target."""
    if shutil.which(compiler[0]) is None or (run and shutil.which(run[0]) is None):
        pytest.skip(f"{compiler[0]} or {run} is not installed")
    if isinstance(build(EMPTY, tmp_path, compiler), str):
        pytest.skip(f"{' '.join(compiler)} has no C library here")
    for id, code in ((REFUTED, 1), (PROVED, 0)):
        assert answer(build(text_of(ALL_KINDS, id), tmp_path, compiler), *run)[0] == code, id


@pytest.mark.slow
def test_32_bits(tmp_path: Path) -> None:
    _both(tmp_path, (*GCC, "-m32"))


@pytest.mark.slow
def test_clang(tmp_path: Path) -> None:
    _both(tmp_path, CLANG)


@pytest.mark.slow
def test_big_endian(tmp_path: Path) -> None:
    _both(tmp_path, ("s390x-linux-gnu-gcc", *GCC[1:], "-static"), "qemu-s390x")


@pytest.mark.slow
def test_nothing_is_undefined(tmp_path: Path) -> None:
    _both(tmp_path, (*GCC, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"))


def test_a_big_endian_compiler_for_a_little_endian_spec(tmp_path: Path) -> None:
    """Bit-fields lie otherwise there, and values too: the spec says nothing of it."""
    text = text_of(ALL_KINDS, PROVED).replace("__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__", "1")
    assert "the spec is about x86_64, i386, s390x" in str(build(text, tmp_path))


def test_kunit() -> None:
    """Its syntax, against a header that has as much of KUnit as it names; it was not run in a kernel."""
    text = text_of(ALL_KINDS, REFUTED, kunit=True)
    command = [*GCC, "-fsyntax-only", f"-I{HERE / 'kernel'}", "-xc", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.stderr == ""
    assert "kunit_test_suite(cb_suite);" in text
    assert "KUNIT_EXPECT_EQ(test, cb_all(), 0);" in text
    assert "stdio.h" not in text
