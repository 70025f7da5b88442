"""Reduced forms say what statsmodels says on the same rows, and stay finite where it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from impact.cells import CustomerCells, SitePanel, summarise
from impact.cells.many import ManyCells
from impact.cells.terms import Term, design
from impact.intake import Intake
from impact.journey import Journey, PainPoint, Stage
from impact.rng import stream
from models.designs import Design, build_design
from models.reduce import reduce_cells
from models.reduced import (
    GaussianSummary,
    allow_for_few,
    clustered_summary,
    hazard_summary,
    join,
    linear_summary,
    rescale,
    silent,
)
from models.reduced_sites import money_outcome, shifted, within_rows, within_summary

# Both climb the same likelihood; what is left is where each stops.
SAME_MAXIMUM = 1e-6
# The same sums, added up in another order by another program.
SAME_SUMS = 1e-6
# One least-squares problem solved in two ways.
SAME_SOLUTION = 1e-9


def binomial_fit(x: np.ndarray, n: np.ndarray, leavers: np.ndarray) -> sm.GLM:
    return sm.GLM(np.column_stack([leavers, n - leavers]), x, Binomial(CLogLog())).fit(tol=1e-13, maxiter=200)


@pytest.fixture(scope="module", params=["family", "streamer"])
def cells_of_one_persona(request: pytest.FixtureRequest, small_cells: CustomerCells) -> pd.DataFrame:
    rows = small_cells.leaving[small_cells.leaving["persona"] == request.param].reset_index(drop=True)
    assert rows["leavers"].sum() > 100
    return rows


def test_leaving_has_the_estimates_and_errors_of_a_binomial_regression_on_the_same_cells(
    cells_of_one_persona: pd.DataFrame, small_intake: Intake
) -> None:
    cells, pains = cells_of_one_persona, list(small_intake.case.journey.pain_ids())
    held = build_design(cells, (), pains)
    x, keep = design(cells, held.terms), held.effects
    assert [held.terms[k].name for k in keep] == pains
    n, leavers = cells["n"].to_numpy(float), cells["leavers"].to_numpy(float)
    found, fit = hazard_summary(cells, held), binomial_fit(x, n, leavers)
    np.testing.assert_allclose(found.mean, fit.params[keep], atol=SAME_MAXIMUM)
    widened = fit.bse[keep] * np.sqrt(max(found.dispersion, 1.0))
    np.testing.assert_allclose(found.se(), widened, atol=SAME_MAXIMUM)
    assert found.dispersion == pytest.approx(fit.pearson_chi2 / fit.df_resid, abs=SAME_MAXIMUM)


def test_the_forms_of_the_company_are_those_regressions_in_plan_order(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    journey = small_intake.case.journey
    forms, turned = (
        reduce_cells(small_cells, replace(journey, pain_points=pains))
        for pains in (journey.pain_points, journey.pain_points[::-1])
    )
    assert forms.pain_points == journey.pain_ids()
    assert forms.leaving is not None and turned.leaving is not None
    for kind in ("score", "leaving", "spend", "spend_placebo"):
        for one, other in zip(getattr(forms, kind), getattr(turned, kind), strict=True):
            assert (one.se() < np.inf).all()
            if kind in ("score", "leaving"):  # the moments of spend are tied to the order they were summed in
                np.testing.assert_allclose(one.mean, other.mean[::-1], atol=SAME_MAXIMUM)
                np.testing.assert_allclose(one.se(), other.se()[::-1], atol=SAME_MAXIMUM)


TWO = Design(
    terms=(
        Term(name="const", kind="const"),
        Term(name="a", kind="value", column="a"),
        Term(name="b", kind="value", column="b"),
    ),
    effects=np.array([1, 2]),
)


@pytest.fixture(scope="module")
def cells_left_in_place(small_intake: Intake) -> CustomerCells:
    """The small company where even few cells are too many to leave their engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impact.cells.customers.MOST_CELLS", 0)
        patch.setattr("impact.cells.customers._patterns", lambda recent, journey: None)
        found = summarise(small_intake.source, small_intake.case.journey, small_intake.study)
    assert isinstance(found, CustomerCells)
    return found


def test_cells_that_stay_on_their_engine_say_what_the_same_cells_say_in_memory(
    small_cells: CustomerCells, cells_left_in_place: CustomerCells, small_intake: Intake
) -> None:
    journey = small_intake.case.journey
    assert isinstance(cells_left_in_place.leaving, ManyCells)
    assert all(isinstance(rows, ManyCells) for rows in cells_left_in_place.scores.values())
    here = reduce_cells(small_cells, journey)
    there = reduce_cells(replace(cells_left_in_place, patterns=small_cells.patterns), journey)
    assert here.leaving is not None and there.leaving is not None
    for kind in ("score", "leaving"):
        for one, other in zip(getattr(here, kind), getattr(there, kind), strict=True):
            np.testing.assert_allclose(one.mean, other.mean, rtol=SAME_SUMS)
            np.testing.assert_allclose(one.precision, other.precision, rtol=SAME_SUMS, atol=SAME_SUMS)
    np.testing.assert_allclose(here.stage_effect, there.stage_effect, rtol=SAME_SUMS)
    np.testing.assert_allclose(here.stage_se, there.stage_se, rtol=SAME_SUMS)


def two_by_two(leavers: list[int], times: int = 1) -> pd.DataFrame:
    """Cells of two exposures with their numbers of customers and leavers."""
    cells = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "n": [700.0, 100.0, 150.0, 50.0]})
    return pd.concat([cells] * times, ignore_index=True).assign(leavers=leavers)


@pytest.mark.parametrize("leavers", [[40, 0, 12, 0], [40, 9, 0, 0], [0, 0, 0, 6], [40, 9, 150, 50]])
def test_an_exposure_that_nobody_or_everybody_leaves_with_gives_a_finite_answer(leavers: list[int]) -> None:
    found = hazard_summary(two_by_two(leavers), TWO)
    assert np.isfinite(found.mean).all() and (np.abs(found.mean) < 12).all()
    assert np.isfinite(found.precision).all() and (np.linalg.eigvalsh(found.precision) >= 0).all()


def test_an_exposure_that_nobody_leaves_with_points_to_less_leaving_with_a_wide_error() -> None:
    found = hazard_summary(two_by_two([40, 0, 12, 0]), TWO)
    assert found.mean[1] < -1
    assert found.se()[1] > 0.5
    assert found.mean[0] == pytest.approx(np.log(-np.log1p(-12 / 150)) - np.log(-np.log1p(-40 / 700)), abs=0.05)


def test_leaving_that_varies_more_than_chance_widens_the_errors_by_its_dispersion() -> None:
    cells = two_by_two([70, 4, 40, 1, 14, 20, 5, 12], times=2)
    found = hazard_summary(cells, TWO)
    fit = binomial_fit(design(cells, TWO.terms), cells["n"].to_numpy(), cells["leavers"].to_numpy(float))
    assert found.dispersion > 5
    np.testing.assert_allclose(found.se(), fit.bse[1:] * np.sqrt(fit.pearson_chi2 / fit.df_resid), atol=SAME_MAXIMUM)


def test_scores_have_the_weighted_regression_of_the_rows_behind_the_cells() -> None:
    rng = stream(1, "scores")
    exposed = rng.integers(0, 2, (600, 2)).astype(float)
    score = np.rint(4 - exposed @ [0.5, 0.2] + rng.normal(0, 0.8, 600))
    rows = pd.DataFrame(exposed, columns=["a", "b"]).assign(score=score)
    cells = rows.groupby(["a", "b"], as_index=False).agg(
        n=("score", "size"), total=("score", "sum"), squares=("score", lambda values: (values**2).sum())
    )
    found = linear_summary(cells, TWO)
    by_row = sm.OLS(rows["score"], sm.add_constant(rows[["a", "b"]])).fit()
    np.testing.assert_allclose(found.mean, by_row.params[["a", "b"]], atol=SAME_SOLUTION)
    np.testing.assert_allclose(found.se(), by_row.bse[["a", "b"]], atol=SAME_SOLUTION)
    by_cell = sm.WLS(cells["total"] / cells["n"], sm.add_constant(cells[["a", "b"]]), weights=cells["n"]).fit()
    np.testing.assert_allclose(found.mean, by_cell.params[["a", "b"]], atol=SAME_SOLUTION)


def site_rows(units: int = 30, periods: int = 5) -> pd.DataFrame:
    """Units seen in every period, whose money moves with last period's exposure."""
    rng = stream(2, "sites")
    rows = pd.DataFrame({"unit": np.repeat(np.arange(units), periods), "t": np.tile(np.arange(periods), units)})
    rows["pain"] = rng.normal(size=len(rows)) + np.repeat(rng.normal(size=units), periods)
    rows["other"] = rng.normal(size=len(rows))
    before = shifted(rows, ["pain"], 1)["pain"].fillna(0)
    own = np.repeat(rng.normal(10, 2, units), periods)
    return rows.assign(revenue=np.exp(own - 0.3 * before + rng.normal(0, 0.2, len(rows))))


def test_within_units_the_clustered_regression_differs_from_statsmodels_by_one_factor_only() -> None:
    panel = site_rows()
    y, x = np.log(panel["revenue"]), shifted(panel, ["pain", "other"], 1)
    rows = within_rows(y, x, panel)
    found = within_summary(y, x, panel)
    terms = rows.drop(columns=["y", "unit"])
    fit = sm.OLS(rows["y"], terms).fit(cov_type="cluster", cov_kwds={"groups": rows["unit"].to_numpy()})
    np.testing.assert_allclose(found.mean, fit.params[["pain", "other"]], atol=SAME_SOLUTION)
    # statsmodels multiplies the variance by (N - 1) / (N - K) beside G / (G - 1); here it is G / (G - 1) alone
    rows_over_left = (len(rows) - 1) / (len(rows) - terms.shape[1])
    np.testing.assert_allclose(found.se() * np.sqrt(rows_over_left), fit.bse[["pain", "other"]], rtol=SAME_SOLUTION)
    assert 1 < rows_over_left < 1.05


def test_an_exposure_known_nowhere_is_silent_and_takes_no_row_of_the_others() -> None:
    panel = site_rows().assign(never=np.nan)
    y = np.log(panel["revenue"])
    alone = within_summary(y, shifted(panel, ["pain"], 1), panel)
    found = within_summary(y, shifted(panel, ["pain", "never"], 1), panel)
    assert found.mean[0] == pytest.approx(alone.mean[0])
    assert found.precision[0, 0] == pytest.approx(alone.precision[0, 0])
    assert found.precision[1, 1] == 0


def test_moments_of_spend_are_read_as_the_same_clustered_regression(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    forms = reduce_cells(small_cells, small_intake.case.journey)
    for persona, found in zip(forms.personas, forms.spend, strict=True):
        moments = next(one for one in small_cells.spend if one.persona == persona)
        bread = np.linalg.inv(moments.gram[:-1, :-1])
        clusters = moments.customers / (moments.customers - 1)
        few = (moments.customers - 1) / (moments.customers - len(found.mean) - 2)
        variance = np.diag(bread @ moments.meat @ bread)[: len(found.mean)] * clusters * few
        np.testing.assert_allclose(found.mean, (bread @ moments.gram[:-1, -1])[: len(found.mean)], atol=SAME_SOLUTION)
        np.testing.assert_allclose(found.se(), np.sqrt(variance), rtol=SAME_SOLUTION)


def test_an_exposure_that_never_varies_is_silent_and_leaves_the_others_as_they_are() -> None:
    panel = site_rows()
    y, x = np.log(panel["revenue"]), shifted(panel, ["pain", "other"], 1)
    with_constant = within_summary(y, x.assign(never=0.0)[["pain", "never", "other"]], panel)
    without = within_summary(y, x, panel)
    assert np.isinf(with_constant.se()[1]) and not with_constant.precision[1].any()
    np.testing.assert_allclose(with_constant.mean[[0, 2]], without.mean, atol=SAME_SOLUTION)
    np.testing.assert_allclose(with_constant.se()[[0, 2]], without.se(), rtol=SAME_SOLUTION)


def test_fewer_than_eight_units_say_nothing() -> None:
    panel = site_rows(units=7)
    found = within_summary(np.log(panel["revenue"]), panel[["pain"]], panel)
    assert np.isinf(found.se()).all()


def test_money_that_is_not_all_positive_is_read_relative_to_the_units_own_mean() -> None:
    panel = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3], "revenue": [10.0, 30, -5, 25, -4, -6]})
    np.testing.assert_allclose(money_outcome(panel), [0.5, 1.5, -0.5, 2.5, np.nan, np.nan])
    np.testing.assert_allclose(money_outcome(panel.iloc[:2]), np.log([10.0, 30.0]))


def test_a_shift_follows_the_calendar_and_not_the_rows() -> None:
    panel = pd.DataFrame({"unit": [1, 1, 1, 2], "t": [1, 2, 4, 1], "a": [1.0, 2, 4, 9]})
    np.testing.assert_array_equal(shifted(panel, ["a"], 1)["a"], [np.nan, 1, np.nan, np.nan])
    np.testing.assert_array_equal(shifted(panel, ["a"], -1)["a"], [2, np.nan, np.nan, np.nan])


def test_the_unit_of_a_level_scales_effects_and_leaves_their_significance(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    forms = reduce_cells(hospitals_panel, hospitals_intake.case.journey)
    assert forms.leaving is None
    levels = [pain.measure == "level" for pain in hospitals_intake.case.journey.pain_points]
    assert all(levels) and (forms.unit_exposure > 0).all()
    y = money_outcome(hospitals_panel.panel)
    mine = hospitals_panel.panel["persona"] == forms.personas[0]
    pains = list(forms.pain_points)
    before = shifted(hospitals_panel.panel, pains, 1).astype(float)
    plain = within_summary(y[mine], before[mine], hospitals_panel.panel[mine])
    np.testing.assert_allclose(forms.spend[0].mean, plain.mean * forms.unit_exposure, atol=SAME_SOLUTION)
    units = hospitals_panel.panel.loc[mine, "unit"].nunique()
    few = np.sqrt((units - 1) / (units - len(pains) - 2))
    np.testing.assert_allclose(forms.spend[0].se(), plain.se() * forms.unit_exposure * few, rtol=SAME_MAXIMUM)


def test_few_clusters_widen_the_likelihood_and_too_few_silence_it() -> None:
    found = GaussianSummary(mean=np.array([0.1, 0.2]), precision=np.diag([4.0, 9.0]))
    np.testing.assert_allclose(allow_for_few(found, 11).precision, found.precision * 0.7)
    assert not allow_for_few(found, 4).precision.any()


def test_a_level_is_counted_above_its_floor_only() -> None:
    journey = Journey(
        stages=(Stage(stage="wait", name="Wait", order=1),),
        pain_points=(PainPoint(pain_point="slow", stage="wait", name="Slow", measure="level", floor=10.0),),
    )
    panel = site_rows().rename(columns={"pain": "wait"})
    panel = panel.assign(slow=np.tile([5.0, 15.0, 20.0, 10.0, 30.0], 30), overall=panel["wait"], persona="all")
    coverage = pd.DataFrame({"stage": ["wait", "overall"], "sd": [1.0, 2.0]})
    cells = SitePanel(controls=(), size=None, panel=panel, coverage=coverage, money=pd.DataFrame())
    assert reduce_cells(cells, journey).unit_exposure == pytest.approx([(5 + 10 + 20) / 5])


def test_rescaling_and_joining_keep_each_effect_with_its_own_error() -> None:
    first = GaussianSummary(mean=np.array([1.0, -2.0]), precision=np.array([[4.0, 1.0], [1.0, 9.0]]))
    scaled = rescale(first, np.array([10.0, 0.5]))
    np.testing.assert_allclose(scaled.mean, [10.0, -1.0])
    np.testing.assert_allclose(scaled.se(), first.se() * [10.0, 0.5])
    both = join(first, silent(1))
    np.testing.assert_array_equal(both.mean, [1.0, -2.0, 0.0])
    np.testing.assert_allclose(both.se(), [*first.se(), np.inf])


def test_collinear_period_columns_do_not_disturb_the_effects() -> None:
    data = within_rows(np.log(site_rows()["revenue"]), site_rows()[["pain"]], site_rows()).drop(columns="unit")
    twice = data.assign(again=data["period_1"])[["pain", "period_1", "again", "period_2", "y"]].to_numpy()
    once = data[["pain", "period_1", "period_2", "y"]].to_numpy()
    meats = [np.eye(width) for width in (4, 3)]
    summaries = [
        clustered_summary(rows.T @ rows, meat, np.array([0]), 30)
        for rows, meat in zip((twice, once), meats, strict=True)
    ]
    assert summaries[0].mean == pytest.approx(summaries[1].mean, abs=SAME_SOLUTION)
