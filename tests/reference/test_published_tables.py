"""Published figures, from the functions that the engine itself uses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.checks import benjamini_hochberg
from models.reduced import clustered_summary

DATA = Path(__file__).parent / "data"
# Printed to four decimals.
FOUR_DECIMALS = 1e-4

BENJAMINI_HOCHBERG_P = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
    1.0000,
]  # fmt: skip


def clustered(rows: pd.DataFrame, by: str) -> tuple[float, float]:
    """Slope and clustered error of y on x, constant beside it."""
    data = np.column_stack([rows["x"], np.ones(len(rows)), rows["y"]])
    gram = data.T @ data
    residual = data[:, 2] - data[:, :2] @ np.linalg.solve(gram[:2, :2], gram[:2, 2])
    scores = pd.DataFrame(data[:, :2] * residual[:, None]).groupby(rows[by]).sum().to_numpy()
    found = clustered_summary(gram, scores.T @ scores, np.array([0]), rows[by].nunique())
    return float(found.mean[0]), float(found.se()[0])


@pytest.mark.parametrize(("by", "published"), [("firm", 0.0506), ("year", 0.0334)])
def test_clustered_errors_on_the_simulated_panel_are_those_of_petersen(by: str, published: float) -> None:
    """Petersen (2009)."""
    slope, se = clustered(pd.read_csv(DATA / "PetersenCL.csv"), by)
    assert slope == pytest.approx(1.0348, abs=FOUR_DECIMALS)
    assert se == pytest.approx(published, abs=FOUR_DECIMALS)


def test_the_false_discovery_rate_rejects_the_published_four() -> None:
    """Benjamini & Hochberg (1995), at .05, where Bonferroni rejects three."""
    p = np.array(BENJAMINI_HOCHBERG_P)
    np.testing.assert_array_equal(benjamini_hochberg(p, 0.05), p <= 0.0095)
    assert benjamini_hochberg(p, 0.05).sum() == 4
    assert (p <= 0.05 / len(p)).sum() == 3
    shuffled = np.random.default_rng(1).permutation(len(p))
    np.testing.assert_array_equal(benjamini_hochberg(p[shuffled], 0.05), (p <= 0.0095)[shuffled])
