"""Kernels that are no ELF, names of which one is missing, and what is left out of a file and
told."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from cbprove.artifacts.files import containers
from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.opening import open_artifact
from cbprove.cli import main
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS
from tests.artifacts.reading import FIXTURES, mistake

RAW = (FIXTURES / "x86_64.btf").read_bytes()
OBJECT = (FIXTURES / "s390x.o").read_bytes()


def image(name: str, inside: bytes, before: int = 8192) -> bytes:
    """A header as the ABI's kernels have it, zeroes, what is inside, zeroes."""
    told = ABIS[name].image
    assert told is not None
    at, magic = told
    return bytes(at) + magic + bytes(before - at - len(magic)) + inside + bytes(4096)


def opened(folder: Path, data: bytes, abi: str | None = None) -> str:
    path = folder / "Image"
    path.write_bytes(data)
    (unit,) = open_artifact(str(path), [], abi).units
    assert len(list(unit.names("struct"))) >= 1
    return f"{unit.name} {unit.abi.name}"


def refused(folder: Path, data: bytes, abi: str | None = None) -> tuple[str, str, str]:
    path = folder / "Image"
    path.write_bytes(data)
    with pytest.raises(SpecError) as error:
        open_artifact(str(path), [], abi)
    return mistake(error)


@pytest.mark.parametrize("name", ["aarch64", "riscv64"])
def test_the_header_of_a_flat_image_tells_the_abi(name: str, tmp_path: Path) -> None:
    assert opened(tmp_path, image(name, RAW)) == f"vmlinux {name}"
    assert opened(tmp_path, image(name, RAW), name) == f"vmlinux {name}"
    assert refused(tmp_path, image(name, RAW), "x86_64")[:2] == (
        "CB0307",
        f"`Image` is for {name}, not for x86_64",
    )


def test_an_image_without_a_header_is_of_the_byte_order_that_its_types_have(tmp_path: Path) -> None:
    big = containers.read_image(bytes(4096) + _section(OBJECT) + bytes(100), "x")
    assert big is not None and big.btf == _section(OBJECT) and big.abi is None
    assert opened(tmp_path, bytes(4096) + _section(OBJECT) + bytes(100)) == "vmlinux s390x"


def test_a_compressed_kernel_inside_of_an_image_is_found(tmp_path: Path) -> None:
    kernel = image("aarch64", RAW) + bytes(1 << 20)
    packed = (
        b"MZ"
        + bytes(5000)
        + b"\x1f\x8b\x08 is no stream"
        + gzip.compress(kernel, mtime=0)
        + bytes(50)
    )
    assert opened(tmp_path, packed) == "vmlinux aarch64"


def test_of_several_sections_the_largest_is_the_kernels(tmp_path: Path) -> None:
    small = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 4, 4, 1) + b"\0\0\0\0\0"
    assert opened(tmp_path, image("aarch64", small + RAW)) == "vmlinux aarch64"


@pytest.mark.parametrize("cut", [len(RAW) // 2, 8, 30])
def test_lengths_that_do_not_fit_are_no_section(cut: int, tmp_path: Path) -> None:
    data = image("aarch64", b"")[:8192] + RAW[:cut]
    code, message, help = refused(tmp_path, data)
    assert (code, message) == ("CB0304", "`Image` is a kernel's flat image, and no BTF is in it")
    assert "/sys/kernel/btf/vmlinux" in help


def test_what_is_nothing_known(tmp_path: Path) -> None:
    assert refused(tmp_path, b"MZ" + bytes(5000))[:2] == (
        "CB0304",
        "`Image` is an EFI program, and no BTF is in it",
    )
    assert refused(tmp_path, bytes(5000))[0] == "CB0301"


def test_a_disk_is_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "LONGEST_IMAGE", 5000)
    monkeypatch.setattr(containers, "read_image", lambda data, shown: pytest.fail("it was read"))
    assert refused(tmp_path, bytes(5001))[0] == "CB0301"


@pytest.mark.parametrize("boot", ["vmlinux-6.12", "vmlinuz-6.12"])
def test_the_kernel_beside_modules_may_be_unpacked(boot: str, tmp_path: Path) -> None:
    modules = tmp_path / "lib" / "modules" / "6.12"
    modules.mkdir(parents=True)
    (tmp_path / "boot").mkdir()
    (tmp_path / "boot" / boot).write_bytes(RAW)
    assert open_artifact(str(modules)).units[0].abi.name == "x86_64"


def test_one_name_that_is_missing_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.btf"
    path.write_bytes(RAW)
    (unit,) = open_artifact(str(path)).units
    there = sorted(unit.names("struct"))[0]
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "layout",
                str(path),
                "--struct",
                "not_there",
                "--struct",
                there,
                "--struct",
                "nor_this",
            ]
        )
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert f"struct {there} {{" in said.out
    assert "`struct not_there`" in said.err and "`struct nor_this`" in said.err


def test_units_of_other_languages_are_told(tmp_path: Path) -> None:
    path = tmp_path / "cpp.o"
    path.write_bytes(_cpp())
    with pytest.raises(SpecError) as error:
        lookup(open_artifact(str(path)), "struct", "A")
    code, message, help = mistake(error)
    assert (code, message) == ("CB0309", "there is no `struct A` in `cpp.o`")
    assert help.endswith("; units of C++ (1) are not read, only those of C")


def _section(object: bytes) -> bytes:
    from cbprove.artifacts.files.elf import read

    section = read(object, "object").section(".BTF")
    assert section is not None
    return section


def _cpp() -> bytes:
    import shutil

    from tests.artifacts.objects import compile_c
    from tests.oracle.compilers import COMMANDS

    compiler = COMMANDS["x86_64"]
    if shutil.which(compiler[0].replace("gcc", "g++")) is None:
        pytest.skip("no compiler of C++")
    return compile_c("struct A { char c; int i; } a;", compiler, "-g", "-x", "c++")
