"""No obligation is ground: the roland proposal is proved by the numbers of its layout, and one
wrong number refutes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cbprove.archive.solvers import cvc5

HERE = Path(__file__).parents[2] / "proofs" / "gso_ipoib" / "specs" / "gso_ipoib"

# Of the obligations of `roland`: extents, and the bits by which they may not move. In the control
# block lie IPCB [0, 20), SKB_GSO_CB [20, 28), QDISC_CB [0, 28) and hwaddr [28, 48), so that each
# can come to lie over its neighbour.
FATAL: dict[str, dict[str, tuple[int, ...]]] = {
    "hwaddr_preserved": {
        "hwaddr.lo": (-8, -1),
        "SKB_GSO_CB.csum_start.lo": (1, 8),
        "QDISC_CB.data.lo": (1, 8),
    },
    "ipcb_preserved": {"SKB_GSO_CB.mac_offset.lo": (-8, -1), "IPCB.lo": (1, 8)},
    "reads_own_bytes": {
        "hwaddr.lo": (-8, -1),
        "IPCB.opt.*.lo": (-8, -1, 1, 8),
        "IPCB.flags.lo": (-8, -1),
        "IPCB.frag_max_size.lo": (1, 8),
        "IPCB.opt.optlen.lo": (-8, -1, 1, 8),
        "SKB_GSO_CB.mac_offset.lo": (-8, -1, 1, 8),
        "SKB_GSO_CB.csum_start.lo": (1, 8),
        "QDISC_CB.data.lo": (1, 8),
    },
    "gso_aligned": {
        f"SKB_GSO_CB.{member}.lo": (-8, -1, 1, 8)
        for member in ("mac_offset", "encap_level", "csum_start")
    },
    "fits": {
        "IPCB.lo": (-8, -1),
        "SKB_GSO_CB.lo": (1, 8),
        "hwaddr.lo": (1, 8),
        "QDISC_CB.lo": (-8, -1),
    },
    "widths": {"SKB_GSO_CB.encap_level.max": (-8, -1), "SKB_GSO_CB.csum_start.min": (1, 8)},
}


def obligation(prop: str) -> str:
    record = json.loads((HERE / "record.json").read_text())
    verdict = next(v for v in record["verdicts"] if v["id"] == f"gso_ipoib/roland/{prop}")
    (name,) = verdict["parts"][0]["obligations"]
    return (HERE / f"{name}.smt2").read_text()


@pytest.mark.parametrize("prop", FATAL)
def test_one_wrong_extent_makes_it_satisfiable(prop: str) -> None:
    text = obligation(prop)
    assert cvc5(text) == "unsat"
    for extent, moves in FATAL[prop].items():
        for bits in moves:
            assert cvc5(moved(text, extent, bits)) == "sat", (extent, bits)


def moved(text: str, extent: str, bits: int) -> str:
    define = re.compile(rf"^(\(define-fun {re.escape(extent)} \(\) Int )(.*)\)$", re.MULTILINE)
    assert len(define.findall(text)) == 1, extent
    by = str(bits) if bits >= 0 else f"(- {-bits})"
    return define.sub(lambda match: f"{match[1]}(+ {match[2]} {by}))", text)


@pytest.mark.parametrize("extent", ["SKB_GSO_CB.csum_start.lo", "QDISC_CB.data.lo"])
def test_one_wrong_width_makes_it_satisfiable(extent: str) -> None:
    text = obligation("hwaddr_preserved")
    longer, changed = re.subn(
        rf"\(\+ {re.escape(extent)} (\d+)\)", lambda m: f"(+ {extent} {int(m[1]) + 8})", text
    )
    assert changed
    assert cvc5(longer) == "sat"


@pytest.mark.parametrize("prop", ["hwaddr_preserved", "ipcb_preserved"])
def test_the_axis_is_an_unknown_that_the_region_binds(prop: str) -> None:
    """Without the region, there are values of the axis under which it breaks."""
    text = obligation(prop)
    assert "(declare-const SKB_GSO_CB_OFFSET Int)" in text
    lines = text.splitlines()
    region = next(
        i
        for i, line in enumerate(lines)
        if line.startswith("(assert") and "(= bit" not in line and i > 3
    )
    assert cvc5("\n".join([*lines[:region], *lines[region + 1 :]])) == "sat"
