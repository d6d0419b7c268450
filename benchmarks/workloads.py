"""The workloads: each a `.cbs` text, and the same said as plain stores and copies on a flat buffer,
for the rivals.

The buffer of section 2 of the measurements: qdisc writes [0, 28), ip [0, 20), ipoib [28, 48); then
segments write every member of the GSO struct at OFFSET, arbitrary values each time; both 20-byte
regions must be unchanged.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

Candidate = tuple[tuple[str, str], ...]  # an axis and its value, in the order of declaration


@dataclass(frozen=True)
class Store:
    """Arbitrary values are stored to some bytes; `maybe` says that a run may leave it out."""

    places: tuple[int, ...]
    maybe: bool = False


@dataclass(frozen=True)
class Copy:
    """Bytes are copied, all read before any is written."""

    source: int
    target: int
    size: int


Operation = Store | Copy


@dataclass(frozen=True)
class Kept:
    """A property: some bytes have at the end the values that they had after so many operations."""

    places: tuple[int, ...]
    since: int


@dataclass(frozen=True)
class Workload:
    """A spec, and the same for the rivals. `candidates` are those that are not excluded, `total`
    counts all.

    `segments` is how often a struct is written, None for without bound.
    """

    name: str
    spec: str
    total: int
    size: int
    candidates: Callable[[], Iterable[Candidate]]
    operations: Callable[[Candidate], list[Operation]]
    properties: Mapping[str, Callable[[Candidate], Kept | bool]]
    segments: int | None = 1


# --- the GSO struct at every offset ---------------------------------------------------------------


@dataclass(frozen=True)
class Packing:
    """One proposed struct: its C members, the size, and the bytes of it that its members cover."""

    name: str
    members: str
    size: int
    covered: tuple[int, ...]
    packed: bool = False

    def text(self) -> str:
        return f"    {self.name} {{ {self.members} }}{' __packed' if self.packed else ''};\n"


def _packing(name: str, members: str, size: int, covered: int, packed: bool = False) -> Packing:
    return Packing(name, members, size, tuple(range(covered)), packed)


SIX = (
    _packing("rc", "int mac_offset; int encap_level; __wsum csum; __u16 csum_start;", 16, 14),
    _packing(
        "rc_packed",
        "int mac_offset; int encap_level; __wsum csum; __u16 csum_start;",
        14,
        14,
        packed=True,
    ),
    _packing(
        "rc_short",
        "__u16 mac_offset; __u16 encap_level; __wsum csum; __u16 start;",
        10,
        10,
        packed=True,
    ),
    _packing("old", "int mac_offset; int encap_level; __u16 csum_start;", 12, 10),
    _packing("old_short", "int mac_offset; __u16 encap_level; __u16 csum_start;", 8, 8),
    _packing("no_csum", "__u16 mac_offset; __u16 encap_level; __u16 csum_start;", 6, 6),
)
"""The packings of section 2; exactly old_short at 20 and no_csum at 20, 21, 22 keep both regions."""


def drawn(count: int) -> tuple[Packing, ...]:
    """The six, and packed structs of two to six members drawn by a fixed seed."""
    draw = random.Random(0)
    return SIX + tuple(_drawn(f"p{number}", draw) for number in range(count - len(SIX)))


def _drawn(name: str, draw: random.Random) -> Packing:
    widths = draw.choices((1, 2, 4), k=draw.randint(2, 6))
    members = " ".join(f"u{8 * width} m{at};" for at, width in enumerate(widths))
    return _packing(name, members, sum(widths), sum(widths), packed=True)


_SPACE = """\
spec {name} "{title}";
abi x86_64;
object skb {{ char cb[48] __aligned(8); }}
packing struct skb_gso_cb {{
{packings}}}
param OFFSET in {low}..{high};
require OFFSET + sizeof(struct skb_gso_cb) <= sizeof(skb.cb);
layer qdisc {{ view QDISC_CB : u8[28] at skb.cb[0]; step enqueue {{ write QDISC_CB; }} }}
layer ip {{ view IPCB : u8[20] at skb.cb[0]; step ip_output {{ write IPCB; }} }}
layer ipoib {{
    view hwaddr : u8[20] at skb.cb[28];
    step hard_header {{ write hwaddr; }}
    step start_xmit {{ read IPCB, hwaddr; }}
}}
layer gso {{ view SKB_GSO_CB : struct skb_gso_cb at skb.cb[OFFSET]; step segment {{ write SKB_GSO_CB.*; }} }}
path send {{ enqueue; ip_output; hard_header; repeat [{turns}] {{ segment; }} start_xmit; }}
property ip_kept: preserved IPCB from ip_output to start_xmit;
property hw_kept: preserved hwaddr from hard_header to start_xmit;
proposal any_of_them {{
    skb_gso_cb = any; OFFSET = any;
    expect ip_kept {expected}; expect hw_kept {expected};
}}
"""


def gso(
    segments: int | None, packings: tuple[Packing, ...] = SIX, offsets: range = range(41)
) -> Workload:
    """Every packing at every offset, written by so many segments (None: any number)."""
    total = len(packings) * len(offsets)
    name = f"gso_{total}_{'any' if segments is None else segments}"
    spec = _SPACE.format(
        name=name,
        title="where may GSO keep its state?",
        packings="".join(packing.text() for packing in packings),
        low=offsets[0],
        high=offsets[-1],
        turns="1.." if segments is None else segments,
        expected="refuted somewhere" if total > 1 else "proved",
    )
    known = {packing.name: packing for packing in packings}

    def candidates() -> Iterator[Candidate]:
        for packing, offset in product(packings, offsets):
            if offset + packing.size <= 48:
                yield ("skb_gso_cb", packing.name), ("OFFSET", str(offset))

    def operations(candidate: Candidate) -> list[Operation]:
        (_, packing), (_, offset) = candidate
        segment = Store(tuple(int(offset) + byte for byte in known[packing].covered))
        return [
            Store(_run(0, 28)),
            Store(_run(0, 20)),
            Store(_run(28, 20)),
            *[segment] * (segments or 1),
        ]

    kept = {"ip_kept": _always(Kept(_run(0, 20), 2)), "hw_kept": _always(Kept(_run(28, 20), 3))}
    return Workload(name, spec, total, 48, candidates, operations, kept, segments)


def single() -> Workload:
    """The one candidate that was put forward: old, encap_level as u16, at 20."""
    return gso(4, (SIX[4],), range(20, 21))


def _run(low: int, size: int) -> tuple[int, ...]:
    return tuple(range(low, low + size))


def _always(kept: Kept) -> Callable[[Candidate], Kept]:
    return lambda _: kept


# --- long paths -----------------------------------------------------------------------------------

_PATH = """\
spec {name} "a path of {steps} steps, at every offset";
abi x86_64;
object skb {{ char cb[48] __aligned(8); }}
object stack {{ u8 saved[20]; }}
param OFFSET in 0..40;
layer fixed {{
{fixed}}}
layer moving {{
    view low : u16 at skb.cb[OFFSET];
    view high : u32 at skb.cb[OFFSET + 4];
    step store_low {{ write low; }}
    step store_high {{ write high; }}
}}
layer owner {{
    view hwaddr : u8[20] at skb.cb[28];
    step set {{ write hwaddr; }}
    step save {{ copy hwaddr -> stack.saved; }}
    step restore {{ copy stack.saved -> hwaddr; }}
    step get {{ read hwaddr; }}
}}
path long {{
    set;
{body}    get;
}}
property kept: preserved hwaddr from set to get;
proposal any_of_them {{ OFFSET = any; expect kept refuted somewhere; }}
"""
_WINDOW = 100  # operations from one saving to the next


def path(steps: int) -> Workload:
    """Stores at fixed and at moving places, every fourth under its own condition, and windows where
    the bytes are saved.

    What is stored high is only ever stored between saving and restoring.
    """
    name = f"path_{steps}"
    calls = [_call(number) for number in range(steps)]
    fixed = "".join(
        f"    view f{at} : u16 at skb.cb[{2 * at}]; step store_{at} {{ write f{at}; }}\n"
        for at in range(14)
    )
    body = "".join(
        f"    {f'optionally {{ {call}; }}' if maybe else f'{call};'}\n" for call, maybe in calls
    )
    spec = _PATH.format(name=name, steps=steps, fixed=fixed, body=body)

    def candidates() -> Iterator[Candidate]:
        return ((("OFFSET", str(offset)),) for offset in range(41))

    def operations(candidate: Candidate) -> list[Operation]:
        offset = int(candidate[0][1])
        return [Store(_run(28, 20)), *(_operation(call, maybe, offset) for call, maybe in calls)]

    return Workload(
        name, spec, 41, 68, candidates, operations, {"kept": _always(Kept(_run(28, 20), 1))}
    )


def _call(number: int) -> tuple[str, bool]:
    """The step that an operation calls, and whether it stands under a condition."""
    place = number % _WINDOW
    if place in (20, 23):
        return ("save" if place == 20 else "restore"), False
    if place in (21, 22):
        return "store_high", place == 22
    moving = number % 16 in (2, 7, 9)
    return ("store_low" if moving else f"store_{number % 14}"), number % 4 == 3


def _operation(call: str, maybe: bool, offset: int) -> Operation:
    """What a step does to 48 bytes of control block and, behind them, the 20 bytes where they
    are saved."""
    match call:
        case "save":
            return Copy(28, 48, 20)
        case "restore":
            return Copy(48, 28, 20)
        case "store_low":
            return Store(_run(offset, 2), maybe)
        case "store_high":
            return Store(_run(offset + 4, 4), maybe)
    return Store(_run(2 * int(call.removeprefix("store_")), 2), maybe)


# --- three offsets at once ------------------------------------------------------------------------

_THREE = """\
spec {name} "three structs in 128 bytes, at {many} offsets each";
abi x86_64;
object skb {{ char cb[128] __aligned(8); }}
param A in 0..{last};
param B in 0..{last};
param C in 0..{last};
layer owner {{
    view one : u8[4] at skb.cb[{at[0]}];
    view two : u8[4] at skb.cb[{at[1]}];
    view three : u8[4] at skb.cb[{at[2]}];
    step set {{ write one, two, three; }}
    step get {{ read one, two, three; }}
}}
layer guests {{
    view a : u8[{size[0]}] at skb.cb[A];
    view b : u8[{size[1]}] at skb.cb[B];
    view c : u8[{size[2]}] at skb.cb[C];
    step store {{ write a, b, c; }}
}}
path meet {{ set; store; get; }}
property kept: preserved one, two, three from set to get;
property a_beside_b: disjoint a, b;
property b_beside_c: disjoint b, c;
proposal any_of_them {{
    A = any; B = any; C = any;
    expect kept refuted somewhere; expect a_beside_b refuted somewhere; expect b_beside_c refuted somewhere;
}}
"""
_GUESTS = (8, 12, 6)


def three(many: int) -> Workload:
    """Three structs that must keep off three regions, the first off the second and the second
    off the third."""
    at = (many // 5, many // 2, many - many // 5)
    name = f"three_{many}"
    spec = _THREE.format(name=name, many=many, last=many - 1, at=at, size=_GUESTS)
    regions = tuple(byte for low in at for byte in _run(low, 4))

    def candidates() -> Iterator[Candidate]:
        for a, b, c in product(range(many), repeat=3):
            yield ("A", str(a)), ("B", str(b)), ("C", str(c))

    def operations(candidate: Candidate) -> list[Operation]:
        guests = zip(_offsets(candidate), _GUESTS, strict=True)
        return [Store(regions), *(Store(_run(low, size)) for low, size in guests)]

    properties = {
        "kept": _always(Kept(regions, 1)),
        "a_beside_b": lambda candidate: _apart(candidate, 0),
        "b_beside_c": lambda candidate: _apart(candidate, 1),
    }
    return Workload(name, spec, many**3, 128, candidates, operations, properties)


def _offsets(candidate: Candidate) -> list[int]:
    return [int(value) for _, value in candidate]


def _apart(candidate: Candidate, first: int) -> bool:
    one, other = _offsets(candidate)[first : first + 2]
    return one + _GUESTS[first] <= other or other + _GUESTS[first + 1] <= one


# --- narrowing ------------------------------------------------------------------------------------

_NARROW = """\
spec {name} "a sum kept in 16 bits over {turns} turns";
abi x86_64;
object skb {{ char cb[48] __aligned(8); }}
object wide {{ u32 sum; }}
input length : u16 in 0..{most} per step;
layer gso {{
    view mac_offset : u16 at skb.cb[20];
    step begin {{ write mac_offset = 1000; write wide.sum = 1000; }}
    step push {{ write wide.sum = wide.sum + length; write mac_offset = mac_offset + length; }}
    step end {{ read mac_offset; }}
}}
path send {{ begin; repeat [{turns}] {{ push; }} end; }}
property same: holds mac_offset == wide.sum at end;
proposal only {{ expect same {expected}; }}
"""


@dataclass(frozen=True)
class Narrow:
    """A 16-bit sum of `turns` lengths of at most `most`, from 1000 on, which must equal a wide
    one."""

    turns: int
    most: int = 64

    @property
    def name(self) -> str:
        return f"narrow_{self.turns}_{self.most}"

    @property
    def holds(self) -> bool:
        return 1000 + self.turns * self.most < 1 << 16

    @property
    def spec(self) -> str:
        expected = "proved" if self.holds else "refuted"
        return _NARROW.format(name=self.name, turns=self.turns, most=self.most, expected=expected)
