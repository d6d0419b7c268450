"""Opening fixtures and bytes in the tests of artefacts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.artifacts.btf import format as btf_format
from cbprove.artifacts.btf import reader as btf
from cbprove.artifacts.btf.format import Records
from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.lookup import fingerprints
from cbprove.artifacts.model import Kind, Types
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.layout.abi import ABIS

FIXTURES = Path(__file__).parent / "btf"
KINDS: tuple[Kind, ...] = ("struct", "union", "enum", "typedef")


def unit(data: bytes, base: Btf | None = None, name: str = "unit") -> Btf:
    """Raw BTF as a unit, by the reader alone."""
    section = btf_format.read(data, name)
    records = Records(section) if base is None else btf.over(section, base.records)
    return Btf(name, "made here", ABIS["x86_64" if section.order == "little" else "s390x"], records)


def walk(types: Types) -> int:
    """Everything that names lead to, looked through; gives how many definitions there are."""
    refs = [ref for kind in KINDS for name in types.names(kind) for ref in types.find(kind, name)]
    return len(fingerprints(types, refs))


def mistake(error: pytest.ExceptionInfo[SpecError]) -> tuple[str, str, str]:
    """The code, message and help of the one mistake that was raised."""
    (found,) = error.value.diagnostics
    assert isinstance(found, Diagnostic)
    return found.code, found.message, found.help
