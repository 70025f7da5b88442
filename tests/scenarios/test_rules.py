"""Rules as rows: what each allows and forbids, by every set and start of small plans."""

from __future__ import annotations

from itertools import product

import numpy as np
from small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS

from impact.initiative import CostRow, Initiative, Plan
from scenarios.effect import make_offers
from scenarios.limits import Limits, YearLimit
from scenarios.options import Option, options_of
from scenarios.rules import keep_rules, rules_of

YEARS = (
    YearLimit(label="2026", periods=np.arange(PERIODS) < 2, capex=100.0, opex=None),
    YearLimit(label="2027", periods=np.arange(PERIODS) >= 2, capex=50.0, opex=30.0),
)
TEAM = Limits(capacity={"engineering": np.array([2.0, 2, 1, 1, 1, 1])})


def options(*items: Initiative, limits: Limits, costs: tuple[CostRow, ...] = ()) -> tuple[Option, ...]:
    offers = make_offers(Plan(initiatives=items, fixes=(), costs=costs), PAINS, PERSONAS, CLOCK, DRAWS, 1)
    return options_of(offers, CLOCK, limits)


def item(name: str, **changes: object) -> Initiative:
    return Initiative(initiative=name, name=name, **{"cost": 60.0, **changes})  # type: ignore[arg-type]


def allowed(found: tuple[Option, ...], limits: Limits) -> set[tuple[tuple[str, int], ...]]:
    """Every allowed set as (initiative, start) pairs."""
    sets = np.array(list(product((0.0, 1.0), repeat=len(found))))
    kept = keep_rules(rules_of(found, limits), sets)
    return {
        tuple((one.offer.item.initiative, one.start) for one, on in zip(found, row, strict=True) if on)
        for row in sets[kept]
    }


def test_without_limits_by_period_every_initiative_has_its_planned_start_alone() -> None:
    found = options(item("a", earliest=8106), item("b"), limits=Limits(budget=60.0))
    assert [(one.place, one.start) for one in found] == [(0, 2), (1, 0)]


def test_a_limit_by_period_opens_every_later_start_that_leaves_time_to_build_and_run() -> None:
    found = options(item("a", earliest=8106, duration=2), item("b", start=8105), limits=TEAM)
    assert [(one.place, one.start) for one in found] == [(0, 2), (0, 3), (0, 4), (1, 1)]


def test_no_start_pushes_a_planned_cost_past_the_horizon() -> None:
    rows = (
        CostRow(initiative="a", period=8104, capex=10, opex=0),
        CostRow(initiative="a", period=8107, capex=5, opex=0),
    )
    found = options(item("a"), limits=TEAM, costs=rows)
    assert [one.start for one in found] == [0, 1, 2]
    assert {float(one.offer.schedule.capex.sum()) for one in found} == {15.0}


def test_an_initiative_starts_once() -> None:
    found = options(item("a", duration=4), limits=TEAM)
    assert allowed(found, TEAM) == {(), (("a", 0),), (("a", 1),), (("a", 2),)}


def test_the_budget_caps_one_off_cash() -> None:
    limits = Limits(budget=100.0)
    found = options(item("a"), item("b", cost=40.0), item("c", cost=61.0), limits=limits)
    assert (("a", 0), ("b", 0)) in allowed(found, limits)
    assert not any({"a", "c"} <= {name for name, _ in one} for one in allowed(found, limits))


def test_a_fiscal_year_caps_the_cash_that_falls_into_it() -> None:
    limits = Limits(years=YEARS)
    found = options(
        item("a", duration=1), item("b", duration=1, cost=50.0, run_cost=11.0, earliest=8105), limits=limits
    )
    kept = allowed(found, limits)
    assert (("a", 0),) in kept and (("a", 2),) not in kept
    assert (("a", 0), ("b", 1)) not in kept
    assert (("b", 2),) not in kept and (("b", 4),) in kept


def test_a_team_is_needed_in_every_quarter_of_building() -> None:
    need = {"engineering": 1.5}
    found = options(
        item("a", duration=2, capacity=need), item("b", duration=1, capacity={"engineering": 1.0}), limits=TEAM
    )
    kept = allowed(found, TEAM)
    assert {start for one in kept for name, start in one if name == "a"} == {0}
    assert (("a", 0), ("b", 1)) not in kept and (("a", 0), ("b", 2)) in kept


def test_what_is_required_has_started_by_then() -> None:
    found = options(item("a", duration=5, requires=("b",)), item("b", duration=5), limits=TEAM)
    assert allowed(found, TEAM) == {
        *((), (("b", 0),), (("b", 1),)),
        *((("a", 0), ("b", 0)), (("a", 1), ("b", 0)), (("a", 1), ("b", 1))),
    }


def test_excluded_and_mandatory_ones() -> None:
    found = options(item("a", mandatory=True), item("b", excludes=("a",)), limits=Limits())
    assert allowed(found, Limits()) == {(("a", 0),)}


def test_what_is_settled_meets_rules_out_or_is_not_to_be_had() -> None:
    items = (item("a", requires=("old",)), item("b", excludes=("old",)))
    for status, kept in (("live", {"a"}), ("stopped", {"b"})):
        limits = Limits(settled={"old": status})  # type: ignore[dict-item]
        names = {name for one in allowed(options(*items, limits=limits), limits) for name, _ in one}
        assert names == kept


def test_every_rule_has_a_name_that_says_it() -> None:
    limits = Limits(budget=10.0, years=YEARS, capacity=TEAM.capacity)
    found = options(item("a", capacity={"engineering": 1.0}, mandatory=True, duration=5), limits=limits)
    names = [rule.name for rule in rules_of(found, limits)]
    assert names[:2] == ["a starts once", "the budget of 10"]
    assert {"capex of 100 in 2026", "opex of 30 in 2027", "engineering of 2 in quarter 1", "a is mandatory"} <= set(
        names
    )
