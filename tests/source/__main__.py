"""The specs of a kernel against its source as Debian has it: `make source`, or `python -m tests.source [FOLDER]`.

FOLDER is where linux-source-6.1, with its archive, and linux-headers-6.1.0-*-amd64 were unpacked. Without it they are
downloaded, with apt-get. The record that this makes is held against the one in specs/linux/records, line by line.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "specs" / "linux" / "records" / "linux-6.1.json"
SPECS = sorted((ROOT / "specs" / "linux").glob("*_6_1.cbs"))


def main() -> int:
    """1 where a spec is not as the source; 2 where there is no source. That a kernel has moved on is told, and no fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.source", description="specs of a kernel against its source")
    parser.add_argument("folder", nargs="?", type=Path, help="where Debian's packages were unpacked")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or _debian(Path(temporary))
        if folder is None:
            print("needs apt-get and Debian's packages linux-source-6.1 and linux-headers", file=sys.stderr)
            return 2
        return _audit(folder, Path(temporary) / "record.json")


def _debian(folder: Path) -> Path | None:
    """Source and headers of one version, downloaded and unpacked; None where that cannot be."""
    try:
        said = subprocess.run(["apt-cache", "madison", "linux-source-6.1"], capture_output=True, text=True, check=True)
        version = said.stdout.split("|")[1].strip()
        listed = subprocess.run(
            ["apt-cache", "search", "^linux-headers-6.1.0-[0-9]+-amd64$"], capture_output=True, text=True
        )
        headers = [line.split()[0] for line in listed.stdout.splitlines()]
        fitting = [name for name in headers if _version(name) == version]
        subprocess.run(
            ["apt-get", "download", "-qq", f"linux-source-6.1={version}", *fitting[-1:]], cwd=folder, check=True
        )
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "root")], check=True)
        archive = folder / "root/usr/src/linux-source-6.1.tar.xz"
        subprocess.run(["tar", "-C", str(archive.parent), "-xf", str(archive)], check=True)
    except (OSError, IndexError, subprocess.CalledProcessError):
        return None
    return folder / "root"


def _version(package: str) -> str:
    said = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True)
    return next((line.split()[-1] for line in said.stdout.splitlines() if "Candidate" in line), "")


def _audit(folder: Path, record: Path) -> int:
    """Read the source, judge the specs, and say what became of the record that is kept."""
    (source,) = folder.glob("usr/src/linux-source-6.1")
    (headers,) = folder.glob("usr/src/linux-headers-*-amd64")
    command = [
        sys.executable,
        "-m",
        "cbprove",
        "audit",
        *map(str, SPECS),
        "--source",
        str(source),
        "--headers",
        str(headers),
    ]
    began = time.monotonic()
    done = subprocess.run([*command, "--record-to", str(record)])
    lines = set(record.read_text().splitlines()) ^ set(RECORD.read_text().splitlines())
    print(f"{len(lines)} lines of the record are others; {time.monotonic() - began:.0f} s")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
