"""The search from end to end beside looking at every choice, for each aim; and the forms it goes by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import CostRow, Fix, Plan
from models.value import look_at_today
from scenarios.aims import chance_of_gain, judge, worst_tenth
from scenarios.alone import alone_draws
from scenarios.choice import (
    choose_options,
    every_choice,
    option_draws,
    plan_costs,
    worth_a_look,
)
from scenarios.frontier import frontier
from scenarios.ground import Ground, forms_at, lay_ground
from scenarios.limits import Limits, YearLimit
from scenarios.options import Option, options_of
from scenarios.portfolio import InfeasibleError, choose_portfolio
from scenarios.programme_solve import NothingAllowedError
from scenarios.rules import keep_rules, rules_of
from scenarios.search import neighbours
from scenarios.service import ServiceRate
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import CLOCK, PERIODS, case_of, one_plan, random_case, random_plan, with_items

# Means of fifty draws summed in another order.
SUMMED = 1e-9
SEEDS = (0, 1, 2, 3)


def timed_case(seed: int, count: int = 4) -> tuple[Case, Limits]:
    """Initiatives worth their while, a team that builds few at once, and a budget for some."""
    case = random_case(seed, count)
    offers = tuple(
        replace(
            offer,
            item=replace(offer.item, cost=0.35 * (offer.item.cost or 0), capacity={"team": 1.0 + place % 2}),
            cost=None if offer.cost is None else 0.35 * offer.cost,
        )
        for place, offer in enumerate(case.offers)
    )
    budget = 0.6 * sum(offer.plan_cost for offer in offers)
    return replace(case, offers=offers), Limits(budget=budget, capacity={"team": np.array([1.0, 2, 2, 2, 3, 3])})


def _by_programme(case: Case, options: tuple[Option, ...], limits: Limits, monkeypatch: pytest.MonkeyPatch):  # noqa: ANN202
    with monkeypatch.context() as patch:
        patch.setattr("scenarios.choice.LIVE_WAYS", 1)
        return choose_options(case, options, rules_of(options, limits), limits)


AIMS: tuple[dict[str, object], ...] = (
    {"objective": "mean"},
    {"objective": "cvar"},
    {"objective": "floor", "floor": 0.9},
    {"target": 2_000.0},
)


@pytest.mark.parametrize("aim", AIMS)
def test_the_programme_chooses_what_looking_at_every_choice_does(
    aim: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in SEEDS:
        case, limits = timed_case(seed)
        limits = replace(limits, **aim)  # type: ignore[arg-type]
        options = options_of(case.offers, case.clock, limits)
        found = _by_programme(case, options, limits, monkeypatch)
        rules = rules_of(options, limits)
        every = every_choice(np.array([option.place for option in options]))
        every = every[keep_rules(rules, every)]
        cost = plan_costs(options)

        def judged(
            x: np.ndarray,
            case: Case = case,
            options: tuple[Option, ...] = options,
            limits: Limits = limits,
            cost: np.ndarray = cost,
        ) -> tuple[float, ...]:
            return judge(option_draws(case, options, x), float(cost @ x), limits)

        assert keep_rules(rules, found.x[None])[0]
        assert judged(found.x) == pytest.approx(max(judged(x) for x in every), rel=SUMMED)
        if "target" not in aim:
            assert found.certificate.bound >= found.certificate.value


def test_the_aims_differ_where_they_should() -> None:
    npv = np.concatenate([np.full(10, -50.0), np.full(90, 20.0)])
    assert worst_tenth(npv) == -50
    assert chance_of_gain(npv) == 0.9
    assert judge(npv, 5.0, Limits(objective="floor", floor=0.8)) == (0.8, 13.0, -5.0)
    assert judge(npv, 5.0, Limits(target=13.0)) == (1.0, -5.0, 13.0)
    assert judge(npv, 5.0, Limits(target=13.1)) == (0.0, 0.0, 13.0)
    assert judge(np.zeros(3), 0.0, Limits(objective="floor", floor=0.8))[0] == 0.8


def test_options_alone_are_valued_as_sets_of_one() -> None:
    case, limits = timed_case(2)
    options = options_of(case.offers, case.clock, limits)
    whole = replace(case, offers=tuple(option.offer for option in options))
    mine = [i for i, option in enumerate(options) if option.place == 1]
    apart = np.array([npv_draws(whole, (i,), set_value(whole, (i,))) for i in mine])
    assert alone_draws(whole, mine) == pytest.approx(apart, rel=SUMMED)


def _ground(seed: int) -> Ground:
    case, limits = timed_case(seed)
    return lay_ground(case, options_of(case.offers, case.clock, limits))


def _value(ground: Ground, at: np.ndarray, x: np.ndarray) -> float:
    forms = forms_at(ground, at, (np.arange(ground.draws),))
    removed = 1 - np.prod(1 - ground.cells * x, axis=1)
    return float((forms.constant + forms.linear @ x + forms.weight @ removed)[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_forms_are_exact_for_each_option_alone_and_where_they_are_taken(seed: int) -> None:
    ground = _ground(seed)
    nothing = np.zeros(len(ground.place))
    for i in range(0, len(nothing), 5):
        one = nothing.copy()
        one[i] = 1
        assert _value(ground, nothing, one) == pytest.approx(ground.npv(one).mean(), rel=1e-6)
    some = nothing.copy()
    some[np.unique(ground.place, return_index=True)[1]] = 1
    assert _value(ground, some, some) == pytest.approx(ground.npv(some).mean(), rel=1e-6)


def test_what_is_left_out_unseen_is_never_chosen() -> None:
    for seed in SEEDS:
        case, limits = timed_case(seed)
        options = options_of(case.offers, case.clock, limits)
        rules = rules_of(options, limits)
        kept, ground, fewer = worth_a_look(lay_ground(case, options), rules)
        assert len(ground.place) == len(kept) == len(fewer[0].weights)
        best = choose_options(case, options, rules, limits).x
        assert set(np.flatnonzero(best)) <= set(kept.tolist())


def test_neighbours_are_one_initiative_away_and_none_starts_twice() -> None:
    place = np.array([0, 0, 1, 2, 2])
    x = np.array([1.0, 0, 1, 0, 0])
    near = neighbours(place, x)
    assert len(np.unique(near, axis=0)) == len(near)
    assert (np.abs(near - x).sum(axis=1) <= 2).all()
    assert all(one[place == i].sum() <= 1 for one in near for i in range(3))
    assert not (near == x).all(axis=1).any()


def test_a_later_start_is_chosen_where_the_team_has_no_room_before() -> None:
    case, limits = timed_case(0)
    late = replace(limits, capacity={"team": np.array([0.0, 0, 2, 2, 3, 3])})
    found = choose_portfolio(case, late)
    assert found.chosen.any()
    assert (found.starts[found.chosen > 0] >= 2).all()


def test_a_plan_that_cannot_hold_is_refused_by_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    case, limits = timed_case(1)
    forced = with_items(case, act0={"mandatory": True, "excludes": ("act1",)}, act1={"mandatory": True})
    with pytest.raises(InfeasibleError, match="act0, act1"):
        choose_portfolio(forced, limits)
    options = options_of(forced.offers, forced.clock, limits)
    with pytest.raises(NothingAllowedError):
        _by_programme(forced, options, limits, monkeypatch)


def test_an_unreachable_target_gives_the_most_that_can_be_reached() -> None:
    case, limits = timed_case(2)
    most = choose_portfolio(case, limits)
    found = choose_portfolio(case, replace(limits, target=10 * most.npv.mean()))
    assert np.array_equal(found.chosen, most.chosen)
    assert found.certificate.least_cost is None


def test_doubling_the_currency_changes_no_choice_of_the_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    case, limits = timed_case(3)
    assert limits.budget is not None
    people = tuple(replace(persona, money=2 * persona.money) for persona in case.base.personas)
    base = replace(case.base, personas=people)
    offers = tuple(
        replace(
            offer,
            item=replace(
                offer.item,
                cost=2 * (offer.item.cost or 0),
                other_benefit=2 * offer.item.other_benefit,
                run_cost=2 * offer.item.run_cost,
            ),
            cost=None if offer.cost is None else 2 * offer.cost,
            schedule=replace(offer.schedule, capex=2 * offer.schedule.capex, opex=2 * offer.schedule.opex),
        )
        for offer in case.offers
    )
    twice = replace(case, base=base, offers=offers, today=look_at_today(base, case.posterior))
    first = _by_programme(case, options_of(case.offers, case.clock, limits), limits, monkeypatch)
    doubled = replace(limits, budget=2 * limits.budget)
    again = _by_programme(twice, options_of(offers, case.clock, doubled), doubled, monkeypatch)
    assert np.array_equal(first.x, again.x)
    assert again.certificate.value == pytest.approx(2 * first.certificate.value, rel=1e-9)


def test_the_order_of_the_plan_changes_no_choice_of_the_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = random_plan(5, 5)
    turned = Plan(initiatives=plan.initiatives[::-1], fixes=plan.fixes[::-1])
    names = []
    for one in (plan, turned):
        case = case_of(one)
        budget = Limits(budget=0.5 * sum(offer.plan_cost for offer in case.offers))
        options = options_of(case.offers, case.clock, budget)
        x = _by_programme(case, options, budget, monkeypatch).x
        names.append({options[i].offer.item.initiative for i in np.flatnonzero(x)})
    assert names[0] == names[1]


def test_a_copy_of_a_whole_fix_is_not_bought_twice() -> None:
    plan = random_plan(1, 2)
    items = tuple(
        replace(item, cost=50.0, cost_low=None, cost_high=None, run_cost=0.0, other_benefit=0.0, duration=1, ramp=0.0)
        for item in plan.initiatives
    )
    fixes = tuple(Fix(initiative=item.initiative, pain_point="late", low=1.0, likely=1.0, high=1.0) for item in items)
    found = choose_portfolio(case_of(Plan(initiatives=items, fixes=fixes)), Limits())
    assert found.chosen.sum() == 1


def test_the_frontier_by_the_programme_rises_and_holds_the_study_s_own_budget() -> None:
    case, limits = timed_case(1, 5)
    assert limits.budget is not None
    portfolio = choose_portfolio(case, limits)
    points = frontier(case, portfolio, limits, budgets=6)
    values = [point.value for point in points]
    assert values == sorted(values)
    assert all(point.low <= point.value <= point.high for point in points)
    own = next(point for point in points if point.budget == limits.budget)
    assert own.members == tuple(np.flatnonzero(portfolio.chosen))
    assert own.value == pytest.approx(portfolio.npv.mean())
    for point in points:
        best = choose_portfolio(case, replace(limits, budget=point.budget))
        assert point.value <= best.npv.mean() * (1 + SUMMED)


def test_under_another_aim_the_frontier_still_shows_the_best_mean_at_the_study_s_budget() -> None:
    case, limits = timed_case(2, 5)
    limits = replace(limits, objective="floor", floor=0.97)
    points = frontier(case, choose_portfolio(case, limits), limits, budgets=5)
    values = [point.value for point in points]
    assert values == sorted(values)
    assert limits.budget in [point.budget for point in points]


def test_years_cap_what_is_spent_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = timed_case(0)
    first = np.arange(PERIODS) < 3
    cap = 0.3 * sum(offer.plan_cost for offer in case.offers)
    limits = Limits(years=(YearLimit(label="2027", periods=first, capex=cap, opex=None),))
    options = options_of(case.offers, case.clock, limits)
    found = _by_programme(case, options, limits, monkeypatch)
    spent = sum(
        float(((options[i].offer.item.cost or 0) * options[i].offer.schedule.cost_share)[first].sum())
        for i in np.flatnonzero(found.x)
    )
    assert found.x.any()
    assert spent <= cap * (1 + SUMMED)


@pytest.mark.parametrize("seed", [1, 8])
def test_what_is_saved_in_service_is_part_of_an_option_alone_and_of_the_choice(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = random_case(seed, 6)
    case = replace(case, service=ServiceRate(saved=np.full(case.posterior.draws, 20.0), checks=()))
    limits = Limits(budget=0.5 * sum(offer.plan_cost for offer in case.offers))
    options = options_of(case.offers, case.clock, limits)
    for i in range(len(options)):
        apart = npv_draws(case, (i,), set_value(case, (i,)))
        assert alone_draws(case, (i,))[0] == pytest.approx(apart, rel=SUMMED)
    every = choose_options(case, options, rules_of(options, limits), limits)
    found = _by_programme(case, options, limits, monkeypatch)
    assert found.certificate.bound >= every.certificate.value * (1 - SUMMED)
    assert np.array_equal(found.x, every.x)


def test_rows_of_a_costs_table_never_fall_off_the_horizon_by_a_later_start() -> None:
    rows = (
        CostRow(initiative="only", period=CLOCK.first, capex=500, opex=0),
        CostRow(initiative="only", period=CLOCK.first + PERIODS - 1, capex=0, opex=4_000),
    )
    case = case_of(one_plan(Fix(initiative="only", pain_point="late", low=0.4, likely=0.5, high=0.6), costs=rows))
    room = Limits(capacity={"team": np.full(PERIODS, 9.0)})
    assert [option.start for option in options_of(case.offers, case.clock, room)] == [0]
