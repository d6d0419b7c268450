"""A signal ends a check that is under way: Z3 runs outside of Python, where no handler is called before it returns."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_watching = False
_at_work: list[Any] = []  # the contexts of checks that are under way


@contextmanager
def interruptible(context: Any) -> Iterator[None]:
    """Has Z3 give up what it does in a context when a signal comes for which Python has a handler; that handler runs right after.

    Z3's own way (its option `ctrl_c`) puts its handler in the place of Python's and keeps the signal to itself: a `^C` was lost.
    Only the main thread can ask for this; in others nothing is watched.
    """
    _watch()
    _at_work.append(context)
    try:
        yield
    finally:
        _at_work.pop()


def _watch() -> None:
    global _watching
    if _watching or threading.current_thread() is not threading.main_thread():
        return
    _watching = True
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def interrupt() -> None:
        while os.read(reading, 64):
            for context in tuple(_at_work):
                context.interrupt()

    threading.Thread(target=interrupt, daemon=True).start()
