"""What better scores save in service: the slope, and its money draw by draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel, summarise
from impact.intake import Intake, take_in
from impact.rng import stream
from models.calibration.calibrate import calibrate
from models.calibration.slopes import Calibration
from models.haircut import PLACEBO
from models.simulate import Company, CompanySpec, simulate_company
from models.value import Course, base_path, look_at_today, value_draws
from scenarios.service import NO_SERVICE, Counted, rate_service, value_with_service
from tests.scenarios.small_case import DRAWS, PAINS, PERIODS, PERSONAS, small_base, small_posterior

# Two ways of summing a few thousand terms in double precision.
SUMMED = 1e-9
# Standard errors between a slope and what it was made with: beyond once in 15,000.
FAR = 4.0
SAVED_A_POINT = 2.0
SPEC = CompanySpec(seed=11, customers=500, periods=6, stages=2, personas=2, pain_points=3, initiatives=2)


@pytest.fixture(scope="module")
def served(company_folder: Callable[[Company], Path]) -> Intake:
    """A company without margins whose next cost to serve falls by two for every point of overall."""
    rng = np.random.default_rng(4)
    folder = company_folder(simulate_company(SPEC))
    answers = pd.read_parquet(folder / "responses.parquet")
    answers = answers[answers["stage"] == "overall"]
    again = answers.assign(responded_at=pd.to_datetime(answers["responded_at"]) + pd.DateOffset(months=3))
    again = again[again["responded_at"] < "2026-10-01"]
    again = again.assign(score=rng.integers(1, 6, len(again)))
    answers = pd.concat([answers.assign(responded_at=pd.to_datetime(answers["responded_at"])), again])
    answers["period"] = answers["responded_at"].dt.to_period("Q")
    mean = answers.groupby(["customer_id", "period"], as_index=False)["score"].mean()
    ledger = pd.read_parquet(folder / "ledger.parquet").drop(columns="margin", errors="ignore")
    before = mean.assign(period=(mean["period"] + 1).astype(str))
    rows = ledger.merge(before, on=["customer_id", "period"], how="left")
    cost = 40 - SAVED_A_POINT * rows["score"].fillna(3.0) + rng.normal(0, 3, len(rows))
    ledger.assign(cost_to_serve=cost.round(4)).to_parquet(folder / "ledger.parquet")
    answers.drop(columns="period").to_parquet(folder / "responses.parquet")
    return take_in(folder, ("study.margin_rate=0.4",))


@pytest.fixture(scope="module")
def cells(served: Intake) -> CustomerCells:
    found = summarise(served.source, served.case.journey, served.study)
    assert isinstance(found, CustomerCells)
    return found


@pytest.fixture(scope="module")
def calibration(served: Intake, cells: CustomerCells) -> Calibration:
    return calibrate(cells, served.case.journey)


def test_the_saving_of_a_point_is_recovered_from_the_rows(
    served: Intake, cells: CustomerCells, calibration: Calibration
) -> None:
    slope = calibration.headline("cost_to_serve")
    rate = rate_service(calibration, cells, served.study, DRAWS, booked=True)
    assert slope is not None and rate.saved is not None
    assert abs(rate.saved.mean() - SAVED_A_POINT) < FAR * slope.se
    assert rate.saved.mean() == pytest.approx(-slope.estimate, rel=SUMMED)
    assert [check.status for check in rate.checks] == ["pass"]


def _with_slope(calibration: Calibration, **changes: object) -> Calibration:
    slopes = tuple(
        replace(slope, **changes) if slope.outcome == "cost_to_serve" and slope.headline else slope  # type: ignore[arg-type]
        for slope in calibration.slopes
    )
    return replace(calibration, slopes=slopes)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"grade": PLACEBO}, "placebo"),
        ({"se": np.inf}, "could not be told"),
        ({"headline": False}, "could not be told"),
    ],
)
def test_a_slope_that_is_not_fit_counts_nil_and_a_check_says_why(
    served: Intake, cells: CustomerCells, calibration: Calibration, changes: dict[str, object], word: str
) -> None:
    rate = rate_service(_with_slope(calibration, **changes), cells, served.study, DRAWS, booked=True)
    assert rate.saved is None
    assert [(check.code, check.status) for check in rate.checks] == [("C640", "review")]
    assert word in rate.checks[0].text


def test_a_rate_without_a_grade_counts_nil(served: Intake, cells: CustomerCells, calibration: Calibration) -> None:
    rate = rate_service(calibration, cells, served.study, DRAWS, booked=True, blocked="Own methods disagree.")
    assert rate.saved is None and rate.checks[0].text.endswith("Own methods disagree.")


def test_where_the_ledger_has_its_own_margin_the_saving_is_in_it_already(
    served: Intake, cells: CustomerCells, calibration: Calibration
) -> None:
    own = replace(cells, money=cells.money.assign(margin=cells.money["revenue"] * 0.4))
    rate = rate_service(calibration, own, served.study, DRAWS, booked=True)
    assert rate.saved is None
    assert rate.checks[0].status == "pass" and "in it already" in rate.checks[0].text


def test_where_money_is_revenue_no_saving_is_counted(
    served: Intake, cells: CustomerCells, calibration: Calibration
) -> None:
    section = served.study.study.model_copy(update={"margin_rate": None})
    rate = rate_service(calibration, cells, replace(served.study, study=section), DRAWS, booked=True)
    assert rate.saved is None and rate.checks[0].status == "review"


def test_a_ledger_without_cost_to_serve_has_nothing_to_say(
    served: Intake, cells: CustomerCells, calibration: Calibration
) -> None:
    assert rate_service(calibration, cells, served.study, DRAWS, booked=False) == NO_SERVICE


def test_a_cost_to_serve_of_sites_is_not_counted_and_said(served: Intake, calibration: Calibration) -> None:
    money = pd.DataFrame({"t": [1], "revenue": [1.0], "margin": [np.nan]})
    sites = SitePanel(**{name: money if name == "money" else None for name in SitePanel.__dataclass_fields__})
    rate = rate_service(calibration, sites, served.study, DRAWS, booked=True)
    assert rate.saved is None and rate.checks[0].status == "review" and "not of sites" in rate.checks[0].text


def _course(seed: int) -> Course:
    """Two levels of shares removed, by persona: one in the third period, the other after it."""
    levels = stream(seed, "levels").uniform(0, 0.8, (len(PERSONAS), 2, DRAWS, len(PAINS)))
    return Course(levels=levels, at=np.array([-1, -1, 0, 1, 1, 1]))


def _there(seed: int, course: Course, g: int) -> np.ndarray:
    """Customers of a persona still there with the course `(draw, period)`: their own value at a money of one each."""
    base, posterior = small_base(seed), small_posterior(seed)
    persona = replace(base.personas[g], money=np.ones(2))
    one = replace(base, personas=(persona,))
    names = ("score", "leaving", "spend")
    mine = replace(posterior, personas=(persona.persona,), **{n: getattr(posterior, n)[:, g : g + 1] for n in names})
    kept = value_draws(one, look_at_today(one, mine), Course(levels=course.levels[g : g + 1], at=course.at)).retention
    return np.asarray(base_path(one)["customers"] + kept)


def _slow_saving(seed: int, course: Course, counted: np.ndarray, saved: np.ndarray) -> np.ndarray:
    """- slope x points gained x share kept x customers there, a loop over draws, personas, periods and pain points."""
    base, posterior = small_base(seed), small_posterior(seed)
    out = np.zeros((DRAWS, PERIODS))
    for g, persona in enumerate(base.personas):
        there = _there(seed, course, g)
        for h in range(base.lag, PERIODS):
            level = course.at[h - base.lag]
            for d in range(DRAWS) if level >= 0 else ():
                points = 0.0
                for k in range(len(PAINS)):
                    kept = posterior.score[d, g, k] * posterior.credibility[d, k]
                    points -= counted[g, level, d, k] * kept * persona.exposure[k]
                out[d, h] += saved[d] * points * there[d, h]
    return out


@pytest.mark.parametrize("seed", [1, 2])
def test_the_saving_is_slope_times_points_times_customers_there_in_every_draw_and_period(seed: int) -> None:
    base, posterior, course = small_base(seed), small_posterior(seed), _course(seed)
    saved = stream(seed, "saved").normal(2, 0.5, DRAWS)
    part = stream(seed, "part").uniform(size=(len(PERSONAS), 2, 1, len(PAINS))) * course.levels
    counted = Counted(saved=saved, cashable=part, rest=course.levels - part)
    found = value_with_service(base, look_at_today(base, posterior), posterior, course, counted)
    assert found.service == pytest.approx(_slow_saving(seed, course, part, saved), rel=SUMMED)
    assert found.non_cashable == pytest.approx(_slow_saving(seed, course, course.levels - part, saved), rel=SUMMED)


def test_what_stays_and_what_is_spent_are_as_without_it() -> None:
    base, posterior, course = small_base(3), small_posterior(3), _course(3)
    today = look_at_today(base, posterior)
    counted = Counted(saved=np.ones(DRAWS), cashable=course.levels, rest=np.zeros_like(course.levels))
    found, plain = value_with_service(base, today, posterior, course, counted), value_draws(base, today, course)
    assert np.array_equal(found.retention, plain.retention) and np.array_equal(found.spend, plain.spend)
    assert not found.non_cashable.any()
    assert found.discounted(base.discount) == pytest.approx(
        plain.discounted(base.discount) + found.service @ base.discount, rel=SUMMED
    )
