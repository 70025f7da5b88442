"""The certificate: what it says of a rate, of which periods, and what blocks its grade."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from rate_values import doubt, experiment, leaving_rate, rate

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from models.calibration.calibrate import calibrate
from models.calibration.slopes import Calibration
from models.certificate import NO_HIDDEN_CAUSE, Terms, default_validity, headlines, window_of
from models.certificate_issue import Beside, certificate_checks, issue_certificates

TERMS = Terms(point="1 point on 1-5", data_hash="ab" * 32, prior=(4.0, 3.0), valid_until="2027Q3")
ALONE = Beside(evidence=(), doubts=(), posterior=None, score_sd=1.0)
CALIBRATION = Calibration(slopes=(rate(),))


def test_every_headline_of_overall_gets_one_and_nothing_else_does() -> None:
    slopes = (rate(term="use"), rate(headline=False), leaving_rate(), rate())
    assert [one.outcome for one in headlines(Calibration(slopes=slopes))] == ["retention", "log_revenue"]


def test_it_says_rate_range_grade_and_what_is_kept(small_cells: CustomerCells, small_intake: Intake) -> None:
    (found,) = issue_certificates(small_cells, CALIBRATION, small_intake.study, TERMS, ALONE).certificates
    assert (found.rate, (found.low, found.high)) == (0.02, rate().range90())
    assert (found.grade, found.point, found.valid_until, found.blocked) == ("within-unit", TERMS.point, "2027Q3", "")
    assert found.kept == pytest.approx(4 / 7, abs=1e-3)


def test_its_answers_are_those_of_the_doubts_or_say_that_none_was_asked(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    asked = issue_certificates(small_cells, CALIBRATION, small_intake.study, TERMS, replace(ALONE, doubts=(doubt(),)))
    assert asked.certificates[0].answers == doubt().answers
    assert asked.hidden_cause("log_revenue") == doubt().hidden_cause
    silent = issue_certificates(small_cells, CALIBRATION, small_intake.study, TERMS, ALONE)
    assert [answer.verdict for answer in silent.certificates[0].answers] == ["cannot tell"] * 5
    assert silent.hidden_cause("log_revenue") == NO_HIDDEN_CAUSE


def test_an_experiment_that_finds_a_fifth_blocks_the_grade_and_the_least_is_kept(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    beside = replace(ALONE, evidence=(experiment(estimate=0.004, se=0.001),))
    found = issue_certificates(small_cells, CALIBRATION, small_intake.study, TERMS, beside)
    (certificate,) = found.certificates
    assert "experiment pilot" in certificate.blocked
    assert certificate.kept == pytest.approx(1 / 3, abs=0.01)
    (check,) = [check for check in certificate_checks(found) if check.code == "C490"]
    assert check.status == "review"
    assert "No grade is given" in check.text


def test_an_experiment_that_agrees_passes_and_one_way_alone_is_a_review(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    def status(beside: Beside) -> str:
        found = issue_certificates(small_cells, CALIBRATION, small_intake.study, TERMS, beside)
        return next(check.status for check in certificate_checks(found) if check.code == "C490")

    assert status(replace(ALONE, evidence=(experiment(),))) == "pass"
    assert status(ALONE) == "review"


def test_a_rate_outside_the_published_ranges_is_a_review_and_keeps_its_grade(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    high = Calibration(slopes=(rate(estimate=0.9),))
    found = issue_certificates(small_cells, high, small_intake.study, TERMS, ALONE)
    (check,) = [check for check in certificate_checks(found) if check.code == "C491"]
    assert (check.status, found.certificates[0].blocked) == ("review", "")


def test_the_window_is_that_of_outcomes_a_period_after_the_scores(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    t = small_cells.certified["t"]
    first, last = window_of(small_cells, rate(), small_intake.study)
    ordinals = pd.Series([_ordinal(first), _ordinal(last)])
    assert ordinals.tolist() == [t.min() + 1, t.max() + 1]
    assert last == small_intake.study.study.as_of


def _ordinal(label: str) -> int:
    return int(label[:4]) * 4 + int(label[-1]) - 1


def test_hospitals_are_certified_over_the_years_whose_revenue_follows_a_score(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    calibration = calibrate(hospitals_panel, hospitals_intake.case.journey)
    found = issue_certificates(hospitals_panel, calibration, hospitals_intake.study, TERMS, ALONE)
    (certificate,) = [one for one in found.certificates if one.outcome == "log_revenue"]
    assert certificate.grade == "not told apart from placebo"
    booked = hospitals_panel.panel.dropna(subset=["revenue"])["t"]
    assert certificate.window[1] == str(booked.max())
    assert default_validity(hospitals_intake.study) == str(hospitals_intake.study.as_of + 1)
