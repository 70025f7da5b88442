"""The base scaled to the company's outlook: its money per customer, its customers, and who must join."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from impact.cells import Cells
from impact.outlook import Outlook
from impact.study import Study
from models.outlook import Scaled, scale_to
from models.outlook_gap import gap_table, outlook_checks, outlook_in_words
from models.segments import base_worth, make_meter
from models.trend import over
from models.value import ValueBase, base_path, look_at_today
from scenarios.base_world import rows_world
from scenarios.worth import set_value
from tests.scenarios.small_case import PERIODS, small_base, small_posterior
from tests.scenarios.worlds_example import PER_MARGIN, base_world

BASE = small_base(1)
PATH = {name: draws.mean(axis=0) for name, draws in base_path(BASE).items()}
CLOSE = 1e-12  # the same sums in another order
SOLVED = 1e-9  # who joins is solved for; who is hardly anybody is nobody


def _study() -> Study:
    return cast(Study, SimpleNamespace(as_of=8103, period_kind="quarter"))  # 2025Q4


def _cells() -> Cells:
    return cast(Cells, SimpleNamespace(lifetime=None))


def told(customers: object, margin: object, revenue: object = np.nan, **more: int) -> Outlook:
    lines = (np.broadcast_to(np.asarray(line, dtype=float), PERIODS).copy() for line in (customers, revenue, margin))
    return Outlook(file="outlook.csv", **dict(zip(("customers", "revenue", "margin"), lines, strict=True)), **more)


def scaled(outlook: Outlook) -> Scaled:
    return scale_to(BASE, outlook, PER_MARGIN)


def mean_path(base: ValueBase) -> dict[str, np.ndarray]:
    return {name: draws.mean(axis=0) for name, draws in base_path(base).items()}


def test_an_outlook_that_is_the_models_own_changes_nothing() -> None:
    found = scaled(told(PATH["customers"], PATH["margin"], PER_MARGIN * PATH["margin"]))
    trend = found.base.personas[0].trend
    assert trend is not None
    np.testing.assert_allclose([trend.heads, trend.margin, trend.revenue], 1, rtol=CLOSE)
    assert found.rows is found.base
    for gap in found.gaps().values():
        np.testing.assert_allclose(gap, 0, atol=CLOSE)


def test_fewer_customers_are_fewer_in_the_base_and_money_is_that_of_the_outlook() -> None:
    found = scaled(told(0.9 * PATH["customers"], 0.99 * PATH["margin"], 3.3 * PATH["margin"]))
    path = mean_path(found.base)
    np.testing.assert_allclose(path["customers"], 0.9 * PATH["customers"], rtol=CLOSE)
    np.testing.assert_allclose(path["margin"], 0.99 * PATH["margin"], rtol=CLOSE)
    trend = found.base.personas[1].trend
    assert trend is not None
    np.testing.assert_allclose(trend.margin, 1.1, rtol=CLOSE)
    np.testing.assert_allclose(trend.revenue, 3.3 / PER_MARGIN / 0.9, rtol=CLOSE)
    assert found.rows is found.base


def test_more_customers_join_in_the_rows_alone_and_the_rows_are_the_outlook() -> None:
    more = np.array([1.0, 1.05, 1.1, 1.3, 1.3, 1.2]) * PATH["customers"]
    found = scaled(told(more, 120 * more))
    value, rows = mean_path(found.base), mean_path(found.rows)
    np.testing.assert_allclose(value["customers"], PATH["customers"], rtol=CLOSE)
    np.testing.assert_allclose(value["margin"], 120 * PATH["customers"], rtol=CLOSE)
    np.testing.assert_allclose(rows["customers"], more, rtol=SOLVED)
    np.testing.assert_allclose(rows["margin"], 120 * more, rtol=SOLVED)
    assert found.expected.shape == (2, PERIODS)
    assert not found.expected[:, 0].any()
    np.testing.assert_allclose(found.expected[:, 1].sum(), 0.05 * PATH["customers"][1], rtol=SOLVED)


def test_who_joins_leaves_too_so_that_later_growth_asks_for_more() -> None:
    flat = np.full(PERIODS, 1.2 * PATH["customers"][0])
    joining = scaled(told(flat, flat)).expected.sum(axis=0)
    lost = np.append(0, -np.diff(PATH["customers"]))
    assert (joining[1:] > lost[1:]).all()  # those who joined leave as well
    np.testing.assert_allclose(joining[0], 0.2 * PATH["customers"][0], rtol=SOLVED)


def test_customers_that_fall_faster_than_who_joined_leaves_are_scaled_in_the_rows() -> None:
    path = np.array([1.5, 1.0, 0.8, 1.0, 1.0, 1.0]) * PATH["customers"]
    found = scaled(told(path, path))
    np.testing.assert_allclose(mean_path(found.rows)["customers"], path, rtol=SOLVED)
    assert (found.expected >= 0).all()


def test_periods_it_does_not_reach_go_on_at_the_last_factor_and_those_before_are_as_they_are() -> None:
    where = np.array([np.nan, 1, 1, np.nan, np.nan, np.nan])
    found = scaled(told(where * 0.8 * PATH["customers"], where * 0.96 * PATH["margin"]))
    trend = found.base.personas[0].trend
    assert trend is not None
    np.testing.assert_allclose(trend.heads, [1, *[0.8] * 5], rtol=CLOSE)
    np.testing.assert_allclose(trend.margin, [1, *[1.2] * 5], rtol=CLOSE)
    assert "A period it leaves out goes on" in outlook_in_words(found, _study())


def test_where_only_revenue_is_told_the_margin_moves_with_it() -> None:
    found = scaled(told(PATH["customers"], np.nan, 1.2 * PER_MARGIN * PATH["margin"]))
    np.testing.assert_allclose(mean_path(found.base)["margin"], 1.2 * PATH["margin"], rtol=CLOSE)


def test_where_money_is_revenue_the_outlooks_margin_is_not_asked() -> None:
    found = scale_to(BASE, told(PATH["customers"], 1.0, 1.5 * PATH["margin"]), None)
    np.testing.assert_allclose(mean_path(found.base)["margin"], 1.5 * PATH["margin"], rtol=CLOSE)
    assert set(gap_table(found, _study())["line"]) == {"customers", "revenue", "revenue_per_customer"}


def test_what_a_fix_is_worth_scales_with_the_money_and_counts_no_one_who_joins() -> None:
    world = base_world()
    base = world.case.base
    path = {name: draws.mean(axis=0) for name, draws in base_path(base).items()}
    found = scale_to(base, told(1.4 * path["customers"], 1.4 * 1.1 * path["margin"]), PER_MARGIN)
    case = replace(world.case, base=found.base, today=look_at_today(found.base, world.case.posterior))
    np.testing.assert_allclose(
        set_value(case, [0, 1]).gained(), 1.1 * set_value(world.case, [0, 1]).gained(), rtol=1e-9
    )
    rows = rows_world(replace(world, case=case), found)
    assert mean_path(rows.case.base)["customers"] == pytest.approx(1.4 * path["customers"])
    assert rows.case.base.discount is case.base.discount
    assert rows_world(world, None) is world


def test_segments_of_a_scaled_base_add_up_to_it() -> None:
    found = scaled(told(0.9 * PATH["customers"], 1.1 * PATH["margin"])).base
    worth = make_meter(found, look_at_today(found, small_posterior(1))).untouched() @ base_worth(found)
    np.testing.assert_allclose(worth, base_path(found)["margin"] @ found.discount, rtol=CLOSE)


def test_the_gap_table_has_a_row_for_every_line_told() -> None:
    where = np.array([1, 1, *[np.nan] * 4])
    found = gap_table(scaled(told(where * 0.9 * PATH["customers"], where * PATH["margin"])), _study())
    assert found["line"].tolist() == 2 * ["customers", "margin", "margin_per_customer"]
    assert found["period"].tolist() == 3 * ["2026Q1"] + 3 * ["2026Q2"]
    np.testing.assert_allclose(found["gap"], 2 * [-0.1, 0, 1 / 0.9 - 1], atol=1e-12)
    np.testing.assert_allclose(found["outlook"] / found["model"] - 1, found["gap"], atol=1e-12)
    assert gap_table(None, _study()).empty


@pytest.mark.parametrize(
    ("customers", "money", "status"), [(1.3, 1.02, "pass"), (0.9, 1, "review"), (1, 1.1, "review")]
)
def test_a_gap_of_more_than_five_in_a_hundred_is_a_review_and_new_customers_are_none(
    customers: float, money: float, status: str
) -> None:
    found = scaled(told(customers * PATH["customers"], customers * money * PATH["margin"], outside=2))
    checks = {check.code: check for check in outlook_checks(found, _cells(), _study())}
    assert checks["C670"].status == status
    assert "2 rows of other periods are not used" in checks["C670"].text
    assert ("C671" in checks) == (customers > 1)
    assert outlook_checks(None, _cells(), _study()) == ()


def test_a_base_over_more_or_fewer_periods_goes_on_at_its_last_factors() -> None:
    found = scaled(told(np.linspace(0.9, 0.8, PERIODS) * PATH["customers"], PATH["margin"])).rows
    longer, shorter = (over(found, np.ones(periods)) for periods in (PERIODS + 4, 2))
    np.testing.assert_allclose(mean_path(longer)["customers"][:PERIODS], mean_path(found)["customers"], rtol=CLOSE)
    today = mean_path(over(BASE, np.ones(PERIODS + 4)))["customers"]
    np.testing.assert_allclose(mean_path(longer)["customers"][PERIODS:], 0.8 * today[PERIODS:], rtol=CLOSE)
    assert len(mean_path(shorter)["customers"]) == 2
    assert over(BASE, np.ones(3)).personas == BASE.personas
