"""Build-time checks that a patch adds or takes away: BUILD_BUG_ON and static_assert, those that are
about structs of a model or a control block, in numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from cbprove.diagnostics import Source, SpecError
from cbprove.frozen import frozen
from cbprove.meaning import elaborate
from cbprove.meaning.resolve import resolve
from cbprove.patching.mail import Hunk
from cbprove.patching.pieces import uncommented
from cbprove.report.answer import Checked
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.program import Requirement

_CHECK = re.compile(r"\b(BUILD_BUG_ON(?:_MSG)?|(?:static|_Static)_assert)\s*\(")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_COMPARISON = re.compile(r"(?<![<>=!])(<=|>=|==|!=|<(?!<)|>(?!>))(?!=)")
_BLOCK = re.compile(
    r"(?:sizeof_field|FIELD_SIZEOF)\s*\(\s*struct sk_buff\s*,\s*cb\s*\)"
    r"|sizeof\s*\(\s*\(*\s*(?:\(struct sk_buff \*\)\s*(?:0|NULL)\)?|\w+)\s*->\s*cb\s*\)"
)
_SOURCE = "the checks of the patch"


@frozen
class Asserted:
    """A check in a hunk: its place, as it is written, and what holds where it does."""

    path: str
    line: int
    text: str
    condition: str


def asserted(hunks: Iterable[Hunk]) -> tuple[tuple[Asserted, ...], tuple[Asserted, ...]]:
    """The checks that hunks add, and those that they take away; one that moves does neither."""
    added: list[Asserted] = []
    removed: list[Asserted] = []
    for hunk in hunks:
        added += _checks_in(hunk, hunk.new)
        removed += _checks_in(hunk, hunk.old)
    texts_before, texts_after = {each.text for each in removed}, {each.text for each in added}
    return (
        tuple(each for each in added if each.text not in texts_before),
        tuple(each for each in removed if each.text not in texts_after),
    )


def about(checks: Iterable[Asserted], tags: Collection[str]) -> tuple[Asserted, ...]:
    """Those that name a struct of these, or a control block."""
    return tuple(
        each
        for each in checks
        if "skb.cb" in each.condition
        or any(tag in tags for tag in re.findall(r"\b(?:struct|union) (\w+)", each.condition))
    )


def _checks_in(hunk: Hunk, lines: tuple[str, ...]) -> Iterator[Asserted]:
    if not any("BUILD_BUG_ON" in line or "_assert" in line for line in lines):
        return
    text = _TEXT.sub('""', "\n".join(uncommented(lines)))
    for match in _CHECK.finditer(text):
        arguments = _arguments(text[match.end() :])
        if arguments:
            line = hunk.line + text.count("\n", 0, match.start())
            first = " ".join(arguments[0].split())
            wrong = match[1].startswith("BUILD_BUG_ON")
            condition = _BLOCK.sub("sizeof(skb.cb)", first)
            yield Asserted(
                hunk.path, line, f"{match[1]}({first})", _denied(condition) if wrong else condition
            )


def _arguments(text: str) -> list[str]:
    """What stands between brackets, cut at its commas; nothing where they are not closed."""
    depth, parts = 1, [""]
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if not depth:
            return parts
        if sign == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += sign
    return []


def _denied(condition: str) -> str:
    """The opposite, of a single comparison by its operator."""
    outside = _outside(condition)
    comparisons = list(_COMPARISON.finditer(outside))
    if len(comparisons) == 1 and not re.search(r"&&|\|\||\?", outside):
        start, end = comparisons[0].span()
        return f"{condition[:start]}{_OPPOSITE[comparisons[0][1]]}{condition[end:]}"
    return f"!({condition})"


def _outside(text: str) -> str:
    """The text with blanks for what stands in brackets."""
    depth, signs = 0, []
    for sign in text:
        depth += sign in "(["
        signs.append(sign if not depth else " ")
        depth -= sign in ")]"
    return "".join(signs)


def numbers(tree: syntax.Tree, check: Asserted) -> Requirement | None:
    """What a check comes to in a spec with every axis at its default; None where that does not know
    what it speaks of."""
    text = f"require {check.condition};  // {check.path}:{check.line}\n"
    source = Source(_SOURCE, text)
    try:
        declarations = parse(source)
        extended = syntax.Tree((*tree.declarations, *declarations), (*tree.sources, source))
        system = resolve(extended, warned=False)
        first = {
            axis.name: axis.values[0] if axis.default is None else axis.default
            for axis in system.axes
        }
        requirements = elaborate.requirements(system, first)
    except SpecError:
        return None
    name = f"{check.path}:{check.line}"
    return next((each for each in reversed(requirements) if each.name.startswith(name)), None)


def judged(
    added: Iterable[Asserted], removed: Iterable[Asserted], trees: Iterable[syntax.Tree]
) -> tuple[tuple[Checked, ...], tuple[str, ...], tuple[str, ...]]:
    """What is violated of the checks that a patch adds; what is said of those that hold, and of
    those that go; and of those that are not known in numbers."""
    waiting, evaluated = list(added), dict[Asserted, Requirement]()
    for tree in trees if waiting else ():
        evaluated |= {
            each: requirement
            for each in waiting
            if (requirement := numbers(tree, each)) is not None
        }
        waiting = [each for each in waiting if each not in evaluated]
        if not waiting:
            break
    violated = tuple(
        _violated(each, evaluated[each]) for each in evaluated if evaluated[each].holds is False
    )
    holding = tuple(
        f"new check at {each.path}:{each.line} holds: {_words(requirement)}"
        for each, requirement in evaluated.items()
        if requirement.holds is not False
    )
    goes = tuple(f"no check any more: {each.text} of {each.path}" for each in removed)
    unknown = tuple(
        f"not evaluated: {each.text}, which {each.path}:{each.line} adds" for each in waiting
    )
    return violated, (*holding, *goes), unknown


def _violated(check: Asserted, requirement: Requirement) -> Checked:
    structs = dict.fromkeys(re.findall(r"\b(?:struct|union) \w+", check.condition))
    return Checked(
        name=f"{check.path}:{check.line}",
        about=", ".join(structs),
        words=_words(requirement),
        holds=False,
        newly=True,
        file=check.path,
        line=check.line,
    )


def _words(requirement: Requirement) -> str:
    return " ".join("".join(map(str, requirement.words)).split())
