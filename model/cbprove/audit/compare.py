"""A step against the functions that it stands for: missing, extra, in another order; and steps
whose functions are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from cbprove.audit.callees import Callee, followed, stands_for
from cbprove.audit.reasons import Bits, Parts, Reasons, bits, covers, parts, reasons, run, union
from cbprove.audit.record import Record
from cbprove.audit.steps import Area, Done, area, done, reached
from cbprove.diagnostics import Span
from cbprove.frozen import frozen, replace
from cbprove.source.accesses import Access, Place, Read
from cbprove.system.program import Program, Step

if TYPE_CHECKING:
    from cbprove.audit.joins import Join

What = Literal["missing", "callee", "escape", "stale", "idle", "order", "extra", "not run"]
FAULTS: tuple[What, ...] = ("missing", "callee", "escape", "stale")


@frozen
class Difference:
    """One thing that spec and source do not have alike, as a sentence. `at` is a place in the
    source, or empty."""

    what: What
    step: str
    message: str
    at: str
    span: Span


@frozen
class Audited:
    """What became of one spec: how many steps were held against the source, and the functions
    that they stand for. `joins` are empty until they are looked for (`with_joins`)."""

    spec: str
    kernel: str
    steps: int
    reasons: int
    differences: tuple[Difference, ...]
    functions: frozenset[str]
    joins: tuple[Join, ...] = ()
    callees: bool = True  # whether the record knows what functions call

    @property
    def clean(self) -> bool:
        return not any(each.what in FAULTS for each in self.differences)


def audited(spec: str, program: Program, record: Record) -> Audited | None:
    """Every step that paths run; None where the spec has no such object."""
    within = area(program, record.object.member)
    if within is None:
        return None
    steps, deeds_of = reached(program), parts(program, within)
    beyond = followed(program, steps, within, record, deeds_of)
    differences = [
        each for step in steps for each in _step(step, within, record, deeds_of, beyond.reads)
    ]
    differences += map(_forgotten, beyond.callees)
    differences += [_uncalled(step, each.function, each.span, record) for step, each in beyond.idle]
    functions = {name for step in program.steps.values() for name in stands_for(step)}
    reasons_given = sum(map(_reasons, steps))
    return Audited(
        spec=spec,
        kernel=record.kernel,
        steps=len(steps),
        reasons=reasons_given,
        differences=tuple(differences),
        functions=frozenset(functions),
        callees=record.callees,
    )


def with_joins(audit: Audited, program: Program, record: Record) -> Audited:
    """The same with how the steps of its paths follow one another, if the record knows calls.
    What verdicts rest on does not hang on it."""
    if record.calls is None:
        return audit
    from cbprove.audit.joins import joins
    from cbprove.source.graph import Graph

    graph = Graph()
    graph.learn(record.calls, record.bound)
    return replace(audit, joins=joins(program, graph))


def _reasons(step: Step) -> int:
    """How many reasons a step gives."""
    witness = step.witness
    spans = {each.span for each in witness.left_out} | {each.span for each in witness.not_followed}
    return len(spans) + bool(witness.nothing)


def _step(
    step: Step, within: Area, record: Record, deeds_of: Parts, called: Mapping[str, Sequence[Read]]
) -> list[Difference]:
    witness, deeds = step.witness, done(step, within)
    if witness.nothing:
        return []
    names = stands_for(step)
    stale = [_stale(step, name, record) for name in names if name not in record.functions]
    if stale or not names:
        return stale or [_nameless(step, record)]
    reads = [read for name in names for read in record.functions[name]]
    left = reasons(step, within, deeds_of)
    pairs = [
        (read, each)
        for read in reads
        for each in read.accesses
        if not (each.to and each.to in witness.callees)
    ]
    callees = [read for name in names for read in called.get(name, ())]
    accesses = [*pairs, *((read, access) for read in callees for access in read.accesses)]
    return [
        *_missing(step, pairs, deeds, left),
        *_idle(step, left, accesses),
        *_order(step, pairs, deeds),
        *_extra(step, accesses, deeds, reads),
    ]


def lacking(
    step: Step, within: Area, read: Read, access: Access, deeds_of: Parts
) -> Difference | None:
    """What a step does not do of one access of a function that it stands for, if anything; a
    reason may leave it out."""
    if access.to and access.to in step.witness.callees:
        return None
    missing = _missing(step, [(read, access)], done(step, within), reasons(step, within, deeds_of))
    return missing[0] if missing else None


def _stale(step: Step, name: str, record: Record) -> Difference:
    message = f"step `{step.name}` stands for {name}(), which is not in {record.kernel}"
    if name not in record.absent:
        message = (
            f"step `{step.name}` stands for {name}(), of which the record of "
            f"{record.kernel} says nothing"
        )
    return Difference("stale", step.name, message, "", step.span)


def _nameless(step: Step, record: Record) -> Difference:
    message = f"step `{step.name}` stands for no function in {record.kernel}"
    return Difference("stale", step.name, message, "", step.span)


Pairs = Sequence[tuple[Read, Access]]


def _missing(step: Step, pairs: Pairs, deeds: Sequence[Done], left: Reasons) -> list[Difference]:
    """What the source does, the step does not, and no reason leaves out; each member once."""
    by_member: dict[tuple[str, str], Difference] = {}
    for read, access in pairs:
        lost = bits(access.place) & ~covers(deeds, access) & ~left.hide(read.name, access)
        if lost:
            kind: What = "escape" if access.kind == "escape" else "missing"
            message = _lost(step, read, access, lost, left.whole(lost))
            key = (_verb(access), str(access.place))
            by_member.setdefault(
                key, Difference(kind, step.name, message, f"{read.file}:{access.line}", step.span)
            )
    return list(by_member.values())


def _forgotten(callee: Callee) -> Difference:
    """A function that no step stands for, or none that is run, with the first that it does."""
    name, (access, lost) = f"{callee.read.name}()", callee.lost[0]
    at = f"{callee.read.file}:{access.line}"
    if callee.step:
        message = (
            f"{callee.caller}() calls {name}, for which step `{callee.step}` stands: no path "
            f"runs both it and `{callee.of.name}`"
        )
        return Difference("not run", callee.of.name, message, at, callee.of.span)
    deed = f"{name} {_verb(access)}"
    if access.kind != "escape":
        deed += f" {_shown(access.place, lost)}"
    count_text = f" (and {len(callee.lost) - 1} more)" if len(callee.lost) > 1 else ""
    message = (
        f"{deed}{_via(access)}{count_text}; {callee.caller}() calls it, and no step stands for it"
    )
    return Difference("callee", callee.of.name, message, at, callee.of.span)


def _uncalled(step: Step, name: str, span: Span, record: Record) -> Difference:
    message = (
        f"step `{step.name}` leaves out {name}(), which its functions do not call, or which "
        f"touches no {record.object}"
    )
    return Difference("idle", step.name, message, "", span)


def _lost(step: Step, read: Read, access: Access, lost: Bits, view: str) -> str:
    subject = f"{read.name}() {_verb(access)}"
    if access.kind == "escape":
        sentence = f"{subject}{_via(access)}: what is done there, step `{step.name}` does not say"
    else:
        sentence = (
            f"{subject} {_shown(access.place, lost)}{_via(access)}, step `{step.name}` does not"
        )
    if not view:
        return sentence
    return (
        f"{sentence}; it leaves out all of `{view}`, which is for what other steps of "
        f"{read.name}() do"
    )


def _verb(access: Access) -> str:
    if access.kind == "escape":
        return f"hands {access.place} to {access.to}()"
    return "stores" if access.stores else "reads"


def _via(access: Access) -> str:
    return f" in {access.via[-1]}()" if access.via else ""


def _shown(place: Place, lost: Bits) -> str:
    if lost.bit_count() == (place.width or 0):
        return str(place)
    first, end = (lost & -lost).bit_length() - 1, lost.bit_length()
    return f"{place}, of which bytes [{first // 8},{(end + 7) // 8})"


def _idle(step: Step, left: Reasons, pairs: Pairs) -> list[Difference]:
    """Reasons for what no function does."""
    touched = union(bits(access.place) for _, access in pairs)
    return [
        Difference(
            "idle",
            step.name,
            f"step `{step.name}` leaves out `{each.place.text}`, which its functions do not touch",
            "",
            each.span,
        )
        for each, hidden in left.named.items()
        if not hidden & touched
    ]


def _extra(
    step: Step, pairs: Pairs, deeds: Sequence[Done], reads: Sequence[Read]
) -> list[Difference]:
    """What the step does and the source does not, each place once."""
    stores = union(
        bits(access.place) for _, access in pairs if access.stores or access.kind == "escape"
    )
    loads = union(bits(access.place) for _, access in pairs if not access.stores)
    names = " and ".join(f"{read.name}()" for read in reads)
    by_member: dict[tuple[str, str], Difference] = {}
    for each in deeds:
        same_kind = stores if each.stores else loads
        if each.kind != "look" and not same_kind & run(each.low, each.width):
            verb = "stores" if each.stores else "reads"
            message = f"step `{step.name}` {verb} `{each.text}`, {names} does not"
            by_member.setdefault(
                (verb, each.text), Difference("extra", step.name, message, "", each.span)
            )
    return list(by_member.values())


def _order(step: Step, pairs: Pairs, deeds: Sequence[Done]) -> list[Difference]:
    """Members that the source only ever reads before it stores them and the step the other way
    round, and vice versa."""
    source = [
        ((read.name, access.place.base), access.stores, bits(access.place))
        for read, access in pairs
        if access.kind != "escape"
    ]
    differences = []
    for first, second in _pairs_of(deeds):
        shared = run(first.low, first.width) & run(second.low, second.width)
        if not shared or first.stores == second.stores:
            continue
        ways = _ways(source, shared)
        if ways == {(second.stores, first.stores)} and not _both(deeds, shared, first, second):
            verbs = ("reads", "stores") if first.stores else ("stores", "reads")
            message = (
                f"the source {verbs[0]} `{second.text}` before it {verbs[1]} it, step "
                f"`{step.name}` afterwards"
            )
            differences.append(Difference("order", step.name, message, "", second.span))
    return list(dict.fromkeys(differences))


def _pairs_of(deeds: Sequence[Done]) -> Iterable[tuple[Done, Done]]:
    """Two after one another, where a run may do both."""
    accesses = [each for each in deeds if each.kind != "look"]
    for index, first in enumerate(accesses):
        for second in accesses[index + 1 :]:
            if not first.excludes(second):
                yield first, second


def _ways(
    source: Sequence[tuple[tuple[str, str], bool, Bits]], shared: Bits
) -> set[tuple[bool, bool]]:
    """In which orders the source reads and stores some bits: (whether the first stores, whether the
    second does).

    Only what one function does through one variable has an order here.
    """
    relevant = [(who, stores) for who, stores, touched in source if touched & shared]
    return {
        (first_stores, two)
        for index, (who, first_stores) in enumerate(relevant)
        for other, two in relevant[index + 1 :]
        if who == other and first_stores != two
    }


def _both(deeds: Sequence[Done], shared: Bits, first: Done, second: Done) -> bool:
    """Whether the step does it the other way round as well."""
    return any(
        one.stores == second.stores
        and two.stores == first.stores
        and shared & run(one.low, one.width) & run(two.low, two.width)
        for one, two in _pairs_of(deeds)
    )
