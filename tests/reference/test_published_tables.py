"""Published figures, from the functions that the engine itself uses."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.checks import benjamini_hochberg
from models.drivers import johnson, lmg
from models.reduced import clustered_summary

DATA = Path(__file__).parent / "data"
# Printed to thirteen digits by the package that wrote them.
PRINTED_IN_FULL = 1e-9
# Printed to seven digits.
SEVEN_DIGITS = 5e-8
# Printed to three decimals, some of them cut and not rounded.
THREE_DECIMALS = 6e-4
# Printed to four decimals.
FOUR_DECIMALS = 1e-4
# The unit of a column leaves its correlations as they are, but for rounding.
RESCALED = 1e-10

SWISS = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
SWISS_LMG = [0.0570912208, 0.1711730289, 0.2601346786, 0.1055701504, 0.1127659229]
SWISS_R2 = 0.706735001593
MTCARS = ["cyl", "disp", "hp", "gear"]
MTCARS_RAW = [0.2284797, 0.2221469, 0.2321744, 0.0963886]
MTCARS_R2 = 0.7791896
AZEN_AMONG = np.array([[1, 0.8, 0.1, 0.3], [0.8, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.5], [0.3, 0.1, 0.5, 1]])
AZEN_OUTCOME = np.array([0.6, 0.3, 0.4, 0.5])
AZEN_BY_SIZE = [
    [0.360, 0.090, 0.160, 0.250],
    [0.300, 0.074, 0.095, 0.152],
    [0.263, 0.069, 0.063, 0.073],
    [0.246, 0.071, 0.061, 0.010],
]
BENJAMINI_HOCHBERG_P = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
    1.0000,
]  # fmt: skip


def correlations(rows: pd.DataFrame, predictors: list[str], outcome: str) -> tuple[np.ndarray, np.ndarray]:
    matrix = rows[[outcome, *predictors]].corr().to_numpy()
    return matrix[1:, 1:], matrix[1:, 0]


@pytest.fixture(scope="module")
def swiss() -> pd.DataFrame:
    return pd.read_csv(DATA / "swiss.csv")


def test_importance_on_the_swiss_data_is_that_of_relaimpo(swiss: pd.DataFrame) -> None:
    """Groemping (2006)."""
    found = lmg(*correlations(swiss, SWISS, "Fertility"))
    np.testing.assert_allclose(found, SWISS_LMG, atol=PRINTED_IN_FULL)
    assert found.sum() == pytest.approx(SWISS_R2, abs=PRINTED_IN_FULL)


@pytest.mark.parametrize("weigh", [lmg, johnson])
def test_the_unit_of_a_column_does_not_move_importance(swiss: pd.DataFrame, weigh: object) -> None:
    assert callable(weigh)
    rescaled = swiss.assign(Education=swiss["Education"] * 1000 - 7, Fertility=swiss["Fertility"] / 33)
    plain, other = (weigh(*correlations(rows, SWISS, "Fertility")) for rows in (swiss, rescaled))
    np.testing.assert_allclose(other, plain, atol=RESCALED)


def gains_by_size(among: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Mean gain in R-squared of each predictor over all sets of a size `(size, predictor)`, counted out."""
    p = len(outcome)

    def r2(members: tuple[int, ...]) -> float:
        at = list(members)
        return float(outcome[at] @ np.linalg.solve(among[np.ix_(at, at)], outcome[at])) if at else 0.0

    gains = np.zeros((p, p))
    for j in range(p):
        others = [k for k in range(p) if k != j]
        for size in range(p):
            found = [r2((*members, j)) - r2(members) for members in combinations(others, size)]
            gains[size, j] = np.mean(found)
    return gains


def test_general_dominance_is_the_mean_of_the_published_gains_by_size() -> None:
    """Azen & Budescu (2003)."""
    gains = gains_by_size(AZEN_AMONG, AZEN_OUTCOME)
    np.testing.assert_allclose(gains, AZEN_BY_SIZE, atol=THREE_DECIMALS)
    found = lmg(AZEN_AMONG, AZEN_OUTCOME)
    np.testing.assert_allclose(found, np.mean(AZEN_BY_SIZE, axis=0), atol=THREE_DECIMALS)
    np.testing.assert_allclose(found, gains.mean(axis=0), atol=PRINTED_IN_FULL)
    assert np.argsort(-found).tolist() == [0, 3, 2, 1]


def test_relative_weights_on_the_car_data_are_those_of_rwa() -> None:
    """Johnson (2000), as the package `rwa` prints them."""
    found = johnson(*correlations(pd.read_csv(DATA / "mtcars.csv"), MTCARS, "mpg"))
    np.testing.assert_allclose(found, MTCARS_RAW, atol=SEVEN_DIGITS)
    assert found.sum() == pytest.approx(MTCARS_R2, abs=SEVEN_DIGITS)


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
