"""What a program holds, and in which order."""

from __future__ import annotations

from pathlib import Path

from programs import answer, build, meant, unscripted

SPEC = """spec lean "what is left out";
object skb { char cb[8] __aligned(8); }
struct never { u8 x; };
packing struct kind = plain { plain { u8 a; u8 b; }; bits { u8 a:4, c:4; u8 b; }; }
layer l {
    view K : struct kind at skb.cb[0];
    view G : u8 at skb.cb[1];
    step set { write K; }
    step use { read K; }
    step hit { write G; }
    step idle { read G; }
}
path p { set; hit; use; }
path apart { idle; }
property kept: preserved K from set to use;
property off: disjoint K, G;
"""
PLAIN = {"abi": "x86_64", "kind": "plain"}


def _text(property: str) -> str:
    return unscripted(meant(SPEC), property, PLAIN)


def test_the_machinery_is_last() -> None:
    text = _text("kept")
    parts = (
        "struct kind_plain {",
        "struct object_skb {",
        "static void step_set(",
        "static void path_p(",
        "#define CB_START",
    )
    found = [text.index(part) for part in (*parts, "Below is the machinery", "static int cb_next(", "int main(")]
    assert found == sorted(found)


def test_only_what_is_used() -> None:
    """No step of a path that cannot come to the claim, no struct that nothing names, no run where none is asked for."""
    text = _text("kept")
    assert all(
        word not in text for word in ("step_idle", "path_apart", "struct never", "#pragma", "cb_load", "-fwrapv")
    )
    assert "cb_one_run" in text
    assert "cb_one_run" not in _text("off")


def test_what_some_candidates_do_not_use(tmp_path: Path) -> None:
    """Bit-fields of one arm alone need what the other arm would be warned of."""
    for property in ("kept", "off"):
        for kind in ("plain", "bits"):
            assert answer(build(_text(property), tmp_path, macros=[f"-Dkind=kind_{kind}"]))[0] == 1, (property, kind)
