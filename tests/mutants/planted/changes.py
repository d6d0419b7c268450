"""Faults in comparing: a spec with an artefact, a spec with a later one."""

from __future__ import annotations

from tests.mutants.planting import (
    CHANGED,
    DRIFT,
    DRIFT_DETAILS,
    LAYOUTS_CHANGED,
    SUBSTITUTE,
    planted,
)

FAULTS = (
    *planted(
        "comparing/drift.py",
        DRIFT_DETAILS,
        (
            "a spec is compared with an artefact of another ABI",
            "_of_this_abi",
            "_default(system) | {'abi': abi}",
            "_default(system)",
        ),
    ),
    *planted(
        "comparing/drift.py",
        DRIFT,
        (
            "one of several definitions is taken",
            "_one",
            "len(definitions) > 1",
            "len(definitions) > 2",
        ),
        (
            "what holds a packing holds the spec's arm",
            "rebased",
            "[*_beside_packings(system, artifact)]",
            "[]",
        ),
        (
            "what holds a packing is compared with the default arm",
            "_drifts",
            "candidate | _arms(first)",
            "candidate",
        ),
    ),
    *planted(
        "comparing",
        DRIFT,
        (
            "a flavour is looked for in any module",
            "definitions",
            "lookup(artifact, kind, plain, module)",
            "lookup(artifact, kind, plain)",
        ),
    ),
    *planted(
        "comparing/drift.py",
        DRIFT_DETAILS,
        (
            "a difference hides behind what is the same",
            "exit_code",
            "1 if 'differs' in states else 0 if 'same' in states else 5",
            "0 if 'same' in states else 1 if 'differs' in states else 5",
        ),
    ),
    *planted(
        "syntax",
        SUBSTITUTE,
        (
            "what a struct needs is left behind",
            "_needed",
            "(*_keys(replacing[key]), *_named(replacing[key]))",
            "_keys(replacing[key])",
        ),
        (
            "a packing is replaced like any struct",
            "_needed",
            "key in replacing and key not in keys and (key not in packings)",
            "key in replacing and key not in keys",
        ),
        (
            "constants are taken though nothing needs them",
            "substitute",
            "key in other_keys and key[0] != 'constant'",
            "key in other_keys",
        ),
        (
            "an enumeration is replaced because of its constants",
            "_stood_for",
            "not tagged or tagged[0] in replacements",
            "True",
        ),
    ),
    *planted(
        "comparing",
        CHANGED,
        (
            "more refuted candidates of a mixed proposal are nothing new",
            "became",
            "refuted[1] > refuted[0]",
            "refuted[1] > refuted[0] + 1",
        ),
        (
            "as many candidates are the same ones",
            "_alike",
            "before.regions == after.regions",
            "True",
        ),
        (
            "what came is gone",
            "kind",
            "'added' if before is None else 'removed'",
            "'added' if after is None else 'removed'",
        ),
        (
            "a proof up to a bound is a proof",
            "state",
            "'bounded' if case.verdict == 'proved' and case.finding.turns is not None else case.verdict",
            "case.verdict",
        ),
    ),
    *planted(
        "comparing/verdicts.py",
        CHANGED,
        (
            "what a spec expects hides what is newly refuted",
            "_code",
            "if change.kind == 'newly refuted':\n    return 1\nreturn _1",
            "return _1",
        ),
    ),
    *planted(
        "comparing",
        CHANGED,
        (
            "a new answer is the old one",
            "_answers",
            "old_answer is None or other is None or old_answer.answer != other.answer",
            "old_answer is None or other is None",
        ),
        (
            "proved for some only is nothing new",
            "became",
            "'refuted' if after.state == 'mixed' and refuted[1] else after.state",
            "after.state",
        ),
    ),
    *planted(
        "comparing",
        LAYOUTS_CHANGED,
        (
            "structs of another size are the same",
            "placed",
            "(layout.size, layout.align, tuple(_flat(layout, '', 0)))",
            "(0, layout.align, tuple(_flat(layout, '', 0)))",
        ),
        ("a view that grew has not changed", "_extent", "first + place.width", "first"),
        (
            "members that lie elsewhere are where they were",
            "_flat",
            "(name, first, member.width)",
            "(name, 0, member.width)",
        ),
    ),
)
