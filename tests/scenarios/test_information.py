"""What it is worth to know more before choosing: the portfolio as the action."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.information import (
    BEST_SETS,
    EVERY_SET,
    actions_of,
    answers_tell,
    at_choice,
    effects_of,
    worth_of_answers,
    worth_of_everything,
    worth_of_pain_points,
)
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.ranking import rank_initiatives
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.learning_case import DRAWS, NOISE, wide_case
from tests.scenarios.small_case import case_with_npv, random_case

SUMMED = 1e-9
# 2,000 draws: the mean of several thousand runs is in tests/recovery; here a rank and a bound.
CHANCE = 0.05


def _alone(case: Case) -> np.ndarray:
    return rank_initiatives(case, 4).npv


def test_with_one_initiative_the_portfolio_is_worth_knowing_what_the_initiative_is() -> None:
    case = wide_case(6_000.0)
    actions = actions_of(case, choose_portfolio(case, Limits()), _alone(case))
    assert worth_of_everything(actions) == pytest.approx(rank_initiatives(case, 4).evpi[0])


def test_the_actions_are_the_allowed_sets_and_their_joint_draws() -> None:
    case = random_case(3, 4)
    budget = float(np.median([offer.plan_cost for offer in case.offers]) * 1.5)
    portfolio = choose_portfolio(case, Limits(budget=budget))
    actions = actions_of(case, portfolio, _alone(case))
    assert len(actions.sets) == portfolio.allowed.sum() < 16
    for row, npv in zip(actions.sets, actions.npv, strict=True):
        members = [int(i) for i in np.flatnonzero(row)]
        assert npv == pytest.approx(npv_draws(case, members, set_value(case, members)))
    assert actions.best == pytest.approx(portfolio.npv.mean())


def test_of_many_sets_those_kept_hold_nearly_all_there_is_to_know() -> None:
    case = random_case(3, 7)
    portfolio = choose_portfolio(case, Limits())
    actions = actions_of(case, portfolio, _alone(case))
    every = at_choice(case, portfolio.sets[portfolio.allowed])
    assert len(every.sets) > EVERY_SET and len(actions.sets) <= 2 * BEST_SETS
    assert actions.best == pytest.approx(every.best)
    assert 0.95 * worth_of_everything(every) < worth_of_everything(actions) <= worth_of_everything(every) + SUMMED


def test_a_budget_that_lets_one_through_makes_it_worth_knowing_which() -> None:
    draws = np.sort(np.random.default_rng(1).normal(0, 100, 500))
    case = case_with_npv(draws + 900, -draws + 900)
    free = actions_of(case, choose_portfolio(case, Limits()), _alone(case))
    tight = actions_of(case, choose_portfolio(case, Limits(budget=1_000.0)), _alone(case))
    assert worth_of_everything(free) == pytest.approx(0, abs=1e-6)
    assert worth_of_everything(tight) == pytest.approx(np.abs(draws).mean() - abs(draws.mean()))


def test_a_pain_point_that_nothing_fixes_is_not_worth_knowing() -> None:
    case = wide_case(6_000.0, certain=True)
    actions = actions_of(case, choose_portfolio(case, Limits()), _alone(case))
    found = worth_of_pain_points(case, actions)
    everything = worth_of_everything(actions)
    assert found[0] == pytest.approx(everything, rel=CHANCE)
    assert found[1:].max() < CHANCE * everything
    assert (found >= 0).all() and (found <= everything + SUMMED).all()


def test_to_know_of_one_pain_point_tells_of_the_haircut_of_all() -> None:
    case = wide_case(6_000.0)
    certain = replace(case, posterior=replace(case.posterior, leaving=np.full_like(case.posterior.leaving, 0.3)))
    hazard = tuple(certain.posterior.leaving[:, g] * certain.posterior.credibility for g in range(2))
    told = replace(certain, today=replace(case.today, hazard=hazard))
    actions = actions_of(told, choose_portfolio(told, Limits()), _alone(told))
    found = worth_of_pain_points(told, actions)
    assert found[1] > 0.5 * found[0] > 0


def test_each_persona_has_its_own_effect_while_they_are_few() -> None:
    case = wide_case(6_000.0)
    assert effects_of(case, 0).shape == (DRAWS, 4)
    many = replace(
        case,
        base=replace(case.base, personas=case.base.personas * 2),
        today=replace(case.today, hazard=case.today.hazard * 2, spend=case.today.spend * 2),
    )
    assert effects_of(many, 0).shape == (DRAWS, 2)


def test_more_answers_have_the_error_that_so_many_leave() -> None:
    case = wide_case(6_000.0)
    told = answers_tell(case, NOISE, "early", 4_000.0, 1)
    exact = case.posterior.score[:, 0, :2]
    assert told.shape == (DRAWS, 2)
    # so far 1,000 answers leave a variance of .01; four times as many a quarter of it
    assert (told - exact).var(axis=0) == pytest.approx([0.0025, 0.0025], rel=0.1)
    unsized = answers_tell(case, NOISE, "early", None, 1)
    assert (unsized - exact).var(axis=0) == pytest.approx(exact.var(axis=0), rel=0.1)


def test_where_nobody_answered_nothing_is_told() -> None:
    case = wide_case(6_000.0)
    silent = replace(NOISE, score=np.diag([np.inf, 0.01, 0.01, 0.01]))
    assert answers_tell(case, silent, "early", 100.0, 1).shape == (DRAWS, 1)
    assert answers_tell(case, replace(NOISE, answers=0.0), "early", 100.0, 1).shape == (DRAWS, 0)
    assert answers_tell(case, NOISE, "elsewhere", 100.0, 1).shape == (DRAWS, 0)


def test_answers_that_tell_all_are_worth_all_there_is_to_know_and_no_answers_nothing() -> None:
    case = wide_case(6_000.0, certain=True)
    actions = actions_of(case, choose_portfolio(case, Limits()), _alone(case))
    exact = case.posterior.leaving[:, 0, :1]
    assert worth_of_answers(actions, exact) == pytest.approx(worth_of_everything(actions), rel=CHANCE)
    assert worth_of_answers(actions, np.zeros((DRAWS, 0))) == 0
    noise = np.random.default_rng(1).standard_normal((DRAWS, 1))
    assert worth_of_answers(actions, noise) == pytest.approx(0, abs=CHANCE * worth_of_everything(actions))
