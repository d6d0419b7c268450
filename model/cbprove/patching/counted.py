"""Macros as the compiler counts them, before a patch and after it: those that it changes, and those
of other files that hang on them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from cbprove.frozen import replace
from cbprove.patching.change import Change
from cbprove.patching.edits import Macro
from cbprove.patching.functions import Files, Reading, laid
from cbprove.patching.hanging import Hanging

_TAG = "cbprove_counted"  # a struct that no kernel has: an array in it is as long as a macro says


def counted(
    whole_change: Change,
    names_known: frozenset[str],
    hung: Hanging,
    files: Files,
    how: Reading,
) -> tuple[Change, tuple[str, ...]]:
    """The change with the numbers of its macros, as far as they are some, and with macros of a
    model that hang on them; and what is said of those that are no numbers."""
    homes = {each.name: each.path for each in whole_change.macros if each.name in names_known}
    homes |= {name: home for name, home in hung.homes.items() if name in names_known}
    if not homes:
        return whole_change, ()
    before, after = (_numbers(homes, files.texts(new), how) for new in (False, True))
    macros = tuple(
        replace(each, before=before.get(each.name), after=after.get(each.name))
        for each in whole_change.macros
    )
    named = {each.name for each in macros}
    dependent = [
        Macro(name, old=None, new=None, path=home, before=before[name], after=after[name])
        for name, home in homes.items()
        if name not in named and name in before and name in after and before[name] != after[name]
    ]
    return replace(whole_change, macros=(*macros, *dependent)), tuple(
        _untold(homes, named, before, after)
    )


def _untold(
    homes: Mapping[str, str],
    named: set[str],
    before: Mapping[str, int],
    after: Mapping[str, int],
) -> Iterator[str]:
    for name in homes:
        if name not in named and not (name in before and name in after):
            yield f"{name} hangs on what the patch changes, and the compiler has no number for it"


def _numbers(homes: Mapping[str, str], texts: Mapping[str, str], how: Reading) -> dict[str, int]:
    """The macros that have a number on one side, each asked of its file in a file of its own."""
    probes = {_probe(name, home): name for name, home in homes.items()}
    files = {
        **texts,
        **{probe: _text(name, homes[name]) for probe, name in probes.items()},
    }
    tags = dict.fromkeys(probes, frozenset((_TAG,)))
    answers = laid(sorted(probes), tags, files, how)
    return {
        name: number
        for probe, name in probes.items()
        if answers[probe].unread is None
        for number in _lengths(
            [part.brackets for each in answers[probe].structs for part in each.parts]
        )
    }


def _probe(name: str, home: str) -> str:
    """The path of a file beside the macro's, which no disk has."""
    return os.path.join(os.path.dirname(home), f"cbprove_{name}.c")


def _text(name: str, home: str) -> str:
    return f'#include "{os.path.basename(home)}"\nstruct {_TAG} {{ char length[{name}]; }};\n'


def _lengths(brackets: Sequence[str]) -> Iterator[int]:
    yield from (int(each.strip("[]")) for each in brackets)
