"""The page: all there is to say in one file, nothing fetched, driven with real clicks where a browser is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

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
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
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
    (kept, *_) = re.findall(r'<table class="heat" aria-label="kept">.*?</table>', page.read_text(), re.DOTALL)
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
    (three,) = _space(Space(property="k", axes=("AT",), counts={}, proved={}, cells={(): marks[1:]}))["rows"]  # type: ignore[index]
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


@pytest.mark.slow
def test_with_real_clicks(page: Path) -> None:
    driver = pytest.importorskip("playwright.sync_api")
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("there is no chromium")
    with driver.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        view = opened.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        asked: list[str] = []
        errors: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.on("pageerror", lambda error: errors.append(str(error)))
        view.goto(page.as_uri())
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
        view.locator(".heat td").first.focus()
        view.keyboard.press("ArrowRight")
        assert view.locator(".told").first.inner_text() == "AT, AT = 1: not proved"
        assert (asked, errors) == ([page.as_uri()], [])
        assert view.evaluate("document.documentElement.scrollWidth") <= 390
        view.screenshot(path=page.with_name("phone.png"))
        opened.close()
