"""Simulated companies: their tables keep the contract, and their truth is the truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from impact.rng import stream
from models.simulate import (
    Company,
    CompanySpec,
    SurveySpec,
    best_portfolio,
    companies_for_verification,
    draw_effects,
    simulate_company,
    true_npv,
    true_value,
)
from models.simulate_plan import draw_journey, draw_plan
from models.simulate_truth import discounted_cost, live_share, occurrence_rates
from models.simulated_company import Hidden

# The closed form and the sum over all exposure patterns are the same number in other arithmetic.
EXACT = 1e-9
# Mean of a Monte Carlo estimate, in its own standard errors; a right answer fails once in 16,000.
MONTE_CARLO_ERRORS = 4.0
# The drawn leaving rate against the one asked for: personas and the season shift it.
LEAVING_SHARE_OFF = 0.15
# Shares of 600 draws that fall below a 5% or 95% quantile: five standard errors.
QUANTILE_SHARE_OFF = 0.045


def shares(company: Company, pain_point: int, share: float) -> np.ndarray:
    fixed = np.zeros((company.spec.money.horizon, company.spec.pain_points))
    fixed[:, pain_point] = share
    return fixed


def worst_pain(company: Company) -> int:
    return int(company.truth["value"].to_numpy().argmax())


def live_on(hidden: Hidden, share_fixed: np.ndarray, copies: int, seed: int) -> np.ndarray:
    """Discounted margin of every copy of the company's future, customer by customer and quarter by quarter."""
    rng = stream(seed, "future")
    effects = hidden.effects
    customer = np.tile(np.arange(len(hidden.persona)), copies)
    persona = hidden.persona[customer]
    rate = np.minimum(effects.prevalence[persona] * hidden.levels[hidden.proneness[customer]][:, None], 0.9)
    there = np.ones(len(customer), dtype=bool)
    exposed = hidden.exposed[customer]
    earned = np.zeros(len(customer))
    for quarter in range(len(hidden.discount)):
        if quarter > 0:
            exposed = rng.random(rate.shape) < rate * (1 - share_fixed[quarter - 1])
        hazard = effects.leaving[persona] * hidden.frailty[customer] * hidden.season[quarter]
        hazard = hazard * np.exp((exposed * effects.tau[persona]).sum(axis=1))
        there = there & (rng.random(len(customer)) > 1 - np.exp(-hazard))
        spend = np.exp((exposed * effects.sigma[persona]).sum(axis=1))
        earned += hidden.discount[quarter] * np.where(there, hidden.margin[customer] * spend, 0.0)
    return earned.reshape(copies, -1).sum(axis=1)


def enumerate_margin(hidden: Hidden, share_fixed: np.ndarray) -> float:
    """Discounted expected margin by the sum over every pattern of pains, for each customer."""
    effects = hidden.effects
    patterns = np.array(list(product([0, 1], repeat=effects.tau.shape[1])))
    rates = occurrence_rates(effects.prevalence, hidden.levels)[hidden.persona, hidden.proneness]
    calm = effects.leaving[hidden.persona] * hidden.frailty
    leaving = np.exp(effects.tau[hidden.persona] @ patterns.T)
    spend = np.exp(effects.sigma[hidden.persona] @ patterns.T)
    now = hidden.exposed
    alive = np.exp(-calm * hidden.season[0] * np.exp((now * effects.tau[hidden.persona]).sum(axis=1)))
    margin = hidden.margin * np.exp((now * effects.sigma[hidden.persona]).sum(axis=1))
    total = hidden.discount[0] * (margin * alive).sum()
    for quarter in range(1, len(hidden.discount)):
        rate = (rates * (1 - share_fixed[quarter - 1]))[:, None, :]
        chance = np.where(patterns[None], rate, 1 - rate).prod(axis=2)
        stay = np.exp(-(calm * hidden.season[quarter])[:, None] * leaving)
        total += hidden.discount[quarter] * (hidden.margin * alive * (chance * stay * spend).sum(axis=1)).sum()
        alive = alive * (chance * stay).sum(axis=1)
    return float(total)


def test_the_true_value_equals_the_sum_over_every_pattern_of_pains(small_company: Company) -> None:
    fixed = shares(small_company, worst_pain(small_company), 0.7)
    by_patterns = enumerate_margin(small_company.hidden, fixed) - enumerate_margin(small_company.hidden, 0 * fixed)
    assert true_value(small_company, fixed) == pytest.approx(by_patterns, rel=EXACT)


def test_the_true_value_is_what_simulated_futures_earn_on_average(small_company: Company) -> None:
    fixed = shares(small_company, worst_pain(small_company), 1.0)
    with_fix = live_on(small_company.hidden, fixed, copies=200, seed=1)
    without = live_on(small_company.hidden, 0 * fixed, copies=200, seed=2)
    error = np.sqrt(with_fix.var(ddof=1) / 200 + without.var(ddof=1) / 200)
    found = with_fix.mean() - without.mean()
    assert abs(found - true_value(small_company, fixed)) < MONTE_CARLO_ERRORS * error
    assert found > MONTE_CARLO_ERRORS * error, "the simulated gain must stand out, or this test shows nothing"


def test_the_last_quarters_fix_shows_only_after_the_horizon(small_company: Company) -> None:
    fixed = shares(small_company, worst_pain(small_company), 0.0)
    fixed[-1] = 1.0
    assert true_value(small_company, fixed) == pytest.approx(0.0, abs=1e-6)


def test_a_pain_point_that_does_nothing_is_worth_nothing_and_every_other_costs_money(small_company: Company) -> None:
    truth = small_company.truth
    nothing = truth[truth["does_nothing"]]
    assert len(nothing) == round(small_company.spec.null_share * small_company.spec.pain_points)
    assert (nothing[["delta", "tau", "sigma"]] == 0).all(axis=None)
    assert nothing["value"].abs().max() < 1e-6
    assert (truth.loc[~truth["does_nothing"], "value"] > 0).all()


def test_overlapping_initiatives_are_worth_less_together_than_the_sum_of_each_alone() -> None:
    company = simulate_company(CompanySpec(seed=3, customers=1_000, stages=1, pain_points=2, initiatives=2))
    company.effectiveness[:] = 0.6
    first, second = company.plan.ids()
    together = true_npv(company, (first, second))
    assert together < true_npv(company, (first,)) + true_npv(company, (second,))


def test_the_best_portfolio_beats_every_other_within_the_budget(small_company: Company) -> None:
    ids = small_company.plan.ids()
    cost = {item.initiative: item.cost or 0.0 for item in small_company.plan.initiatives}
    best = best_portfolio(small_company, small_company.budget)
    sets = [tuple(np.array(ids)[np.array(flags, dtype=bool)]) for flags in product([0, 1], repeat=len(ids))]
    allowed = [chosen for chosen in sets if sum(cost[name] for name in chosen) <= small_company.budget]
    assert best.npv == pytest.approx(max(true_npv(small_company, chosen) for chosen in allowed), rel=EXACT)
    assert best.cost <= small_company.budget
    assert best_portfolio(small_company, 0.0).initiatives == ()


def test_an_initiative_pays_over_its_build_and_works_from_its_last_quarter_on(small_company: Company) -> None:
    from dataclasses import replace

    item = replace(small_company.plan.initiatives[0], cost=300.0, run_cost=10.0, duration=3, ramp=1.0)
    assert live_share(item, 5).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert discounted_cost(item, np.array([1.0, 0.0, 0.0, 0.0, 0.0])) == pytest.approx(100.0)
    assert discounted_cost(item, np.ones(5)) == pytest.approx(300.0 + 3 * 10.0)


def test_stated_effectiveness_holds_the_truth_as_often_as_its_range_says() -> None:
    below_low, below_high = [], []
    for seed in range(60):
        spec = CompanySpec(seed=seed, customers=10)
        plan, effectiveness = draw_plan(spec, draw_journey(spec), stream(seed, "plan"))
        pains = draw_journey(spec).pain_ids()
        for fix in plan.fixes:
            true = effectiveness[plan.ids().index(fix.initiative), pains.index(fix.pain_point)]
            below_low.append(true < fix.low)
            below_high.append(true < fix.high)
    assert len(below_low) >= 600
    assert np.mean(below_low) == pytest.approx(0.05, abs=QUANTILE_SHARE_OFF)
    assert np.mean(below_high) == pytest.approx(0.95, abs=QUANTILE_SHARE_OFF)


def test_the_ledger_has_a_row_for_every_active_quarter_and_retained_says_whether_the_next_follows(
    small_company: Company,
) -> None:
    ledger = small_company.ledger
    assert not ledger.duplicated(["customer_id", "period"]).any()
    last = ledger["period"].max()
    assert last == "2026Q3"
    assert ledger.loc[ledger["period"] == last, "retained"].isna().all()
    earlier = ledger[ledger["period"] != last]
    following = ledger.groupby("customer_id")["period"].shift(-1).loc[earlier.index].notna()
    assert (earlier["retained"] == following.astype(int)).all()
    assert set(small_company.customers["customer_id"]) == set(ledger["customer_id"])


def test_answers_and_incidents_belong_to_quarters_in_which_the_customer_was_active(small_company: Company) -> None:
    active = set(zip(small_company.ledger["customer_id"], small_company.ledger["period"], strict=True))
    for table, column in ((small_company.responses, "responded_at"), (small_company.incidents, "occurred_at")):
        periods = pd.PeriodIndex(table[column], freq="Q").astype(str)
        assert set(zip(table["customer_id"], periods, strict=True)) <= active
    joined = small_company.customers.set_index("customer_id")["joined_at"]
    first = small_company.ledger.groupby("customer_id")["period"].min()
    assert (pd.PeriodIndex(joined[first.index], freq="Q") <= pd.PeriodIndex(first, freq="Q")).all()


def test_scores_are_whole_points_from_one_to_five_and_some_stages_are_not_always_asked(small_company: Company) -> None:
    assert set(small_company.responses["score"]) == {1, 2, 3, 4, 5}
    counts = small_company.responses["stage"].value_counts()
    assert counts["overall"] == counts.max()
    assert counts.min() < 0.8 * counts.max()


def test_the_leaving_rate_is_about_the_one_asked_for_and_early_customers_are_survivors() -> None:
    company = simulate_company(CompanySpec(seed=11, customers=6_000, leaving_rate=0.06))
    assert 1 - company.ledger["retained"].mean() == pytest.approx(0.06, rel=LEAVING_SHARE_OFF)
    assert company.hidden.frailty.mean() < 0.9


def test_silence_makes_the_answered_scores_better() -> None:
    open_handed = CompanySpec(seed=12, customers=4_000, survey=SurveySpec(silence=0.0))
    silent = CompanySpec(seed=12, customers=4_000, survey=SurveySpec(silence=0.9))
    means = [
        table.loc[table["stage"] == "overall", "score"].mean()
        for table in (simulate_company(open_handed).responses, simulate_company(silent).responses)
    ]
    assert means[1] > means[0] + 0.2


def test_leaving_rises_with_a_pain_by_its_true_log_hazard() -> None:
    spec = CompanySpec(seed=13, personas=1, frailty=0.02, stages=1, pain_points=1, initiatives=1, null_share=0.0)
    company = simulate_company(spec)
    period = pd.PeriodIndex(company.incidents["occurred_at"], freq="Q").astype(str)
    hit = set(zip(company.incidents["customer_id"], period, strict=True))
    ledger = company.ledger.dropna(subset=["retained"])
    exposed = np.array([key in hit for key in zip(ledger["customer_id"], ledger["period"], strict=True)])
    left = 1 - ledger["retained"].to_numpy(dtype=float)
    hazard = [-np.log1p(-left[exposed == flag].mean()) for flag in (True, False)]
    events = [left[exposed == flag].sum() for flag in (True, False)]
    error = np.sqrt(1 / events[0] + 1 / events[1])
    assert abs(np.log(hazard[0] / hazard[1]) - company.hidden.effects.tau[0, 0]) < MONTE_CARLO_ERRORS * error


def test_the_same_specification_gives_the_same_company(small_company: Company) -> None:
    again = simulate_company(small_company.spec)
    pd.testing.assert_frame_equal(again.ledger, small_company.ledger)
    pd.testing.assert_frame_equal(again.truth, small_company.truth)
    assert again.plan == small_company.plan


def test_the_companies_for_verification_are_unlike_each_other_and_large() -> None:
    specs = companies_for_verification()
    assert len(specs) == 12
    assert len({spec.seed for spec in specs}) == 12
    assert all(spec.customers == 20_000 for spec in specs)
    direct = [(draw_effects(spec, draw_journey(spec)).tau > 0).mean() for spec in specs]
    assert max(direct) - min(direct) > 0.3


def test_more_pain_points_than_there_are_names_for_are_refused() -> None:
    with pytest.raises(ValueError, match="pain_points is 9; must be 1 to 4"):
        CompanySpec(seed=1, stages=2)
