"""A run told in the words of the spec: where a moment lies, what was chosen, which object came
from which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from cbprove import folds
from cbprove.diagnostics import Span
from cbprove.frozen import frozen, replace
from cbprove.properties.events import Moment
from cbprove.report.excerpt import printable
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.run import Run
from cbprove.semantics.state import Look
from cbprove.semantics.trace import Stage, Standing
from cbprove.system.program import Program
from cbprove.system.statements import Call, Each, Either, Repeat, Statement


@frozen
class Choice:
    """A decision of the run: where it was taken (None for a value), of what, the answer, and
    whether any other would have done. A value may say at which step it was found."""

    span: Span | None
    what: str
    answer: str
    any: bool = False
    at: str = ""


def statements(program: Program) -> Mapping[int, Statement]:
    """Every statement by its uid."""
    bodies = [part.body for part in (*program.paths, *program.parts.values())]
    bodies += [step.body for step in program.steps.values()]
    return {statement.uid: statement for body in bodies for statement in folds.within(body)}


def crumbs(program: Program, path: str, moment: Moment) -> tuple[str, ...]:
    """The way to a moment: the path, each part called, and the turns: `("local", "transmit,
    segment 1")`."""
    nested = [path]
    for statement, turn in _walk(statements(program), moment):
        match statement:
            case Call(_, "part", name):
                nested.append(name)
            case Each(_, name) if turn is not None:
                nested[-1] += f", {name} {turn + 1}"
            case Repeat() if turn is not None:
                nested[-1] += f", turn {turn + 1}"
    return tuple(nested)


def _walk(
    by_uid: Mapping[int, Statement], moment: Moment
) -> Iterator[tuple[Statement | None, int | None]]:
    """The statements that a moment lies in, of loops with the turn; the last is a loop itself if
    no turn of it is meant."""
    rest = list(moment)
    while rest:
        statement = by_uid.get(rest.pop(0))
        yield statement, rest.pop(0) if isinstance(statement, Each | Repeat) and rest else None


Idle = Collection[tuple[object, ...]]  # the decisions that do not matter


def choices(program: Program, run: Run, before: int, idle: Idle = ()) -> tuple[Choice, ...]:
    """The first `before` decisions of a run, in order; the values of stored bits are told by
    `values`."""
    by_uid = statements(program)
    pairs = ((key, _choice(by_uid, key, answer)) for key, answer in run.decisions[:before])
    return tuple(replace(choice, any=key in idle) for key, choice in pairs if choice is not None)


def _choice(by_uid: Mapping[int, Statement], key: tuple[object, ...], answer: int) -> Choice | None:
    if key[0] == "input":
        at = _step_of(by_uid, key[2]) if len(key) > 2 else ""
        return Choice(None, str(key[1]), str(answer), at=at)
    if key[0] not in ("arm", "turns"):
        return None
    moment = key[1]
    assert isinstance(moment, tuple)
    statement = by_uid.get(moment[-1])
    match statement:
        case Either(_, _, True):
            return Choice(statement.span, "optionally", "left out" if answer else "taken")
        case Either():
            return Choice(statement.span, "either", f"arm {answer + 1}")
        case Each(low=low, high=high) | Repeat(low=low, high=high) if low == high:
            return None  # so many turns, in every run
        case Each(_, name):
            return Choice(statement.span, f"each {name}", _turns(answer))
        case Repeat():
            return Choice(statement.span, "repeat", _turns(answer))
    return None


def _turns(number: int) -> str:
    return f"{number} turn" if number == 1 else f"{number} turns"


def place_of(program: Program, span: Span) -> str:
    """`line 9`, or `ip.cbs:9` where the spec has more than one file."""
    return (
        f"{printable(span.source.name)}:{span.line}"
        if several_files(program)
        else f"line {span.line}"
    )


def several_files(program: Program) -> bool:
    """Whether a line alone does not say where something stands."""
    spans = [statement.span for statement in statements(program).values()]
    spans += [view.span for view in program.views] + [declared.span for declared in program.objects]
    return len({each.source.name for each in spans}) > 1


# --- values ---------------------------------------------------------------------------------------


def values(
    program: Program, run: Run, looks: Iterable[Look], idle: Idle = ()
) -> tuple[Choice, ...]:
    """What members were found to hold, where that was for the run to decide; each look once."""
    by_uid = statements(program)
    decided = {key for key, _ in run.decisions if key[0] == "bit"}
    choices_made: dict[Choice, None] = {}
    for look in looks:
        keys = {("bit", *source) for source in look.sources} & decided
        if keys:
            at = _step_of(by_uid, look.moment)
            choices_made[
                Choice(None, look.place.text, str(look.value), all(key in idle for key in keys), at)
            ] = None
    return tuple(choices_made)


def _step_of(by_uid: Mapping[int, Statement], moment: object) -> str:
    """The step that a moment lies in; empty in a path's own statements."""
    assert isinstance(moment, tuple)
    calls = (statement for statement, _ in _walk(by_uid, moment) if isinstance(statement, Call))
    return next((call.name for call in calls if call.kind == "step"), "")


# --- objects --------------------------------------------------------------------------------------


def lineage(stages: Iterable[Stage], key: ObjectKey) -> tuple[ObjectKey, ...]:
    """An object, what it was cut from, what that was cut from, and so on."""
    parents = {
        action.moment: action.object
        for stage in stages
        for action in stage.actions
        if action.kind == "cut"
    }
    chain = [key]
    while (parent := parents.get(chain[-1].moment)) is not None and parent not in chain:
        chain.append(parent)
    return tuple(chain)


def until(run: Run, moment: Standing) -> tuple[Stage, ...]:
    """The stages up to a break; the last is the one that it lies in, as far as that had come."""
    return (*run.trace[: moment.stages], moment.stage)


def way(program: Program, run: Run) -> tuple[str, ...]:
    """The path of a run with the parts it called on the way to its last step."""
    return crumbs(program, run.path, run.trace[-1].moment) if run.trace else (run.path,)
