"""What a purchase is worth: each customer's mean value, drawn towards that of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from models.lifetime.likelihood import Fit, maximise

_POSITIVE = (-7.0, 14.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Customers by purchases and mean value, `n` customers a cell `(cell,)`.

    `x` purchases behind a customer's mean value (above 0), `value` the cell's mean of those, `log_value` the mean of
    their logs and `spread` its variance within the cell, 0 where a cell holds equal ones.
    """

    x: np.ndarray
    value: np.ndarray
    log_value: np.ndarray
    spread: np.ndarray
    n: np.ndarray


def fit_gamma_gamma(rows: Values) -> Fit:
    """Gamma-gamma: values of one customer are gamma (p), its own mean differs by a gamma (q, gamma).

    Values within a cell enter by their mean and, to second order, by their spread.

    Source: Fader, Hardie & Lee (2005b), RFM and CLV.
    """
    mean = float(np.average(rows.value, weights=rows.n))
    starts = ((4.0, 4.0, 0.75 * mean), (1.0, 2.0, mean))

    def loglik(parameters: np.ndarray) -> float:
        p, q, gamma = parameters
        px = p * rows.x
        found = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma) + px * np.log(rows.x)
        total = rows.x * np.exp(rows.log_value)
        bend = gamma * total / (gamma + total) ** 2
        found = found + (px - 1) * rows.log_value - (px + q) * (np.log(gamma + total) + bend * rows.spread / 2)
        return float(rows.n @ found)

    return maximise(loglik, ("p", "q", "gamma"), starts, (_POSITIVE,) * 3)


def expected_value(fit: Fit, x: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The mean value expected of customers with `x` purchases of mean `value`; of new ones with `x` of 0.

    (gamma + x value) p / (p x + q - 1).

    Raises:
        ValueError: values scatter so widely (q at most 1) that their mean is not finite.
    """
    p, q, gamma = fit.estimate
    if q <= 1:
        raise ValueError("the mean value is not finite")
    return np.asarray(p * (gamma + np.asarray(x) * np.asarray(value)) / (p * np.asarray(x) + q - 1))


def goes_with_frequency(rows: Values) -> float:
    """Correlation of a customer's purchases with its mean value; the model takes it to be 0."""
    x, value = rows.x - np.average(rows.x, weights=rows.n), rows.value - np.average(rows.value, weights=rows.n)
    both = np.sqrt((rows.n @ x**2) * (rows.n @ value**2))
    return float(rows.n @ (x * value) / both) if both > 0 else 0.0
