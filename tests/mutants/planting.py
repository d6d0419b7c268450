"""What a planted fault is, and the tests that are asked to notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants import patterns

PACKAGE = Path(__file__).resolve().parents[2] / "model" / "cbprove"


@dataclass(frozen=True)
class Mutant:
    """`pattern` (patterns.py) is in one place of `function`, which one module of `where` has.

    `where` is a folder of the package, or a module; `function` is a qualified name, empty for what
    stands in no function.
    """

    where: str
    function: str
    pattern: str
    replacement: str
    breaks: str
    tests: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The part of the package that the fault is in."""
        return self.where.split("/")[0].removesuffix(".py")

    def files(self) -> list[Path]:
        """The modules that have the function, paths below the package: one, if the fault fits
        the code."""
        return [
            path.relative_to(PACKAGE)
            for path in _modules(self.where)
            if self.function in _functions(path)
        ]

    def places(self) -> int:
        """In how many places of the function the pattern is."""
        return sum(
            patterns.count(_functions(PACKAGE / path)[self.function], self.pattern)
            for path in self.files()
        )

    def planted(self) -> tuple[Path, ast.Module]:
        """The module that the fault is in, and its tree with the fault."""
        (file,) = self.files()
        tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))  # another one, to be changed
        return file, patterns.replaced(tree, self.function, self.pattern, self.replacement)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _functions(path: Path) -> dict[str, ast.AST]:
    return dict(patterns.functions(_tree(path)))


def _modules(where: str) -> Iterator[Path]:
    at = PACKAGE / where
    yield from [at] if at.is_file() else sorted(at.rglob("*.py"))


def planted(
    where: str, tests: tuple[str, ...], *faults: tuple[str, str, str, str]
) -> tuple[Mutant, ...]:
    """Faults for the same tests: what each breaks, in which function, what is replaced, and by
    what."""
    return tuple(
        Mutant(where, function, old, new, breaks, tests) for breaks, function, old, new in faults
    )


def _of(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{file}::{name}" for name in names)


# What is known to be drawn seldom is asked first.
AGREE = (
    "tests/mutants/test_rare.py",
    *_of("random/test_agreement.py", "test_prover_and_reference_agree"),
)
TRAPS = ("tests/traps/test_traps_prover.py", "tests/traps/test_traps_reference.py")
NUMBERS = ("tests/semantics",)
CHOICES = ("tests/meaning/test_choices.py",)
CLAIMS = ("tests/semantics/test_claims_on_numbers.py",)
TRACES = ("tests/semantics/test_traces.py",)
RULES = ("tests/mutants/test_rules.py",)
AROUND = ("tests/random/test_regions.py", "tests/faults/test_faults.py", "-k", "regions or region_")
BOOLS = ("tests/faults/test_faults.py", "-k", "bool")
RARE = ("tests/mutants/test_rare.py",)
LAYOUT = ("tests/layout/test_records.py", "tests/layout/test_traps.py")
PINS = ("tests/meaning/test_pins.py",)
MISTAKES = ("tests/meaning/test_mistakes.py",)
PLACES = ("tests/meaning/test_places.py",)
EXPRESSIONS = ("tests/meaning/test_expressions.py",)
PASTED = (
    "tests/meaning/test_enumerators.py",
    "tests/meaning/test_preprocessed.py",
    "tests/faults/test_faults.py",
    "-k",
    "gcc or as_c_computes_them",
)
ELSEWHERE = ("tests/faults/test_faults.py", "-k", "bound_of_another_path")
PROGRAMS = _of(
    "meaning/test_programs.py",
    "test_when_leaves_out_what_is_not_of_the_candidate",
    "test_turns_have_their_defaults",
    "test_a_step_without_a_body_reads_and_writes_what_its_layer_declares",
    "test_where_and_by_say_layers_as_their_steps",
    "test_axes_defaults_and_proposals",
    "test_mistakes_of_excluded_candidates_do_not_count",
)
MEMO = _of(
    "meaning/test_programs.py",
    "test_a_program_is_the_same_from_a_fresh_system",
    "test_what_does_not_depend_on_an_axis_is_one_object",
)
ALIKE = ("tests/layout/test_alike.py",)
SCOPES = ("tests/archive/test_scopes.py",)
EXCLUDED = (
    "tests/faults/test_faults.py::test_the_prover_finds_what_is_right[members_of_excluded_packings]",
)
BIT_FIELDS = ("tests/layout/test_bit_fields.py",)
BTF = ("tests/artifacts/test_btf.py", "tests/artifacts/test_btf_bad.py")
DWARF = ("tests/artifacts/test_dwarf.py",)
ELF = ("tests/artifacts/test_elf.py",)
GRAPH = ("tests/artifacts/test_records.py", "tests/artifacts/test_lookup.py")
TEXT = ("tests/artifacts/test_text.py",)
DRIFT = ("tests/artifacts/test_drift.py",)
SUBSTITUTE = ("tests/syntax/test_substitute.py",)
LOSING = _of("evidence/test_certificates.py", "test_no_certificate_of_what_is_refuted")
SPOILT = _of(
    "evidence/test_certificates.py", "test_what_is_changed_in_a_certificate_is_noticed[gso_ipoib]"
)
LOST = ("tests/evidence/test_lost.py",)
RUP = _of(
    "evidence/test_clausal.py",
    "test_a_proof_by_hand",
    "test_contradictions_that_need_no_proof",
    "test_what_is_no_proof",
    "test_a_step_that_is_only_rat_is_refused",
    "test_what_forced_something_is_not_forgotten",
    "test_proofs_of_a_solver_and_what_is_left_of_them",
)
BITS = _of(
    "evidence/test_clausal.py", "test_bits_against_values", "test_unknowns_keep_their_ranges"
)
IDLE = _of(
    "evidence/test_idle.py",
    "test_what_matters_and_what_does_not",
    "test_a_value_that_matters",
    "test_one_answer_alone_is_not_any",
    "test_an_arm_that_no_run_takes_is_no_other_answer",
    "test_of_two_of_which_each_could_be_otherwise_one_matters",
    "test_of_two_that_are_tried_together_one_matters",
)
SECOND_TRY = ("tests/design/test_second_try.py",)
SHARED = ("tests/design/test_common_context.py",)
GAVE_UP = ("tests/design/test_gave_up.py",)
MANY_DECISIONS = ("tests/design/test_witness.py",)
COMMON = ("tests/design/test_bits.py", "-k", "common")
SHARES = ("tests/design/test_shares.py", "-k", "not spec")
BITVECTORS = ("tests/archive/test_bitvectors.py",)
INVARIANTS = ("tests/archive/test_invariants.py",)
LOOSE = ("tests/archive/test_loose.py",)
CHANGED = ("tests/design/test_changed.py",)
LAYOUTS_CHANGED = ("tests/comparing/test_layouts.py",)
IDENTITY = ("tests/artifacts/test_identity.py",)
DRIFT_DETAILS = ("tests/artifacts/test_drift_details.py",)
BOUNDS = ("tests/random/test_bounds.py",)
WHAT_MATTERS = ("tests/evidence/test_what_matters.py",)
LEB = ("tests/artifacts/test_leb128.py",)
BIT_VECTORS = _of("design/test_bits.py", "test_a_bit_of_a_place_has_a_range_among_bit_vectors")
PROGRAMS = ("tests/fuzz/test_compiled.py", "-k", "small")
OPENING = ("tests/artifacts/test_opening.py",)
ARCHIVED = ("tests/archive/test_archive.py",)
SWINDLES = ("tests/archive/test_swindles.py",)
TOLD = ("tests/archive/test_derived.py",)
REGIONS = ("tests/archive/test_regions.py",)
SETS = ("tests/design/test_universe.py", "tests/design/test_generalise.py")
MERGING = ("tests/design/test_merging.py",)
FLOW = ("tests/reaching",)
GUESSES = ("tests/design/test_guesses.py",)
WRONG_SETS = ("tests/design/test_wrong_sets.py",)
ROUNDS = ("tests/archive/test_invariants.py", "tests/archive/test_invariant_rounds.py")

ACCOUNTED = ("tests/archive/test_accounted.py",)
KEPT = ("tests/archive/test_facts_kept.py",)
UNIVERSE = ("tests/design/test_universe.py",)
TWO_ACCOUNTS = ("tests/design/test_two_accounts.py",)
PIECES = ("tests/design/test_pieces.py",)
COPIED = ("tests/design/test_copied.py",)
COUNTED = ("tests/design/test_counted.py",)
TRANSLATED = ("tests/random/test_translated.py",)
CELLS = ("tests/design/test_cells.py",)


def _tampered(word: str) -> tuple[str, ...]:
    return ("tests/archive/test_tampering.py", "-k", word)


TAMPERED_FILES = _tampered("index or folder or file")
TAMPERED_RECORDS = _tampered("record or proposal or assumption or candidate or twice")
TAMPERED_VERDICTS = _tampered("verdict or counts or made or part or vacuous or proved")
TAMPERED_RUNS = _tampered("run or witness or choice")
TAMPERED_TEXTS = _tampered("text")
TAMPERED_OBLIGATIONS = _tampered("obligation or invariant or bounded")
