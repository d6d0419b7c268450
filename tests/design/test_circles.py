"""What lies in a context of Z3's does not outlive it, in whatever order Python lets go of them."""

from __future__ import annotations

import gc
from typing import Any

from cbprove.solving.library import Context
from cbprove.solving.solver import Limits, Z3Session


class _Listening:
    """A library that tells what it is asked."""

    def __init__(self, library: Any, asked: list[str]) -> None:
        self._library, self._asked = library, asked

    def __getattr__(self, name: str) -> Any:
        self._asked.append(name)
        return getattr(self._library, name)


def test_nothing_is_asked_of_a_context_that_has_gone() -> None:
    """Once a heap was corrupted: a space refers to itself, so that all of it is let go at once,
    its contexts before the models in them."""
    asked: list[str] = []
    session = Z3Session(Limits())
    session.add("(declare-const x Int)\n(assert (> x 1))")
    model = session.check().model
    assert model["x"] > 1
    context: Context = session._context
    context.library = _Listening(context.library, asked)
    circle: list[Any] = [session, context, model]
    circle.append(circle)
    del session, context, model, circle
    gc.collect()
    assert asked[-1] == "Z3_del_context"
    assert asked.count("Z3_del_context") == 1
