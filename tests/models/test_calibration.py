"""What a point goes with: the engine's regressions are those that finance can rerun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from models.calibration.calibrate import calibrate
from models.calibration.placebo import told_apart
from models.calibration.sites import within_slope
from models.calibration.slopes import Calibration, Slope
from models.designs import held_columns

# The published recipe's figures are per ten points, given to this many decimals.
ROUNDING_ACROSS = 1e-5
ROUNDING_WITHIN = 5e-5
# The same regression written out: two ways through one linear algebra.
SAME_REGRESSION = 1e-8
NAIVE_TIMES = 17


@pytest.fixture(scope="module")
def hospitals(hospitals_panel: SitePanel, hospitals_intake: Intake) -> Calibration:
    return calibrate(hospitals_panel, hospitals_intake.case.journey)


def slope_of(calibration: Calibration, method: str) -> Slope:
    found = calibration.find("log_revenue", "overall", method)
    assert found is not None
    return found


def test_across_hospitals_ten_points_go_with_a_fifth_more_revenue(hospitals: Calibration) -> None:
    slope = slope_of(hospitals, "cross_section")
    assert slope.estimate * 10 == pytest.approx(0.20142, abs=ROUNDING_ACROSS)
    assert slope.se * 10 == pytest.approx(0.01105, abs=ROUNDING_ACROSS)
    assert (slope.n, slope.headline, slope.grade) == (7637, False, "cross-section")


def test_within_a_hospital_ten_points_go_with_one_percent(hospitals: Calibration) -> None:
    slope = slope_of(hospitals, "within")
    assert slope.estimate * 10 == pytest.approx(0.0121, abs=ROUNDING_WITHIN)
    assert slope.se * 10 == pytest.approx(0.0059, abs=ROUNDING_WITHIN)
    assert (slope.n, slope.units) == (7804, 2710)


def test_next_years_score_gives_as_much_and_the_grade_says_so(hospitals: Calibration) -> None:
    placebo = slope_of(hospitals, "placebo")
    assert placebo.estimate * 10 == pytest.approx(0.0120, abs=ROUNDING_WITHIN)
    assert placebo.se * 10 == pytest.approx(0.0071, abs=ROUNDING_WITHIN)
    headline = hospitals.headline("log_revenue")
    assert headline == slope_of(hospitals, "within")
    assert headline.grade == "not told apart from placebo"


def test_the_naive_way_would_claim_about_seventeen_times_the_headline(hospitals: Calibration) -> None:
    ratio = slope_of(hospitals, "cross_section").estimate / slope_of(hospitals, "within").estimate
    assert ratio == pytest.approx(NAIVE_TIMES, abs=0.5)


def test_every_stage_has_a_headline_and_its_own_placebo(hospitals: Calibration, hospitals_intake: Intake) -> None:
    for stage in hospitals_intake.case.journey.stage_ids():
        headline = hospitals.headline("log_revenue", stage)
        assert headline is not None and headline.method == "within"
        assert hospitals.find("log_revenue", stage, "placebo") is not None


def test_the_headline_is_a_regression_that_can_be_written_out(
    hospitals: Calibration, hospitals_panel: SitePanel
) -> None:
    panel = hospitals_panel.panel[["unit", "t", "revenue", "overall"]]
    before = panel[["unit", "t", "overall"]].assign(t=panel["t"] + 1)
    rows = panel.drop(columns="overall").merge(before, on=["unit", "t"]).dropna()
    rows = rows[rows.groupby("unit")["t"].transform("size") >= 2]
    terms = pd.concat([rows["overall"], pd.get_dummies(rows["t"], drop_first=True, dtype=float)], axis=1)
    terms.columns = terms.columns.astype(str)
    y = np.log(rows["revenue"])
    centred = terms - terms.groupby(rows["unit"]).transform("mean")
    fit = sm.OLS(y - y.groupby(rows["unit"]).transform("mean"), centred).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["unit"])[0]}
    )
    headline = slope_of(hospitals, "within")
    assert headline.estimate == pytest.approx(fit.params["overall"], abs=SAME_REGRESSION)
    assert headline.se == pytest.approx(fit.bse["overall"], abs=SAME_REGRESSION)
    assert headline.range90() == pytest.approx(fit.conf_int(0.10).loc["overall"].tolist(), abs=SAME_REGRESSION)


def test_the_order_of_rows_and_the_unit_of_money_move_nothing(
    hospitals: Calibration, hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    panel = hospitals_panel.panel.sample(frac=1, random_state=1)
    shuffled = replace(hospitals_panel, panel=panel.assign(revenue=panel["revenue"] / 1000))
    again = calibrate(shuffled, hospitals_intake.case.journey)
    for one, other in zip(hospitals.slopes, again.slopes, strict=True):
        assert other.estimate == pytest.approx(one.estimate, abs=SAME_REGRESSION)
        assert other.se == pytest.approx(one.se, abs=SAME_REGRESSION)
        assert other.grade == one.grade


def test_one_period_only_leaves_the_cross_section_as_a_weak_headline(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    alone = replace(hospitals_panel, panel=hospitals_panel.panel.query("t == 2019"))
    found = calibrate(alone, hospitals_intake.case.journey)
    assert {slope.method for slope in found.slopes} == {"cross_section"}
    headline = found.headline("log_revenue")
    assert headline is not None and headline.grade == "cross-section"


def test_seven_units_are_too_few_for_a_slope(hospitals_panel: SitePanel, hospitals_intake: Intake) -> None:
    few = hospitals_panel.panel["unit"].isin(hospitals_panel.panel["unit"].unique()[:7])
    mine = replace(hospitals_panel, panel=hospitals_panel.panel[few])
    assert calibrate(mine, hospitals_intake.case.journey).slopes == ()


def test_a_score_that_never_changes_has_no_slope() -> None:
    panel = pd.DataFrame({"unit": np.repeat(np.arange(20), 3), "t": np.tile([1, 2, 3], 20)})
    panel = panel.assign(revenue=np.arange(60) + 1.0, overall=np.repeat(np.arange(20.0), 3))
    assert within_slope(panel, "overall", 1, "within", "within-unit") is None


@pytest.fixture(scope="module")
def company(small_cells: CustomerCells, small_intake: Intake) -> Calibration:
    return calibrate(small_cells, small_intake.case.journey)


def test_leaving_on_the_score_is_a_binomial_regression_on_the_answered_cells(
    company: Calibration, small_cells: CustomerCells
) -> None:
    cells = small_cells.certified
    x = held_columns(cells, ("persona",)).assign(overall=cells["overall"])
    y = np.column_stack([cells["leavers"], cells["n"] - cells["leavers"]])
    fit = sm.GLM(y, x, Binomial(CLogLog())).fit()
    headline = company.headline("retention")
    assert headline is not None and headline.method == "hazard"
    assert headline.estimate == pytest.approx(fit.params["overall"], abs=SAME_REGRESSION)
    widening = np.sqrt(max(fit.pearson_chi2 / fit.df_resid, 1.0))
    assert headline.se == pytest.approx(fit.bse["overall"] * widening, abs=SAME_REGRESSION)
    assert headline.estimate < 0
    assert headline.n == cells["n"].sum()


@pytest.fixture
def slope() -> Callable[[float, float], Slope]:
    def make(estimate: float, se: float) -> Slope:
        return Slope(
            outcome="log_revenue",
            term="overall",
            method="within",
            estimate=estimate,
            se=se,
            n=100,
            units=50,
            headline=True,
            grade="within-unit",
        )

    return make


@pytest.mark.parametrize(
    ("headline", "placebo", "apart"),
    [
        ((0.012, 0.006), (0.012, 0.0071), False),
        ((-0.012, 0.006), (-0.012, 0.0071), False),
        ((0.012, 0.006), (-0.012, 0.0071), True),
        ((0.012, 0.006), (0.005, 0.001), True),
        ((0.012, 0.006), (0.007, 0.006), True),
        ((0.100, 0.006), (0.060, 0.006), True),
        ((0.010, 0.004), (0.030, 0.004), False),
    ],
    ids=[
        "as large, same sign",
        "as large, both negative",
        "other sign",
        "under half",
        "not clear of zero",
        "half, but clear of it",
        "larger than the headline",
    ],
)
def test_a_headline_is_not_told_apart_from_a_placebo_that_is_clear_as_large_and_overlapping(
    slope: Callable[[float, float], Slope],
    headline: tuple[float, float],
    placebo: tuple[float, float],
    apart: bool,  # noqa: FBT001
) -> None:
    assert told_apart(slope(*headline), slope(*placebo)) is apart


def test_without_a_placebo_nothing_speaks_against_a_headline(slope: Callable[[float, float], Slope]) -> None:
    assert told_apart(slope(0.01, 0.02), None)
