"""A spec under the structs of another text: what is taken, what comes with it, what stays."""

from __future__ import annotations

import pytest

from cbprove.diagnostics import Source, SpecError
from cbprove.layout.records import lay_out
from cbprove.meaning.check import check
from cbprove.meaning.elaborate import program
from cbprove.meaning.resolve import resolve
from cbprove.meaning.shapes import shapes
from cbprove.meaning.system import System
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import parsed
from cbprove.syntax.substitute import substitute

OBJECT = "object skb { char cb[48]; }\n"


def tree(text: str, name: str = "spec.cbs") -> syntax.Tree:
    return parsed(Source(name, text))


def declared(found: syntax.Tree) -> list[str]:
    """What a tree declares, in order, each as it was written and by where it was."""
    texts = []
    for one in found.declarations:
        span = one.span
        body = one.type if isinstance(one, syntax.TypeDeclaration) else one
        tag = getattr(body, "tag", None) or getattr(body, "name", None)
        texts.append(
            f"{span.source.name}: {tag.text if tag else span.source.text[span.start : span.end]}"
        )
    return texts


def sizes(found: syntax.Tree) -> dict[str, int]:
    """The structs of a tree that is meant as a spec by their sizes, in bytes."""
    meant = resolve(found)
    check(meant)
    return _sizes(meant)


def _sizes(meant: System) -> dict[str, int]:
    candidate = {axis.name: axis.values[0] for axis in meant.axes}
    made = shapes(meant, [candidate])
    return {str(shape.record.tag): lay_out(shape.record, shape.abi).size for shape in made}


def taken(spec: str, other: str) -> tuple[list[str], tuple[str, ...]]:
    found, left = substitute(tree(spec), tree(other, "vmlinux"))
    return declared(found), left


def test_what_both_declare_is_the_others_and_the_order_is_the_specs() -> None:
    spec = (
        "struct a { int x; }; typedef int t; enum e { E }; union u { int x; }; struct own { int x; };"
        + OBJECT
    )
    other = "union u { long x; }; struct a { t y; }; enum e { E, F }; typedef long t; struct more { int x; };"
    found, left = substitute(tree(spec), tree(other, "vmlinux"))
    assert declared(found) == [
        "vmlinux: a",
        "vmlinux: t",
        "vmlinux: e",
        "vmlinux: u",
        "spec.cbs: own",
        "spec.cbs: skb",
    ]
    assert left == ()
    assert [source.name for source in found.sources] == ["spec.cbs", "vmlinux"]
    assert sizes(found) == {"a": 8, "u": 8, "own": 4}


def test_what_the_other_needs_comes_with_it() -> None:
    spec = OBJECT + "struct a { int x; };"
    other = """
        #define N 3
        #define UNUSED 4
        struct unused { int x; };
        enum { M = 2, L };
        struct deep { u8 bytes[M]; };
        typedef struct deep deep_t;
        struct a { deep_t d[N]; struct unused *p; };
        """
    found, _ = substitute(tree(spec), tree(other, "vmlinux"))
    assert declared(found)[1:] == [
        "vmlinux: N",
        "vmlinux: enum { M = 2, L };",
        "vmlinux: deep",
        "vmlinux: deep_t",
        "vmlinux: a",
    ]
    assert sizes(found) == {"deep": 2, "a": 16}


def test_a_constant_that_is_needed_is_the_others_too() -> None:
    spec = (
        OBJECT
        + "#define N 1\n#define K 5\nenum { F = 9 };\nstruct a { u8 x[N]; };\nstruct b { u8 x[N + K]; };\n"
    )
    other = "#define N 4\n#define K 6\nenum { F = 2 };\nstruct a { u8 x[N * F]; };"
    found, _ = substitute(tree(spec), tree(other, "vmlinux"))
    assert declared(found)[1:] == [
        "vmlinux: N",
        "spec.cbs: K",
        "vmlinux: enum { F = 2 };",
        "vmlinux: a",
        "spec.cbs: b",
    ]
    assert sizes(found) == {"a": 8, "b": 9}


def test_an_enum_of_the_specs_own_is_never_dropped_for_one_constant() -> None:
    spec = OBJECT + "enum own { N = 1, M };\nstruct a { u8 x[M]; };\n"
    found, _ = substitute(tree(spec), tree("#define N 3\nstruct a { u8 x[N]; };", "vmlinux"))
    assert declared(found)[1:] == ["spec.cbs: own", "vmlinux: N", "vmlinux: a"]
    with pytest.raises(SpecError, match=r"^CB0110: the constant `N` is declared a second time$"):
        resolve(found)


@pytest.mark.parametrize(
    ("spec", "other", "expected"),
    [
        ("struct a { struct b { int x; } y; };", "struct b { long x; };", {"a": 8, "b": 8}),
        (
            "struct b { int x; }; struct a { int y; };",
            "struct a { struct b { long x; } y[2]; };",
            {"b": 8, "a": 16},
        ),
        ("struct a { int y; };", "struct a { struct b { long x; } y, z; };", {"b": 8, "a": 16}),
        ("struct b { int x; };", "struct a { struct b { long x; } y[2]; };", {"b": 8}),
        ("typedef struct b { int x; } b_t;", "struct a { struct b { long x; } y[2]; };", {"b": 8}),
        ("object o { struct b { int x; } y[2]; }", "typedef struct b { long x; } b_t;", {"b": 8}),
        ("struct a { struct b { int x; } y, z; };", "struct c { int z; };", {"a": 8, "b": 4}),
        (
            "struct a { struct { struct b { int x; } c; enum e { E } d; } y, z; };",
            "struct b { long x; };",
            {"a": 32, "b": 8},
        ),
    ],
)
def test_structs_inside_others_are_declarations_like_any(
    spec: str, other: str, expected: dict[str, int]
) -> None:
    found, _ = substitute(tree(OBJECT + spec), tree(other, "vmlinux"))
    assert sizes(found) == expected


def test_packings_keep_their_arms_and_are_told_of() -> None:
    packing = "packing struct a { one { int x; } two { long x; } }\nstruct b { int x; };\n"
    plain = "struct a { u8 x; };\nstruct b { struct a x[3]; };\n"
    found, left = substitute(tree(OBJECT + packing), tree(plain, "vmlinux"))
    assert left == ("struct a is a packing",)
    assert sizes(found)["b"] == 12
    found, left = substitute(tree(OBJECT + plain), tree(packing, "vmlinux"))
    assert left == ("struct a is a packing",)
    assert sizes(found) == {"a": 1, "b": 4}


def test_a_mistake_stands_in_the_text_that_makes_it() -> None:
    spec = (
        OBJECT
        + "struct a { int x; };\nlayer l { view V : struct a at skb.cb[0]; step s { read V.x; } }\npath p { s; }"
    )
    found, _ = substitute(
        tree(spec),
        tree("struct a { int y __at(0); missing_t z; };".replace(" __at(0)", ""), "vmlinux"),
    )
    with pytest.raises(SpecError) as error:
        check(resolve(found))
    (mistake,) = error.value.diagnostics
    assert mistake.span is not None
    assert (mistake.span.source.name, mistake.message) == (
        "vmlinux",
        "there is no type `missing_t`",
    )


def test_pinned_structs_take_the_place_of_computed_ones() -> None:
    spec = (
        OBJECT
        + "struct a { u8 x; struct b { u16 z; } y; };\n"
        + ("layer l { view V : struct a at skb.cb[0]; step s { read V.y; } }\npath p { s; }")
    )
    other = "pinned x86_64 { struct a { u8 x __at(2); struct b { u16 z __at(9); } __size(3) y __at(8); } __size(12); }"
    found, _ = substitute(tree(spec), tree(other, "vmlinux"))
    made = program(resolve(found), {"abi": "x86_64"})
    (view,) = made.views
    assert [(leaf.offset, leaf.width) for leaf in view.place.leaves] == [(16, 8), (72, 16)]
