"""Every prior halved and doubled: the scales alone change, and little data feel it more than many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.prior_sensitivity import AS_IT_IS, changed_questions, refit_all, with_spread
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import Credibility, Priors, Question

NAMES = ("late", "lost", "rude")
CLOSED = 1e-12  # a formula of the Beta's moments


def question_of(se: float) -> Question:
    """Three pain points whose leaving effects of .2 are known to `se`."""
    told = GaussianSummary(mean=np.full(3, 0.2), precision=np.eye(3) / se**2)
    nothing = silent(3)
    forms = ReducedForms(
        pain_points=NAMES,
        personas=("all",),
        unit_exposure=np.ones(3),
        score_sd=1.0,
        score=(GaussianSummary(mean=np.full(3, -0.2), precision=np.eye(3) / 0.02**2),),
        leaving=(told,),
        spend=(nothing,),
        spend_placebo=(nothing,),
        stage_effect=np.zeros(3),
        stage_se=np.ones(3),
    )
    grades = dict.fromkeys(NAMES, "cross-section")
    return Question(forms=forms, signs=-np.ones(3), credibility=Credibility(prior=(4.0, 3.0), grades=grades))  # type: ignore[arg-type]


def test_every_scale_is_halved_and_doubled_and_every_mean_stays() -> None:
    found = list(changed_questions(question_of(0.1)))
    assert len(found) == 12 and {factor for _, factor, _ in found} == {0.5, 2.0}
    start = Priors()
    for name, factor, changed in found:
        assert changed.priors.theta[0] == start.theta[0] and changed.priors.score[0] == start.score[0]
        if name == "slope of leaving on the score":
            assert changed.priors == replace(start, theta=(start.theta[0], start.theta[1] * factor))
        if name == "haircut":
            assert changed.priors == start and changed.credibility.prior != (4.0, 3.0)


def test_a_haircut_without_a_scale_is_left_alone() -> None:
    start = question_of(0.1)
    fixed = replace(start, credibility=replace(start.credibility, prior=0.5))
    assert "haircut" not in {name for name, _, _ in changed_questions(fixed)}


@pytest.mark.parametrize("factor", [0.5, 0.9])
def test_the_haircut_keeps_its_mean_and_its_variance_goes_with_the_square(factor: float) -> None:
    def variance(a: float, b: float) -> float:
        return a * b / ((a + b) ** 2 * (a + b + 1))

    found = with_spread((4.0, 3.0), factor)
    assert isinstance(found, tuple)
    assert found[0] / sum(found) == pytest.approx(4 / 7, abs=CLOSED)
    assert variance(*found) == pytest.approx(factor**2 * variance(4, 3), rel=CLOSED)


def test_a_haircut_never_piles_up_at_its_ends() -> None:
    found = with_spread((4.0, 3.0), 2.0)
    assert isinstance(found, tuple)
    assert min(found) >= 1.0 - CLOSED and found[0] / sum(found) == pytest.approx(4 / 7, abs=CLOSED)


@pytest.mark.verify
def test_few_data_feel_the_prior_and_many_do_not() -> None:
    def spread(se: float) -> float:
        first, *others = refit_all(question_of(se), seed=5)
        assert first.prior == AS_IT_IS and first.factor == 1.0
        start = first.posterior.leaving.mean()
        return max(abs(one.posterior.leaving.mean() - start) for one in others)

    assert spread(0.01) < 0.01 < spread(0.3)
