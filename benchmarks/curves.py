"""How the time grows: `python -m benchmarks.curves` measures specs of more and more lines, structs,
steps and so on.

Of each size the least processor time of a few runs counts, less what starting takes: a spec of one
line. The exponent is the slope of the upper half on a double logarithmic scale: 1 is linear.
`--write` draws docs/growth.svg and keeps the table in docs/performance.md.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import spaces
from benchmarks.contest import cbprove, warm_up
from benchmarks.measure import ROOT, run
from benchmarks.tables import facts, markdown
from benchmarks.workloads import drawn, gso, path, three

PICTURE, PAGE = ROOT / "docs/growth.svg", ROOT / "docs/performance.md"
BEGIN, END = "<!-- growth: begin -->\n", "<!-- growth: end -->\n"
_ROUNDS, _LIMIT = 3, 120.0
_NOTHING = (
    'spec nothing "nothing"; object o { u8 a; } layer l { step s { write o.a; } } path p { s; }'
)
_COLOURS = 10  # of matplotlib's own cycle


@dataclass(frozen=True)
class Curve:
    """What grows, and the seconds of processor time above those of starting, by size."""

    name: str
    points: Mapping[int, float]

    @property
    def exponent(self) -> float | None:
        """The slope of the upper half; None where it is lost in the noise of starting."""
        points = [(size, seconds) for size, seconds in self.points.items() if seconds > 0.02]
        upper = points[len(points) // 2 - 1 :] if len(points) > 3 else points
        if len(upper) < 2:
            return None
        xs, ys = ([math.log(value) for value in column] for column in zip(*upper, strict=True))
        middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
        across = sum((x - middle_x) ** 2 for x in xs)
        return sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / across


SIZES: Mapping[str, tuple[Callable[[int], str], Sequence[int]]] = {
    "lines of a step": (spaces.statements, (100, 200, 400, 800, 1_600)),
    "structs": (spaces.structs, (50, 100, 200, 400, 800)),
    "members of a struct": (spaces.members, (50, 100, 200, 400, 800)),
    "enumerators": (spaces.enumerators, (250, 500, 1_000, 2_000, 4_000)),
    "layers": (spaces.layers, (25, 50, 100, 200, 400)),
    "saves in a row": (spaces.saves, (25, 50, 100, 200, 400)),
    "counts in a row": (spaces.counts, (10, 20, 40, 80, 160)),
    "members stored alone": (spaces.stores, (25, 50, 100, 200, 400)),
    "steps of a path": (lambda size: path(size).spec, (250, 500, 1_000, 2_000, 4_000)),
    "paths": (spaces.paths, (25, 50, 100, 200, 400)),
    "proposals": (spaces.proposals, (25, 50, 100, 200, 400)),
    # Of up to 8 options every choice is judged: more of them are fewer candidates.
    "options": (spaces.configs, (16, 32, 64, 128)),
    "packings": (lambda size: gso(4, drawn(size)).spec, (25, 50, 100, 200, 400)),
    "candidates of three axes": (
        lambda size: three(round(size ** (1 / 3))).spec,
        (1_000, 8_000, 64_000, 512_000),
    ),
    "turns of a loop": (lambda size: gso(size).spec, (16, 32, 64, 128, 256)),
}


def main() -> None:
    """Measure, print, and with --write keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the table and the picture")
    given = parser.parse_args()
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        # Taken off every point, so that it is measured more often than these.
        start = min(_seconds(_NOTHING, folder) for _ in range(_ROUNDS))
        curves = [Curve(name, _points(*SIZES[name], start, folder)) for name in SIZES]
    text = table(curves)
    print(text, end="")
    if given.write:
        _draw(curves)
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        PAGE.write_text(before + BEGIN + text + END + rest.split(END)[1], encoding="utf-8")


def _points(
    spec: Callable[[int], str], sizes: Sequence[int], start: float, folder: str
) -> dict[int, float]:
    return {size: max(_seconds(spec(size), folder) - start, 0.001) for size in sizes}


def _seconds(spec: str, folder: str) -> float:
    """The least processor time of some runs, in seconds."""
    file = Path(folder) / "grown.cbs"
    file.write_text(spec, encoding="utf-8")
    outcomes = [run(cbprove("-q", str(file)), _LIMIT) for _ in range(_ROUNDS)]
    wrong = [outcome for outcome in outcomes if outcome.code not in (0, 1)]
    if wrong:
        raise SystemExit(f"a run ended with {wrong[0].code}: {wrong[0].output[-500:]}")
    return min(outcome.processor for outcome in outcomes)


def table(curves: Sequence[Curve]) -> str:
    """The exponents, with the first and the last point of each curve."""
    rows = []
    for curve in curves:
        (first, least), *_, (last, most) = curve.points.items()
        exponent = curve.exponent
        told = "lost in the noise" if exponent is None else f"{exponent:.2f}"
        rows.append(
            (curve.name, f"{first:,}", f"{least:.2f} s", f"{last:,}", f"{most:.2f} s", told)
        )
    return (
        facts().splitlines()[0]
        + "\n\n"
        + markdown(("what grows", "from", "", "to", "", "exponent"), rows)
    )


def _draw(curves: Sequence[Curve]) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(10, 5))
    # The colours repeat after ten: the next ones are dashed.
    styles = [(mark, line) for mark, line in (("o", "-"), ("s", "--")) for _ in range(_COLOURS)]
    for curve, (mark, line) in zip(curves, styles, strict=False):
        axes.loglog(
            list(curve.points),
            list(curve.points.values()),
            marker=mark,
            markersize=3,
            linestyle=line,
            label=curve.name,
        )
    axes.set_xlabel("size")
    axes.set_ylabel("seconds of processor time, less starting")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1.0))
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    main()
