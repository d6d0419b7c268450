"""Compares texts with files that `CBPROVE_GOLDEN=write` writes anew."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Checks a text against the file of a name."""

    def compare(name: str, text: str) -> None:
        file = HERE / "golden" / name
        if os.environ.get("CBPROVE_GOLDEN") == "write":
            file.write_text(text + "\n")
        assert text + "\n" == file.read_text()

    return compare
