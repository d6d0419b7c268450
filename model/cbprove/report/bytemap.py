"""The picture of a refutation: a row for each step that touched the bytes in question, a column for each byte.

A letter stands for whose the byte is (the view it was stored through): upper case where the row's step put it there,
lower case where it lay there before. `.` was stored by nobody, `0` cleared, `~` is padding of a struct assignment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cbprove.frozen import frozen
from cbprove.properties.events import Moment
from cbprove.report import bits
from cbprove.semantics.memory import ObjectKey, Source, Store, StoreKey
from cbprove.semantics.run import Run
from cbprove.semantics.trace import Action, Stage

WIDEST = 64
_SIGNS = {"debris": ".", "outside": " ", "blank": "0", "unspecified": "~"}
VERBS = {"write": "writes", "clear": "clears", "copy to": "copies", "copy from": "copies", "read": "reads"}
_STORING = ("write", "clear", "copy to")
_MOST_ROWS = 12


@frozen
class Window:
    """What is drawn: bytes [first, last) of an area that begins at byte `base` of its object."""

    area: str
    base: int
    first: int
    last: int

    def bytes(self) -> range:
        """The bytes of the object, in order."""
        return range(self.base + self.first, self.base + self.last)


@frozen
class Row:
    """One step: what it did in words, and whose each byte was after it."""

    step: str
    verb: str
    what: str
    cells: str


@frozen
class Map:
    """Rows over a window, and what letters stand for (only those that occur), in order of appearance."""

    window: Window
    rows: tuple[Row, ...]
    letters: Mapping[str, str]
    signs: str


def window(area: str, bound: tuple[int, int], touched: Iterable[int]) -> Window:
    """The whole area, or where it is too wide the part around the bits touched, on a multiple of 8."""
    base, size = bound[0] // 8, (bound[1] - bound[0] + 7) // 8
    if size <= WIDEST:
        return Window(area, base, 0, size)
    middle = [bit // 8 - base for bit in touched] or [0]
    first = max(0, min(min(middle) // 8 * 8 - 8, size - WIDEST) // 8 * 8)
    return Window(area, base, first, min(size, first + WIDEST))


def draw(run: Run, stages: Iterable[Stage], objects: tuple[ObjectKey, ...], view: Window) -> Map:
    """The rows for some stages; `objects` is the object in question and those it was cut from."""
    artist = _Artist(run, objects, view)
    rows = tuple(artist.row(stage) for stage in stages)
    return Map(view, rows, artist.letters_of(rows), "".join(sign for sign in "0~" if _occurs(sign, rows)))


def relevant(stages: tuple[Stage, ...], objects: tuple[ObjectKey, ...], wanted: range) -> tuple[Stage, ...]:
    """The stages that stored to some of the bits or copied them away, but for the last, which is told apart."""
    found = [stage for stage in stages[:-1] if any(_concerns(action, objects, wanted) for action in stage.actions)]
    return tuple(found)


def _concerns(action: Action, objects: tuple[ObjectKey, ...], wanted: range) -> bool:
    changes = action.kind in _STORING or action.kind == "copy from"
    return changes and action.object in objects and _overlap(action.bits, wanted)


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _occurs(sign: str, rows: tuple[Row, ...]) -> bool:
    return any(sign in row.cells for row in rows)


class _Artist:
    """Keeps the letters given so far."""

    def __init__(self, run: Run, objects: tuple[ObjectKey, ...], view: Window) -> None:
        self.stores: Mapping[StoreKey, Store] = run.stores
        self.objects = objects
        self.view = view
        self.letters: dict[str, str] = {}

    def row(self, stage: Stage) -> Row:
        verb, what = deed(stage, self.objects)
        return Row(title(stage), verb, what, self.cells(stage))

    def cells(self, stage: Stage) -> str:
        memory = self._memory(stage)
        copied = [a.bits for a in stage.actions if a.kind == "copy to" and a.object in self.objects]
        return "".join(self._cell(memory[8 * byte : 8 * byte + 8], byte, stage, copied) for byte in self.view.bytes())

    def letters_of(self, rows: tuple[Row, ...]) -> dict[str, str]:
        return {
            letter: name
            for name, letter in self.letters.items()
            if _occurs(letter, rows) or _occurs(letter.lower(), rows)
        }

    def _memory(self, stage: Stage) -> tuple[Source, ...]:
        """That of the object in question, or before it was made, of what it was cut from."""
        touched = [key for key in self.objects if any(a.object == key for a in stage.actions) and key in stage.memory]
        known = touched or [key for key in self.objects if key in stage.memory]
        return stage.memory[known[0]] if known else ()

    def _cell(self, byte: tuple[Source, ...], number: int, stage: Stage, copied: list[range]) -> str:
        if not byte:
            return " "
        here = [source for source in byte if _within(stage.moment, source.store.moment)]
        bits_of_byte = range(8 * number, 8 * number + 8)
        now = bool(here) or any(_overlap(extent, bits_of_byte) for extent in copied)
        source = max(here or byte, key=lambda s: bool(bits.owner(s, self.stores)))
        name = bits.owner(source, self.stores)
        if not name:
            return _SIGNS.get(source.store.kind, "?")
        letter = self._letter(name)
        return letter if now else letter.lower()

    def _letter(self, name: str) -> str:
        if name not in self.letters:
            self.letters[name] = letter_for(name, self.letters.values())
        return self.letters[name]


def letter_for(name: str, taken: Iterable[str]) -> str:
    """The first letter of a name that is still free, after the `skb_` that every such name might begin with."""
    used = set(taken)
    own = name.upper().removeprefix("SKB_")
    candidates = [c for c in own + name.upper() + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c.isascii() and c.isalpha()]
    return next((c for c in candidates if c not in used), "#")


def _within(outer: Moment, moment: Moment) -> bool:
    return moment[: len(outer)] == outer


def title(stage: Stage) -> str:
    """The step's name; a statement of a path's own has none."""
    return stage.step or "(path)"


def deed(stage: Stage, objects: tuple[ObjectKey, ...], kinds: tuple[str, ...] = ()) -> tuple[str, str]:
    """What a stage did to these objects, storing before reading: a verb and the views or places."""
    actions = [a for a in stage.actions if a.object in objects and a.kind in (kinds or VERBS)]
    copies = [a for a in stage.actions if a.kind in ("copy from", "copy to") and a.place is not None]
    first = next((a.kind for a in actions if a.kind in _STORING), next((a.kind for a in actions), ""))
    if first in ("copy to", "copy from"):
        return "copies", " to ".join(_place(a) for a in copies[:2])
    names = dict.fromkeys(_view(a) for a in actions if a.kind == first)
    return VERBS.get(first, "begins"), ", ".join(names)


def _place(action: Action) -> str:
    return action.place.text if action.place else ""


def _view(action: Action) -> str:
    return (action.place.view or action.place.text) if action.place else ""


# --- as text ----------------------------------------------------------------------------------------------


def lines(picture: Map, last: tuple[str, str, str] | None = None, ends: tuple[str, ...] = ()) -> list[str]:
    """The map as text; `last` is a row (step, verb, what) that says `ends` where the bytes would be."""
    shown = _elided(picture.rows)
    labels = [(row.step, row.verb, row.what) for row in shown] + ([last] if last else [])
    widths = [max((len(label[i]) for label in labels), default=0) for i in range(3)]
    margin = sum(widths) + 5
    drawn = [" " * margin + ruler(picture.window)]
    drawn += [f"{_label(label, widths)}  {row.cells}" for label, row in zip(labels, shown, strict=False)]
    texts = [" " * 4 + end for end in ends]
    if last:
        drawn.append(f"{_label(last, widths)}  {texts[0] if texts else ''}".rstrip())
        drawn += [" " * margin + text for text in texts[1:]]
    legend = _legend(picture)
    return [line.rstrip() for line in drawn + ([" " * margin + legend] if legend else [])]


def ruler(view: Window) -> str:
    """A number every 8 bytes, the end included if it is a multiple of 8."""
    marks = [number for number in range(view.first, view.last + 1) if number % 8 == 0]
    return " " * (-view.first % 8) + "".join(f"{number:<8}" for number in marks).rstrip()


def _label(label: tuple[str, str, str], widths: list[int]) -> str:
    step, verb, what = (text.ljust(width) for text, width in zip(label, widths, strict=True))
    return f"{step}  {verb} {what}"


def _elided(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The first rows and the last ones, where there are too many."""
    if len(rows) <= _MOST_ROWS:
        return rows
    kept = _MOST_ROWS // 2
    gap = Row(f"... {len(rows) - 2 * kept} more", "", "", "")
    return (*rows[:kept], gap, *rows[-kept:])


def _legend(picture: Map) -> str:
    """Letters that no label spells out, and signs."""
    told = " ".join(row.what for row in picture.rows)
    parts = [f"{letter} {name}" for letter, name in picture.letters.items() if name not in told]
    parts += [f"{sign} {word}" for sign, word in (("0", "cleared"), ("~", "padding")) if sign in picture.signs]
    return "  ".join(parts)
