"""Units compared with themselves: the study's lag, money of zero or less, margin as a level, other ways beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import SitePanel
from impact.journey import Journey, Stage
from models.calibration.calibrate import calibrate
from models.calibration.sites import first_difference, previous_money, within_slope
from models.calibration.slopes import Calibration, Slope

JOURNEY = Journey(stages=(Stage(stage="till", name="Till", order=1),), pain_points=())
TRUTH = 0.05
RUNS = 60
# The share of 60 ranges of 90% that hold the truth has a standard error of .039.
COVERED = (0.80, 0.98)


def shops(seed: int = 1, units: int = 60, periods: int = 8, lag: int = 1) -> SitePanel:
    """Shops whose revenue rises by `TRUTH` a point of the score `lag` periods before; better shops are also larger."""
    rng = np.random.default_rng(seed)
    unit, t = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    size = rng.normal(0, 0.5, units)
    score = 7 + size[unit] + rng.normal(0, 1, units * periods)
    panel = pd.DataFrame({"unit": unit, "t": t, "persona": "all", "overall": score, "till": score})
    earlier = panel.groupby("unit")["overall"].shift(lag).fillna(7)
    money = 8 + size[unit] + 0.01 * t + TRUTH * earlier + rng.normal(0, 0.1, units * periods)
    panel = panel.assign(revenue=np.exp(money), margin=0.2 * np.exp(money))
    coverage = pd.DataFrame({"stage": ["till", "overall"], "sd": [1.0, 1.0]})
    return SitePanel(controls=(), size=None, panel=panel, coverage=coverage, money=pd.DataFrame(), lag=lag)


def headline(calibration: Calibration, outcome: str = "log_revenue") -> Slope:
    found = calibration.headline(outcome)
    assert found is not None
    return found


def test_the_headline_takes_the_studys_lag_and_finds_the_truth_there() -> None:
    cells = shops(lag=2)
    found = calibrate(cells, JOURNEY)
    low, high = headline(found).range90()
    assert low <= TRUTH <= high and low > 0
    assert {slope.method for slope in found.slopes if slope.method.startswith("lag")} == {"lag_0", "lag_1", "lag_3"}
    wrong = found.find("log_revenue", "overall", "lag_1")
    assert wrong is not None and abs(wrong.estimate) < TRUTH / 2


def test_ranges_of_the_headline_hold_the_truth_as_often_as_they_say_with_many_units_and_with_few() -> None:
    for units in (60, 12):
        held = 0
        for seed in range(RUNS):
            found = within_slope(shops(seed, units=units).panel, "overall", 1, "within", "within-unit")
            assert found is not None
            low, high = found.range90()
            held += low <= TRUTH <= high
        assert COVERED[0] <= held / RUNS <= COVERED[1], units


def test_few_units_are_said_and_their_range_is_read_from_a_t() -> None:
    found = calibrate(shops(units=12), JOURNEY)
    assert headline(found).df < 12
    assert headline(found).quantile90() > 1.75
    assert "C444" in {check.code for check in found.checks}
    assert "C444" not in {check.code for check in calibrate(shops(), JOURNEY).checks}


def test_changes_and_the_money_of_the_period_before_find_the_same_truth() -> None:
    panel = shops(units=200).panel
    for way in (previous_money, first_difference):
        found = way(panel, "overall", 1)
        assert found is not None
        low, high = found.slope.range90()
        assert low <= TRUTH <= high and not found.slope.headline


def test_one_amount_of_nothing_in_a_hundred_is_left_out_and_counted() -> None:
    cells = shops()
    panel = cells.panel.copy()
    panel.loc[[5, 77, 130], "revenue"] = [0.0, -20.0, 0.0]
    found = calibrate(replace(cells, panel=panel), JOURNEY)
    said = {check.code: check for check in found.checks}["C440"]
    assert said.found == "3 of 480 booked amounts are zero or less"
    assert headline(found).n == headline(calibrate(cells, JOURNEY)).n - 3


def test_many_amounts_of_nothing_are_all_kept_relative_to_the_units_mean() -> None:
    cells = shops(units=200)
    nothing = np.random.default_rng(9).random(len(cells.panel)) < 0.15
    found = calibrate(replace(cells, panel=cells.panel.assign(revenue=cells.panel["revenue"] * ~nothing)), JOURNEY)
    assert {"C441"} == {check.code for check in found.checks} & {"C440", "C441"}
    assert headline(found).n == headline(calibrate(cells, JOURNEY)).n
    low, high = headline(found).range90()
    assert low <= TRUTH <= high


def test_a_margin_that_is_often_not_positive_is_a_level_in_money_and_never_logged() -> None:
    cells = shops(units=200)
    assert calibrate(cells, JOURNEY).headline("margin") is None
    rng, panel = np.random.default_rng(4), cells.panel
    earlier = panel.groupby("unit")["overall"].shift(1).fillna(7)
    margin = 100 + 30 * (earlier - 7) + rng.normal(0, 100, len(panel))
    found = calibrate(replace(cells, panel=panel.assign(margin=margin)), JOURNEY)
    slope = headline(found, "margin")
    low, high = slope.range90()
    assert (slope.method, slope.grade) == ("within", "within-unit")
    assert low <= 30 <= high and low > 20
    assert found.regression("margin") is not None


def test_every_headline_leaves_with_the_rows_it_came_from() -> None:
    found = calibrate(shops(), JOURNEY)
    slopes = [slope for slope in found.slopes if slope.headline]
    assert [regression.slope for regression in found.regressions] == slopes
    for regression in found.regressions:
        assert len(regression.y) == len(regression.x) == len(regression.keys) == regression.slope.n
        assert regression.slope.term in regression.x.columns
        assert "OLS(y, x)" in regression.call


def test_shops_of_one_chain_are_one_cluster() -> None:
    cells = shops(units=120)
    chained = replace(cells, panel=cells.panel.assign(chain=cells.panel["unit"] // 2), cluster="chain")
    one, both = headline(calibrate(cells, JOURNEY)), headline(calibrate(chained, JOURNEY))
    assert both.estimate == pytest.approx(one.estimate, rel=1e-12)
    assert (one.units, both.units) == (120, 60)


def test_a_series_long_enough_stands_beside_the_rate_and_never_for_it() -> None:
    found = calibrate(shops(periods=24), JOURNEY)
    said = {check.code: check for check in found.checks}
    assert "for reconciliation only" in said["C445"].text
    assert "C445" not in {check.code for check in calibrate(shops(), JOURNEY).checks}
    assert headline(found).method == "within"
