"""All that patches change of structs and macros, read in order; and what of it a model knows by
name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.frozen import frozen, replace
from cbprove.patching.areas import areas
from cbprove.patching.asserted import Asserted, about, asserted
from cbprove.patching.edits import Edit, Gone, Macro, edits, gone, macros
from cbprove.patching.enums import EnumEdit, enum_edits
from cbprove.patching.mail import Hunk, Patch, hunks, patches

MOST = 32_000_000
_WORD = re.compile(r"[A-Za-z_]\w*")


@frozen
class Change:
    """A series as one change: its titles, the edits of structs, macros and enums in order, all
    lines that it adds, its texts; the checks that it adds and takes away; the structs that are not
    there any more."""

    titles: tuple[str, ...]
    edits: tuple[Edit, ...]
    macros: tuple[Macro, ...]
    added: tuple[tuple[str, str], ...]
    enums: tuple[EnumEdit, ...] = ()
    texts: tuple[str, ...] = ()
    asserted: tuple[Asserted, ...] = ()
    retracted: tuple[Asserted, ...] = ()
    gone: tuple[Gone, ...] = ()


def change(data: bytes, name: str) -> Change:
    """What a file changes. Raises SpecError with the mistakes of all its patches."""
    patches_read = patches(data, name)
    mistakes: list[Diagnostic] = []
    all_hunks: list[Hunk] = []
    for patch in patches_read:
        try:
            all_hunks += hunks(patch)
        except SpecError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise SpecError(tuple(mistakes))
    added, texts = tuple(_added(all_hunks)), tuple(patch.text for patch in patches_read)
    checks_added, checks_taken = asserted(all_hunks)
    return Change(
        titles=_titles(patches_read),
        edits=edits(all_hunks),
        macros=macros(all_hunks),
        added=added,
        enums=enum_edits(all_hunks),
        texts=texts,
        asserted=checks_added,
        retracted=checks_taken,
        gone=gone(all_hunks),
    )


def together(changes: Iterable[Change]) -> Change:
    """Several files as one series."""
    changes_joined = tuple(changes)
    return Change(
        titles=tuple(title for each in changes_joined for title in each.titles),
        edits=tuple(edit for each in changes_joined for edit in each.edits),
        macros=tuple(macro for each in changes_joined for macro in each.macros),
        added=tuple(line for each in changes_joined for line in each.added),
        enums=tuple(edit for each in changes_joined for edit in each.enums),
        texts=tuple(text for each in changes_joined for text in each.texts),
        asserted=tuple(check for each in changes_joined for check in each.asserted),
        retracted=tuple(check for each in changes_joined for check in each.retracted),
        gone=tuple(one for each in changes_joined for one in each.gone),
    )


def of(
    whole_change: Change,
    tags: Collection[str],
    names: Collection[str],
    constants: Collection[str] = (),
) -> Change:
    """What of a change is about these structs (`X___M` is an X), macros and constants; the
    structs that it makes are kept."""
    plain = {tag.partition("___")[0] for tag in tags}
    named = tuple(
        edit for edit in whole_change.edits if edit.tag in plain or edit.created or areas([edit])
    )
    enums_known = tuple(
        edit
        for edit in whole_change.enums
        if any(name in constants for name, _ in (*edit.old, *edit.new))
    )
    return replace(
        whole_change,
        edits=named,
        macros=tuple(each for each in whole_change.macros if each.name in names),
        enums=enums_known,
        asserted=about(whole_change.asserted, plain),
        retracted=about(whole_change.retracted, plain),
        gone=tuple(each for each in whole_change.gone if each.tag in plain),
    )


def touches(whole_change: Change) -> bool:
    """Whether anything is left of a change."""
    checked = whole_change.asserted or whole_change.retracted or whole_change.gone
    return bool(whole_change.macros or whole_change.enums or checked) or any(
        not edit.created for edit in whole_change.edits
    )


def _titles(patches_read: Iterable[Patch]) -> tuple[str, ...]:
    return tuple(patch.title for patch in patches_read)


def _added(hunks_read: Iterable[Hunk]) -> Iterable[tuple[str, str]]:
    """Each line that hunks add, with its file."""
    for hunk in hunks_read:
        old = set(hunk.old)
        yield from ((hunk.path, line) for line in hunk.new if line not in old)


def accessors(whole_change: Change, names_known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The accessors of views (`IPCB(skb)`) that added lines call, each with the first file that
    does."""
    by_name: dict[str, str] = {}
    for path, line in whole_change.added:
        for match in re.finditer(r"\b([A-Za-z_]\w*)\s*\(", line):
            if match[1] in names_known:
                by_name.setdefault(match[1], path)
    return tuple(by_name.items())
