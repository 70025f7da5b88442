"""A running sum that alarms on a lasting miss, and as seldom as it says on right forecasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.running_sum import false_alarm_rate, running_alarm
from models.scores import Scored
from tests.models.test_scores import normal_claim, quarters

# 4,000 series: a share near 0.07 is known to 0.004; three of them.
SIMULATED = 0.012


def forecast_of(misses: np.ndarray) -> list[Scored]:
    """One forecast of as many periods, each so many of its standard deviations off."""
    claims = [
        normal_claim(100, 5, 100 * np.exp(0.05 * z), period) for z, period in zip(misses, quarters(99), strict=False)
    ]
    return [replace(one, ahead=place + 1) for place, one in enumerate(claims)]


def test_a_right_forecast_whose_errors_add_up_raises_few_alarms_and_their_share_is_told() -> None:
    rng, periods = np.random.default_rng(4), 8
    walks = rng.standard_normal((400, periods)).cumsum(axis=1) / np.sqrt(np.arange(1, periods + 1))
    alarms = [running_alarm(forecast_of(one), seed=1) for one in walks]
    share = np.mean([bool(one.crossed) for one in alarms])
    # of 400 a share of .05 is known to .011
    assert share == pytest.approx(alarms[0].false_alarm, abs=0.035) and alarms[0].false_alarm <= 0.051
    fresh = [normal_claim(100, 5, 100, period) for period in quarters(periods)]
    assert running_alarm(fresh, seed=1).limit == 4.0


def test_the_running_sum_alarms_on_a_lasting_miss_and_says_when() -> None:
    steady = [normal_claim(100, 5, 100 * np.exp(0.1), period) for period in quarters(6)]
    alarm = running_alarm(steady, seed=1)
    # each period is some 2 standard deviations (0.1 / 0.05) above: 1.5 more each time, beyond 4 in the third
    assert alarm.above[:3] == pytest.approx([1.5, 3.0, 4.5], abs=0.03)
    assert alarm.crossed == "2020Q3" and (alarm.below == 0).all()
    back_and_forth = [normal_claim(100, 5, 100 + 8 * (-1) ** k, period) for k, period in enumerate(quarters(12))]
    assert running_alarm(back_and_forth, seed=1).crossed == ""


def test_false_alarms_come_as_often_as_the_published_run_length_says() -> None:
    # Montgomery's table: with slack 0.5 and limit 4 a false alarm comes after 168 periods in the mean. Beyond its
    # start the time to one is nearly geometric, so that 12 periods alarm in 1 - (1 - 1/168)^(12 - 3) or so.
    assert false_alarm_rate(12, 1) == pytest.approx(1 - (1 - 1 / 168) ** 9, abs=SIMULATED)
    assert false_alarm_rate(1, 1) < false_alarm_rate(40, 1) == pytest.approx(1 - (1 - 1 / 168) ** 37, abs=2 * SIMULATED)
