"""The tree made from the bottom up: one method a rule of the grammar, called when the parser has
seen it."""

from __future__ import annotations

from typing import Any

from cbprove.diagnostics import Span
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.annotations import words
from cbprove.syntax.build_questions import QuestionBuilder, _domain
from cbprove.syntax.tokens import Token

STATEMENT_WORDS = words(
    "read write clear copy clone new on each repeat either or optionally if else when assume "
    "share consume"
)


class Builder(QuestionBuilder):
    """Layers, paths and statements; questions, C and expressions are in the bases."""

    def start(self, *declarations: Any) -> tuple[syntax.Declaration, ...]:
        """All declarations; a `#define` inside of one comes before it."""
        hoisted = iter(self.hoisted)
        waiting = next(hoisted, None)
        nodes: list[syntax.Declaration] = []
        for declaration in declarations:
            nodes_of = (
                declaration
                if isinstance(declaration, list)
                else [declaration]
                if declaration is not None
                else []
            )
            for node in nodes_of:
                while waiting is not None and waiting.span.start < node.span.end:
                    nodes.append(waiting)
                    waiting = next(hoisted, None)
                nodes.append(node)
        return tuple(nodes)

    def text(self, *strings: Token) -> str:
        return "".join(self.string(string) for string in strings)

    def names(self, *names: Token) -> tuple[ctree.Name, ...]:
        return tuple(map(self.name, names))

    and_names = names

    # --- single declarations ---

    def spec_line(self, span: Span, name: Token, title: str | None) -> syntax.SpecLine:
        return syntax.SpecLine(self.name(name), title or "", span)

    def audited(self, span: Span, record: Token) -> syntax.Audited:
        return syntax.Audited(self.string(record), span)

    def include(self, span: Span, path: Token) -> syntax.Include:
        return syntax.Include(self.string(path), span)

    def abi(
        self, span: Span, values: tuple[ctree.Name, ...], default: Token | None
    ) -> syntax.AbiAxis:
        return syntax.AbiAxis(values, self.maybe_name(default), span)

    def object(self, span: Span, name: Token, per_path: bool | None, members: Any) -> syntax.Object:
        return syntax.Object(self.name(name), per_path is not None, members, span)

    def require(self, span: Span, condition: ctree.Expr) -> syntax.Require:
        return syntax.Require(condition, span)

    def range(self, low: ctree.Expr, high: ctree.Expr) -> tuple[str, Any]:
        return "range", (low, high)

    def value_set(self, names: tuple[ctree.Name, ...]) -> tuple[str, Any]:
        return "values", names

    def param(
        self, span: Span, name: Token, domain: Any, default: ctree.Expr | None
    ) -> syntax.Param:
        range, values = _domain(domain)
        return syntax.Param(self.name(name), range, values, default, span)

    def input(
        self,
        span: Span,
        name: Token,
        unused: bool | None,
        type: ctree.CType,
        domain: Any,
        per_step: bool | None,
    ) -> syntax.Input:
        return syntax.Input(
            name=self.name(name),
            type=type,
            range=_domain(domain)[0],
            per_step=per_step is not None,
            unused=unused is not None,
            span=span,
        )

    def per_step(self, *tokens: Token) -> bool:
        return True

    per_path = unused = cleared = somewhere = per_step

    # --- layers and paths ---

    def layer(self, span: Span, name: Token, title: str | None, *entries: Any) -> syntax.Layer:
        views = tuple(entry for entry in entries if isinstance(entry, syntax.View))
        steps = tuple(entry for entry in entries if isinstance(entry, syntax.Step))
        return syntax.Layer(
            name=self.name(name),
            title=title or "",
            views=views,
            reads=_places_of(entries, "reads"),
            writes=_places_of(entries, "writes"),
            steps=steps,
            span=span,
        )

    def view(
        self,
        span: Span,
        name: Token,
        unused: bool | None,
        type: ctree.CType,
        *locations: syntax.Location,
    ) -> syntax.View:
        return syntax.View(self.name(name), type, locations, unused is not None, span)

    def location(self, place: ctree.Place, condition: ctree.Expr | None) -> syntax.Location:
        return syntax.Location(place, condition)

    def reads(self, places: Any) -> tuple[str, Any]:
        return "reads", places

    def writes(self, places: Any) -> tuple[str, Any]:
        return "writes", places

    def step(
        self,
        span: Span,
        name: Token,
        unused: bool | None,
        title: str | None,
        witness: syntax.Witness,
        body: syntax.Block | None = None,
    ) -> syntax.Step:
        return syntax.Step(
            name=self.called("step", name),
            title=title or "",
            body=body,
            unused=unused is not None,
            witness=witness,
            span=span,
        )

    bodiless_step = step

    def witness(self, of: Any, callees: Any, *without: syntax.Without) -> syntax.Witness:
        nothing = of if isinstance(of, str) else None
        return syntax.Witness(None if isinstance(of, str) else of, nothing, callees or (), without)

    def of(self, functions: tuple[syntax.Function, ...]) -> tuple[syntax.Function, ...]:
        return functions

    with_ = of

    def of_nothing(self, reason: str) -> str:
        return reason

    def standing_for(self, *functions: syntax.Function) -> tuple[syntax.Function, ...]:
        return functions

    def stands_for(self, name: Token, condition: ctree.Expr | None) -> syntax.Function:
        return syntax.Function(self.name(name), condition)

    callee = stands_for

    def without(
        self, span: Span, places: tuple[ctree.Place, ...], condition: ctree.Expr | None, reason: str
    ) -> syntax.Without:
        return syntax.Without(places, (), condition, reason, span)

    def without_callees(self, span: Span, *rest: Any) -> syntax.Without:
        *callees, reason = rest
        return syntax.Without((), tuple(callees), None, reason, span)

    def path(self, span: Span, name: Token, title: str | None, body: syntax.Block) -> syntax.Path:
        return syntax.Path(
            kind="path",
            name=self.called("path", name),
            title=title or "",
            body=body,
            unused=False,
            span=span,
        )

    def part(
        self, span: Span, name: Token, unused: bool | None, title: str | None, body: syntax.Block
    ) -> syntax.Path:
        return syntax.Path(
            kind="part",
            name=self.called("part", name),
            title=title or "",
            body=body,
            unused=unused is not None,
            span=span,
        )

    def word_of(self, token: Token) -> str:
        """The word that a rule of one word stands for."""
        return token.text

    make_kind = ask_kind = word_of

    def called(self, kind: str, name: Token) -> ctree.Name:
        """The name of what a statement may call, which no statement may begin with."""
        if name.text in STATEMENT_WORDS:
            self.mistake(
                "CB0023",
                f"a {kind} cannot be named `{name.text}`, like a statement",
                self.span(name),
                f"give it another name: `{name.text};` could not be told from the statement",
            )
        return self.name(name)

    # --- statements ---

    def block(self, *statements: Any) -> syntax.Block:
        return statements

    def read(self, span: Span, places: Any, length: ctree.Expr | None) -> syntax.Read:
        self.one_place("read", places, None, length)
        return syntax.Read(places, length, span)

    def write(
        self, span: Span, places: Any, value: ctree.Expr | None, length: ctree.Expr | None
    ) -> syntax.Write:
        self.one_place("write", places, value, length)
        return syntax.Write(places, value, length, span)

    def clear(self, span: Span, places: Any, length: ctree.Expr | None) -> syntax.Clear:
        self.one_place("clear", places, None, length)
        return syntax.Clear(places, length, span)

    def copy(
        self, span: Span, origin: ctree.Place, target: ctree.Place, length: ctree.Expr | None
    ) -> syntax.Copy:
        return syntax.Copy(origin, target, length, span)

    def one_place(
        self, word: str, places: Any, value: ctree.Expr | None, length: ctree.Expr | None
    ) -> None:
        """`=` and `for` speak of one place, and not together."""
        if value is not None and length is not None:
            self.mistake(
                "CB0028",
                "`=` and `for` in one `write`",
                length.span,
                "a value fills its member: leave `for` out",
            )
        elif (value or length) is not None and len(places) > 1:
            sign = "=" if value is not None else "for"
            help = f"write a `{word}` statement for each place"
            self.mistake("CB0028", f"`{sign}` after {len(places)} places", places[1].span, help)

    def make(self, span: Span, kind: Any, name: Token, unused: bool | None) -> syntax.Make:
        return syntax.Make(kind, self.name(name), unused is not None, span)

    def on(self, span: Span, name: Token, body: syntax.Block) -> syntax.On:
        return syntax.On(self.name(name), body, span)

    def bounds(self, low: ctree.Expr | None, high: ctree.Expr | None) -> syntax.Bounds:
        return syntax.Bounds(low, high)

    def exact_bounds(self, turns: ctree.Expr) -> syntax.Bounds:
        return syntax.Bounds(turns, turns)

    def each(
        self, span: Span, name: Token, bounds: syntax.Bounds | None, body: syntax.Block
    ) -> syntax.Each:
        return syntax.Each(self.name(name), bounds or syntax.Bounds(None, None), body, span)

    def repeat(self, span: Span, bounds: syntax.Bounds | None, body: syntax.Block) -> syntax.Repeat:
        return syntax.Repeat(bounds or syntax.Bounds(None, None), body, span)

    def either(self, span: Span, *arms: syntax.Block) -> syntax.Either:
        return syntax.Either(arms, False, span)

    def optionally(self, span: Span, body: syntax.Block) -> syntax.Either:
        return syntax.Either((body, ()), True, span)

    def if_(
        self, span: Span, condition: ctree.Expr, nodes: syntax.Block, otherwise: Any
    ) -> syntax.If:
        return syntax.If(condition, nodes, _alternative(otherwise), span)

    def when(
        self, span: Span, condition: ctree.Expr, nodes: syntax.Block, otherwise: Any
    ) -> syntax.When:
        return syntax.When(condition, nodes, _alternative(otherwise), span)

    def assume(self, span: Span, condition: ctree.Expr, reason: str) -> syntax.Assume:
        return syntax.Assume(condition, reason, span)

    def share(self, span: Span, name: Token) -> syntax.Share:
        return syntax.Share(self.name(name), span)

    def consume(self, span: Span) -> syntax.Consume:
        return syntax.Consume(span)

    def call(self, span: Span, callee: ctree.Name) -> syntax.Call:
        return syntax.Call(callee, span)

    def places(self, *places: ctree.Place) -> tuple[ctree.Place, ...]:
        return places

    def dotted(self, span: Span, first: Token, second: Token | None) -> ctree.Name:
        return (
            self.name(first) if second is None else ctree.Name(f"{first.text}.{second.text}", span)
        )

    def dotted_names(self, *names: ctree.Name) -> tuple[ctree.Name, ...]:
        return names


def _places_of(entries: tuple[Any, ...], word: str) -> tuple[ctree.Place, ...] | None:
    """What a layer declares with `reads` or `writes`, all such lines together; None where there
    is no such line."""
    lines = [entry[1] for entry in entries if isinstance(entry, tuple) and entry[0] == word]
    return tuple(place for line in lines for place in line) if lines else None


def _alternative(otherwise: Any) -> syntax.Block:
    """The block after `else`; an `else if` is a block of one statement."""
    if otherwise is None:
        return ()
    return otherwise if isinstance(otherwise, tuple) else (otherwise,)
