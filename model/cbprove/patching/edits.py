"""What a patch does to structs and macros: for each hunk that changes some, the pieces before
and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cbprove.frozen import frozen, replace
from cbprove.patching.mail import Hunk
from cbprove.patching.pieces import Piece, behind_brace, pieces, uncommented

_HEAD = re.compile(
    r"^(?:typedef\s+)?(?:(?P<kind>struct|union)\s+(?P<tag>[A-Za-z_]\w*)|enum\b\s*(?P<enum>[A-Za-z_]\w*)?)"
    r"\s*(?P<brace>\{?)\s*(?P<rest>.*)$"
)
_DEFINE = re.compile(r"^\s*#\s*define\s+([A-Za-z_]\w*)[ \t]+(\S.*?)\s*$")


@frozen
class Region:
    """Lines inside of one struct or enum; `head` and `tail` say whether its first and last line are
    among them.

    `kind` and `tag` are empty for what stands in front of everything in a hunk that does not say
    where it is.
    """

    kind: str
    tag: str
    lines: tuple[str, ...]
    head: bool
    tail: bool
    behind: tuple[str, ...] = ()


@frozen
class Edit:
    """A struct in a hunk, before and after; `whole` if all of it stands there, `ends` if its
    last line does; `behind` are the attributes in that line."""

    kind: str
    tag: str
    path: str
    line: int
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    whole: bool
    created: bool = False
    ends: bool = False
    behind: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def adds(self) -> frozenset[str]:
        """The members that it has only after it."""
        return _members(self.new) - _members(self.old)

    @property
    def takes(self) -> frozenset[str]:
        """The members that it has only before it."""
        return _members(self.old) - _members(self.new)

    def reversed(self) -> Edit:
        """The edit that takes this one back."""
        return replace(self, old=self.new, new=self.old, behind=self.behind[::-1])


def _members(cut: tuple[Piece, ...]) -> frozenset[str]:
    return frozenset(piece.name for piece in cut if piece.kind == "member" and piece.name)


@frozen
class Macro:
    """A `#define` with another value; None on the side that does not have it.

    `before` and `after` are what a compiler makes of it, where one was asked. One without a text
    on either side stands in no patch, and hangs on one that does.
    """

    name: str
    old: str | None
    new: str | None
    path: str
    before: int | None = None
    after: int | None = None

    @property
    def hangs(self) -> bool:
        """Whether it stands in no patch."""
        return self.old is None and self.new is None


def edits(hunks: Iterable[Hunk]) -> tuple[Edit, ...]:
    """All structs that hunks change, in order; of a hunk that does not say where it is, one
    without a tag."""
    hunks_read = tuple(hunks)
    left = {key: region for hunk in hunks_read for key, region in _left(hunk)}
    made = (edit for hunk in hunks_read for edit in _edits(hunk))
    return tuple(_moved(edit, left.get((edit.kind, edit.tag))) for edit in made)


def _left(hunk: Hunk) -> Iterator[tuple[tuple[str, str], tuple[Piece, ...]]]:
    """The structs that a hunk takes away whole."""
    stay = {(region.kind, region.tag) for region in regions(hunk.new, hunk.where)}
    before = defines(hunk.old)
    for region in regions(hunk.old, hunk.where):
        if region.head and region.tail and (region.kind, region.tag) not in stay:
            yield (region.kind, region.tag), pieces(region.lines, before)


def _moved(edit: Edit, left: tuple[Piece, ...] | None) -> Edit:
    """A struct that one hunk takes away and another makes is one that is edited."""
    if left is None or not (edit.created and edit.whole) or _texts(left) == _texts(edit.new):
        return edit
    return replace(edit, old=left, created=False, ends=True)


_BEGIN = re.compile(r"^(struct|union)\s+([A-Za-z_]\w*)[^;()=*]*(?:\([^()]*\)[^;()=*]*)*\{")


@frozen
class Gone:
    """A struct or union of which a patch has the first line before it alone: it goes, or gets
    another name, or is the other kind."""

    kind: str
    tag: str
    path: str
    line: int


def gone(hunks: Iterable[Hunk]) -> tuple[Gone, ...]:
    """The structs that are not there any more after all hunks."""
    hunks_read = tuple(hunks)
    made = {match.groups() for hunk in hunks_read for match in _begun(hunk.new)}
    return tuple(
        Gone(match[1], match[2], hunk.path, hunk.line)
        for hunk in hunks_read
        for match in _begun(hunk.old)
        if match.groups() not in made
    )


def _begun(lines: tuple[str, ...]) -> Iterator[re.Match[str]]:
    return (match for line in uncommented(lines) if (match := _BEGIN.match(line)))


def _edits(hunk: Hunk) -> Iterator[Edit]:
    old, new = (
        {(r.kind, r.tag): r for r in regions(lines, hunk.where)} for lines in (hunk.old, hunk.new)
    )
    before, after = defines(hunk.old), defines(hunk.new)
    for key, new_region in new.items():
        if key[0] == "enum":
            continue
        was = old.get(key)
        cut = pieces(new_region.lines, after)
        if was is None:
            yield Edit(
                *key,
                path=hunk.path,
                line=hunk.line,
                old=(),
                new=cut,
                whole=new_region.head and new_region.tail,
                created=True,
            )
            continue
        is_complete = was.head and was.tail and new_region.head and new_region.tail
        old_pieces = pieces(was.lines, before)
        ends = was.tail and new_region.tail
        behind = (was.behind, new_region.behind) if ends else ((), ())
        if _texts(old_pieces) != _texts(cut) or behind[0] != behind[1]:
            yield Edit(
                *key,
                path=hunk.path,
                line=hunk.line,
                old=old_pieces,
                new=cut,
                whole=is_complete,
                ends=ends,
                behind=behind,
            )


def _texts(cut: tuple[Piece, ...]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(piece.kind, piece.name, piece.text, piece.under) for piece in cut]


def regions(lines: tuple[str, ...], hunk_head: str) -> Iterator[Region]:
    """The structs and enums that lines of kernel code go through: heads and tails stand in the
    first column."""
    head = _HEAD.match(hunk_head.strip())
    kind, tag = _named(head) if head else ("", "")
    open, body, body_seen = head is not None or not hunk_head.strip(), list[str](), False
    for line in uncommented(lines):
        match = _HEAD.match(line)
        if match and not re.search(r"[;(]", line.partition("{")[0]):
            (kind, tag), open, body, body_seen = _named(match), True, [], True
            rest, end, behind = match["rest"].rpartition("}")
            if end and behind.strip().endswith(";"):
                yield Region(kind, tag, (rest,), head=True, tail=True, behind=behind_brace(behind))
                open = False
        elif line.startswith("{"):
            continue
        elif line.startswith("}"):
            if open:
                yield Region(
                    kind, tag, tuple(body), head=body_seen, tail=True, behind=behind_brace(line)
                )
            open = False
        elif re.match(r"[A-Za-z_]", line):
            open = False
        elif open:
            body.append(line)
    if open:
        yield Region(kind, tag, tuple(body), body_seen, False)


def _named(head: re.Match[str]) -> tuple[str, str]:
    return (head["kind"], head["tag"]) if head["kind"] else ("enum", head["enum"] or "")


def defines(lines: tuple[str, ...]) -> dict[str, str]:
    """The plain macros that lines define."""
    return {match[1]: match[2] for line in uncommented(lines) if (match := _DEFINE.match(line))}


def macros(hunks: Iterable[Hunk]) -> tuple[Macro, ...]:
    """All macros that get another value."""
    by_name: dict[str, Macro] = {}
    for hunk in hunks:
        old, new = defines(hunk.old), defines(hunk.new)
        for name in {**old, **new}:
            if old.get(name) != new.get(name):
                macro_known = by_name.get(name)
                was = macro_known.old if macro_known else old.get(name)
                by_name[name] = Macro(name, was, new.get(name), hunk.path)
    return tuple(by_name.values())


def called(edit: Edit, tags: Mapping[str, object]) -> tuple[str, ...]:
    """The structs of a model that an edit can mean: its own tag, or those of modules (`X___M`)
    that its path names."""
    flavours = [tag for tag in tags if tag.startswith(f"{edit.tag}___")]
    near = [
        tag
        for tag in flavours
        if re.search(rf"\b{re.escape(tag.partition('___')[2])}\b", edit.path)
    ]
    own_tag = [edit.tag] if edit.tag in tags else []
    return tuple(near or own_tag or flavours)


Meaning = tuple[Edit, str]  # an edit, and the struct of a model that it means


def taken_away_first(meant: Sequence[Meaning]) -> list[Meaning]:
    """The edits, those that add what another one of the same struct takes away behind the others:
    a member that moves from one hunk to another is there once at any time."""

    def adds_again(edit: Edit, tag: str) -> bool:
        same_struct = [each for each, other in meant if other == tag and each is not edit]
        return any(edit.adds & each.takes for each in same_struct)

    return sorted(meant, key=lambda each: adds_again(*each))
