"""cvc5 and Bitwuzla, asked whether a text can be satisfied. Both are optional; neither shares code with Z3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

Result = Literal["sat", "unsat", "unknown"]
Solver = Callable[[str, "float | None"], Result]


class Missing(Exception):
    """A solver's package is not installed; says which."""


def cvc5(text: str, seconds: float | None = None) -> Result:
    """What cvc5 says of a text that ends with `(check-sat)`. Raises Missing."""
    cvc5 = _cvc5()
    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    if seconds is not None:
        solver.setOption("tlimit-per", str(int(seconds * 1000)))
    symbols = cvc5.SymbolManager(terms)
    parser = cvc5.InputParser(solver, symbols)
    said = ""
    try:
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
        while not (command := parser.nextCommand()).isNull():
            said += command.invoke(solver, symbols)
    except RuntimeError:  # what its binding raises for a text that it cannot read
        return "unknown"
    return _result(said.strip())


def bitwuzla(text: str, seconds: float | None = None) -> Result:
    """What Bitwuzla says of a text of logic QF_BV without `(check-sat)`. Raises Missing."""
    bitwuzla = _bitwuzla()
    options = bitwuzla.Options()
    if seconds is not None:
        options.set(bitwuzla.Option.TIME_LIMIT_PER, int(seconds * 1000))
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(text, True, False)
    return _result(str(parser.bitwuzla().check_sat()))


def _result(said: str) -> Result:
    return said if said in ("sat", "unsat") else "unknown"  # type: ignore[return-value]


def _cvc5() -> Any:
    try:
        import cvc5
    except ImportError:
        raise Missing("cvc5") from None
    return cvc5


def _bitwuzla() -> Any:
    try:
        import bitwuzla
    except ImportError:
        raise Missing("bitwuzla") from None
    return bitwuzla


SOLVERS: dict[str, Solver] = {"cvc5": cvc5, "bitwuzla": bitwuzla}
_PACKAGES = {"cvc5": _cvc5, "bitwuzla": _bitwuzla}


def need(solver: str) -> None:
    """Raises Missing where the solver is not installed."""
    _PACKAGES[solver]()
