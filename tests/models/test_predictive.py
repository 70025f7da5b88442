"""Leavers predicted are those of the binomial, add up, and give a wrong model away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from impact.cells import CustomerCells
from impact.intake import Intake
from impact.rng import stream
from models.drawn_cells import DrawnPart, draw_cells, exact_weight, met_label, number_met
from models.exact import Corrected, correct
from models.predicted_leaving import PredictedLeaving, predict_leaving, predictive_checks, too_many
from models.predictive import Group, predict_groups, predict_scores, predicted_row, together
from models.reduce import reduce_cells
from models.uplift import Credibility, Question, fit_uplift

# 40,000 draws tell a percentile of a count of 50 to one leaver.
ONE_LEAVER = 1.0
# Sums of the same rates in another order.
SAME_SUMS = 1e-9


@pytest.fixture(scope="module")
def question(small_cells: CustomerCells, small_intake: Intake) -> Question:
    journey = small_intake.case.journey
    return Question(
        forms=reduce_cells(small_cells, journey),
        signs=-np.ones(len(journey.pain_points)),
        credibility=Credibility(prior=None, grades={}),
    )


@pytest.fixture(scope="module")
def corrected(question: Question, small_cells: CustomerCells, small_intake: Intake) -> Corrected:
    posterior = fit_uplift(question, 1, "quick", lambda done, total: None)
    found = correct(posterior, question.forms, small_cells, small_intake.case.journey, 1)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def drawn(corrected: Corrected) -> list[DrawnPart]:
    leaving = corrected.posterior.leaving[::10]
    return [draw_cells(leaving, corrected.posterior.personas, part, 1) for part in corrected.parts]


@pytest.fixture(scope="module")
def predicted(
    question: Question, corrected: Corrected, small_cells: CustomerCells, small_intake: Intake
) -> PredictedLeaving:
    found = predict_leaving(question, corrected, small_cells, small_intake.case.journey, 1)
    assert found is not None
    return found


def group(seen: float, **changes: object) -> Group:
    whole = Group(kind="persona", group="x", customers=1_000, seen=seen, expected=np.full(40_000, 50.0))
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_at_a_rate_that_is_known_the_range_is_that_of_the_binomial() -> None:
    row = predicted_row(group(50), stream(1, "row"))
    low, high = binom.ppf([0.05, 0.95], 1_000, 0.05)
    assert row.mean == pytest.approx(50, abs=0.1)
    assert row.p05 == pytest.approx(low, abs=ONE_LEAVER)
    assert row.p95 == pytest.approx(high, abs=ONE_LEAVER)
    assert row.inside and not row.far


def test_what_was_seen_is_inside_outside_or_far() -> None:
    rows = [predicted_row(group(seen), stream(1, "row")) for seen in (45, 65, 90)]
    assert [row.inside for row in rows] == [True, False, False]
    assert [row.far for row in rows] == [False, False, True]


def test_leaving_that_varies_more_than_chance_has_wider_ranges() -> None:
    narrow, wide = (predicted_row(group(50, dispersion=one), stream(1, "row")) for one in (1.0, 4.0))
    assert (wide.p95 - wide.p05) / (narrow.p95 - narrow.p05) == pytest.approx(2, abs=0.15)


def test_draws_that_weigh_nothing_do_not_count() -> None:
    expected = np.repeat([50.0, 500.0], 20_000)
    row = predicted_row(group(50, expected=expected), stream(1, "row"), np.repeat([1.0, 0.0], 20_000))
    assert row.mean == pytest.approx(50, abs=0.3)


def test_groups_of_the_same_name_are_counted_together() -> None:
    whole = together([group(20), group(30), group(5, group="y")])
    assert [(one.group, one.seen, one.customers) for one in whole] == [("x", 50, 2_000), ("y", 5, 1_000)]
    assert whole[0].expected[0] == 100


def test_customers_who_met_three_or_more_are_one_group(drawn: list[DrawnPart], small_intake: Intake) -> None:
    part = drawn[0].part
    met = number_met(part, small_intake.case.journey)
    pains = list(small_intake.case.journey.pain_ids())
    np.testing.assert_array_equal(met, np.minimum(part.rows[pains].sum(axis=1), 3))
    assert [met_label(k) for k in (0, 3)] == ["0", "3 or more"]


def test_every_customer_is_in_one_group_of_each_kind(
    drawn: list[DrawnPart], small_cells: CustomerCells, small_intake: Intake
) -> None:
    rows = predict_groups(drawn, small_cells, small_intake.case.journey, 1)
    at_risk, left = small_cells.leaving["n"].sum(), small_cells.leaving["leavers"].sum()
    for kind in ("pain points met", "persona", "answering"):
        mine = [row for row in rows if row.kind == kind and (kind == "persona" or not row.persona)]
        assert sum(row.customers for row in mine) == pytest.approx(at_risk, rel=SAME_SUMS)
        assert sum(row.seen for row in mine) == pytest.approx(left, rel=SAME_SUMS)
    gave = next(row for row in rows if row.group == "gave a score")
    assert gave.seen == small_cells.certified["leavers"].sum()
    assert gave.customers == pytest.approx(small_cells.certified["n"].sum(), rel=0.01)


def test_the_model_the_company_was_made_by_is_not_contradicted(predicted: PredictedLeaving) -> None:
    assert not any(row.far for row in predicted.groups)
    found = {check.code: check for check in predictive_checks(predicted)}
    assert found["C511"].status == "pass"
    assert found["C512"].status == "pass"
    assert set(found) == {"C511", "C512", "C513", "C514", "C515"}


def test_effects_that_are_far_too_large_are_told(
    corrected: Corrected, predicted: PredictedLeaving, small_cells: CustomerCells, small_intake: Intake
) -> None:
    posterior = corrected.posterior
    wrong = [draw_cells(posterior.leaving[::10] + 1.0, posterior.personas, part, 1) for part in corrected.parts]
    rows = tuple(predict_groups(wrong, small_cells, small_intake.case.journey, 1))
    check = predictive_checks(replace(predicted, groups=rows))[0]
    assert (check.code, check.status) == ("C511", "review")


def test_by_score_the_slope_alone_is_put_to_the_test(small_cells: CustomerCells) -> None:
    flat = predict_scores(small_cells, np.zeros(400), 1.0, 1)
    steep = predict_scores(small_cells, np.full(400, -1.0), 1.0, 1)
    left = small_cells.certified["leavers"].sum()
    assert sum(row.seen for row in flat) == left
    for rows in (flat, steep):
        assert sum(row.mean for row in rows) == pytest.approx(left, rel=0.05)
    assert steep[0].mean > flat[0].mean
    assert steep[2].mean < flat[2].mean


def test_too_many_outside_is_judged_by_chance() -> None:
    assert [too_many(outside, 20) for outside in (2, 5, 7)] == [False, False, True]
    assert not too_many(0, 0)


def test_weights_that_cannot_be_trusted_are_not_used(drawn: list[DrawnPart]) -> None:
    even, spike = np.zeros(len(drawn[0].off)), np.zeros(len(drawn[0].off))
    spike[0] = 1_000.0
    assert exact_weight([replace(drawn[0], off=even)]) is not None
    assert exact_weight([replace(drawn[0], off=spike)]) is None
