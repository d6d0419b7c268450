"""The case that is shown, and its witness as a script: what it chose, in the order it chose, by the line that asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cbprove.language.elaborate_context import Context
from cbprove.reproduce.spelling import line, literal, quoted
from cbprove.semantics.run import Run
from cbprove.system import AxisValue, System
from cbprove.verdicts import Case


@dataclass(frozen=True)
class Script:
    """The path; (what, line, value) of each arm, number of turns and input; the bits that were decided, as 0 and 1."""

    path: str
    choices: tuple[tuple[str, int, int], ...]
    bits: str


@dataclass(frozen=True)
class Shown:
    """The case that a program is written for: its id and verdict, its candidate, and the witness's choices if there are any."""

    id: str
    property: str
    verdict: str
    candidate: Mapping[str, AxisValue]
    script: Script | None


def shown(system: System, case: Case) -> Shown:
    """What a program shows of a case; a refutation of the placement has no run."""
    assert isinstance(system.handle, Context)
    finding = case.finding
    run = finding.witness.run if finding.verdict == "refuted" and finding.witness is not None else None
    chosen = script(system.handle, run) if run is not None else None
    return Shown(case.id, case.property, finding.verdict, case.candidate, chosen)


def printed_script(script: Script | None) -> Iterator[str]:
    """The choices as a table in C, which `main` begins with."""
    yield "static struct { const char *what; long line; long long value; } cb_script[] = {"
    for what, at, value in script.choices if script else ():
        yield f"\t{{ {quoted(what)}, {at}, {value if abs(value) < 1 << 31 else literal(value)} }},"
    yield from ["\t{ 0, 0, 0 }", "};"]
    yield f"static const char cb_script_bit[] = {quoted(script.bits if script else '')};"


def script(cx: Context, run: Run) -> Script:
    """The choices of a run, as the C program asks for them."""
    lines = _lines(cx)
    choices: list[tuple[str, int, int]] = []
    for key, answer in run.decisions:
        if key[0] == "arm" or key[0] == "turns":
            moment = key[1]
            assert isinstance(moment, tuple)
            choices.append((str(key[0]), lines[moment[-1]], answer))
        elif key[0] == "input":
            choices.append((str(key[1]), 0, answer))
    bits = "".join(str(answer) for key, answer in run.decisions if key[0] == "bit")
    return Script(run.path, tuple(choices), bits)


def _lines(cx: Context) -> Mapping[int, int]:
    """The line of each statement by its number."""
    found: dict[int, int] = {}
    blocks = [part.body for part in cx.names.parts.values()]
    blocks += [step.step.body for step in cx.names.all_steps() if step.step.body is not None]
    while blocks:
        for node in blocks.pop():
            found[cx.uids.get(id(node), -1)] = line(node.span)
            for name in ("body", "then", "otherwise"):
                inner = getattr(node, name, None)
                blocks += [inner] if inner is not None else []
            blocks += getattr(node, "arms", ())
    return found
