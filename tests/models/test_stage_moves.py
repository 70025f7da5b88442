"""What moves a stage's score: the estimate of each of its own pain points, with its error, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from models.calibration.slopes import Z90
from models.carried import Carried, CarriedRow
from models.stage_moves import stage_moves
from tests.models.small_values import JOURNEY, PAINS

DRAWS = 20_000
# Of a mean and a standard deviation of 20,000 Normal draws: five standard errors.
NEAR_MEAN, NEAR_SPREAD = 5 / DRAWS**0.5, 5 / (2 * DRAWS) ** 0.5


def _row(pain: str, at: str, kind: str, effect: float, se: float) -> CarriedRow:
    low, high = effect - Z90 * se, effect + Z90 * se
    return CarriedRow(pain_point=pain, kind=kind, at=at, effect=effect, low=low, high=high, n=100)  # type: ignore[arg-type]


def _carried(*rows: CarriedRow) -> Carried:
    return Carried(rows=rows, more=np.zeros(len(PAINS)))


def test_each_pain_point_moves_its_own_stage_by_its_estimate_and_error() -> None:
    rows = (
        _row("a", "s", "own stage", -0.4, 0.1),
        _row("b", "s", "own stage", -0.1, 0.02),
        _row("a", "r", "later stage", -0.9, 0.1),
        _row("a", "overall", "overall", -0.3, 0.1),
    )
    found = stage_moves(_carried(*rows), JOURNEY, DRAWS, 3)
    assert set(found) == {"s"}
    assert found["s"].shape == (DRAWS, len(PAINS))
    for k, (mean, se) in enumerate(((-0.4, 0.1), (-0.1, 0.02), (0.0, 0.0))):
        assert found["s"][:, k].mean() == pytest.approx(mean, abs=NEAR_MEAN * se + 1e-12)
        assert found["s"][:, k].std() == pytest.approx(se, rel=NEAR_SPREAD)
    assert abs(np.corrcoef(found["s"][:, :2].T)[0, 1]) < NEAR_MEAN


def test_the_draws_are_the_same_in_every_scenario_and_others_by_another_seed() -> None:
    one = _carried(_row("c", "r", "own stage", -0.4, 0.1))
    first, again, other = (stage_moves(one, JOURNEY, 50, seed)["r"] for seed in (3, 3, 4))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_a_stage_of_which_nothing_is_told_is_left_out() -> None:
    assert stage_moves(_carried(), JOURNEY, 50, 3) == {}
