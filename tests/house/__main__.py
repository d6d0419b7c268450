"""The house in numbers, and its map: `make house`, `make map`; `python -m tests.house TREE`
measures another tree."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.house.map import first_lines
from tests.house.measures import measured
from tests.house.modules import read

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "tree", nargs="?", type=Path, default=ROOT, help="a tree of this repository"
    )
    parser.add_argument(
        "--map", action="store_true", help="the modules and what each is, instead of the numbers"
    )
    arguments = parser.parse_args()
    modules = read(arguments.tree / "model" / "cbprove")
    if arguments.map:
        print("\n".join(first_lines(modules)))
        return
    numbers = measured(modules)
    width = max(map(len, numbers))
    for what, number in numbers.items():
        print(f"{what:<{width}}  {number}")


if __name__ == "__main__":
    main()
