"""A hundred companies through their planning quarters: coverage of forecasts and of effects, and false positives."""

from __future__ import annotations

from pathlib import Path

import pytest
from quarterly_company import Row
from quarterly_haircut import haircut_held
from quarterly_loop import effects_held, forecasts_held
from quarterly_table import METRICS, claims_of_all, effects_of_all, share_found, share_inside

pytestmark = pytest.mark.full

REPETITIONS = 100
FORECASTS = (0.80, 0.97)
EFFECTS = (0.85, 0.95)
MOST_FOUND = 0.08
HAIRCUT_SEEDS, HAIRCUT_CUSTOMERS = range(9900, 9908), 60_000


@pytest.fixture(scope="module")
def effects(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What was measured of every company."""
    return [effects_held(number, tmp_path_factory.mktemp("effects")) for number in range(REPETITIONS)]


def test_ranges_of_forecasts_hold_what_comes(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [forecasts_held(number, tmp_path_factory.mktemp("quarters")) for number in range(REPETITIONS)]
    assert FORECASTS[0] <= share_inside(claims_of_all(rows)) <= FORECASTS[1]
    by_metric = {metric: share_inside(claims_of_all(rows, metric)) for metric in METRICS}
    assert all(share >= FORECASTS[0] for share in by_metric.values()), by_metric


@pytest.mark.parametrize("outcome", ["churn", "prevalence"])
def test_ranges_of_effects_hold_the_truth(effects: list[Row], outcome: str) -> None:
    assert EFFECTS[0] <= share_inside(effects_of_all(effects, "measured", outcome)) <= EFFECTS[1]


def test_nothing_is_seldom_taken_for_something(effects: list[Row]) -> None:
    assert share_found(effects_of_all(effects, "idle")) <= MOST_FOUND


def test_the_haircut_moves_towards_what_is_true(tmp_path: Path) -> None:
    rows = [haircut_held(seed, tmp_path / str(seed), HAIRCUT_CUSTOMERS) for seed in HAIRCUT_SEEDS]
    nearer = [abs(row["posterior"][0] - row["share"]) - abs(row["prior"][0] - row["share"]) for row in rows]
    assert sum(nearer) < 0
