"""The page of a rate: what finance reads, repeats and signs, on one page without a script."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from impact.approval import Approval, ApprovedRate
from impact.standing import Standing
from models.calibration.slopes import Calibration, Regression, Slope
from models.certificate import Certificate, Certified, not_asked
from models.planning import RatePlan
from models.sensitivity.answers import QUESTIONS, Answer, Doubt, Test
from models.triangulation import Triangulation, compare_legs, slope_leg
from reports.certificate_words import plan_notices, planning_in_words, rate_in_words
from reports.page import write_rate_pages
from reports.rate_page import Heading, rate_pages

SLOPE = Slope(
    outcome="retention",
    term="overall",
    method="hazard",
    estimate=-0.2,
    se=0.05,
    n=900,
    units=900,
    headline=True,
    grade="cross-section",
)
SIGNED = ApprovedRate(
    outcome="retention",
    term="overall",
    rate=-0.3,
    low=-0.4,
    high=-0.2,
    point="1 point on 1-5",
    grade="cross-section",
    data_hash="cd" * 32,
)
APPROVAL = Approval(
    what="rate",
    by="Ann <Lee>",
    at="2026-10-02T09:30:00+00:00",
    valid_until="2027Q3",
    note="for the budget",
    run_id="1",
    as_of="2026Q2",
    files={},
    inputs={},
    rates=(SIGNED,),
)
CERTIFICATE = Certificate(
    outcome="retention",
    term="overall",
    rate=-0.2,
    low=-0.28,
    high=-0.12,
    point="1 point on 1-5",
    window=("2025Q1", "2026Q3"),
    data_hash="ab" * 32,
    answers=not_asked(),
    grade="cross-section",
    kept=3 / 7,
    blocked="",
    valid_until="2027Q3",
)
UNSIGNED = Standing(
    outcome="retention",
    term="overall",
    state="none",
    words="not approved: nobody has signed it",
    signed=None,
    planning=None,
)
CHANGED = replace(
    UNSIGNED, state="inputs changed", words="not approved: inputs changed", signed=APPROVAL, planning=SIGNED
)
HEADING = Heading(
    name="Northwind",
    currency="EUR",
    period_kind="quarter",
    as_of="2026Q3",
    run_id="3f9a1c07",
    sites=False,
    fit=True,
    notices=("Simulated data.",),
    worth=("A point is worth EUR 1m.",),
    parts={"retention": (8e5, 5e5, 1e6), "spend": (2e5, 1e5, 3e5)},
)


def plan(standing: Standing = UNSIGNED, **changes: object) -> RatePlan:
    certificate = replace(CERTIFICATE, **changes)  # type: ignore[arg-type]
    return RatePlan(certificate=certificate, standing=standing, money_between=float("nan"))


def certified(*doubts: Doubt) -> Certified:
    legs = (slope_leg(SLOPE), replace(slope_leg(SLOPE), way="experiment", name="experiment pilot", estimate=-0.25))
    ways = Triangulation(outcome="retention", term="overall", legs=legs, pairs=compare_legs(legs), published=())
    return Certified(certificates=(CERTIFICATE,), triangulations=(ways,), doubts=doubts)


def html(folder: Path, one: RatePlan, heading: Heading = HEADING, calibration: Calibration | None = None) -> str:
    pages = rate_pages(heading, calibration or Calibration(slopes=(SLOPE,)), certified(), (one,))
    write_rate_pages(pages, folder)
    return (folder / "rate-retention.html").read_text(encoding="utf-8")


def words(page: str) -> str:
    body = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_rate_stands_in_words_with_range_grade_and_what_is_kept(tmp_path: Path) -> None:
    said = words(html(tmp_path, plan()))
    assert "goes with a leaving rate changed by -18% (range -24% to -11%)." in said
    assert "different ones compared with each other, which is weak" in said
    assert "43% is counted on average" in said
    assert "A point is worth EUR 1m." in said
    assert "retention EUR 800k" in said


def test_it_says_who_signed_and_until_when_or_that_nobody_did(tmp_path: Path) -> None:
    assert "Signed by nobody yet Valid until 2027Q3, if signed now" in words(html(tmp_path, plan()))
    page = html(tmp_path, plan(CHANGED))
    assert "Ann <Lee>, 2026-10-02 09:30 UTC" in words(page)
    assert "for the budget" in words(page)
    assert "Ann <Lee>" not in page


def test_all_five_questions_stand_there_with_their_tests(tmp_path: Path) -> None:
    tests = (Test(name="reverse", found="0.1", limit="0.2", status="pass", text="Clean."),)
    answers = tuple(
        Answer(question=question, verdict="no", text=f"No: {question}.", tests=tests) for question in QUESTIONS
    )
    said = words(html(tmp_path, plan(answers=answers)))
    assert all(question in said for question in QUESTIONS.values())
    assert said.count("✗") == 5
    assert said.count("reverse 0.1 0.2 pass Clean.") == 5
    assert said.partition("When not to trust it")[2].count("No: ") == 5


def test_a_blocked_rate_has_no_grade_and_says_so_everywhere(tmp_path: Path) -> None:
    blocked = plan(blocked="Own methods disagree by more than a factor of two: one and two.")
    said = words(html(tmp_path, blocked))
    assert "No grade is given. Own methods disagree" in said
    assert "which is weak" not in said
    assert plan_notices(blocked)[0].startswith("No grade is given to the rate of leaving")


def test_an_expired_approval_is_a_notice_and_a_standing_one_is_none() -> None:
    expired = plan(replace(CHANGED, state="expired", planning=None))
    assert plan_notices(expired) == ("The approved rate of leaving expired with 2027Q3: none is valid.",)
    assert plan_notices(plan(CHANGED)) == ()


def test_the_planning_rate_stands_beside_the_current_one_with_the_money_between() -> None:
    said = planning_in_words(replace(plan(CHANGED), money_between=-2e5), "EUR", "quarter")
    assert said[0].startswith("Planning rate until 2027Q3: a leaving rate changed by -26%")
    assert said[1] == "At the planning rate a point is worth EUR 200k less than at the current rate, base and horizon."
    assert "do not change with it" in said[2]
    assert planning_in_words(plan(), "EUR", "quarter") == ()


def test_the_call_is_that_of_the_regression_where_its_rows_left_the_engine(tmp_path: Path) -> None:
    import pandas as pd

    regression = Regression(
        slope=SLOPE,
        y=np.zeros((2, 2)),
        x=pd.DataFrame({"overall": [0.0, 1.0]}),
        keys=pd.DataFrame({"t": [1, 2]}),
        family="cloglog",
        weights=None,
        call="GLM(the very call)",
    )
    calibration = Calibration(slopes=(SLOPE,), regressions=(regression,))
    assert "GLM(the very call)" in words(html(tmp_path, plan(), calibration=calibration))
    assert "Binomial(CLogLog())" in words(html(tmp_path, plan()))


def test_the_page_runs_no_script_and_asks_for_nothing(tmp_path: Path) -> None:
    page = html(tmp_path, plan())
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert page.count("<svg") == 1


def test_a_run_not_fit_for_use_says_so_first(tmp_path: Path) -> None:
    said = words(html(tmp_path, plan(), replace(HEADING, fit=False)))
    assert said.index("NOT FIT FOR USE") < said.index("goes with")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("margin", "goes with EUR -0.2 of margin a customer and quarter (range EUR -0.28 to EUR -0.12)."),
        ("log_revenue", "goes with -18% revenue (range -24% to -11%)."),
    ],
)
def test_every_outcome_has_its_unit(outcome: str, said: str) -> None:
    certificate = replace(CERTIFICATE, outcome=outcome)  # type: ignore[arg-type]
    assert rate_in_words(certificate, "EUR", "quarter").endswith(said)
