"""A formula without the conditions of `if` and `assume`: each is an unknown truth value, whatever
members and inputs hold.

More is allowed than any run does, so that what nothing satisfies here, no run satisfies. Most
proofs by sources need no more, and their texts are then free of all values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cbprove.logic.terms import (
    Bool,
    Term,
    add,
    and_,
    choice,
    common_bits,
    div,
    eq,
    ite,
    le,
    lt,
    mod,
    mul,
    named,
    not_,
    or_,
    sub,
    subterms,
)

_MAKERS: Mapping[str, Callable[..., Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "div": div,
    "mod": mod,
    "&": lambda width, left, right: common_bits(left, right, width),
    "ite": ite,
    "<=": le,
    "<": lt,
    "=": eq,
    "not": not_,
    "and": and_,
    "or": or_,
}


def loosened(root: Bool) -> Bool:
    """The formula with an unknown for each truth value that has a name."""
    if isinstance(root, bool):
        return root
    loosened_terms: dict[Term, Any] = {}
    for term in subterms(root):
        loosened_terms[term] = _made(
            term, [loosened_terms[arg] if isinstance(arg, Term) else arg for arg in term.args]
        )
    root_loosened: Bool = loosened_terms[root]
    return root_loosened


def _made(term: Term, args: list[Any]) -> Any:
    match term.operator:
        case "var" | "choice":
            return term
        case "named":
            # The definition goes, the name stays: one condition is still one unknown wherever it
            # stands.
            return choice(term.args[0]) if term.boolean else named(*args)
    return _MAKERS[term.operator](*args)
