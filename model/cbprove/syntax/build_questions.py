"""Properties, proposals and asks made into nodes: one method a rule of the grammar."""

from __future__ import annotations

from typing import Any

from cbprove.diagnostics import Span
from cbprove.syntax import ctree, questions
from cbprove.syntax.build_c import CBuilder
from cbprove.syntax.tokens import Token

EXPECTED_VERDICTS = ("proved", "refuted", "excluded", "vacuous")


class QuestionBuilder(CBuilder):
    """What is claimed, put forward and asked; C and expressions are in the bases."""

    # --- properties ---

    def property(
        self,
        span: Span,
        name: Token,
        title: str | None,
        condition: ctree.Expr | None,
        claim: questions.Claim,
        where: Any,
    ) -> questions.Property:
        return questions.Property(
            name=self.name(name),
            title=title or "",
            condition=condition,
            claim=claim,
            where=where or (),
            span=span,
        )

    def preserved(self, members: Any, start: ctree.Name, end: ctree.Name) -> questions.Preserved:
        return questions.Preserved(members, start, end, ())

    def preserved_as(
        self, members: Any, start: ctree.Name, later: Any, end: ctree.Name
    ) -> questions.Preserved:
        return questions.Preserved(members, start, end, later)

    def owned(self, members: Any) -> questions.Owned:
        return questions.Owned(members or ())

    def written(
        self, cleared: bool | None, members: Any, authors: Any, name: ctree.Name | None
    ) -> questions.Written:
        return questions.Written(members or (), authors or (), cleared is not None, name)

    def exact(self, members: Any) -> questions.Exact:
        return questions.Exact(members or ())

    def holds(self, condition: ctree.Expr, at: ctree.Name) -> questions.Holds:
        return questions.Holds(condition, at)

    def fits(self, members: Any) -> questions.Fits:
        return questions.Fits(members or ())

    def aligned(self, members: Any) -> questions.AlignedViews:
        return questions.AlignedViews(members or ())

    def disjoint(self, left: ctree.Place, right: ctree.Place) -> questions.Disjoint:
        return questions.Disjoint(left, right)

    def lent(self) -> questions.Lent:
        return questions.Lent()

    # --- proposals and asks ---

    def proposal(
        self, span: Span, name: Token, title: str | None, *entries: Any
    ) -> questions.Proposal:
        settings = tuple(entry for entry in entries if isinstance(entry, questions.Setting))
        expected = tuple(
            expectation for entry in entries if isinstance(entry, tuple) for expectation in entry
        )
        return questions.Proposal(self.name(name), title or "", settings, expected, span)

    def setting(self, span: Span, axis: Token, value: ctree.Expr) -> questions.Setting:
        return questions.Setting(self.name(axis), value, None, None, span)

    assignment = setting

    def any_setting(self, span: Span, axis: Token) -> questions.Setting:
        return questions.Setting(self.name(axis), None, None, None, span)

    def domain_setting(self, span: Span, axis: Token, domain: Any) -> questions.Setting:
        range, values = _domain(domain)
        return questions.Setting(self.name(axis), None, range, values, span)

    def expect(self, *parts: questions.Expectation) -> tuple[questions.Expectation, ...]:
        """The expectations, each `VERDICT otherwise` joined to the one it completes."""
        joined: list[questions.Expectation] = []
        for part in parts:
            if part.otherwise is None:
                joined.append(part)
            elif joined and joined[-1].condition is not None and joined[-1].otherwise is None:
                joined[-1] = _completed(joined[-1], part)
            else:
                help = (
                    f"say when the other verdict holds: `expect P VERDICT when COND, "
                    f"{part.otherwise} otherwise`"
                )
                self.mistake("CB0027", "`otherwise` without a `when` before it", part.span, help)
        return tuple(joined)

    def expectation(
        self,
        span: Span,
        name: Token,
        verdict: Token,
        turns: Any,
        somewhere: bool | None,
        condition: Any,
    ) -> questions.Expectation:
        text = self.verdict(verdict)
        if turns is not None and text != "proved":
            self.mistake(
                "CB0027",
                f"`{text} up to`",
                turns.span,
                "only `proved` can be expected up to a number of turns",
            )
        return questions.Expectation(
            property=self.name(name),
            verdict=text,
            turns=turns,
            somewhere=somewhere is not None,
            condition=condition,
            otherwise=None,
            span=span,
        )

    def turns(self, turns: ctree.Expr) -> ctree.Expr:
        return turns

    def otherwise(self, span: Span, verdict: Token) -> questions.Expectation:
        text = self.verdict(verdict)
        return questions.Expectation(
            property=None,
            verdict=text,
            turns=None,
            somewhere=False,
            condition=None,
            otherwise=text,
            span=span,
        )

    def whole(self, span: Span, verdict: Token) -> questions.Expectation:
        if verdict.text != "excluded":
            help = f"say what is expected of it, as in `expect {verdict.text} refuted`"
            self.mistake("CB0027", f"no verdict after `{verdict.text}`", self.span(verdict), help)
        return questions.Expectation(
            property=None,
            verdict="excluded",
            turns=None,
            somewhere=False,
            condition=None,
            otherwise=None,
            span=span,
        )

    def verdict(self, token: Token) -> str:
        """A verdict that may be expected."""
        if token.text in ("unknown", "mixed"):
            help = f"expect one of {_listed(EXPECTED_VERDICTS)}"
            self.mistake("CB0027", f"`{token.text}` cannot be expected", self.span(token), help)
        elif token.text not in EXPECTED_VERDICTS:
            help = f"the verdicts are {_listed(EXPECTED_VERDICTS)}"
            self.mistake("CB0027", f"`{token.text}` is not a verdict", self.span(token), help)
        return token.text

    def ask(
        self,
        span: Span,
        name: Token,
        title: str | None,
        axes: Any,
        properties: Any,
        condition: Any,
        expect: Any,
    ) -> questions.Ask:
        return questions.Ask(
            name=self.name(name),
            title=title or "",
            axes=axes,
            properties=properties,
            given=condition,
            expect=expect,
            span=span,
        )

    def ask_expect(self, span: Span, kind: Any) -> questions.AskExpectation:
        return questions.AskExpectation(kind, (), span)

    def exactly(self, span: Span, *rows: Any) -> questions.AskExpectation:
        return questions.AskExpectation("exactly", rows, span)

    def row(self, *assignments: questions.Setting) -> tuple[questions.Setting, ...]:
        return assignments


def _completed(first: questions.Expectation, other: questions.Expectation) -> questions.Expectation:
    span = Span(first.span.source, first.span.start, other.span.end)
    return questions.Expectation(
        property=first.property,
        verdict=first.verdict,
        turns=first.turns,
        somewhere=first.somewhere,
        condition=first.condition,
        otherwise=other.otherwise,
        span=span,
    )


def _listed(listed: tuple[str, ...]) -> str:
    quoted = [f"`{word}`" for word in listed]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _domain(domain: Any) -> tuple[Any, Any]:
    """The range and the values of an `in`, the one that was not said being None."""
    if domain is None:
        return None, None
    kind, values = domain
    return (values, None) if kind == "range" else (None, values)
