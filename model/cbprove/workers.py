"""What a process that works for another one does first."""

from __future__ import annotations

import signal
import sys


def begin() -> None:
    """Interrupts are for the one who waits."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """Have Linux end this process as soon as the one that made it is gone, even one that was killed
    and could not say so.

    A worker holds both ends of the pipe that it writes its answers to: it would wait for a reader
    for ever.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
