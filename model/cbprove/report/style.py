"""Colour as something that can be left out: words carry the meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Role = Literal["bad", "warn", "good", "strong", "faint"]

WIDEST = 100  # columns of a report

# Gives a text the look of a role, or returns it as it is.
Paint = Callable[[str, Role], str]

_CODES: dict[Role, str] = {"bad": "1;31", "warn": "1;33", "good": "32", "strong": "1", "faint": "2"}


def plain(text: str, role: Role) -> str:
    """No colour."""
    return text


def ansi(text: str, role: Role) -> str:
    """Colour as terminals understand it."""
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if text else text


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 question`, `9 proposals`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def capped(lines: list[str], most: int) -> list[str]:
    """The first lines of a long list, and how many there are more."""
    rest = len(lines) - most
    return lines if rest <= 0 else [*lines[:most], f"... {rest:,} more; --format json has all"]
