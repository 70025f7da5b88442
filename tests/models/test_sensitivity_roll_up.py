"""Five answers to every headline rate: what is seen, what is not, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from impact.journey import Journey, Stage
from impact.study import Study
from models.calibration.calibrate import calibrate
from models.calibration.slopes import Calibration, Grade, Method, Regression, Slope
from models.reduced import GaussianSummary, ReducedForms
from models.reduced_sites import money_outcome, shifted, within_rows
from models.sensitivity.answers import QUESTIONS, Doubt
from models.sensitivity.backtest import LAST, SEASON, WITH, WITHOUT, Forecasts, backtest_leaving, backtest_sites
from models.sensitivity.rate import slope_across
from models.sensitivity.roll_up import doubt_checks, doubt_rates, flags, groups_checks
from reports.tables_doubts import DOUBTS, doubts_table

# What is promised of hospitals (7,800 rows, 8 rates), seconds; twice that, for a shared machine.
ROLL_UP_SECONDS = 6.0
JOURNEY = Journey(stages=(Stage(stage="stay", name="Stay", order=1),), pain_points=())


def slope_of(outcome: str, method: Method, found: tuple[float, float], *, headline: bool) -> Slope:
    grade: Grade = "within-unit" if method in ("within", "placebo") else "cross-section"
    return Slope(
        outcome=outcome,
        term="overall",
        method=method,
        estimate=found[0],
        se=found[1],
        n=5_000,
        units=1_000,
        headline=headline,
        grade=grade,
    )


def with_regressions(calibration: Calibration, cells: SitePanel) -> Calibration:
    """The calibration with the rows of its within-unit headlines."""
    panel = cells.panel.reset_index(drop=True)
    found = []
    for slope in calibration.slopes:
        if not slope.headline:
            continue
        rows = within_rows(money_outcome(panel), shifted(panel, [slope.term], 1).astype(float), panel)
        found.append(
            Regression(
                slope=slope,
                y=rows["y"].to_numpy(),
                x=rows.drop(columns=["y", "unit"]),
                keys=panel.loc[rows.index, ["unit", "t", "persona"]],
                family="gaussian",
                weights=None,
                call="",
            )
        )
    return replace(calibration, regressions=tuple(found))


@pytest.fixture(scope="module")
def hospitals(hospitals_panel: SitePanel, hospitals_intake: Intake) -> tuple[Doubt, ...]:
    journey = hospitals_intake.case.journey
    calibration = with_regressions(calibrate(hospitals_panel, journey), hospitals_panel)
    began = time.monotonic()
    found = doubt_rates(calibration, hospitals_panel, journey, hospitals_intake.study)
    assert time.monotonic() - began < ROLL_UP_SECONDS
    return found


def test_hospitals_are_told_that_a_placebo_finds_as_much(hospitals: tuple[Doubt, ...]) -> None:
    overall = hospitals[0]
    assert (overall.outcome, overall.term) == ("log_revenue", "overall")
    assert [one.question for one in overall.answers] == list(QUESTIONS)
    assert overall.answer("time order").verdict == "yes"
    assert overall.answer("own history").verdict == "yes"
    assert overall.answer("placebo").verdict == "no"
    assert ("log_revenue", "overall", "placebo") in flags(hospitals)
    assert "would be needed to take it to nothing" in overall.hidden_cause


def test_hospitals_backtest_is_told_beside_both_naive_ways(hospitals: tuple[Doubt, ...]) -> None:
    tests = {one.name: one for one in hospitals[0].answer("stable").tests}
    assert tests["Foretelling the next period"].status != "unknown"
    assert "last value" in tests["Foretelling the next period"].found


def test_every_question_that_is_answered_no_is_a_review_with_a_remedy(hospitals: tuple[Doubt, ...]) -> None:
    checks = doubt_checks(hospitals)
    assert {check.code for check in checks} == {
        code
        for code, question in zip(("C470", "C471", "C472", "C473", "C474"), QUESTIONS, strict=True)
        if any(one.answer(question).verdict == "no" for one in hospitals)
    }
    assert all(check.status == "review" and check.remedy and check.text for check in checks)


def test_the_table_has_every_answer_and_test_once(hospitals: tuple[Doubt, ...]) -> None:
    table = doubts_table(hospitals)
    assert tuple(table.columns) == DOUBTS
    answers = table[(table["test"] == "") & (table["question"] != "hidden cause")]
    assert len(answers) == 5 * len(hospitals)
    assert len(table) == sum(6 + sum(len(one.tests) for one in doubt.answers) for doubt in hospitals)
    assert not table.duplicated(["outcome", "term", "question", "test"]).any()
    assert doubts_table(()).empty and tuple(doubts_table(()).columns) == DOUBTS


def test_customers_without_rows_are_answered_as_far_as_it_goes(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    journey = small_intake.case.journey
    headlines = tuple(replace(one, grade=one.grade) for one in calibrate(small_cells, journey).slopes)
    found = doubt_rates(Calibration(slopes=headlines), small_cells, journey, small_intake.study)
    assert {one.outcome for one in found} >= {"retention"}
    for one in found:
        assert one.answer("stable").verdict in ("cannot tell", "no")
        assert "would take it to nothing" in one.hidden_cause


@pytest.fixture
def of_slopes(small_cells: CustomerCells, small_intake: Intake) -> Callable[..., Doubt]:
    def make(*slopes: Slope, forms: ReducedForms | None = None, reliability: float = 1.0) -> Doubt:
        model = small_intake.study.model.model_copy(update={"reliability": reliability})
        study: Study = replace(small_intake.study, model=model)
        return doubt_rates(Calibration(slopes=slopes), small_cells, JOURNEY, study, forms)[0]

    return make


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ((-0.05, 0.01), "no"),
        ((-0.19, 0.02), "yes"),
        ((-0.05, 0.50), "cannot tell"),
        (None, "no"),
        ((0.10, 0.02), "no"),
        ((-0.13, 0.01), "yes"),
    ],
    ids=["a quarter", "the same", "unknown", "nothing beside it", "other sign", "two thirds, as noise leaves"],
)
def test_a_rate_across_customers_is_held_beside_their_own_change(
    of_slopes: Callable[..., Doubt], change: tuple[float, float] | None, verdict: str
) -> None:
    slopes = [slope_of("retention", "hazard", (-0.20, 0.02), headline=True)]
    if change is not None:
        slopes.append(slope_of("retention", "within", change, headline=False))
    found = of_slopes(*slopes)
    assert found.answer("own history").verdict == verdict
    assert found.answer("placebo").verdict == "cannot tell"
    assert bool(flags((found,))) is (verdict == "no")


@pytest.mark.parametrize(
    ("placebo", "verdict"),
    [((0.019, 0.005), "no"), ((0.001, 0.003), "yes"), ((0.001, 0.05), "cannot tell"), (None, "cannot tell")],
    ids=["finds as much", "finds nothing", "too uncertain", "none"],
)
def test_a_placebo_is_read_beside_the_rate(
    of_slopes: Callable[..., Doubt], placebo: tuple[float, float] | None, verdict: str
) -> None:
    slopes = [slope_of("log_revenue", "within", (0.02, 0.005), headline=True)]
    if placebo is not None:
        slopes.append(slope_of("log_revenue", "placebo", placebo, headline=False))
    assert of_slopes(*slopes).answer("placebo").verdict == verdict


def forms_of(slope: float, seed: int) -> ReducedForms:
    """Four pain points in two personas that move leaving by nothing but the score; scores in deviations of 2."""
    rng = np.random.default_rng(seed)
    delta = np.array([-0.8, -0.5, -0.3, -0.6])
    se = 0.05
    score = tuple(GaussianSummary(mean=delta, precision=np.eye(4) / 0.01**2) for _ in range(2))
    leaving = tuple(
        GaussianSummary(mean=slope * 2 * delta + se * rng.normal(size=4), precision=np.eye(4) / se**2) for _ in range(2)
    )
    return ReducedForms(
        pain_points=("a", "b", "c", "d"),
        personas=("x", "y"),
        unit_exposure=np.ones(4),
        score_sd=2.0,
        score=score,
        leaving=leaving,
        spend=score,
        spend_placebo=score,
        stage_effect=np.zeros(4),
        stage_se=np.zeros(4),
    )


def test_the_slope_across_pain_points_is_recovered_with_its_range() -> None:
    found = [slope_across(forms_of(-0.3, seed), "retention") for seed in range(200)]
    estimate, se = np.array([one for one in found if one is not None]).T
    assert estimate.mean() == pytest.approx(-0.3, abs=3 * se.mean() / 200**0.5)
    covered = (np.abs(estimate + 0.3) < 1.645 * se).mean()
    # 200 ranges: binomial, three standard deviations, and above where chance looks like disagreement
    assert 0.84 <= covered <= 0.99
    assert slope_across(None, "retention") is None


def test_a_rate_twice_what_pain_points_say_is_flagged_nine_times_in_ten_and_a_true_one_hardly(
    of_slopes: Callable[..., Doubt],
) -> None:
    twice = slope_of("retention", "hazard", (-0.6, 0.04), headline=True)
    true = slope_of("retention", "hazard", (-0.3, 0.04), headline=True)
    change = slope_of("retention", "within", (-0.3, 0.5), headline=False)
    seen = sum(bool(flags((of_slopes(twice, change, forms=forms_of(-0.3, seed)),))) for seed in range(40))
    alarms = sum(bool(flags((of_slopes(true, change, forms=forms_of(-0.3, seed)),))) for seed in range(40))
    assert seen >= 36
    assert alarms <= 4


def test_what_noise_in_answers_explains_is_no_disagreement(of_slopes: Callable[..., Doubt]) -> None:
    noisy = slope_of("retention", "hazard", (-0.3 * 0.6, 0.02), headline=True)
    steady = slope_of("retention", "within", (-0.15, 0.02), headline=False)
    found = of_slopes(noisy, steady, forms=forms_of(-0.3, 1), reliability=0.6)
    assert found.answer("own history").verdict == "yes"
    twice = slope_of("retention", "hazard", (-0.3 * 1.2, 0.02), headline=True)
    assert of_slopes(twice, forms=forms_of(-0.3, 1), reliability=0.6).answer("own history").verdict == "no"


def test_scores_of_the_same_period_are_not_before_the_money(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    slope = slope_of("log_revenue", "cross_section", (0.02, 0.001), headline=True)
    found = doubt_rates(
        Calibration(slopes=(slope,)), hospitals_panel, hospitals_intake.case.journey, hospitals_intake.study
    )[0]
    assert found.answer("time order").verdict == "no"
    assert found.answer("own history").verdict == "no"


def test_stages_that_are_copies_are_told_as_one(hospitals_panel: SitePanel, hospitals_intake: Intake) -> None:
    first, second = hospitals_intake.case.journey.stage_ids()[:2]
    sums = hospitals_panel.driver_sums
    assert sums is not None
    both = [sums.measures.index(stage) for stage in (first, second)]
    order = np.arange(len(sums.measures))
    order[both[1]] = both[0]
    pairs = np.ix_(range(len(sums.n)), order, order)
    copies = {name: getattr(sums, name)[pairs] for name in ("n", "weight", "first", "square", "product")}
    copied = replace(hospitals_panel, driver_sums=replace(sums, **copies))
    checks = groups_checks(copied, hospitals_intake.case.journey)
    assert [check.code for check in checks] == ["C475"]
    assert "cannot be told apart with these data" in checks[0].text


@pytest.fixture(scope="module")
def sites() -> pd.DataFrame:
    """150 units, 6 years: money moves by a tenth a point of the score of the year before."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"unit": np.repeat(np.arange(150), 6), "t": np.tile(np.arange(6), 150)})
    frame["overall"] = rng.normal(size=900)
    frame["before"] = frame.groupby("unit")["overall"].shift(1).fillna(0.0)
    level = rng.normal(size=150)[frame["unit"]] + 0.02 * frame["t"]
    return frame.assign(revenue=np.exp(level + 0.1 * frame["before"] + 0.03 * rng.normal(size=900)))


def test_a_score_that_moves_money_foretells_it_better_and_its_ranges_hold(sites: pd.DataFrame) -> None:
    found = backtest_sites(sites, "overall", 1)
    assert found is not None and found.origins == 3
    assert found.ways[WITH].crps() < found.ways[WITHOUT].crps() / 2
    assert found.wmape(WITH) < min(found.wmape(LAST), found.wmape(SEASON))
    assert 0.85 <= found.ways[WITH].coverage() <= 0.95
    assert found.ways[WITH].calibration_slope() == pytest.approx(1.0, abs=0.05)
    assert found.mape(WITH) > 0


def test_under_two_years_there_is_no_backtest(sites: pd.DataFrame) -> None:
    assert backtest_sites(sites[sites["t"] < 2], "overall", 1) is None
    assert backtest_sites(sites, "overall", 4) is None
    assert backtest_leaving(pd.DataFrame({"t": [1, 2], "n": [5, 5]}), 4) is None


def test_leaving_is_foretold_by_persona_from_the_scores_of_those_at_risk() -> None:
    rng = np.random.default_rng(12)
    grid = pd.MultiIndex.from_product([range(14), ["a", "b", "c"], [3.0, 6.0, 9.0]], names=["t", "persona", "overall"])
    cells = grid.to_frame(index=False)
    # what moves from period to period is how many are unhappy
    unhappy = rng.uniform(0.1, 0.8, 14)[cells["t"]]
    cells["n"] = np.where(cells["overall"] == 3, 3000 * unhappy, 1500 * (1 - unhappy)).astype(int)
    cells["leavers"] = rng.binomial(cells["n"], 1 - np.exp(-np.exp(-1.5 - 0.3 * cells["overall"])))
    found = backtest_leaving(cells, 4)
    assert found is not None and found.forecasts == 3 * 10
    assert found.wmape(WITH) < found.wmape(LAST) and found.wmape(WITH) < found.wmape(WITHOUT)
    assert found.ways[WITH].coverage() > 0.75


def test_the_score_of_a_forecast_is_the_known_one() -> None:
    # standard Normal at its mean: (sqrt 2 - 1) / sqrt pi
    at_mean = Forecasts(came=np.zeros(1), mean=np.zeros(1), sd=np.ones(1))
    assert at_mean.crps() == pytest.approx((2**0.5 - 1) / np.pi**0.5)
