"""Which stages go with overall satisfaction: a description, not a valuation, and never part of NPV."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.cells import Cells, DriverSums
from impact.journey import NPS_BESIDE, OVERALL, Journey
from models.drivers_classes import KanoClass, Quadrant, penalty_reward, quadrants
from models.drivers_correlations import Correlations, correlations_of
from models.drivers_importance import EXACT_LIMIT, johnson, lmg

LEAST_PAIRS = 30
DRAWS = 400
# Subsets worked through by all draws together: 400 draws to 17 stages, 64 at 20.
MOST_SUBSETS = 1 << 26
OUTCOMES = {OVERALL: OVERALL, NPS_BESIDE: "nps"}

__all__ = ["EXACT_LIMIT", "Drivers", "find_drivers", "johnson", "lmg"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Shares of the explained variance of one outcome, by stage.

    `importance` `(stage,)` sums to `r_squared`; `low` and `high` are 90% ranges and `p_first` the chance of
    being first, over bootstrap samples of groups of customers. `performance`: mean score of those who
    visited, `place` the same from 0 to 1 of its scale. `penalty` and `reward` `(stage, [estimate, low, high])`:
    outcome points lost below, and won above, the middle scores, for each point of the stage's own score.
    `left_out`: stages with too few pairs or scores that do not vary. `copies`: pairs that cannot be told
    apart. `lift` is the largest change of a correlation made so that all can hold at once.
    """

    outcome: str
    stages: tuple[str, ...]
    importance: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_first: np.ndarray
    r_squared: float
    method: str
    n: float
    most: float
    customers: int
    weighted: bool
    performance: np.ndarray
    place: np.ndarray
    quadrant: tuple[Quadrant, ...]
    penalty: np.ndarray
    reward: np.ndarray
    kano: tuple[KanoClass, ...]
    left_out: tuple[str, ...]
    copies: tuple[tuple[str, str], ...]
    lift: float


def find_drivers(cells: Cells, journey: Journey, rng: np.random.Generator) -> tuple[Drivers, ...]:
    """Importance of every scored stage for overall and, where it was asked beside it, for recommendation.

    An outcome with fewer than two stages that can be correlated is left out.
    """
    sums = cells.driver_sums
    if sums is None:
        return ()
    scale = cells.coverage.set_index("stage")[["scale_min", "scale_max"]]
    low, high = (scale[name].reindex(journey.stage_ids()).to_numpy(float) for name in scale)
    found = (_drivers(sums, outcome, low, high, rng) for outcome in sums.outcomes)
    return tuple(one for one in found if one is not None)


def score_correlations(cells: Cells) -> tuple[tuple[str, ...], np.ndarray, float]:
    """Stages that can be correlated, their correlation matrix `(stage, stage)`, and the fewest pairs behind it."""
    sums = cells.driver_sums
    kept = _kept(sums, OVERALL)[0] if sums is not None else []
    if sums is None or not kept:
        return (), np.eye(0), 0.0
    found = correlations_of(sums, np.ones((1, len(sums.n))), [sums.measures.index(OVERALL), *kept])
    return tuple(sums.measures[k] for k in kept), found.matrix[0, 1:, 1:], found.least


def _drivers(
    sums: DriverSums, outcome: str, low: np.ndarray, high: np.ndarray, rng: np.random.Generator
) -> Drivers | None:
    kept, left_out = _kept(sums, outcome)
    if len(kept) < 2:
        return None
    at = [sums.measures.index(outcome), *kept]
    whole = correlations_of(sums, np.ones((1, len(sums.n))), at)
    exact = len(kept) <= EXACT_LIMIT
    importance = _importance(whole, exact=exact)[0]
    shares = _shares_of_groups(len(sums.n), len(kept) if exact else 0, rng)
    draws = _importance(correlations_of(sums, shares, at), exact=exact)
    # noise adds to R-squared: the samples are brought back to the estimate before they are read
    draws = np.maximum(draws - (draws.mean(axis=0) - importance), 0.0)
    stages = tuple(sums.measures[k] for k in kept)
    performance = whole.means[1:]
    place = (performance - low[kept]) / (high[kept] - low[kept])
    penalty, reward, kano = penalty_reward(sums, kept, outcome, shares)
    return Drivers(
        outcome=OUTCOMES[outcome],
        stages=stages,
        importance=importance,
        low=np.percentile(draws, 5, axis=0),
        high=np.percentile(draws, 95, axis=0),
        p_first=np.bincount(draws.argmax(axis=1), minlength=len(kept)) / len(draws),
        r_squared=float(importance.sum()),
        method="lmg" if exact else "johnson",
        n=whole.least,
        most=whole.most,
        customers=sums.customers,
        weighted=sums.weighted,
        performance=performance,
        place=place,
        quadrant=quadrants(importance, place),
        penalty=penalty,
        reward=reward,
        kano=kano,
        left_out=tuple(sums.measures[k] for k in left_out),
        copies=_copies(whole, stages),
        lift=whole.lift,
    )


def _kept(sums: DriverSums, outcome: str) -> tuple[list[int], list[int]]:
    """Places of the stages of which every pair was given often enough, and of those given but left out.

    The stage with most pairs too few goes first. A score that does not vary goes with nothing.
    """
    n, at = sums.n.sum(axis=0), sums.measures.index(outcome)
    stages = range(len(sums.measures) - len(sums.outcomes))
    scored = [k for k in stages if n[k, k] > 0]
    varied = correlations_of(sums, np.ones((1, len(sums.n))), [at, *scored]).varied[1:]
    kept = [k for k, varies in zip(scored, varied, strict=True) if varies and n[k, at] >= LEAST_PAIRS]
    while kept:
        short = (n[np.ix_(kept, kept)] < LEAST_PAIRS).sum(axis=0)
        if short.max() == 0:
            break
        del kept[int(np.lexsort((n[kept, at], -short))[0])]
    return kept, [k for k in scored if k not in kept]


def _shares_of_groups(groups: int, predictors: int, rng: np.random.Generator) -> np.ndarray:
    """How often each group of customers is in each bootstrap sample `(draw, group)`."""
    draws = min(DRAWS, MOST_SUBSETS >> predictors)
    return rng.multinomial(groups, np.full(groups, 1 / groups), size=draws).astype(float)


def _importance(found: Correlations, *, exact: bool) -> np.ndarray:
    weigh = lmg if exact else johnson
    return weigh(found.matrix[:, 1:, 1:], found.matrix[:, 1:, 0])


def _copies(found: Correlations, stages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of stages that move as one."""
    together = np.abs(found.matrix[0, 1:, 1:]) > 1 - 1e-6
    return tuple((stages[i], stages[j]) for i, j in zip(*np.nonzero(np.triu(together, 1)), strict=True))
