"""lay_out says what gcc says: about the recorded structs everywhere, about others wherever a
compiler is installed."""

from __future__ import annotations

import pytest

from cbprove.layout.abi import ABIS, Abi
from cbprove.layout.types import Record
from tests.oracle import recorded
from tests.oracle.c_text import definitions
from tests.oracle.compilers import ask, installed
from tests.oracle.questions import Answers, answers
from tests.oracle.structs import random_struct

LIVE_SEED = 2
LIVE_COUNT = 400

every_abi = pytest.mark.parametrize("abi", ABIS.values(), ids=lambda abi: abi.name)


def disagreement(record: Record, ours: Answers, theirs: Answers | None = None) -> str:
    said = "" if theirs is None else f"\ngcc:\n{theirs}"
    return f"{definitions([record])}\nlay_out:\n{ours}{said}"


@every_abi
def test_recorded_answers(abi: Abi) -> None:
    digests = recorded.read(abi)
    assert len(digests) == recorded.COUNT
    wrong = []
    for number, digest in enumerate(digests):
        record = random_struct(recorded.SEED, abi, number)
        if answers(record, abi).digest() != digest:
            wrong.append(number)
    if wrong:
        record = random_struct(recorded.SEED, abi, wrong[0])
        pytest.fail(
            f"{len(wrong)} differ, first {wrong[0]}:\n{disagreement(record, answers(record, abi))}"
        )


@every_abi
def test_live_answers(abi: Abi) -> None:
    if not installed(abi):
        pytest.skip(f"no compiler for {abi.name}")
    structs = [random_struct(LIVE_SEED, abi, number) for number in range(LIVE_COUNT)]
    for record, theirs in zip(structs, ask(structs, abi), strict=True):
        ours = answers(record, abi)
        if ours != theirs:
            pytest.fail(disagreement(record, ours, theirs))


@every_abi
def test_recorded_answers_are_what_the_compiler_says(abi: Abi) -> None:
    if not installed(abi):
        pytest.skip(f"no compiler for {abi.name}")
    structs = [random_struct(recorded.SEED, abi, number) for number in range(100)]
    assert [theirs.digest() for theirs in ask(structs, abi)] == recorded.read(abi)[:100]
