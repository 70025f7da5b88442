"""The haircut by grade: how much of an observed effect is kept, and what grade an effect has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from impact.journey import Journey
from models.calibration.slopes import Grade
from models.reduced import ReducedForms

PLACEBO: Grade = "not told apart from placebo"
# Shares of the mean that the study keeps of a within-unit effect. Judgements that finance signs, in an order
# that is not: a comparison of different customers is worth less than one of each with itself, and a judgement
# that no row has spoken for is worth less than either. Where a pain point is known only because a customer named it,
# the mood of the form is in the naming and bends all one way, which a judgement is not: a fifth less than a
# cross-section. See docs/decisions/0020 and 0025.
KEPT_OF_WITHIN: Mapping[Grade, float] = {
    "within-unit": 1.0,
    "cross-section": 3 / 4,
    "expert": 2 / 3,
    "survey-only": 3 / 5,
}
DEMOTED = (2.0, 4.0)  # Beta prior of the share kept of an effect that its own placebo also finds
_PLACES = 2_000

Prior = tuple[float, float] | float | None


def prior_in_words(prior: tuple[float, float] | float) -> str:
    """What a study keeps of a within-unit effect, as finance signs it."""
    if isinstance(prior, tuple):
        return f"Beta({prior[0]:g}, {prior[1]:g}) is kept of an observed effect, {prior[0] / sum(prior):.0%} on average"
    return "all of an observed effect is kept" if prior == 1.0 else f"{prior:.0%} of an observed effect is kept"


def lowered(prior: tuple[float, float] | float, share: float) -> tuple[float, float] | float:
    """The prior with its mean at `share` of what it was; a Beta keeps its weight (the sum of its two numbers)."""
    if not isinstance(prior, tuple):
        return prior * share
    kept = prior[0] * share
    return kept, sum(prior) - kept


def share_kept(prior: Prior, grade: Grade, place: np.ndarray) -> np.ndarray:
    """The share that is kept of an effect of a grade at each place (0..1) of its prior `(place,)`.

    `prior` is what the study keeps of a within-unit effect: a Beta, one fixed share, or None for face value,
    which keeps all of every grade. An experiment is kept whole. What is not told apart from its placebo keeps
    Beta(2, 4), and never more than any other grade would.
    """
    from scipy.stats import beta

    if prior is None or grade == "experimental":
        return np.ones(len(place))
    if grade == PLACEBO:
        return np.asarray(np.minimum(share_kept(prior, "survey-only", place), beta.ppf(place, *DEMOTED)))
    kept = lowered(prior, KEPT_OF_WITHIN[grade])
    return np.asarray(beta.ppf(place, *kept)) if isinstance(kept, tuple) else np.full(len(place), kept)


def mean_kept(prior: Prior, grade: Grade) -> float:
    """The mean share that is kept of an effect of a grade."""
    return float(share_kept(prior, grade, (np.arange(_PLACES) + 0.5) / _PLACES).mean())


def pain_grades(forms: ReducedForms, journey: Journey, demoted: frozenset[str]) -> dict[str, Grade]:
    """The grade of every pain point's effect on money, by pain point.

    The grade of the rows that speak of it; where none does, what is said of it is a judgement. Of customers, a pain
    point that only a survey tells of has its own grade, whether or not rows speak of it.
    """
    told = forms.leaving if forms.leaving is not None else forms.spend
    grades: dict[str, Grade] = {}
    for k, pain in enumerate(journey.pain_points):
        seen = any(part.precision[k, k] > 0 for part in told)
        grades[pain.pain_point] = forms.compared if seen else "expert"
        if pain.source == "survey" and forms.leaving is not None:
            grades[pain.pain_point] = "survey-only"
        if pain.pain_point in demoted:
            grades[pain.pain_point] = PLACEBO
    return grades
