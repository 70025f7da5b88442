"""How retention goes on with tenure: the shifted beta-geometric and those it is held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaln, hyp2f1, roots_sh_jacobi

from models.lifetime.likelihood import Fit, maximise
from models.retention import FRAILTY_PRIOR

StayModel = Literal["geometric", "shifted beta", "discrete Weibull", "beta discrete Weibull", "gamma frailty"]
_RATE, _SHAPE, _BETA, _VARIANCE = (-14.0, 3.0), (-3.0, 3.0), (-7.0, 12.0), (-7.0, 3.0)
_NODES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSet:
    """Customers at risk by tenure: `tenure` in whole periods done, `n` at risk in the next, `left` of them."""

    tenure: np.ndarray
    n: np.ndarray
    left: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """A model of staying as fitted to a risk set."""

    model: StayModel
    fit: Fit

    def survival(self, tenure: np.ndarray) -> np.ndarray:
        """Share of customers still there after `tenure` periods, in the shape of `tenure`."""
        return np.asarray(np.exp(log_survival(self.model, np.exp(self.fit.at), tenure)))

    def retention(self, tenure: np.ndarray) -> np.ndarray:
        """Share of those of a tenure who stay a further period."""
        parameters = np.exp(self.fit.at)
        after = log_survival(self.model, parameters, np.asarray(tenure) + 1)
        return np.asarray(np.exp(after - log_survival(self.model, parameters, tenure)))


def risk_set(survivors: np.ndarray) -> RiskSet:
    """The risk set of one cohort from the customers there at the start and after each period."""
    counts = np.asarray(survivors, dtype=float)
    return RiskSet(tenure=np.arange(len(counts) - 1), n=counts[:-1], left=-np.diff(counts))


def log_survival(model: StayModel, parameters: np.ndarray, tenure: np.ndarray) -> np.ndarray:
    """Log share still there after `tenure` periods; parameters `(..., parameter)` broadcast over `tenure`.

    Source: Fader & Hardie (2007); Nakagawa & Osaki (1975); Fader, Hardie, Liu, Davin & Steenburgh (2018).
    """
    t = np.asarray(tenure, dtype=float)
    first, *others = np.moveaxis(np.asarray(parameters, dtype=float), -1, 0)
    if model == "geometric":
        return np.asarray(-first * t)
    if model == "discrete Weibull":
        return np.asarray(-first * t ** others[0])
    if model == "gamma frailty":
        return np.asarray(-np.log1p(others[0] * first * t) / others[0])
    lived = t if model == "shifted beta" else t ** others[1]
    return np.asarray(betaln(first, others[0] + lived) - betaln(first, others[0]))


def fit_staying(rows: RiskSet, model: StayModel) -> Staying:
    """The model at the maximum of its likelihood.

    Who enters late counts from the tenure it is first seen at. The gamma frailty has the weak prior of the
    run's own base on the log of its variance.

    Raises:
        ValueError: nobody is at risk.
    """
    if not rows.n.sum() > 0:
        raise ValueError("nobody is at risk")
    names, bounds, starts, printed = _search(model, float(rows.left.sum() / rows.n.sum()))

    def loglik(parameters: np.ndarray) -> float:
        step = log_survival(model, parameters, rows.tenure + 1) - log_survival(model, parameters, rows.tenure)
        step = np.minimum(step, -1e-300)
        found = rows.left @ np.log(-np.expm1(step)) + (rows.n - rows.left) @ step
        if model == "gamma frailty":
            found -= ((np.log(parameters[1]) - FRAILTY_PRIOR[0]) / FRAILTY_PRIOR[1]) ** 2 / 2
        return float(found)

    return Staying(model=model, fit=maximise(loglik, names, starts, bounds, printed))


_Bounds = tuple[tuple[float, float], ...]
_Starts = tuple[tuple[float, ...], ...]
_Printed = Callable[[np.ndarray], np.ndarray] | None


def _search(model: StayModel, share: float) -> tuple[tuple[str, ...], _Bounds, _Starts, _Printed]:
    """Names, bounds of the logs, starts, and what is printed; `share` leaves in a period."""
    share = min(max(share, 1e-6), 0.95)
    rate, odds = -np.log1p(-share), (1 - share) / share

    def theta(parameters: np.ndarray) -> np.ndarray:
        return np.concatenate([-np.expm1(-parameters[:1]), parameters[1:]])

    betas = ((1.0, odds), (8.0, 8 * odds))
    rules: Mapping[StayModel, tuple[tuple[str, ...], _Bounds, _Starts, _Printed]] = {
        "geometric": (("theta",), (_RATE,), ((rate,),), theta),
        "shifted beta": (("alpha", "beta"), (_BETA, _BETA), betas, None),
        "discrete Weibull": (("theta", "c"), (_RATE, _SHAPE), ((rate, 0.8),), theta),
        "beta discrete Weibull": (
            ("alpha", "beta", "c"),
            (_BETA, _BETA, _SHAPE),
            tuple((a, b, c) for a, b in betas for c in (0.8, 1.3)),
            None,
        ),
        "gamma frailty": (("rate", "variance"), (_RATE, _VARIANCE), ((rate, 0.5),), None),
    }
    return rules[model]


def expected_lifetime(alpha: float, beta: float, discount: float) -> float:
    """Discounted expected periods of a new customer, the first one at once and in full: DEL.

    2F1(1, beta; alpha + beta; 1 / (1 + d)). Source: Fader & Hardie (2010).
    """
    return float(hyp2f1(1.0, beta, alpha + beta, 1 / (1 + discount)))


def expected_residual(alpha: float, beta: float, discount: float, renewals: np.ndarray) -> np.ndarray:
    """Discounted expected further periods just before renewal `renewals` (1, 2, ...) is decided on: DERL.

    What comes of that renewal is not discounted. Source: Fader & Hardie (2010).
    """
    n = np.asarray(renewals, dtype=float)
    stays = (beta + n - 1) / (alpha + beta + n - 1)
    return np.asarray(stays * hyp2f1(1.0, beta + n, alpha + beta + n, 1 / (1 + discount)))


def thinned_survival(alpha: float, beta: float, factor: float, tenure: np.ndarray) -> np.ndarray:
    """Share still there when everybody's leaving rate is `factor` times its own: E[(1 - factor p)^t] `(tenure,)`."""
    nodes, weights = roots_sh_jacobi(_NODES, alpha + beta - 1, alpha)
    weights = weights / weights.sum()
    return np.asarray(np.exp(np.outer(tenure, np.log1p(-factor * nodes))) @ weights)
