"""What is wrong with a command line."""

from __future__ import annotations


class WrongUsage(Exception):
    """The arguments make no sense, or ask for what a spec does not have; `help` says what to look at."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help
