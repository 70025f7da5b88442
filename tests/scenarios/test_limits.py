"""What a study limits: a budget, fiscal years, teams by quarter, and what is settled already."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from impact.initiative import Initiative, Plan
from impact.study import Study, load_study
from scenarios.cashflow import Clock
from scenarios.limits import FLOOR, fiscal_years, limits_of
from tests.tiny_study import write_tiny_study

NOTHING = Plan(initiatives=(), fixes=())
MARCH_2027 = 2027 * 12 + 2


def study_with(folder: Path, *overrides: str) -> Study:
    folder.mkdir(exist_ok=True)
    return load_study(write_tiny_study(folder), overrides)


def clock_of(study: Study) -> Clock:
    return Clock(first=study.as_of + 1, periods=study.horizon_periods, periods_a_year=study.periods_a_year)


def test_a_single_budget_caps_the_horizon(tmp_path: Path) -> None:
    study = study_with(tmp_path, "portfolio.budget=1200")
    limits = limits_of(study, NOTHING, clock_of(study))
    assert (limits.budget, limits.years, limits.objective, limits.floor) == (1200.0, (), "mean", FLOOR)
    assert not limits.by_period


def test_a_budget_by_fiscal_year_covers_the_periods_of_that_year(tmp_path: Path) -> None:
    study = study_with(tmp_path, "portfolio.budget={2027={capex=500, opex=20}, 2028={capex=300}}")
    limits = limits_of(study, NOTHING, clock_of(study))
    years = fiscal_years(study, clock_of(study))
    assert limits.budget is None and limits.by_period
    assert [(year.label, year.capex, year.opex) for year in limits.years] == [("2027", 500, 20), ("2028", 300, None)]
    for year in limits.years:
        assert year.periods.tolist() == [one == year.label for one in years]


@pytest.mark.parametrize(("begins", "named"), [(1, "2027"), (3, "2028"), (4, "2027")])
def test_a_fiscal_year_is_named_after_the_year_in_which_it_ends(tmp_path: Path, begins: int, named: str) -> None:
    study = study_with(tmp_path, f"finance.fiscal_year_start={begins}")
    clock = Clock(first=MARCH_2027, periods=1, periods_a_year=12)
    assert fiscal_years(study, clock) == (named,)


def test_the_last_capacity_of_a_team_goes_on(tmp_path: Path) -> None:
    study = study_with(tmp_path, "portfolio.capacity={engineering=[4, 4, 6]}")
    clock = Clock(first=8104, periods=5, periods_a_year=4)
    assert limits_of(study, NOTHING, clock).capacity["engineering"].tolist() == [4, 4, 6, 6, 6]
    longer = study_with(tmp_path / "longer", "portfolio.capacity={engineering=[1, 2, 3, 4, 5, 6, 7]}")
    assert limits_of(longer, NOTHING, clock).capacity["engineering"].tolist() == [1, 2, 3, 4, 5]


def test_what_is_no_longer_to_be_decided_is_settled(tmp_path: Path) -> None:
    items = tuple(
        Initiative(initiative=status, name=status, cost=1.0, status=status)
        for status in ("proposed", "approved", "live", "done", "stopped")
    )
    study = study_with(tmp_path)
    limits = limits_of(study, Plan(initiatives=items, fixes=()), clock_of(study))
    assert dict(limits.settled) == {"live": "live", "done": "done", "stopped": "stopped"}


def test_quarters_of_a_monthly_clock_are_three_months_each() -> None:
    assert Clock(first=0, periods=7, periods_a_year=12).quarters == 3
    assert Clock(first=0, periods=3, periods_a_year=1).quarters == 12
    assert np.isclose(Clock(first=0, periods=5, periods_a_year=4).quarters, 5)
