"""NUTS on the exact counts of those who left, beside the weighed draws of the quick engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from impact.cells import summarise
from impact.intake import take_in
from models.exact import correct
from models.exact_cells import exact_cells
from models.reduce import reduce_cells
from models.simulate import Company, CompanySpec, simulate_company
from models.uplift import Credibility, Question, fit_on_counts, fit_uplift

SPEC = CompanySpec(seed=5, customers=800, periods=6, stages=4, personas=2, pain_points=5, initiatives=4)
# Two Monte-Carlo errors of 400 effective draws are .1; Laplace's method for what is held fixed adds as much.
MEAN_OFF = 0.2
SPREAD_OFF = 0.25


@pytest.mark.verify
def test_sampled_counts_and_weighed_draws_tell_the_same(company_folder: Callable[[Company], Path]) -> None:
    intake = take_in(company_folder(simulate_company(SPEC)))
    journey = intake.case.journey
    cells = summarise(intake.source, journey, intake.study)
    forms = reduce_cells(cells, journey)
    signs = np.full(len(journey.pain_points), -1.0)
    question = Question(forms=forms, signs=signs, credibility=Credibility(prior=None, grades={}))
    quick = fit_uplift(question, 1, "quick", lambda done, total: None)
    weighed = correct(quick, forms, cells, journey, 1)
    assert weighed is not None and not weighed.to_full
    sampled = fit_on_counts(question, exact_cells(cells, journey), 1, lambda done, total: None)
    assert sampled.fit.converged() and sampled.fit.fell_back
    sd = sampled.leaving.std(axis=0)
    off = (weighed.posterior.leaving.mean(axis=0) - sampled.leaving.mean(axis=0)) / sd
    assert np.abs(off).max() < MEAN_OFF
    np.testing.assert_allclose(weighed.posterior.leaving.std(axis=0), sd, rtol=SPREAD_OFF)
