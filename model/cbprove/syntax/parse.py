"""Text to tree: `parse` for one source. The tables drive it, and what they want next decides
what a word is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.syntax import tree as syntax
from cbprove.syntax.build import Builder
from cbprove.syntax.lexer import MAX_DEPTH, Lexer, too_deep
from cbprove.syntax.tables import END, Rule, Stack, Tables, tables
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
        self.actions: list[Any] = [
            getattr(self.builder, rule.action, None) for rule in self.tables.rules
        ]

    def run(self) -> Any:
        """All declarations; only worth something if there are no mistakes."""
        stack, tokens, rows = self.stack, self.tokens, self.tables.rows
        states, literals, accepting = stack.states, self.tables.literals, self.tables.accepting
        at = 0
        while True:
            token = tokens[at]
            kind = token.kind
            if kind == "NAME" and token.text in literals:
                kind = stack.role(token.text, tokens[at + 1].kind)
            action = rows[states[-1]].get(kind)
            while action is not None and action < 0:
                self._reduce(~action)
                if kind is END and states[-1] == accepting:
                    return stack.values[-1]
                action = rows[states[-1]].get(kind)
            if action is not None:
                stack.push(action, token, token.start, token.end)
                at += 1
                continue
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
        rule = self.tables.rules[number]
        stack, size, action = self.stack, rule.size, self.actions[number]
        if size == 1 and action is None and not rule.gathers:
            stack.rename(rule.symbol)
            return
        values = stack.values
        base = len(values) - size
        if size:
            start, end = stack.starts[base], stack.ends[-1]
            height = max(stack.heights[base:])
        else:
            start = end = stack.ends[-1] if stack.ends else 0
            height = 0
        if action is not None:
            value = action(Span(self.source, start, end), *_parts(rule, values, base))
            if rule.action in _NESTING:
                height += 1
                if height > MAX_DEPTH:
                    raise too_deep(self.source, start, end)
        elif not rule.gathers:
            index = rule.parts[0]
            assert index is not None
            value = values[base + index]
        elif rule.parts and rule.parts[0] == -1:
            value = values[base]
            _gather(value, rule.parts[1:], values, base)
        else:
            value = _parts(rule, values, base)
        stack.replace(size, rule.symbol, value=value, start=start, end=end, height=height)


def _parts(rule: Rule, values: list[Any], base: int) -> list[Any]:
    """What a node is made from."""
    parts: list[Any] = []
    _gather(parts, rule.parts, values, base)
    return parts


def _gather(into: list[Any], parts: tuple[int | None, ...], values: list[Any], base: int) -> None:
    for part in parts:
        if part is None:
            into.append(None)
        elif part >= 0:
            into.append(values[base + part])
        else:
            into.extend(values[base + ~part])
