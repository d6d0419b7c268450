"""Faults in keeping verdicts for others, and in checking them again."""

from __future__ import annotations

from tests.mutants.planting import (
    ARCHIVED,
    REGIONS,
    SWINDLES,
    TAMPERED_FILES,
    TAMPERED_OBLIGATIONS,
    TAMPERED_RECORDS,
    TAMPERED_RUNS,
    TAMPERED_TEXTS,
    TAMPERED_VERDICTS,
    TOLD,
    planted,
)

FAULTS = (
    *planted(
        "archive",
        TAMPERED_RECORDS,
        (
            "the spec may be another one than was certified",
            "_Rechecking._same_inputs",
            "recorded.get(path) != digest",
            "path not in recorded",
        ),
        (
            "what verdicts take as given may be left out",
            "_Rechecking._proposals",
            "recorded[proposal.name].assumptions != proposal.assumptions",
            "recorded[proposal.name].assumptions is proposal.assumptions",
        ),
        (
            "a proposal may have other candidates",
            "_Rechecking._proposals",
            "recorded[proposal.name].candidates != proposal.candidates",
            "recorded[proposal.name].candidates is proposal.candidates",
        ),
        (
            "the command may be another one",
            "_Rechecking._itself",
            "record.command != _1",
            "not record.command and _1",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_VERDICTS,
        ("a verdict may be missing", "_Rechecking._listed", "id not in recorded", "id in ()"),
        (
            "the summary of a verdict may be any",
            "_Rechecking._summary",
            "verdict.verdict != shared(counts)",
            "verdict.verdict not in (*counts, 'mixed')",
        ),
        (
            "the parts of a verdict may leave candidates out",
            "_Rechecking._summary",
            "sorted(claimed, key=str) != sorted(_candidates(statements.division, proposal, name), key=str)",
            "not set(claimed) <= set(_candidates(statements.division, proposal, name))",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_OBLIGATIONS,
        (
            "a proof up to a bound may be called one of all runs",
            "_Rechecking._verdict",
            "verdict.scope != scope",
            "verdict.scope != scope != 3",
        ),
        (
            "a bound may be greater than what was asked for",
            "_Rechecking._verdict",
            "('every run', self.record.limits.bound)",
            "('every run', scope)",
        ),
        (
            "an obligation that no verdict rests on may be there",
            "_Rechecking._verdicts",
            "name not in obliged.used",
            "name in ()",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_VERDICTS,
        (
            "what is not excluded may be said to be",
            "Confirming.part",
            "required == (part.verdict == 'excluded')",
            "required < (part.verdict == 'excluded')",
        ),
        (
            "nothing needs to reach a claim that is proved",
            "Confirming._without_run",
            "not runs.placed(program, prop)",
            "runs.placed(program, prop)",
        ),
        (
            "a part may have no candidates",
            "Confirming._marks",
            "if not candidates:\n    raise Wrong('a part without candidates')",
            "if candidates is None:\n    raise Wrong('a part without candidates')",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_RUNS,
        (
            "a run need not break what it is to break",
            "Confirming._shown",
            "if run is None:",
            "if run is None and (not broken):",
        ),
        (
            "a refutation needs no run",
            "Confirming._without_run",
            "not runs.misplaced(program, prop)",
            "runs.misplaced(program, prop)",
        ),
        (
            "a run may decide more than it is asked",
            "Confirming._shown",
            "runs.chosen(run) != part.run",
            "runs.chosen(run).path != part.run.path",
        ),
    ),
    *planted(
        "archive",
        SWINDLES,
        (
            "what a run shows of one candidate, it shows of all",
            "Confirming._shown",
            "for index in candidates:",
            "for index in candidates[:1]:",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_OBLIGATIONS,
        (
            "an obligation may be about another property",
            "Confirming._proved",
            "state.property == name and state.claim == claim",
            "state.claim == claim",
        ),
        (
            "that nothing reaches a claim may rest on that nothing breaks it",
            "Confirming._proved",
            "state.property == name and state.claim == claim",
            "state.property == name",
        ),
        (
            "an obligation may be of another sector",
            "Confirming._enough",
            "len(states) == 1 and first.fixed == sector.fixed and self._contains(first, sector, candidates)",
            "len(states) == 1 and self._contains(first, sector, candidates)",
        ),
        (
            "an invariant needs no steps",
            "Confirming._enough",
            "len(states) == 1 + len(needed) and _1",
            "True",
        ),
        (
            "loops with a HI may be followed for fewer turns",
            "Confirming._proved",
            "stated.known != FOLLOWED",
            "stated.known is None",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_VERDICTS,
        (
            "an obligation may be about fewer candidates",
            "Confirming._contains",
            "set(candidates) <= set(indexes(sector, obligation.where))",
            "bool(set(candidates) & set(indexes(sector, obligation.where)))",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_TEXTS,
        (
            "a text need not be what the spec states",
            "Obliged._regenerated",
            "stated.text != self.texts[f'{name}{ENDING}']",
            "not self.texts[f'{name}{ENDING}']",
        ),
        (
            "what a solver can satisfy is confirmed",
            "Obliged._decide",
            "answer == 'sat'",
            "answer == 'satisfied'",
        ),
    ),
    *planted(
        "archive",
        ARCHIVED,
        (
            "what a solver cannot tell is confirmed",
            "Obliged._decide",
            "answer == 'unknown'",
            "answer == 'gave up'",
        ),
    ),
    *planted(
        "archive",
        SWINDLES,
        (
            "only the first of the statements of a text is compared with it",
            "Obliged._stated",
            "self.states(name)",
            "self.states(name)[:1]",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_RUNS,
        (
            "a run that reaches a claim breaks it",
            "shows",
            "run.broken if broken else run.reached",
            "run.reached",
        ),
    ),
    *planted(
        "archive/record.py",
        REGIONS,
        (
            "a region ends one value early",
            "_box",
            "sector.point(high - 1)",
            "sector.point(max(low, high - 2))",
        ),
    ),
    *planted(
        "archive",
        REGIONS,
        (
            "a region may go on in the next row",
            "_marks",
            "boxes(sector, range(first, last + 1)) != (dict(box),)",
            "not boxes(sector, range(first, last + 1))",
        ),
        (
            "a run of values goes on in the next row",
            "stretches",
            "runs and runs[-1][1] == index and index % row",
            "runs and runs[-1][1] == index",
        ),
    ),
    *planted(
        "archive",
        TOLD,
        (
            "excluded candidates make a verdict mixed",
            "shared",
            "[verdict for verdict in counts if verdict != 'excluded']",
            "list(counts)",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_FILES,
        (
            "a record may be another than the index says",
            "_folder",
            "sha256(written) != digest",
            "not digest",
        ),
        ("files that nothing lists are let be", "_folder", "entry != RECORD", "entry == RECORD"),
        (
            "a folder may hold another spec's record",
            "_folder",
            "not record.inputs or place_of(record) != name",
            "not record.inputs",
        ),
    ),
    *planted(
        "archive",
        TAMPERED_TEXTS,
        (
            "a text may be another than the record says",
            "_texts",
            "hash_found != digest",
            "not hash_found",
        ),
    ),
    *planted(
        "archive",
        ARCHIVED,
        ("any folder is replaced", "_may_replace", "target.exists()", "target.is_file()"),
    ),
    *planted(
        "archive",
        TAMPERED_RECORDS,
        ("a record may say what nobody knows", "exactly", "missing or strange", "missing"),
        ("a record may be of another schema", "parsed", "version != SCHEMA", "version is None"),
        ("of what is said twice one counts", "once", "name in earlier", "False"),
        (
            "of what a list has twice one counts",
            "_says_no_more",
            "_stripped(value) != _stripped(written[field])",
            "False",
        ),
        (
            "a word may stand for a number",
            "_typed",
            "type(value) is not kind",
            "not isinstance(value, kind | str)",
        ),
    ),
)
