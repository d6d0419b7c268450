"""`@frozen` is a dataclass in all but what is generated."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cached_property

import pytest

from cbprove.frozen import by_identity, field, frozen, replace


@frozen
class Point:
    x: int
    y: tuple[int, ...] = ()
    label: str = field(default="", compare=False)
    secret: str = field(default="?", repr=False)


@frozen
class Other:
    x: int
    y: tuple[int, ...] = ()
    secret: str = "?"


@frozen
class Nothing:
    pass


def test_equality_and_hash_are_by_the_fields_compared() -> None:
    assert Point(1, (2,), "a") == Point(1, (2,), "b")
    assert hash(Point(1, (2,), "a")) == hash(Point(1, (2,), "b"))
    assert Point(1) != Point(2)
    assert Point(1) != Point(1, secret="!")
    assert len({Point(1), Point(1), Point(2)}) == 2


def test_another_class_is_never_equal() -> None:
    assert Point(1) != Other(1)
    assert Point(1) != (1, (), "?")
    assert Nothing() == Nothing() and hash(Nothing()) == hash(Nothing())


def test_the_text_is_that_of_a_dataclass() -> None:
    assert repr(Point(1, (2,))) == "Point(x=1, y=(2,), label='')"
    assert repr(Other(1)) == repr(dataclass(_bare())(1)).replace("_bare.<locals>.", "")
    assert repr(Nothing()) == "Nothing()"


def _bare() -> type:
    class Other:
        x: int
        y: tuple[int, ...] = ()
        secret: str = "?"

    return Other


def test_it_is_replaced_and_matched() -> None:
    match replace(Point(1, (2,)), x=5):
        case Point(x, y):
            assert (x, y) == (5, (2,))


def test_a_copy_with_a_change_keeps_nothing_that_was_worked_out() -> None:
    @frozen
    class Span:
        low: int
        high: int

        @cached_property
        def width(self) -> int:
            return self.high - self.low

    span = Span(2, 5)
    assert (span.width, hash(span)) == (3, hash(Span(2, 5)))
    wider = replace(span, high=9)
    assert (wider, wider.width, hash(wider)) == (Span(2, 9), 7, hash(Span(2, 9)))
    assert span == Span(2, 5)


def test_the_standard_library_takes_it_for_a_dataclass() -> None:
    point = Point(1, (2,), "a")
    assert is_dataclass(point) and is_dataclass(Point)
    assert [each.name for each in fields(point)] == ["x", "y", "label", "secret"]
    assert asdict(point) == {"x": 1, "y": (2,), "label": "a", "secret": "?"}
    assert dataclasses.replace(point, x=5) == Point(5, (2,))  # type: ignore[call-arg]


def test_defaults_are_made_for_each_object_and_what_is_missing_is_said() -> None:
    @by_identity
    class Heap:
        kept: list[int] = field(default_factory=list)
        name: str = "heap"

        def __post_init__(self) -> None:
            self.kept.append(0)

    one, other = Heap(), Heap(name="other")
    assert one.kept == [0] and one.kept is not other.kept
    assert one != Heap() and Heap.name == "heap"
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]


def test_fields_of_what_a_class_is_made_from_come_first() -> None:
    @frozen
    class Spot(Point):
        height: int = 0

    assert repr(Spot(1, height=3)).endswith("Spot(x=1, y=(), label='', height=3)")
    assert Spot(1) != Point(1)
