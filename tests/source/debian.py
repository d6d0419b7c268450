"""Source and headers of a kernel as Debian has them: found, downloaded and unpacked by apt-get,
with lists of its own."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_LISTS = {
    "6.1": ("debian bookworm", "debian-security bookworm-security"),
    "7.2": ("debian sid",),
}
KERNELS = tuple(_LISTS)


@dataclass(frozen=True)
class Tree:
    """Where the source of a kernel and its headers are."""

    source: Path
    headers: Path


class Missing(Exception):
    """Why there is no source: a sentence."""


def unpacked(folder: Path, kernel: str) -> Tree:
    """A tree in a folder where packages were unpacked, the archive in them too. Raises Missing."""
    found = (
        sorted(folder.glob(f"usr/src/linux-source-{kernel}")),
        sorted(folder.glob("usr/src/linux-headers-*-amd64")),
    )
    headers = [each for each in found[1] if (each / "include/generated/autoconf.h").is_file()]
    if not found[0] or not headers:
        raise Missing(
            f"`{folder}` has no usr/src with linux-source-{kernel} and linux-headers-*-amd64"
        )
    return Tree(found[0][0], headers[-1])


def fetched(folder: Path, kernel: str) -> Tree:
    """The newest of a kernel that Debian has, into a folder that is empty. Raises Missing."""
    try:
        apt = _apt(folder / "apt", kernel)
        _run(folder, *apt("apt-get"), "update", "-qq")
        version = _newest(_run(folder, *apt("apt-cache"), "madison", f"linux-source-{kernel}"))
        headers = _headers(_run(folder, *apt("apt-cache"), "dumpavail"), version)
        packages = [f"{name}={version}" for name in (f"linux-source-{kernel}", *headers)]
        _run(folder, *apt("apt-get"), "download", "-qq", *packages)
        for package in sorted(folder.glob("*.deb")):
            _run(folder, "dpkg-deb", "-x", str(package), str(folder / "root"))
            package.unlink()
        (archive,) = (folder / "root/usr/src").glob("linux-source-*.tar.*")
        _run(archive.parent, "tar", "-xf", str(archive))
    except (OSError, ValueError) as error:
        raise Missing(f"no source of {kernel}: {error}") from None
    except subprocess.CalledProcessError as error:
        raise Missing(
            f"no source of {kernel}: {error.cmd[0]}: {error.stderr.strip()[-300:]}"
        ) from None
    return unpacked(folder / "root", kernel)


def _apt(folder: Path, kernel: str):  # type: ignore[no-untyped-def]
    """apt with the lists of one release, and nothing of this machine's but how it reaches the
    net."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    lines = [
        f"deb [signed-by={_KEYS}] http://deb.debian.org/{each} main" for each in _LISTS[kernel]
    ]
    (folder / "sources.list").write_text("\n".join(lines) + "\n")
    (folder / "status").write_text("")
    said = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Architecture": "amd64",
    }
    options = [word for name, value in said.items() for word in ("-o", f"{name}={value}")]
    return lambda command: [command, *options]


def _run(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def _newest(madison: str) -> str:
    """The first version that `apt-cache madison` prints."""
    match = re.search(r"^\s*\S+\s*\|\s*(\S+)\s*\|", madison, re.MULTILINE)
    if match is None:
        raise ValueError("Debian has no such package")
    return match[1]


def _headers(available: str, version: str) -> list[str]:
    """The header packages of the plain configuration for amd64, of just this version: with all
    architectures' before it."""
    found = []
    for stanza in available.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Architecture): (.*)$", stanza, re.MULTILINE))
        name = fields.get("Package", "")
        if fields.get("Version") == version and re.fullmatch(
            r"linux-headers-\d[\w.+-]*-(?:amd64|common)", name
        ):
            found.append(name)
    plain = [name for name in found if not re.search(r"-(?:rt|cloud)-|common-rt", name)]
    if not any(name.endswith("-amd64") for name in plain):
        raise ValueError(f"there are no headers of {version}")
    return sorted(plain)
