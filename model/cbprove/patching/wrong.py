"""What is wrong with a patch, as diagnostics."""

from __future__ import annotations

from cbprove.diagnostics import Diagnostic, SpecError


def bad(code: str, message: str, help: str) -> SpecError:
    """One mistake, to be raised."""
    return SpecError((Diagnostic(code, message, None, help),))
