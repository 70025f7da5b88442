"""What initiatives remove: stated quantiles as a Beta, cost as a lognormal, overlap by independent action."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from impact.initiative import Fix, Initiative, Plan, Removed
from scenarios.effect import Z90, beta_from_quantiles, effectiveness_quantile, joint_course, make_offers
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS, case_of, one_plan, random_case

# A Beta has two parameters and three quantiles are stated: the nearest one to .1, .3, .5 misses by .018.
OFF_QUANTILE = 0.02
# Nelder-Mead stops at 1e-6 in the logarithms of the parameters.
SOLVED = 1e-4
# 20,000 draws: the standard error of an extreme quantile of a lognormal with a spread of .3 is about .4%.
MANY = 20_000
OFF_COST = 0.02


@pytest.mark.parametrize(
    "stated",
    [(0.1, 0.3, 0.5), (0.3, 0.5, 0.7), (0.2, 0.4, 0.6), (0.5, 0.7, 0.85), (0.05, 0.1, 0.2), (0.01, 0.03, 0.08)],
)
def test_the_beta_meets_the_stated_quantiles(stated: tuple[float, float, float]) -> None:
    a, b = beta_from_quantiles(*stated)
    assert beta.ppf([0.05, 0.5, 0.95], a, b) == pytest.approx(stated, abs=OFF_QUANTILE)


@pytest.mark.parametrize(("a", "b"), [(2.0, 5.0), (8.0, 3.0), (20.0, 20.0), (1.5, 9.0)])
def test_quantiles_of_a_beta_give_that_beta_back(a: float, b: float) -> None:
    low, likely, high = beta.ppf([0.05, 0.5, 0.95], a, b)
    found = beta_from_quantiles(low, likely, high)
    assert beta.ppf([0.05, 0.5, 0.95], *found) == pytest.approx([low, likely, high], abs=SOLVED)


def test_a_share_stated_without_doubt_is_the_same_in_every_draw() -> None:
    fix = Fix(initiative="a", pain_point="late", low=0.4, likely=0.4, high=0.4)
    assert effectiveness_quantile(fix, np.array([0.01, 0.5, 0.99])).tolist() == [0.4, 0.4, 0.4]


def test_the_median_draw_of_a_share_is_the_likely_one() -> None:
    fix = Fix(initiative="a", pain_point="late", low=0.2, likely=0.4, high=0.6)
    assert effectiveness_quantile(fix, np.array([0.5]))[0] == pytest.approx(0.4, abs=OFF_QUANTILE)


FLAT = Fix(initiative="a", pain_point="late", low=0.05, likely=0.5, high=0.95)
PLACES = (np.arange(5_000) + 0.5) / 5_000
GRID = 1e-3  # a grid of four thousand shares


def test_measured_shares_move_a_flat_fix_to_their_weighted_mean() -> None:
    measured = (Removed(share=0.3, se=0.02, pilot=True), Removed(share=0.36, se=0.04, pilot=False))
    share = effectiveness_quantile(replace(FLAT, measured=measured), PLACES)
    weight = np.array([0.02, 0.04]) ** -2.0
    assert share.mean() == pytest.approx(weight @ [0.3, 0.36] / weight.sum(), abs=GRID)
    assert share.std() == pytest.approx(weight.sum() ** -0.5, abs=GRID)


def test_a_posterior_share_is_the_beta_prior_times_what_was_measured() -> None:
    fix = Fix(initiative="a", pain_point="late", low=0.1, likely=0.3, high=0.5)
    drawn = effectiveness_quantile(fix, PLACES)
    weight = np.exp(-0.5 * ((drawn - 0.6) / 0.1) ** 2)
    found = effectiveness_quantile(replace(fix, measured=(Removed(share=0.6, se=0.1, pilot=True),)), PLACES)
    assert found.mean() == pytest.approx(float(weight @ drawn / weight.sum()), abs=GRID)
    assert drawn.mean() < found.mean() < 0.6


def test_what_says_nothing_leaves_every_draw_where_it_was() -> None:
    fix = Fix(initiative="a", pain_point="late", low=0.1, likely=0.3, high=0.5)
    vague = replace(fix, measured=(Removed(share=0.5, se=1e3, pilot=False),))
    assert effectiveness_quantile(vague, PLACES) == pytest.approx(effectiveness_quantile(fix, PLACES), abs=GRID)


def test_a_draws_place_stays_its_own_when_evidence_comes() -> None:
    measured = replace(FLAT, measured=(Removed(share=0.3, se=0.05, pilot=True),))
    shares = [effectiveness_quantile(fix, np.array([0.1, 0.5, 0.9])) for fix in (FLAT, measured)]
    assert all((np.diff(share) > 0).all() for share in shares)


def test_only_initiatives_still_to_be_decided_are_offered_in_plan_order() -> None:
    states = ("proposed", "live", "approved", "done", "stopped", "proposed")
    items = tuple(
        Initiative(initiative=f"act{n}", name="", cost=1.0, status=state)  # type: ignore[arg-type]
        for n, state in enumerate(states)
    )
    offers = make_offers(Plan(initiatives=items, fixes=()), PAINS, PERSONAS, CLOCK, DRAWS, 1)
    assert [offer.item.initiative for offer in offers] == ["act0", "act2", "act5"]


def test_a_fix_of_one_persona_leaves_the_others_as_they_are() -> None:
    case = case_of(one_plan(Fix(initiative="only", pain_point="lost", low=0.3, likely=0.5, high=0.7, persona="home")))
    share = case.offers[0].effectiveness
    assert share.shape == (2, DRAWS, len(PAINS))
    assert not share[PERSONAS.index("firm")].any()
    assert share[PERSONAS.index("home"), :, PAINS.index("lost")].min() > 0


def test_draws_of_an_initiative_do_not_depend_on_what_else_is_planned() -> None:
    fix = Fix(initiative="only", pain_point="lost", low=0.3, likely=0.5, high=0.7)
    alone = one_plan(fix, cost_low=9_000.0, cost_high=14_000.0)
    other = Initiative(initiative="other", name="", cost=5.0, cost_low=4.0, cost_high=9.0)
    among = Plan(
        initiatives=(other, *alone.initiatives),
        fixes=(Fix(initiative="other", pain_point="late", low=0.1, likely=0.2, high=0.3), fix),
    )
    first, second = case_of(alone).offers[0], case_of(among).offers[1]
    assert np.array_equal(first.effectiveness, second.effectiveness)
    assert first.cost is not None and second.cost is not None
    assert np.array_equal(first.cost, second.cost)


def test_cost_draws_have_the_stated_p10_and_p90() -> None:
    plan = one_plan(cost=12_000.0, cost_low=10_000.0, cost_high=18_000.0)
    (offer,) = make_offers(plan, PAINS, PERSONAS, CLOCK, MANY, 3)
    assert offer.cost is not None
    assert np.percentile(offer.cost, [10, 90]) == pytest.approx([10_000, 18_000], rel=OFF_COST)
    assert np.median(offer.cost) == pytest.approx(np.sqrt(10_000 * 18_000), rel=OFF_COST)
    sigma = np.log(1.8) / (2 * Z90)
    assert offer.overrun == pytest.approx(np.sqrt(1.8e8) * np.exp(sigma**2 / 2) / 12_000, rel=OFF_COST)


def test_a_cost_without_range_is_certain_and_a_missing_one_stays_missing() -> None:
    (certain,) = make_offers(one_plan(), PAINS, PERSONAS, CLOCK, DRAWS, 3)
    (missing,) = make_offers(one_plan(cost=None), PAINS, PERSONAS, CLOCK, DRAWS, 3)
    assert certain.cost is not None and set(certain.cost) == {10_000.0}
    assert missing.cost is None and missing.overrun == 1.0


def test_plan_cost_counts_what_falls_within_the_horizon() -> None:
    (offer,) = make_offers(one_plan(duration=2 * PERIODS), PAINS, PERSONAS, CLOCK, DRAWS, 3)
    assert offer.plan_cost == pytest.approx(5_000)


def test_what_is_removed_together_is_by_independent_action() -> None:
    offers = random_case(4, 3).offers
    course = joint_course(offers, DRAWS, len(PAINS), PERIODS)
    for period in range(PERIODS):
        for g in range(len(PERSONAS)):
            left = np.ones((DRAWS, len(PAINS)))
            for offer in offers:
                own = offer.effectiveness[g if len(offer.effectiveness) > 1 else 0]
                left *= 1 - offer.schedule.live[0, period] * own
            held = course.levels[g if len(course.levels) > 1 else 0, course.at[period]]
            assert held == pytest.approx(1 - left, abs=1e-12)


def test_a_set_of_none_removes_nothing() -> None:
    course = joint_course([], DRAWS, len(PAINS), PERIODS)
    assert not course.levels.any()
    assert set(course.at) == {-1}


def test_the_order_of_a_set_does_not_change_what_it_removes() -> None:
    offers = random_case(5, 3).offers
    forth, back = (joint_course(order, DRAWS, len(PAINS), PERIODS) for order in (offers, offers[::-1]))
    assert forth.levels[:, forth.at] == pytest.approx(back.levels[:, back.at], abs=1e-12)
