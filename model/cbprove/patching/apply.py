"""An edit on the pieces of a struct as a model has it: found by the names of members, not by
lines."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from cbprove.frozen import frozen
from cbprove.patching.edits import Edit
from cbprove.patching.pieces import Piece, spelled

Pieces = tuple[Piece, ...]
_PLAIN = re.compile(r"[us](?:8|16|32|64)\w+(?::\d+)?$")


@frozen
class Applied:
    """The pieces of a struct after an edit, and why it does not fit, in words, where it does not.

    `unsure` are the `#if` lines around new members of which the model does not show whether they
    hold.
    """

    pieces: Pieces
    misfits: tuple[str, ...]
    unsure: tuple[str, ...]


def apply(edit: Edit, model: Pieces) -> Applied:
    """The edit, done to a struct of the model."""
    return _Application(edit, model).done()


class _Application:
    """`at` is where each piece before the edit lies in the model, None where the model has no
    such thing."""

    def __init__(self, edit: Edit, model: Pieces) -> None:
        self.edit = edit
        self.model = model
        self.at = _positions(edit.old, model)
        self.misfits: list[str] = []
        self.unsure: list[str] = []
        self.gone: set[int] = set()
        self.added: dict[int, list[Piece]] = {}

    def done(self) -> Applied:
        old, new = self.edit.old, self.edit.new
        matcher = SequenceMatcher(
            None, [_same(p) for p in old], [_same(p) for p in new], autojunk=False
        )
        every = matcher.get_opcodes()
        changes = [change for change in every if change[0] != "equal"]
        off = {i for i, piece in enumerate(old) if self._off(i, piece)}
        removed = [old[i] for _, low, high, _, _ in changes for i in range(low, high)]
        for _, low, high, _, _ in changes:
            for i in range(low, high):
                self._remove(i, off)
        for word, low, _, first, last in every:
            if word == "equal":
                self._condition(low, new[first:last])
            else:
                self._insert(low, new[first:last], removed, off)
        return Applied(tuple(self._merged()), tuple(self.misfits), tuple(self.unsure))

    def _off(self, i: int, piece: Piece) -> bool:
        """Whether a piece stands under an `#if` that the model was built without."""
        return bool(piece.under) and self.at[i] is None

    def _remove(self, i: int, off: set[int]) -> None:
        piece, at = self.edit.old[i], self.at[i]
        if at is not None:
            self._compare(piece, self.model[at])
            self.gone.add(at)
        elif i not in off and piece.kind == "member":
            self.misfits.append(
                f"it has no `{piece.name or piece.text}` where the patch removes it"
            )

    def _compare(self, piece: Piece, model_piece: Piece) -> None:
        """A member that goes, or gets another type, has its old one in the model; that of plain
        integers is known."""
        for new in self.edit.new:
            if (
                new.key == piece.key
                and _type(new) != _type(piece)
                and _type(model_piece) == _type(new)
            ):
                self.misfits.append(f"its `{piece.name}` is `{model_piece.text}` already")
                return
        plain = _PLAIN.match(_type(piece)) and _PLAIN.match(_type(model_piece))
        if piece.kind == "member" and plain and _type(piece) != _type(model_piece):
            self.misfits.append(
                f"its `{piece.name}` is `{model_piece.text}`, and the patch removes `{piece.text}`"
            )

    def _insert(self, low: int, pieces: Pieces, removed: list[Piece], off: set[int]) -> None:
        moved = {(p.kind, p.name): self._there(p) for p in removed}
        plain = [p for p in pieces if not self._in_off_block(p)]
        if not plain:
            return
        if (
            low
            and self.at[low - 1] is None
            and self.edit.old[low - 1].kind == "member"
            and low - 1 not in off
        ):
            self.misfits.append(
                f"it has no `{self.edit.old[low - 1].name}` in front of `{plain[0].name}`"
            )
        place = self._place(low)
        if place is None:
            self.misfits.append(
                f"it has none of the members around `{plain[0].name or plain[0].text}`"
            )
            return
        for piece in plain:
            moved_piece = (
                moved.get((piece.kind, piece.name)) if _same(piece) in map(_same, removed) else None
            )
            if (
                piece.kind == "member"
                and (piece.kind, piece.name) not in moved
                and self._has(piece, place)
            ):
                self.misfits.append(f"it has a `{piece.name}` already")
            self._note_condition(piece)
            self.added.setdefault(place, []).append(moved_piece or piece)

    def _condition(self, low: int, pieces: Pieces) -> None:
        """What stays as it is, and stands under another `#if` than before, or under none: from now
        on it is there, as far as anybody knows."""
        for i, piece in enumerate(pieces, low):
            if piece.under == self.edit.old[i].under:
                continue
            if piece.under:
                self.unsure.append(piece.under[-1])
            place = self._place(i)
            if self.at[i] is None and place is not None:
                self.added.setdefault(place, []).append(piece)

    def _note_condition(self, piece: Piece) -> None:
        """An `#if` around a new member, with nothing beside it that the model has, may be off
        where it is built."""
        if piece.under and not any(p.under == piece.under for p in self.edit.old):
            self.unsure.append(piece.under[-1])

    def _there(self, piece: Piece) -> Piece | None:
        """The piece of the model for one that the patch removes."""
        return next(
            (
                self.model[at]
                for p, at in zip(self.edit.old, self.at, strict=True)
                if p is piece and at is not None
            ),
            None,
        )

    def _in_off_block(self, piece: Piece) -> bool:
        """Whether all that stood under the same `#if` before is not in the model."""
        same_block = [i for i, p in enumerate(self.edit.old) if p.under and p.under == piece.under]
        return bool(same_block) and all(self.at[i] is None for i in same_block)

    def _place(self, low: int) -> int | None:
        """Before which piece of the model to insert what comes before piece `low` of the old
        text."""
        for i in range(low - 1, -1, -1):
            at = self.at[i]
            if at is not None:
                return at + 1
        for i in range(low, len(self.at)):
            at = self.at[i]
            if at is not None:
                return at
        return 0 if self.edit.whole and not self.edit.old else None

    def _has(self, piece: Piece, place: int) -> bool:
        """Whether the model has a member of this name in the same braces."""
        braces = _braces(self.model)
        braces_here = braces[place] if place < len(self.model) else ()
        return any(
            p.kind == "member"
            and p.name == piece.name
            and i not in self.gone
            and braces[i] == braces_here
            for i, p in enumerate(self.model)
            if p.name
        )

    def _merged(self) -> list[Piece]:
        merged: list[Piece] = []
        for i in range(len(self.model) + 1):
            merged += self.added.get(i, [])
            if i < len(self.model) and i not in self.gone:
                merged.append(self.model[i])
        return merged


def _positions(old: Pieces, model: Pieces) -> list[int | None]:
    """Where each piece lies in the model: those in the same order, by their names."""
    at: list[int | None] = [None] * len(old)
    matcher = SequenceMatcher(None, [p.key for p in old], [p.key for p in model], autojunk=False)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            at[block.a + k] = block.b + k
    return at


def common(edit: Edit, model: Pieces) -> int:
    """How many members of the edit, on either side, the model has by name."""
    names = {piece.name for piece in model if piece.kind == "member" and piece.name}
    return len(names & {piece.name for piece in (*edit.old, *edit.new) if piece.kind == "member"})


def _braces(pieces: Pieces) -> list[tuple[int, ...]]:
    """For each piece the braces that it stands in, by where those open."""
    braces_around: list[tuple[int, ...]] = []
    open_braces: list[int] = []
    for i, piece in enumerate(pieces):
        if piece.kind == "close" and open_braces:
            open_braces.pop()
        braces_around.append(tuple(open_braces))
        if piece.kind == "open":
            open_braces.append(i)
    return braces_around


def _same(piece: Piece) -> tuple[str, str, str]:
    """What makes two pieces of a patch the same."""
    return piece.kind, piece.name, spelled(piece.text)


def _type(piece: Piece) -> str:
    return spelled(piece.text.partition("__at")[0])
