"""What holds for all tests.

The processes that they start find their modules compiled, as in an installation, though none are
kept among the sources. `--sample N` runs N of the tests that were chosen: of the slow ones CI takes
other ones every day, and says by which seed.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from random import Random

import pytest

# Workers inherit both from the process that starts them, so that there is one folder for all.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
if "PYTHONPYCACHEPREFIX" not in os.environ:
    _COMPILED = tempfile.TemporaryDirectory(prefix="cbprove-compiled-")
    os.environ["PYTHONPYCACHEPREFIX"] = _COMPILED.name
# No test hangs on what another has found; those of what is kept have folders of their own.
os.environ["XDG_CACHE_HOME"] = "/dev/null"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sample",
        type=int,
        metavar="N",
        help="run N of the tests that are chosen, others every day",
    )
    parser.addoption(
        "--seed",
        type=int,
        default=int(datetime.now(UTC).timestamp()) // 86400,
        metavar="N",
        help="of the sample (the day)",
    )


def pytest_report_header(config: pytest.Config) -> str | None:
    sample, seed = config.getoption("sample"), config.getoption("seed")
    return f"a sample of {sample} by --seed {seed}" if sample is not None else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the sample; the order stays, and hangs on nothing but the seed and the names of the
    tests."""
    if (sample := config.getoption("sample")) is not None and sample < len(items):
        chosen = set(
            Random(config.getoption("seed")).sample(sorted(item.nodeid for item in items), sample)
        )
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
        items[:] = [item for item in items if item.nodeid in chosen]
