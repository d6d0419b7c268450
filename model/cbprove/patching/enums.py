"""What a patch does to the constants of enums, and a spec under it: those that follow one
another go on doing so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from cbprove.diagnostics import Source
from cbprove.frozen import frozen
from cbprove.patching.edits import regions
from cbprove.patching.mail import Hunk
from cbprove.patching.pieces import spelled, uncommented
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.syntax.substitute import substitute

_CONSTANT = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:=\s*(.*?))?\s*$", re.DOTALL)
_SOURCE = "the enums of the patch"
# A name and what stands behind its `=`, if anything.
Constant = tuple[str, str | None]
Constants = tuple[Constant, ...]


@frozen
class EnumEdit:
    """An enum in a hunk, before and after; `tag` is empty where it has none, or where the hunk
    does not say."""

    tag: str
    path: str
    line: int
    old: Constants
    new: Constants

    def reversed(self) -> EnumEdit:
        """The edit that takes this one back."""
        return EnumEdit(self.tag, self.path, self.line, self.new, self.old)


def enum_edits(hunks: Iterable[Hunk]) -> tuple[EnumEdit, ...]:
    """All enums that hunks change; one that they make is nobody's yet."""
    return tuple(edit for hunk in hunks for edit in _edits(hunk))


def _edits(hunk: Hunk) -> Iterator[EnumEdit]:
    old, new = (
        [(r.tag, constants(r.lines)) for r in regions(lines, hunk.where) if r.kind in ("enum", "")]
        for lines in (hunk.old, hunk.new)
    )
    for number, (tag, new_constants) in enumerate(new):
        was = next(
            (old_constants for had_tag, old_constants in old if tag and had_tag == tag), None
        )
        if was is None and not tag and len(old) == len(new):
            was = old[number][1]
        if was and was != new_constants:
            yield EnumEdit(tag, hunk.path, hunk.line, was, new_constants)


def constants(lines: tuple[str, ...]) -> Constants:
    """The constants in some lines from inside of an enum; nothing where they are no such lines."""
    text = "\n".join(line for line in uncommented(lines) if not line.lstrip().startswith("#"))
    if ";" in text or "{" in text:
        return ()
    matches = [_CONSTANT.match(part) for part in _apart(text) if part.strip()]
    pairs = [(match[1], match[2]) for match in matches if match]
    return tuple(pairs) if len(pairs) == len(matches) else ()


def _apart(text: str) -> list[str]:
    depth, parts = 0, [""]
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


# --- on a spec ------------------------------------------------------------------------------------


def declared(tree: syntax.Tree, edit: EnumEdit) -> Constants | None:
    """The constants of the enum that an edit means, as a spec writes them; found by its tag, or
    by its constants."""
    node = _node(tree, edit)
    return None if node is None else _written(node)


def _node(tree: syntax.Tree, edit: EnumEdit) -> ctree.EnumBody | None:
    names_around = {name for name, _ in (*edit.old, *edit.new)}
    for node in _enums(tree):
        names = {each.name.text for each in node.enumerators}
        if (node.tag is not None and node.tag.text == edit.tag) or (
            not edit.tag and names & names_around
        ):
            return node if names & names_around else None
    return None


def _enums(tree: syntax.Tree) -> Iterator[ctree.EnumBody]:
    for each in tree.declarations:
        if isinstance(each, syntax.TypeDeclaration) and isinstance(each.type, ctree.EnumBody):
            yield each.type


def _written(node: ctree.EnumBody) -> Constants:
    constants_read = []
    for each in node.enumerators:
        span = each.value.span if each.value is not None else None
        constants_read.append(
            (each.name.text, span.source.text[span.start : span.end] if span else None)
        )
    return tuple(constants_read)


def misfits(edit: EnumEdit, model_constants: Constants) -> tuple[str, ...]:
    """Why an edit does not fit the constants of a spec, in words."""
    values_known, old, new = dict(model_constants), dict(edit.old), dict(edit.new)
    names_gone = [name for name in old if name not in new and name not in values_known]
    come = [name for name in new if name not in old and name in values_known]
    other = [
        f"its `{name}` is {values_known[name]}, and the patch makes {new[name]} of {value}"
        for name, value in old.items()
        if name in values_known
        and name in new
        and new[name] != value
        and _differ(values_known[name], value)
    ]
    return (
        *(f"it has no `{name}` where the patch removes it" for name in names_gone),
        *(f"it has a `{name}` already" for name in come),
        *other,
    )


def _differ(model_value: str | None, value_said: str | None) -> bool:
    """Whether a value is another one than the patch says; a number that follows on is said by
    nothing as well."""
    return (
        value_said is not None
        and model_value is not None
        and spelled(model_value) != spelled(value_said)
    )


def applied(edit: EnumEdit, model_constants: Constants) -> Constants:
    """The constants after an edit: values that were counted are counted on, others stay."""
    result = list(_counted(model_constants))
    old, new = list(edit.old), list(edit.new)
    for kind, low, high, first, last in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            continue
        names = {name for name, _ in old[low:high]}
        place = _place(result, [name for name, _ in old[:low]], [name for name, _ in old[low:]])
        result[place:place] = new[first:last]
        replaced = range(place, place + last - first)
        result = [each for i, each in enumerate(result) if i in replaced or each[0] not in names]
    return tuple(result)


def _place(
    model_constants: Sequence[Constant], before: Sequence[str], behind: Sequence[str]
) -> int:
    at = {name: i for i, (name, _) in enumerate(model_constants)}
    after = next((at[name] + 1 for name in reversed(before) if name in at), None)
    return (
        after
        if after is not None
        else next((at[name] for name in behind if name in at), len(model_constants))
    )


def _counted(model_constants: Constants) -> Iterator[Constant]:
    """Numbers that are one more than those before them are left to be counted."""
    last: int | None = -1
    for name, value in model_constants:
        number = last + 1 if value is None and last is not None else _number(value)
        yield (
            name,
            None if number is not None and last is not None and number == last + 1 else value,
        )
        last = number


def _number(value: str | None) -> int | None:
    try:
        return int(value or "", 0)
    except ValueError:
        return None


def with_enums(tree: syntax.Tree, edits: Sequence[EnumEdit]) -> syntax.Tree:
    """The spec after these edits."""
    for edit in edits:
        node = _node(tree, edit)
        if node is not None:
            listed = ", ".join(
                name if value is None else f"{name} = {value}"
                for name, value in applied(edit, _written(node))
            )
            tag = f"{node.tag.text} " if node.tag else ""
            source = Source(_SOURCE, f"enum {tag}{{ {listed} }};\n")
            declarations = parse(source)
            tree = (
                substitute(tree, syntax.Tree(declarations, (source,)))[0]
                if node.tag
                else _with(tree, node, declarations, source)
            )
    return tree


def _with(
    tree: syntax.Tree,
    old: ctree.EnumBody,
    declarations: tuple[syntax.Declaration, ...],
    source: Source,
) -> syntax.Tree:
    """The tree with other declarations in the place of an enum without a tag."""
    nodes = [
        part
        for each in tree.declarations
        for part in (
            declarations
            if isinstance(each, syntax.TypeDeclaration) and each.type is old
            else (each,)
        )
    ]
    return syntax.Tree(tuple(nodes), (*tree.sources, source))


def values(model_constants: Constants) -> dict[str, str]:
    """The value of each constant in words, as far as they are numbers."""
    by_name: dict[str, str] = {}
    base, further = "", -1
    for name, value in model_constants:
        number = _number(value)
        if value is None:
            further += 1
        else:
            base, further = ("", number) if number is not None else (value, 0)
        by_name[name] = str(further) if not base else base + (f" + {further}" if further else "")
    return by_name
