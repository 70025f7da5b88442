"""Leaving: what a point of satisfaction goes with in the rate at which customers leave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from impact.journey import OVERALL
from models.calibration.slopes import Method, Slope
from models.designs import held_columns


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
