"""Where nothing is found out of one candidate after another, no more are asked: what is not asked is
unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cbprove.design import sectors, settle, shares, tables
from cbprove.design.settled import Settled
from cbprove.design.space import Options, Space
from cbprove.pipeline import meaning
from tests.design.test_shares import InTurns

SPEC = """spec vain "each candidate is settled by itself"; object o { u8 a; u8 b[120]; }
param A in 0..99;
layer l { view v : u8 at o.b[A]; step s { write v = 1; } step u { write v = 2; } step t { read v; } }
path p { s; repeat [0..] { either { s; } or { u; } } t; }
property small: holds v <= 2 at t;
proposal any_of_them { A = any; }
"""


@pytest.fixture
def spaces(tmp_path: Path) -> tuple[Space, Space]:
    file = tmp_path / "vain.cbs"
    file.write_text(SPEC)
    return Space(meaning(str(file)), Options()), Space(meaning(str(file)), Options())


def _settling(monkeypatch: pytest.MonkeyPatch, known: range) -> list[int]:
    """The candidates, by A, that are asked; of those in `known` it is found out that they are
    proved."""
    asked: list[int] = []

    def settled(program: Any, *others: Any, **more: Any) -> Settled:
        (view,) = program.views
        asked.append(view.place.low // 8 - 1)
        return Settled("proved" if asked[-1] in known else "unknown", reason="too hard")

    monkeypatch.setattr(settle, "settle", settled)
    return asked


@pytest.mark.parametrize(
    ("together", "stretches"), [(1 << 17, [(0, 16)]), (40, [(0, 16), (34, 50), (68, 84)])]
)
def test_after_so_many_no_more_are_asked(
    spaces: tuple[Space, Space],
    monkeypatch: pytest.MonkeyPatch,
    together: int,
    stretches: list[tuple[int, int]],
) -> None:
    monkeypatch.setattr(sectors, "_MOST_SHARED", together)
    asked = _settling(monkeypatch, range(0))
    whole, by_parts = spaces
    (sector,) = whole.all_sectors()
    found = whole.table(sector, "small").settled
    expected = [at for low, high in stretches for at in range(low, high)]
    assert asked == expected
    assert {one.verdict for one in found.values()} == {"unknown"} and len(found) == 100
    reasons = {at: one.reason for at, one in found.items()}
    assert all((reasons[at] == "too hard") == (at in expected) for at in range(100))
    assert f"{tables._MOST_IN_VAIN} candidates before it were unknown" in reasons[33]
    # Who judges a part alone asks the same of it.
    shares.fill(by_parts, InTurns(), lambda done, total: None)
    assert by_parts.table(sector, "small").settled == found


def test_one_that_is_found_out_begins_anew(
    spaces: tuple[Space, Space], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _settling(monkeypatch, range(15, 100, 16))
    (sector,) = spaces[0].all_sectors()
    spaces[0].table(sector, "small")
    assert asked == list(range(100))
