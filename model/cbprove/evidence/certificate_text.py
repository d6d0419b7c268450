"""A certificate as a text with names and lines, and back: a line for each store.

A statement is called by its line; `47/2` is the second one of line 47, `i2:47` stands in the second
file that the paths lead to, `80>47` is line 47 as called from line 80. What stands behind `: ` only
tells what the statement is. Extents are in bits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cbprove.evidence.certificate import (
    Certificate,
    ClaimProof,
    Followed,
    Given,
    Invariant,
    Line,
    Spot,
)
from cbprove.evidence.ways import opened, sites
from cbprove.system.program import Program
from cbprove.system.statements import Call, Clear, Copy, Read, Statement, Write


class Unreadable(Exception):
    """A text is no certificate of this program; says where."""


def written(program: Program, certificate: Certificate) -> str:
    """The certificate as text; the same certificate gives the same text."""
    return (
        "\n".join(
            [f"certificate of {certificate.property}", *_Writing(program).claims(certificate)]
        )
        + "\n"
    )


def read(program: Program, text: str) -> Certificate:
    """The certificate that a text stands for, written as `written` writes it. Raises Unreadable."""
    reading = _Reading(program)
    try:
        certificate = reading.certificate(text.splitlines())
        rewritten = written(program, certificate)
    except (KeyError, ValueError, IndexError) as wrong:
        raise Unreadable(
            f"line {reading.number} is no line of a certificate of this program"
        ) from wrong
    if rewritten != text:
        raise Unreadable(f"line {_differs(text, rewritten)} is not written as it should be")
    return certificate


def _differs(text: str, other: str) -> int:
    """The first line in which two texts differ."""
    pairs = zip(text.split("\n"), other.split("\n"), strict=False)
    same = [a == b for a, b in pairs]
    return same.index(False) + 1 if False in same else len(same)


# --- statements by their lines --------------------------------------------------------------------


def _statements(program: Program) -> dict[int, Statement]:
    """Every statement that a path may run, by its uid."""
    nodes: dict[int, Statement] = {}
    for path in program.paths:
        for level in sites(program, opened(program, path)):
            # The cutting in an `each` goes by the name of the loop
            nodes.setdefault(level.here[0].uid, level.here[0])
    return nodes


def _labels(statements: dict[int, Statement]) -> dict[int, str]:
    """What each statement is called."""
    files = list(dict.fromkeys(statement.span.source.name for statement in statements.values()))
    counts: Counter[str] = Counter()
    labels = {}
    for uid in sorted(statements):
        span = statements[uid].span
        file = files.index(span.source.name) + 1
        line = f"i{file}:{span.line}" if file > 1 else str(span.line)
        counts[line] += 1
        labels[uid] = f"{line}/{counts[line]}" if counts[line] > 1 else line
    return labels


# --- to text --------------------------------------------------------------------------------------


class _Writing:
    def __init__(self, program: Program) -> None:
        self.statements = _statements(program)
        self.labels = _labels(self.statements)

    def claims(self, certificate: Certificate) -> Iterator[str]:
        for proof in certificate.claims:
            yield ""
            yield self._claim(proof)
            for line in proof.lines:
                yield "  " + (self._loop(line) if isinstance(line, Invariant) else self._line(line))

    def _claim(self, proof: ClaimProof) -> str:
        conditions = "".join(
            f" given {self._spot(at)} {'true' if truth else 'false'}" for at, truth in proof.given
        )
        return (
            f"claim {proof.claim} at {self._spot(proof.at)} on {proof.path}{conditions}: "
            f"{self._what(proof.at)}"
        )

    def _line(self, line: Line) -> str:
        near = "" if line.near is None else f" {line.near}"
        author = "" if line.by is None else f" by {self._spot(line.by)}"
        if line.reason == "never":
            return f"{self._spot(line.at)} arm {line.place} never{author}: {self._what(line.at)}"
        place = f"#{line.place}" if line.place else ""
        stored = f"{self._object(line.object)}[{line.low}, {line.high})"
        return (
            f"{self._spot(line.at)}{place} {stored} {line.reason}{near}{author}: "
            f"{self._what(line.at, line.place)}"
        )

    def _loop(self, loop: Invariant) -> str:
        pieces = "".join(
            f" {self._object(name)}[{low}, {low + width}) as {n}"
            for name, low, width, n in loop.kept
        )
        return f"{self._spot(loop.at)} keeps{pieces}: {self._what(loop.at)}"

    def _spot(self, spot: Spot) -> str:
        return ">".join(self.labels[uid] for uid in spot)

    def _object(self, label: str) -> str:
        """The name of an object; of one that a statement makes, with where."""
        name, at, text = label.partition("@")
        return name + at + self._spot(tuple(map(int, text.split(".")))) if at else name

    def _what(self, at: Spot, place: int = 0) -> str:
        statement = self.statements[at[-1]]
        match statement:
            case Copy(origin=origin, target=target):
                return f"copy {origin.text} -> {target.text}"
            case Write(places=places) | Clear(places=places) | Read(places=places):
                return f"{type(statement).__name__.lower()} {places[place].text}"
            case Call(kind=kind, name=name):
                return f"{kind} {name}"
        return type(statement).__name__.lower()


# --- and back -------------------------------------------------------------------------------------

_EXTENT = re.compile(r" ([^ \[]+)\[(\d+), (\d+)\) as (-?\d+)")
_LINE = re.compile(
    r"(\S+?)(?:#(\d+))? ([^ \[]+)\[(\d+), (\d+)\) ([a-z]+(?: [a-z]+)??)(?: (\d+))?(?: by (\S+))?"
)
_NEVER = re.compile(r"(\S+) arm (\d+) never by (\S+)")
_LOOP = re.compile(r"(\S+) keeps((?: \S+\[\d+, \d+\) as -?\d+)*)")
_CLAIM = re.compile(r"claim (\d+) at (\S+) on (\S+)((?: given \S+ (?:true|false))*)")
_GIVEN = re.compile(r" given (\S+) (true|false)")


class _Reading:
    """`number` is the line that is being read."""

    def __init__(self, program: Program) -> None:
        self.uids = {label: uid for uid, label in _labels(_statements(program)).items()}
        self.number = 1

    def certificate(self, lines: list[str]) -> Certificate:
        claims: list[ClaimProof] = []
        entries: list[Line | Invariant] = []
        for self.number, line in enumerate(lines[1:], 2):
            if not line.startswith("  "):
                entries = []
            if line.startswith("claim "):
                claims.append(self._claim(line))
            elif line:
                entries.append(self._line(line[2:]))
                last = claims[-1]
                claims[-1] = ClaimProof(last.path, last.at, last.claim, last.given, tuple(entries))
        return Certificate(lines[0].removeprefix("certificate of "), tuple(claims))

    def _claim(self, line: str) -> ClaimProof:
        number, at, path, conditions_text = _matched(_CLAIM, line)
        conditions: Given = tuple(
            (self._spot(spot), truth == "true") for spot, truth in _GIVEN.findall(conditions_text)
        )
        return ClaimProof(path, self._spot(at), int(number), conditions, ())

    def _line(self, line: str) -> Line | Invariant:
        if (match := _NEVER.fullmatch(_head(line))) is not None:
            return Line(
                at=self._spot(match[1]),
                place=int(match[2]),
                object="",
                low=0,
                high=0,
                reason="never",
                by=self._spot(match[3]),
            )
        if (match := _LOOP.fullmatch(_head(line))) is not None:
            return Invariant(
                self._spot(match[1]), tuple(map(self._followed, _EXTENT.findall(match[2])))
            )
        at, place, name, low, high, reason, near, author = _matched(_LINE, line)
        return Line(
            at=self._spot(at),
            place=int(place or 0),
            object=self._object(name),
            low=int(low),
            high=int(high),
            reason=reason,  # type: ignore[arg-type]  # no other is true of a store
            near=int(near) if near else None,
            by=self._spot(author) if author else None,
        )

    def _followed(self, fields: tuple[str, str, str, str]) -> Followed:
        name, low, high, number = fields
        return self._object(name), int(low), int(high) - int(low), int(number)

    def _spot(self, spot: str) -> Spot:
        return tuple(self.uids[label] for label in spot.split(">"))

    def _object(self, label: str) -> str:
        name, at, text = label.partition("@")
        return name + at + ".".join(map(str, self._spot(text))) if at else name


def _head(line: str) -> str:
    return line.partition(": ")[0]


def _matched(pattern: re.Pattern[str], line: str) -> tuple[str, ...]:
    match = pattern.fullmatch(_head(line))
    if match is None:
        raise ValueError(line)
    return match.groups()
