"""Sources are kept from run to run, but no more of them than there is room for."""

from __future__ import annotations

from cbprove.semantics.memory import Source, StoreKey, _Kept


def key(at: int) -> StoreKey:
    return StoreKey((at,), 0, "fresh")


def test_a_store_has_a_source_for_each_bit() -> None:
    assert _Kept(100).of(key(1), 3) == (Source(key(1), 0), Source(key(1), 1), Source(key(1), 2))


def test_the_same_ones_are_given_again() -> None:
    kept = _Kept(100)
    assert kept.of(key(1), 8) is kept.of(key(1), 8)
    assert kept.of(key(1), 9) is not kept.of(key(1), 8)


def test_a_wide_store_leaves_no_room_for_others() -> None:
    kept = _Kept(100)
    first = kept.of(key(1), 60)
    kept.of(key(2), 60)
    assert kept.of(key(1), 60) is not first
    assert sum(len(made) for made in kept._by_store.values()) <= 100


def test_what_is_wider_than_all_room_is_made_all_the_same() -> None:
    kept = _Kept(10)
    assert len(kept.of(key(1), 4000)) == 4000
    assert len(kept.of(key(2), 5)) == 5
    assert list(kept._by_store) == [(key(2), 5)]
