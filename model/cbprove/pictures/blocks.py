"""The map of a control block: a row of letters for each type laid over it, how much it leaves,
and what begins inside of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cbprove.frozen import frozen
from cbprove.pictures import bits, bytemap
from cbprove.system.expressions import Place
from cbprove.system.program import Program, View

# Where other state begins in sk_buff->cb whatever a spec says: GSO's (SKB_GSO_CB_OFFSET,
# include/net/gso.h) and that of a receiving socket (SOCK_SKB_CB_OFFSET, include/net/sock.h: a
# sock_skb_cb of 4 bytes at the end).
SKB_CB_SIZE = 48
SKB_CB_BORDERS = (32, 44)


@frozen
class Overlay:
    """A type laid over a control block, `low` its first bit there; `members` are the bits [low,
    high) in it that have a member.

    `by` is whose it is: a layer of a spec, a unit of an artefact.
    """

    name: str
    by: str
    low: int
    width: int
    members: tuple[tuple[int, int], ...]

    @property
    def high(self) -> int:
        return self.low + self.width


@frozen
class Block:
    """A control block of `width` bits, `first` its first bit in its object, and what is laid
    over it."""

    object: str
    area: str
    first: int
    width: int
    overlays: tuple[Overlay, ...]

    @property
    def title(self) -> str:
        return f"{self.object}.{self.area}"


_WIDTH = 100


def borders(block: Block) -> tuple[int, ...]:
    """The bits where other state begins: every overlay's first one, and what is known of
    `sk_buff.cb`."""
    return tuple(
        sorted({*(8 * byte for byte in fixed(block)), *(overlay.low for overlay in block.overlays)})
    )


def fixed(block: Block) -> tuple[int, ...]:
    """The bytes of sk_buff.cb where state begins that no view has to tell of; none in other
    blocks."""
    return SKB_CB_BORDERS if (block.area, block.width) == ("cb", 8 * SKB_CB_SIZE) else ()


def crossed(overlay: Overlay, marks: Sequence[int]) -> tuple[int, ...]:
    """The borders that lie inside an overlay, its own beginning left out."""
    return tuple(mark for mark in marks if overlay.low < mark < overlay.high)


def drawn(block: Block) -> list[str]:
    """A title, a ruler and a row for each overlay; all in fewer words where one would be too
    long."""
    window = bytemap.window(block.area, (block.first, block.first + block.width), [])
    width = max(len(overlay.name) for overlay in block.overlays)
    layers = max(len(overlay.by) for overlay in block.overlays)
    lines = [
        f"{block.title}, {bits.amount(block.width)}",
        " " * (width + layers + 6) + bytemap.ruler(window),
    ]
    letters_taken: list[str] = []
    pictures = []
    for overlay in block.overlays:
        letter = bytemap.letter_for(overlay.name, letters_taken)
        letters_taken.append(letter)
        cells = "".join(
            _cell(overlay, 8 * byte, letter) for byte in range(window.first, window.last)
        )
        pictures.append(f"  {overlay.name:<{width}}  {overlay.by:<{layers}}  {cells}  ")
    words = [_extent(overlay, block) for overlay in block.overlays]
    if any(
        len(picture + sentence) > _WIDTH for picture, sentence in zip(pictures, words, strict=True)
    ):
        words = [_shorter(sentence) for sentence in words]
    return [*lines, *(line for each in zip(pictures, words, strict=True) for line in _row(*each))]


def _shorter(sentence: str) -> str:
    numbers = re.sub(r"(\d+) bytes? (left|too many)", r"\1 \2", sentence)
    return numbers.replace("none left", "0 left").replace(", crosses ", ", over ")


def _row(picture: str, sentence: str) -> list[str]:
    """A row; where it is too long, the end of its words in a line of its own."""
    if len(picture + sentence) <= _WIDTH:
        return [picture + sentence]
    for end in (sentence.rfind(", over "), sentence.index("), ") + 1):
        first, rest = sentence[: end + 1], sentence[end + 2 :]
        if end > 0 and len(picture + first) <= _WIDTH:
            break
    return [picture + first, rest.rjust(min(_WIDTH, len(picture + rest)))]


def _cell(overlay: Overlay, bit: int, letter: str) -> str:
    """A letter for a byte with members, `-` for one of padding, `.` outside."""
    first = bit - overlay.low
    if first + 8 <= 0 or first >= overlay.width:
        return "."
    return letter if any(low < first + 8 and first < high for low, high in overlay.members) else "-"


def _extent(overlay: Overlay, block: Block) -> str:
    """Its extent, what is left of the block behind it, and the borders that it crosses."""
    slack = block.width - overlay.high
    lines = [bits.span(overlay.low, overlay.high)]
    lines += (
        [f"{bits.amount(slack)} left" if slack else "none left"]
        if slack >= 0
        else [f"{bits.amount(-slack)} too many"]
    )
    across = crossed(overlay, borders(block))
    lines += [f"crosses {', '.join(bits.position(bit) for bit in across)}"] if across else []
    return ", ".join(lines)


# --- of a spec ------------------------------------------------------------------------------------


def of_program(program: Program) -> list[str]:
    """The maps of a candidate's control blocks, an empty line between."""
    return [line for block in blocks(program) for line in ("", *drawn(block))][1:]


def blocks(program: Program) -> list[Block]:
    """Each area of each object that views lie in, with those views."""
    titles = []
    for owner in program.objects:
        for area, low, high in owner.areas:
            views = [
                view for view in program.views if _in(view.place, owner.name, program, low, high)
            ]
            if views:
                titles.append(
                    Block(
                        owner.name,
                        area,
                        low,
                        high - low,
                        tuple(_overlay(view, low) for view in views),
                    )
                )
    return titles


def _in(place: Place, name: str, program: Program, low: int, high: int) -> bool:
    first = program.objects[0].name
    object_name = name if name != first else "."
    return place.object in (object_name, name) and place.bound == (low, high)


def _overlay(view: View, first: int) -> Overlay:
    place = view.place
    assert isinstance(place.low, int)
    members = tuple((leaf.offset, leaf.offset + leaf.width) for leaf in place.leaves)
    return Overlay(view.name, view.layer, place.low - first, place.width, members)
