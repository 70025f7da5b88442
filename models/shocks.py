"""How far one period strays from the next: what a forecast's range must hold beside what is not known of effects.

A base goes on as it is: leaving at today's rate, money a customer flat. A ledger does not. Leaving and scores move
about their level, money a customer wanders and drifts; how much of each the ledger's own steps tell. Before them half
of all ledgers are taken to stray less than an ordinary spread, and some hardly at all: the prior of the standard
deviation leaves nil in (half-t), where an inverse chi-squared of the variance rules calm out of every short ledger.
Source: Gelman (2006), Prior distributions for variance parameters in hierarchical models, Bayesian Analysis 1(3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import t as student

from impact.cells import Cells, CustomerCells
from impact.cells.summary import RECENT
from impact.journey import OVERALL
from impact.rng import stream

TAIL = 4  # degrees of freedom of the half-t
PLACES = np.geomspace(1e-2, 1e2, 1_000)  # of a spread over the ordinary one; calmer than a hundredth of it is nobody
# Spreads of one quarter that are ordinary: a seventh of a leaving rate, 2% of money a customer, and of a mean score .08
# of the standard deviation of one answer, which is .08 points where five points are asked and 2 of a hundred.
LEAVING, MONEY, SCORE = 0.15, 0.02, 0.08
OF_A_YEAR = 4  # periods to which these belong


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A stage's score: `mean` by period with answers `(period,)`, its variance by `chance` `(period,)`, `sd` of one."""

    mean: np.ndarray
    chance: np.ndarray
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The ledger's steps from one period to the next.

    `leaving` `(step,)` log intensity and the `leavers` behind each; `money` `(step,)` log growth of what a customer who
    stays brings; `score` `(period,)` mean of overall and the `answers` behind each; `score_sd` of one answer; `stages`
    the same of every stage, by its id.
    """

    leaving: np.ndarray
    leavers: np.ndarray
    money: np.ndarray
    score: np.ndarray
    answers: np.ndarray
    score_sd: float
    stages: Mapping[str, Answers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shocks:
    """What strays from the base, `(draw, period)` each, in the mean nil or 1.

    `leaving` is a factor of the leaving intensity of each period, `money` of what a customer brings, `score` in points
    of overall and `stages` in points of each stage; `chance` standard normal, of who happens to leave.
    """

    leaving: np.ndarray
    money: np.ndarray
    score: np.ndarray
    chance: np.ndarray
    stages: Mapping[str, np.ndarray] = field(default_factory=dict)


def read_history(cells: Cells, by_stage: pd.DataFrame) -> History:
    """The steps of a study's ledger, in either shape; `by_stage` are its scores by period, as `OverTime` has them."""
    scores = _scores(cells)
    sd = cells.coverage.set_index("stage")["sd"].astype(float)
    own = cells.money["margin"].abs().sum() > 0
    leaving, leavers, money = np.zeros(0), np.zeros(0), np.zeros(0)
    if isinstance(cells, CustomerCells):
        told = cells.money.dropna(subset=["retained"])
        stay = told["retained"].to_numpy(float)
        leavers = told["customers"].to_numpy(float) * (1 - stay)
        some = (leavers > 0) & (stay > 0)
        leaving, leavers = np.log(-np.log(stay[some])), leavers[some]
        if cells.lifetime is not None:
            money = _growth(cells.lifetime.steps, "margin" if own else "")
    else:
        rows = cells.money[cells.money["customers"] > 0].sort_values("t")
        each = rows["margin" if own else "revenue"].to_numpy(float) / rows["customers"].to_numpy(float)
        money = np.diff(np.log(each[each > 0]))
    return History(
        leaving=leaving,
        leavers=leavers,
        money=money,
        score=scores[0],
        answers=scores[1],
        score_sd=float(sd.get(OVERALL, np.nan)),
        stages=answers_by_stage(by_stage, {str(name): float(one) for name, one in sd.items() if name != OVERALL}),
    )


def answers_by_stage(by_stage: pd.DataFrame, sd: Mapping[str, float]) -> dict[str, Answers]:
    """The answers of the stages of which the standard deviation of one answer is known."""
    told = by_stage.dropna(subset=["mean", "se"]).sort_values("t")
    return {
        str(stage): Answers(
            mean=rows["mean"].to_numpy(float), chance=rows["se"].to_numpy(float) ** 2, sd=sd[str(stage)]
        )
        for stage, rows in told.groupby("stage")
        if np.isfinite(sd.get(str(stage), np.nan))
    }


def of_late(by_stage: pd.DataFrame) -> dict[str, float]:
    """Each stage's mean score, and overall's, over the last few periods with answers, by responses."""
    told = by_stage.dropna(subset=["mean"]).sort_values("t")
    late = told.groupby("stage").tail(RECENT)
    return {
        str(stage): float(np.average(rows["mean"].astype(float), weights=rows["responses"].astype(float)))
        for stage, rows in late.groupby("stage")
    }


def _growth(steps: pd.DataFrame, of: str) -> np.ndarray:
    """Log growth from period to period of what those bring who are there in both."""
    start, later = (f"{name}_{of}" if of else name for name in ("start", "later"))
    rows = steps[(steps[start] > 0) & (steps[later] > 0) & (steps["lost"] < steps["customers"])]
    stay = 1 - rows["lost"].to_numpy(float) / rows["customers"].to_numpy(float)
    return np.asarray(np.log(rows[later].to_numpy(float) / rows[start].to_numpy(float) / stay))


def _scores(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Mean of overall by period, and the answers behind it."""
    rows = cells.certified if isinstance(cells, CustomerCells) else cells.panel
    if "overall" not in rows.columns:
        return np.zeros(0), np.zeros(0)
    told = rows[rows["overall"].notna()]
    weight = told["n"].astype(float) if "n" in told.columns else pd.Series(1.0, index=told.index)
    total = (told["overall"].astype(float) * weight).groupby(told["t"]).sum()
    answers = weight.groupby(told["t"]).sum()
    return (total / answers).to_numpy(), answers.to_numpy()


def draw_shocks(history: History, periods: int, draws: int, seed: int, periods_a_year: int = OF_A_YEAR) -> Shocks:
    """Joint draws of what strays in each future period.

    What comes and goes anew in every period strays further in shorter ones, and a walk takes smaller steps: the stated
    spreads are those of the same year whatever its periods.
    """
    rng, steps = stream(seed, "shocks"), periods_a_year / OF_A_YEAR
    known = len(history.leaving)
    chance_of_rates = 1 / history.leavers if known else np.zeros(0)
    spread = _spreads(history.leaving, chance_of_rates, LEAVING * np.sqrt(steps), (draws, rng))
    # today's rate is itself the mean of the last few periods
    doubt = np.hypot(spread / np.sqrt(min(max(known, 1), RECENT)), _of_few(chance_of_rates))
    level = doubt * rng.standard_normal(draws)
    strays = level[:, None] + spread[:, None] * rng.standard_normal((draws, periods))
    return Shocks(
        leaving=_of_mean_one(strays) if known else np.ones((draws, periods)),
        money=_of_mean_one(_wander(history.money, periods, (draws, rng), steps)),
        score=_score_shocks(_overall(history), periods, (draws, rng), steps),
        chance=rng.standard_normal((draws, periods)),
        stages={
            name: _score_shocks(told, periods, (draws, stream(seed, f"shocks/{name}")), steps)
            for name, told in history.stages.items()
        },
    )


def _overall(history: History) -> Answers:
    chance = history.score_sd**2 / np.maximum(history.answers, 1.0)
    return Answers(mean=history.score, chance=chance, sd=history.score_sd)


def _spreads(
    values: np.ndarray, of_chance: np.ndarray, prior: float, drawing: tuple[int, np.random.Generator]
) -> np.ndarray:
    """Draws of the standard deviation of a period about its level `(draw,)`, beside chance of known variance.

    On a grid: half-t of `TAIL` degrees of freedom whose median is `prior`, times the likelihood of the steps, the level
    integrated out: with D the sum of their squares about it and v the mean variance of chance,
    (s^2 + v)^(-(n - 1) / 2) exp(-D / (2 (s^2 + v))).
    """
    draws, rng = drawing
    spread = prior * PLACES
    log_weight = student.logpdf(PLACES * student.ppf(0.75, TAIL), TAIL) + np.log(spread)
    if len(values) > 1:
        variance = spread**2 + of_chance.mean()
        squares = float(((values - values.mean()) ** 2).sum())
        log_weight -= (len(values) - 1) / 2 * np.log(variance) + squares / (2 * variance)
    below = np.exp(log_weight - log_weight.max()).cumsum()
    return np.asarray(np.interp(rng.uniform(size=draws), below / below[-1], spread))


def _wander(growth: np.ndarray, periods: int, drawing: tuple[int, np.random.Generator], steps: float) -> np.ndarray:
    """Log money a customer beside today's `(draw, period)`: drift, a walk, and what comes and goes.

    The base holds money flat, so that a mean growth is doubt and not a forecast. What comes and goes makes one step's
    growth take back the last one's: its variance is the negative of their covariance. `steps` of the ledger make
    a quarter.
    """
    draws, rng = drawing
    around = growth - growth.mean() if len(growth) else growth
    back = max(-float((around[1:] * around[:-1]).mean()), 0.0) if len(growth) > 2 else 0.0
    back = min(back, float((around**2).mean()) / 2) if len(growth) else 0.0
    spread = _spreads(growth, np.full(len(growth), 2 * back), MONEY / np.sqrt(steps), (draws, rng))
    mean = float(growth.mean()) if len(growth) else 0.0
    drift = np.hypot(mean, spread / np.sqrt(len(growth) or steps)) * rng.standard_normal(draws)
    walk = (spread[:, None] * rng.standard_normal((draws, periods))).cumsum(axis=1)
    come = np.sqrt(back) * (rng.standard_normal((draws, periods)) - rng.standard_normal((draws, 1)))
    return np.asarray(drift[:, None] * np.arange(1, periods + 1) + walk + come)


def _score_shocks(told: Answers, periods: int, drawing: tuple[int, np.random.Generator], steps: float) -> np.ndarray:
    """Points by which the mean score of all customers of a period strays `(draw, period)`.

    The chance of who answers is not in it: whoever holds it against a survey adds the survey's own error.
    """
    draws, rng = drawing
    if not len(told.mean) or not np.isfinite(told.sd):
        return np.zeros((draws, periods))
    spread = _spreads(told.mean, told.chance, SCORE * told.sd * np.sqrt(steps), drawing)
    doubt = np.hypot(spread / np.sqrt(min(len(told.mean), RECENT)), _of_few(told.chance))
    level = doubt * rng.standard_normal(draws)
    return np.asarray(level[:, None] + spread[:, None] * rng.standard_normal((draws, periods)))


def _of_few(of_chance: np.ndarray) -> float:
    """The chance in the mean of the last few periods, of variances of each."""
    recent = of_chance[-RECENT:]
    return float(np.sqrt(1 / (1 / recent).sum())) if len(recent) and recent.all() else 0.0


def _of_mean_one(log: np.ndarray) -> np.ndarray:
    """The factors of log draws, so that every period's mean is 1."""
    factor = np.exp(log)
    return np.asarray(factor / factor.mean(axis=0))
