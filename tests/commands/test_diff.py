"""`cbprove diff`: two specs, two folders, two revisions; what changed, and what became of each
verdict."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

SPECS = Path(__file__).parents[2] / "specs"
SCHEMA = Path(__file__).parents[2] / "model" / "cbprove" / "comparing" / "diff.schema.json"

Spec = Callable[[str, str], str]

TEXT = """
spec tiny "two views";
abi x86_64;
object skb {{ char cb[48]; }}
struct first {{ {first} }};
struct second {{ u32 c; }};
param AT in 0..44;
layer one {{ view A : struct first at skb.cb[0]; step store {{ write A.a; }} step look {{ read A.a; }} }}
layer two {{ view B : struct second at skb.cb[AT]; step other {{ write B; }} }}
path p {{ store; other; look; }}
property kept: preserved A.a from store to look;
{rest}
"""
SMALL, WIDE, NOTED = "u32 a;", "u32 pad; u32 a;", "u32 a; u32 b;"
AT_4 = "proposal at_4 { AT = 4; }"


@pytest.fixture
def changes(tmp_path: Path) -> Path:
    shutil.copytree(SPECS, tmp_path / "specs", ignore=shutil.ignore_patterns("linux", "cases"))
    return tmp_path / "specs" / "changes"


def tiny(first: str, rest: str = AT_4) -> str:
    return TEXT.format(first=first, rest=rest)


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True)


def test_growth_of_inet_skb_parm(cbprove, changes: Path) -> None:  # type: ignore[no-untyped-def]
    done = cbprove(
        "diff", *(f"specs/changes/inet_skb_parm/{side}.cbs" for side in ("base", "head"))
    )
    assert done.returncode == 1
    told = done.stdout
    assert "struct inet_skb_parm: 20 bytes -> 24 bytes" in told
    assert "+\tint                        iif;                  /*     0     4 */" in told
    assert "IPCB of ip: skb.cb[0..20) -> skb.cb[0..24)  (at_20, at_32)" in told
    assert "newly refuted: ipcb_preserved under at_20" in told
    assert "bits lost: cb[20..24)" in told
    assert told.endswith("1 layout and 1 view changed; 6 verdicts: 2 newly refuted, 4 unchanged\n")


def test_growth_of_tc_skb_cb(cbprove, changes: Path) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("diff", *(f"specs/changes/tc_skb_cb/{side}.cbs" for side in ("base", "head")))
    assert done.returncode == 1
    assert "struct tc_skb_cb: 36 bytes -> 40 bytes" in done.stdout
    assert "newly refuted: mru_preserved under unfixed" in done.stdout
    assert "2 of 2 bytes lost: cb[34..36)" in done.stdout
    back = cbprove("diff", *(f"specs/changes/tc_skb_cb/{side}.cbs" for side in ("head", "base")))
    assert back.returncode == 0
    assert "newly proved: mru_preserved under unfixed" in back.stdout


def test_nothing_changed(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("diff", spec("a.cbs", tiny(SMALL)), spec("b.cbs", tiny(SMALL)))
    assert done.returncode == 0
    assert done.stdout == "a.cbs -> b.cbs\n\nno bytes changed; 2 verdicts: 2 unchanged\n"


def test_bytes_without_a_verdict(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("diff", spec("a.cbs", tiny(SMALL)), spec("b.cbs", tiny(NOTED)))
    assert done.returncode == 0
    assert done.stdout.endswith(
        "1 layout and 1 view changed, and no verdict did; 2 verdicts: 2 unchanged\n"
    )


def test_structs_that_no_view_has_are_only_counted(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    known = "struct inner {{ {0} }}; struct outer {{ struct inner in; }}; struct idle {{ {0} }};\n"
    before, after = (
        tiny("struct outer o; u32 a;", known.format(members) + AT_4)
        for members in ("u8 x;", "u16 x;")
    )
    done = cbprove("diff", spec("a.cbs", before), spec("b.cbs", after))
    told = done.stdout
    assert "struct inner: 1 byte -> 2 bytes" in told and "struct outer: 1 byte -> 2 bytes" in told
    assert "struct idle" not in told
    assert told.endswith("; 1 other struct changed that no view has\n")


def test_what_the_spec_expects_does_not_hide_what_is_new(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    after = tiny(WIDE, "proposal at_4 { AT = 4; expect kept refuted; }")
    done = cbprove("diff", spec("a.cbs", tiny(SMALL)), spec("b.cbs", after))
    assert done.returncode == 1
    assert "newly refuted: kept under at_4" in done.stdout
    assert "4 of 4 bytes lost: cb[4..8)" in done.stdout


def test_of_several_candidates_more_are_refuted(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    rest = "proposal any_at { AT = any; expect kept refuted somewhere; }"
    done = cbprove("diff", spec("a.cbs", tiny(WIDE, rest)), spec("b.cbs", tiny("u64 a;", rest)))
    assert done.returncode == 1
    assert "mixed (38 proved, 7 refuted) -> mixed (37 proved, 8 refuted)" in done.stdout


def test_proposals_come_and_go(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    after = tiny(SMALL, "proposal at_8 { AT = 8; }")
    done = cbprove("diff", spec("a.cbs", tiny(SMALL)), spec("b.cbs", after))
    assert done.returncode == 0
    assert done.stdout.endswith("4 verdicts: 2 added, 2 removed\n")


def test_questions_answered_otherwise(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    rest = AT_4 + "\nask where_to: AT such that kept; expect some;"
    done = cbprove(
        "diff",
        spec("a.cbs", tiny(SMALL, rest)),
        spec("b.cbs", tiny(NOTED.replace("a;", "a, d;"), rest)),
    )
    assert "answered otherwise" not in done.stdout
    done = cbprove("diff", spec("a.cbs", tiny(SMALL, rest)), spec("b.cbs", tiny(WIDE, rest)))
    assert (
        "answered otherwise: where_to\n  before: AT = 4..44\n  after:  AT = 0, 8..44\n"
        in done.stdout
    )


def test_folders_file_by_file(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    for name in ("old/a.cbs", "old/gone.cbs", "new/a.cbs", "new/more.cbs"):
        spec(name, tiny(SMALL))
    spec("new/included.cbs", "struct x { u8 a; };")
    done = cbprove("diff", "old", "new")
    assert done.returncode == 0
    assert [
        line for line in done.stdout.splitlines() if " -> " in line or line.startswith("only")
    ] == [
        "old/a.cbs -> new/a.cbs",
        "old/gone.cbs -> new/gone.cbs",
        "only before",
        "old/more.cbs -> new/more.cbs",
        "only after",
    ]


def test_revisions(cbprove, spec: Spec, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    spec("d/inc/first.cbs", "struct first { u32 a; };")
    text = tiny(SMALL).replace("struct first { u32 a; };", 'include "inc/first.cbs";')
    name = spec("d/a.cbs", text)
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        git(tmp_path, *arguments)
    assert cbprove("diff", "--git", "HEAD", name).stdout.endswith(
        "no bytes changed; 2 verdicts: 2 unchanged\n"
    )
    spec("d/inc/first.cbs", "struct first { u32 pad; u32 a; };")
    spec("d/b.cbs", tiny(SMALL))
    for wanted in (name, "d"):
        done = cbprove("diff", "--git", "HEAD", wanted)
        assert done.returncode == 1
        assert "HEAD:d/a.cbs -> d/a.cbs" in done.stdout
        assert "newly refuted: kept under at_4" in done.stdout
    assert "HEAD:d/b.cbs -> d/b.cbs\n\nonly after" in done.stdout


def test_mistakes_of_both_sides_at_once(cbprove, spec: Spec) -> None:  # type: ignore[no-untyped-def]
    done = cbprove("diff", spec("a.cbs", tiny("u33 a;")), spec("b.cbs", tiny("u34 a;")))
    assert done.returncode == 2
    assert "`u33`" in done.stderr and "`u34`" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a.cbs",), "two specs are compared, not 1"),
        (("a.cbs", "a.cbs", "a.cbs"), "two specs are compared, not 3"),
        (("a.cbs", "d"), "`d` is a folder and `a.cbs` is a file"),
        (("d", "gone"), "`d` is a folder and `gone` is not there"),
        (("--git", "HEAD", "a.cbs"), "in no git repository"),
        (("--git", "HEAD", "--against", "x", "a.cbs"), "two different things"),
        (("--against", "x", "a.cbs"), "one spec under two artefacts"),
    ],
)
def test_wrong_questions(cbprove, spec: Spec, arguments: tuple[str, ...], told: str) -> None:  # type: ignore[no-untyped-def]
    spec("a.cbs", tiny(SMALL))
    spec("d/a.cbs", tiny(SMALL))
    done = cbprove("diff", *arguments)
    assert done.returncode == 2
    assert told in done.stderr and "= help:" in done.stderr


def test_unknown_revision(cbprove, spec: Spec, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    spec("a.cbs", tiny(SMALL))
    git(tmp_path, "init", "-q")
    done = cbprove("diff", "--git", "nowhere", "a.cbs")
    assert done.returncode == 2
    assert "there is no revision `nowhere`" in done.stderr


def test_document(cbprove, changes: Path) -> None:  # type: ignore[no-untyped-def]
    sides = [f"specs/changes/inet_skb_parm/{side}.cbs" for side in ("base", "head")]
    done = cbprove("diff", *sides, "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (comparison,) = found["comparisons"]
    (layout,) = comparison["layouts"]
    assert (layout["before"]["size"], layout["after"]["size"]) == (20, 24)
    assert comparison["summary"] == {"newly refuted": 2, "unchanged": 4}
    lost = [
        each["witness"]["lost"]
        for each in comparison["verdicts"]
        if each["change"] == "newly refuted"
    ]
    assert lost[0][0] == {"object": "skb", "area": "cb", "bytes": [20, 24]}
