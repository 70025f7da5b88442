"""The quick engine is calibrated: truths drawn from its prior rank evenly among its draws.

Of what is ranked: every effect, slopes, scales and haircut, the value of each pain point and of all, their order, the
NPV of an initiative, and the likelihood of what was seen. With 40 fits a sampler is caught whose ranges are a third
too narrow, with 400 one of 15% (`test_sbc_harness.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest
from sbc import HEAD, failures, judge_each, judge_families
from sbc_uplift import DRAWS, Trial, calibrate, question_of

from models.uplift import EffectRow, Question

# Chance of a false alarm over all quantities of a configuration together (Holm).
LEVEL = 0.05
FAMILIES = ("score", "leaving", "spend", "scale", "value", "rank", "likelihood", "theta", "psi", "kappa", "npv")


def evidence_rows(pains: int) -> tuple[EffectRow, ...]:
    """A walk-through, a pilot, a past initiative and a change of spend, yet without what they found."""
    weights = np.zeros((4, pains))
    weights[0, 1], weights[1, 2:4], weights[2, 1], weights[3, 4] = -0.6, (-0.5, -0.3), -0.4, -1.0
    return (
        EffectRow(evidence="walk", of="score", weights=weights[0], estimate=0.0, se=0.05, haircut=False),
        EffectRow(evidence="pilot", of="leaving", weights=weights[1], estimate=0.0, se=0.03, haircut=True),
        EffectRow(evidence="past", of="leaving", weights=weights[2], estimate=0.0, se=0.08, haircut=True),
        EffectRow(evidence="spend", of="spend", weights=weights[3], estimate=0.0, se=0.01, haircut=True),
    )


def plain() -> Question:
    """Six pain points, two personas."""
    return question_of(6, 2)


def with_rows() -> Question:
    """The same with evidence that teaches the haircut."""
    return question_of(6, 2, evidence_rows(6))


def many_pain_points() -> Question:
    """As many pain points as get the horseshoe, one persona."""
    return question_of(31, 1)


def require_even(trial: Trial) -> None:
    """Nothing where all ranks are even; prints the table."""
    families = {name: trial.family(name) for name in FAMILIES}
    verdicts = [*judge_families(trial.ranks, DRAWS, families), *judge_each(trial.ranks, DRAWS, trial.names)]
    shown = sorted(verdicts[len(FAMILIES) :], key=lambda verdict: verdict.chance)[:5]
    head = f"{len(trial.ranks)} fits, {trial.seconds:.0f} s, {trial.fell_back} by NUTS"
    lines = [verdict.line() for verdict in [*verdicts[: len(FAMILIES)], *shown]]
    sys.stdout.write("\n".join(["", head, HEAD, *lines, ""]))
    wrong = failures(verdicts, LEVEL)
    assert not wrong, "\n".join(verdict.line() for verdict in wrong)


@pytest.mark.verify
@pytest.mark.parametrize("question", [plain, with_rows])
def test_truths_rank_evenly_in_forty_fits(question: Callable[[], Question]) -> None:
    require_even(calibrate(question(), fits=40, seed=1))


@pytest.mark.full
@pytest.mark.parametrize(("question", "fits"), [(plain, 200), (with_rows, 200), (many_pain_points, 60)])
def test_truths_rank_evenly_in_many_fits(question: Callable[[], Question], fits: int) -> None:
    require_even(calibrate(question(), fits=fits, seed=2))
