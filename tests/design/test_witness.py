"""The run that is shown: the first choices of all that break a property, found in few questions
where there are many to choose."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cbprove import pipeline
from cbprove.design.least import Least
from cbprove.design.problem import named
from cbprove.design.space import Options
from cbprove.design.witness import _least_size, least_run, witness
from cbprove.evidence.idle import idle
from cbprove.evidence.replay import replay
from cbprove.meaning.elaborate import program
from cbprove.verdicts import Witness

INPUTS = "abcde"
SUMS = """spec sums "sums";
object skb { char cb[8]; }
input a : u8 in 0..2; input b : u8 in 0..2; input c : u8 in 0..2;
input d : u8 in 0..2; input e : u8 in 0..2;
layer owner { view V : u8 at skb.cb[0]; step set { write V = a; } step use { read V; } }
path p { set; use; }
property low: holds a + 2 * b + 3 * c + 5 * d + 7 * e < LIMIT at use;
"""
COUNT, HARM = 200, 77
MANY = f"""spec many "many steps, one of which does harm";
object skb {{ char cb[8]; }}
layer owner {{ view V : u8 at skb.cb[0]; step set {{ write V; }} step use {{ read V; }} }}
layer guest {{ view W : u8 at skb.cb[1]; step other {{ write W; }}
    view X : u8 at skb.cb[0]; step harm {{ write X; }} }}
path p {{ set; {
    " ".join(
        f"optionally {{ {'harm' if number == HARM else 'other'}; }}" for number in range(COUNT)
    )
} use; }}
property kept: preserved V from set to use;
"""


def shown(folder: Path, text: str, name: str) -> Witness:
    (folder / "one.cbs").write_text(text)
    made = program(pipeline.meaning(str(folder / "one.cbs")), {"abi": "x86_64"})
    return witness(made, named(made, name), {}, Options())


def sum_of(values: tuple[int, ...]) -> int:
    return sum(weight * value for weight, value in zip((1, 2, 3, 5, 7), values, strict=True))


@pytest.mark.parametrize("limit", [1, 2, 8, 15, 23, 36])
def test_the_first_choices_of_all_that_break_it(tmp_path: Path, limit: int) -> None:
    run = shown(tmp_path, SUMS.replace("LIMIT", str(limit)), "low").run
    assert run is not None
    answers = {key[1]: answer for key, answer in run.decisions if key[0] == "input"}
    first = next(v for v in product(range(3), repeat=5) if sum_of(v) >= limit)
    assert tuple(answers[name] for name in INPUTS) == first


class Counted:
    """What a function is called with, counted."""

    def __init__(self, function: Any) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.calls += 1
        return self.function(*given, **named)


def test_of_many_decisions_the_one_that_matters_takes_few_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, replayed = Counted(Least._ask), Counted(replay)
    monkeypatch.setattr(Least, "_ask", lambda *given: asked(*given))
    monkeypatch.setattr("cbprove.evidence.idle.replay", replayed)
    found = shown(tmp_path, MANY, "kept")
    assert found.run is not None
    arms = [answer for key, answer in found.run.decisions if key[0] == "arm"]
    assert [number for number, arm in enumerate(arms) if arm == arms[HARM]] == [HARM]
    prop, path = named(found.program, "kept"), found.program.paths[0]
    free = idle(found.program, path, prop, found.run)
    (matters,) = {key for key, _ in found.run.decisions if key[0] == "arm"} - free
    assert matters == [key for key, _ in found.run.decisions if key[0] == "arm"][HARM]
    assert asked.calls < COUNT / 4 and replayed.calls < COUNT / 2


LONG = """spec long "a loop of many turns at least, on one of two paths";
object skb { char cb[8]; }
layer l { view V : u8 at skb.cb[0]; step set { write V; } step use { read V; } step hit { write V; } }
part inner { hit; }
path few { set; optionally { inner; } use; }
path many { set; repeat [5000..] { use; } optionally { inner; } use; }
property short: preserved V from set to use in few;
property long: preserved V from set to use in many;
property reached: holds V == V at hit;
property there: owned V in use;
"""


def test_how_many_statements_every_run_has(tmp_path: Path) -> None:
    (tmp_path / "one.cbs").write_text(
        'spec sizes "s"; object o { char cb[8]; }\n'
        "layer l { view V : u8 at o.cb[0]; step one { write V; }"
        " step many { repeat [3..7] { write V; read V; } } }\n"
        "path p { one; many; optionally { many; } either { one; } or { many; }"
        " if (V) { many; } repeat [2] { one; each n [2..] { on n { many; } } } }\n"
    )
    made = program(pipeline.meaning(str(tmp_path / "one.cbs")), {"abi": "x86_64"})
    (path,) = made.paths
    # one, many, nothing, one, the look of the `if`, and twice one and twice many
    assert _least_size(made, path.body) == 1 + 6 + 0 + 1 + 1 + 2 * (1 + 2 * 6)


def test_of_a_large_path_some_run_is_shown(tmp_path: Path) -> None:
    for name in ("short", "long"):
        found = shown(tmp_path, LONG, name)
        assert found.run is not None and found.run.broken[name], name


@pytest.mark.parametrize(
    ("name", "path"), [("short", "few"), ("long", "many"), ("reached", "few"), ("there", "few")]
)
def test_what_reaches_a_claim_of_a_large_path(tmp_path: Path, name: str, path: str) -> None:
    (tmp_path / "one.cbs").write_text(LONG)
    made = program(pipeline.meaning(str(tmp_path / "one.cbs")), {"abi": "x86_64"})
    run = least_run(made, named(made, name), Options(), broken=False)
    assert run.path == path and run.reached[name]


def test_a_large_path_costs_one_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("a least run is looked for")

    monkeypatch.setattr(Least, "_fewest", refused)
    with pytest.raises(AssertionError, match="least run"):
        shown(tmp_path, LONG, "short")
    assert shown(tmp_path, LONG, "long").run is not None
