"""What is wrong with a spec, an artefact or a command line, as data that somebody else will
draw."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from cbprove.frozen import field, frozen


@frozen
class Source:
    """A text and the name it is shown under; no span refers to anything else. `data` is what the
    file held that it was read from, byte for byte."""

    name: str
    text: str = field(repr=False)
    data: bytes = field(default=b"", repr=False, compare=False)

    @cached_property
    def sha256(self) -> str:
        """The digest of the file's bytes; of those of the text, if it was read from none."""
        import hashlib  # loads a library of ciphers; a text on a terminal shows no digest

        return hashlib.sha256(self.data or self.text.encode()).hexdigest()

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts = [0]
        starts.extend(i + 1 for i, character in enumerate(self.text) if character == "\n")
        return tuple(starts)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of a character offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line counted from 1, without its newline."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end]


@frozen
class Span:
    """A piece of a source: characters [start, end)."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]


@frozen
class Note:
    """A second place that explains a diagnostic: where the other of two things stands."""

    message: str
    span: Span


@frozen
class Diagnostic:
    """One mistake: its code, what is wrong, where, and what would make it right."""

    code: str
    message: str
    span: Span | None
    help: str = ""
    notes: tuple[Note, ...] = ()


class SpecError(Exception):
    """A spec or an artefact has mistakes; carries all of them, in the order of their places."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics


class WrongUsage(Exception):
    """The arguments make no sense, or ask for what a spec does not have; `help` says what to
    look at."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help
