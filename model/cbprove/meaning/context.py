"""What every part of elaboration works with: the names, the memo, the ABI, and static
expressions by their value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from cbprove.diagnostics import Span
from cbprove.frozen import by_identity, field
from cbprove.layout.abi import ABIS, Abi
from cbprove.layout.records import Layout, lay_out, scalars
from cbprove.layout.types import Type
from cbprove.logic import terms
from cbprove.logic.terms import Bool, Int, Term
from cbprove.meaning.memo import Memo, mistake
from cbprove.meaning.names import Names
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.axes import NeedsValue

# The most bytes that an object or a type may have, and the most scalars in it, those of every
# struct inside counted.
LARGEST = 1 << 20  # bytes of a type, which is laid out
LARGEST_BLOCK = 1 << 15  # bytes of an object or a view, of which a run follows each bit
MOST_SCALARS = 1 << 15


@by_identity
class Context:
    """`evaluate` is `elaborate_static.value`, given from outside because types need values and
    values need types.

    `compute` is what C makes of an expression, in C's own types; None where that is known only in a
    run. `include` is whether a condition of `#if` is true.
    """

    names: Names
    memo: Memo
    evaluate: Callable[[Context, ctree.Expr], Int | Bool]
    compute: Callable[[Context, ctree.Expr], int | None]
    include: Callable[[Context, ctree.Expr], bool]
    uids: dict[int, tuple[object, int]] = field(default_factory=dict)

    def __getstate__(self) -> tuple[object, ...]:
        """What another process needs. Nodes are known by their place in memory, here and in what
        is remembered: there these are others."""
        return self.names, self.evaluate, self.compute, self.include, tuple(self.uids.values())

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.names, self.evaluate, self.compute, self.include, numbered = state
        self.memo, self.uids = Memo(), {}
        for node, uid in numbered:
            self.give(node, uid)

    def give(self, node: object, uid: int) -> None:
        """Gives a statement its number."""
        self.uids[id(node)] = node, uid

    def abi(self) -> Abi:
        return ABIS[str(self.memo.value("abi"))]

    def layout(self, type: Type) -> Layout:
        """The layout of a type that is known to have one."""
        abi = self.abi()
        layout, _ = self.memo.share(
            ("layout", id(type), abi.name), lambda: (lay_out(type, abi), type)
        )
        return layout

    def body(self, packing: syntax.Packing, name: str) -> ctree.RecordBody:
        """The struct that a packing is under one of its names."""
        bodies = self.memo.share(
            ("bodies", id(packing)),
            lambda: {arm.name.text: arm.body for arm in packing.arms},
        )
        return bodies[name]

    def number(self, node: ctree.Expr) -> int:
        """A static expression where a real number is needed."""
        return settled(number(self.evaluate(self, node)))

    def term(self, node: ctree.Expr) -> Int:
        """A static expression that may hold axes left free."""
        return number(self.evaluate(self, node))

    def truth(self, node: ctree.Expr) -> Bool:
        """A static condition that may hold axes left free."""
        return truth(self.evaluate(self, node))

    def decided(self, node: ctree.Expr) -> bool:
        """A static condition where it must be known."""
        result = self.truth(node)
        return result if isinstance(result, bool) else needs(result)

    def included(self, node: ctree.Expr) -> bool:
        """A condition of `#if`, which must be known."""
        return self.include(self, node)

    def uid(self, node: object, which: int = 0) -> int:
        """The number of a statement, by its place in the spec; `which` counts those made for a
        step without a body."""
        return self.uids[id(node)][1] + which


def number(value: Int | Bool) -> Int:
    """A static value as an integer."""
    if isinstance(value, Term):
        return terms.as_int(value) if value.boolean else value
    return int(value)


def truth(value: Int | Bool) -> Bool:
    """A static value as a condition, as C reads it."""
    if isinstance(value, Term):
        return value if value.boolean else terms.not_(terms.eq(value, 0))
    return bool(value)


def settled(value: Int) -> int:
    """A value that is no term; raises NeedsValue for one."""
    return value if isinstance(value, int) else needs(value)


def needs(term: Term) -> NoReturn:
    """Ask for the first free axis of a term. Raises NeedsValue always."""
    raise NeedsValue(next(str(t.args[0]) for t in terms.subterms(term) if t.operator == "var"))


def text_of(span: Span) -> str:
    """What was written, on one line."""
    return " ".join(span.source.text[span.start : span.end].split())


def refuse_large(size: int, most: int, subject: str, span: Span) -> None:
    """Raises Mistake CB0128 where something has more bytes than `most`."""
    if size > most:
        raise mistake("CB0128", f"{subject} has {size} bytes, more than {most}", span)


def refuse_many(type: Type, subject: str, span: Span) -> None:
    """Types have at most MOST_SCALARS members, counted through all structs in them before any of
    them is laid out.

    Raises Mistake CB0128 where they have more.
    """
    if (count := scalars(type)) > MOST_SCALARS:
        raise mistake("CB0128", f"{subject} has {count} members, more than {MOST_SCALARS}", span)
