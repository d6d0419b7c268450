"""What of an artefact lies over a control block."""

from __future__ import annotations

import pytest

from cbprove.artifacts.imports import Asked, find
from cbprove.artifacts.model import Array
from cbprove.artifacts.records import Definition
from cbprove.diagnostics import SpecError
from cbprove.pictures.artefact import block, text
from cbprove.pictures.blocks import Overlay
from tests.artifacts.hand_built import U8, U32, ByHand, artifact, struct, unit

NODES = (
    struct("sk_buff", 64, ("len", U32, 0), ("cb", 4, 16)),
    Array(U8, 48),
    struct("small", 8, ("a", U8, 0), ("b", U32, 4)),
    struct("large", 56, ("a", U8, 0), ("rows", 7, 8)),
    Array(8, 2),
    struct(None, 4, ("x", U8, 1)),
)
KERNEL = unit("k", *NODES)


def found(kernel: ByHand, *names: str) -> list[Definition]:
    return find(artifact(kernel), [Asked("struct", name) for name in names])


def test_by_default_what_fits_lies_over_the_packet() -> None:
    made = block(artifact(KERNEL), None, found(KERNEL, "sk_buff", "large", "small"), {})
    assert made is not None
    assert (made.title, made.first, made.width) == ("sk_buff.cb", 128, 384)
    assert made.overlays == (Overlay("small", "k", 0, 64, ((0, 8), (32, 64))),)


def test_where_it_is_asked_for_all_do() -> None:
    made = block(artifact(KERNEL), "sk_buff.cb", found(KERNEL, "large", "small"), {"small": 40})
    assert made is not None
    large, small = made.overlays
    assert (large.width, large.members, small.low) == (448, ((0, 8), (72, 80), (104, 112)), 320)
    assert text(found(KERNEL, "small"), made).split("\n")[-1].endswith("[40..48), 0 left, over 44")
    assert block(artifact(KERNEL), None, found(KERNEL, "large"), {"large": 0}) != block(
        artifact(KERNEL), None, found(KERNEL, "large"), {}
    )


def test_without_a_packet_there_is_no_map() -> None:
    bare = unit("k", *NODES[2:3])
    one = found(bare, "small")
    assert block(artifact(bare), None, one, {}) is None
    with pytest.raises(SpecError) as caught:
        block(artifact(bare), "sk_buff.cb", one, {})
    assert [d.code for d in caught.value.diagnostics] == ["CB0309"]
