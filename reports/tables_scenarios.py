"""The tables of scenarios: every metric by period and fiscal year, and what differs from base on the same draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from reports.findings import Findings
from reports.tables_cash import future_periods
from scenarios.planning import Planned
from scenarios.quarters import BASE
from scenarios.simulate import LAST, SUMMED, Figures

COLUMNS = ("scenario", "period", "metric", "value", "p05", "p50", "p95", "unit")
DIFFERENCES = ("scenario", "against", *COLUMNS[1:])
OF_MARGIN = ("margin", "cash", "cumulative_npv")
YEAR = "FY"


def scenarios_table(found: Findings) -> pd.DataFrame:
    """Base with the chosen portfolio, the same with nothing funded, and every scenario; by period, then fiscal year.

    Of a fiscal year money is the sum, customers and cumulative value stand at its end, retention compounds, scores are
    the mean; `unit` says so.
    """
    rows = [
        (one.scenario, *row)
        for one in (found.planned.simulated if found.planned else ())
        for row in _rows(found, one.levels)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def scenario_differences_table(found: Findings) -> pd.DataFrame:
    """What each scenario differs from base by, of paired draws: a range that leaves out what both share."""
    rows = [
        (one.scenario, BASE, *row)
        for one in (found.planned.simulated if found.planned else ())
        for row in _rows(found, one.differences)
    ]
    return pd.DataFrame(rows, columns=list(DIFFERENCES))


def _rows(found: Findings, by_metric: Mapping[str, Figures]) -> Iterator[tuple[object, ...]]:
    planned = found.planned
    if planned is None:
        return
    places = _places(found, planned)
    for metric, one in by_metric.items():
        if metric in OF_MARGIN and not found.has_margin:
            continue
        units = _units(found, planned, metric)
        figures = np.array([one.mean, one.p05, one.p50, one.p95]).T
        for place, unit, row in zip(places, units, figures, strict=True):
            yield (place, metric, *map(float, row), unit)


def _places(found: Findings, planned: Planned) -> tuple[str, ...]:
    """Labels of periods, then of fiscal years: `FY2027`."""
    return (*future_periods(found), *(f"{YEAR}{year}" for year in dict.fromkeys(planned.years)))


def _units(found: Findings, planned: Planned, metric: str) -> tuple[str, ...]:
    """The unit of a metric in every period, then in every fiscal year with how it is put together there."""
    unit = _unit(found, metric)
    per_year = Counter(planned.years)
    return (*(unit for _ in planned.years), *(f"{unit}, {_of_year(found, metric, n)}" for n in per_year.values()))


def _unit(found: Findings, metric: str) -> str:
    if metric == "customers":
        return "sites" if isinstance(found.cells, SitePanel) else "customers"
    if metric == "retention":
        return "share"
    return "points" if metric.startswith("csat") else found.study.study.currency


def _of_year(found: Findings, metric: str, periods: int) -> str:
    kind = found.study.period_kind
    counted = f"{periods} {kind}{'s' if periods != 1 else ''}"
    if metric in LAST:
        return "at its end"
    if metric in SUMMED:
        return f"sum of {counted}"
    return f"compounded over {counted}" if metric == "retention" else f"mean of {counted}"
