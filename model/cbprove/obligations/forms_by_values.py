"""A property of one program as a formula that follows values."""

from __future__ import annotations

from cbprove.frozen import replace
from cbprove.obligations.cells import Cells
from cbprove.obligations.claims_by_values import broken_by_values, reached_by_values
from cbprove.obligations.facts import supposed
from cbprove.obligations.forms import Form, PathForm, form_of, path_form
from cbprove.obligations.plan import Plan
from cbprove.obligations.unfold import unfold
from cbprove.properties import table
from cbprove.properties.possible import may_claim
from cbprove.system.program import Program, Property


def by_values(program: Program, prop: Property, plan: Plan) -> Form:
    """The form that follows values as well; every extent must be a plain number."""
    paths: list[PathForm] = []
    ranges: dict[str, tuple[int, int]] = {}
    truncated = False
    for path in program.paths:
        cells = Cells(program.little_endian)
        unfolding = unfold(program, path, (prop,), plan, cells)
        reached = [reached_by_values(unfolding, at, cells) for at in unfolding.claims]
        broken = [broken_by_values(unfolding, at, cells) for at in unfolding.claims]
        unfolding.constraints += supposed(unfolding, cells, plan.facts)
        paths.append(path_form(unfolding, unfolding.claims, reached, broken))
        # An unknown is a byte of a store (`Cells._free`).
        ranges.update({unknown.args[0]: (0, 255) for unknown in cells.free.values()})
        truncated |= bool(unfolding.truncated) and may_claim(program, path, prop)
    faithful = not any(p.unfolding.cut for p in paths)
    form = form_of(tuple(paths), table.of_placement(prop, program), ranges, faithful)
    return replace(form, truncated=truncated)
