"""Layouts from artefacts as text for specs: what was asked for, found and written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from typing import get_args

from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact, Kind, bad
from cbprove.artifacts.needs import Definition
from cbprove.artifacts.text import text
from cbprove.diagnostics import Diagnostic, SpecError
from cbprove.frozen import frozen
from cbprove.layout.abi import Abi
from cbprove.meaning import scalars


@frozen
class Asked:
    """A definition by name; `module` asks one unit alone, `called` is what to write for its name, if not that."""

    kind: Kind
    name: str
    module: str | None = None
    called: str | None = None


def flavoured(kind: Kind, name: str, artifact: Artifact) -> Asked:
    """What is meant by a name: `ah_skb_cb___ah4` is the `ah_skb_cb` of the module `ah4`, unless something is called just so."""
    plain, _, module = name.partition("___")
    if not module or has(artifact, kind, name):
        return Asked(kind, name)
    return Asked(kind, plain, module, name)


def has(artifact: Artifact, kind: Kind, name: str, module: str | None = None) -> bool:
    """Whether something of this name is defined."""
    return any(unit.find(kind, name) for unit in artifact.units if module in (None, unit.name))


def find(artifact: Artifact, asked: Iterable[Asked]) -> list[Definition]:
    """All that was asked for, every different definition of each. Raises SpecError with all that is missing."""
    definitions, mistakes = sought(artifact, asked)
    if mistakes:
        raise SpecError(mistakes)
    return definitions


def sought(artifact: Artifact, asked: Iterable[Asked]) -> tuple[list[Definition], tuple[Diagnostic, ...]]:
    """What there is of all that was asked for, every different definition of each, and a mistake for each that is missing."""
    definitions: list[Definition] = []
    mistakes: dict[Diagnostic, None] = {}
    for each in asked:
        try:
            for types, ref in lookup(artifact, each.kind, each.name, each.module):
                definitions.append(Definition(types, ref, each.kind, each.name, each.called))
        except SpecError as error:
            mistakes.update(dict.fromkeys(_other_kind(artifact, each) or error.diagnostics))
    return definitions, tuple(mistakes)


def _other_kind(artifact: Artifact, asked: Asked) -> tuple[Diagnostic, ...]:
    """Told where the name is one of another kind."""
    for kind in get_args(Kind):
        if kind != asked.kind and has(artifact, kind, asked.name):
            message, help = f"`{asked.name}` is no {asked.kind}, but a {kind}", f"ask with --{kind} {asked.name}"
            return (Diagnostic("CB0328", message, None, help),)
    return ()


def written(artifact: Artifact, definitions: Iterable[Definition], constants: Mapping[str, int]) -> str:
    """The definitions, what they need by value, and constants, in the language of specs."""
    return text(artifact, definitions, constants, meant)


def meant(name: str, abi: Abi) -> str | None:
    """C's name of the scalar that the language means by a name."""
    if name in scalars.ADDRESSES:
        return "unsigned long long" if abi.pointer_size == 8 else "unsigned int"
    return scalars.ALIGNED_TO_8.get(name) or scalars.canonical(name)


def save(path: str, text: str) -> None:
    """Writes a file as a whole or not at all; through a link what it leads to, and a device or a pipe as it is.

    Raises SpecError CB0325.
    """
    place = os.path.realpath(path)
    beside = f"{place}.{os.getpid()}.part"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding="utf-8") as device:
                device.write(text)
            return
        with open(beside, "x", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, place)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        reason = (error.strerror or str(error)).lower()
        raise bad("CB0325", f"`{path}` cannot be written: {reason}", "check the folder and its permissions") from None
