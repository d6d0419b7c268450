"""Specs against a tree of some twenty files: read, kept, held against, with calls from file to
file."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("clang.cindex")

TREE = Path(__file__).parents[1] / "source" / "tree"
SPEC = """spec small "a miniature";
abi x86_64;
object skb { char cb[48] __aligned(8); }
struct ip_options { u32 nexthop; u8 optlen; u8 srr; u8 is_changed : 1; };
struct inet_skb_parm { int iif; struct ip_options opt; u16 flags; u16 frag_max_size; };
layer ip {
    view IPCB : struct inet_skb_parm at skb.cb[0];
    step ip_rcv { clear IPCB; write IPCB.iif, IPCB.opt.optlen; read IPCB.opt.optlen, IPCB.opt.srr; write IPCB.opt.srr; }
    step ip_forward with ip_output { read IPCB.opt; write IPCB.opt.is_changed; read IPCB.flags; write IPCB.flags; }
}
path all { ip_rcv; ip_forward; }
"""


def cbprove(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cbprove", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def audit(folder: Path, spec: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "small.cbs").write_text(spec)
    return cbprove(folder, "audit", "small.cbs", *arguments)


def test_a_spec_that_does_as_the_tree(tmp_path: Path) -> None:
    done = audit(
        tmp_path,
        SPEC,
        "--source",
        str(TREE),
        "--record-to",
        "kept.json",
        "--sweep",
        "net",
        "drivers",
        "-v",
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("small.cbs: model audited against linux 6.1.0: 2 steps\n")
    assert "  net/sched: 4: defragment, tcf_ct_act, fifo_enqueue, fifo_dequeue\n" in done.stdout
    assert "  drivers/net: 2: broken, loop_xmit\n" in done.stdout
    assert (
        "drivers/net/broken.c: 1 error: drivers/net/broken.c:2: 'linux/not_there.h' file not found"
        in done.stdout
    )
    again = audit(tmp_path, SPEC, "--record", "kept.json", "-v")
    assert (again.returncode, again.stdout) == (done.returncode, done.stdout)
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert [each[0] for each in kept["functions"]] == ["ip_forward", "ip_output", "ip_rcv"]
    assert kept["kernel"] == "linux 6.1.0" and set(kept["sha256"]) == {
        each[1] for each in kept["functions"]
    }


@pytest.mark.parametrize(
    ("without", "said"),
    [
        (
            "write IPCB.opt.srr; }",
            "ip_rcv() stores inet_skb_parm.opt.srr in ip_options_compile(), step `ip_rcv` does not",
        ),
        (
            ", IPCB.opt.srr; w",
            "ip_rcv() reads inet_skb_parm.opt.srr in icmp_send(), step `ip_rcv` does not",
        ),
        (
            ", IPCB.opt.optlen; r",
            "ip_rcv() stores inet_skb_parm.opt.optlen in set_length(), step `ip_rcv` does not",
        ),
        ("clear IPCB; ", "ip_rcv() stores inet_skb_parm, of which bytes"),
        (
            " with ip_output { read IPCB.opt;",
            "ip_forward() reads inet_skb_parm.opt.srr, step `ip_forward` does not",
        ),
    ],
)
def test_a_spec_that_does_not(tmp_path: Path, without: str, said: str) -> None:
    kept = {"write IPCB.opt.srr; }": "}", ", IPCB.opt.srr; w": "; w", ", IPCB.opt.optlen; r": "; r"}
    assert without in SPEC
    spec = SPEC.replace(without, kept.get(without, "{" if "{" in without else ""))
    done = audit(tmp_path, spec, "--source", str(TREE))
    assert done.returncode == 1
    assert said in done.stdout


def test_a_function_that_no_file_defines(tmp_path: Path) -> None:
    done = audit(
        tmp_path,
        SPEC.replace("step ip_rcv {", "step ip_rcv of ip_receive {"),
        "--source",
        str(TREE),
    )
    assert done.returncode == 1
    assert "stands for ip_receive(), which is not in linux 6.1.0\n" in done.stdout


def test_the_makefile_beside_a_file_says_how_it_is_compiled(tmp_path: Path) -> None:
    done = cbprove(
        tmp_path, "accesses", "drivers/net/loop.c", "--object", "sk_buff.cb", "--source", str(TREE)
    )
    assert done.stdout == (
        "drivers/net/loop.c\n  loop_xmit, line 3\n    3  write  [8..12)  [8,12)  of skb\n1 function touches sk_buff.cb\n"
    )


@pytest.mark.parametrize(
    "makefile",
    [
        "ccflags-y := -I $(srctree)/drivers/net/inc \\\n\t-I $(srctree)/drivers/net -DPRIVATE=8\n",
        "subdir-ccflags-y += -I$(src)/inc -DPRIVATE=8\n",
        "INC = $(srctree)/drivers/net/inc\nccflags-y += -I$(INC) -D PRIVATE=8 -I $(nowhere)\n",
        "ccflags-y += -I $(srctree)/$(src)/inc # where it is\nCFLAGS_loop.o += -DPRIVATE=8\n",
    ],
)
def test_every_way_in_which_a_makefile_says_it(tmp_path: Path, makefile: str) -> None:
    tree = shutil.copytree(TREE, tmp_path / "tree")
    (tree / "drivers/net/Makefile").write_text(makefile)
    done = cbprove(
        tmp_path, "accesses", "drivers/net/loop.c", "--object", "sk_buff.cb", "--source", str(tree)
    )
    assert "    3  write  [8..12)  [8,12)  of skb\n1 function" in done.stdout, done.stdout
    assert done.returncode == 0


def test_a_whole_tree_at_once_is_the_same_with_one_process_and_with_two(tmp_path: Path) -> None:
    arguments = ("accesses", "net", "drivers", "--object", "sk_buff.cb", "--source", str(TREE))
    one, two = (cbprove(tmp_path, *arguments, "--jobs", number) for number in "12")
    assert (one.returncode, one.stdout) == (two.returncode, two.stdout)
    assert "finish" not in one.stdout  # a `cb` that is none of a packet
    assert one.stdout.endswith(
        "11 of 14 files read, the others name nothing that leads there; 1 could not be read without errors\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to hold specs against"),
        (("--source", "."), "`.` is no source tree of a kernel"),
        (
            ("--source", str(TREE), "--headers", "."),
            "`.` has no folder with include/generated/autoconf.h",
        ),
        (("--source", str(TREE), "--cc", "cc"), "an audit is of a kernel's tree"),
        (("--record", "none.json"), "`none.json` cannot be read"),
        (("--source", str(TREE), "--proposal", "none"), "there is no proposal `none`"),
        (
            ("--source", str(TREE), "--record-to", "no/such/folder.json"),
            "`no/such/folder.json` cannot be written",
        ),
        (
            ("--source", str(TREE), "--sweep", "nothing.c"),
            "there is no file, folder or function `nothing.c`",
        ),
    ],
)
def test_what_makes_no_sense(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = audit(tmp_path, SPEC, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {said}")


def test_a_join_is_found_through_a_member_that_a_function_is_set_to(tmp_path: Path) -> None:
    done = audit(
        tmp_path, SPEC, "--source", str(TREE), "--format", "json", "--record-to", "kept.json"
    )
    assert done.returncode == 0, done.stderr
    (join,) = json.loads(done.stdout)["specs"][0]["joins"]
    way = ["ip_protocol", "ip_rcv", "route_input", "route.input", "ip_forward"]
    assert (join["how"], join["way"]) == ("common caller", way)
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept["bound"] == [["route.input", "ip_forward"]]
    assert [each[0] for each in kept["calls"]] == ["ip_protocol", "route_input"]


def test_a_join_that_is_not_there_is_told_and_is_no_fault(tmp_path: Path) -> None:
    backwards = SPEC.replace("ip_rcv; ip_forward; }", "ip_forward; ip_rcv; }")
    done = audit(tmp_path, backwards, "--source", str(TREE), "--record-to", "kept.json")
    assert done.returncode == 0, done.stderr
    assert (
        "  0 of 1 join found in the source; not\n    small.cbs:11: `ip_rcv` after `ip_forward`\n"
        in done.stdout
    )
    assert audit(tmp_path, backwards, "--record", "kept.json").stdout == done.stdout


COPIED = {
    "include/net/hooks.h": "#include <linux/skbuff.h>\nstruct hooks { int (*handle)(struct sk_buff *skb); };\n"
    "struct entry { int (*hook)(struct sk_buff *skb); };\nextern struct entry entries[2];\n",
    "include/linux/program.h": "#include <linux/skbuff.h>\n"
    "static inline void program_save(struct sk_buff *skb) { skb->cb[0] = 1; }\n"
    "static inline void program_restore(struct sk_buff *skb) { skb->cb[0] = 2; }\n",
    "net/core/hooks.c": "#include <net/hooks.h>\nint hook_first(struct sk_buff *skb) { return skb->cb[1] = 1; }\n"
    "int hooks_run(struct sk_buff *skb)\n{\n\thook_first(skb);\n\treturn entries[1].hook(skb);\n}\n",
    "net/core/hooks_add.c": "#include <net/hooks.h>\n"
    "void hooks_add(struct entry *entry, const struct hooks *hooks) { entry->hook = hooks->handle; }\n",
    "net/ipv4/handle.c": "#include <net/hooks.h>\nint hook_second(struct sk_buff *skb) { return skb->cb[1] = 2; }\n"
    "static const struct hooks mine = { .handle = hook_second };\n",
    "kernel/run.c": "#include <linux/program.h>\nvoid program_run(struct sk_buff *skb)\n{\n\tprogram_save(skb);\n"
    "\tprogram_restore(skb);\n}\n",
}
STEPS = """spec copied "members set to members, and inline functions"; abi x86_64;
object skb { char cb[48] __aligned(8); }
layer all {
    step hook_first { write skb.cb[1]; } step hook_second { write skb.cb[1]; }
    step program_save { write skb.cb[0]; } step program_restore { write skb.cb[0]; }
}
path one { hook_first; hook_second; } path other { program_save; program_restore; }
"""


def test_joins_through_a_member_of_another_name_and_in_a_folder_that_names_an_inline_function(
    tmp_path: Path,
) -> None:
    tree = shutil.copytree(TREE, tmp_path / "tree")
    for name, text in COPIED.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text)
    done = audit(
        tmp_path, STEPS, "--source", str(tree), "--format", "json", "--record-to", "kept.json"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    one, other = json.loads(done.stdout)["specs"][0]["joins"]
    assert (one["how"], one["way"]) == (
        "common caller",
        ["hooks_run", "hook_first", "entry.hook", "hooks.handle", "hook_second"],
    )
    assert (other["how"], other["way"]) == (
        "common caller",
        ["program_run", "program_save", "program_restore"],
    )
    assert json.loads((tmp_path / "kept.json").read_text())["bound"] == [
        ["entry.hook", "hooks.handle"],
        ["hooks.handle", "hook_second"],
    ]
    again = audit(tmp_path, STEPS, "--record", "kept.json", "--format", "json")
    assert again.stdout == done.stdout


CALLING = {
    "include/net/help.h": "#include <linux/skbuff.h>\nvoid help_far(struct sk_buff *skb);\n"
    "static inline void help_inline(struct sk_buff *skb) { skb->cb[1] = 1; help_far(skb); }\n"
    "struct sk_buff *help_new(int length);\nvoid help_later(int (*then)(struct sk_buff *skb));\n",
    "net/core/help.c": "#include <net/help.h>\nvoid help_far(struct sk_buff *skb) { skb->cb[2] = 2; }\n"
    "struct sk_buff *help_new(int length)\n{\n\tstatic struct sk_buff made;\n\tmade.cb[9] = length;\n"
    "\treturn &made;\n}\n",
    "net/ipv4/calling.c": "#include <net/help.h>\n"
    "static void deep(struct sk_buff *skb) { skb->cb[4] = 4; }\n"
    "static void nothing(struct sk_buff *skb) { deep(skb); }\n"
    "static int then(struct sk_buff *skb) { return skb->cb[5]; }\n"
    "static void first(struct sk_buff *skb) { skb->cb[0] = 0; nothing(skb); }\n"
    "void calling(struct sk_buff *skb)\n{\n\thelp_inline(skb);\n\tfirst(skb);\n\thelp_later(then);\n"
    "\thelp_new(3);\n}\n",
}
CALLEES = """spec calling "a function and what it calls"; abi x86_64;
object skb {{ char cb[48] __aligned(8); }}
layer all {{ step calling {witness} {{ write skb.cb[1]; }} }}
path one {{ calling; }}
"""


def test_what_functions_call_is_read_in_their_file_and_in_others(tmp_path: Path) -> None:
    """In other files, through an inline function, through one that touches nothing, by address;
    not where nothing is handed on that could be the packet."""
    tree = shutil.copytree(TREE, tmp_path / "tree")
    for name, text in CALLING.items():
        (tree / name).write_text(text)
    spec = CALLEES.format(witness="")
    done = audit(
        tmp_path, spec, "--source", str(tree), "--format", "json", "--record-to", "kept.json"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (found,) = json.loads(done.stdout)["specs"]
    assert {(each["what"], each["message"]) for each in found["differences"]} == {
        ("callee", f"{name}() {verb} [{at}..{at + 1}); {by}() calls it, and no step stands for it")
        for name, verb, at, by in (
            ("help_far", "stores", 2, "calling"),
            ("first", "stores", 0, "calling"),
            ("then", "reads", 5, "calling"),
            ("deep", "stores", 4, "first"),
        )
    }
    left = 'with first without help_far(), then() "other steps\'" without deep() "nothing\'s"'
    mended = CALLEES.format(witness=left).replace("write skb.cb[1]", "write skb.cb[1], skb.cb[0]")
    done = audit(tmp_path, mended, "--record", "kept.json")
    assert done.returncode == 0, done.stdout
    assert "1 step, 2 left out with reasons" in done.stdout
