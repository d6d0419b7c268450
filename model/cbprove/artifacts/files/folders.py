"""Folders of a kernel: its image and its modules, as /lib/modules, build trees and /sys/kernel/btf have them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cbprove.artifacts.model import bad

_IMAGES = ("vmlinux", "vmlinuz")
_PACKED = (".gz", ".xz", ".zst")


def kernel(folder: Path) -> Path:
    """The kernel of a folder: inside it, or in the boot folder beside /lib/modules/VERSION. Raises SpecError CB0300."""
    path = next((each for each in _images(folder) if os.path.isfile(each)), None)
    if path is None:
        help = (
            "name a vmlinux or vmlinuz, or a folder that has one: /lib/modules/VERSION, a build tree, /sys/kernel/btf"
        )
        raise bad("CB0300", f"there is no kernel in `{folder}`", help)
    return path


def _images(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _IMAGES)
    path = Path(os.path.abspath(folder))
    if path.parent.name == "modules":
        # lib/modules/VERSION or usr/lib/modules/VERSION
        boots = [above / "boot" for above in path.parents[2:4]]
        yield from (boot / f"{image}-{path.name}" for image in reversed(_IMAGES) for boot in boots)


def modules(folder: Path) -> tuple[Path, ...]:
    """Every module below a folder; in one like /sys/kernel/btf, every file but the kernel's own."""
    return tuple(sorted(_modules(folder)))


def _modules(folder: Path) -> Iterator[Path]:
    for each in folder.rglob("*"):
        of_running = folder.name == "btf" and each.name != "vmlinux" and each.parent == folder
        if (of_running or unpacked(each.name).endswith(".ko")) and os.path.isfile(each):
            yield each


def unpacked(name: str) -> str:
    """A file's name without the ending that compression gave it."""
    for ending in _PACKED:
        name = name.removesuffix(ending)
    return name
