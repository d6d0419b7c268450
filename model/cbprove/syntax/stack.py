"""The parser's stack: states of the tables, and the symbols between them with their values and places."""

from __future__ import annotations

from typing import Any

from cbprove.syntax.annotations import words
from cbprove.syntax.tables import END, Tables

# Words that are keywords only before a parenthesis.
_CALLED = words(
    "sizeof alignof __alignof__ offsetof has IS_ENABLED BIT BIT_ULL _AC DIV_ROUND_UP __KERNEL_DIV_ROUND_UP BITS_TO_LONGS "
    "__at __size"
)


class Stack:
    """One more state than there are symbols; `starts`, `ends` and `heights` run beside `values`."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.states = [tables.start]
        self.values: list[Any] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.heights: list[int] = []

    def push(self, state: int, value: Any, start: int, end: int, height: int = 0) -> None:
        self.states.append(state)
        self.values.append(value)
        self.starts.append(start)
        self.ends.append(end)
        self.heights.append(height)

    def drop(self, size: int) -> None:
        """Forget the newest symbols."""
        if size:
            del self.states[-size:]
            del self.values[-size:]
            del self.starts[-size:]
            del self.ends[-size:]
            del self.heights[-size:]

    def replace(self, size: int, symbol: str, value: Any, start: int, end: int, height: int) -> None:
        """Put one symbol where the newest ones were."""
        self.drop(size)
        self.push(self.tables.gotos[self.states[-1]][symbol], value, start, end, height)

    def rename(self, symbol: str) -> None:
        """Let the newest symbol be another one, of the same value."""
        states = self.states
        states[-1] = self.tables.gotos[states[-2]][symbol]

    def role(self, word: str, after: str) -> str:
        """What a word that might be a keyword is here: itself or NAME; `after` is the kind of the next token."""
        row = self.tables.rows[self.states[-1]]
        action = row.get(word)
        if action is None or (word in _CALLED and after != "(" and self.accepts("NAME")):
            return "NAME"
        if action >= 0 or "NAME" not in row:
            return word
        return word if self.accepts(word) else "NAME"

    def accepts(self, kind: str) -> bool:
        """Whether a token of this kind can come next, all reductions before it done."""
        rows, gotos, rules = self.tables.rows, self.tables.gotos, self.tables.rules
        states = self.states[:]
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                return True
            rule = rules[~action]
            if rule.size:
                del states[-rule.size :]
            states.append(gotos[states[-1]][rule.symbol])
            if kind == END and states[-1] == self.tables.accepting:
                return True

    def expected(self) -> list[str]:
        """The kinds of the tokens that can come next, in the order of the tables."""
        return [kind for kind in self.tables.rows[self.states[-1]] if self.accepts(kind)]
