"""What a set changes for each persona: their sum is the whole, and a harmed persona is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.floor import FloorKeeper, keeps_floor, persona_changes
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.worth import Case, set_value
from tests.scenarios.posed_cases import pose
from tests.scenarios.small_case import random_case

# Means of fifty draws summed in another order.
SUMMED = 1e-9


def _pleased(case: Case) -> Case:
    """The case in which pain points please the second persona, and cost money all the same."""
    score = case.posterior.score.copy()
    score[:, 1] = np.abs(score[:, 1])
    return replace(case, posterior=replace(case.posterior, score=score))


@pytest.mark.parametrize("members", [(0,), (0, 1, 2)])
def test_the_gains_of_personas_add_up_to_the_gain_of_the_set(members: tuple[int, ...]) -> None:
    case = random_case(1, 3)
    whole = float(set_value(case, members).discounted(case.base.discount).mean())
    assert persona_changes(case, members).margin.sum() == pytest.approx(whole, rel=SUMMED)


def test_a_set_that_helps_every_persona_keeps_the_floor() -> None:
    case = random_case(1, 3)
    change = persona_changes(case, (0, 1, 2))
    assert change.kept and (change.score >= 0).all()
    assert keeps_floor(case, ())


def test_a_persona_that_is_made_worse_breaks_the_floor_and_is_told_by_its_sign() -> None:
    case = _pleased(random_case(1, 3))
    change = persona_changes(case, (0, 1, 2))
    assert not change.kept
    assert change.score[1] < 0 < change.score[0]
    assert not FloorKeeper(case).keeps(np.ones(3))


def test_each_set_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = FloorKeeper(random_case(1, 3))
    first = keeper.keeps(np.array([1, 0, 0]))
    monkeypatch.setattr("scenarios.floor.keeps_floor", lambda *_: pytest.fail("looked at again"))
    assert keeper.keeps(np.array([1.0, 0.0, 0.0])) == first


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_chosen_under_the_floor_is_the_best_set_that_makes_no_persona_worse(seed: int) -> None:
    case = _pleased(pose(f"a budget, {seed}").case)
    free = choose_portfolio(case, Limits())
    kept = np.array([keeps_floor(case, [int(i) for i in np.flatnonzero(row)]) for row in free.sets])
    assert free.chosen.any() and not kept[np.argmax(free.value)]
    found = choose_portfolio(case, Limits(persona_floor=True))
    assert found.npv.mean() == pytest.approx(free.value[kept].max(), abs=1e-6)


def test_the_programme_keeps_the_floor_too(monkeypatch: pytest.MonkeyPatch) -> None:
    case = _pleased(pose("a budget, 1").case)
    listed = choose_portfolio(case, Limits(persona_floor=True))
    monkeypatch.setattr("scenarios.portfolio.LIVE_SETS", 2)
    for ways in (1_024, 1):
        monkeypatch.setattr("scenarios.choice.LIVE_WAYS", ways)
        found = choose_portfolio(case, Limits(persona_floor=True))
        assert np.array_equal(found.chosen, listed.chosen)
