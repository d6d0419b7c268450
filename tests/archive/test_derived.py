"""What a record says of all candidates of a verdict at once."""

from __future__ import annotations

import pytest

from cbprove.archive.derived import shared
from cbprove.verdicts import Verdict


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({"proved": 12, "excluded": 1}, "proved"),
        ({"excluded": 1, "refuted": 2}, "refuted"),
        ({"excluded": 3}, "excluded"),
        ({"proved": 1, "refuted": 1}, "mixed"),
        ({"proved": 1, "vacuous": 1, "excluded": 1}, "mixed"),
    ],
)
def test_the_verdict_that_all_share(counts: dict[Verdict, int], verdict: Verdict) -> None:
    assert shared(counts) == verdict
