"""How good past forecasts were: score, coverage, bias, and how much wider their ranges should have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, chi2, t

LEVELS = np.arange(1, 100) / 100
Z95 = 1.6448536269514722
P05, P50, P95 = 4, 49, 94  # places of the 5%, 50% and 95% quantile
NOMINAL = (0.5, 0.8, 0.9)
# What is assumed of the width before any period is known weighs as much as four periods: 90% of it lies between 0.6
# and 2.2 times the ranges as claimed, with its middle at 1.
PRIOR_PERIODS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One claim beside what happened.

    `quantiles` `(99,)` at 1% to 99% and `mean` as claimed; `actual` in the same unit. `actual_se` is the sampling error
    of what was seen, 0 where it was counted: the claim is judged with a range that much wider. `made` is the as_of of
    the forecast, `ahead` how many periods later `period` lies.
    """

    id: str
    kind: str
    metric: str
    initiative: str
    made: str
    period: str
    ahead: int
    unit: str
    mean: float
    quantiles: np.ndarray
    actual: float
    actual_se: float = 0.0

    @property
    def spread(self) -> float:
        """Width of the claimed 90% range."""
        return float(self.quantiles[P95] - self.quantiles[P05])

    def judged(self) -> np.ndarray:
        """The quantiles `(99,)` with the sampling error of what was seen: both spreads add up in squares."""
        sd = self.spread / (2 * Z95)
        if sd <= 0 or self.actual_se <= 0:
            return self.quantiles
        middle = self.quantiles[P50]
        return np.asarray(middle + (self.quantiles - middle) * np.hypot(1.0, self.actual_se / sd))

    def inside(self, nominal: float = 0.9) -> bool:
        """Whether it happened within the central range of this share."""
        low, high = np.interp([(1 - nominal) / 2, (1 + nominal) / 2], LEVELS, self.judged())
        return bool(low <= self.actual <= high)

    def crps(self) -> float:
        """The claim's score in its own unit; less is better, and 0 is a sure claim that came true."""
        return crps_of_quantiles(self.judged(), self.actual)

    def pit(self) -> float:
        """The share of the claimed distribution that lies below what happened."""
        return pit_of_quantiles(self.judged(), self.actual)

    def miss(self) -> float:
        """The actual less the median in standard deviations of the side it lies on; nan where no range was claimed."""
        judged = self.judged()
        gap = self.actual - judged[P50]
        sd = (judged[P95] - judged[P50] if gap >= 0 else judged[P50] - judged[P05]) / Z95
        sd = sd or (judged[P95] - judged[P05]) / (2 * Z95)
        return float(gap / sd) if sd > 0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A figure with the ends of its 90% range; nan where there is none."""

    value: float
    low: float
    high: float

    @property
    def excludes_one(self) -> bool:
        """Whether 1 lies outside the range."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """The scores of a group of claims: `n` claims with a range in `periods` periods.

    `coverage` is the share inside the 90% range; `ratio` the actual over the forecast in the mean (geometric); `crps`
    the mean over claims, as a share of what was forecast of the same metric; `width_needed` what a range should have
    been wider by.
    """

    group: str
    n: int
    periods: int
    coverage: Range
    ratio: Range
    crps: float
    width_needed: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What should be inside a range (`nominal`) and what was (`realised`), of `n` claims in `periods` periods."""

    nominal: float
    realised: Range
    n: int
    periods: int


def crps_of_quantiles(quantiles: np.ndarray, actual: float) -> float:
    """The continuous ranked probability score of 99 quantiles, in the unit of the claim.

    Twice the pinball loss over all levels, by the trapezoid rule; the loss is nil at both ends.

    Source: Gneiting & Raftery (2007); Laio & Tamea (2007).
    """
    gap = actual - quantiles
    return float(2 * np.sum(np.where(gap >= 0, LEVELS * gap, (LEVELS - 1) * gap)) * (LEVELS[1] - LEVELS[0]))


def pit_of_quantiles(quantiles: np.ndarray, actual: float) -> float:
    """The probability integral transform; beyond the outermost quantiles half of what lies there.

    Source: Dawid (1984).
    """
    if actual < quantiles[0]:
        return float(LEVELS[0] / 2)
    if actual > quantiles[-1]:
        return float(1 - LEVELS[0] / 2)
    below, above = (np.interp(actual, *_distinct(quantiles, end)) for end in ("first", "last"))
    return float((below + above) / 2)


def _distinct(quantiles: np.ndarray, end: str) -> tuple[np.ndarray, np.ndarray]:
    """The quantiles without repetition and the first, or last, level of each."""
    if end == "first":
        values, place = np.unique(quantiles, return_index=True)
        return values, LEVELS[place]
    values, place = np.unique(quantiles[::-1], return_index=True)
    return values, LEVELS[::-1][place]


def coverage_band(inside: float, n: float) -> Range:
    """The share inside with its exact 90% band, of `inside` out of `n` independent claims, which need not be whole.

    Source: Clopper & Pearson (1934).
    """
    if n <= 0:
        return Range(value=np.nan, low=0.0, high=1.0)
    low = 0.0 if inside <= 0 else float(beta.ppf(0.05, inside, n - inside + 1))
    high = 1.0 if inside >= n else float(beta.ppf(0.95, inside + 1, n - inside))
    return Range(value=inside / n, low=low, high=high)


def width_needed(misses: np.ndarray, periods: Sequence[str]) -> Range:
    """The factor by which ranges should have been wider, shrunk towards 1 where few periods are known.

    Standardised misses of right ranges have variance 1; those of ranges too narrow by w have w^2. A period counts
    once, with the mean square of its claims, for they go wrong together. Conjugate: with prior w^2 ~ c / chi2(n0),
    n0 = `PRIOR_PERIODS` and c the median of chi2(n0), so that the prior's middle is 1, the posterior is
    (c + sum of squares) / chi2(n0 + periods). Its median, and 5% to 95%.

    Source: Gelman et al., Bayesian Data Analysis, section 2.6 (scaled inverse chi-squared).
    """
    squares = _by_period(misses**2, periods)
    df = PRIOR_PERIODS + len(squares)
    total = float(chi2.ppf(0.5, PRIOR_PERIODS)) + float(sum(squares))
    low, middle, high = (float(np.sqrt(total / chi2.ppf(p, df))) for p in (0.95, 0.5, 0.05))
    return Range(value=middle, low=low, high=high)


def ratio_of(claims: Sequence[Scored]) -> Range:
    """Actual over forecast, the geometric mean over claims in which both are above nil; nan where none is.

    The range is Student's over the means of periods, none from one period.
    """
    both = [one for one in claims if one.actual > 0 and one.mean > 0]
    if not both:
        return Range(value=np.nan, low=np.nan, high=np.nan)
    means = np.array(_by_period(np.log([one.actual / one.mean for one in both]), [one.period for one in both]))
    middle = float(means.mean())
    if len(means) < 2:
        return Range(value=float(np.exp(middle)), low=np.nan, high=np.nan)
    half = float(t.ppf(0.95, len(means) - 1) * means.std(ddof=1) / np.sqrt(len(means)))
    low, high = np.exp([middle - half, middle + half])
    return Range(value=float(np.exp(middle)), low=float(low), high=float(high))


def _by_period(values: np.ndarray, periods: Sequence[str]) -> list[float]:
    """The mean of each period, in the order in which the periods come."""
    held: dict[str, list[float]] = {}
    for value, period in zip(values, periods, strict=True):
        held.setdefault(period, []).append(float(value))
    return [float(np.mean(one)) for one in held.values()]


def ranged(claims: Sequence[Scored]) -> tuple[Scored, ...]:
    """The claims that gave a range at all: a figure without one is right or wrong, but covers nothing."""
    return tuple(one for one in claims if one.spread > 0)


def score_group(group: str, claims: Sequence[Scored]) -> GroupScore:
    """The scores of some claims together.

    A band of coverage counts periods and not claims, because the claims of a period go wrong together.
    """
    told = ranged(claims)
    periods = [one.period for one in told]
    shares = _by_period(np.array([one.inside() for one in told], dtype=float), periods)
    found = coverage_band(float(sum(shares)), len(shares))
    inside = sum(one.inside() for one in told)
    return GroupScore(
        group=group,
        n=len(told),
        periods=len(shares),
        coverage=Range(value=inside / len(told) if told else np.nan, low=found.low, high=found.high),
        ratio=ratio_of(claims),
        crps=_relative_crps(told),
        width_needed=width_needed(np.array([one.miss() for one in told]), periods),
    )


def _relative_crps(claims: Sequence[Scored]) -> float:
    """The mean score as a share of what was forecast, each metric in its own unit; nan without a claim."""
    shares, counts = [], []
    for metric in dict.fromkeys(one.metric for one in claims):
        mine = [one for one in claims if one.metric == metric]
        level = float(np.mean([abs(one.mean) for one in mine]))
        if level > 0:
            shares.append(float(np.mean([one.crps() for one in mine])) / level)
            counts.append(len(mine))
    return float(np.average(shares, weights=counts)) if shares else float("nan")


def calibration_curve(claims: Sequence[Scored]) -> tuple[CurvePoint, ...]:
    """Our own past claims: what share happened within ranges that should hold 50, 80 and 90%, banded by period."""
    told = ranged(claims)
    periods = [one.period for one in told]
    points = []
    for nominal in NOMINAL:
        held = np.array([one.inside(nominal) for one in told], dtype=float)
        shares = _by_period(held, periods)
        band = coverage_band(float(sum(shares)), len(shares))
        realised = Range(value=float(held.mean()) if len(held) else np.nan, low=band.low, high=band.high)
        points.append(CurvePoint(nominal=nominal, realised=realised, n=len(told), periods=len(shares)))
    return tuple(points)


def brier(chances: np.ndarray, happened: np.ndarray) -> float:
    """The Brier score of stated chances `(claim,)` of what happened (1) or not (0); 0 is best, 0.25 a coin's.

    Source: Brier (1950).
    """
    return float(np.mean((chances - happened) ** 2)) if len(chances) else float("nan")


def chance_above_nil(claim: Scored) -> float:
    """The stated chance that the figure is above nil."""
    return 1 - pit_of_quantiles(claim.quantiles, 0.0)
