"""Which initiatives are one decision."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from scenarios.ties import AHEAD, ahead, tie_groups

COMPANIES = 400
DRAWS = 1_000
SE = 1.0
# Of initiatives drawn from a common law with a spread of .3 and seen with an error of 1 what is known is mostly the
# law's: neither of two alike is ahead in 16 of 20 futures in nine of ten companies.
TOGETHER = 0.9
# Eight errors of the difference apart.
APART = 1.0
# Binomial error of an order that is right 8 times of 10, over the companies' own pairs.
RIGHT = 0.78


def _places(worth: np.ndarray) -> np.ndarray:
    return (-worth.mean(axis=1)).argsort().argsort() + 1


def _groups(worth: np.ndarray) -> list[int]:
    return [int(group) for group in tie_groups(worth, _places(worth))]


def _posterior(truth: np.ndarray, rng: np.random.Generator, spread: float) -> np.ndarray:
    """Draws of what a few rows tell of each truth under Normal(0, spread^2), conjugate."""
    seen = truth + rng.normal(0, SE, len(truth))
    kept = spread**2 / (spread**2 + SE**2)
    return np.asarray(kept * seen[:, None] + np.sqrt(kept) * SE * rng.standard_normal((len(truth), DRAWS)))


def test_two_groups_are_two_where_every_draw_has_them_apart() -> None:
    draws = np.random.default_rng(1).standard_normal(DRAWS)
    assert _groups(np.array([draws, draws + 9, draws + 0.001])) == [3, 1, 2]


def test_alike_in_every_draw_is_one_group() -> None:
    draws = np.random.default_rng(1).standard_normal(DRAWS)
    assert _groups(np.array([draws, draws, draws - 5])) == [1, 1, 2]


def test_no_two_of_a_group_are_told_apart_and_each_is_a_stretch_of_the_ranking() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        worth = rng.normal(0, 1, (8, 1)) + rng.normal(0, 0.8, (8, DRAWS))
        group, rank = tie_groups(worth, _places(worth)), _places(worth)
        assert (np.diff(group[np.argsort(rank)]) >= 0).all()
        for i in range(8):
            for j in range(8):
                assert group[i] != group[j] or ahead(worth[i], worth[j]) < AHEAD


def test_the_first_of_a_group_is_told_from_a_member_of_the_group_above() -> None:
    rng = np.random.default_rng(3)
    worth = rng.normal(0, 1, (8, 1)) + rng.normal(0, 0.8, (8, DRAWS))
    group, order = tie_groups(worth, _places(worth)), np.argsort(_places(worth))
    for before, after in pairwise(order):
        if group[before] != group[after]:
            above = np.flatnonzero(group == group[before])
            assert max(ahead(worth[i], worth[after]) for i in above) >= AHEAD


def test_equal_ones_fall_together_and_clearly_different_ones_do_not() -> None:
    rng = np.random.default_rng(4)
    together, apart = [], []
    for _ in range(COMPANIES):
        equal = _posterior(np.zeros(2), rng, 0.3)
        far = _posterior(np.array([0.0, 8 * np.sqrt(2)]), rng, 10.0)
        together.append(len(set(_groups(equal))) == 1)
        apart.append(len(set(_groups(far))) == 2)
    assert np.mean(together) >= TOGETHER
    assert np.mean(apart) >= APART


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_initiatives_of_different_groups_stand_in_their_true_order(spread: float) -> None:
    # Neighbours told apart are ahead in 16 of 20 futures, so by a right posterior 8 of 10 such orders hold and more.
    rng = np.random.default_rng(5)
    right = []
    for _ in range(COMPANIES):
        truth = rng.normal(0, spread, 2)
        worth = _posterior(truth, rng, spread)
        group = tie_groups(worth, _places(worth))
        if group[0] != group[1]:
            right.append((group[0] < group[1]) == (truth[0] > truth[1]))
    assert len(right) > 20
    assert np.mean(right) >= RIGHT


def test_nothing_to_rank_has_no_groups() -> None:
    assert tie_groups(np.zeros((0, 5)), np.zeros(0, dtype=int)).shape == (0,)
