"""What a set changes for each persona: their sum is the whole, and a harmed persona is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.value import look_at_today
from scenarios.floor import FloorKeeper, keeps_floor, persona_changes
from scenarios.worth import Case, set_value
from tests.scenarios.small_case import random_case

# Means of fifty draws summed in another order.
SUMMED = 1e-9


def _pleased(case: Case) -> Case:
    """The case in which pain points please the second persona."""
    score, leaving = case.posterior.score.copy(), case.posterior.leaving.copy()
    score[:, 1], leaving[:, 1] = np.abs(score[:, 1]), -np.abs(leaving[:, 1])
    posterior = replace(case.posterior, score=score, leaving=leaving)
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


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
