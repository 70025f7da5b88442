"""Every regression of a study, graded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from impact.cells import Cells, CustomerCells, Moments, SitePanel
from impact.journey import OVERALL, Journey
from models.calibration.slopes import Z90, Calibration, Grade, Method, Slope
from models.designs import held_columns
from models.reduced import GaussianSummary, moments_summary
from models.reduced_sites import money_outcome, shifted, within_rows


def calibrate(cells: Cells, journey: Journey) -> Calibration:
    """The regressions of a study, graded."""
    if isinstance(cells, SitePanel):
        return _calibrate_sites(cells, journey)
    return _calibrate_customers(cells)


def told_apart(headline: Slope, placebo: Slope | None) -> bool:
    """Whether a headline stands clear of its placebo.

    It does not where the placebo is clear of zero at 90% with the same sign, is at least half the
    size, and the headline is not clearly the larger (90%, the two taken as independent).
    """
    if placebo is None or headline.estimate * placebo.estimate <= 0:
        return True
    if abs(placebo.estimate) < max(abs(headline.estimate) / 2, Z90 * placebo.se):
        return True
    return bool(abs(headline.estimate) - abs(placebo.estimate) > Z90 * np.hypot(headline.se, placebo.se))


def telling(headline: Slope, placebo: Slope) -> bool:
    """Whether a placebo is precise enough to have found as much as the headline does."""
    return Z90 * placebo.se <= abs(headline.estimate)


def _graded(headline: Slope, placebo: Slope | None) -> list[Slope]:
    if not told_apart(headline, placebo):
        headline = replace(headline, grade="not told apart from placebo")
    return [headline, *([placebo] if placebo else [])]


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
            headline = _mark(headline)
            slopes += _graded(headline, within_slope(panel, term, -1, "placebo", "within-unit"))
    if not any(s.headline for s in slopes):
        slopes = [_mark(s) if s.method == "cross_section" else s for s in slopes]
    return Calibration(slopes=tuple(slopes))


def _mark(slope: Slope) -> Slope:
    return replace(slope, headline=True)


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


def _calibrate_customers(cells: CustomerCells) -> Calibration:
    answered = cells.certified
    slopes: list[Slope] = []
    if answered["leavers"].sum() >= 20:
        slopes.append(_mark(hazard_slope(answered, ("persona", *cells.controls), "hazard")))
        slopes.append(hazard_slope(answered, (), "cross_section"))
    spend = _pooled_slope(cells.spend_on_score, "within")
    if spend is not None:
        slopes += _graded(_mark(spend), _pooled_slope(cells.spend_on_score_placebo, "placebo"))
    return Calibration(slopes=tuple(slopes))


def hazard_slope(cells: pd.DataFrame, controls: tuple[str, ...], method: Method) -> Slope:
    """Log leaving rate on the overall score of those who answered, per point.

    `GLM([leavers, n - leavers], X, Binomial(CLogLog()))` on cells, scale from Pearson's chi-square
    where above 1.
    """
    nuisance = held_columns(cells, controls) if method == "hazard" else pd.DataFrame({"const": np.ones(len(cells))})
    x = nuisance.assign(overall=cells["overall"].to_numpy(float))
    y = np.column_stack([cells["leavers"], cells["n"] - cells["leavers"]]).astype(float)
    fit = sm.GLM(y, x, Binomial(CLogLog())).fit()
    dispersion = max(float(fit.pearson_chi2 / fit.df_resid), 1.0)
    return Slope(
        outcome="retention",
        term=OVERALL,
        method=method,
        estimate=float(fit.params["overall"]),
        se=float(fit.bse["overall"] * np.sqrt(dispersion)),
        n=int(cells["n"].sum()),
        units=int(cells["n"].sum()),
        headline=False,
        grade="cross-section",
    )


def _pooled_slope(moments: tuple[Moments, ...], method: Method) -> Slope | None:
    """Relative spend on the customer's own score, personas pooled by precision."""
    parts: list[GaussianSummary] = [moments_summary(m, 1) for m in moments if m.customers >= 8]
    precision = sum(float(p.precision[0, 0]) for p in parts)
    if precision <= 0:
        return None
    estimate = sum(float(p.precision[0, 0] * p.mean[0]) for p in parts) / precision
    return Slope(
        outcome="log_revenue",
        term=OVERALL,
        method=method,
        estimate=estimate,
        se=precision**-0.5,
        n=sum(m.rows for m in moments),
        units=sum(m.customers for m in moments),
        headline=False,
        grade="within-unit",
    )
