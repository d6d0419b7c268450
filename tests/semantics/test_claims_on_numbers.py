"""How each claim reads on numbers, and whose name, history and snapshot it goes by."""

from __future__ import annotations

from dataclasses import replace

from cbprove.semantics.run import run
from cbprove.system.program import Exact, Fits, Holds, Input, Lent, Owned, Preserved, Where, Written
from cbprove.system.statements import Statement
from tests.semantics.hand_built import (
    BIT,
    BOOL,
    FIRST,
    INT,
    U8,
    U16,
    U32,
    Answers,
    Member,
    Script,
    View,
    bytes_at,
    execute,
    inp,
    lit,
    op,
    program,
    prop,
    to,
    val,
)

PAIR = View("v", 4, {"x": Member(0, 8, U8), "y": Member(16, 16, U16)}, holes=((8, 8),))
OTHER = View("w", 4, {"x": Member(0, 8, U8), "y": Member(16, 16, U16)}, holes=((8, 8),))
FLAGS = View("f", 2, {"on": Member(0, 8, BOOL), "n": Member(8, 1, BIT)})


def kept(*places: object) -> object:
    return prop(Preserved(places, "save", "use"))  # type: ignore[arg-type]


def outcome(
    claim: object, *body: Statement, answers: object = None, **parts: object
) -> tuple[int, int]:
    """Claims made, and broken ones."""
    prog = program(*body, properties=(claim,), **parts)  # type: ignore[arg-type]
    result = execute(prog, answers)  # type: ignore[arg-type]
    return result.reached["p"], len(result.broken["p"])


# --- preserved ------------------------------------------------------------------------------------


def test_a_clear_of_blank_bits_and_a_rewrite_of_one_value_preserve() -> None:
    for settled in (True, False):
        s = Script()
        first = s.clear(PAIR["x"]) if settled else s.write("a", PAIR["x"])
        body = (s.step("save"), s.clear(PAIR.whole()), s.step("use"))
        steps = {"save": (first, s.write("v", PAIR["y"], value=lit(0))), "use": ()}
        assert outcome(kept(PAIR.whole()), *body, steps=steps) == (1, 0 if settled else 1)


def test_padding_is_no_named_member() -> None:
    s = Script()
    body = (s.step("save"), s.write("a", bytes_at(1, 1)), s.step("use"))
    assert outcome(kept(PAIR.whole()), *body, steps={"save": (), "use": ()}) == (1, 0)


def test_the_members_bits_are_asked_for_in_another_place() -> None:
    s = Script()
    moved = prop(Preserved((PAIR["y"],), "save", "use", (bytes_at(0, 2),)))
    copy, steps = s.copy(PAIR["y"], bytes_at(0, 2)), {"save": (), "use": ()}
    save, use = s.step("save"), s.step("use")
    assert outcome(moved, save, copy, s.write("a", PAIR["y"]), use, steps=steps) == (1, 0)
    assert outcome(moved, save, s.write("a", PAIR["y"]), copy, use, steps=steps) == (1, 1)
    assert outcome(moved, copy, save, use, steps=steps) == (1, 0)
    assert outcome(moved, save, use, steps=steps) == (1, 1)
    assert outcome(moved, copy, use, steps=steps) == (0, 0)


def test_broken_bits_and_what_was_remembered() -> None:
    s = Script()
    clobber = s.write("b", bytes_at(2, 1))
    prog = program(
        s.step("save"),
        clobber,
        s.step("use"),
        steps={"save": (), "use": ()},
        properties=(kept(PAIR.whole()),),
    )
    [broken] = execute(prog).broken["p"]
    assert [bit.bit for bit in broken.bits] == list(range(16, 24))
    assert {bit.object for bit in broken.bits} == {FIRST}
    assert broken.bits[3].actual == (((clobber.uid,), 0, "fresh"), 3)
    assert broken.bits[3].remembered == (((), 0, "debris"), 19)


def test_the_latest_snapshot_counts() -> None:
    s = Script()
    body = (s.step("save"), s.write("a", PAIR["x"]), s.step("save"), s.step("use"))
    assert outcome(kept(PAIR["x"]), *body, steps={"save": (), "use": ()}) == (1, 0)


def test_an_arrival_without_a_snapshot_makes_no_claim() -> None:
    s = Script()
    result = execute(program(s.step("use"), steps={"use": ()}, properties=(kept(PAIR["x"]),)))
    assert (result.reached["p"], result.arrivals["p"]) == (0, 1)


def test_a_made_object_inherits_snapshots_and_a_new_one_too() -> None:
    for kind, broken in (("clone", 0), ("new", 1)):
        s = Script()
        body = (s.step("save"), s.make(kind, "n"), s.on("n", s.step("use")))
        assert outcome(kept(PAIR["x"]), *body, steps={"save": (), "use": ()}) == (1, broken)


def test_a_snapshot_taken_after_making_is_not_inherited() -> None:
    s = Script()
    body = (s.make("clone", "n"), s.step("save"), s.on("n", s.step("use")))
    assert outcome(kept(PAIR["x"]), *body, steps={"save": (), "use": ()}) == (0, 0)


def test_the_snapshot_is_taken_when_the_step_ends() -> None:
    s = Script()
    steps = {"save": (s.write("a", PAIR["x"]),), "use": ()}
    assert outcome(kept(PAIR["x"]), s.step("save"), s.step("use"), steps=steps) == (1, 0)


def test_free_bits_decided_alike_are_equal() -> None:
    """A bit that an `if` looked at is known: 0 when it was 0, and then a clear of it changes
    nothing."""
    for answer, broken in ((0, 0), (1, 1)):
        s = Script()
        flag = FLAGS["n"]
        body = (s.step("save"), s.when(to(INT, val(flag)), ()), s.clear(flag), s.step("use"))
        steps: dict[str, tuple[Statement, ...]] = {"save": (), "use": ()}
        assert outcome(kept(flag), *body, steps=steps, answers={"bit": answer}) == (1, broken)


# --- owned ----------------------------------------------------------------------------------------


def test_owned_tells_structs_apart_but_not_places() -> None:
    s = Script()
    moved = View("v", 4, PAIR.members, base=4)
    body = (
        s.write("a", PAIR.every()),
        s.copy(PAIR.whole(), moved.whole()),
        s.read(moved["y"]),
        s.read(OTHER["y"]),
    )
    assert outcome(prop(Owned(())), *body) == (2, 1)


def test_owned_wants_the_same_bit() -> None:
    s = Script()
    body = (s.write("a", PAIR["y"]), s.copy(bytes_at(2, 1), bytes_at(3, 1)), s.read(PAIR["y"]))
    prog = program(*body, properties=(prop(Owned(())),))
    [broken] = execute(prog).broken["p"]
    assert [bit.bit for bit in broken.bits] == list(range(24, 32))


def test_owned_is_content_with_blank_and_not_with_debris() -> None:
    s = Script()
    body = (s.clear(PAIR["x"]), s.read(PAIR["x"]), s.read(PAIR["y"]))
    assert outcome(prop(Owned(())), *body) == (2, 1)


def test_owned_says_nothing_of_raw_reads_and_padding() -> None:
    s = Script()
    body = (s.write("a", PAIR.every()), s.read(PAIR.whole()), s.read(bytes_at(0, 4)))
    assert outcome(prop(Owned(())), *body) == (1, 0)


def test_owned_of_the_members_named() -> None:
    s = Script()
    body = (s.write("a", PAIR["x"]), s.read(PAIR.whole()))
    assert outcome(prop(Owned((PAIR["x"],))), *body) == (1, 0)
    assert outcome(prop(Owned((PAIR["y"],))), *body) == (1, 1)


def test_owned_judges_a_length_up_to_it() -> None:
    s = Script()
    body = (
        s.write("a", PAIR["x"]),
        s.read(PAIR.whole(), length=lit(2)),
        s.read(PAIR.whole(), length=lit(3)),
    )
    assert outcome(prop(Owned(())), *body) == (2, 1)


def test_the_operands_of_an_if_and_of_a_write_are_read_and_those_of_assume_are_not() -> None:
    s = Script()
    condition = to(INT, val(FLAGS["n"]))
    assert outcome(prop(Owned(())), s.when(condition, ())) == (1, 1)
    assert outcome(prop(Owned(())), s.write("a", PAIR["x"], value=condition)) == (1, 1)
    assert outcome(prop(Owned(())), s.assume(op("==", condition, lit(0)))) == (0, 0)


# --- written --------------------------------------------------------------------------------------


def test_written_accepts_blank_unless_somebody_is_named() -> None:
    s = Script()
    body = (s.clear(PAIR.whole()), s.read(PAIR["x"]))
    assert outcome(prop(Written((), None)), *body) == (1, 0)
    assert outcome(prop(Written((), frozenset({"save"}))), *body) == (1, 1)


def test_unspecified_padding_was_not_written() -> None:
    s = Script()
    body = (s.clear(PAIR.whole()), s.write("a", PAIR.whole()), s.read(bytes_at(1, 1)))
    assert outcome(prop(Written((), None)), *body) == (1, 1)


def test_written_by_wants_the_run_in_the_history_of_the_object() -> None:
    claim = prop(Written((), frozenset({"save"})))
    s = Script()
    read, write = s.read(PAIR["x"]), s.write("a", PAIR["x"])
    assert outcome(claim, s.step("save"), read, steps={"save": (write,)}) == (1, 0)
    assert outcome(claim, s.step("other"), read, steps={"other": (write,)}) == (1, 1)
    # a run that still goes on is not in any history yet
    assert outcome(claim, s.step("save"), steps={"save": (write, read)}) == (1, 1)
    # the store was made on the object's copy: what it carries over was not stored by a run in its
    # history
    back = s.on("n", s.step("save"))
    copy = s.copy(replace(PAIR.whole(), object="n"), PAIR.whole())
    assert outcome(claim, s.make("clone", "n"), back, copy, read, steps={"save": (write,)}) == (
        1,
        1,
    )
    # an object made later has the run in its history
    assert outcome(
        claim, s.step("save"), s.make("clone", "n"), s.on("n", read), steps={"save": (write,)}
    ) == (1, 0)


def test_written_or_cleared_by_those_named() -> None:
    s = Script()
    read, clear = s.read(PAIR["x"]), s.clear(PAIR.whole())
    claim = prop(Written((), frozenset({"save"}), cleared=True))
    assert outcome(claim, s.step("save"), read, steps={"save": (clear,)}) == (1, 0)
    assert outcome(claim, s.step("other"), read, steps={"other": (clear,)}) == (1, 1)
    assert outcome(claim, s.step("save"), clear, read, steps={"save": (clear,)}) == (1, 1)
    # with nobody named, it says no more than without
    assert outcome(prop(Written((), None, cleared=True)), clear, read) == (1, 0)


def test_written_since_the_latest_end_in_the_history() -> None:
    claim = prop(Written((), None, since="save"))
    both = prop(Written((), None, cleared=True, since="save"))
    s = Script()
    read, write, clear, save = (
        s.read(PAIR["x"]),
        s.write("a", PAIR["x"]),
        s.clear(PAIR.whole()),
        s.step("save"),
    )
    steps = {"save": ()}
    assert outcome(claim, write, read, steps=steps) == (0, 0)
    assert outcome(claim, write, save, read, steps=steps) == (1, 1)
    assert outcome(claim, save, write, read, steps=steps) == (1, 0)
    assert outcome(claim, save, write, s.step("save"), read, steps=steps) == (1, 1)
    # what the step itself stores comes before its end, and a read in it asks for the end before
    assert outcome(claim, save, read, steps={"save": (write,)}) == (1, 1)
    assert outcome(claim, save, write, s.step("save"), steps={"save": (read,)}) == (1, 0)
    assert outcome(claim, save, clear, read, steps=steps) == (1, 1)
    assert outcome(both, save, clear, read, steps=steps) == (1, 0)
    assert outcome(both, clear, save, read, steps=steps) == (1, 1)


def test_written_since_an_end_on_the_object_or_its_maker_before_the_making() -> None:
    claim = prop(Written((), None, since="save"))
    s = Script()
    read, write, save = s.read(PAIR["x"]), s.write("a", PAIR["x"]), s.step("save")
    cut, on = s.make("clone", "n"), s.on("n", read)
    steps = {"save": ()}
    assert outcome(claim, save, write, cut, on, steps=steps) == (1, 0)
    assert outcome(claim, write, save, cut, on, steps=steps) == (1, 1)
    assert outcome(claim, write, cut, save, on, steps=steps) == (0, 0)
    assert outcome(claim, save, write, cut, s.step("save"), on, steps=steps) == (1, 0)
    assert outcome(claim, save, write, cut, s.on("n", s.step("save")), read, steps=steps) == (1, 0)
    # a store on another object counts from when it was made, and a copy only carries it
    back = s.copy(replace(PAIR.whole(), object="n"), PAIR.whole())
    assert outcome(claim, save, cut, s.on("n", write), back, read, steps=steps) == (1, 0)
    assert outcome(claim, write, cut, save, back, read, steps=steps) == (1, 1)


def test_written_for_a_length_observes_holes_and_what_follows() -> None:
    s = Script()
    body = (
        s.write("a", PAIR.every()),
        s.read(PAIR.whole(), length=lit(1)),
        s.read(PAIR.whole(), length=lit(2)),
    )
    assert outcome(prop(Written((), None)), *body) == (2, 1)
    body = (
        s.write("a", bytes_at(0, 4)),
        s.read(PAIR["x"], length=lit(4)),
        s.read(PAIR["x"], length=lit(5)),
    )
    assert outcome(prop(Written((), None)), *body) == (2, 1)


# --- exact, holds, fits, lent ---------------------------------------------------------------------


def test_exact() -> None:
    s = Script()
    for value, broken in ((255, 0), (256, 1), (-1, 1)):
        assert outcome(prop(Exact(())), s.write("a", PAIR["x"], value=lit(value))) == (1, broken)
    for value, broken in ((1, 0), (2, 1)):
        assert outcome(prop(Exact(())), s.write("a", FLAGS["on"], value=lit(value))) == (1, broken)
        assert outcome(prop(Exact(())), s.write("a", FLAGS["n"], value=lit(value))) == (1, broken)


def test_holds_when_the_step_begins() -> None:
    s = Script()
    claim = prop(Holds(op("==", to(INT, val(PAIR["x"])), lit(3)), "use", ""))
    steps = {"use": (s.write("a", PAIR["x"], value=lit(4)),)}
    body = (s.write("b", PAIR["x"], value=lit(3)), s.step("use"), s.step("use"))
    assert outcome(claim, *body, steps=steps) == (2, 1)


def test_fits_judges_each_access_and_its_length() -> None:
    s = Script()
    bound = (0, 16)
    inside, outside = bytes_at(0, 2, bound=bound), bytes_at(1, 2, bound=bound)
    assert outcome(
        prop(Fits(())), s.read(inside), s.read(outside), s.clear(outside, length=lit(1))
    ) == (3, 1)
    assert outcome(
        prop(Fits(())), s.read(inside, length=lit(3)), s.read(outside, length=lit(0))
    ) == (1, 1)
    assert outcome(prop(Fits(())), s.read(inside, length=lit(-1))) == (1, 1)


def test_bits_of_the_next_area_are_judged() -> None:
    s = Script()
    place = bytes_at(0, 4, bound=(0, 16))
    assert outcome(prop(Written((), None)), s.clear(bytes_at(0, 2)), s.read(place)) == (1, 1)
    assert outcome(prop(Written((), None)), s.clear(bytes_at(0, 4)), s.read(place)) == (1, 0)


def test_a_claim_on_bits_outside_of_the_object_is_broken() -> None:
    """The object has 8 bytes; nobody can have stored, own or keep one behind them."""
    s = Script()
    past, everything = bytes_at(6, 4), bytes_at(0, 8)
    assert outcome(prop(Written((), None)), s.clear(everything), s.read(past)) == (1, 1)
    assert outcome(prop(Written((), None)), s.clear(everything), s.read(past, length=lit(2))) == (
        1,
        0,
    )
    assert outcome(prop(Written((), None)), s.clear(everything), s.read(past, length=lit(-1))) == (
        1,
        1,
    )
    steps = {"keep": (s.clear(past),), "use": (s.read(everything),)}
    kept = prop(Preserved((past,), "keep", "use"))
    assert outcome(kept, s.step("keep"), s.step("use"), steps=steps) == (1, 1)
    odd = View("q", 4, {"q": Member(0, 32, U32)}, base=6)
    assert outcome(prop(Owned(())), s.write("a", odd["q"]), s.read(odd["q"])) == (1, 1)


def test_a_claim_on_no_bits_is_no_claim() -> None:
    s = Script()
    place = bytes_at(0, 2)
    for claim in (Written((), None), Fits(())):
        assert outcome(prop(claim), s.read(place, length=lit(0)), s.read(bytes_at(0, 0))) == (0, 0)
    assert outcome(prop(Owned(())), s.read(PAIR["x"], length=lit(0))) == (0, 0)


def test_lent() -> None:
    s = Script()
    touch, look = s.clear(PAIR["x"]), s.read(PAIR["x"])
    assert outcome(prop(Lent()), look, touch) == (2, 0)
    assert outcome(prop(Lent()), s.consume(), look, touch) == (2, 2)
    assert outcome(prop(Lent()), s.share("n"), look, touch) == (2, 1)
    assert outcome(prop(Lent()), s.share("n"), s.on("n", s.consume()), touch) == (1, 0)
    assert outcome(prop(Lent()), s.share("n"), s.consume(), s.on("n", touch), look) == (2, 1)
    assert outcome(prop(Lent()), s.make("clone", "n"), touch, s.on("n", touch)) == (3, 0)
    assert outcome(prop(Lent()), s.consume(), s.make("clone", "n")) == (1, 1)


def test_a_name_not_given_up_outlives_its_block() -> None:
    s = Script()
    assert outcome(prop(Lent()), s.on("skb", s.share("n")), s.clear(PAIR["x"])) == (1, 1)


def test_the_parent_is_reached_by_the_name_it_had() -> None:
    s = Script()
    up = s.read(replace(PAIR["x"], object=".."))
    assert outcome(prop(Lent()), s.make("clone", "n"), s.on("n", up)) == (2, 0)
    assert outcome(prop(Lent()), s.make("clone", "n"), s.consume(), s.on("n", up)) == (2, 1)


def test_where_narrows() -> None:
    s = Script()
    look = s.read(PAIR["x"])
    claim = prop(Owned(()), Where(steps=frozenset({"use"})))
    assert outcome(claim, look, s.step("use"), steps={"use": (look,)}) == (1, 1)


# --- control --------------------------------------------------------------------------------------


def test_a_false_assumption_ends_the_run_and_undoes_nothing() -> None:
    s = Script()
    assume = s.assume(lit(0))
    prog = program(s.read(PAIR["x"]), assume, s.read(PAIR["x"]), properties=(prop(Owned(())),))
    result = execute(prog)
    assert (result.reached["p"], len(result.broken["p"]), result.ended) == (1, 1, True)
    assert [(a.statement, a.true) for a in result.assumptions] == [(assume, False)]


def test_fixed_inputs_are_drawn_once_and_others_by_each_step_run() -> None:
    s = Script()
    fixed, fresh = Input("f", INT, 0, 9, per_step=False), Input("g", INT, 0, 9, per_step=True)
    both = op("+", inp("f"), inp("g"))
    one, two = s.step("one"), s.step("one")
    alone = s.write("c", PAIR["x"], value=op("+", both, inp("g")))
    steps = {"one": (s.write("a", PAIR["x"], value=both), s.write("b", PAIR["x"], value=inp("g")))}
    result = execute(program(one, two, alone, steps=steps, inputs=(fixed, fresh)))
    assert [key for key, _ in result.decisions] == [
        ("input", "f"),
        ("input", "g", (one.uid,)),
        ("input", "g", (two.uid,)),
        ("input", "g", (alone.uid,)),
    ]


def test_moments_name_calls_and_turns() -> None:
    s = Script()
    write = s.write("a", PAIR["x"])
    call = s.step("one")
    either = s.either((call,), ())
    loop = s.repeat(0, None, either)
    outer = s.part("inner")
    prog = program(outer, parts={"inner": (loop,)}, steps={"one": (write,)})
    result = execute(prog, {"turns": 2})
    turns = (outer.uid, loop.uid)
    assert result.decisions == (
        (("turns", turns), 2),
        (("arm", (*turns, 0, either.uid)), 0),
        (("arm", (*turns, 1, either.uid)), 0),
    )
    assert list(result.stores) == [
        ((*turns, 0, call.uid, write.uid), 0, "fresh"),
        ((*turns, 1, call.uid, write.uid), 0, "fresh"),
    ]


def test_names_are_seen_to_the_end_of_their_block() -> None:
    s = Script()
    inner = s.on("n", s.write("a", PAIR["x"]))
    made = s.make("clone", "n")
    shadow = s.make("new", "n")
    prog = program(made, s.either((shadow, inner), ()), inner)
    result = execute(prog)
    memory = result.trace[-1].memory
    stored = [key.moment for key, bits in memory.items() if bits[0].store.kind == "fresh"]
    assert stored == [(made.uid,), (shadow.uid,)]


def test_what_is_never_looked_at_is_never_asked() -> None:
    s = Script()
    oracle = Answers()
    prog = program(
        s.write("a", PAIR.whole()), s.read(PAIR.whole()), s.copy(bytes_at(0, 2), bytes_at(4, 2))
    )
    run(prog, prog.paths[0], (prop(Owned(())), kept(PAIR.whole())), oracle)  # type: ignore[arg-type]
    assert oracle.asked == []


def test_the_trace_has_a_stage_for_each_step_named_or_not() -> None:
    s = Script()
    prog = program(
        s.step("one"),
        s.when(to(INT, val(FLAGS["n"])), (s.read(PAIR["x"]),)),
        steps={"one": (s.clear(PAIR["x"]),)},
    )
    stages = execute(prog, {"bit": 1}).trace
    assert [(stage.step, [a.kind for a in stage.actions]) for stage in stages] == [
        ("one", ["clear"]),
        (None, ["read"]),
        (None, ["read"]),
    ]


def test_a_made_name_is_not_seen_in_called_parts_and_steps() -> None:
    for parts, steps in (({"q"}, set()), (set(), {"q"})):
        s = Script()
        body = (s.write("a", bytes_at(0, 1, "stack")),)
        call = s.part("q") if parts else s.step("q")
        made = s.make("clone", "stack")
        prog = program(
            made,
            call,
            parts=dict.fromkeys(parts, body),
            steps=dict.fromkeys(steps, body),
            objects={"stack": 1},
        )
        memory = execute(prog).trace[-1].memory
        assert [key for key, bits in memory.items() if bits[0].store.kind == "fresh"] == [((), 1)]


def test_a_stored_value_is_owned_and_written() -> None:
    s = Script()
    body = (s.write("a", PAIR["x"], value=lit(5)), s.read(PAIR["x"]))
    assert outcome(prop(Owned(())), *body) == (1, 0)
    assert outcome(prop(Written((), None)), *body) == (1, 0)


def test_an_element_of_an_array_is_told_apart_by_what_indexes_it() -> None:
    for read, broken in ((2, 0), (3, 1)):
        s = Script()
        element = bytes_at(0, 1, index="i")
        (leaf,) = element.leaves
        moved = replace(element, leaves=(replace(leaf, shifts=(("i", 8),)),))
        own = replace(bytes_at(2, 1), leaves=(replace(leaf, at=8 * read),), view="v")
        body = (s.write("a", moved), s.read(own))
        assert outcome(prop(Owned(())), *body, inputs=(Input("i", U8, 2, 2, False),)) == (1, broken)
