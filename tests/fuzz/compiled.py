"""The runs that refute random systems, as C: gcc's program must see what the reference saw."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cbprove.diagnostics import SpecError
from cbprove.logic.terms import forget
from cbprove.pipeline import Options, judged
from tests.reproduce.programs import faults, meant, refuted


def compiled(text: str, folder: Path, counts: Counter[str]) -> list[str]:
    """What the programs of all refuted cases do that they should not; mistakes in the text are
    counted and left."""
    forget()
    try:
        system = meant(text)
        found = judged(system, "drawn.cbs", Options(witnesses=True), lambda done, total: None)
    except SpecError:
        counts["compiled systems with mistakes"] += 1
        return []
    wrong: list[str] = []
    for case, shown in refuted(found):
        counts[f"compiled witnesses, {case.property.rpartition('_')[2]}"] += 1
        wrong += faults(system, shown, case.property, folder)
    return wrong
