"""What the case against is worked out from: what evidence measured, what it shares with the ledger, and accounts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from impact.argue import argue
from impact.evidence import Evidence
from models.evidence import Reading, Use
from models.evidence_learnt import Line
from scenarios.against import Concentrated, Point
from tests.quick_study import Quick, quick_starter


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Quick:
    """The starter study and what a short run found."""
    return quick_starter(tmp_path_factory)


def line(name: str, target: str, period: str, use: Use = "effect") -> Line:
    item = Evidence(
        evidence=name,
        kind="experiment",
        target=target,
        outcome="retention",
        unit="points",
        estimate=0.01,
        se=0.01,
        period=period,
    )
    return Line(reading=Reading(item=item, use=use, words=""), before=None, after=None, miss=0.0)


def points(
    quick: Quick, *lines: Line, accounts: tuple[Concentrated, ...] = (), by_rate: float = float("nan")
) -> dict[str, Point]:
    found = quick.found
    assert found.estimates is not None and found.decision is not None
    estimates = replace(found.estimates, learnt=replace(found.estimates.learnt, lines=lines))
    against = argue(quick.intake, found.cells, estimates, found.decision, found.gates, accounts, by_rate=by_rate)
    return {one.point: one for one in against.points}


def fixed_pain(quick: Quick) -> str:
    decision = quick.found.decision
    assert decision is not None and decision.portfolio is not None
    chosen = decision.case.offers[int(decision.portfolio.chosen.argmax())].item.initiative
    return next(fix.pain_point for fix in quick.intake.case.plan.fixes if fix.initiative == chosen)


def test_the_case_of_a_run_is_the_one_of_its_own_evidence(quick: Quick) -> None:
    learnt = quick.found.estimates
    assert learnt is not None
    again = points(quick, *learnt.learnt.lines, by_rate=quick.found.walks[0].amounts[0])
    assert set(again) == {one.point for one in quick.found.against.points}


def test_a_pain_point_that_an_experiment_spoke_of_is_no_comparison_of_customers(quick: Quick) -> None:
    assert "no comparison with itself" in points(quick)
    assert "no comparison with itself" not in points(quick, line("trial", fixed_pain(quick), "2019Q1"))
    assert "no comparison with itself" in points(quick, line("trial", fixed_pain(quick), "2019Q1", "none"))


def test_evidence_is_named_where_it_was_measured_in_a_period_of_the_ledger(quick: Quick) -> None:
    pain, last = fixed_pain(quick), quick.intake.study.study.as_of
    rows = (line("inside", pain, last), line("before", pain, "2019Q1"), line("undated", pain, ""))
    said = points(quick, *rows, line("odd", pain, "some time"), line("unused", pain, last, "none"))
    assert said["evidence within the data"].found == "inside"
    assert "evidence within the data" not in points(quick, rows[1])


def test_a_large_account_is_among_the_points(quick: Quick) -> None:
    account = Concentrated(unit="Acme", of="the chosen portfolio", share=0.4)
    assert (
        "Acme alone carries 40% of the chosen portfolio" in points(quick, accounts=(account,))["one account"].sentence
    )
