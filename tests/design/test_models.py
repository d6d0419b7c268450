"""Models that say something else of a few unknowns; and extents that are kept for places that stand
still."""

from __future__ import annotations

from pathlib import Path

from cbprove.design.reasons import over
from cbprove.meaning import elaborate
from cbprove.obligations.forms import unfolded
from cbprove.obligations.ops import BASE, Store
from cbprove.obligations.plan import Plan
from cbprove.pipeline import meaning
from cbprove.system.axes import FREE

SPEC = """spec twice "a store that may lie beyond its object, on two of these"; abi x86_64;
object skb { char cb[8]; }
param AT in 0..7;
layer l { view W : u32 at skb.cb[AT]; step put { write W; } }
path p { put; clone copied; on copied { put; } put; }
property inside: fits;
"""


def test_what_is_said_otherwise_comes_first() -> None:
    model = over(over({"a": 1, "b": True}, {"a": 2}), {"c": 3})
    assert [model[name] for name in "abc"] == [2, True, 3]
    assert [model.get(name, 9) for name in "abcd"] == [2, True, 3, 9]
    assert dict(model) == {"a": 2, "b": True, "c": 3} and len(model) == 3


def test_each_object_has_its_own_bounds(tmp_path: Path) -> None:
    file = tmp_path / "twice.cbs"
    file.write_text(SPEC)
    program = elaborate.program(meaning(str(file)), {"abi": "x86_64", "AT": FREE})
    form = unfolded(program, program.properties, Plan(cut=True), {"AT": (0, 7)})
    (unfolding,) = form.unfoldings
    stores = [each for each in unfolding.operations if isinstance(each, Store)]
    objects = [store.area[0] for store in stores]
    assert len(stores) == 3 and objects[0] == objects[2] != objects[1]
    assert [store.bound for store in stores] == [
        (number * BASE, number * BASE + 64) for number in objects
    ]
