"""Every example in the documents does what the document says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.pipeline import Options, check
from cbprove.report.style import Manner
from cbprove.report.text import text
from cbprove.verdicts import Report, exit_code
from tests.docs.blocks import DOCUMENTS, Block, blocks, commands, spec_of
from tests.docs.folder import Folder, agrees
from tests.random.agreement import Seen, compare

BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
SPECS = [block for block in BLOCKS if block.language == "cbs" and "preamble" not in block.words]
CONSOLES = [
    pytest.param(block, id=str(block), marks=[pytest.mark.slow] if "slow" in block.words else [])
    for block in BLOCKS
    if block.language == "console"
]


def judged(path: Path) -> Report:
    return check(path.name, Options(), lambda done, total: None)


@pytest.mark.parametrize("block", [b for b in SPECS if "mistake" not in b.words], ids=str)
def test_specs_come_out_as_they_expect(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Folder(tmp_path, block)
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / block.words.get("file", "example.cbs")
    spec.write_text(spec_of(block), encoding="utf-8")
    report = judged(spec)
    assert exit_code(report) == int(block.words.get("exit", "0")), text(report, Manner())


@pytest.mark.slow
@pytest.mark.parametrize("block", [b for b in SPECS if "mistake" not in b.words], ids=str)
def test_enumeration_agrees(block: Block) -> None:
    seen = Seen()
    assert compare(spec_of(block), seen, limit=400) == []
    assert seen.systems == 1


@pytest.mark.parametrize("block", [b for b in SPECS if "mistake" in b.words], ids=str)
def test_mistakes_are_reported(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / "example.cbs"
    spec.write_text(spec_of(block), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        judged(spec)
    assert [d.code for d in caught.value.diagnostics] == [block.words["mistake"]]


@pytest.mark.parametrize("block", CONSOLES)
def test_commands_print_what_is_written(block: Block, tmp_path: Path) -> None:
    folder = Folder(tmp_path, block)
    for command in commands(block):
        output = folder.run(command.text)
        assert agrees(output, command.output), f"$ {command.text}\n{output}"
