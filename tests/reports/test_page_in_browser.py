"""The report in a browser: offline, quiet, no wider than a phone, and its first sheet on one A4 page."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reports.edition import Edition
from reports.page import write_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.verify,
]


def funding_nothing(edition: Edition) -> Edition:
    return replace(edition, tables={**edition.tables, "portfolio": edition.tables["portfolio"].assign(chosen=0)})


def failed(edition: Edition) -> Edition:
    checks = edition.tables["checks"].assign(status=["fail", "review"])
    return replace(edition, tables={**edition.tables, "checks": checks}, fitness="not fit for use")


def revenue_only(edition: Edition) -> Edition:
    bare = edition.tables["initiatives"].assign(npv=np.nan, max_cost=np.nan)
    return replace(edition, tables={**edition.tables, "initiatives": bare}, money_word="revenue", cash=None, worth=None)


EDITIONS: dict[str, Callable[[Edition], Edition]] = {
    "usual": lambda edition: edition,
    "funding nothing": funding_nothing,
    "not fit": failed,
    "revenue only": revenue_only,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Browser, path: Path, width: int, scheme: str) -> tuple[Page, list[str], list[str]]:
    context = browser.new_context(
        offline=True,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    requests: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return page, requests, said


@pytest.mark.parametrize("kind", EDITIONS)
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_page_asks_for_nothing_says_nothing_and_never_scrolls_sideways(
    browser: Browser, edition: Edition, tmp_path: Path, kind: str, width: int, scheme: str
) -> None:
    path = tmp_path / "report.html"
    write_page(EDITIONS[kind](edition), path)
    page, requests, said = opened(browser, path, width, scheme)
    assert requests == [path.as_uri()]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("kind", EDITIONS)
def test_the_first_sheet_prints_on_one_a4_landscape_page(
    browser: Browser, edition: Edition, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "report.html"
    write_page(EDITIONS[kind](edition), path)
    page, _, _ = opened(browser, path, 1280, "light")
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    page.context.close()
    size = _told("pdfinfo", str(tmp_path / "report.pdf"))
    first = _told("pdftotext", "-l", "1", str(tmp_path / "report.pdf"), "-")
    second = _told("pdftotext", "-f", "2", "-l", "2", str(tmp_path / "report.pdf"), "-")
    assert re.search(r"84[12]\.?\d* x 59[45]\.\d+ pts \(A4\)", size)
    assert "Checks: " in first
    assert second.startswith("Initiatives / ")


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
