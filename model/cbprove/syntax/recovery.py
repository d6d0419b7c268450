"""After a mistake: say what was expected, then find the next place where reading on makes sense.

A list of the grammar (declarations, entries of a layer, statements, members) is such a place. The
mistake's own entry is given up to its `;` or its closing brace, and the list goes on behind it. A
`;` that is missing at the end of a line is supplied.
"""

from __future__ import annotations

import re

from cbprove.diagnostics import Diagnostic, Note, Source, Span
from cbprove.syntax.annotations import CODE_WORDS
from cbprove.syntax.build import STATEMENT_WORDS
from cbprove.syntax.lexer import MAX_MISTAKES
from cbprove.syntax.tables import END, EOL, Stack
from cbprove.syntax.tokens import Token
from cbprove.syntax.wording import (
    DECLARATION_WORDS,
    SHAPES,
    WORD_TYPES,
    close_to,
    expected,
    found,
    habit,
    macro_mistake,
)

# The lists that reading can go on in, and what an entry of each is called.
_ENTRIES = {
    "_statement": "statement",
    "_layer_entry": "entry",
    "_proposal_entry": "entry",
    "_member": "member",
    "_arm": "packing",
    "_pinned_entry": "declaration",
    "_declaration": "declaration",
}
_CONDITIONALS = frozenset({"#if", "#ifdef", "#ifndef"})
_C_WORDS = frozenset({"struct", "union", "enum", "typedef"})
_IN_C = frozenset({"_member", "_pinned_entry"})
_LAYER_WORDS = frozenset({"view", "step", "reads", "writes"})
# What stands before a condition.
_BEFORE_CONDITIONS = frozenset({"if", "when", "require", "assume", "holds", "given"})
_WORD = re.compile(r"#?[A-Za-z_]+")


class Recovery:
    """Shares the parser's stack, and shortens it."""

    def __init__(
        self,
        source: Source,
        tokens: list[Token],
        stack: Stack,
        mistakes: list[Diagnostic],
        lines: set[int],
    ) -> None:
        self.source = source
        self.tokens = tokens
        self.stack = stack
        self.mistakes = mistakes
        self.lines = lines
        self.last = -1

    def resume(self, at: int) -> int | None:
        """Report the token at `at`, which nothing can be made of, and say where to go on; None
        gives up."""
        repeated, self.last = at <= self.last, max(at, self.last)
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
        if kind in _CONDITIONALS and not size:
            return self._after_conditional(at)
        after = self._skip(at, entry, size)
        self._give_up(entry, size)
        return max(after, at + 1) if repeated else after

    # --- where to go on ---

    def _entry(self, outermost: bool) -> tuple[str, int]:
        """The innermost list that an entry of can be given up, and how many symbols that takes."""
        states, gotos = self.stack.states, self.stack.tables.gotos
        if not outermost:
            for size in range(len(states)):
                for entry in _ENTRIES:
                    if entry in gotos[states[-1 - size]]:
                        return entry, size
        size = next(
            size for size in range(len(states)) if "_declaration" in gotos[states[-1 - size]]
        )
        return "_declaration", size

    def _give_up(self, entry: str, size: int) -> None:
        """Take an unfinished entry off the stack and put an empty one there."""
        place = self.stack.ends[-1] if self.stack.ends else 0
        self.stack.replace(size, entry, value=[], start=place, end=place, height=0)

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
            depth += (kind in _CONDITIONALS) - (kind == "#endif")
            at += 1
            if depth == 0:
                break
        while self.tokens[at].kind == EOL:
            at += 1
        return at

    def _popped(self, size: int) -> list[object]:
        return self.stack.values[len(self.stack.values) - size :]

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
                f"expected `;` after the {_ENTRIES[entry]}",
                before.end,
                before.end,
                "add `;` here",
            )
        self.tokens.insert(at, Token(";", ";", before.end, before.end))
        return True

    def _misspelt(self, entry: str, size: int, at: int) -> bool:
        """Whether a statement began with a word that is no statement: a name, and no `;` after
        it."""
        if entry != "_statement" or size != 1 or not self.stack.accepts(";"):
            return False
        word, token = self.tokens[at - 1], self.tokens[at]
        same_line = self._line(word.start) == self._line(token.start)
        return (
            word.kind == "NAME"
            and word.text not in STATEMENT_WORDS
            and same_line
            and token.kind not in ("}", END)
        )

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
                    f"expected `;` before {found(self.tokens[begun])}",
                )
                self._mistake("CB0021", message, end, end, self._help(begun, entry, size))
        self._give_up("_declaration", size)
        return begun

    def _report_open(self, size: int, token: Token) -> bool:
        """Report the innermost brace that is open in the newest symbols; False if there is none."""
        open_braces: list[Token] = []
        for value in self._popped(size):
            if isinstance(value, Token) and value.kind == "{":
                open_braces.append(value)
            elif isinstance(value, Token) and value.kind == "}" and open_braces:
                open_braces.pop()
        if not open_braces:
            return False
        brace = open_braces[-1]
        beginning = (
            "the file ends here"
            if token.kind == END
            else f"{found(token)} begins a declaration of its own"
        )
        note = Note(beginning, Span(self.source, token.start, token.end))
        self._mistake(
            "CB0022",
            "this `{` is never closed",
            start=brace.start,
            end=brace.end,
            help="add `}` where it ends",
            notes=(note,),
        )
        return True

    # --- what is said ---

    def _report(self, at: int, entry: str, size: int) -> None:
        """Say what is wrong with the token at `at`."""
        token = self.tokens[at]
        if self._known_wrong(at):
            return
        for special in (
            self._report_directive,
            self._report_define,
            self._report_code,
            self._report_habit,
            self._report_equals,
            self._report_statement,
        ):
            if special(at, entry, size):
                return
        if token.kind == END and self._report_open(self._entry(outermost=True)[1], token):
            return
        before = self.tokens[at - 1].kind if at else ""
        expectation = expected(
            [kind for kind in self.stack.expected() if not kind == before == "STRING"]
        )
        after = f" after {found(self.tokens[at - 1])}" if size and at else ""
        help = self._help(at, entry, size)
        self._mistake(
            "CB0020",
            f"expected {expectation}{after}, found {found(token)}",
            token.start,
            token.end,
            help,
        )

    def _known_wrong(self, at: int) -> bool:
        """Whether the text itself was wrong around here, which was said already."""
        return self._line(self.tokens[at].start) in self.lines or (
            at > 0 and self._line(self.tokens[at - 1].end) in self.lines
        )

    def _report_directive(self, at: int, entry: str, size: int) -> bool:
        token = self.tokens[at]
        if token.kind in _CONDITIONALS:
            help = "put it inside a struct, around members; for statements there is `when`"
            message = f"`{token.kind}` stands around members only"
        elif token.kind in ("#elif", "#else", "#endif"):
            message, help = (
                f"`{token.kind}` without an `#if` before it among the same members",
                "add the `#if`, or delete it",
            )
        else:
            return False
        self._mistake("CB0024", message, token.start, token.end, help)
        return True

    def _report_define(self, at: int, entry: str, size: int) -> bool:
        """A `#define` that is not a name for a constant expression."""
        words = [value for value in self._popped(size) if isinstance(value, Token)]
        if not words or words[0].kind != "#define" or len(words) < 2:
            return False
        name = words[1]
        if self.source.text[name.end : name.end + 1] == "(":
            message, help = macro_mistake(name.text)
        elif self.tokens[at].kind == EOL and self.tokens[at - 1] is name:
            message, help = (
                f"`#define {name.text}` has no value",
                "delete the line, or give it a constant",
            )
        else:
            message = f"`#define {name.text}` is not a constant expression"
            help = "delete the line if nothing needs it: only constants can be defined"
        self._mistake("CB0025", message, name.start, name.end, help)
        return True

    def _report_code(self, at: int, entry: str, size: int) -> bool:
        token = self.tokens[at]
        if size or entry != "_declaration" or token.text not in CODE_WORDS | WORD_TYPES:
            return False
        help = "paste structs, unions, enums, typedefs and `#define`s only"
        self._mistake(
            "CB0026",
            f"`{token.text}` begins C code, which is not read",
            token.start,
            token.end,
            help,
        )
        return True

    def _report_habit(self, at: int, entry: str, size: int) -> bool:
        """A statement that is C's."""
        if entry != "_statement":
            return False
        start = self.stack.starts[-size] if size else self.tokens[at].start
        last = at
        while self.tokens[last].kind not in (";", "{", "}", END):
            last += 1
        habit_of_c = habit(self.source.text[start : self.tokens[last - 1].end]) if last else None
        if habit_of_c is None or self.tokens[last].kind == "{":
            return False
        self._mistake(
            "CB0020",
            habit_of_c.message,
            start + habit_of_c.start,
            start + habit_of_c.end,
            habit_of_c.help,
        )
        return True

    def _report_equals(self, at: int, entry: str, size: int) -> bool:
        """A `=` in a condition."""
        token = self.tokens[at]
        if token.kind != "=" or not size:
            return False
        begun = self.stack.starts[-size]
        if not any(
            begun <= word.start and word.text in _BEFORE_CONDITIONS for word in self.tokens[:at]
        ):
            return False
        self._mistake(
            "CB0020",
            "`=` compares nothing",
            token.start,
            token.end,
            "a condition compares with `==`",
        )
        return True

    def _report_statement(self, at: int, entry: str, size: int) -> bool:
        if not self._misspelt(entry, size, at):
            return False
        word = self.tokens[at - 1]
        meant = close_to(word.text, STATEMENT_WORDS)
        help = (
            f"did you mean `{meant}`?"
            if meant
            else f"a step or a part is called by its name alone: `{word.text};`"
        )
        self._mistake(
            "CB0020", f"no statement begins with `{word.text}`", word.start, word.end, help
        )
        return True

    def _help(self, at: int, entry: str, size: int) -> str:
        """How what was begun is written; or, where nothing fits, what was perhaps meant."""
        token = self.tokens[at]
        if token.kind == "->":
            return "members are reached with `.`, also through pointers"
        if size:
            begun = _WORD.match(self.source.text, self.stack.starts[-size])
            return SHAPES.get(begun.group() if begun else "", SHAPES[entry])
        if token.kind == "NAME":
            keywords = frozenset(
                kind for kind in self.stack.expected() if kind.isalpha() and kind.islower()
            )
            meant = close_to(token.text, keywords)
            if meant:
                return f"did you mean `{meant}`?"
            if token.text in _LAYER_WORDS:
                return f"`{token.text}` stands inside a layer: `layer NAME {{ ... }}`"
        return SHAPES[entry]

    def _line(self, offset: int) -> int:
        return self.source.position(offset)[0]

    def _mistake(
        self, code: str, message: str, start: int, end: int, help: str, notes: tuple[Note, ...] = ()
    ) -> None:
        self.mistakes.append(Diagnostic(code, message, Span(self.source, start, end), help, notes))
