"""What the tests that stand for a fault come to, when the model is as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.__main__ import outcome

ALL = {
    "passes": "def test_it() -> None:\n    pass\n",
    "fails": "def test_it() -> None:\n    assert False\n",
    "skips": "import pytest\n\n\ndef test_it() -> None:\n    pytest.skip('not here')\n",
}


@pytest.mark.parametrize("how", ALL)
def test_who_skips_does_not_pass(tmp_path: Path, how: str) -> None:
    """A fault that only skipped tests would notice is no fault that survives."""
    file = tmp_path / "test_it.py"
    file.write_text(ALL[how])
    assert outcome((str(file),), None) == how
