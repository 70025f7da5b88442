"""From effects of pain points to what a row of evidence measured, and back as a linear reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.evidence import Measured, Unit

Effect = Literal["score", "leaving", "spend"]
EFFECT_OF: dict[Measured, Effect] = {
    "retention": "leaving",
    "churn": "leaving",
    "revenue": "spend",
    "margin": "spend",
    "score": "score",
}
# How large an effect per exposed customer the model expects, about nil: of the score from its prior (-.10, .15), of
# leaving and spend the 90% range of theta d + rho and psi d + rho' over 3.29, as their tails are heavy.
TYPICAL: dict[Effect, float] = {"score": 0.18, "leaving": 0.14, "spend": 0.03}
_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was done to those measured, and the unit in which the change was told.

    `met` `(pain_point,)` is their mean exposure, `removed` `(pain_point,)` the share of it taken away: 1 for a pain,
    -1 for a delight, which nobody had before and `met` had after. `level` is what the change is a change of: the
    leaving rate, the money of a customer and period, or the standard deviation of the overall score in points.
    """

    outcome: Measured
    unit: Unit
    met: np.ndarray
    removed: np.ndarray
    level: float

    @property
    def of(self) -> Effect:
        """Which effect the outcome speaks of."""
        return EFFECT_OF[self.outcome]


def change_of(trial: Trial, effects: np.ndarray) -> np.ndarray:
    """The change of the outcome in the row's unit `(draw,)`, had the effects been these `(draw, pain_point)`.

    Leaving: the intensity of a customer is multiplied by e^tau where the pain point is met, so those measured have
    prod(1 + m (e^tau - 1)) times the intensity of those who met none, m the share who met it, and
    prod(1 + m (1 - f) (e^tau - 1)) after a share f is removed. With E the log of the ratio of the two and h the
    leaving rate, the rate after is 1 - (1 - h)^exp(-E), and
        churn in points     1 - (1 - h)^exp(-E) - h         retention: its negative
        churn, relative     that over h                     retention: minus that over 1 - h
    Money, relative: -sum m f s; in money that times `level`. Score in points: -`level` sum m f d.
    """
    if trial.of != "leaving":
        return np.asarray(_scale(trial) * (effects @ (trial.met * trial.removed)))
    after = -np.expm1(np.exp(-_excess(trial, effects)) * np.log1p(-trial.level))
    return np.asarray((after - trial.level) * _leaving_scale(trial))


def slopes_of(trial: Trial, effects: np.ndarray) -> np.ndarray:
    """The derivative of `change_of` in every effect `(pain_point,)`, at one set of effects `(pain_point,)`."""
    if trial.of != "leaving":
        return np.asarray(_scale(trial) * trial.met * trial.removed)
    return np.asarray(_rate_slope(trial, effects) * _excess_slopes(trial, effects))


def read_linearly(trial: Trial, estimate: float, se: float) -> tuple[np.ndarray, float, float]:
    """The row as weights `(pain_point,)`, estimate and se in the effects' own unit: weights @ effects = estimate.

    The change is not straight in the effects, so it is read at the effects most probable under it and a Normal
    prior of `TYPICAL` spread, by repeated linearisation (an iterated extended Kalman step). Read at the row's own
    estimate instead, rows whose error happens to be large one way would weigh more than those the other way.
    Source: Bell & Cathey (1993).
    """
    at = np.zeros(len(trial.met))
    prior = TYPICAL[trial.of] ** 2
    for _ in range(_STEPS):
        slope = slopes_of(trial, at)
        told = estimate - float(change_of(trial, at[None, :])[0]) + float(slope @ at)
        at = prior * slope * told / (prior * float(slope @ slope) + se**2)
    slope = slopes_of(trial, at)
    told = estimate - float(change_of(trial, at[None, :])[0]) + float(slope @ at)
    unit = _rate_slope(trial, at) if trial.of == "leaving" else _scale(trial)
    return slope / unit, told / unit, se / abs(unit)


def _scale(trial: Trial) -> float:
    return -1.0 if trial.unit == "relative" else -trial.level


def _leaving_scale(trial: Trial) -> float:
    sign, of = (1.0, trial.level) if trial.outcome == "churn" else (-1.0, 1 - trial.level)
    return sign / of if trial.unit == "relative" else sign


def _parts(trial: Trial, effects: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Share who meet it, times each meets it, and 1 + m (e^tau - 1) with and without what is removed.

    What is met more than once a customer is taken as met by all, so many times over.
    """
    share = np.clip(trial.met, 1e-12, 1.0)
    times = trial.met / share
    more = np.expm1(effects)
    # a delight that was not there before is with all of those measured after
    before = np.where(trial.removed >= 0, share, 0.0)
    after = np.where(trial.removed >= 0, share * (1 - trial.removed), -share * trial.removed)
    return before, after, times, more


def _excess(trial: Trial, effects: np.ndarray) -> np.ndarray:
    before, after, times, more = _parts(trial, effects)
    return np.asarray(((np.log1p(before * more) - np.log1p(after * more)) * times).sum(axis=-1))


def _excess_slopes(trial: Trial, effects: np.ndarray) -> np.ndarray:
    before, after, times, more = _parts(trial, effects)
    lift = np.exp(effects) * times
    return np.asarray(before * lift / (1 + before * more) - after * lift / (1 + after * more))


def _rate_slope(trial: Trial, effects: np.ndarray) -> float:
    """The change in the row's unit for one more of the log ratio E."""
    ratio = float(np.exp(-_excess(trial, effects)))
    stay = np.log1p(-trial.level)
    return float(np.exp(ratio * stay) * ratio * stay * _leaving_scale(trial))
