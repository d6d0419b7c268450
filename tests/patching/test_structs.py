"""Structs under edits: members found by name, layouts made anew, pins moved along where the text
explains nothing."""

from __future__ import annotations

import pytest

from cbprove.comparing.layouts import placed
from cbprove.diagnostics import Source, SpecError
from cbprove.patching.change import change
from cbprove.patching.onto import Onto, onto
from cbprove.patching.pieces import pieces
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

PINNED = """
#define SIZE 4
pinned x86_64 "a kernel" {
    struct inner { u16 a __at(0); u16 b __at(2); } __size(4);
    struct outer { struct inner one __at(0); u64 two __at(8); } __size(16);
    struct tight { u8 a __at(0); u32 b __at(1); struct inner in __at(5); } __size(9);
    struct odd { u8 a __at(0); u32 b __at(8); u32 c __at(12); } __size(20);
    struct group { union { struct { u8 x __at(0); u8 y __at(1); } __at(0) __size(2);
                           struct { u8 x __at(0); u8 y __at(1); } zeroed __at(0) __size(2); } __at(0) __size(2); } __size(2);
    struct row { u8 a __at(0); u32 b __at(4); u16 c __at(8); u16 d __at(10); } __size(12);
    struct cb___one { u8 a __at(0); } __size(1);
    struct cb___two { u8 a __at(0); } __size(1);
}
abi x86_64;
"""


def tree() -> syntax.Tree:
    source = Source("pinned.cbs", PINNED)
    return syntax.Tree(parse(source), (source,))


def patched(text: str, path: str = "x.h") -> Onto:
    lines = text.strip("\n").split("\n")
    old = sum(not line.startswith("+") for line in lines)
    new = sum(not line.startswith("-") for line in lines)
    whole = f"--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n" + "\n".join(lines) + "\n"
    made = onto(tree(), change(whole.encode(), "p"), "the model")
    assert made is not None
    return made


def members(made: Onto, tag: str) -> tuple[int, dict[str, tuple[int, int]]]:
    size, _, found = placed(made.relaid.after[tag])
    return size, {name: (low // 8, width // 8) for name, low, width in found}


GROWS = """
 struct inner {
 	u16 a;
+	u32 more;
 	u16 b;
 };
"""


def test_a_struct_that_its_text_explains_is_laid_out_anew_with_all_that_hold_it() -> None:
    made = patched(GROWS)
    assert members(made, "inner") == (12, {"a": (0, 2), "more": (4, 4), "b": (8, 2)})
    assert members(made, "outer") == (24, {"one": (0, 12), "two": (16, 8)})
    assert members(made, "tight") == (17, {"a": (0, 1), "b": (1, 4), "in": (5, 12)})
    assert (made.relaid.packed, made.relaid.kept, made.reverse) == (("tight",), (), False)


def hunks(*parts: str) -> Onto:
    """The change of several hunks of one file, each with the struct in its head."""
    text = "--- a/x.h\n+++ b/x.h\n"
    for number, part in enumerate(parts):
        lines = part.strip("\n").split("\n")
        head, lines = lines[0], lines[1:]
        old, new = (sum(not line.startswith(sign) for line in lines) for sign in "+-")
        at = 1 + 20 * number
        text += f"@@ -{at},{old} +{at},{new} @@ {head}\n" + "\n".join(lines) + "\n"
    made = onto(tree(), change(text.encode(), "p"), "the model")
    assert made is not None
    return made


OUT, IN = "struct row {\n-\tu16 d;\n };", "struct row {\n \tu8 a;\n+\tu16 d;\n \tu32 b;"


@pytest.mark.parametrize("parts", [(IN, OUT), (OUT, IN)])
def test_a_member_moves_from_one_hunk_to_another(parts: tuple[str, str]) -> None:
    made = hunks(*parts)
    assert members(made, "row") == (12, {"a": (0, 1), "d": (2, 2), "b": (4, 4), "c": (8, 2)})
    assert not made.reverse


def test_patches_of_a_series_are_taken_in_their_order() -> None:
    """The first adds what the second moves."""
    made = hunks(
        "struct row {\n \tu8 a;\n+\tu8 e;\n \tu32 b;",
        "struct row {\n \tu8 a;\n-\tu8 e;\n \tu32 b;\n \tu16 c;\n \tu16 d;\n+\tu8 e;\n };",
    )
    where = {"a": (0, 1), "b": (4, 4), "c": (8, 2), "d": (10, 2), "e": (12, 1)}
    assert (members(made, "row"), made.reverse) == ((16, where), False)


def test_one_that_has_moved_already_is_taken_back() -> None:
    moved = (
        "struct row {\n \tu8 a;\n-\tu16 d;\n \tu32 b;",
        "struct row {\n \tu16 c;\n+\tu16 d;\n };",
    )
    made = hunks(*moved)
    assert made.reverse


@pytest.mark.parametrize(
    ("attributes", "size"), [("__packed", 9), ("__aligned(16)", 16), ("__packed __aligned(2)", 10)]
)
def test_attributes_behind_the_brace_count(attributes: str, size: int) -> None:
    made = hunks(f"struct row {{\n \tu16 d;\n-}};\n+}} {attributes};")
    assert members(made, "row")[0] == size


ALWAYS = "struct row {\n \tu8 a;\n-#ifdef CONFIG_FOO\n \tu64 foo;\n-#endif\n \tu32 b;"


def test_a_member_of_which_the_condition_goes_is_there() -> None:
    made = hunks(ALWAYS)
    where = {"a": (0, 1), "foo": (8, 8), "b": (16, 4), "c": (20, 2), "d": (22, 2)}
    assert members(made, "row") == (24, where)
    assert made.unsure == ()


def test_one_under_another_condition_is_taken_as_built() -> None:
    made = hunks(
        ALWAYS.replace("-#ifdef CONFIG_FOO", "-#ifdef CONFIG_FOO\n+#ifndef CONFIG_FOO").replace(
            "-#endif", " #endif"
        )
    )
    assert members(made, "row")[0] == 24
    assert made.unsure == ("ifndef CONFIG_FOO",)


def test_a_condition_around_what_the_model_has_changes_nothing() -> None:
    made = hunks("struct row {\n \tu8 a;\n+#ifdef CONFIG_FOO\n \tu32 b;\n+#endif\n \tu16 c;")
    assert members(made, "row")[0] == 12
    assert made.unsure == ("ifdef CONFIG_FOO",)


def test_packed_is_taken_away() -> None:
    made = hunks("struct tight {\n \tstruct inner in;\n-} __packed;\n+};")
    assert members(made, "tight") == (12, {"a": (0, 1), "b": (4, 4), "in": (8, 4)})


def test_a_comment_that_is_whole_hides_nothing_behind_it() -> None:
    made = hunks(
        "struct row {\n  \t/* of which\n  \t * both ends\n  \t * are here\n  \t */\n-\tu32 b;\n+\tu64 b;"
    )
    assert members(made, "row") == (24, {"a": (0, 1), "b": (8, 8), "c": (16, 2), "d": (18, 2)})


@pytest.mark.parametrize(
    "lines",
    [
        ("  \t * its beginning", "  \t * is not here", "  \t */"),
        ("  \t * neither", "  \t * of its ends"),
        ("  \t the beginning of a comment */",),
    ],
)
def test_a_comment_that_began_before_the_hunk_is_none_of_it(lines: tuple[str, ...]) -> None:
    made = hunks("\n".join(["struct row {", *lines, "-\tu32 b;", "+\tu64 b;", "  \tu16 c;"]))
    assert members(made, "row")[0] == 24


def test_a_struct_that_its_text_does_not_explain_keeps_its_pins_moved_along() -> None:
    made = patched(" struct odd {\n \tu8 a;\n \tu32 b;\n+\tu32 more;\n \tu32 c;\n };")
    assert members(made, "odd") == (24, {"a": (0, 1), "b": (8, 4), "more": (12, 4), "c": (16, 4)})
    assert made.relaid.kept == ("odd",)


def test_what_is_in_already_is_taken_back_for_the_side_before() -> None:
    made = patched(" struct inner {\n \tu16 a;\n+\tu16 b;\n };")
    assert made.reverse
    assert placed(made.relaid.before["inner"])[0] == 2
    assert members(made, "inner")[0] == 4


def test_a_member_of_a_group_is_in_both_of_its_halves() -> None:
    made = patched(
        " struct group {\n \tstruct_group(zeroed,\n \t\tu8 x;\n+\t\tu8 more;\n \t\tu8 y;\n \t);\n };"
    )
    size, found = members(made, "group")
    assert (size, found["more"], found["zeroed.more"]) == (3, (1, 1), (1, 1))


def test_a_member_gets_another_type() -> None:
    assert (
        members(patched(" struct inner {\n-\tu16 a;\n+\tu64 a;\n \tu16 b;\n };"), "inner")[0] == 16
    )


def test_an_array_is_as_long_as_the_macro_beside_it_says() -> None:
    made = patched(" #define LEN 8\n struct inner {\n \tu16 a;\n \tu16 b;\n+\tu8 data[LEN];\n };")
    assert members(made, "inner") == (12, {"a": (0, 2), "b": (2, 2), "data": (4, 8)})


def test_of_two_structs_of_one_name_the_path_tells_which() -> None:
    made = patched(" struct cb {\n \tu8 a;\n+\tu8 b;\n };", "drivers/net/two.c")
    assert list(made.relaid.after) == ["cb___two"]


def test_a_struct_of_the_same_name_without_a_common_member_is_another_one() -> None:
    whole = b"--- a/x.h\n+++ b/x.h\n@@ -1,3 +1,4 @@\n struct inner {\n \tlong z;\n+\tlong y;\n };\n"
    assert onto(tree(), change(whole, "p"), "the model") is None


def test_a_new_struct_may_be_a_member() -> None:
    made = patched(
        "+struct fresh {\n+\tu64 x;\n+};\n struct inner {\n \tu16 a;\n \tu16 b;\n+\tstruct fresh f;\n };"
    )
    assert members(made, "inner")[0] == 16


def test_an_ifdef_that_the_model_is_built_without_stays_out() -> None:
    made = patched(
        " struct inner {\n \tu16 a;\n #ifdef CONFIG_X\n \tu16 not_there;\n+\tu64 nor_this;\n #endif\n \tu16 b;\n+\tu8 c;\n };"
    )
    assert members(made, "inner") == (6, {"a": (0, 2), "b": (2, 2), "c": (4, 1)})


def test_an_ifdef_of_which_nothing_is_known_is_taken_as_built_and_told() -> None:
    made = patched(
        " struct inner {\n \tu16 a;\n \tu16 b;\n+#ifdef CONFIG_X\n+\tu8 c;\n+#endif\n };"
    )
    assert members(made, "inner")[0] == 6
    assert made.unsure == ("ifdef CONFIG_X",)


def test_a_macro_changes_in_the_spec() -> None:
    made = patched("-#define SIZE 4\n+#define SIZE 8")
    values = [
        expr.span.source.text[expr.span.start : expr.span.end]
        for side in (made.old, made.new)
        for node in side.declarations
        if isinstance(node, syntax.Define)
        for expr in (node.value,)
    ]
    assert values == ["4", "8"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            " struct inner {\n \tu16 a;\n-\tu16 gone;\n+\tu16 fresh;\n };",
            "`struct inner`: it has no `gone` where the patch removes it",
        ),
        (" struct inner {\n-\tu64 a;\n+\tu32 a;\n \tu16 z;\n+\tu16 b;\n };", "`struct inner`: "),
        ("-#define SIZE 5\n+#define SIZE 6", "`SIZE`: it is `4`, and the patch makes `6` of `5`"),
    ],
)
def test_a_patch_that_does_not_apply_says_why(text: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        patched(text)
    assert raised.value.diagnostics[0].code == "CB0342"
    assert raised.value.diagnostics[0].message.startswith(
        f"the patch does not apply to the model: {message}"
    )


def test_a_member_of_an_unknown_type_is_a_mistake() -> None:
    with pytest.raises(SpecError) as raised:
        patched(" struct inner {\n \tu16 a;\n \tu16 b;\n+\tstruct unheard_of f;\n };")
    assert "unheard_of" in raised.value.diagnostics[0].message


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("int a, *b[3], c:1;", ["a", "b", "c"]),
        ("void (*destructor)(struct sk_buff *skb);", ["destructor"]),
        ("DECLARE_BITMAP(bits, 12);", ["bits"]),
        ("unsigned int x:3, :5;", ["x", ""]),
        ("enum { A = 1, B } which;", ["which"]),
        ("u8 addr[ETH_ALEN] __aligned(2);", ["addr"]),
        ("__be32 a; /* b; */ // c;\n", ["a"]),
        ("struct in6_addr addr;", ["addr"]),
        ("struct sk_buff __rcu *next;", ["next"]),
    ],
)
def test_members_by_name(text: str, names: list[str]) -> None:
    assert [piece.name for piece in pieces(tuple(text.split("\n")), {})] == names


def test_members_under_a_condition_are_not_taken_for_members_of_all_candidates() -> None:
    """The text of a struct loses `#if`: every candidate would have had the members of both arms."""
    text = "param X = yes;\nstruct inner {\nu16 a;\n#if X\nu16 b;\n#endif\n};\nstruct outer { struct inner one; };\nabi x86_64;\n"
    source = Source("chosen.cbs", text)
    lines = "--- a/x.h\n+++ b/x.h\n@@ -1,2 +1,3 @@\n struct inner {\n \tu16 a;\n+\tu16 c;\n"
    with pytest.raises(SpecError) as raised:
        onto(syntax.Tree(parse(source), (source,)), change(lines.encode(), "p"), "the model")
    (mistake,) = raised.value.diagnostics
    assert mistake.code == "CB0347" and "`struct inner`" in mistake.message
