"""Which functions and files can touch the object, by their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from cbprove.source.accesses import Sought
from cbprove.source.mentions import Mentions
from cbprove.source.sweep import worth_reading
from cbprove.source.units import Flags

SOUGHT = Sought("sk_buff", "cb")

# A configuration closes brackets twice, or opens them twice: what a search for brackets takes for
# the end of a function.
TWICE = """
static inline int first(struct sk_buff *skb)
{
#ifdef A
	if (skb->len) {
		more(skb);
	}
#else
	}
#endif
	%s
	return 0;
}

static inline int second(struct sk_buff *skb)
{
	return 0;
}
"""


def touching(text: str) -> set[str]:
    mentions = Mentions(SOUGHT)
    mentions.add(text)
    return mentions.touching


@pytest.mark.parametrize(
    "statement",
    [
        "if (skb->len) {\n\t\tskb->cb[0] = 1;\n\t}",
        "switch (skb->len) {\n\tcase 1:\n\t\tskb->cb[0] = 1;\n\t}",
        "for (i = 0; i < 4; i++) {\n\t\tskb->cb[i] = 1;\n\t}",
        "do {\n\t\tskb->cb[0] = 1;\n\t} while (0);",
        "done: {\n\t\tskb->cb[0] = 1;\n\t}",
        "{\n\t\tskb->cb[0] = 1;\n\t}",
        "skb->cb[0] = 1;",
    ],
)
def test_a_statement_behind_brackets_that_do_not_balance_is_its_functions(statement: str) -> None:
    found = touching(TWICE % statement)
    assert "first" in found
    assert found.isdisjoint(("if", "switch", "for", "do", "while"))


@pytest.mark.parametrize("end", ["", "\tif (skb->len) {\n"])
def test_the_end_of_a_file_is_its_last_functions(end: str) -> None:
    whole = TWICE % f"skb->cb[0] = 1;\n{end}"
    assert touching(whole[: whole.index("static inline int second")]) >= {"first"}


def test_what_balances_is_of_one_function_alone() -> None:
    text = "/* told */\nint first(void)\n{\n\treturn 0;\n}\n"
    text += "/* told */\nint second(struct sk_buff *skb)\n{\n\treturn skb->cb[0];\n}\n"
    assert touching(text) == {"second"}


def test_a_function_that_is_indented_is_one() -> None:
    text = "int first(void)\n{\n\treturn 0;\n}\n\tint second(struct sk_buff *skb)\n\t{\n\t\treturn skb->cb[0];\n\t}\n"
    assert "second" in touching(text)


def test_conditions_of_the_preprocessor_are_no_heads() -> None:
    text = "#if defined(A) || \\\n\tIS_ENABLED(B)\n"
    text += "static inline int own(struct sk_buff *skb)\n{\n\treturn skb->cb[0];\n}\n#endif\n"
    assert touching(text) == {"own"}


def test_a_file_without_a_word_that_leads_there_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "own.h").write_text(TWICE % "if (skb->len) {\n\t\tskb->cb[0] = 1;\n\t}")
    (tmp_path / "calls.c").write_text("int f(struct sk_buff *skb)\n{\n\treturn first(skb);\n}\n")
    (tmp_path / "other.c").write_text(
        "int g(int a)\n{\n\tif (a) {\n\t\treturn 1;\n\t}\n\treturn 0;\n}\n"
    )
    files = [tmp_path / "calls.c", tmp_path / "other.c"]
    assert worth_reading(files, [], SOUGHT, lambda _: Flags(())) == files[:1]


def test_headers_of_other_folders_count(tmp_path: Path) -> None:
    for folder in ("own", "other", "named"):
        (tmp_path / folder).mkdir()
    (tmp_path / "other/more.h").write_text("#define LAID(skb) ((struct laid *)(skb)->cb)\n")
    (tmp_path / "other/other.h").write_text('#include "more.h"\n')
    (tmp_path / "named/named.h").write_text("#define NAMED(skb) ((struct laid *)(skb)->cb)\n")
    (tmp_path / "own/a.c").write_text(
        '#include "../other/other.h"\nint f(struct sk_buff *skb) { return LAID(skb)->a; }\n'
    )
    (tmp_path / "own/b.c").write_text(
        "#include <named.h>\nint f(struct sk_buff *skb) { return NAMED(skb)->a; }\n"
    )
    (tmp_path / "own/c.c").write_text("int f(struct sk_buff *skb) { return skb->len; }\n")
    files = [tmp_path / "own" / name for name in ("a.c", "b.c", "c.c")]
    assert worth_reading(files, [], SOUGHT, lambda _: Flags((f"-I{tmp_path}/named",))) == files[:2]
