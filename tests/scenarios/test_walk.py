"""The walk from the signed rate to NPV closes, and each line is what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_case import DRAWS, PAINS, PERSONAS, case_of, one_plan, random_case

from impact.initiative import Fix
from models.reduced import GaussianSummary, ReducedForms
from models.value import look_at_today
from scenarios.walk import LINES, Rates, walk_to_npv
from scenarios.worth import Case, npv_draws, set_value

CENT = 0.005  # half a cent: what rounding to cents leaves
SD = 0.8


def forms_of(case: Case, *, points: np.ndarray | None = None) -> ReducedForms:
    """Reduced forms whose own answers say `points` (in points of overall), by default the posterior's mean."""
    raw = case.posterior.score.mean(axis=0) if points is None else points
    each = np.eye(len(PAINS))
    nothing = tuple(GaussianSummary(mean=np.zeros(len(PAINS)), precision=each) for _ in PERSONAS)
    return ReducedForms(
        pain_points=PAINS,
        personas=PERSONAS,
        unit_exposure=np.ones(len(PAINS)),
        score_sd=SD,
        score=tuple(GaussianSummary(mean=row / SD, precision=each) for row in raw),
        leaving=nothing,
        spend=nothing,
        spend_placebo=nothing,
        stage_effect=np.zeros(len(PAINS)),
        stage_se=np.ones(len(PAINS)),
    )


def amounts(case: Case, forms: ReducedForms, rates: Rates, members: list[int]) -> dict[str, float]:
    return dict(zip(LINES, walk_to_npv(case, forms, rates, [members])[0].amounts, strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lines_sum_to_the_npv_to_the_cent_for_one_and_for_all(seed: int) -> None:
    case = random_case(seed, 3)
    sets = [[0, 1, 2], [0], [1], [2], []]
    walks = walk_to_npv(case, forms_of(case), Rates(leaving=-0.3, spend=0.02), sets)
    for members, walk in zip(sets, walks, strict=True):
        npv = npv_draws(case, members, set_value(case, members)).mean() if members else 0.0
        assert walk.npv == pytest.approx(npv, abs=CENT)
        assert round(sum(walk.amounts), 2) == walk.npv


def test_a_world_in_which_the_rate_is_all_there_is_stops_at_its_first_line() -> None:
    """Every customer meets the pain point, no doubt, no haircut, live at once: the rate alone is the value."""
    case = case_of(one_plan(Fix(initiative="only", pain_point="late", low=1.0, likely=1.0, high=1.0), cost=0.0))
    personas = tuple(
        replace(one, patterns=one.patterns[-1:], weights=np.ones(1), exposure=np.ones(len(PAINS)))
        for one in case.base.personas
    )
    one = np.ones(DRAWS)
    score = np.full(case.posterior.score.shape, -0.5)
    theta, psi = -0.24 * one, 0.016 * one
    posterior = replace(
        case.posterior,
        score=score,
        theta=theta,
        psi=psi,
        leaving=theta[:, None, None] * score / SD,
        spend=psi[:, None, None] * score / SD,
        credibility=np.ones_like(case.posterior.credibility),
    )
    base = replace(case.base, personas=personas)
    case = replace(case, base=base, posterior=posterior, today=look_at_today(base, posterior))
    found = amounts(case, forms_of(case), Rates(leaving=-0.24 / SD, spend=0.016 / SD), [0])
    rest = [value for line, value in found.items() if line != LINES[0]]
    assert found[LINES[0]] > 100
    assert rest == pytest.approx([0.0] * len(rest), abs=0.011)  # a cent of rounding either way


def test_each_line_answers_to_its_own_cause() -> None:
    case = random_case(5, 2)
    rates = Rates(leaving=-0.3, spend=0.02)
    before = amounts(case, forms_of(case), rates, [0, 1])
    face = replace(case.posterior, credibility=np.ones_like(case.posterior.credibility))
    at_face = replace(case, posterior=face, today=look_at_today(case.base, face))
    assert amounts(at_face, forms_of(case), rates, [0, 1])["Haircut"] == 0
    assert before["Haircut"] < 0
    doubled = forms_of(case, points=2 * case.posterior.score.mean(axis=0))
    assert amounts(case, doubled, rates, [0, 1])["Pooling of personas and prior"] < 0
    assert before["Pooling of personas and prior"] == pytest.approx(0, abs=0.011)
    assert before["Start and ramp"] < 0
    assert amounts(case, forms_of(case), rates, [0])["Overlap"] == 0
    assert amounts(case, forms_of(case), Rates(leaving=0.0, spend=0.0), [0])[LINES[0]] == 0


def test_points_moved_are_prevalence_times_effect_times_the_share_fixed() -> None:
    case = case_of(one_plan(Fix(initiative="only", pain_point="lost", low=0.5, likely=0.5, high=0.5)))
    raw = case.posterior.score.mean(axis=0)
    walk = walk_to_npv(case, forms_of(case), Rates(leaving=-0.3, spend=0.0), [[0]])[0]
    customers = np.array([one.customers.sum() for one in case.base.personas])
    each = [-0.5 * raw[g, 1] * one.exposure[1] for g, one in enumerate(case.base.personas)]
    assert walk.points_moved == pytest.approx(float(np.average(each, weights=customers)))
