"""Warnings come behind the result, on stderr or in the document, once each, and change no exit
code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema

from cbprove.report.json import schema

Spec = Callable[[str, str], str]

NONE = "spec none;\nobject skb { char cb[8]; }\npath p { clear skb.cb; }"
SHARED = "object skb { char cb[8]; }\n"
LEFT = 'include "shared.cbs";\nlayer l { step s { write skb.cb; } step t { } }\npath p { s; }\n'


def test_a_warning_is_drawn_behind_the_result(cbprove: Any, spec: Spec) -> None:
    spec("shared.cbs", SHARED)
    done = cbprove("check", spec("left.cbs", f"spec left;\n{LEFT}"))
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("1 verdict: 1 proved")
    assert done.stderr.splitlines() == [
        "",
        "warning[CB0402]: no path runs the step `t`",
        " --> left.cbs:3:41",
        "  |",
        "3 | layer l { step s { write skb.cb; } step t { } }",
        "  |                                         ^",
        "  |",
        "  = help: use it, delete it, or say `step t unused`",
    ]


def test_quiet_tells_nothing(cbprove: Any, spec: Spec) -> None:
    spec("shared.cbs", SHARED)
    done = cbprove("check", "-q", spec("left.cbs", f"spec left;\n{LEFT}"))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_document_has_each_once(cbprove: Any, spec: Spec) -> None:
    spec("shared.cbs", SHARED)
    name = spec("left.cbs", f"spec left;\n{LEFT}")
    done = cbprove("check", "--format", "json", name, spec("none.cbs", NONE))
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema())
    assert done.stderr == ""
    assert [(w["code"], w["location"]["line"]) for w in document["warnings"]] == [("CB0402", 3)]
    assert "diagnostics" not in document


def test_a_document_of_specs_that_leave_nothing_unsaid_has_no_warnings(
    cbprove: Any, spec: Spec
) -> None:
    done = cbprove("check", "--format", "json", spec("none.cbs", NONE))
    assert "warnings" not in json.loads(done.stdout)


MOVED = """object skb { char cb[8]; }
param AT in 0..1 = 0;
param mode in { one, two } = one;
layer l { view V : u8 at skb.cb[AT]; step s { write V; } step t { } }
path p { s; }
property good: fits V;
"""


def test_sweep_and_diff_tell_them_too(cbprove: Any, spec: Spec) -> None:
    name, other = spec("a.cbs", f"spec a;\n{MOVED}"), spec("b.cbs", f"spec a;\n{MOVED}")
    for arguments in (
        ("sweep", name, "--property", "good", "--rows", "AT", "--cols", "mode"),
        ("diff", name, other),
    ):
        done = cbprove(*arguments)
        assert done.returncode == 0
        told = [line for line in done.stderr.splitlines() if line.startswith("warning")]
        assert told and set(told) == {"warning[CB0402]: no path runs the step `t`"}
