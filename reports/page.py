"""The report: one page that needs no network and runs no script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reports import sentences, style
from reports.appendix import GLOSSARY, appendix
from reports.edition import Edition
from reports.first_sheet import first_sheet
from reports.rate_page import RatePage
from reports.records import printable

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def write_page(edition: Edition, path: Path) -> None:
    """Write the report as one self-contained HTML file."""
    path.write_text(page_html(edition), encoding="utf-8")


def page_html(edition: Edition) -> str:
    """The report as HTML: the first sheet, then the appendix; every text is escaped."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            edition=edition,
            sheet=first_sheet(edition),
            sections=appendix(edition),
            checks={
                "fail": sentences.with_status(edition, "fail"),
                "review": sentences.with_status(edition, "review"),
                "pass": sentences.with_status(edition, "pass"),
            },
            glossary=GLOSSARY,
            style=style,
            horizon=sentences.horizon(edition),
            unfit=edition.fitness != "fit",
        )
    )


def write_rate_pages(pages: Sequence[RatePage], folder: Path) -> None:
    """Write each rate's page as one self-contained HTML file."""
    template = environment().get_template("rate.html.j2")
    for page in pages:
        (folder / page.file).write_text(template.render(page=page, style=style), encoding="utf-8")


def environment() -> Environment:
    """The templates of the pages: every text is escaped and printable, a missing one is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable_text,
    )


def _printable_text(value: object) -> object:
    return printable(value) if type(value) is str else value
