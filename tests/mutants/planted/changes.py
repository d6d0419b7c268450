"""Faults in comparing: a spec with an artefact, a spec with a later one."""

from __future__ import annotations

from tests.mutants.planting import CHANGED, DRIFT, DRIFT_DETAILS, LAYOUTS_CHANGED, SUBSTITUTE, planted

FAULTS = (
    *planted(
        "rebase.py",
        DRIFT_DETAILS,
        (
            "a spec is compared with an artefact of another ABI",
            '    return _default(system) | {"abi": abi}',
            "    return _default(system)",
        ),
    ),
    *planted(
        "rebase.py",
        DRIFT,
        ("one of several definitions is taken", "    if len(found) > 1:", "    if len(found) > 2:"),
        (
            "what holds a packing holds the spec's arm",
            "    found = [*_beside_packings(system, artifact)]\n",
            "    found = []\n",
        ),
        (
            "what holds a packing is compared with the default arm",
            "    known = candidate | _arms(first)",
            "    known = candidate",
        ),
    ),
    *planted(
        "report/drift.py",
        DRIFT,
        (
            "a flavour is looked for in any module",
            "    return lookup(artifact, kind, plain, module)",
            "    return lookup(artifact, kind, plain)",
        ),
    ),
    *planted(
        "report/drift.py",
        DRIFT_DETAILS,
        (
            "a difference hides behind what is the same",
            'return 1 if "differs" in states else 0 if "same" in states else 5',
            'return 0 if "same" in states else 1 if "differs" in states else 5',
        ),
    ),
    *planted(
        "language/substitute.py",
        SUBSTITUTE,
        (
            "what a struct needs is left behind",
            "            waiting.extend((*_keys(theirs[key]), *_named(theirs[key])))",
            "            waiting.extend(_keys(theirs[key]))",
        ),
        (
            "a packing is replaced like any struct",
            "if key in theirs and key not in found and key not in packings:",
            "if key in theirs and key not in found:",
        ),
        (
            "constants are taken though nothing needs them",
            '[key for key in ours if key in theirs and key[0] != "constant"]',
            "[key for key in ours if key in theirs]",
        ),
        (
            "an enumeration is replaced because of its constants",
            "if not tagged or tagged[0] in taken else []",
            "if True else []",
        ),
    ),
    *planted(
        "design/diff.py",
        CHANGED,
        (
            "more refuted candidates of a mixed proposal are nothing new",
            "        if refuted[1] > refuted[0]:",
            "        if refuted[1] > refuted[0] + 1:",
        ),
        (
            "what came is gone",
            '        return "added" if before is None else "removed"',
            '        return "added" if after is None else "removed"',
        ),
        (
            "a proof up to a bound is a proof",
            'return "bounded" if case.verdict == "proved" and case.finding.turns is not None else case.verdict',
            "return case.verdict",
        ),
        (
            "what a spec expects hides what is newly refuted",
            '    if change.kind == "newly refuted":\n        return 1\n',
            "",
        ),
        (
            "a new answer is the old one",
            "one is None or other is None or one.answer != other.answer:",
            "one is None or other is None:",
        ),
        (
            "proved for some only is nothing new",
            '    if state(after) == "mixed" and refuted[1] and state(before) != "refuted":\n'
            '        return "newly refuted"\n',
            "",
        ),
    ),
    *planted(
        "report/changes.py",
        LAYOUTS_CHANGED,
        (
            "structs of another size are the same",
            '    return layout.size, layout.align, tuple(_flat(layout, "", 0))',
            '    return 0, layout.align, tuple(_flat(layout, "", 0))',
        ),
        ("a view that grew has not changed", "bits.span(first, first + place.width)", "bits.span(first, first)"),
        (
            "members that lie elsewhere are where they were",
            "            yield name, first, member.width\n",
            "            yield name, 0, member.width\n",
        ),
    ),
)
