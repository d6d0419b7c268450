"""Two ways of writing one thing are judged the same."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.random import laws
from tests.random.rewritten import contradictions, held, some_laws, verdicts

EVERYTHING = """
spec everything "that a law speaks of";
object skb { char cb[4]; }
input n : u8 in 0..1;
layer l { view V : u8 at skb.cb[0]; view W : u8 at skb.cb[1]; step set { write V, W; } }
layer m { view U : u8[2] at skb.cb[1]; step hit { if (V == 1 && n) { clear U; } } }
path p { set; either { hit; } or { read V; } repeat [1..2] { write W = n; } each s { read U; } read V; }
path q { set; if (V || W) { write V; } else { hit; } repeat { hit; } read V, W; }
property kept: owned V;
property high: holds V < 2 at hit;
"""


@pytest.mark.parametrize("name", laws.LAWS)
def test_each_law_changes_what_it_rewrites_and_no_verdict(name: str) -> None:
    spec = laws.declared(EVERYTHING)
    rewritten = [other for seed in range(9) if (other := laws.LAWS[name](Random(seed), spec))]
    assert any(tuple(other) != spec for other in rewritten)
    assert not [
        told for other in rewritten[:2] for told in contradictions(verdicts(spec), verdicts(other))
    ]


def test_a_few_systems_written_otherwise() -> None:
    tried: Counter[str] = Counter()
    found = [told for seed in range(15) for told in held(seed, some_laws(seed, 4), tried)]
    assert not found
    assert len(tried) > len(laws.LAWS) / 3


SMALL = """
object skb { char cb[4]; }
layer l { view V : u8 at skb.cb[0]; step set { write V; } step use { read V; } }
path p { set; if (V == 1) { clear V; } use; }
property kept: preserved V from set to use;
"""


def test_a_wrong_law_is_noticed() -> None:
    spec, gone = (laws.declared(text) for text in (SMALL, SMALL.replace("{ clear V; }", "{ }")))
    assert list(contradictions(verdicts(spec), verdicts(spec))) == []
    (told,) = contradictions(verdicts(spec), verdicts(gone))
    assert told == "kept at abi = x86_64: refuted, written otherwise proved"


def test_what_is_open_contradicts_nothing() -> None:
    key = "a = 1", "kept"
    said = {word: {key: word} for word in ("proved", "refuted", "unknown", "bounded", "vacuous")}
    for word in said:
        assert not [*contradictions(said[word], said["unknown"])]
        assert not [*contradictions(said["bounded"], said[word])]
    assert [*contradictions(said["proved"], said["refuted"])]
    assert [*contradictions(said["proved"], said["vacuous"])]
    assert [*contradictions(said["proved"], {})]


@pytest.mark.slow
def test_many_systems_written_otherwise() -> None:
    tried: Counter[str] = Counter()
    found = [told for seed in range(500, 540) for told in held(seed, sorted(laws.LAWS), tried)]
    assert not found
