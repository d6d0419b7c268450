"""Faults in how formulas become clauses and texts, and in what turns of a loop leave as it was."""

from __future__ import annotations

from tests.mutants.planting import BITS, BITVECTORS, BOUNDS, COMMON, INVARIANTS, LOOSE, planted

FAULTS = (
    *planted(
        "logic",
        COMMON,
        (
            "integers have one bit less in common",
            "_sum_of_bits",
            "range(width)",
            "range(width - 1)",
        ),
        (
            "bit-vectors have bits beyond the width in common",
            "_Bits._apply",
            "self._number((1 << term.args[0]) - 1)",
            "self._number(-1)",
        ),
        ("an operation on bits forgets its width", "common_bits", "(1 << width) - 1", "-1"),
    ),
    *planted(
        "logic",
        BITS,
        ("what two numbers have in common has a sign", "_Blaster._common", "FALSE", "TRUE"),
        ("the bits of one number alone are common", "_Blaster._common", "self.all_of([x, y])", "x"),
    ),
    *planted(
        "logic",
        BOUNDS,
        ("common bits are bounded by one bit", "Bounds._find", "(1 << term.args[0]) - 1", "1"),
        ("what may wrap does not", "Bounds._find", "left[1] < right[0]", "True"),
        ("what is known better is forgotten", "Bounds.of", "term in self._known", "False"),
    ),
    *planted(
        "logic",
        BOUNDS,
        (
            "a difference is not below its left side",
            "Bounds._find",
            "(left[0] - right[1], left[1] - right[0])",
            "(left[0] - right[0], left[1] - right[1])",
        ),
        (
            "of two terms the first bounds both",
            "Bounds._find",
            "(min(left[0], right[0]), max(left[1], right[1]))",
            "left",
        ),
        (
            "a product is bounded by the ends of its factors",
            "Bounds._find",
            "[a * b for a in left for b in right]",
            "[a * b for a, b in zip(left, right)]",
        ),
    ),
    *planted(
        "logic",
        BITS,
        (
            "not greater means less",
            "_Blaster._truth",
            "-self.sum(b, negated(a), TRUE)[-1]",
            "self.sum(a, negated(b), TRUE)[-1]",
        ),
        (
            "two of three are the first two or the last two",
            "_Blaster.most",
            "[self.all_of([a, b]), self.all_of([a, c]), self.all_of([b, c])]",
            "[self.all_of([a, b]), self.all_of([b, c])]",
        ),
        (
            "unknowns may be greater than their range",
            "_Blaster._within",
            "self.clauses.append((-self.sum(wide, negated(low), TRUE)[-1],))\n_1",
            "self.clauses.append((-self.sum(wide, negated(low), TRUE)[-1],))",
        ),
        (
            "a number has no sign",
            "_size",
            "1 + max(((~number if number < 0 else number).bit_length() for number in interval))",
            "max(1, *((~number if number < 0 else number).bit_length() for number in interval))",
        ),
        (
            "numbers are widened with zeros",
            "fitted",
            "bits[-1:] * (size - len(bits))",
            "(FALSE,) * (size - len(bits))",
        ),
        (
            "a gate may be false where all its literals are true",
            "_Blaster.all_of",
            "self.clauses += [(-out, lit) for lit in literals]\n_1",
            "self.clauses += [(-out, lit) for lit in literals]",
        ),
        (
            "a quotient is rounded towards zero",
            "_Blaster._divided",
            "interval[0] // divisor",
            "-(-interval[0] // divisor)",
        ),
        (
            "a difference is one less",
            "_Blaster._number",
            "(self.sum(fitted(a, _size(interval)), _1, TRUE), interval)",
            "(self.sum(fitted(a, _size(interval)), _1, FALSE), interval)",
        ),
    ),
    *planted(
        "obligations",
        INVARIANTS,
        (
            "a turn changes a piece only where another store gives it",
            "Loops.changes",
            "and_(eq(was[0], current[0]), eq(was[1], current[1]))",
            "eq(was[1], current[1])",
        ),
    ),
    *planted(
        "obligations",
        ("tests/design/test_two_accounts.py",),
        (
            "turns leave everything as it was",
            "Loops._left",
            "changed = [piece for piece in self.pieces if piece not in pieces]",
            "changed: list[Piece] = []",
        ),
    ),
    *planted(
        "logic",
        BITVECTORS,
        (
            "numbers have no sign",
            "width",
            "max(((n if n >= 0 else ~n).bit_length() for n in extremes)) + 1",
            "max(((n if n >= 0 else ~n).bit_length() for n in extremes))",
        ),
        (
            "a difference is bounded like a sum",
            "_interval",
            "(left[0] - right[1], left[1] - right[0])",
            "(left[0] - right[0], left[1] - right[1])",
        ),
    ),
    *planted(
        "logic/bitvectors.py",
        BITVECTORS,
        ("less means not greater", "", "'bvslt'", "'bvsle'"),
    ),
    *planted(
        "logic",
        BITVECTORS,
        (
            "negative numbers are divided as large ones",
            "_Bits._divided",
            "f'(bvashr {dividend} {self._number(divisor.bit_length() - 1)})'",
            "f'(bvlshr {dividend} {self._number(divisor.bit_length() - 1)})'",
        ),
        (
            "a rest has the sign of the dividend",
            "_Bits._divided",
            "f'(bvsmod {dividend} {self._number(divisor)})'",
            "f'(bvsrem {dividend} {self._number(divisor)})'",
        ),
        (
            "unknowns are compared without a sign",
            "_Bits._between",
            "f'(and (bvsle {self._number(low)} {name}) (bvsle {name} {self._number(high)}))'",
            "f'(and (bvule {self._number(low)} {name}) (bvule {name} {self._number(high)}))'",
        ),
        ("unknowns have no ranges", "Script._declare", "name in self._ranges", "not self._ranges"),
    ),
    *planted(
        "logic",
        LOOSE,
        (
            "conditions keep their meaning",
            "_made",
            "choice(term.args[0]) if term.boolean else named(*args)",
            "named(*args)",
        ),
    ),
    *planted(
        "logic/loose.py",
        LOOSE,
        (
            "all of some is any of some",
            "",
            "_MAKERS: Mapping[str, Callable[..., Any]] = _1",
            (
                "_MAKERS: Mapping[str, Callable[..., Any]] = {'+': add, '-': sub, '*': mul, 'div': div, 'mod': mod, "
                "'ite': ite, '<=': le, '<': lt, '=': eq, 'not': not_, 'and': or_, 'or': or_}"
            ),
        ),
    ),
)
