"""The views over a control block as a table: where each ends, what it reaches across, and what a
check of its size cannot see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cbprove.frozen import frozen
from cbprove.meaning.sizes import Check, Sized, violated
from cbprove.pictures import bits
from cbprove.pictures.blocks import Block, Overlay, blocks, crossed, fixed
from cbprove.report.excerpt import printable
from cbprove.report.style import Paint, Role, counted
from cbprove.report.version import VERSION
from cbprove.system.program import Program

SCHEMA_VERSION = 1
_MOST_NAMES = 3
_NOTE = (
    "A check bounds where a view ends. Whether others that share its bytes still need them, "
    "it cannot see."
)


@frozen
class Laid:
    """A view over a control block, with its type and the checks that name it.

    `crosses` are the fixed borders inside of it, `excess` is how much of it lies beyond the block,
    both in bits; `shares` are the other views that share bytes with it.
    """

    overlay: Overlay
    type: str
    checks: tuple[Check, ...]
    crosses: tuple[int, ...]
    excess: int
    shares: tuple[str, ...]


@frozen
class Table:
    """The views of one candidate; `against` names the artefact whose layouts they have, None for
    the spec's own.

    `violated` are the checks that do not hold.
    """

    spec: str
    against: str | None
    violated: tuple[str, ...]
    blocks: tuple[tuple[Block, tuple[Laid, ...]], ...]


def table(spec: str, against: str | None, program: Program, sized: Mapping[str, Sized]) -> Table:
    """All views of a program, by the control block that they lie over."""
    return Table(
        spec,
        against,
        violated(program),
        tuple((block, _laid(block, sized)) for block in blocks(program)),
    )


def _laid(block: Block, sized: Mapping[str, Sized]) -> tuple[Laid, ...]:
    marks = [8 * byte for byte in fixed(block)]
    return tuple(
        Laid(
            overlay=overlay,
            type=sized[overlay.name].type,
            checks=sized[overlay.name].checks,
            crosses=crossed(overlay, marks),
            excess=max(0, overlay.high - block.width),
            shares=tuple(
                other.name
                for other in block.overlays
                if other is not overlay and _meet(overlay, other)
            ),
        )
        for overlay in block.overlays
    )


def _meet(overlay: Overlay, other: Overlay) -> bool:
    return overlay.low < other.high and other.low < overlay.high


# --- text -----------------------------------------------------------------------------------------


def code(tables: Sequence[Table]) -> int:
    """1 if a view ends beyond its block or a check does not hold, 5 if there is no view."""
    laid_views = [each for table in tables for _, views in table.blocks for each in views]
    worse = any(each.excess for each in laid_views) or any(table.violated for table in tables)
    return 1 if worse else 0 if laid_views else 5


def text(tables: Sequence[Table], paint: Paint) -> str:
    """The checks that do not hold, a table for each control block, and what checks do not say."""
    parts = [
        paint(f"violated: {printable(line)}", "bad") for each in tables for line in each.violated
    ]
    parts += [_block(each, block, views, paint) for each in tables for block, views in each.blocks]
    return "\n\n".join([*parts, _NOTE] if parts else ["no view lies over a control block"])


def _block(table: Table, block: Block, views: tuple[Laid, ...], paint: Paint) -> str:
    under = f" under {printable(table.against)}" if table.against else ""
    title = f"{printable(table.spec)}{under}: {block.title}, {bits.amount(block.width)}"
    marks = fixed(block)
    head = [
        "view",
        "type",
        "at",
        "size",
        "ends",
        *(f"crosses {byte}" for byte in marks),
        "beyond",
        "checked by",
        "shares bytes with",
    ]
    rows = [head, *(_row(each, marks) for each in views)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(head))]
    lines = [_line(row, widths) for row in rows]
    roles: list[Role | None] = [None, *("bad" if each.excess else None for each in views)]
    painted = [paint(line, role) if role else line for line, role in zip(lines, roles, strict=True)]
    return "\n".join([title, *painted, f"  {_counts(views, marks)}"])


def _counts(views: tuple[Laid, ...], marks: Sequence[int]) -> str:
    counts = [f"{sum(8 * byte in each.crosses for each in views)} cross {byte}" for byte in marks]
    counts += [f"{sum(each.excess > 0 for each in views)} end beyond it"]
    return (
        f"{counted(len(views), 'view')}: {', '.join(counts)}, "
        f"{sum(not each.checks for each in views)} checked by nothing"
    )


def _row(each: Laid, marks: Sequence[int]) -> list[str]:
    overlay = each.overlay
    numbers = [bits.position(bit) for bit in (overlay.low, overlay.width, overlay.high)]
    across = ["yes" if 8 * byte in each.crosses else "-" for byte in marks]
    beyond = bits.position(each.excess) if each.excess else "-"
    return [
        overlay.name,
        each.type,
        *numbers,
        *across,
        beyond,
        checked(each.checks),
        _few(each.shares) or "-",
    ]


def checked(checks: tuple[Check, ...]) -> str:
    lines = _few(tuple(str(check.line) for check in checks))
    return f"line {lines}" if lines else "nothing"


def _few(names: tuple[str, ...]) -> str:
    """The first names of a list, and how many there are more."""
    rest = len(names) - _MOST_NAMES
    return ", ".join(names) if rest <= 1 else f"{', '.join(names[:_MOST_NAMES])} and {rest} more"


def _line(row: list[str], widths: list[int]) -> str:
    """Numbers to the right, words to the left."""
    cells = [
        cell.rjust(width) if 2 <= n <= 4 else cell.ljust(width)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"  {'  '.join(cells)}".rstrip()


# --- json -----------------------------------------------------------------------------------------


def document(tables: Sequence[Table]) -> dict[str, Any]:
    """The same for programs; positions and sizes in bits."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "tables": [_table(each) for each in tables],
    }


def _table(each: Table) -> dict[str, Any]:
    return {
        "spec": each.spec,
        "against": each.against,
        "violated": list(each.violated),
        "blocks": [
            {
                "block": block.title,
                "bits": block.width,
                "views": [_view(view, fixed(block)) for view in views],
            }
            for block, views in each.blocks
        ],
    }


def _view(each: Laid, marks: Sequence[int]) -> dict[str, Any]:
    return {
        "view": each.overlay.name,
        "layer": each.overlay.by,
        "type": each.type,
        "at": each.overlay.low,
        "size": each.overlay.width,
        "ends": each.overlay.high,
        "crosses": {str(byte): 8 * byte in each.crosses for byte in marks},
        "beyond": each.excess,
        "checks": [
            {"file": check.file, "line": check.line, "text": check.text} for check in each.checks
        ],
        "shares": list(each.shares),
    }
