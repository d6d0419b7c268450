"""Checks a clausal proof: each clause added follows from those before it by unit propagation, the
last being a contradiction.

Steps are lines of DRAT text. A step that is not RUP is refused, also if it is RAT: those that come
here do not need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Clause = tuple[int, ...]


def check(clauses: Iterable[Sequence[int]], proof: str) -> bool:
    """Whether a proof (DRAT as text) shows that the clauses cannot all be met."""
    clauses_kept = _Known()
    for clause in clauses:
        clauses_kept.add(tuple(clause))
    try:
        steps = list(_steps(proof))
    except ValueError:
        return False
    for delete, clause in steps:
        # What follows a contradiction may be anything, and need not be looked at.
        if clauses_kept.contradiction:
            break
        if delete:
            clauses_kept.delete(clause)
        elif not clauses_kept.follows(clause):
            return False
        else:
            clauses_kept.add(clause)
    return clauses_kept.contradiction


def _steps(proof: str) -> Iterator[tuple[bool, Clause]]:
    """Each step: whether it deletes, and the clause. Raises ValueError if a line is none."""
    for line in proof.splitlines():
        words = line.split()
        if not words or words[0] == "c":
            continue
        delete = words[0] == "d"
        *literals, end = map(int, words[delete:])
        if end != 0 or 0 in literals:
            raise ValueError(line)
        yield delete, tuple(literals)


class _Known:
    """Clauses with two watched literals each, and what they force."""

    def __init__(self) -> None:
        self.contradiction = False
        self._true: set[int] = set()
        self._watches: dict[int, list[list[int]]] = {}
        self._kept: dict[Clause, list[list[int]]] = {}

    def add(self, clause: Clause) -> None:
        """Take a clause as known."""
        literals = list(dict.fromkeys(clause))
        # Literals not yet false come first: two of them are watched.
        literals.sort(key=lambda literal: -literal in self._true)
        free = sum(-literal not in self._true for literal in literals[:2])
        if len(literals) > 1:
            self._kept.setdefault(tuple(sorted(literals)), []).append(literals)
            for literal in literals[:2]:
                self._watches.setdefault(literal, []).append(literals)
        if free == 0:
            self.contradiction = True
        elif free == 1 and literals[0] not in self._true:
            self.contradiction = self.contradiction or not self._propagate([literals[0]], [])

    def delete(self, clause: Clause) -> None:
        """Forget a clause; what it forced stays."""
        # That a clause is deleted which the proof never had, as solvers write for simplified ones,
        # takes nothing away: ignoring it leaves more clauses to follow from, all of them
        # consequences.
        copies = self._kept.get(tuple(sorted(set(clause))))
        if copies:
            removed = copies.pop()
            for literal in removed[:2]:
                self._watches[literal] = [
                    watch for watch in self._watches[literal] if watch is not removed
                ]

    def follows(self, clause: Clause) -> bool:
        """Whether the clause cannot be false, by unit propagation."""
        if any(literal in self._true for literal in clause) or any(
            -literal in clause for literal in clause
        ):
            return True
        trail: list[int] = []
        free = not self._propagate([-literal for literal in clause], trail)
        # What was assumed is undone. Watches stay where they moved to: undoing makes no literal
        # false.
        self._true.difference_update(trail)
        return free

    def _propagate(self, new: list[int], trail: list[int]) -> bool:
        """Make literals true and all that follows, written to the trail; False at a
        contradiction."""
        for literal in new:
            if -literal in self._true:
                return False
            if literal not in self._true:
                self._true.add(literal)
                trail.append(literal)
        done = 0
        pending = list(trail)
        while done < len(pending):
            if not self._visit(-pending[done], pending, trail):
                return False
            done += 1
        return True

    def _visit(self, false: int, pending: list[int], trail: list[int]) -> bool:
        """See to the clauses that watch a literal which has become false."""
        true = self._true
        watching, self._watches[false] = self._watches.get(false, []), []
        stay = self._watches[false]
        for at, clause in enumerate(watching):
            if clause[0] == false:
                clause[0], clause[1] = clause[1], false
            first = clause[0]
            if first in true:
                stay.append(clause)
                continue
            for other in range(2, len(clause)):
                if -clause[other] not in true:
                    # Another literal that is not false is watched instead: while two are, the
                    # clause forces nothing.
                    clause[1], clause[other] = clause[other], false
                    self._watches.setdefault(clause[1], []).append(clause)
                    break
            else:
                stay.append(clause)
                if -first in true:
                    stay.extend(watching[at + 1 :])
                    return False
                true.add(first)
                trail.append(first)
                pending.append(first)
        return True
