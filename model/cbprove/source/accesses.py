"""What was read: every access of a function to the object, in the order of the source."""

from __future__ import annotations

from typing import Literal

from cbprove.frozen import frozen
from cbprove.source.calls import Bound, Calls
from cbprove.source.structs import Struct

Kind = Literal["read", "write", "clear", "copy from", "copy to", "escape"]
STORES: tuple[Kind, ...] = ("write", "clear", "copy to")


@frozen
class Sought:
    """The object whose accesses are looked for: a member of a struct, or a whole struct where `member` is empty."""

    record: str
    member: str = ""

    def __str__(self) -> str:
        return f"{self.record}.{self.member}" if self.member else self.record


@frozen
class Place:
    """Bits of the object: from bit `start`, `width` of them, None where neither is known beyond where they begin.

    `base` is the variable through which they were reached, `view` the struct that was laid there, `path` the member in it.
    """

    base: str
    view: str
    path: str
    start: int
    width: int | None
    at: int = 0  # where the view begins, in bits

    def __str__(self) -> str:
        if self.view and not self.view.startswith("["):
            return f"{self.view}.{self.path}" if self.path else self.view
        end = "" if self.width is None else (self.start + self.width + 7) // 8
        return f"[{self.start // 8}..{end})"


@frozen
class Access:
    """One access. `to` is the function that an escaping address is handed to, as which argument (-1: it is stored somewhere);
    `via` the callees it was followed into."""

    kind: Kind
    place: Place
    line: int
    via: tuple[str, ...] = ()
    to: str = ""
    argument: int = -1

    @property
    def stores(self) -> bool:
        return self.kind in STORES


@frozen
class Laid:
    """A struct that is laid over the object: from which bit, how many of them (None: not known), and the file and line that
    say so. `by` is the macro or function that does; `said` is the text there, until macros are looked up."""

    type: str
    start: int
    width: int | None
    file: str
    line: int
    by: str
    said: str = ""


@frozen
class Read:
    """A function and what it does to the object; `calls` are the functions that it calls by name, each once."""

    name: str
    file: str
    line: int
    accesses: tuple[Access, ...]
    calls: tuple[str, ...] = ()


@frozen
class Unread:
    """A file that the compiler could not make sense of: how many errors it had, and the first of them."""

    file: str
    errors: int
    first: str


@frozen
class Answer:
    """What came of one file; `included` are the headers that it hangs on."""

    functions: tuple[Read, ...] = ()
    unread: Unread | None = None
    laid: tuple[Laid, ...] = ()
    calls: tuple[Calls, ...] = ()
    bound: tuple[Bound, ...] = ()
    included: tuple[str, ...] = ()
    structs: tuple[Struct, ...] = ()


@frozen
class Found:
    """What came of files: their functions, what could not be read, and what is laid over the object."""

    functions: tuple[Read, ...]
    unread: tuple[Unread, ...]
    files: int
    laid: tuple[Laid, ...] = ()
