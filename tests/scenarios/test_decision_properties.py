"""What holds of every decision, whatever the company and the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.initiative import Fix, Initiative, Plan
from models.value import look_at_today
from scenarios.decide import decide
from scenarios.decision import Decision
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.shapley import chosen_shares
from scenarios.worth import Case, costs_by_period, npv_draws, set_value
from tests.scenarios.small_case import PAINS, case_of, random_plan

SUMMED = 1e-9
# A cent, in money of some tens of thousands.
CENT = 0.01
POINT = 25_000.0
seeds = st.integers(1, 10_000)
shares = st.floats(0.1, 1.0)
few = settings(max_examples=6, deadline=None, derandomize=True, database=None)


def _decided(case: Case, budget: float, point: float = POINT) -> Decision:
    return decide(
        case,
        limits=Limits(budget=budget),
        periods_a_year=4,
        value_of_a_point=point,
        revenue_per_margin=2.5,
        score_now=3.8,
    )


def _budget(plan: Plan, share: float) -> float:
    return share * sum(item.cost or 0.0 for item in plan.initiatives)


def _dearer(plan: Plan, factor: float) -> Plan:
    """The plan in another currency, at so many of it to one of the old."""

    def money(amount: float | None) -> float | None:
        return None if amount is None else factor * amount

    items = tuple(
        replace(
            item,
            cost=money(item.cost),
            cost_low=money(item.cost_low),
            cost_high=money(item.cost_high),
            run_cost=factor * item.run_cost,
            other_benefit=factor * item.other_benefit,
        )
        for item in plan.initiatives
    )
    return replace(plan, initiatives=items)


def _in_currency(case: Case, factor: float) -> Case:
    people = tuple(replace(persona, money=factor * persona.money) for persona in case.base.personas)
    base = replace(case.base, personas=people)
    return replace(case, base=base, today=look_at_today(base, case.posterior))


@few
@given(seed=seeds, share=shares)
def test_doubling_the_currency_doubles_every_money_figure_and_changes_no_answer(seed: int, share: float) -> None:
    plan = random_plan(seed, 4)
    budget = _budget(plan, share)
    once = _decided(case_of(plan, seed), budget)
    twice = _decided(_in_currency(case_of(_dearer(plan, 2), seed), 2), 2 * budget, 2 * POINT)
    assert once.portfolio is not None and twice.portfolio is not None
    for name in ("npv", "regret", "evpi", "worst_tenth", "max_cost"):
        assert getattr(twice.ranking, name) == pytest.approx(2 * getattr(once.ranking, name), rel=SUMMED), name
    for name in ("rank", "rank_low", "rank_high", "p_top3", "sucra", "tie_group", "p_positive", "roi"):
        assert getattr(twice.ranking, name) == pytest.approx(getattr(once.ranking, name), nan_ok=True), name
    assert twice.ranking.p_payback() == pytest.approx(once.ranking.p_payback())
    assert twice.portfolio.npv == pytest.approx(2 * once.portfolio.npv, rel=SUMMED)
    assert twice.marginal == pytest.approx(2 * once.marginal, rel=SUMMED)
    assert twice.portfolio.chosen.tolist() == once.portfolio.chosen.tolist()
    assert twice.verdicts() == once.verdicts()
    assert [2 * point.value for point in once.frontier] == pytest.approx([point.value for point in twice.frontier])
    assert [point.members for point in once.frontier] == [point.members for point in twice.frontier]
    assert [one.haircut for one in twice.face] == pytest.approx([one.haircut for one in once.face], nan_ok=True)
    assert [one.retention_points for one in twice.break_even] == pytest.approx(
        [one.retention_points for one in once.break_even], rel=1e-4, nan_ok=True
    )


@few
@given(seed=seeds, share=shares, order=st.permutations(range(4)))
def test_the_order_of_rows_changes_no_answer(seed: int, share: float, order: list[int]) -> None:
    plan = random_plan(seed, 4)
    turned = Plan(initiatives=tuple(plan.initiatives[i] for i in order), fixes=plan.fixes[::-1])
    budget = _budget(plan, share)
    once, again = (_decided(case_of(one, seed), budget) for one in (plan, turned))
    assert once.portfolio is not None and again.portfolio is not None
    assert again.portfolio.chosen.tolist() == once.portfolio.chosen[order].tolist()
    assert again.verdicts() == tuple(once.verdicts()[i] for i in order)
    assert again.portfolio.npv == pytest.approx(once.portfolio.npv, rel=SUMMED)
    for name in ("npv", "rank", "tie_group", "sucra", "regret", "worst_tenth", "payback_quarters", "roi"):
        figures = getattr(once.ranking, name)[order]
        assert getattr(again.ranking, name) == pytest.approx(figures, rel=SUMMED, nan_ok=True), name
    shares_of = [chosen_shares(one.case, one.portfolio, 1) for one in (once, again) if one.portfolio is not None]
    assert shares_of[1] == pytest.approx(shares_of[0][order], rel=SUMMED, nan_ok=True)


@few
@given(seed=seeds)
def test_no_effect_means_a_net_value_of_minus_the_discounted_cost_exactly(seed: int) -> None:
    plan = random_plan(seed, 3)
    bare = tuple(replace(item, other_benefit=0.0) for item in plan.initiatives)
    case = case_of(Plan(initiatives=bare, fixes=plan.fixes), seed)
    nothing = np.zeros_like(case.posterior.leaving)
    idle = replace(case.posterior, leaving=nothing, spend=nothing)
    case = replace(case, posterior=idle, today=look_at_today(case.base, idle))
    decision = _decided(case, 1e9)
    for i, offer in enumerate(case.offers):
        cost = costs_by_period(offer) @ case.base.discount
        assert decision.ranking.npv[i] == pytest.approx(-cost, rel=SUMMED)
    assert decision.portfolio is not None
    assert not decision.portfolio.chosen.any()
    assert (decision.ranking.max_cost <= CENT).all()
    assert set(decision.verdicts()) <= {"park", "pilot"}


@few
@given(seed=seeds)
def test_a_duplicate_of_a_fix_that_removes_all_adds_nothing(seed: int) -> None:
    items = tuple(Initiative(initiative=name, name=name, cost=1.0) for name in ("first", "again"))
    fixes = tuple(Fix(initiative=item.initiative, pain_point="dear", low=1.0, likely=1.0, high=1.0) for item in items)
    case = case_of(Plan(initiatives=items, fixes=fixes), seed)
    one, both = (set_value(case, members).discounted(case.base.discount) for members in ([0], [0, 1]))
    assert both == pytest.approx(one, rel=SUMMED, abs=CENT)
    found = choose_portfolio(case, Limits())
    assert found.chosen.sum() == (1 if one.mean() > case.base.discount[0] else 0)


@few
@given(seed=seeds, likely=st.floats(0.2, 0.8))
def test_a_duplicate_adds_what_is_left_and_no_more(seed: int, likely: float) -> None:
    fix = {"pain_point": "dear", "low": likely, "likely": likely, "high": likely}
    items = tuple(Initiative(initiative=name, name=name, cost=1.0) for name in ("first", "again", "stronger"))
    both_at_once = 1 - (1 - likely) ** 2
    fixes = (
        *(Fix(initiative=name, **fix) for name in ("first", "again")),  # type: ignore[arg-type]
        Fix(initiative="stronger", pain_point="dear", low=both_at_once, likely=both_at_once, high=both_at_once),
    )
    case = case_of(Plan(initiatives=items, fixes=fixes), seed)
    pair, whole = (set_value(case, members).discounted(case.base.discount) for members in ([0, 1], [2]))
    assert pair == pytest.approx(whole, rel=SUMMED, abs=CENT)


def _harmful(case: Case) -> Case:
    """The case in which every pain point hurts in every draw."""
    posterior = replace(case.posterior, leaving=np.abs(case.posterior.leaving), spend=-np.abs(case.posterior.spend))
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


@few
@given(seed=seeds)
def test_a_set_is_never_worth_more_than_its_members_alone_where_they_fix_the_same(seed: int) -> None:
    plan = random_plan(seed, 3)
    fixes = tuple(
        Fix(initiative=item.initiative, pain_point=PAINS[seed % len(PAINS)], low=0.2, likely=0.4, high=0.6)
        for item in plan.initiatives
    )
    case = _harmful(case_of(Plan(initiatives=plan.initiatives, fixes=fixes), seed))
    decision = _decided(case, 1e9)
    assert decision.portfolio is not None
    members = [int(i) for i in np.flatnonzero(decision.portfolio.chosen)]
    together = npv_draws(case, members, set_value(case, members))
    assert (together <= decision.ranking.npv[members].sum(axis=0) + CENT).all()
    for i in members:
        assert decision.marginal[i] <= decision.ranking.npv[i].mean() + CENT
    share = chosen_shares(case, decision.portfolio, 1)
    assert np.nansum(share) == pytest.approx(decision.portfolio.npv.mean(), rel=SUMMED, abs=CENT)
    assert (share[members] <= decision.ranking.npv[members].mean(axis=1) + CENT).all()
    assert (share[members] >= decision.marginal[members] - CENT).all()


@few
@given(seed=seeds, share=shares)
def test_more_budget_never_lowers_the_forecast(seed: int, share: float) -> None:
    plan = random_plan(seed, 4)
    case = case_of(plan, seed)
    less, more = (choose_portfolio(case, Limits(budget=_budget(plan, one))) for one in (share / 2, share))
    assert less.npv.mean() <= more.npv.mean() + CENT
