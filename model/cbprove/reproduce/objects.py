"""Structs and objects as the spec declares them, what is asserted of them, and what excludes a candidate."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cbprove.language import syntax
from cbprove.reproduce import layouts
from cbprove.reproduce.rows import indented
from cbprove.reproduce.script import Shown
from cbprove.reproduce.spelling import identifier, negated, quoted
from cbprove.reproduce.static import Static
from cbprove.reproduce.views import Views

ASSERTS = (
    '#define CB_SIZE(T, n) _Static_assert(sizeof(T) == (n), #T " has another size here")',
    '#define CB_AT(T, m, n) _Static_assert(offsetof(T, m) == (n), #T "." #m " lies elsewhere here")',
)


def structs(static: Static, shown: Shown, kunit: bool) -> Iterator[str]:
    """The types that the program names; a kernel has its own typedefs."""
    types = static.types
    if not kunit:
        yield from (f"typedef {words} {name};" for name, words in types.typedefs.items())
    for (kind, name), lines in types.declared.items():
        yield from ["", *lines]
        if kind == "tag":
            yield from layouts.asserted(static.cx, name, shown.candidate)
    yield ""


def members(static: Static, name: str) -> list[str]:
    """The struct of an object; notes the types in it."""
    node = static.names.objects[name]
    return [f"struct object_{name} {{", *(f"\t{text}" for text in static.types.members(node.members)), "};"]


def objects(static: Static, views: Views, declared: dict[str, list[str]], shown: Shown) -> Iterator[str]:
    """Their structs, one name for each but the first, and every view at its own type."""
    for name, lines in declared.items():
        yield from [*lines, *layouts.of_object(static.cx, name, shown.candidate), ""]
    first = static.names.first_object()
    yield from (f"static struct cb_name *{identifier(name)};" for name in declared if name != first)
    yield f"union cb_any {{ {' '.join(f'struct object_{name} {name}_;' for name in declared)} }};"
    yield from ["union cb_views {", *(f"\t{text}" for text in views.members.values() or ["char none;"]), "};"]
    yield from [f"#define CB_VIEWS {len(views.setups)}", ""]


def places(views: Views) -> list[str]:
    """Where the views lie, as a function."""
    lines = [text for setup in views.setups.values() for text in setup]
    return ["static void cb_lay_views(void)", "{", *indented(lines), "}"]


def used(names: Collection[str], first: str, words: Collection[str]) -> list[str]:
    """The objects that a program speaks of, in the order of the spec."""
    return [name for name in names if name == first or f"object_{name}" in words or identifier(name) in words]


def requires(static: Static) -> Iterator[str]:
    """A static assert for each `require`."""
    for node in static.names.requires:
        span = node.condition.span
        said = " ".join(span.source.text[span.start : span.end].split())
        yield from _required(static, node.condition, quoted(f"excluded by: require {said}"))


def _required(static: Static, node: syntax.Expr, said: str) -> Iterator[str]:
    """Static asserts; what a side of `&&` or `||` leaves unlooked at must not even compile."""
    if isinstance(node, syntax.Binary) and node.operator in ("&&", "||"):
        left = static.condition(node.left)
        if node.operator == "&&":
            yield from _required(static, node.left, said)
        if left is not None:
            yield f"#if {left if node.operator == '&&' else negated(left)}"
            yield from [*_required(static, node.right, said), "#endif"]
            return
    yield f"_Static_assert({static.text(node)},"
    yield f"\t{said});"
