"""The delivery of `rank`: the tables and the page of the choice, without the rest of a study."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from reports import sentences, style
from reports.appendix import GLOSSARY
from reports.appendix_cash import cash, ongoing
from reports.appendix_choice import break_even, initiatives, portfolio, ranking_more
from reports.appendix_learning import information, naive
from reports.appendix_prices import delay, frontier, prices
from reports.deliver import SCHEMA, not_ours, put_whole
from reports.page import environment
from reports.tables_out import write_tables

if TYPE_CHECKING:
    import pandas as pd

    from reports.edition import Edition
    from reports.findings import Findings
    from reports.sections import Section

RECORD, PAGE = "rank.json", "ranking.html"
# Of these, those that a run makes.
TABLES = (
    *("initiatives", "portfolio", "cashflow", "frontier", "prices", "delay", "information", "naive", "ongoing"),
    *("break_even", "checks"),
)
SECTIONS = (
    *(initiatives, ranking_more, portfolio, frontier, prices, delay, information, naive, cash, ongoing, break_even),
)
NOT_ASKED = (
    "Not asked here: what the choice rests on, and the case against it (hidden causes, other assumptions, weakest "
    "evidence); a whole run adds both."
)


def ranking_tables(edition: Edition) -> dict[str, pd.DataFrame]:
    """The tables of the choice by name."""
    return {name: edition.tables[name] for name in TABLES if name in edition.tables}


def deliver_ranking(edition: Edition, found: Findings, out: Path) -> tuple[Path, ...]:
    """The paths of what was written to `out` in one move: tables, the page, and the record.

    Raises:
        InputError: `out` holds things that no ranking wrote.
    """
    refuse_not_ranking(out)

    def write(draft: Path) -> None:
        write_tables(ranking_tables(edition), draft / "tables")
        (draft / PAGE).write_text(ranking_html(edition), encoding="utf-8")
        record = json.dumps(_record(edition, found), indent=1, allow_nan=False)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8")

    return put_whole(out, write)


def refuse_not_ranking(out: Path) -> None:
    """Nothing, where `out` is free, empty, or an earlier ranking's.

    Raises:
        InputError: it holds something else, which the delivery would replace.
    """
    if not out.exists() or (out.is_dir() and ((out / RECORD).is_file() or not any(out.iterdir()))):
        return
    raise not_ours(out, "ranking")


def ranking_html(edition: Edition) -> str:
    """The page: the ask, the ranked list with its line, the frontier and what stands behind it; every text escaped."""
    worth = edition.worth if edition.money_word == "margin" and sentences.chosen(edition) else None
    return (
        environment()
        .get_template("ranking.html.j2")
        .render(
            edition=edition,
            notices=(*edition.notices, NOT_ASKED),
            missing=sentences.missing(edition),
            worth=(sentences.worth(edition, worth),) if worth else (),
            sections=_sections(edition),
            checks={status: sentences.with_status(edition, status) for status in ("fail", "review", "pass")},
            glossary=GLOSSARY,
            style=style,
            horizon=sentences.horizon(edition),
            unfit=edition.fitness != "fit",
        )
    )


def _sections(edition: Edition) -> tuple[Section, ...]:
    return tuple(section for make in SECTIONS if (section := make(edition)) is not None)


def _record(edition: Edition, found: Findings) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "run_id": edition.run_id,
        "study": edition.name,
        "as_of": edition.as_of,
        "fitness": edition.fitness,
        "headline": edition.sentences[0],
        "chosen": [str(row.get("initiative")) for row in sentences.chosen(edition)],
        "seed": edition.seed,
        "versions": dict(edition.versions),
        "inputs": dict(edition.inputs),
        "checks": [asdict(check) for check in found.checks],
    }
