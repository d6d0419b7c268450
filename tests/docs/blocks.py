"""The fenced blocks of the documents, and what is to be done with each; CONTRIBUTING.md says the
convention.

A ```cbs block is a complete spec and is judged: its exit code is 0, or N with `exit=N`. Other words
after `cbs`:

    file=NAME       the blocks after it find the spec under this name; a later block may give it
    another text preamble        declarations for the fragments after it in the document fragment
    declarations: judged after the preamble statements      statements: judged as the body of a path
    after the preamble mistake=CODE    the spec (or fragment, or statements) has a mistake of this
    code and no verdict

A ```console block holds commands after `$ ` and what they print, standard error behind standard
output; a line of `...` stands for any lines. `slow` leaves it to the slow tests. A block in any
other language is only to be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WORDS = {"file", "preamble", "fragment", "statements", "mistake", "exit", "slow"}


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, its words (`exit=1` as a pair, others with an empty
    value) and its text."""

    document: Path
    line: int
    language: str
    words: dict[str, str]
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command of a console block and what it prints."""

    text: str
    output: str


def blocks(document: Path, text: str | None = None) -> list[Block]:
    """The blocks of a document in order."""
    text = document.read_text(encoding="utf-8") if text is None else text
    found = []
    for match in _FENCE.finditer(text):
        words = dict(_pair(word) for word in match[2].split())
        if match[1] in ("cbs", "console"):
            assert words.keys() <= _WORDS, (
                f"{document.name}: {sorted(words.keys() - _WORDS)} means nothing in a fence"
            )
        found.append(
            Block(document, text.count("\n", 0, match.start()) + 1, match[1], words, match[3])
        )
    return found


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value


def spec_of(block: Block) -> str:
    """The complete text to be judged for a ```cbs block."""
    words = block.words
    if not words.keys() & {"fragment", "statements"}:
        return block.text
    body = f"path example {{\n{block.text}}}\n" if "statements" in words else block.text
    return f'spec fragment "of a document";\n{_preamble(block)}{body}'


def _preamble(block: Block) -> str:
    earlier = [b for b in blocks(block.document) if b.line < block.line and "preamble" in b.words]
    assert earlier, f"{block}: a fragment needs a preamble before it"
    return earlier[-1].text


def files_before(block: Block) -> dict[str, str]:
    """The specs that a block finds by their names."""
    earlier = (b for b in blocks(block.document) if b.line < block.line and "file" in b.words)
    return {b.words["file"]: b.text for b in earlier}


def commands(block: Block) -> list[Command]:
    """The commands of a console block."""
    pieces = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not pieces[0].strip(), f"{block}: a console block begins with `$ `"
    return [Command(*piece.split("\n", 1)) for piece in pieces[1:]]
