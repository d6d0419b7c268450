"""Z3 behind three words: sat, unsat, unknown. Anything that is not exactly unsat proves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Limits:
    """`resources` counts Z3's own steps, the same on every machine; `seconds` is the wall clock, None for none."""

    resources: int = 30_000_000
    seconds: float | None = None


@dataclass(frozen=True)
class Answer:
    """What the solver said; `model` gives each unknown's value if it said sat, `reason` why if unknown."""

    result: Literal["sat", "unsat", "unknown"]
    model: dict[str, int | bool]
    reason: str = ""


class Session(Protocol):
    """One query that can grow: text in SMT-LIB 2, then questions."""

    def add(self, text: str) -> None: ...

    def check(self) -> Answer: ...

    def push(self) -> None: ...

    def pop(self) -> None: ...


class Z3Session:
    """A query held by Z3."""

    def __init__(self, limits: Limits) -> None:
        import z3

        self._z3 = z3
        self._solver = z3.SimpleSolver()
        self._solver.set("rlimit", limits.resources)
        self._solver.set("random_seed", 0)
        if limits.seconds is not None:
            self._solver.set("timeout", int(limits.seconds * 1000))

    def add(self, text: str) -> None:
        """Add declarations, definitions and assertions."""
        self._solver.from_string(text)

    def push(self) -> None:
        self._solver.push()

    def pop(self) -> None:
        self._solver.pop()

    def check(self) -> Answer:
        """Whether everything asserted can be true at once."""
        try:
            result = self._solver.check()
        except self._z3.Z3Exception as error:
            return Answer("unknown", {}, str(error))
        if result == self._z3.unsat:
            return Answer("unsat", {})
        if result == self._z3.sat:
            return Answer("sat", self._model())
        return Answer("unknown", {}, self._solver.reason_unknown())

    def _model(self) -> dict[str, int | bool]:
        """The model, by Z3's own functions: its Python classes take ten times as long."""
        core, model = self._z3.z3core, self._solver.model()
        context = model.ctx.ref()
        values: dict[str, int | bool] = {}
        for index in range(core.Z3_model_get_num_consts(context, model.model)):
            declaration = core.Z3_model_get_const_decl(context, model.model, index)
            name = core.Z3_get_symbol_string(context, core.Z3_get_decl_name(context, declaration))
            value = core.Z3_model_get_const_interp(context, model.model, declaration)
            if core.Z3_get_ast_kind(context, value) == self._z3.Z3_NUMERAL_AST:
                values[name] = int(core.Z3_get_numeral_string(context, value))
            else:
                values[name] = core.Z3_get_bool_value(context, value) > 0
        return values
