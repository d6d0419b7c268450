"""An archive of three small specs, made once and copied for each test."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from tests.archive.kept import LOOPS, SIDES, WIDE, Kept, cbprove


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("archive")
    (root / "wide.cbs").write_text(WIDE)
    (root / "loops.cbs").write_text(LOOPS)
    (root / "sides.cbs").write_text(SIDES)
    with contextlib.chdir(root):
        code, printed = cbprove("certify", "wide.cbs", "loops.cbs", "sides.cbs", "-o", "proofs")
    assert code == 0, printed
    return root


@pytest.fixture
def kept(original: Path, tmp_path: Path) -> Kept:
    shutil.copytree(original, tmp_path / "copy")
    return Kept(tmp_path / "copy")
