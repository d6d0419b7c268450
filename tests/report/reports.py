"""Reports and witnesses built by hand: positions are those of the C, verdicts those of the
people who met the bugs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cbprove.diagnostics import Source, Span
from cbprove.semantics.run import run
from cbprove.semantics.state import DecisionKey
from cbprove.system.expressions import InputValue, IntType, Leaf, Place
from cbprove.system.program import (
    Claim,
    Input,
    Object,
    Part,
    Preserved,
    Program,
    Property,
    Step,
    View,
    Where,
)
from cbprove.system.statements import Call, Clear, Copy, Each, Either, Read, Statement, Write
from cbprove.verdicts import Answered, Case, Cost, Finding, Query, Report, Space, Verdict, Witness

TEXT = Source("specs/gso_ipoib.cbs", "\n".join(f"line {number}" for number in range(1, 101)))
U16 = IntType("unsigned short", 16, False)
INT = IntType("int", 32, True)
CB = (0, 8 * 48)


def at(line: int) -> Span:
    """The whole of a line of the spec."""
    start = TEXT.text.index(f"line {line}")
    return Span(TEXT, start, start + len(f"line {line}"))


def leaf(path: str, offset: int, size: int, tag: str, element: int = 0) -> Leaf:
    """A scalar of a struct, offset and size in bytes."""
    return Leaf(
        8 * offset, 8 * size, path, f"struct {tag}.{path}", 0, 8 * (element or size), member=path
    )


def place(view: str, path: str, first: int, size: int, *leaves: Leaf, **more: object) -> Place:
    """A place of a view in skb->cb, in bytes; `type` and `padding` (bits) are more."""
    text = f"{view}.{path}" if path else view
    made = Place(
        text,
        ".",
        "cb",
        8 * first,
        8 * size,
        (),
        CB,
        CB[1],
        leaves,
        (),
        None,
        view,
        path,
        path,
        0,
        at(1),
    )
    return replace(made, **more)  # type: ignore[arg-type]


HWADDR = place("hwaddr", "", 28, 20, Leaf(0, 160, "", "view hwaddr", 0, 8))
GSO_LEAVES = (
    leaf("mac_offset", 0, 4, "skb_gso_cb"),
    leaf("encap_level", 4, 4, "skb_gso_cb"),
    leaf("csum_start", 8, 2, "skb_gso_cb"),
)
GSO = place("SKB_GSO_CB", "", 32, 12, *GSO_LEAVES)
IPCB = place(
    "IPCB",
    "",
    0,
    20,
    leaf("opt.optlen", 0, 16, "ip_options"),
    leaf("flags", 16, 2, "inet_skb_parm"),
)
FLAGS = place("IPCB", "flags", 16, 2, replace(IPCB.leaves[1], offset=0), type=U16, start=128)
STACK = replace(
    HWADDR,
    text="stack.hwaddr",
    object="stack",
    area="hwaddr",
    low=0,
    bound=(0, 160),
    size=160,
    view=None,
)


@dataclass
class Answers:
    """An oracle that knows some answers and else gives the lowest."""

    given: Mapping[DecisionKey | str, int] = field(default_factory=dict)

    def choose(self, key: DecisionKey, low: int, high: int | None) -> int:
        return self.given.get(key, self.given.get(str(key[0]), low))


def program(claim: Claim, *, clear: bool = False) -> Program:
    """IPoIB over GSO at 32, as in Linux 4.5."""
    steps = {
        "ip_rcv": (
            "ip",
            (Clear(1, (IPCB,), None, at(50)), Write(2, (FLAGS,), None, None, None, at(50))),
        ),
        "ipoib_hard_header": ("ipoib", (Write(3, (HWADDR,), None, None, None, at(51)),)),
        "skb_segment": ("gso", (Write(4, (GSO,), None, None, None, at(52)),)),
        "wipe": ("gso", (Clear(5, (GSO,), None, at(53)),)),
        "ipoib_start_xmit": ("ipoib", (Read(6, (HWADDR,), None, at(54)),)),
    }
    last = "wipe" if clear else "skb_segment"
    transmit: tuple[Statement, ...] = (
        Call(10, "step", "ipoib_hard_header", at(60)),
        Either(11, ((Copy(12, HWADDR, STACK, None, at(61)),), ()), True, at(61)),
        Each(
            13,
            "segment",
            1,
            None,
            (Call(14, "step", last, at(62)), Call(15, "step", "ipoib_start_xmit", at(63))),
            at(62),
        ),
    )
    local: tuple[Statement, ...] = (
        Call(20, "step", "ip_rcv", at(70)),
        Call(21, "part", "transmit", at(70)),
    )
    return Program(
        little_endian=True,
        objects=(
            Object("skb", 8 * 48, 8, (("cb", 0, 8 * 48),), at(1)),
            Object("stack", 160, 1, (("hwaddr", 0, 160),), at(1)),
        ),
        views=(
            View("IPCB", "ip", IPCB, (), 4, at(40)),
            View("SKB_GSO_CB", "gso", GSO, (), 4, at(41)),
            View("hwaddr", "ipoib", HWADDR, (), 1, at(42)),
        ),
        inputs={"n": Input("n", INT, 0, 3, False)},
        steps={name: Step(name, layer, body, at(50)) for name, (layer, body) in steps.items()},
        parts={"transmit": Part("transmit", "", transmit, at(59))},
        paths=(Part("local", "", local, at(69)),),
        properties=(Property("hwaddr_preserved", "", True, claim, Where(), at(71)),),
        required=True,
    )


PRESERVED = Preserved((HWADDR,), "ipoib_hard_header", "ipoib_start_xmit")


def witness(
    claim: Claim = PRESERVED, answers: Mapping[DecisionKey | str, int] | None = None, **more: bool
) -> Witness:
    """The run of the program, in the order of its own choices unless told otherwise."""
    prog = program(claim, **more)
    result = run(prog, prog.paths[0], prog.properties, Answers(answers or {"arm": 1}), trace=True)
    return Witness({"SKB_GSO_CB_OFFSET": 32, "skb_gso_cb": "v4_4"}, prog, "local", result)


def case(
    property: str,
    verdict: Verdict,
    expected: str = "proved",
    finding: Finding | None = None,
    proposal: str = "linux_4_5",
    **more: object,
) -> Case:
    """A case of one candidate; met if the verdict is the expected word."""
    found = finding or Finding(verdict)
    bounded = found.turns is not None
    made = Case(
        id=f"gso_ipoib/{proposal}/{property}",
        proposal=proposal,
        property=property,
        verdict=verdict,
        candidate={"SKB_GSO_CB_OFFSET": 32, "skb_gso_cb": "v4_4"},
        counts={verdict: 1},
        regions=(),
        finding=found,
        expected=expected,
        met=verdict == expected and not bounded,
        code=_code(verdict, expected, bounded),
        cost=Cost(20, 0),
        span=at(71),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _code(verdict: Verdict, expected: str, bounded: bool) -> int:
    if verdict == "unknown" or bounded:
        return 3
    return 0 if verdict == expected else 4 if verdict == "vacuous" else 1


def report(*cases: Case, space: tuple[Space, ...] = (), asks: tuple[Answered, ...] = ()) -> Report:
    """A report on specs/gso_ipoib.cbs."""
    path = TEXT.name
    return Report(
        "gso_ipoib",
        "IPoIB against GSO",
        path,
        cases,
        space,
        asks,
        (TEXT,),
        {"linux_4_5": "at 32"},
    )


REFUTED = Finding("refuted", witness=witness(), assumptions=("the qdisc keeps cb",))
UNKNOWN = Finding(
    "unknown",
    reason="the solver gave up after 30000000 steps",
    queries=(Query("q1", "(assert true)\n", "unknown"),),
)
BOUNDED = Finding("proved", turns=3, reason="the loop in line 43 was cut")
SPACE = Space(
    "hwaddr_preserved",
    ("SKB_GSO_CB_OFFSET", "skb_gso_cb"),
    {"proved": 23, "refuted": 70, "excluded": 3},
    {"skb_gso_cb = v4_4": ((0, 16), (20, 20)), "skb_gso_cb = roland": ()},
)
ASK = Answered(
    "gso_ipoib/room_2016",
    "room_2016",
    "is there room?",
    ("SKB_GSO_CB_OFFSET",),
    (),
    "none",
    True,
    "",
    at(90),
)
EVERY = report(
    case("hwaddr_preserved", "refuted", finding=REFUTED),
    case("ipcb_preserved", "proved"),
    case("reads_own_bytes", "refuted", "refuted", finding=REFUTED),
    case("hwaddr_preserved", "unknown", finding=UNKNOWN, proposal="roland"),
    case("ipcb_preserved", "proved", finding=BOUNDED, proposal="roland"),
    case("reads_own_bytes", "vacuous", proposal="roland"),
    space=(SPACE,),
    asks=(ASK,),
)
COUNTED = InputValue("n", INT)
