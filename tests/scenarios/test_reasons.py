"""Why each initiative is chosen or not: what binds is what, left out, lets it in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix
from scenarios.limits import Limits
from scenarios.portfolio import InfeasibleError, choose_portfolio
from scenarios.reasons import (
    Reason,
    marginal_values,
    needs_sentence,
    reason_sentence,
    reasons_of,
    relaxed_choices,
)
from scenarios.rechoice import Group, Pool, at_chosen, banned, forced, groups_of, searcher_of, without
from scenarios.rules import rules_of
from scenarios.worth import npv_draws, set_value
from tests.scenarios.posed_cases import POSED, Posed, pose, posed_case
from tests.scenarios.small_case import case_of, one_plan, random_case, with_items


@pytest.fixture(scope="module", params=POSED)
def posed(request: pytest.FixtureRequest) -> Posed:
    return pose(request.param)


def _reasons(pool: Pool) -> tuple[Reason, ...]:
    found = choose_portfolio(pool.case, pool.limits)
    return reasons_of(pool, marginal_values(pool.case, found), relaxed_choices(pool))


def _chosen_without(posed: Posed, groups: tuple[Group, ...], i: int) -> bool:
    try:
        return bool(choose_portfolio(*without(posed.case, posed.limits, groups)).chosen[i])
    except InfeasibleError:
        return False


def test_what_binds_lets_it_in_when_it_is_left_out_and_nothing_does_where_nothing_binds(posed: Posed) -> None:
    groups = groups_of(rules_of(at_chosen(posed.case), posed.limits))
    for i, reason in enumerate(_reasons(posed.pool)):
        if i in posed.pool.chosen.members:
            assert reason.chosen and not reason.binds
        elif reason.together:
            assert _chosen_without(posed, reason.binds, i)
            assert not any(_chosen_without(posed, (group,), i) for group in groups)
        else:
            assert {group for group in groups if _chosen_without(posed, (group,), i)} == set(reason.binds)
            assert reason.binds or not _chosen_without(posed, groups, i)


def test_a_choice_that_is_searched_for_has_the_same_reasons_as_one_that_is_listed(posed: Posed) -> None:
    listed, searched = _reasons(posed.pool), _reasons(_searched(posed))
    for one, other in zip(listed, searched, strict=True):
        assert (one.chosen, one.binds, one.together, one.goes, one.comes) == (
            (other.chosen, other.binds, other.together, other.goes, other.comes)
        )
        assert np.isnan(one.cost_down_to) == np.isnan(other.cost_down_to)
        assert not other.cost_down_to > one.cost_down_to * (1 + 1e-9)
        assert other.falls_out_above == pytest.approx(one.falls_out_above, nan_ok=True)
        assert other.budget_times == pytest.approx(one.budget_times, nan_ok=True)


def _searched(posed: Posed) -> Pool:
    searcher = searcher_of(posed.case, posed.pool.chosen.members, posed.limits)
    return replace(posed.pool, searcher=searcher)


def test_every_initiative_has_a_reason_in_a_short_sentence(posed: Posed) -> None:
    for i, reason in enumerate(_reasons(posed.pool)):
        assert 0 < len(reason_sentence(reason)) < 120
        assert len(needs_sentence(reason, posed.pool, i)) < 220
        assert reason.chosen or needs_sentence(reason, posed.pool, i)


def test_what_the_budget_keeps_out_says_how_much_more_it_would_take() -> None:
    posed = pose("a budget, 1")
    reasons = _reasons(posed.pool)
    kept_out = [i for i, one in enumerate(reasons) if ("budget" in [kind for kind, _ in one.binds])]
    assert kept_out and posed.limits.budget is not None
    for i in kept_out:
        assert "the budget is used better" in reason_sentence(reasons[i])
        more = (reasons[i].budget_times - 1) * posed.limits.budget
        assert f"the budget is {math.ceil(more - 1e-3):,} larger" in needs_sentence(reasons[i], posed.pool, i)


def test_what_a_team_has_no_room_for_names_the_team_and_the_quarter() -> None:
    case = random_case(4, 4)
    best = choose_portfolio(case, Limits())
    first, second = (case.ids()[int(i)] for i in np.flatnonzero(best.chosen)[:2])
    busy: Mapping[str, dict[str, object]] = {
        name: {"capacity": {"crew": 2.0}, "start": case.clock.first} for name in (first, second)
    }
    posed = posed_case(with_items(case, **busy), Limits(capacity={"crew": np.full(6, 3.0)}))
    said = [reason_sentence(reason) for reason in _reasons(posed.pool)]
    assert any(one.startswith("no room in crew in 2026Q1") for one in said)


def test_what_an_exclusion_or_a_requirement_keeps_out_names_it() -> None:
    case = random_case(4, 4)
    best = choose_portfolio(case, Limits())
    inside, outside = ([case.ids()[int(i)] for i in np.flatnonzero(best.chosen == on)] for on in (1, 0))
    apart: Mapping[str, dict[str, object]] = {inside[0]: {"excludes": (inside[1],)}}
    posed = posed_case(with_items(case, **apart), Limits())
    said = [reason_sentence(reason) for reason in _reasons(posed.pool)]
    assert f"{inside[0]} excludes {inside[1]}" in said
    bound: Mapping[str, dict[str, object]] = {inside[1]: {"requires": (outside[0],)}}
    posed = posed_case(with_items(case, **bound), Limits())
    reasons = _reasons(posed.pool)
    words = [reason_sentence(one) for one in reasons]
    words += [needs_sentence(one, posed.pool, i) for i, one in enumerate(reasons)]
    assert any(inside[1] in one and ("requires" in one or "go too" in one) for one in words)


def test_a_mandatory_initiative_says_so_and_never_falls_out() -> None:
    case = random_case(4, 4)
    posed = posed_case(with_items(case, act1={"mandatory": True}), Limits())
    reason = _reasons(posed.pool)[1]
    assert reason_sentence(reason) == "mandatory"
    assert np.isnan(reason.falls_out_above)


def test_an_initiative_that_is_forced_is_chosen_and_one_that_is_banned_is_not() -> None:
    posed = pose("links, 2")
    for i in posed.out:
        assert choose_portfolio(forced(posed.case, i), Limits()).chosen[i]
    for i in posed.pool.chosen.members:
        assert not choose_portfolio(*banned(posed.case, posed.limits, i)).chosen[i]


def test_a_marginal_value_is_what_one_adds_to_the_rest_of_the_chosen_set() -> None:
    case = random_case(4, 4)
    found = choose_portfolio(case, Limits())
    members = [int(i) for i in np.flatnonzero(found.chosen)]
    assert members
    for i, marginal in enumerate(marginal_values(case, found)):
        without_it = [j for j in members if j != i]
        with_it = sorted({*members, i})
        difference = [npv_draws(case, one, set_value(case, one)).mean() for one in (with_it, without_it)]
        assert marginal == pytest.approx(difference[0] - difference[1], rel=1e-6, abs=1e-6)
        assert (marginal >= 0) == (i in members)


def test_marginal_values_of_initiatives_that_share_a_pain_point_fall_short_of_their_own() -> None:
    fix = Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)
    case = case_of(one_plan(fix, cost=10.0))
    twin = replace(case.offers[0], item=replace(case.offers[0].item, initiative="twin"))
    case = replace(case, offers=(case.offers[0], twin))
    found = choose_portfolio(case, Limits())
    assert found.chosen.tolist() == [1, 1]
    alone = [float(npv_draws(case, [i], set_value(case, [i])).mean()) for i in range(2)]
    assert (marginal_values(case, found) < alone).all()


def test_at_its_turning_cost_an_initiative_adds_nothing() -> None:
    fix = Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)
    posed = posed_case(case_of(one_plan(fix, cost=50_000.0)), Limits())
    reason = _reasons(posed.pool)[0]
    assert "does not cover its cost" in reason_sentence(reason)
    assert f"it costs at most {math.floor(reason.cost_down_to + 1e-3):,} (now 50,000)" in needs_sentence(
        reason, posed.pool, 0
    )
    below, above = (
        choose_portfolio(case_of(one_plan(fix, cost=reason.cost_down_to + step)), Limits()) for step in (-1, 1)
    )
    assert (below.chosen[0], above.chosen[0]) == (1, 0)


def test_what_is_chosen_says_from_what_cost_it_falls_out() -> None:
    fix = Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)
    posed = posed_case(case_of(one_plan(fix, cost=50.0)), Limits())
    reason = _reasons(posed.pool)[0]
    assert reason_sentence(reason) == "adds to the chosen set's net value"
    assert f"falls out at a cost above {math.ceil(reason.falls_out_above - 1e-3):,} (now 50)" in needs_sentence(
        reason, posed.pool, 0
    )


def test_what_no_cost_and_no_effect_would_let_in_says_so() -> None:
    posed = posed_case(case_of(one_plan(cost=50.0, run_cost=10.0)), Limits())
    reason = _reasons(posed.pool)[0]
    assert "running it costs" in needs_sentence(reason, posed.pool, 0)
