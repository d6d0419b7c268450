"""`cbprove overlays --source`: what lies over an object, and the checks that a build makes, each
with its line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("clang.cindex")

TREE = Path(__file__).parent / "tree"
SCHEMA = Path(__file__).parents[2] / "model/cbprove/source/overlays.schema.json"

# A number that is handed to a check, by a macro, by a function, and by one that calls another; what
# is about something else.
CHECKED = """#include <net/sch_generic.h>
#define LEFT_OVER (sizeof(((struct sk_buff *)0)->cb) - 8)
#define at_most(size) \\
	BUILD_BUG_ON((size) > LEFT_OVER)
/* BUILD_BUG_ON(sizeof(struct red_skb_cb) > 1); */
struct red_skb_cb { u32 seen; };
struct red { u32 stats[4]; };
static inline void validate(const struct sk_buff *skb, int size)
{
	BUILD_BUG_ON(sizeof(skb->cb) < size);
}
static inline void through(const struct sk_buff *skb, int length) { validate(skb, length); }
static struct red_skb_cb *red_skb_cb(struct sk_buff *skb)
{
	validate(skb, sizeof(struct red_skb_cb));
	return (struct red_skb_cb *)qdisc_skb_cb(skb)->data;
}
int red_enqueue(struct sk_buff *skb)
{
	struct red_skb_cb *own = red_skb_cb(skb);

	own->seen = 1;
	BUILD_BUG_ON(sizeof(*own) !=
			4);
	through(skb, sizeof(*own));
	at_most(sizeof(*own));
	BUILD_BUG_ON(sizeof(struct red) != 16);
	return 0;
}
"""

UP = "void *up(struct sk_buff *skb) { return BR_INPUT_SKB_CB(skb)->brdev; }\n"


def overlays(*arguments: str, folder: Path = TREE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cbprove", "overlays", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)


def test_a_tree_as_text() -> None:
    done = overlays("--source", ".", "net")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "over sk_buff.cb\n"
        "  inet_skb_parm    [0,16)  IPCB             include/net/ip.h:6\n"
        "  qdisc_skb_cb     [0,28)  qdisc_skb_cb     include/net/sch_generic.h:7\n"
        "  tc_skb_cb        [0,36)  tc_skb_cb        include/net/tc.h:7\n"
        "  br_input_skb_cb  [0,16)  BR_INPUT_SKB_CB  net/bridge/br_private.h:3\n"
        "  fifo_skb_cb      [6,10)  fifo_skb_cb      net/sched/sch_fifo.c:5\n"
        "checks\n"
        "  BUILD_BUG_ON(sizeof(*cb) > sizeof(skb->cb))  include/net/tc.h:9\n"
        "5 types in 5 places, 1 check; 8 files read\n"
    )


def test_checks_of_numbers_that_are_handed_on(tmp_path: Path) -> None:
    import jsonschema

    tree = shutil.copytree(TREE, tmp_path / "tree")
    (tree / "net/sched/sch_red.c").write_text(CHECKED)
    (tree / "net/sched/sch_up.c").write_text('#include "../bridge/br_private.h"\n' + UP)
    done = overlays("--source", ".", "net/sched", "--format", "json", folder=tree)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    checks = [
        (each["line"], each["said"])
        for each in found["checks"]
        if each["file"] == "net/sched/sch_red.c"
    ]
    assert checks == [
        (4, "BUILD_BUG_ON((size) > LEFT_OVER)"),
        (10, "BUILD_BUG_ON(sizeof(skb->cb) < size)"),
        (12, "validate(skb, length)"),
        (15, "validate(skb, sizeof(struct red_skb_cb))"),
        (23, "BUILD_BUG_ON(sizeof(*own) != 4)"),
        (25, "through(skb, sizeof(*own))"),
        (26, "at_most(sizeof(*own))"),
    ]
    assert [each["file"] for each in found["views"] if each["type"] == "br_input_skb_cb"] == [
        "net/bridge/br_private.h"
    ]
    (view,) = (each for each in found["views"] if each["type"] == "red_skb_cb")
    assert (view["start_bit"], view["width_bits"], view["by"], view["line"]) == (
        48,
        32,
        "red_skb_cb",
        16,
    )


# Words on the bare bytes: each conversion, by itself, by a macro, of an element; what is a byte, or
# lies in a struct, is none.
WORDS = """#include <linux/skbuff.h>
struct two { u32 one; u32 other; };
#define CONTEXT(skb) (*(void **)((skb)->cb))
void word(struct sk_buff *skb, void *context)
{
	u32 *flags = (u32 *)&skb->cb[8];
	struct two *two = (struct two *)skb->cb;

	CONTEXT(skb) = context;
	*flags = 1;
	*(unsigned long long *)(skb->cb + 16) = 2;
	((const void **)skb->cb)[2] = context;
	skb->cb[3] = 4;
	*(unsigned char *)&skb->cb[4] = 5;
	*(const volatile u32 *)&two->other;
}
u32 back(struct two *two)
{
	return ((struct sk_buff *)((char *)two - __builtin_offsetof(struct sk_buff, cb)))->len;
}
u32 again(struct sk_buff *skb) { return back((struct two *)&skb->cb[0]); }
"""


def test_words_are_views_too(tmp_path: Path) -> None:
    tree = shutil.copytree(TREE, tmp_path / "tree")
    (tree / "net/core").mkdir(exist_ok=True)
    (tree / "net/core/word.c").write_text(WORDS)
    done = overlays("--source", ".", "net/core/word.c", "--format", "json", folder=tree)
    assert (done.returncode, done.stderr) == (0, "")
    views = [
        (e["type"], e["start_bit"] // 8, e["width_bits"], e["by"], e["line"])
        for e in json.loads(done.stdout)["views"]
    ]
    assert views == [
        ("void *", 0, 64, "CONTEXT", 3),
        ("u32", 8, 32, "word", 6),
        ("two", 0, 64, "word", 7),
        ("unsigned long long", 16, 64, "word", 11),
        ("void *", 0, 64, "word", 12),
        ("two", 0, 64, "again", 21),  # and no packet in front of it, which back() finds
    ]


def test_a_file_that_is_no_c_is_told(tmp_path: Path) -> None:
    tree = shutil.copytree(TREE, tmp_path / "tree")
    (tree / "drivers/net/loop.c").unlink()
    done = overlays("--source", ".", "drivers/net", folder=tree)
    assert done.returncode == 5  # nothing is laid over anything there
    assert "drivers/net/broken.c: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.cbs", "b.cbs"), "error: 2 specs are named\n"),
        (("a.cbs", "--object", "sk_buff.cb"), "error: --object without --source\n"),
        (("a.cbs", "--headers", "."), "error: --headers without --source\n"),
        (("--source", ".", "--diff", "a.cbs"), "error: --against and --diff are about a spec\n"),
        (("--source", ".", "nowhere"), "error: no function `nowhere` is defined below"),
        (("--cc", "cc"), "error: no file or folder is named\n"),
        (("--source", "/"), "error: `/` is no source tree of a kernel\n"),
    ],
)
def test_what_makes_no_sense(arguments: tuple[str, ...], said: str) -> None:
    done = overlays(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(said)
    assert "Traceback" not in done.stderr
