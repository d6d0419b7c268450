"""What is answered: findings about candidates, cases of proposals, the design space, questions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from cbprove.diagnostics import Diagnostic, Source, Span
from cbprove.frozen import field, frozen
from cbprove.meaning.measures import Measure
from cbprove.properties.placement import Misplaced
from cbprove.semantics.run import Run
from cbprove.system.axes import AxisValue
from cbprove.system.program import Program

Verdict = Literal["proved", "refuted", "mixed", "vacuous", "unknown", "excluded"]

# As they are listed
VERDICTS: tuple[Verdict, ...] = ("proved", "refuted", "mixed", "vacuous", "unknown", "excluded")

Candidate = Mapping[str, AxisValue]


@frozen
class Witness:
    """A run that was replayed by the reference, with its trace, on one candidate.

    `misplaced` stands instead of a run for claims about placement.
    """

    candidate: Candidate
    program: Program
    path: str
    run: Run | None
    misplaced: Misplaced | None = None


@frozen
class Finding:
    """The verdict of one property of one candidate.

    `turns` is the bound of "proved up to N turns", None where it is for every run. `witness` is the
    run that breaks it or, for a proof, one that reaches it. `reason` says why it is unknown, or
    which loops were cut, and what to do. `queries` are the SMT-LIB texts that were asked, the
    deciding one last; `reads` their names.
    """

    verdict: Verdict
    turns: int | None = None
    witness: Witness | None = None
    reason: str = ""
    queries: tuple[Query, ...] = ()
    assumptions: tuple[str, ...] = ()


@frozen
class Query:
    """One question to the solver: its text without `(check-sat)`, and the answer."""

    name: str
    text: str
    answer: Literal["sat", "unsat", "unknown"]


@frozen
class Cost:
    """Bytes moved by `copy` and `clear` on the dearest run: outside loops over segments, and
    inside one turn of one."""

    per_packet: int
    per_segment: int


@frozen
class Case:
    """A property of a proposal. `counts` are its candidates by verdict; `regions` says where each
    verdict holds, as text.

    `finding` is the one to show: of the first candidate that is not as expected, or else of the
    first that has the verdict (mixed: that was refuted; proved: up to a bound, if any is).
    `expected` is the expectation as words, `wanted` what is expected of the candidate shown;
    `met` whether it is met; `code` is the exit code that it asks for: 0 as expected, 1 decided
    otherwise, 3 unknown or proved up to a bound only, 4 vacuous. `excluded` are the requirements
    that take candidates away, each with the numbers of one of these. `bounded` are those of the
    proved candidates that are proved up to a bound only.
    """

    id: str
    proposal: str
    property: str
    verdict: Verdict
    candidate: Candidate
    counts: Mapping[Verdict, int]
    regions: tuple[tuple[Verdict, str], ...]
    finding: Finding
    expected: str
    met: bool
    code: int
    cost: Cost
    span: Span | None
    excluded: tuple[str, ...] = ()
    bounded: int = 0
    wanted: str = ""


@frozen
class Space:
    """What the whole design space holds for one property: candidates by verdict, and for each
    choice of the other axes the values of the ranged axis that are proved (as closed intervals).
    `bounded` are the candidates proved up to a bound only: they are in neither. `choices` are
    those of the axes with names for values, where there are too many to look at: then only what
    proposals and questions name is counted. `cells` are the same by value: for each choice of
    the other axes a byte for each value of the ranged one, from `first` on (one byte where none
    is ranged): 1 proved, 2 excluded, 0 neither."""

    property: str
    axes: tuple[str, ...]
    counts: Mapping[Verdict, int]
    proved: Mapping[str, tuple[tuple[int, int], ...]]
    bounded: int = 0
    choices: int | None = None
    cells: Mapping[tuple[AxisValue, ...], bytes] = field(default_factory=dict)
    first: int = 0


@frozen
class Need:
    """The least bytes that a view takes under any candidate."""

    view: str
    bytes: int


@frozen
class Conflict:
    """Why nothing answers a question: the fewest of its properties that no choice satisfies
    together, by name.

    `layers` alone make it so, each of them needed; None where they were not looked for (`reason`
    says why, if that is of interest) or the paths' own statements do. `needs` is what their views
    take at least of an area of so many bytes, where that is more than there is.
    """

    properties: tuple[tuple[str, Span | None], ...]
    layers: tuple[tuple[str, Span | None], ...] | None = None
    needs: tuple[Need, ...] = ()
    area: str = ""
    bytes: int = 0
    reason: str = ""


@frozen
class Answered:
    """The answer to an `ask`: the choices found, None where an unknown could change them; if
    there are none, why."""

    id: str
    name: str
    title: str
    axes: tuple[str, ...]
    answer: tuple[tuple[AxisValue, ...], ...] | None
    expected: str | None
    met: bool
    reason: str
    span: Span | None
    conflict: Conflict | None = None


UNAUDITED = "model not audited"  # what is told of a spec that names no record


@frozen
class Model:
    """What a spec is held against that names a record of the source: whether its steps do what
    that kernel's functions do."""

    record: str
    kernel: str
    clean: bool
    steps: int
    reasons: int
    told: str
    data: bytes = field(default=b"", repr=False, compare=False)  # what the record's file holds

    @cached_property
    def digest(self) -> str:
        """The sha256 of the record."""
        import hashlib  # loads a library of ciphers; only archives keep digests

        return hashlib.sha256(self.data).hexdigest()


@frozen
class Report:
    """All that a run of cbprove found out about one spec."""

    spec: str
    title: str
    path: str
    cases: tuple[Case, ...]
    space: tuple[Space, ...]
    asks: tuple[Answered, ...]
    inputs: tuple[Source, ...] = ()  # each file read
    titles: Mapping[str, str] = field(default_factory=dict)  # of proposals
    warnings: tuple[Diagnostic, ...] = ()  # what the spec leaves unsaid; no verdict depends on it
    models: tuple[Model, ...] = ()  # one for each record that it names
    measures: tuple[Measure, ...] = ()  # of the structs that have several layouts
    kept: bool = False  # whether an earlier run found the verdicts, of the very same texts


def exit_code(report: Report) -> int:
    """0 as expected, 1 not so or not as the source, 3 unknown or bounded, 4 vacuous, 5 nothing
    to check."""
    if not report.cases and not report.asks:
        return 5
    codes = {case.code for case in report.cases}
    codes |= {3 if ask.answer is None else 1 for ask in report.asks if not ask.met}
    codes |= {1 for model in report.models if not model.clean}
    return next((code for code in (1, 4, 3) if code in codes), 0)
