"""Addresses that escape from one file into a function of another: the function is read there, with what it was handed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from cbprove.source.accesses import Access, Found, Place, Read, Sought
from cbprove.source.sweep import Job, Mapped, work

_ROUNDS = 5
Given = tuple[tuple[Place, ...], ...]
Defining = Callable[[Sequence[str]], dict[str, Job]]


def followed(found: Found, sought: Sought, defining: Defining, mapped: Mapped) -> Found:
    """The same with what callees in other files do in place of the escapes to them.

    `defining` gives the file of each function that has one. What escapes to nobody known stays an escape.
    """
    known: dict[tuple[str, Given], Read | None] = {}
    for _ in range(_ROUNDS):
        wanted = {key for read in found.functions for key in _handed(read) if key not in known}
        if not wanted:
            break
        files = defining(sorted({name for name, _ in wanted}))
        asked = sorted((key for key in wanted if key[0] in files), key=repr)
        jobs = [replace(files[name], only=frozenset((name,)), given=given) for name, given in asked]
        known.update(dict.fromkeys(wanted))
        laid = dict.fromkeys(found.laid)
        for key, answer in zip(asked, mapped(functools.partial(work, sought), jobs), strict=True):
            known[key] = answer.functions[0] if answer.functions else None
            laid.update(dict.fromkeys(answer.laid))
        functions = tuple(_with(read, known) for read in found.functions)
        found = replace(found, functions=functions, laid=tuple(laid))
    return found


def _calls(accesses: Sequence[Access]) -> list[tuple[tuple[int, str], list[Access]]]:
    """Accesses in order, those that escape in one call together."""
    marked = groupby(accesses, key=lambda each: (each.line, each.to, each.via) if each.argument >= 0 else None)
    return [((key[0], key[1]) if key is not None else (0, ""), list(group)) for key, group in marked]


def _handed(read: Read) -> list[tuple[str, Given]]:
    return [(name, _given(group)) for (_, name), group in _calls(read.accesses) if name]


def _given(group: Sequence[Access]) -> Given:
    """What each argument of a call points to, without the caller's names."""
    count = max(each.argument for each in group) + 1
    return tuple(
        tuple(dict.fromkeys(replace(each.place, base="") for each in group if each.argument == index))
        for index in range(count)
    )


def _with(read: Read, known: dict[tuple[str, Given], Read | None]) -> Read:
    accesses: list[Access] = []
    for (line, name), group in _calls(read.accesses):
        callee = known.get((name, _given(group))) if name else None
        if callee is None:
            accesses += group
        else:
            via, base = (*group[0].via, name), group[0].place.base
            accesses += [
                replace(each, line=line, via=(*via, *each.via), place=replace(each.place, base=each.place.base or base))
                for each in callee.accesses
            ]
    return replace(read, accesses=tuple(dict.fromkeys(accesses)))
