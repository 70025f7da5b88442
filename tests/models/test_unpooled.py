"""The value of each pain point by its own rows: at the raw estimate, with the error of its rows."""

from __future__ import annotations

import numpy as np
import pytest

from models.pains import value_pains
from models.reduced import GaussianSummary, ReducedForms, silent
from models.unpooled import Unpooled, unpooled_checks, value_unpooled
from tests.models.small_values import JOURNEY, PAINS, base_of, posterior_of

DRAWS = 400
EXACT = 1e-9
# The 90% width of 400 draws is told to a twentieth or so, and value bends a little.
LINEAR = 0.15
TAU = np.array([0.10, 0.05, 0.08])


def forms_of(se: float, silent_at: int | None = None) -> ReducedForms:
    precision = np.eye(len(PAINS)) / se**2
    if silent_at is not None:
        precision[silent_at, silent_at] = 0.0
    nothing = (silent(len(PAINS)),)
    return ReducedForms(
        pain_points=PAINS,
        personas=("p0",),
        unit_exposure=np.ones(len(PAINS)),
        score_sd=1.0,
        score=nothing,
        leaving=(GaussianSummary(mean=TAU, precision=precision),),
        spend=nothing,
        spend_placebo=nothing,
        stage_effect=np.zeros(len(PAINS)),
        stage_se=np.ones(len(PAINS)),
    )


def test_it_is_the_value_at_the_raw_estimates_and_the_mean_haircut() -> None:
    base = base_of(2, DRAWS, personas=1)
    shape = (DRAWS, 1, len(PAINS))
    pooled = posterior_of(np.zeros(shape), np.zeros(shape), kept=0.6)
    expected = value_pains(base, posterior_of(np.broadcast_to(TAU, shape), np.zeros(shape), kept=0.6), JOURNEY)
    found = value_unpooled(base, pooled, forms_of(0.02), JOURNEY, 1)
    np.testing.assert_allclose(found.value, expected.pains.mean(axis=1), rtol=EXACT)


def test_its_error_is_that_of_the_rows_in_money() -> None:
    """Value is nearly straight in a small effect, so its error is the effect's times the slope of value."""
    base = base_of(2, DRAWS, personas=1)
    shape = (DRAWS, 1, len(PAINS))
    pooled = posterior_of(np.zeros(shape), np.zeros(shape))
    found = value_unpooled(base, pooled, forms_of(0.01), JOURNEY, 1)
    np.testing.assert_allclose(found.se, 0.01 * found.value / TAU, rtol=LINEAR)


def test_a_pain_point_that_no_row_speaks_of_has_no_value_of_its_own() -> None:
    base = base_of(2, DRAWS, personas=1)
    shape = (DRAWS, 1, len(PAINS))
    found = value_unpooled(base, posterior_of(np.zeros(shape), np.zeros(shape)), forms_of(0.02, 1), JOURNEY, 1)
    assert np.isnan(found.value[1]) and np.isnan(found.se[1])
    assert np.isfinite(found.value[[0, 2]]).all()


@pytest.mark.parametrize(("value", "status", "found"), [(115.0, "pass", "none apart"), (125.0, "review", "b")])
def test_a_gap_of_over_two_standard_errors_is_a_review_that_names_it(value: float, status: str, found: str) -> None:
    own = Unpooled(value=np.array([100.0, 100.0, np.nan]), se=np.array([10.0, 10.0, np.nan]))
    (check,) = unpooled_checks(own, np.array([100.0, value, 1e9]), JOURNEY)
    assert (check.code, check.status, check.found) == ("C531", status, found)
