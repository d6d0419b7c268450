"""Files and what is read of them: includes, `spec` lines, and files that are no specs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cbprove.diagnostics import Diagnostic, Source, Span, SpecError
from cbprove.syntax import tree as syntax
from cbprove.syntax.includes import load, parsed

SPEC = 'spec a "t";\n'


def written(folder: Path, files: dict[str, str | bytes]) -> Path:
    """The files of a folder; the first is the one that is named."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / next(iter(files))


def told(path: Path) -> list[str]:
    """The mistakes of a file: code and message, its folder left out."""
    with pytest.raises(SpecError) as caught:
        load(path)
    return [
        f"{one.code} {one.message}".replace(f"{path.parent}/", "")
        for one in caught.value.diagnostics
    ]


def test_includes_are_unfolded_in_place_and_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "a.cbs": SPEC + 'param A;\ninclude "sub/b.cbs";\ninclude "sub/../c.cbs";\nparam D;\n',
            "sub/b.cbs": 'include "../c.cbs";\nparam B;\n',
            "c.cbs": "param C;\n",
        },
    )
    tree = load(path)
    assert [one.name.text for one in tree.declarations if isinstance(one, syntax.Param)] == [
        "A",
        "C",
        "B",
        "D",
    ]
    assert [Path(source.name).name for source in tree.sources] == ["a.cbs", "b.cbs", "c.cbs"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"a.cbs": SPEC + 'include "a.cbs";'},
            ["CB0006 a file includes itself: `a.cbs` includes `a.cbs`"],
        ),
        (
            {"a.cbs": SPEC + 'include "b.cbs";', "b.cbs": 'include "a.cbs";'},
            ["CB0006 a file includes itself: `a.cbs` includes `b.cbs` includes `a.cbs`"],
        ),
        (
            {"a.cbs": SPEC + 'include "b.cbs";', "b.cbs": SPEC},
            ["CB0007 an included file has a `spec` line"],
        ),
        ({"a.cbs": "param A;"}, ["CB0007 no `spec` line"]),
        ({"a.cbs": SPEC + SPEC}, ["CB0007 a second `spec` line"]),
        ({"a.cbs": SPEC + 'include "b.cbs";'}, ["CB0001 `b.cbs` does not exist"]),
        ({"a.cbs": SPEC + 'include "";'}, ["CB0001 this is not a file's name"]),
        ({"a.cbs": SPEC + 'include "..";'}, ["CB0001 `..` is a directory"]),
        ({"a.cbs": b"spec a\0;"}, ["CB0002 `a.cbs` is binary"]),
        ({"a.cbs": b"spec a;\n\xff\xfe"}, ["CB0002 `a.cbs` is not UTF-8 text: line 2"]),
        ({"a.cbs": " \n"}, ["CB0004 `a.cbs` is empty"]),
        ({"a.cbs": SPEC + " " * 1_000_000}, ["CB0003 `a.cbs` is over 1 MB"]),
        (
            {
                "a.cbs": SPEC + 'include "b.cbs"; include "c.cbs"; param 3;',
                "b.cbs": "param 1;",
                "c.cbs": "param 2;",
            },
            ["CB0020 expected a name after `param`, found `3`"],
        ),
        (
            {
                "a.cbs": SPEC + 'include "b.cbs"; include "c.cbs";',
                "b.cbs": "param 1;",
                "c.cbs": "param 2;",
            },
            [
                "CB0020 expected a name after `param`, found `1`",
                "CB0020 expected a name after `param`, found `2`",
            ],
        ),
    ],
)
def test_mistakes(tmp_path: Path, files: dict[str, str | bytes], expected: list[str]) -> None:
    assert told(written(tmp_path, files)) == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert told(tmp_path / "none.cbs") == ["CB0001 `none.cbs` does not exist"]
    assert told(tmp_path / ("x" * 5000))[0].startswith("CB0001 ")
    (tmp_path / "folder").mkdir()
    assert told(tmp_path / "folder") == ["CB0001 `folder` is a directory"]
    assert told(Path("/dev/null")) == ["CB0001 `null` is not a file"]


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"a.cbs": b'\xef\xbb\xbfspec a "t";\r\n#define A 1\r\nparam B; // c\r\n'}
    )
    assert len(load(path).declarations) == 3


def test_many_includes_inside_each_other(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"f{n}.cbs": f'include "f{n + 1}.cbs";\n' for n in range(150)}
    files["f0.cbs"] = SPEC + 'include "f1.cbs";\n'
    assert told(written(tmp_path, files)) == ["CB0005 includes nested deeper than 100"]


def test_a_reader_gives_texts_from_elsewhere() -> None:
    texts = {
        "at/a.cbs": SPEC + 'include "b/c.cbs";\ninclude "x/../d.cbs";',
        "at/b/c.cbs": 'include "../d.cbs";\nparam C;',
    }
    texts["at/d.cbs"] = "param D;"
    asked: list[tuple[str, int | None]] = []

    def reader(path: Path, span: Span | None) -> Source:
        asked.append((str(path), span.line if span else None))
        name = os.path.normpath(path)
        if name not in texts:
            raise SpecError((Diagnostic("CB0001", f"no {name}", span, "look again"),))
        return Source(f"rev:{name}", texts[name])

    tree = load("at/a.cbs", reader)
    assert [one.name.text for one in tree.declarations if isinstance(one, syntax.Param)] == [
        "D",
        "C",
    ]
    assert [source.name for source in tree.sources] == [
        "rev:at/a.cbs",
        "rev:at/b/c.cbs",
        "rev:at/d.cbs",
    ]
    assert asked == [("at/a.cbs", None), ("at/b/c.cbs", 2), ("at/b/../d.cbs", 1)]
    del texts["at/d.cbs"]
    with pytest.raises(SpecError, match=r"^CB0001: no at/d.cbs; CB0001: no at/d.cbs$"):
        load("at/a.cbs", reader)


def test_a_text_at_hand_is_read_as_an_included_file(tmp_path: Path) -> None:
    written(tmp_path, {"c.cbs": "param C;\n"})
    tree = parsed(Source(str(tmp_path / "nowhere"), 'param A;\ninclude "c.cbs";\nparam B;'))
    assert [one.name.text for one in tree.declarations if isinstance(one, syntax.Param)] == [
        "A",
        "C",
        "B",
    ]
    assert [Path(source.name).name for source in tree.sources] == ["nowhere", "c.cbs"]
    with pytest.raises(SpecError, match=r"^CB0007: an included file has a `spec` line$"):
        parsed(Source("nowhere", SPEC))
    with pytest.raises(SpecError, match=r"^CB0020"):
        parsed(Source("nowhere", "param ;"))
