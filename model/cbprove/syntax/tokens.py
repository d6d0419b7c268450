"""What text is cut into, and the parser put together from."""

from __future__ import annotations


class Token:
    """A piece of the text: its kind is itself for signs and `#` words, or NAME, NUMBER,
    CHARACTER, STRING, EOL, END."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
