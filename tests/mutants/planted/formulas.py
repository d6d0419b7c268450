"""Faults in how formulas become clauses and texts, and in what turns of a loop leave as it was."""

from __future__ import annotations

from tests.mutants.planting import BITS, BITVECTORS, BOUNDS, INVARIANTS, LOOSE, planted

FAULTS = (
    *planted(
        "obligations/bounds.py",
        BOUNDS,
        (
            "a difference is not below its left side",
            "                return left[0] - right[1], left[1] - right[0]",
            "                return left[0] - right[0], left[1] - right[1]",
        ),
        (
            "of two terms the first bounds both",
            "                return min(left[0], right[0]), max(left[1], right[1])",
            "                return left",
        ),
        (
            "a product is bounded by the ends of its factors",
            "                corners = [a * b for a in left for b in right]",
            "                corners = [a * b for a, b in zip(left, right)]",
        ),
    ),
    *planted(
        "obligations/clauses.py",
        BITS,
        (
            "not greater means less",
            "                return -self.sum(b, negated(a), TRUE)[-1]",
            "                return self.sum(a, negated(b), TRUE)[-1]",
        ),
        (
            "two of three are the first two or the last two",
            "        pairs = [self.all_of([a, b]), self.all_of([a, c]), self.all_of([b, c])]",
            "        pairs = [self.all_of([a, b]), self.all_of([b, c])]",
        ),
        (
            "unknowns may be greater than their range",
            "        self.clauses.append((-self.sum(high, negated(wide), TRUE)[-1],))\n",
            "",
        ),
        (
            "a number has no sign",
            "    return 1 + max((~number if number < 0 else number).bit_length() for number in interval)",
            "    return max(1, *((~number if number < 0 else number).bit_length() for number in interval))",
        ),
        (
            "numbers are widened with zeros",
            "bits + bits[-1:] * (size - len(bits))",
            "bits + (FALSE,) * (size - len(bits))",
        ),
        (
            "a gate may be false where all its literals are true",
            "            self.clauses.append((out, *(-lit for lit in kept)))\n",
            "",
        ),
        (
            "a quotient is rounded towards zero",
            "        quotients, rests = (interval[0] // divisor, interval[1] // divisor), (0, divisor - 1)",
            "        quotients, rests = (-(-interval[0] // divisor), interval[1] // divisor), (0, divisor - 1)",
        ),
        (
            "a difference is one less",
            "negated(fitted(b, _size(interval))), TRUE), interval",
            "negated(fitted(b, _size(interval))), FALSE), interval",
        ),
    ),
    *planted(
        "obligations/invariants.py",
        INVARIANTS,
        (
            "a turn changes a piece only where another store gives it",
            "        same = and_(eq(was[0], now[0]), eq(was[1], now[1]))",
            "        same = eq(was[1], now[1])",
        ),
        (
            "turns leave everything as it was",
            "        changed = [piece for piece in self.pieces if piece not in kept]",
            "        changed: list[Piece] = []",
        ),
    ),
    *planted(
        "obligations/bitvectors.py",
        BITVECTORS,
        ("numbers have no sign", " for n in extremes) + 1", " for n in extremes)"),
        (
            "a difference is bounded like a sum",
            "            return left[0] - right[1], left[1] - right[0]",
            "            return left[0] - right[0], left[1] - right[1]",
        ),
        ("less means not greater", '"<": "bvslt"}', '"<": "bvsle"}'),
        ("negative numbers are divided as large ones", "(bvashr {dividend}", "(bvlshr {dividend}"),
        ("a rest has the sign of the dividend", "(bvsmod {dividend}", "(bvsrem {dividend}"),
        (
            "unknowns are compared without a sign",
            "(bvsle {self._number(low)} {name}) (bvsle {name}",
            "(bvule {self._number(low)} {name}) (bvule {name}",
        ),
    ),
    *planted(
        "obligations/smtlib.py",
        BITVECTORS,
        ("unknowns have no ranges", "            if name in self._ranges:", "            if not self._ranges:"),
    ),
    *planted(
        "obligations/loose.py",
        LOOSE,
        (
            "conditions keep their meaning",
            "            return choice(term.args[0]) if term.boolean else named(*args)",
            "            return named(*args)",
        ),
        ("all of some is any of some", '    "and": and_,', '    "and": or_,'),
    ),
)
