"""Small specs as meanings, for tests."""

from __future__ import annotations

from cbprove.diagnostics import Source
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.axes import AxisValue, Free
from cbprove.system.expressions import Place
from cbprove.system.program import Program
from cbprove.system.statements import Read, Write


def system(text: str) -> System:
    """The system of a spec, its `spec` line left out."""
    source = Source("test.cbs", f"spec test;\n{text}")
    return resolve(syntax.Tree(parse(source), (source,)))


def assigned(meant: System, **chosen: AxisValue | Free) -> dict[str, AxisValue | Free]:
    """An assignment: what was chosen, defaults, first values."""
    plain = {a.name: a.values[0] if a.default is None else a.default for a in meant.axes}
    return {**plain, **chosen}


def elaborated(text: str, **chosen: AxisValue | Free) -> Program:
    meant = system(text)
    return program(meant, assigned(meant, **chosen))


def only_place(text: str, **chosen: AxisValue | Free) -> Place:
    """The first place of the first statement of a step called `s`."""
    (statement, *_) = elaborated(text, **chosen).steps["s"].body
    assert isinstance(statement, Read | Write)
    return statement.places[0]


def place_of(type: str, suffix: str, definitions: str = "", **chosen: AxisValue | Free) -> Place:
    """The place `V` with a suffix, where V is a view of the type at skb.cb[8]."""
    text = f"object skb {{ u64 before; char cb[256] __aligned(8); }}\n{definitions}\n"
    text += f"layer l {{ view V : {type} at skb.cb[8]; step s {{ write V{suffix}; }} }}"
    return only_place(text, **chosen)
