"""A spec and an artefact: the spec under its layouts, and whether they are those of the spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cbprove.artifacts.imports import Asked, find, flavoured, has, written
from cbprove.artifacts.model import Artifact, Kind, bad
from cbprove.artifacts.needs import Definition, identifier
from cbprove.comparing.drift import Drift, drifts
from cbprove.design.overlays import sized
from cbprove.diagnostics import Source
from cbprove.meaning import check, elaborate
from cbprove.meaning.context import Context
from cbprove.meaning.names import Tagged
from cbprove.meaning.resolve import resolve
from cbprove.pictures.shapes import shapes
from cbprove.report.overlays import Table, table
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import Reader, load, read
from cbprove.syntax.parse import parse
from cbprove.syntax.substitute import substitute
from cbprove.system import Axis, AxisValue, System

Domains = Mapping[str, "tuple[str, ...] | range"]


def rebased(path: str, artifact: Artifact, reader: Reader = read) -> System:
    """The spec with each struct, union and enum that the artefact has as it lies there; a packing keeps its arms.

    Of several ABIs the artefact's own is left, with the proposals and questions that are about it. `struct X___M` is the X of
    the unit M. Raises SpecError: the spec's own mistakes, those that it makes under these layouts, CB0323 for a struct of which
    the artefact has several and the spec does not say which, CB0324 where it has none of them, and CB0329 where the spec is not
    about its ABI.
    """
    tree = load(path, reader)
    system = resolve(tree)
    _of_this_abi(system, path, artifact)
    definitions = [*_beside_packings(system, artifact)]
    definitions += [definition for each in asked(system, artifact) for definition in _one(artifact, each)]
    if not definitions:
        raise bad("CB0324", f"`{artifact.units[0].name}` has no struct of `{path}`", "name the artefact that has them")
    source = Source(f"types of {artifact.units[0].name}", written(artifact, definitions, {}))
    replaced, _ = substitute(tree, syntax.Tree(parse(source), (source,)))
    system = _under(resolve(replaced), artifact.units[0].abi.name)
    check.check(system)
    return system


def _under(system: System, abi: str) -> System:
    """The system on one of its ABIs alone: pinned types lie on no other one."""

    def left(domains: Domains) -> Domains:
        return {name: (abi,) if name == "abi" else values for name, values in domains.items()}

    axes = tuple(Axis("abi", "abi", (abi,), abi) if axis.kind == "abi" else axis for axis in system.axes)
    proposals = (replace(p, domains=left(p.domains)) for p in system.proposals if abi in p.domains["abi"])
    asks = (replace(a, domains=left(a.domains)) for a in system.asks if abi in a.domains["abi"])
    return replace(system, axes=axes, proposals=tuple(proposals), asks=tuple(asks))


def _beside_packings(system: System, artifact: Artifact) -> Iterator[Definition]:
    """What the artefact has of the packings' names, under names of its own: its structs hold these, not one arm or another."""
    for tag, node in _tags(system).items():
        if isinstance(node, syntax.Packing) and has(artifact, _kind(node), tag):
            for definition in find(artifact, [Asked(_kind(node), tag)]):
                yield replace(definition, called=f"{tag}___{identifier(definition.types.name)}")


def drifted(path: str, artifact: Artifact) -> tuple[Drift, ...]:
    """Each struct of a spec against the artefact, with the default of every axis; of a packing every arm.

    Raises SpecError: the spec's mistakes, those of the artefact, and CB0329 where the spec is not about its ABI.
    """
    return _drifts(_meaning(path), path, artifact)


def _drifts(system: System, path: str, artifact: Artifact) -> tuple[Drift, ...]:
    """Packings first, so that structs that contain one are compared with the arm that the artefact has."""
    candidate = _of_this_abi(system, path, artifact)
    first = drifts(shapes(system, [candidate]), _words(candidate), artifact, path)
    known = candidate | _arms(first)
    return first if known == candidate else drifts(shapes(system, [known]), _words(known), artifact, path)


def overlays(path: str, artifact: Artifact | None) -> Table:
    """The views of a spec over its control blocks, with the default of every axis; under an artefact with its layouts, and the
    arms of packings that it has.

    Raises SpecError as `rebased` and `drifted`.
    """
    system = _meaning(path)
    candidate = _default(system)
    if artifact is not None:
        candidate = _of_this_abi(system, path, artifact) | _arms(_drifts(system, path, artifact))
        system = rebased(path, artifact)
    against = None if artifact is None else artifact.path
    return table(path, against, elaborate.program(system, candidate), sized(system, candidate))


def _meaning(path: str) -> System:
    system = resolve(load(path))
    check.check(system)
    return system


def _arms(found: Iterable[Drift]) -> dict[str, AxisValue]:
    return {each.name.partition(" ")[2]: each.arm for each in found if each.arm is not None}


def _words(candidate: Mapping[str, AxisValue]) -> dict[str, str]:
    return {name: str(value) for name, value in candidate.items()}


def _of_this_abi(system: System, path: str, artifact: Artifact) -> dict[str, AxisValue]:
    """The default candidate with the artefact's ABI."""
    abi = artifact.units[0].abi.name
    known = next(axis.values for axis in system.axes if axis.kind == "abi")
    if abi not in known:
        message = f"`{path}` is about {', '.join(str(one) for one in known)}, and `{artifact.units[0].name}` is {abi}"
        raise bad("CB0329", message, f"write `abi {abi};` in the spec, or name another artefact")
    return _default(system) | {"abi": abi}


def _default(system: System) -> dict[str, AxisValue]:
    return {axis.name: axis.values[0] if axis.default is None else axis.default for axis in system.axes}


def asked(system: System, artifact: Artifact) -> list[Asked]:
    """What to look for in an artefact: the structs, unions and enums that a spec declares, packings left out."""
    tags = _tags(system).items()
    return [flavoured(_kind(node), tag, artifact) for tag, node in tags if not isinstance(node, syntax.Packing)]


def _tags(system: System) -> Mapping[str, Tagged]:
    cx = system.handle
    assert isinstance(cx, Context)
    return cx.names.tags


def _kind(node: Tagged) -> Kind:
    if isinstance(node, syntax.EnumBody):
        return "enum"
    return "union" if node.kind == "union" else "struct"


def _one(artifact: Artifact, wanted: Asked) -> list[Definition]:
    """The definition, or none where the artefact has no such thing."""
    if not has(artifact, wanted.kind, wanted.name, wanted.module):
        return []
    definitions = find(artifact, [wanted])
    if len(definitions) > 1:
        units = ", ".join(f"`{definition.types.name}`" for definition in definitions)
        help = f"name it `{wanted.name}___MODULE` in the spec, or open one of them alone"
        raise bad("CB0323", f"there are {len(definitions)} different `{wanted.kind} {wanted.name}`, in {units}", help)
    return definitions
