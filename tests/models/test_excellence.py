"""Steps up: what customers with better scores do is found, what moving some is worth follows from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from impact.journey import OVERALL, Journey, Stage
from models.excellence import MOVED, Stride, find_excellence
from models.value import ValueBase
from tests.models.small_values import PERIODS, base_of

# Four standard errors of what is simulated.
NOISE = 4.0
EXACT = 1e-6
SHARES = np.array([0.2, 0.5, 0.3])
LOW, TOP = 0.5, -0.3
JOURNEY = Journey(
    stages=tuple(Stage(stage=stage, name=stage, order=k) for k, stage in enumerate(("s", "r", "u"))), pain_points=()
)


def rows_of(low: float, top: float, many: float, name: str = "score") -> pd.DataFrame:
    """Two personas over four periods; log hazard against middle scores as given, to the expectation."""
    rows = []
    for persona, start in (("p0", -3.0), ("p1", -2.5)):
        for t in range(4):
            for k, (score, share, effect) in enumerate(zip((1.0, 3.0, 5.0), SHARES, (low, 0.0, top), strict=True)):
                n = many * share
                hazard = -np.expm1(-np.exp(start + 0.1 * t + effect))
                rows.append((persona, 1, t, k, n, n * hazard, 3.0, score))
    columns = ["persona", "tenure_band", "t", f"{name}_bin", "n", "leavers", "tenure", name]
    return pd.DataFrame(rows, columns=columns)


def cells_of(cells: CustomerCells, many: float = 1e6, **effects: tuple[float, float]) -> CustomerCells:
    """Answers to overall and three stages, all bent alike unless said otherwise."""
    asked = {"s": (LOW, TOP), "r": (LOW, TOP), "u": (LOW, TOP)} | effects
    coverage = pd.DataFrame({"stage": [OVERALL, *asked], "scale_min": 1.0, "scale_max": 5.0})
    return replace(
        cells,
        controls=(),
        coverage=coverage,
        certified=rows_of(LOW, TOP, many, "overall"),
        certified_stages={stage: rows_of(*both, many) for stage, both in asked.items()},
        staying=None,
    )


def found_in(cells: CustomerCells, credibility: float | None = 1.0) -> dict[tuple[str, str], Stride]:
    strides = find_excellence(cells, JOURNEY, base_of(1, 10), None if credibility == 1.0 else credibility, 1)
    return {(one.term, one.step): one for one in strides}


def test_the_change_of_leaving_from_band_to_band_is_that_of_the_customers(small_cells: CustomerCells) -> None:
    found = found_in(cells_of(small_cells))
    assert list(found)[:2] == [(OVERALL, "low to middle"), (OVERALL, "middle to top")]
    for term in (OVERALL, "s", "r", "u"):
        assert found[term, "low to middle"].leaving[0] == pytest.approx(np.expm1(-LOW), abs=EXACT)
        assert found[term, "middle to top"].leaving[0] == pytest.approx(np.expm1(TOP), abs=EXACT)
        assert found[term, "low to middle"].share == pytest.approx(0.2)
        assert found[term, "low to middle"].spend is None


def test_a_noisy_company_is_within_its_range(small_cells: CustomerCells) -> None:
    cells, rng = cells_of(small_cells, many=5_000), np.random.default_rng(2)
    rows = cells.certified
    drawn = rng.binomial(rows["n"].astype(int), rows["leavers"] / rows["n"]).astype(float)
    found = found_in(replace(cells, certified=rows.assign(leavers=drawn)))[OVERALL, "low to middle"]
    se = (found.leaving[2] - found.leaving[1]) / (2 * 1.6449)
    assert abs(found.leaving[0] - np.expm1(-LOW)) < NOISE * se < 0.2


def by_hand(base: ValueBase, log_hazard: float) -> float:
    """Money of all customers whose intensity changes from the second period on, mean over draws of the frailty."""
    ratio = np.where(np.arange(PERIODS) > 0, np.exp(log_hazard), 1.0).cumsum()
    total = []
    for v in base.frailty:
        worth = 0.0
        for who in base.personas:
            now = ((1 - who.rate) ** -v - 1) / v
            worth += (who.customers * who.money) @ ((1 + v * now[:, None] * ratio) ** (-1 / v)) @ base.discount
        total.append(worth)
    return float(np.mean(total))


@pytest.mark.parametrize("kept", [1.0, 0.5])
def test_one_customer_in_a_hundred_moved_is_worth_the_money_of_its_new_leaving_less_that_of_its_old(
    small_cells: CustomerCells, kept: float
) -> None:
    """The base's leaving is the mean over bands, so that a low customer's lies above it and a top one's below."""
    base = base_of(1, 10)
    # a fixed haircut of within-unit effects; different customers compared keep three quarters of it
    share = 1.0 if kept == 1.0 else kept * 0.75
    found = found_in(cells_of(small_cells, many=1e9), kept)
    mean = np.log(SHARES @ np.exp(share * np.array([LOW, 0.0, TOP])))
    low, middle, top = (by_hand(base, share * effect - mean) for effect in (LOW, 0.0, TOP))
    assert found["s", "low to middle"].value.mean() == pytest.approx(MOVED * (middle - low), rel=1e-3)
    assert found["s", "middle to top"].value.mean() == pytest.approx(MOVED * (top - middle), rel=1e-3)


def test_stages_bent_alike_are_performance_and_only_one_unlike_the_others_has_a_class_of_its_own(
    small_cells: CustomerCells,
) -> None:
    alike = found_in(cells_of(small_cells))
    assert {alike[stage, "middle to top"].label for stage in "sru"} == {"performance"}
    unlike = found_in(cells_of(small_cells, s=(0.9, -0.05), r=(0.1, -0.8), u=(LOW, -LOW)))
    assert unlike["s", "low to middle"].label == "must-be"
    assert unlike["r", "low to middle"].label == "attractive"
    few = found_in(cells_of(small_cells, many=2_000, s=(0.05, -0.02)))
    assert few["s", "low to middle"].label == "cannot be told"


def test_a_band_of_too_few_is_not_told(small_cells: CustomerCells) -> None:
    cells = cells_of(small_cells)
    low = cells.certified_stages["s"]["score"] == 1.0
    thin = cells.certified_stages["s"].assign(n=lambda rows: rows["n"].where(~low, 2.0))
    found = found_in(replace(cells, certified_stages=dict(cells.certified_stages) | {"s": thin}))
    assert {term for term, _ in found} == {OVERALL, "r", "u"}


def test_money_of_those_who_stay_is_told_at_like_money_before(small_cells: CustomerCells, small_intake: Intake) -> None:
    assert small_cells.staying is not None
    rows = rows_of(LOW, TOP, 1e6, "overall").drop(columns="leavers").rename(columns={"overall_bin": "score_bin"})
    usual = np.where(rows["persona"] == "p0", 10.0, 30.0)
    each = usual + np.select([rows["overall"] == 1.0, rows["overall"] == 5.0], [-0.4, 0.6], 0.0)
    rows = rows.assign(past=1, money=rows["n"] * each, squares=rows["n"] * (each**2 + 1.0))
    staying = replace(small_cells.staying, cells=rows, customers=int(rows["n"].sum()))
    found = found_in(replace(cells_of(small_cells), staying=staying))
    mean = float(rows["money"].sum() / rows["n"].sum())
    for step, gain in (("low to middle", 0.4), ("middle to top", 0.6)):
        spend = found[OVERALL, step].spend
        assert spend is not None
        assert spend[0] == pytest.approx(gain / mean, rel=EXACT)
        assert spend[1] < spend[0] < spend[2]


def test_sites_tell_nothing_of_steps(hospitals_panel: SitePanel) -> None:
    assert find_excellence(hospitals_panel, JOURNEY, base_of(1, 10), None, 1) == ()
