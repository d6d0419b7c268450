"""The specs of two kernels against their source as Debian has it: `make source`, or `python -m
tests.source [FOLDER]`.

FOLDER has a folder for each kernel, `6.1` and `7.2`, in which linux-source and linux-headers were
unpacked. Without it they are downloaded, with apt-get. The records that this makes are held against
those in specs/linux/records, line by line, and what net lays over sk_buff.cb against the table in
specs/linux. Then all of Linux 6.1's networking is read a second time, by gcc (tests/source/second).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.source import laid
from tests.source.debian import KERNELS, Missing, Tree, fetched, unpacked

ROOT = Path(__file__).parents[2]
LINUX = ROOT / "specs" / "linux"
OBJECTS = {
    "": "sk_buff.cb",
    "ieee80211_tx_info": "ieee80211_tx_info",
    "netlink_callback": "netlink_callback.ctx",
}


def main() -> int:
    """1 where a spec is not as the source; 2 where there is no source. That a kernel has moved
    on is told, and no fault."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.source", description="specs of kernels against their source"
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where Debian's packages were unpacked"
    )
    parser.add_argument("--kernel", choices=KERNELS, action="append", help="only this one")
    parser.add_argument("--once", action="store_true", help="without the second reader")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep the records that are made in place of those that are there",
    )
    given = parser.parse_args()
    codes = [
        _kernel(kernel, given.folder, given.once, given.keep) for kernel in given.kernel or KERNELS
    ]
    return max(codes)


def _kernel(kernel: str, folder: Path | None, once: bool, keep: bool) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        try:
            tree = unpacked(folder / kernel, kernel) if folder else fetched(Path(temporary), kernel)
        except Missing as error:
            print(error, file=sys.stderr)
            return 2
        codes = [_audit(tree, kernel, below, Path(temporary), keep) for below in OBJECTS]
        codes.append(_overlays(tree, kernel))
        if kernel == KERNELS[0] and not once:
            command = [
                sys.executable,
                "-m",
                "tests.source.second",
                str(tree.source),
                str(tree.headers),
            ]
            codes.append(subprocess.run(command, cwd=ROOT).returncode)
    return max(codes)


def specs(kernel: str, below: str) -> list[Path]:
    """Those of one kernel and one object."""
    found = sorted((LINUX / below).glob(f"*_{kernel.replace('.', '_')}.cbs"))
    return [path for path in found if not path.name.startswith("layouts_")]


def record(kernel: str, below: str) -> Path:
    """What is kept of them."""
    return LINUX / "records" / f"linux-{kernel}{f'-{below}' if below else ''}.json"


def _audit(tree: Tree, kernel: str, below: str, folder: Path, keep: bool) -> int:
    """Read the source, judge the specs, and say what became of the record that is kept."""
    made = folder / "record.json"
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "audit",
        *map(str, specs(kernel, below)),
        "--object",
        OBJECTS[below],
    ]
    command += [
        "--source",
        str(tree.source),
        "--headers",
        str(tree.headers),
        "--no-cache",
        "--record-to",
        str(made),
    ]
    began = time.monotonic()
    made.unlink(missing_ok=True)
    done = subprocess.run(command)
    if not made.exists():
        return max(done.returncode, 2)
    lines = set(made.read_text().splitlines()) ^ set(record(kernel, below).read_text().splitlines())
    print(
        f"{record(kernel, below).name}: {len(lines)} lines are others; {time.monotonic() - began:.0f} s",
        flush=True,
    )
    if keep:
        shutil.copyfile(made, record(kernel, below))
    return done.returncode


def _overlays(tree: Tree, kernel: str) -> int:
    """What the source lays over cb and the table does not have."""
    document = laid.found(tree)
    page = (ROOT / "docs/linux.md").read_text()
    missing = laid.compared(
        LINUX / f"overlays_{kernel.replace('.', '_')}.cbs", document, laid.left_out(page)
    )
    print(
        "\n".join(
            [
                *missing,
                f"{laid.FOLDER} of {kernel}: {len(document['views'])} places, {len(missing)} are missing",
            ]
        ),
        flush=True,
    )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
