"""What a point of satisfaction is worth in money, as the headline regressions have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.journey import OVERALL
from impact.rng import stream
from models.calibration.slopes import GRADES, Calibration, Grade, Slope
from models.value import ValueBase, base_path, uniform_value


@dataclass(frozen=True, slots=True, kw_only=True)
class PointValue:
    """Money of +1 point of overall for the base over the horizon, at face value (no haircut).

    `draws` `(draw,)` present value; `per_customer_period` the same over the discounted
    customer-periods in which it can show (those still there, from the period after `lag`).
    `grade` is the weaker of the slopes it stands on.
    """

    draws: np.ndarray
    per_customer_period: np.ndarray
    method: str
    grade: Grade


def value_of_a_point(base: ValueBase, calibration: Calibration, seed: int) -> PointValue | None:
    """What +1 point of overall brings through leaving and spend, or None where neither has a slope."""
    leaving, spend = calibration.headline("retention"), calibration.headline("log_revenue")
    used = [slope for slope in (leaving, spend) if slope is not None]
    if not used:
        return None
    rng = stream(seed, "value of a point")
    draws = len(base.frailty)
    total = uniform_value(base, _draw(leaving, rng, draws), _draw(spend, rng, draws))
    there = base_path(base)["customers"][:, base.lag :] @ base.discount[base.lag :]
    weakest = max(used, key=lambda slope: GRADES.index(slope.grade))
    return PointValue(
        draws=total,
        per_customer_period=np.divide(total, there, out=np.full(len(total), np.nan), where=there > 0),
        method=weakest.method,
        grade=weakest.grade,
    )


def _draw(slope: Slope | None, rng: np.random.Generator, draws: int) -> np.ndarray:
    if slope is None:
        return np.zeros(draws)
    return slope.estimate + slope.se * rng.standard_normal(draws)


def naive_multiple(calibration: Calibration) -> float | None:
    """How many times the headline the naive cross-section would claim, or None where either is missing."""
    for outcome in ("log_revenue", "retention"):
        headline = calibration.headline(outcome)
        naive = calibration.find(outcome, OVERALL, "cross_section")
        if headline and naive and headline.method != "cross_section" and headline.estimate:
            return naive.estimate / headline.estimate
    return None
