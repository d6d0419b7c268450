"""What is taken of a header for the sweep, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

from tests.headers import definitions
from tests.headers.__main__ import newest
from tests.headers.sweep import Sweep

HEADER = """
#ifndef _LINUX_A_H
#define _LINUX_A_H
/* struct commented { int x; }; */
#define SIZE 4	/* bytes */
#define A_PACKED __attribute__((packed))
#define rcu_head callback_head
#ifdef CONFIG_ON
struct chosen { u32 on; };
#else
struct chosen { u64 off; };
#endif
struct callback_head { struct callback_head *next; } __attribute__((aligned(sizeof(void *))));
typedef struct tagged { u8 a[SIZE]; } tagged_t, *tagged_p;
static inline int f(struct x { int a; } *y) { return 0; }
struct user {
	tagged_t t;
	struct chosen c;
	struct rcu_head rcu;
#ifdef CONFIG_OFF
	struct missing m;
#endif
#ifdef NOBODY_DEFINES_IT
	struct missing m;
#endif
} A_PACKED;
#pragma pack(1)
struct by_pragma { u8 a; u32 b; };
#pragma pack()
struct refused { struct missing m; };
enum { ONE = 1, TWO };
struct counted { u8 a[TWO]; };
#endif
"""


def test_pieces_and_what_becomes_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text(HEADER)
    headers = definitions.read([tmp_path], {"CONFIG_ON": "yes"})
    pieces = {(kind, name) for kind, name in headers.found if kind in ("struct", "typedef")}
    structs = {"chosen", "callback_head", "tagged", "user", "by_pragma", "refused", "counted"}
    assert (
        pieces == {*(("struct", name) for name in structs), ("typedef", "tagged_t")}
        or ("typedef", "tagged_p") in pieces
    )
    assert headers.get("struct", "chosen", "a.h").text == "struct chosen { u32 on; };"  # type: ignore[union-attr]
    assert "__packed" in headers.get("struct", "by_pragma", "a.h").text  # type: ignore[union-attr]
    outcomes = {outcome.piece.name: outcome for outcome in Sweep(headers, None).all()}
    assert {name for name, outcome in outcomes.items() if outcome.state == "refused"} == {"refused"}
    assert "no struct `missing`" in outcomes["refused"].why


def test_the_newest_headers_are_what_their_package_depends_on() -> None:
    said = "linux-headers-amd64\n  Depends: linux-headers-6.1.0-56-amd64\n"
    assert newest(said) == "linux-headers-6.1.0-56-amd64"
