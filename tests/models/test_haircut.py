"""The haircut follows the grade: what is kept of each, in one order at every place of the prior."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from impact.journey import Journey, PainPoint, Stage
from models.calibration.slopes import GRADES, Grade
from models.haircut import PLACEBO, lowered, mean_kept, pain_grades, share_kept
from models.reduced import GaussianSummary, ReducedForms, silent

STUDY_PRIOR = (4.0, 3.0)
# A mean over 2,000 places of the prior instead of all of them.
PLACES_OFF = 1e-3
PLACE = np.linspace(0.01, 0.99, 50)


@pytest.mark.parametrize(
    ("grade", "prior"), [("within-unit", (4.0, 3.0)), ("cross-section", (3.0, 4.0)), ("expert", (8 / 3, 13 / 3))]
)
def test_a_grade_keeps_its_share_of_the_studys_mean_at_the_same_weight(
    grade: Grade, prior: tuple[float, float]
) -> None:
    np.testing.assert_allclose(share_kept(STUDY_PRIOR, grade, PLACE), beta.ppf(PLACE, *prior))
    assert mean_kept(STUDY_PRIOR, grade) == pytest.approx(prior[0] / sum(prior), abs=PLACES_OFF)


def test_an_experiment_is_kept_whole() -> None:
    assert mean_kept(STUDY_PRIOR, "experimental") == 1.0
    assert mean_kept(0.5, "experimental") == 1.0


@pytest.mark.parametrize("prior", [(4.0, 3.0), (3.2, 3.8), (2.0, 8.0), 0.6, 0.1])
def test_a_better_grade_never_keeps_less(prior: tuple[float, float] | float) -> None:
    kept = np.array([share_kept(prior, grade, PLACE) for grade in GRADES])
    assert (np.diff(kept, axis=0) <= 0).all()


def test_what_a_placebo_also_finds_keeps_about_a_third() -> None:
    assert mean_kept(STUDY_PRIOR, PLACEBO) == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("grade", GRADES)
def test_face_value_keeps_all_of_every_grade(grade: Grade) -> None:
    assert mean_kept(None, grade) == 1.0


def test_a_lowered_prior_keeps_its_weight() -> None:
    assert lowered(STUDY_PRIOR, 0.75) == pytest.approx((3.0, 4.0))
    assert lowered(0.5, 0.75) == 0.375


def seen() -> GaussianSummary:
    return GaussianSummary(mean=np.zeros(3), precision=np.diag([4.0, 4.0, 0.0]))


def forms(leaving: tuple[GaussianSummary, ...] | None) -> ReducedForms:
    return ReducedForms(
        pain_points=("late", "lost", "rude"),
        personas=("all",),
        unit_exposure=np.ones(3),
        score_sd=1.0,
        score=(silent(3),),
        leaving=leaving,
        spend=(seen(),),
        spend_placebo=(silent(3),),
        stage_effect=np.zeros(3),
        stage_se=np.ones(3),
    )


JOURNEY = Journey(
    stages=(Stage(stage="use", name="Use", order=1),),
    pain_points=tuple(PainPoint(pain_point=name, stage="use", name=name) for name in ("late", "lost", "rude")),
)


@pytest.mark.parametrize(("leaving", "compared"), [((seen(),), "cross-section"), (None, "within-unit")])
def test_a_pain_points_grade_says_who_was_compared_with_whom(
    leaving: tuple[GaussianSummary, ...] | None, compared: Grade
) -> None:
    grades = pain_grades(forms(leaving), JOURNEY, frozenset({"lost"}))
    assert grades == {"late": compared, "lost": PLACEBO, "rude": "expert"}
