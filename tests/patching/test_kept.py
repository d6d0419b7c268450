"""Verdicts that an earlier run found: the same answer, marked; never for another text, option or
program; never an unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cbprove import keeping
from cbprove.patching import judging
from cbprove.patching.change import change
from cbprove.patching.judging import Job, Judged, Kept
from cbprove.patching.review import How, Subject, review
from cbprove.pipeline import Options, meaning
from cbprove.report.answer import Answer

ROOT = Path(__file__).parents[2]
CHANGES = ROOT / "specs" / "changes"
BASE = str(CHANGES / "tc_skb_cb" / "base.cbs")


def answer(place: Path, options: Options | None = None) -> Answer:
    whole = change((CHANGES / "tc_skb_cb.patch").read_bytes(), "p")
    found = review(
        whole,
        Subject("base", (BASE,)),
        How(options or Options(), kept=Kept(place)),
        lambda done, total: None,
    )
    assert found is not None
    return found


def test_the_second_answer_is_the_first_one_and_says_so(tmp_path: Path) -> None:
    first, second = answer(tmp_path), answer(tmp_path)
    assert (first.kept, second.kept) == (0, first.judged)
    assert replace(second, kept=0) == first


def test_other_options_are_judged_anew(tmp_path: Path) -> None:
    answer(tmp_path)
    assert answer(tmp_path, Options(bound=2)).kept == 0


def test_another_program_judges_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(tmp_path)
    monkeypatch.setattr(keeping, "_program", lambda: "another one")
    assert answer(tmp_path).kept == 0


@pytest.mark.parametrize("harm", ["", "{", "[1]", '[{"spec": 1}]', "\x00"])
def test_what_cannot_be_read_is_not_there(tmp_path: Path, harm: str) -> None:
    first = answer(tmp_path)
    for file in tmp_path.glob("*.json"):
        file.write_text(harm)
    assert replace(answer(tmp_path), kept=0) == first


def test_a_folder_that_cannot_be_written_is_no_failure() -> None:
    assert answer(Path("/dev/null/nowhere")).kept == 0


def test_an_unknown_is_never_kept(tmp_path: Path) -> None:
    system = meaning(BASE)
    job = Job(BASE, system, system.properties[0].name, Options())
    unknown = Judged(BASE, "any", job.property, "", "unknown", "", 0, ())
    Kept(tmp_path).put(job, [unknown])
    assert list(tmp_path.iterdir()) == []
    Kept(tmp_path).put(job, [replace(unknown, verdict="proved")])
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text())[0]["verdict"] == "proved"


def test_one_byte_of_a_text_is_another_key(tmp_path: Path) -> None:
    for name in ("base.cbs", "paths.cbs"):
        text = (
            (CHANGES / "tc_skb_cb" / name)
            .read_text()
            .replace("../../include", str(ROOT / "specs" / "include"))
        )
        (tmp_path / name).write_text(text)
    system = meaning(str(tmp_path / "base.cbs"))
    before = judging.key(Job("s", system, system.properties[0].name, Options()))
    (tmp_path / "paths.cbs").write_text((tmp_path / "paths.cbs").read_text() + "\n")
    system = meaning(str(tmp_path / "base.cbs"))
    assert judging.key(Job("s", system, system.properties[0].name, Options())) != before
