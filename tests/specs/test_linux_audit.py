"""specs/linux against what a compiler saw in the kernels: clean, and not so without what once
was missing."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from cbprove.audit.compare import FAULTS, Audited, audited, with_joins
from cbprove.audit.record import Record, load
from cbprove.pipeline import candidates_to_audit

FOLDER = Path(__file__).parents[2] / "specs" / "linux"
SPECS = sorted(FOLDER.glob("**/*_[67]_[12].cbs"))
NAMED = re.compile(r'^audited "(?:\.\./)?records/([\w.-]+)";', re.MULTILINE)


@cache
def record(name: str) -> Record:
    return load(FOLDER / "records" / name)


def named(path: Path) -> str:
    """The record that a spec names; specs that say nothing of paths name none."""
    found = NAMED.search(path.read_text())
    return found[1] if found else f"linux-{path.stem[-3:].replace('_', '.')}.json"


def audit(path: Path) -> Audited:
    ((spec, program),) = candidates_to_audit([str(path)], None).items()
    found = audited(spec, program, record(named(path)))
    assert found is not None
    return with_joins(found, program, record(named(path)))


def faults(found: Audited) -> list[str]:
    return [each.message for each in found.differences if each.what in FAULTS]


@pytest.mark.parametrize(
    "path",
    [each for each in SPECS if not each.stem.startswith("layouts")],
    ids=lambda path: path.stem,
)
def test_a_spec_does_what_its_kernel_does(path: Path) -> None:
    found = audit(path)
    assert faults(found) == []
    assert [each.message for each in found.differences if each.what == "idle"] == []
    assert found.steps > 10 or path.stem.startswith("overlays")


# What was missing until the source was asked, each as the line that mends it and what the audit
# says without.
MISSED = [
    (
        "ieee80211_tx_info/ath9k_6_1",
        "ieee80211_tx_info/ath9k.cbs",
        "read TX.control.flags;                                          // DONT_USE_RATE_MASK",
        "ieee80211_get_tx_rates() reads ieee80211_tx_info.control.flags",
    ),
    (
        "netlink_callback/dumps_7_2",
        "netlink_callback/dumps.cbs",
        "read ETHNL.reply_data, ETHNL.req_info;",
        "ethnl_default_done() reads ethnl_dump_ctx.re",
    ),
    (
        "tc_6_1",
        "layers/tc.cbs",
        "optionally { write QDISC_CB.pkt_len; }",
        "tcf_ct_act() stores qdisc_skb_cb.pkt_len",
    ),
    (
        "tc_7_2",
        "layers/tc.cbs",
        "write QDISC_CB.tc_classid;",
        "cls_bpf_classify() stores qdisc_skb_cb.tc_classid",
    ),
    (
        "tc_7_2",
        "layers/tc.cbs",
        "when has(struct qdisc_skb_cb, pkt_segs) { read QDISC_CB.pkt_segs; }",
        "tc_run() reads qdisc_skb_cb.pkt_segs",
    ),
    (
        "transmit_6_1",
        "layers/ip.cbs",
        "optionally { write IPCB.flags; }",
        "__ip_finish_output() stores inet_skb_parm.flags",
    ),
    (
        "transmit_7_2",
        "layers/ip.cbs",
        "IPCB.opt.ts, IPCB.opt.rr, IPCB.opt.rr_needaddr, IPCB.opt.ts_needaddr, ",
        "ip_options_fragment() stores inet_skb_parm.opt.rr",
    ),
    (
        "transmit_6_1",
        "layers/ip.cbs",
        'without IPCB.opt.optlen "read here; stored in the fragments of a list alone: ip_fraglist"',
        "ip_do_fragment() stores inet_skb_parm.opt.optlen",
    ),
    (
        "receive_6_1",
        "layers/gro.cbs",
        "write NAPI_GRO_CB.recursion_counter;",
        "inet_gro_receive() stores napi_gro_cb.recursion_counter",
    ),
    (
        "receive_7_2",
        "layers/gro.cbs",
        "optionally { write NAPI_GRO_CB.free; }",
        "skb_gro_receive() stores napi_gro_cb.free",
    ),
]


@pytest.mark.parametrize(
    ("spec", "file", "line", "message"), MISSED, ids=[each[3].split()[0] for each in MISSED]
)
def test_without_what_was_missing_it_is_not_clean(
    tmp_path: Path, spec: str, file: str, line: str, message: str
) -> None:
    shutil.copytree(FOLDER, tmp_path / "linux")
    changed = tmp_path / "linux" / file
    text = changed.read_text()
    assert line in text
    changed.write_text(text.replace(line, ""))
    assert any(
        each.startswith(message) for each in faults(audit(tmp_path / "linux" / f"{spec}.cbs"))
    )


def test_a_function_of_another_kernel_is_none_of_this_one(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "linux")
    changed = tmp_path / "linux" / "layers" / "tc.cbs"
    changed.write_text(
        changed.read_text().replace("of ct_nat_execute when LINUX < 0x0606, tcf", "of tcf")
    )
    found = faults(audit(tmp_path / "linux" / "tc_6_1.cbs"))
    assert "step `tcf_ct_act_nat` stands for no function in linux 6.1.192" in found


def test_the_joins_that_the_source_has() -> None:
    """By a call, by a common caller, through members that are set to members, as that of what a
    work queue runs is; a callee that touches nothing itself ends the search."""
    found = {
        (each.neighbours.first.name, each.neighbours.second.name): each.how
        for name in ("transmit", "bridge", "udp", "tc", "xfrm")
        for each in audit(FOLDER / f"{name}_6_1.cbs").joins
    }
    assert found["ip_output", "ip_finish_output"] == "call"
    assert found["ip_cmsg_recv_pktinfo", "ip_cmsg_recv_opts"] == "common caller"
    assert found["tc_run", "fl_classify"] == "call"
    assert found["br_handle_frame", "br_validate_ipv4"] == "call"
    assert found["xfrm_trans_queue", "xfrm_trans_reinject"] == "common caller"
    assert "not found" not in found.values()
    joins = audit(FOLDER / "transmit_7_2.cbs").joins
    lost = {each.neighbours.first.name for each in joins if each.how == "not found"}
    assert lost == {"gso_reset_checksum", "gso_make_checksum", "inet_gso_partial"}
