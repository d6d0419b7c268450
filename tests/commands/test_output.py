"""What goes where: results on stdout, the rest on stderr, nothing but the document with JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import tiny

from cbprove.arguments import COMMANDS
from cbprove.report.json import schema

Spec = Callable[[str, str], str]
MODEL = str(Path(__file__).parents[2] / "model")
REPORT = Path(MODEL, "cbprove", "report")


def test_check_may_be_left_out(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    name = spec("a.cbs", tiny.GOOD)
    assert cbprove(name).stdout == cbprove("check", name).stdout


def test_folder_means_every_spec_below_it(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    for name in ("d/b.cbs", "d/a.cbs", "d/sub/c.cbs"):
        spec(name, tiny.GOOD)
    spec("d/included.cbs", tiny.INCLUDED)
    spec("d/notes.txt", "no spec")
    spec("d/.hidden/e.cbs", tiny.MISTAKE)
    done = cbprove("-q", "d", "d/a.cbs")
    assert done.returncode == 0
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "d/a.cbs",
        "d/b.cbs",
        "d/sub/c.cbs",
        "3 specs, 12 verdicts",
    ]


def test_included_file_named_is_a_mistake(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(spec("included.cbs", tiny.INCLUDED))
    assert done.returncode == 2
    assert "no `spec` line" in done.stderr


def test_json_is_the_document_alone(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("--format", "json", spec("a.cbs", tiny.REFUTED))
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema())
    assert done.stderr == ""
    assert [case["verdict"] for case in found["cases"]] == ["proved", "proved", "refuted", "proved"]
    assert found["cases"][2]["witness"]["lost"] == [
        {"object": "skb", "area": "cb", "bytes": [4, 6]}
    ]


def test_json_of_mistakes(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(cbprove("--format", "json", spec("a.cbs", tiny.MISTAKE)).stdout)
    jsonschema.validate(found, schema())
    assert (found["cases"], found["diagnostics"][0]["code"]) == ([], "CB0101")


def test_verbosity_never_changes_json(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    name = spec("a.cbs", tiny.REFUTED)
    once = cbprove("--format", "json", name).stdout
    assert (
        once
        == cbprove("--format", "json", "-vv", name).stdout
        == cbprove("--format", "json", "-q", name).stdout
    )


def test_same_input_same_bytes(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    name = spec("a.cbs", tiny.REFUTED)
    assert cbprove(name, PYTHONHASHSEED="1").stdout == cbprove(name, PYTHONHASHSEED="2").stdout


def test_colour_on_demand(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    name = spec("a.cbs", tiny.REFUTED)
    assert "\x1b[" not in cbprove(name).stdout
    assert "\x1b[" in cbprove("--color", "always", name).stdout
    assert "\x1b[" in cbprove(name, FORCE_COLOR="1").stdout
    assert "\x1b[" not in cbprove(name, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in cbprove("--color", "never", name, FORCE_COLOR="1").stdout


def test_sweep(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(
        "sweep", spec("a.cbs", tiny.GOOD), "--property", "keep", "--rows", "g", "--cols", "OFF"
    )
    assert done.returncode == 0
    assert (
        done.stdout
        == """\
keep: g down, OFF across

     0  1  2  3  4  5  6  7  8
one  x  x  x  x  x  x  x  x  +
two  x  x  x  x  x  x  x  x  +

+ proved  x refuted

18 candidates: 16 refuted, 2 proved
  refuted where OFF in 0..7
  proved where OFF in 8
"""
    )


def test_sweep_as_json(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    name = spec("a.cbs", tiny.GOOD)
    done = cbprove(
        "sweep", name, "--property", "keep", "--rows", "g", "--cols", "OFF", "--format", "json"
    )
    found = json.loads(done.stdout)
    jsonschema.validate(
        found, json.loads((REPORT / "sweep.schema.json").read_text(encoding="utf-8"))
    )
    assert found["sweep"]["verdicts"] == [["refuted"] * 8 + ["proved"]] * 2


@pytest.mark.parametrize(
    ("rows", "cols", "message"),
    [
        ("nope", "OFF", "there is no axis `nope`"),
        ("OFF", "OFF", "the rows and the columns are both `OFF`"),
    ],
)
def test_sweep_over_nothing(cbprove, spec: Spec, rows: str, cols: str, message: str) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(
        "sweep", spec("a.cbs", tiny.GOOD), "--property", "keep", "--rows", rows, "--cols", cols
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_layout(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("layout", spec("a.cbs", tiny.GOOD), "--proposal", "second")
    assert done.returncode == 0
    assert "\tu8                         a;                    /*     0     1 */\n" in done.stdout
    assert "  G  m  ..GGGG..........  [2..6), 10 bytes left\n" in done.stdout
    assert "m  reads   G\n   writes  G.*\n" in done.stdout


@pytest.mark.parametrize(
    "code", ["CB0103", "CB0007", "CB2001", "refuted", "cb0103", "proved up to N turns"]
)
def test_explain(cbprove, code: str) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("explain", code)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("CB") and "\nhelp: " in done.stdout


def test_explain_lists_every_code(cbprove) -> None:  # type: ignore[no-untyped-def]
    lines = cbprove("explain").stdout.splitlines()
    assert lines == sorted(lines)
    assert all(line[:2] == "CB" and line[6:8] == "  " for line in lines)


PROPERTY = """spec a "two layers";
abi x86_64;
object skb { char cb[16]; }
param AT in 0..12;
layer one { view A : u32 at skb.cb[0]; step store { write A; } step look { read A; } }
layer two { view B : u32 at skb.cb[AT]; step other { write B; } }
path p { store; assume AT >= 0 "as ever"; other; look; }
property kept "it is kept": preserved A /* all
    of it */ from store to look;
property small: disjoint A, B;
proposal over { AT = 0; expect kept refuted, small refuted; }
proposal beside { AT = 4; }
proposal behind { AT = 8; }
"""


def test_a_property_is_explained_with_a_run_and_a_reason(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    path = spec("a.cbs", PROPERTY)
    done = cbprove("explain", "kept", path)
    assert (done.returncode, done.stderr) == (0, "")
    parts = done.stdout.rstrip("\n").split("\n\n")
    assert parts[0].splitlines() == [
        "kept: it is kept  a.cbs:8",
        "  preserved A from store to look",
        "  that is: what one step left is intact when another begins, where it was or where it was "
        "brought",
    ]
    assert parts[1].split() == ["kept", "over", "refuted", "beside", "proved", "behind", "proved"]
    assert [part.split(":")[0] for part in parts if part.startswith(("refuted", "proved"))] == [
        "refuted",
        "proved",
    ]
    assert "4 of 4 bytes lost: cb[0..4)" in done.stdout
    assert "holds because A ends at 4 (line 5) and B starts at 4 (line 6)" in done.stdout
    assert "\n\n1 verdict more of the same kinds: -v\n\n" in done.stdout
    assert done.stdout.endswith("\n\nmodel not audited; assuming\n  AT >= 0: as ever\n")
    for arguments in ((path, "--property", "kept"), ("--property", "kept", path)):
        assert cbprove("explain", *arguments).stdout == done.stdout
    everything = cbprove("explain", "kept", path, "-v").stdout
    assert "proved: kept under behind" in everything and "more of the same" not in everything


def test_the_property_that_nobody_declares_is_explained(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    told = cbprove("explain", "fits", spec("a.cbs", PROPERTY)).stdout
    assert told.startswith("fits: each view and each access stays inside its control block\n")
    assert "\nproved: fits under over\n" in told


@pytest.mark.parametrize(
    ("arguments", "message", "help"),
    [
        (
            ["kpet", "a.cbs"],
            "there is no property `kpet`",
            "did you mean `kept`? the properties are",
        ),
        (["kept"], "there is no code `kept`", "is explained by: cbprove explain kept SPEC"),
        (["a.cbs"], "there is no code `a.cbs`", "is explained by: cbprove explain PROPERTY a.cbs"),
        (["CB2O01"], "there is no code `CB2O01`", "did you mean `CB2001`?"),
        (["--property", "kept"], "no spec is named", "cbprove explain --property kept SPEC"),
        (["kept", "a.cbs", "--property", "kept"], "a property is named twice", "give NAME or"),
        (["kept", "no.cbs"], "`no.cbs` does not exist", "check the path"),
    ],
)
def test_what_cannot_be_explained_says_what_can(  # type: ignore[no-untyped-def]
    cbprove, spec: Spec, arguments: list[str], message: str, help: str
) -> None:
    spec("a.cbs", PROPERTY)
    done = cbprove("explain", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and help in done.stderr


def test_version(cbprove) -> None:  # type: ignore[no-untyped-def]
    assert cbprove("--version").stdout.startswith("cbprove 0.")


def test_help_says_every_command(cbprove) -> None:  # type: ignore[no-untyped-def]
    told = cbprove("--help")
    assert told.returncode == 0
    assert [command for command in COMMANDS if f"\n    {command}" not in told.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command(cbprove, command: str) -> None:  # type: ignore[no-untyped-def]
    told = cbprove(command, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: cbprove {command} ") and " a enum" not in told.stdout


def test_a_misspelt_command(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("explai", "CB0103")
    told = "error: there is no command and no file `explai`\n  = help: did you mean `cbprove explain`?\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
    assert cbprove("-q", spec("explai", tiny.GOOD)).returncode == 0
    assert cbprove(spec("explai", tiny.GOOD)).returncode == 0
    assert "`nothing` does not exist" in cbprove("nothing").stderr


def test_a_mistake_names_the_help_of_its_command(cbprove) -> None:  # type: ignore[no-untyped-def]
    assert cbprove("drift", "a.cbs", "b.cbs").stderr.endswith(
        "  = help: see `cbprove drift --help`\n"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no such device here")
@pytest.mark.parametrize("asked", [(), ("--format", "json")])
def test_a_full_disk(spec: Spec, tmp_path: Path, asked: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "cbprove", spec("a.cbs", tiny.GOOD), *asked]
    environment = {**os.environ, "PYTHONPATH": MODEL}
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert (
        "error[CB0325]: standard output cannot be written: no space left on device" in done.stderr
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_a_closed_output(spec: Spec, tmp_path: Path) -> None:
    command = f"{sys.executable} -m cbprove {spec('a.cbs', tiny.REFUTED)} >&-"
    environment = {**os.environ, "PYTHONPATH": MODEL}
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_reader_that_leaves(spec: Spec, tmp_path: Path) -> None:
    name = spec("a.cbs", tiny.REFUTED)
    command = f"{sys.executable} -m cbprove {name} | true"
    done = subprocess.run(
        command,
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": MODEL},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["explain", "CB0103"]])
def test_loads_neither_solver_nor_parser(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import sys\nfrom cbprove.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n"
        "    print(*[m for m in ('z3', 'lark', 'rich') if m in sys.modules], 'loaded')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": MODEL},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "loaded"


def test_mistakes_and_layouts_load_no_solver(spec: Spec, tmp_path: Path) -> None:
    for arguments in (["check", spec("a.cbs", tiny.MISTAKE)], ["layout", spec("b.cbs", tiny.GOOD)]):
        script = (
            "import sys\nfrom cbprove.cli import main\n"
            f"try:\n    main({arguments!r})\nexcept SystemExit:\n    assert 'z3' not in sys.modules"
        )
        command, environment = [sys.executable, "-c", script], {**os.environ, "PYTHONPATH": MODEL}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
