"""Walk: from the signed rate to each NPV, a line a step, summed by formula and held against the NPV delivered."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from reports.tables_walk import PORTFOLIO
from reports.workbook.book import Book, Live, content_top, open_sheet, put_header, set_widths
from reports.workbook.layout import RANK_NPV_DELIVERED, along, at
from reports.workbook.portfolio import SHEET as PORTFOLIO_SHEET
from reports.workbook.portfolio import delivered_total
from reports.workbook.put import put_formula, put_number, put_text
from reports.workbook.ranking import SHEET as RANKING
from reports.workbook.ranking import delivered_values

SHEET = "Walk"
POINTS, PER_POINT, FIRST = 1, 2, 3
CENTS = 2


def walk_columns(book: Book) -> list[pd.DataFrame]:
    """The lines of each walk, in the order of the columns; empty where the run has no walk."""
    frame = book.edition.tables.get("walk")
    if frame is None or frame.empty:
        return []
    return [mine.reset_index(drop=True) for _, mine in frame.groupby("initiative", sort=False)]


def write_walk(book: Book, live: Live) -> None:
    """Write a column a walk: points, money a point, the lines, their sum, the NPV delivered and the difference."""
    walks = walk_columns(book)
    if not walks:
        return
    lead = (
        f"How the signed rate becomes each NPV as delivered, in {book.edition.currency}. The first line is points "
        "moved times money a point; every further line replaces one thing in all lines before it."
    )
    sheet = open_sheet(book, SHEET, "Walk from the signed rate to NPV", lead)
    set_widths(sheet, (50, *(max(live.money_width + 4, 18),) * len(walks)))
    top = content_top(book.edition)
    names = ["Chosen portfolio" if _is_portfolio(one) else str(one["initiative"][0]) for one in walks]
    put_header(book, sheet, top, ("line", *names), numbers=range(1, len(walks) + 1))
    _write_lines(book, sheet, top, list(walks[0]["line"]))
    for column, one in enumerate(walks, start=1):
        _write_column(book, sheet, (top, column), one, _delivered(book, live, one))
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(0, top)


def _is_portfolio(lines: pd.DataFrame) -> bool:
    return str(lines["initiative"][0]) == PORTFOLIO


def _write_lines(book: Book, sheet: Worksheet, top: int, lines: Sequence[str]) -> None:
    ends = ("NPV: sum of the lines", "NPV as delivered, to the cent", "Difference")
    texts = ("Points moved in the mean score", "Money of one point, for the base and horizon", *lines, *ends)
    for row, words in enumerate(texts, start=top + 1):
        strong = words == ends[0]
        put_text(sheet, row, 0, words, book.styles.of("label") if strong else book.styles.of("wrap"))


def _delivered(book: Book, live: Live, lines: pd.DataFrame) -> tuple[str, float]:
    """Where the NPV delivered stands, and what it is."""
    if _is_portfolio(lines):
        return live.layout.figure("NPV as delivered", PORTFOLIO_SHEET), delivered_total(book)
    place = live.cash.initiatives.index(str(lines["initiative"][0]))
    cell = at(live.layout.listed_row(place), RANK_NPV_DELIVERED, RANKING)
    return cell, delivered_values(book, live, "npv")[place]


def _write_column(
    book: Book, sheet: Worksheet, place: tuple[int, int], lines: pd.DataFrame, delivered: tuple[str, float]
) -> None:
    (top, column), cell = place, delivered[0]
    money, fine = book.styles.of("cents", "right"), book.styles.of("mixed", "right")
    strong = book.styles.of("cents", "right", "total")
    points, amounts = float(lines["points_moved"][0]), [float(amount) for amount in lines["amount"]]
    put_number(sheet, top + POINTS, column, points, fine)
    put_number(sheet, top + PER_POINT, column, amounts[0] / points if points else 0.0, money)
    product = f"=ROUND({along(top + POINTS, column)}*{along(top + PER_POINT, column)},{CENTS})"
    put_formula(sheet, top + FIRST, column, product, amounts[0], money)
    for row, amount in enumerate(amounts[1:], start=top + FIRST + 1):
        put_number(sheet, row, column, amount, money)
    last = top + FIRST + len(amounts) - 1
    total = f"=ROUND(SUM({along(top + FIRST, column)}:{along(last, column)}),{CENTS})"
    summed, whole = round(sum(amounts), CENTS), round(delivered[1], CENTS)
    put_formula(sheet, last + 1, column, total, summed, strong)
    put_formula(sheet, last + 2, column, f"=ROUND({cell},{CENTS})", whole, money)
    gap = f"=ROUND({along(last + 1, column)}-{along(last + 2, column)},{CENTS})"
    put_formula(sheet, last + 3, column, gap, round(summed - whole, CENTS), money)


def difference_row(book: Book, walks: Sequence[pd.DataFrame]) -> int:
    """The row in which each walk's difference from the NPV delivered stands."""
    return content_top(book.edition) + FIRST + len(walks[0]) + 2
