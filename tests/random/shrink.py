"""A failing text made smaller by leaving out lines, and blocks of them, as long as it still
fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator


def shrink(text: str, fails: Callable[[str], bool]) -> str:
    """The smallest text found that still fails."""
    lines = text.splitlines()
    smaller = True
    while smaller:
        smaller = False
        for shorter in _shorter(lines):
            if fails("\n".join(shorter) + "\n"):
                lines, smaller = shorter, True
                break
    return "\n".join(lines) + "\n"


def _shorter(lines: list[str]) -> Iterator[list[str]]:
    """The lines without a block, without a line, without the braces around a block, without a
    word of a list."""
    for start, end in _blocks(lines):
        yield lines[:start] + lines[end + 1 :]
    for index in range(len(lines)):
        yield lines[:index] + lines[index + 1 :]
    for start, end in _blocks(lines):
        yield lines[:start] + lines[start + 1 : end] + lines[end + 1 :]
    for index, line in enumerate(lines):
        for simpler in _simpler(line):
            yield [*lines[:index], simpler, *lines[index + 1 :]]


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    for start, line in enumerate(lines):
        if line.rstrip().endswith("{") and not line.lstrip().startswith("}"):
            depth = line.count("{") - line.count("}")
            for end in range(start + 1, len(lines)):
                depth += lines[end].count("{") - lines[end].count("}")
                if depth == 0:
                    yield start, end
                    break


def _simpler(line: str) -> Iterator[str]:
    for found in re.finditer(
        r", [^,;{}]+(?=[;,])| in \w+(?=;)| when [^:]+(?=:)|(?<=\{) [^;{}]+;| \[[\d.]*\]", line
    ):
        yield line[: found.start()] + line[found.end() :]
    if line.startswith("abi x86_64, s390x"):
        yield "abi x86_64;"
        yield "abi s390x;"
