"""The two readers side by side, function by function, and the rules that explain where they
differ."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.source.second.flow import SUM, Access
from tests.source.second.reading import File

Where = tuple[str, str]  # file, function
_KINDS = {"read": "R", "copy from": "R", "write": "W", "clear": "W", "copy to": "W"}


@dataclass(frozen=True)
class Difference:
    """An access that one reader lists and the other does not; `others` are what the other alone
    lists in that function."""

    where: Where
    access: Access
    both: frozenset[Access]
    others: frozenset[Access]  # without those that both list
    escapes: frozenset[Access]  # addresses that the other reader saw go where it does not follow
    known: bool = True  # whether the other reader has the function at all
    loose: frozenset[Access] = (
        frozenset()
    )  # through a variable that is assigned to more than once, or given by the caller


@dataclass(frozen=True)
class Seen:
    """What a reader lists by function, and the addresses that escape from there; and all
    functions that it knows."""

    accesses: dict[Where, frozenset[Access]]
    escapes: dict[Where, frozenset[Access]]
    functions: frozenset[Where]


@dataclass(frozen=True)
class Compared:
    """How many accesses both readers list, and what each lists alone."""

    both: int
    first: tuple[Difference, ...]
    second: tuple[Difference, ...]


def first(document: Mapping[str, Any]) -> Seen:
    """What `cbprove accesses --format json` lists."""
    found: dict[Where, set[Access]] = defaultdict(set)
    escapes: dict[Where, set[Access]] = defaultdict(set)
    for function in document["functions"]:
        where = (function["file"], function["name"])
        for each in function["accesses"]:
            view, member = _place(each)
            if each["kind"] == "escape":
                escapes[where].add((view, member, each["to"]))
            else:
                found[where].add((view, member, _KINDS[each["kind"]]))
    return Seen(_frozen(found), _frozen(escapes), frozenset(found))


def _frozen(found: Mapping[Where, set[Access]]) -> dict[Where, frozenset[Access]]:
    return {where: frozenset(each) for where, each in found.items()}


def _place(access: Mapping[str, Any]) -> tuple[str, str]:
    """A view and a member in it, elements as their array; bytes where there is no view."""
    view = access["type"]
    return (view, re.sub(r"\[[^][]*\]", "", access["member"])) if view else ("", "")


def second(
    files: Iterable[File], named: Callable[[str], str]
) -> tuple[Seen, dict[Where, frozenset[Access]]]:
    """What the second reader lists; and what of it goes through variables that hold several
    things."""
    found, escapes, loose, functions = {}, {}, {}, set()
    for file in files:
        functions |= {(named(file.path), name) for name in file.names}
        for name, done in file.done.items():
            where = (named(file.path), name)
            found[where] = frozenset(done.accesses)
            loose[where] = frozenset(done.loose)
            escapes[where] = frozenset((view, member, to) for to, view, member in done.escapes)
    return Seen(found, escapes, frozenset(functions)), loose


# Rules, in this order; the first that holds explains a difference.


def _absent(one: Difference) -> bool:
    """gcc drops static functions that nothing calls in this configuration"""
    return not one.known


def _read_back(one: Difference) -> bool:
    """GIMPLE reads back what it has just stored: `a = b = c`"""
    view, member, kind = one.access
    return kind == "R" and (view, member, "W") in one.both


def _enclosing(one: Difference) -> bool:
    """a member here, there the struct or word that holds it: bit-fields read as a word,
    assignment of structs, atomics"""
    view, member, kind = one.access
    return any(
        v == view and k == kind and (_holds(m, member) or _holds(member, m))
        for v, m, k in one.others
    )


def _holds(outer: str, inner: str) -> bool:
    return outer == "" or inner.startswith(f"{outer}.")


def _literal(one: Difference) -> bool:
    """a compound literal: GIMPLE clears the whole and stores what is not zero, member by member"""
    view, member, kind = one.access
    return kind == "W" and any(v == view and k == "W" and _holds(m, member) for v, m, k in one.both)


def _other_type(one: Difference) -> bool:
    """one member, reached through two types: a cast between pointers is nothing in GIMPLE"""
    _, member, kind = one.access
    last = member.rpartition(".")[2]
    return any(k == kind and last and m.rpartition(".")[2] == last for _, m, k in one.others)


def _bytes(one: Difference) -> bool:
    """bytes here, there the struct that lies on them: memset() and memcpy() of what was cast"""
    view, member, kind = one.access
    if any(
        k == kind and ((not view and not m) or (not v and not member))
        for v, m, k in one.both | one.others
    ):
        return True
    return any(k == kind and (not (view and v) or not (member and m)) for v, m, k in one.others)


def _sum(one: Difference) -> bool:
    """an address to which a number was added: GIMPLE does not say to which member it leads"""
    view, member, kind = one.access
    return (view, member) == ("", SUM) and any(k == kind for _, _, k in one.both | one.others)


def _order(one: Difference) -> bool:
    """a variable points there only later, or no more: the second reader knows no order"""
    return one.access in one.loose


def _escaped(one: Difference) -> bool:
    """a callee without a body: one knows what it does by its name, for the other the address
    escapes"""
    return bool(one.escapes)


RULES: tuple[Callable[[Difference], bool], ...] = (
    *(_absent, _read_back, _enclosing, _literal, _other_type, _bytes, _sum, _order, _escaped),
)


def explained(found: Sequence[Difference]) -> tuple[Counter[str], list[Difference]]:
    """How many differences each rule explains, by its sentence, and those that none does."""
    counts: Counter[str] = Counter()
    left = []
    for each in found:
        rule = next((rule for rule in RULES if rule(each)), None)
        if rule is None:
            left.append(each)
        else:
            counts[(rule.__doc__ or "").strip()] += 1
    return counts, left


def compared(one: Seen, other: Seen, loose: Mapping[Where, frozenset[Access]]) -> Compared:
    """Function by function."""
    both, alone = 0, ([], [])
    for where in sorted({*one.accesses, *other.accesses}):
        first, second = one.accesses.get(where, frozenset()), other.accesses.get(where, frozenset())
        common = first & second
        both += len(common)
        for here, there, seen, found in (
            (first, second, other, alone[0]),
            (second, first, one, alone[1]),
        ):
            known = where in seen.functions or seen is one
            found += [
                Difference(
                    where,
                    each,
                    common,
                    there - here,
                    seen.escapes.get(where, frozenset()),
                    known,
                    loose.get(where, frozenset()),
                )
                for each in sorted(here - there)
            ]
    return Compared(both, tuple(alone[0]), tuple(alone[1]))
