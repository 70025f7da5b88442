"""The delivery of `rank`: the tables and the page of the choice, without the rest of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reports import sentences
from reports.appendix_cash import cash, ongoing
from reports.appendix_choice import break_even, initiatives, portfolio, ranking_more
from reports.appendix_learning import information, naive
from reports.appendix_prices import delay, frontier, prices
from reports.part import Part, deliver_part, part_html, part_record, part_tables

if TYPE_CHECKING:
    import pandas as pd

    from reports.edition import Edition
    from reports.findings import Findings

# Of these, those that a run makes.
TABLES = (
    *("initiatives", "portfolio", "cashflow", "frontier", "prices", "delay", "information", "naive", "ongoing"),
    *("break_even", "checks"),
)
NOT_ASKED = (
    "Not asked here: what the choice rests on, and the case against it (hidden causes, other assumptions, weakest "
    "evidence); a whole run adds both."
)
RANKING = Part(
    called="ranking",
    record="rank.json",
    page="ranking.html",
    tables=TABLES,
    sections=(
        *(initiatives, ranking_more, portfolio, frontier, prices, delay, information, naive, cash, ongoing, break_even),
    ),
    not_asked=NOT_ASKED,
)


def ranking_tables(edition: Edition) -> dict[str, pd.DataFrame]:
    """The tables of the choice by name."""
    return part_tables(RANKING, edition)


def deliver_ranking(edition: Edition, found: Findings, out: Path) -> tuple[Path, ...]:
    """The paths of what was written to `out` in one move: tables, the page, and the record.

    Raises:
        InputError: `out` holds things that no ranking wrote.
    """
    return deliver_part(RANKING, ranking_html(edition), part_record(edition, found), ranking_tables(edition), out)


def ranking_html(edition: Edition) -> str:
    """The page: the ask, the ranked list with its line, the frontier and what stands behind it; every text escaped."""
    worth = edition.worth if edition.money_word == "margin" and sentences.chosen(edition) else None
    more = {"missing": sentences.missing(edition), "worth": (sentences.worth(edition, worth),) if worth else ()}
    return part_html(RANKING, edition, more)
