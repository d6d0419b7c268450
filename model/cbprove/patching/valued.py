"""A macro of a patch by what a spec writes for it, where a compiler has told its numbers."""

from __future__ import annotations

import re

from cbprove.frozen import replace
from cbprove.patching.edits import Macro
from cbprove.patching.pieces import spelled
from cbprove.syntax import tree as syntax


def as_written(macro: Macro, value: str, tree: syntax.Tree) -> Macro | None:
    """None for one that the spec counts by itself, or whose number stays."""
    if macro.before is None or macro.after is None:
        return macro
    number = _number(value)
    if spelled(value) == spelled(macro.old or "") or number == macro.before:
        rewritten = replace(macro, old=value, new=_readable(macro.new, macro.after, tree))
        return None if number == macro.before == macro.after else rewritten
    if spelled(value) == spelled(macro.new or "") or number == macro.after:
        return replace(macro, old=_readable(macro.old, macro.before, tree), new=value)
    if not macro.hangs:
        return macro
    return None if number is None else replace(macro, old=str(macro.before), new=str(macro.after))


def _readable(text: str | None, number: int, tree: syntax.Tree) -> str:
    """The text, or the number where it speaks of what the spec does not know."""
    if text is None:
        return str(number)
    names = re.findall(r"\b[A-Za-z_]\w*", text)
    is_readable = all(
        any(re.search(rf"\b{name}\b", source.text) for source in tree.sources) for name in names
    )
    return text if is_readable else str(number)


def _number(value: str) -> int | None:
    try:
        return int(value.strip("() \t"), 0)
    except ValueError:
        return None
