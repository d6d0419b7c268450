"""`cbprove overlays`: its exit code, the checks that do not hold, and which checks look at a view."""

from __future__ import annotations

import json
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Cbprove = Callable[..., "CompletedProcess[str]"]
Spec = Callable[[str, str], str]

TEXT = """
spec s "one view";
abi x86_64;
object skb per path {{ char cb[16]; }}
struct a {{ u8 x[{size}]; }};
param CHECKED = {checked};
layer l {{ view A : struct a at skb.cb[0]; step s {{ write A; }} }}
path p {{ s; }}
require {require};      // net/x.c:1
"""
UNLESS = "CHECKED == no || sizeof(struct a) <= 16"


@pytest.mark.parametrize(
    ("size", "checked", "require", "code", "checks", "violated"),
    [
        (8, "yes", UNLESS, 0, 1, []),
        (8, "no", UNLESS, 0, 0, []),
        (20, "no", UNLESS, 1, 0, []),
        (20, "yes", UNLESS, 1, 1, ["net/x.c:1: CHECKED == no || 20 <= 16 is false"]),
        (
            8,
            "yes",
            "CHECKED == yes ? sizeof(struct a) <= 4 : 1",
            1,
            1,
            ["net/x.c:1: CHECKED == yes ? 8 <= 4 : 1 is false"],
        ),
        (8, "no", "CHECKED == yes && sizeof(struct a) <= 16 || 1", 0, 0, []),
        (8, "no", "1 || sizeof(struct a) <= 16", 0, 0, []),
    ],
)
def test_checks_and_exit_code(
    cbprove: Cbprove, spec: Spec, size: int, checked: str, require: str, code: int, checks: int, violated: list[str]
) -> None:
    name = spec("s.cbs", TEXT.format(size=size, checked=checked, require=require))
    ran = cbprove("overlays", name, "--format", "json")
    (table,) = json.loads(ran.stdout)["tables"]
    (view,) = table["blocks"][0]["views"]
    assert (ran.returncode, len(view["checks"]), table["violated"]) == (code, checks, violated)


def test_a_violated_check_is_told_first(cbprove: Cbprove, spec: Spec) -> None:
    ran = cbprove("overlays", spec("s.cbs", TEXT.format(size=20, checked="yes", require=UNLESS)))
    assert ran.stdout.startswith("violated: net/x.c:1: CHECKED == no || 20 <= 16 is false\n")
