"""The cases say the same of their structs once these are pinned where they lie anyway."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.diagnostics import Source
from cbprove.layout.abi import ABIS
from cbprove.layout.types import Record
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.meaning.types import tagged
from cbprove.pipeline import Options, judged
from cbprove.syntax.includes import load, parsed
from cbprove.syntax.substitute import substitute
from cbprove.verdicts import Report
from tests.layout.pinning import pinned, text

CASES = Path(__file__).parents[2] / "specs" / "cases"
X86 = ABIS["x86_64"]


def found(meant: System) -> list[Record]:
    """The structs of a spec of one ABI, pinned; packings are left out."""
    cx = meant.context
    cx.memo.begin({axis.name: axis.values[0] for axis in meant.axes})
    plain = [tag for tag in cx.names.tags if tag not in cx.names.axes]
    made = [pinned(tagged(cx, tag), X86) for tag in plain]
    return [record for record in made if isinstance(record, Record)]


def told(report: Report) -> list[tuple[object, ...]]:
    return [(case.id, case.verdict, case.regions, case.met, case.cost) for case in report.cases]


@pytest.mark.parametrize(
    "name", ["b10_amt_tunnel", "b11_cls_bpf_tc_cb", "b40_netlink_creds", "b31_sfb_enqueue"]
)
def test_a_case_with_its_structs_pinned_has_the_same_verdicts(name: str) -> None:
    tree = load(CASES / f"{name}.cbs")
    meant = resolve(tree)
    structs = found(meant)
    changed, _ = substitute(tree, parsed(Source("found", text(structs, X86))))
    again = resolve(changed)
    assert structs and {record.tag for record in found(again)} >= {record.tag for record in structs}
    assert any(declaration.span.source.name == "found" for declaration in changed.declarations)
    plain, replaced = (
        judged(each, name, Options(), lambda done, all: None) for each in (meant, again)
    )
    assert told(plain) == told(replaced) != []
