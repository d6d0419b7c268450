"""The structs of a kernel's headers as specs: `make headers`, or `python -m tests.headers [--every
N] [FOLDER]`.

FOLDER is where Debian's packages were unpacked: linux-headers-VERSION-common,
linux-headers-VERSION-amd64 and linux-image-VERSION-amd64-unsigned. Without it they are downloaded,
with apt-get.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from cbprove.artifacts.opening import open_artifact
from tests.headers import definitions
from tests.headers.sweep import Outcome, Sweep

LEAST = 97.0  # percent of the structs that are read
KNOWN = Path(__file__).parent / "otherwise.txt"


def main() -> int:
    """1 where fewer are read, or one lies otherwise that nothing is known of; 2 where nothing
    can be compared."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.headers", description="structs of a kernel's headers as specs"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one struct of N")
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where Debian's packages were unpacked"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or _debian(Path(temporary))
        if folder is None:
            print("needs apt-get and Debian's packages of a kernel", file=sys.stderr)
            return 2
        outcomes = list(_sweep(folder).all(given.every))
    return _told(outcomes)


def _debian(folder: Path) -> Path | None:
    """The packages of Debian's newest kernel, downloaded and unpacked; None where that cannot
    be."""
    try:
        said = subprocess.run(
            ["apt-cache", "depends", "linux-headers-amd64"],
            capture_output=True,
            text=True,
            check=True,
        )
        headers = newest(said.stdout)
        version = headers.removeprefix("linux-headers-").removesuffix("-amd64")
        names = [
            f"linux-headers-{version}-common",
            headers,
            f"linux-image-{version}-amd64-unsigned",
        ]
        subprocess.run(["apt-get", "download", "-qq", *names], cwd=folder, check=True)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "root")], check=True)
    except (OSError, StopIteration, subprocess.CalledProcessError):
        return None
    return folder / "root"


def newest(depends: str) -> str:
    """The headers that the package of the newest ones depends on. Raises StopIteration without."""
    _, *words = depends.split()
    return next(word for word in words if word.startswith("linux-headers-"))


def _sweep(folder: Path) -> Sweep:
    """Headers of the architecture before those of all, as the kernel's build looks for them."""
    (common,) = folder.glob("usr/src/linux-headers-*-common")
    (built,) = (path for path in folder.glob("usr/src/linux-headers-*-amd64"))
    (kernel,) = folder.glob("boot/vmlinuz-*")
    inside = ("arch/x86/include", "arch/x86/include/generated", "include")
    roots = [common / inside[0], built / inside[1], common / inside[2], built / inside[2]]
    headers = definitions.read(roots, definitions.options(built / ".config"))
    return Sweep(headers, open_artifact(str(kernel)))


def _told(outcomes: list[Outcome]) -> int:
    known = {line.split("#")[0].strip() for line in KNOWN.read_text().splitlines()} - {""}
    surprising = 0
    for outcome in outcomes:
        called = f"{outcome.piece.kind} {outcome.piece.name}"
        if outcome.state in ("refused", "otherwise"):
            print(f"{outcome.state}: {called} ({outcome.piece.file}): {outcome.why}")
        if outcome.state == "otherwise" and called not in known:
            surprising += 1
    count = Counter(outcome.state for outcome in outcomes)
    read = 100 * (1 - count["refused"] / len(outcomes))
    print(f"{len(outcomes):,} structs and unions: {read:.1f} % read, {count['refused']:,} refused")
    compared = f"{count['same']:,} lie as its BTF says, {count['otherwise']:,} otherwise"
    print(f"of those that the kernel has: {compared}, {surprising} of them unexplained")
    return int(read < LEAST or surprising > 0)


if __name__ == "__main__":
    sys.exit(main())
