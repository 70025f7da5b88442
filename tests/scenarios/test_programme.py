"""The integer programme beside looking at every choice, and its bound beside prices of our own arithmetic."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from impact.rng import stream
from scenarios.programme import Programme, first_cuts
from scenarios.programme_solve import NothingAllowedError, price_bound, relax, solve
from tests.scenarios.programme_instances import STARTS, allowed_choices, random_programme

# HiGHS keeps to its rows to within a millionth; the figures here are of the order of a hundred.
SOLVED = 1e-3
SEEDS = range(8)


def _agrees(programme: Programme) -> bool:
    """Whether the programme's best choice is the best of all; True too where neither finds one."""
    choices = allowed_choices(programme)
    if not len(choices):
        with pytest.raises(NothingAllowedError):
            solve(programme)
        return True
    best = float(programme.value(choices).max())
    found = solve(programme)
    assert programme.kept(found.x)
    assert found.bound >= best - SOLVED
    return bool(np.isclose(found.value, best, rtol=0, atol=SOLVED))


def test_programme_and_enumeration_agree_on_forty_instances() -> None:
    assert all(_agrees(random_programme(seed)) for seed in range(40))


@pytest.mark.verify
def test_programme_and_enumeration_agree_on_two_hundred_instances() -> None:
    assert all(_agrees(random_programme(seed)) for seed in range(200))


def test_they_agree_on_the_least_of_several_forms() -> None:
    assert all(_agrees(random_programme(seed, forms=3)) for seed in SEEDS)


def test_the_instances_are_not_all_trivial() -> None:
    chosen = [solve(random_programme(seed)).x.sum() for seed in SEEDS if len(allowed_choices(random_programme(seed)))]
    assert len(set(chosen)) >= 3
    assert any((random_programme(seed).weight < 0).any() for seed in SEEDS)


@pytest.mark.parametrize("forms", [1, 3])
def test_no_choice_exceeds_the_bound_of_prices_found_or_invented(forms: int) -> None:
    for seed in SEEDS:
        programme = random_programme(seed, forms)
        choices = allowed_choices(programme)
        if not len(choices):
            continue
        best = programme.value(choices).max()
        cuts, prices = relax(programme)
        assert price_bound(programme, cuts, prices) >= best - SOLVED
        assert price_bound(programme, cuts, prices) >= solve(programme).value - SOLVED
        invented = prices * stream(seed, "prices").uniform(0, 3, len(prices))
        assert price_bound(programme, cuts, invented) >= best - SOLVED


def test_every_cut_holds_for_every_choice() -> None:
    for seed in SEEDS:
        programme = random_programme(seed)
        choices = allowed_choices(programme)
        if not len(choices):
            continue
        for cuts in (first_cuts(programme), solve(programme).cuts):
            removed = programme.removed(choices)[:, cuts.cell]
            bound = cuts.base + choices @ cuts.slope.toarray().T
            assert (removed <= bound + SOLVED)[:, cuts.above].all()
            assert (removed >= bound - SOLVED)[:, ~cuts.above].all()


def test_the_cheapest_choice_that_reaches_a_target_is_found() -> None:
    for seed in SEEDS:
        programme = random_programme(seed)
        choices = allowed_choices(programme)
        if not len(choices):
            continue
        value = programme.value(choices)
        target = float(value.max() - 0.3 * abs(value.max()))
        found = solve(replace(programme, target=target))
        assert programme.cost is not None
        least = (choices @ programme.cost)[value >= target].min()
        assert found.value == pytest.approx(least, abs=SOLVED)
        assert found.bound <= least + SOLVED


def test_a_target_beyond_reach_is_refused() -> None:
    programme = random_programme(1)
    beyond = float(programme.value(allowed_choices(programme)).max()) + 1
    with pytest.raises(NothingAllowedError):
        solve(replace(programme, target=beyond))


def test_a_choice_that_is_banned_gives_way_to_the_next_best() -> None:
    programme = random_programme(2)
    values = np.sort(programme.value(allowed_choices(programme)))[::-1]
    first = solve(programme)
    assert solve(programme, banned=[first.x]).value == pytest.approx(values[1], abs=SOLVED)


def _plain(linear: list[float], cost: list[float], budget: float) -> Programme:
    count = len(linear)
    return Programme(
        linear=np.array([linear]),
        weight=np.zeros((1, 0)),
        constant=np.zeros(1),
        share=np.zeros((0, count)),
        rows=np.array([cost]),
        most=np.array([budget]),
        initiative=np.arange(count),
    )


def test_a_set_over_budget_by_less_than_the_solver_sees_is_not_chosen() -> None:
    programme = _plain([2.0, 1.0], [1e6 + 1e-3, 1.0], 1e6)
    assert solve(programme).x.tolist() == [0, 1]


def test_what_is_dominated_is_never_chosen_over_its_dominator() -> None:
    for seed in SEEDS:
        base = random_programme(seed)
        wide = _with_copy(base, 0, better=5.0)
        if not len(allowed_choices(wide)):
            continue
        found = solve(wide)
        dominated, dominator = found.x[:STARTS].any(), found.x[len(base.initiative) :].any()
        assert dominator or not dominated


def _with_copy(programme: Programme, place: int, better: float) -> Programme:
    """The programme with an initiative once more, in the place of the other, bringing so much more."""
    mine = np.flatnonzero(programme.initiative == place)
    rows = np.concatenate([programme.rows, programme.rows[:, mine]], axis=1)
    either = np.zeros(rows.shape[1])
    either[[*mine, *range(len(programme.initiative), rows.shape[1])]] = 1
    assert programme.cost is not None
    return replace(
        programme,
        linear=np.concatenate([programme.linear, programme.linear[:, mine] + better], axis=1),
        share=np.concatenate([programme.share, programme.share[:, mine]], axis=1),
        rows=np.concatenate([rows, either[None]]),
        most=np.append(programme.most, 1.0),
        initiative=np.append(programme.initiative, np.full(len(mine), programme.initiative.max() + 1)),
        cost=np.append(programme.cost, programme.cost[mine]),
    )


def test_an_initiative_given_twice_that_excludes_itself_adds_nothing() -> None:
    for seed in SEEDS:
        programme = random_programme(seed)
        if len(allowed_choices(programme)):
            assert solve(_with_copy(programme, 0, 0.0)).value == pytest.approx(solve(programme).value, abs=SOLVED)


def test_a_copy_of_a_whole_fix_adds_nothing_but_its_cost() -> None:
    whole = Programme(
        linear=np.array([[-10.0, -10.0]]),
        weight=np.array([[100.0]]),
        constant=np.zeros(1),
        share=np.ones((1, 2)),
        rows=np.zeros((0, 2)),
        most=np.zeros(0),
        initiative=np.arange(2),
    )
    found = solve(whole)
    assert found.x.sum() == 1
    assert found.value == pytest.approx(90, abs=SOLVED)


def test_more_budget_never_lowers_the_optimum() -> None:
    programme = random_programme(3)
    assert programme.cost is not None
    free = replace(programme, rows=programme.rows[1:], most=programme.most[1:])
    values = []
    for budget in np.linspace(0, programme.cost.sum(), 9):
        within = replace(
            free, rows=np.concatenate([free.rows, programme.cost[None]]), most=np.append(free.most, budget)
        )
        values.append(solve(within).value if len(allowed_choices(within)) else -np.inf)
    assert all(later >= earlier - SOLVED for earlier, later in pairwise(values))


def test_the_order_of_options_and_the_currency_change_no_choice() -> None:
    for seed in (1, 2, 4, 5):
        programme = random_programme(seed)
        if not len(allowed_choices(programme)):
            continue
        first = solve(programme)
        twice = replace(
            programme, linear=2 * programme.linear, weight=2 * programme.weight, constant=2 * programme.constant
        )
        assert np.array_equal(solve(twice).x, first.x)
        assert solve(twice).value == pytest.approx(2 * first.value, abs=SOLVED)
        turn = stream(seed, "turn").permutation(len(programme.initiative))
        turned = replace(
            programme,
            linear=programme.linear[:, turn],
            share=programme.share[:, turn],
            rows=programme.rows[:, turn],
            initiative=programme.initiative[turn],
        )
        assert np.array_equal(solve(turned).x, first.x[turn])
