"""What an earlier run found out of a design space, as plain data: marks, the choices of runs,
answers. No run is believed: it is run again, and what does not come out as it did is found anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from cbprove.design.marks import BOUNDED, EXCLUDED, UNKNOWN
from cbprove.design.sectors import Sheet
from cbprove.design.settled import Settled
from cbprove.design.space import Options, Space, key_of
from cbprove.design.tables import Table
from cbprove.diagnostics import Span
from cbprove.evidence.replay import replay
from cbprove.meaning.system import System
from cbprove.semantics.run import Run
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program, Property
from cbprove.verdicts import Answered, Conflict, Need


class Known:
    """What is known of one space; `hit` says that an earlier run judged it, `fresh` that this
    one has found something new."""

    def __init__(self, opened: Callable[[Sequence[Program]], Any] = lambda programs: None) -> None:
        """`opened` gives the document of a space with these programs, None where there is none."""
        self.opened = opened
        self.document: dict[str, Any] = {"tables": {}, "runs": {}}
        self.hit = self.fresh = False

    def fill(self, space: Space) -> bool:
        """Gives a space all tables of an earlier run; False, and nothing, where they are not all
        there, or are no such thing."""
        tables = []
        document = self.opened([space.program(sector) for sector in space.all_sectors()])
        if isinstance(document, dict):
            self.document = document
        try:
            for prop in space.system.properties:
                for sector in space.all_sectors():
                    stored = self.document["tables"][prop.name][_key(key_of(sector))]
                    tables.append((sector, prop.name, _table(Sheet(sector), stored)))
            self.document["runs"].items()
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self.document, self.fresh = {"tables": {}, "runs": {}}, True
            return False
        for sector, name, table in tables:
            space.take(sector, name, table)
        self.hit = True
        return True

    def learn(self, space: Space) -> None:
        """Takes the tables of a space that was judged."""
        for prop in space.system.properties:
            tables = {
                _key(key_of(sector)): _plain(space.table(sector, prop.name))
                for sector in space.all_sectors()
            }
            self.document["tables"][prop.name] = tables
        self.fresh = True

    @property
    def decided(self) -> bool:
        """Whether nothing is unknown or proved up to a bound: another run may know more of that."""
        marks = {
            mark
            for of in self.document["tables"].values()
            for each in of.values()
            for mark, _ in each["marks"]
        }
        return marks.isdisjoint((UNKNOWN, BOUNDED))

    def run(
        self,
        program: Program,
        prop: Property,
        candidate: Mapping[str, AxisValue],
        broken: bool,
        find: Callable[[], Run],
    ) -> Run:
        """The run that breaks, or else reaches, a claim: the one known, run again, or else
        found."""
        key = json.dumps([prop.name, broken, list(candidate.items())])
        try:
            stored = self.document["runs"][key]
            path = next(path for path in program.paths if path.name == stored["path"])
            decisions = {_tuples(each): answer for each, answer in stored["decisions"]}
            again = replay(program, path, (prop,), decisions, trace=True)
            if (again.broken if broken else again.reached)[prop.name] and dict(
                again.decisions
            ) == decisions:
                return again
        except (KeyError, TypeError, ValueError, StopIteration):
            pass
        run = find()
        self.document["runs"][key] = {
            "path": run.path,
            "decisions": [[each, answer] for each, answer in run.decisions],
        }
        self.fresh = True
        return run

    def answers(
        self, system: System, options: Options, find: Callable[[], tuple[Answered, ...]]
    ) -> tuple[Answered, ...]:
        """The answers to the questions of a system, as far as options go: those known, or else
        found. They name places in texts, and are known of the very same texts alone."""
        texts = hashlib.sha256("\0".join(each.text for each in system.sources).encode())
        name = f"{'asks and why' if options.witnesses else 'asks'} {texts.hexdigest()}"
        try:
            pairs = zip(self.document[name], system.asks, strict=True)
            return tuple(_answered(stored, ask.span, system) for stored, ask in pairs)
        except (KeyError, TypeError, ValueError, IndexError):
            pass
        answers = find()
        self.document[name] = [_asked(each, system) for each in answers]
        self.fresh = True
        return answers


def _key(values: Sequence[AxisValue]) -> str:
    return json.dumps(list(values))


# --- tables ---------------------------------------------------------------------------------------


def _plain(table: Table) -> dict[str, Any]:
    marks = [[mark, len(list(run))] for mark, run in groupby(table.sheet.marks)]
    settled = [[at, each.verdict, each.turns, each.reason] for at, each in table.settled.items()]
    return {"marks": marks, "settled": settled}


def _table(sheet: Sheet, stored: Mapping[str, Any]) -> Table:
    """Raises ValueError, or what comes of data of another shape."""
    marks = bytearray()
    for mark, count in stored["marks"]:
        if not EXCLUDED <= mark <= BOUNDED or not 0 < count <= sheet.sector.size:
            raise ValueError("no mark of a candidate")
        marks += bytes([mark]) * count
    if len(marks) != sheet.sector.size:
        raise ValueError("marks of another sector")
    sheet.marks = marks
    return Table(
        sheet,
        {
            int(at): Settled(verdict, turns, str(reason))
            for at, verdict, turns, reason in stored["settled"]
        },
    )


# --- runs and answers -----------------------------------------------------------------------------


def _tuples(document: Any) -> Any:
    return tuple(map(_tuples, document)) if isinstance(document, list) else document


_Named = tuple[str, "Span | None"]


def _asked(ask: Answered, system: System) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": ask.id, "name": ask.name, "title": ask.title, "axes": ask.axes, "answer": ask.answer,
        "expected": ask.expected, "met": ask.met, "reason": ask.reason, "conflict": None,
    }  # fmt: skip
    if (why := ask.conflict) is not None:
        document["conflict"] = {
            "properties": [_named(each, system) for each in why.properties],
            "layers": None if why.layers is None else [_named(each, system) for each in why.layers],
            "needs": [[need.view, need.bytes] for need in why.needs],
            "area": why.area, "bytes": why.bytes, "reason": why.reason,
        }  # fmt: skip
    return document


def _answered(stored: Mapping[str, Any], span: Span | None, system: System) -> Answered:
    why = stored["conflict"]
    conflict = None
    if why is not None:
        layers = why["layers"]
        conflict = Conflict(
            properties=tuple(_spanned(each, system) for each in why["properties"]),
            layers=None if layers is None else tuple(_spanned(each, system) for each in layers),
            needs=tuple(Need(view, bytes) for view, bytes in why["needs"]),
            area=why["area"],
            bytes=why["bytes"],
            reason=why["reason"],
        )
    return Answered(
        id=stored["id"],
        name=stored["name"],
        title=stored["title"],
        axes=_tuples(stored["axes"]),
        answer=_tuples(stored["answer"]),
        expected=stored["expected"],
        met=stored["met"],
        reason=stored["reason"],
        span=span,
        conflict=conflict,
    )


def _named(named: _Named, system: System) -> list[Any]:
    """A name with its place: the number of the text, and from where to where in it."""
    name, span = named
    return [
        name,
        None if span is None else [system.sources.index(span.source), span.start, span.end],
    ]


def _spanned(stored: Sequence[Any], system: System) -> _Named:
    name, place = stored
    return name, None if place is None else Span(system.sources[place[0]], place[1], place[2])
