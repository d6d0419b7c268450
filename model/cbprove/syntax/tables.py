"""The grammar as tables of plain numbers: built by Lark (`make tables`) and shipped, so that no run
needs Lark.

The parser's stack: states of the tables, and the symbols between them with their values and places.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any

from cbprove.frozen import frozen
from cbprove.syntax.annotations import words

_HERE = os.path.dirname(__file__)
GRAMMAR = os.path.join(_HERE, "grammar.lark")
SHIPPED = os.path.join(_HERE, "grammar.jsonl")
END = "$END"
EOL = "_EOL"


@frozen
class Rule:
    """One way to make a symbol out of the last `size` ones.

    `parts` says what the node is made from: the index of a symbol, its complement for a list to be
    spliced in, None for an optional part that is absent. `action` names the function that makes the
    node; it is empty where the parts are the value: a list when `gathers`, and else the only one.
    """

    symbol: str
    size: int
    parts: tuple[int | None, ...]
    action: str
    gathers: bool

    @cached_property
    def extends(self) -> bool:
        """Whether a list is made longer, in its place."""
        return self.gathers and self.parts[:1] == (-1,)

    @cached_property
    def renames(self) -> bool:
        """Whether one symbol becomes another, of the same value."""
        if self.size != 1 or self.action:
            return False
        return self.parts == (-1,) if self.gathers else self.parts == (0,)

    @cached_property
    def stretch(self) -> slice | None:
        """The symbols in a row that a node is made of; None where it is made otherwise."""
        first = self.parts[0] if self.parts else 0
        if first is None or first < 0:
            return None
        row = range(first, first + len(self.parts))
        return slice(row.start, row.stop) if self.parts == tuple(row) else None


class Rows(dict[int, dict[str, int]]):
    """Rows by state, each made of its text (JSON) when a parser first comes to it: no text
    comes to all of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self.texts = tuple(texts)

    def __missing__(self, state: int) -> dict[str, int]:
        row: dict[str, int] = json.loads(self.texts[state])
        self[state] = row
        return row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.texts == other.texts

    __hash__ = None


@frozen
class Tables:
    """What the parser does in each state: `rows[state][terminal]` is a state to go to, or the
    complement of a rule.

    A keyword or a sign is its own terminal; the others are NAME, NUMBER, CHARACTER, STRING, EOL and
    END.
    """

    rows: Rows
    gotos: Rows
    rules: tuple[Rule, ...]
    literals: frozenset[str]
    patterns: dict[str, str]
    start: int
    accepting: int

    @cached_property
    def renames(self) -> tuple[str, ...]:
        """By the number of a rule: what it makes of one symbol without making a node, or
        nothing."""
        return tuple(rule.symbol if rule.renames else "" for rule in self.rules)


@cache
def tables() -> Tables:
    """The tables of the grammar: those that are shipped, unless the grammar was changed since."""
    grammar = _read(GRAMMAR)
    head, *rows = _read(SHIPPED).splitlines()
    document = json.loads(head)
    if document["grammar"] != grammar:
        return _thaw(build(grammar))
    states = len(rows) // 2
    return _thaw({**document["tables"], "rows": rows[:states], "gotos": rows[states:]})


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def shipped(grammar: str) -> str:
    """The text of the file that holds the tables of a grammar: a line for all but the rows, then
    one for each row, which is read by itself."""
    tables = build(grammar)
    rows = [*tables.pop("rows"), *tables.pop("gotos")]
    head = json.dumps({"grammar": grammar, "tables": tables}, separators=(",", ":"))
    return "".join(f"{line}\n" for line in (head, *rows))


def build(grammar: str) -> dict[str, Any]:
    """Have Lark work out the tables; a conflict in the grammar is an error."""
    from lark import Lark
    from lark.lexer import PatternStr
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=True)
    table = lark.parser.parser._parse_table
    literals = {
        t.name: t.pattern.value for t in lark.terminals if isinstance(t.pattern, PatternStr)
    }
    terminals = {t.name: literals.get(t.name, t.name) for t in lark.terminals} | {
        END: END,
        EOL: EOL,
    }
    states = _numbered(table.states, table.start_states["start"], Shift)
    rules = {rule: number for number, rule in enumerate(lark.rules)}
    rows: list[dict[str, int]] = [{} for _ in states]
    gotos: list[dict[str, int]] = [{} for _ in states]
    for state, number in states.items():
        for symbol, (action, argument) in sorted(table.states[state].items()):
            target = states[argument] if action is Shift else ~rules[argument]
            if symbol in terminals:
                rows[number][terminals[symbol]] = target
            else:
                gotos[number][symbol] = target
    return {
        "rows": [json.dumps(row, separators=(",", ":")) for row in rows],
        "gotos": [json.dumps(row, separators=(",", ":")) for row in gotos],
        "rules": [_rule(rule) for rule in lark.rules],
        "literals": sorted(literals.values()),
        "patterns": {
            t.name: t.pattern.to_regexp() for t in lark.terminals if t.name not in literals
        },
        "start": 0,
        "accepting": gotos[0]["start"],
    }


def _numbered(table: Any, start: int, shift: Any) -> dict[int, int]:
    """The states in the order they are reached from the start: Lark's own numbers differ from
    run to run."""
    numbers = {start: 0}
    waiting = [start]
    for state in waiting:
        for _, (action, target) in sorted(table[state].items(), key=lambda entry: str(entry[0])):
            if action is shift and target not in numbers:
                numbers[target] = len(numbers)
                waiting.append(target)
    return numbers


def _rule(rule: Any) -> list[Any]:
    """A rule of Lark's as the plain values of a Rule."""
    name = str(rule.origin.name)
    gathers = name.startswith("_")
    parts: list[int | None] = []
    absent = rule.options.empty_indices or [False] * len(rule.expansion)
    symbols = iter(enumerate(rule.expansion))
    for missing in absent:
        if missing:
            parts.append(None)
            continue
        index, symbol = next(symbols)
        if not symbol.is_term:
            parts.append(~index if symbol.name.startswith("_") else index)
        elif rule.options.keep_all_tokens or not symbol.filter_out:
            parts.append(index)
    passes = rule.options.expand1 and not rule.alias and len(parts) == 1
    action = "" if gathers or passes else str(rule.alias or name)
    return [name, len(rule.expansion), parts, action, gathers]


def _thaw(plain: dict[str, Any]) -> Tables:
    rules = tuple(
        Rule(name, size, tuple(parts), action, gathers)
        for name, size, parts, action, gathers in plain["rules"]
    )
    return Tables(
        rows=Rows(plain["rows"]),
        gotos=Rows(plain["gotos"]),
        rules=rules,
        literals=frozenset(plain["literals"]),
        patterns=plain["patterns"],
        start=plain["start"],
        accepting=plain["accepting"],
    )


# Words that are keywords only before a parenthesis.
_CALLED = words(
    "sizeof alignof __alignof__ offsetof has IS_ENABLED BIT BIT_ULL _AC DIV_ROUND_UP "
    "__KERNEL_DIV_ROUND_UP BITS_TO_LONGS "
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

    def push(self, state: int, value: Any, start: int, end: int) -> None:
        self.states.append(state)
        self.values.append(value)
        self.starts.append(start)
        self.ends.append(end)
        self.heights.append(0)

    def give_up(self, size: int, symbol: str) -> None:
        """Put an empty list in the place of the newest symbols, where they end."""
        end = self.ends[-1] if self.ends else 0
        if size:
            del self.states[-size:], self.values[-size:]
            del self.starts[-size:], self.ends[-size:], self.heights[-size:]
        self.push(self.tables.gotos[self.states[-1]][symbol], [], end, end)

    def begin(self) -> None:
        """Push what is made of nothing: it is where the newest symbol ends."""
        end = self.ends[-1] if self.ends else 0
        self.push(0, None, end, end)

    def join(self, size: int) -> None:
        """Let one symbol stand where the newest ones do, several of them, as high as the highest."""
        height, end = max(self.heights[-size:]), self.ends[-1]
        more = 1 - size
        del self.states[more:], self.values[more:], self.starts[more:]
        del self.ends[more:], self.heights[more:]
        self.ends[-1], self.heights[-1] = end, height

    def nest(self) -> int:
        """Put the newest symbol one higher, and say how high it is."""
        self.heights[-1] += 1
        return self.heights[-1]

    def role(self, word: str, after: str) -> str:
        """What a word that might be a keyword is here: itself or NAME; `after` is the kind of
        the next token."""
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
