"""What of a spec speaks of names that a patch takes away: checks, which go with them, and steps and
properties, without which nothing is judged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.frozen import frozen
from cbprove.report.excerpt import printable
from cbprove.syntax import tree as syntax
from cbprove.syntax.questions import Property

_MOST = 4  # who speaks of it, by name


@frozen
class Gone:
    """The checks that cannot be asked any more, by the identity of their nodes, and what is said of
    them."""

    nodes: frozenset[int]
    notes: tuple[str, ...]


def checks(tree: syntax.Tree, error: SpecError) -> Gone:
    """Those among the mistakes of a tree."""
    sentences = {
        id(node): f"no longer asked: the check at {_place(node.span)}: {mistake.message}"
        for mistake in error.diagnostics
        for node in tree.declarations
        if isinstance(node, syntax.Require) and _inside(mistake, node.span)
    }
    return Gone(frozenset(sentences), tuple(sentences.values()))


def without(tree: syntax.Tree, dropped: Gone) -> syntax.Tree:
    """The tree without these checks."""
    left = tuple(node for node in tree.declarations if id(node) not in dropped.nodes)
    return syntax.Tree(left, tree.sources)


def explanations(spec: str, tree: syntax.Tree, error: SpecError) -> Iterator[str]:
    """Why a spec is not judged: each mistake once, and who makes it."""
    by_message: dict[str, dict[str, str]] = {}
    for mistake in error.diagnostics:
        owner = _owner(tree, mistake)
        place = f" ({_place(mistake.span)})" if mistake.span is not None else ""
        by_message.setdefault(mistake.message, {}).setdefault(owner, f"{owner}{place}")
    for message, owners in by_message.items():
        names = [name for owner, name in owners.items() if owner]
        further = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        who = f", of which speak: {', '.join(names[:_MOST])}{further}" if names else ""
        yield f"not judged: {os.path.basename(spec)}: {message}{who}"


def _owner(tree: syntax.Tree, mistake: Diagnostic) -> str:
    """The smallest declaration with a name around a mistake."""
    enclosing = [(span, name) for span, name in _named(tree.declarations) if _inside(mistake, span)]
    return min(enclosing, key=lambda each: each[0].end - each[0].start)[1] if enclosing else ""


def _named(declarations: Iterable[syntax.Declaration]) -> Iterator[tuple[Span, str]]:
    for node in declarations:
        match node:
            case syntax.Layer():
                yield from ((step.span, f"step `{step.name.text}`") for step in node.steps)
                yield from ((view.span, f"view `{view.name.text}`") for view in node.views)
            case syntax.Path():
                yield node.span, f"{node.kind} `{node.name.text}`"
            case Property():
                yield node.span, f"property `{node.name.text}`"
            case syntax.Require():
                yield node.span, "a check"


def _inside(mistake: Diagnostic, span: Span) -> bool:
    place = mistake.span
    return (
        place is not None
        and _same(place.source, span.source)
        and span.start <= place.start
        and place.end <= span.end
    )


def _same(source: Source, other: Source) -> bool:
    return source.name == other.name


def _place(span: Span) -> str:
    return f"{printable(span.source.name)}:{span.line}"
