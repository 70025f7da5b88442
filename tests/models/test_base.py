"""The base: customers, money, leaving and exposure as the ledger shows them at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from models.base import bare_base, build_base, margin_rate
from models.met import PATTERN_CAP
from models.reduce import reduce_cells
from models.retention import LEAST_FRAILTY
from models.value import ValueBase

# One sum taken in another order.
EXACT = 1e-9
DRAWS = 200


@pytest.fixture(scope="module")
def base(small_cells: CustomerCells, small_intake: Intake) -> ValueBase:
    journey = small_intake.case.journey
    return build_base(small_cells, journey, small_intake.study, reduce_cells(small_cells, journey), DRAWS)


@pytest.fixture(scope="module")
def sites(hospitals_panel: SitePanel, hospitals_intake: Intake) -> ValueBase:
    journey = hospitals_intake.case.journey
    return build_base(hospitals_panel, journey, hospitals_intake.study, reduce_cells(hospitals_panel, journey), DRAWS)


def test_the_base_holds_every_active_customer_and_all_their_margin(base: ValueBase, small_cells: CustomerCells) -> None:
    last = small_cells.money.iloc[-1]
    assert sum(persona.customers.sum() for persona in base.personas) == last["customers"]
    margin = sum(persona.customers @ persona.money for persona in base.personas)
    assert margin == pytest.approx(last["margin"], rel=EXACT)


def test_a_band_leaves_at_its_own_recent_rate_leaned_on_twenty_customers_of_its_persona(
    base: ValueBase, small_cells: CustomerCells
) -> None:
    for persona in base.personas:
        recent = small_cells.recent[small_cells.recent["persona"] == persona.persona].set_index("tenure_band")
        bands = small_cells.base.loc[small_cells.base["persona"] == persona.persona, "tenure_band"]
        whole = recent["leavers"].sum() / recent["n"].sum()
        own = recent.reindex(bands).fillna(0)
        np.testing.assert_allclose(persona.rate, (own["leavers"] + 20 * whole) / (own["n"] + 20), rtol=EXACT)
        assert ((persona.rate > 0) & (persona.rate < 0.3)).all()


def test_exposures_are_those_of_the_last_four_periods(base: ValueBase, small_cells: CustomerCells) -> None:
    pains = small_cells.patterns.columns.drop(["persona", "age", "n"])
    for persona in base.personas:
        rows = small_cells.patterns[small_cells.patterns["persona"] == persona.persona]
        expected = np.average(rows[pains], axis=0, weights=rows["n"])
        assert persona.weights.sum() == pytest.approx(1)
        np.testing.assert_allclose(persona.exposure, expected, rtol=EXACT)
        np.testing.assert_allclose(persona.prevalence, expected, rtol=EXACT)
        np.testing.assert_allclose(persona.weights @ persona.patterns, expected, rtol=EXACT)
        assert len(persona.weights) <= PATTERN_CAP
        assert not persona.alone.any() and not persona.level.any()


def test_the_clock_of_the_base_is_the_studys(base: ValueBase, sites: ValueBase) -> None:
    assert (len(base.discount), base.lag, len(base.frailty)) == (12, 1, DRAWS)
    assert base.discount[0] == pytest.approx(1.1**-0.125)
    assert (len(sites.discount), sites.discount[0]) == (3, pytest.approx(1.08**-0.5))


def test_a_survey_pain_point_enters_by_its_prevalence_among_who_answered(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    journey = small_intake.case.journey
    pain = journey.pain_points[0]
    asked = replace(journey, pain_points=(replace(pain, source="survey"), *journey.pain_points[1:]))
    unknown = small_cells.patterns.index % 2 == 0
    patterns = small_cells.patterns.assign(**{pain.pain_point: small_cells.patterns[pain.pain_point].mask(unknown)})
    forms = reduce_cells(small_cells, journey)
    found = build_base(replace(small_cells, patterns=patterns), asked, small_intake.study, forms, DRAWS)
    for persona in found.personas:
        answered = patterns[patterns["persona"] == persona.persona].dropna()
        expected = np.average(answered[pain.pain_point], weights=answered["n"])
        assert persona.alone[0] == persona.exposure[0] == pytest.approx(expected, rel=EXACT)
        assert not persona.patterns[:, 0].any()
        assert persona.patterns[:, 1:].any()


def test_sites_carry_their_booked_money_and_do_not_leave(sites: ValueBase, hospitals_panel: SitePanel) -> None:
    last = hospitals_panel.panel.query("t == 2019").dropna(subset=["revenue"])
    margin = sum(persona.customers @ persona.money for persona in sites.personas)
    assert margin == pytest.approx(0.30 * last["revenue"].sum(), rel=EXACT)
    assert sum(persona.customers.sum() for persona in sites.personas) == len(last)
    assert not any(persona.rate.any() for persona in sites.personas)
    np.testing.assert_array_equal(sites.frailty, LEAST_FRAILTY)


def test_exposure_of_a_site_counts_by_the_money_it_books(
    sites: ValueBase, hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    forms = reduce_cells(hospitals_panel, hospitals_intake.case.journey)
    pain = hospitals_intake.case.journey.pain_points[0]
    panel = hospitals_panel.panel
    floor = panel[pain.pain_point].quantile(0.1) if pain.floor is None else pain.floor
    mine = panel[(panel["persona"] == forms.personas[0]) & (panel["t"] > 2015)]
    level = (mine.groupby("unit")[pain.pain_point].mean() - floor).clip(lower=0)
    money = mine[mine["t"] == 2019].set_index("unit")["revenue"]
    both = pd.concat([level.rename("level"), money], axis=1).dropna()
    expected = np.average(both["level"], weights=both["revenue"]) / forms.unit_exposure[0]
    assert sites.personas[0].exposure[0] == pytest.approx(expected, rel=EXACT)


def test_the_ledgers_own_margin_wins_over_a_rate(small_cells: CustomerCells, small_intake: Intake) -> None:
    study = small_intake.study
    rated = replace(study, study=study.study.model_copy(update={"margin_rate": 0.4}))
    assert margin_rate(small_cells, rated) is None
    no_margin = replace(small_cells, money=small_cells.money.assign(margin=np.nan))
    assert margin_rate(no_margin, rated) == 0.4
    assert margin_rate(no_margin, study) == 1.0


def test_the_bare_base_needs_no_pain_point(small_cells: CustomerCells, small_intake: Intake) -> None:
    found = bare_base(small_cells, small_intake.study)
    last, (group,) = small_cells.money.iloc[-1], found.personas
    recent = small_cells.money["retained"].dropna().tail(4)
    assert group.customers.sum() == last["customers"]
    assert group.customers @ group.money == pytest.approx(last["margin"], rel=EXACT)
    assert group.rate == pytest.approx([1 - recent.mean()])
    assert group.exposure.shape == (0,)
