"""Looking a type up by its name in all that was opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol, runtime_checkable

from cbprove.artifacts.identity import fingerprints
from cbprove.artifacts.model import Artifact, Kind, Ref, Types, bad
from cbprove.diagnostics import SpecError

_FEW = 3  # units whose gaps are told


@runtime_checkable
class Declares(Protocol):
    """Types that remember what is only declared in them."""

    def declares(self, kind: Kind, name: str) -> bool:
        """Whether a struct, union or enum is named and not defined."""
        ...


def declared(types: Types, kind: Kind, name: str) -> bool:
    """Whether a unit names a struct, union or enum that it does not define; False where its reader cannot tell."""
    return isinstance(types, Declares) and types.declares(kind, name)


@runtime_checkable
class Skips(Protocol):
    """Types that leave something of their file out."""

    @property
    def skipped(self) -> str:
        """What, and why; empty if nothing is."""
        ...


def skipped(types: Types) -> str:
    """What a unit leaves out of its file, and why; empty where it is nothing, or its reader cannot tell."""
    return types.skipped if isinstance(types, Skips) else ""


def lookup(artifact: Artifact, kind: Kind, tag: str, module: str | None = None) -> tuple[tuple[Types, Ref], ...]:
    """Every different definition of a name, with the unit that has it: equal ones once, of the first unit.

    Each was looked through and is sound. `module` asks one unit alone. Raises SpecError: CB0309 where there is none (with the
    nearest names) or no such unit, and what the readers raise for corrupt types.
    """
    units = artifact.units if module is None else (_unit(artifact, module),)
    found: dict[str, tuple[Types, Ref]] = {}
    for unit in units:
        refs = unit.find(kind, tag)
        for digest, ref in zip(fingerprints(unit, refs), refs, strict=True):
            found.setdefault(digest, (unit, ref))
    if not found:
        raise _missing(units, kind, tag)
    return tuple(found.values())


def _unit(artifact: Artifact, module: str) -> Types:
    for unit in artifact.units:
        if unit.name == module:
            return unit
    raise bad("CB0309", f"no module `{module}` was opened", _nearest(module, (unit.name for unit in artifact.units)))


def _missing(units: Sequence[Types], kind: Kind, tag: str) -> SpecError:
    shown = f"`{tag}`" if kind == "typedef" else f"`{kind} {tag}`"
    where = f"`{units[0].name}`" if len(units) == 1 else f"`{units[0].name}` and its modules"
    declaring = next((unit for unit in units if declared(unit, kind, tag)), None)
    if declaring is not None:
        help = f"it is defined in a module that was not opened, or nothing of `{declaring.name}` needs its members"
        return bad("CB0309", f"{shown} is only declared in {where}, not defined", help)
    left_out = [text for text in map(skipped, units) if text]
    more = [f"and {len(left_out) - _FEW} more units were left out"] if len(left_out) > _FEW else []
    near = _nearest(tag, chain.from_iterable(u.names(kind) for u in units))
    return bad("CB0309", f"there is no {shown} in {where}", "; ".join([near, *left_out[:_FEW], *more]))


def _nearest(name: str, names: Iterator[str]) -> str:
    from difflib import get_close_matches  # takes longer to import than a type to find

    near = get_close_matches(name, dict.fromkeys(names), n=3, cutoff=0.7)
    return (
        f"did you mean {', '.join(f'`{each}`' for each in near)}?"
        if near
        else "check the spelling, or open the module that has it"
    )
