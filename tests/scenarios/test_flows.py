"""Cash of sets by period, service savings in cash and not, and value by persona."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix, Initiative, Plan
from impact.rng import stream
from scenarios.effect import make_ongoing
from scenarios.flows import cash_flow
from scenarios.service import ServiceRate
from scenarios.worth import Case, mean_benefits, npv_draws, persona_value, set_value
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS, case_of, random_case, with_items

# Two ways of summing a few thousand terms in double precision.
SUMMED = 1e-9
CENT = 0.005
SETS = ([0], [1], [2], [0, 1], [0, 1, 2])


def _with_service(case: Case) -> Case:
    saved = stream(5, "saved").normal(1.5, 0.4, case.posterior.draws)
    return replace(case, service=ServiceRate(saved=saved, checks=()))


def _begun(case: Case) -> Case:
    """The case beside an initiative half of whose ramp is still to come."""
    item = Initiative(
        initiative="begun", name="", cost=1.0, status="live", actual_start=CLOCK.first - 1, ramp=1.0, cashable=0.25
    )
    fixes = tuple(Fix(initiative="begun", pain_point=pain, low=0.2, likely=0.3, high=0.4) for pain in PAINS[:2])
    plan = Plan(initiatives=(item,), fixes=fixes)
    return replace(case, ongoing=make_ongoing(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1))


def _cases() -> list[Case]:
    plain = with_items(random_case(6, 3), act1={"cashable": 0.4})
    return [plain, _with_service(plain), _begun(_with_service(plain))]


@pytest.mark.parametrize("place", range(3), ids=["plain", "service", "service beside what is ongoing"])
def test_cash_of_any_set_discounted_is_its_mean_npv_to_the_cent(place: int) -> None:
    case = _cases()[place]
    for members in SETS:
        value = set_value(case, members)
        flow = cash_flow(case, members, value)
        assert flow.net @ case.base.discount == pytest.approx(npv_draws(case, members, value).mean(), abs=CENT)


@pytest.mark.parametrize("place", range(3), ids=["plain", "service", "service beside what is ongoing"])
def test_value_by_persona_sums_to_the_value_in_every_draw(place: int) -> None:
    case = _cases()[place]
    for members in SETS:
        parts = persona_value(case, members)
        assert parts.shape == (len(PERSONAS), DRAWS)
        whole = set_value(case, members).discounted(case.base.discount)
        assert parts.sum(axis=0) == pytest.approx(whole, rel=SUMMED, abs=1e-7)


def test_a_fix_of_one_persona_is_worth_nothing_among_the_others() -> None:
    fix = Fix(initiative="a", pain_point="late", low=0.3, likely=0.5, high=0.7, persona="home")
    case = _with_service(case_of(Plan(initiatives=(Initiative(initiative="a", name="", cost=1.0),), fixes=(fix,))))
    firm, home = persona_value(case, [0])
    assert np.abs(firm).max() < SUMMED * np.abs(home).max()
    assert home.any()


def test_without_a_fix_of_ones_own_every_persona_has_the_fix_of_all() -> None:
    fix = Fix(initiative="a", pain_point="late", low=0.3, likely=0.5, high=0.7)
    case = case_of(Plan(initiatives=(Initiative(initiative="a", name="", cost=1.0),), fixes=(fix,)))
    assert (np.abs(persona_value(case, [0])).min(axis=1) > 0).all()


def test_saved_service_cost_is_parted_by_the_cashable_share_and_only_cash_is_in_the_npv() -> None:
    case = _with_service(random_case(6, 3))
    cases = {share: with_items(case, act0={"cashable": share}) for share in (1.0, 0.3, 0.0)}
    found = {share: set_value(one, [0]) for share, one in cases.items()}
    whole = found[1.0].service
    assert whole.any() and not found[1.0].non_cashable.any() and not found[0.0].service.any()
    assert found[0.3].service == pytest.approx(0.3 * whole, rel=SUMMED)
    assert found[0.3].non_cashable == pytest.approx(0.7 * whole, rel=SUMMED)
    npv = {share: npv_draws(cases[share], [0], value) for share, value in found.items()}
    assert npv[1.0] - npv[0.3] == pytest.approx(0.7 * (whole @ case.base.discount), rel=SUMMED, abs=1e-8)


@pytest.mark.parametrize("members", [[0, 1], [0, 1, 2]])
def test_cash_and_the_rest_of_a_set_sum_to_its_saving_whatever_the_shares(members: list[int]) -> None:
    case = _begun(_with_service(random_case(6, 3)))
    whole = set_value(case, members)
    parted = set_value(with_items(case, act0={"cashable": 0.2}, act1={"cashable": 0.9}), members)
    total = whole.service + whole.non_cashable
    assert parted.service + parted.non_cashable == pytest.approx(total, rel=SUMMED, abs=1e-8)
    assert np.array_equal(parted.retention, whole.retention)


def test_what_two_remove_together_is_cash_in_proportion_to_what_each_removes_alone() -> None:
    fixes = tuple(Fix(initiative=who, pain_point="late", low=0.4, likely=0.4, high=0.4) for who in "ab")
    items = tuple(
        Initiative(initiative=who, name="", cost=1.0, cashable=share) for who, share in (("a", 1.0), ("b", 0))
    )
    case = _with_service(case_of(Plan(initiatives=items, fixes=fixes)))
    both = set_value(case, [0, 1])
    assert both.service == pytest.approx(both.non_cashable, rel=SUMMED, abs=1e-9)
    alone = set_value(case, [0])
    assert (np.abs((both.service + both.non_cashable)[:, -1]) < np.abs(2 * alone.service[:, -1])).all()


def test_what_is_ongoing_takes_no_cash_from_what_a_new_initiative_adds_to_it() -> None:
    """What is not cash then is what the ongoing one saves on customers whom the new one keeps."""
    case = _begun(_with_service(random_case(6, 3)))
    value = set_value(case, [0])
    stays = value.retention[:, -1] / np.abs(case.today.before[0] + case.today.before[1])[:, -1]
    assert np.abs(value.non_cashable[:, -1]).max() < np.abs(stays).max() * np.abs(value.service[:, -1]).max()


def test_mean_benefits_of_sets_hold_the_saving() -> None:
    case = _with_service(random_case(6, 3))
    sets = np.array([[1, 0, 0], [0, 1, 1]], dtype=float)
    more = mean_benefits(case, sets) - mean_benefits(random_case(6, 3), sets)
    for row, members in zip(more, ([0], [1, 2]), strict=True):
        assert row == pytest.approx(set_value(case, members).service.mean(axis=0), rel=SUMMED, abs=1e-7)


def test_nothing_is_saved_before_a_fix_can_show() -> None:
    value = set_value(_with_service(random_case(6, 3)), [0, 1, 2])
    assert value.service.shape == (DRAWS, PERIODS)
    assert not value.service[:, 0].any() and value.service[:, -1].any()
