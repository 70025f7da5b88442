"""Revenue of customers compared with one another: Gamma, log-OLS with smearing, two parts; and which of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.special import expit
from scipy.stats import norm
from statsmodels.genmod.families import Binomial, Gamma
from statsmodels.genmod.families.links import Log
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from impact.journey import OVERALL
from models.designs import held_columns

FormName = Literal["gamma", "log-OLS", "two-part"]
MANY_ZEROS = 0.05
PARK_OF_GAMMA = (1.5, 2.5)  # the variance of a Gamma goes with the square of the mean
LEAST_P = 0.05
LEAST_ROWS = 50
_NO_FIT = (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to model revenue: its relative slope per point, se, and the p of Pregibon's link test."""

    name: FormName
    estimate: float
    se: float
    link_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendForms:
    """Revenue on the score across customers, every way tried, the chosen one, and why.

    `park` is the power of the mean that the variance goes with (2 for Gamma); `spread_p` the p of no such relation
    left in logarithms; `smearing` by persona is Duan's factor; `share_zero` and `negatives` of the `rows`.
    """

    chosen: Form
    forms: tuple[Form, ...]
    park: float
    spread_p: float
    smearing: pd.Series
    share_zero: float
    negatives: int
    rows: int
    customers: int


def fit_forms(cells: pd.DataFrame, held: Sequence[str], customers: int) -> SpendForms | None:
    """Every form on spend cells with `held` columns as indicators, or None where too few or no form settles.

    Standard errors are widened by the root of rows per customer, as though each customer had been seen once: cells
    do not know whose rows they hold, and what a customer spends lasts.
    """
    rows = int(cells["n"].sum()) if len(cells) else 0
    if rows < LEAST_ROWS or cells["overall"].nunique() < 2 or cells["money"].sum() <= 0:
        return None
    x = held_columns(cells, held).assign(overall=cells["overall"].to_numpy(float))
    if len(cells) <= x.shape[1] + 1 or (cells["positive_n"] > 0).sum() <= x.shape[1] + 1:
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        for kind in (ConvergenceWarning, PerfectSeparationWarning):
            warnings.simplefilter("error", kind)
        try:
            return _fitted(cells, x, customers)
        except _NO_FIT:
            return None


def _fitted(cells: pd.DataFrame, x: pd.DataFrame, customers: int) -> SpendForms:
    rows = int(cells["n"].sum())
    widened = float(np.sqrt(rows / max(customers, 1)))
    gamma, park = _gamma(cells, x, widened)
    logs, spread_p, smearing = _log_ols(cells, x, widened)
    share_zero = float(cells["zeros"].sum() / rows)
    forms: tuple[Form, ...] = (gamma, logs)
    if share_zero > MANY_ZEROS:
        forms = (*forms, _two_part(cells, x, widened))
    if not np.isfinite([value for form in forms for value in (form.estimate, form.se)]).all():
        raise ValueError("A regression of revenue has no finite slope.")
    name = choose_form(gamma, logs, park=park, spread_p=spread_p, share_zero=share_zero)
    return SpendForms(
        chosen=next(form for form in forms if form.name == name),
        forms=forms,
        park=park,
        spread_p=spread_p,
        smearing=smearing,
        share_zero=share_zero,
        negatives=int(cells["negatives"].sum()),
        rows=rows,
        customers=customers,
    )


def choose_form(gamma: Form, logs: Form, *, park: float, spread_p: float, share_zero: float) -> FormName:
    """The form to quote: two parts where zeros are many, else Gamma unless only log-OLS fits.

    Gamma fits where the variance goes with about the square of the mean (modified Park test) and its link holds;
    log-OLS where its link holds and the spread of logarithms is the same everywhere, without which a slope in
    logarithms is not one of money. Where neither does it is Gamma, whose slope of the mean needs no variance.
    Source: Manning & Mullahy (2001); Pregibon (1980).
    """
    if share_zero > MANY_ZEROS:
        return "two-part"
    low, high = PARK_OF_GAMMA
    gamma_fits = low <= park <= high and gamma.link_p >= LEAST_P
    logs_fit = logs.link_p >= LEAST_P and spread_p >= LEAST_P
    return "log-OLS" if logs_fit and not gamma_fits else "gamma"


def gamma_fit(mean: np.ndarray, x: pd.DataFrame, n: np.ndarray) -> Any:  # noqa: ANN401
    """`GLM(mean, x, Gamma(Log()), var_weights=n).fit()`, x with its constant first.

    Started at the overall mean, so that cells at or below zero stay in: the estimating equation needs a
    positive expectation, not positive money.
    """
    start = np.zeros(x.shape[1])
    start[0] = np.log(np.average(mean, weights=n))
    return sm.GLM(mean, x, Gamma(Log()), var_weights=n).fit(start_params=start, maxiter=200)


def _gamma(cells: pd.DataFrame, x: pd.DataFrame, widened: float) -> tuple[Form, float]:
    n = cells["n"].to_numpy(float)
    mean = cells["money"].to_numpy(float) / n
    fit = gamma_fit(mean, x, n)
    expected = np.asarray(fit.fittedvalues)
    link = _again(np.log(expected))
    again = gamma_fit(mean, link, n)
    form = Form(
        name="gamma",
        estimate=float(fit.params[OVERALL]),
        se=float(fit.bse[OVERALL]) * widened,
        link_p=_p(again.params["square"], again.bse["square"] * widened),
    )
    return form, _park(cells, expected)


def _park(cells: pd.DataFrame, expected: np.ndarray) -> float:
    """Slope of the log squared error on the log mean: 0 constant, 1 Poisson, 2 Gamma.

    Source: the modified Park test of Manning & Mullahy (2001).
    """
    n = cells["n"].to_numpy(float)
    squared = cells["squares"] - 2 * expected * cells["money"] + n * expected**2
    x = pd.DataFrame({"const": 1.0, "log_mean": np.log(expected)})
    if np.ptp(x["log_mean"]) < 1e-9 or squared.sum() <= 0:
        return 2.0
    return float(gamma_fit((squared / n).clip(lower=0).to_numpy(float), x, n).params["log_mean"])


@dataclass(frozen=True, slots=True)
class _Logs:
    params: np.ndarray
    covariance: np.ndarray


def _log_rows(cells: pd.DataFrame, x: np.ndarray) -> _Logs:
    """OLS of log revenue on the rows with any, exact from the cells' sums of logs and their squares."""
    n, logs = cells["positive_n"].to_numpy(float), cells["logs"].to_numpy(float)
    gram = (x * n[:, None]).T @ x
    bread = np.linalg.pinv(gram, rcond=1e-12, hermitian=True)
    b = bread @ (x.T @ logs)
    fitted = x @ b
    squares = float((cells["log_squares"] - 2 * fitted * logs + n * fitted**2).sum())
    rank = int(np.linalg.matrix_rank(gram, hermitian=True))
    return _Logs(b, bread * squares / max(n.sum() - rank, 1))


def _log_ols(cells: pd.DataFrame, x: pd.DataFrame, widened: float) -> tuple[Form, float, pd.Series]:
    fit = _log_rows(cells, x.to_numpy(float))
    fitted = x.to_numpy(float) @ fit.params
    link = _again(fitted)
    again = _log_rows(cells, link.to_numpy(float))
    at, square = list(x.columns).index(OVERALL), list(link.columns).index("square")
    form = Form(
        name="log-OLS",
        estimate=float(fit.params[at]),
        se=float(np.sqrt(fit.covariance[at, at])) * widened,
        link_p=_p(again.params[square], np.sqrt(again.covariance[square, square]) * widened),
    )
    return form, _spread_p(cells, fitted, widened), smearing_factors(cells, fitted)


def _spread_p(cells: pd.DataFrame, fitted: np.ndarray, widened: float) -> float:
    """The p-value of no relation between the spread of log revenue and its expectation."""
    some = cells["positive_n"].to_numpy(float) > 0
    n = cells["positive_n"].to_numpy(float)[some]
    around = (cells["log_squares"] - 2 * fitted * cells["logs"] + cells["positive_n"] * fitted**2).to_numpy(float)[some]
    x = pd.DataFrame({"const": 1.0, "fitted": fitted[some] - fitted[some].mean()})
    if np.ptp(x["fitted"]) < 1e-9 or around.sum() <= 0:
        return 1.0
    fit = gamma_fit(np.clip(around / n, 0, None), x, n)
    return _p(fit.params["fitted"], fit.bse["fitted"] * widened)


def smearing_factors(cells: pd.DataFrame, fitted: np.ndarray) -> pd.Series:
    """By persona the mean of exp(residual), which turns exp(fitted log) into mean revenue where there is any.

    Exact from cells: the sum of exp(residual) of a cell is its positive money over exp(fitted).
    Source: Duan (1983); by group where the spread differs, Manning (1998).
    """
    sums = pd.DataFrame(
        {
            "persona": cells["persona"].to_numpy(),
            "smeared": cells["positive"].to_numpy(float) * np.exp(-fitted),
            "n": cells["positive_n"].to_numpy(float),
        }
    )
    by = sums.groupby("persona")[["smeared", "n"]].sum()
    return by["smeared"] / by["n"].where(by["n"] > 0)


def _two_part(cells: pd.DataFrame, x: pd.DataFrame, widened: float) -> Form:
    """Odds of any revenue times its mean where there is any; rows below zero count as none of it."""
    some = cells["positive_n"].to_numpy(float)
    rows = some > 0
    occurs = sm.GLM(np.column_stack([some, cells["n"] - some]), x, Binomial()).fit()
    amount = gamma_fit(cells["positive"].to_numpy(float)[rows] / some[rows], x[rows], some[rows])
    p = float(expit(np.average(x, axis=0, weights=cells["n"]) @ occurs.params))
    widths = ((1 - p) * occurs.bse[OVERALL], amount.bse[OVERALL])
    return Form(
        name="two-part",
        estimate=float((1 - p) * occurs.params[OVERALL] + amount.params[OVERALL]),
        se=float(np.hypot(*widths)) * widened,
        link_p=float("nan"),
    )


def _again(fitted: np.ndarray) -> pd.DataFrame:
    """The design of Pregibon's link test: the fitted link and its square, centred."""
    centred = fitted - fitted.mean()
    return pd.DataFrame({"const": 1.0, "fitted": centred, "square": centred**2})


def _p(estimate: float, se: float) -> float:
    return float(2 * norm.sf(abs(estimate / se))) if se > 0 else 1.0
