"""What moves the value of a chosen portfolio."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from across_cases import FACTS, SCENARIOS, home_of, planned_home
from scipy.stats import norm
from small_case import DRAWS, PAINS, PERSONAS, case_of, case_with_npv, one_plan, small_base

from impact.initiative import Fix
from impact.lever import Change
from impact.rng import stream
from models.value import look_at_today
from scenarios.limits import Limits
from scenarios.scenario import Scenario, World, in_world
from scenarios.tornado import Bar, lever_bars, setting_words, share_explained, uncertain_bars
from scenarios.worlds import Home
from scenarios.worth import Case, set_npv

MANY = 3_000
# The sampling error of a share of variance, and of a quantile in standard deviations, on three thousand draws.
SHARE_ERROR = 0.04
QUANTILE_ERROR = 0.12
# Of a unit normal loss: of its mean on one thousand draws, in standard deviations.
LOSS_ERROR = 0.03
# Independent inputs explain at most all of the variance; each share carries its own error.
OVER = 0.05
CENT = 0.01


def of_many_draws(case: Case, spend: np.ndarray, cost: np.ndarray) -> Case:
    """A case of sites whose NPV is spend effects less cost, straight in both."""
    draws = len(spend)
    at = np.arange(draws) % DRAWS
    posterior = case.posterior.at(at)
    shape = posterior.spend.shape
    posterior = replace(
        posterior,
        leaving=np.zeros(shape),
        spend=np.broadcast_to(spend[:, None, None], shape).copy(),
        credibility=np.full((draws, len(PAINS)), 0.5),
    )
    base = replace(small_base(1, "sites"), frailty=np.full(draws, 0.5))
    offers = tuple(replace(one, effectiveness=np.full((1, draws, len(PAINS)), 0.4), cost=cost) for one in case.offers)
    return replace(case, base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers)


def straight_home() -> Home:
    rng = stream(7, "straight")
    spend, chance = rng.standard_normal((2, MANY))
    # a chance correlation of the draws would move the cheaper input's ends by what the other brings
    chance = chance - spend * (spend @ chance) / (spend @ spend)
    spend, cost = -0.03 + 0.006 * spend, 5_000 + 900 * chance
    case = case_of(one_plan(Fix(initiative="only", pain_point="late", low=0.3, likely=0.4, high=0.5), cost=5_000.0))
    return home_of(of_many_draws(case, spend, cost), Limits())


def bars_of(home: Home) -> dict[str, Bar]:
    found = uncertain_bars(home.world.case, home.chosen.members, home.portfolio)
    return {bar.driver: bar for bar in found}


def test_straight_inputs_have_the_share_and_the_ends_of_their_normals() -> None:
    home = straight_home()
    assert home.chosen.members == (0,)
    npv, bars = home.portfolio.npv, bars_of(home)
    cost = -home.world.case.offers[0].cost * home.world.case.base.discount[0]  # type: ignore[operator]
    gain = npv - cost
    assert set(bars) == {"spend effects", "one-off cost"}
    for name, part in (("spend effects", gain), ("one-off cost", cost)):
        assert bars[name].share == pytest.approx(part.var() / npv.var(), abs=SHARE_ERROR)
        low, high = npv.mean() + norm.ppf([0.1, 0.9]) * part.std()
        assert bars[name].low == pytest.approx(low, abs=QUANTILE_ERROR * part.std())
        assert bars[name].high == pytest.approx(high, abs=QUANTILE_ERROR * part.std())


def test_what_a_driver_is_worth_to_know_is_the_unit_normal_loss_of_going_or_not() -> None:
    rng = stream(3, "loss")
    npv = 40 + 100 * rng.standard_normal(MANY)
    home = home_of(case_with_npv(npv), Limits())
    bar = bars_of(home)["one-off cost"]
    at = npv.mean() / npv.std()
    assert bar.evppi == pytest.approx(npv.std() * (norm.pdf(at) - at * norm.sf(at)), abs=LOSS_ERROR * npv.std())
    assert bar.share == pytest.approx(1.0, abs=SHARE_ERROR)


def test_a_figure_that_has_nothing_to_do_with_a_value_explains_none_of_it() -> None:
    rng = stream(5, "nothing")
    assert share_explained(rng.standard_normal(MANY), rng.standard_normal(MANY)) <= SHARE_ERROR


@pytest.mark.parametrize("seed", [3, 6])
def test_shares_of_inputs_that_are_independent_add_up_to_at_most_one(seed: int) -> None:
    home = planned_home(seed, 3)
    bars = bars_of(home)
    assert sum(bar.share for bar in bars.values()) <= 1 + OVER
    assert all(0 <= bar.share <= 1 and bar.evppi >= 0 and bar.width >= 0 for bar in bars.values())


def test_the_setting_of_a_haircut_is_the_share_not_counted() -> None:
    bar = bars_of(planned_home(3, 3))["haircut"]
    assert float(bar.low_setting) > float(bar.high_setting)


def test_an_input_without_spread_has_no_bar() -> None:
    assert "how alike customers are" not in bars_of(straight_home())


def test_a_lever_moves_the_portfolio_as_its_scenario_does_with_that_row_alone() -> None:
    home = planned_home(2, 3)
    bars = {bar.driver: bar for bar in lever_bars(home.chosen.members, SCENARIOS, home.world, FACTS)}
    cost = in_world(Scenario(name="dear", changes=(Change(scenario="", lever="cost", value=1.6),)), home.world, FACTS)
    dear = set_npv(cost.case, home.chosen.members)
    assert bars["cost"].low == pytest.approx(dear.mean())
    assert bars["cost"].high == pytest.approx(home.portfolio.npv.mean())
    p05, p95 = np.quantile(home.portfolio.npv - dear, [0.05, 0.95])
    assert bars["cost"].width_range == pytest.approx((p05, p95))
    assert (bars["cost"].low_setting, bars["cost"].high_setting) == ("times 1.6 (late and dear)", "as it is")


def test_the_settings_of_one_lever_are_one_bar_and_a_persona_s_own_is_another() -> None:
    home = planned_home(2, 3)
    drivers = [bar.driver for bar in lever_bars(home.chosen.members, SCENARIOS, home.world, FACTS)]
    assert sorted(drivers) == sorted(
        (
            *("budget", f"churn ({PERSONAS[0]})", "churn", "cost", "delay", "discount_rate", "effectiveness"),
            *(f"prevalence:{PAINS[0]}", f"prevalence:{PAINS[1]}", "price"),
        )
    )


def test_a_lever_that_only_limits_the_choice_moves_no_money_of_the_chosen_set() -> None:
    home = planned_home(2, 3)
    bars = {bar.driver: bar for bar in lever_bars(home.chosen.members, SCENARIOS, home.world, FACTS)}
    assert bars["budget"].width == 0


def test_bars_of_levers_stand_widest_first() -> None:
    home: Home = planned_home(2, 3)
    widths = [bar.width for bar in lever_bars(home.chosen.members, SCENARIOS, home.world, FACTS)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(scenario="down", lever="price", value=0.9), "times 0.9 (down)"),
        (Change(scenario="late", lever="delay", how="add", value=2.0), "plus 2 (late)"),
        (Change(scenario="cut", lever="churn", how="add", value=-0.01), "minus 0.01 (cut)"),
        (Change(scenario="r", lever="discount_rate", how="set", value=0.2), "at 0.2 (r)"),
        (Change(scenario="s", lever="price", value=2.0, first=8105), "times 2 (s, for a part of the horizon)"),
    ],
)
def test_a_setting_is_said_in_words(change: Change, words: str) -> None:
    assert setting_words(change) == words


def test_a_world_s_own_draws_are_those_of_the_base() -> None:
    home = planned_home(2, 2)
    world: World = in_world(SCENARIOS[1], home.world, FACTS)
    assert world.case.posterior is home.world.case.posterior
