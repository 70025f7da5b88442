"""Value regressed on what would be known: what the splines can follow, and what they must not invent."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream
from scenarios.regress_value import expected_elsewhere, expected_given, worth_of_choosing

DRAWS = 2_000
SUMMED = 1e-6
# Noise of spread 1 on 2,000 draws, some ten terms in use: root mean square error near sqrt(10 / 2000).
FOLLOWED = 0.12


def _known(columns: int, seed: int = 1) -> np.ndarray:
    return stream(seed, "known").uniform(-2, 2, (DRAWS, columns))


def _noise() -> np.ndarray:
    return stream(2, "noise").standard_normal(DRAWS)


def _miss(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((found - truth) ** 2)))


def test_a_straight_line_is_found_up_to_the_bounds_that_columns_are_held_to() -> None:
    known = _known(1)
    inside = np.abs(known[:, 0]) < 1.9
    assert expected_given(3 + 2 * known[:, 0], known)[inside] == pytest.approx(3 + 2 * known[inside, 0], abs=0.02)


@pytest.mark.parametrize("shape", [np.sin, np.abs, np.square], ids=["wave", "kink", "bowl"])
def test_a_bent_line_is_followed_through_noise(shape: object) -> None:
    assert callable(shape)
    known = _known(1)
    truth = shape(2 * known[:, 0])
    assert _miss(expected_given(truth + _noise(), known), truth) < FOLLOWED
    assert _miss(expected_elsewhere(truth + _noise(), known), truth) < FOLLOWED


def test_what_two_things_do_together_is_followed() -> None:
    known = _known(2)
    truth = known[:, 0] * known[:, 1] + np.sin(known[:, 0])
    assert _miss(expected_given(truth + _noise(), known), truth) < FOLLOWED


def test_a_column_without_spread_tells_nothing() -> None:
    value = _noise()
    for known in (np.full((DRAWS, 1), 7.0), np.zeros((DRAWS, 0))):
        assert expected_given(value, known) == pytest.approx(np.full(DRAWS, value.mean()))


def test_a_column_said_twice_or_in_other_units_changes_nothing() -> None:
    known = _known(1)
    value = np.sin(known[:, 0]) + _noise()
    once = expected_given(value, known)
    assert expected_given(value, 1_000 * known) == pytest.approx(once, abs=SUMMED)
    assert _miss(expected_given(value, np.hstack([known, known])), once) < FOLLOWED / 2


def test_every_row_of_values_is_taken_by_itself_and_scales_with_money() -> None:
    known = _known(2)
    value = np.stack([np.sin(known[:, 0]) + _noise(), known[:, 1]])
    both = expected_given(value, known)
    for row, one in zip(both, value, strict=True):
        assert row == pytest.approx(expected_given(one, known), abs=SUMMED)
    assert expected_given(200 * value, known) == pytest.approx(200 * both, abs=200 * SUMMED)


def test_no_draw_has_a_say_in_what_is_expected_at_it() -> None:
    known, value = _known(1), _noise()
    other = value.copy()
    other[17] += 1_000
    assert expected_elsewhere(other, known)[17] == pytest.approx(expected_elsewhere(value, known)[17])
    assert expected_given(other, known)[17] != pytest.approx(expected_given(value, known)[17])


def test_to_choose_is_worth_nothing_where_one_action_is_always_best() -> None:
    value = _noise()
    assert worth_of_choosing(np.stack([value, value - 1])) == 0
    assert worth_of_choosing(np.stack([np.array([1.0, -1.0]), np.zeros(2)])) == 0.5
