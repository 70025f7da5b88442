"""Units compared with each other in the same period: the cross-section, weak evidence of what a point is worth."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from impact.cells import SitePanel
from models.calibration.clusters import FEW_CLUSTERS, fit_clustered, ols_call
from models.calibration.slopes import Regression, Slope
from models.calibration.two_part import fit_two_part
from models.reduced_sites import LEAST_UNITS, MANY_ZEROS, cluster_of, held_across, money_across

Form = Literal["log", "two-part", "yes or no"]


def money_form(cells: SitePanel) -> Form:
    """How money enters a comparison across units.

    Log of what is positive, or, where over a tenth bring nothing and nobody less, whether any and how much;
    `yes or no` where all who bring anything bring the same.
    """
    known = cells.panel["revenue"].dropna()
    if known.empty or (known < 0).any() or (known == 0).mean() <= MANY_ZEROS:
        return "log"
    return "yes or no" if known[known > 0].nunique() <= 1 else "two-part"


def cross_section(cells: SitePanel, term: str) -> Slope | None:
    """Money (per size, where named) on the same period's score across units, with controls, or None.

    Where many bring nothing, the relative change of expected money by the two-part model. This is the naive
    way wherever units could be compared with themselves: what differs between units is not what a point is worth.
    """
    if money_form(cells) != "log":
        return _two_part(cells, term)
    regression = cross_regression(cells, term)
    return regression.slope if regression else None


def cross_regression(cells: SitePanel, term: str) -> Regression | None:
    """The regression of log money on a score across units with its rows, or None where units are too few.

    The outcome is winsorised at the study's share of each end; period and text controls enter as
    indicators: `OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": unit})`.
    """
    rows = _rows(cells, term, money_across(cells))
    if rows is None:
        return None
    y, x, keys = rows
    fit = fit_clustered(y, x, term, keys)
    slope = Slope(
        outcome="log_revenue",
        term=term,
        method="cross_section",
        estimate=fit.estimate,
        se=fit.se,
        n=len(y),
        units=fit.clusters,
        headline=False,
        grade="cross-section",
        df=fit.df,
    )
    money = f"revenue / {cells.size}" if cells.size else "revenue"
    outcome = f"y = log({money}) winsorised at {cells.winsorise:g} and {1 - cells.winsorise:g}"
    call = f"{outcome}; {ols_call(fit.errors)}"
    return Regression(slope=slope, y=y, x=x, keys=keys, family="gaussian", weights=None, call=call)


def _rows(cells: SitePanel, term: str, money: pd.Series) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame] | None:
    """Outcome, design and keys of the rows that have them all, or None where nothing can be told."""
    panel = cells.panel
    held = held_across(cells)
    rows = pd.concat([money.rename("y"), panel[[term]], held], axis=1).dropna()
    keys = pd.DataFrame({"unit": cluster_of(cells), "t": panel["t"], "persona": panel["persona"]}).loc[rows.index]
    x = pd.get_dummies(rows.drop(columns="y"), drop_first=True).astype(float)
    x = sm.add_constant(x.loc[:, (x.nunique() > 1).to_numpy()])
    if keys["unit"].nunique() < LEAST_UNITS or term not in x:
        return None
    return rows["y"].to_numpy(float), x, keys


def _two_part(cells: SitePanel, term: str) -> Slope | None:
    money = cells.panel["revenue"] / cells.panel[cells.size] if cells.size else cells.panel["revenue"]
    rows = _rows(cells, term, money)
    if rows is None:
        return None
    y, x, keys = rows
    found = fit_two_part(y, x, term, keys["unit"].to_numpy())
    if not found.relative_se > 0:
        return None
    return Slope(
        outcome="log_revenue",
        term=term,
        method="cross_section",
        estimate=found.relative,
        se=found.relative_se,
        n=found.n,
        units=found.units,
        headline=False,
        grade="cross-section",
        df=found.units - 1.0 if found.units < FEW_CLUSTERS else np.inf,
    )
