"""What a statement accesses: its places, how many bytes of them, and the value that it stores."""

from __future__ import annotations

from cbprove.diagnostics import Note
from cbprove.meaning.context import Context
from cbprove.meaning.expressions import converted, typed
from cbprove.meaning.memo import Poison, mistake
from cbprove.meaning.places import Scope, place
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system import statements
from cbprove.system.expressions import Constant, Expr, Place


def places(
    cx: Context, nodes: tuple[ctree.Place, ...], scope: Scope, start: bool = False
) -> tuple[Place, ...]:
    """Several places; the mistakes of all of them are reported before the first stops anything.

    Raises Poison where there are any.
    """
    extents = [cx.memo.attempt(lambda n=node: place(cx, n, scope, start)) for node in nodes]  # type: ignore[misc]
    if any(p is None for p in extents):
        raise Poison
    return tuple(p for p in extents if p is not None)


def access(
    cx: Context, nodes: tuple[ctree.Place, ...], length: ctree.Expr | None, scope: Scope
) -> tuple[tuple[Place, ...], Expr | None]:
    """The places of a statement, and how many bytes its `for` says, if any. Raises Mistake."""
    accessed = places(cx, nodes, scope, start=length is not None)
    if length is None:
        return accessed, None
    return accessed, _length(cx, length, accessed, scope)


def _length(cx: Context, node: ctree.Expr, of: tuple[Place, ...], scope: Scope) -> Expr:
    """The bytes of a `for`, which begin at a whole byte."""
    length = typed(cx, node, scope)
    if isinstance(length, Constant) and isinstance(length.value, int) and length.value < 0:
        raise mistake("CB0127", f"a length of {length.value} bytes", node.span)
    for accessed in of:
        if isinstance(accessed.low, int) and accessed.low % 8:
            raise mistake(
                "CB0133",
                f"`{accessed.text}` does not begin at a whole byte, which `for` counts",
                accessed.span,
            )
    return length


def write(cx: Context, node: syntax.Write, scope: Scope) -> statements.Write:
    """A `write`, with its value in the type of the place. Raises Mistake."""
    stored, length = access(cx, node.places, node.length, scope)
    if node.value is None:
        return statements.Write(
            uid=cx.uid(node),
            places=stored,
            value=None,
            exact_value=None,
            length=length,
            span=node.span,
        )
    (target,) = stored
    if target.type is None:
        help = "name one integer member or element, or write it without a value"
        raise mistake(
            "CB0132", f"`{target.text}` is not an integer and takes no value", target.span, help
        )
    exact = typed(cx, node.value, scope)
    return statements.Write(
        uid=cx.uid(node),
        places=stored,
        value=converted(exact, target.type),
        exact_value=exact,
        length=None,
        span=node.span,
    )


def copy(cx: Context, node: syntax.Copy, scope: Scope) -> statements.Copy:
    """A `copy` between places of one size, or of so many bytes. Raises Mistake."""
    start = node.length is not None
    origin, target = places(cx, (node.origin, node.target), scope, start)
    length = _length(cx, node.length, (origin, target), scope) if node.length is not None else None
    if length is None and origin.width != target.width:
        message = f"`copy` of {size(origin.width)} to {size(target.width)}"
        notes = tuple(Note(f"`{p.text}` has {size(p.width)}", p.span) for p in (origin, target))
        raise mistake(
            "CB0140",
            message,
            node.span,
            "copy between places of one size, or say `for` how many bytes",
            notes,
        )
    return statements.Copy(cx.uid(node), origin, target, length, node.span)


def size(bits: int) -> str:
    """A width for messages: in bytes where it is whole ones."""
    count, unit = (bits, "bit") if bits % 8 else (bits // 8, "byte")
    return f"{count} {unit}{'' if count == 1 else 's'}"
