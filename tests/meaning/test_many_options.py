"""Over 256 choices of named axes, what proposals and questions name is looked at, and each
option by itself for mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.diagnostics import SpecError
from cbprove.meaning.check import assignments
from cbprove.meaning.system import MOST_CHOICES, System, choices, looked_at
from cbprove.pipeline import Options, check, meaning
from cbprove.report.style import Manner
from cbprove.report.text import text
from cbprove.verdicts import Report


def spec(folder: Path, options: int, rest: str = "proposal now { }", members: str = "") -> str:
    params = "".join(f"param CONFIG_{n} = yes;\n" for n in range(options))
    body = "".join(f"#ifdef CONFIG_{n}\n u16 m{n};\n#endif\n" for n in range(options))
    made = folder / f"many_{options}.cbs"
    made.write_text(
        f"""spec many "options";
object o {{ char cb[256] __aligned(8); }}
{params}struct s {{ u8 f; {members}
{body} }};
layer l {{ view V : struct s at o.cb[0]; step put {{ write V.f; }} step get {{ read V.f; }} }}
path p {{ put; get; }}
property kept: preserved V.f from put to get;
{rest}
"""
    )
    return str(made)


def judged(path: str) -> Report:
    return check(path, Options(), lambda done, total: None)


def tried(system: System) -> int:
    return sum(1 for _ in assignments(system))


def test_few_options_are_looked_at_as_a_whole(tmp_path: Path) -> None:
    path = spec(tmp_path, 8)
    system = meaning(path)
    assert choices(system) == MOST_CHOICES == tried(system)
    report = judged(path)
    assert [sum(row.counts.values()) for row in report.space] == [256, 256]
    assert all(row.choices is None for row in report.space)


@pytest.mark.parametrize("options", [9, 14, 26])
def test_one_option_more_is_one_candidate_more(tmp_path: Path, options: int) -> None:
    path = spec(
        tmp_path,
        options,
        "proposal now { } proposal without { CONFIG_3 = no; } ask q: CONFIG_4 such that kept; expect some;",
    )
    system = meaning(path)
    assert len(looked_at(system)) == 3
    assert tried(system) == 1 + options
    report = judged(path)
    assert [case.verdict for case in report.cases] == ["proved"] * 4
    assert [dict(row.counts) for row in report.space] == [{"proved": 3}] * 2
    assert report.space[0].choices == 2**options
    assert report.asks[0].answer == (("no",), ("yes",))


def test_the_report_says_that_the_rest_was_not_looked_at(tmp_path: Path) -> None:
    report = judged(spec(tmp_path, 14))
    shown = text(report, Manner())
    assert "what is proposed and asked, 1 candidate\n  kept, fits: 1 proved" in shown
    assert (
        "the named axes have 16,384 choices, over 256: what nobody proposes is not looked at"
        in shown
    )


@pytest.mark.parametrize("option", ["CONFIG_0", "CONFIG_13"])
def test_a_mistake_of_one_option_is_found_whoever_proposes_it(tmp_path: Path, option: str) -> None:
    path = spec(tmp_path, 14, members=f"\n#ifndef {option}\n struct missing x;\n#endif\n")
    with pytest.raises(SpecError) as raised:
        meaning(path)
    assert [d.code for d in raised.value.diagnostics] == ["CB0102"]


def test_what_is_proposed_is_judged_in_every_candidate(tmp_path: Path) -> None:
    rest = "proposal some { CONFIG_0 = any; CONFIG_1 = any; }"
    report = judged(spec(tmp_path, 14, rest))
    assert [dict(case.counts) for case in report.cases] == [{"proved": 4}] * 2
