"""Face value and the haircut that is borne: against the case valued at that very share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix
from models.value import look_at_today
from scenarios.facevalue import face_values
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import case_of, one_plan, random_case

# The gain between none, half and all of an effect as a parabola: of the cost, less than a hundredth.
BENT = 0.01
FIX = Fix(initiative="only", pain_point="late", low=0.5, likely=0.5, high=0.5)


def _kept(case: Case, share: float) -> Case:
    posterior = replace(case.posterior, credibility=np.full_like(case.posterior.credibility, share))
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


def _npv(case: Case, members: list[int]) -> float:
    return float(npv_draws(case, members, set_value(case, members)).mean())


def test_face_value_is_the_worth_with_every_effect_kept_whole() -> None:
    case = random_case(3, 4)
    for members, one in zip(([0], [1, 3]), face_values(case, [[0], [1, 3]]), strict=True):
        assert one.npv == pytest.approx(_npv(case, members))
        assert one.face == pytest.approx(_npv(_kept(case, 1.0), members))


@pytest.mark.parametrize("cost", [200.0, 1_500.0, 3_000.0])
def test_at_the_haircut_it_bears_it_is_worth_nothing(cost: float) -> None:
    case = case_of(one_plan(FIX, cost=cost))
    (one,) = face_values(case, [[0]])
    assert 0 < one.haircut < 1
    assert _npv(_kept(case, 1 - one.haircut), [0]) == pytest.approx(0, abs=BENT * cost)


def test_what_costs_too_much_bears_no_haircut_and_what_costs_nothing_any() -> None:
    (dear,) = face_values(case_of(one_plan(FIX, cost=1e7)), [[0]])
    assert not dear.haircut >= 0 and dear.face < 0
    (free,) = face_values(case_of(one_plan(FIX, cost=1.0, other_benefit=50.0)), [[0]])
    assert free.haircut == 1


def test_what_removes_nothing_has_no_haircut_of_its_own() -> None:
    (one,) = face_values(case_of(one_plan()), [[0]])
    assert np.isnan(one.haircut)
