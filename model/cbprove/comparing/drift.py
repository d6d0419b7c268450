"""Whether the structs of a spec lie as an artefact has them, and how they differ."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact, Kind, Ref, Types
from cbprove.artifacts.records import Records
from cbprove.frozen import frozen
from cbprove.layout.alike import alike
from cbprove.pictures import outlines
from cbprove.pictures.layout import Shape, shape
from cbprove.report.excerpt import printable
from cbprove.report.style import Paint, Role, counted
from cbprove.report.version import VERSION

SCHEMA_VERSION = 1
_WIDTH = 120
State = Literal["same", "differs", "absent"]
_COLOURS: dict[str, Role] = {"-": "bad", "+": "good", "@": "faint"}


@frozen
class Drift:
    """A struct of a spec; `arms` are those of a packing, `arm` the one that the artefact has, None for a struct without arms.

    `unit` is where the artefact has it, `diff` the lines that turn the spec's into the artefact's.
    """

    name: str
    state: State
    arms: tuple[str, ...] = ()
    arm: str | None = None
    unit: str | None = None
    diff: tuple[str, ...] = ()


def drifts(shapes: Sequence[Shape], default: Mapping[str, str], artifact: Artifact, spec: str) -> tuple[Drift, ...]:
    """Each struct and union of a spec, all forms of a packing together, in order of declaration.

    `default` names the arm to show of a packing where none is as the artefact has it; `spec` is what diffs call the spec.
    Raises SpecError where the artefact is corrupt.
    """
    together: dict[str, list[Shape]] = {}
    for each in shapes:
        together.setdefault(f"{each.record.kind} {each.record.tag}", []).append(each)
    return tuple(_drift(name, forms, default, artifact, spec) for name, forms in together.items())


def exit_code(found: Iterable[Drift]) -> int:
    """1 if something differs, 5 if the artefact has nothing of the spec, else 0."""
    states = {each.state for each in found}
    return 1 if "differs" in states else 0 if "same" in states else 5


def _drift(name: str, forms: list[Shape], default: Mapping[str, str], artifact: Artifact, spec: str) -> Drift:
    record = forms[0].record
    arms = tuple(_arm(form) for form in forms if form.note)
    theirs = definitions(artifact, record.kind, record.tag or "")
    if not theirs:
        return Drift(name, "absent", arms)
    for form in forms:
        for types, ref in theirs:
            if alike(form.record, Records(types).record(ref), types.abi):
                return Drift(name, "same", arms, _arm(form) if form.note else None, types.name)
    shown = next((form for form in forms if _arm(form) == default.get(record.tag or "")), forms[0])
    types, ref = theirs[0]
    title = f"{spec} ({_arm(shown)})" if shown.note else spec
    before, after = _unnoted(shown).splitlines(), outlines.text(types, ref).splitlines()
    diff = difflib.unified_diff(before, after, title, types.name, lineterm="")
    return Drift(name=name, state="differs", arms=arms, arm=None, unit=types.name, diff=tuple(diff))


def definitions(artifact: Artifact, kind: Kind, tag: str) -> tuple[tuple[Types, Ref], ...]:
    """What the artefact has by a tag of a spec, in the unit that a flavour names; nothing where it defines none."""
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


# --- how it is said ---------------------------------------------------------------------------------------


def text(spec: str, artifact: Artifact, found: Sequence[Drift], paint: Paint) -> str:
    """What differs, then the arms that match, what is not there, and how much there was."""
    parts = [_differs(each, paint) for each in found if each.state == "differs"]
    matching = [f"{each.name}: {each.unit} has the arm {each.arm}" for each in found if each.arm is not None]
    absent = [each.name for each in found if each.state == "absent"]
    parts += ["\n".join(matching)] if matching else []
    parts += [_listed(f"not in {_against(artifact)}: ", absent)] if absent else []
    return "\n\n".join([*parts, summary(spec, artifact, found)])


def _listed(head: str, names: Iterable[str]) -> str:
    """Names behind a head, in lines; the space inside `struct x` is no place to break one."""
    joined = ", ".join(name.replace(" ", "\0") for name in names)
    lines = textwrap.wrap(head + joined, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\0", " ")


def summary(spec: str, artifact: Artifact, found: Sequence[Drift]) -> str:
    """One line: how many structs agree."""
    states = [each.state for each in found]
    words: dict[State, str] = {"same": "the same", "differs": "different", "absent": "not there"}
    lines = [f"{states.count(state)} {word}" for state, word in words.items() if state in states]
    head = f"{printable(spec)} against {_against(artifact)}: {counted(len(found), 'struct')}"
    return f"{head}: {', '.join(lines)}" if lines else head


def _against(artifact: Artifact) -> str:
    units = artifact.units
    modules = f" and {counted(len(units) - 1, 'module')}" if len(units) > 1 else ""
    return f"{printable(units[0].name)}{modules}"


def _differs(each: Drift, paint: Paint) -> str:
    none = f"; none of its arms is what {each.unit} has: {', '.join(each.arms)}" if each.arms else ""
    lines = [paint(_line(line), _COLOURS[line[0]]) if line[:1] in _COLOURS else _line(line) for line in each.diff]
    return "\n".join([f"{paint('differs', 'bad')}: {each.name}{none}", *lines])


def _line(text: str) -> str:
    """Its tabs stay."""
    return "\t".join(printable(part) for part in text.split("\t"))


def document(spec: str, artifact: Artifact, found: Sequence[Drift]) -> dict[str, Any]:
    """The same for programs."""
    states = [each.state for each in found]
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cbprove", "version": VERSION},
        "spec": spec,
        "against": {"path": artifact.path, "units": [unit.name for unit in artifact.units]},
        "structs": [_struct(each) for each in found],
        "summary": {state: states.count(state) for state in ("same", "differs", "absent")},
    }


def _struct(each: Drift) -> dict[str, Any]:
    told: dict[str, Any] = {"name": each.name, "state": each.state}
    told |= {"unit": each.unit} if each.unit is not None else {}
    told |= {"arms": list(each.arms), "arm": each.arm} if each.arms else {}
    return told | ({"diff": list(each.diff)} if each.diff else {})
