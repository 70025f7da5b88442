"""Every regression of a study, graded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from impact.cells import Cells, SitePanel
from impact.journey import OVERALL, Journey
from models.calibration.customers import calibrate_customers
from models.calibration.placebo import as_headline, graded, telling, told_apart
from models.calibration.slopes import Calibration, Grade, Method, Slope
from models.reduced_sites import money_outcome, shifted, within_rows

__all__ = ["calibrate", "telling", "told_apart"]


def calibrate(cells: Cells, journey: Journey) -> Calibration:
    """The regressions of a study, graded."""
    if isinstance(cells, SitePanel):
        return _calibrate_sites(cells, journey)
    return calibrate_customers(cells, journey)


def _calibrate_sites(cells: SitePanel, journey: Journey) -> Calibration:
    panel = cells.panel.reset_index(drop=True)
    slopes: list[Slope] = []
    for term in (OVERALL, *journey.stage_ids()):
        if panel[term].notna().sum() < 8:
            continue
        if term == OVERALL:
            slopes += [s for s in [cross_section(cells, term)] if s is not None]
        headline = within_slope(panel, term, 1, "within", "within-unit")
        if headline is not None:
            headline = as_headline(headline)
            slopes += graded(headline, within_slope(panel, term, -1, "placebo", "within-unit"))
    if not any(s.headline for s in slopes):
        slopes = [as_headline(s) if s.method == "cross_section" else s for s in slopes]
    return Calibration(slopes=tuple(slopes))


def within_slope(panel: pd.DataFrame, term: str, lag: int, method: Method, grade: Grade) -> Slope | None:
    """Log revenue on a unit's own score `lag` periods earlier (later when negative: the placebo).

    Outcome, score and period indicators are centred by unit; OLS, clustered by unit, statsmodels'
    default small-sample factors: `OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": unit})`.
    """
    x = shifted(panel, [term], lag).astype(float)
    rows = within_rows(money_outcome(panel), x, panel)
    units = rows["unit"].nunique()
    if units < 8 or rows[term].abs().max() < 1e-12:
        return None
    groups = pd.factorize(rows["unit"])[0]
    fit = sm.OLS(rows["y"], rows.drop(columns=["y", "unit"])).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return Slope(
        outcome="log_revenue",
        term=term,
        method=method,
        estimate=float(fit.params[term]),
        se=float(fit.bse[term]),
        n=len(rows),
        units=units,
        headline=False,
        grade=grade,
    )


def cross_section(cells: SitePanel, term: str) -> Slope | None:
    """Log revenue (per size, where named) on the same period's score across units, with controls.

    The outcome is winsorised at 1% and 99%; period and text controls enter as indicators; OLS
    clustered by unit. This is the naive way: what differs between units is not what a point is worth.
    """
    panel = cells.panel
    money = panel["revenue"] / panel[cells.size] if cells.size else panel["revenue"]
    y = pd.Series(np.log(money.where(money > 0)), name="y")
    y = y.clip(float(y.quantile(0.01)), float(y.quantile(0.99)))
    controls = panel[list(cells.controls)]
    rows = pd.concat([y, panel[[term, "unit"]], panel["t"].astype(str), controls], axis=1).dropna()
    x = pd.get_dummies(rows.drop(columns=["y", "unit"]), drop_first=True).astype(float)
    x = sm.add_constant(x.loc[:, (x.nunique() > 1).to_numpy()])
    if rows["unit"].nunique() < 8 or term not in x:
        return None
    groups = pd.factorize(rows["unit"])[0]
    fit = sm.OLS(rows["y"], x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return Slope(
        outcome="log_revenue",
        term=term,
        method="cross_section",
        estimate=float(fit.params[term]),
        se=float(fit.bse[term]),
        n=len(rows),
        units=rows["unit"].nunique(),
        headline=False,
        grade="cross-section",
    )
