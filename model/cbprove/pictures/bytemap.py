"""The picture of a refutation: a row for each step that touched the bytes in question, a column for
each byte.

A letter stands for whose the byte is (the view it was stored through): upper case where the row's
step put it there, lower case where it lay there before. `.` was stored by nobody, `0` cleared, `~`
is padding of a struct assignment. Where bytes of several objects or areas are in question, their
columns stand beside each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

from cbprove.frozen import frozen
from cbprove.pictures import bits
from cbprove.properties.events import Moment
from cbprove.semantics.memory import ObjectKey, Source, Store, StoreKey
from cbprove.semantics.run import Run
from cbprove.semantics.trace import Action, Stage
from cbprove.system.expressions import Place

WIDEST = 64
_SIGNS = {"debris": ".", "outside": " ", "blank": "0", "unspecified": "~"}
_WORDS = {"0": "cleared", "~": "padding", ".": "never stored"}
VERBS = {
    "write": "writes",
    "clear": "clears",
    "copy to": "copies",
    "copy from": "copies",
    "read": "reads",
}
_STORING = ("write", "clear", "copy to")
_CHANGING = (*_STORING, "copy from")
_MOST_ROWS = 12
_MOST_NAMES = 3
_MOST_LETTERS = 30  # of the places of a row

Phrase = tuple[str, tuple[str, str]]  # a verb, and a place by its view and what follows


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
class Column:
    """A window on an object; `objects` is that one and those it was cut from. `title` is empty
    where it is plain whose."""

    window: Window
    objects: tuple[ObjectKey, ...]
    title: str = ""


@frozen
class Spot:
    """Bits in question of an object, and of those it was cut from."""

    objects: tuple[ObjectKey, ...]
    wanted: range

    def hit_by(self, action: Action) -> bool:
        """Whether an action touched some of them."""
        return action.object in self.objects and _overlap(action.bits, self.wanted)


@frozen
class Wanted:
    """What a picture is about: spots, and the moments at which what is there now was stored,
    wherever that was."""

    spots: tuple[Spot, ...]
    moments: Collection[Moment] = ()

    def changed_by(self, action: Action) -> bool:
        """Whether an action stored to some of it, copied some away, or stored what came to lie
        there."""
        if action.kind not in _CHANGING:
            return False
        return any(spot.hit_by(action) for spot in self.spots) or (
            action.kind in _STORING and action.moment in self.moments
        )


@frozen
class Row:
    """One step: what it did in words, and whose each byte of each column was after it."""

    step: str
    verb: str
    what: str
    cells: tuple[str, ...]


@frozen
class Map:
    """Rows over columns, and the letters of names (only those that occur), in order of
    appearance."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    letters: Mapping[str, str]
    signs: str


def window(
    area: str, bound: tuple[int, int], touched: Iterable[int], widest: int = WIDEST
) -> Window:
    """The whole area, or where it is too wide the part around the bits touched, on a multiple of
    8."""
    base, size = bound[0] // 8, (bound[1] - bound[0] + 7) // 8
    if size <= widest:
        return Window(area, base, 0, size)
    middle = [bit // 8 - base for bit in touched] or [0]
    first = max(0, min(min(middle) // 8 * 8 - 8, size - widest) // 8 * 8)
    return Window(area, base, first, min(size, first + widest))


def draw(
    run: Run,
    stages: Iterable[Stage],
    columns: tuple[Column, ...],
    selection: Wanted,
    single: Collection[str],
) -> Map:
    """The rows for some stages; `single` names the objects that exist once."""
    artist = _Artist(run.stores, columns, selection, single)
    rows = tuple(artist.row(stage) for stage in stages)
    signs = "".join(sign for sign in _WORDS if _occurs(sign, rows))
    return Map(columns, rows, artist.letters_of(rows), signs)


def relevant(stages: Iterable[Stage], selection: Wanted) -> tuple[Stage, ...]:
    """The stages that changed what is wanted."""
    return tuple(
        stage for stage in stages if any(selection.changed_by(action) for action in stage.actions)
    )


def _overlap(left: range, other: range) -> bool:
    return left.start < other.stop and other.start < left.stop


def _occurs(sign: str, rows: tuple[Row, ...]) -> bool:
    return any(sign in cells for row in rows for cells in row.cells)


class _Artist:
    """Keeps the letters given so far."""

    def __init__(
        self,
        stores: Mapping[StoreKey, Store],
        columns: tuple[Column, ...],
        selection: Wanted,
        single: Collection[str],
    ) -> None:
        self.stores, self.columns, self.wanted, self.once = stores, columns, selection, single
        self.letters: dict[str, str] = {}

    def row(self, stage: Stage) -> Row:
        verb, places = deed(stage, self.wanted)
        return Row(
            title(stage), verb, places, tuple(self.cells(stage, column) for column in self.columns)
        )

    def cells(self, stage: Stage, column: Column) -> str:
        memory = _memory(stage, column.objects)
        copied = [
            a.bits for a in stage.actions if a.kind == "copy to" and a.object in column.objects
        ]
        return "".join(
            self._cell(memory[8 * i : 8 * i + 8], i, stage, copied) for i in column.window.bytes()
        )

    def letters_of(self, rows: tuple[Row, ...]) -> dict[str, str]:
        return {
            name: letter
            for name, letter in self.letters.items()
            if _occurs(letter, rows) or _occurs(letter.lower(), rows)
        }

    def _cell(
        self, byte: tuple[Source, ...], number: int, stage: Stage, copied: list[range]
    ) -> str:
        if not byte:
            return " "
        sources = [source for source in byte if _within(stage.moment, source.store.moment)]
        bits_of_byte = range(8 * number, 8 * number + 8)
        is_touched = bool(sources) or any(_overlap(extent, bits_of_byte) for extent in copied)
        source = max(sources or byte, key=lambda s: bool(bits.owner(s, self.stores, self.once)))
        name = bits.owner(source, self.stores, self.once)
        if not name:
            return _SIGNS.get(source.store.kind, "?")
        letter = self._letter(name)
        return letter if is_touched else letter.lower()

    def _letter(self, name: str) -> str:
        if name not in self.letters:
            self.letters[name] = letter_for(name, self.letters.values())
        return self.letters[name]


def _memory(stage: Stage, objects: tuple[ObjectKey, ...]) -> tuple[Source, ...]:
    """That of the object in question, or before it was made, of what it was cut from."""
    touched = [
        key
        for key in objects
        if any(a.object == key for a in stage.actions) and key in stage.memory
    ]
    object_keys = touched or [key for key in objects if key in stage.memory]
    return stage.memory[object_keys[0]] if object_keys else ()


def letter_for(name: str, letters_taken: Iterable[str]) -> str:
    """The first letter of a name that is still free, after the `skb_` that every such name might
    begin with."""
    used = set(letters_taken)
    initials = name.upper().removeprefix("SKB_")
    candidates = [
        c
        for c in initials + name.upper() + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        if c.isascii() and c.isalpha()
    ]
    return next((c for c in candidates if c not in used), "#")


def _within(outer: Moment, moment: Moment) -> bool:
    return moment[: len(outer)] == outer


def title(stage: Stage) -> str:
    """The step's name; a statement of a path's own has none."""
    return stage.step or "(path)"


def deed(stage: Stage, selection: Wanted) -> tuple[str, str]:
    """What a stage did to what is wanted, in order: a verb, and the places with whatever other
    verbs there are."""
    done = [action for action in stage.actions if selection.changed_by(action)]
    stored = [action for action in done if action.kind in _STORING]
    return spoken(_phrase(action, stage) for action in stored or done)


def spoken(phrases: Iterable[Phrase]) -> tuple[str, str]:
    """Verbs with places, those of one verb together: `writes`, `V.{a, b}, W, clears U`."""
    groups = [
        (verb, [place for _, place in group])
        for verb, group in groupby(dict.fromkeys(phrases), lambda phrase_: phrase_[0])
    ]
    if not groups:
        return "begins", ""
    rest = [f"{verb} {_names(places)}" for verb, places in groups[1:]]
    return groups[0][0], ", ".join([_names(groups[0][1]), *rest])


def _names(places: list[tuple[str, str]]) -> str:
    """Places by view and path: `V.{a, b}, W`; of a view of which many were meant, the name
    alone."""
    views: dict[str, list[str]] = {}
    for view, path in places:
        views.setdefault(view, []).append(path)
    texts = [bits.braced(view, paths) for view, paths in views.items()]
    if len(", ".join(texts)) > _MOST_LETTERS:
        texts = [
            bits.braced(view, paths) if len(paths) == 1 else view for view, paths in views.items()
        ]
    rest = len(texts) - _MOST_NAMES
    return ", ".join(texts) if rest <= 1 else f"{', '.join(texts[:_MOST_NAMES])} and {rest} more"


def phrase(verb: str, place: Place | None) -> Phrase:
    """What was done to a place."""
    if place is None:
        return verb, ("", "")
    view = bits.subject(place)
    return verb, (view, place.text.removeprefix(view).removesuffix(".*").removeprefix("."))


def _phrase(action: Action, stage: Stage) -> Phrase:
    if action.kind not in ("copy to", "copy from"):
        return phrase(VERBS[action.kind], action.place)
    both_places = [
        a.place
        for a in stage.actions
        if a.moment == action.moment and a.kind in ("copy from", "copy to")
    ]
    return VERBS[action.kind], (" to ".join(place.text for place in both_places[:2] if place), "")


# --- as text --------------------------------------------------------------------------------------


def lines(
    picture: Map, last: tuple[str, str, str] | None = None, ends: tuple[str, ...] = ()
) -> list[str]:
    """The map as text; `last` is a row (step, verb, what) that says `ends` where the bytes would
    be."""
    rows = _elided(picture.rows)
    labels = [(row.step, row.verb, row.what) for row in rows] + ([last] if last else [])
    widths = [max((len(label[i]) for label in labels), default=0) for i in range(3)]
    margin = " " * (sum(widths) + 5)
    heads = [
        _titles(picture.columns),
        _beside(picture.columns, [ruler(c.window) for c in picture.columns]),
    ]
    drawn = [margin + head for head in heads if head]
    for label, row in zip(labels, rows, strict=False):
        drawn.append(f"{_label(label, widths)}  {_beside(picture.columns, row.cells)}")
    texts = [" " * 4 + end for end in ends]
    if last:
        drawn.append(f"{_label(last, widths)}  {texts[0] if texts else ''}")
        drawn += [margin + text for text in texts[1:]]
    legend = _legend(picture)
    return [line.rstrip() for line in drawn + ([margin + legend] if legend else [])]


def _titles(columns: tuple[Column, ...]) -> str:
    return _beside(columns, [column.title for column in columns]).rstrip()


def _beside(columns: tuple[Column, ...], texts: Iterable[str]) -> str:
    widths = [max(len(c.title), len(ruler(c.window)), len(c.window.bytes())) for c in columns]
    return "  ".join(text.ljust(width) for text, width in zip(texts, widths, strict=False))


def ruler(view: Window) -> str:
    """A number every 8 bytes, the end included if it is a multiple of 8."""
    marks = [number for number in range(view.first, view.last + 1) if number % 8 == 0]
    return " " * (-view.first % 8) + "".join(f"{number:<8}" for number in marks).rstrip()


def _label(label: tuple[str, str, str], widths: list[int]) -> str:
    step, verb, places = (text.ljust(width) for text, width in zip(label, widths, strict=True))
    return f"{step}  {verb} {places}"


def _elided(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The first rows and the last ones, where there are too many."""
    if len(rows) <= _MOST_ROWS:
        return rows
    half = _MOST_ROWS // 2
    gap = Row(f"... {len(rows) - 2 * half} more", "", "", ())
    return (*rows[:half], gap, *rows[-half:])


def _legend(picture: Map) -> str:
    """Every letter and sign that occurs."""
    by_letter: dict[str, list[str]] = {}
    for name, letter in picture.letters.items():
        by_letter.setdefault(letter, []).append(name)
    parts = [f"{letter} {', '.join(names)}" for letter, names in by_letter.items()]
    return "  ".join([*parts, *(f"{sign} {_WORDS[sign]}" for sign in picture.signs)])
