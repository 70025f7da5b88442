"""What a comparison of two arms can see: its power, the least effect, how many it takes, and what groups cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.measure.panel import FOUND

POWER = 0.8  # the chance that an effect is to be found with
ICC_STATED = 0.02  # of groups whose own likeness the data do not tell: the middle of what customers by site show


def needed_z(power: float) -> float:
    """How many standard errors an effect must measure to be found with this chance, two-sided at 5%.

    z_a + z_b.
    """
    return float(norm.isf(FOUND / 2) + norm.ppf(power))


def least_effect(se: np.ndarray | float, power: float = POWER) -> np.ndarray:
    """The least effect that is found with this chance, from the standard error of the difference (MDE)."""
    return needed_z(power) * np.asarray(se)


def chance_found(effect: np.ndarray | float, se: np.ndarray | float) -> np.ndarray:
    """The chance that a difference is found above nil, two-sided at 5%: Phi(effect / se - z_a)."""
    return np.asarray(norm.cdf(np.asarray(effect) / np.asarray(se) - norm.isf(FOUND / 2)))


def needed_each(se: float, each: float, effect: float, power: float = POWER) -> float:
    """How many an arm an effect takes where so many `each` give the error `se`; infinite for none.

    An error falls with the root of the number. Of a share h it is n = 2 (z_a + z_b)^2 h (1 - h) / effect^2.
    """
    if effect == 0 or not np.isfinite(se):
        return float("inf")
    return each * (needed_z(power) * se / abs(effect)) ** 2


def share_error(share: float, each: float) -> float:
    """Standard error of the difference of a share between two arms of so many `each`: sqrt(2 h (1 - h) / n)."""
    return float(np.sqrt(2 * share * (1 - share) / each))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """How customers' money of a period scatters about its `mean`.

    `own` is the variance about a customer's own mean, `between` that of those means, as two stretches of `periods`
    each tell of so many `customers`.
    """

    mean: float
    own: float
    between: float
    periods: int
    customers: int

    def correlation(self, before: float, after: float) -> float:
        """Of the mean over the periods after with that over those before."""
        both = (self.between + self.own / before) * (self.between + self.own / after)
        return self.between / float(np.sqrt(both)) if both > 0 else 0.0

    def error(self, each: float, before: float, after: float) -> float:
        """Standard error of the difference of mean money, beside the mean before: sqrt(2 s^2 (1 - rho^2) / n).

        Source: Deng, Xu, Kohavi & Walker (2013), the outcome before as covariate (CUPED).
        """
        variance = (self.between + self.own / after) * (1 - self.correlation(before, after) ** 2)
        return float(np.sqrt(2 * variance / each))


def scatter_of(mean: float, variances: tuple[float, float], covariance: float, seen: tuple[int, int]) -> Scatter:
    """Scatter from the variances of customers' means over two stretches of periods and their covariance.

    `seen` is how many periods each stretch has and how many customers were there in both. What the stretches share
    is between customers, the rest of a stretch of q periods is own / q.
    """
    periods, customers = seen
    between = max(covariance, 0.0)
    own = max(float(np.mean(variances)) - between, 0.0) * periods
    return Scatter(mean=mean, own=own, between=between, periods=periods, customers=customers)


def design_effect(sizes: np.ndarray, icc: float) -> float:
    """How many times as many customers it takes to draw whole groups: 1 + (m - 1) ICC, m = sum n^2 / sum n.

    Source: Eldridge, Ashby & Kerry (2006) for groups of unequal `sizes` `(group,)`; Donner & Klar (2000).
    """
    heavy = float((sizes**2).sum() / sizes.sum())
    return 1 + (heavy - 1) * icc


def likeness(sizes: np.ndarray, total: np.ndarray, squares: np.ndarray) -> float:
    """How alike customers of one group are: the intraclass correlation by one-way analysis of variance, nil at least.

    `(group,)` customers, sums of the outcome and of its squares; NaN of fewer than two groups or without spread.
    Source: Donner & Koval (1980); Ridout, Demetrio & Firth (1999) for shares.
    """
    groups, customers = len(sizes), float(sizes.sum())
    if groups < 2 or customers <= groups:
        return float("nan")
    grand = total.sum() / customers
    between = float((sizes * (total / sizes - grand) ** 2).sum()) / (groups - 1)
    within = float((squares - total**2 / sizes).sum()) / (customers - groups)
    size = (customers - float((sizes**2).sum()) / customers) / (groups - 1)
    whole = between + (size - 1) * within
    return max((between - within) / whole, 0.0) if whole > 0 else float("nan")
