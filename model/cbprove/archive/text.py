"""A record as JSON that can be read in a diff, a part of a verdict on each line, and back;
nothing unknown is let pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from cbprove.archive.record import (
    SCHEMA,
    Chosen,
    Clausal,
    Limits,
    Obligation,
    Part,
    Proposed,
    Record,
    Recorded,
    Rested,
)
from cbprove.obligations.facts import Fact, FactKind
from cbprove.verdicts import UNAUDITED


class Unreadable(Exception):
    """A file of an archive that makes no sense; says what."""


# --- to text --------------------------------------------------------------------------------------


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
    head["models"] = [
        {"record": e.record, "sha256": e.sha256, "told": e.told} for e in record.models
    ] or [{"told": UNAUDITED}]
    proposals = [
        _line(
            {
                "name": proposal.name,
                "candidates": proposal.candidates,
                "assumptions": proposal.assumptions,
            }
        )
        for proposal in record.proposals
    ]
    verdicts = [_verdict(verdict) for verdict in record.verdicts]
    obligations = [_stated(name, *stated) for name, stated in record.obligations.items()]
    lines = [f'  "{key}": {_line(value)},' for key, value in head.items()]
    lines += [f'  "proposals": {_block(proposals)},', f'  "verdicts": {_block(verdicts)},']
    certificates = [
        _line({"name": name, "sha256": digest}) for name, digest in record.certificates.items()
    ]
    lines += [
        f'  "obligations": {_block(obligations)},',
        f'  "certificates": {_block(certificates)},',
    ]
    lines.append(f'  "clausal": {_clausal(record.clausal)}')
    return "\n".join(["{", *lines, "}"]) + "\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _block(entries: Sequence[str]) -> str:
    return "[\n" + ",\n".join(f"    {entry}" for entry in entries) + "\n  ]" if entries else "[]"


def _verdict(verdict: Recorded) -> str:
    out = {
        "id": verdict.id,
        "verdict": verdict.verdict,
        "scope": verdict.scope,
        "counts": verdict.counts,
    }
    parts = ",\n".join(f"      {_line(_part(part))}" for part in verdict.parts)
    return f'{_line(out)[:-1]}, "parts": [\n{parts}\n    ]}}'


def _stated(name: str, digest: str, states: Sequence[Obligation]) -> str:
    lines = ",\n".join(f"      {_line(_obligation(obligation))}" for obligation in states)
    return f'{_line({"name": name, "sha256": digest})[:-1]}, "states": [\n{lines}\n    ]}}'


def _clausal(clausal: Mapping[str, Clausal] | None) -> str:
    if clausal is None:
        return "null"
    digests_of = {
        name: {"cnf": proof.cnf, "drat": proof.drat, "left_out": proof.left_out}
        for name, proof in clausal.items()
    }
    return _block(
        [
            _line({"name": name, **{k: v for k, v in entry.items() if v}})
            for name, entry in digests_of.items()
        ]
    )


def _part(part: Part) -> dict[str, object]:
    out: dict[str, object] = {"verdict": part.verdict, "fixed": part.fixed, "where": part.where}
    if part.obligations:
        out["obligations"] = part.obligations
    if part.certificates:
        out["certificates"] = part.certificates
    if part.run is not None:
        out["run"] = {"path": part.run.path, "decisions": part.run.decisions}
    if part.reason:
        out["reason"] = part.reason
    return out


def _limits(limits: Limits) -> dict[str, int]:
    return {"bound": limits.bound, "resources": limits.resources, "operations": limits.operations}


def _obligation(obligation: Obligation) -> dict[str, object]:
    out: dict[str, object] = {
        "by": obligation.by,
        "claim": obligation.claim,
        "property": obligation.property,
        "fixed": obligation.fixed,
    }
    if obligation.by == "sources":
        out |= {"where": obligation.where, "loose": obligation.loose}
    if obligation.turns is not None:
        out |= {"turns": obligation.turns, "known": obligation.known}
    if obligation.invariant is not None:
        out["invariant"] = obligation.invariant
    if obligation.facts is not None:
        out["facts"] = {path: list(map(_fact, facts)) for path, facts in obligation.facts.items()}
    if obligation.path:
        out["path"] = obligation.path
    return out


def _fact(fact: Fact) -> dict[str, object]:
    out: dict[str, object] = {"moment": fact.moment, "kind": fact.kind, "extent": fact.extent}
    optional = {"numbers": fact.numbers, "other": fact.other, "label": fact.label}
    return out | {key: value for key, value in optional.items() if value}


# --- and back -------------------------------------------------------------------------------------


def read(text: str) -> Record:
    """The record that a text stands for. Raises Unreadable."""
    try:
        return _record(parsed(text))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Unreadable(f"it is not a record: {type(wrong).__name__}: {wrong}") from None


def parsed(text: str) -> Any:
    """The JSON of a file of this schema. Raises Unreadable."""
    try:
        document = json.loads(text)
    except ValueError as wrong:
        raise Unreadable(f"it is not JSON: {wrong}") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA:
        raise Unreadable(f"its schema_version is {_line(version)}, not {SCHEMA}")
    return document


def _record(document: Mapping[str, Any]) -> Record:
    names = (
        "schema_version spec command versions limits inputs proposals verdicts obligations "
        "certificates clausal"
    )
    _exactly(document, names.split(), ["models"])
    return Record(
        spec=_text(document["spec"]),
        command=_text(document["command"]),
        versions={_text(k): _text(v) for k, v in document["versions"].items()},
        limits=Limits(**{k: _number(v) for k, v in document["limits"].items()}),
        inputs=tuple(
            (_text(source["path"]), _text(source["sha256"])) for source in document["inputs"]
        ),
        proposals=tuple(map(_read_proposal, document["proposals"])),
        verdicts=tuple(map(_read_verdict, document["verdicts"])),
        obligations=dict(map(_read_stated, document["obligations"])),
        certificates=dict(map(_read_certificate, document["certificates"])),
        clausal=None
        if document["clausal"] is None
        else dict(map(_read_clausal, document["clausal"])),
        models=_read_models(document.get("models", [])),
    )


def _read_proposal(document: Mapping[str, Any]) -> Proposed:
    _exactly(document, ["name", "candidates", "assumptions"])
    return Proposed(
        name=_text(document["name"]),
        candidates={_text(k): _text(v) for k, v in document["candidates"].items()},
        assumptions=tuple(map(_text, document["assumptions"])),
    )


def _read_verdict(document: Mapping[str, Any]) -> Recorded:
    _exactly(document, ["id", "verdict", "scope", "counts", "parts"])
    return Recorded(
        id=_text(document["id"]),
        verdict=_one_of(document["verdict"], _VERDICTS),
        scope=document["scope"] if document["scope"] == "every run" else _number(document["scope"]),
        counts={_one_of(k, _VERDICTS): _number(v) for k, v in document["counts"].items()},
        parts=tuple(map(_read_part, document["parts"])),
    )


def _read_models(found: Sequence[Mapping[str, Any]]) -> tuple[Rested, ...]:
    """None of a spec that is not audited; an archive of earlier says nothing of it."""
    return () if found == [{"told": UNAUDITED}] else tuple(map(_read_model, found))


def _read_model(found: Mapping[str, Any]) -> Rested:
    _exactly(found, ["record", "sha256", "told"])
    return Rested(_text(found["record"]), _text(found["sha256"]), _text(found["told"]))


_VERDICTS = ("proved", "refuted", "mixed", "vacuous", "unknown", "excluded")


def _read_part(document: Mapping[str, Any]) -> Part:
    _exactly(
        document, ["verdict", "fixed", "where"], ["obligations", "certificates", "run", "reason"]
    )
    run = document.get("run")
    if run is not None:
        _exactly(run, ["path", "decisions"])
    return Part(
        verdict=_one_of(document["verdict"], _VERDICTS),
        fixed=_fixed(document["fixed"]),
        where=tuple(map(_box, document["where"])),
        obligations=tuple(map(_text, document.get("obligations", []))),
        certificates={
            _text(k): tuple(map(_box, v)) for k, v in document.get("certificates", {}).items()
        },
        run=Chosen(_text(run["path"]), tuple((_tupled(k), _number(v)) for k, v in run["decisions"]))
        if run
        else None,
        reason=_text(document.get("reason", "")),
    )


def _read_stated(document: Mapping[str, Any]) -> tuple[str, tuple[str, tuple[Obligation, ...]]]:
    _exactly(document, ["name", "sha256", "states"])
    return _text(document["name"]), (
        _text(document["sha256"]),
        tuple(map(_read_obligation, document["states"])),
    )


def _read_obligation(document: Mapping[str, Any]) -> Obligation:
    _exactly(
        document,
        ["by", "claim", "property", "fixed"],
        ["where", "loose", "turns", "known", "invariant", "facts", "path"],
    )
    invariant, facts = document.get("invariant"), document.get("facts")
    return Obligation(
        by=_one_of(document["by"], ("sources", "values", "step", "facts")),
        claim=_one_of(document["claim"], ("broken", "reached")),
        property=_text(document["property"]),
        fixed=_fixed(document["fixed"]),
        where=tuple(map(_box, document.get("where", []))),
        loose=_flag(document.get("loose", False)),
        turns=_number(document["turns"]) if "turns" in document else None,
        known=_number(document["known"]) if "known" in document else None,
        invariant=None
        if invariant is None
        else {_text(k): tuple(map(_tupled, v)) for k, v in invariant.items()},
        path=_text(document.get("path", "")),
        facts=None
        if facts is None
        else {_text(k): tuple(map(_read_fact, v)) for k, v in facts.items()},
    )


def _read_fact(document: Mapping[str, Any]) -> Fact:
    _exactly(document, ["moment", "kind", "extent"], ["numbers", "other", "label"])
    return Fact(
        moment=_tupled(document["moment"]),
        kind=_one_of(document["kind"], get_args(FactKind)),
        extent=_tupled(document["extent"]),
        numbers=tuple(map(_number, document.get("numbers", []))),
        other=_tupled(document["other"]) if "other" in document else None,
        label=_text(document.get("label", "")),
    )


def _read_certificate(document: Mapping[str, Any]) -> tuple[str, str]:
    _exactly(document, ["name", "sha256"])
    return _text(document["name"]), _text(document["sha256"])


def _read_clausal(document: Mapping[str, Any]) -> tuple[str, Clausal]:
    _exactly(document, ["name", "cnf", "left_out" if "left_out" in document else "drat"])
    texts = (_text(document.get(key, "")) for key in ("cnf", "drat", "left_out"))
    return _text(document["name"]), Clausal(*texts)


def _exactly(
    document: Mapping[str, Any], names: Sequence[str], optional: Sequence[str] = ()
) -> None:
    missing = [name for name in names if name not in document]
    strange = [name for name in document if name not in names and name not in optional]
    if missing or strange:
        complaints = [
            *(f"{n} is missing" for n in missing),
            *(f"{n} is not known" for n in strange),
        ]
        raise Unreadable(f"a field is amiss: {', '.join(complaints)}")


def _typed(kind: type) -> Callable[[object], Any]:
    def check(value: object) -> Any:
        if type(value) is not kind:
            raise Unreadable(f"{_line(value)} is no {kind.__name__}")
        return value

    return check


_text: Callable[[object], str] = _typed(str)
_number: Callable[[object], int] = _typed(int)
_flag: Callable[[object], bool] = _typed(bool)


def _one_of(value: object, allowed: Sequence[str]) -> Any:
    if value not in allowed:
        raise Unreadable(f"{_line(value)} is none of {', '.join(allowed)}")
    return value


def _fixed(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _text(axis): value if type(value) is int else _text(value)
        for axis, value in document.items()
    }


def _box(document: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {_text(axis): (_number(low), _number(high)) for axis, (low, high) in document.items()}


def _tupled(value: object) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


def digests(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The folders and the sha256 of their records that an index lists. Raises Unreadable."""
    for spec in document["specs"]:
        _exactly(spec, ["folder", "sha256"])
        yield _text(spec["folder"]), _text(spec["sha256"])
