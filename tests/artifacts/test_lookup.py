"""Looking up by name: which definitions, from which unit, and what is said where there is none."""

from __future__ import annotations

import pytest

from cbprove.artifacts.btf import format as form
from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import Artifact, Kind
from cbprove.artifacts.opening import open_artifact
from cbprove.diagnostics import SpecError
from tests.artifacts.builder import Builder
from tests.artifacts.reading import FIXTURES, mistake, unit

BASE, MODULE = str(FIXTURES / "x86_64.btf"), str(FIXTURES / "module.btf")


@pytest.fixture(scope="module")
def both() -> Artifact:
    return open_artifact(BASE, [MODULE])


@pytest.mark.parametrize(
    ("kind", "tag", "module", "units"),
    [
        ("struct", "sk_buff", None, ["x86_64"]),
        ("struct", "bits", None, ["x86_64", "module"]),
        ("struct", "bits", "module", ["module"]),
        ("struct", "bits", "x86_64", ["x86_64"]),
        ("struct", "fwd", None, ["module"]),
        ("typedef", "u32", None, ["x86_64"]),
        ("enum", "color", None, ["x86_64"]),
    ],
)
def test_each_different_definition_with_its_unit(
    both: Artifact, kind: Kind, tag: str, module: str | None, units: list[str]
) -> None:
    assert [unit.name for unit, _ in lookup(both, kind, tag, module)] == units


def test_equal_definitions_of_two_modules_are_one() -> None:
    base = Builder()
    word = base.integer()
    kernel = unit(base.data(), name="vmlinux")
    units = [kernel]
    for name, member in (("first", "a"), ("second", "a"), ("third", "b")):
        made = Builder(below=1, text=len(base.strings))
        made.composite("cb", 4, (member, word, 0))
        units.append(unit(made.data(), kernel, name))
    found = lookup(Artifact("vmlinux", tuple(units)), "struct", "cb")
    assert [unit.name for unit, _ in found] == ["first", "third"]


@pytest.mark.parametrize(
    ("kind", "tag", "module", "message", "help"),
    [
        (
            "struct",
            "sk_buf",
            None,
            "there is no `struct sk_buf` in `x86_64` and its modules",
            "did you mean `sk_buff`?",
        ),
        (
            "typedef",
            "zzz",
            None,
            "there is no `zzz` in `x86_64` and its modules",
            "check the spelling, or open the module that has it",
        ),
        (
            "struct",
            "sk_buff",
            "module",
            "there is no `struct sk_buff` in `module`",
            "check the spelling, or open the module that has it",
        ),
        ("struct", "bits", "modul", "no module `modul` was opened", "did you mean `module`?"),
        (
            "struct",
            "fwd",
            "x86_64",
            "`struct fwd` is only declared in `x86_64`, not defined",
            "it is defined in a module that was not opened, or nothing of `x86_64` needs its members",
        ),
        (
            "union",
            "ufwd",
            None,
            "`union ufwd` is only declared in `x86_64` and its modules, not defined",
            "it is defined in a module that was not opened, or nothing of `x86_64` needs its members",
        ),
    ],
)
def test_what_is_not_there(
    both: Artifact, kind: Kind, tag: str, module: str | None, message: str, help: str
) -> None:
    with pytest.raises(SpecError) as error:
        lookup(both, kind, tag, module)
    assert mistake(error) == ("CB0309", message, help)


def test_a_definition_that_is_found_is_sound() -> None:
    made = Builder()
    made.composite("s", 4, ("a", 1, 0))
    with pytest.raises(SpecError, match="`struct s` is part of itself"):
        lookup(Artifact("s.btf", (unit(made.data()),)), "struct", "s")


def test_a_forward_declaration_is_told_by_its_kind() -> None:
    made = Builder()
    made.add(form.FWD, "f", flag=1)
    types = unit(made.data())
    assert types.declares("union", "f") and not types.declares("struct", "f")
