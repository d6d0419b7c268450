"""What a patch does to control blocks, in the fifteen lines that a reviewer reads."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from cbprove.frozen import frozen
from cbprove.report.answer import (
    Accessed,
    Answer,
    Checked,
    Grown,
    Turned,
)
from cbprove.report.style import Paint, Role, counted

LINES = 15
_FURTHER = {
    "newly bounded": "proved up to a bound alone: --bound follows more turns",
    "newly unknown": "--resources lets the solver go on",
}
_WORDS = {"counts": "for other candidates"}
_WIDTH, _ENDLESS = 100, 100_000
_HANGING: Any = {"subsequent_indent": "  ", "break_on_hyphens": False, "break_long_words": False}
_STAYS = "\x00"  # a blank at which no line is broken


def text(answer: Answer, paint: Paint, verbose: bool, wrapped: bool = True) -> str:
    """The answer in at most LINES lines, or all of it; sentences in one line each where who writes
    them wraps them."""
    sections = list(_sections(answer, verbose, _WIDTH if wrapped else _ENDLESS))
    return "\n".join(
        paint(line, role) if role else line for line, role in _fitted(sections, verbose)
    )


_Line = tuple[str, Role | None]


@frozen
class _Section:
    """Lines that belong together; `least` of them stay whatever there is no room for."""

    lines: tuple[_Line, ...]
    least: int
    rest: str = "and {} more lines: -v"


def _sections(answer: Answer, verbose: bool, width: int) -> Iterator[_Section]:
    yield _Section((_plain(head(answer)),), 1)
    yield _listed([_struct(each) for each in answer.structs if each.edited], None, 1)
    yield _listed(_around(answer, verbose), None, 1)
    yield _listed(_values(answer, verbose), None, 1)
    yield _listed([_check(each) for each in answer.broken], "bad", 2)
    yield _listed(_holding(answer), None, 1)
    yield _listed(_views(answer, verbose), "bad", 2)
    yield from _turned(answer, verbose)
    yield _listed(
        [_short(f"{each.struct}.{each.member}: {each.told}") for each in answer.untouched], None, 1
    )
    accessed = [line for each in answer.functions for line in _accessed(each, width)]
    yield _listed(accessed, "strong", 2)
    yield _listed(
        [
            line
            for sentence in (*answer.unjudged, *answer.notes)
            for line in textwrap.wrap(sentence, width, **_HANGING)
        ],
        None,
        2,
    )
    yield _listed(last(answer, verbose), None, 2)


def _fitted(sections: list[_Section], verbose: bool) -> Iterator[_Line]:
    """All lines, or LINES of them: the last ones of the longest sections are left out, and said
    to be."""
    room = [len(section.lines) for section in sections]
    while not verbose and sum(room) > LINES:
        longest = max(range(len(room)), key=lambda i: (room[i] - sections[i].least, i))
        if room[longest] <= sections[longest].least:
            break
        room[longest] -= 1
    for section, lines in zip(sections, room, strict=True):
        cut = len(section.lines) - lines
        if cut and lines > 1:
            yield from section.lines[: lines - 1]
            yield _plain("  " + section.rest.format(cut + 1))
        elif cut and lines:
            (line, role), further = section.lines[0], f"; {cut} more: -v"
            yield _cut(line, _WIDTH - len(further)) + further, role
        else:
            yield from section.lines[:lines]


def _plain(line: str) -> _Line:
    return line, None


def _listed(lines: Sequence[str], role: Role | None, least: int) -> _Section:
    return _Section(tuple((line, role) for line in lines), min(least, len(lines)))


def head(answer: Answer, width: int = _WIDTH) -> str:
    """What was judged, and on what: one line, of so many columns."""
    how = (
        f"in {answer.model} already, judged from before it"
        if answer.reverse
        else f"on {answer.model}"
    )
    how = how if answer.model else "not judged"
    series = f"{len(answer.titles)} patches" if len(answer.titles) > 1 else ""
    title = series or (answer.titles[0] if answer.titles else "")
    return f"{_short(title, width - len(how) - 2)}: {how}" if title else how


def _struct(each: Grown) -> str:
    (line,) = _names(f"{each.name}: ", [size(each), *each.members], lines=1)
    return line


def size(each: Grown) -> str:
    return (
        f"{each.before} -> {each.after} bytes"
        if each.before != each.after
        else f"{each.after} bytes as before"
    )


def _around(answer: Answer, verbose: bool) -> list[str]:
    """The structs that hold those, the ones that grow in one line."""
    embedding = [each for each in answer.structs if not each.edited]
    grown = [
        f"{each.name.rpartition(' ')[2]} {each.before} -> {each.after}"
        for each in embedding
        if each.before != each.after
    ]
    lines = _names("with it: ", grown, verbose, 1) if grown else []
    return lines + [_struct(each) for each in embedding if each.before == each.after]


def _accessed(each: Accessed, width: int) -> list[str]:
    return textwrap.wrap(f"{each.file}:{each.line}: {each.message}", width, **_HANGING)


def _values(answer: Answer, verbose: bool) -> list[str]:
    """Macros and constants with other values, in one line."""
    lines = [
        f"{each.name} {each.before} -> {each.after}"
        if each.before and each.after
        else f"new {each.name} {each.after}"
        if each.after
        else f"without {each.name}"
        for each in answer.values
    ]
    return _names("values: ", lines, verbose, 1) if lines else []


def _check(each: Checked) -> str:
    about = f" ({each.about})" if each.about else ""
    return _short(f"BUILD_BUG_ON {each.name}: {each.words} is false{about}")


def _holding(answer: Answer) -> list[str]:
    holding = [each for each in answer.checks if each.holds]
    mended = [_short(f"holds now: {each.name}: {each.words}") for each in holding if each.newly]
    rest = [each for each in holding if not each.newly]
    further = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
    return [
        *mended,
        *([f"checks that hold: {rest[0].name}: {rest[0].words}{further}"] if rest else []),
    ]


def _views(answer: Answer, verbose: bool) -> list[str]:
    lines = []
    for stopped, remark in ((False, "and no check says so"), (True, "as a check says")):
        beyond = [v for v in answer.views if v.beyond and v.stopped == stopped]
        views = [f"{v.view} {v.ends}" for v in beyond]
        if views:
            lines += _names(
                f"{counted(len(views), 'view')} now beyond {beyond[0].block}, {remark}: ",
                views,
                verbose,
            )
    for border in sorted({v.border for v in answer.views if not v.beyond}):
        views = [f"{v.view} {v.ends}" for v in answer.views if not v.beyond and v.border == border]
        remark = {32: " (GSO's state)", 44: " (sock_skb_cb)"}.get(border, "")
        lines += _names(f"now across byte {border}{remark}: ", views, verbose)
    return lines


def _turned(answer: Answer, verbose: bool) -> Iterator[_Section]:
    beyond = any(each.beyond for each in answer.views)
    lost = [each for each in answer.turned if each.kind in ("newly refuted", "newly mixed")]
    listed = [each for each in lost if verbose or each.property != "fits" or not beyond]
    if listed:
        lines: list[_Line] = [(_short(f"lost: {_case(listed[0])}"), "bad")]
        lines += [
            _plain("  " + line)
            for line in (listed[0].told if verbose else _picture(listed[0].told))
        ]
        yield _Section(tuple(lines), min(8, len(lines)))
    for each in listed[1:] if verbose else []:
        yield _listed([f"lost: {_case(each)}", *("  " + line for line in each.told)], "bad", 1)
    if len(listed) > 1 and not verbose:
        yield _listed(
            _names("lost as well: ", [each.property for each in listed[1:]], False), "bad", 1
        )
    for kind in dict.fromkeys(each.kind for each in answer.turned if each not in lost):
        cases = [f"{each.property} of {each.spec}" for each in answer.turned if each.kind == kind]
        names = _names(f"{_WORDS.get(kind, kind)}: ", cases, verbose)
        if kind in _FURTHER:
            names[-1] += f" ({_FURTHER[kind]})"
        yield _listed(names, "good" if kind == "newly proved" else "strong", 1)


def _picture(picture: Sequence[str]) -> list[str]:
    """A run without what was chosen on the way."""
    ruler = next((i for i, line in enumerate(picture) if re.match(r"\s+0\s+8\s+16", line)), None)
    return [*picture] if ruler is None else [picture[0], *picture[ruler:]]


def _case(each: Turned) -> str:
    title = f', "{each.title}"' if each.title else ""
    return f"{each.property} of {each.spec}{title}"


def last(answer: Answer, complete: bool = True) -> list[str]:
    """How much was judged, and what it rests on."""
    if not answer.rests:
        return []
    looked = f"{counted(answer.judged, 'verdict')} in {counted(answer.specs, 'spec')} could turn"
    verdicts = (
        f"{looked}, {len(answer.turned) or 'none'} did"
        if answer.judged
        else "no verdict"
        if any(each.startswith("not judged") for each in answer.unjudged)
        else "no property looks at it"
    )
    earlier = (
        f", {answer.kept} of them found by an earlier run (--no-cache)"
        if complete and answer.kept
        else ""
    )
    return [
        verdicts + earlier,
        _short(answer.rests, 2 * _WIDTH) if complete else _short(answer.rests),
    ]


def _names(head: str, texts: Sequence[str], verbose: bool = False, lines: int = 2) -> list[str]:
    """A list as long as there is room for it in so many lines, and how much more there is; or
    all of it."""
    unbroken = [each.replace(" ", _STAYS) for each in texts]
    for count in range(len(texts), 0, -1):
        further = f" and {len(texts) - count} more" if count < len(texts) else ""
        text = head + ", ".join(unbroken[:count]) + further
        wrapped = textwrap.wrap(text, _WIDTH, **_HANGING)
        if verbose or len(wrapped) <= lines:
            return [line.replace(_STAYS, " ") for line in wrapped]
    return [_short(head + texts[0])]


def _cut(line: str, width: int) -> str:
    """A list as far as it fits, cut at its commas."""
    parts = line.split(", ")
    while len(parts) > 1 and len(line) > width:
        line = f"{', '.join(parts[:-1])} ..."
        parts.pop()
    return _short(line, width)


def _short(line: str, width: int = _WIDTH) -> str:
    return line if len(line) <= width else line[: max(width, 12) - 4].rstrip() + " ..."
