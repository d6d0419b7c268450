"""Hunks that do not say which struct they change: found by the members around, or told."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from cbprove.diagnostics import SpecError
from cbprove.frozen import frozen, replace
from cbprove.patching.apply import apply
from cbprove.patching.change import Change
from cbprove.patching.edits import Edit
from cbprove.patching.pieces import Piece, spelled
from cbprove.patching.relayout import tags
from cbprove.patching.structs import Body, body
from cbprove.syntax.includes import load


@frozen
class Placed:
    """A change of which every struct has a name, and what is said of hunks that could be of one
    and were left out."""

    change: Change
    notes: tuple[str, ...]


def placed(whole_change: Change, specs: Sequence[str], texts: Sequence[str]) -> Placed:
    """The change with the structs that nameless hunks mean; `texts` are those of the specs and
    of all that they include."""
    nameless = [edit for edit in whole_change.edits if not edit.tag]
    likely = [edit for edit in nameless if any(_has_words(edit, text) for text in texts)]
    bodies_known = _bodies(specs) if likely else {}
    by_number: dict[int, str] = {}
    notes: list[str] = []
    for edit in likely:
        candidates = {
            tag.partition("___")[0]: each
            for tag, each in bodies_known.items()
            if _is_of(edit, each)
        }
        fitting = [tag for tag, each in candidates.items() if _fits(edit, each)]
        if len(fitting) == 1:
            by_number[id(edit)] = fitting[0]
        elif candidates:
            notes.append(_note(edit, fitting, list(candidates)))
    kinds = {tag.partition("___")[0]: each.kind for tag, each in bodies_known.items()}
    named = ((edit, edit.tag or by_number.get(id(edit), "")) for edit in whole_change.edits)
    edits = tuple(
        edit if edit.tag else replace(edit, tag=tag, kind=kinds[tag]) for edit, tag in named if tag
    )
    return Placed(replace(whole_change, edits=edits), tuple(notes))


def _members(pieces_read: tuple[Piece, ...]) -> list[Piece]:
    return [piece for piece in pieces_read if piece.kind == "member" and piece.name]


def _around(edit: Edit) -> list[Piece]:
    """The members that stand on both sides of a hunk, in the same words; of a hunk without any
    around its change, in a header, those that it takes away, or adds."""
    new = {spelled(piece.text) for piece in _members(edit.new)}
    both = [piece for piece in _members(edit.old) if spelled(piece.text) in new]
    return both or _bare(edit)


def _bare(edit: Edit) -> list[Piece]:
    if not edit.path.endswith(".h"):
        return []
    return _members(edit.old) or _members(edit.new)


def _has_words(edit: Edit, text: str) -> bool:
    """Whether all names around the change are somewhere in a text: quickly no for almost all
    that is nobody's."""
    names_around = _around(edit)
    return bool(names_around) and all(piece.name in text for piece in names_around)


def _bodies(specs: Sequence[str]) -> Mapping[str, Body]:
    by_tag: dict[str, Body] = {}
    for spec in specs:
        with contextlib.suppress(SpecError):  # its mistakes are told where the change is done on it
            by_tag = {tag: body(node, tag) for tag, node in tags(load(spec)).items()} | by_tag
    return by_tag


def _is_of(edit: Edit, model_body: Body) -> bool:
    """Whether a struct has the members around the change, of the same types, in their order, and
    ends where the hunk says."""
    texts = [spelled(piece.text) for piece in model_body.pieces]
    last = {spelled(side[-1].text) for side in (edit.old, edit.new) if side}
    if edit.ends and (not texts or texts[-1] not in last):
        return False
    rest = iter(texts)
    return all(spelled(piece.text) in rest for piece in _around(edit))


def _fits(edit: Edit, model_body: Body) -> bool:
    return (
        not apply(edit, model_body.pieces).misfits
        or not apply(edit.reversed(), model_body.pieces).misfits
    )


def _note(edit: Edit, fitting: Sequence[str], tags_matching: Sequence[str]) -> str:
    names = ", ".join(fitting or tags_matching)
    why = f"fits each of {names}" if fitting else f"does not fit {names}, whose members it shows"
    return (
        f"not judged: {edit.path}:{edit.line}: the hunk names no struct and {why}; `git diff` "
        f"and `diff -p` name it"
    )
