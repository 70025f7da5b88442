"""The company's own outlook: customers and money by future period, as its file states them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.errors import Finding
from impact.formats.finance import FinanceColumns, FinanceRow, read_finance
from impact.study import Study

OUTLOOK = FinanceColumns(texts=(), number="customers", optional=("unit",), more=("revenue", "margin"))
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the company expects, by future period of the horizon `(period,)` each, NaN where it says nothing.

    `outside` rows are of other periods; `summed` periods are told by unit only, and are the sum of their units.
    """

    file: str
    customers: np.ndarray
    revenue: np.ndarray
    margin: np.ndarray
    outside: int = 0
    summed: int = 0


def read_outlook(study: Study) -> tuple[Outlook | None, tuple[Finding, ...]]:
    """The outlook that a study names and what is wrong with it; None where it names none."""
    named = study.finance.outlook
    if named is None or not study.located(named)[0].is_file():
        return None, ()
    rows, faults = read_finance(*study.located(named), OUTLOOK, study.period_kind)
    faults = (*faults, *_impossible(named, rows))
    inside = [row for row in rows if study.as_of < row.t <= study.as_of + study.horizon_periods]
    if not faults and not inside:
        faults = (_nothing_ahead(named, study),)
    return (None, faults) if faults else (_by_period(named, inside, study, len(rows) - len(inside)), ())


def _by_period(file: str, rows: Sequence[FinanceRow], study: Study, outside: int) -> Outlook:
    """Rows of the whole where there are some of a period, else the sum of its units."""
    lines = {name: np.full(study.horizon_periods, np.nan) for name in ("customers", "revenue", "margin")}
    summed = 0
    for place in range(study.horizon_periods):
        mine = [row for row in rows if row.t == study.as_of + 1 + place]
        whole = [row for row in mine if not row.texts["unit"]]
        summed += bool(mine and not whole)
        for name, line in lines.items():
            told = [row.amount if name == "customers" else row.more.get(name, np.nan) for row in whole or mine]
            if told:
                line[place] = sum(told)
    return Outlook(file=file, **lines, outside=outside, summed=summed)


def _impossible(file: str, rows: Sequence[FinanceRow]) -> list[Finding]:
    """Customers or money below what can be; a margin may be a loss only if it is a loss today, which is no base."""
    findings = []
    for name in ("customers", "revenue", "margin"):
        wrong = [row for row in rows if (row.amount if name == "customers" else row.more.get(name, 1.0)) <= 0]
        if wrong:
            findings.append(
                Finding(
                    code="D381",
                    place=f"{file} {name}",
                    found=f"{len(wrong):,} {'row' if len(wrong) == 1 else 'rows'} of nothing or less",
                    allowed="a number above 0" + ("" if name == "customers" else ", or blank"),
                    remedy="correct the cells, or leave the rows out",
                    rows=tuple(f"row {row.number}" for row in wrong[:_SHOWN]),
                )
            )
    return findings


def _nothing_ahead(file: str, study: Study) -> Finding:
    return Finding(
        code="D381",
        place=f"{file} period",
        found="no row is of a future period that value is counted over",
        allowed=f"periods after {study.study.as_of}, {study.horizon_periods} of them",
        remedy="bring the outlook up to date, or take it out of [finance]",
    )
