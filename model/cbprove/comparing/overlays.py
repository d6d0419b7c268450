"""Views over control blocks before and after: those that end elsewhere, cross something else or
lie beyond their block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cbprove.frozen import frozen
from cbprove.pictures import bits
from cbprove.pictures.blocks import Block
from cbprove.report.excerpt import printable
from cbprove.report.overlays import Laid, Table, checked
from cbprove.report.style import Paint, Role, counted
from cbprove.report.version import VERSION

SCHEMA_VERSION = 1


@frozen
class Moved:
    """A view of one block on both sides; None on the side that does not have it."""

    block: Block
    before: Laid | None
    after: Laid | None

    @property
    def worse(self) -> bool:
        """Whether it ends further beyond its block than before."""
        return self.after is not None and self.after.excess > (
            self.before.excess if self.before else 0
        )


@frozen
class Difference:
    """The views that differ, how many do not, and the checks that are violated on one side only."""

    titles: tuple[str, str]
    moved: tuple[Moved, ...]
    alike: int
    violated: tuple[str, ...]
    mended: tuple[str, ...]

    @property
    def code(self) -> int:
        """1 if a view ends further beyond its block, or a check does not hold that did; 5 if no
        view is on either side."""
        if self.violated or any(each.worse for each in self.moved):
            return 1
        return 0 if self.moved or self.alike else 5


def difference(titles: tuple[str, str], before: Table, after: Table) -> Difference:
    """What is otherwise in the second table."""
    old, new = _views(before), _views(after)
    moved = tuple(
        Moved(
            (new.get(key) or old[key])[0],
            old[key][1] if key in old else None,
            new[key][1] if key in new else None,
        )
        for key in {**old, **new}
        if _identity(old.get(key)) != _identity(new.get(key))
    )
    return Difference(
        titles,
        moved,
        len({**old, **new}) - len(moved),
        tuple(each for each in after.violated if each not in before.violated),
        tuple(each for each in before.violated if each not in after.violated),
    )


def _views(table: Table) -> dict[tuple[str, str], tuple[Block, Laid]]:
    return {
        (block.title, each.overlay.name): (block, each)
        for block, views in table.blocks
        for each in views
    }


def _identity(laid_view: tuple[Block, Laid] | None) -> object:
    """What makes a view another one: where it lies, what it crosses and exceeds, whether a check
    sees it."""
    if laid_view is None:
        return None
    block, view = laid_view
    return (
        block.width,
        view.type,
        view.overlay.low,
        view.overlay.high,
        view.crosses,
        view.excess,
        bool(view.checks),
    )


# --- text -----------------------------------------------------------------------------------------


def text(difference: Difference, paint: Paint) -> str:
    """The checks that do not hold now, a line for each view that differs, and a count."""
    lines = [f"{printable(difference.titles[0])} -> {printable(difference.titles[1])}"]
    lines += [paint(f"violated: {printable(each)}", "bad") for each in difference.violated]
    lines += [paint(f"holds now: {printable(each)}", "good") for each in difference.mended]
    rows = [
        ["view", "type", "size", "ends", "crosses", "beyond", "checked by"],
        *map(_row, difference.moved),
    ]
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    roles: list[Role | None] = [None, *("bad" if each.worse else None for each in difference.moved)]
    for row, role in zip(rows if difference.moved else [], roles, strict=False):
        line = (
            "  "
            + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
        lines.append(paint(line, role) if role else line)
    return "\n".join([*lines, _count(difference)])


def _row(each: Moved) -> list[str]:
    view = each.after or each.before
    assert view is not None
    sides = (each.before, each.after)
    return [
        view.overlay.name,
        view.type,
        _change(sides, lambda side: bits.position(side.overlay.width)),
        _change(sides, lambda side: bits.position(side.overlay.high)),
        _change(sides, lambda side: ", ".join(str(mark // 8) for mark in side.crosses) or "-"),
        _change(sides, lambda side: bits.position(side.excess) if side.excess else "-"),
        _change(sides, lambda side: checked(side.checks)),
    ]


def _change(sides: tuple[Laid | None, Laid | None], words: Any) -> str:
    """A number on both sides, once if it is the same."""
    old, new = ("none" if side is None else words(side) for side in sides)
    return str(new) if old == new else f"{old} -> {new}"


def _count(difference: Difference) -> str:
    worse = [each for each in difference.moved if each.worse]
    unseen = sum(not each.after.checks for each in worse if each.after)
    lines = [
        f"{counted(len(difference.moved), 'view')} "
        f"differ{'s' if len(difference.moved) == 1 else ''}",
        f"{difference.alike} as before",
    ]
    lines += (
        [f"{len(worse)} end further beyond their block, {unseen} of them checked by nothing"]
        if worse
        else []
    )
    return ", ".join(lines)


# --- the document ---------------------------------------------------------------------------------


def document(difference: Difference) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "before": difference.titles[0],
        "after": difference.titles[1],
        "violated": list(difference.violated),
        "mended": list(difference.mended),
        "alike": difference.alike,
        "views": [dict(_document(each)) for each in difference.moved],
        "exit_code": difference.code,
    }


def _document(each: Moved) -> Iterator[tuple[str, Any]]:
    view = each.after or each.before
    assert view is not None
    yield "view", view.overlay.name
    yield "block", each.block.title
    for name, side in (("before", each.before), ("after", each.after)):
        yield name, None if side is None else _side(side)
    yield "worse", each.worse


def _side(laid_view: Laid) -> dict[str, Any]:
    return {
        "type": laid_view.type,
        "first_bit": laid_view.overlay.low,
        "end_bit": laid_view.overlay.high,
        "crosses_bits": list(laid_view.crosses),
        "excess_bits": laid_view.excess,
        "checks": [{"file": check.file, "line": check.line} for check in laid_view.checks],
    }
