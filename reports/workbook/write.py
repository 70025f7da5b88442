"""One edition as a workbook: live where there is cash to value, every table of the contract beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from reports.edition import CashModel, Edition
from reports.workbook.about import write_about
from reports.workbook.book import Book, Live, content_top
from reports.workbook.calc import write_basis, write_calc
from reports.workbook.checks import write_checks
from reports.workbook.dashboard import write_dashboard
from reports.workbook.inputs import write_inputs
from reports.workbook.layout import Layout
from reports.workbook.portfolio import write_portfolio
from reports.workbook.put import cell_text
from reports.workbook.ranking import write_ranking
from reports.workbook.sets import write_sets
from reports.workbook.styles import Styles
from reports.workbook.tables import write_tables
from reports.workbook.valuation import value_initiatives, value_sets
from reports.workbook.walk import write_walk


def write_workbook(edition: Edition, path: Path) -> None:
    """Write the edition to `path`; each formula carries the value it has as delivered."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"title": cell_text(edition.name), "subject": f"Run {cell_text(edition.run_id)}"})
        workbook.set_size(2400, 1500)
        book = Book(workbook=workbook, styles=Styles(workbook), edition=edition, live=_live(edition))
        write_about(book)
        write_dashboard(book)
        if book.live is not None:
            _write_live(book, book.live)
        write_tables(book)
        workbook.get_worksheet_by_name("Dashboard").activate()


def _write_live(book: Book, live: Live) -> None:
    write_inputs(book, live)
    write_portfolio(book, live)
    write_ranking(book, live)
    write_walk(book, live)
    write_checks(book, live)
    write_calc(book, live)
    write_basis(book, live)
    if live.sets is not None:
        write_sets(book, live, live.sets)


def _live(edition: Edition) -> Live | None:
    cash = edition.cash
    if cash is None or not cash.initiatives:
        return None
    alone = value_initiatives(cash)
    sets = value_sets(cash, alone)
    return Live(
        cash=cash,
        layout=Layout(
            top=content_top(edition),
            initiatives=len(cash.initiatives),
            periods=len(cash.periods),
            sets=0 if cash.sets is None or sets is None else len(cash.sets),
        ),
        alone=alone,
        sets=sets,
        names=_texts(edition, cash, "name"),
        owners=_texts(edition, cash, "owner"),
    )


def _texts(edition: Edition, cash: CashModel, column: str) -> tuple[str, ...]:
    """A text column by initiative, pilot and survey, in the order of the cash model; the id where no name is given."""
    known: dict[str, Any] = {}
    for table in (edition.tables.get("portfolio"), edition.tables["initiatives"]):
        if table is not None and column in table.columns:
            known |= dict(zip(table["initiative"], table[column], strict=True))
    found = (known.get(item, "") for item in cash.initiatives)
    texts = ["" if pd.isna(text) else str(text) for text in found]
    return tuple(
        texts if column == "owner" else (text or item for text, item in zip(texts, cash.initiatives, strict=True))
    )
