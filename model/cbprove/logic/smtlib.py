"""Terms as SMT-LIB 2: what is declared, what is defined under a name, and what is asserted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cbprove.logic.terms import Bool, Int, Term, subterms

_PLAIN = re.compile(r"^[A-Za-z_~!$%^&*+=<>?/.@-][A-Za-z0-9_~!$%^&*+=<>?/.@-]*$")

# What no symbol may hold, not even a quoted one, and what escapes it.
_ODD = re.compile(r"[^ -~]|[|\\{]")
_ESCAPED = re.compile(r"\{([0-9a-f]+)\}")

# Names that mean something to solvers already, or that are given to shared terms here. A spec may
# use each for an axis.
_WORDS = """
    - Array Bool Int Real String _ abs and arccos arccot arccsc arcsec arcsin arctan as assert
    bag concat cos cot csc distinct div divisible exists exp extract false forall if iff
    implies int2bv is is_int ite let match mod nat2bv not or par pi re real repeat sec select
    seq set sin sqrt store str tan to_int to_real true tuple update xor
"""
_TAKEN = frozenset(_WORDS.split())
_TAKEN_ALIKE = re.compile(r"[su]?bv\w*|t[0-9]+'*")


def symbol(name: str) -> str:
    """A name as an SMT-LIB symbol, whatever stands in it: no two names have one symbol."""
    return name if _PLAIN.match(name) else f"|{escaped(name)}|"


def unknown_symbol(name: str) -> str:
    """The name of an unknown as a symbol: one that solvers know as something else is told apart
    from it."""
    taken = name in _TAKEN or _TAKEN_ALIKE.fullmatch(name)
    return f"|{{{ord(name[0]):x}}}{escaped(name[1:])}|" if taken else symbol(name)


def escaped(name: str) -> str:
    """A name without characters that no symbol may hold."""
    return _ODD.sub(lambda match: f"{{{ord(match[0]):x}}}", name)


def meant(text: str) -> str:
    """The name that a symbol stands for."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text.strip("|"))


class Script:
    """A growing SMT-LIB text: each unknown is declared once, each named or shared term defined
    once."""

    def __init__(self, ranges: Mapping[str, tuple[int, int]]) -> None:
        self.lines: list[str] = []
        self.declared: dict[str, str] = {}
        self._ranges = ranges
        self._texts: dict[Term, str] = {}
        self._names: dict[str, Term] = {}

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def assert_(self, formula: Bool) -> None:
        """Add an assertion, and before it what it speaks of."""
        self.lines.append(f"(assert {self.express(formula)})")

    def express(self, root: Int | Bool) -> str:
        """A term as text; whatever it hangs on is declared or defined first."""
        order = [term for term in subterms(root) if term not in self._texts]
        uses = _uses(order, root)
        for term in order:
            self._texts[term] = self._write(term, uses.get(term, 0) > 1)
        return self._of(root)

    def _of(self, term: object) -> str:
        if isinstance(term, bool):
            return "true" if term else "false"
        if isinstance(term, int):
            return self._number(term)
        assert isinstance(term, Term)
        return self._texts[term]

    def _number(self, number: int) -> str:
        return str(number) if number >= 0 else f"(- {-number})"

    def _sort(self, boolean: bool) -> str:
        return "Bool" if boolean else "Int"

    def _apply(self, term: Term) -> str:
        if term.operator == "&":
            width, left, right = term.args
            return _sum_of_bits(self._of(left), self._of(right), width)
        return f"({term.operator} {' '.join(map(self._of, term.args))})"

    def _between(self, low: int, name: str, high: int) -> str:
        return f"(and (<= {self._of(low)} {name}) (<= {name} {self._of(high)}))"

    def _write(self, term: Term, shared: bool) -> str:
        match term.operator:
            case "var" | "choice":
                return self._declare(term.args[0], term.boolean)
            case "named":
                return self._define(term.args[0], term, self._of(term.args[1]))
        text = self._apply(term)
        return self._define(f"t{len(self._names)}", term, text) if shared else text

    def _declare(self, name: str, boolean: bool) -> str:
        quoted = unknown_symbol(name)
        if name not in self.declared:
            self.declared[name] = self._sort(boolean)
            self.lines.append(f"(declare-const {quoted} {self.declared[name]})")
            if name in self._ranges:
                low, high = self._ranges[name]
                self.lines.append(f"(assert {self._between(low, quoted, high)})")
        return quoted

    def _define(self, name: str, term: Term, text: str) -> str:
        while name in self._names:
            name += "'"
        self._names[name] = term
        self.lines.append(f"(define-fun {symbol(name)} () {self._sort(term.boolean)} {text})")
        return symbol(name)


def _uses(order: Iterable[Term], root: object) -> dict[Term, int]:
    counts: dict[Term, int] = {}
    for term in order:
        for arg in term.args:
            if isinstance(arg, Term):
                # Each bit of a number is taken out of it by itself: the number is written once.
                counts[arg] = counts.get(arg, 0) + (2 if term.operator == "&" else 1)
    return counts


def _sum_of_bits(left: str, right: str, width: int) -> str:
    """The bits that two integers have in common, below a width: integers of SMT-LIB know no
    operation on bits."""
    common_bits = [f"(ite (and {_bit(left, i)} {_bit(right, i)}) {1 << i} 0)" for i in range(width)]
    return common_bits[0] if width == 1 else f"(+ {' '.join(common_bits)})"


def _bit(number: str, i: int) -> str:
    return f"(= (mod {f'(div {number} {1 << i})' if i else number} 2) 1)"
