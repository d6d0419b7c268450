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


LEVELS = """
#define CPUS CONFIG_CPUS
#ifdef CONFIG_ON
# define FANOUT 64UL
#else
# define FANOUT 2
#endif
#define FANOUT_2 (FANOUT * FANOUT)	/* two levels */
#if CPUS <= FANOUT
# define LEVELS 1
#elif CPUS <= FANOUT_2
# define LEVELS 2
#else
# define LEVELS 3
#endif
#ifndef PACKED
#define PACKED
#endif
#define PAGE (_AC(1,UL) << 12)
#if (65536/PAGE + 1) < 16
struct narrow { u64 a; };
#endif
#if WIDTH == 64
struct wide { u64 a; };
#endif
"""


def test_macros_under_conditions_that_hang_on_macros(tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text(LEVELS)
    (tmp_path / "z.h").write_text(
        "#ifdef CONFIG_ON\n#define WIDTH BITS_PER_LONG\n#else\n#define WIDTH 32\n#endif\n"
        "#define PACKED __packed\n"
    )
    headers = definitions.read([tmp_path], {"CONFIG_ON": "yes", "CONFIG_CPUS": "4096"})
    texts = {name: headers.get("macro", name, "a.h") for name in ("LEVELS", "PACKED")}
    assert {name: piece and piece.text for name, piece in texts.items()} == {
        "LEVELS": "#define LEVELS 2\n",
        "PACKED": "#define PACKED __packed\n",
    }
    assert headers.get("struct", "wide", "a.h") is not None
    assert headers.get("struct", "narrow", "a.h") is None


def test_the_newest_headers_are_what_their_package_depends_on() -> None:
    said = "linux-headers-amd64\n  Depends: linux-headers-6.1.0-56-amd64\n"
    assert newest(said) == "linux-headers-6.1.0-56-amd64"
