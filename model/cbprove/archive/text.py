"""A record as JSON that can be read in a diff, a part of a verdict on each line, and back; nothing unknown is let pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from cbprove.archive.record import SCHEMA, Chosen, Clausal, Limits, Obligation, Part, Proposed, Record, Recorded
from cbprove.obligations.facts import Fact, FactKind


class Unreadable(Exception):
    """A file of an archive that makes no sense; says what."""


# --- to text ----------------------------------------------------------------------------------------------


def text(record: Record) -> str:
    """The record as JSON; the same record gives the same text."""
    head = {
        "schema_version": SCHEMA,
        "spec": record.spec,
        "command": record.command,
        "versions": record.versions,
        "limits": _limits(record.limits),
        "inputs": [{"path": path, "sha256": digest} for path, digest in record.inputs],
    }
    proposals = [
        _line({"name": one.name, "candidates": one.candidates, "assumptions": one.assumptions})
        for one in record.proposals
    ]
    verdicts = [_verdict(verdict) for verdict in record.verdicts]
    obligations = [_stated(name, *found) for name, found in record.obligations.items()]
    lines = [f'  "{key}": {_line(value)},' for key, value in head.items()]
    lines += [f'  "proposals": {_block(proposals)},', f'  "verdicts": {_block(verdicts)},']
    certificates = [_line({"name": name, "sha256": digest}) for name, digest in record.certificates.items()]
    lines += [f'  "obligations": {_block(obligations)},', f'  "certificates": {_block(certificates)},']
    lines.append(f'  "clausal": {_clausal(record.clausal)}')
    return "\n".join(["{", *lines, "}"]) + "\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _block(entries: Sequence[str]) -> str:
    return "[\n" + ",\n".join(f"    {entry}" for entry in entries) + "\n  ]" if entries else "[]"


def _verdict(verdict: Recorded) -> str:
    told = {
        "id": verdict.id,
        "verdict": verdict.verdict,
        "scope": verdict.scope,
        "counts": verdict.counts,
    }
    parts = ",\n".join(f"      {_line(_part(part))}" for part in verdict.parts)
    return f'{_line(told)[:-1]}, "parts": [\n{parts}\n    ]}}'


def _stated(name: str, digest: str, states: Sequence[Obligation]) -> str:
    lines = ",\n".join(f"      {_line(_obligation(asked))}" for asked in states)
    return f'{_line({"name": name, "sha256": digest})[:-1]}, "states": [\n{lines}\n    ]}}'


def _clausal(clausal: Mapping[str, Clausal] | None) -> str:
    if clausal is None:
        return "null"
    found = {name: {"cnf": one.cnf, "drat": one.drat, "left_out": one.left_out} for name, one in clausal.items()}
    return _block([_line({"name": name, **{k: v for k, v in one.items() if v}}) for name, one in found.items()])


def _part(part: Part) -> dict[str, object]:
    told: dict[str, object] = {"verdict": part.verdict, "fixed": part.fixed, "where": part.where}
    if part.obligations:
        told["obligations"] = part.obligations
    if part.certificates:
        told["certificates"] = part.certificates
    if part.run is not None:
        told["run"] = {"path": part.run.path, "decisions": part.run.decisions}
    if part.reason:
        told["reason"] = part.reason
    return told


def _limits(limits: Limits) -> dict[str, int]:
    return {"bound": limits.bound, "resources": limits.resources, "operations": limits.operations}


def _obligation(asked: Obligation) -> dict[str, object]:
    told: dict[str, object] = {"by": asked.by, "claim": asked.claim, "property": asked.property, "fixed": asked.fixed}
    if asked.by == "sources":
        told |= {"where": asked.where, "loose": asked.loose}
    if asked.turns is not None:
        told |= {"turns": asked.turns, "known": asked.known}
    if asked.invariant is not None:
        told["invariant"] = asked.invariant
    if asked.facts is not None:
        told["facts"] = {path: list(map(_fact, facts)) for path, facts in asked.facts.items()}
    if asked.path:
        told["path"] = asked.path
    return told


def _fact(fact: Fact) -> dict[str, object]:
    told: dict[str, object] = {"moment": fact.moment, "kind": fact.kind, "extent": fact.extent}
    optional = {"numbers": fact.numbers, "other": fact.other, "label": fact.label}
    return told | {key: value for key, value in optional.items() if value}


# --- and back ---------------------------------------------------------------------------------------------


def read(text: str) -> Record:
    """The record that a text stands for. Raises Unreadable."""
    try:
        return _record(parsed(text))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Unreadable(f"it is not a record: {type(wrong).__name__}: {wrong}") from None


def parsed(text: str) -> Any:
    """The JSON of a file of this schema. Raises Unreadable."""
    try:
        found = json.loads(text)
    except ValueError as wrong:
        raise Unreadable(f"it is not JSON: {wrong}") from None
    said = found.get("schema_version") if isinstance(found, dict) else None
    if said != SCHEMA:
        raise Unreadable(f"its schema_version is {_line(said)}, not {SCHEMA}")
    return found


def _record(found: Mapping[str, Any]) -> Record:
    names = "schema_version spec command versions limits inputs proposals verdicts obligations certificates clausal"
    _exactly(found, names.split())
    return Record(
        spec=_text(found["spec"]),
        command=_text(found["command"]),
        versions={_text(k): _text(v) for k, v in found["versions"].items()},
        limits=Limits(**{k: _number(v) for k, v in found["limits"].items()}),
        inputs=tuple((_text(one["path"]), _text(one["sha256"])) for one in found["inputs"]),
        proposals=tuple(map(_read_proposal, found["proposals"])),
        verdicts=tuple(map(_read_verdict, found["verdicts"])),
        obligations=dict(map(_read_stated, found["obligations"])),
        certificates=dict(map(_read_certificate, found["certificates"])),
        clausal=None if found["clausal"] is None else dict(map(_read_clausal, found["clausal"])),
    )


def _read_proposal(found: Mapping[str, Any]) -> Proposed:
    _exactly(found, ["name", "candidates", "assumptions"])
    return Proposed(
        name=_text(found["name"]),
        candidates={_text(k): _text(v) for k, v in found["candidates"].items()},
        assumptions=tuple(map(_text, found["assumptions"])),
    )


def _read_verdict(found: Mapping[str, Any]) -> Recorded:
    _exactly(found, ["id", "verdict", "scope", "counts", "parts"])
    return Recorded(
        id=_text(found["id"]),
        verdict=_one_of(found["verdict"], _VERDICTS),
        scope=found["scope"] if found["scope"] == "every run" else _number(found["scope"]),
        counts={_one_of(k, _VERDICTS): _number(v) for k, v in found["counts"].items()},
        parts=tuple(map(_read_part, found["parts"])),
    )


_VERDICTS = ("proved", "refuted", "mixed", "vacuous", "unknown", "excluded")


def _read_part(found: Mapping[str, Any]) -> Part:
    _exactly(found, ["verdict", "fixed", "where"], ["obligations", "certificates", "run", "reason"])
    run = found.get("run")
    if run is not None:
        _exactly(run, ["path", "decisions"])
    return Part(
        verdict=_one_of(found["verdict"], _VERDICTS),
        fixed=_fixed(found["fixed"]),
        where=tuple(map(_box, found["where"])),
        obligations=tuple(map(_text, found.get("obligations", []))),
        certificates={_text(k): tuple(map(_box, v)) for k, v in found.get("certificates", {}).items()},
        run=Chosen(_text(run["path"]), tuple((_tupled(k), _number(v)) for k, v in run["decisions"])) if run else None,
        reason=_text(found.get("reason", "")),
    )


def _read_stated(found: Mapping[str, Any]) -> tuple[str, tuple[str, tuple[Obligation, ...]]]:
    _exactly(found, ["name", "sha256", "states"])
    return _text(found["name"]), (_text(found["sha256"]), tuple(map(_read_obligation, found["states"])))


def _read_obligation(found: Mapping[str, Any]) -> Obligation:
    _exactly(
        found, ["by", "claim", "property", "fixed"], ["where", "loose", "turns", "known", "invariant", "facts", "path"]
    )
    kept, facts = found.get("invariant"), found.get("facts")
    return Obligation(
        by=_one_of(found["by"], ("sources", "values", "step", "facts")),
        claim=_one_of(found["claim"], ("broken", "reached")),
        property=_text(found["property"]),
        fixed=_fixed(found["fixed"]),
        where=tuple(map(_box, found.get("where", []))),
        loose=_flag(found.get("loose", False)),
        turns=_number(found["turns"]) if "turns" in found else None,
        known=_number(found["known"]) if "known" in found else None,
        invariant=None if kept is None else {_text(k): tuple(map(_tupled, v)) for k, v in kept.items()},
        path=_text(found.get("path", "")),
        facts=None if facts is None else {_text(k): tuple(map(_read_fact, v)) for k, v in facts.items()},
    )


def _read_fact(found: Mapping[str, Any]) -> Fact:
    _exactly(found, ["moment", "kind", "extent"], ["numbers", "other", "label"])
    return Fact(
        moment=_tupled(found["moment"]),
        kind=_one_of(found["kind"], get_args(FactKind)),
        extent=_tupled(found["extent"]),
        numbers=tuple(map(_number, found.get("numbers", []))),
        other=_tupled(found["other"]) if "other" in found else None,
        label=_text(found.get("label", "")),
    )


def _read_certificate(found: Mapping[str, Any]) -> tuple[str, str]:
    _exactly(found, ["name", "sha256"])
    return _text(found["name"]), _text(found["sha256"])


def _read_clausal(found: Mapping[str, Any]) -> tuple[str, Clausal]:
    _exactly(found, ["name", "cnf", "left_out" if "left_out" in found else "drat"])
    said = (_text(found.get(key, "")) for key in ("cnf", "drat", "left_out"))
    return _text(found["name"]), Clausal(*said)


def _exactly(found: Mapping[str, Any], names: Sequence[str], others: Sequence[str] = ()) -> None:
    missing = [name for name in names if name not in found]
    strange = [name for name in found if name not in names and name not in others]
    if missing or strange:
        said = [*(f"{n} is missing" for n in missing), *(f"{n} is not known" for n in strange)]
        raise Unreadable(f"a field is amiss: {', '.join(said)}")


def _typed(kind: type) -> Callable[[object], Any]:
    def check(found: object) -> Any:
        if type(found) is not kind:
            raise Unreadable(f"{_line(found)} is no {kind.__name__}")
        return found

    return check


_text: Callable[[object], str] = _typed(str)
_number: Callable[[object], int] = _typed(int)
_flag: Callable[[object], bool] = _typed(bool)


def _one_of(found: object, known: Sequence[str]) -> Any:
    if found not in known:
        raise Unreadable(f"{_line(found)} is none of {', '.join(known)}")
    return found


def _fixed(found: Mapping[str, Any]) -> dict[str, Any]:
    return {_text(axis): value if type(value) is int else _text(value) for axis, value in found.items()}


def _box(found: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {_text(axis): (_number(low), _number(high)) for axis, (low, high) in found.items()}


def _tupled(found: object) -> Any:
    return tuple(map(_tupled, found)) if isinstance(found, list) else found


def digests(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The folders and the sha256 of their records that an index lists. Raises Unreadable."""
    for one in found["specs"]:
        _exactly(one, ["folder", "sha256"])
        yield _text(one["folder"]), _text(one["sha256"])
