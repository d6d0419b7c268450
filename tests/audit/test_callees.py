"""What functions of a step call, where no step stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from cbprove.audit.record import Record, load
from cbprove.audit.rendering import summary
from cbprove.audit.rendering import text as told
from cbprove.audit.writing import save, text
from cbprove.frozen import replace
from cbprove.source.accesses import Access, Read
from tests.audit.test_compare import BOTH, access, audit, differences, record

STORES = [access("write", "iif", 40), access("write", "most", 41)]


def calling(held: Record, **calls: Sequence[str]) -> Record:
    """The same with calls between its functions."""
    return replace(
        held,
        functions=MappingProxyType(
            {
                name: tuple(replace(each, calls=tuple(calls.get(name, ()))) for each in reads)
                for name, reads in held.functions.items()
            }
        ),
    )


HELD = calling(record(rcv=BOTH, help=STORES, inner=[access("read", "most")]), rcv=["help"])
RCV = "step rcv { write P.flags = P.flags; } "
HELP = "step help { write P.iif; write P.most; }"
TOLD = "help() stores parm.iif (and 1 more); rcv() calls it, and no step stands for it"
NOT_RUN = "rcv() calls help(), for which step `help` stands: no path runs both it and `rcv`"


@pytest.mark.parametrize(
    ("steps", "calls", "expected"),
    [
        (RCV, "rcv;", [("callee", TOLD)]),
        (RCV + HELP, "rcv; help;", []),
        (RCV + HELP, "rcv;", [("not run", NOT_RUN)]),
        ("step rcv with help { write P.flags = P.flags; write P.iif; write P.most; }", "rcv;", []),
        ("step rcv { write P.flags = P.flags; write P.iif; write P.most; }", "rcv;", []),
        ('step rcv without P.iif, P.most "help" { write P.flags = P.flags; }', "rcv;", []),
        ('step rcv without help() "of IPv6" { write P.flags = P.flags; }', "rcv;", []),
        (
            'step rcv without P "other steps" { write P.flags = P.flags; }',
            "rcv;",
            [("callee", TOLD)],
        ),
        ('step rcv of nothing "a program" { }', "rcv;", []),
        (
            'step rcv without help(), rcv_early() when 1 == 1 "of IPv6" { write P.flags = P.flags; }',
            "rcv;",
            [
                (
                    "idle",
                    "step `rcv` leaves out rcv_early(), which its functions do not call, or which "
                    "touches no sk_buff.cb",
                )
            ],
        ),
        (
            'step rcv without help() when 1 == 2 "of IPv6" { write P.flags = P.flags; }',
            "rcv;",
            [("callee", TOLD)],
        ),
    ],
)
def test_a_callee_stands_in_a_step_or_is_told(
    tmp_path: Path, steps: str, calls: str, expected: list[tuple[str, str]]
) -> None:
    assert differences(tmp_path, HELD, steps, calls) == expected


def test_what_several_steps_of_one_function_do_and_leave_out_is_taken_together(
    tmp_path: Path,
) -> None:
    one = "step early of rcv { write P.flags = P.flags; write P.iif; } "
    late = "step late of rcv { write P.flags = P.flags; write P.most; }"
    assert differences(tmp_path, HELD, one + late, "early; late;") == []
    left = 'step late of rcv without help() "of IPv6" { write P.flags = P.flags; }'
    assert differences(tmp_path, HELD, RCV + left, "rcv; late;") == []
    assert differences(tmp_path, HELD, RCV + late, "rcv; late;") == [
        ("callee", TOLD.replace(" (and 1 more)", ""))
    ]


def test_what_a_callee_calls_is_told_too(tmp_path: Path) -> None:
    held = calling(HELD, rcv=["help"], help=["inner", "help"], inner=["rcv"])
    step = "step rcv with help { write P.flags = P.flags; write P.iif; write P.most; }"
    told = "inner() reads parm.most; help() calls it, and no step stands for it"
    assert differences(tmp_path, held, step) == [("callee", told)]
    assert not audit(tmp_path, held, step).clean
    assert [what for what, _ in differences(tmp_path, held, RCV)] == ["callee", "callee"]
    left = RCV.replace("{", 'without help() "of IPv6" {', 1)
    assert differences(tmp_path, held, left) == []


def test_of_several_functions_of_a_name_it_is_that_of_the_file(tmp_path: Path) -> None:
    def read(file: str, accesses: list[Access]) -> Read:
        return Read("help", file, 3, tuple(accesses))

    two = (read("net/rcv.c", [access("write", "most")]), read("net/x.c", STORES))
    held = replace(HELD, functions=MappingProxyType({**HELD.functions, "help": two}))
    ((_, message),) = differences(tmp_path, held, RCV)
    assert message.startswith("help() stores parm.most; rcv() calls it")
    apart = replace(held, functions=MappingProxyType({**held.functions, "help": two[1:]}))
    assert differences(tmp_path, apart, RCV) == [("callee", TOLD)]


def test_a_record_keeps_what_is_called_and_an_older_one_says_that_it_does_not(
    tmp_path: Path,
) -> None:
    held = replace(HELD, calls=())
    save(str(tmp_path / "kept.json"), held)
    kept = load(tmp_path / "kept.json")
    assert (kept.functions["rcv"][0].calls, text(kept)) == (("help",), text(held))
    old = replace(calling(held), callees=False)
    save(str(tmp_path / "old.json"), old)
    found = audit(tmp_path, load(tmp_path / "old.json"), RCV)
    assert (
        summary(found) == "model audited against linux 6.1.192, without what functions call: 1 step"
    )
    assert "knows no callees: write it anew with --record-to" in told([found], old, False)
