"""Value by period equals what enumerating every pattern and every removal gives."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.special import roots_genlaguerre

from impact.journey import Journey, PainPoint, Stage
from models.inference import Fit
from models.pains import value_pains
from models.uplift import UpliftPosterior
from models.value import (
    Course,
    PersonaBase,
    ValueBase,
    base_path,
    discount_factors,
    look_at_today,
    uniform_value,
    value_draws,
    whole_fix,
)

# Sums of a dozen products near one, taken in another order.
ENUMERATED = 1e-10
EXACT = 1e-12
PERIODS = 6
# 60 nodes carry the mean over a gamma of this spread to more than the numbers here need.
NODES = 60
FRAILTY = np.array([0.3, 0.8])
TAU = np.array([[0.4, 0.15, -0.1], [0.2, 0.3, 0.0]])
SIGMA = np.array([[-0.02, -0.01, 0.01], [-0.03, 0.0, 0.0]])
KEPT = np.array([[1.0, 1.0, 1.0], [0.5, 0.6, 0.5]])
PATTERNS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [2, 0, 1], [0, 3, 1]], dtype=float)
WEIGHTS = np.array([0.6, 0.15, 0.1, 0.05, 0.06, 0.04])


def persona(**changes: np.ndarray) -> PersonaBase:
    """Two tenure bands whose three pain points occur together as `PATTERNS` has it."""
    plain = PersonaBase(
        persona="all",
        customers=np.array([120.0, 80.0]),
        rate=np.array([0.06, 0.03]),
        money=np.array([10.0, 25.0]),
        patterns=PATTERNS,
        weights=WEIGHTS,
        alone=np.zeros(3),
        level=np.zeros(3),
        exposure=WEIGHTS @ PATTERNS,
        prevalence=WEIGHTS @ (PATTERNS > 0),
    )
    return replace(plain, **changes)


def base_of(*personas: PersonaBase, lag: int = 1) -> ValueBase:
    return ValueBase(personas=personas, discount=discount_factors(0.1, PERIODS, 4), lag=lag, frailty=FRAILTY)


def posterior_of(tau: np.ndarray = TAU, sigma: np.ndarray = SIGMA, personas: int = 1) -> UpliftPosterior:
    draws, pains = tau.shape
    fit = Fit(draws={}, rhat_max=1.0, ess_min=1e3, divergences=0, worst="")
    return UpliftPosterior(
        pain_points=tuple("abc"[:pains]),
        personas=tuple(f"p{g}" for g in range(personas)),
        score=np.zeros((draws, personas, pains)),
        leaving=np.repeat(tau[:, None], personas, axis=1),
        spend=np.repeat(sigma[:, None], personas, axis=1),
        credibility=KEPT[:, :pains],
        theta=np.zeros(draws),
        psi=np.zeros(draws),
        prior_share=np.zeros(pains),
        fit=fit,
    )


def courses(draws: int) -> Course:
    """Nothing for a period, half measures for two, then more of the first and second."""
    levels = np.zeros((1, 2, draws, 3))
    levels[0, 0] = [0.5, 0.0, 0.3]
    levels[0, 1] = [0.8, 1.0, 0.3]
    return Course(levels=levels, at=np.array([-1, 0, 0, 1, 1, 1]))


def mean_intensity(who: PersonaBase, tau: np.ndarray, fixed: np.ndarray) -> float:
    """Mean of exp(tau x what still occurs) over patterns and over every way occurrences are removed."""
    total = 0.0
    for pattern, weight in zip(who.patterns, who.weights, strict=True):
        occurrences = np.repeat(np.arange(len(tau)), pattern.astype(int))
        for removed in product((False, True), repeat=len(occurrences)):
            gone = np.array(removed, dtype=bool)
            chance = np.prod(np.where(gone, fixed[occurrences], 1 - fixed[occurrences]))
            total += weight * chance * np.exp(tau[occurrences[~gone]].sum())
    return total


def money_by_enumeration(who: PersonaBase, draw: int, fixed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Money of those still there and its lift by outcome period; `fixed` is by experience period."""
    tau, sigma = TAU[draw] * KEPT[draw], SIGMA[draw] * KEPT[draw]
    v = FRAILTY[draw]
    nodes, chance = roots_genlaguerre(NODES, 1 / v - 1)
    frailty, chance = nodes * v, chance / chance.sum()
    today = mean_intensity(who, tau, np.zeros(len(tau)))
    money, lifts = np.zeros(PERIODS), np.zeros(PERIODS)
    now = ((1 - who.rate) ** -v - 1) / v
    there = np.ones((len(who.customers), NODES))
    for period in range(PERIODS):
        ratio = mean_intensity(who, tau, fixed[period]) / today
        there = there * np.exp(-now[:, None] * ratio * frailty)
        money[period] = (who.customers * who.money) @ (there @ chance)
        lifts[period] = -(fixed[period] * sigma) @ who.exposure
    return money, lifts


def test_value_is_that_of_every_pattern_and_every_removal_counted_out() -> None:
    base, posterior = base_of(persona()), posterior_of()
    course = courses(2)
    found = value_draws(base, look_at_today(base, posterior), course)
    for draw in range(2):
        held = [-1, *course.at[: PERIODS - 1]]
        fixed = np.array([np.zeros(3) if k < 0 else course.levels[0, k, draw] for k in held])
        after, lift = money_by_enumeration(persona(), draw, fixed)
        before, _ = money_by_enumeration(persona(), draw, np.zeros((PERIODS, 3)))
        np.testing.assert_allclose(found.retention[draw], after - before, atol=ENUMERATED * before[0])
        np.testing.assert_allclose(found.spend[draw], after * lift, atol=ENUMERATED * before[0])


def test_pain_points_known_from_a_survey_alone_occur_independently_of_the_others() -> None:
    """Prevalence alone gives what patterns of all combinations would."""
    chance = np.array([0.2, 0.1, 0.05])
    every = np.array(list(product((0.0, 1.0), repeat=3)))
    weights = np.prod(np.where(every > 0, chance, 1 - chance), axis=1)
    apart = persona(patterns=np.zeros((1, 3)), weights=np.ones(1), alone=chance, exposure=chance)
    together = persona(patterns=every, weights=weights, exposure=chance)
    results = [
        value_draws(base, look_at_today(base, posterior_of()), courses(2)) for base in map(base_of, (apart, together))
    ]
    np.testing.assert_allclose(results[0].retention, results[1].retention, atol=ENUMERATED * 1e3)
    np.testing.assert_allclose(results[0].spend, results[1].spend, atol=ENUMERATED * 1e3)


def test_a_level_acts_by_its_mean_excess_times_the_share_fixed() -> None:
    level = np.array([0.7, 0.0, 0.0])
    who = persona(
        patterns=np.zeros((1, 3)), weights=np.ones(1), level=level, exposure=level, rate=np.array([0.06, 0.06])
    )
    base = base_of(who)
    found = value_draws(base, look_at_today(base, posterior_of()), courses(2))
    money = (who.customers * who.money).sum()
    for draw in range(2):
        tau, v = (TAU * KEPT)[draw, 0], FRAILTY[draw]
        share = np.array([0, 0, 0.5, 0.5, 0.8, 0.8])
        now = (0.94**-v - 1) / v
        after, before = (
            money * (1 + v * now * np.cumsum(ratio)) ** (-1 / v)
            for ratio in (np.exp(-tau * level[0] * share), np.ones(PERIODS))
        )
        np.testing.assert_allclose(found.retention[draw], after - before, atol=ENUMERATED * money)


def test_nothing_fixed_is_worth_exactly_nothing() -> None:
    base, posterior = base_of(persona()), posterior_of()
    today = look_at_today(base, posterior)
    idle = Course(levels=np.zeros((1, 1, 2, 3)), at=np.zeros(PERIODS, dtype=int))
    never = replace(courses(2), at=np.full(PERIODS, -1))
    for course in (idle, never):
        found = value_draws(base, today, course)
        assert not found.retention.any() and not found.spend.any()


def test_pain_points_without_effect_are_worth_exactly_nothing() -> None:
    base, posterior = base_of(persona()), posterior_of(0 * TAU, 0 * SIGMA)
    found = value_draws(base, look_at_today(base, posterior), whole_fix(2, 3, [0, 1, 2], PERIODS))
    assert not found.retention.any() and not found.spend.any()


def test_a_haircut_of_everything_leaves_nothing() -> None:
    base, posterior = base_of(persona()), replace(posterior_of(), credibility=np.zeros((2, 3)))
    found = value_draws(base, look_at_today(base, posterior), whole_fix(2, 3, [0, 1], PERIODS))
    assert not found.retention.any() and not found.spend.any()


@pytest.mark.parametrize("lag", [1, 2])
def test_outcomes_within_the_lag_come_from_experience_before_any_fix(lag: int) -> None:
    base, posterior = base_of(persona(), lag=lag), posterior_of()
    found = value_draws(base, look_at_today(base, posterior), whole_fix(2, 3, [0, 1], PERIODS))
    total = found.retention + found.spend
    assert not total[:, :lag].any()
    assert (total[:, lag:] > 0).all()


def test_a_fix_shows_one_lag_after_the_experience_it_changes() -> None:
    base, posterior = base_of(persona()), posterior_of()
    found = value_draws(base, look_at_today(base, posterior), courses(2))
    shown = (found.retention + found.spend != 0).all(axis=0)
    np.testing.assert_array_equal(shown, [False, False, True, True, True, True])


def test_all_pain_points_together_are_worth_less_than_their_sum_where_only_leaving_is_moved() -> None:
    journey = Journey(
        stages=(Stage(stage="s", name="S", order=1), Stage(stage="r", name="R", order=2)),
        pain_points=tuple(
            PainPoint(pain_point=name, stage=stage, name=name) for name, stage in zip("abc", "ssr", strict=True)
        ),
    )
    hurting = np.array([[0.4, 0.15, 0.2], [0.2, 0.3, 0.5]])
    base = base_of(persona())
    found = value_pains(base, posterior_of(hurting, 0 * SIGMA), journey)
    assert (found.pains > 0).all()
    assert (found.everything < found.pains.sum(axis=0)).all()
    assert (found.everything > found.pains.max(axis=0)).all()
    assert (found.stages["s"] < found.pains[:2].sum(axis=0)).all()
    np.testing.assert_array_equal(found.stages["r"], found.pains[2])


def test_no_fix_saves_more_leavers_than_pain_points_drive_away() -> None:
    """All fixed, leaving falls to what it would be without any pain: the share of exp(tau x) above one."""
    base = base_of(persona(rate=np.array([0.06, 0.06])))
    found = value_draws(base, look_at_today(base, posterior_of(sigma=0 * SIGMA)), whole_fix(2, 3, [0, 1, 2], PERIODS))
    money = 120 * 10 + 80 * 25
    for draw in range(2):
        tau, v = (TAU * KEPT)[draw], FRAILTY[draw]
        painless = 1 / (WEIGHTS @ np.exp(PATTERNS @ tau))
        now = (0.94**-v - 1) / v
        cumulated = now * np.concatenate([[1.0], 1 + painless * np.arange(1, PERIODS)])
        after = money * (1 + v * cumulated) ** (-1 / v)
        before = money * (1 + v * now * np.arange(1, PERIODS + 1)) ** (-1 / v)
        np.testing.assert_allclose(found.retention[draw], after - before, atol=ENUMERATED * money)


def test_sites_do_not_leave_and_gain_their_exposure_times_the_effect() -> None:
    site = persona(rate=np.zeros(2), patterns=np.zeros((1, 3)), weights=np.ones(1))
    base, posterior = base_of(site), posterior_of()
    found = value_draws(base, look_at_today(base, posterior), whole_fix(2, 3, [0, 2], PERIODS))
    assert not found.retention.any()
    lift = -(SIGMA * KEPT)[:, [0, 2]] @ site.exposure[[0, 2]]
    np.testing.assert_allclose(found.spend[:, 1:], np.repeat(lift[:, None], PERIODS - 1, axis=1) * 3200, rtol=EXACT)


def test_personas_add_up_and_each_has_its_own_course() -> None:
    one, other = persona(), persona(customers=np.array([30.0, 5.0]), rate=np.array([0.1, 0.02]))
    course = courses(2)
    idle = np.zeros_like(course.levels[0])
    apart = [
        replace(course, levels=np.stack(levels)) for levels in ((course.levels[0], idle), (idle, course.levels[0]))
    ]
    both, posterior = base_of(one, other), posterior_of(personas=2)
    today = look_at_today(both, posterior)
    whole = value_draws(both, today, course)
    parts = [value_draws(both, today, part) for part in apart]
    np.testing.assert_allclose(whole.retention, sum(part.retention for part in parts), atol=ENUMERATED * 1e3)
    alone = base_of(other)
    own = value_draws(alone, look_at_today(alone, posterior_of()), course)
    np.testing.assert_allclose(parts[1].retention, own.retention, atol=ENUMERATED * 1e3)
    np.testing.assert_allclose(parts[1].spend, own.spend, atol=ENUMERATED * 1e3)


def test_doubling_every_customers_money_doubles_every_value() -> None:
    base, rich = base_of(persona()), base_of(persona(money=np.array([20.0, 50.0])))
    once, twice = (value_draws(one, look_at_today(one, posterior_of()), courses(2)) for one in (base, rich))
    np.testing.assert_allclose(twice.retention, 2 * once.retention, rtol=EXACT)
    np.testing.assert_allclose(twice.spend, 2 * once.spend, rtol=EXACT)


def test_discount_factors_stand_at_the_middle_of_each_period() -> None:
    np.testing.assert_allclose(discount_factors(0.1, 3, 4), [1.1**-0.125, 1.1**-0.375, 1.1**-0.625], rtol=EXACT)
    np.testing.assert_allclose(discount_factors(0.08, 2, 1), [1.08**-0.5, 1.08**-1.5], rtol=EXACT)
    np.testing.assert_array_equal(discount_factors(0.0, 5, 12), np.ones(5))


def test_present_value_weighs_each_period_by_its_factor() -> None:
    base = base_of(persona())
    found = value_draws(base, look_at_today(base, posterior_of()), courses(2))
    by_hand = ((found.retention + found.spend) * base.discount).sum(axis=1)
    np.testing.assert_allclose(found.discounted(base.discount), by_hand, rtol=EXACT)


def test_the_base_without_a_fix_starts_at_the_ledgers_rate_and_slows_down() -> None:
    base = base_of(persona())
    path = base_path(base)
    expected = 120 * 0.94 + 80 * 0.97
    np.testing.assert_allclose(path["customers"][:, 0], expected, rtol=EXACT)
    shares = path["customers"][:, 1:] / path["customers"][:, :-1]
    assert (np.diff(shares, axis=1) > 0).all()
    money, _ = money_by_enumeration(persona(), 0, np.zeros((PERIODS, 3)))
    np.testing.assert_allclose(path["margin"][0], money, rtol=ENUMERATED)


def test_a_uniform_change_is_worth_the_money_it_keeps_and_adds() -> None:
    base = base_of(persona(rate=np.array([0.06, 0.06])))
    log_hazard, lift = np.array([-0.2, -0.1]), np.array([0.01, 0.03])
    found = uniform_value(base, log_hazard, lift)
    money = 120 * 10 + 80 * 25
    for draw, v in enumerate(FRAILTY):
        now = (0.94**-v - 1) / v
        factor = np.exp(log_hazard[draw])
        cumulated = now * np.concatenate([[1.0], 1 + factor * np.arange(1, PERIODS)])
        after = money * (1 + v * cumulated) ** (-1 / v) * np.concatenate([[1.0], np.full(PERIODS - 1, 1 + lift[draw])])
        before = money * (1 + v * now * np.arange(1, PERIODS + 1)) ** (-1 / v)
        assert found[draw] == pytest.approx((after - before) @ base.discount, rel=ENUMERATED)


def test_no_change_is_worth_exactly_nothing() -> None:
    # all starts from one: exp(0) is 1 and 1 + 0 is 1, so not even rounding is left
    np.testing.assert_array_equal(uniform_value(base_of(persona()), np.zeros(2), np.zeros(2)), 0)


def test_a_horizon_no_longer_than_the_lag_has_nothing_to_gain() -> None:
    base = base_of(persona(), lag=PERIODS)
    np.testing.assert_array_equal(uniform_value(base, np.full(2, -0.5), np.full(2, 0.5)), 0)
