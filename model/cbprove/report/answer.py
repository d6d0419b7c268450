"""What a patch does to control blocks, as data and as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cbprove.frozen import fields, frozen
from cbprove.report.version import VERSION

SCHEMA_VERSION = 1
_DRAWN = ("had", "has", "run")  # what pictures alone are made of


@frozen
class Grown:
    """A struct that lies otherwise: its size before and after, and what became of members, in
    words; `edited` by the patch.

    `had` and `has` are its members on both sides, each with its first bit and its width: for
    pictures.
    """

    name: str
    before: int
    after: int
    members: tuple[str, ...]
    edited: bool
    had: tuple[tuple[str, int, int], ...] = ()
    has: tuple[tuple[str, int, int], ...] = ()


@frozen
class Revalued:
    """A macro or a constant of an enum with another value, in words; empty on the side that does
    not have it."""

    name: str
    before: str
    after: str


@frozen
class Checked:
    """A build-time check with other numbers than before: its place or line, the types that it
    names, the condition in numbers."""

    name: str
    about: str
    words: str
    holds: bool
    newly: bool
    file: str
    line: int


@frozen
class Reached:
    """A view that ends beyond its block, or crosses a border, and did not before; `stopped` by a
    check that is now violated."""

    view: str
    type: str
    block: str
    ends: int
    beyond: bool
    border: int
    stopped: bool
    file: str
    line: int


@frozen
class Accessed:
    """What a function does otherwise than before, as a sentence; `judged` with the step that
    stands for it, if one does."""

    function: str
    file: str
    line: int
    step: str
    message: str
    judged: bool
    stores: bool


@frozen
class Turned:
    """A case that has another verdict than before; `told` are the lines of a run that breaks it,
    `run` is that run as a page draws it."""

    property: str
    title: str
    spec: str
    proposal: str
    kind: str
    told: tuple[str, ...]
    file: str
    line: int
    run: Mapping[str, Any] | None = None


@frozen
class Untouched:
    """A member that the patch adds, by struct and name, and what steps do with it: nothing, or
    only with the whole."""

    struct: str
    member: str
    told: str


@frozen
class Answer:
    """All that is said of a patch on one model; `reverse` where the model has it already."""

    titles: tuple[str, ...]
    model: str
    reverse: bool
    structs: tuple[Grown, ...] = ()
    values: tuple[Revalued, ...] = ()
    checks: tuple[Checked, ...] = ()
    views: tuple[Reached, ...] = ()
    turned: tuple[Turned, ...] = ()
    untouched: tuple[Untouched, ...] = ()
    functions: tuple[Accessed, ...] = ()
    unjudged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    judged: int = 0
    kept: int = 0
    alike: int = 0
    specs: int = 0
    rests: str = ""

    @property
    def broken(self) -> tuple[Checked, ...]:
        """The checks that are violated, and were not before."""
        return tuple(each for each in self.checks if not each.holds and each.newly)

    @property
    def code(self) -> int:
        """1 if a check, a view or a property is worse than before, 3 if that is not known, 4 if
        something claims nothing now."""
        kinds = {each.kind for each in self.turned}
        worse = {"newly refuted", "newly mixed"} & kinds
        if self.broken or worse or any(each.beyond for each in self.views):
            return 1
        if "newly vacuous" in kinds:
            return 4
        unsaid = any(each.stores and not each.judged for each in self.functions)
        return 3 if unsaid or self.unjudged or {"newly unknown", "newly bounded"} & kinds else 0


def document(answer: Answer) -> dict[str, Any]:
    """The answer as plain data, of the shape that `patch.schema.json` beside this file says."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "titles": list(answer.titles),
        "model": answer.model,
        "already_in": answer.reverse,
        "structs": [_plainly(each) for each in answer.structs],
        "values": [_plainly(each) for each in answer.values],
        "checks": [_plainly(each) for each in answer.checks],
        "views": [_plainly(each) for each in answer.views],
        "turned": [_plainly(each) for each in answer.turned],
        "untouched": [_plainly(each) for each in answer.untouched],
        "functions": [_plainly(each) for each in answer.functions],
        "unjudged": list(answer.unjudged),
        "notes": list(answer.notes),
        "judged": answer.judged,
        "kept": answer.kept,
        "exit_code": answer.code,
    }


def documents(range: str, answers: Sequence[tuple[str, Answer]]) -> dict[str, Any]:
    """The answers on the commits of a range, each with its short name; those without one touch
    no control block."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "range": range,
        "commits": [{"commit": name, "answer": document(answer)} for name, answer in answers],
    }


def _plainly(record: Any) -> dict[str, Any]:
    """A record as a dictionary, tuples as lists."""
    plain = {
        each.name: getattr(record, each.name) for each in fields(record) if each.name not in _DRAWN
    }
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()
    }
