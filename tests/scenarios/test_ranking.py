"""How initiatives compare: ranks, chances, the value of information, and when money comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from impact.initiative import Plan
from scenarios.ranking import PILOT_COST_SHARE, pilot_value, rank_initiatives
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import PERIODS, case_of, case_with_npv, one_plan, random_case, random_plan

# Unit normal loss at 0, .5, 1 and 2, printed to four decimals in decision tables.
LOSS = {0.0: 0.3989, 0.5: 0.1978, 1.0: 0.0833, 2.0: 0.0085}
PRINTED = 5e-5
# Expected value of perfect information of a decision worth Normal(100, 200^2), in closed form.
EVPI = 39.559
# 4,000 draws by strata: what the tails beyond the outermost stratum leave out of a mean of some 40.
STRATIFIED = 0.05
SUMMED = 1e-9
# A cent, in money of some tens of thousands.
CENT = 0.01


def _normal(mean: float, sd: float, draws: int = 4_000) -> np.ndarray:
    """Draws of a Normal by strata, with exactly that mean and standard deviation."""
    z = norm.ppf((np.arange(draws) + 0.5) / draws)
    return np.asarray(mean + sd * z / z.std())


@pytest.mark.parametrize(("u", "loss"), LOSS.items())
def test_a_pilot_of_unit_precision_is_worth_the_unit_normal_loss(u: float, loss: float) -> None:
    # With the pilot's error as large as the doubt, the spread of what it may say is sd / sqrt(2).
    assert pilot_value(_normal(u, np.sqrt(2))) == pytest.approx(loss, abs=PRINTED)
    assert pilot_value(_normal(-u, np.sqrt(2))) == pytest.approx(loss, abs=PRINTED)


def test_a_pilot_scales_with_money_and_is_worth_nothing_without_doubt() -> None:
    assert pilot_value(_normal(300, 500)) == pytest.approx(1_000 * pilot_value(_normal(0.3, 0.5)), rel=SUMMED)
    assert pilot_value(np.full(50, 7.0)) == 0


def test_perfect_information_on_a_normal_is_worth_its_closed_form() -> None:
    found = rank_initiatives(case_with_npv(_normal(100, 200), _normal(-100, 200)), 4)
    assert found.evpi == pytest.approx([EVPI, EVPI], abs=STRATIFIED)


def test_perfect_information_is_worth_nothing_where_the_answer_is_sure() -> None:
    found = rank_initiatives(case_with_npv(_normal(9_000, 200), _normal(-9_000, 200)), 4)
    assert found.evpi == pytest.approx([0, 0], abs=SUMMED)


def test_a_pilot_gain_takes_off_what_the_assumed_pilot_costs() -> None:
    case = case_with_npv(_normal(100, 200))
    (gain,) = rank_initiatives(case, 4).pilot_gain
    assert gain == pytest.approx(pilot_value(_normal(100, 200)) - PILOT_COST_SHARE * case.offers[0].plan_cost)


def test_ranks_follow_the_mean_and_ties_the_plan() -> None:
    found = rank_initiatives(case_with_npv(*(_normal(mean, 10) for mean in (5.0, 80.0, 5.0, -20.0))), 4)
    assert found.rank.tolist() == [2, 1, 3, 4]


def test_rank_ranges_are_sure_where_draws_never_cross_and_wide_where_they_do() -> None:
    draws = _normal(0, 100)
    apart = rank_initiatives(case_with_npv(draws + 9_000, draws), 4)
    assert (apart.rank_low.tolist(), apart.rank_high.tolist()) == ([1, 2], [1, 2])
    crossing = rank_initiatives(case_with_npv(draws, -draws), 4)
    assert (crossing.rank_low.tolist(), crossing.rank_high.tolist()) == ([1, 1], [2, 2])


def test_the_chance_of_the_first_three_counts_draws() -> None:
    draws = _normal(0, 100)
    found = rank_initiatives(case_with_npv(draws + 50, draws + 40, draws + 30, draws), 4)
    assert found.p_top3.tolist() == [1, 1, 1, 0]


def test_regret_is_the_mean_shortfall_to_the_best_of_each_draw() -> None:
    draws = _normal(0, 100)
    found = rank_initiatives(case_with_npv(draws, -draws, draws - 30), 4)
    best = np.maximum(np.maximum(draws, -draws), draws - 30)
    assert found.regret == pytest.approx([(best - one).mean() for one in (draws, -draws, draws - 30)])
    assert (found.regret >= 0).all()


def test_each_npv_is_that_of_the_initiative_alone() -> None:
    case = random_case(3, 4)
    found = rank_initiatives(case, 4)
    for i in range(4):
        assert np.array_equal(found.npv[i], npv_draws(case, [i], set_value(case, [i])))


def test_the_order_of_the_plan_changes_no_figure() -> None:
    plan = random_plan(5, 4)
    turned = Plan(initiatives=plan.initiatives[::-1], fixes=plan.fixes[::-1])
    first, second = rank_initiatives(case_of(plan), 4), rank_initiatives(case_of(turned), 4)
    for name in ("npv", "rank", "regret", "evpi", "pilot_gain", "max_cost", "roi", "payback_quarters"):
        assert getattr(first, name) == pytest.approx(getattr(second, name)[::-1], rel=SUMMED, nan_ok=True)


def _priced(case: Case, price: float) -> Case:
    """The one offer at another price, its overrun as it was."""
    offer = case.offers[0]
    assert offer.cost is not None and offer.item.cost is not None
    cost = offer.cost * price / offer.item.cost
    return replace(case, offers=(replace(offer, item=replace(offer.item, cost=price), cost=cost),))


def test_the_largest_cost_makes_the_mean_npv_nil() -> None:
    case = replace(random_case(3, 2), offers=random_case(3, 2).offers[1:])
    (most,) = rank_initiatives(case, 4).max_cost
    assert most > 0
    assert rank_initiatives(_priced(case, most), 4).npv.mean() == pytest.approx(0, abs=CENT)


def test_the_largest_cost_is_known_without_a_price() -> None:
    plan = random_plan(3, 2)
    certain = tuple(replace(item, cost_low=None, cost_high=None) for item in plan.initiatives)
    free = tuple(replace(item, cost=None) for item in certain)
    priced, unpriced = (case_of(Plan(initiatives=items, fixes=plan.fixes), 3) for items in (certain, free))
    assert rank_initiatives(unpriced, 4).max_cost == pytest.approx(rank_initiatives(priced, 4).max_cost, rel=SUMMED)


def test_roi_is_npv_over_all_discounted_costs() -> None:
    case = random_case(3, 2)
    found = rank_initiatives(case, 4)
    for i, offer in enumerate(case.offers):
        assert offer.cost is not None
        plan = offer.schedule
        paid = (offer.cost.mean() * plan.cost_share + plan.capex + plan.opex[0]) @ case.base.discount
        assert found.roi[i] == pytest.approx(found.npv[i].mean() / paid)


@pytest.mark.parametrize(
    ("cost", "benefit", "quarters"),
    [(300.0, 100.0, 3.0), (301.0, 100.0, 4.0), (50.0, 100.0, 1.0), (9_000.0, 1.0, np.nan)],
)
def test_payback_is_the_first_quarter_with_its_money_back(cost: float, benefit: float, quarters: float) -> None:
    case = case_of(one_plan(cost=cost, other_benefit=benefit))
    (found,) = rank_initiatives(case, 4).payback_quarters
    assert found == pytest.approx(quarters, nan_ok=True)


def test_payback_counts_from_the_first_spend_in_quarters_whatever_the_step() -> None:
    late = case_of(one_plan(cost=300.0, other_benefit=100.0, start=8106))
    (found,) = rank_initiatives(late, 4).payback_quarters
    assert found == 3
    (in_months,) = rank_initiatives(late, 12).payback_quarters
    assert in_months == 1


def test_what_costs_nothing_is_paid_back_at_once() -> None:
    case = case_of(one_plan(cost=0.0, other_benefit=10.0))
    assert rank_initiatives(case, 4).payback_quarters.tolist() == [0]
    assert np.isnan(rank_initiatives(case, 4).roi).all()


def test_cash_of_every_period_discounted_sums_to_the_npv_to_the_cent() -> None:
    case = random_case(3, 4)
    found = rank_initiatives(case, 4)
    for i, offer in enumerate(case.offers):
        value, plan = found.value[i], offer.schedule
        assert offer.cost is not None
        gained = (value.retention + value.spend).mean(axis=0) + offer.item.other_benefit * plan.quarters[0]
        spent = offer.cost.mean() * plan.cost_share + plan.capex + plan.opex[0]
        factors = [(1 + 0.1) ** (-(h - 0.5) / 4) for h in range(1, PERIODS + 1)]
        assert (gained - spent) @ factors == pytest.approx(found.npv[i].mean(), abs=CENT)


def test_no_initiative_is_ranked_as_none() -> None:
    found = rank_initiatives(case_of(Plan(initiatives=(), fixes=())), 4)
    assert found.rank.shape == found.regret.shape == found.evpi.shape == (0,)
