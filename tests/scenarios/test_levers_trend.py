"""The levers on customers and money, each against what it says written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.worth import set_value
from tests.scenarios.small_case import CLOCK, PERIODS, case_of, random_plan
from tests.scenarios.worlds_example import CLOSE, LATE, PER_MARGIN, base_world, change, mean_path, moved_world, there

BASE = base_world()
SETS = ([0, 1], [2], [])


@pytest.mark.parametrize("lever", ["customers", "spend"])
def test_a_tenth_more_customers_or_spending_is_a_tenth_more_of_everything(lever: str) -> None:
    case = moved_world(BASE, change(lever, 1.1)).case
    for members in SETS:
        np.testing.assert_allclose(
            set_value(case, members).gained(), 1.1 * set_value(BASE.case, members).gained(), rtol=CLOSE, atol=1e-9
        )
    heads = 1.1 if lever == "customers" else 1.0
    np.testing.assert_allclose(mean_path(case), heads * mean_path(BASE.case), rtol=CLOSE)


def test_a_lever_moves_the_periods_it_names_and_no_other() -> None:
    later = {"first": CLOCK.first + 2, "last": CLOCK.first + 3}
    path = mean_path(moved_world(BASE, change("customers", 1.1, **later)).case) / mean_path(BASE.case)
    np.testing.assert_allclose(path, np.tile([1, 1, 1.1, 1.1, 1, 1], (2, 1)), rtol=CLOSE)


def test_customers_are_added_and_set_in_customers_of_all_personas_or_of_one() -> None:
    today = mean_path(BASE.case)
    more = mean_path(moved_world(BASE, change("customers", 100, how="add")).case)
    np.testing.assert_allclose(more.sum(axis=0), today.sum(axis=0) + 100, rtol=CLOSE)
    np.testing.assert_allclose(more / more.sum(axis=0), today / today.sum(axis=0), rtol=CLOSE)
    one = mean_path(moved_world(BASE, change("customers", 700, how="set", persona="home")).case)
    np.testing.assert_allclose(one, [today[0], np.full(PERIODS, 700)], rtol=CLOSE)


def test_new_customers_come_as_of_late_times_the_lever_and_leave_as_the_youngest_do() -> None:
    case = moved_world(BASE, change("acquisition", 2)).case
    for g, persona in enumerate(case.base.personas):
        assert (persona.trend.joining == 2 * LATE[g]).all()
        v, young = case.base.frailty, case.today.now[g][:, 0]
        second = 2 * LATE[g] * (1 + (1 + v * young) ** (-1 / v))
        new = there(case, g).customers() - there(BASE.case, g).customers()
        np.testing.assert_allclose(new[:, 0], 2 * LATE[g], rtol=1e-9)  # a small difference of large counts
        np.testing.assert_allclose(new[:, 1], second, rtol=1e-9)


def test_two_rows_on_new_customers_act_together() -> None:
    fewer, more = change("acquisition", 0.5), change("acquisition", 3)
    for g, persona in enumerate(moved_world(BASE, fewer, more).case.base.personas):
        np.testing.assert_allclose(persona.trend.joining, 1.5 * LATE[g], rtol=CLOSE)
    given = moved_world(BASE, change("acquisition", 30, how="set"), fewer).case
    alone = moved_world(BASE, change("acquisition", 15, how="set")).case
    for one, two in zip(given.base.personas, alone.base.personas, strict=True):
        np.testing.assert_allclose(one.trend.joining, two.trend.joining, rtol=CLOSE)


def test_new_customers_as_a_number_are_shared_by_active_customers_unless_a_persona_is_named() -> None:
    case = moved_world(BASE, change("acquisition", 30, how="set")).case
    count = np.array([persona.customers.sum() for persona in case.base.personas])
    joining = np.array([persona.trend.joining[0] for persona in case.base.personas])
    np.testing.assert_allclose(joining, 30 * count / count.sum(), rtol=CLOSE)
    case = moved_world(BASE, change("acquisition", 30, how="add", persona="home", first=CLOCK.first + 5)).case
    assert case.base.personas[0] is BASE.case.base.personas[0]
    assert case.base.personas[1].trend.joining.tolist() == [0, 0, 0, 0, 0, 30]


def test_a_price_a_tenth_higher_brings_a_tenth_of_revenue_more_margin() -> None:
    case = moved_world(BASE, change("price", 1.1)).case
    for g in range(2):
        now, then = there(BASE.case, g), there(case, g)
        revenue = PER_MARGIN * now.revenue()
        np.testing.assert_allclose(then.margin() - now.margin(), 0.1 * revenue, rtol=1e-9)
        np.testing.assert_allclose(PER_MARGIN * then.revenue(), 1.1 * revenue, rtol=CLOSE)
        assert (then.customers() == now.customers()).all()


def test_price_and_spend_together_are_the_same_in_either_order() -> None:
    price, spend = change("price", 1.1), change("spend", 0.9)
    one, other = (moved_world(BASE, *rows).case for rows in ((price, spend), (spend, price)))
    np.testing.assert_allclose(there(one, 0).margin(), 0.9 * 1.3 * there(BASE.case, 0).margin(), rtol=CLOSE)
    assert (there(one, 0).margin() == there(other, 0).margin()).all()


def test_churn_multiplies_the_intensity_of_leaving() -> None:
    case = moved_world(BASE, change("churn", 1.2)).case
    persona, v, now = case.base.personas[0], case.base.frailty[:, None], case.today.now[0]
    alive = (1 + v * now * 1.2 * 3) ** (-1 / v)  # after three periods
    np.testing.assert_allclose(there(case, 0).customers()[:, 2], alive @ persona.customers, rtol=CLOSE)


@pytest.mark.parametrize(("how", "value", "points"), [("add", 0.01, None), ("set", 0.12, 0.12)])
def test_churn_is_added_and_set_in_points_of_the_leaving_rate(how: str, value: float, points: float | None) -> None:
    case = moved_world(BASE, change("churn", value, how=how)).case
    for persona in case.base.personas:
        rate = persona.rate @ persona.customers / persona.customers.sum()
        then = rate + value if points is None else points
        np.testing.assert_allclose(persona.trend.leaving, np.log(1 - then) / np.log(1 - rate), rtol=CLOSE)


def test_the_mix_keeps_the_number_of_customers_and_gives_a_persona_its_share() -> None:
    today = mean_path(BASE.case)
    path = mean_path(moved_world(BASE, change("mix:firm", 0.7, how="set", first=CLOCK.first + 1)).case)
    np.testing.assert_allclose(path.sum(axis=0), today.sum(axis=0), rtol=CLOSE)
    np.testing.assert_allclose((path / path.sum(axis=0))[0, 1:], 0.7, rtol=CLOSE)
    np.testing.assert_allclose(path[:, 0], today[:, 0], rtol=CLOSE)
    more = mean_path(moved_world(BASE, change("mix:firm", 1.1)).case)
    np.testing.assert_allclose(more[0] / more.sum(axis=0), 1.1 * today[0] / today.sum(axis=0), rtol=CLOSE)


def test_levers_act_on_top_of_a_trend_that_the_base_has_already() -> None:
    first = moved_world(BASE, change("spend", 1.5), change("churn", 2.0))
    both = moved_world(first, change("spend", 1.2), change("churn", 0.5))
    trend = both.case.base.personas[0].trend
    np.testing.assert_allclose([trend.margin[0], trend.leaving[0]], [1.8, 1.0], rtol=CLOSE)
    # of the base's margin now 1.5 times, at 1.5 times the revenue: a tenth of price is still a tenth of revenue
    dearer = moved_world(first, change("price", 1.1)).case.base.personas[0].trend
    np.testing.assert_allclose([dearer.margin[0], dearer.revenue[0]], [1.5 * 1.3, 1.5 * 1.1], rtol=CLOSE)


def test_sites_never_leave_and_can_be_more_and_dearer() -> None:
    base = base_world(case_of(random_plan(1, 2), shape="sites"))
    case = moved_world(base, change("customers", 1.5), change("price", 1.1)).case
    np.testing.assert_allclose(set_value(case, [0]).gained(), 1.5 * 1.3 * set_value(base.case, [0]).gained(), rtol=1e-9)


def test_twice_the_money_is_twice_the_gain_in_every_world() -> None:
    rich = [replace(persona, money=2 * persona.money) for persona in BASE.case.base.personas]
    case = replace(BASE.case, base=replace(BASE.case.base, personas=tuple(rich)))
    case = replace(case, today=replace(case.today, before=tuple(2 * one for one in case.today.before)))
    rows = (change("churn", 1.2), change("price", 1.05), change("prevalence:late", 1.1), change("acquisition", 1))
    one, two = (moved_world(world, *rows).case for world in (BASE, base_world(case)))
    np.testing.assert_allclose(
        set_value(two, [0, 3]).gained(), 2 * set_value(one, [0, 3]).gained(), rtol=1e-9, atol=1e-9
    )
