"""What `free` says of random systems, held against the view written out in their texts:
`python -m tests.random.harmless --systems N --seed S`.

A byte that is free must be proved with a view there, and no run that is enumerated may read
elsewhere what was put there. One that is not, and that nobody needs, must not be proved. A slot must
be proved and break what it is said to break, and no more.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from cbprove.diagnostics import Source, SpecError, WrongUsage
from cbprove.logic.terms import forget
from cbprove.patching.today import Today, today
from cbprove.pipeline import Options, judged
from cbprove.report.free import Free
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.run import Run, run
from cbprove.semantics.trace import Action, CopiedBits, MadeObject, StoredBits
from cbprove.slots.free import Wanted, free
from cbprove.slots.life import Life
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.program import Program
from tests.brute import _Script
from tests.random.__main__ import text

_BOUND, _RUNS = 2, 100
_OPTIONS = Options(bound=_BOUND)
_CANDIDATES = {"proved", "vacuous", "excluded"}
Standing = Mapping[str, str]  # by property: holds, bounded or broken


# --- the view written out -------------------------------------------------------------------------


def lived(written: str, life: Life) -> str:
    """The text with calls of `put` and `get` around a life."""
    head, *bodies = re.split(r"(?m)^(?=(?:path|part) \w+ \{)", written)
    return head + "".join(_lived(body, life) for body in bodies)


def _lived(text_of_path: str, life: Life) -> str:
    begin, end = text_of_path.index("{") + 1, _closing(text_of_path)
    body = text_of_path[begin:end]
    if life.end is not None:
        body = _calls(life.end).sub(r"\1get; \2;", body)
    if life.start is not None:
        body = _calls(life.start).sub(r"\1\2; put;", body)
    if text_of_path.startswith("path"):
        body = ("" if life.start else " put;") + body + ("" if life.end else " get; ")
    return text_of_path[:begin] + body + text_of_path[end:]


def _calls(step: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=[{{}};])|^)(\s*)({step});", re.M)


def _closing(written: str) -> int:
    depth = 0
    for match in re.finditer(r"[{}]", written):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    raise AssertionError("a block without an end")


def _view(at: int, size: int) -> str:
    return (
        f"layer put_there {{ view PUT : u8[{size}] at skb.cb[{at}];\n"
        "    step put { write PUT; } step get { read PUT; } }\n"
        "property put_kept: preserved PUT from put to get;\n"
    )


def _judged(written: str) -> tuple[Today, Standing]:
    """What becomes of every property, whatever choice of the axes."""
    forget()
    source = Source("drawn.cbs", written)
    side = today(syntax.Tree(parse(source), (source,)), what_if=False)
    cases = judged(side.system, "drawn.cbs", _OPTIONS, lambda done, total: None).cases
    return side, {
        case.property: "broken"
        if case.counts.keys() - _CANDIDATES
        else "bounded"
        if case.bounded
        else "holds"
        for case in cases
    }


# --- who reads what was put there -----------------------------------------------------------------


def read_elsewhere(program: Program) -> bool:
    """Whether some run reads through another view than its own what was put."""
    return any(_reads(one) for path in program.paths for one in _runs(program, path.name))


def _runs(program: Program, name: str) -> Iterator[Run]:
    path = next(each for each in program.paths if each.name == name)
    prefix: list[int] | None = []
    for _ in range(_RUNS):
        script = _Script(prefix, _BOUND)
        yield run(program, path, (), script, trace=True)
        prefix = script.next()
        if prefix is None:
            return


def _reads(one: Run) -> bool:
    """Follows the bits that were put through all that a run did."""
    put: dict[ObjectKey, set[int]] = {}
    for did in one.effects:
        if isinstance(did, StoredBits):
            own = did.store.step == "put"
            here = put.setdefault(did.object, set())
            (here.update if own else here.difference_update)(did.bits)
        elif isinstance(did, CopiedBits):
            here = put.setdefault(did.object, set())
            for bit, source in zip(did.bits, did.sources, strict=True):
                store = one.stores.get(source.store)
                own = store is not None and store.step == "put"
                (here.add if own else here.discard)(bit)
        elif isinstance(did, MadeObject):
            put[did.object] = set() if did.kind == "new" else set(put.get(did.parent, ()))
        elif isinstance(did, Action) and _looks(did, put.get(did.object, set())):
            return True
    return False


def _looks(action: Action, put: set[int]) -> bool:
    if action.kind != "read" or action.place is None or action.place.view == "PUT":
        return False
    first, covered, width = action.bits.start, action.place.covered, action.place.width
    return any(
        bit in put and (bit - first in covered or bit - first >= width) for bit in action.bits
    )


# --- what is said, against it ---------------------------------------------------------------------


def held(seed: int, folder: Path, seen: Counter[str]) -> Iterator[str]:
    """What `free` says wrongly of the system of a seed."""
    random, written = Random(seed), text(seed)
    steps = sorted(set(re.findall(r"(?:step|part) (\w+) ", written)))
    life = Life(random.choice([None, *steps]), random.choice([None, *steps]))
    if life.start is not None and life.start == life.end:
        return
    file, size = folder / "drawn.cbs", random.choice((1, 1, 2))
    file.write_text(written)
    forget()
    try:
        _, before = _judged(written)
        told = free(str(file), Wanted("skb.cb", life, size, 1), _OPTIONS, lambda done, total: None)
    except SpecError:
        seen["mistaken"] += 1
        return
    except WrongUsage:
        return
    seen["systems"] += 1
    with_calls = lived(written, life)
    yield from (f"seed {seed}, {life}: {each}" for each in _bytes(with_calls, told, seen))
    yield from (f"seed {seed}, {life}: {each}" for each in _slots(with_calls, told, before))


def _bytes(with_calls: str, told: Free, seen: Counter[str]) -> Iterator[str]:
    for byte in told.bytes:
        side, after = _judged(with_calls + _view(byte.number, 1))
        proved = after["put_kept"] == "holds"
        seen["free" if byte.free else "not free"] += 1
        if byte.free and not proved:
            yield f"byte {byte.number} is free, and {after['put_kept']}"
        elif byte.free and read_elsewhere(side.program):
            yield f"byte {byte.number} is free, and somebody reads what was put there"
        elif not byte.free and not byte.needed and proved:
            yield f"byte {byte.number} is not free, and nobody loses it"


def _slots(with_calls: str, told: Free, before: Standing) -> Iterator[str]:
    order = ("broken", "bounded", "holds")
    for slot in told.slots:
        _, after = _judged(with_calls + _view(slot.low, slot.high - slot.low))
        harmed = {
            name for name, was in before.items() if order.index(after[name]) < order.index(was)
        }
        if slot.kept != (after["put_kept"] == "holds") or set(slot.harmed) != harmed:
            yield f"{slot}: {after}, harmed {sorted(harmed)}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.random.harmless")
    parser.add_argument("--systems", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    seen, found = Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.seed, given.seed + given.systems):
            for told in held(seed, Path(folder), seen):
                found += 1
                print(told, flush=True)
    print(dict(seen), f"{found} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
