"""What is said of a token that nothing can be made of: what was expected, or what was perhaps
meant."""

from __future__ import annotations

import re

from cbprove.diagnostics import Diagnostic, Note, Source, Span
from cbprove.syntax.annotations import CODE_WORDS
from cbprove.syntax.build import STATEMENT_WORDS
from cbprove.syntax.tables import END, EOL, Stack
from cbprove.syntax.tokens import Token
from cbprove.syntax.wording import (
    SHAPES,
    WORD_TYPES,
    close_to,
    expected,
    habit,
    macro_mistake,
    named,
)

# The lists that reading can go on in, and what an entry of each is called.
ENTRIES = {
    "_statement": "statement",
    "_layer_entry": "entry",
    "_proposal_entry": "entry",
    "_member": "member",
    "_arm": "packing",
    "_pinned_entry": "declaration",
    "_declaration": "declaration",
}
CONDITIONALS = frozenset({"#if", "#ifdef", "#ifndef"})
_LAYER_WORDS = frozenset({"view", "step", "reads", "writes"})
# What stands before a condition.
_BEFORE_CONDITIONS = frozenset({"if", "when", "require", "assume", "holds", "given"})
_WORD = re.compile(r"#?[A-Za-z_]+")


class Complaints:
    """Sees the parser's stack, and adds to its mistakes."""

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
        after = f" after {named(self.tokens[at - 1])}" if size and at else ""
        help = self._help(at, entry, size)
        self._mistake(
            "CB0020",
            f"expected {expectation}{after}, found {named(token)}",
            token.start,
            token.end,
            help,
        )

    def _report_directive(self, at: int, entry: str, size: int) -> bool:
        token = self.tokens[at]
        if token.kind in CONDITIONALS:
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
            else f"{named(token)} begins a declaration of its own"
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

    def _mistake(
        self, code: str, message: str, start: int, end: int, help: str, notes: tuple[Note, ...] = ()
    ) -> None:
        self.mistakes.append(Diagnostic(code, message, Span(self.source, start, end), help, notes))

    def _known_wrong(self, at: int) -> bool:
        """Whether the text itself was wrong around here, which was said already."""
        return self._line(self.tokens[at].start) in self.lines or (
            at > 0 and self._line(self.tokens[at - 1].end) in self.lines
        )

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

    def _entry(self, outermost: bool) -> tuple[str, int]:
        """The innermost list that is open and an entry of which can be given up, and how many
        symbols that takes."""
        states, gotos = self.stack.states, self.stack.tables.gotos
        if not outermost:
            for size in range(len(states)):
                if any(isinstance(v, Token) and v.kind == "}" for v in self._popped(size)):
                    continue
                for entry in ENTRIES:
                    if entry in gotos[states[-1 - size]]:
                        return entry, size
        size = next(
            size for size in range(len(states)) if "_declaration" in gotos[states[-1 - size]]
        )
        return "_declaration", size

    def _popped(self, size: int) -> list[object]:
        return self.stack.values[len(self.stack.values) - size :]

    def _line(self, offset: int) -> int:
        return self.source.position(offset)[0]
