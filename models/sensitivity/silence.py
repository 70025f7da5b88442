"""Those who do not answer: how they differ, and how unhappy they would have to be to change the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.calibration.slopes import Slope

SHIFTS = (0.0, -0.25, -0.5, -1.0)  # standard deviations by which the silent's mean score lies lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """The tipping point for the silent: what a point is worth if their mean lies lower than that of who answer.

    `answering` the share who answer; `shifts` `(shift,)` in standard deviations, `scores` the mean score of all
    customers then, `implied` the leaving rate of the silent that the slope then implies as a multiple of that of who
    answer, `observed` that multiple in the ledger (nan where it is not known), `values` `(shift,)` the share of a
    point's value that is left if the silent's slope is what the ledger and the shift then allow.
    `halves` and `vanishes`: the shift at which half or nothing is left, nan where none of those looked at does.
    """

    answering: float
    shifts: np.ndarray
    scores: np.ndarray
    implied: np.ndarray
    observed: float
    values: np.ndarray
    halves: float
    vanishes: float


def silent_of(
    slope: Slope, score: tuple[float, float], answering: float, observed: float, shifts: Sequence[float] = SHIFTS
) -> Silent:
    """What is left of a point's value over the silent's shift.

    Args:
        slope: of leaving (log rate per point) or of money (relative per point).
        score: mean and standard deviation of those who answer, in points.
        answering: share of customers who answer.
        observed: leaving rate (or money) of the silent over that of those who answer, as the ledger has it.
        shifts: of the silent's mean, in standard deviations.

    Nothing says what the silent think, but the ledger says what they do. Were the slope the same for all, silent
    customers whose mean lies `shift` standard deviations lower would leave `exp(slope * shift * sd)` times as often.
    Where they do not, the slope that joins the two means is another one: `log(observed) / (shift * sd)`. That slope,
    no larger in size than the estimate, is given to the silent, and the estimate to those who answer. It takes all
    difference in the ledger for one of satisfaction, so it is a warning, not an estimate.
    Source: pattern mixture with a shift, Little (1993); read as a tipping point, Yan, Lee & Li (2009).
    """
    by = np.asarray(shifts, dtype=float) * score[1]
    implied = np.exp(slope.estimate * by)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(by == 0, 1.0, np.log(observed) / (by * slope.estimate))
    share = np.clip(np.where(np.isfinite(share), share, np.nan), -1.0, 1.0)
    values = answering + (1 - answering) * share
    return Silent(
        answering=answering,
        shifts=np.asarray(shifts, dtype=float),
        scores=score[0] + (1 - answering) * by,
        implied=implied,
        observed=observed,
        values=values,
        halves=_first(shifts, values, 0.5),
        vanishes=_first(shifts, values, 0.0),
    )


def _first(shifts: Sequence[float], values: np.ndarray, limit: float) -> float:
    under = [shift for shift, value in zip(shifts, values, strict=True) if value <= limit + 1e-12]
    return float(max(under)) if under else float("nan")


def response_share(response_rates: pd.DataFrame) -> float:
    """Share of active customers who answer in a period, over all periods that are shown; nan without."""
    total = response_rates[response_rates["persona"] == "total"].dropna(subset=["active", "answered"])
    active = float(total["active"].sum())
    return float(total["answered"].sum()) / active if active else float("nan")


def observed_ratio(respondents: pd.DataFrame, measure: str) -> float:
    """The silent's mean of a ledger's measure over that of those who answer; nan where it is not told."""
    found = respondents[respondents["measure"] == measure]
    if found.empty or not float(found["mean_answered"].iloc[0]):
        return float("nan")
    return float(found["mean_silent"].iloc[0]) / float(found["mean_answered"].iloc[0])


def in_words(silent: Silent, what: str) -> str:
    """Where the answer tips, in a sentence."""
    told = f"{silent.answering:.0%} of customers answer in a period."
    if np.isnan(silent.observed):
        return f"{told} The ledger does not tell how the others differ."
    beside = f"In the ledger the others' {what} is {silent.observed:.2f} times that of those who answer."
    if np.isfinite(silent.vanishes):
        return f"{told} {beside} If they think {-silent.vanishes:g} standard deviations worse, nothing is left."
    if np.isfinite(silent.halves):
        return f"{told} {beside} If they think {-silent.halves:g} standard deviations worse, half is left or less."
    least = float(np.nanmin(silent.values))
    return f"{told} {beside} Down to one standard deviation worse, {least:.0%} of a point's value or more is left."
