"""Pain points that cannot be told apart: found when they are, left alone when they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells
from impact.journey import Journey, PainPoint
from impact.rng import stream
from models.designs import build_design
from models.prior_sensitivity import BRIEF
from models.reduced import GaussianSummary, ReducedForms, hazard_summary, silent
from models.told_apart import (
    TogetherGroup,
    effect_correlation,
    find_together,
    group_together,
    separation,
    together_check,
    variance_inflation,
)
from models.uplift import Credibility, Question, UpliftPosterior, fit_briefly
from tests.scenarios.small_case import PAINS, small_base

NAMES = PAINS
WRITTEN = 1e-9  # a formula written out


def forms_of(leaving: GaussianSummary) -> ReducedForms:
    """Reduced forms of one persona that speak of leaving alone."""
    nothing = silent(len(NAMES))
    return ReducedForms(
        pain_points=NAMES,
        personas=("all",),
        unit_exposure=np.ones(len(NAMES)),
        score_sd=1.0,
        score=(nothing,),
        leaving=(leaving,),
        spend=(nothing,),
        spend_placebo=(nothing,),
        stage_effect=np.zeros(len(NAMES)),
        stage_se=np.ones(len(NAMES)),
    )


def company(apart: float, seed: int) -> pd.DataFrame:
    """Cells of customers whom `late` and `lost` strike together but for a share `apart`, each .25 in log hazard."""
    rng = stream(seed, "together")
    n = 40_000
    late = rng.random(n) < 0.3
    lost = np.where(rng.random(n) < apart, rng.random(n) < 0.3, late)
    rude, dear = rng.random((2, n)) < 0.2
    eta = np.log(0.06) + 0.25 * late + 0.25 * lost
    rows = pd.DataFrame({"late": late, "lost": lost, "rude": rude, "dear": dear}).astype(float)
    rows["leavers"] = rng.random(n) < -np.expm1(-np.exp(eta))
    return rows.groupby(list(NAMES)).agg(n=("leavers", "size"), leavers=("leavers", "sum")).reset_index().assign(t=1)


def fitted(cells: pd.DataFrame) -> tuple[ReducedForms, UpliftPosterior]:
    """The reduced forms of cells, and the posterior of a short run on them."""
    forms = forms_of(hazard_summary(cells, build_design(cells, (), list(NAMES))))
    grades = dict.fromkeys(NAMES, "cross-section")
    question = Question(
        forms=forms,
        signs=-np.ones(len(NAMES)),
        credibility=Credibility(prior=None, grades=grades),  # type: ignore[arg-type]
    )
    return forms, fit_briefly(question, 3, BRIEF)


def test_the_variance_inflation_is_that_of_the_written_out_formula() -> None:
    precision = np.array([[4.0, 3.0, 0.0, 0.0], [3.0, 4.0, 0.0, 0.0], [0, 0, 2.0, 0], [0, 0, 0, 0.0]])
    found = variance_inflation(forms_of(GaussianSummary(mean=np.zeros(4), precision=precision)))
    # 1 / (1 - r^2) with r = 3/4 for the pair; 1 alone; 1 where the data are silent
    assert found == pytest.approx([1 / (1 - 0.75**2)] * 2 + [1.0, 1.0], abs=WRITTEN)


def test_two_that_nearly_always_strike_together_are_found_and_others_are_not() -> None:
    forms, posterior = fitted(company(0.02, 1))
    assert find_together(forms, posterior) == ((0, 1),)
    correlation = effect_correlation(forms, posterior)
    assert correlation[0, 1] < -0.7 and abs(correlation[2, 3]) < 0.5


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_two_that_strike_apart_often_enough_are_told_apart(seed: int) -> None:
    assert find_together(*fitted(company(0.8, seed))) == ()


def test_the_group_has_a_narrower_value_than_its_members_and_says_what_would_separate_them(
    small_cells: CustomerCells,
) -> None:
    cells = company(0.02, 1)
    forms, posterior = fitted(cells)
    base = small_base(1)
    draws = posterior.draws
    base = replace(base, personas=base.personas[:1], frailty=np.resize(base.frailty, draws))
    (group,) = group_together(replace(small_cells, leaving=cells, answered=None), forms, posterior, base)
    width = np.ptp(np.percentile(group.value, [5, 95])) / abs(group.value.mean())
    single = [np.ptp(np.percentile(one, [5, 95])) / abs(one.mean()) for one in group.single]
    assert width < min(single)
    unlike = cells[(cells["late"] != cells["lost"])]["n"].sum()
    assert group.apart == unlike and group.to_halve == 3 * unlike
    assert f"some {3 * unlike:,} more customer-periods meet one without the others" in separation(group)
    pains = tuple(PainPoint(pain_point=name, stage="s", name=name.title()) for name in NAMES)
    check = together_check((group,), Journey(stages=(), pain_points=pains))
    assert check.status == "review" and check.text.startswith("Late and Lost are one decision until")


def test_a_handful_who_met_one_without_the_other_is_not_counted_out_loud() -> None:
    group = TogetherGroup(members=(0, 1), value=np.zeros(2), single=np.zeros((2, 2)), apart=3, correlation=-0.9)
    assert "fewer than 5" in separation(group) and "9" not in separation(group)
    none = replace(group, apart=0)
    assert none.to_halve is None and "so far none did" in separation(none)
