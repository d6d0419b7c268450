"""Z3 behind three words: sat, unsat, unknown. Anything that is not exactly unsat proves nothing."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from cbprove.frozen import frozen
from cbprove.logic.smtlib import meant, unknown_symbol

_DECLARED = re.compile(r"\(declare-const (\|[^|]*\||\S+) (Int|Bool|\(_ BitVec [0-9]+\))\)")


@frozen
class Limits:
    """`resources` counts Z3's own steps, the same on every machine; `seconds` is the wall clock, None for none; `operations`
    is how many stores, copies and makings the runs of one path may be unfolded to."""

    resources: int = 30_000_000
    seconds: float | None = None
    operations: int = 200_000


@frozen
class Answer:
    """What the solver said; `model` gives each unknown's value if it said sat, `reason` why if unknown."""

    result: Literal["sat", "unsat", "unknown"]
    model: Mapping[str, int | bool]
    reason: str = ""


def version() -> str:
    """Which Z3 this is."""
    import z3

    return str(z3.get_version_string())


class Z3Session:
    """A query held by Z3, in a context of its own: what it answers hangs on its text alone, not on what was asked before."""

    def __init__(self, limits: Limits) -> None:
        import z3

        self._z3 = z3
        self._sorts: dict[str, str] = {}
        # The simple solver checks again in a tenth of the time of the others, and is no slower on these formulas.
        self._context = z3.Context()
        self._solver = z3.SimpleSolver(ctx=self._context)
        self._solver.set("rlimit", limits.resources)
        self._solver.set("random_seed", 0)
        self._solver.set("ctrl_c", False)
        if limits.seconds is not None:
            self._solver.set("timeout", int(limits.seconds * 1000))

    def add(self, text: str) -> None:
        """Add declarations, definitions and assertions."""
        self._solver.from_string(text)
        self._sorts.update((meant(name), sort) for name, sort in _DECLARED.findall(text))

    def push(self) -> None:
        self._solver.push()

    def pop(self) -> None:
        self._solver.pop()

    def check(self) -> Answer:
        """Whether everything asserted can be true at once."""
        try:
            with _interruptible(self._context):
                result = self._solver.check()
        except self._z3.Z3Exception as error:
            return Answer("unknown", {}, str(error))
        if result == self._z3.unsat:
            return Answer("unsat", {})
        if result == self._z3.sat:
            return Answer("sat", _Model(self._z3, self._solver.model(), self._sorts))
        return Answer("unknown", {}, self._solver.reason_unknown())


class _Model(Mapping[str, "int | bool"]):
    """A model of Z3's, asked for one unknown at a time: most are never looked at."""

    def __init__(self, z3: Any, model: Any, sorts: Mapping[str, str]) -> None:
        self._core, self._model, self._sorts = z3.z3core, model, sorts
        self._context = model.ctx.ref()
        # Kept, since Z3 holds no reference for their trees.
        self._kinds = {sort: _sort(z3, sort, model.ctx) for sort in set(sorts.values())}
        self._numeral = z3.Z3_NUMERAL_AST
        self._known: dict[str, int | bool] = {}

    def __getitem__(self, name: str) -> int | bool:
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> int | bool:
        core, context = self._core, self._context
        symbol = core.Z3_mk_string_symbol(context, unknown_symbol(name).strip("|"))
        declaration = core.Z3_mk_func_decl(context, symbol, 0, None, self._kinds[self._sorts[name]].ast)
        value = core.Z3_model_get_const_interp(context, self._model.model, declaration)
        if not value:
            raise KeyError(name)
        if core.Z3_get_ast_kind(context, value) == self._numeral:
            return _signed(int(core.Z3_get_numeral_string(context, value)), self._sorts[name])
        return bool(core.Z3_get_bool_value(context, value) > 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorts)

    def __len__(self) -> int:
        return len(self._sorts)


def _sort(z3: Any, sort: str, context: Any) -> Any:
    match sort:
        case "Int":
            return z3.IntSort(context)
        case "Bool":
            return z3.BoolSort(context)
    return z3.BitVecSort(_bits(sort), context)


def _bits(sort: str) -> int:
    """The width of a sort of bit-vectors."""
    return int(sort.removeprefix("(_ BitVec ").removesuffix(")"))


def _signed(number: int, sort: str) -> int:
    """An integer as it is; bit-vectors, which Z3 gives as numbers without a sign, as numbers with one."""
    if sort == "Int":
        return number
    half = 1 << (_bits(sort) - 1)
    return number - 2 * half if number >= half else number


_watching = False
_at_work: list[Any] = []  # the contexts of checks that are under way


@contextmanager
def _interruptible(context: Any) -> Iterator[None]:
    """Has Z3 give up what it does in a context when a signal comes for which Python has a handler; that handler runs right after.

    Z3's own way (its option `ctrl_c`) puts its handler in the place of Python's and keeps the signal to itself: a `^C` was lost.
    Only the main thread can ask for this; in others nothing is watched.
    """
    _watch()
    _at_work.append(context)
    try:
        yield
    finally:
        _at_work.pop()


def _watch() -> None:
    global _watching
    if _watching or threading.current_thread() is not threading.main_thread():
        return
    _watching = True
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def interrupt() -> None:
        while os.read(reading, 64):
            for context in tuple(_at_work):
                context.interrupt()

    threading.Thread(target=interrupt, daemon=True).start()
