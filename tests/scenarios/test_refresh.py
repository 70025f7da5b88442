"""What changed since an earlier ranking: parts that sum, places in words, and how far new data may move a mean."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream
from models.calibration.slopes import Z90
from scenarios.refresh import (
    PARTS,
    Moved,
    Placed,
    Refresh,
    Steps,
    allowed_change,
    move,
    npv_of,
    ordinal,
    refresh_checks,
    why_moved,
    with_beliefs_of,
)
from scenarios.worth import set_npv
from tests.scenarios.small_case import case_of, random_case, random_plan

NAMES = {"app": "Fix app", "desk": "Help desk", "gone": "Old idea", "fresh": "New idea"}
THEN = Placed(
    npv={"app": 100.0, "desk": 80.0, "gone": 5.0},
    rank={"app": 1, "desk": 2, "gone": 3},
    verdict={"app": "fund", "desk": "pilot", "gone": "park"},
)
NOW = Placed(
    npv={"desk": 90.0, "app": 40.0, "fresh": 30.0},
    rank={"desk": 1, "app": 2, "fresh": 3},
    verdict={"desk": "fund", "app": "fund", "fresh": "park"},
)
STEPS = Steps(
    then=THEN.npv,
    version={"app": 101.0, "desk": 80.0, "gone": 5.0},
    evidence={"app": 91.0, "desk": 85.0, "gone": 5.0},
    plan={"app": 60.0, "desk": 85.0, "fresh": 28.0},
    rolled={"app": 61.0, "desk": 84.0, "fresh": 29.0},
    now=NOW.npv,
    allowed={"app": 10.0, "desk": 10.0, "fresh": 10.0},
)
EXACT = 1e-9
# The chance of 20,000 simulated worlds: four standard errors of a share of 0.9.
OF_MANY = 4 * np.sqrt(0.9 * 0.1 / 20_000)


def rows() -> dict[str, Moved]:
    return {one.initiative: one for one in move(NAMES, THEN, NOW, STEPS)}


def test_the_parts_sum_to_the_change_exactly_for_old_new_and_gone_initiatives() -> None:
    for one in rows().values():
        assert sum(one.parts[part] for part in PARTS) == pytest.approx(one.change, abs=EXACT)
        assert one.parts["version"] + one.parts["evidence"] + one.parts["plan"] + one.data == pytest.approx(one.change)
    assert rows()["app"].parts == {"version": 1.0, "evidence": -10.0, "plan": -31.0, "rolled": 1.0, "learnt": -21.0}


def test_what_is_new_or_gone_is_a_changed_plan() -> None:
    found = rows()
    assert list(found) == ["desk", "app", "fresh", "gone"]
    assert found["fresh"].parts["plan"] == 28.0
    assert np.isnan(found["fresh"].npv_then)
    assert found["gone"].parts["plan"] == -5.0
    assert np.isnan(found["gone"].npv_now)
    assert found["gone"].rank_now is None


def test_a_sentence_names_the_place_and_the_largest_cause() -> None:
    found = rows()
    assert why_moved(found["app"], "EUR") == (
        "Fix app moved from 1st to 2nd because the changed plan moved its net value by -31 EUR (in all -60)."
    )
    assert "went from pilot to fund" in why_moved(found["desk"], "EUR")
    assert why_moved(found["fresh"], "EUR") == "New idea is new in the plan, ranked 3rd."
    assert why_moved(found["gone"], "EUR") == "Old idea, 3rd then, is no longer to be decided."


def test_a_place_lost_without_losing_value_is_said_to_be_the_others_doing() -> None:
    then = Placed(npv={"app": 100.0, "desk": 80.0}, rank={"app": 1, "desk": 2})
    now = Placed(npv={"app": 110.0, "desk": 150.0}, rank={"app": 2, "desk": 1})
    steps = Steps(then=then.npv, version=then.npv, evidence=then.npv, plan=then.npv, rolled=then.npv, now=now.npv)
    found = {one.initiative: one for one in move(NAMES, then, now, steps)}
    assert why_moved(found["app"], "EUR") == "Fix app moved from 1st to 2nd because others moved past it."


def test_another_verdict_without_another_value_is_not_laid_on_the_initiative() -> None:
    then = Placed(npv={"app": 100.0}, rank={"app": 1}, verdict={"app": "fund"})
    now = Placed(npv={"app": 100.0}, rank={"app": 1}, verdict={"app": "park"})
    steps = Steps(then=then.npv, version=then.npv, evidence=then.npv, plan=then.npv, rolled=then.npv, now=then.npv)
    (one,) = move(NAMES, then, now, steps)
    assert why_moved(one, "EUR") == "Fix app went from fund to park because something else in the choice changed."


def test_an_initiative_that_moves_further_than_its_range_allows_raises_the_alarm() -> None:
    refresh = Refresh(
        run_id="r", as_of_then="2026Q2", as_of_now="2026Q3", periods=1, cause="", moved=tuple(rows().values())
    )
    (check,) = refresh_checks(refresh, "EUR")
    assert check.status == "review"
    assert check.found == "Fix app -21 EUR (allowed 10)"


def test_what_cannot_be_told_apart_is_said_and_not_passed_over() -> None:
    refresh = Refresh(run_id="r", as_of_then="2026Q2", as_of_now="2026Q3", periods=1, cause="", why_not="no plan kept")
    (check,) = refresh_checks(refresh, "EUR")
    assert (check.status, check.found) == ("review", "no plan kept")


def test_the_allowed_change_is_the_written_out_one_of_a_normal_mean() -> None:
    """Ten periods of sd 2 each, none before: variance 4/10; one more leaves 4/11, so that 4/110 may be learnt."""
    draws = 200_000
    z = stream(1, "unit").standard_normal(draws)
    z = (z - z.mean()) / z.std()
    before, after = z * np.sqrt(4 / 10), z * np.sqrt(4 / 11)
    chance = (4 / 10 + 4 / 11) / draws
    assert allowed_change(before, after, 10, 1) == pytest.approx(Z90 * np.sqrt(4 / 110 + chance), rel=1e-9)


def test_a_mean_that_learns_from_one_more_period_stays_within_what_is_allowed_nine_times_in_ten() -> None:
    worlds, seen, noise = 20_000, 8, 1.5
    rng = stream(2, "worlds")
    truth = rng.normal(0, 1, worlds)
    told = truth[:, None] + noise * rng.normal(size=(worlds, seen + 1))
    precision = np.array([1 + seen / noise**2, 1 + (seen + 1) / noise**2])
    mean = told[:, :seen].sum(1) / noise**2 / precision[0], told.sum(1) / noise**2 / precision[1]
    moved = np.abs(mean[1] - mean[0])
    exact = Z90 * np.sqrt(1 / precision[0] - 1 / precision[1])
    assert (moved <= exact).mean() == pytest.approx(0.9, abs=OF_MANY)
    z = rng.standard_normal(4_000)
    allowed = allowed_change(z / np.sqrt(precision[0]), z / np.sqrt(precision[1]), seen, 1)
    assert (moved <= allowed).mean() >= 0.9 - OF_MANY


def test_todays_case_under_its_own_beliefs_is_worth_what_it_is_and_under_others_it_is_not() -> None:
    plan = random_plan(3, 4)
    case, other = case_of(plan, 3), case_of(plan, 4)
    own = with_beliefs_of(case, case)
    assert own is not None
    found = npv_of(own)
    for i, name in enumerate(case.ids()):
        assert np.allclose(found[name], set_npv(case, [i]))
    theirs = with_beliefs_of(case, other)
    assert theirs is not None
    assert theirs.posterior is other.posterior
    assert theirs.base is case.base


def test_beliefs_on_other_pain_points_are_not_mixed_in() -> None:
    from dataclasses import replace

    case = random_case(5, 2)
    other = replace(case, posterior=replace(case.posterior, pain_points=("a", "b", "c", "d")))
    assert with_beliefs_of(case, other) is None


def test_places_are_said_in_words() -> None:
    assert [ordinal(place) for place in (1, 2, 3, 4, 11, 12, 21, 112, None)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "112th", "no place"),
    ]
