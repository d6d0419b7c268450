"""The models that come with the package, which one is taken, and what a tree says for itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import jsonschema
import pytest

from cbprove.models import folder, models, words
from cbprove.settings import kernel

ROOT = Path(__file__).parents[2]
BASE = ROOT / "specs" / "changes" / "tc_skb_cb"


def cbprove(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", *arguments]
    ran = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return subprocess.CompletedProcess(
        command, ran.returncode, ran.stdout.decode(), ran.stderr.decode()
    )


def test_models_are_those_of_specs_linux() -> None:
    assert [model.version for model in models()] == ["6.1", "7.2"]
    listed = {Path(spec).name for model in models() for spec in model.specs}
    assert listed == {path.name for path in folder().glob("*.cbs")} - {"qdisc_grows.cbs"}


def test_names_are_found_without_parsing() -> None:
    from cbprove.syntax import ctree
    from cbprove.syntax import tree as syntax
    from cbprove.syntax.includes import load

    for model in models():
        found = words(model.specs)
        for spec in model.specs:
            declared = {
                node.type.tag.text
                for node in load(spec).declarations
                if isinstance(node, syntax.TypeDeclaration)
                and isinstance(node.type, ctree.RecordBody)
                and node.type.tag
            }
            assert declared <= found.tags


def test_the_command_lists_them(tmp_path: Path) -> None:
    ran = cbprove(tmp_path, "models", "7.2")
    assert ran.returncode == 0
    assert all(Path(line).is_file() for line in ran.stdout.splitlines())
    assert cbprove(tmp_path, "models", "1.0").returncode == 2


def test_a_tree_names_its_own_specs(tmp_path: Path) -> None:
    (tmp_path / ".cbprove.toml").write_text(f'specs = ["{BASE}/base.cbs"]\n')
    (tmp_path / "below").mkdir()
    patch = (ROOT / "specs" / "changes" / "tc_skb_cb.patch").read_bytes()
    ran = cbprove(tmp_path / "below", "diff", "-", given=patch)
    assert ran.returncode == 1
    assert "lost: mru_preserved of base.cbs" in ran.stdout


def test_a_tree_names_accessors_of_its_own(tmp_path: Path) -> None:
    patch = b"--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,3 @@\n void f(void)\n {\n+\tMY_SKB_CB(skb)->x = 0;\n"
    said = "no struct changes; not judged is what functions do with MY_SKB_CB in x.c\n"
    assert cbprove(tmp_path, "diff", "-", given=patch).stdout == ""
    (tmp_path / ".cbprove.toml").write_text('accessors = ["MY_SKB_CB"]\n')
    assert cbprove(tmp_path, "diff", "-", given=patch).stdout == said


def test_the_version_of_a_tree(tmp_path: Path) -> None:
    assert kernel(tmp_path) is None
    (tmp_path / "Kbuild").touch()
    (tmp_path / "Makefile").write_text("# SPDX\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\n")
    (tmp_path / "net").mkdir()
    assert kernel(tmp_path / "net") == "6.1"


def test_each_commit_of_a_range_is_a_patch(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    header = tmp_path / "ip.h"
    body = (
        "struct tc_skb_cb {{\n\tstruct qdisc_skb_cb qdisc_cb;\n{}\tu16 mru;\n\tu8 post_ct:1;\n}};\n"
    )
    git("init", "-q")
    for number, inside in enumerate(["", "\tu32 one;\n", "\tu32 one;\n\tu32 two;\n"]):
        header.write_text(body.format(inside))
        git("add", "ip.h")
        git("commit", "-q", "-m", f"change {number}")
    (tmp_path / ".cbprove.toml").write_text(f'specs = ["{BASE}/base.cbs"]\n')
    ran = cbprove(tmp_path, "diff", "--git", "HEAD~2..HEAD")
    assert ran.stdout.count("commit ") == 2
    assert "new one[28..32)" in ran.stdout
    assert "2 patches: on" in ran.stdout
    assert cbprove(tmp_path, "diff", "--git", "nowhere..HEAD").returncode == 2
    found = json.loads(
        cbprove(tmp_path, "diff", "--git", "HEAD~2..HEAD", "--format", "json").stdout
    )
    assert [len(each["answer"]["titles"]) for each in found["commits"]] == [1, 2]
    schema = json.loads((ROOT / "model" / "cbprove" / "report" / "patch.schema.json").read_text())
    for each in found["commits"]:
        jsonschema.validate(each["answer"], schema)


@pytest.mark.slow
def test_what_is_built_and_the_sdist_hold_the_models(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    left = shutil.ignore_patterns(
        ".git", ".venv", "build", "*.egg-info", "__pycache__", ".*_cache", "proofs"
    )
    shutil.copytree(ROOT, tree, ignore=left)
    command = [sys.executable, "setup.py", "-q", "build", "sdist"]
    subprocess.run(command, cwd=tree, check=True, capture_output=True, timeout=300)
    expected = {str(path.relative_to(ROOT)) for path in (ROOT / "specs" / "linux").rglob("*.cbs")}
    built = tree / "build" / "lib" / "cbprove"
    assert expected == {str(path.relative_to(built)) for path in (built / "specs").rglob("*.cbs")}
    (sdist,) = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        assert expected <= {name.partition("/")[2] for name in packed.getnames()}
    environment = {**os.environ, "PYTHONPATH": str(built.parent)}
    ran = subprocess.run(
        [sys.executable, "-m", "cbprove", "models", "7.2"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    paths = [tmp_path / line for line in ran.stdout.splitlines()]
    assert paths
    assert all(path.is_file() and path.is_relative_to(built) for path in paths)
