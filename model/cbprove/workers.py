"""How a process is made that works for another one, and what it does first."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext


def context() -> ForkContext | SpawnContext:
    """How processes are made: as children of this one, which has what is loaded already where it
    can be forked."""
    import multiprocessing

    if "fork" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def begin(parent: int) -> None:
    """Interrupts are for the one who waits, the process `parent`."""
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(parent: int) -> None:
    """Have Linux end this process as soon as the one that made it, `parent`, is gone, even one that
    was killed and could not say so.

    A worker holds both ends of the pipe that it writes its answers to: it would wait for a reader
    for ever.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # One that went before it was asked for is told of by nobody.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
