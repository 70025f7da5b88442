"""What strays from a base: spreads as the formula says, and ranges that hold what simulated ledgers go on to do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm, t

from impact.rng import stream
from models.shocks import LEAVING, MONEY, SCORE, TAIL, Answers, History, answers_by_stage, draw_shocks, of_late

DRAWS, PERIODS = 1_000, 6
# Of 300 ledgers of 90% ranges: 1.7 points of error each way, three of them, and the tails of short ledgers lean wide.
COVERED = (0.85, 0.975)
# The median of a chi-squared over its degrees of freedom, by simulation of 20,000: a hundredth.
MEDIAN_OFF = 0.03
MEAN_OFF = 1e-12  # by construction


def history(rng: np.random.Generator, steps: int, leaving: float, money: float, drift: float) -> History:
    """A ledger of 5,000 customers whose leaving strays and whose money walks."""
    return History(
        leaving=np.log(0.05) + leaving * rng.standard_normal(steps),
        leavers=np.full(steps, 1e9),
        money=drift + money * rng.standard_normal(steps),
        score=3.8 + 0.08 * rng.standard_normal(steps),
        answers=np.full(steps, 1e9),
        score_sd=1.0,
    )


def nothing() -> History:
    none = np.zeros(0)
    return History(leaving=none, leavers=none, money=none, score=none, answers=none, score_sd=np.nan)


def strays_of(ordinary: float) -> float:
    """How far half of all draws stray where two parts share a spread of which half is below the ordinary one."""
    scale = ordinary * np.sqrt(2) / t.ppf(0.75, TAIL)
    middle = brentq(lambda m: quad(lambda x: 4 * t.pdf(x, TAIL) * (norm.cdf(m / x) - 0.5), 0, 60)[0] - 0.5, 0.1, 2)
    return float(middle * scale)


def test_without_a_history_the_stated_spread_of_money_stands_and_leaving_and_scores_stay() -> None:
    found = draw_shocks(nothing(), PERIODS, 20_000, 1)
    assert (found.leaving == 1).all() and (found.score == 0).all()
    first = np.log(found.money[:, 0])
    assert np.percentile(np.abs(first - np.median(first)), 50) == pytest.approx(strays_of(MONEY), rel=MEDIAN_OFF)


def test_steps_make_the_spread_that_the_formula_says() -> None:
    number, strays, of_chance = 22, 0.1, 0.004
    told = History(
        leaving=np.log(0.05) + strays * np.tile([1.0, -1.0], number // 2),
        leavers=np.full(number, 1 / of_chance),
        money=np.zeros(0),
        score=np.zeros(0),
        answers=np.zeros(0),
        score_sd=np.nan,
    )

    def weight(s: float) -> float:
        variance = s**2 + of_chance
        prior = t.pdf(s / LEAVING * t.ppf(0.75, TAIL), TAIL)
        return float(prior * variance ** (-(number - 1) / 2) * np.exp(-number * strays**2 / (2 * variance)))

    around = [0.05, 0.1, 0.2]
    whole = quad(weight, 1e-4, 2.0, points=around)[0]
    squares = quad(lambda s: weight(s) * s**2, 1e-4, 2.0, points=around)[0]
    logs = np.log(draw_shocks(told, 1, 20_000, 2).leaving[:, 0])
    assert logs.var() == pytest.approx(squares / whole * (1 + 1 / 4) + of_chance / 4, rel=3 * MEDIAN_OFF)


def test_a_calm_ledger_is_not_taken_for_an_ordinary_one() -> None:
    calm = history(stream(5, "calm"), 12, LEAVING, MONEY / 10, 0.0)
    # an inverse chi-squared that counts as four ordinary steps would say half of the ordinary spread and more
    assert np.log(draw_shocks(calm, 1, DRAWS, 5).money[:, 0]).std() < MONEY / 4


def test_every_period_strays_by_nothing_in_the_mean() -> None:
    found = draw_shocks(history(stream(3, "h"), 9, 0.2, 0.03, 0.01), PERIODS, DRAWS, 3)
    for factor in (found.leaving, found.money):
        assert factor.mean(axis=0) == pytest.approx(np.ones(PERIODS), abs=MEAN_OFF)


def test_what_comes_and_goes_is_told_from_what_lasts() -> None:
    rng = stream(4, "noise")
    levels = 0.1 * rng.standard_normal(41)
    calm = History(
        leaving=np.zeros(0),
        leavers=np.zeros(0),
        money=np.diff(levels),
        score=np.zeros(0),
        answers=np.zeros(0),
        score_sd=np.nan,
    )
    logs = np.log(draw_shocks(calm, 12, DRAWS, 4).money)
    # a walk of the same steps would stray by sqrt(12) of .14 after twelve periods
    assert logs[:, -1].std() < 0.6 * np.sqrt(12) * np.diff(levels).std()


@pytest.mark.parametrize("steps", [5, 12])
def test_nine_in_ten_of_what_ledgers_go_on_to_do_lies_in_the_range(steps: int) -> None:
    inside: dict[str, list[bool]] = {"leaving": [], "money": [], "score": []}
    for seed in range(300):
        rng = stream(seed, "ledger")
        spread, walk, drift = rng.uniform(0.05, 0.3), rng.uniform(0.005, 0.04), rng.normal(0.0, 0.01)
        past = history(rng, steps, spread, walk, drift)
        found = draw_shocks(past, PERIODS, DRAWS, seed)
        level = past.leaving[-4:].mean()
        true = {
            "leaving": np.exp(np.log(0.05) + spread * rng.standard_normal(PERIODS) - level),
            "money": np.exp((drift + walk * rng.standard_normal(PERIODS)).cumsum()),
            "score": 3.8 + 0.08 * rng.standard_normal(PERIODS) - past.score[-4:].mean(),
        }
        for name, actual in true.items():
            low, high = np.percentile(getattr(found, name), [5, 95], axis=0)
            inside[name] += list((low <= actual) & (actual <= high))
    for name, told in inside.items():
        assert COVERED[0] <= np.mean(told) <= COVERED[1], (name, np.mean(told))


def scores(means: list[float], se: float, stage: str = "use") -> pd.DataFrame:
    """A stage by period, a hundred answers each."""
    rows = {"stage": stage, "t": np.arange(len(means)), "responses": 100, "customers": 100, "mean": means, "se": se}
    return pd.DataFrame(rows)


def test_today_is_the_last_four_periods_and_not_all_that_was_ever_answered() -> None:
    falling = [4.0 - 0.1 * t for t in range(12)]
    assert of_late(scores(falling, 0.05)) == pytest.approx({"use": np.mean(falling[-4:])})
    gone = scores([*falling[:-1], np.nan], 0.05)
    assert of_late(gone) == pytest.approx({"use": np.mean(falling[-5:-1])})


def test_a_stage_that_few_answer_is_known_less_than_overall() -> None:
    few = answers_by_stage(
        pd.concat([scores([3.8] * 8, 0.3), scores([3.8] * 8, 0.01, "buy")]), {"use": 1.0, "buy": 1.0}
    )
    found = draw_shocks(replace(history(stream(3, "h"), 9, 0.2, 0.03, 0.01), stages=few), PERIODS, 20_000, 3).stages
    assert set(found) == {"use", "buy"}
    narrow, wide = (float(found[name].std(axis=0).mean()) for name in ("buy", "use"))
    # four periods of an error of .3 leave .15 of today's level unknown, and hide a spread of up to some .1
    assert 0.15 < np.sqrt(wide**2 - narrow**2) < np.hypot(0.15, 0.12)


def test_a_score_strays_by_the_same_share_of_its_scale_whatever_the_scale() -> None:
    def spread(sd: float) -> float:
        told = Answers(mean=np.full(1, 50.0), chance=np.zeros(1), sd=sd)
        past = replace(nothing(), stages={"use": told})
        return float(np.percentile(draw_shocks(past, 1, 20_000, 5).stages["use"], 75))

    assert spread(25.0) == pytest.approx(25 * spread(1.0))
    # level and period share a spread; half of the draws lie within what three quarters are below
    assert spread(1.0) == pytest.approx(strays_of(SCORE), rel=MEDIAN_OFF)


@pytest.mark.parametrize("a_year", [1, 12])
def test_without_a_history_a_year_strays_as_much_in_whatever_steps_a_ledger_counts(a_year: int) -> None:
    def after_a_year(steps: int) -> float:
        return float(np.log(draw_shocks(nothing(), steps, 20_000, 6, steps).money[:, -1]).std())

    assert after_a_year(a_year) == pytest.approx(after_a_year(4), rel=0.1)
    # a year's mean of what comes and goes anew in every period
    steady = replace(nothing(), leaving=np.full(1, np.log(0.05)), leavers=np.full(1, 1e9))
    one, other = (float(np.log(draw_shocks(steady, 1, 20_000, 6, n).leaving).std()) for n in (a_year, 4))
    assert one / np.sqrt(a_year) == pytest.approx(other / 2, rel=0.1)
