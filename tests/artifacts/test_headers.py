"""Headers say what the compiler says of them: structs with their alignments, constants of every
width, and mistakes."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from cbprove.artifacts import compiler, headers
from cbprove.artifacts.headers import Headers
from cbprove.artifacts.model import Composite, Enumeration, Kind, Qualified, Ref, Typedef, Types
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.layout.abi import ABIS, Abi
from tests.artifacts.objects import structs
from tests.artifacts.placed import expected, placed
from tests.oracle.c_text import definitions
from tests.oracle.compilers import COMMANDS, ask, installed
from tests.oracle.questions import answers

GCC = COMMANDS["x86_64"][0]
SEED = 5
COUNT = 40

pytestmark = pytest.mark.skipif(shutil.which(GCC) is None, reason="no compiler here")

HEADER = """
#pragma once
#define HEADER_LENGTH 14
#define OFFSET (sizeof(struct outer) + 4)
#define LOWEST (-9223372036854775807LL - 1)
#define HIGHEST 18446744073709551615ULL
#define NEGATIVE (-32)
#define UNSIGNED 0xfffffff0u
#define TEXT "none"
enum { ENUMERATOR = 7 };
enum some { NAMED = 8 };
struct inner { char c; } __attribute__((aligned(8)));
typedef struct { short s; } typedefed;
typedef struct { short s; } wider __attribute__((aligned(16)));
union either { int a; char b; };
struct outer {
    struct inner inner[2];
    struct { int x; struct { char deep; } y; } named;
    struct { char z; };
    typedefed plain;
    wider wide;
    const union either either;
    struct declared *pointer;
} __attribute__((packed));
struct declared;
int function(void);
extern int number;
"""


@pytest.fixture
def header(tmp_path: Path) -> str:
    path = tmp_path / "header.h"
    path.write_text(HEADER)
    return str(path)


def mistakes(
    cc: str, files: list[str], names: list[str], constants: list[str]
) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as error:
        headers.ask(cc, files, names, constants)
    return error.value.diagnostics


def node(types: Types, kind: Kind, name: str) -> Composite:
    (ref,) = types.find(kind, name)
    return composite(types, ref)


def composite(types: Types, ref: Ref) -> Composite:
    found = types.node(ref)
    while isinstance(found, Typedef | Qualified) and found.type is not None:
        found = types.node(found.type)
    assert isinstance(found, Composite)
    return found


def aligns(types: Types, record: Composite) -> dict[str | None, int | None]:
    found = {}
    for member in record.members:
        inner = types.node(member.type)
        while not isinstance(inner, Composite):
            ref = getattr(inner, "type", None) or getattr(inner, "element", None)
            if ref is None:
                break
            inner = types.node(ref)
        else:
            found[member.name] = inner.align
    return found


def test_structs_and_alignments(header: str) -> None:
    types = headers.ask(GCC, [header], ["outer"], []).types
    outer = node(types, "struct", "outer")
    assert (outer.size, outer.align, outer.tag) == (16 + 8 + 1 + 2 + 2 + 4 + 8, 1, "outer")
    assert aligns(types, outer) == {
        "inner": 8,
        "named": 4,
        None: None,
        "plain": 2,
        "wide": None,
        "either": 4,
    }
    (wide,) = (types.node(member.type) for member in outer.members if member.name == "wide")
    assert isinstance(wide, Typedef) and wide.align == 16
    named = next(member for member in outer.members if member.name == "named")
    assert aligns(types, composite(types, named.type)) == {"y": 1}


def test_constants(header: str) -> None:
    names = ["HEADER_LENGTH", "OFFSET", "LOWEST", "HIGHEST", "NEGATIVE", "UNSIGNED", "ENUMERATOR"]
    values = [14, 45, -(2**63), 2**64 - 1, -32, 2**32 - 16, 7]
    assert headers.ask(GCC, [header], [], names).constants == tuple(zip(names, values, strict=True))


def test_unions_and_typedefs_are_found_by_their_names(header: str) -> None:
    types = headers.ask(GCC, [header], ["either", "typedefed", "inner", "union either"], []).types
    assert (node(types, "union", "either").size, node(types, "union", "either").align) == (4, 4)
    assert (
        node(types, "typedef", "typedefed").size,
        node(types, "typedef", "typedefed").align,
    ) == (2, 2)
    assert node(types, "struct", "inner").align == 8


def test_enums(header: str) -> None:
    types = headers.ask(GCC, [header], ["enum some"], []).types
    (ref,) = types.find("enum", "some")
    assert types.node(ref) == Enumeration("some", 4, False, (("NAMED", 8),))


def test_what_is_said_of_where_it_comes_from(header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = headers.ask(f"{GCC} -I/somewhere/else", [header], ["outer"], [])
    assert first.types.name == "header"
    assert first.types.abi is ABIS["x86_64"]
    shown, _, digest = first.types.origin.rpartition(" sha256 ")
    assert shown.startswith(f"header.h, by {GCC} ") and shown.endswith(", preprocessed")
    assert len(digest) == 64
    monkeypatch.chdir(Path(header).parent)
    assert headers.ask(GCC, ["header.h"], ["outer"], []).types.origin == first.types.origin


def test_options_are_split_as_a_shell_does_and_nothing_is_run(header: str, tmp_path: Path) -> None:
    found = headers.ask(f"{GCC} '-DEXTRA=2 + 3' -DMORE=1\\;2", [header], [], ["EXTRA"])
    assert found.constants == (("EXTRA", 5),)
    touched = tmp_path / "touched"
    mistakes(f"{GCC} ; touch {touched}", [header], [], ["HEADER_LENGTH"])
    mistakes(f"{GCC} $(touch {touched})", [header], [], ["HEADER_LENGTH"])
    assert not touched.exists()


def test_options_that_would_spoil_the_answer(header: str) -> None:
    for option in (
        "-g0",
        "-flto",
        "-Wall -Werror -pedantic-errors",
        "-std=c89",
        "-O2",
        "-fdebug-types-section",
        "-m32",
    ):
        found = headers.ask(f"{GCC} {option}", [header], ["outer"], ["HIGHEST", "NEGATIVE"])
        assert found.constants == (("HIGHEST", 2**64 - 1), ("NEGATIVE", -32)), option
        assert node(found.types, "struct", "outer").size == (37 if option == "-m32" else 41)


def test_all_mistakes_at_once(header: str) -> None:
    found = mistakes(
        GCC,
        [header],
        ["inner", "outr", "declared"],
        ["HEADER_LENGHT", "TEXT", "function", "ENUMERATOR", "number"],
    )
    assert [(diagnostic.code, diagnostic.message) for diagnostic in found] == [
        ("CB0315", "`header.h` defines no struct `outr`"),
        ("CB0315", "`header.h` defines no struct `declared`"),
        ("CB0316", "`header.h` has no integer constant `HEADER_LENGHT`"),
        ("CB0316", "`header.h` has no integer constant `TEXT`"),
        ("CB0316", "`header.h` has no integer constant `function`"),
        ("CB0316", "`header.h` has no integer constant `number`"),
    ]
    assert found[0].help == "did you mean `outer`?"


def test_kinds_are_told_apart(tmp_path: Path) -> None:
    """C keeps typedefs in a namespace of their own; an enumeration is none of the others."""
    (tmp_path / "t.h").write_text("typedef struct s { int x; } s; enum e { ONE = 1 };")
    found = headers.ask(GCC, [str(tmp_path / "t.h")], ["typedef s", "enum e"], [])
    assert (len(found.types.find("typedef", "s")), len(found.types.find("enum", "e"))) == (1, 1)
    missing = mistakes(GCC, [str(tmp_path / "t.h")], ["enum s", "typedef ss", "enum ee"], [])
    assert [each.message for each in missing] == [
        f"`t.h` defines no `{name}`" for name in ("enum s", "typedef ss", "enum ee")
    ]
    assert [each.help.partition("?")[0] for each in missing][1:] == [
        "did you mean `s`",
        "did you mean `e`",
    ]


def test_a_compiler_that_says_several_things(tmp_path: Path) -> None:
    (tmp_path / "t.h").write_text("int a = b;\nint c = d;\n")
    (found,) = mistakes(GCC, [str(tmp_path / "t.h")], ["x"], [])
    assert (
        found.code == "CB0314" and found.message.count("error:") == 2 and "\n" not in found.message
    )


def test_a_typedef_of_no_struct(tmp_path: Path) -> None:
    (tmp_path / "t.h").write_text("typedef int number;")
    (found,) = mistakes(GCC, [str(tmp_path / "t.h")], ["number"], [])
    assert (found.code, found.message) == ("CB0315", "`t.h` defines no struct `number`")


@pytest.mark.parametrize("name", ["a b", "*", "x; int y", "struct", "struct  x", "1x", ""])
def test_names_that_c_does_not_have(header: str, name: str) -> None:
    found = mistakes(
        GCC, [header], [name] if name != "struct" else ["1"], [name.replace("struct", "1")]
    )
    assert [diagnostic.code for diagnostic in found] == ["CB0315", "CB0316"]


def test_headers_that_do_not_compile(tmp_path: Path) -> None:
    (tmp_path / "bad.h").write_text("struct a { unknown_type x; };\nint int;\n")
    (found,) = mistakes(GCC, [str(tmp_path / "bad.h")], ["a"], [])
    assert found.code == "CB0314"
    assert "unknown type name" in found.message and "bad.h:1:12: error" in found.message
    assert "cbprove-" not in found.message


def test_a_header_that_is_not_there() -> None:
    (found,) = mistakes(GCC, ["linux/there_is_no_such_header.h"], ["a"], [])
    assert (
        found.code == "CB0314"
        and "there_is_no_such_header.h: No such file or directory" in found.message
    )
    assert ": asked.c:1:10:" in found.message


def test_a_name_that_no_header_has() -> None:
    (found,) = mistakes(GCC, ['a"b.h'], ["a"], [])
    assert found.code == "CB0314"


@pytest.mark.parametrize("cc", ["there-is-no-such-gcc", "", "gcc 'open", "/"])
def test_a_compiler_that_is_not_there(cc: str, header: str) -> None:
    (found,) = mistakes(cc, [header], ["outer"], [])
    assert found.code == "CB0313"
    assert "--cc" in found.help


def test_a_compiler_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """The child holds a pipe open until it is gone."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    child = f"import time; held = open({str(pipe)!r}, 'w'); time.sleep(30)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(SpecError) as error:
        compiler.run((sys.executable, "-c", parent), (), "", limit=1)
    (found,) = error.value.diagnostics
    assert (found.code, found.help) == ("CB0317", "try the command by hand")
    assert found.message == f"`{sys.executable}` gave no answer in 1 seconds"
    assert _closed(end)


def _closed(end: int) -> bool:
    """Whether nobody holds the other end of a pipe any more, within some seconds."""
    try:
        for _ in range(100):
            with suppress(BlockingIOError):
                return os.read(end, 1) == b""
            time.sleep(0.05)
        return False
    finally:
        os.close(end)


def test_a_compiler_for_a_machine_without_an_abi(tmp_path: Path) -> None:
    if shutil.which("clang") is None:
        pytest.skip("no clang")
    (tmp_path / "t.h").write_text("struct a { int x; };")
    (found,) = mistakes("clang --target=mips-linux-gnu", [str(tmp_path / "t.h")], ["a"], [])
    assert found.code == "CB0318" and "machine 8" in found.message
    (found,) = mistakes("clang --target=x86_64-apple-darwin", [str(tmp_path / "t.h")], ["a"], [])
    assert found.code == "CB0318"


@pytest.mark.skipif(not Path("/usr/include/linux/tcp.h").exists(), reason="no kernel headers")
def test_headers_of_the_kernel() -> None:
    found = headers.ask(
        GCC, ["linux/tcp.h", "linux/if_ether.h"], ["tcphdr", "ethhdr"], ["ETH_HLEN", "ETH_P_IP"]
    )
    assert found.constants == (("ETH_HLEN", 14), ("ETH_P_IP", 0x800))
    assert found.types.origin.startswith("linux/tcp.h, linux/if_ether.h, by ")
    (tcp,), (eth,) = found.types.find("struct", "tcphdr"), found.types.find("struct", "ethhdr")
    size, members = placed(found.types, tcp)
    assert size == 20
    assert {"doff", "syn"} <= {name for name, _, _ in members}
    assert [member for member in members if member[0] in ("res1", "doff", "syn", "window")] == [
        ("res1", 96, 4),
        ("doff", 100, 4),
        ("syn", 105, 1),
        ("window", 112, 16),
    ]
    assert placed(found.types, eth) == (
        14,
        (("h_dest", 0, 48), ("h_source", 48, 48), ("h_proto", 96, 16)),
    )
    assert composite(found.types, eth).align == 1


def asked(cc: str, abi: Abi, folder: Path) -> Headers:
    """The oracle's structs as a header, asked of a compiler."""
    (folder / "structs.h").write_text(definitions(structs(abi, SEED, COUNT)))
    command = f"{cc} -std=gnu11 -funsigned-char -Wno-packed-bitfield-compat"
    return headers.ask(
        command, [str(folder / "structs.h")], [f"x{number}" for number in range(COUNT)], []
    )


def agree(found: Headers, abi: Abi, theirs: list[object]) -> None:
    assert found.types.abi is abi
    for number, record in enumerate(structs(abi, SEED, COUNT)):
        (ref,) = found.types.find(record.kind, f"x{number}")
        assert (placed(found.types, ref), composite(found.types, ref).align) == theirs[number]


def test_structs_of_the_oracle(tmp_path: Path) -> None:
    abi = ABIS["x86_64"]
    theirs: list[object] = [
        (expected(each), each.align) for each in ask(structs(abi, SEED, COUNT), abi)
    ]
    agree(asked(GCC, abi, tmp_path), abi, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("abi", ABIS.values(), ids=lambda abi: abi.name)
def test_structs_of_the_oracle_everywhere(abi: Abi, tmp_path: Path) -> None:
    if not installed(abi):
        pytest.skip(f"no compiler for {abi.name}")
    ours = [answers(record, abi) for record in structs(abi, SEED, COUNT)]
    agree(
        asked(" ".join(COMMANDS[abi.name]), abi, tmp_path),
        abi,
        [(expected(each), each.align) for each in ours],
    )


@pytest.mark.parametrize("target", ["s390x", "x86_64", "aarch64", "powerpc64le", "riscv64"])
def test_clang_for_a_target_whose_compiler_is_missing(target: str, header: str) -> None:
    if shutil.which("clang") is None:
        pytest.skip("no clang")
    found = headers.ask(f"clang --target={target}-linux-gnu", [header], ["outer"], ["OFFSET"])
    assert found.types.abi.name == {"powerpc64le": "ppc64le"}.get(target, target)
    assert found.constants == (("OFFSET", 45),)
    assert node(found.types, "struct", "outer").align == 1


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ziglang") is None, reason="no ziglang")
@pytest.mark.parametrize("target", ["s390x", "x86_64", "aarch64", "powerpc64le", "riscv64"])
def test_a_compiler_from_pypi(target: str) -> None:
    """It brings the kernel's headers of every target."""
    cc = f"{sys.executable} -m ziglang cc -target {target}-linux-musl"
    found = headers.ask(cc, ["linux/ip.h", "linux/if_ether.h"], ["iphdr"], ["ETH_HLEN"])
    big = target == "s390x"
    assert found.types.abi.name == {"powerpc64le": "ppc64le"}.get(target, target)
    assert found.constants == (("ETH_HLEN", 14),)
    (ref,) = found.types.find("struct", "iphdr")
    assert placed(found.types, ref)[1][:2] == (
        (("version", 0, 4), ("ihl", 4, 4)) if big else (("ihl", 0, 4), ("version", 4, 4))
    )
