"""After a mistake: have it said what was expected, then find the next place where reading on makes
sense.

A list of the grammar (declarations, entries of a layer, statements, members) is such a place. The
mistake's own entry is given up to its `;` or its closing brace, and the list goes on behind it. A
`;` that is missing at the end of a line is supplied.
"""

from __future__ import annotations

from cbprove.syntax.complaints import CONDITIONALS, ENTRIES, Complaints
from cbprove.syntax.lexer import MAX_MISTAKES
from cbprove.syntax.tables import END, EOL
from cbprove.syntax.tokens import Token
from cbprove.syntax.wording import DECLARATION_WORDS, named

_C_WORDS = frozenset({"struct", "union", "enum", "typedef"})
_IN_C = frozenset({"_member", "_pinned_entry"})


class Recovery(Complaints):
    """Shares the parser's stack, and shortens it."""

    _last = -1  # the token that was reported last

    def resume(self, at: int) -> int | None:
        """Report the token at `at`, which nothing can be made of, and say where to go on; None
        gives up."""
        repeated, self._last = at <= self._last, max(at, self._last)
        if len(self.mistakes) >= MAX_MISTAKES:
            return None
        if not repeated and self._supply_semicolon(at):
            return at
        begun = self._new_declaration(at)
        if begun is not None:
            return self._leave_open(begun, at, repeated)
        entry, size = self._entry(outermost=repeated)
        if not repeated:
            self._report(at, entry, size)
        if self.tokens[at].kind == END:
            return None
        kind = self.tokens[at].kind
        if kind in CONDITIONALS and not size:
            return self._after_conditional(at)
        after = self._skip(at, entry, size)
        self.stack.give_up(size, entry)
        return max(after, at + 1) if repeated else after

    # --- where to go on ---

    def _skip(self, at: int, entry: str, size: int) -> int:
        """Where the entry ends that the token at `at` stands in."""
        tokens = self.tokens
        depth = sum(self._braces(value) for value in self._popped(size))
        in_directive = any(isinstance(v, Token) and v.kind[0] == "#" for v in self._popped(size))
        while True:
            token = tokens[at]
            kind = token.kind
            if kind == END or self._begins_declaration(at, entry):
                return at
            if kind == EOL and in_directive:
                return at + 1
            if kind == ";" and tokens[at + 1].text == "expect" and entry == "_declaration":
                kind = ""
            if depth <= 0 and (
                kind == ";" or (kind == "}" and entry == "_declaration" and depth < 0)
            ):
                return at + 1
            if depth <= 0 and entry == "_member" and kind in ("#elif", "#else", "#endif"):
                return at
            if kind == "{":
                depth += 1
            elif kind == "}":
                if depth <= 0:
                    return at + 1 if entry == "_declaration" else at
                depth -= 1
                if depth == 0 and not self._goes_on(at, entry):
                    return at + 1
            at += 1

    def _goes_on(self, brace: int, entry: str) -> bool:
        """Whether an entry goes on after the `}` that balances it."""
        after = self.tokens[brace + 1]
        if after.kind == ";" or after.text in ("else", "or"):
            return True
        same_line = self._line(after.start) == self._line(self.tokens[brace].start)
        return (
            same_line
            and entry in ("_member", "_arm", "_declaration")
            and after.kind not in ("}", END)
        )

    def _after_conditional(self, at: int) -> int:
        """Behind the `#endif` that belongs to the `#if` at `at`."""
        depth = 0
        while self.tokens[at].kind != END:
            kind = self.tokens[at].kind
            depth += (kind in CONDITIONALS) - (kind == "#endif")
            at += 1
            if depth == 0:
                break
        while self.tokens[at].kind == EOL:
            at += 1
        return at

    @staticmethod
    def _braces(value: object) -> int:
        if not isinstance(value, Token):
            return 0
        return (value.kind == "{") - (value.kind == "}")

    # --- a `;` that is missing ---

    def _supply_semicolon(self, at: int) -> bool:
        """Where only a `;` is missing at the end of a line or a block, say so and go on as if it
        were there."""
        if at == 0 or not self.stack.accepts(";") or not self._entry(outermost=False)[1]:
            return False
        token, before = self.tokens[at], self.tokens[at - 1]
        if token.kind not in ("}", END) and self._line(token.start) == self._line(before.end):
            return False
        entry, size = self._entry(outermost=False)
        if self._misspelt(entry, size, at):
            return False
        if not self._known_wrong(at):
            self._mistake(
                "CB0021",
                f"expected `;` after the {ENTRIES[entry]}",
                before.end,
                before.end,
                "add `;` here",
            )
        self.tokens.insert(at, Token(";", ";", before.end, before.end))
        return True

    # --- a declaration that begins where another has not ended ---

    def _begins_declaration(self, at: int, entry: str) -> bool:
        """Whether a token at the left margin is the first word of a declaration; among others of
        C, C does not count."""
        token = self.tokens[at]
        if token.text not in DECLARATION_WORDS or (entry in _IN_C and token.text in _C_WORDS):
            return False
        return token.start == 0 or self.source.text[token.start - 1] == "\n"

    def _new_declaration(self, at: int) -> int | None:
        """The first word of the declaration that the token at `at` is in, if that one began
        inside of another."""
        entry, _ = self._entry(outermost=False)
        _, size = self._entry(outermost=True)
        if not size:
            return None
        for begun in range(at, max(at - 4, -1), -1):
            if self.tokens[begun].start <= self.stack.starts[-size]:
                return None
            if self._begins_declaration(begun, entry):
                return begun
        return None

    def _leave_open(self, begun: int, at: int, repeated: bool) -> int:
        """Give up a declaration that has not ended where the next one begins."""
        entry, inner = self._entry(outermost=False)
        _, size = self._entry(outermost=True)
        if (
            not repeated
            and not self._known_wrong(begun)
            and not self._report_open(size, self.tokens[begun])
        ):
            if begun == at:
                self._report(at, entry, inner)
            else:
                end, message = (
                    self.tokens[begun - 1].end,
                    f"expected `;` before {named(self.tokens[begun])}",
                )
                self._mistake("CB0021", message, end, end, self._help(begun, entry, size))
        self.stack.give_up(size, "_declaration")
        return begun
