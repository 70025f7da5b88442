"""How many of all customers got an initiative: what a forecast of everybody is held against."""

from __future__ import annotations

import pandas as pd
import pytest

from impact.cells import RolloutCells
from impact.measure_study import reach_of
from models.measure.panel import NEVER

START = 8014


def rollout(*customers: tuple[int, int]) -> RolloutCells:
    """Units of so many customers from a start on."""
    units = pd.DataFrame(customers, columns=["customers", "treated_from"]).assign(unit="u", cluster=0)
    return RolloutCells(
        initiative="fleet",
        by="assignments",
        randomised=True,
        first=START,
        units=units,
        cells=pd.DataFrame(),
        late=0,
        small=0,
        blank=0,
        ends_known=True,
    )


def test_those_who_got_it_are_a_share_of_all_who_were_there_before_the_start() -> None:
    money = pd.DataFrame({"t": [START - 2, START - 1, START], "customers": [900.0, 1_000.0, 1_100.0]})
    assert reach_of(rollout((100, START), (150, START + 1), (250, NEVER)), money) == pytest.approx(0.25)


def test_without_a_period_before_it_is_a_share_of_the_units_and_never_more_than_all() -> None:
    money = pd.DataFrame({"t": [START], "customers": [10.0]})
    assert reach_of(rollout((100, START), (300, NEVER)), money) == pytest.approx(0.25)
    early = pd.DataFrame({"t": [START - 1], "customers": [50.0]})
    assert reach_of(rollout((100, START)), early) == 1.0
