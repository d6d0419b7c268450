"""A view of somebody's bytes in a spec: stored behind one step, read in front of another, and
asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cbprove.diagnostics import Source, Span
from cbprove.frozen import fields, frozen, replace
from cbprove.syntax import ctree, questions
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

VIEW, LAYER, PUT, GET, AT, KEPT = (
    "FREE_BYTES",
    "free_bytes",
    "put_free_bytes",
    "get_free_bytes",
    "FREE_AT",
    "free_kept",
)


@frozen
class Life:
    """From which step on somebody's bytes live, and up to which, as the program calls them; None
    for the beginning and the end of every path."""

    start: str | None
    end: str | None


def with_view(
    tree: syntax.Tree, block: str, size: int, at: int | range, life: Life, claims: str = ""
) -> syntax.Tree:
    """The spec with `size` bytes at a byte of a control block (`skb.cb`), or anywhere in a
    range, that live so long; and with more properties, as text."""
    place = str(at) if isinstance(at, int) else AT
    text = "" if isinstance(at, int) else f"param {AT} in {at.start}..{at.stop - 1};\n"
    text += f"layer {LAYER} {{ view {VIEW} : u8[{size}] at {block}[{place}];\n"
    text += f"    step {PUT} {{ write {VIEW}; }}\n    step {GET} {{ read {VIEW}; }}\n}}\n"
    text += f"property {KEPT}: preserved {VIEW} from {PUT} to {GET};\n"
    nodes = tree.declarations if isinstance(at, int) else _unproposed(tree)
    lived = [_lived(node, life) for node in nodes]
    return with_claims(syntax.Tree(tuple(lived), tree.sources), text + claims)


def with_claims(tree: syntax.Tree, text: str) -> syntax.Tree:
    """The spec with more declarations."""
    source = Source("the bytes that are asked for", text)
    return syntax.Tree((*tree.declarations, *parse(source)), (*tree.sources, source))


def read_aloud(tree: syntax.Tree) -> syntax.Tree:
    """The spec with a read of what a copy carries in front of it, and of what an assumption looks
    at: `owned` then speaks of these bytes, too."""
    nodes = [_with_reads(node) for node in tree.declarations]
    return syntax.Tree(tuple(nodes), tree.sources)


def _with_reads(node: syntax.Declaration) -> syntax.Declaration:
    if isinstance(node, syntax.Path):
        return replace(node, body=_in_blocks(node.body, _reading))
    if not isinstance(node, syntax.Layer):
        return node
    steps = tuple(
        replace(step, body=_in_blocks(_body(step, node), _reading)) for step in node.steps
    )
    return replace(node, steps=steps, reads=None)


def _body(step: syntax.Step, layer: syntax.Layer) -> syntax.Block:
    """What a step does: without a body, all that its layer declares."""
    if step.body is not None:
        return step.body
    read = [syntax.Read(layer.reads, None, step.span)] if layer.reads else []
    return (*read, *([syntax.Write(layer.writes, None, None, step.span)] if layer.writes else []))


def _reading(statement: syntax.Statement) -> Iterator[syntax.Statement]:
    if isinstance(statement, syntax.Copy) and statement.length is None:
        yield syntax.Read((statement.origin,), None, statement.span)
    if isinstance(statement, syntax.Assume):
        yield syntax.If(statement.condition, (), (), statement.span)
    yield statement


def _unproposed(tree: syntax.Tree) -> list[syntax.Declaration]:
    """A proposal would have to say where the bytes lie."""
    return [
        node
        for node in tree.declarations
        if not isinstance(node, questions.Proposal | questions.Ask)
    ]


def _lived(node: syntax.Declaration, life: Life) -> syntax.Declaration:
    if not isinstance(node, syntax.Path):
        return node
    body = node.body
    if life.start is not None or life.end is not None:
        body = _in_blocks(body, lambda statement: _around(statement, life))
    if node.kind == "path":
        head = (_call(PUT, node.span),) if life.start is None else ()
        tail = (_call(GET, node.span),) if life.end is None else ()
        body = (*head, *body, *tail)
    return replace(node, body=body)


def _around(statement: syntax.Statement, life: Life) -> Iterator[syntax.Statement]:
    """A statement; a call of the step of birth and its store, a read and the call of the last
    one."""
    if _calls(statement, life.end):
        yield _call(GET, statement.span)
    yield statement
    if _calls(statement, life.start):
        yield _call(PUT, statement.span)


def _calls(statement: syntax.Statement, name: str | None) -> bool:
    """Whether a statement calls the step or part; `LAYER.STEP` may be said of any step."""
    if name is None or not isinstance(statement, syntax.Call):
        return False
    return name in (statement.callee.text, statement.callee.text.rpartition(".")[2])


def _call(name: str, span: Span) -> syntax.Call:
    return syntax.Call(ctree.Name(name, span), span)


def _in_blocks(
    body: syntax.Block, each: Callable[[syntax.Statement], Iterator[syntax.Statement]]
) -> syntax.Block:
    """Every statement of a block and of those inside it, each as what it becomes."""
    nodes: list[syntax.Statement] = []
    for statement in body:
        nodes.extend(each(_inside(statement, each)))
    return tuple(nodes)


def _inside(node: Any, each: Callable[[syntax.Statement], Iterator[syntax.Statement]]) -> Any:
    """A statement with all blocks that stand in it so changed."""
    changes: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if part.name in ("body", "then", "otherwise") and isinstance(value, tuple):
            changes[part.name] = _in_blocks(value, each)
        elif part.name == "arms":
            arms: list[syntax.Block] = [_in_blocks(arm, each) for arm in value]
            changes[part.name] = tuple(arms)
    return replace(node, **changes) if changes else node
