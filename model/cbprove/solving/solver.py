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
from cbprove.solving.library import Context, Refused, retire

_TRUE, _FALSE = 1, -1  # of Z3_lbool; its third value is 0
_NUMERAL = 0  # of Z3_ast_kind
_DECLARED = re.compile(r"\(declare-const (\|[^|]*\||\S+) (Int|Bool|\(_ BitVec [0-9]+\))\)")


@frozen
class Limits:
    """`resources` counts Z3's own steps, the same on every machine; `seconds` is the wall clock,
    None for none; `operations` is how many stores, copies and makings the runs of one path may
    be unfolded to."""

    resources: int = 30_000_000
    seconds: float | None = None
    operations: int = 200_000


@frozen
class Answer:
    """What the solver said; `model` gives each unknown's value if it said sat, `reason` why if
    unknown."""

    result: Literal["sat", "unsat", "unknown"]
    model: Mapping[str, int | bool]
    reason: str = ""


class Z3Session:
    """A query held by Z3. In a context of its own what it answers hangs on its text alone, not on
    what was asked before."""

    _solver: Any = None  # a signal may end its making

    def __init__(
        self, limits: Limits, *, bits: bool = False, context: Context | None = None
    ) -> None:
        """`bits` says that all is about truth values and bit-vectors, for which Z3 has a solver
        of its own. In a `context` that other queries lie in, too, a model may be another one than
        alone: it is for those of which only the verdict counts."""
        self._sorts: dict[str, str] = {}
        self._texts: list[list[str]] = [[]]  # by how often was pushed
        self._context, self._limits, self._bits = context or Context(), limits, bits
        # Its older simplex decides sums of few unknowns, which is all that extents are, in a third
        # of the newer one's time.
        self._solver = self._new({} if bits else {"arith.solver": 2})

    def _new(self, numbers: Mapping[str, int]) -> Any:
        """A solver with a reference, and these options."""
        # The simple solver checks again in a tenth of the time of the others, and is no slower on
        # formulas of integers.
        solver = (
            self._context.solver_of("QF_BV")
            if self._bits
            else self._context.call("Z3_mk_simple_solver")
        )
        self._context.call("Z3_solver_inc_ref", solver)
        numbers = {"rlimit": self._limits.resources, "random_seed": 0, **numbers}
        if self._limits.seconds is not None:
            numbers["timeout"] = int(self._limits.seconds * 1000)
        self._set(solver, numbers)
        return solver

    def _set(self, solver: Any, numbers: Mapping[str, int]) -> None:
        call = self._context.call
        parameters = call("Z3_mk_params")
        call("Z3_params_inc_ref", parameters)
        for name, number in numbers.items():
            call(
                "Z3_params_set_uint", parameters, call("Z3_mk_string_symbol", name.encode()), number
            )
        call("Z3_params_set_bool", parameters, call("Z3_mk_string_symbol", b"ctrl_c"), False)
        call("Z3_solver_set_params", solver, parameters)
        call("Z3_params_dec_ref", parameters)

    def __del__(self) -> None:
        if self._solver is not None:
            self._context.forget("Z3_solver_dec_ref", self._solver)

    def add(self, text: str) -> None:
        """Add declarations, definitions and assertions."""
        self._context.call("Z3_solver_from_string", self._solver, text.encode())
        self._texts[-1].append(text)
        self._sorts.update((meant(name), sort) for name, sort in _DECLARED.findall(text))

    def push(self) -> None:
        self._context.call("Z3_solver_push", self._solver)
        self._texts.append([])

    def pop(self) -> None:
        self._context.call("Z3_solver_pop", self._solver, 1)
        self._texts.pop()

    def check(self) -> Answer:
        """Whether everything asserted can be true at once."""
        answer = self._check(self._solver)
        if answer.result != "unknown":
            return answer
        if retire(self._context):
            # What stays unknown hangs on this text alone, and no later query on what gave up.
            return self._alone().check()
        return answer if self._bits else self._again(answer)

    def _alone(self) -> Z3Session:
        """The same query in a context of its own."""
        alone = Z3Session(self._limits, bits=self._bits)
        alone.add(self._text())
        return alone

    def _text(self) -> str:
        return "\n".join(text for texts in self._texts for text in texts)

    def _again(self, answer: Answer) -> Answer:
        """What the newer simplex says where the older one gave up: it is the better one at long
        sums of values. The answer of the older one, if that does not know either."""
        solver = self._new({})
        try:
            self._context.call("Z3_solver_from_string", solver, self._text().encode())
            newer = self._check(solver)
        finally:
            self._context.forget("Z3_solver_dec_ref", solver)
        return answer if newer.result == "unknown" else newer

    def _check(self, solver: Any) -> Answer:
        call = self._context.call
        try:
            with _interruptible(self._context):
                result = call("Z3_solver_check", solver)
            model = call("Z3_solver_get_model", solver) if result == _TRUE else None
        except Refused as error:
            return Answer("unknown", {}, str(error))
        if result == _FALSE:
            return Answer("unsat", {})
        if result == _TRUE:
            return Answer("sat", _Model(self._context, model, self._sorts))
        return Answer("unknown", {}, call("Z3_solver_get_reason_unknown", solver).decode())


class _Model(Mapping[str, "int | bool"]):
    """A model of Z3's, asked for one unknown at a time: most are never looked at."""

    _model: Any = None  # a signal may end its making

    def __init__(self, context: Context, model: Any, sorts: Mapping[str, str]) -> None:
        self._kinds: dict[str, Any] = {}
        self._known: dict[str, int | bool | None] = {}  # None of what the model leaves open
        self._context, self._sorts = context, sorts
        context.call("Z3_model_inc_ref", model)
        self._model = model

    def __del__(self) -> None:
        if self._model is None:
            return
        for kind in self._kinds.values():
            self._context.forget("Z3_dec_ref", kind)
        self._context.forget("Z3_model_dec_ref", self._model)

    def __getitem__(self, name: str) -> int | bool:
        value: int | bool | None = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self._known:
            self._known[name] = self._look_up(name) if name in self._sorts else None
        value = self._known[name]
        return default if value is None else value

    def _look_up(self, name: str) -> int | bool | None:
        call, sort = self._context.call, self._sorts[name]
        symbol = call("Z3_mk_string_symbol", unknown_symbol(name).strip("|").encode())
        declaration = call("Z3_mk_func_decl", symbol, 0, None, self._kind(sort))
        value = call("Z3_model_get_const_interp", self._model, declaration)
        if not value:
            return None
        if call("Z3_get_ast_kind", value) == _NUMERAL:
            return _signed(int(call("Z3_get_numeral_string", value)), sort)
        return bool(call("Z3_get_bool_value", value) == _TRUE)

    def _kind(self, sort: str) -> Any:
        """A sort as Z3 has it; kept, since Z3 holds no reference for what it gives out."""
        if sort not in self._kinds:
            self._kinds[sort] = _sort(self._context, sort)
            self._context.call("Z3_inc_ref", self._kinds[sort])
        return self._kinds[sort]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorts)

    def __len__(self) -> int:
        return len(self._sorts)


def _sort(context: Context, sort: str) -> Any:
    match sort:
        case "Int":
            return context.call("Z3_mk_int_sort")
        case "Bool":
            return context.call("Z3_mk_bool_sort")
    return context.call("Z3_mk_bv_sort", _bits(sort))


def _bits(sort: str) -> int:
    """The width of a sort of bit-vectors."""
    return int(sort.removeprefix("(_ BitVec ").removesuffix(")"))


def _signed(number: int, sort: str) -> int:
    """An integer as it is; bit-vectors, which Z3 gives as numbers without a sign, as numbers
    with one."""
    if sort == "Int":
        return number
    half = 1 << (_bits(sort) - 1)
    return number - 2 * half if number >= half else number


_watching = False
_at_work: list[Context] = []  # the contexts of checks that are under way


@contextmanager
def _interruptible(context: Context) -> Iterator[None]:
    """Has Z3 give up what it does in a context when a signal comes for which Python has a handler;
    that handler runs right after.

    Z3's own way (its option `ctrl_c`) puts its handler in the place of Python's and keeps the
    signal to itself: a `^C` was lost. Only the main thread can ask for this; in others nothing is
    watched.
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
