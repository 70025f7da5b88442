"""One leaving regression as finance reruns it, with the standard error of the level at which leaving varies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from models.calibration.overlap import Rows
from models.calibration.slopes import Method, Regression, Slope

LEAST_CLUSTERS = 12  # fewer vary too little to tell a standard error by
LEAST_PERIODS = 20  # from here on time is a second way to vary
PLAIN = "GLM(y, x, Binomial(CLogLog())).fit()"
WIDENED = "GLM(y, x, Binomial(CLogLog())).fit(scale={dispersion!r})"
CLUSTERED = 'GLM(y, x, Binomial(CLogLog())).fit(cov_type="cluster", cov_kwds={"groups": groups})'


def fit_hazard(rows: Rows, term: str, method: Method) -> Regression | None:
    """The regression of leaving on a score, or None where its steps do not come to rest.

    `log(-log(1 - h)) = x'b` on cells of leavers and stayers. The standard error is the larger of two: that of cells
    widened by Pearson's chi-square over its degrees of freedom where above 1, and the one clustered by who and when (t
    with clusters - 1). The widening is written out: `scale="X2"` of statsmodels takes no account of a cell's size.
    Source: Prentice & Gloeckler (1978); Cameron & Miller (2015) for the clusters.
    """
    y = np.column_stack([rows.cells["leavers"], rows.cells["n"] - rows.cells["leavers"]]).astype(float)
    model = sm.GLM(y, rows.x, Binomial(CLogLog()))
    groups = cluster_groups(rows.cells)
    clustered = groups is not None
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups}) if clustered else model.fit()
    dispersion = max(float(fit.pearson_chi2 / fit.df_resid), 1.0)
    widened = float(np.sqrt(fit.normalized_cov_params.loc[term, term] * dispersion))
    robust = float(fit.bse[term]) if clustered else 0.0
    if not (fit.converged and np.isfinite(fit.params[term]) and 0 < widened < np.inf):
        return None
    wider = bool(robust > widened)
    slope = Slope(
        outcome="retention",
        term=term,
        method=method,
        estimate=float(fit.params[term]),
        se=robust if wider else widened,
        n=int(rows.cells["n"].sum()),
        units=int(rows.cells["n"].sum()),
        headline=False,
        grade="cross-section",
        df=_freedom(groups) if groups is not None else np.inf,
    )
    return Regression(
        slope=slope,
        y=y,
        x=rows.x,
        keys=_keys(rows.cells, groups),
        family="cloglog",
        weights=None,
        call=CLUSTERED if wider else WIDENED.format(dispersion=dispersion) if dispersion > 1 else PLAIN,
    )


def cluster_groups(cells: pd.DataFrame) -> np.ndarray | None:
    """The cluster of each cell, `(cell,)` or `(cell, 2)`, or None where there are too few.

    Persona by period, at which campaigns and price changes strike; from 20 periods on who (persona and tenure) and
    when, two ways, so that what lasts in a group is in it too. Source: Petersen (2009) for the two ways.
    """
    when = pd.factorize(cells["t"])[0]
    band = cells["tenure_band"].astype(str) if "tenure_band" in cells else ""
    who = pd.factorize(cells["persona"].astype(str) + " " + band)[0]
    if len(np.unique(when)) >= LEAST_PERIODS and len(np.unique(who)) >= LEAST_CLUSTERS:
        return np.column_stack([who, when])
    both = pd.factorize(cells["persona"].astype(str) + " " + cells["t"].astype(str))[0]
    return both if len(np.unique(both)) >= LEAST_CLUSTERS else None


def _freedom(groups: np.ndarray) -> float:
    return float(min(len(np.unique(way)) for way in np.atleast_2d(groups.T)) - 1)


def _keys(cells: pd.DataFrame, groups: np.ndarray | None) -> pd.DataFrame:
    """What each row is: t, persona, and the clusters, `group` or `who` and `when`."""
    keys = cells[["t", "persona"]].reset_index(drop=True)
    if groups is None:
        return keys
    return keys.assign(group=groups) if groups.ndim == 1 else keys.assign(who=groups[:, 0], when=groups[:, 1])
