"""Bits by the names that people gave them: ranges in bytes, members of a place, and who stored
what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby

from cbprove.frozen import replace
from cbprove.semantics.memory import Source, Store, StoreKey
from cbprove.system.expressions import Leaf, Place


def position(bit: int) -> str:
    """A bit's position in bytes: `12`, or `12.3` for bit 3 of byte 12."""
    return str(bit // 8) if bit % 8 == 0 else f"{bit // 8}.{bit % 8}"


def span(low: int, high: int) -> str:
    """A half-open range of bits, in bytes: `[32..42)`."""
    return f"[{position(low)}..{position(high)})"


def byte_and_bit(bit: int) -> str:
    """A bit's position in words: `12`, or `byte 12 bit 3`."""
    return str(bit // 8) if bit % 8 == 0 else f"byte {bit // 8} bit {bit % 8}"


def part(low: int, high: int) -> str:
    """A half-open range of bits as it stands behind a name: `[32..42)`, ` byte 12 bit 3`, ` byte
    12 bits 3 to 5`."""
    last = high - 1
    if low % 8 == high % 8 == 0:
        return span(low, high)
    if low == last:
        return f" byte {low // 8} bit {low % 8}"
    if low // 8 == last // 8:
        return f" byte {low // 8} bits {low % 8} to {last % 8}"
    return f" byte {low // 8} bit {low % 8} to byte {last // 8} bit {last % 8}"


def _part_of(low: int, high: int, width: int) -> str:
    """The same of a member of so many bits; those of a bit-field or a byte are not told by
    bytes."""
    if width > 8 and width % 8 == 0:
        return part(low, high)
    return f" bit {low}" if high - low == 1 else f" bits {low} to {high - 1}"


def amount(bits: int) -> str:
    """How much that is: `10 bytes`, or `13 bits` where it is no whole number of bytes."""
    unit, number = ("bit", bits) if bits % 8 else ("byte", bits // 8)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def runs(bits: Iterable[int]) -> list[tuple[int, int]]:
    """Consecutive numbers, sorted, as half-open ranges."""
    ordered = enumerate(sorted(set(bits)))
    grouped = [
        [bit for _, bit in group] for _, group in groupby(ordered, lambda pair: pair[1] - pair[0])
    ]
    return [(group[0], group[-1] + 1) for group in grouped]


def braced(prefix: str, names: list[str]) -> str:
    """`p.{a, b}`, `p.a`, or `p[0..4)` and `p bit 3` where the name is only a range."""
    joined = [name if name.startswith(("[", " ")) or not name else "." + name for name in names]
    if len(joined) == 1:
        return prefix + joined[0]
    return f"{prefix}.{{{', '.join(name.removeprefix('.').strip() for name in joined)}}}"


_OBJECTS = {".": "", "..": "parent"}


def together(view: str, names: list[str]) -> str:
    """Several names of one view: `V.{a, b}`, or one after another where they are none of its
    members."""
    paths = [name.removeprefix(f"{view}.") for name in names]
    if (
        len(names) < 2
        or not view
        or any(path == name for path, name in zip(paths, names, strict=True))
    ):
        return ", ".join(names)
    return f"{view}.{{{', '.join(path.strip('{}') for path in paths)}}}"


# --- of a place -----------------------------------------------------------------------------------


def subject(place: Place) -> str:
    """The view of a place with the object that it is looked for in, as it was written: `IPCB`,
    `parent.IPCB`; the whole of a raw place."""
    if place.view is None:
        return place.text
    owned = f"{_OBJECTS.get(place.object, place.object)}.{place.view}"
    rest = place.text.removeprefix(owned)
    return owned if rest != place.text else place.view


def named(place: Place, positions: Iterable[int]) -> str:
    """What the positions (bits, from the place's first) are called: `IPCB.{flags, opt.optlen}`,
    `hwaddr[4..14)`."""
    left = set(positions)
    if place.view is None and left == set(range(place.width)):
        return place.text
    if place.view is None or not any(_covers(leaf, left) for leaf in place.leaves):
        return ", ".join(_raw(place, low, high) for low, high in runs(left))
    if left >= {i for leaf in place.leaves for i in _positions(leaf)}:
        return place.text.removesuffix(".*")
    return braced(subject(place), list(_leaf_names(place, left)))


def _leaf_names(place: Place, left: set[int]) -> Iterator[str]:
    """Each bit is named once: by the first leaf that covers it."""
    for leaf in place.leaves:
        positions = left & set(_positions(leaf))
        if positions:
            left -= positions
            yield from _parts(
                leaf, leaf.path, positions, -leaf.offset if leaf.path else place.start
            )


def _parts(leaf: Leaf, name: str, positions: set[int], base: int) -> Iterator[str]:
    """A view of a plain type has no member to name; its bits are counted from its own first one."""
    if len(positions) == leaf.width:
        yield name
        return
    for low, high in runs(positions):
        yield name + _part_of(low + base, high + base, leaf.width)


def _raw(place: Place, low: int, high: int) -> str:
    area = f"{_OBJECTS.get(place.object, place.object)}.{place.area}".removeprefix(".")
    return f"{area}{part(place.start + low, place.start + high)}"


def _positions(leaf: Leaf) -> range:
    return range(leaf.offset, leaf.offset + leaf.width)


def _covers(leaf: Leaf, positions: set[int]) -> bool:
    return not positions.isdisjoint(_positions(leaf))


# --- of sources -----------------------------------------------------------------------------------


def owner(source: Source, stores: Mapping[StoreKey, Store], single: Collection[str] = ()) -> str:
    """Whose the bit is: the view or raw place it was stored through; empty for what nobody
    stored or was cleared. `single` names the objects whose raw places are told with them."""
    store = stores.get(source.store)
    if store is None or source.store.kind not in ("fresh", "value"):
        return ""
    place = store.place
    return place.view or (f"{place.object}.{place.area}" if place.object in single else place.area)


def origin(source: Source, stores: Mapping[StoreKey, Store]) -> tuple[str, str]:
    """What bits that are described together share: the kind of store, and the struct or the
    step."""
    kind, store = source.store.kind, stores.get(source.store)
    if store is None or kind in ("debris", "outside"):
        return kind, ""
    if kind in ("blank", "unspecified"):
        return kind, store.step or ""
    return "stored", _struct(source, store)


def described(
    sources: list[Source], stores: Mapping[StoreKey, Store], from_view: bool = False
) -> str:
    """What bits of one origin are now: the members they were stored as, or in what other way
    they came about. With `from_view`, places are called as they are from the view on."""
    kind, name = origin(sources[0], stores)
    author = f" by {name}" if name else ""
    match kind:
        case "debris":
            return "never stored"
        case "outside":
            return "brought from outside of an object"
        case "blank":
            return f"cleared{author}"
        case "unspecified":
            return f"padding left unspecified{author}"
    if from_view:
        groups = groupby(sources, lambda source: source.store)
        stored = (named(stores[key].place, [s.position for s in group]) for key, group in groups)
        return ", ".join(dict.fromkeys(stored))
    return braced(name, list(dict.fromkeys(_members(sources, stores))))


Stores = Mapping[StoreKey, Store]


def foreign(place: Place, sources: Mapping[int, Source], stores: Stores) -> str:
    """What positions of a place are called that are not its own: by members that they were not
    stored as, of a union that is read whole."""
    leaves = tuple(
        leaf
        for leaf in place.leaves
        if not any(
            position in _positions(leaf) and _is_own(leaf, position, source, stores)
            for position, source in sources.items()
        )
    )
    if len(leaves) == len(place.leaves):
        return named(place, sources)
    return braced(subject(place), list(_leaf_names(replace(place, leaves=leaves), set(sources))))


def _is_own(leaf: Leaf, position: int, source: Source, stores: Stores) -> bool:
    stored = _stored_as(source, stores)
    return (
        stored is not None
        and stored.shares_member(leaf)
        and source.position - stored.offset + stored.at == position - leaf.offset + leaf.at
    )


def _stored_as(source: Source, stores: Stores) -> Leaf | None:
    store = stores.get(source.store)
    return _leaf(source, store) if store and source.store.kind in ("fresh", "value") else None


def meet_in_name(place: Place, sources: Mapping[int, Source], stores: Stores) -> bool:
    """Whether some position was stored as a member that reads it, but by another arm of a union
    or at another position: the struct's name alone would not tell the two apart."""
    return any(
        stored.identity == leaf.identity
        for position, source in sources.items()
        if (stored := _stored_as(source, stores)) is not None
        for leaf in place.leaves
        if position in _positions(leaf)
    )


def _members(sources: list[Source], stores: Mapping[StoreKey, Store]) -> Iterator[str]:
    for (_, leaf), group in groupby(
        sources, lambda source: (source.store, _leaf(source, stores[source.store]))
    ):
        positions = [source.position for source in group]
        if leaf is None:
            yield ""
        elif leaf.element < leaf.width and len(positions) < leaf.width:
            for low, high in runs(positions):
                yield _member(leaf) + _part_of(low - leaf.offset, high - leaf.offset, leaf.width)
        else:
            yield _member(leaf)


def _leaf(source: Source, store: Store) -> Leaf | None:
    return next((leaf for leaf in store.place.leaves if source.position in _positions(leaf)), None)


def _struct(source: Source, store: Store) -> str:
    """`skb_gso_cb` for a member of that struct, else the view's or the object's name."""
    leaf = _leaf(source, store)
    if leaf is None:
        return store.place.view or store.place.area
    _, _, name = leaf.identity.rpartition(" ")
    return name.partition(".")[0] or store.place.text


def _member(leaf: Leaf) -> str:
    _, _, name = leaf.identity.rpartition(" ")
    return name.partition(".")[2]
