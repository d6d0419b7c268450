"""The structs of a model as text: without pins, after edits, or with pins moved along."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from cbprove.diagnostics import Span
from cbprove.frozen import fields, frozen, has_fields, replace
from cbprove.patching.pieces import ATTRIBUTE, Piece, behind_brace, pieces
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax

_PINS = re.compile(r"\s*__(?:at|size)\([^()]*\)")
Tags = Mapping[str, object]


@frozen
class Body:
    """A struct or union as pieces; `behind` is what stands behind its brace, `packed` whether
    `__packed` besides; `loosened` says that an edit took `__packed` away."""

    kind: str
    tag: str
    pieces: tuple[Piece, ...]
    behind: str = ""
    packed: bool = False
    loosened: bool = False


def body(node: ctree.RecordBody, tag: str) -> Body:
    """A struct as the model writes it, without its pins, and copies of a `struct_group` back in
    one."""
    text = node.span.source.text[node.span.start : node.span.end]
    inside, behind = text[text.index("{") + 1 : text.rindex("}")], text[text.rindex("}") + 1 :]
    pieces_read = pieces(tuple(_PINS.sub("", inside).split("\n")), {})
    return Body(
        node.kind, tag, _regrouped(pieces_read), _PINS.sub("", behind).strip().rstrip(";").strip()
    )


def with_attributes(body: Body, old: tuple[str, ...], new: tuple[str, ...]) -> Body:
    """A struct with other attributes behind its brace."""
    words = [word for word in behind_brace(body.behind) if word not in old]
    name = re.sub(ATTRIBUTE, "", body.behind).split()
    behind = " ".join([*name, *words, *(word for word in new if word not in words)])
    return replace(body, behind=behind, loosened="__packed" in old and "__packed" not in new)


def written(body: Body) -> str:
    """A struct as text."""
    lines, depth = [f"{body.kind} {body.tag} {{"], 1
    for piece in body.pieces:
        depth -= piece.kind == "close"
        lines.append(
            "    " * depth + piece.text + (";" if piece.kind != "open" else _opening(piece))
        )
        depth += piece.kind == "open"
    behind = " ".join(part for part in (body.behind, "__packed" if body.packed else "") if part)
    return "\n".join([*lines, f"}}{' ' + behind if behind else ''};"]) + "\n"


def _opening(piece: Piece) -> str:
    return "" if piece.text.endswith(",") else " {"


def _regrouped(pieces_read: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """`union { struct { A }; struct { A } NAME; };` is how a compiler sees `struct_group(NAME,
    A);`."""
    for i, piece in enumerate(pieces_read):
        end = _closing(pieces_read, i)
        if piece.key != ("open", "union") or end is None or pieces_read[end].name:
            continue
        middle = _closing(pieces_read, i + 1)
        if middle is None or middle + 1 >= end or pieces_read[middle + 1].kind != "open":
            continue
        first_group, other = pieces_read[i + 2 : middle], pieces_read[middle + 2 : end - 1]
        if (
            first_group
            and first_group == other
            and pieces_read[middle + 1].text == "struct"
            and pieces_read[end - 1].name
        ):
            head = replace(piece, text=f"struct_group({pieces_read[end - 1].name},")
            tail = Piece("close", "", ")")
            return _regrouped((*pieces_read[:i], head, *first_group, tail, *pieces_read[end + 1 :]))
    return pieces_read


def _closing(pieces_read: tuple[Piece, ...], start: int) -> int | None:
    """The piece that closes what piece `start` opens."""
    depth = 0
    for i in range(start, len(pieces_read)):
        depth += (pieces_read[i].kind == "open") - (pieces_read[i].kind == "close")
        if not depth:
            return i if i > start else None
    return None


def embedding(tags: Tags, changed: Iterable[str]) -> list[str]:
    """The structs that hold one of `changed` by value, themselves among them, in the order of
    the model."""
    inside = {tag: set(_tags_by_value(node)) for tag, node in tags.items()}
    tags_found = set(changed)
    while True:
        further = {tag for tag, tags_held in inside.items() if tags_held & tags_found} - tags_found
        if not further:
            return [tag for tag in tags if tag in tags_found]
        tags_found |= further


def depending(tree: syntax.Tree, names: Collection[str]) -> list[str]:
    """The structs in whose text one of these macros and constants stands, or one that is made of
    them."""
    names_found, structs = set(names), dict[str, set[str]]()
    sources: dict[str, set[str]] = {}
    for node in tree.declarations if names_found else ():
        if isinstance(node, syntax.Define):
            sources[node.name.text] = _words(node.value.span)
        elif isinstance(node, syntax.TypeDeclaration) and isinstance(node.type, ctree.EnumBody):
            sources |= {
                e.name.text: _words(e.value.span)
                for e in node.type.enumerators
                if e.value is not None
            }
        elif (
            isinstance(node, syntax.TypeDeclaration)
            and isinstance(node.type, ctree.RecordBody)
            and node.type.tag
        ):
            structs[node.type.tag.text] = _words(node.type.span)
    while further := {
        name for name, words in sources.items() if name not in names_found and words & names_found
    }:
        names_found |= further
    return [tag for tag, words in structs.items() if words & names_found]


def _words(span: Span) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", span.source.text[span.start : span.end]))


def _tags_by_value(node: object) -> Iterator[str]:
    """The tags that a type names otherwise than behind a pointer."""
    return (part.tag.text for part in parts(node) if isinstance(part, ctree.TaggedType))


def parts(node: object) -> Iterator[object]:
    """A node of the tree and all nodes in it, but names."""
    yield node
    if isinstance(node, tuple):
        for part in node:
            yield from parts(part)
    elif has_fields(node) and not isinstance(node, Span | ctree.Name):
        for each in fields(node):
            yield from parts(getattr(node, each.name))
