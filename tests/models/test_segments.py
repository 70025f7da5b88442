"""Values by segment: they are those of the segment's own base, and add up to the whole in each draw."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SegmentCells, SitePanel
from impact.journey import Journey, PainPoint
from impact.study import Study
from models.pains import value_pains
from models.segments import (
    BLANK,
    SMALL,
    Breakdown,
    base_worth,
    find_breakdowns,
    make_meter,
    pain_points_per_worth,
    small_together,
)
from models.uplift import UpliftPosterior
from models.value import Ages, ValueBase, base_path, look_at_today
from tests.models.small_values import EVERY, JOURNEY, PAINS, PERIODS, base_of, posterior_of

# Each sum is rounded once a term, and there are a few hundred of the size of the whole base.
SUMMED = 1e-12
DRAWS = 40


def effects(seed: int) -> UpliftPosterior:
    rng = np.random.default_rng(seed)
    shape = (DRAWS, 2, len(PAINS))
    return posterior_of(rng.normal(0.3, 0.2, shape), rng.normal(-0.05, 0.03, shape), kept=0.6)


def with_ages(base: ValueBase) -> ValueBase:
    """The base whose customers meet other things in their first periods than later."""
    rng = np.random.default_rng(2)
    personas = []
    for persona in base.personas:
        weights, mix = rng.dirichlet(np.ones(len(EVERY)), 3), rng.dirichlet(np.ones(3), (PERIODS, 2))
        none = np.zeros((3, len(PAINS)))
        ages = Ages(weights=weights, alone=none, level=none, exposure=weights @ EVERY, mix=mix)
        personas.append(replace(persona, ages=ages))
    return replace(base, personas=tuple(personas))


def as_sites(base: ValueBase) -> ValueBase:
    """The base of units that never leave, one tenure band each."""
    return replace(
        base,
        personas=tuple(
            replace(one, customers=one.customers[:1], rate=np.zeros(1), money=one.money[:1]) for one in base.personas
        ),
    )


def partly_lost(base: ValueBase) -> ValueBase:
    """The base with a band that loses money and one that brings none."""
    first, second = base.personas
    worse = (replace(first, money=np.array([-3.0, 40.0])), replace(second, money=np.array([0.0, 25.0])))
    return replace(base, personas=worse)


BASES = {
    "customers": base_of(1, DRAWS),
    "ages": with_ages(base_of(1, DRAWS)),
    "sites": as_sites(base_of(1, DRAWS)),
    "losses": partly_lost(base_of(1, DRAWS)),
    "a longer lag": replace(base_of(1, DRAWS), lag=3),
}
DELIGHT = PainPoint(pain_point="c", stage="r", name="c", kind="delight")
JOURNEYS = {"pains": JOURNEY, "a delight": replace(JOURNEY, pain_points=(*JOURNEY.pain_points[:2], DELIGHT))}


def split(base: ValueBase, seed: int = 3) -> Breakdown:
    """The base in four segments, some with a part of each cell and some with none."""
    worth = base_worth(base)
    shares = np.random.default_rng(seed).dirichlet(np.full(4, 0.5), len(worth)).T
    return Breakdown(column="region", segments=("N", "S", "E", "W"), customers=np.full(4, 9.0), worth=shares * worth)


@pytest.mark.parametrize("journey", JOURNEYS)
@pytest.mark.parametrize("base", BASES)
def test_segments_add_up_to_every_pain_point_and_stage_in_each_draw(base: str, journey: str) -> None:
    whole, plan, posterior = BASES[base], JOURNEYS[journey], effects(5)
    totals = value_pains(whole, posterior, plan)
    expected = {("pain_point", pain): totals.pains[k] for k, pain in enumerate(plan.pain_ids())}
    expected |= {("stage", stage): draws for stage, draws in totals.stages.items()}
    expected["base", ""] = base_path(whole)["margin"] @ whole.discount
    size = float(np.abs(base_worth(whole)).sum()) * whole.discount.sum()
    found = list(pain_points_per_worth(make_meter(whole, look_at_today(whole, posterior)), plan))
    assert {(one.kind, one.id) for one in found} == set(expected)
    for one in found:
        sums = one.by_segment(split(whole)).sum(axis=1)
        np.testing.assert_allclose(sums, expected[one.kind, one.id], rtol=0, atol=SUMMED * size)


@pytest.mark.parametrize("base", BASES)
def test_a_segment_is_worth_what_the_base_of_its_own_customers_and_money_is(base: str) -> None:
    whole, posterior = BASES[base], effects(6)
    breakdown = split(whole)
    places = np.split(breakdown.worth[1], np.cumsum([len(one.customers) for one in whole.personas])[:-1])
    mine = tuple(
        replace(one, customers=np.ones(len(worth)), money=worth)
        for one, worth in zip(whole.personas, places, strict=True)
    )
    expected = value_pains(replace(whole, personas=mine), posterior, JOURNEY)
    size = float(np.abs(base_worth(whole)).sum()) * whole.discount.sum()
    for one in pain_points_per_worth(make_meter(whole, look_at_today(whole, posterior)), JOURNEY):
        if one.kind == "pain_point":
            own = expected.pains[PAINS.index(one.id)]
            np.testing.assert_allclose(one.by_segment(breakdown)[:, 1], own, rtol=0, atol=SUMMED * size)


def cells_of(base: ValueBase, rows: list[tuple[str, str, int, int, float, float]], least: int = 5) -> CustomerCells:
    """Cells of a base as a ledger shows it, with segments of region: segment, persona, band, customers, money."""
    segments = pd.DataFrame(rows, columns=["segment", "persona", "tenure_band", "customers", "revenue", "margin"])
    counted = segments.groupby(["persona", "tenure_band"], as_index=False)[["customers", "revenue", "margin"]].sum()
    found = SegmentCells(base=segments.assign(column="region"), largest=pd.DataFrame(), named=False, least=least)
    known = {"base": counted, "money": counted, "segments": found}
    return CustomerCells(**{field.name: known.get(field.name) for field in fields(CustomerCells)})  # type: ignore[arg-type]


def study_of(margin_rate: float | None = None) -> Study:
    return SimpleNamespace(study=SimpleNamespace(margin_rate=margin_rate))  # type: ignore[return-value]


ROWS = [
    ("", "p0", 0, 6, 60.0, 6.0),
    ("North", "p0", 0, 10, 100.0, 30.0),
    ("North", "p1", 2, 20, 400.0, 90.0),
    ("South", "p0", 1, 30, 900.0, 120.0),
    ("South", "p1", -1, 7, 70.0, 14.0),
]
COUNTS = {"p0": [16.0, 30.0], "p1": [7.0, 20.0]}
MARGINS = {"p0": [36.0, 120.0], "p1": [14.0, 90.0]}


def base_by(money: dict[str, list[float]]) -> ValueBase:
    base = base_of(1, DRAWS)
    personas = tuple(
        replace(one, customers=np.array(COUNTS[one.persona]), money=np.array(money[one.persona]) / COUNTS[one.persona])
        for one in base.personas
    )
    return replace(base, personas=personas)


def test_blank_values_are_a_group_and_every_customer_and_cent_is_in_one() -> None:
    base = base_by(MARGINS)
    persona, region = find_breakdowns(cells_of(base, ROWS), study_of(), base)
    assert (persona.column, persona.segments) == ("persona", ("p0", "p1"))
    assert dict(zip(region.segments, region.customers, strict=True)) == {"South": 37, "North": 30, BLANK: 6}
    np.testing.assert_allclose(region.worth.sum(axis=1), [134.0, 120.0, 6.0])
    np.testing.assert_allclose(region.worth[0], [0.0, 120.0, 14.0, 0.0])
    for one in (persona, region):
        np.testing.assert_allclose(one.worth.sum(axis=0), base_worth(base), rtol=SUMMED)


def test_without_margins_money_is_revenue_at_the_margin_rate_and_a_scaled_base_stays_whole() -> None:
    rows = [(*row[:5], np.nan) for row in ROWS]
    base = base_by({"p0": [160 * 0.4 * 2, 900 * 0.4 * 2], "p1": [70 * 0.4 * 2, 400 * 0.4 * 2]})  # twice the ledger's
    region = find_breakdowns(cells_of(base, rows), study_of(0.4), base)[1]
    np.testing.assert_allclose(region.worth.sum(axis=1), np.array([970.0, 500.0, 60.0]) * 0.4 * 2)


def test_segments_of_sites_are_told_one_by_one() -> None:
    base = as_sites(base_of(1, DRAWS))
    rows = [("a", "p0", 0, 1, 50.0, 10.0), ("b", "p0", 0, 2, 50.0, 20.0), ("b", "p1", 0, 1, 50.0, 30.0)]
    customers = cells_of(base, rows, least=1)  # type: ignore[arg-type]
    panel = SitePanel(
        controls=(), size=None, panel=pd.DataFrame(), coverage=pd.DataFrame(), money=customers.money,
        segments=customers.segments,
    )  # fmt: skip
    region = find_breakdowns(panel, study_of(), base)[1]
    assert region.segments == ("b", "a") and list(region.customers) == [3.0, 1.0]
    np.testing.assert_allclose(region.worth.sum(axis=0), base_worth(base), rtol=SUMMED)


def groups(*customers: float) -> Breakdown:
    worth = np.arange(1.0, len(customers) + 1)[:, None]
    names = tuple(f"g{place}" for place in range(len(customers)))
    return Breakdown(column="region", segments=names, customers=np.array(customers), worth=worth)


def test_groups_of_fewer_than_five_persons_stand_together_and_none_can_be_found_by_taking_off_the_rest() -> None:
    alone = small_together(groups(40, 3, 8, 12), 5)
    assert alone.segments == ("g0", "g3", SMALL) and list(alone.customers) == [40, 12, 11]
    assert list(alone.worth[:, 0]) == [1.0, 4.0, 2.0 + 3.0]
    several = small_together(groups(40, 3, 8, 4), 5)
    assert several.segments == ("g0", "g2", SMALL) and list(several.customers) == [40, 8, 7]


def test_a_column_of_which_all_are_too_few_is_not_told_and_stores_always_are() -> None:
    assert small_together(groups(2, 1), 5).segments == ()
    assert small_together(groups(2, 3), 5).segments == (SMALL,)
    assert small_together(groups(1, 2), 1).segments == ("g1", "g0")


def test_a_journey_without_pain_points_has_its_base_alone() -> None:
    empty = Journey(stages=JOURNEY.stages, pain_points=())
    base, posterior = base_of(1, DRAWS), effects(5)
    found = list(pain_points_per_worth(make_meter(base, look_at_today(base, posterior)), empty))
    assert [(one.kind, one.id) for one in found] == [("base", "")]
