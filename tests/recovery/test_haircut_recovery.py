"""Companies whose observed effects are twice the true ones: experiments move the haircut, and with it the rest."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import Credibility, EffectRow, Question, UpliftPosterior, fit_uplift

PAINS = tuple("abcdefghi")
SIGNED = (6.0, 2.0)  # mean .75: too trusting by half
OBSERVED_SE, MEASURED_SE = 0.04, 0.04
COMPANIES = 8


def _ask(seed: int, experiments: int) -> tuple[UpliftPosterior, np.ndarray]:
    """The posterior of a company and its true effects on leaving: six of nine act, seen at twice their size."""
    rng = stream(seed, "overstated")
    true = np.concatenate([rng.uniform(0.05, 0.3, 6), np.zeros(3)])
    seen = 2 * true + OBSERVED_SE * rng.standard_normal(9)
    precise = np.eye(9) / OBSERVED_SE**2
    forms = ReducedForms(
        pain_points=PAINS,
        personas=("all",),
        unit_exposure=np.ones(9),
        score_sd=1.0,
        score=(GaussianSummary(mean=-2 * true, precision=precise),),
        leaving=(GaussianSummary(mean=seen, precision=precise),),
        spend=(silent(9),),
        spend_placebo=(silent(9),),
        stage_effect=np.zeros(9),
        stage_se=np.ones(9),
    )
    rows = tuple(
        EffectRow(
            evidence=f"pilot{k}",
            of="leaving",
            weights=np.eye(9)[k],
            estimate=float(true[k] + MEASURED_SE * rng.standard_normal()),
            se=MEASURED_SE,
            haircut=True,
        )
        for k in range(experiments)
    )
    credibility = Credibility(prior=SIGNED, grades=dict.fromkeys(PAINS, "within-unit"))
    question = Question(forms=forms, signs=-np.ones(9), credibility=credibility, rows=rows)
    return fit_uplift(question, seed, "quick", lambda done, total: None), true


@pytest.mark.verify
@pytest.mark.parametrize(("experiments", "off"), [(3, 0.1), (6, 0.07)])
def test_experiments_move_the_haircut_to_a_half_and_mend_what_nobody_tried(experiments: int, off: float) -> None:
    kept, ratio, held = [], [], []
    for seed in range(COMPANIES):
        posterior, true = _ask(seed, experiments)
        kept.append(posterior.credibility[:, 0].mean())
        caused = posterior.leaving[:, 0] * posterior.credibility
        ratio.append(caused.mean(axis=0).sum() / true.sum())
        low, high = np.percentile(caused, [5, 95], axis=0)
        held += ((low <= true) & (true <= high)).tolist()
    # from .75 as signed; what three experiments leave of the prior, and four standard errors of eight companies
    assert np.mean(kept) == pytest.approx(0.5, abs=off)
    assert np.median(ratio) == pytest.approx(1.0, abs=0.2)
    # nine effects a company share one haircut: fewer independent ones than counted
    assert np.mean(held) >= 0.8
