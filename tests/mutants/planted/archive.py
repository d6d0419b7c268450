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
        "archive/recheck.py",
        TAMPERED_RECORDS,
        (
            "the spec may be another one than was certified",
            "            if said.get(path) != digest:",
            "            if path not in said:",
        ),
        (
            "what verdicts take as given may be left out",
            "said[one.name].assumptions != one.assumptions:",
            "said[one.name].assumptions is one.assumptions:",
        ),
        (
            "a proposal may have other candidates",
            "said[one.name].candidates != one.candidates:",
            "said[one.name].candidates is one.candidates:",
        ),
        (
            "the command may be another one",
            "        elif record.command != (wanted := command(",
            "        elif not record.command and (wanted := command(",
        ),
    ),
    *planted(
        "archive/recheck.py",
        TAMPERED_VERDICTS,
        (
            "a verdict may be missing",
            "for missing in (one for one in expected if one not in said):",
            "for missing in (one for one in expected if one in ()):",
        ),
        (
            "the summary of a verdict may be any",
            "        if verdict.verdict != shared(counts):",
            '        if verdict.verdict not in (*counts, "mixed"):',
        ),
        (
            "the parts of a verdict may leave candidates out",
            "        if sorted(said, key=str) != sorted(_candidates(statements.division, proposal, name), key=str):",
            "        if not set(said) <= set(_candidates(statements.division, proposal, name)):",
        ),
    ),
    *planted(
        "archive/recheck.py",
        TAMPERED_OBLIGATIONS,
        (
            "a proof up to a bound may be called one of all runs",
            "        if not wrong and verdict.scope != scope:",
            "        if not wrong and verdict.scope != scope != 3:",
        ),
        (
            "a bound may be greater than what was asked for",
            'scope not in ("every run", self.record.limits.bound):',
            'scope not in ("every run", scope):',
        ),
        (
            "an obligation that no verdict rests on may be there",
            "            if name not in obliged.used:",
            "            if name in ():",
        ),
    ),
    *planted(
        "archive/parts.py",
        TAMPERED_VERDICTS,
        (
            "what is not excluded may be said to be",
            '            if required == (part.verdict == "excluded"):',
            '            if required < (part.verdict == "excluded"):',
        ),
        (
            "nothing needs to reach a claim that is proved",
            "        if not broken and not runs.placed(program, prop):\n            raise",
            "        if not broken and runs.placed(program, prop):\n            raise",
        ),
        (
            "a part may have no candidates",
            "        if not own:\n            raise",
            "        if own is None:\n            raise",
        ),
    ),
    *planted(
        "archive/parts.py",
        TAMPERED_RUNS,
        (
            "a run need not break what it is to break",
            "            if run is None:\n",
            "            if run is None and not broken:\n",
        ),
        (
            "a refutation needs no run",
            "        if broken and not runs.misplaced(program, prop):",
            "        if broken and runs.misplaced(program, prop):",
        ),
        (
            "a run may decide more than it is asked",
            "runs.chosen(run) != part.run:",
            "runs.chosen(run).path != part.run.path:",
        ),
    ),
    *planted(
        "archive/parts.py",
        SWINDLES,
        (
            "what a run shows of one candidate, it shows of all",
            "        for index in own:\n            program = ",
            "        for index in own[:1]:\n            program = ",
        ),
    ),
    *planted(
        "archive/parts.py",
        TAMPERED_OBLIGATIONS,
        (
            "an obligation may be about another property",
            "if one.property == name and one.claim == claim]",
            "if one.claim == claim]",
        ),
        (
            "that nothing reaches a claim may rest on that nothing breaks it",
            "if one.property == name and one.claim == claim]",
            "if one.property == name]",
        ),
        (
            "an obligation may be of another sector",
            "len(states) == 1 and first.fixed == sector.fixed and self._held",
            "len(states) == 1 and self._held",
        ),
        (
            "an invariant needs no steps",
            "len(states) == 1 + len(needed) and all(s in found for s, found in zip(needed, states[1:], strict=True))",
            "True",
        ),
        (
            "loops with a HI may be followed for fewer turns",
            "        if found.known != FOLLOWED:",
            "        if found.known is None:",
        ),
    ),
    *planted(
        "archive/parts.py",
        TAMPERED_VERDICTS,
        (
            "an obligation may be about fewer candidates",
            "            return set(own) <= set(indexes(sector, asked.where))",
            "            return bool(set(own) & set(indexes(sector, asked.where)))",
        ),
    ),
    *planted(
        "archive/obliged.py",
        TAMPERED_TEXTS,
        (
            "a text need not be what the spec states",
            "        if stated.text != self.texts[",
            "        if not self.texts[",
        ),
        (
            "what a solver can satisfy is confirmed",
            '            elif answer == "sat":',
            '            elif answer == "satisfied":',
        ),
    ),
    *planted(
        "archive/obliged.py",
        ARCHIVED,
        (
            "what a solver cannot tell is confirmed",
            '            elif answer == "unknown":',
            '            elif answer == "gave up":',
        ),
    ),
    *planted(
        "archive/obliged.py",
        SWINDLES,
        (
            "only the first of the statements of a text is compared with it",
            "for asked in self.states(name) if (found",
            "for asked in self.states(name)[:1] if (found",
        ),
    ),
    *planted(
        "archive/runs.py",
        TAMPERED_RUNS,
        (
            "a run that reaches a claim breaks it",
            "    return run if (run.broken if broken else run.reached)[prop.name] else None",
            "    return run if run.reached[prop.name] else None",
        ),
    ),
    *planted(
        "archive/regions.py",
        REGIONS,
        (
            "a region ends one value early",
            "    first, last = sector.point(low), sector.point(high - 1)",
            "    first, last = sector.point(low), sector.point(max(low, high - 2))",
        ),
        (
            "a region may go on in the next row",
            "    if boxes(sector, range(first, last + 1)) != (dict(box),):",
            "    if not boxes(sector, range(first, last + 1)):",
        ),
        ("a run of values goes on in the next row", "found[-1][1] == index and index % row:", "found[-1][1] == index:"),
    ),
    *planted(
        "archive/told.py",
        TOLD,
        (
            "excluded candidates make a verdict mixed",
            '    left = [verdict for verdict in counts if verdict != "excluded"]',
            "    left = list(counts)",
        ),
    ),
    *planted(
        "archive/folder.py",
        TAMPERED_FILES,
        ("a record may be another than the index says", "    if sha256(written) != digest:", "    if not digest:"),
        (
            "files that nothing lists are let be",
            "        if found != RECORD and found not in wanted\n",
            "        if found == RECORD and found not in wanted\n",
        ),
        (
            "a folder may hold another spec's record",
            "    if not record.inputs or place_of(record) != name:",
            "    if not record.inputs:",
        ),
    ),
    *planted(
        "archive/folder.py",
        TAMPERED_TEXTS,
        ("a text may be another than the record says", "        if found != digest:\n", "        if not found:\n"),
    ),
    *planted(
        "archive/folder.py",
        ARCHIVED,
        (
            "any folder is replaced",
            "    if target.exists() and not (target.is_dir()",
            "    if target.is_file() and not (target.is_dir()",
        ),
    ),
    *planted(
        "archive/text.py",
        TAMPERED_RECORDS,
        ("a record may say what nobody knows", "    if missing or strange:", "    if missing:"),
        ("a record may be of another schema", "    if said != SCHEMA:", "    if said is None:"),
        (
            "a word may stand for a number",
            "        if type(found) is not kind:",
            "        if not isinstance(found, kind | str):",
        ),
    ),
)
