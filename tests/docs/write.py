"""Run the commands of the documents anew and write what they print: `python -m tests.docs.write
[DOCUMENT...]`.

An output with a line of `...` is left as it is, and so is that of a command that shows a bug of
cbprove; so are blocks marked `slow`, unless their document is named.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cbprove.commands.shared import OURS
from tests.docs.blocks import DOCUMENTS, Block, blocks, commands
from tests.docs.folder import Folder


def main(names: list[str]) -> int:
    """Rewrite the documents named, or all."""
    named = [Path(name).resolve() for name in names]
    for document in named or DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for block in blocks(document):
            if block.language == "console" and ("slow" not in block.words or named):
                text = text.replace(block.text, _anew(block), 1)
        document.write_text(text, encoding="utf-8")
    return 0


def _anew(block: Block) -> str:
    lines = []
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path), block)
        for command in commands(block):
            output = folder.run(command.text)
            if folder.code == OURS:
                print(f"{block}: a bug of cbprove: {command.text}", file=sys.stderr)
            kept = folder.code == OURS or "\n...\n" in f"\n{command.output}"
            lines.append(f"$ {command.text}\n{command.output if kept else output}")
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
