"""Snippets and what they are parsed to. Spelling only: nothing is looked up here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lark import Lark

from cbprove.diagnostics import Source, Span, SpecError
from cbprove.syntax import ctree, questions, tables
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse

EVERYTHING = Path(__file__).parent / "specs" / "everything.cbs"


def shown(node: Any) -> Any:
    """A node without its spans: names as texts, places and operators as they would be written."""
    match node:
        case ctree.Name(text):
            return text
        case ctree.Number(value, suffix):
            return f"{value}{suffix}"
        case ctree.Place(base, suffixes):
            return base.text + "".join(map(shown, suffixes))
        case ctree.Dot(name):
            return f".{name.text}"
        case ctree.Index(value):
            return f"[{shown(value)}]"
        case ctree.Star():
            return ".*"
        case ctree.Defined(name, enabled):
            return f"{'enabled' if enabled else 'defined'} {name.text}"
        case ctree.Unary(operator, operand):
            return f"({operator}{shown(operand)})"
        case ctree.Binary(operator, left, right):
            return f"({shown(left)} {operator} {shown(right)})"
        case ctree.Conditional(condition, then, otherwise):
            return f"({shown(condition)} ? {shown(then)} : {shown(otherwise)})"
        case ctree.NamedType(name):
            return name.text
        case ctree.TaggedType(kind, tag):
            return f"{kind} {tag.text}"
        case ctree.PointerType(to):
            return f"{to} *"
        case ctree.ArrayType(element, count):
            return f"{shown(element)}[{'' if count is None else shown(count)}]"
        case tuple():
            return tuple(map(shown, node))
        case _ if dataclasses.is_dataclass(node):
            fields = [field.name for field in dataclasses.fields(node) if field.name != "span"]
            return (type(node).__name__, *(shown(getattr(node, field)) for field in fields))
        case _:
            return node


def declarations(text: str) -> tuple[syntax.Declaration, ...]:
    return parse(Source("test.cbs", text))


def expression(text: str) -> Any:
    (only,) = declarations(f"require {text};")
    assert isinstance(only, syntax.Require)
    return shown(only.condition)


def statement(text: str) -> Any:
    (only,) = declarations(f"path p {{ {text} }}")
    assert isinstance(only, syntax.Path)
    (first,) = only.body
    return shown(first)


def members(text: str) -> list[Any]:
    """Each member of a struct as its type and its name, and bits or attributes if there are any."""
    (only,) = declarations(f"struct s {{ {text} }};")
    assert isinstance(only, syntax.TypeDeclaration) and isinstance(only.type, ctree.RecordBody)
    return [member_shown(member) for member in only.type.members]


def member_shown(member: ctree.MemberItem) -> Any:
    if isinstance(member, ctree.MemberChoice):
        then = [member_shown(item) for item in member.then]
        return shown(member.condition), then, [member_shown(item) for item in member.otherwise]
    type: Any = member.type
    if isinstance(type, ctree.RecordBody):
        type = (type.kind, shown(type.tag), [member_shown(item) for item in type.members])
    parts = [shown(type) if not isinstance(type, tuple) else type, shown(member.name)]
    if member.bits is not None:
        parts.append(shown(member.bits))
    if member.attributes != ctree.Attributes():
        parts.append((member.attributes.packed, shown(member.attributes.aligned)))
    return tuple(parts)


def nodes(node: Any) -> Iterator[Any]:
    """A node and all below it."""
    if isinstance(node, tuple):
        for one in node:
            yield from nodes(one)
    elif dataclasses.is_dataclass(node) and not isinstance(node, Span):
        yield node
        for field in dataclasses.fields(node):
            yield from nodes(getattr(node, field.name))


def test_the_grammar_has_no_conflicts() -> None:
    Lark(
        Path(tables.GRAMMAR).read_text(encoding="utf-8"),
        parser="lalr",
        strict=True,
        maybe_placeholders=True,
    )


def test_every_construct_is_made() -> None:
    found = {type(node) for node in nodes(declarations(EVERYTHING.read_text(encoding="utf-8")))}
    classes = {one for one in vars(syntax).values() if dataclasses.is_dataclass(one)} - {
        Source,
        Span,
        syntax.Tree,
    }
    assert classes - found == {syntax.Include}
    assert shown(declarations('include "a.cbs";')) == (("Include", "a.cbs"),)


def test_every_node_lies_within_the_one_around_it() -> None:
    for declaration in declarations(EVERYTHING.read_text(encoding="utf-8")):
        assert isinstance(declaration.span, Span)
        around = [node.abi for node in nodes(declaration) if isinstance(node, ctree.Pinning)]
        for node in nodes(declaration):
            span = getattr(node, "span", None)
            if span is not None and node not in around:
                assert declaration.span.start <= span.start < span.end <= declaration.span.end, node


def test_a_name_knows_where_it_stands() -> None:
    (_, view) = declarations("param B;\nlayer ip {\n  view V : u8[4] at skb.cb[0];\n}\n")
    assert isinstance(view, syntax.Layer)
    (only,) = view.views
    assert (only.name.span.line, only.name.span.column) == (3, 8)
    place = only.locations[0].place
    assert view.span.source.text[place.span.start : place.span.end] == "skb.cb[0]"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        (
            "a || b && c | d ^ e & f == g < h << 1 + 2",
            "(a || (b && (c | (d ^ (e & (f == (g < (h << (1 + 2)))))))))",
        ),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("!-~+a", "(!(-(~(+a))))"),
        (
            "0x1F + 017 + 0b101 + 10uLL + 'A' + '\\n' + '\\x41' + '\\0'",
            "(((((((31 + 15) + 5) + 10ull) + 65) + 10) + 65) + 0)",
        ),
        ("parent.IPCB.opt[2].in", "parent.IPCB.opt[2].in"),
        ("has + sizeof", "(has + sizeof)"),
        ("BIT(3) | BIT_ULL(n)", "((1ul << 3) | (1ull << n))"),
        (
            "IS_ENABLED(CONFIG_X) && defined(Y) && defined Z",
            "((enabled CONFIG_X && defined Y) && defined Z)",
        ),
    ],
)
def test_expressions(text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("sizeof(struct x)", ("Sizeof", "struct x")),
        ("sizeof(unsigned  long\tlong)", ("Sizeof", "unsigned long long")),
        ("sizeof(u16)", ("Sizeof", "u16")),
        ("sizeof(skb.cb)", ("Sizeof", "skb.cb")),
        ("sizeof(u8[20])", ("Sizeof", "u8[20]")),
        ("sizeof(struct x *[3])", ("Sizeof", "struct x *[3]")),
        ("sizeof(void *)", ("Sizeof", "void *")),
        ("alignof(u64)", ("Alignof", "u64", False)),
        ("__alignof__(struct x)", ("Alignof", "struct x", True)),
        ("offsetof(struct x, a.b[1])", ("Offsetof", "struct x", "a.b[1]")),
        ("has(struct x, a.b)", ("Has", "struct x", "a.b")),
    ],
)
def test_questions_about_types(text: str, tree: tuple[Any, ...]) -> None:
    assert expression(text) == tree


def test_a_bare_name_may_be_a_type_so_it_is_left_a_place() -> None:
    (only,) = declarations("require sizeof(u16);")
    assert isinstance(only, syntax.Require) and isinstance(only.condition, ctree.Sizeof)
    assert isinstance(only.condition.operand, ctree.Place)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a;", ("Call", "a")),
        ("ip.to;", ("Call", "ip.to")),
        ("at;", ("Call", "at")),
        ("read A.b, C;", ("Read", ("A.b", "C"), None)),
        ("read A for n + 1;", ("Read", ("A",), "(n + 1)")),
        ("write V.step, V.*;", ("Write", ("V.step", "V.*"), None, None)),
        ("write A.x = B.y + 1;", ("Write", ("A.x",), "(B.y + 1)", None)),
        ("write A for 4;", ("Write", ("A",), None, "4")),
        ("clear A;", ("Clear", ("A",), None)),
        ("copy A -> s.b for n;", ("Copy", "A", "s.b", "n")),
        ("clone c;", ("Make", "clone", "c", False)),
        ("new n;", ("Make", "new", "n", False)),
        ("on c { consume; }", ("On", "c", (("Consume",),))),
        ("each s [1..] { }", ("Each", "s", ("Bounds", "1", None), ())),
        ("each s { }", ("Each", "s", ("Bounds", None, None), ())),
        ("repeat [5..7] { }", ("Repeat", ("Bounds", "5", "7"), ())),
        ("repeat [3] { }", ("Repeat", ("Bounds", "3", "3"), ())),
        ("repeat [..256] { }", ("Repeat", ("Bounds", None, "256"), ())),
        (
            "either { a; } or { } or { b; }",
            ("Either", ((("Call", "a"),), (), (("Call", "b"),)), False),
        ),
        ("optionally { a; }", ("Either", ((("Call", "a"),), ()), True)),
        ("if (A.x == 1) { a; }", ("If", "(A.x == 1)", (("Call", "a"),), ())),
        (
            "if (a) { } else if (b) { } else { c; }",
            ("If", "a", (), (("If", "b", (), (("Call", "c"),)),)),
        ),
        (
            "when p == q { a; } else when (r) { }",
            ("When", "(p == q)", (("Call", "a"),), (("When", "r", (), ()),)),
        ),
        ('assume n < 3 "be" "cause";', ("Assume", "(n < 3)", "because")),
        ("share s;", ("Share", "s")),
        ("consume;", ("Consume",)),
    ],
)
def test_statements(text: str, tree: tuple[Any, ...]) -> None:
    assert statement(text) == tree


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("int a, *b, c[2][3];", [("int", "a"), ("int *", "b"), ("int[3][2]", "c")]),
        ("struct x *a[4]; struct x (*b)[4];", [("struct x *[4]", "a"), ("array *", "b")]),
        ("int (*f)(struct sk_buff *, int flags, ...);", [("function *", "f")]),
        ("void (*table[3])(void);", [("function *[3]", "table")]),
        ("const u8 __user * const p;", [("u8 *", "p")]),
        ("unsigned long int a;", [("unsigned long int", "a")]),
        (
            "u16 in, at : 3, : 2; u32 step : 1;",
            [("u16", "in"), ("u16", "at", "3"), ("u16", None, "2"), ("u32", "step", "1")],
        ),
        ("unsigned int : 0;", [("unsigned int", None, "0")]),
        ("u8 tail[], none[0];", [("u8[]", "tail"), ("u8[0]", "none")]),
        ("u64 a __aligned(4), b;", [("u64", "a", (False, ("4",))), ("u64", "b")]),
        ("__be32 a __packed;", [("__be32", "a", (True, ()))]),
        (
            "u32 a ____cacheline_aligned_in_smp;",
            [("u32", "a", (False, (("Boundary", "cache line"),)))],
        ),
        ("u8 n[] __counted_by(len);", [("u8[]", "n")]),
        ("enum kind k;", [("enum kind", "k")]),
        ("union { int a; }; ", [(("union", None, [("int", "a")]), None)]),
        (
            "struct t { int a; } b, c;",
            [(("struct", "t", [("int", "a")]), "b"), (("struct", "t", [("int", "a")]), "c")],
        ),
        (
            "struct_group(g, u8 a; u16 b; );",
            [
                (
                    (
                        "union",
                        None,
                        [
                            (("struct", None, [("u8", "a"), ("u16", "b")]), None),
                            (("struct", None, [("u8", "a"), ("u16", "b")]), "g"),
                        ],
                    ),
                    None,
                )
            ],
        ),
        (
            '\n#if defined (A)\nu8 a:4, b:4;\n#elif defined (B)\nu8 b:4, a:4;\n#else\n#error "fix it"\n#endif\n',
            [
                (
                    "defined A",
                    [("u8", "a", "4"), ("u8", "b", "4")],
                    [("defined B", [("u8", "b", "4"), ("u8", "a", "4")], [])],
                )
            ],
        ),
        ("DECLARE_FLEX_ARRAY(u8, t);", [("u8[]", "t")]),
        ("\n#ifdef X\nint a;\n#endif\n", [("defined X", [("int", "a")], [])]),
        (
            "\n#ifndef X\nint a;\n#else\nint b;\n#endif\n",
            [("(!defined X)", [("int", "a")], [("int", "b")])],
        ),
        (
            "\n#if IS_ENABLED(X) /* why */\nint a;\n#elif Y > 2\n#endif // end\n",
            [("enabled X", [("int", "a")], [("(Y > 2)", [], [])])],
        ),
    ],
)
def test_members(text: str, found: list[Any]) -> None:
    assert members(text) == found


def test_a_bitmap_is_as_many_longs_as_it_needs() -> None:
    (only,) = declarations("struct s { DECLARE_BITMAP(map, 70); };")
    assert isinstance(only, syntax.TypeDeclaration) and isinstance(only.type, ctree.RecordBody)
    (member,) = only.type.members
    assert isinstance(member, ctree.Member) and isinstance(member.type, ctree.ArrayType)
    assert shown(member.type.element) == "unsigned long"
    long_bits = "(8 * ('Sizeof', 'long'))"
    assert shown(member.type.count) == f"(((70 + {long_bits}) - 1) / {long_bits})"


@pytest.mark.parametrize(
    "text",
    [
        "struct s { int a; } __packed __aligned(8);",
        "struct s { int a; } __attribute__((packed, aligned(8)));",
        "struct __attribute__((__packed__)) __aligned(8) s { int a; };",
        "struct __packed s { int a; } __attribute__((__aligned__(8), unused, preserve_access_index));",
    ],
)
def test_attributes_of_structs(text: str) -> None:
    (only,) = declarations(text)
    assert isinstance(only, syntax.TypeDeclaration)
    assert only.type.attributes.packed
    assert shown(only.type.attributes.aligned) == ("8",)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('spec a "b" "c";', ("SpecLine", "a", "bc")),
        ("abi a, b = a;", ("AbiAxis", ("a", "b"), "a")),
        ("#define A (1 << \\\n 2) // why\n", ("Define", "A", "(1 << 2)")),
        ("#define A 3", ("Define", "A", "3")),
        ("param P in 0..47 = 3;", ("Param", "P", ("0", "47"), None, "3")),
        ("param P in { in, at } = at;", ("Param", "P", None, ("in", "at"), "at")),
        ("param P = yes;", ("Param", "P", None, None, "yes")),
        ("input n : u16 in 1..9 per step;", ("Input", "n", "u16", ("1", "9"), True, False)),
        ("input n : unsigned int;", ("Input", "n", "unsigned int", None, False, False)),
        (
            "typedef u8 mac_t[6] __packed;",
            ("Typedef", "mac_t", "u8[6]", ("Attributes", True, (), ())),
        ),
        ("path p { }", ("Path", "path", "p", "", (), False)),
        (
            "property p when a: preserved A.b, C from s to l.t in x, l.y;",
            ("Property", "p", "", "a", ("Preserved", ("A.b", "C"), "s", "l.t", ()), ("x", "l.y")),
        ),
        ("property p: owned in ip;", ("Property", "p", "", None, ("Owned", ()), ("ip",))),
        (
            "property p: written M by a;",
            ("Property", "p", "", None, ("Written", ("M",), ("a",), False, None), ()),
        ),
        (
            "property p: preserved A from s as B at t;",
            ("Property", "p", "", None, ("Preserved", ("A",), "s", "t", ("B",)), ()),
        ),
        (
            "property p: written or cleared since s;",
            ("Property", "p", "", None, ("Written", (), (), True, "s"), ()),
        ),
        (
            "property p: holds A < 3 at t;",
            ("Property", "p", "", None, ("Holds", "(A < 3)", "t"), ()),
        ),
        (
            "ask q: A, B such that p and r given C == d; expect exactly { A = 1, B = x; A = 2, B = y; };",
            (
                "Ask",
                "q",
                "",
                ("A", "B"),
                ("p", "r"),
                "(C == d)",
                (
                    "AskExpectation",
                    "exactly",
                    (
                        (("Setting", "A", "1", None, None), ("Setting", "B", "x", None, None)),
                        (("Setting", "A", "2", None, None), ("Setting", "B", "y", None, None)),
                    ),
                ),
            ),
        ),
    ],
)
def test_declarations(text: str, tree: tuple[Any, ...]) -> None:
    assert shown(declarations(text)) == (tree,)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("A = 3;", ("Setting", "A", "3", None, None)),
        ("A = any;", ("Setting", "A", None, None, None)),
        ("A in 1..2;", ("Setting", "A", None, ("1", "2"), None)),
        ("A in { a, b };", ("Setting", "A", None, None, ("a", "b"))),
    ],
)
def test_settings(text: str, tree: tuple[Any, ...]) -> None:
    (only,) = declarations(f"proposal p {{ {text} }}")
    assert isinstance(only, questions.Proposal)
    assert shown(only.settings) == (tree,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("P refuted", [("P", "refuted", None, False, None, None)]),
        (
            "P refuted, Q proved",
            [("P", "refuted", None, False, None, None), ("Q", "proved", None, False, None, None)],
        ),
        (
            "P proved when C, refuted otherwise, Q refuted",
            [
                ("P", "proved", None, False, "C", "refuted"),
                ("Q", "refuted", None, False, None, None),
            ],
        ),
        ("P refuted somewhere", [("P", "refuted", None, True, None, None)]),
        ("P proved up to 3", [("P", "proved", "3", False, None, None)]),
        ("excluded", [(None, "excluded", None, False, None, None)]),
        ("P excluded", [("P", "excluded", None, False, None, None)]),
    ],
)
def test_expectations(text: str, found: list[Any]) -> None:
    (only,) = declarations(f"proposal p {{ expect {text}; }}")
    assert isinstance(only, questions.Proposal)
    assert [shown(one)[1:] for one in only.expectations] == found


def test_a_layer_without_reads_differs_from_one_that_reads_nothing_new() -> None:
    (bare, declared) = declarations(
        "layer a { step s; } layer b { reads X; reads Y.z; step s { } }"
    )
    assert isinstance(bare, syntax.Layer) and isinstance(declared, syntax.Layer)
    assert (bare.reads, bare.steps[0].body) == (None, None)
    assert (shown(declared.reads), declared.steps[0].body) == (("X", "Y.z"), ())


def test_a_packing_gives_its_tag_to_its_arms() -> None:
    (only,) = declarations('packing union x = b { a "first" { int i; }; b { int j; } __packed }')
    assert isinstance(only, syntax.Packing)
    assert shown(only.default) == "b"
    assert [
        (arm.title, arm.body.kind, shown(arm.body.tag), arm.body.attributes.packed)
        for arm in only.arms
    ] == [
        ("first", "union", "x", False),
        ("", "union", "x", True),
    ]


def test_a_define_among_members_comes_before_the_struct() -> None:
    found = declarations("struct s { u8 flags;\n#define FLAG 1\n};\nparam B;\n")
    assert [type(one).__name__ for one in found] == ["Define", "TypeDeclaration", "Param"]


KEYWORDS = sorted(word for word in tables.tables().literals if word.isalpha() and word.islower())
C_WORDS = {
    "struct",
    "union",
    "enum",
    "char",
    "short",
    "int",
    "long",
    "signed",
    "unsigned",
    "double",
}


@pytest.mark.parametrize("word", KEYWORDS)
def test_a_keyword_can_be_a_member_and_more(word: str) -> None:
    if word not in C_WORDS:
        assert members(f"u16 {word}; u8 *{word}[3]; unsigned {word} : 2;")
    assert statement(f"write V.{word}, V.a.{word}[0].{word};")
    declarations(
        f"param P in {{ {word} }}; property {word}: owned; proposal {word} {{ }} object {word} {{ }}"
    )
    declarations(f"layer {word} {{ view {word} : u8 at skb.{word}; }}")


def test_tables_of_another_grammar_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables that are shipped for another grammar are passed over: what is used is the
    grammar's."""
    shipped = tables.tables.__wrapped__()
    stale = tmp_path / "grammar.jsonl"
    stale.write_text('{"grammar": "of another", "tables": {}}', encoding="utf-8")
    monkeypatch.setattr(tables, "SHIPPED", stale)
    assert tables.tables.__wrapped__() == shipped


def test_mistakes_are_in_the_order_of_their_places() -> None:
    with pytest.raises(SpecError) as caught:
        declarations("require 08;\nrequire @;\nrequire 09;\n")
    starts = [diagnostic.span.start for diagnostic in caught.value.diagnostics if diagnostic.span]
    assert starts == sorted(starts) and len(starts) == 3
