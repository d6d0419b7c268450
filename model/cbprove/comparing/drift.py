"""Whether the structs of a spec lie as an artefact has them, and how they differ.

A spec and an artefact: the spec under its layouts, and whether they are those of the spec.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from cbprove.artifacts.imports import Asked, find, flavoured, has, written
from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact, Kind, Ref, Types, bad
from cbprove.artifacts.records import Definition, Records, identifier
from cbprove.diagnostics import Source
from cbprove.frozen import frozen, replace
from cbprove.layout.alike import alike
from cbprove.meaning import check, elaborate
from cbprove.meaning.names import Tagged
from cbprove.meaning.resolve import resolve
from cbprove.meaning.shapes import Shape, shapes
from cbprove.meaning.sizes import sized
from cbprove.meaning.system import System
from cbprove.pictures import outlines
from cbprove.pictures.layout import shape
from cbprove.report.excerpt import printable
from cbprove.report.overlays import Table, table
from cbprove.report.style import Paint, Role, counted
from cbprove.report.version import VERSION
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import Reader, load, read
from cbprove.syntax.parse import parse
from cbprove.syntax.substitute import substitute
from cbprove.system.axes import Axis, AxisValue

SCHEMA_VERSION = 1
_WIDTH = 120
State = Literal["same", "differs", "absent"]
_COLOURS: dict[str, Role] = {"-": "bad", "+": "good", "@": "faint"}


@frozen
class Drift:
    """A struct of a spec; `arms` are those of a packing, `arm` the one that the artefact has, None
    for a struct without arms.

    `unit` is where the artefact has it, `diff` the lines that turn the spec's into the artefact's.
    """

    name: str
    state: State
    arms: tuple[str, ...] = ()
    arm: str | None = None
    unit: str | None = None
    diff: tuple[str, ...] = ()


def drifts(
    shapes: Sequence[Shape], default: Mapping[str, str], artifact: Artifact, spec: str
) -> tuple[Drift, ...]:
    """Each struct and union of a spec, all forms of a packing together, in order of declaration.

    `default` names the arm to show of a packing where none is as the artefact has it; `spec` is
    what diffs call the spec. Raises SpecError where the artefact is corrupt.
    """
    together: dict[str, list[Shape]] = {}
    for each in shapes:
        together.setdefault(f"{each.record.kind} {each.record.tag}", []).append(each)
    return tuple(_drift(name, forms, default, artifact, spec) for name, forms in together.items())


def exit_code(drifts: Iterable[Drift]) -> int:
    """1 if something differs, 5 if the artefact has nothing of the spec, else 0."""
    states = {each.state for each in drifts}
    return 1 if "differs" in states else 0 if "same" in states else 5


def _drift(
    name: str, forms: list[Shape], default: Mapping[str, str], artifact: Artifact, spec: str
) -> Drift:
    record = forms[0].record
    arms = tuple(_arm(form) for form in forms if form.note)
    of_artefact = definitions(artifact, record.kind, record.tag or "")
    if not of_artefact:
        return Drift(name, "absent", arms)
    for form in forms:
        for types, ref in of_artefact:
            if alike(form.record, Records(types).record(ref), types.abi):
                return Drift(name, "same", arms, _arm(form) if form.note else None, types.name)
    shape_shown = next(
        (form for form in forms if _arm(form) == default.get(record.tag or "")), forms[0]
    )
    types, ref = of_artefact[0]
    title = f"{spec} ({_arm(shape_shown)})" if shape_shown.note else spec
    before, after = _unnoted(shape_shown).splitlines(), outlines.text(types, ref).splitlines()
    diff = difflib.unified_diff(before, after, title, types.name, lineterm="")
    return Drift(name=name, state="differs", arms=arms, arm=None, unit=types.name, diff=tuple(diff))


def definitions(artifact: Artifact, kind: Kind, tag: str) -> tuple[tuple[Types, Ref], ...]:
    """What the artefact has by a tag of a spec, in the unit that a flavour names; nothing where
    it defines none."""
    if any(unit.find(kind, tag) for unit in artifact.units):
        return lookup(artifact, kind, tag)
    plain, _, module = tag.partition("___")
    if not any(unit.name == module and unit.find(kind, plain) for unit in artifact.units):
        return ()
    return lookup(artifact, kind, plain, module)


def _arm(form: Shape) -> str:
    return form.note.partition(":")[0].partition(",")[0]


def _unnoted(form: Shape) -> str:
    return shape(Shape(form.record, form.abi, "", form.spelled))


# --- how it is said -------------------------------------------------------------------------------


def text(spec: str, artifact: Artifact, drifts: Sequence[Drift], paint: Paint) -> str:
    """What differs, then the arms that match, what is not there, and how much there was."""
    parts = [_differs(each, paint) for each in drifts if each.state == "differs"]
    matching = [
        f"{each.name}: {each.unit} has the arm {each.arm}"
        for each in drifts
        if each.arm is not None
    ]
    absent = [each.name for each in drifts if each.state == "absent"]
    parts += ["\n".join(matching)] if matching else []
    parts += [_listed(f"not in {_against(artifact)}: ", absent)] if absent else []
    return "\n\n".join([*parts, summary(spec, artifact, drifts)])


def _listed(head: str, names: Iterable[str]) -> str:
    """Names behind a head, in lines; the space inside `struct x` is no place to break one."""
    joined = ", ".join(name.replace(" ", "\0") for name in names)
    lines = textwrap.wrap(
        head + joined,
        _WIDTH,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace("\0", " ")


def summary(spec: str, artifact: Artifact, drifts: Sequence[Drift]) -> str:
    """One line: how many structs agree."""
    states = [each.state for each in drifts]
    words: dict[State, str] = {"same": "the same", "differs": "different", "absent": "not there"}
    lines = [f"{states.count(state)} {word}" for state, word in words.items() if state in states]
    head = f"{printable(spec)} against {_against(artifact)}: {counted(len(drifts), 'struct')}"
    return f"{head}: {', '.join(lines)}" if lines else head


def _against(artifact: Artifact) -> str:
    units = artifact.units
    modules = f" and {counted(len(units) - 1, 'module')}" if len(units) > 1 else ""
    return f"{printable(units[0].name)}{modules}"


def _differs(each: Drift, paint: Paint) -> str:
    none = (
        f"; none of its arms is what {each.unit} has: {', '.join(each.arms)}" if each.arms else ""
    )
    lines = [
        paint(_line(line), _COLOURS[line[0]]) if line[:1] in _COLOURS else _line(line)
        for line in each.diff
    ]
    return "\n".join([f"{paint('differs', 'bad')}: {each.name}{none}", *lines])


def _line(text: str) -> str:
    """Its tabs stay."""
    return "\t".join(printable(part) for part in text.split("\t"))


def document(spec: str, artifact: Artifact, drifts: Sequence[Drift]) -> dict[str, Any]:
    """The same for programs."""
    states = [each.state for each in drifts]
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "spec": spec,
        "against": {"path": artifact.path, "units": [unit.name for unit in artifact.units]},
        "structs": [_struct(each) for each in drifts],
        "summary": {state: states.count(state) for state in ("same", "differs", "absent")},
    }


def _struct(each: Drift) -> dict[str, Any]:
    out: dict[str, Any] = {"name": each.name, "state": each.state}
    out |= {"unit": each.unit} if each.unit is not None else {}
    out |= {"arms": list(each.arms), "arm": each.arm} if each.arms else {}
    return out | ({"diff": list(each.diff)} if each.diff else {})


Domains = Mapping[str, "tuple[str, ...] | range"]


def rebased(path: str, artifact: Artifact, reader: Reader = read) -> System:
    """The spec with each struct, union and enum that the artefact has as it lies there; a packing
    keeps its arms.

    Of several ABIs the artefact's own is left, with the proposals and questions that are about it.
    `struct X___M` is the X of the unit M. Raises SpecError: the spec's own mistakes, those that it
    makes under these layouts, CB0323 for a struct of which the artefact has several and the spec
    does not say which, CB0324 where it has none of them, and CB0329 where the spec is not about its
    ABI.
    """
    tree = load(path, reader)
    system = resolve(tree)
    _of_this_abi(system, path, artifact)
    definitions = [*_beside_packings(system, artifact)]
    definitions += [
        definition for each in asked(system, artifact) for definition in _one(artifact, each)
    ]
    if not definitions:
        raise bad(
            "CB0324",
            f"`{artifact.units[0].name}` has no struct of `{path}`",
            "name the artefact that has them",
        )
    source = Source(f"types of {artifact.units[0].name}", written(artifact, definitions, {}))
    replaced, _ = substitute(tree, syntax.Tree(parse(source), (source,)))
    system = _under(resolve(replaced), artifact.units[0].abi.name)
    check.check(system)
    return system


def _under(system: System, abi: str) -> System:
    """The system on one of its ABIs alone: pinned types lie on no other one."""

    def left(domains: Domains) -> Domains:
        return {name: (abi,) if name == "abi" else values for name, values in domains.items()}

    axes = tuple(
        Axis("abi", "abi", (abi,), abi) if axis.kind == "abi" else axis for axis in system.axes
    )
    proposals = (
        replace(p, domains=left(p.domains)) for p in system.proposals if abi in p.domains["abi"]
    )
    asks = (replace(a, domains=left(a.domains)) for a in system.asks if abi in a.domains["abi"])
    return replace(system, axes=axes, proposals=tuple(proposals), asks=tuple(asks))


def _beside_packings(system: System, artifact: Artifact) -> Iterator[Definition]:
    """What the artefact has of the packings' names, under names of its own: its structs hold
    these, not one arm or another."""
    for tag, node in _tags(system).items():
        if isinstance(node, syntax.Packing) and has(artifact, _kind(node), tag):
            for definition in find(artifact, [Asked(_kind(node), tag)]):
                yield replace(definition, called=f"{tag}___{identifier(definition.types.name)}")


def drifted(path: str, artifact: Artifact) -> tuple[Drift, ...]:
    """Each struct of a spec against the artefact, with the default of every axis; of a packing
    every arm.

    Raises SpecError: the spec's mistakes, those of the artefact, and CB0329 where the spec is not
    about its ABI.
    """
    return _drifts(_meaning(path), path, artifact)


def _drifts(system: System, path: str, artifact: Artifact) -> tuple[Drift, ...]:
    """Packings first, so that structs that contain one are compared with the arm that the
    artefact has."""
    candidate = _of_this_abi(system, path, artifact)
    first = drifts(shapes(system, [candidate]), _words(candidate), artifact, path)
    candidate_drifted = candidate | _arms(first)
    return (
        first
        if candidate_drifted == candidate
        else drifts(shapes(system, [candidate_drifted]), _words(candidate_drifted), artifact, path)
    )


def overlays(path: str, artifact: Artifact | None) -> Table:
    """The views of a spec over its control blocks, with the default of every axis; under an
    artefact with its layouts, and the arms of packings that it has.

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


def _arms(drifts: Iterable[Drift]) -> dict[str, AxisValue]:
    return {each.name.partition(" ")[2]: each.arm for each in drifts if each.arm is not None}


def _words(candidate: Mapping[str, AxisValue]) -> dict[str, str]:
    return {name: str(value) for name, value in candidate.items()}


def _of_this_abi(system: System, path: str, artifact: Artifact) -> dict[str, AxisValue]:
    """The default candidate with the artefact's ABI."""
    abi = artifact.units[0].abi.name
    abis = next(axis.values for axis in system.axes if axis.kind == "abi")
    if abi not in abis:
        message = (
            f"`{path}` is about {', '.join(str(name) for name in abis)}, and "
            f"`{artifact.units[0].name}` is {abi}"
        )
        raise bad("CB0329", message, f"write `abi {abi};` in the spec, or name another artefact")
    return _default(system) | {"abi": abi}


def _default(system: System) -> dict[str, AxisValue]:
    return {
        axis.name: axis.values[0] if axis.default is None else axis.default for axis in system.axes
    }


def asked(system: System, artifact: Artifact) -> list[Asked]:
    """What to look for in an artefact: the structs, unions and enums that a spec declares,
    packings left out."""
    tags = _tags(system).items()
    return [
        flavoured(_kind(node), tag, artifact)
        for tag, node in tags
        if not isinstance(node, syntax.Packing)
    ]


def _tags(system: System) -> Mapping[str, Tagged]:
    cx = system.context
    return cx.names.tags


def _kind(node: Tagged) -> Kind:
    if isinstance(node, ctree.EnumBody):
        return "enum"
    return "union" if node.kind == "union" else "struct"


def _one(artifact: Artifact, sought_type: Asked) -> list[Definition]:
    """The definition, or none where the artefact has no such thing."""
    if not has(artifact, sought_type.kind, sought_type.name, sought_type.module):
        return []
    definitions = find(artifact, [sought_type])
    if len(definitions) > 1:
        units = ", ".join(f"`{definition.types.name}`" for definition in definitions)
        help = f"name it `{sought_type.name}___MODULE` in the spec, or open one of them alone"
        raise bad(
            "CB0323",
            f"there are {len(definitions)} different `{sought_type.kind} {sought_type.name}`, "
            f"in {units}",
            help,
        )
    return definitions
