"""The running kernel's BTF: against kept answers where it is one of those kernels, else against
bpftool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cbprove.artifacts.btf.reader import Btf
from cbprove.artifacts.opening import RUNNING, open_artifact
from tests.artifacts import bpftool, check_btf, kernels

KEPT = {
    path.read_text(encoding="utf-8").split()[0]: path
    for path in sorted(kernels.FOLDER.glob("*.txt"))
}

TOOLS = (bpftool.NAME, "gcc", "pahole")

running = pytest.mark.skipif(not Path(RUNNING).exists(), reason="the running kernel has no BTF")


@running
def test_structs_are_as_they_are_known_to_be() -> None:
    data = Path(RUNNING).read_bytes()
    kept = KEPT.get(kernels.sha256(data))
    if kept is None:
        pytest.skip("there are no answers for the running kernel")
    (types,) = open_artifact().units
    assert kernels.answer(data, types, kernels.found(types)) == kept.read_text(encoding="utf-8")


@running
@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")
def test_every_type_of_it_and_of_a_module_is_as_bpftool_says() -> None:
    kernel, module = check_btf.check()
    assert kernel.startswith("vmlinux: ") and module.startswith("made: ")


@running
def test_one_struct_reads_no_more_than_it_needs() -> None:
    (types,) = open_artifact().units
    assert isinstance(types, Btf)
    (ref,) = types.find("struct", "list_head")
    types.node(ref)
    assert len(types._nodes) == 1
