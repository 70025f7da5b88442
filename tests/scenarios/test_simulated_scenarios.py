"""Scenarios summed up on the same draws: differences of paired draws, fiscal years, what is taken over from base."""

from __future__ import annotations

import types
from dataclasses import replace

import numpy as np
import pytest

from models.trend import steady
from scenarios.cashflow import Clock
from scenarios.limits import Limits, fiscal_years
from scenarios.quarters import IDLE, plan_quarters
from scenarios.scenario import World
from scenarios.service import ServiceRate
from scenarios.simulate import figures, simulate, with_years
from scenarios.worth import Case, at_starts, npv_draws, set_value
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, random_case

# Two ways of summing the same few thousand terms in double precision.
SUMMED = 1e-9
SAME = 1e-12
NOW = {"overall": 3.8, "paying": 3.1}
MOVES = {"paying": np.linspace(-0.5, -0.1, DRAWS)[:, None] * np.array([1.0, 0.0, 0.0, 0.0])}
MEMBERS = (0, 2)
JANUARY_2027 = 2027 * 12


def world(case: Case, name: str) -> World:
    return World(name=name, case=case, limits=Limits(), revenue_per_margin=2.0)


def trending(case: Case, **changes: np.ndarray) -> Case:
    trend = replace(steady(PERIODS), **changes)
    return replace(
        case, base=replace(case.base, personas=tuple(replace(one, trend=trend) for one in case.base.personas))
    )


def worlds_of(case: Case) -> list[World]:
    """One of every kind: as base, other money, other leaving, who joins, later, another rate, other experience."""
    slow = np.linspace(1.0, 1.4, PERIODS)
    firm = case.base.personas[0]
    more = replace(firm, exposure=firm.exposure * 0.5)
    return [
        world(case, "base"),
        world(case, "same"),
        world(trending(case, margin=slow, revenue=slow * slow), "price"),
        world(trending(case, heads=slow), "customers"),
        world(trending(case, leaving=slow), "churn"),
        world(trending(case, joining=np.full(PERIODS, 20.0)), "acquisition"),
        world(at_starts(case, np.full(len(case.offers), 2)), "late"),
        world(replace(case, base=replace(case.base, discount=case.base.discount**2)), "rate"),
        world(replace(case, base=replace(case.base, personas=(more, *case.base.personas[1:]))), "met less"),
    ]


@pytest.fixture(params=["plain", "with service"])
def case(request: pytest.FixtureRequest) -> Case:
    plain = random_case(3, 4)
    saving = ServiceRate(saved=np.linspace(0.5, 2.0, DRAWS), checks=())
    return plain if request.param == "plain" else replace(plain, service=saving)


def test_what_is_taken_over_from_base_is_what_each_world_gives_by_itself(case: Case) -> None:
    worlds = worlds_of(case)
    found = list(simulate(worlds, MEMBERS, NOW, MOVES))
    assert [one.scenario for one in found] == ["base", IDLE, *(one.name for one in worlds[1:])]
    base = plan_quarters(worlds[0], MEMBERS, NOW, MOVES).metrics
    by_name = {one.scenario: one for one in found}
    for one in worlds:
        for metric, draws in plan_quarters(one, MEMBERS, NOW, MOVES).metrics.items():
            levels = by_name[one.name].levels[metric]
            assert levels.mean == pytest.approx(draws.mean(axis=0), rel=SAME)
            assert levels.p05 == pytest.approx(np.percentile(draws, 5, axis=0), rel=SAME)
            if one.name != "base":
                paired = by_name[one.name].differences[metric]
                scale = np.abs(draws).max()
                assert paired.p95 == pytest.approx(np.percentile(draws - base[metric], 95, axis=0), abs=SAME * scale)


def test_differences_of_the_same_scenario_are_exactly_nil_and_base_has_none(case: Case) -> None:
    found = {one.scenario: one for one in simulate(worlds_of(case), MEMBERS, NOW, MOVES, ("1",) * 3 + ("2",) * 3)}
    assert found["base"].differences == {}
    for one in found["same"].differences.values():
        assert not any(values.any() for values in (one.mean, one.p05, one.p50, one.p95))


def test_nothing_funded_falls_short_of_base_by_the_npv_of_what_is_funded(case: Case) -> None:
    idle = list(simulate([world(case, "base")], MEMBERS, NOW))[1]
    npv = npv_draws(case, MEMBERS, set_value(case, MEMBERS))
    assert -idle.differences["cumulative_npv"].mean[-1] == pytest.approx(npv.mean(), rel=SUMMED)


def test_other_money_moves_no_customer_and_who_joins_moves_no_retention_of_who_is_there(case: Case) -> None:
    found = {one.scenario: one for one in simulate(worlds_of(case), MEMBERS, NOW)}
    assert not found["price"].differences["customers"].mean.any()
    assert not found["customers"].differences["csat"].mean.any()
    assert found["customers"].differences["retention"].mean == pytest.approx(np.zeros(PERIODS), abs=SAME)
    assert (found["acquisition"].differences["customers"].p05 > 0).all()
    assert (found["churn"].differences["retention"].p95[1:] < 0).all()
    assert (found["acquisition"].levels["retention"].p95 < 1).all()


def test_a_stage_moves_by_its_own_pain_points_alone(case: Case) -> None:
    (base, idle) = simulate([world(case, "base")], (0, 1, 2, 3), NOW, MOVES)
    assert idle.levels["csat:paying"].p95.tolist() == [3.1] * PERIODS
    fixes = any(case.offers[i].effectiveness[..., PAINS.index("late")].any() for i in range(4))
    assert fixes == bool(base.levels["csat:paying"].mean[-1] > 3.1)


def test_fiscal_years_from_april_of_a_monthly_ledger_sum_money_and_compound_retention() -> None:
    study = types.SimpleNamespace(finance=types.SimpleNamespace(fiscal_year_start=4))
    months = 18
    clock = Clock(first=JANUARY_2027, periods=months, periods_a_year=12)
    years = fiscal_years(study, clock)  # type: ignore[arg-type]
    assert years == ("2027",) * 3 + ("2028",) * 12 + ("2029",) * 3
    draws = np.arange(1.0, 2 * months + 1).reshape(2, months) / 40
    for metric in ("revenue", "margin", "cash"):
        found = with_years(metric, draws, years)[:, months:]
        assert found[0] == pytest.approx([6 / 40, sum(range(4, 16)) / 40, (16 + 17 + 18) / 40], rel=SAME)
    for metric in ("customers", "cumulative_npv"):
        assert with_years(metric, draws, years)[0, months:] == pytest.approx(np.array([3, 15, 18]) / 40)
    assert with_years("retention", draws, years)[1, months] == pytest.approx(19 * 20 * 21 / 40**3, rel=SAME)
    assert with_years("csat:paying", draws, years)[1, months + 2] == pytest.approx((34 + 35 + 36) / 3 / 40, rel=SAME)
    assert with_years("margin", draws, ()) is draws


def test_percentiles_are_numpys_and_those_of_a_year_are_of_its_sums() -> None:
    draws = np.random.default_rng(5).normal(3.0, 2.0, (101, 7))
    found = figures(draws)
    for share, ends in ((5, found.p05), (50, found.p50), (95, found.p95)):
        assert ends == pytest.approx(np.percentile(draws, share, axis=0), rel=SAME)
    assert found.mean == pytest.approx(draws.mean(axis=0), rel=SAME)
    year = figures(with_years("margin", draws, ("2027",) * 7))
    assert year.p05[-1] == pytest.approx(np.percentile(draws.sum(axis=1), 5), rel=SAME)
    assert year.p05[-1] > found.p05.sum()


def test_one_draw_has_a_range_of_its_own_value() -> None:
    found = figures(np.array([[2.0, 3.0]]))
    assert (found.p05.tolist(), found.p95.tolist()) == ([2.0, 3.0], [2.0, 3.0])
    assert CLOCK.periods == PERIODS
