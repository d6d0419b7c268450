"""Which paths can say anything about a property: those that come to what it speaks of."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from cbprove.language import syntax
from cbprove.language.names import Names


def paths(names: Names, claim: syntax.Claim, where: tuple[syntax.Name, ...]) -> list[syntax.Path]:
    """The paths worth a run, in the order of the spec."""
    all = [node for node in names.parts.values() if node.kind == "path"]
    if where and all_paths(names, where):
        all = [node for node in all if node.name.text in {name.text for name in where}]
    steps: list[str] = []
    if isinstance(claim, syntax.Preserved):
        steps = [names.step(claim.start).name, names.step(claim.end).name]
    elif isinstance(claim, syntax.Holds):
        steps = [names.step(claim.at).name]
    return [node for node in all if set(steps) <= _steps(names, node.body)]


def all_paths(names: Names, where: tuple[syntax.Name, ...]) -> bool:
    """Whether `in WHERE` names nothing but paths."""
    return all(name.text in names.parts for name in where)


def _steps(names: Names, node: object) -> set[str]:
    """The steps below a node, whatever the choices."""
    if isinstance(node, syntax.Call):
        part = names.parts.get(node.callee.text)
        return _steps(names, part.body) if part is not None else {names.step(node.callee).name}
    if isinstance(node, tuple):
        return {step for one in node for step in _steps(names, one)}
    if is_dataclass(node):
        return {step for one in fields(node) if one.name != "span" for step in _steps(names, getattr(node, one.name))}
    return set()
