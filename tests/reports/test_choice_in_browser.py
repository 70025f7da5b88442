"""The pages of a whole choice in a browser: offline, no wider than a phone, nothing drawn outside its picture."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from choice_tables import whole_choice

from reports.edition import Edition
from reports.page import page_html
from reports.ranking_page import ranking_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PAGES: dict[str, Callable[[Edition], str]] = {"report": page_html, "ranking": ranking_html}
# Half a letter of the smallest words, by which their measured width may differ from the estimated one.
SLACK = 4
# Words of a picture that reach outside it, by so many of its own units.
OUTSIDE = """slack => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
  const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
  return [...svg.querySelectorAll('text, line, polyline, circle, rect')].filter(shape => {
    const box = shape.getBBox();
    return box.x < -slack || box.x + box.width > width + slack || box.y + box.height > height + slack;
  }).map(shape => shape.textContent || shape.outerHTML);
})"""

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_whole_choice_fits_its_page_and_its_pictures(
    browser: Browser, edition: Edition, tmp_path: Path, name: str, width: int
) -> None:
    path = tmp_path / f"{name}.html"
    path.write_text(PAGES[name](whole_choice(edition)), encoding="utf-8")
    page = browser.new_context(offline=True, viewport={"width": width, "height": 800}).new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    assert (asked, said) == ([path.as_uri()], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE, SLACK) == []
    page.context.close()
