"""Why a proof by sources holds, in sentences with lines: what of its certificate is needed to
see it."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Mapping

from cbprove import folds
from cbprove.diagnostics import Span
from cbprove.evidence.certificate import Certificate, ClaimProof, Invariant, Line
from cbprove.evidence.certificate_check import check
from cbprove.evidence.certificate_find import find
from cbprove.frozen import by_identity, field
from cbprove.pictures import bits
from cbprove.report import story
from cbprove.report.excerpt import printable
from cbprove.system.expressions import Place
from cbprove.system.program import Preserved, Program, Property, Written
from cbprove.system.statements import Clear, Copy, Read, Statement, Write

_WIDTH = 100
_WHY = "holds because "
_AND = "and ".rjust(len(_WHY))
_MOST = 12


def reasons(program: Program, property_name: str) -> list[str]:
    """The lines of a report; none where no certificate tells why."""
    prop = next(p for p in program.properties if p.name == property_name)
    certificate = find(program, prop)
    if certificate is None or check(program, prop, certificate) is not None:
        return []
    lines = list(_Telling(program, prop).sentences(certificate))
    rest = len(lines) - _MOST
    lines = lines if rest <= 1 else [*lines[:_MOST], f"{rest} reasons more of the same kinds"]
    return [
        line
        for first, clause in zip([_WHY, *[_AND] * len(lines)], lines, strict=False)
        for line in _wrapped(first, clause)
    ]


def _wrapped(first: str, clause: str) -> list[str]:
    return textwrap.wrap(
        clause,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * (len(_WHY) + 2),
        break_on_hyphens=False,
    )


At = tuple[str, int]  # a file, empty where the spec has only one, and a line of it
Pair = tuple[Line, Place, Place]  # a line, the place stored to, and the one that is followed


@by_identity
class _Gathered:
    """What was gathered from the lines: sentences that stand alone, and lines of the spec for
    those that are listed."""

    apart: dict[tuple[str, str, bool], list[Pair]] = field(default_factory=dict)
    undone: dict[tuple[str, str, At], dict[At, None]] = field(default_factory=dict)
    stored: dict[str, dict[str, dict[At, None]]] = field(default_factory=dict)
    never: dict[tuple[At, At], None] = field(default_factory=dict)
    given: dict[At, None] = field(default_factory=dict)
    kept: dict[str, dict[At, None]] = field(default_factory=dict)
    lost: dict[str, dict[At, None]] = field(default_factory=dict)


class _Telling:
    """Puts one certificate into words."""

    def __init__(self, program: Program, prop: Property) -> None:
        self.program, self.prop = program, prop
        self.statements: Mapping[int, Statement] = story.statements(program)
        self.views = {view.name: view for view in program.views}
        self.several_files = story.several_files(program)
        self.anybodys = (
            isinstance(prop.claim, Written) and prop.claim.by is None and prop.claim.since is None
        )
        self.gathered = _Gathered()

    def sentences(self, certificate: Certificate) -> Iterator[str]:
        """Every reason once, those of one kind together."""
        for proof in certificate.claims:
            self.gathered.given.update((self._at(place[-1]), None) for place, _ in proof.given)
            for line in proof.lines:
                self._gather(proof, line)
        gathered = self.gathered
        for name, by_verb in gathered.stored.items():
            yield f"{name} is read as " + " or ".join(
                f"{verb} ({_lines(at)})" for verb, at in by_verb.items()
            )
        for (*_, before), pairs in gathered.apart.items():
            yield from dict.fromkeys(self._clauses(before, pairs))
        for (name, verb, author), at in gathered.undone.items():
            yield f"what is stored to {name} ({_lines(at)}) is {verb} in {_lines((author,))}"
        for name, loops in gathered.kept.items():
            yield f"{name} is kept in every turn of the loop in {_lines(loops)}"
        for name, at in gathered.lost.items():
            yield f"no {self._beginning()} has ended where {name} is stored to ({_lines(at)})"
        for arm, author in gathered.never:
            other = f"that in {_lines((author,))} lets the run pass"
            yield f"the condition in {_lines((arm,))} comes out otherwise where {other}"
        if gathered.given:
            yield f"this is so however the conditions in {_lines(gathered.given)} come out"

    # --- gathering --------------------------------------------------------------------------------

    def _gather(self, proof: ClaimProof, line: Line | Invariant) -> None:
        if isinstance(line, Invariant):
            self._loop(proof, line)
            return
        match line.reason:
            case "own" | "blank" if not isinstance(self.prop.claim, Preserved):
                verb = "written" if line.reason == "own" else "cleared"
                lines = self.gathered.stored.setdefault(self._subject(proof), {}).setdefault(
                    verb, {}
                )
                lines[self._at(line.at[-1])] = None
            case "ends before" | "starts after" if not self.anybodys:
                self._apart(proof, line)
            case "undone" | "shadowed" if not self.anybodys and line.by is not None:
                self._later(proof, line, line.by[-1])
            case "lost":
                place = self._stored(line)
                lines = self.gathered.lost.setdefault(place.view or place.text, {})
                lines[self._at(line.at[-1])] = None
            case "never" if line.by is not None and not proof.given:
                self.gathered.never[self._at(line.at[-1]), self._at(line.by[-1])] = None

    def _apart(self, proof: ClaimProof, line: Line) -> None:
        assert line.near is not None
        place, follower = self._stored(line), self._followed(proof, line)
        if place.view is None or place.view != follower.view:
            key = (
                follower.view or follower.text,
                place.view or place.text,
                line.reason == "ends before",
            )
            self.gathered.apart.setdefault(key, []).append((line, place, follower))

    def _clauses(self, before: bool, pairs: list[Pair]) -> Iterator[str]:
        """That a store and what is followed lie apart: in one clause if one number of each says
        it of all."""
        edges = [line.high if before else line.low for line, *_ in pairs]
        nears = [line.near or 0 for line, *_ in pairs]
        if (max(edges) <= min(nears)) if before else (max(nears) <= min(edges)):
            last = edges.index(max(edges) if before else min(edges))
            near = nears.index(min(nears) if before else max(nears))
            yield self._clause(before, (edges[last], pairs[last][1]), (nears[near], pairs[near][2]))
        else:
            for edge, near, (_, place, follower) in zip(edges, nears, pairs, strict=True):
                yield self._clause(before, (edge, place), (near, follower))

    def _clause(self, before: bool, store: tuple[int, Place], followed: tuple[int, Place]) -> str:
        """`IPCB ends at 20 (line 31) and GSO starts at 20 (line 47)`: of whole views where they
        lie apart."""
        (edge, place), (near, follower) = store, followed
        all_of_store, all_of_own = self._whole(place, not before), self._whole(follower, before)
        if all_of_store is not None and (all_of_store <= near if before else near <= all_of_store):
            edge, name = all_of_store, place.view or place.text
        else:
            name = place.text
        if all_of_own is not None and (edge <= all_of_own if before else all_of_own <= edge):
            near, subject = all_of_own, follower.view or follower.text
        else:
            subject = f"what is asked of {follower.view or follower.text}"
        other = (
            f"{name} {'ends' if before else 'starts'} at "
            f"{bits.byte_and_bit(edge)}{self._line_of(place)}"
        )
        subject = (
            f"{subject} {'starts' if before else 'ends'} at "
            f"{bits.byte_and_bit(near)}{self._line_of(follower)}"
        )
        return f"{other} and {subject}" if before else f"{subject} and {other}"

    def _whole(self, place: Place, first: bool) -> int | None:
        """Where the view of a place begins or ends, of a raw one the place itself."""
        view = self.views.get(place.view or "")
        return _side(view.place if view else place, first)

    def _later(self, proof: ClaimProof, line: Line, author: int) -> None:
        place = self._stored(line)
        if line.reason == "shadowed" and (
            place.view in {p.view for p in self._claimed(proof)} or author == line.at[-1]
        ):
            return
        verb = "undone by the copy" if line.reason == "undone" else "stored over again"
        lines = self.gathered.undone.setdefault(
            (place.view or place.text, verb, self._at(author)), {}
        )
        lines[self._at(line.at[-1])] = None

    def _loop(self, proof: ClaimProof, loop: Invariant) -> None:
        """Only what was saved elsewhere is worth a word: that the place itself is kept is said
        by who misses it."""
        objects = {p.object for p in self._claimed(proof)}
        for place in self._brought(proof):
            if place.object not in objects and any(name == place.object for name, *_ in loop.kept):
                self.gathered.kept.setdefault(place.text, {})[self._at(loop.at[-1])] = None

    # --- names ------------------------------------------------------------------------------------

    def _at(self, uid: int) -> At:
        return self._line(self.statements[uid].span)

    def _line(self, span: Span) -> At:
        return (printable(span.source.name) if self.several_files else ""), span.line

    def _stored(self, line: Line) -> Place:
        statement = self.statements[line.at[-1]]
        assert isinstance(statement, Write | Clear | Copy)
        return statement.target if isinstance(statement, Copy) else statement.places[line.place]

    def _claimed(self, proof: ClaimProof) -> tuple[Place, ...]:
        """The places that a claim is about."""
        if isinstance(self.prop.claim, Preserved):
            return self.prop.claim.members + self.prop.claim.later
        statement = self.statements[proof.at[-1]]
        looked_at = (place for expr in folds.evaluated(statement) for place in folds.members(expr))
        return statement.places if isinstance(statement, Read) else tuple(looked_at)

    def _brought(self, proof: ClaimProof) -> Iterator[Place]:
        for line in proof.lines:
            if isinstance(line, Line) and line.reason == "brought":
                statement = self.statements[line.at[-1]]
                if isinstance(statement, Copy):
                    yield statement.origin

    def _followed(self, proof: ClaimProof, line: Line) -> Place:
        """The place that the bits followed are those of, as a line tells them."""
        assert line.near is not None
        claimed = self._claimed(proof)
        inside = line.near - (line.reason == "starts after")
        brought = [place for place in self._brought(proof) if place.object == line.object]
        places = [place for place in (*brought, *claimed) if _covers(place, inside)]
        return (places or claimed)[0]

    def _beginning(self) -> str:
        """The step that the claims of the property begin with."""
        match self.prop.claim:
            case Preserved(start=step) | Written(since=str(step)):
                return step
        raise AssertionError("other claims lose no bit")

    def _subject(self, proof: ClaimProof) -> str:
        names = dict.fromkeys(place.view or place.text for place in self._claimed(proof))
        return ", ".join(names)

    def _line_of(self, place: Place | None) -> str:
        """Where the view was declared, or for a raw place its object."""
        if place is None:
            return ""
        view = self.views.get(place.view or "")
        spans = {o.name: o.span for o in self.program.objects}
        span = view.span if view else spans.get(place.object, self.program.objects[0].span)
        return f" ({_lines((self._line(span),))})"


def _side(place: Place, first: bool) -> int | None:
    if not isinstance(place.low, int) or place.indexes:
        return None
    return place.low if first else place.low + place.width


def _covers(place: Place, bit: int) -> bool:
    return isinstance(place.low, int) and place.low <= bit < place.low + place.width


def _lines(places: Collection[At]) -> str:
    if any(file for file, _ in places):
        return ", ".join(f"{file}:{line}" for file, line in sorted(places))
    listed = ", ".join(str(line) for _, line in sorted(places))
    return f"line {listed}" if len(places) == 1 else f"lines {listed}"
