"""What functions call, in order, and what members are set to."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("clang.cindex")

from cbprove.source.accesses import Answer
from cbprove.source.reading import read_calls
from cbprove.source.units import Flags

HEAD = "struct s; struct ops { int (*go)(struct s *); struct { int (*in)(struct s *); } c; };\n"
HEAD += "int a(struct s *); int b(struct s *); int c(int, int (*)(struct s *));\n"


def read(folder: Path, text: str, *also: str) -> Answer:
    (folder / "f.c").write_text(HEAD + text)
    found = read_calls(str(folder / "f.c"), Flags(("-x", "c", "-w")), frozenset(also))
    assert found.unread is None
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a(s); b(s);", "a b"),
        ("b(s); a(s); b(s); a(s); b(s);", "b a a b"),
        ("return c(a(s), 0);", "a c"),
        ("return c(1, b);", "b c"),
        ("return o->go(s);", "ops.go"),
        ("return o->c.in(s);", ".in"),
        ("return (*(int (*volatile *)(struct s *))&o->go)(s);", "ops.go"),
        ("return f(s);", ""),
        ("return (f == a ? a : f)(s);", "a a"),
        ("for (;;) { a(s); b(s); }", "a b a b"),
        ("while (a(s)) b(s);", "a b a b"),
        ("switch (a(s)) { case 1: b(s); }", "a b"),
        ("a(s); again: b(s); if (s) goto again;", "a b a b"),
        ("if (s) goto out; a(s); out: b(s);", "a b"),
        ("return sizeof(a(s));", ""),
        ("int (*g)(struct s *) = a; return g(s);", "a a"),
        ("int (*g)(struct s *); g = s ? a : b; return g(s);", "a b a b"),
        ("int (*g)(struct s *) = o->go, (*h)(struct s *) = g; return h(s);", "ops.go"),
        ("int (*g)(struct s *), (*h)(struct s *); g = h; h = g; return h(s);", ""),
        ("return c(1, o->go);", "ops.go c"),
        ("int (*g)(struct s *) = b; return c(1, g);", "b b c"),
        ("o->go = a;", ""),
    ],
)
def test_what_is_called(tmp_path: Path, body: str, expected: str) -> None:
    (found,) = read(
        tmp_path, f"int f0(struct s *s, struct ops *o, int (*f)(struct s *)) {{ {body} }}"
    ).calls
    assert " ".join(found.targets) == expected
    assert (found.name, found.line) == ("f0", 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("static struct ops o = { .go = a };", ["ops.go=a"]),
        ("static struct ops o = { .go = &a, .c = { .in = b } };", ["ops.go=a", ".in=b"]),
        ("static struct ops o = { .c.in = b };", [".in=b"]),
        ("static struct ops o[] = { { a }, [3] = { .go = b } };", ["ops.go=a", "ops.go=b"]),
        ("static struct ops o = { .go = (void *)0 };", []),
        ("static int (*one)(struct s *) = a;", []),
        ("void set(struct ops *o, int x) { o->go = x ? a : b; }", ["ops.go=a", "ops.go=b"]),
        ("void set(struct ops *o, struct ops *p) { o->go = p->c.in; }", ["ops.go=.in"]),
        (
            "void set(struct ops *o, struct ops *p) { int (*g)(struct s *) = p->go; o->c.in = g; }",
            [".in=ops.go"],
        ),
        ("void set(struct ops *o) { *(int (*volatile *)(struct s *))&o->go = a; }", ["ops.go=a"]),
    ],
)
def test_what_a_member_is_set_to(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert [f"{each.member}={each.function}" for each in read(tmp_path, text).bound] == expected


def test_functions_of_headers_are_read_when_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "h.h").write_text(
        "static inline int h(struct s *s) { return a(s); }\nstatic int unasked(void) {}\n"
    )
    found = read(tmp_path, '#include "h.h"\nint f(struct s *s) { return h(s); }', "h", "nowhere")
    assert [(each.name, Path(each.file).name, each.targets) for each in found.calls] == [
        ("f", "f.c", ("h",)),
        ("h", "h.h", ("a",)),
    ]
