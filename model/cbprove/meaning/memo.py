"""Elaboration remembered by what it looked at: a result serves every assignment that agrees on
those axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.frozen import by_identity, field, frozen
from cbprove.system.axes import FREE, Assignment, AxisValue, Free, NeedsValue

T = TypeVar("T")
Key = tuple[Any, ...]

# So many results of one computation are kept where they are counted.
_MANY = 10_000


class Mistake(Exception):
    """A mistake on its way to be reported; what it stopped stays silent."""

    def __init__(self, code: str, diagnostic: Callable[[], Diagnostic]) -> None:
        super().__init__(code)
        self.code, self._diagnostic = code, diagnostic

    @property
    def diagnostic(self) -> Diagnostic:
        """What to report of it."""
        return self._diagnostic()


class Poison(Exception):
    """Something here has no meaning because of a mistake that is already reported."""


def mistake(
    code: str,
    message: str,
    span: Span,
    help: str | Callable[[], str] = "",
    notes: tuple[Note, ...] = (),
) -> Mistake:
    """The mistake of a code; help that takes long to find is looked for where it is reported."""

    def diagnostic() -> Diagnostic:
        return Diagnostic(code, message, span, help if isinstance(help, str) else help(), notes)

    return Mistake(code, diagnostic)


@by_identity
class _Frame:
    """What one computation looked at, in order, and the mistakes it found."""

    reads: dict[str, AxisValue | Free] = field(default_factory=dict)
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)


@frozen
class _Outcome:
    """How a computation ended: with a value or with an exception to raise again."""

    value: Any
    failure: Poison | NeedsValue | None
    diagnostics: tuple[Diagnostic, ...]


@by_identity
class _Branch:
    """The axis that the computation looks at next, and what follows for each value met so far."""

    axis: str
    children: dict[AxisValue | Free, _Branch | _Outcome]


class Memo:
    """The assignment at hand, and all results so far as tries over the axes that each looked at.

    A computation is a function of the axes it looks at, so which axis it looks at next depends only
    on the values before: the path through its trie is the path it took.
    """

    def __init__(self) -> None:
        self._assignment: Assignment = {}
        self._frames: list[_Frame] = [_Frame()]
        self._roots: dict[Key, _Branch | _Outcome] = {}
        self._running: set[Key] = set()
        self._shared: dict[Key, Any] = {}
        self._counts: dict[Key, int] = {}

    def begin(self, assignment: Assignment) -> None:
        """Look at this assignment from now on."""
        self._assignment = assignment
        self._frames = [_Frame()]
        self._running.clear()

    def axis(self, name: str) -> AxisValue | Free:
        """The value of an axis, which the computation at hand depends on from now on."""
        value = self._assignment[name]
        self._frames[-1].reads.setdefault(name, value)
        return value

    def value(self, name: str) -> AxisValue:
        """The value of an axis where a real one is needed; raises NeedsValue."""
        value = self.axis(name)
        if isinstance(value, Free):
            raise NeedsValue(name)
        return value

    def report(self, diagnostic: Diagnostic) -> None:
        self._frames[-1].diagnostics[diagnostic] = None

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The mistakes that the computations since `begin` found."""
        return tuple(self._frames[-1].diagnostics)

    def count(self, key: Key) -> None:
        """Drop the results of a computation once there are many: programs are large, and few are
        asked for again."""
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] >= _MANY:
            self._counts.pop(key)
            self._roots.pop(key, None)

    def attempt(self, compute: Callable[[], T]) -> T | None:
        """The result, or None where there is none because of a mistake, which is reported."""
        try:
            return compute()
        except Mistake as error:
            self.report(error.diagnostic)
        except Poison:
            pass
        return None

    def share(self, key: Key, compute: Callable[[], T]) -> T:
        """A result that depends on its key alone."""
        if key not in self._shared:
            self._shared[key] = compute()
        shared: T = self._shared[key]
        return shared

    def remember(
        self, key: Key, compute: Callable[[], T], cycle: Callable[[], Mistake] | None = None
    ) -> T:
        """The result for the assignment at hand; `cycle` is the mistake of needing itself."""
        node = self._roots.get(key)
        while isinstance(node, _Branch):
            node = node.children.get(self.axis(node.axis))
        if node is None:
            if key in self._running and cycle is not None:
                raise cycle()
            node = self._run(key, compute)
        if node.diagnostics:
            self._frames[-1].diagnostics.update(dict.fromkeys(node.diagnostics))
        if node.failure is not None:
            raise node.failure.with_traceback(None)
        value: T = node.value
        return value

    def running(self, kind: str) -> frozenset[Key]:
        """The keys of a kind whose results are just being computed."""
        return frozenset(key for key in self._running if key[0] == kind)

    def _run(self, key: Key, compute: Callable[[], Any]) -> _Outcome:
        frame = _Frame()
        self._frames.append(frame)
        self._running.add(key)
        value: Any = None
        failure: Poison | NeedsValue | None = None
        try:
            value = compute()
        except Mistake as error:
            self.report(error.diagnostic)
            failure = Poison()
        except (Poison, NeedsValue) as error:
            failure = error
        finally:
            self._frames.pop()
            self._running.discard(key)
        outcome = _Outcome(value, failure, tuple(frame.diagnostics))
        self._insert(key, list(frame.reads.items()), outcome)
        for name, value_read in frame.reads.items():
            self._frames[-1].reads.setdefault(name, value_read)
        return outcome

    def _insert(
        self, key: Key, reads: list[tuple[str, AxisValue | Free]], outcome: _Outcome
    ) -> None:
        if not reads:
            self._roots[key] = outcome
            return
        node = self._roots.setdefault(key, _Branch(reads[0][0], {}))
        for (_, value), (following, _) in pairwise(reads):
            assert isinstance(node, _Branch)
            node = node.children.setdefault(value, _Branch(following, {}))
        assert isinstance(node, _Branch)
        node.children[reads[-1][1]] = outcome


def fixed(assignment: Mapping[str, AxisValue | Free]) -> dict[str, AxisValue]:
    """The axes that an assignment gives a value."""
    return {
        name: value
        for name, value in assignment.items()
        if value is not FREE and not isinstance(value, Free)
    }
