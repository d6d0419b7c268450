"""Two readers of a kernel's source, side by side: `python -m tests.source.second TREE HEADERS
[FOLDER...]`.

The first is `cbprove accesses`, the second gcc's GIMPLE. Every access that one of them lists alone
is explained by a rule, or printed; the exit code is 1 if one is left. `--first FILE` is what
`cbprove accesses --format json` said before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.source.second.compare import Compared, compared, explained, first, second
from tests.source.second.reading import File, options, read_all

FOLDERS = ("net/core", "net/ipv4", "net/ipv6", "net/sched", "net/xfrm", "net/bridge")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.source.second", description="two readers of C, side by side"
    )
    parser.add_argument("tree", type=Path)
    parser.add_argument("headers", type=Path)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument(
        "--first", type=Path, metavar="FILE", help="what the first reader said before, as json"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    tree = given.tree.resolve()
    began = time.monotonic()
    paths = [path for folder in given.folders for path in sorted((tree / folder).rglob("*.c"))]
    files = read_all(paths, options(tree, given.headers.resolve()), given.jobs)
    print(f"gcc: {len(files)} files, {time.monotonic() - began:.0f} s")
    document = json.loads(given.first.read_text()) if given.first else accesses(given, tree)
    return told(files, document, tree)


def accesses(given: argparse.Namespace, tree: Path) -> Any:
    """What the first reader says of the same folders."""
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "accesses",
        *given.folders,
        "--object",
        "sk_buff.cb",
        "--format",
        "json",
    ]
    command += [
        "--source",
        str(tree),
        "--headers",
        str(given.headers.resolve()),
        "--jobs",
        str(given.jobs),
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if done.returncode not in (0, 5):
        raise SystemExit(f"the first reader has failed: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def told(files: Sequence[File], document: Any, tree: Path) -> int:
    """The figures, and what no rule explains."""
    one = first(document)
    other, loose = second(files, lambda path: str(Path(path).relative_to(tree)))
    found = compared(one, other, loose)
    touching = sum(map(bool, one.accesses.values())), sum(map(bool, other.accesses.values()))
    print(
        f"functions that touch the object: {touching[0]} and {touching[1]}; accesses that both list: {found.both}"
    )
    for file in files:
        if file.error:
            print(f"gcc could not read {Path(file.path).relative_to(tree)}: {file.error}")
    unsure = sum(len(file.unsure) for file in files)
    print(f"`->cb` of a pointer whose type GIMPLE does not print, taken for a packet: {unsure}")
    return 1 if rules(found) else 0


def rules(found: Compared) -> int:
    """Print what explains the differences; how many nothing explains."""
    left = 0
    for name, alone in (("first", found.first), ("second", found.second)):
        counts, unexplained = explained(alone)
        print(f"the {name} reader alone: {len(alone)}")
        for rule, count in counts.most_common():
            print(f"{count:6}  {rule}")
        for each in unexplained:
            print(
                f"        {each.where[0]}, {each.where[1]}(): {'.'.join(filter(None, each.access[:2]))} {each.access[2]}"
            )
        left += len(unexplained)
    return left


if __name__ == "__main__":
    sys.exit(main())
