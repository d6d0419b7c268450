"""What is preserved is compared by values member by member: each counts, and what lies between them
does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.design.asking import ask
from cbprove.design.plans import late
from cbprove.design.problem import named
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.obligations.forms_by_values import by_values
from cbprove.solving.solver import Limits
from cbprove.syntax.includes import load

# a, a gap of a byte, b; then an array, a union of two halves and one byte more
_SPEC = """\
spec pieces "one byte is stored to";
abi x86_64;
object skb {{ char cb[16] __aligned(8); }}
struct s {{ u8 a; u16 b; u8 c[4]; union {{ u32 whole; struct {{ u16 low; u16 high; }}; }}; u8 last; }};
layer l {{
    view V : struct s at skb.cb[0];
    step set {{ write V; }}
    step other {{ write skb.cb[{at}]; }}
    step get {{ read V; }}
}}
path p {{ set; other; get; }}
property kept: preserved V from set to get;
"""
_GAPS = (1, 13, 14, 15)


@pytest.mark.parametrize("at", range(16))
def test_each_byte_of_a_member_counts(at: int, tmp_path: Path) -> None:
    spec = tmp_path / "pieces.cbs"
    spec.write_text(_SPEC.format(at=at))
    limits = Limits()
    made = program(resolve(load(spec)), {"abi": "x86_64"})
    form = by_values(made, named(made, "kept"), late(limits))
    result = ask(form.broken, form.ranges, limits).result
    assert result == ("unsat" if at in _GAPS else "sat")
