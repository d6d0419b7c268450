"""Files to one tree: what a path holds is read, and every `include` in it unfolded, each file
once."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache

from cbprove.diagnostics import Diagnostic, Note, Source, Span, SpecError
from cbprove.files import NotPlain, TooLong, read_plain
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

MAX_BYTES = 1_000_000
# ELF, BTF in either byte order, what a boot loader starts
_MAGIC = (b"\x7fELF", b"\x9f\xeb", b"\xeb\x9f", b"MZ")
_OTHERWISE = (
    "`cbprove layout FILE --struct X` shows what is in it; a spec is held against it "
    "with --against FILE"
)
MAX_INCLUDES = 100

# The text of a file, given the include that wants it; raises SpecError.
Reader = Callable[[str, Span | None], Source]
_Refuse = Callable[[str, str, str], SpecError]  # code, message, help


def read(path: str, span: Span | None = None) -> Source:
    """The text of a file; `span` is the include that wants it. Raises SpecError."""

    def refuse(code: str, message: str, help: str) -> SpecError:
        return SpecError((Diagnostic(code, message, span, help),))

    data = _bytes_of(path, refuse, (os.path.dirname(path) or ".") if span else None)
    return Source(path, _text_of(path, data, refuse), data)


def _bytes_of(name: str, refuse: _Refuse, base: str | None) -> bytes:
    """What a file holds; `base` is the folder that an include counts from."""
    try:
        if os.path.isdir(name):
            raise refuse("CB0001", f"`{name}` is a directory", "name a `.cbs` file")
        return read_plain(name, MAX_BYTES)
    except FileNotFoundError:
        help = (
            f"the path counts from the file that includes it: {base}"
            if base is not None
            else "check the path"
        )
        raise refuse("CB0001", f"`{name}` does not exist", help) from None
    except TooLong:
        if _is_artefact(name):
            raise refuse(
                "CB0002", f"`{name}` is an artefact of a compiler, no spec", _OTHERWISE
            ) from None
        raise refuse("CB0003", f"`{name}` is over 1 MB", "split it up with `include`") from None
    except NotPlain:
        raise refuse("CB0001", f"`{name}` is not a file", "name a `.cbs` file") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise refuse(
            "CB0001", f"`{name}` cannot be read: {reason}", "check the path and its permissions"
        ) from None


def _text_of(name: str, data: bytes, refuse: _Refuse) -> str:
    """The text in the bytes of a file."""
    if data.startswith(_MAGIC):
        raise refuse("CB0002", f"`{name}` is an artefact of a compiler, no spec", _OTHERWISE)
    if b"\0" in data:
        raise refuse("CB0002", f"`{name}` is binary", "name a text file in the .cbs language")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(
            "CB0002", f"`{name}` is not UTF-8 text: line {line}", "save the file as UTF-8"
        ) from None
    if not text.strip():
        raise refuse("CB0004", f"`{name}` is empty", 'begin with `spec NAME "title";`')
    return text


def _is_artefact(name: str) -> bool:
    with open(name, "rb") as file:
        return file.read(4).startswith(_MAGIC)


def load(path: str | os.PathLike[str], reader: Reader = read) -> syntax.Tree:
    """The spec in a file with all that it includes; a SpecError with the mistakes of all those
    files.

    Where `reader` gives texts from elsewhere than the disk, no path is looked at there, and two are
    of one file if they differ by `.` and `..` alone.
    """
    loader = _Loader(reader, os.path.realpath if reader is read else os.path.normpath)
    declarations = loader.file(_tidy(os.fspath(path)), None)
    if not loader.mistakes:
        loader.check_spec_lines(declarations)
    return loader.tree(declarations)


def parsed(source: Source) -> syntax.Tree:
    """A text that is at hand, read as an included file is: it has no `spec` line. Its includes
    count from its name."""
    loader = _Loader(read, os.path.realpath)
    return loader.tree(loader.text(_tidy(source.name), source, included=True))


def _tidy(path: str) -> str:
    """A path without what says nothing in it, as pathlib writes it, which takes a thirtieth of a
    small run to load; `..` stays, since what it means is for links to say."""
    parts = "/".join(part for part in path.split("/") if part not in ("", "."))
    return ("/" if path.startswith("/") else "") + parts or "."


@lru_cache(maxsize=64)
def _declarations(source: Source) -> tuple[syntax.Declaration, ...]:
    """What a text declares: several specs include the same files."""
    return parse(source)


class _Loader:
    """Reads files once each, depth first, and remembers which are open."""

    def __init__(self, reader: Reader, identity: Callable[[str], str]) -> None:
        self.reader = reader
        self.identity = identity
        self.sources: list[Source] = []
        self.mistakes: list[Diagnostic] = []
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.root: Source | None = None

    def tree(self, declarations: tuple[syntax.Declaration, ...]) -> syntax.Tree:
        """The tree, if nothing was wrong on the way."""
        if self.mistakes:
            raise SpecError(tuple(self.mistakes))
        return syntax.Tree(declarations, tuple(self.sources))

    def file(self, path: str, span: Span | None) -> tuple[syntax.Declaration, ...]:
        """The declarations of a file, its includes unfolded; none, and mistakes kept, where it
        cannot be had."""
        try:
            source = self.reader(path, span)
        except SpecError as error:
            self.mistakes.extend(error.diagnostics)
            return ()
        return self.text(path, source, included=span is not None)

    def text(self, path: str, source: Source, included: bool) -> tuple[syntax.Declaration, ...]:
        """The declarations of a text, its includes unfolded; none, and mistakes kept, where it
        has any itself."""
        self.root = self.root or source
        self.sources.append(source)
        try:
            declarations = _declarations(source)
        except SpecError as error:
            self.mistakes.extend(error.diagnostics)
            return ()
        identity = self.identity(path)
        self.seen.add(identity)
        self.open.append(identity)
        unfolded = self.unfold(path, declarations, included)
        self.open.pop()
        return unfolded

    def unfold(
        self, path: str, declarations: tuple[syntax.Declaration, ...], included: bool
    ) -> tuple[syntax.Declaration, ...]:
        nodes: list[syntax.Declaration] = []
        for declaration in declarations:
            if isinstance(declaration, syntax.Include):
                nodes.extend(self.include(path, declaration))
            elif isinstance(declaration, syntax.SpecLine) and included:
                help = "delete the `spec` line, or check the file on its own"
                self.mistake("CB0007", "an included file has a `spec` line", declaration.span, help)
            else:
                nodes.append(declaration)
        return tuple(nodes)

    def include(self, path: str, include: syntax.Include) -> tuple[syntax.Declaration, ...]:
        """What one `include` stands for: nothing if the file was already read."""
        if "\0" in include.path or not include.path:
            self.mistake(
                "CB0001",
                "this is not a file's name",
                include.span,
                'name a file, as in `include "skb.cbs";`',
            )
            return ()
        target = _tidy(os.path.join(os.path.dirname(path), include.path))
        identity = self.identity(target)
        if identity in self.open:
            circle = [*self.open[self.open.index(identity) :], identity]
            names = " includes ".join(f"`{os.path.basename(name)}`" for name in circle)
            self.mistake(
                "CB0006",
                f"a file includes itself: {names}",
                include.span,
                "delete one of these includes",
            )
            return ()
        if identity in self.seen:
            return ()
        if len(self.open) >= MAX_INCLUDES:
            help = "include the files side by side"
            self.mistake(
                "CB0005", f"includes nested deeper than {MAX_INCLUDES}", include.span, help
            )
            return ()
        return self.file(target, include.span)

    def check_spec_lines(self, declarations: tuple[syntax.Declaration, ...]) -> None:
        """A file that was named has exactly one `spec` line."""
        lines = [
            declaration for declaration in declarations if isinstance(declaration, syntax.SpecLine)
        ]
        if not lines:
            assert self.root is not None
            start = Span(self.root, 0, 0)
            help = 'begin with `spec NAME "title";`, or name a file that includes this one'
            self.mistake("CB0007", "no `spec` line", start, help)
        for spec_line in lines[1:]:
            note = Note("the first one is here", lines[0].span)
            help = "delete it, or put the two specs into two files"
            self.mistakes.append(
                Diagnostic("CB0007", "a second `spec` line", spec_line.span, help, (note,))
            )

    def mistake(self, code: str, message: str, span: Span, help: str) -> None:
        self.mistakes.append(Diagnostic(code, message, span, help))
