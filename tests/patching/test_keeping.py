"""What earlier runs of `check` and `diff` found: the same text and document, but for the mark;
judged once for the same texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cbprove import keeping
from cbprove.cli import main
from cbprove.commands.shared import OURS
from cbprove.design import judge as design
from cbprove.keeping import Folder
from cbprove.pipeline import Options, check
from cbprove.report.json import document, schema
from cbprove.solving import solver
from cbprove.verdicts import Report
from tests.patching.ran import ROOT, cbprove

CHANGES = ROOT / "specs" / "changes" / "tc_skb_cb"
SPEC = """
spec tiny "what is kept";
object skb per path { char cb[48]; }
param AT in 0..40 = 4;
param DEEP = no;
input n : u8 in 0..3;
layer one { view A : u8[8] at skb.cb[0]; step store { write A; } step look { read A; } }
layer two { view B : u8[8] at skb.cb[AT]; step other { write B[n]; } }
path p { store; either { other; } or { repeat { other; } } look; }
property kept "it is kept": preserved A from store to look;
property inside: disjoint A, B;
proposal at_4 { AT = 4; }
proposal at_8 { AT = 8; }
proposal any { expect kept refuted somewhere; }
ask room: AT such that inside given AT < 10; expect some;
ask both: AT such that kept and inside given AT < 3; expect some;
"""
SMALL = """
spec small "what is kept, of one run";
object skb per path { char cb[48]; }
layer one { view A : u8 at skb.cb[0]; step store { write A; } step look { read A; } }
path p { store; look; }
property kept: preserved A from store to look;
"""


def judged(path: Path, place: Path | None, **options: Any) -> Report:
    kept = Folder(place) if place is not None else None
    return check(
        str(path), Options(witnesses=True, **options), lambda done, total: None, cache=kept
    )


def told(report: Report) -> str:
    return re.sub(r',?\n *"kept": true', "", json.dumps(document([report]), indent=1))


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "tiny.cbs").write_text(SPEC)
    return tmp_path / "tiny.cbs"


def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on no solver answers."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the solver was asked")

    monkeypatch.setattr(solver.Z3Session, "__init__", refuse)


def test_the_second_report_is_the_first_and_asks_no_solver(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged(spec, tmp_path / "kept")
    assert told(first) == told(judged(spec, None))
    asked(monkeypatch)
    second = judged(spec, tmp_path / "kept")
    assert (first.kept, second.kept) == (False, True)
    assert told(second) == told(first)
    found = document([second])
    jsonschema.validate(found, schema())
    assert all(case["kept"] for case in found["cases"])


@pytest.mark.parametrize("name", ["b05_ipvlan_qdisc_time", "b31_sfb_enqueue"])
def test_cases_come_out_the_same(name: str, tmp_path: Path) -> None:
    path = ROOT / "specs" / "cases" / f"{name}.cbs"
    first = judged(path, tmp_path)
    assert told(judged(path, tmp_path)) == told(first)


def test_a_run_that_no_longer_breaks_is_found_anew(spec: Path, tmp_path: Path) -> None:
    first = judged(spec, tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    held = json.loads(file.read_text())
    for run in held["runs"].values():
        run["decisions"] = [[key, 0] for key, _ in run["decisions"][:1]]
    file.write_text(json.dumps(held))
    second = judged(spec, tmp_path / "kept")
    assert told(second) == told(first)
    assert json.loads(file.read_text())["runs"] != held["runs"]


HARMS = (
    "",
    "{",
    "[]",
    "7",
    "null",
    '{"tables": 1}',
    '{"tables": {}}',
    '{"tables": {"kept": {"[]": {"marks": [[99, 1]]}}}}',
    "[" * 9999,
)


def test_what_is_no_such_thing_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "small.cbs").write_text(SMALL)
    first = judged(tmp_path / "small.cbs", tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    for harm in HARMS:
        file.write_text(harm)
        second = judged(tmp_path / "small.cbs", tmp_path / "kept")
        assert (told(second), second.kept) == (told(first), False), harm
        assert json.loads(file.read_text())["tables"], harm


@pytest.mark.parametrize("part", ["tables", "runs", "asks and why"])
def test_half_of_it_is_found_anew(spec: Path, tmp_path: Path, part: str) -> None:
    first = judged(spec, tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    held = json.loads(file.read_text())
    (name,) = (each for each in held if each.startswith(part))
    del held[name]
    file.write_text(json.dumps(held))
    assert told(judged(spec, tmp_path / "kept")) == told(first)


def test_marks_of_another_length_are_none(spec: Path, tmp_path: Path) -> None:
    first = judged(spec, tmp_path / "kept")
    (file,) = (tmp_path / "kept").iterdir()
    file.write_text(re.sub(r'"marks":\[\[(\d),\d+\]', r'"marks":[[\1,1]', file.read_text()))
    second = judged(spec, tmp_path / "kept")
    assert (told(second), second.kept) == (told(first), False)


def test_another_program_or_reach_judges_anew(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(spec, tmp_path / "kept")
    assert not judged(spec, tmp_path / "kept", bound=2).kept
    assert judged(spec, tmp_path / "kept").kept
    monkeypatch.setattr(keeping, "_program", lambda: "another one")
    assert not judged(spec, tmp_path / "kept").kept


def test_what_is_unknown_is_not_kept(spec: Path, tmp_path: Path) -> None:
    report = judged(spec, tmp_path / "kept", resources=1)
    assert any(case.verdict == "unknown" for case in report.cases)
    assert not (tmp_path / "kept").exists()


def test_a_run_for_the_text_is_enough_for_the_document_but_for_runs(
    spec: Path, tmp_path: Path
) -> None:
    """What one asks for more is found then, and kept for the next."""
    kept = Folder(tmp_path / "kept")
    quiet = check(str(spec), Options(), lambda done, total: None, cache=kept)
    assert not quiet.kept
    whole = told(judged(spec, None))
    assert told(judged(spec, tmp_path / "kept")) == whole
    assert told(judged(spec, tmp_path / "kept")) == whole


def test_the_same_texts_are_judged_once_wherever_they_lie(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "copy.cbs").write_text(SPEC)
    kept = Folder(None)
    first = check(str(spec), Options(witnesses=True), lambda done, total: None, cache=kept)
    asked(monkeypatch)
    second = check(
        str(tmp_path / "other" / "copy.cbs"),
        Options(witnesses=True),
        lambda done, total: None,
        cache=kept,
    )
    assert not second.kept
    assert told(second) == told(first).replace(str(spec), str(tmp_path / "other" / "copy.cbs"))


@pytest.mark.parametrize(
    "more",
    [
        "/* a comment */\n\n",
        "struct unused { u32 a; };\n",
        "enum of_nobody { ONE, TWO };\n#define THREE 3\n",
    ],
)
def test_what_changes_no_program_in_an_included_file_judges_nothing_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    head, _, tail = SPEC.partition("layer one")
    included, spec = tmp_path / "layers.cbs", tmp_path / "tiny.cbs"
    included.write_text(f"layer one{tail.partition('path p')[0]}")
    text = f'{head}include "layers.cbs";\npath p{tail.partition("path p")[2]}'
    spec.write_text(text.partition("ask room")[0])
    judged(spec, tmp_path / "kept")
    included.write_text(more + included.read_text())
    fresh = judged(spec, None)
    asked(monkeypatch)
    second = judged(spec, tmp_path / "kept")
    assert second.kept
    assert told(second) == told(fresh)  # with the lines as they are now


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("u8[8] at skb.cb[AT]", "u8[7] at skb.cb[AT]"),
        ("write B[n]", "write B[0]"),
        ("n : u8 in 0..3", "n : u8 in 0..2"),
        ("disjoint A, B", "disjoint B, A"),
        ("DEEP = no", "DEEP = yes"),
        ("proposal at_8 { AT = 8; }", "proposal at_8 { AT = 9; }"),
    ],
)
def test_what_changes_a_program_or_a_question_judges_anew(
    spec: Path, tmp_path: Path, old: str, new: str
) -> None:
    judged(spec, tmp_path / "kept")
    assert SPEC.count(old) == 1
    spec.write_text(SPEC.replace(old, new))
    again = judged(spec, tmp_path / "kept")
    assert told(again) == told(judged(spec, None))
    assert not again.kept or old == "DEEP = no"  # a default that no program has


def test_questions_are_answered_anew_where_texts_differ(spec: Path, tmp_path: Path) -> None:
    judged(spec, tmp_path / "kept")
    spec.write_text("\n// a line more\n" + SPEC.replace("AT < 3", "AT < 2"))
    assert told(judged(spec, tmp_path / "kept")) == told(judged(spec, None))


# --- commands -------------------------------------------------------------------------------------


MARK = "\nfound by an earlier run; --no-cache judges anew\n"


@pytest.mark.parametrize("format", ["text", "json", "short", "junit", "html"])
def test_check_says_the_same_in_every_format(spec: Path, tmp_path: Path, format: str) -> None:
    first = cbprove(tmp_path, "tiny.cbs", "--format", format)
    assert first.stdout == cbprove(
        tmp_path, "tiny.cbs", "--format", format, "--no-cache"
    ).stdout.replace(" --no-cache", "")
    second = cbprove(tmp_path, "tiny.cbs", "--format", format)
    assert second.returncode == first.returncode == 1
    assert re.sub(r',\n *"kept": true', "", second.stdout) == first.stdout
    assert ('"kept": true' in second.stdout) == (format == "json")


def test_v_says_so_and_no_cache_judges_anew(spec: Path, tmp_path: Path) -> None:
    first = cbprove(tmp_path, "-v", "tiny.cbs").stdout
    second = cbprove(tmp_path, "-v", "tiny.cbs").stdout
    assert MARK not in first
    assert second.replace(MARK, "", 1) == first
    assert cbprove(tmp_path, "-v", "tiny.cbs", "--no-cache").stdout == first


def test_specs_side_by_side_are_kept_too(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.cbs").write_text(SPEC.replace("spec tiny", "spec other"))
    arguments = ("tiny.cbs", "copy.cbs", "--jobs", "2", "--format", "json")
    first = cbprove(tmp_path, *arguments)
    second = cbprove(tmp_path, *arguments)
    assert re.sub(r',\n *"kept": true', "", second.stdout) == first.stdout
    assert second.stdout.count('"kept": true') == len(json.loads(first.stdout)["cases"])


def test_a_folder_of_which_one_spec_differs_judges_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cbprove.comparing import sides
    from cbprove.comparing.review import compare

    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        for number in range(3):
            (tmp_path / name / f"{number}.cbs").write_text(
                SPEC.replace("spec tiny", f"spec s{number}")
            )
    (tmp_path / "new" / "1.cbs").write_text(
        SPEC.replace("spec tiny", "spec s1").replace("AT in 0..40 = 4", "AT in 0..39 = 4")
    )
    judged = []
    plain = design._fill

    def fill(space: Any, progress: Any) -> None:
        judged.append(space.system.name)
        plain(space, progress)

    monkeypatch.setattr(design, "_fill", fill)
    kept = Folder(None)
    for before, after in sides.paths(str(tmp_path / "old"), str(tmp_path / "new")):
        compare(before, after, Options(), lambda done, total: None, kept)
    assert judged == ["s0", "s1"]  # of four that are one but for their names, and of the other


def test_records_and_rechecks_know_nothing_of_it(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "fine.cbs").write_text(
        SPEC.replace("proposal any { expect kept refuted somewhere; }", "")
    )
    cbprove(tmp_path, "fine.cbs")
    before = {file: file.read_bytes() for file in (tmp_path / "cache").rglob("*.json")}
    assert before
    for file in before:
        file.write_text(file.read_text().replace('"tables"', '"other"'))
    harmed = {file: file.read_bytes() for file in before}
    cbprove(tmp_path, "certify", "fine.cbs", "-o", "archive")
    cbprove(tmp_path, "recheck", "archive")
    assert {file: file.read_bytes() for file in (tmp_path / "cache").rglob("*.json")} == harmed


def test_a_run_that_heeds_no_other_keeps_nothing_of_one_spec(
    spec: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(programs: Any) -> str:
        raise AssertionError("programs are hashed for nobody")

    monkeypatch.setattr("cbprove.system.fingerprint.fingerprint", refused)
    with pytest.raises(SystemExit) as left:
        main(["check", "--no-cache", str(spec)])
    assert left.value.code != OURS, capsys.readouterr().err
