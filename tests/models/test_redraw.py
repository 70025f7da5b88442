"""Companies of the study's own design: what is kept is kept, and the truth comes back from what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from impact.journey import OVERALL
from impact.rng import stream
from models.redraw import Blueprint, TrueEffects, make_blueprint, redraw, redraw_forms
from models.reduce import reduce_cells
from models.reduced import ReducedForms

COMPANIES = 12
# A mean of some hundred standardised errors: three of its own, doubled as those of one company hang together.
CENTRED = 0.3
# Their spread: a Gaussian summary of a few leavers errs by as much.
SPREAD = 0.25


@pytest.fixture(scope="module")
def forms(small_cells: CustomerCells, small_intake: Intake) -> ReducedForms:
    """The reduced forms of the small company."""
    return reduce_cells(small_cells, small_intake.case.journey)


@pytest.fixture(scope="module")
def plan(small_cells: CustomerCells, small_intake: Intake, forms: ReducedForms) -> Blueprint:
    """Its blueprint."""
    found = make_blueprint(small_cells, small_intake.case.journey, forms)
    assert found is not None
    return found


def effects(forms: ReducedForms, seed: int) -> TrueEffects:
    rng = stream(seed, "true effects")
    shape = (len(forms.personas), len(forms.pain_points))
    return TrueEffects(
        score=forms.score_sd * rng.normal(-0.2, 0.1, shape),
        leaving=rng.normal(0.2, 0.1, shape),
        spend=rng.normal(-0.03, 0.02, shape),
    )


def test_who_met_what_is_kept_and_about_as_many_leave(
    plan: Blueprint, forms: ReducedForms, small_cells: CustomerCells
) -> None:
    drawn = redraw(plan, effects(forms, 1), stream(1, "company"))
    assert isinstance(drawn.leaving, pd.DataFrame) and isinstance(small_cells.leaving, pd.DataFrame)
    kept = [column for column in drawn.leaving if column != "leavers"]
    order = ["persona", *(column for column in kept if column != "persona")]
    pd.testing.assert_frame_equal(
        drawn.leaving[kept].sort_values(order, ignore_index=True),
        small_cells.leaving[kept].sort_values(order, ignore_index=True),
    )
    was, now = small_cells.leaving["leavers"].sum(), drawn.leaving["leavers"].sum()
    assert abs(now - was) < 4 * np.sqrt(was)
    scores, before = drawn.scores[OVERALL], small_cells.scores[OVERALL]
    assert isinstance(scores, pd.DataFrame) and isinstance(before, pd.DataFrame)
    assert scores["n"].sum() == before["n"].sum()
    assert scores["total"].sum() == pytest.approx(before["total"].sum(), rel=0.01)
    assert (scores["squares"] >= scores["total"] ** 2 / scores["n"] - 1e-9).all()


def test_the_truth_comes_back_with_the_errors_that_the_reduced_forms_say(
    plan: Blueprint, forms: ReducedForms, small_intake: Intake
) -> None:
    true = effects(forms, 2)
    errors: dict[str, list[float]] = {"score": [], "leaving": [], "spend": []}
    for number in range(COMPANIES):
        found = reduce_cells(redraw(plan, true, stream(number, "company")), small_intake.case.journey)
        assert found.leaving is not None
        for g in range(len(forms.personas)):
            for name, parts, truth in (
                ("score", found.score, true.score[g] / forms.score_sd),
                ("leaving", found.leaving, true.leaving[g]),
                ("spend", found.spend, true.spend[g]),
            ):
                z = (parts[g].mean - truth) / parts[g].se()
                errors[name] += z[np.isfinite(z) & (z != 0)].tolist()
    for name, z in errors.items():
        assert abs(np.mean(z)) < CENTRED, name
        assert abs(np.std(z) - 1) < SPREAD, name


def test_the_same_stream_draws_the_same_company(plan: Blueprint, forms: ReducedForms) -> None:
    one, other = (redraw(plan, effects(forms, 1), stream(1, "company")) for _ in range(2))
    assert isinstance(one.leaving, pd.DataFrame) and isinstance(other.leaving, pd.DataFrame)
    pd.testing.assert_frame_equal(one.leaving, other.leaving)
    assert np.array_equal(one.spend[0].gram, other.spend[0].gram)


def test_of_sites_the_reduced_forms_are_drawn(hospitals_panel: SitePanel, hospitals_intake: Intake) -> None:
    forms = reduce_cells(hospitals_panel, hospitals_intake.case.journey)
    true = effects(forms, 1)
    z = []
    for number in range(COMPANIES):
        drawn = redraw_forms(forms, true, stream(number, "sites"))
        assert drawn.leaving is None
        told = np.diag(forms.spend[0].precision) > 0
        z += ((drawn.spend[0].mean - true.spend[0]) / drawn.spend[0].se())[told].tolist()
    assert abs(np.mean(z)) < CENTRED and abs(np.std(z) - 1) < SPREAD
