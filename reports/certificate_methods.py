"""How each rate was found: its equation and the statsmodels call that finance can rerun."""

from __future__ import annotations

from dataclasses import dataclass

from models.calibration.slopes import Regression, Slope


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A regression on paper: its equation, its statsmodels call, and how to read the coefficient."""

    equation: str
    call: str
    reading: str


_HAZARD = Written(
    equation="log(-log(1 - leaving rate)) = persona + tenure + period + controls + b x score",
    call="GLM(np.column_stack([leavers, stayers]), X, Binomial(CLogLog())).fit(); standard errors times "
    "sqrt(max(1, pearson_chi2 / df_resid))",
    reading="b is the change of the log leaving rate a point: exp(b) - 1 is the relative change of the leaving rate.",
)
_WITHIN_SITES = Written(
    equation="log(revenue of site i in t) = site + period + b x score of site i in t - lag ([model] lag)",
    call='OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": site}), all centred on the site\'s own means',
    reading="b is the change of log revenue a point, each site compared with itself: 100 b is about per cent.",
)
_WITHIN_CUSTOMERS = Written(
    equation="revenue of customer i in t + 1, over i's own mean = customer + persona and period + b x score of i in t",
    call='OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": customer}) by persona, pooled by precision; '
    "the sums are formed in the data engine",
    reading="b is the relative change of spend a point, each customer compared with itself.",
)
_ACROSS = Written(
    equation="log(revenue of unit i in t) = period + controls + b x score of unit i in t",
    call='OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": unit})',
    reading="b compares different units with each other: what they differ in besides the score is part of it.",
)
_LEVEL = Written(
    equation="money of customer i in t + 1 = customer + period + b x score of i in t",
    call='OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": customer})',
    reading="b is money a customer and period for one point more.",
)


def written(slope: Slope, regression: Regression | None, *, sites: bool) -> Written:
    """How a rate was found; the call is the regression's own where its rows left the data engine."""
    found = _usual(slope, sites=sites)
    if regression is None:
        return found
    return Written(equation=found.equation, call=regression.call, reading=found.reading)


def _usual(slope: Slope, *, sites: bool) -> Written:
    if slope.outcome == "retention":
        return _HAZARD
    if slope.method == "cross_section":
        return _ACROSS
    if slope.outcome in ("margin", "cost_to_serve"):
        return _LEVEL
    return _WITHIN_SITES if sites else _WITHIN_CUSTOMERS
