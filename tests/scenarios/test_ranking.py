"""How initiatives compare: ranks, chances, the value of information, and when money comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from impact.initiative import Plan
from scenarios.aims import worst_tenth
from scenarios.ranking import rank_initiatives
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import PERIODS, case_of, case_with_npv, one_plan, random_case, random_plan

# Unit normal loss at 0, .5, 1 and 2, printed to four decimals in decision tables.
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


def test_perfect_information_on_a_normal_is_worth_its_closed_form() -> None:
    found = rank_initiatives(case_with_npv(_normal(100, 200), _normal(-100, 200)), 4)
    assert found.evpi == pytest.approx([EVPI, EVPI], abs=STRATIFIED)


def test_perfect_information_is_worth_nothing_where_the_answer_is_sure() -> None:
    found = rank_initiatives(case_with_npv(_normal(9_000, 200), _normal(-9_000, 200)), 4)
    assert found.evpi == pytest.approx([0, 0], abs=SUMMED)


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
    for name in ("npv", "rank", "regret", "evpi", "max_cost", "roi", "payback_quarters"):
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


def test_the_worst_tenth_of_a_normal_is_its_closed_form() -> None:
    # E[V | V < its 10% quantile] = mean - sd phi(z) / .1, z = -1.2816: mean - 1.75498 sd.
    found = rank_initiatives(case_with_npv(_normal(100, 200), _normal(-50, 10)), 4)
    factor = norm.pdf(norm.ppf(0.1)) / 0.1
    assert found.worst_tenth == pytest.approx([100 - 200 * factor, -50 - 10 * factor], abs=STRATIFIED * 5)


def test_the_worst_tenth_takes_at_least_one_draw() -> None:
    assert worst_tenth(np.array([3.0, -1.0, 2.0])) == pytest.approx(-1)


def test_the_share_of_others_beaten_is_one_for_the_sure_first_and_nil_for_the_sure_last() -> None:
    draws = _normal(0, 100)
    found = rank_initiatives(case_with_npv(draws + 50, draws - 900, draws + 40, draws), 4)
    assert found.sucra == pytest.approx([1, 0, 2 / 3, 1 / 3])
    assert rank_initiatives(case_with_npv(draws), 4).sucra.tolist() == [1]


def test_the_share_of_others_beaten_is_the_mean_chance_to_be_ahead_of_each() -> None:
    found = rank_initiatives(random_case(3, 4), 4)
    for i in range(4):
        ahead = [(found.npv[i] > found.npv[j]).mean() for j in range(4) if j != i]
        assert found.sucra[i] == pytest.approx(np.mean(ahead))


def test_shares_of_others_beaten_always_average_a_half_and_alike_ones_share_a_place() -> None:
    draws = _normal(0, 100)
    found = rank_initiatives(case_with_npv(draws, draws, draws + 10), 4)
    assert found.sucra.mean() == pytest.approx(0.5)
    assert found.ranks[:, 0].tolist() == [2.5, 2.5, 1]
    assert found.tie_group.tolist() == [2, 2, 1]


def test_where_a_cost_is_missing_the_ranking_is_by_the_most_each_may_cost() -> None:
    plan = random_plan(3, 3)
    items = tuple(replace(item, cost_low=None, cost_high=None) for item in plan.initiatives)
    unpriced = (items[0], replace(items[1], cost=None), items[2])
    whole, part = (
        rank_initiatives(case_of(Plan(initiatives=chosen, fixes=plan.fixes), 3), 4) for chosen in (items, unpriced)
    )
    assert (whole.by, part.by) == ("npv", "max_cost")
    # What each may cost says nothing of what it does cost, so leaving one out changes nothing.
    assert part.worth.mean(axis=1) == pytest.approx(whole.max_cost, rel=SUMMED)
    assert part.rank.tolist() == (np.argsort(np.argsort(-whole.max_cost)) + 1).tolist()
    assert part.rank_low == pytest.approx(np.percentile(part.ranks, 5, axis=1))
