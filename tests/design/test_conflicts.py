"""What nobody can satisfy, against enumeration: every subset of the properties and of the
layers, on small systems."""

from __future__ import annotations

from itertools import combinations

import jsonschema
import pytest

from cbprove.design.judge import judge
from cbprove.design.problem import named
from cbprove.design.space import Options
from cbprove.diagnostics import Source
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.system import System
from cbprove.report.json import document, schema
from cbprove.report.style import Manner
from cbprove.report.text import conflict_sentence
from cbprove.report.text import text as told_of
from cbprove.syntax.parse import parse
from cbprove.syntax.tree import Tree
from cbprove.verdicts import Conflict
from tests.brute import verdict

LAYERS = {
    "low": ("set_low", "use_low"),
    "mid": ("put",),
    "top": ("set_top", "use_top"),
    "far": ("note",),
}
STEPS = ["set_low", "set_top", "put", "note", "use_low", "use_top"]


def spec(size: int, calls: list[str]) -> str:
    """A guest of `size` bytes between two owners, in an area of 6 bytes, wherever it is put."""
    return f"""spec small "small";
abi x86_64;
object skb {{ char cb[6]; char rest[4]; }}
param AT in 0..5;
require AT + {size} <= 6;
layer low {{ view L : u8[2] at skb.cb[0]; step set_low {{ write L; }} step use_low {{ read L; }} }}
layer mid {{ view M : u8[{size}] at skb.cb[AT]; step put {{ write M; }} }}
layer top {{ view T : u8[2] at skb.cb[4]; step set_top {{ write T; }} step use_top {{ read T; }} }}
layer far {{ view F : u32 at skb.rest[0]; step note {{ write F; read F; }} }}
path p {{ {" ".join(call + ";" for call in calls)} }}
property low_kept: preserved L from set_low to use_low;
property top_kept: preserved T from set_top to use_top;
property far_owned: owned F;
ask room: AT such that low_kept and far_owned and top_kept; expect none;
"""


def meant(text: str) -> System:
    source = Source("small.cbs", text)
    return resolve(Tree(parse(source), (source,)))


def satisfied(text: str, names: tuple[str, ...], vacuous: bool) -> bool:
    """Whether enumeration finds a value of AT with all the properties."""
    system = meant(text)
    good = ("proved", "vacuous") if vacuous else ("proved",)
    made = [program(system, {"abi": "x86_64", "AT": at}) for at in range(6)]
    made = [one for one in made if one.required is not False]
    return any(
        all(verdict(one, named(one, name)).verdict in good for name in names) for one in made
    )


def conflict(text: str, witnesses: bool = True) -> Conflict | None:
    return judge(meant(text), Options(witnesses=witnesses)).asks[0].conflict


@pytest.mark.parametrize("size", [3, 4, 5])
@pytest.mark.parametrize("read", [False, True], ids=["", "far_is_read"])
def test_against_enumeration(size: int, read: bool) -> None:
    steps = STEPS
    text = spec(size, steps)
    if read:
        text = text.replace("step note { write F; read F; }", "step note { read F; }")
    found = conflict(text)
    assert found is not None and found.layers is not None
    names = tuple(name for name, _ in found.properties)
    assert not satisfied(text, names, vacuous=False)
    asked = ("low_kept", "far_owned", "top_kept")
    fewer = [some for size in range(1, len(names)) for some in combinations(asked, size)]
    assert all(satisfied(text, some, vacuous=False) for some in fewer)
    layers = [name for name, _ in found.layers]

    def alone(kept: list[str]) -> str:
        calls = [step for step in steps if any(step in LAYERS[layer] for layer in kept)]
        return text.replace(" ".join(f"{s};" for s in steps), " ".join(f"{s};" for s in calls))

    assert not satisfied(alone(layers), names, vacuous=True)
    for left_out in layers:
        assert satisfied(
            alone([layer for layer in layers if layer != left_out]), names, vacuous=True
        )


def test_the_sentence() -> None:
    told = conflict_sentence(conflict(spec(3, STEPS)) or pytest.fail())
    assert told == (
        "no choice satisfies low_kept (line 11) and top_kept (line 12) together: low (line 6), mid (line 7) and top (line 8) "
        "cannot coexist, for L, M and T take at least 2 + 3 + 2 of the 6 bytes of cb"
    )


def test_room_for_all_is_not_said_to_be_too_little() -> None:
    """The guest comes where the owner is, though there is room beside it: no sum says why."""
    text = (
        spec(1, STEPS)
        .replace("AT + 1 <= 6", "AT <= 1")
        .replace("low_kept and far_owned and top_kept", "low_kept")
    )
    found = conflict(text)
    assert found is not None and found.layers is not None
    assert [name for name, _ in found.layers] == ["low", "mid"] and not found.needs


def test_what_is_vacuous_is_not_a_matter_of_layers() -> None:
    found = conflict(
        spec(2, STEPS).replace("step note { write F; read F; }", "step note { write F; }")
    )
    assert (
        found is not None
        and [name for name, _ in found.properties] == ["far_owned"]
        and found.layers is None
    )


def test_the_document_says_it() -> None:
    report = judge(meant(spec(3, STEPS)), Options(witnesses=True))
    found = document([report])
    jsonschema.validate(found, schema())
    assert found["asks"][0]["conflict"] == {
        "properties": ["low_kept", "top_kept"],
        "layers": ["low", "mid", "top"],
        "needs": [{"view": "L", "bytes": 2}, {"view": "M", "bytes": 3}, {"view": "T", "bytes": 2}],
        "area": {"name": "cb", "bytes": 6},
    }
    told = told_of(report, Manner())
    assert (
        "  none: no choice satisfies low_kept (line 11) and top_kept (line 12) together: low"
        in told
    )


def test_layers_are_looked_for_with_witnesses_only() -> None:
    found = conflict(spec(3, STEPS), witnesses=False)
    assert found is not None and found.layers is None and len(found.properties) == 2


def test_no_conflict_where_there_is_an_answer() -> None:
    assert conflict(spec(2, STEPS)) is None


def test_a_choice_with_two_candidates() -> None:
    """Each choice of AT has a place for the guest near L and one near T: what one candidate
    breaks, the choice breaks."""
    text = spec(1, STEPS).replace("param AT in 0..5;", "param AT in 0..2; param MORE in 0..1 = 0;")
    text = text.replace("require AT + 1 <= 6;", "").replace("skb.cb[AT]", "skb.cb[AT + 3 * MORE]")
    found = conflict(text.replace("top_kept; expect", "top_kept given MORE >= 0; expect"))
    assert found is not None and [name for name, _ in found.properties] == ["low_kept", "top_kept"]


OVER_EACH_OTHER = """spec over "views of one layer over each other";
object skb { char cb[8]; }
param AT in 1..4;
struct s { u8 a; u8 b[5]; };
layer one { view A : struct s at skb.cb[0]; view B : u8[5] at A.b; step set { write A; } step use { read B; } }
layer two { view C : u8 at skb.cb[AT]; step hit { write C; } }
path p { set; hit; use; }
property kept: preserved A.b from set to use;
ask room: AT such that kept;
"""


@pytest.mark.parametrize(("size", "needs"), [(8, []), (6, [("A", 6), ("C", 1)])])
def test_bytes_that_two_views_of_a_layer_share_are_counted_once(
    size: int, needs: list[tuple[str, int]]
) -> None:
    found = conflict(OVER_EACH_OTHER.replace("cb[8]", f"cb[{size}]"))
    assert found is not None and found.layers is not None
    assert [(need.view, need.bytes) for need in found.needs] == needs
