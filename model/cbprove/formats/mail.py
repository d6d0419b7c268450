"""A reply to a mail: ASCII in 72 columns, drawings as they are, and the command at its end."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator

from cbprove.formats.findings import Findings

_WIDTH = 72
_GAP = re.compile(r"  +")


def text(findings: Findings) -> str:
    """The whole answer, and how to have it again."""
    lines = [line for each in findings.lines for line in _fitted(_ascii(each))]
    return "\n".join([*lines, "", *_fitted(f"$ {_ascii(findings.command)}")]).strip("\n") + "\n"


def _ascii(line: str) -> str:
    """Letters without their accents; what has no such form, and what terminals obey, is a
    question mark."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", line) if not unicodedata.combining(sign)
    )
    return "".join(sign if " " <= sign <= "~" else "?" for sign in plain).rstrip()


def _fitted(line: str) -> Iterator[str]:
    """A line in 72 columns: sentences are wrapped; of drawings that are wider the labels go to a
    line of their own."""
    if len(line) <= _WIDTH:
        yield line
        return
    indent = line[: len(line) - len(line.lstrip())]
    if re.fullmatch(r"[ 0-9]+", line):
        yield f"    {line.strip()}"
        return
    drawn = re.match(r"( *\S.*?)  +([.\w]{16,})\s*$", line)
    if drawn:
        yield _GAP.sub("  ", drawn[1])[:_WIDTH]
        yield f"    {drawn[2]}"[:_WIDTH]
        return
    squeezed = indent[:4] + _GAP.sub("  ", line.strip())
    yield from textwrap.wrap(
        squeezed, _WIDTH, subsequent_indent=indent[:4] + "  ", break_on_hyphens=False
    )
