"""What of a long series of tests is judged before every commit: the others are left to `make
audit`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet


def in_blocks(seeds: range, size: int) -> pytest.MarkDecorator:
    """The argument `seeds` of a test, a block of so many at a time."""
    blocks = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    names = [f"{block[0]}-{block[-1]}" for block in blocks]
    slow = [
        pytest.param(block, marks=[pytest.mark.slow, pytest.mark.block]) for block in blocks[1:]
    ]
    return pytest.mark.parametrize("seeds", [blocks[0], *slow], ids=names)


def slow_where(long: Collection[str], paths: Iterable[Path]) -> list[ParameterSet]:
    """Specs as arguments of a test, called as they are; those of these names take long."""
    slow = {name: [pytest.mark.slow, pytest.mark.block] for name in long}
    return [pytest.param(path, id=path.stem, marks=slow.get(path.stem, [])) for path in paths]
