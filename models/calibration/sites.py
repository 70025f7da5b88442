"""The regressions of units seen in every period: each compared with itself, or with each other where it must be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from impact.journey import OVERALL, Journey
from models.calibration.across import cross_regression, cross_section
from models.calibration.clusters import fit_clustered, ols_call
from models.calibration.placebo import as_headline, graded
from models.calibration.site_checks import site_checks
from models.calibration.slopes import Calibration, Grade, Method, Outcome, Regression, Slope
from models.reduced_sites import LEAST_UNITS, cluster_of, money_outcome, shifted, within_rows

LAGS: dict[int, Method] = {0: "lag_0", 1: "lag_1", 2: "lag_2", 3: "lag_3"}
NOT_POSITIVE = 0.01  # a larger share of margins of zero or less, and margin is a level of its own


def calibrate_sites(cells: SitePanel, journey: Journey) -> Calibration:
    """Money on scores, graded: headline and placebo of each term, and for overall the other ways beside them."""
    cells = replace(cells, panel=cells.panel.reset_index(drop=True))
    panel = _with_cluster(cells)
    terms = [term for term in (OVERALL, *journey.stage_ids()) if panel[term].notna().sum() >= LEAST_UNITS]
    slopes: list[Slope] = []
    regressions: list[Regression] = []
    for term in terms:
        across = cross_section(cells, term) if term == OVERALL or not cells.repeated else None
        slopes += [across] if across else []
        for outcome in _outcomes(panel):
            found = within_regression(panel, outcome, term, cells.lag)
            if found is not None:
                pair = graded(as_headline(found.slope), _placebo(panel, outcome, term))
                slopes += pair
                regressions.append(replace(found, slope=pair[0]))
        if term == OVERALL and any(slope.headline for slope in slopes):
            slopes += other_ways(panel, term, cells.lag)
    if not any(slope.headline for slope in slopes):
        slopes = [as_headline(slope) for slope in slopes]
        regressions = _across(cells, slopes)
    checks = site_checks(cells, tuple(slopes), journey)
    return Calibration(slopes=tuple(slopes), regressions=tuple(regressions), checks=checks)


def _with_cluster(cells: SitePanel) -> pd.DataFrame:
    return cells.panel.assign(cluster__=cluster_of(cells))


def _across(cells: SitePanel, slopes: list[Slope]) -> list[Regression]:
    """The regressions of headlines across units; a two-part slope has no single one."""
    found = []
    for slope in slopes:
        regression = cross_regression(cells, slope.term)
        if regression is not None and regression.slope.estimate == slope.estimate:
            found.append(replace(regression, slope=slope))
    return found


def _outcomes(panel: pd.DataFrame) -> tuple[Outcome, ...]:
    """Revenue, and margin as a level of its own where more than one margin in a hundred is zero or less."""
    margin = panel["margin"].dropna() if "margin" in panel else pd.Series(dtype=float)
    return ("log_revenue", "margin") if len(margin) and (margin <= 0).mean() > NOT_POSITIVE else ("log_revenue",)


def within_regression(
    panel: pd.DataFrame, outcome: Outcome, term: str, lag: int, method: Method = "within"
) -> Regression | None:
    """Money on a unit's own score `lag` periods earlier (later when negative), or None where too few units vary.

    Outcome, score and period indicators are centred by unit; OLS clustered by unit, with statsmodels' default
    small-sample factors: `OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": unit})`.

    Source: Cameron & Miller (2015) for the clusters; centring as in the within estimator of unit effects.
    """
    x = shifted(panel, [term], lag).astype(float)
    rows = within_rows(_money(panel, outcome), x, panel)
    return _regression(rows, panel, outcome, term, method)


def _money(panel: pd.DataFrame, outcome: Outcome) -> pd.Series:
    return panel["margin"].astype(float) if outcome == "margin" else money_outcome(panel)


def _placebo(panel: pd.DataFrame, outcome: Outcome, term: str) -> Slope | None:
    found = within_regression(panel, outcome, term, -1, "placebo")
    return found.slope if found else None


def within_slope(panel: pd.DataFrame, term: str, lag: int, method: Method, grade: Grade) -> Slope | None:
    """The slope of log revenue on a unit's own score `lag` periods earlier (later when negative), or None."""
    found = within_regression(panel, "log_revenue", term, lag, method)
    return replace(found.slope, grade=grade) if found else None


def _regression(
    rows: pd.DataFrame, panel: pd.DataFrame, outcome: Outcome, term: str, method: Method
) -> Regression | None:
    """The clustered fit of centred (or differenced) `rows`: the design, then `y` and `unit`, indexed as `panel`."""
    if rows["unit"].nunique() < LEAST_UNITS or rows[term].abs().max() < 1e-12:
        return None
    mine = panel.loc[rows.index]
    cluster, persona = mine.get("cluster__", mine["unit"]), mine.get("persona", "all")
    keys = pd.DataFrame({"unit": cluster, "t": mine["t"], "persona": persona})
    if keys["unit"].nunique() < LEAST_UNITS:
        return None
    x = rows.drop(columns=["y", "unit"])
    y = rows["y"].to_numpy(float)
    fit = fit_clustered(y, x, term, keys)
    slope = Slope(
        outcome=outcome,
        term=term,
        method=method,
        estimate=fit.estimate,
        se=fit.se,
        n=len(rows),
        units=fit.clusters,
        headline=False,
        grade="within-unit",
        df=fit.df,
    )
    centred = "rows centred by unit" if method != "first_difference" else "changes from one period to the next"
    call = f"{centred}; {ols_call(fit.errors)}"
    return Regression(slope=slope, y=y, x=x, keys=keys, family="gaussian", weights=None, call=call)


def other_ways(panel: pd.DataFrame, term: str, lag: int) -> list[Slope]:
    """The same rate by other lags, with the period before's money held fixed, and in first differences."""
    found = [
        within_regression(panel, "log_revenue", term, other, method) for other, method in LAGS.items() if other != lag
    ]
    found += [previous_money(panel, term, lag), first_difference(panel, term, lag)]
    return [regression.slope for regression in found if regression is not None]


def previous_money(panel: pd.DataFrame, term: str, lag: int) -> Regression | None:
    """The within regression with the period before's own money beside the score.

    A challenge and never the headline: with few periods the unit effects push the coefficient of earlier
    money towards minus one over the periods. Source: Nickell (1981).
    """
    y = money_outcome(panel)
    before = shifted(panel.assign(money_before=y), ["money_before"], 1)
    x = pd.concat([shifted(panel, [term], lag).astype(float), before], axis=1)
    return _regression(within_rows(y, x, panel), panel, "log_revenue", term, "previous_money")


def first_difference(panel: pd.DataFrame, term: str, lag: int) -> Regression | None:
    """The change of money on the change of the score `lag` periods earlier, with a constant and period indicators."""
    y = money_outcome(panel)
    change = y - shifted(panel.assign(money=y), ["money"], 1)["money"]
    now = shifted(panel, [term], lag)[term].astype(float)
    earlier = shifted(panel, [term], lag + 1)[term].astype(float)
    rows = pd.DataFrame({term: now - earlier, "y": change, "unit": panel["unit"], "t": panel["t"]}).dropna()
    periods = pd.get_dummies(rows.pop("t"), prefix="period", drop_first=True, dtype=float)
    rows = pd.concat([rows[[term]], periods, rows[["y", "unit"]]], axis=1)
    rows.insert(0, "const", np.ones(len(rows)))
    return _regression(rows, panel, "log_revenue", term, "first_difference")
