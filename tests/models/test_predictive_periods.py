"""A period left out by weighing draws is the period left out by fitting anew, and its leavers are foretold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.cells import CustomerCells
from impact.intake import Intake
from models import predictive_periods
from models.drawn_cells import draw_cells
from models.exact import Corrected, correct
from models.exact_cells import exact_cells
from models.predictive_periods import cells_without, leave_periods_out, part_without
from models.psis import smooth
from models.reduce import reduce_cells
from models.reduced_customers import reduce_leaving
from models.uplift import Credibility, Question, fit_uplift

# Both rest on some thousand effective draws; a tenth of a standard deviation is three errors of a mean.
MEAN_OFF = 0.12
# Two ways to the same maximum.
SAME_MAXIMUM = 1e-6


@pytest.fixture(scope="module")
def question(small_cells: CustomerCells, small_intake: Intake) -> Question:
    journey = small_intake.case.journey
    return Question(
        forms=reduce_cells(small_cells, journey),
        signs=-np.ones(len(journey.pain_points)),
        credibility=Credibility(prior=None, grades={}),
    )


@pytest.fixture(scope="module")
def corrected(question: Question, small_cells: CustomerCells, small_intake: Intake) -> Corrected:
    posterior = fit_uplift(question, 1, "quick", lambda done, total: None)
    found = correct(posterior, question.forms, small_cells, small_intake.case.journey, 1)
    assert found is not None
    return found


def test_draws_weighed_have_the_effects_of_a_fit_without_the_period(
    question: Question, corrected: Corrected, small_cells: CustomerCells, small_intake: Intake
) -> None:
    journey, personas = small_intake.case.journey, corrected.posterior.personas
    t = int(small_cells.leaving["t"].max())
    leaving = corrected.posterior.leaving
    logs = np.zeros(len(leaving))
    for part in corrected.parts:
        logs += draw_cells(leaving, personas, part_without(part, t), 1).log_likelihood
        logs -= draw_cells(leaving, personas, part, 1).log_likelihood
    weight = np.exp(smooth(logs).log_weights[:, 0])
    fewer = cells_without(small_cells, t)
    forms = replace(question.forms, leaving=reduce_leaving(fewer, journey))
    anew = correct(
        fit_uplift(replace(question, forms=forms), 2, "quick", lambda done, total: None), forms, fewer, journey, 2
    )
    assert anew is not None
    sd = anew.posterior.leaving.std(axis=0)
    gap = np.tensordot(weight, leaving, 1) - anew.posterior.leaving.mean(axis=0)
    np.testing.assert_allclose(gap / sd, 0, atol=MEAN_OFF)


def test_cells_without_a_period_have_the_likelihood_of_those_made_anew(
    corrected: Corrected, small_cells: CustomerCells, small_intake: Intake
) -> None:
    t = int(small_cells.leaving["t"].max())
    personas, leaving = corrected.posterior.personas, corrected.posterior.leaving[:50]
    anew = exact_cells(cells_without(small_cells, t), small_intake.case.journey)
    for whole, fresh in zip(corrected.parts, anew, strict=True):
        one = draw_cells(leaving, personas, part_without(whole, t), 1).log_likelihood
        other = draw_cells(leaving, personas, replace(fresh, dispersion=whole.dispersion), 1).log_likelihood
        # the curvature that Laplace's method follows is taken at slightly different places
        np.testing.assert_allclose(one - one[0], other - other[0], atol=0.05)


def test_the_last_periods_are_foretold_as_often_as_the_ranges_say(
    question: Question, corrected: Corrected, small_cells: CustomerCells, small_intake: Intake
) -> None:
    found = leave_periods_out(question, _thin(corrected), corrected.parts, small_cells, small_intake.case.journey, 1)
    last = sorted(small_cells.leaving["t"].unique())[-4:]
    assert [period.t for period in found] == last
    rows = [row for period in found for row in period.rows]
    assert np.mean([row.inside for row in rows]) >= 0.75
    assert {row.kind for row in rows} == {"period left out", "split of a period"}
    for period in found:
        levels = [row for row in period.rows if row.kind == "period left out"]
        splits = [row for row in period.rows if row.kind == "split of a period"]
        assert sum(row.seen for row in levels) == sum(row.seen for row in splits) == period.leavers
        assert sum(row.mean for row in splits) == pytest.approx(period.leavers, rel=0.05)


def test_weights_that_cannot_be_trusted_make_the_model_be_fitted_anew(
    question: Question,
    corrected: Corrected,
    small_cells: CustomerCells,
    small_intake: Intake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(predictive_periods, "KHAT_LIMIT", -np.inf)
    monkeypatch.setattr(predictive_periods, "LEFT_OUT", 1)
    (found,) = leave_periods_out(question, _thin(corrected), corrected.parts, small_cells, small_intake.case.journey, 1)
    assert found.how == "fitted anew"
    assert found.shift < 1.5


def test_too_few_periods_are_not_left_out(
    question: Question, corrected: Corrected, small_cells: CustomerCells, small_intake: Intake
) -> None:
    last = small_cells.leaving["t"].max()
    parts = [part_without(part_without(part, last), last - 1) for part in corrected.parts]
    assert leave_periods_out(question, corrected.posterior, parts, small_cells, small_intake.case.journey, 1) == ()


def _thin(corrected: Corrected):  # noqa: ANN202
    return corrected.posterior.at(np.arange(0, corrected.posterior.draws, 10))
