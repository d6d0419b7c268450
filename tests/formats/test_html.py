"""The page: all there is to say in one file, nothing fetched, driven with real clicks where a
browser is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cbprove.verdicts import Space

pytest.importorskip("jinja2")

ROOT = Path(__file__).parents[2]
SPEC = """
spec tiny "two <b>views</b> & a title";
abi x86_64;
object skb per path { char cb[48]; }
param AT in 0..40 = 4;
layer one { view A : u8[8] at skb.cb[0]; step store { write A; } step look { read A; } }
layer two { view B : u8[8] at skb.cb[AT]; step other { write B; } }
path p { store; other; look; }
property kept "it is kept": preserved A from store to look;
property inside: disjoint A, B;
proposal at_4 { AT = 4; expect inside refuted; }
proposal at_8 { AT = 8; }
ask room "where are they apart?": AT such that inside given AT < 10; expect some;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "tiny.cbs").write_text(SPEC)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", "check", "tiny.cbs", "--format", "html"]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 1
    (folder / "page.html").write_text(ran.stdout)
    return folder / "page.html"


def test_nothing_is_fetched(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"(?:src|href)\s*=|@import|url\(|https?://", text)


def test_titles_are_text(page: Path) -> None:
    text = page.read_text()
    assert "two &lt;b&gt;views&lt;/b&gt; &amp; a title" in text


def test_an_answer_names_its_axes(page: Path) -> None:
    assert "AT = 8; AT = 9</dd>" in page.read_text()


class Balanced(HTMLParser):
    """Keeps the elements that are open."""

    EMPTY = ("meta", "br", "input", "link")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_element_is_closed_and_every_button_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    wanted = re.findall(r'data-case="([^"]+)"', text)
    assert wanted
    assert set(wanted) == set(re.findall(r'<article class="case" id="([^"]+)"', text))


def test_the_space_has_a_cell_for_each_candidate(page: Path) -> None:
    (kept, *_) = re.findall(
        r'<table class="heat" aria-label="kept">.*?</table>', page.read_text(), re.DOTALL
    )
    assert "".join(re.findall(r"<td [^>]*>(.)</td>", kept)) == "-" * 8 + "P" * 33
    assert '<th scope="row" title="AT">AT</th>' in kept
    assert 'title="AT = 7: not proved">-</td>' in kept and 'title="AT = 8: proved">P</td>' in kept


def test_where_there_are_many_candidates_a_cell_is_a_block_of_them() -> None:
    from cbprove.formats.html import _space

    marks = bytes([1] * 100 + [0] * 100 + [2] * 56)
    space = Space(property="kept", axes=("AT",), counts={}, proved={}, cells={(): marks})
    found = _space(space)
    assert found is not None
    ((row),) = found["rows"]
    assert "".join(cell["letter"] for cell in row["cells"]) == "P" * 25 + "-" * 25 + "x" * 14
    assert row["cells"][1]["at"] == "4..7"
    (three,) = _space(
        Space(property="k", axes=("AT",), counts={}, proved={}, cells={(): marks[1:]})
    )["rows"]  # type: ignore[index]
    assert three["cells"][24]["letter"] == "m"


def test_without_a_ranged_axis_the_last_one_has_the_columns() -> None:
    from cbprove.formats.html import _space

    cells = {("a", "x"): b"\1", ("a", "y"): b"\0", ("b", "x"): b"\2", ("b", "y"): b"\1"}
    found = _space(Space(property="kept", axes=("s", "r"), counts={}, proved={}, cells=cells))
    assert found is not None
    assert (found["heads"], found["others"]) == (["x", "y"], "s")
    assert {row["choice"]: [c["letter"] for c in row["cells"]] for row in found["rows"]} == {
        "s = a": ["P", "-"],
        "s = b": ["x", "P"],
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium")
    with driver.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def shown(browser: Any, page: Path, **how: Any) -> Iterator[Any]:
    """A page that fetches nothing and has no errors."""
    view = browser.new_page(**{"viewport": {"width": 390, "height": 800}, **how})
    asked: list[str] = []
    errors: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: errors.append(str(error)))
    view.goto(page.as_uri())
    yield view
    assert (asked, errors) == ([page.as_uri()], [])
    view.close()


def contrast(view: Any, selector: str) -> float:
    """How a text stands out from what is behind it, as WCAG has it."""
    script = """each => { let at = each; const color = getComputedStyle(each).color;
      while (at && getComputedStyle(at).backgroundColor === 'rgba(0, 0, 0, 0)') at = at.parentElement;
      return [color, at ? getComputedStyle(at).backgroundColor : 'rgb(255, 255, 255)']; }"""
    levels = []
    for color in view.locator(selector).first.evaluate(script):
        parts = [int(each) / 255 for each in re.findall(r"\d+", color)[:3]]
        linear = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        levels.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(levels) + 0.05) / (min(levels) + 0.05)


@pytest.mark.slow
def test_with_real_clicks(page: Path, browser: Any) -> None:
    with shown(browser, page, color_scheme="dark") as view:
        assert view.locator(".case.open h2").all_inner_texts() == ["refuted: kept under at_4"]
        view.locator(".matrix button", has_text="proved").first.click()
        assert view.locator(".case.open h2").all_inner_texts() == ["proved: kept under at_8"]
        view.keyboard.press("ArrowLeft")
        view.keyboard.press("Enter")
        assert view.locator(".case.open h2").all_inner_texts() == ["refuted: kept under at_4"]
        assert view.locator(".case.open .byte.lost").count() == 4
        view.locator(".case.open [data-go='-1']").click()
        assert view.locator(".case.open tr.later").count() == 1
        view.locator(".case.open [data-go='0']").click()
        assert view.locator(".case.open tr.later").count() == 0
        assert view.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
def test_steps_by_keyboard(page: Path, browser: Any) -> None:
    with shown(browser, page) as view:
        view.locator(".case.open [data-go='-1']").focus()
        view.keyboard.press("Space")
        assert view.locator(".case.open tr.now th").all_inner_texts() == ["other"]
        view.keyboard.press("Tab")
        view.keyboard.press("Enter")
        assert view.locator(".case.open tr.now").all_inner_texts()[0].split()[:3] == [
            "look",
            "reads",
            "A",
        ]
        assert view.locator(".case.open tr.later").count() == 0


@pytest.mark.slow
def test_the_space_by_keyboard(page: Path, browser: Any) -> None:
    with shown(browser, page) as view:
        view.locator(".heat td").first.focus()
        for key, told in (
            ("ArrowRight", "AT, AT = 1: not proved"),
            ("ArrowUp", "AT, AT = 1: not proved"),
            ("ArrowLeft", "AT, AT = 0: not proved"),
            ("ArrowLeft", "AT, AT = 0: not proved"),
        ):
            view.keyboard.press(key)
            assert view.locator(".told").first.inner_text() == told
        for _ in range(50):
            view.keyboard.press("ArrowRight")
        assert view.locator(".told").first.inner_text() == "AT, AT = 40: proved"
        assert view.locator(".heat").first.locator("td[tabindex='0']").all_inner_texts() == ["P"]
        view.locator("summary").nth(1).focus()
        view.keyboard.press("Enter")
        assert view.locator(".heat").nth(1).is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_texts_stand_out(page: Path, sides: Path, browser: Any, scheme: str) -> None:
    with shown(browser, page, color_scheme=scheme) as view:
        for selector in (
            "h1",
            ".faint",
            ".matrix .proved",
            ".matrix .refuted",
            ".case.open .lost",
            ".case.open .old",
        ):
            assert contrast(view, selector) >= 4.5, selector
    with shown(browser, sides, color_scheme=scheme) as view:
        for selector in (
            ".sides .moved",
            ".sides .fresh",
            ".sides .rule",
            ".members td",
            "span.refuted",
            ".told",
        ):
            assert contrast(view, selector) >= 4.5, selector


@pytest.mark.slow
def test_printed_it_is_whole(wide: Path, sides: Path, browser: Any) -> None:
    """On A4, at 96 dots an inch, without what only a screen has."""
    for page in (wide, sides):
        with shown(browser, page, viewport={"width": 718, "height": 1000}) as view:
            view.emulate_media(media="print")
            view.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            assert not view.locator(".steps, .hint").filter(visible=True).count()
            assert (
                view.locator(".case").count()
                == view.locator(".case").filter(visible=True).count()
                > 0
            )
            assert view.locator("details:not([open])").count() == 0
            assert (
                view.evaluate(
                    "Math.max(...[...document.querySelectorAll('*')].map(e => e.getBoundingClientRect().right))"
                )
                <= 718
            )


# --- the page of a change -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a spec with a dozen proposals of long names."""
    more = "".join(f"proposal what_somebody_proposed_{n} {{ AT = {n}; }}\n" for n in range(9, 19))
    return written(tmp_path_factory.mktemp("wide"), SPEC + more, "check", "tiny.cbs")


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base, head = (f"specs/changes/tc_skb_cb/{name}.cbs" for name in ("base", "head"))
    return written(tmp_path_factory.mktemp("sides"), "", "diff", str(ROOT / base), str(ROOT / head))


def written(folder: Path, spec: str, *arguments: str) -> Path:
    (folder / "tiny.cbs").write_text(spec)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model"), "XDG_CACHE_HOME": str(folder)}
    command = [sys.executable, "-m", "cbprove", *arguments, "--format", "html"]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    (folder / "page.html").write_text(ran.stdout)
    return folder / "page.html"


def strips(text: str, struct: str) -> list[str]:
    """The letters of a struct before and after."""
    (table,) = re.findall(
        rf'<table class="map sides" aria-label="{struct}">.*?</table>', text, re.DOTALL
    )
    return [
        "".join(re.findall(r'<span class="byte \w+" tabindex[^>]*>(.)</span>', row))
        for row in table.split("<tr>")[2:]
    ]


def test_structs_lie_side_by_side(sides: Path) -> None:
    text = sides.read_text()
    assert strips(text, "struct tc_skb_cb") == ["a" * 28 + "dde.cc..", "a" * 28 + "bbbbccdde..."]
    assert (
        'class="byte fresh" tabindex="-1" data-members="drop_reason" title="byte 28: drop_reason">b<'
        in text
    )
    assert (
        'data-members="post_ct post_ct_snat post_ct_dnat" title="byte 36: post_ct, post_ct_snat, post_ct_dnat"'
        in text
    )
    assert '<td>[28..30)</td><td class="moved">[34..36)</td>' in text
    assert not re.search(r"(?:src|href)\s*=|@import|url\(|https?://", text)
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []


def rows(text: str) -> list[str]:
    """Each step of the run that a page shows, what it does and to what."""
    found = re.findall(r"<th scope=\"row\">([^<]+)</th><td>([^<]*)</td><td>([^<]*)</td>", text)
    return [" ".join(each) for each in found]


@pytest.mark.slow
def test_the_run_of_a_patch_is_stepped_through_by_clicks(tmp_path: Path, browser: Any) -> None:
    changes = ROOT / "specs" / "changes"
    patch, base = changes / "tc_skb_cb.patch", changes / "tc_skb_cb" / "base.cbs"
    page = written(tmp_path, "", "diff", "--patch", str(patch), str(base))
    with shown(browser, page, color_scheme="dark") as view:
        assert view.locator(".case .byte.lost").count() == 2
        assert contrast(view, ".case .byte.lost") >= 4.5
        for step, later in (("cls_bpf_classify", 1), ("act_ct", 2)):
            view.locator(".case [data-go='-1']").click()
            assert view.locator(".case tr.now th").all_inner_texts() == [step]
            assert view.locator(".case tr.later").count() == later
        view.locator(".case [data-go='0']").click()
        assert view.locator(".case tr.later").count() == 0
        assert view.evaluate("document.documentElement.scrollWidth") <= 390
        box = view.locator(".case .byte.lost").first.bounding_box()
        assert 0 < box["x"] < 390  # scrolled to, within its own box


def test_a_patch_has_a_page_too(tmp_path: Path) -> None:
    changes = ROOT / "specs" / "changes"
    arguments = (
        "diff",
        "--patch",
        str(changes / "tc_skb_cb.patch"),
        str(changes / "tc_skb_cb" / "base.cbs"),
    )
    text = written(tmp_path, "", *arguments).read_text()
    assert strips(text, "struct tc_skb_cb") == ["a" * 28 + "dde.cc..", "a" * 28 + "bbbbccdde..."]
    assert "newly refuted: mru_preserved under today" in text
    assert rows(text) == [
        "act_ct writes TC_SKB_CB.mru",
        "cls_bpf_classify writes bpf_skb_data_end",
        "sch_frag_xmit_hook reads TC_SKB_CB.mru",
    ]
    assert len(re.findall(r'<span class="byte old lost" title="byte 3[45]">b</span>', text)) == 2
    assert "paths.cbs:25 repeat: 1 turn" in text
    assert "TC_SKB_CB.mru = bpf_skb_data_end.data_meta, stored by cls_bpf_classify" in text
    assert "tc_skb_cb.drop_reason: no step touches it" in text


def test_a_patch_that_touches_nothing_has_a_page_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.patch").write_text(
        "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n int a;\n-int b;\n+int c;\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    command = [sys.executable, "-m", "cbprove", "diff", "--patch", "x.patch", "--format", "html"]
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0
    assert "<h1>No control block is touched</h1>" in ran.stdout


@pytest.mark.slow
def test_bytes_side_by_side_by_keyboard_and_click(sides: Path, browser: Any) -> None:
    with shown(browser, sides, color_scheme="dark") as view:
        view.locator(".sides .byte[tabindex='0']").focus()
        for key, told in (
            ("ArrowRight", "before, byte 1: qdisc_cb"),
            ("End", "before, byte 35: nothing"),
            ("ArrowDown", "after, byte 35: mru"),
            ("ArrowUp", "before, byte 35: nothing"),
            ("ArrowUp", "after, byte 35: mru"),
            ("End", "after, byte 39: nothing"),
            ("ArrowDown", "after, byte 39: nothing"),
            ("Home", "after, byte 0: qdisc_cb"),
        ):
            view.keyboard.press(key)
            assert view.locator(".told").first.inner_text() == told
        view.locator("[data-member='mru']").click()
        assert view.locator(".byte.picked").count() == 4
        assert view.locator("[aria-pressed='true']").all_inner_texts() == ["mru"]
        view.locator("[data-member='mru']").click()
        assert view.locator(".byte.picked").count() == 0
        view.keyboard.press("Enter")
        assert view.locator(".byte.picked").count() == 4
        view.locator(".sides .fresh").first.click()
        assert view.locator("[aria-pressed='true']").all_inner_texts() == ["drop_reason"]
        view.locator(".case [data-go='-1']").click()
        assert view.locator(".case tr.now th").all_inner_texts() == ["cls_bpf_classify"]
        assert view.evaluate("document.documentElement.scrollWidth") <= 390
