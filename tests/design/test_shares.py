"""Work side by side: the same document, whoever judges, and however the candidates are cut."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from cbprove.design import sectors, shares
from cbprove.design.space import Options as Reach
from cbprove.design.space import Space
from cbprove.diagnostics import SpecError, WrongUsage
from cbprove.executors import executor
from cbprove.logic.terms import add, and_, choice, eq, var
from cbprove.pipeline import Options, begin, check, meaning
from cbprove.report.json import text

SPECS = Path(__file__).parents[2] / "specs"
SPACE = """
spec a "two axes, each candidate its own";
object skb { u8 cb[16]; }
param A in 0..11;
param B in 0..12;
packing struct guest { small { u8 a; }; large { u32 a __attribute__((packed)); }; }
require A + 4 <= sizeof(skb.cb);
input n : u8 in 0..9;
layer owner { view own : u8[3] at skb.cb[6]; step set { write own; } step get { read own; } }
layer first { view one : struct guest at skb.cb[A]; step store { if (n < 5) { write one; } } }
layer second { view two : u8[2] at skb.cb[B]; step other { write two; } }
path p { set; optionally { store; } repeat [0..] { other; } get; }
property kept: preserved own from set to get;
property apart: disjoint one, two;
"""


class InTurns(Executor):
    """Does at once what it is given, in this process."""

    def submit(self, task: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(task(*given, **named))
        return done

    def map(self, fn: Callable[..., Any], /, *given: Iterable[Any], **limits: Any) -> Iterator[Any]:
        return map(fn, *given)


def _quiet(done: int, total: int) -> None:
    pass


def _document(path: Path, own: Executor | None) -> str:
    return text([check(str(path), Options(witnesses=True), _quiet, own)], (), {})


@pytest.mark.parametrize("most", [1, 13, 40, 1 << 17])
def test_parts_laid_one_behind_another_are_the_whole(
    tmp_path: Path, monkeypatch: Any, most: int
) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(SPACE)
    monkeypatch.setattr(sectors, "_MOST_SHARED", most)
    assert _document(spec, InTurns()) == _document(spec, None)


def test_parts_are_cut_of_an_axis_that_is_free(tmp_path: Path, monkeypatch: Any) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(
        """spec a "the first axis is a size"; object o { u8 cb[16]; } param N in 1..2; param A in 0..7;
        struct guest { u8 a[N]; };
        layer l { view v : u8 at o.cb[4]; view w : struct guest at o.cb[A];
            step s { write v; } step t { write w; } step u { read v; } }
        path p { s; t; u; } property kept: preserved v from s to u;"""
    )
    space = Space(meaning(str(spec)), Reach())
    assert [axis.name for axis in space.free] == ["A"]
    monkeypatch.setattr(sectors, "_MOST_SHARED", 3)
    assert _document(spec, InTurns()) == _document(spec, None)


def test_what_one_by_one_is_settled_keeps_its_place(tmp_path: Path, monkeypatch: Any) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(
        """spec a "a loop keeps a bound"; object o { u8 a; u8 b[8]; } param A in 0..7;
        layer l { view v : u8 at o.b[A]; step s { write v = 1; } step u { write v = 2; } step t { read v; } }
        path p { s; repeat [0..] { either { s; } or { u; } } t; } property small: holds v <= 2 at t;"""
    )
    monkeypatch.setattr(sectors, "_MOST_SHARED", 3)
    by_parts, whole = (Space(meaning(str(spec)), Reach()) for _ in range(2))
    shares.fill(by_parts, InTurns(), _quiet)
    (sector,) = whole.all_sectors()
    found, other = (space.table(sector, "small").settled for space in (by_parts, whole))
    assert set(found) == set(range(8)) == set(other)
    assert [(one.verdict, one.turns, one.reason) for one in found.values()] == [
        (one.verdict, one.turns, one.reason) for one in other.values()
    ]


def test_two_processes_write_the_document_of_one() -> None:
    with executor(2, None) as own:
        assert own is not None
        assert _document(SPECS / "cases/b29_socket_filter_cb.cbs", own) == _document(
            SPECS / "cases/b29_socket_filter_cb.cbs", None
        )


def test_specs_side_by_side_keep_their_mistakes(tmp_path: Path) -> None:
    spec = tmp_path / "a.cbs"
    spec.write_text(
        'spec a "a"; object o { u8 a; } param A in 0..3; layer l { step s { write o.b; } } path p { s; }'
    )
    with executor(2, None) as own:
        assert own is not None
        waiting = begin(str(spec), Options(), own)
        with pytest.raises(SpecError) as alone:
            meaning(str(spec))
        with pytest.raises(SpecError) as beside:
            waiting()
    assert [d.message for d in alone.value.diagnostics] == [
        d.message for d in beside.value.diagnostics
    ]


@pytest.mark.slow
def test_a_cluster_of_two_workers_writes_the_document_of_one_process() -> None:
    distributed = pytest.importorskip("distributed")
    spec = SPECS / "cases/b29_socket_filter_cb.cbs"
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        executor(1, cluster.scheduler_address) as own,
    ):
        assert own is not None
        assert _document(spec, own) == _document(spec, None)


def test_no_scheduler_is_told(monkeypatch: Any) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("cbprove.executors._PATIENCE", 0.2)
    with (
        pytest.raises(WrongUsage, match="no Dask scheduler answers at `tcp://127"),
        executor(1, "tcp://127.0.0.1:9"),
    ):
        pass


def test_a_term_that_comes_from_another_process_is_the_one_that_is_shared() -> None:
    term = and_(eq(add(var("a"), 1), 3), choice("b"))
    assert pickle.loads(pickle.dumps(term)) is term
