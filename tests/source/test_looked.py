"""A header that comes to hide another is noticed: an answer that is kept knows where it would
be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("clang.cindex")

from cbprove.source.accesses import Sought
from cbprove.source.pool import Kept
from cbprove.source.sweep import Job, work
from cbprove.source.units import PRELUDE, Flags

SOUGHT = Sought("sk_buff", "cb")
MAIN = '#include <x.h>\n#include "y.h"\nvoid f(struct sk_buff *skb) { skb->cb[0] = Y; }\n'
FILES = {
    "f.c": MAIN,
    "second/x.h": "struct sk_buff { char cb[48]; };\n",
    "second/y.h": "/* two\n * lines */\n#  include <z.h>\n",
    "third/z.h": "#define Y 1\n",
}


def tree(folder: Path) -> Job:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    options = (
        "-x",
        "c",
        "-w",
        f"-I{folder}/first",
        "-I",
        f"{folder}/second",
        f"-isystem{folder}/third",
    )
    return Job(str(folder / "f.c"), Flags(options))


def kept(folder: Path, job: Job) -> bool:
    """Whether what was read is still the answer."""
    return Kept(folder / "kept").get("o", job) is not None


@pytest.mark.parametrize(
    ("file", "hides"),
    [
        ("first/x.h", True),
        ("first/y.h", True),
        ("y.h", True),
        ("first/z.h", True),
        ("second/z.h", True),
        ("x.h", False),  # not in quotes
        ("third/x.h", False),  # is looked for afterwards
        ("second/w.h", False),
    ],
)
def test_a_header_that_comes_to_be(tmp_path: Path, file: str, hides: bool) -> None:
    job = tree(tmp_path)
    answer = work(SOUGHT, job)
    assert answer.unread is None and len(answer.functions[0].accesses) == 1
    Kept(tmp_path / "kept").put("o", job, answer)
    assert kept(tmp_path, job)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("")
    assert kept(tmp_path, job) != hides
    (tmp_path / file).unlink()
    assert kept(tmp_path, job)


def test_calls_know_it_too(tmp_path: Path) -> None:
    job = tree(tmp_path)
    answer = work(SOUGHT, Job(job.path, job.flags, calling=frozenset()))
    assert [os.path.relpath(path, tmp_path) for path in answer.looked] == [
        "first/x.h",
        "y.h",
        "first/y.h",
        "first/z.h",
        "second/z.h",
    ]


def test_what_is_included_before_all_else(tmp_path: Path) -> None:
    job = tree(tmp_path)
    flags = Flags((*job.flags.options, "-include", PRELUDE), "#include <z.h>\n")
    answer = work(SOUGHT, Job(job.path, flags))
    assert answer.unread is None
    assert str(tmp_path / "second/z.h") in answer.looked
