"""A record as JSON that can be read in a diff, a part of a verdict on each line, and back;
nothing unknown is let pass."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
from cbprove.archive.strict import (
    Unreadable,
    a_flag,
    a_number,
    a_text,
    exactly,
    once,
    one_of,
    parsed,
    tupled,
)
from cbprove.obligations.facts import Fact, FactKind
from cbprove.verdicts import UNAUDITED

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
        document = parsed(text)
        record = _record(document)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Unreadable(f"it is not a record: {type(wrong).__name__}: {wrong}") from None
    _says_no_more(document, record)
    return record


def _says_no_more(document: Mapping[str, Any], record: Record) -> None:
    """Raises Unreadable where a record says more than was read of it: a name that stands in a list
    twice, of which one was passed over."""
    written = json.loads(text(record))
    for field, value in document.items():
        if _stripped(value) != _stripped(written[field]):
            raise Unreadable(f"{field} says something twice")


def _stripped(value: object) -> object:
    """A value without fields that are empty, which may be left out."""
    if isinstance(value, dict):
        return {k: _stripped(v) for k, v in value.items() if v not in ("", [], {})}
    return list(map(_stripped, value)) if isinstance(value, list) else value


def _record(document: Mapping[str, Any]) -> Record:
    names = (
        "schema_version spec command versions limits inputs proposals verdicts obligations "
        "certificates clausal models"
    )
    exactly(document, names.split())
    exactly(document["limits"], ["bound", "resources", "operations"])
    once((source["path"] for source in document["inputs"]), "inputs names")
    return Record(
        spec=a_text(document["spec"]),
        command=a_text(document["command"]),
        versions={a_text(k): a_text(v) for k, v in document["versions"].items()},
        limits=Limits(**{k: a_number(v) for k, v in document["limits"].items()}),
        inputs=tuple(
            (a_text(source["path"]), a_text(source["sha256"])) for source in document["inputs"]
        ),
        proposals=tuple(map(_read_proposal, document["proposals"])),
        verdicts=tuple(map(_read_verdict, document["verdicts"])),
        obligations=dict(map(_read_stated, document["obligations"])),
        certificates=dict(map(_read_certificate, document["certificates"])),
        clausal=None
        if document["clausal"] is None
        else dict(map(_read_clausal, document["clausal"])),
        models=_read_models(document["models"]),
    )


def _read_proposal(document: Mapping[str, Any]) -> Proposed:
    exactly(document, ["name", "candidates", "assumptions"])
    return Proposed(
        name=a_text(document["name"]),
        candidates={a_text(k): a_text(v) for k, v in document["candidates"].items()},
        assumptions=tuple(map(a_text, document["assumptions"])),
    )


def _read_verdict(document: Mapping[str, Any]) -> Recorded:
    exactly(document, ["id", "verdict", "scope", "counts", "parts"])
    return Recorded(
        id=a_text(document["id"]),
        verdict=one_of(document["verdict"], _VERDICTS),
        scope=document["scope"]
        if document["scope"] == "every run"
        else a_number(document["scope"]),
        counts={one_of(k, _VERDICTS): a_number(v) for k, v in document["counts"].items()},
        parts=tuple(map(_read_part, document["parts"])),
    )


def _read_models(entries: Sequence[Mapping[str, Any]]) -> tuple[Rested, ...]:
    """None of a spec that is not audited, which is said."""
    if entries == [{"told": UNAUDITED}]:
        return ()
    models = tuple(map(_read_model, entries))
    once((model.record for model in models), "models names")
    return models


def _read_model(entry: Mapping[str, Any]) -> Rested:
    exactly(entry, ["record", "sha256", "told"])
    return Rested(a_text(entry["record"]), a_text(entry["sha256"]), a_text(entry["told"]))


_VERDICTS = ("proved", "refuted", "mixed", "vacuous", "unknown", "excluded")


def _read_part(document: Mapping[str, Any]) -> Part:
    exactly(
        document, ["verdict", "fixed", "where"], ["obligations", "certificates", "run", "reason"]
    )
    return Part(
        verdict=one_of(document["verdict"], _VERDICTS),
        fixed=_fixed(document["fixed"]),
        where=_boxes(document["where"]),
        obligations=tuple(map(a_text, document.get("obligations", []))),
        certificates={a_text(k): _boxes(v) for k, v in document.get("certificates", {}).items()},
        run=_read_run(document["run"]) if "run" in document else None,
        reason=a_text(document.get("reason", "")),
    )


def _read_run(document: Mapping[str, Any]) -> Chosen:
    exactly(document, ["path", "decisions"])
    decisions = tuple((tupled(key), a_number(answer)) for key, answer in document["decisions"])
    once((key for key, _ in decisions), "a run decides")
    return Chosen(a_text(document["path"]), decisions)


def _read_stated(document: Mapping[str, Any]) -> tuple[str, tuple[str, tuple[Obligation, ...]]]:
    exactly(document, ["name", "sha256", "states"])
    once(map(_line, document["states"]), "an obligation states")
    return a_text(document["name"]), (
        a_text(document["sha256"]),
        tuple(map(_read_obligation, document["states"])),
    )


def _read_obligation(document: Mapping[str, Any]) -> Obligation:
    exactly(
        document,
        ["by", "claim", "property", "fixed"],
        ["where", "loose", "turns", "known", "invariant", "facts", "path"],
    )
    invariant, facts = document.get("invariant"), document.get("facts")
    return Obligation(
        by=one_of(document["by"], ("sources", "values", "step", "facts")),
        claim=one_of(document["claim"], ("broken", "reached")),
        property=a_text(document["property"]),
        fixed=_fixed(document["fixed"]),
        where=_boxes(document.get("where", [])),
        loose=a_flag(document.get("loose", False)),
        turns=a_number(document["turns"]) if "turns" in document else None,
        known=a_number(document["known"]) if "known" in document else None,
        invariant=None
        if invariant is None
        else {a_text(k): tuple(map(tupled, v)) for k, v in invariant.items()},
        path=a_text(document.get("path", "")),
        facts=None
        if facts is None
        else {a_text(k): tuple(map(_read_fact, v)) for k, v in facts.items()},
    )


def _read_fact(document: Mapping[str, Any]) -> Fact:
    exactly(document, ["moment", "kind", "extent"], ["numbers", "other", "label"])
    return Fact(
        moment=tupled(document["moment"]),
        kind=one_of(document["kind"], get_args(FactKind)),
        extent=tupled(document["extent"]),
        numbers=tuple(map(a_number, document.get("numbers", []))),
        other=tupled(document["other"]) if "other" in document else None,
        label=a_text(document.get("label", "")),
    )


def _read_certificate(document: Mapping[str, Any]) -> tuple[str, str]:
    exactly(document, ["name", "sha256"])
    return a_text(document["name"]), a_text(document["sha256"])


def _read_clausal(document: Mapping[str, Any]) -> tuple[str, Clausal]:
    exactly(document, ["name", "cnf", "left_out" if "left_out" in document else "drat"])
    texts = (a_text(document.get(key, "")) for key in ("cnf", "drat", "left_out"))
    return a_text(document["name"]), Clausal(*texts)


def _fixed(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        a_text(axis): value if type(value) is int else a_text(value)
        for axis, value in document.items()
    }


def _boxes(documents: Sequence[Mapping[str, Any]]) -> tuple[dict[str, tuple[int, int]], ...]:
    once(map(_line, documents), "candidates are listed as")
    return tuple(map(_box, documents))


def _box(document: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {a_text(axis): (a_number(low), a_number(high)) for axis, (low, high) in document.items()}
