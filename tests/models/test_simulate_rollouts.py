"""What goes live in a simulated company: who has it, what it removes, and that nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.simulate import Company, CompanySpec, RolloutSpec, simulate_company

STEP, REMOVED = 6, 0.6
PAIN, INITIATIVE = "dropped_connection", "cell_upgrade"
SPEC = CompanySpec(seed=3, customers=20_000, rollouts=(RolloutSpec(pain_point=PAIN, step=STEP, removed=REMOVED),))
# Some 2,000 occurrences an arm: a relative standard error of 3% of the ratio, and four of them.
SHARE_OFF = 0.12


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate_company(SPEC)


@pytest.fixture(scope="module")
def twin() -> Company:
    """The same company, had nothing gone live."""
    return simulate_company(replace(SPEC, rollouts=()))


def occurrences(company: Company, arms: pd.Series) -> pd.Series:
    """Occurrences of the pain point by arm, before and after the start."""
    found = company.incidents[company.incidents["pain_point"] == PAIN]
    step = (found["occurred_at"].dt.year * 4 + found["occurred_at"].dt.quarter - 1) - company.spec.first_period
    return found.groupby([found["customer_id"].map(arms), step >= STEP]).size()


def arms_of(company: Company) -> pd.Series:
    return company.assignments.set_index("customer_id")["arm"]


def test_half_of_the_customers_are_drawn_and_each_has_one_arm(company: Company) -> None:
    arms = arms_of(company)
    assert set(company.assignments["initiative"]) == {INITIATIVE}
    assert arms.index.is_unique and set(arms.index) == set(company.customers["customer_id"])
    assert (arms == "treated").mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(arms)))


def test_the_treated_meet_less_of_it_from_the_start_on(company: Company) -> None:
    met = occurrences(company, arms_of(company))
    assert met["treated", False] / met["control", False] == pytest.approx(1.0, abs=SHARE_OFF)
    assert met["treated", True] / met["control", True] == pytest.approx(1 - REMOVED, abs=SHARE_OFF)


def test_the_control_arm_lives_as_if_nothing_had_gone_live(company: Company, twin: Company) -> None:
    control = arms_of(company).loc[lambda arm: arm == "control"].index
    mine, theirs = (
        one.ledger[one.ledger["customer_id"].isin(control)][["customer_id", "period", "retained"]].reset_index(
            drop=True
        )
        for one in (company, twin)
    )
    pd.testing.assert_frame_equal(mine, theirs)


def test_without_rollouts_nobody_is_assigned(twin: Company) -> None:
    assert len(twin.assignments) == 0 and "arm" in twin.assignments.columns
