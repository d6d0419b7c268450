"""`cbprove overlays`: its exit code, the checks that do not hold, and which checks look at a
view."""

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
        (20, "yes", UNLESS, 1, 1, ["net/x.c:1: CHECKED (yes) == no || 20 <= 16 is false"]),
        (
            8,
            "yes",
            "CHECKED == yes ? sizeof(struct a) <= 4 : 1",
            1,
            1,
            ["net/x.c:1: CHECKED (yes) == yes ? 8 <= 4 : 1 is false"],
        ),
        (8, "no", "CHECKED == yes && sizeof(struct a) <= 16 || 1", 0, 0, []),
        (8, "no", "1 || sizeof(struct a) <= 16", 0, 0, []),
    ],
)
def test_checks_and_exit_code(
    cbprove: Cbprove,
    spec: Spec,
    size: int,
    checked: str,
    require: str,
    code: int,
    checks: int,
    violated: list[str],
) -> None:
    name = spec("s.cbs", TEXT.format(size=size, checked=checked, require=require))
    ran = cbprove("overlays", name, "--format", "json")
    (table,) = json.loads(ran.stdout)["tables"]
    (view,) = table["blocks"][0]["views"]
    assert (ran.returncode, len(view["checks"]), table["violated"]) == (code, checks, violated)


def test_a_violated_check_is_told_first(cbprove: Cbprove, spec: Spec) -> None:
    ran = cbprove("overlays", spec("s.cbs", TEXT.format(size=20, checked="yes", require=UNLESS)))
    assert ran.stdout.startswith("violated: net/x.c:1: CHECKED (yes) == no || 20 <= 16 is false\n")


PATCH = """\
--- a/x.h
+++ b/x.h
@@ -1,3 +1,4 @@
 struct a {
 \tu8 x[8];
+\tu8 more[12];
 };
"""


def plain(size: int, require: str = "1") -> str:
    return TEXT.format(size=size, checked="yes", require=require)


@pytest.mark.parametrize(
    ("require", "code", "said"),
    [
        (
            "1",
            1,
            "1 view differs, 0 as before, 1 end further beyond their block, 1 of them checked by nothing",
        ),
        (
            "sizeof(struct a) <= 32",
            1,
            "1 view differs, 0 as before, 1 end further beyond their block, 0 of them checked by",
        ),
        ("sizeof(struct a) <= 16", 1, "violated: net/x.c:1: 20 <= 16 is false"),
    ],
)
def test_a_patch_makes_views_end_elsewhere(
    cbprove: Cbprove, spec: Spec, require: str, code: int, said: str
) -> None:
    path, patch = spec("s.cbs", plain(8, require)), spec("x.patch", PATCH)
    ran = cbprove("overlays", path, "--diff", patch)
    assert (ran.returncode, ran.stderr) == (code, "")
    assert said in ran.stdout
    assert "  A     struct a  8 -> 20  8 -> 20  -        - -> 4" in ran.stdout


def test_the_document_of_a_difference(cbprove: Cbprove, spec: Spec) -> None:
    ran = cbprove(
        "overlays", spec("s.cbs", plain(8)), "--diff", spec("x.patch", PATCH), "--format", "json"
    )
    found = json.loads(ran.stdout)
    assert (found["exit_code"], found["alike"], len(found["views"])) == (1, 0, 1)
    (view,) = found["views"]
    assert (view["before"]["end_bit"], view["after"]["end_bit"], view["after"]["excess_bits"]) == (
        64,
        160,
        32,
    )
    assert view["worse"]


def test_two_specs_and_a_patch_that_is_about_something_else(cbprove: Cbprove, spec: Spec) -> None:
    small, large = spec("s.cbs", plain(8)), spec("l.cbs", plain(20))
    assert cbprove("overlays", small, "--diff", large).returncode == 1
    back = cbprove("overlays", large, "--diff", small)
    assert (back.returncode, back.stderr) == (0, "")
    assert "4 -> -" in back.stdout
    other = cbprove(
        "overlays", small, "--diff", spec("o.patch", PATCH.replace("struct a", "struct b"))
    )
    assert (other.returncode, other.stdout.splitlines()[-1]) == (0, "0 views differ, 1 as before")


def test_a_difference_of_nothing_is_a_mistake(cbprove: Cbprove, spec: Spec) -> None:
    path = spec("s.cbs", plain(8))
    assert cbprove("overlays", path, "--diff", "nowhere.patch").returncode == 2
    assert cbprove("overlays", path, "--diff", spec("e.patch", "hello\n")).returncode == 2
    assert cbprove("overlays", path, "--diff", path, "--against", path).returncode == 2


def test_without_a_spec_the_newest_model_is_asked(cbprove: Cbprove, spec: Spec) -> None:
    lines = ["\t__u32\t\tseq;", "+\t__u64\t\tmore;", "\t__u32\t\tend_seq;"]
    hunk = "\n".join(line if line.startswith("+") else f" {line}" for line in lines)
    text = f"--- a/t.h\n+++ b/t.h\n@@ -1,2 +1,3 @@ struct tcp_skb_cb {{\n{hunk}\n"
    ran = cbprove("overlays", "--diff", spec("x.patch", text))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "overlays_7_2.cbs -> with the patch\n" in ran.stdout.splitlines(True)[0]
    assert "TCP_SKB_CB  struct tcp_skb_cb  48 -> 64" in ran.stdout
