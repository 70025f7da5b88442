"""Whether figures keep to one side of their forecast: a running sum of misses and the limit that right ones keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.rng import stream
from models.scores import P05, P50, P95, Z95, Scored

# Half a standard deviation is the drift that is found fastest; with this limit a false alarm comes once in some 170
# periods. Source: Page (1954); Montgomery, Introduction to Statistical Quality Control, table of ARLs.
CUSUM_SLACK, CUSUM_LIMIT = 0.5, 4.0
# Errors of one forecast add up from period to period, so that right ones keep to one side: the limit is then as high as
# this share of them crosses, or as many as would if every period were forecast anew.
FALSE_ALARMS = 0.05
SIMULATIONS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A running sum of misses by period `(period,)`, above and below, and where it first crossed the limit.

    `false_alarm` is the share of forecasts with right ranges that would have crossed by now, simulated.
    """

    periods: tuple[str, ...]
    above: np.ndarray
    below: np.ndarray
    limit: float
    crossed: str
    false_alarm: float


def running_alarm(claims: Sequence[Scored], seed: int) -> Alarm:
    """The running sum of the misses of one metric, in the order of the claims given, one a period.

    Misses are of the log of actual over forecast where all is above nil, else of the figure itself, in standard
    deviations; the sum drops what is below half of one, so that only what keeps on to one side adds up.
    """
    misses = np.array([_log_miss(one) for one in claims])
    above, below = _running(misses[None, :]), _running(-misses[None, :])
    right = _largest(_right_misses(claims, seed))
    allowed = max(false_alarm_rate(len(claims), seed), FALSE_ALARMS)
    limit = max(float(np.quantile(right, 1 - allowed)), CUSUM_LIMIT)
    over = np.flatnonzero(np.maximum(above, below)[0] > limit)
    return Alarm(
        periods=tuple(one.period for one in claims),
        above=above[0],
        below=below[0],
        limit=limit,
        crossed=claims[int(over[0])].period if len(over) else "",
        false_alarm=float((right > limit).mean()),
    )


def _right_misses(claims: Sequence[Scored], seed: int) -> np.ndarray:
    """Misses of right forecasts `(simulation, period)`: a walk within each forecast, anew with the next one."""
    steps = stream(seed, "false alarms").standard_normal((SIMULATIONS, len(claims)))
    out, held, last = np.zeros(steps.shape), np.zeros(SIMULATIONS), ("", 0)
    for place, one in enumerate(claims):
        goes_on = one.made == last[0] and one.ahead > last[1]
        held = (held if goes_on else 0.0) + np.sqrt(one.ahead - last[1] * goes_on) * steps[:, place]
        out[:, place], last = held / np.sqrt(one.ahead), (one.made, one.ahead)
    return out


def _log_miss(claim: Scored) -> float:
    judged = claim.judged()
    if claim.actual <= 0 or judged[P05] <= 0:
        return claim.miss()
    sd = float(np.log(judged[P95] / judged[P05])) / (2 * Z95)
    return float(np.log(claim.actual / judged[P50])) / sd if sd > 0 else float("nan")


def _running(misses: np.ndarray) -> np.ndarray:
    """The one-sided running sum `(row, period)` of misses."""
    out, held = np.zeros(misses.shape), np.zeros(len(misses))
    for place in range(misses.shape[1]):
        held = np.maximum(0.0, held + misses[:, place] - CUSUM_SLACK)
        out[:, place] = held
    return out


def false_alarm_rate(periods: int, seed: int) -> float:
    """The share of series of right forecasts, each period's made anew, that cross the limit within so many periods."""
    chance = stream(seed, "false alarms").standard_normal((SIMULATIONS, periods))
    return float((_largest(chance) > CUSUM_LIMIT).mean())


def _largest(misses: np.ndarray) -> np.ndarray:
    """The largest running sum of each row of misses `(row, period)`, to either side."""
    return np.asarray(np.maximum(_running(misses), _running(-misses)).max(axis=1, initial=0.0))
