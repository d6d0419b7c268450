"""The candidate that a model stands for: every axis at its default; and what is not built of it."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.diagnostics import SpecError
from cbprove.frozen import frozen, replace
from cbprove.meaning import check, elaborate
from cbprove.meaning.mistakes import tidy
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.syntax import tree as syntax
from cbprove.system.axes import Axis, AxisValue, Proposal
from cbprove.system.program import Program

NAME = "today"


@frozen
class Today:
    """One side of a spec: what to judge, its first candidate and the program of that.

    What is judged stands without the requirements that are not met: as if it were built all the
    same. It expects nothing; `refutable` are the properties of which something else than a proof
    was expected. `whole` is all of the spec, `tree` its text.
    """

    tree: syntax.Tree
    whole: System
    system: System
    first: Mapping[str, AxisValue]
    program: Program
    refutable: frozenset[str]


def today(tree: syntax.Tree, what_if: bool) -> Today:
    """The system with the defaults of its axes as its one proposal, or with its own proposals.
    Raises SpecError."""
    whole_system = system = resolve(tree, warned=False)
    first = {axis.name: _first(axis) for axis in system.axes}
    program = _whole(system, first)
    requires = requires_of(whole_system)
    nodes_gone = {
        id(node)
        for node, requirement in zip(requires, program.requirements, strict=True)
        if requirement.holds is False
    }
    if nodes_gone:
        left = tuple(node for node in tree.declarations if id(node) not in nodes_gone)
        system = resolve(syntax.Tree(left, tree.sources), warned=False)
        program = replace(elaborate.program(system, first), requirements=program.requirements)
    if what_if or any(len(_domain(axis)) > 1 for axis in system.axes):
        check.check(system)  # of one candidate alone the program has told all mistakes
    proposals = system.proposals if what_if else (_narrow(system),)
    refutable = frozenset(name for each in proposals for name in _refutable(system, each))
    calm = tuple(replace(each, expectations=()) for each in proposals)
    return Today(
        tree=tree,
        whole=whole_system,
        system=_on(system, calm, what_if),
        first=first,
        program=program,
        refutable=refutable,
    )


def _whole(system: System, first: Mapping[str, AxisValue]) -> Program:
    """The program of the candidate. Raises SpecError for its mistakes, whether it is excluded or
    not: it is judged as if it were built all the same."""
    program, mistakes = elaborate.elaborated(system, first)
    if mistakes:
        raise SpecError(tidy(mistakes, system.sources))
    return program


def requires_of(system: System) -> tuple[syntax.Require, ...]:
    """The requirements of a spec as they are written, in the order of a program's."""
    cx = system.context
    return tuple(cx.names.requires)


def _refutable(system: System, proposal: Proposal) -> frozenset[str]:
    """The properties of which a proposal expects something else than a plain proof."""
    expectations = [
        each
        for each in proposal.expectations
        if each.verdict != "proved" or each.condition is not None
    ]
    if any(each.property is None for each in expectations):
        return frozenset(each.name for each in system.properties)
    return frozenset(each.property for each in expectations if each.property is not None)


def _on(system: System, proposals: tuple[Proposal, ...], what_if: bool) -> System:
    """The system on these proposals alone, its axes as narrow as they are."""
    if what_if:
        return replace(system, proposals=proposals, asks=())
    domains = proposals[0].domains
    axes = tuple(
        replace(axis, values=domains[axis.name], default=_first(axis)) for axis in system.axes
    )
    return replace(system, axes=axes, proposals=proposals, asks=())


def _narrow(system: System) -> Proposal:
    """The defaults of all axes as a proposal, with what the spec expects of the proposal that is
    just that."""
    domains = {axis.name: _domain(axis) for axis in system.axes}
    alike = next((each for each in system.proposals if each.domains == domains), None)
    span = (alike or system.proposals[0]).span
    return Proposal(NAME, system.title, domains, alike.expectations if alike else (), span)


def _domain(axis: Axis) -> tuple[str, ...] | range:
    """The default alone; of an axis without one all values."""
    if axis.default is None:
        return axis.values
    return (str(axis.default),) if not isinstance(axis.values, range) else _one(int(axis.default))


def _one(value: int) -> range:
    return range(value, value + 1)


def _first(axis: Axis) -> AxisValue:
    return axis.values[0] if axis.default is None else axis.default
