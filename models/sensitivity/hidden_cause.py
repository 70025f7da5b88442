"""How strong an unmeasured cause would have to be to take a rate to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from models.calibration.slopes import Regression, Slope
from models.sensitivity.least_squares import Linear, probability_of

COMMON = 0.15  # a leaving rate above which a hazard ratio is no longer close to a ratio of risks


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """How strong a hidden cause would have to be, as shares of what is left unexplained in both score and money.

    `partial_r2` the share of the outcome's remaining variance that the score goes with; `value` takes the estimate
    to nothing, `value_at` makes it no longer clear of nothing at `alpha`. Source: Cinelli & Hazlett (2020).
    """

    partial_r2: float
    value: float
    value_at: float
    alpha: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The rate as it would be beside a hidden cause `times` as strong as a control that was measured.

    `r2_score` and `r2_outcome`: shares of remaining variance of score and outcome that the cause would explain.
    """

    control: str
    times: float
    r2_score: float
    r2_outcome: float
    estimate: float
    se: float

    @property
    def t(self) -> float:
        """The adjusted t statistic."""
        return self.estimate / self.se if self.se > 0 else float("nan")


def robustness(t: float, df: float, *, share: float = 1.0, alpha: float = 0.05, widening: float = 1.0) -> Robustness:
    """The robustness value for taking `share` of an estimate away, from its t statistic and degrees of freedom.

    `widening` is the standard error that is used over the plain one that `t` rests on (clusters, overdispersion):
    what is still clear of nothing is judged by the wider one. Source: Cinelli & Hazlett (2020), equations 19 to 21.
    """
    f = abs(t) / np.sqrt(df)
    critical = widening * float(student.ppf(1 - alpha / 2, df - 1)) / np.sqrt(df - 1)
    clear = share * f - critical
    at = _value(clear) if share * f < 1 / critical else ((share * f) ** 2 - critical**2) / (1 + (share * f) ** 2)
    return Robustness(partial_r2=float(f**2 / (1 + f**2)), value=_value(share * f), value_at=float(at), alpha=alpha)


def _value(f: float) -> float:
    f2 = max(f, 0.0) ** 2
    return float((np.sqrt(f2**2 + 4 * f2) - f2) / 2)


def robustness_of(slope: Slope, regression: Regression | None) -> Robustness:
    """The robustness value of a slope, from its rows where they left the engine, else from its own t statistic.

    Of leaving, on the linear probability of the same rows. Without rows the clustered t stands for the plain one,
    which errs on the side of a weaker rate where units repeat themselves.
    """
    if regression is None:
        units = slope.units if slope.method in ("within", "placebo") else 1
        return robustness(slope.estimate / slope.se, max(float(slope.n - units - 1), 2.0))
    linear = probability_of(regression)
    plain = linear.estimate / linear.plain_se
    widening = max(abs(plain) / abs(slope.estimate / slope.se), 1.0) if slope.estimate else 1.0
    return robustness(plain, linear.df, widening=float(widening))


def bounds(linear: Linear, control: str, columns: Sequence[int], times: Sequence[float] = (1, 2, 3)) -> list[Bound]:
    """The rate beside a hidden cause 1x, 2x, 3x as strong as a control or group of columns.

    `columns` are the control's places in the design. A multiple that would explain all that is left is left out.
    Source: Cinelli & Hazlett (2020), section 4.4, as in their program (`ovb_partial_r2_bound`).
    """
    return bounds_of(linear, control, explained(linear, columns), times)


def bounds_of(linear: Linear, control: str, strength: tuple[float, float], times: Sequence[float]) -> list[Bound]:
    """The same from the control's strength: the shares of score and of outcome that it explains."""
    of_score, of_outcome = strength
    if not (0 < of_score < 1 and 0 < of_outcome < 1):
        return []
    out = []
    for k in times:
        r2_score = k * of_score / (1 - of_score)
        if r2_score >= 1 or k * of_score >= 1:
            continue
        shared = k * of_score**2 / ((1 - k * of_score) * (1 - of_score))
        if shared >= 1:
            continue
        r2_outcome = (np.sqrt(k) + np.sqrt(shared)) ** 2 / (1 - shared) * of_outcome / (1 - of_outcome)
        out.append(beside(linear, control, k, r2_score=r2_score, r2_outcome=min(r2_outcome, 1.0)))
    return out


def beside(linear: Linear, control: str, times: float, *, r2_score: float, r2_outcome: float) -> Bound:
    """The estimate brought towards nothing by a hidden cause of a given strength, with its standard error."""
    se, df = linear.plain_se, linear.df
    bias = se * np.sqrt(df) * np.sqrt(r2_outcome * r2_score / (1 - r2_score))
    left = se * np.sqrt((1 - r2_outcome) / (1 - r2_score) * df / (df - 1))
    estimate = np.sign(linear.estimate) * (abs(linear.estimate) - bias)
    return Bound(
        control=control,
        times=times,
        r2_score=float(r2_score),
        r2_outcome=float(r2_outcome),
        estimate=float(estimate),
        se=float(left),
    )


def explained(linear: Linear, columns: Sequence[int]) -> tuple[float, float]:
    """Shares of remaining variance that a group of columns explains: of the score, and of the outcome given it."""
    d, s = linear.place, list(columns)
    inside = np.linalg.pinv(linear.inverse[np.ix_(s, s)], rcond=1e-9, hermitian=True)
    across = linear.inverse[d, s]
    without = linear.inverse[d, d] - across @ inside @ across
    gain = float(linear.b[s] @ inside @ linear.b[s])
    return float(1 - without / linear.inverse[d, d]), float(gain / (gain + linear.unexplained))


def times_to_nothing(linear: Linear, columns: Sequence[int]) -> float:
    """How many times as strong as a control a hidden cause must be to take the estimate to nothing; inf if none is.

    By halving on the bounds, which only grow with the multiple.
    """
    strength = explained(linear, columns)
    if min(strength) <= 1e-12:
        return float("inf")
    most = (1 - strength[0]) / strength[0]

    def gone(k: float) -> bool:
        found = bounds_of(linear, "", strength, (k,))
        return not found or found[0].estimate * linear.estimate <= 0

    low, high = 0.0, min(most, 1e6)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if gone(middle) else (middle, high)
    return high


def e_value(ratio: float, low: float | None = None, high: float | None = None) -> tuple[float, float]:
    """How strongly, as a ratio of risks, a hidden cause must go with both, for the ratio and for its range's near end.

    1 where the range holds 1. Source: VanderWeele & Ding (2017).
    """
    if ratio >= 1:
        near = low if low is not None else ratio
        return _of_ratio(ratio), _of_ratio(near) if near > 1 else 1.0
    near = high if high is not None else ratio
    return _of_ratio(1 / ratio), _of_ratio(1 / near) if near < 1 else 1.0


def _of_ratio(ratio: float) -> float:
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def risk_ratio(hazard_ratio: float, rate: float) -> float:
    """A hazard ratio as a ratio of risks: itself where leaving is rare, else VanderWeele & Ding's approximation.

    Source: VanderWeele & Ding (2017), table 2: (1 - .5^sqrt(HR)) / (1 - .5^sqrt(1/HR)) where over 15% leave.
    """
    if rate <= COMMON:
        return hazard_ratio
    return float((1 - 0.5 ** np.sqrt(hazard_ratio)) / (1 - 0.5 ** np.sqrt(1 / hazard_ratio)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Oster:
    """How much stronger than the controls the unmeasured would have to select to take the estimate to nothing.

    `delta` beyond 1 or below 0: it would have to be stronger than all controls together, or to point the other way.
    `adjusted` is the estimate where it selects as strongly as they do.
    """

    delta: float
    adjusted: float
    r2_most: float


def oster(short: tuple[float, float], full: tuple[float, float], r2_most: float | None = None) -> Oster:
    """Oster's delta from the estimate and R-squared without controls (`short`) and with them (`full`).

    `r2_most` is what everything measured and unmeasured would explain, 1.3 times the full R-squared unless given.
    The simple form; it needs a full R-squared above the short one. Source: Oster (2019), equations 3 and 4.
    """
    (b0, r0), (b, r) = short, full
    most = min(1.0, 1.3 * r) if r2_most is None else r2_most
    pull, room = (b0 - b) * (most - r), r - r0
    if room <= 0 or most <= r:
        return Oster(delta=float("nan"), adjusted=float("nan"), r2_most=most)
    delta = b * room / pull if pull else float("inf")
    return Oster(delta=float(delta), adjusted=float(b - pull / room), r2_most=float(most))


def oster_of(linear: Linear) -> Oster:
    """Oster's delta of a regression against the one of the score alone (its own constant, or unit means)."""
    x, y, w = linear.x[:, linear.place], linear.y, linear.w
    x = x - (w * x).sum() / w.sum()
    y = y - (w * y).sum() / w.sum()
    across, own = float((w * x * y).sum()), float((w * x * x).sum())
    return oster(
        (across / own, across**2 / own / linear.spread), (linear.estimate, 1 - linear.unexplained / linear.spread)
    )


def strongest(linear: Linear, controls: Mapping[str, Sequence[int]], most: int) -> dict[str, Sequence[int]]:
    """The `most` controls beside which a hidden cause would do the most harm, strongest first."""
    strength = {name: explained(linear, columns) for name, columns in controls.items()}
    order = sorted(strength, key=lambda name: -strength[name][0] * strength[name][1])
    return {name: controls[name] for name in order[:most]}


def in_words(linear: Linear, controls: Mapping[str, Sequence[int]], found: Robustness) -> str:
    """How strong a hidden cause would have to be, in a sentence: beside the strongest control, and as a share."""
    share = (
        f"It would have to explain {found.value:.1%} of what is left unexplained both in the score and in the outcome"
    )
    times = {name: times_to_nothing(linear, columns) for name, columns in controls.items()}
    told = {name: k for name, k in times.items() if np.isfinite(k) and k > 0}
    if not told:
        return f"An unmeasured cause could take the rate to nothing. {share}."
    name = min(told, key=lambda one: told[one])
    return f"A hidden cause {_times(told[name])} as strong as {name} would be needed to take it to nothing. {share}."


def _times(k: float) -> str:
    return f"{k:.1f} times" if k < 10 else "more than ten times"
