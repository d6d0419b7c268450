"""Text to tree: `parse` for one source. The tables drive it, and what they want next decides
what a word is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.syntax import tree as syntax
from cbprove.syntax.build import Builder
from cbprove.syntax.lexer import MAX_DEPTH, Lexer, too_deep
from cbprove.syntax.tables import END, Stack, Tables, tables
from cbprove.syntax.tokens import Token

if TYPE_CHECKING:
    from cbprove.syntax.recovery import Recovery

# Rules that put one thing into another without a bracket: only these can nest without the lexer's
# notice.
_NESTING = frozenset(
    {
        "binary",
        "unary_operation",
        "conditional",
        "pointer",
        "array",
        "function",
        "choice",
        "elif_",
        "if_",
        "when",
    }
)


def parse(source: Source) -> tuple[syntax.Declaration, ...]:
    """The declarations of a source as they were written. Raises SpecError with every mistake if
    there are any."""
    lexer = Lexer(source)
    lexer.run()
    parser = _Parser(source, lexer.tokens, lexer.mistakes)
    declarations: tuple[syntax.Declaration, ...] = parser.run()
    if not parser.mistakes:
        parser.builder.pins.refuse_idle()
    if parser.mistakes:
        raise SpecError(tuple(sorted(parser.mistakes, key=_place)))
    return declarations


def _place(mistake: Diagnostic) -> int:
    return mistake.span.start if mistake.span else 0


class _Parser:
    """Runs the tables over the tokens and makes nodes on the way."""

    def __init__(self, source: Source, tokens: list[Token], mistakes: list[Diagnostic]) -> None:
        self.tables: Tables = tables()
        self.source = source
        self.tokens = tokens
        self.mistakes = mistakes
        # Of which the lexer has spoken
        self.lines = {mistake.span.line for mistake in mistakes if mistake.span}
        self.stack = Stack(self.tables)
        self.builder = Builder(source, mistakes.append)
        self.builds = _builds()
        self.rules, self.gotos = self.tables.rules, self.tables.gotos

    def run(self) -> Any:
        """All declarations; only worth something if there are no mistakes."""
        stack, tokens, rows = self.stack, self.tokens, self.tables.rows
        literals, gotos, renames = self.tables.literals, self.gotos, self.tables.renames
        states = stack.states
        at = 0
        while True:
            token = tokens[at]
            kind = token.kind
            if kind == "NAME" and token.text in literals:
                kind = stack.role(token.text, tokens[at + 1].kind)
            while (action := rows[states[-1]].get(kind)) is not None and action < 0:
                symbol = renames[~action]
                if symbol:
                    states[-1] = gotos[states[-2]][symbol]
                else:
                    self._reduce(~action)
            if action is not None:
                stack.push(action, token, token.start, token.end)
                at += 1
                continue
            if kind is END and states[-1] == self.tables.accepting:
                return stack.values[-1]
            self._settle()
            resumed = self.recovery.resume(at)
            if resumed is None:
                return ()
            at = resumed

    @cached_property
    def recovery(self) -> Recovery:
        """What finds the way on behind a mistake; a text without any needs none of it."""
        from cbprove.syntax.recovery import Recovery

        return Recovery(self.source, self.tokens, self.stack, self.mistakes, self.lines)

    def _settle(self) -> None:
        """Make what is complete whatever comes next, so that a mistake is seen from the list it
        stands in."""
        while (
            len(choices := set(self.tables.rows[self.stack.states[-1]].values())) == 1
            and (number := choices.pop()) < 0
        ):
            self._reduce(~number)

    def _reduce(self, number: int) -> None:
        """Replace the newest symbols by the one they make."""
        rule, stack = self.rules[number], self.stack
        size, values = rule.size, stack.values
        if not size:
            stack.begin()
            size = 1
        symbols = values[-size:]
        if rule.extends:
            value = symbols[0]
            value.extend(_gathered(rule.parts[1:], symbols))
        else:
            stretch, (build, has_place) = rule.stretch, self.builds[number]
            parts = symbols[stretch] if stretch is not None else _gathered(rule.parts, symbols)
            if has_place:
                span = Span(self.source, stack.starts[-size], stack.ends[-1])
                value = build(self.builder, span, *parts)
            elif build is not None:
                value = build(self.builder, *parts)
            else:
                value = parts if rule.gathers else parts[0]
        if size > 1:
            stack.join(size)
        values[-1] = value
        states = stack.states
        states[-1] = self.gotos[states[-2]][rule.symbol]
        if rule.action in _NESTING and stack.nest() > MAX_DEPTH:
            raise too_deep(self.source, stack.starts[-1], stack.ends[-1])


@cache
def _builds() -> tuple[tuple[Any, bool], ...]:
    """For each rule the builder's function that makes its node, where one does, and whether that
    takes the place of the node, as `span`, before what it is made from."""
    builds = [getattr(Builder, rule.action, None) for rule in tables().rules]
    return tuple((b, b is not None and "span" in b.__code__.co_varnames[1:2]) for b in builds)


def _gathered(parts: Sequence[int | None], symbols: Sequence[Any]) -> list[Any]:
    """What a node is made from, of the values of its symbols."""
    gathered: list[Any] = []
    for part in parts:
        if part is None:
            gathered.append(None)
        elif part >= 0:
            gathered.append(symbols[part])
        else:
            gathered.extend(symbols[~part])
    return gathered
