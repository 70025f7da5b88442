"""Neighbouring periods beside all periods: what a slow cause leaves behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.cells import CustomerCells, Moments
from models.calibration.near import SHARED_PERIOD, near_checks, near_slope
from models.calibration.slopes import Calibration, Slope

CUSTOMERS = 10_000
SPREAD = 400.0
# The factor for few customers, of 10,000 of them.
FEW = 1e-3

WHOLE = Slope(
    outcome="log_revenue",
    term="overall",
    method="within",
    estimate=0.02,
    se=0.001,
    n=20_000,
    units=CUSTOMERS,
    headline=True,
    grade="within-unit",
)


def near(cells: CustomerCells, estimate: float, se: float) -> CustomerCells:
    moments = Moments(
        persona="all",
        columns=("score__overall", "relative_spend"),
        gram=np.array([[SPREAD, estimate * SPREAD], [estimate * SPREAD, 1e3]]),
        meat=np.array([[(se * SPREAD) ** 2]]),
        rows=2 * CUSTOMERS,
        customers=CUSTOMERS,
    )
    return replace(cells, spend_near=(moments,))


def status(cells: CustomerCells, estimate: float, se: float) -> str:
    return near_checks(near(cells, estimate, se), Calibration(slopes=(WHOLE,)))[0].status


def test_the_error_allows_for_pairs_that_share_a_period(small_cells: CustomerCells) -> None:
    found = near_slope(near(small_cells, 0.02, 0.002))
    assert found is not None
    assert found.estimate == pytest.approx(0.02)
    assert found.se == pytest.approx(0.002 * np.sqrt(SHARED_PERIOD), rel=FEW)


def test_clearly_less_between_neighbours_asks_for_a_review(small_cells: CustomerCells) -> None:
    assert status(small_cells, 0.012, 0.002) == "review"
    assert status(small_cells, 0.019, 0.0001) == "pass"
    assert status(small_cells, 0.019, 0.002) == "pass"
    assert status(small_cells, 0.024, 0.002) == "pass"


def test_too_few_neighbours_are_said_to_tell_nothing_and_hold_nothing_against_the_rate(
    small_cells: CustomerCells,
) -> None:
    check = near_checks(near(small_cells, 0.018, 0.01), Calibration(slopes=(WHOLE,)))[0]
    assert (check.code, check.status) == ("C503", "pass")
    assert "could not be asked" in check.text and check.remedy


def test_without_a_slope_of_spend_there_is_nothing_to_compare(small_cells: CustomerCells) -> None:
    assert near_checks(near(small_cells, 0.01, 0.001), Calibration(slopes=())) == ()
    assert near_checks(replace(small_cells, spend_near=()), Calibration(slopes=(WHOLE,))) == ()
