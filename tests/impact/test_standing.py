"""Where a rate stands: approved until it expires, and never approved once what it rests on has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from impact.approval import Approval, ApprovedRate
from impact.periods import parse_period
from impact.standing import Offered, Standing, standing_of

HASH = "ab" * 32
SIGNED = ApprovedRate(
    outcome="log_revenue",
    term="overall",
    rate=0.02,
    low=0.01,
    high=0.03,
    point="1 point on 1-5",
    grade="within-unit",
    data_hash=HASH,
)
APPROVAL = Approval(
    what="rate",
    by="Ann Lee",
    at="2026-10-02T09:30:00+00:00",
    valid_until="2027Q3",
    note="",
    run_id="3f9a1c07",
    as_of="2026Q3",
    files={},
    inputs={},
    rates=(SIGNED,),
)
OFFERED = Offered(outcome="log_revenue", term="overall", rate=0.02, point="1 point on 1-5", data_hash=HASH)


def stands(*approvals: Approval, offered: Offered = OFFERED, as_of: str = "2026Q3") -> Standing:
    return standing_of(approvals, offered, parse_period(as_of, "quarter"), "quarter")


def test_the_very_rate_that_was_signed_is_approved_by_name_date_and_period() -> None:
    found = stands(APPROVAL)
    assert (found.state, found.planning) == ("approved", SIGNED)
    assert found.words == "approved by Ann Lee on 2026-10-02 until 2027Q3"


def test_a_rate_that_nobody_signed_is_not_approved() -> None:
    found = stands(replace(APPROVAL, what="portfolio", rates=()))
    assert (found.state, found.words, found.planning) == ("none", "not approved: nobody has signed it", None)


@pytest.mark.parametrize("changes", [{"data_hash": "cd" * 32}, {"rate": 0.021}])
def test_any_later_change_reads_not_approved_while_the_signed_rate_is_still_planned_with(
    changes: dict[str, str | float],
) -> None:
    found = stands(APPROVAL, offered=replace(OFFERED, **changes))  # type: ignore[arg-type]
    assert found.words.startswith("not approved: inputs changed since")
    assert (found.state, found.planning) == ("inputs changed", SIGNED)


@pytest.mark.parametrize(("as_of", "state"), [("2027Q3", "approved"), ("2027Q4", "expired")])
def test_it_holds_up_to_and_with_its_last_period(as_of: str, state: str) -> None:
    found = stands(APPROVAL, as_of=as_of)
    assert found.state == state
    assert (found.planning is None) is (state == "expired")


def test_the_latest_approval_of_an_outcome_counts_and_one_of_a_portfolio_hides_none() -> None:
    later = replace(APPROVAL, by="Bo", rates=(replace(SIGNED, rate=0.5),))
    found = stands(APPROVAL, later, replace(APPROVAL, what="portfolio", rates=()))
    assert found.signed == later
    assert found.state == "inputs changed"


def test_a_rate_of_another_point_was_not_signed() -> None:
    assert stands(APPROVAL, offered=replace(OFFERED, point="1 NPS point")).state == "none"


def test_an_approval_in_another_step_of_the_ledger_has_expired() -> None:
    found = standing_of((APPROVAL,), OFFERED, parse_period("2026-09", "month"), "month")
    assert found.state == "expired"
