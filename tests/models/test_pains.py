"""Values alone, last and at face value, and what raising a delight is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.journey import Journey
from models.pains import value_face, value_marginal, value_pains
from models.value import PersonaBase, ValueBase
from tests.models.small_values import EVERY, JOURNEY, PAINS, PERIODS, base_of, posterior_of

DRAWS = 4
# Sums of some dozen terms taken in another order.
EXACT = 1e-9
RNG = np.random.default_rng(5)
LEAVING = np.abs(0.3 * RNG.standard_normal((DRAWS, 2, len(PAINS))))
SPEND = -np.abs(0.02 * RNG.standard_normal((DRAWS, 2, len(PAINS))))


def with_delight(measure: str = "any", source: str = "operations") -> Journey:
    first, second, third = JOURNEY.pain_points
    return replace(JOURNEY, pain_points=(first, second, replace(third, kind="delight", measure=measure, source=source)))  # type: ignore[arg-type]


def test_the_last_of_two_fixed_is_worth_what_both_are_less_the_other() -> None:
    base, posterior = base_of(2, DRAWS), posterior_of(LEAVING, SPEND)
    posterior = replace(posterior, leaving=LEAVING * [1, 1, 0], spend=SPEND * [1, 1, 0])
    found = value_pains(base, posterior, JOURNEY)
    last = value_marginal(base, posterior, JOURNEY, found.everything)
    np.testing.assert_allclose(last[0], found.everything - found.pains[1], rtol=EXACT)
    np.testing.assert_allclose(last[2], 0.0, atol=EXACT * found.everything.max())


def test_a_single_pain_point_is_worth_as_much_last_as_alone() -> None:
    base, posterior = base_of(2, DRAWS), posterior_of(LEAVING * [1, 0, 0], SPEND * [1, 0, 0])
    found = value_pains(base, posterior, JOURNEY)
    np.testing.assert_allclose(
        value_marginal(base, posterior, JOURNEY, found.everything)[0], found.pains[0], rtol=EXACT
    )


def test_the_face_value_is_the_value_at_no_haircut() -> None:
    base, cut = base_of(2, DRAWS), posterior_of(LEAVING, SPEND, kept=0.5)
    whole = value_pains(base, posterior_of(LEAVING, SPEND), JOURNEY).pains.mean(axis=1)
    np.testing.assert_allclose(value_face(base, cut, JOURNEY), whole, rtol=EXACT)
    assert (value_pains(base, cut, JOURNEY).pains.mean(axis=1) < whole).all()


def by_hand(base: ValueBase, ratios: list[np.ndarray], lifts: list[np.ndarray]) -> np.ndarray:
    """Value `(draw,)` where each persona's leaving and money change by factors `(draw,)` from the second period on."""
    total = np.zeros(DRAWS)
    after = np.arange(PERIODS) > 0
    for who, ratio, lift in zip(base.personas, ratios, lifts, strict=True):
        v = base.frailty[:, None]
        for customers, rate, money in zip(who.customers, who.rate, who.money, strict=True):
            now = ((1 - rate) ** -v - 1) / v
            path = np.where(after, ratio[:, None], 1.0).cumsum(axis=1)
            there, before = ((1 + v * now * one) ** (-1 / v) for one in (path, np.arange(1.0, PERIODS + 1)))
            total += customers * money * ((there * (1 + lift[:, None] * after) - before) @ base.discount)
    return total


def test_a_delight_is_worth_what_meeting_it_everywhere_would_bring() -> None:
    base, leaving, spend = base_of(3, DRAWS), LEAVING * [1, 1, -1], SPEND * [1, 1, -1]
    found = value_pains(base, posterior_of(leaving, spend), with_delight())
    ratios, lifts = [], []
    for g, who in enumerate(base.personas):
        today = np.exp(EVERY @ leaving[:, g].T)
        raised = np.exp(EVERY * [1, 1, 0] @ leaving[:, g].T + leaving[:, g, 2])
        ratios.append((who.weights @ raised) / (who.weights @ today))
        lifts.append((1 - who.weights @ EVERY[:, 2]) * spend[:, g, 2])
    np.testing.assert_allclose(found.pains[2], by_hand(base, ratios, lifts), rtol=EXACT)
    assert (found.pains[2] > 0).all()


def test_a_delight_named_in_surveys_is_raised_from_its_share_to_all() -> None:
    def told(who: PersonaBase) -> PersonaBase:
        return replace(who, patterns=EVERY * [1, 1, 0], alone=np.array([0, 0, 0.3]), exposure=np.array([0.2, 0.2, 0.3]))

    base = base_of(3, DRAWS)
    base = replace(base, personas=tuple(told(who) for who in base.personas))
    tau = LEAVING[:, :, 2]
    found = value_pains(base, posterior_of(LEAVING * [1, 1, -1], 0 * SPEND), with_delight(source="survey"))
    ratios = [np.exp(-tau[:, g]) / (0.7 + 0.3 * np.exp(-tau[:, g])) for g in range(2)]
    np.testing.assert_allclose(found.pains[2], by_hand(base, ratios, [np.zeros(DRAWS)] * 2), rtol=EXACT)


def test_a_delight_that_is_a_level_is_raised_by_as_much_again() -> None:
    level = np.array([0, 0, 0.8])
    base = base_of(3, DRAWS)
    personas = tuple(replace(who, patterns=EVERY * [1, 1, 0], level=level, exposure=level) for who in base.personas)
    found = value_pains(
        replace(base, personas=personas), posterior_of(LEAVING * [1, 1, -1], -SPEND), with_delight(measure="level")
    )
    ratios = [np.exp(-0.8 * LEAVING[:, g, 2]) for g in range(2)]
    lifts = [-0.8 * SPEND[:, g, 2] for g in range(2)]
    np.testing.assert_allclose(found.pains[2], by_hand(base, ratios, lifts), rtol=EXACT)


def test_a_delight_leaves_the_value_of_pains_as_it_is() -> None:
    base, posterior = base_of(3, DRAWS), posterior_of(LEAVING * [1, 1, -1], SPEND * [1, 1, -1])
    plain, beside = (value_pains(base, posterior, journey) for journey in (JOURNEY, with_delight()))
    np.testing.assert_array_equal(plain.pains[:2], beside.pains[:2])
    np.testing.assert_array_equal(plain.stages["s"], beside.stages["s"])
    np.testing.assert_array_equal(beside.everything, plain.stages["s"])
    np.testing.assert_array_equal(beside.stages["r"], beside.pains[2])
    assert np.isnan(value_marginal(base, posterior, with_delight(), beside.everything)[2]).all()
    assert beside.everything.mean() == pytest.approx(float(plain.stages["s"].mean()))
