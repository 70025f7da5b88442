"""What has moved: limits that hold in nineteen runs of twenty when nothing does, and are passed when something does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from impact.cells import SitePanel
from impact.rng import stream
from models.monitoring import (
    FALSE_ALARM,
    Series,
    _leaving_slopes,
    _money_slopes,
    _of_no_change,
    monitoring_checks,
    watch,
)

AS_OF, YEAR = 8106, 4
T = np.arange(AS_OF - 11, AS_OF + 1)
CUSTOMERS, STAGES, PAINS = 400, 6, 9
RUNS = 60
# Four standard errors of a share of 0.05 in that many runs.
OF_RUNS = 4 * np.sqrt(0.05 * 0.95 / RUNS)


def series(value: np.ndarray, se: float | np.ndarray = 0.05, kind: str = "satisfaction", name: str = "buy") -> Series:
    errors = np.broadcast_to(np.asarray(se, dtype=float), value.shape)
    return Series(series=kind, id=name, name=name, t=T[-len(value) :], value=value, se=errors)  # type: ignore[arg-type]


def test_the_limits_are_the_written_out_ones_of_two_means() -> None:
    """Eight periods then, four now, errors alike and scatter below them: Student's with 10 degrees of freedom."""
    (one,) = watch([series(np.r_[np.full(8, 4.0), np.full(4, 4.2)])], AS_OF, YEAR)
    limit = student.ppf(1 - FALSE_ALARM / 2, 10) * 0.05 * np.sqrt(1 / 8 + 1 / 4)
    assert (one.then, one.now) == pytest.approx((4.0, 4.2))
    assert (one.low, one.high) == pytest.approx((-limit, limit))
    assert one.alarm


def test_periods_that_scatter_widen_the_limits() -> None:
    rng = stream(1, "scatter")
    value = 4 + 0.5 * rng.standard_normal(12)
    (wide,) = watch([series(value)], AS_OF, YEAR)
    (narrow,) = watch([series(np.full(12, 4.0))], AS_OF, YEAR)
    assert wide.high > 3 * narrow.high


def test_only_whole_years_before_stand_beside_the_last_year() -> None:
    value = np.r_[9.0, 9.0, np.full(4, 4.0), np.full(4, 4.0)]
    (one,) = watch([series(value)], AS_OF, YEAR)
    assert one.then == pytest.approx(4.0)


def test_what_is_too_short_or_long_past_is_not_compared() -> None:
    old = Series(series="satisfaction", id="a", name="A", t=T - 5, value=np.full(12, 4.0), se=np.full(12, 0.1))
    assert watch([series(np.full(5, 4.0)), old], AS_OF, YEAR) == ()


def world(rng: np.random.Generator, *, shift: float = 0.0) -> list[Series]:
    """A year and two before of a company: customers with habits of their own, periods with a mood of their own."""
    habit = rng.normal(0, 0.6, (STAGES, CUSTOMERS))
    mood = rng.normal(0, 0.02, (STAGES, len(T)))
    mood[0, -YEAR:] += shift
    out = []
    for stage in range(STAGES):
        values, errors = [], []
        for place in range(len(T)):
            asked = rng.random(CUSTOMERS) < 0.3
            scores = 4 + habit[stage, asked] + mood[stage, place] + rng.normal(0, 0.7, int(asked.sum()))
            values.append(scores.mean())
            errors.append(scores.std(ddof=1) / np.sqrt(len(scores)))
        out.append(series(np.array(values), np.array(errors), name=f"s{stage}"))
    proneness = rng.beta(1, 6, (PAINS, CUSTOMERS))
    met = rng.random((len(T), PAINS, CUSTOMERS)) < proneness
    for pain in range(PAINS):
        rows = pd.DataFrame({"t": T, "customers": float(CUSTOMERS), "mean": met[:, pain].mean(axis=1)})
        told = _of_no_change(rows)
        out.append(series(rows["mean"].to_numpy(), told["se"].to_numpy(), "pain point", f"p{pain}"))
    return out


def test_one_run_in_twenty_at_most_raises_any_alarm_when_nothing_changes() -> None:
    rng = stream(2, "nothing changed")
    loud = sum(any(one.alarm for one in watch(world(rng), AS_OF, YEAR)) for _ in range(RUNS))
    assert loud / RUNS <= FALSE_ALARM + OF_RUNS


def test_a_score_that_falls_by_a_third_of_a_point_is_told_nearly_always() -> None:
    rng = stream(3, "fallen")
    told = [watch(world(rng, shift=-0.35), AS_OF, YEAR)[0].alarm for _ in range(40)]
    assert np.mean(told) >= 0.9


def cells(slope: np.ndarray, seed: int) -> pd.DataFrame:
    """Cells of leaving by score in two personas, a slope (points of leaving a point) by period."""
    rng = stream(seed, "cells")
    rows = []
    for persona, base in (("home", 0.10), ("firm", 0.16)):
        for place, t in enumerate(T[:-1]):
            for score in (1.0, 2.0, 3.0, 4.0, 5.0):
                n = 4_000
                rate = base + slope[place] * (score - 3)
                rows.append((persona, 0, t, score, n, rng.binomial(n, rate), 3.0, score))
    columns = ["persona", "tenure_band", "t", "overall_bin", "n", "leavers", "tenure", "overall"]
    return pd.DataFrame(rows, columns=columns)


def test_the_slope_of_a_period_is_that_of_a_line_within_strata_over_the_rate() -> None:
    found = _leaving_slopes(cells(np.full(11, -0.02), 4))
    assert len(found) == 11
    assert found["mean"].mean() == pytest.approx(-0.02 / 0.13, abs=4 * float(found["se"].mean() / np.sqrt(11)))
    # Written out: 80,000 units at 2 points squared in the mean, leaving of 13%.
    se = np.sqrt(0.13 * 0.87 / (40_000 * 2)) / 0.13
    assert found["se"].mean() == pytest.approx(se, rel=0.01)


def test_a_rate_of_a_point_that_halves_is_told_and_one_that_stays_is_not() -> None:
    def told(slope: np.ndarray) -> bool:
        rows = _leaving_slopes(cells(slope, 5))
        one = Series(
            series="calibration",
            id="overall",
            name="Overall",
            t=rows["t"].to_numpy(),
            value=rows["mean"].to_numpy(),
            se=rows["se"].to_numpy(),
        )
        (watched,) = watch([one], AS_OF, YEAR)
        codes = {check.code: check.status for check in monitoring_checks([watched], ())}
        assert set(codes) == {"C707"}
        return watched.alarm and codes["C707"] == "review"

    assert told(np.r_[np.full(7, -0.02), np.full(4, -0.01)])
    assert not told(np.full(11, -0.02))


def test_nothing_is_said_where_nothing_could_be_compared() -> None:
    assert monitoring_checks((), ()) == ()
    empty = pd.DataFrame(columns=["persona", "t", "n", "leavers", "overall", "overall_bin"])
    assert len(_leaving_slopes(empty)) == 0


def test_independent_periods_with_true_errors_raise_few_alarms_but_not_none() -> None:
    rng = stream(6, "independent")
    runs, alarms = 600, 0
    for _ in range(runs):
        told = watch([series(rng.normal(4, 0.05, 12)) for _ in range(5)], AS_OF, YEAR)
        alarms += any(one.alarm for one in told)
    assert 0 < alarms / runs <= FALSE_ALARM + 4 * np.sqrt(0.05 * 0.95 / runs)


def test_shocks_that_go_on_by_a_half_raise_an_alarm_in_one_run_of_six_at_most() -> None:
    # taken for independent they raise one in 30 of 100: shocks twice the error of a period, eight series
    rng = stream(7, "going on")
    runs, alarms = 400, 0
    for _ in range(runs):
        shock = rng.standard_normal((8, 12))
        for t in range(1, 12):
            shock[:, t] = 0.5 * shock[:, t - 1] + np.sqrt(0.75) * shock[:, t]
        told = watch([series(4 + 0.1 * one + rng.normal(0, 0.05, 12)) for one in shock], AS_OF, YEAR)
        alarms += any(one.alarm for one in told)
    assert alarms / runs <= 1 / 6


def stores(slope: np.ndarray, seed: int) -> SitePanel:
    """Sixty stores whose log revenue follows the score of the period before, by a slope a period."""
    rng = stream(seed, "stores")
    units, own = 60, rng.normal(0, 0.3, 60)
    score = 4 + rng.normal(0, 0.5, (units, len(T)))
    rows = []
    for place, t in enumerate(T):
        effect = slope[place] * score[:, place - 1] if place else 0.0
        revenue = np.exp(8 + own + effect + 0.1 * (place % 4) + rng.normal(0, 0.02, units))
        rows += [(unit, t, revenue[unit], score[unit, place]) for unit in range(units)]
    panel = pd.DataFrame(rows, columns=["unit", "t", "revenue", "overall"])
    nothing = pd.DataFrame()
    return SitePanel(controls=(), size=None, panel=panel, coverage=nothing, money=nothing)


def test_the_slope_of_stores_is_that_of_money_a_period_on_with_seasons_and_stores_taken_out() -> None:
    found = _money_slopes(stores(np.full(12, 0.05), 7))
    assert len(found) == 11
    assert found["mean"].mean() == pytest.approx(0.05, abs=0.01)
    halved = _money_slopes(stores(np.r_[np.full(8, 0.05), np.full(4, -0.05)], 8))
    one = Series(
        series="calibration",
        id="overall",
        name="Overall",
        t=halved["t"].to_numpy(),
        value=halved["mean"].to_numpy(),
        se=halved["se"].to_numpy(),
    )
    assert watch([one], AS_OF, YEAR)[0].alarm
