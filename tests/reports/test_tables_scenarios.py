"""The tables of scenarios: rows by period and fiscal year with their unit, and differences from base."""

from __future__ import annotations

import types
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.periods import parse_period
from reports.tables_scenarios import COLUMNS, DIFFERENCES, scenario_differences_table, scenarios_table
from scenarios.limits import Limits, fiscal_years
from scenarios.planning import Standing, plan_worlds
from scenarios.quarters import IDLE, NO_STAGES
from scenarios.scenario import World
from tests.scenarios.small_case import PERIODS, random_case

# Two ways of summing the same few thousand terms in double precision.
SUMMED = 1e-9
MEMBERS = (0, 1)


def found_with(kind: str = "quarter", *, margin: bool = True) -> types.SimpleNamespace:
    """What the tables read: a plan of a small case, and a study whose fiscal year begins in April."""
    case = random_case(3, 3)
    clock = replace(case.clock, periods_a_year={"quarter": 4, "month": 12}[kind])
    as_of = parse_period("2026-12" if kind == "month" else "2026Q4", kind)  # type: ignore[arg-type]
    study = types.SimpleNamespace(
        study=types.SimpleNamespace(currency="EUR"),
        finance=types.SimpleNamespace(fiscal_year_start=4),
        as_of=as_of,
        period_kind=kind,
        horizon_periods=PERIODS,
    )
    years = fiscal_years(study, replace(clock, first=as_of + 1))  # type: ignore[arg-type]
    worlds = [World(name=name, case=case, limits=Limits(), revenue_per_margin=2.0) for name in ("base", "same")]
    planned = plan_worlds(worlds, MEMBERS, Standing(now={"overall": 4.0}, moves=NO_STAGES), years)
    return types.SimpleNamespace(planned=planned, study=study, cells=None, has_margin=margin)


def test_a_row_a_scenario_period_and_metric_then_fiscal_years_that_begin_in_april() -> None:
    table = scenarios_table(found_with())  # type: ignore[arg-type]
    assert tuple(table.columns) == COLUMNS
    assert list(dict.fromkeys(table["scenario"])) == ["base", IDLE, "same"]
    quarters = ["2027Q1", "2027Q2", "2027Q3", "2027Q4", "2028Q1", "2028Q2"]
    assert list(dict.fromkeys(table["period"])) == [*quarters, "FY2027", "FY2028", "FY2029"]
    assert not table.duplicated(["scenario", "period", "metric"]).any()


def test_months_of_a_fiscal_year_are_summed_for_money_and_the_unit_says_how_many() -> None:
    table = scenarios_table(found_with("month"))  # type: ignore[arg-type]
    base = table[table["scenario"] == "base"].set_index(["metric", "period"])
    months = ["2027-04", "2027-05", "2027-06"]
    for metric in ("revenue", "margin", "cash"):
        assert base.loc[metric, "value"]["FY2028"] == pytest.approx(base.loc[metric, "value"][months].sum(), rel=SUMMED)
        assert base.loc[metric, "unit"]["FY2028"] == "EUR, sum of 3 months"
    assert base.loc["customers", "value"]["FY2027"] == base.loc["customers", "value"]["2027-03"]
    assert base.loc["customers", "unit"][["2027-01", "FY2027"]].tolist() == ["customers", "customers, at its end"]
    assert base.loc["retention", "unit"]["FY2027"] == "share, compounded over 3 months"
    assert base.loc["csat", "unit"]["FY2027"] == "points, mean of 3 months"
    assert base.loc["cumulative_npv", "unit"]["FY2028"] == "EUR, at its end"


def test_differences_stand_against_base_and_those_of_the_same_scenario_are_exactly_nil() -> None:
    found = found_with()
    table, levels = scenario_differences_table(found), scenarios_table(found)  # type: ignore[arg-type]
    assert tuple(table.columns) == DIFFERENCES
    assert set(table["against"]) == {"base"} and "base" not in set(table["scenario"])
    same = table[table["scenario"] == "same"]
    assert not same[["value", "p05", "p50", "p95"]].to_numpy().any()
    means = levels.pivot_table(index=["metric", "period"], columns="scenario", values="value")
    gone = table[table["scenario"] == IDLE].set_index(["metric", "period"])["value"]
    expected = (means[IDLE] - means["base"])[gone.index].to_numpy()
    assert gone.to_numpy() == pytest.approx(expected, abs=SUMMED * means["base"].abs().max())
    assert (gone["cash"] != 0).any()


def test_without_a_margin_there_is_revenue_and_neither_margin_nor_cash() -> None:
    table = scenarios_table(found_with(margin=False))  # type: ignore[arg-type]
    assert set(table["metric"]) == {"customers", "retention", "revenue", "csat"}


def test_what_nobody_planned_keeps_its_headers() -> None:
    nothing = types.SimpleNamespace(planned=None)
    for table in (scenarios_table(nothing), scenario_differences_table(nothing)):  # type: ignore[arg-type]
        assert isinstance(table, pd.DataFrame) and not len(table) and "unit" in table.columns


def test_ranges_hold_their_middle() -> None:
    table = scenarios_table(found_with())  # type: ignore[arg-type]
    low, middle, high = (table[name].to_numpy(float) for name in ("p05", "p50", "p95"))
    assert (low <= middle).all() and (middle <= high).all() and np.isfinite(low).all()
