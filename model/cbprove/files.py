"""Reading what a user names: plain files alone, up to a size, so that no pipe is waited for and
no device fills the memory."""

from __future__ import annotations

import os
import stat


class NotPlain(OSError):
    """What stands there is no plain file: a folder, a pipe, a device."""


class TooLong(OSError):
    """A file has more bytes than may be read."""


def read_plain(path: str | os.PathLike[str], limit: int) -> bytes:
    """Return the bytes of a plain file of at most `limit` bytes. Raises NotPlain, TooLong, and
    OSError as opening does.

    A pipe is opened without waiting for its writer, and what is opened is looked at, not what the
    name stood for before.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotPlain("it is no plain file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLong(f"it has more than {limit} bytes")
    return data
