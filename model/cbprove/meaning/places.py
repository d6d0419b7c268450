"""Places: what a statement names, found in views, objects and members, with its extent and its
scalars."""

from __future__ import annotations

from collections.abc import Mapping

from cbprove.diagnostics import Span
from cbprove.frozen import frozen, replace
from cbprove.layout import types
from cbprove.layout.types import Type
from cbprove.logic.terms import Int, add
from cbprove.meaning import leaves
from cbprove.meaning.context import LARGEST_BLOCK, Context, refuse_large, settled, text_of
from cbprove.meaning.leaves import Spot
from cbprove.meaning.memo import Mistake, Poison, mistake
from cbprove.meaning.names import ViewOf, unknown
from cbprove.meaning.selectors import follow
from cbprove.meaning.types import int_type, record, type_of
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.system.expressions import Place
from cbprove.system.program import MemberAlignment, Object, View

# The names made or shared around a statement, and how.
Scope = Mapping[str, str]
NOWHERE: Scope = {}

# So few members are listed in a message.
_FEW = 8


@frozen
class _Root:
    """Where a place begins: a view, or the object of a raw place, and the suffixes still to be
    followed."""

    spot: Spot
    object: str
    view: ViewOf | None
    suffixes: tuple[ctree.Dot | ctree.Index | ctree.Star, ...]


@frozen
class Area:
    """Where something lies, in bits: its object, the control block or member with its bounds, its
    first bit.

    `start` is the first bit counted from the view's, or from the first bit of the control block.
    """

    object: str
    name: str
    bound: tuple[int, int]
    low: Int
    start: int


def place(cx: Context, node: ctree.Place, scope: Scope, start: bool = False) -> Place:
    """The place that a statement names; with `start`, one that an index begins runs to the end
    of its array."""
    root = _root(cx, node, scope)
    spot = follow(cx, root.spot, root.suffixes, start=start)
    area = _area(cx, node, root, spot)
    star = bool(node.suffixes) and isinstance(node.suffixes[-1], ctree.Star)
    covered, hidden = _inside(cx, spot, star)
    return Place(
        text=text_of(node.span),
        object=area.object,
        area=area.name,
        low=area.low,
        width=spot.width,
        indexes=spot.indexes,
        bound=area.bound,
        size=_size(cx, area.object),
        leaves=covered,
        padding=hidden,
        type=None
        if star
        else int_type(spot.type, cx.abi(), spot.width if spot.bit_field else None),
        view=root.view.view.name.text if root.view else None,
        path=spot.path,
        member=spot.member,
        start=area.start,
        span=node.span,
    )


def type_at(cx: Context, node: ctree.Place, scope: Scope = NOWHERE) -> Spot:
    """The piece of a type that a place names, wherever it may lie."""
    root = _root(cx, node, scope)
    return follow(cx, root.spot, root.suffixes)


def member_at(cx: Context, type: Type, node: ctree.Place) -> Spot:
    """The member of a type that `offsetof` and `has` name: its offset counts from the type's
    first bit."""
    spot = Spot(type, 0, 8 * cx.layout(type).size, "", "")
    suffixes = (ctree.Dot(node.base), *node.suffixes)
    return follow(cx, spot, suffixes)


def object_type(cx: Context, name: str) -> types.Record:
    """The members of an object as a struct."""
    node = cx.names.objects[name]
    return cx.memo.remember(("object", name), lambda: record(cx, node))


def object_of(cx: Context, name: str) -> Object:
    """An object with the bounds of its control blocks and other members."""

    def build() -> Object:
        node = cx.names.objects[name]
        type = object_type(cx, name)
        layout = cx.layout(type)
        refuse_large(layout.size, LARGEST_BLOCK, f"the object `{name}`", node.name.span)
        areas = tuple(_areas(cx, Spot(type, 0, 8 * layout.size, "", "")))
        return Object(name, 8 * layout.size, layout.align, areas, node.name.span)

    return cx.memo.remember(("object bounds", name), build)


def view_of(cx: Context, name: str) -> View | None:
    """A view where it lies in this candidate, None where no `when` of it holds."""
    view = cx.names.views[name]
    return cx.memo.remember(("view", name), lambda: _view(cx, view))


def view_area(cx: Context, name: str, span: Span) -> Area:
    """Where a view lies. Raises Mistake CB0149 if this candidate gives it no place."""
    node = cx.names.views[name].view
    area = _view_area(cx, node)
    if area is None:
        raise mistake(
            "CB0149", f"the view `{name}` has no place here: none of its conditions holds", span
        )
    return area


def _view_area(cx: Context, node: syntax.View) -> Area | None:
    def cycle() -> Mistake:
        return _over_itself(node)

    return cx.memo.remember(("view at", id(node)), lambda: _location(cx, node), cycle)


def _location(cx: Context, node: syntax.View) -> Area | None:
    for location in node.locations:
        if location.condition is None or cx.decided(location.condition):
            root = _root(cx, location.place, NOWHERE)
            spot = follow(cx, root.spot, root.suffixes, free=True)
            if spot.indexes:
                raise mistake(
                    "CB0144", "a view's place cannot depend on an input", location.place.span
                )
            return _area(cx, location.place, root, spot, free=True)
    return None


def _view(cx: Context, view: ViewOf) -> View | None:
    node = view.view
    type = _view_type(cx, node)
    refuse_large(
        cx.layout(type).size, LARGEST_BLOCK, f"the view `{node.name.text}`", node.name.span
    )
    if _view_area(cx, node) is None:
        return None
    whole_view = place(cx, ctree.Place(node.name, (), node.name.span), NOWHERE)
    alignments = list(leaves.asked_alignments(_spot_of_view(cx, node), cx.layout))
    if leaves.is_plain(type):
        alignments = [("", 0, cx.layout(type).align)]
    members = tuple(
        MemberAlignment(path, add(whole_view.low, offset), align)
        for path, offset, align in alignments
    )
    return View(
        name=node.name.text,
        layer=view.layer.name.text,
        place=whole_view,
        members=members,
        align=cx.layout(type).align,
        span=node.name.span,
    )


def _view_type(cx: Context, node: syntax.View) -> Type:
    return type_of(cx, node.type)


def _spot_of_view(cx: Context, node: syntax.View) -> Spot:
    type = _view_type(cx, node)
    owner = f"view {node.name.text}"
    spot = Spot(type, 0, 8 * cx.layout(type).size, "", owner, holder=owner)
    over = _member_below(cx, node) if leaves.is_plain(type) else None
    if over is None or not over.width >= spot.width:
        return spot
    return replace(spot, identity=over.identity, at=over.at, arms=over.arms)


def _member_below(cx: Context, node: syntax.View) -> Spot | None:
    """The member of another view that a view is laid over, if that is a scalar or an array of
    them."""

    def cycle() -> Mistake:
        return _over_itself(node)

    return cx.memo.remember(("view over", id(node)), lambda: _laid_over(cx, node), cycle)


def _laid_over(cx: Context, node: syntax.View) -> Spot | None:
    for location in node.locations:
        if location.condition is None or cx.decided(location.condition):
            if location.place.base.text not in cx.names.views:
                return None
            root = _root(cx, location.place, NOWHERE)
            spot = follow(cx, root.spot, root.suffixes, start=True, free=True)
            settled(spot.offset)  # an index decides which bit of the member the view's first one is
            plain = leaves.is_plain(spot.type) and not spot.bit_field and not spot.indexes
            return spot if plain and spot.first >= 0 else None
    return None


def _over_itself(node: syntax.View) -> Mistake:
    return mistake("CB0114", f"the view `{node.name.text}` lies over itself", node.name.span)


def _spot_of_object(cx: Context, name: str) -> Spot:
    type = object_type(cx, name)
    return Spot(type, 0, 8 * cx.layout(type).size, name, f"object {name}")


def _areas(cx: Context, spot: Spot) -> list[tuple[str, int, int]]:
    areas = []
    for name in leaves.member_names(spot, cx.layout):
        inner = leaves.member(spot, name, cx.layout)
        assert inner is not None
        first = settled(inner.offset)
        areas.append((name, first, first + inner.width))
    return areas


# --- the beginning of a place ---


def _root(cx: Context, node: ctree.Place, scope: Scope) -> _Root:
    name = node.base.text
    if name == "parent" or name in scope:
        return _elsewhere(cx, node, ".." if name == "parent" else name)
    if name in cx.names.views:
        view = cx.names.views[name]
        return _Root(_spot_of_view(cx, view.view), "", view, node.suffixes)
    if name in cx.names.objects:
        current = name == cx.names.first_object()
        return _raw(cx, node, name, "." if current else name, node.suffixes)
    if name in cx.names.shared:
        kind, _ = cx.names.shared[name]
        raise mistake("CB0142", f"`{name}` is {article(kind)}, not a place", node.base.span)
    candidates = [*cx.names.views, *cx.names.objects, *scope, "parent"]
    if (
        node.suffixes
        and isinstance(node.suffixes[0], ctree.Dot)
        and node.suffixes[0].name.text in cx.names.views
    ):
        raise unknown(
            "CB0108",
            "object called",
            node.base,
            candidates,
            "a name is seen to the end of the block that makes it",
        )
    raise unknown("CB0101", "view or object", node.base, candidates)


def article(noun: str) -> str:
    """A word with `a` or `an` before it."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _raw(
    cx: Context, node: ctree.Place, name: str, object: str, suffixes: tuple[object, ...]
) -> _Root:
    if not suffixes or not isinstance(suffixes[0], ctree.Dot):
        areas = [area for area, _, _ in object_of(cx, name).areas]
        help = f"name a member of it, as `{text_of(node.base.span)}.{areas[0]}`" if areas else ""
        raise mistake(
            "CB0142", f"`{text_of(node.span)}` is an object, not a place in one", node.span, help
        )
    return _Root(_spot_of_object(cx, name), object, None, suffixes)  # type: ignore[arg-type]


def _elsewhere(cx: Context, node: ctree.Place, object: str) -> _Root:
    """`parent.X`, `NAME.X`: a view of, or a member in, another object than the current one."""
    first = cx.names.first_object()
    if not node.suffixes or not isinstance(node.suffixes[0], ctree.Dot) or not first:
        return _raw(cx, node, first, object, ()) if first else _no_object(node)
    inner = node.suffixes[0].name
    if inner.text in cx.names.views:
        view = cx.names.views[inner.text]
        area = view_area(cx, inner.text, inner.span)
        if area.object != ".":
            raise mistake(
                "CB0143",
                f"the view `{inner.text}` lies in `{area.object}`, of which there is one",
                inner.span,
            )
        return _Root(_spot_of_view(cx, view.view), object, view, node.suffixes[1:])
    if inner.text == first:
        return _raw(cx, node, first, object, node.suffixes[1:])
    areas = [area for area, _, _ in object_of(cx, first).areas]
    if inner.text not in areas:
        raise unknown("CB0101", f"view or member of `{first}`", inner, [*cx.names.views, *areas])
    return _raw(cx, node, first, object, node.suffixes)


def _no_object(node: ctree.Place) -> _Root:
    raise mistake(
        "CB0115",
        "there is no object to name a place in",
        node.span,
        "declare one, as `object skb { char cb[48]; }`",
    )


# --- where it lies ---


def _area(cx: Context, node: ctree.Place, root: _Root, spot: Spot, free: bool = False) -> Area:
    offset = spot.offset
    if root.view is not None:
        at = view_area(cx, root.view.view.name.text, node.base.span)
        return Area(
            root.object or at.object,
            at.name,
            at.bound,
            add(at.low, offset),
            0 if free else settled(offset),
        )
    first = root.suffixes[0]
    assert isinstance(first, ctree.Dot)
    inner = leaves.member(root.spot, first.name.text, cx.layout)
    if inner is None:
        raise Poison
    begin = settled(inner.offset)
    bound = (begin, begin + inner.width)
    return Area(root.object, first.name.text, bound, offset, 0 if free else settled(offset) - begin)


def _size(cx: Context, object: str) -> int:
    """The bits of the object that a place lies in: a declared one's, or those of what paths run
    on and make."""
    declared = object if object in cx.names.objects else cx.names.first_object()
    return object_of(cx, declared).width


def _inside(cx: Context, spot: Spot, star: bool) -> tuple[tuple, tuple]:  # type: ignore[type-arg]
    """The leaves and the padding of a spot; the same for every place where the same piece of the
    same type lies."""
    abi = cx.abi()
    still = replace(spot, offset=0)
    key = (
        "leaves",
        id(spot.type),
        spot.width,
        spot.path,
        spot.member,
        spot.identity,
        spot.holder,
        spot.arms,
        spot.at,
        spot.shifts,
        spot.first,
        star,
        abi.name,
    )

    def build() -> tuple[tuple, tuple, Type]:  # type: ignore[type-arg]
        covered = leaves.leaves(still, abi, cx.layout)
        if star:
            return covered, leaves.nested_padding(still, covered, cx.layout), spot.type
        return covered, leaves.padding(spot.width, covered), spot.type

    covered, hidden, _ = cx.memo.share(key, build)
    return covered, hidden
