"""Leaving out by weights is leaving out by fitting anew, and a form that lacks what is there comes out worse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from invented_leaving import Invented, cells_of, invent
from scipy.special import logsumexp
from scipy.stats import binom

from impact.rng import stream
from models.drawn_cells import draw_cells
from models.exact import correct_on
from models.exact_cells import ExactLikelihood
from models.loo import LeftOutFit, left_out, pointwise

# Chance of 16,000 draws weighed, of the log of a mean.
LEFT_OUT_OFF = 0.05
# The same counts by another program.
SAME_COUNTS = 1e-8


@pytest.fixture(scope="module")
def study() -> Invented:
    rng = stream(3, "left out")
    rows = [cells_of(rng, np.array([0.5, -0.2]), 400, periods=3) for _ in range(5)]
    return invent(pd.concat(rows, ignore_index=True), rng, 8_000)


def test_the_log_likelihood_of_a_unit_is_that_of_its_counts(study: Invented) -> None:
    one = draw_cells(study.posterior.leaving[:20], ("all",), study.parts[0], 1)
    unit = np.arange(len(study.rows)) // 2
    found = pointwise(one, unit)
    rates = np.concatenate(list(one.hazards()))
    n, leavers = study.rows["n"].to_numpy(), study.rows["leavers"].to_numpy()
    each = binom.logpmf(leavers, n, rates) - binom.logpmf(leavers, n, rates)[0]
    np.testing.assert_allclose(found - found[0], each.reshape(20, -1, 2).sum(axis=2), atol=SAME_COUNTS)


def test_units_left_out_by_weights_are_those_left_out_by_fitting_anew(study: Invented) -> None:
    posterior = correct_on(study.posterior, study.forms, study.parts, 1).posterior
    unit = np.arange(len(study.rows))
    found, khat = left_out(draw_cells(posterior.leaving, ("all",), study.parts[0], 1), unit)
    n, leavers = study.rows["n"].to_numpy(), study.rows["leavers"].to_numpy()
    whole = ExactLikelihood(study.parts[0])
    for k in (1, 26, 51):
        rest = invent(study.rows.drop(index=k).reset_index(drop=True), stream(k, "anew"), 16_000)
        again = correct_on(rest.posterior, rest.forms, rest.parts, 1).posterior
        one = draw_cells(again.leaving, ("all",), rest.parts[0], 1)
        rate = np.concatenate([whole.hazards(one.effects, one.held)])[:, k]
        logs = leavers[k] * np.log(rate) + (n[k] - leavers[k]) * np.log1p(-rate)
        anew = logsumexp(logs + one.off) - logsumexp(one.off)
        assert khat[k] < 0.7
        assert found[k] == pytest.approx(anew, abs=LEFT_OUT_OFF)


def test_a_form_without_effects_that_are_there_is_worse(study: Invented) -> None:
    unit = np.arange(len(study.rows))
    full, none = (
        LeftOutFit(form=form, elpd=left_out(draw_cells(draws, ("all",), study.parts[0], 1), unit)[0], unreliable=0.0)
        for form, draws in (
            ("full", study.posterior.leaving),
            ("no pain points", np.zeros_like(study.posterior.leaving)),
        )
    )
    gain, error = full.beside(none)
    assert gain > 2 * error > 0
    assert none.beside(full)[0] == -gain
