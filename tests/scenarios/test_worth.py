"""What a set of initiatives is worth: joint draws, checked against a slow sum written out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix
from models.value import ValueBase, base_path, look_at_today
from scenarios.worth import Case, costs_by_period, mean_benefits, npv_draws, other_benefit, set_value
from tests.scenarios.small_case import DRAWS, PAINS, PERIODS, PERSONAS, case_of, one_plan, random_case

# Two ways of summing a few thousand terms in double precision.
SUMMED = 1e-9
WHOLE = {"low": 1.0, "likely": 1.0, "high": 1.0}


def _slow_npv(case: Case, members: list[int]) -> np.ndarray:
    """The NPV draws of a set by the estimand itself, a loop over draws, personas, bands and patterns."""
    out = np.zeros(DRAWS)
    for d in range(DRAWS):
        for g, persona in enumerate(case.base.personas):
            out[d] += _slow_gain(case, members, d, g) @ case.base.discount
            assert persona.persona == PERSONAS[g]
        for i in members:
            offer = case.offers[i]
            plan = offer.schedule
            cost = 0.0 if offer.cost is None else offer.cost[d]
            for h in range(PERIODS):
                cash = offer.item.other_benefit * plan.quarters[0, h] - cost * plan.cost_share[h]
                out[d] += (cash - plan.capex[h] - plan.opex[0, h]) * case.base.discount[h]
    return out


def _slow_gain(case: Case, members: list[int], d: int, g: int) -> np.ndarray:
    """Money gained by period in one draw and persona."""
    persona, v = case.base.personas[g], max(case.base.frailty[d], 1e-3)
    kept = case.posterior.credibility[d]
    tau, spend = case.posterior.leaving[d, g] * kept, case.posterior.spend[d, g] * kept
    gain, met, before = np.zeros(PERIODS), np.zeros(len(persona.rate)), np.zeros(len(persona.rate))
    for h in range(PERIODS):
        left = np.ones(len(PAINS))
        for i in members if h >= case.base.lag else []:
            share = case.offers[i].effectiveness
            live = case.offers[i].schedule.live[0, h - case.base.lag]
            left *= 1 - live * share[g if len(share) > 1 else 0, d]
        with_it = sum(
            w * np.prod([1 - left[k] + left[k] * np.exp(tau[k]) if p[k] else 1.0 for k in range(len(PAINS))])
            for w, p in zip(persona.weights, persona.patterns, strict=True)
        )
        without = sum(w * np.exp(tau @ p) for w, p in zip(persona.weights, persona.patterns, strict=True))
        now = ((1 - persona.rate) ** -v - 1) / v
        met, before = met + now * with_it / without, before + now
        lift = -((1 - left) * spend) @ persona.exposure
        money = persona.customers * persona.money
        gain[h] = money @ ((1 + v * met) ** (-1 / v) * (1 + lift) - (1 + v * before) ** (-1 / v))
    return gain


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_value_of_a_set_is_the_estimand_summed_by_hand(seed: int) -> None:
    case = random_case(seed, 3)
    for members in ([0], [1, 2], [0, 1, 2]):
        fast = npv_draws(case, members, set_value(case, members))
        assert fast == pytest.approx(_slow_npv(case, members), rel=SUMMED)


def test_the_value_of_a_set_of_sites_is_the_estimand_summed_by_hand() -> None:
    sites = random_case(7, 2)
    rates = tuple(replace(persona, rate=np.zeros(2)) for persona in sites.base.personas)
    sites = _on(sites, replace(sites.base, personas=rates))
    assert npv_draws(sites, [0, 1], set_value(sites, [0, 1])) == pytest.approx(_slow_npv(sites, [0, 1]), rel=SUMMED)
    assert not set_value(sites, [0, 1]).retention.any()


def _on(case: Case, base: ValueBase) -> Case:
    return replace(case, base=base, today=look_at_today(base, case.posterior))


def test_an_initiative_that_fixes_nothing_is_worth_minus_its_discounted_cost_exactly() -> None:
    case = case_of(one_plan(cost=10_000.0, cost_low=9_000.0, cost_high=13_000.0, run_cost=70.0, duration=3))
    npv = npv_draws(case, [0], set_value(case, [0]))
    assert np.array_equal(npv, -costs_by_period(case.offers[0]) @ case.base.discount)


def test_a_pain_point_that_moves_nothing_is_worth_nothing_to_fix() -> None:
    case = case_of(one_plan(Fix(initiative="only", pain_point="late", **WHOLE)))
    leaving, spend = case.posterior.leaving.copy(), case.posterior.spend.copy()
    leaving[:, :, PAINS.index("late")] = spend[:, :, PAINS.index("late")] = 0
    posterior = replace(case.posterior, leaving=leaving, spend=spend)
    case = replace(case, posterior=posterior, today=look_at_today(case.base, posterior))
    whole = float(base_path(case.base)["margin"].sum())
    assert np.abs(set_value(case, [0]).retention).max() < SUMMED * whole
    assert not set_value(case, [0]).spend.any()


def test_nothing_shows_in_the_first_period_because_its_outcome_comes_of_today() -> None:
    value = set_value(random_case(3, 3), [0, 1, 2])
    assert not value.retention[:, 0].any()
    assert not value.spend[:, 0].any()
    assert value.retention[:, -1].any()


def test_twins_that_remove_everything_add_nothing_to_each_other() -> None:
    twins = one_plan(Fix(initiative="only", pain_point="late", **WHOLE))
    case = case_of(twins)
    twin = replace(case.offers[0], item=replace(case.offers[0].item, initiative="twin"))
    case = replace(case, offers=(case.offers[0], twin))
    one, both = set_value(case, [0]), set_value(case, [0, 1])
    assert np.array_equal(one.retention, both.retention)
    assert np.array_equal(one.spend, both.spend)


def test_twins_that_remove_a_part_are_worth_less_together_than_apart() -> None:
    case = case_of(one_plan(Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)))
    harm = replace(case.posterior, leaving=np.abs(case.posterior.leaving), spend=-np.abs(case.posterior.spend))
    case = _on(replace(case, posterior=harm, offers=(case.offers[0], case.offers[0])), case.base)
    one, both = (set_value(case, members).discounted(case.base.discount) for members in ([0], [0, 1]))
    assert (both > one).all()
    assert (both < 2 * one).all()


def test_benefits_of_sets_are_the_means_of_their_draws() -> None:
    case = random_case(5, 3)
    sets = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)
    found = mean_benefits(case, sets)
    assert not found[0].any()
    for row, flags in zip(found, sets, strict=True):
        members = [int(i) for i in np.flatnonzero(flags)]
        value = set_value(case, members)
        stated = sum((other_benefit(case.offers[i]) for i in members), np.zeros((1, PERIODS)))
        assert row == pytest.approx((value.retention + value.spend).mean(axis=0) + stated[0], rel=SUMMED, abs=SUMMED)


def test_a_missing_cost_leaves_the_running_costs() -> None:
    case = case_of(one_plan(cost=None, run_cost=70.0))
    assert costs_by_period(case.offers[0]).tolist() == [[70.0] * PERIODS]
