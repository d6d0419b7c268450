"""What `make source` takes out of what apt says, and which specs and records it goes through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.source.__main__ import LINUX, OBJECTS, _audit, record, specs
from tests.source.debian import KERNELS, Missing, Tree, _headers, _newest, unpacked

AVAILABLE = """\
Package: linux-headers-6.1.0-56-amd64
Version: 6.1.192-2
Architecture: amd64

Package: linux-headers-6.1.0-56-common
Version: 6.1.192-2

Package: linux-headers-6.1.0-56-rt-amd64
Version: 6.1.192-2

Package: linux-headers-6.1.0-56-cloud-amd64
Version: 6.1.192-2

Package: linux-headers-6.1.0-55-amd64
Version: 6.1.190-1

Package: linux-headers-amd64
Version: 6.1.192-2
"""


def test_the_headers_are_those_of_the_source() -> None:
    assert _headers(AVAILABLE, "6.1.192-2") == [
        "linux-headers-6.1.0-56-amd64",
        "linux-headers-6.1.0-56-common",
    ]
    with pytest.raises(ValueError, match=r"no headers of 6\.1\.176-1"):
        _headers(AVAILABLE, "6.1.176-1")


def test_the_newest_is_the_first() -> None:
    said = "linux-source-6.1 |  6.1.192-2 | http://x main\nlinux-source-6.1 |  6.1.190-1 | http://x main\n"
    assert _newest(said) == "6.1.192-2"
    with pytest.raises(ValueError, match="no such package"):
        _newest("")


def test_a_folder_without_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"has no usr/src with linux-source-6\.1"):
        unpacked(tmp_path, "6.1")


def test_every_spec_that_names_a_record_is_held_against_it() -> None:
    named = {path for path in LINUX.rglob("*.cbs") if "\naudited " in path.read_text()}
    gone_through = {
        path for kernel in KERNELS for below in OBJECTS for path in specs(kernel, below)
    }
    assert named <= gone_through
    assert {path.name for path in (LINUX / "records").iterdir()} == {
        record(kernel, below).name for kernel in KERNELS for below in OBJECTS
    }


def test_an_audit_that_reads_nothing_is_no_success(tmp_path: Path) -> None:
    nowhere = Tree(tmp_path / "source", tmp_path / "headers")
    assert _audit(nowhere, "6.1", "netlink_callback", tmp_path, keep=True) == 2
