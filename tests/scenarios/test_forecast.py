"""What a decision claims: every figure by period as a distribution, and an initiative's gain in customers kept."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix
from impact.record import PLACES
from scenarios.decide import decide
from scenarios.decision import Decision
from scenarios.forecast import FINER, Setting, claim_rows, claims_of, retention_gains
from scenarios.limits import Limits
from scenarios.worth import Case, costs_by_period, other_benefit, set_value
from tests.scenarios.small_case import case_of, one_plan, random_case

PERIODS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1", "2027Q2")
SETTING = Setting(periods=PERIODS, currency="EUR", has_margin=True)
SAME = 1e-12  # the same sums in another order
CERTAIN = 1e-9  # of what has no width ten digits are kept
FRAIL = 2e-3  # the least frailty is not nil, and the closed form is of none


def _decided(case: Case, per_margin: float | None = 2.5, score: float = 3.8) -> Decision:
    return decide(
        case,
        limits=Limits(),
        periods_a_year=4,
        value_of_a_point=25_000.0,
        revenue_per_margin=per_margin,
        score_now=score,
    )


@pytest.fixture(scope="module")
def decision() -> Decision:
    """A choice among six initiatives, some of them worth it."""
    return _decided(random_case(3, 6))


def test_every_metric_is_claimed_by_period_with_the_chosen_and_with_nothing_funded(decision: Decision) -> None:
    claims = {one.id: one for one in claims_of(decision, SETTING)}
    assert len(claims) == len(claims_of(decision, SETTING))
    for kind, plan in zip(("metric", "idle"), decision.quarters, strict=True):
        for metric in ("customers", "retention", "revenue", "margin", "csat", "cash"):
            for h, period in enumerate(PERIODS):
                one = claims[f"{kind}/{metric}/{period}"]
                assert (one.kind, one.metric, one.initiative, one.period) == (kind, metric, None, period)
                draws = plan.metrics[metric][:, h]
                step = FINER * (np.quantile(draws, 0.99) - np.quantile(draws, 0.01))
                np.testing.assert_allclose(one.quantiles, np.quantile(draws, PLACES), rtol=CERTAIN, atol=step / 2)
                assert one.mean == pytest.approx(draws.mean(), rel=CERTAIN, abs=step / 200)
    assert {one.unit for one in claims.values()} == {"customers", "share", "points", "EUR"}


def test_only_chosen_initiatives_claim_and_their_benefit_is_all_they_bring(decision: Decision) -> None:
    assert decision.portfolio is not None
    case, chosen = decision.case, np.flatnonzero(decision.portfolio.chosen)
    assert 0 < len(chosen) < len(case.offers)
    claims = {one.id: one for one in claims_of(decision, SETTING) if one.kind == "initiative"}
    assert {one.initiative for one in claims.values()} == {case.offers[i].item.initiative for i in chosen}
    for i in chosen:
        offer = case.offers[i]
        parts = {
            "benefit": set_value(case, [int(i)]).gained() + other_benefit(offer),
            "cost": np.broadcast_to(costs_by_period(offer), (case.posterior.draws, case.periods)),
        }
        for metric, draws in parts.items():
            for h, period in enumerate(PERIODS):
                one = claims[f"initiative/{offer.item.initiative}/{metric}/{period}"]
                width = np.quantile(draws[:, h], 0.99) - np.quantile(draws[:, h], 0.01)
                assert one.mean == pytest.approx(draws[:, h].mean(), rel=CERTAIN, abs=FINER * width / 200)
                assert one.unit == "EUR"


def test_an_initiatives_gain_in_retention_is_what_leaving_less_by_its_ratio_keeps() -> None:
    # a fix of all of one pain point, which everybody meets at once and alone: leaving intensity times exp(-tau)
    case = case_of(one_plan(Fix(initiative="only", pain_point="late", low=1.0, likely=1.0, high=1.0)), seed=2)
    person = replace(
        case.base.personas[0],
        patterns=np.array([[1.0, 0.0, 0.0, 0.0]]),
        weights=np.ones(1),
        exposure=np.array([1.0, 0.0, 0.0, 0.0]),
        customers=np.array([1_000.0, 0.0]),
    )
    nobody = replace(person, customers=np.zeros(2))
    base = replace(case.base, personas=(person, nobody), frailty=np.zeros_like(case.base.frailty))
    (found,) = retention_gains(replace(case, base=base), (0,))
    tau = case.posterior.leaving[:, 0, 0] * case.posterior.credibility[:, 0]
    kept = 1 - person.rate[0]
    np.testing.assert_allclose(found[:, 0], 0.0, atol=SAME)  # outcomes of the first period come from before the fix
    for h in range(1, len(PERIODS)):
        np.testing.assert_allclose(found[:, h], kept ** np.exp(-tau) - kept, rtol=FRAIL)


def test_where_nobody_can_leave_no_initiative_claims_to_keep_customers() -> None:
    case = case_of(one_plan(Fix(initiative="only", pain_point="late", low=0.3, likely=0.5, high=0.7), cost=1.0))
    settled = replace(
        case.base, personas=tuple(replace(one, rate=np.zeros(2), customers=one.customers) for one in case.base.personas)
    )
    decision = _decided(replace(case, base=settled))
    assert decision.portfolio is not None and decision.portfolio.chosen.all()
    found = {one.metric for one in claims_of(decision, SETTING) if one.kind == "initiative"}
    assert found == {"benefit", "cost"}


def test_without_a_margin_revenue_is_claimed_and_no_margin_cash_or_initiative() -> None:
    decision = _decided(random_case(3, 3), per_margin=None)
    claims = claims_of(decision, replace(SETTING, has_margin=False))
    assert {one.metric for one in claims} == {"customers", "retention", "revenue", "csat"}
    assert {one.kind for one in claims} == {"metric", "idle"}


def test_a_figure_that_is_not_known_is_not_claimed() -> None:
    claims = claims_of(_decided(random_case(3, 2), score=float("nan")), SETTING)
    assert "csat" not in {one.metric for one in claims}


def test_rows_read_back_to_the_same_claims(decision: Decision) -> None:
    claims = claims_of(decision, SETTING)
    read = json.loads(json.dumps(claim_rows(claims), allow_nan=False))
    assert [row["id"] for row in read] == [one.id for one in claims]
    for row, one in zip(read, claims, strict=True):
        assert row["mean"] == one.mean
        certain = one.quantiles[0] == one.quantiles[-1]
        assert row["quantiles"] == one.quantiles.tolist()[: 1 if certain else None]
        assert np.all(np.diff(row["quantiles"]) >= 0)
    assert any(len(row["quantiles"]) == 1 for row in read)
