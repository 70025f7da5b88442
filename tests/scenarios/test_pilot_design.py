"""What a pilot could see of each outcome: as chance has it, for the effect that the draws expect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.rng import stream
from models.measure.power import Scatter
from scenarios.pilot_design import MARGIN, SCORE, Ask, Chance, Sight, best_seen, design_pilot
from scenarios.pilots import LEAVING, pilot_shows
from tests.scenarios.learning_case import NOISE, wide_case

EXACT = 1e-9
ASK = Ask(periods=2, spans=(1, 2, 4, 8), there=2_000, unit="customers")
CHANCE = Chance(noise=NOISE, score_sd=1.2, answers=0.1)
# 4,000 simulated pilots: three binomial errors at a half.
SIMULATED = 3 * np.sqrt(0.25 / 4_000)


@pytest.fixture(scope="module")
def sights() -> tuple[Sight, ...]:
    case = wide_case(1_000.0)
    return design_pilot(case, case.offers[0], CHANCE, ASK)


def of(sights: tuple[Sight, ...], outcome: str) -> Sight:
    return next(one for one in sights if one.outcome == outcome)


def test_outcomes_are_leaving_margin_score_and_what_is_fixed(sights: tuple[Sight, ...]) -> None:
    assert [one.outcome for one in sights] == [LEAVING, MARGIN, SCORE, "met:late"]
    assert [one.better for one in sights] == [-1, 1, 1, -1]
    assert of(sights, "met:late").expected < 0 < of(sights, SCORE).expected


def test_what_is_expected_and_its_error_are_those_of_the_pilot_that_is_valued(sights: tuple[Sight, ...]) -> None:
    case = wide_case(1_000.0)
    shown = pilot_shows(case, case.offers[0], 2_000.0, 2.0, NOISE)
    assert of(sights, LEAVING).expected == pytest.approx(shown.change[:, 0].mean(), abs=EXACT)
    assert of(sights, LEAVING).error(2) == pytest.approx(shown.se[0], abs=EXACT)
    assert of(sights, "met:late").error(2) == pytest.approx(shown.se[2], abs=EXACT)
    assert -of(sights, "met:late").change == pytest.approx(shown.change[:, 2], abs=EXACT)


def test_with_as_many_as_needed_the_power_is_what_was_asked_for(sights: tuple[Sight, ...]) -> None:
    for one in sights:
        needed = one.needed(2)
        enough = replace(one, ask=replace(ASK, there=int(2 * needed)), errors={2: one.error(2, 2 * needed / 2_000)})
        assert enough.power == pytest.approx(0.8, abs=EXACT)
        assert enough.least() == pytest.approx(abs(one.expected), rel=EXACT)


def test_assurance_is_the_share_of_simulated_pilots_that_find_an_improvement(sights: tuple[Sight, ...]) -> None:
    one, rng = of(sights, "met:late"), stream(1, "assurance")
    truth = rng.choice(one.change, 4_000)
    se = one.error(2, 0.1)
    found = truth + se * rng.standard_normal(4_000) < -1.959964 * se
    assert found.mean() == pytest.approx(one.assurance(2, 0.1), abs=SIMULATED)


def test_the_error_of_the_score_is_that_of_the_answers_there_will_be(sights: tuple[Sight, ...]) -> None:
    # 2,000 customers, 0.1 answers each in each of 2 periods: 200 in either arm
    assert of(sights, SCORE).error(2) == pytest.approx(np.sqrt(2 * 1.2**2 / 200), abs=EXACT)
    case = wide_case(1_000.0)
    unasked = of(design_pilot(case, case.offers[0], replace(CHANCE, answers=0.0), ASK), SCORE)
    assert not unasked.told and unasked.enough is None


def test_groups_drawn_whole_cost_customers_and_money_is_told_beside_the_money_before() -> None:
    case = wide_case(1_000.0)
    scatter = Scatter(mean=50.0, own=100.0, between=400.0, periods=4, customers=500)
    apart = design_pilot(case, case.offers[0], replace(CHANCE, scatter=scatter), ASK)
    whole = design_pilot(
        case, case.offers[0], replace(CHANCE, scatter=scatter, drawn_together={LEAVING: 3.0, "": 2.0}), ASK
    )
    ratios = [two.needed(2) / one.needed(2) for one, two in zip(apart, whole, strict=True)]
    assert ratios == pytest.approx([3.0, 2.0, 2.0, 2.0], rel=EXACT)
    assert of(apart, MARGIN).error(2) == pytest.approx(scatter.error(1_000, 4, 2) / 50, abs=EXACT)


def test_an_effect_that_is_wanted_stands_in_place_of_the_expected_one() -> None:
    case = wide_case(1_000.0)
    (one, *_) = design_pilot(case, case.offers[0], CHANCE, replace(ASK, wanted={LEAVING: -0.02}))
    assert (one.expected, one.range) == (pytest.approx(-0.02), pytest.approx((-0.02, -0.02)))
    assert one.assurance(2) == pytest.approx(one.power, abs=EXACT)


def test_sites_have_the_error_of_their_placebos_and_of_nothing_else() -> None:
    case = wide_case(1_000.0)
    chance = replace(CHANCE, placebos={(MARGIN, 2): 0.01})
    sites = design_pilot(case, case.offers[0], chance, replace(ASK, unit="sites"))
    assert [one.outcome for one in sites if one.told] == [MARGIN]
    assert of(sites, MARGIN).error(2) == pytest.approx(0.01, abs=EXACT)


def test_money_is_registered_where_it_can_be_seen_else_what_is_likeliest_found(sights: tuple[Sight, ...]) -> None:
    assert best_seen(sights) is of(sights, "met:late")
    seen = replace(of(sights, LEAVING), errors=dict.fromkeys(ASK.spans, 1e-6))
    assert best_seen((seen, *sights[1:])) is seen
    assert best_seen(()) is None
