"""Runs of a mark in a sheet."""

from __future__ import annotations

from cbprove.design.sectors import runs


def test_runs() -> None:
    assert runs(b"\1\1\0\1", 1) == [(0, 2), (3, 4)]
    assert runs(b"", 1) == []
