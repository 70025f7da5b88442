"""The aggregate series: its errors are Newey and West's, its ranges hold, and too few periods say nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.calibration.series import aggregate_slope, newey_west_lags, series_slope

SAME_FORMULA = 1e-10
RUNS = 600
# The share of 600 ranges of 90% that hold the truth has a standard error of .012; HAC ranges of 40 periods are a
# little narrow, which is one reason why the series never carries a headline.
COVERED = (0.82, 0.94)


def test_lags_follow_the_rule_of_thumb() -> None:
    assert [newey_west_lags(periods) for periods in (12, 40, 100, 200)] == [2, 3, 4, 4]


def test_the_error_is_newey_and_wests_written_out() -> None:
    rng = np.random.default_rng(1)
    change = rng.normal(0, 1, 40)
    growth = 0.02 + 0.1 * change + rng.normal(0, 1, 40)
    found = series_slope(growth, change)
    x = np.column_stack([np.ones(40), change])
    bread = np.linalg.inv(x.T @ x)
    score = x * (growth - x @ (bread @ x.T @ growth))[:, None]
    meat = score.T @ score
    for lag in range(1, 4):
        crossed = score[lag:].T @ score[:-lag]
        meat += (1 - lag / 4) * (crossed + crossed.T)
    se = np.sqrt((bread @ meat @ bread)[1, 1] * 40 / 38)
    assert (found.maxlags, found.changes) == (3, 40)
    assert found.se == pytest.approx(se, rel=SAME_FORMULA)


def test_ranges_of_a_series_with_memory_hold_the_truth_nearly_as_often_as_they_say() -> None:
    rng, held = np.random.default_rng(2), 0
    for _ in range(RUNS):
        shock, change = rng.normal(0, 1, 41), rng.normal(0, 1, 40)
        found = series_slope(0.5 * change + shock[1:] + 0.5 * shock[:-1], change)
        held += found.low <= 0.5 <= found.high
    assert COVERED[0] <= held / RUNS <= COVERED[1]


def panel(periods: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    unit, t = np.repeat(np.arange(30), periods), np.tile(np.arange(periods), 30)
    mood = rng.normal(0, 1, periods).cumsum()
    before = np.concatenate([[0.0], mood[:-1]])
    return pd.DataFrame(
        {"unit": unit, "t": t, "overall": 4 + mood[t], "revenue": np.exp(5 + 0.2 * before[t] + 0.01 * unit)}
    )


def test_a_change_of_the_mean_score_is_found_in_the_growth_a_period_later() -> None:
    found = aggregate_slope(panel(30), "overall", 1)
    assert found is not None
    assert found.estimate == pytest.approx(0.2, abs=1e-6)
    assert found.changes == 28


def test_a_unit_that_comes_or_goes_does_not_move_the_series() -> None:
    rows = panel(30)
    gone = rows[~((rows["unit"] < 10) & (rows["t"] > 15))]
    found, whole = aggregate_slope(gone, "overall", 1), aggregate_slope(rows, "overall", 1)
    assert found is not None and whole is not None
    assert found.estimate == pytest.approx(whole.estimate, abs=1e-6)


def test_twelve_changes_are_the_least() -> None:
    assert aggregate_slope(panel(14), "overall", 1) is not None
    assert aggregate_slope(panel(13), "overall", 1) is None
