"""All faults to plant, in the order of the data: what is replaced by what, what that breaks, and
the tests that must notice."""

from __future__ import annotations

from tests.mutants.planted import (
    archive,
    artifacts,
    changes,
    design,
    evidence,
    formulas,
    layout,
    loops,
    meaning,
    obligations,
    semantics,
    sets,
    source,
)
from tests.mutants.planting import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *obligations.FAULTS,
    *loops.FAULTS,
    *formulas.FAULTS,
    *design.FAULTS,
    *sets.FAULTS,
    *semantics.FAULTS,
    *layout.FAULTS,
    *meaning.FAULTS,
    *evidence.FAULTS,
    *artifacts.FAULTS,
    *changes.FAULTS,
    *archive.FAULTS,
    *source.FAULTS,
)
