"""Two engines, one posterior: by structure and by NUTS, on the same summaries."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from sbc_uplift import question_of, seen
from test_sbc import evidence_rows

from impact.progress import SilentProgress
from impact.rng import stream
from models.full import sample_fully
from models.inference import ESS_LIMIT, RHAT_LIMIT, Fit
from models.quick import QUICK, sample_quickly
from models.uplift import Question, draw_prior

# What a reader could notice is far above both; the Monte-Carlo error of either engine is some .02 of each.
MEAN_SHIFT = 0.1
SD_RATIO = 0.1
COMPARED = ("score", "leaving", "spend", "theta", "psi", "persona_spread", "direct_scale")
LONG = replace(QUICK, chains=16, kept=1000)


def company(seed: int) -> Question:
    """The summaries of a company whose truth is one draw of the prior; every second has evidence rows."""
    question = question_of(8, 2, evidence_rows(8) if seed % 2 else (), seed)
    return seen(question, draw_prior(question, 1, seed), 0, stream(seed, "company"))


def told(fit: Fit) -> np.ndarray:
    """Draws `(draw, quantity)` of all that is compared, without the spend effect that no row speaks for."""
    parts = [fit.flat("spend")[:, :, 1:] if name == "spend" else fit.flat(name) for name in COMPARED]
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def require_one_posterior(seed: int) -> None:
    """Nothing where both engines tell the same; prints how far they lie apart, and what each took."""
    question, tell = company(seed), SilentProgress().advance
    taken = sample_quickly(question, stream(seed, "quick"), QUICK, tell)
    quick, full = sample_quickly(question, stream(seed, "long"), LONG, tell), sample_fully(question, seed, tell)
    mine, theirs = told(quick), told(full)
    shift = np.abs(mine.mean(axis=0) - theirs.mean(axis=0)) / theirs.std(axis=0)
    ratio = mine.std(axis=0) / theirs.std(axis=0)
    sys.stdout.write(
        f"\ncompany {seed}: means apart {shift.max():.3f} sd at most, sd ratio {ratio.min():.3f} to {ratio.max():.3f}; "
        f"{taken.seconds:.1f} s and {full.seconds:.1f} s, ratio {full.seconds / taken.seconds:.1f}\n"
    )
    # a handful of divergences in 12,000 draws is the run's affair; what is compared here must have come to rest
    assert quick.converged() and full.rhat_max <= RHAT_LIMIT and full.ess_min >= ESS_LIMIT
    assert shift.max() < MEAN_SHIFT
    assert np.abs(ratio - 1).max() < SD_RATIO


@pytest.mark.verify
@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_draw_from_one_posterior(seed: int) -> None:
    require_one_posterior(seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(1, 11))
def test_both_engines_draw_from_one_posterior_in_ten_companies(seed: int) -> None:
    require_one_posterior(seed)
