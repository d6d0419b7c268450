"""cvc5, asked whether a text can be satisfied. It is optional, and shares no code with Z3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

Result = Literal["sat", "unsat", "unknown"]
Solver = Callable[[str, "float | None"], Result]


class Missing(Exception):
    """A solver's package is not installed; says which."""


def cvc5(text: str, seconds: float | None = None) -> Result:
    """Ask cvc5 about a text that ends with `(check-sat)`, for so many seconds at most.

    Raises: Missing where the package is not installed.
    """
    cvc5 = _cvc5()
    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    if seconds is not None:
        solver.setOption("tlimit-per", str(int(seconds * 1000)))
    symbols = cvc5.SymbolManager(terms)
    parser = cvc5.InputParser(solver, symbols)
    answer = ""
    try:
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
        while not (command := parser.nextCommand()).isNull():
            answer += command.invoke(solver, symbols)
    except RuntimeError:  # what its binding raises for a text that it cannot read
        return "unknown"
    answer = answer.strip()
    return answer if answer in ("sat", "unsat") else "unknown"  # type: ignore[return-value]


def _cvc5() -> Any:
    try:
        import cvc5
    except ImportError:
        raise Missing("cvc5") from None
    return cvc5


SOLVERS: dict[str, Solver] = {"cvc5": cvc5}


def need() -> None:
    """Return if every solver is installed.

    Raises: Missing for the first that is not.
    """
    _cvc5()
