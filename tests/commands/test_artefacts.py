"""`cbprove import`, `drift`, `overlays` and `layout` on artefacts, as people run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

Cbprove = Callable[..., "subprocess.CompletedProcess[str]"]

ROOT = Path(__file__).parents[2]
KERNEL = str(ROOT / "docs" / "linux-6.1.btf")
SHAPES = str(ROOT / "tests" / "artifacts" / "pahole" / "shapes.btf")
MODULES = ROOT / "tests" / "artifacts" / "btf"
REPORT = ROOT / "model" / "cbprove" / "report"

SPEC = """\
spec s "a spec";
object skb { char cb[48]; }
include "layouts.cbs";
require sizeof(struct skb_gso_cb) <= 16;
layer gso { view GSO : struct skb_gso_cb at skb.cb[32]; step cut { write GSO.*; } }
path p { cut; }
"""


def schema(name: str) -> object:
    return json.loads((REPORT / name).read_text(encoding="utf-8"))


@pytest.fixture
def imported(cbprove: Cbprove, tmp_path: Path) -> Path:
    """A spec over an import."""
    done = cbprove("import", KERNEL, "--struct", "skb_gso_cb", "-o", "layouts.cbs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (tmp_path / "s.cbs").write_text(SPEC, encoding="utf-8")
    return tmp_path


def test_an_import_is_as_the_kernel_has_it(imported: Path, cbprove: Cbprove) -> None:
    done = cbprove("drift", "s.cbs", "--against", KERNEL)
    assert (done.returncode, done.stdout) == (0, "s.cbs against linux-6.1: 1 struct: 1 the same\n")


def test_drift_shows_what_differs(imported: Path, cbprove: Cbprove) -> None:
    layouts = imported / "layouts.cbs"
    layouts.write_text(layouts.read_text().replace("csum_start ", "csum_starts"), encoding="utf-8")
    done = cbprove("drift", "s.cbs", "--against", KERNEL)
    assert done.returncode == 1
    assert "-\t__u16                      csum_starts;          /*    12     2 */" in done.stdout
    document = json.loads(cbprove("drift", "s.cbs", "--against", KERNEL, "--format", "json").stdout)
    jsonschema.validate(document, schema("drift.schema.json"))
    assert document["summary"] == {"same": 0, "differs": 1, "absent": 0}


def test_drift_of_nothing_that_is_there(imported: Path, cbprove: Cbprove) -> None:
    assert cbprove("drift", "s.cbs", "--against", str(MODULES / "x86_64.btf")).returncode == 5


def test_overlays(imported: Path, cbprove: Cbprove) -> None:
    done = cbprove("overlays", "s.cbs", "--against", KERNEL, "--format", "json")
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema("overlays.schema.json"))
    (view,) = document["tables"][0]["blocks"][0]["views"]
    assert (done.returncode, view["ends"], view["crosses"]) == (0, 384, {"32": False, "44": True})
    assert "checked by" in cbprove("overlays", "s.cbs").stdout


def test_layout_of_an_artefact(cbprove: Cbprove) -> None:
    done = cbprove(
        "layout",
        KERNEL,
        "--struct",
        "qdisc_skb_cb",
        "--struct",
        "tcp_skb_cb",
        "--struct",
        "sk_buff",
    )
    assert done.returncode == 0
    assert done.stdout.startswith("struct qdisc_skb_cb {\n\tstruct {\n")
    *_, title, _, qdisc, tcp, over = done.stdout.rstrip("\n").split("\n")
    assert title == "sk_buff.cb, 48 bytes"
    assert qdisc.endswith("[0..28), 20 left")
    assert tcp.endswith("[0..48), 0 left,") and over.strip() == "over 32, 44"


def test_layout_over_another_block(cbprove: Cbprove) -> None:
    command = ("layout", KERNEL, "--struct", "qdisc_skb_cb", "--struct", "skb_gso_cb")
    last = (
        cbprove(*command, "--over", "qdisc_skb_cb.data", "--at", "skb_gso_cb=8")
        .stdout.rstrip("\n")
        .split("\n")
    )
    assert last[-3] == "qdisc_skb_cb.data, 20 bytes"
    assert last[-1].endswith("[8..24), 4 bytes too many")
    assert "too many" not in cbprove(*command, "--over", "qdisc_skb_cb.data").stdout


def test_where_an_import_is_written(cbprove: Cbprove, tmp_path: Path) -> None:
    """Through a link; into a pipe and onto the terminal as they are."""
    command = ("import", KERNEL, "--struct", "skb_gso_cb", "-o")
    text = cbprove(*command, "-").stdout
    assert text.startswith("pinned x86_64") and list(tmp_path.iterdir()) == []
    (tmp_path / "link.cbs").symlink_to("kept.cbs")
    assert cbprove(*command, "link.cbs").returncode == 0
    assert (tmp_path / "link.cbs").is_symlink() and (tmp_path / "kept.cbs").read_text() == text
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert cbprove(*command, "pipe").returncode == 0
    assert os.read(reader, 1 << 16).decode() == text and (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    "command",
    [
        ("drift", "--against", KERNEL),
        ("overlays", "--against", KERNEL),
        ("diff", *["--against", KERNEL] * 2),
    ],
)
def test_a_spec_of_another_abi(imported: Path, cbprove: Cbprove, command: tuple[str, ...]) -> None:
    struct = "struct skb_gso_cb { int mac_offset; };"
    spec = SPEC.replace('include "layouts.cbs";', f"abi s390x;\n{struct}")
    (imported / "s.cbs").write_text(spec, encoding="utf-8")
    done = cbprove(command[0], "s.cbs", *command[1:])
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[CB0329]: `s.cbs` is about s390x, and `linux-6.1` is x86_64" in done.stderr


def test_names_in_lines(cbprove: Cbprove, tmp_path: Path) -> None:
    """What a kernel does not have may be much."""
    structs = "".join(f"struct cb_of_module_number_{n} {{ u8 x; }};\n" for n in range(30))
    (tmp_path / "s.cbs").write_text(
        f'spec s "many";\nobject skb {{ char cb[48]; }}\n{structs}', encoding="utf-8"
    )
    done = cbprove("drift", "s.cbs", "--against", KERNEL)
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[0][:22], len(lines)) == (5, "not in linux-6.1: stru", 12)
    assert max(map(len, lines)) <= 120
    assert all(line.startswith("  struct ") for line in lines[1:-2])


def test_modules_over_a_kernel(cbprove: Cbprove) -> None:
    """`struct bits` is another one in the module."""
    base, module = str(MODULES / "x86_64.btf"), str(MODULES / "module.btf")
    told = cbprove("import", base, "--abi", "x86_64", "--module", module, "--struct", "bits").stdout
    assert "struct bits___x86_64 {" in told
    assert "struct bits___module {" in told
    shown = cbprove(
        "layout", base, "--abi", "x86_64", "--module", module, "--struct", "bits"
    ).stdout
    assert shown.count("struct bits {") == 2
    assert shown.startswith("/* x86_64 */\nstruct bits {")
    assert "\n/* module */\nstruct bits {" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import",), "nothing was asked for"),
        (("import", KERNEL, "--const", "X"), "no artefact records macros"),
        (("import", KERNEL, KERNEL, "--struct", "x"), "2 artefacts were named"),
        (("import", "--cc", "gcc", "--struct", "x"), "no header was named"),
        (
            ("import", "--cc", "gcc", "--abi", "arm", "--struct", "x", "a.h"),
            "--cc takes no modules and no --abi",
        ),
        (("import", KERNEL, "--struct", "sk_buf"), "did you mean `sk_buff`?"),
        (("import", KERNEL, "--typedef", "sk_buff"), "ask with --struct sk_buff"),
        (
            ("import", KERNEL, "--struct", "sk_buff", "-o", "gone/x.cbs"),
            "`gone/x.cbs` cannot be written",
        ),
        (("import", "gone.btf", "--struct", "x"), "there is no file `gone.btf`"),
        (("layout", KERNEL), "nothing was asked for"),
        (("layout", KERNEL, "--struct", "sk_buff", "--proposal", "p"), "--proposal is for specs"),
        (("layout", "s.cbs", "--over", "sk_buff.cb"), "--over is for artefacts"),
        (("layout", KERNEL, "--struct", "sk_buff", "--at", "x"), "`x` is not of the form X=BYTES"),
        (
            ("layout", KERNEL, "--struct", "sk_buff", "--at", "x=1"),
            "`x` has an offset and was not asked for",
        ),
        (("layout", KERNEL, "--struct", "sk_buff", "--over", "sk_buff.cc"), "has no member `cc`"),
        (
            ("layout", KERNEL, "--struct", "sk_buff", "--over", "sk_buf.cb"),
            "there is no `struct sk_buf`",
        ),
    ],
)
def test_mistakes(cbprove: Cbprove, arguments: tuple[str, ...], told: str) -> None:
    done = cbprove(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_replaced_or_left(cbprove: Cbprove, tmp_path: Path) -> None:
    (tmp_path / "x.cbs").write_text("before", encoding="utf-8")
    assert cbprove("import", KERNEL, "--struct", "sk_buf", "-o", "x.cbs").returncode == 2
    assert (tmp_path / "x.cbs").read_text(encoding="utf-8") == "before"
    assert cbprove("import", KERNEL, "--struct", "ip_options", "-o", "x.cbs").returncode == 0
    assert (tmp_path / "x.cbs").read_text(encoding="utf-8") == cbprove(
        "import", KERNEL, "--struct", "ip_options"
    ).stdout
    assert [path.name for path in tmp_path.iterdir()] == ["x.cbs"]
    (tmp_path / "folder").mkdir()
    assert cbprove("import", KERNEL, "--struct", "ip_options", "-o", "folder").returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "x.cbs"]


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_headers_and_constants(cbprove: Cbprove, tmp_path: Path) -> None:
    header = "#define OFFSET (16 + 4)\nstruct s { char c; union { int i; short h; }; } __attribute__((packed));\n"
    (tmp_path / "a.h").write_text(header, encoding="utf-8")
    told = cbprove("import", "--cc", "gcc", "--struct", "s", "--const", "OFFSET", "a.h").stdout
    assert "            int i                                        __at(1);" in told
    assert told.endswith("} __size(5) __aligned(1);\n}\n\n#define OFFSET 20\n")


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_an_object_with_debug_information(cbprove: Cbprove, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("struct s { char c; int i:3; } s;\n", encoding="utf-8")
    subprocess.run(["gcc", "-g", "-c", "a.c"], cwd=tmp_path, check=True)
    assert (
        "\tint                        i:3;                  /*     0: 8  4 */"
        in cbprove("layout", "a.o", "--struct", "s").stdout
    )


def test_a_pattern_is_several_structs_and_a_missing_name_hides_none(cbprove: Cbprove) -> None:
    named = cbprove("layout", SHAPES, "--struct", "*a*")
    assert named.returncode == 0
    tags = [line.split()[1] for line in named.stdout.splitlines() if line.startswith("struct ")]
    assert len(tags) > 1 and all("a" in tag for tag in tags)
    missing = cbprove(
        "layout", SHAPES, "--struct", "*a*", "--struct", "nope", "--struct", "nobody_*"
    )
    assert (missing.returncode, missing.stdout) == (2, named.stdout)
    assert "no `struct nope`" in missing.stderr and "no `struct nobody_*`" in missing.stderr


@pytest.mark.parametrize("head", [b"\x7fELF", b"\x9f\xeb\x01\x00", b"MZ\x00\x00"])
def test_an_artefact_where_a_spec_is_wanted_says_what_it_is(
    cbprove: Cbprove, tmp_path: Path, head: bytes
) -> None:
    file = tmp_path / "vmlinux"
    for size in (0, 2_000_000):
        file.write_bytes(head + bytes(size))
        ran = cbprove("check", str(file))
        assert ran.returncode == 2
        assert (
            "is an artefact of a compiler, no spec\n  = help: `cbprove layout FILE --struct X`"
            in ran.stderr
        )
