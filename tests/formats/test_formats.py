"""Each format against what reads it: SARIF by its schema, JUnit by an XML parser, KTAP by a
plan, mail by its width."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from cbprove.formats.findings import Finding, Findings, Place
from cbprove.formats.table import FORMATS

ROOT = Path(__file__).parents[2]
SARIF = json.loads(Path(__file__).with_name("sarif-subset.schema.json").read_text())

SPEC = """
spec tiny "two views";
abi x86_64;
object skb per path { char cb[48]; }
layer one { view A : u8[8] at skb.cb[0]; step store { write A; } step look { read A; } }
layer two { view B : u8[8] at skb.cb[4]; step other { write B; } }
path p { store; other; look; }
property kept "it is kept": preserved A from store to look;
property inside: disjoint A, A;
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", *arguments]
    return subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "tiny.cbs").write_text(SPEC)
    return tmp_path


def check(folder: Path, format: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "check", "tiny.cbs", "--format", format)


@pytest.mark.parametrize("format", [*FORMATS, "text", "json"])
def test_the_exit_code_is_the_same_for_all(spec: Path, format: str) -> None:
    ran = check(spec, format)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "kept" in ran.stdout


def test_short_is_a_line_a_finding_that_editors_jump_to(spec: Path) -> None:
    lines = check(spec, "short").stdout.splitlines()
    assert lines[0] == "tiny.cbs:8: refuted: kept under any"
    assert all(re.match(r"[^:]+:\d+: ", line) for line in lines)


def test_mail_is_ascii_in_72_columns_and_ends_with_the_command(spec: Path) -> None:
    told = check(spec, "mail").stdout
    assert told.isascii()
    assert max(map(len, told.splitlines())) <= 72
    assert told.splitlines()[-1] == "$ cbprove check tiny.cbs"
    assert "4 of 8 bytes lost: cb[4..8)" in told


def test_sarif_has_its_shape_and_the_run_as_a_code_flow(spec: Path) -> None:
    found = json.loads(check(spec, "sarif").stdout)
    jsonschema.validate(found, SARIF)
    (run,) = found["runs"]
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("CB2001", "error")
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 8
    steps = first["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [each["location"]["message"]["text"] for each in steps] == ["store", "other", "look"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "CB2001"


def test_fingerprints_outlive_a_line_number(spec: Path) -> None:
    def prints() -> list[str]:
        run = json.loads(check(spec, "sarif").stdout)["runs"][0]
        return [each["partialFingerprints"]["cbprove/v1"] for each in run["results"]]

    before = prints()
    (spec / "tiny.cbs").write_text("\n\n// further down\n" + SPEC)
    assert prints() == before
    assert len(set(before)) == len(before)


def test_junit_counts_what_it_lists(spec: Path) -> None:
    root = Xml.fromstring(check(spec, "junit").stdout)
    (suite,) = root
    cases = suite.findall("testcase")
    failures = suite.findall("testcase/failure")
    assert (suite.get("tests"), suite.get("failures")) == (str(len(cases)), str(len(failures)))
    assert failures[0].get("message") == "refuted: kept under any"
    assert "bytes lost" in (failures[0].text or "")


def test_ktap_has_as_many_lines_as_its_plan(spec: Path) -> None:
    lines = check(spec, "ktap").stdout.splitlines()
    assert lines[0] == "KTAP version 1"
    results = [line for line in lines if re.match(r"(not )?ok \d+ ", line)]
    assert lines[1] == f"1..{len(results)}"
    assert [int(line.removeprefix("not ").split()[1]) for line in results] == list(
        range(1, len(results) + 1)
    )
    assert any(line.startswith("not ok") for line in results)
    assert any(line.startswith("ok") for line in results)


def test_github_annotates_lines(spec: Path) -> None:
    lines = check(spec, "github").stdout.splitlines()
    assert lines[0].startswith(
        "::error file=tiny.cbs,line=8,title=CB2001::refuted: kept under any%0A"
    )


@pytest.mark.parametrize("format", FORMATS)
def test_a_mistake_is_a_finding_and_exits_with_2(tmp_path: Path, format: str) -> None:
    (tmp_path / "tiny.cbs").write_text(
        SPEC.replace("struct", "strukt").replace("skb.cb[4]", "skb.nothing[4]")
    )
    ran = check(tmp_path, format)
    assert ran.returncode == 2
    if format not in ("mail", "markdown"):
        assert "nothing" in ran.stdout


ODD = Findings(
    subject="a\x1b[31m <b> | * subject",
    command="cbprove check 'a b.cbs'",
    entries=(
        Finding(
            "CB2001",
            "error",
            "t # x\ny",
            "m, with: %\nsecond\x07 ü",
            Place("a b:c,d.cbs", 3),
            ("\x1b[1m ünï",),
        ),
        Finding("untouched", "note", "n", "no place", Place("", 0)),
        Finding("CB2000", "pass", "fine", "proved", Place("/abs/ü.cbs", 1)),
    ),
    lines=("a long line " * 12, "ünïcode"),
    code=1,
)


@pytest.mark.parametrize("format", FORMATS)
def test_odd_signs_do_no_harm(format: str) -> None:
    told = FORMATS[format](ODD)
    if format == "junit":
        Xml.fromstring(told.encode())
    if format == "sarif":
        jsonschema.validate(json.loads(told), SARIF)
    if format == "mail":
        assert told.isascii() and max(map(len, told.splitlines())) <= 72
    if format in ("short", "github"):
        assert len(told.splitlines()) == 2
    if format in ("short", "ktap"):
        assert "\x1b" not in told


def test_a_patch_in_a_format() -> None:
    patch, base = "specs/changes/tc_skb_cb.patch", "specs/changes/tc_skb_cb/base.cbs"
    ran = run(ROOT, "diff", "--patch", patch, base, "--format", "mail")
    assert ran.returncode == 1
    assert ran.stdout.isascii() and max(map(len, ran.stdout.splitlines())) <= 72
    short = run(ROOT, "diff", "--patch", patch, base, "--format", "short")
    assert short.returncode == 1
    assert (
        "specs/changes/tc_skb_cb/paths.cbs:28: newly refuted: mru_preserved under today"
        in short.stdout
    )


def test_sarif_is_read_by_a_reader_of_sarif(spec: Path) -> None:
    sarif = pytest.importorskip("sarif_pydantic")
    log = sarif.Sarif.model_validate_json(check(spec, "sarif").stdout)
    assert log.runs[0].results[0].rule_id == "CB2001"
