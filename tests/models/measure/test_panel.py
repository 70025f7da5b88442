"""Groups by period and the effect measured on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from models.measure.panel import NEVER, Effect
from models.measure.staggered import compare_staggered
from tests.models.measure.rollout_design import Rollout, draw_rollout, small_panel

PANEL = small_panel(np.arange(12.0).reshape(3, 4), [2, NEVER, 9])


def test_a_cell_without_an_outcome_or_without_customers_is_counted_as_missing() -> None:
    outcome, weight = PANEL.outcome.copy(), PANEL.weight.copy()
    outcome[0, 0], weight[1, 2] = np.nan, 0
    panel = replace(PANEL, outcome=outcome, weight=weight)
    assert panel.missing == 2
    assert panel.weights[0, 0] == panel.weights[1, 2] == panel.values[0, 0] == 0


def test_a_start_after_the_last_period_is_not_treated_yet() -> None:
    assert PANEL.treated.tolist() == [True, False, False]
    assert PANEL.starts.tolist() == [2]
    assert PANEL.under.sum() == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"t": np.array([0, 1, 2, 4])},
        {"weight": -np.ones((3, 4))},
        {"outcome": np.ones((3, 3))},
        {"cluster": np.array([0, 1])},
    ],
)
def test_a_panel_that_does_not_fit_together_is_refused(fault: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"must|weight"):
        replace(PANEL, **fault)


def test_units_assigned_together_become_one_by_their_customers() -> None:
    panel, _ = draw_rollout(1, Rollout(groups=6, treated=2, starts=1))
    order = np.argsort(panel.treated_from, kind="stable")
    pairs = replace(panel.of(order), cluster=np.array([0, 0, 1, 1, 2, 2]))
    merged = pairs.by_cluster
    assert merged is not None
    expected = np.average(pairs.outcome[:2], axis=0, weights=pairs.weight[:2, 0])
    np.testing.assert_allclose(merged.outcome[0], expected)
    assert replace(pairs, cluster=np.array([0, 1, 1, 2, 2, 0])).by_cluster is None
    assert panel.by_cluster is panel


def test_found_means_that_the_95_percent_range_leaves_nil_out() -> None:
    parts = {"method": "m", "estimate": 1.0, "se": 0.5, "low": 0.2, "high": 1.8, "grade": "comparison"}
    counts = {"units": 1, "treated": 1, "before": 1, "after": 1}
    assert Effect(**parts, **counts, p=0.04).found  # type: ignore[arg-type]
    assert not Effect(**parts, **counts, p=0.06).found  # type: ignore[arg-type]
    assert not Effect(**parts, **counts).found  # type: ignore[arg-type]


def test_the_error_of_an_evidence_row_gives_the_same_range() -> None:
    found = compare_staggered(draw_rollout(1, Rollout(groups=8, treated=4))[0])
    assert isinstance(found, Effect)
    assert found.normal_se > 1.1 * found.se
    assert found.estimate + norm.ppf(0.95) * found.normal_se == pytest.approx(found.high)
