"""Opening: what a file is, how it is wrapped, which ABI it has, and modules over it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cbprove.artifacts import opening
from cbprove.artifacts.files import containers
from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.opening import open_artifact
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS
from tests.artifacts.builder import Builder
from tests.artifacts.reading import FIXTURES, mistake

RAW = (FIXTURES / "x86_64.btf").read_bytes()
SPLIT = (FIXTURES / "module.btf").read_bytes()
OBJECT = (FIXTURES / "s390x.o").read_bytes()


def zstd(data: bytes) -> bytes:
    return pytest.importorskip("zstandard").ZstdCompressor().compress(data)  # type: ignore[no-any-return]


PACKERS: list[Callable[[bytes], bytes]] = [
    gzip.compress,
    lzma.compress,
    lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    bz2.compress,
    zstd,
]
each_packer = pytest.mark.parametrize("pack", PACKERS, ids=["gzip", "xz", "lzma", "bzip2", "zstd"])


def bzimage(payload: bytes, version: int = 0x20F, sectors: int = 4) -> bytes:
    """A boot sector, its setup and, some way into what follows, the payload with the size that
    the kernel's build appends."""
    setup = bytearray(512 * ((sectors or 4) + 1))
    setup[0x1F1] = sectors
    setup[0x1FE:0x206] = b"\x55\xaa\xeb\x66HdrS"
    struct.pack_into("<H", setup, 0x206, version)
    struct.pack_into("<II", setup, 0x248, 100, len(payload) + 4)
    return bytes(setup) + b"\x90" * 100 + payload + b"\x10\0\0\0" + b"\x90" * 50


def refused(path: Path, *modules: Path, abi: str | None = None) -> tuple[str, str, str]:
    with pytest.raises(SpecError) as error:
        open_artifact(str(path), [str(each) for each in modules], abi)
    return mistake(error)


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@each_packer
def test_compressed_files_are_unpacked(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path, "some-module.ko.xz", pack(OBJECT))
    (unit,) = open_artifact(str(path)).units
    assert unit.name == "some_module" and unit.abi is ABIS["s390x"]
    assert len(unit.find("struct", "sk_buff")) == 1


@each_packer
@pytest.mark.parametrize("sectors", [0, 4, 30])
def test_a_bzimage_is_opened(pack: Callable[[bytes], bytes], sectors: int, tmp_path: Path) -> None:
    path = written(tmp_path, "vmlinuz-9.9", bzimage(pack(OBJECT), sectors=sectors))
    (unit,) = open_artifact(str(path)).units
    assert unit.name == "vmlinux" and len(unit.find("struct", "sk_buff")) == 1


def test_the_origin_names_the_file_and_its_sha256(tmp_path: Path) -> None:
    path = written(tmp_path, "vmlinux", RAW)
    (unit,) = open_artifact(str(path)).units
    digest = "894eafcd638aaaf4824bdb414b903076a55cb037954f713023348d9b1dc55216"
    assert unit.origin == f"BTF of vmlinux, sha256 {digest}"


def test_the_running_kernel_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(opening, "RUNNING", str(written(tmp_path, "vmlinux", RAW)))
    assert open_artifact().units[0].name == "vmlinux"
    monkeypatch.setattr(opening, "RUNNING", str(tmp_path / "none"))
    with pytest.raises(SpecError) as error:
        open_artifact()
    assert mistake(error)[2].startswith("this kernel was built without CONFIG_DEBUG_INFO_BTF")


@pytest.mark.parametrize(
    ("name", "data", "code", "message"),
    [
        ("x", b"", "CB0301", "`x` is no BTF, no ELF file and no image of a kernel with BTF in it"),
        (
            "x",
            b"hello",
            "CB0301",
            "`x` is no BTF, no ELF file and no image of a kernel with BTF in it",
        ),
        ("x", b"\x7fELF", "CB0302", "the headers of `x` are no sound ELF"),
        ("x", OBJECT[:1000], "CB0302", "the headers of `x` are no sound ELF"),
        (
            "x",
            OBJECT[:0x28] + b"\xff" * 8 + OBJECT[0x30:],
            "CB0302",
            "the headers of `x` are no sound ELF",
        ),
        (
            "x",
            b"\x1f\x8b\x08nothing",
            "CB0302",
            "`x` cannot be unpacked: error -3 while decompressing data: unknown header flags set",
        ),
        (
            "x",
            gzip.compress(RAW, mtime=0)[:500],
            "CB0302",
            "`x` cannot be unpacked: it ends too early",
        ),
        ("x", lzma.compress(RAW)[:500], "CB0302", "`x` cannot be unpacked: it ends too early"),
        ("x", bz2.compress(RAW)[:500], "CB0302", "`x` cannot be unpacked: it ends too early"),
        ("x", b"\x02\x21\x4c\x18 ", "CB0303", "`x` is compressed by lz4, which is not read"),
        ("x", b"\x89LZO\0 ", "CB0303", "`x` is compressed by lzop, which is not read"),
        ("x", bzimage(b"")[:0x220], "CB0302", "`x` ends inside its setup header"),
        ("x", bzimage(gzip.compress(RAW))[:-300], "CB0302", "the kernel in `x` lies past its end"),
        (
            "x",
            bzimage(b"", 0x207),
            "CB0302",
            "`x` is of boot protocol 0x207, which does not say where the kernel is",
        ),
        (
            "x",
            bzimage(b"\x02\x21\x4c\x18 "),
            "CB0303",
            "`x` is compressed by lz4, which is not read",
        ),
        (
            "x",
            bzimage(b"nothing"),
            "CB0301",
            "`x` is no BTF, no ELF file and no image of a kernel with BTF in it",
        ),
        ("m.ko", SPLIT, "CB0308", "the BTF of `m` is written over that of its kernel"),
    ],
)
def test_what_cannot_be_opened(
    name: str, data: bytes, code: str, message: str, tmp_path: Path
) -> None:
    found = refused(written(tmp_path, name, data))
    assert found[:2] == (code, message) and found[2]


def test_packed_again_and_again(tmp_path: Path) -> None:
    data = RAW
    for _ in range(6):
        data = gzip.compress(data)
    assert refused(written(tmp_path, "x", data))[1] == "`x` is wrapped more than 4 times"


def test_a_bomb_is_not_unpacked_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(containers, "_MOST", 100_000)
    for pack in PACKERS[:2]:
        assert refused(written(tmp_path, "x", pack(bytes(1_000_000))))[1].startswith(
            "`x` unpacks to more than"
        )


def test_zstd_without_a_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = written(tmp_path, "m.ko.zst", b"\x28\xb5\x2f\xfd")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    assert refused(path) == (
        "CB0303",
        "`m.ko.zst` is compressed by zstd, which this Python does not read",
        "`pip install zstandard`, or unpack it with `zstd -d` first",
    )


def test_files_that_are_none(tmp_path: Path) -> None:
    assert refused(tmp_path)[:2] == ("CB0300", f"there is no kernel in `{tmp_path}`")
    assert refused(tmp_path / "none")[:2] == ("CB0300", f"there is no file `{tmp_path / 'none'}`")
    assert refused(Path("/dev/zero"))[0] == "CB0300"
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path / "loop")[1] == f"`{tmp_path / 'loop'}` is a link that leads nowhere"


def test_a_file_of_another_kind_is_not_read_whole(tmp_path: Path) -> None:
    """16 TB of nothing: reading them would take all memory there is."""
    path = tmp_path / "image"
    try:
        with path.open("wb") as file:
            file.truncate(1 << 44)
    except OSError:
        pytest.skip("this file system has no files with holes, or none so large")
    assert refused(path)[:2] == (
        "CB0301",
        "`image` is no BTF, no ELF file and no image of a kernel with BTF in it",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = written(tmp_path, "vmlinux", RAW)
    path.chmod(0)
    assert refused(path)[:2] == ("CB0300", f"`{path}` cannot be read: permission denied")


def stripped(section: bytes) -> bytes:
    """The object with its section of BTF called otherwise."""
    return OBJECT.replace(b"\0.BTF\0", b"\0" + section + b"\0")


def test_an_elf_file_without_types(tmp_path: Path) -> None:
    assert refused(written(tmp_path, "vmlinux", stripped(b".XYZ"))) == (
        "CB0304",
        "`vmlinux` has neither BTF nor DWARF",
        "build the kernel with CONFIG_DEBUG_INFO_BTF, or give an object its BTF with `gcc -g` and `pahole -J`",
    )


def machine(number: int) -> bytes:
    return OBJECT[:18] + struct.pack(">H", number) + OBJECT[20:]


def test_machines_and_the_abi_that_was_said(tmp_path: Path) -> None:
    path = FIXTURES / "s390x.o"
    (known,) = open_artifact(str(path), abi="s390x").units
    assert known.abi is ABIS["s390x"]
    assert refused(path, abi="x86_64")[:2] == ("CB0307", "`s390x.o` is for s390x, not for x86_64")
    assert refused(path, abi="vax")[:2] == ("CB0307", "there is no ABI `vax`")
    strange = written(tmp_path, "strange", machine(999))
    assert refused(strange)[:2] == (
        "CB0307",
        "`strange` is for ELF machine 999, of which cbprove has no ABI",
    )
    (said,) = open_artifact(str(strange), abi="s390x").units
    assert said.abi is ABIS["s390x"]
    assert (
        refused(strange, abi="x86_64")[1]
        == "`strange` is big-endian with pointers of 8 bytes, which x86_64 is not"
    )


def test_objects_for_bpf_tell_no_more_than_raw_btf(tmp_path: Path) -> None:
    path = written(tmp_path, "prog.o", machine(247))
    assert open_artifact(str(path)).units[0].abi is ABIS["s390x"]
    assert (
        refused(path, abi="m68k")[1]
        == "`prog.o` is big-endian with pointers of 8 bytes, which m68k is not"
    )


@pytest.mark.parametrize(
    ("order", "word", "abi"),
    [("little", 8, "x86_64"), ("little", 4, "i386"), ("big", 8, "s390x"), ("big", 4, "m68k")],
)
@pytest.mark.parametrize("name", ["long unsigned int", "unsigned long", "long int", "long"])
def test_raw_btf_tells_its_abi_by_a_long(
    order: str, word: int, abi: str, name: str, tmp_path: Path
) -> None:
    made = Builder(order)  # type: ignore[arg-type]
    made.integer("int")
    made.integer(name, word)
    path = written(tmp_path, "vmlinux", made.data())
    assert open_artifact(str(path)).units[0].abi is ABIS[abi]


def test_raw_btf_without_a_long_needs_to_be_told(tmp_path: Path) -> None:
    made = Builder()
    made.integer()
    path = written(tmp_path, "vmlinux", made.data())
    assert refused(path)[:2] == ("CB0307", "nothing in `vmlinux` tells how large a pointer is")
    assert open_artifact(str(path), abi="arm").units[0].abi is ABIS["arm"]
    assert refused(path, abi="m68k")[1] == "`vmlinux` is little-endian, which m68k is not"


def test_modules_of_a_folder_are_opened_when_asked(tmp_path: Path) -> None:
    for name, data in (
        ("b/one-two.ko", SPLIT),
        ("a/packed.ko.gz", gzip.compress(SPLIT)),
        ("c/broken.ko", b"no module"),
    ):
        (tmp_path / name).parent.mkdir()
        written(tmp_path, name, data)
    written(tmp_path, "modules.dep", b"")
    artifact = open_artifact(str(FIXTURES / "x86_64.btf"), [str(tmp_path)])
    assert [unit.name for unit in artifact.units] == ["x86_64", "packed", "one_two", "broken"]
    found = lookup(artifact, "struct", "bits", "one_two")
    assert [unit.origin.split(",")[0] for unit, _ in found] == ["BTF of one-two.ko"]
    with pytest.raises(SpecError, match=r"`broken\.ko` is no BTF"):
        lookup(artifact, "struct", "bits")


def test_a_module_of_a_folder_may_be_without_types(tmp_path: Path) -> None:
    written(tmp_path, "bare.ko", stripped(b".XYZ"))
    artifact = open_artifact(str(FIXTURES / "x86_64.btf"), [str(tmp_path)])
    unit = artifact.units[1]
    assert (unit.find("struct", "bits"), list(unit.names("struct"))) == ((), [])
    assert unit.origin == "`bare`, which has no types"
    assert refused(FIXTURES / "x86_64.btf", tmp_path / "bare.ko")[0] == "CB0304"


def test_a_folder_like_that_of_the_running_kernel(tmp_path: Path) -> None:
    folder = tmp_path / "btf"
    folder.mkdir()
    written(folder, "vmlinux", RAW)
    shutil.copy(FIXTURES / "module.btf", folder / "esp4")
    artifact = open_artifact(str(folder / "vmlinux"), [str(folder)])
    assert [unit.name for unit in artifact.units] == ["vmlinux", "esp4"]
    assert artifact.units[1].find("struct", "module_cb")


@pytest.mark.parametrize(
    "kernel", ["vmlinux", "vmlinuz", "../../../boot/vmlinuz-6.1", "../../../../boot/vmlinuz-6.1"]
)
def test_a_folder_with_a_kernel_and_its_modules(kernel: str, tmp_path: Path) -> None:
    """As build trees, /lib/modules/VERSION of some distributions, and that of others with /boot."""
    folder = tmp_path / "usr/lib/modules/6.1"
    (folder / "kernel").mkdir(parents=True)
    for boot in ("usr/boot", "boot"):
        (tmp_path / boot).mkdir()
    assert refused(folder)[1] == f"there is no kernel in `{folder}`"
    written(folder, kernel, RAW)
    written(folder, "kernel/one-two.ko", SPLIT)
    artifact = open_artifact(str(folder), abi="x86_64")
    assert artifact.path == str(folder)
    assert [unit.name for unit in artifact.units] == [Path(kernel).name, "one_two"]
    assert lookup(artifact, "struct", "module_cb")[0][0].name == "one_two"


def test_a_folder_like_that_of_the_running_kernel_is_one_artefact(tmp_path: Path) -> None:
    folder = tmp_path / "btf"
    folder.mkdir()
    written(folder, "vmlinux", RAW)
    shutil.copy(FIXTURES / "module.btf", folder / "esp4")
    assert [unit.name for unit in open_artifact(str(folder)).units] == ["vmlinux", "esp4"]


def test_a_folder_without_modules(tmp_path: Path) -> None:
    assert refused(FIXTURES / "x86_64.btf", tmp_path)[:2] == (
        "CB0300",
        f"there are no modules below `{tmp_path}`",
    )


@pytest.mark.parametrize("base", ["bpfeb.btf", "i386.o", "s390x.o"])
def test_a_module_of_another_kernel(base: str) -> None:
    found = refused(FIXTURES / base, FIXTURES / "module.btf")
    unit = base.removesuffix(".btf")
    assert found[:2] == (
        "CB0308",
        f"the BTF of `module` was written over another kernel than this `{unit}`",
    )


def test_a_module_over_a_distilled_base(tmp_path: Path) -> None:
    path = written(tmp_path, "m.ko", OBJECT.replace(b"\0.shstrtab\0", b"\0.BTF.base\0"))
    assert refused(path)[:2] == (
        "CB0308",
        "the BTF of `m` is written over a distilled base, which is not read",
    )


def test_a_module_that_stands_alone_needs_no_base() -> None:
    artifact = open_artifact(str(FIXTURES / "x86_64.btf"), [str(FIXTURES / "s390x.o")])
    assert artifact.units[1].abi is ABIS["s390x"]


def test_btf_is_not_written_over_dwarf() -> None:
    found = refused(FIXTURES.parent / "dwarf" / "s390x-5.o", FIXTURES / "module.btf")
    assert found[:2] == ("CB0308", "the BTF of `module` is written over that of its kernel")


def test_an_object_with_dwarf_alone_is_read_by_its_reader() -> None:
    (unit,) = open_artifact(str(FIXTURES.parent / "dwarf" / "s390x-5.o")).units
    assert unit.abi is ABIS["s390x"] and unit.origin.startswith("DWARF of s390x-5.o, sha256 ")
    assert list(unit.names("struct"))
