"""specs/linux: every verdict is as expected and for every run; what two kernels lay over cb is
where the texts say it is."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from cbprove.layout.abi import ABIS
from cbprove.layout.records import Layout, find, lay_out
from cbprove.meaning.context import Context
from cbprove.meaning.resolve import resolve
from cbprove.meaning.types import tagged
from cbprove.pipeline import Options, check
from cbprove.syntax.includes import load
from cbprove.verdicts import Report, exit_code
from tests.random.blocks import slow_where

FOLDER = Path(__file__).parents[2] / "specs" / "linux"
SPECS = sorted(
    path for path in FOLDER.rglob("*.cbs") if re.search(r"^spec ", path.read_text(), re.MULTILINE)
)
KERNELS = ("6.1", "7.2")

# A line of the kernel, as comments name it.
LINE = re.compile(r"(?:net|drivers|include|kernel|crypto)/[\w/.-]+\.[ch]:\d+")


def report(path: Path) -> Report:
    return check(str(path), Options(), lambda done, total: None)


@cache
def known(version: str) -> Context:
    cx = resolve(load(FOLDER / f"overlays_{version.replace('.', '_')}.cbs")).context
    assert isinstance(cx, Context)
    cx.memo.begin({"abi": "x86_64"})
    return cx


def laid_out(version: str, tag: str) -> Layout:
    """A struct as the kernel has it."""
    return lay_out(tagged(known(version), tag), ABIS["x86_64"])


@pytest.mark.parametrize("path", slow_where({"tc_6_1", "tc_7_2", "tcp_6_1", "tcp_7_2"}, SPECS))
def test_every_verdict_is_as_expected_and_for_every_run(path: Path) -> None:
    found = report(path)
    assert exit_code(found) == 0
    assert {case.verdict for case in found.cases} <= {"proved", "refuted", "excluded", "mixed"}
    assert not [
        case.id
        for case in found.cases
        if case.verdict == "proved" and case.finding.turns is not None
    ]


LISTS = sorted((FOLDER / "layouts").glob("*.names"))


def structs(layouts: Path) -> dict[str, str]:
    """The text of each struct and union of a file that `import` wrote, by its name."""
    declared = re.compile(
        r"^ {4}(?:struct|union) (\w+) \{.*?^ {4}\}[^\n]*$", re.MULTILINE | re.DOTALL
    )
    return {match[1]: match[0] for match in declared.finditer(layouts.read_text())}


@pytest.mark.parametrize("names", LISTS, ids=lambda names: names.stem)
def test_the_layouts_are_those_that_were_asked_for(names: Path) -> None:
    asked = re.findall(r"^(?:struct|union) (\w+)$", names.read_text(), re.MULTILINE)
    assert len(asked) == len(set(asked)) > (100 if "overlays" in names.stem else 1)
    assert set(asked) <= structs(names.with_suffix(".cbs")).keys()
    assert names.with_suffix(".cbs").read_text().startswith('pinned x86_64 "BTF of ')


@pytest.mark.parametrize("names", LISTS, ids=lambda names: names.stem)
def test_a_struct_of_a_kernel_is_one(names: Path) -> None:
    """Those of the paths are among the overlays of their kernel, as they are there."""
    version, _, _ = names.stem.partition("_")
    overlays = structs(FOLDER / "layouts" / f"{version}_overlays.cbs")
    assert structs(names.with_suffix(".cbs")).items() <= overlays.items()


@pytest.mark.parametrize("version", KERNELS)
def test_each_overlay_and_each_check_says_where_it_stands(version: str) -> None:
    lines = (FOLDER / f"overlays_{version.replace('.', '_')}.cbs").read_text().splitlines()
    said = [
        (
            line,
            bool(
                LINE.search(line)
                or (lines[n - 1].lstrip().startswith("//") and LINE.search(lines[n - 1]))
            ),
        )
        for n, line in enumerate(lines)
        if re.match(r"    view |require ", line)
    ]
    assert len(said) > 200
    assert [line for line, named in said if not named] == []


def test_the_paths_use_layouts_of_the_kernel_alone() -> None:
    """A struct that a path declares itself would hide that the kernel has another."""
    own = re.compile(r"^(?:struct|union|packing) ", re.MULTILINE)
    assert not [
        path
        for part in ("layers", "paths")
        for path in (FOLDER / part).glob("*.cbs")
        if own.search(path.read_text())
    ]


# First bit of a member, from pahole's reading of the same BTF; None where the kernel has none
# there.
PLACES = {
    ("tc_skb_cb", "drop_reason"): (28 * 8, 32 * 8),
    ("tc_skb_cb", "zone"): (32 * 8, 36 * 8),
    ("tc_skb_cb", "mru"): (34 * 8, 38 * 8),
    ("tc_skb_cb", "post_ct"): (36 * 8, None),
    ("qdisc_skb_cb", "post_ct_snat"): (None, 30 * 8 + 1),
    ("qdisc_skb_cb", "data"): (8 * 8, 8 * 8),
    ("bpf_skb_data_end", "data_meta"): (32 * 8, 32 * 8),
    ("skb_gso_cb", "encap_level"): (4 * 8, 4 * 8),
    ("skb_gso_cb", "recursion_counter"): (None, 14 * 8),
    ("xfrm_mode_skb_cb", "protocol"): (39 * 8, 39 * 8),
    ("napi_gro_cb", "count"): (20 * 8, 22 * 8),
}
SIZES = {
    "inet_skb_parm": (24, 24),
    "qdisc_skb_cb": (28, 32),
    "tc_skb_cb": (40, 40),
    "tcp_skb_cb": (48, 48),
    "napi_gro_cb": (48, 40),
    "br_input_skb_cb": (24, 32),
    "ovs_skb_cb": (16, 24),
    "rtl_tcb_desc": (56, 56),
}


@pytest.mark.parametrize(("struct", "member"), PLACES)
def test_members_lie_where_the_texts_say(struct: str, member: str) -> None:
    found = [find(laid_out(version, struct), member) for version in KERNELS]
    assert tuple(each and each.offset for each in found) == PLACES[struct, member]


@pytest.mark.parametrize("struct", SIZES)
def test_structs_are_as_large_as_the_texts_say(struct: str) -> None:
    assert tuple(laid_out(version, struct).size for version in KERNELS) == SIZES[struct]


# Structs of cases that are of another time than 6.1, or a proposal.
OTHERS = {
    ("b10_amt_tunnel", "tc_skb_cb"),
    ("b11_cls_bpf_tc_cb", "tc_skb_cb"),
    ("b13_tc_cb_no_room", "tc_skb_cb"),
    ("b13_tc_cb_no_room", "qdisc_skb_cb"),
    ("b15_udp_gro_lookup", "napi_gro_cb"),
    ("b22_bridge_ip_fragment", "br_input_skb_cb"),
    ("b22_bridge_ip_fragment", "inet_skb_parm"),
    ("b22_bridge_ip_fragment", "ip_options"),
    ("b23_bridge_xmit", "br_input_skb_cb"),
    ("b25_bonding_queue_mapping", "qdisc_skb_cb"),
    ("b38_udp_gro_is_flist", "napi_gro_cb"),
    ("b40_netlink_creds", "netlink_skb_parms"),
}


def outline(layout: Layout) -> tuple[int, dict[str | None, int]]:
    return layout.size, {member.name: member.offset for member in layout.members if member.name}


@pytest.mark.parametrize(
    "path", sorted((FOLDER.parent / "cases").glob("*.cbs")), ids=lambda path: path.stem
)
def test_the_structs_of_a_case_are_those_of_the_kernel(path: Path) -> None:
    meant = resolve(load(path))
    cx = meant.context
    cx.memo.begin({axis.name: axis.values[0] for axis in meant.axes})
    kernel = known("6.1")
    shared = [tag for tag in cx.names.tags if tag in kernel.names.tags]
    differ = {
        (path.stem, tag)
        for tag in shared
        if outline(lay_out(tagged(cx, tag), ABIS["x86_64"])) != outline(laid_out("6.1", tag))
    }
    assert differ == {each for each in OTHERS if each[0] == path.stem}


# A file, a line of the kernel's that is left out or changed, and what then no longer holds.
BREAKS = {
    "bridge_not_restored": (
        "bridge_6_1",
        "paths/bridge.cbs",
        "copy stack.bridge -> BR_INPUT_SKB_CB;",
        "reads_own_bytes",
    ),
    "gso_counts_on": (
        "xfrm_7_2",
        "layers/gso.cbs",
        "        write SKB_GSO_CB.encap_level = 0;\n",
        "reads_own_bytes",
    ),
    "tcp_not_cleared": (
        "tcp_7_2",
        "paths/tcp.cbs",
        "        copy IPCB -> TCP_SKB_CB.header.h4;\n",
        "reads_own_bytes",
    ),
    "ip_not_cleared": ("udp_6_1", "layers/ip.cbs", "        clear IPCB;\n", "reads_own_bytes"),
    "gro_not_cleared": (
        "receive_7_2",
        "layers/gro.cbs",
        "        clear NAPI_GRO_CB.zeroed;\n",
        "gro_written",
    ),
    "esp_forgets": (
        "xfrm_6_1",
        "paths/xfrm.cbs",
        "        write ESP_SKB_CB.tmp;\n",
        "reads_own_bytes",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_line_left_out_is_noticed(name: str, tmp_path: Path) -> None:
    spec, file, line, broken = BREAKS[name]
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / file).read_text()
    assert line in text
    (tmp_path / file).write_text(text.replace(line, "", 1))
    unexpected = {case.property for case in report(tmp_path / f"{spec}.cbs").cases if not case.met}
    assert broken in unexpected
