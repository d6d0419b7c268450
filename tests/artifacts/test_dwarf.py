"""DWARF says what compilers say: of the oracle's structs on every ABI, of every kind of type,
and of several units."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cbprove.artifacts.dwarf import reader as dwarf
from cbprove.artifacts.dwarf.file import read as read_file
from cbprove.artifacts.dwarf.nodes import Entry
from cbprove.artifacts.files import elf
from cbprove.artifacts.imports import Asked, find, written
from cbprove.artifacts.model import (
    Array,
    Artifact,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
)
from cbprove.artifacts.records import Records
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import ABIS, Abi
from cbprove.layout.records import lay_out
from tests.artifacts.objects import COUNT, FOLDER, VERSIONS, compile_c, path, structs, variables
from tests.artifacts.placed import expected, placed
from tests.oracle.compilers import COMMANDS, ask, installed
from tests.oracle.questions import answers

X86 = ABIS["x86_64"]
LIVE_SEED = 4
LIVE_COUNT = 250
TYPE_UNITS = "-fdebug-types-section"

every_abi = pytest.mark.parametrize("abi", ABIS.values(), ids=lambda abi: abi.name)
every_version = pytest.mark.parametrize("version", VERSIONS)


def read(data: bytes, abi: Abi = X86) -> Types:
    return dwarf.types(data, "object", "compiled here", abi)


def compiled(text: str, *flags: str, abi: Abi = X86) -> Types:
    if not installed(abi):
        pytest.skip(f"no compiler for {abi.name}")
    return read(compile_c(text, COMMANDS[abi.name], *(flags or ("-g",))), abi)


def one(types: Types, kind: str, name: str) -> Ref:
    assert kind in ("struct", "union", "enum", "typedef")
    (ref,) = types.find(kind, name)  # type: ignore[arg-type]
    return ref


def said(types: Types, count: int, kinds: list[str]) -> list[object]:
    return [placed(types, one(types, kinds[number], f"x{number}")) for number in range(count)]


@every_abi
@every_version
def test_kept_objects(abi: Abi, version: int) -> None:
    records = structs(abi)
    types = read(path(abi, version).read_bytes(), abi)
    assert said(types, COUNT, [r.kind for r in records]) == [
        expected(answers(record, abi)) for record in records
    ]
    numbers = {
        name
        for number, record in enumerate(records)
        for name in numbers_in(types, record.kind, f"x{number}")
    }
    assert len(numbers) > 6 and numbers <= NUMBERS


NUMBERS = {"_Bool", "char", "signed char", "unsigned char", "__int128", "__int128 unsigned"} | {
    f"{length}{sign}int"
    for length in ("short ", "", "long ", "long long ")
    for sign in ("", "unsigned ")
} - {"int "}


def numbers_in(types: Types, kind: str, name: str) -> set[str]:
    """How the numbers in a struct are called: names that stand in `.debug_str`, where
    relocations lead."""
    record = types.node(one(types, kind, name))
    assert isinstance(record, Composite)
    nodes = [types.node(member.type) for member in record.members]
    return {node.name for node in nodes if isinstance(node, Number)}


def test_kept_objects_have_bit_fields_of_both_spellings() -> None:
    kept = [path(abi, 4).read_bytes() for abi in ABIS.values() if abi.endianness == "big"]
    assert len(kept) == 2
    spelt = {name for data in kept for name in _attribute_names(data)}
    assert {"DW_AT_bit_offset"} <= spelt
    assert "DW_AT_data_bit_offset" in _attribute_names(path(ABIS["s390x"], 5).read_bytes())


def _attribute_names(data: bytes) -> set[str]:
    file = read_file(data, "kept")
    tops = [(unit.first, file.die(unit.first)) for unit in file.units]
    dies = [
        die
        for ref, top in tops
        for at, child in file.children(ref, top)
        for _, die in file.children(at, child)
    ]
    return {name for die in dies for name in die.attributes}


def live(abi: Abi, *flags: str) -> None:
    if not installed(abi):
        pytest.skip(f"no compiler for {abi.name}")
    records = structs(abi, LIVE_SEED, LIVE_COUNT)
    types = compiled(variables(records), *flags, abi=abi)
    theirs = [expected(each) for each in ask(records, abi)]
    assert said(types, LIVE_COUNT, [record.kind for record in records]) == theirs


@every_version
@pytest.mark.parametrize("flags", [(), ("-gz",), ("-gdwarf64",)], ids=lambda flags: "".join(flags))
def test_what_the_compiler_says_here(version: int, flags: tuple[str, ...]) -> None:
    live(X86, f"-gdwarf-{version}", *flags)


@pytest.mark.slow
@every_abi
@pytest.mark.parametrize("version", (2, 3, 4, 5))
def test_what_every_compiler_says(abi: Abi, version: int) -> None:
    live(abi, f"-gdwarf-{version}")


CLANG = ("clang", "--target=x86_64-linux-gnu", "-Wno-everything")


@every_version
def test_what_clang_says(version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of clang's bit-fields are wrong in its DWARF; those structs are refused, and no
    other."""
    if shutil.which("clang") is None:
        pytest.skip("no clang")
    monkeypatch.setitem(COMMANDS, "x86_64", CLANG)
    records = structs(X86, LIVE_SEED, LIVE_COUNT)
    types = compiled(variables(records), f"-gdwarf-{version}")
    refused = 0
    for number, (record, theirs) in enumerate(zip(records, ask(records, X86), strict=True)):
        try:
            assert placed(types, one(types, record.kind, f"x{number}")) == expected(theirs)
        except SpecError as error:
            assert [diagnostic.code for diagnostic in error.diagnostics] == ["CB0312"]
            refused += 1
    assert refused < LIVE_COUNT // 40


OVER = """
struct over { char a; int b : 3; int c : 32; int d : 5; } __attribute__((packed)) over;
struct fine { char a; int b : 3; int c : 31; int d : 5; } __attribute__((packed)) fine;
"""


def test_what_clang_misplaces_is_refused() -> None:
    if shutil.which("clang") is None:
        pytest.skip("no clang")
    types = read(compile_c(OVER, CLANG, "-g"))
    fine = (6, (("a", 0, 8), ("b", 8, 3), ("c", 11, 31), ("d", 42, 5)))
    assert placed(types, one(types, "struct", "fine")) == fine
    with pytest.raises(SpecError) as error:
        types.node(one(types, "struct", "over"))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.message == "the DWARF of `object` lays `c` over `b` in `struct over`"


ALL = """
typedef int aligned_int __attribute__((aligned(16)));
typedef const char *text;
enum sign { LOW = -1, HIGH = 5 };
enum wide { WIDE = 0xffffffffffffffffULL };
enum __attribute__((packed)) small { SMALL = 200 };
struct elsewhere;
struct all {
    const volatile int *restrict pointer;
    unsigned char table[2][3][4];
    aligned_int aligned;
    enum sign sign; enum wide wide; enum small small;
    struct elsewhere *elsewhere;
    struct { int first; union { int second; char third; }; };
    _Bool truth; double number; unsigned __int128 huge;
    int none[0];
    int (*call)(int, text, ...);
    void (*plain)(void);
    int far __attribute__((aligned(32)));
    _Atomic int atomic;
    short bit : 3;
    unsigned char flexible[];
} all;
"""


@every_version
def test_every_kind_of_type(version: int) -> None:
    types = compiled(ALL, f"-gdwarf-{version}")
    record = types.node(one(types, "struct", "all"))
    assert isinstance(record, Composite)
    assert (record.kind, record.tag, record.size, record.align) == ("struct", "all", 160, 32)
    assert not types.find("struct", "elsewhere")
    members = {member.name: member for member in record.members}
    told = {name: describe(types, member.type) for name, member in members.items() if name}
    atomic = "_Atomic int" if version == 5 else "int"  # DWARF 4 has no word for it
    assert told == {
        "pointer": "restrict pointer(volatile const int)",
        "table": "2*3*4*unsigned char",
        "aligned": "aligned_int/16=int",
        "sign": "enum sign 4 signed LOW=-1 HIGH=5",
        "wide": f"enum wide 8 unsigned WIDE={2**64 - 1}",
        "small": "enum small 1 unsigned SMALL=200",
        "elsewhere": "pointer(struct elsewhere;)",
        "truth": "bool _Bool",
        "number": "float double",
        "huge": "__int128 unsigned",
        "none": "0*int",
        "call": "pointer(int(int, text=pointer(const char), ...))",
        "plain": "pointer(void())",
        "far": "int",
        "atomic": atomic,
        "bit": "short int",
        "flexible": "0*unsigned char",
    }
    assert members["far"].align == 32 and members["sign"].align is None
    assert members["bit"] == Member("bit", members["bit"].type, 8 * 136, 3)
    inner = types.node(members[None].type)
    assert isinstance(inner, Composite) and [member.name for member in inner.members] == [
        "first",
        None,
    ]
    assert types.names("enum") == ["sign", "small", "wide"]
    assert types.names("struct") == ["all"]
    assert types.names("union") == []
    assert types.names("typedef") == ["aligned_int", "text"]


def describe(types: Types, ref: Ref | None) -> str:
    node = None if ref is None else types.node(ref)
    match node:
        case None:
            return "void"
        case Number(name, _, _, kind):
            return name if kind == "int" else f"{kind} {name}"
        case Pointer(to):
            return f"pointer({describe(types, to)})"
        case Function(returns, parameters, variadic):
            listed = [describe(types, each) for each in parameters] + ["..."] * variadic
            return f"{describe(types, returns)}({', '.join(listed)})"
        case Array(element, count):
            return f"{count}*{describe(types, element)}"
        case Enumeration(tag, size, signed, values):
            listed = [f"{name}={value}" for name, value in values]
            return f"enum {tag} {size} {'signed' if signed else 'unsigned'} {' '.join(listed)}"
        case Typedef(name, inner, align):
            return f"{name}{'' if align is None else f'/{align}'}={describe(types, inner)}"
        case Qualified(word, inner):
            return f"{word} {describe(types, inner)}"
        case Forward(kind, tag):
            return f"{kind} {tag};"
        case Composite(kind, tag):
            return f"{kind} {tag}"


def test_signs_of_numbers() -> None:
    types = compiled(
        "struct s { char c; signed char d; unsigned u; long l; _Bool b; float f; } s;",
        "-g",
        "-fsigned-char",
    )
    record = types.node(one(types, "struct", "s"))
    assert isinstance(record, Composite)
    nodes = [types.node(member.type) for member in record.members]
    assert [node.signed for node in nodes if isinstance(node, Number)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]


FIRST = """
struct same { int a; struct only *p; };
static struct same a;
static struct other { int x; } b;
static struct only { int here; } c;
"""
SECOND = "struct only; static struct same { int a; struct only *p; } a; static struct other { long x; } b;"
THIRD = "static struct third_one { int a; } a;"


def linked(tmp_path: Path, *texts: str) -> Types:
    """A relocatable file of several units, as modules are."""
    if not installed(X86) or shutil.which("ld") is None:
        pytest.skip("no compiler here")
    names = []
    for number, text in enumerate(texts):
        names.append(f"{number}.o")
        (tmp_path / names[-1]).write_bytes(compile_c(text, COMMANDS["x86_64"], "-g"))
    subprocess.run(["ld", "-r", "-o", "module.ko", *names], cwd=tmp_path, check=True)
    return read((tmp_path / "module.ko").read_bytes())


def test_units_that_agree_and_units_that_do_not(tmp_path: Path) -> None:
    types = linked(tmp_path, FIRST, SECOND, FIRST)
    assert len(types.find("struct", "same")) == 1
    assert len(types.find("struct", "only")) == 1
    sizes = [types.node(ref) for ref in types.find("struct", "other")]
    assert [node.size for node in sizes if isinstance(node, Composite)] == [4, 8]
    assert types.names("struct") == ["only", "other", "same"]


@every_version
@pytest.mark.parametrize("flags", [(), (TYPE_UNITS,)], ids=["plain", "type units"])
def test_a_linked_file(version: int, flags: tuple[str, ...], tmp_path: Path) -> None:
    if not installed(X86):
        pytest.skip("no compiler here")
    records = structs(X86)
    text = variables(records) + "void _start(void) {}"
    (tmp_path / "a.o").write_bytes(
        compile_c(text, COMMANDS["x86_64"], f"-gdwarf-{version}", *flags)
    )
    subprocess.run(["ld", "-o", "linked", "--emit-relocs", "a.o"], cwd=tmp_path, check=True)
    types = read((tmp_path / "linked").read_bytes())
    assert said(types, COUNT, [r.kind for r in records]) == [
        expected(answers(record, X86)) for record in records
    ]


@every_version
def test_type_units_that_are_not_linked(version: int) -> None:
    with pytest.raises(SpecError) as error:
        compiled(ALL, f"-gdwarf-{version}", TYPE_UNITS)
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == (
        "CB0311",
        "the DWARF of `object` is in many sections",
    )


def test_only_units_that_can_hold_a_name_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    types = linked(tmp_path, FIRST, THIRD, SECOND)
    looked: list[int] = []
    real = dwarf.definitions

    def definitions(file: Any, unit: Any) -> Any:
        looked.append(unit.start)
        return real(file, unit)

    monkeypatch.setattr(dwarf, "definitions", definitions)
    assert types.find("struct", "nowhere_at_all") == () and looked == []
    assert len(types.find("struct", "third_one")) == 1 and len(looked) == 1


def test_other_languages_are_left_alone(tmp_path: Path) -> None:
    if shutil.which("g++") is None:
        pytest.skip("no C++ compiler")
    (tmp_path / "a.cc").write_text("struct a { int x; virtual void f() {} } a;")
    subprocess.run(["g++", "-g", "-c", "a.cc"], cwd=tmp_path, check=True)
    assert read((tmp_path / "a.o").read_bytes()).names("struct") == []


LOCAL = """
struct outside { int a; } o;
int f(void) { struct inside { int b; } i = { 1 }; { struct deeper { int c; } d = { 2 }; return i.b + d.c; } }
int g(void) { struct inside { long b; } i = { 1 }; return i.b; }
"""


@every_version
def test_types_inside_functions_are_left_alone(version: int) -> None:
    assert compiled(LOCAL, f"-gdwarf-{version}").names("struct") == ["outside"]


HEADER = """
struct header {
    unsigned short source, dest; unsigned seq;
    unsigned short res1 : 4, doff : 4, fin : 1, syn : 1, flags : 6;
    char text[3]; long late; struct header *next;
} header;
struct __attribute__((packed)) other { char a; long b; } other;
"""
ROW = re.compile(r"^\t\S.*?(\w+)(?:\[\d+\])?(?::\d+)?; +/\* +(\d+)(?:: ?(\d+))? +(\d+) \*/$", re.M)


@every_version
def test_pahole_says_the_same(version: int, tmp_path: Path) -> None:
    if not installed(X86) or shutil.which("pahole") is None:
        pytest.skip("no compiler here, or no pahole")
    data = compile_c(HEADER, COMMANDS["x86_64"], f"-gdwarf-{version}")
    (tmp_path / "object.o").write_bytes(data)
    types = read(data)
    for name in types.names("struct"):
        command = ["pahole", "-C", name, "object.o"]
        text = subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout
        size, members = placed(types, one(types, "struct", name))
        theirs = [(row[1], 8 * int(row[2]) + int(row[3] or 0)) for row in ROW.finditer(text)]
        assert [(member, offset) for member, offset, _ in members] == theirs
        assert f"/* size: {size}," in text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "CB0312"),
        (b"\x7fELF", "CB0312"),
        (b"\x7fELF" + bytes(60), "CB0312"),
        (b"text, not an object\n" * 9, "CB0312"),
    ],
)
def test_what_is_no_object(data: bytes, code: str) -> None:
    with pytest.raises(SpecError) as error:
        read(data)
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == [code]


def test_no_elements_as_older_compilers_write_them() -> None:
    for value, count in ((-1, None), (2**32 - 1, None), (2**64 - 1, None), (0, 0), (254, 254)):
        attributes = {"DW_AT_upper_bound": SimpleNamespace(value=value)}
        entry = Entry(SimpleNamespace(name="x"), 0, SimpleNamespace(attributes=attributes))  # type: ignore[arg-type]
        assert entry.upper_bound() == count


def test_a_type_that_is_not_specified_is_void() -> None:
    """gcc describes `nullptr_t` so since version 13; here its `int` becomes one."""
    if not installed(X86):
        pytest.skip("no compiler here")
    data = compile_c("struct s { int *p; } s;", COMMANDS["x86_64"], "-g")
    number, unspecified = b"\x24\x00\x0b\x0b\x3e\x0b", b"\x3b\x00\x0b\x0b\x3e\x0b"
    assert data.count(number) == 1
    types = read(data.replace(number, unspecified))
    record = types.node(one(types, "struct", "s"))
    assert isinstance(record, Composite)
    assert types.node(record.members[0].type) == Pointer(None)


def test_typedefs_of_each_other() -> None:
    if not installed(X86):
        pytest.skip("no compiler here")
    data = compile_c("typedef int t; t a; enum e { A } b;", COMMANDS["x86_64"], "-g")
    file = read_file(data, "object")
    top = file.units[0].first
    dies = {die.tag: (ref, die.attributes["DW_AT_type"].offset) for ref, die in file.children(top, file.die(top))
            if die.tag in ("DW_TAG_typedef", "DW_TAG_enumeration_type")}  # fmt: skip
    start = elf.read(data, "object").places[".debug_info"].offset
    broken = bytearray(data)
    for _, at in dies.values():
        broken[start + at : start + at + 4] = dies["DW_TAG_typedef"][0].to_bytes(4, "little")
    types = read(bytes(broken))
    with pytest.raises(SpecError) as error:
        types.node(one(types, "enum", "e"))
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == ["CB0312"]


def test_an_object_without_debug_info() -> None:
    with pytest.raises(SpecError) as error:
        compiled("int a;", "-g0")
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("CB0311", "`object` has no DWARF")


def test_debug_info_in_another_file() -> None:
    types = compiled("struct s { int a; } s;", "-g", "-gsplit-dwarf")
    with pytest.raises(SpecError) as error:
        types.find("struct", "s")
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == ["CB0311"]


def test_without_pyelftools(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "elftools.elf.elffile", None)
    with pytest.raises(SpecError) as error:
        read(next(FOLDER.iterdir()).read_bytes())
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.help) == ("CB0310", "pip install 'cbprove[artefacts]'")


def test_a_vector_is_refused_where_its_alignment_would_be_needed() -> None:
    """DWARF marks it (DW_AT_GNU_vector) and does not say how it is aligned, which hangs on the
    compiler's options."""
    types = compiled(
        "typedef int v4 __attribute__((vector_size(16))); struct vec { v4 v; char c; }; struct outer { char a; struct vec x; } x;"
    )
    artifact = Artifact("object", (types,))
    for tag in ("vec", "outer"):
        with pytest.raises(SpecError) as raised:
            written(artifact, find(artifact, [Asked("struct", tag)]), {})
        assert raised.value.diagnostics[0].code == "CB0330"
    layout = lay_out(Records(types).record(one(types, "struct", "outer")), X86)
    assert [(member.name, member.offset) for member in layout.members] == [("a", 0), ("x", 128)]
