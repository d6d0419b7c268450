"""recheck never loads Z3, nor anything of cbprove that asks it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.archive.kept import Kept

BLOCKED = """\
import sys
sys.modules["z3"] = None  # an import of it raises ImportError
from cbprove.cli import main
try:
    main(["recheck", "proofs"])
except SystemExit as ended:
    loaded = [name for name in sys.modules if name.startswith("cbprove.solving")]
    print(ended.code, loaded)
"""


def test_recheck_works_where_z3_cannot_be_imported(kept: Kept) -> None:
    model = Path(__file__).parents[2] / "model"
    found = subprocess.run(
        [sys.executable, "-c", BLOCKED],
        cwd=kept.root,
        env={**os.environ, "PYTHONPATH": str(model)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.stdout.splitlines()[-2:] == [
        "proofs: 3 specs, 22 of 22 verdicts confirmed by cvc5",
        "0 []",
    ], found.stderr
