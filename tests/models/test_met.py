"""What is met by age: who meets it when, and what a pain point of a customer's first periods is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells
from impact.intake import Intake
from impact.journey import Journey, PainPoint, Stage
from models.base import build_base
from models.inference import Fit
from models.met import LEAN, find_met, told_apart
from models.pains import value_pains
from models.reduced import ReducedForms, silent
from models.uplift import UpliftPosterior
from models.value import ValueBase

# Twenty customers' worth of the persona's pattern among ten million.
LEANED = 1e-4
MANY = 1e7
CHANCE, TAU = 0.5, 0.4
TENURE = {0: 0.0, 1: 1.0, 2: 2.0, 3: 4.0}  # the youngest tenure, in quarters, of each age
JOURNEY = Journey(
    stages=(Stage(stage="s", name="S", order=1),), pain_points=(PainPoint(pain_point="a", stage="s", name="A"),)
)


def cells_of(cells: CustomerCells, chance: dict[int, float], many: float = MANY) -> CustomerCells:
    """The small company with one persona, all new at `as_of`, who meet the pain point with the chance of each age."""
    patterns = pd.DataFrame(
        [("all", age, met, many * (p if met else 1 - p)) for age, p in chance.items() for met in (0, 1)],
        columns=["persona", "age", "a", "n"],
    )
    base = pd.DataFrame({"persona": ["all"], "tenure_band": [0], "customers": [100], "revenue": 0.0, "margin": 1e3})
    recent = pd.DataFrame({"persona": ["all"], "tenure_band": [0], "n": [many], "leavers": [0.06 * many]})
    tenures = pd.DataFrame({"persona": ["all"], "tenure_band": [0], "tenure": [0], "customers": [100]})
    return replace(cells, patterns=patterns, base=base, recent=recent, tenures=tenures)


def forms_of() -> ReducedForms:
    nothing = (silent(1),)
    return ReducedForms(
        pain_points=("a",),
        personas=("all",),
        unit_exposure=np.ones(1),
        score_sd=1.0,
        score=nothing,
        leaving=nothing,
        spend=nothing,
        spend_placebo=nothing,
        stage_effect=np.zeros(1),
        stage_se=np.ones(1),
    )


def worth(base: ValueBase) -> float:
    """The value of never meeting the pain point again, its effect on leaving known."""
    shape = (len(base.frailty), 1, 1)
    posterior = UpliftPosterior(
        pain_points=("a",),
        personas=("all",),
        score=np.zeros(shape),
        leaving=np.full(shape, TAU),
        spend=np.zeros(shape),
        credibility=np.ones((len(base.frailty), 1)),
        theta=np.zeros(len(base.frailty)),
        psi=np.zeros(len(base.frailty)),
        prior_share=np.zeros(1),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=1e3, divergences=0, worst=""),
    )
    return float(value_pains(base, posterior, JOURNEY).everything[0])


def base_of(cells: CustomerCells, intake: Intake) -> ValueBase:
    base = build_base(cells, JOURNEY, intake.study, forms_of(), 1)
    return replace(base, frailty=np.full(1, 0.5))


def by_hand(base: ValueBase, met_in: int | None) -> float:
    """Value where the pain point is met with `CHANCE` in the experience behind one future period alone."""
    v, periods = 0.5, len(base.discount)
    now = (0.94**-v - 1) / v
    ratio = np.ones(periods)
    if met_in is not None:
        ratio[met_in] = 1 / (1 - CHANCE + CHANCE * np.exp(TAU))
    there = [(1 + v * now * np.cumsum(one)) ** (-1 / v) for one in (ratio, np.ones(periods))]
    return float(1e3 * (there[0] - there[1]) @ base.discount)


def test_a_pain_point_of_the_first_period_alone_is_worth_nothing_for_the_customers_of_today(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    base = base_of(cells_of(small_cells, {0: CHANCE, 1: 0.0, 2: 0.0}), small_intake)
    constant = replace(base, personas=tuple(replace(one, ages=None) for one in base.personas))
    assert worth(constant) > 10
    assert worth(base) == pytest.approx(0.0, abs=LEANED * worth(constant))


def test_a_pain_point_of_the_second_period_counts_once_for_a_new_customer(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    base = base_of(cells_of(small_cells, {0: 0.0, 1: CHANCE, 2: 0.0}), small_intake)
    expected = by_hand(base, 1)
    assert expected > 1
    assert worth(base) == pytest.approx(expected, rel=LEANED)


def test_customers_grow_older_into_what_older_ones_meet(small_cells: CustomerCells, small_intake: Intake) -> None:
    base = base_of(cells_of(small_cells, {0: 0.0, 1: 0.1, 2: 0.2, 3: 0.3}), small_intake)
    ages = base.personas[0].ages
    assert ages is not None
    reached = ages.mix[:, 0] @ np.arange(4)
    expected = [sum(tenure <= period for tenure in TENURE.values()) - 1 for period in range(len(base.discount))]
    np.testing.assert_array_equal(reached, expected)
    np.testing.assert_allclose(ages.exposure[:, 0], [0.0, 0.1, 0.2, 0.3], atol=LEANED)


def test_an_age_of_few_leans_on_its_persona(small_cells: CustomerCells, small_intake: Intake) -> None:
    cells = cells_of(small_cells, {0: 1.0, 1: 0.0}, many=400.0)
    ages = base_of(cells, small_intake).personas[0].ages
    assert ages is not None
    for age, own in ((0, 1.0), (1, 0.0)):
        expected = (400 * own + LEAN * 0.5) / (400 + LEAN)
        assert ages.exposure[age, 0] == pytest.approx(expected)
        assert ages.weights[age] @ base_of(cells, small_intake).personas[0].patterns[:, 0] == pytest.approx(expected)


def test_ages_that_meet_alike_are_not_told_apart(small_cells: CustomerCells, small_intake: Intake) -> None:
    alike = cells_of(small_cells, {0: 0.20, 1: 0.21, 2: 0.20}, many=400.0)
    assert base_of(alike, small_intake).personas[0].ages is None
    found = find_met(cells_of(small_cells, {0: 0.5, 1: 0.2, 2: 0.2}), JOURNEY, np.ones(1), "all")
    assert told_apart(found) == [[0], [1, 2]]


def test_what_is_met_by_age_sums_to_what_is_met(small_cells: CustomerCells, small_intake: Intake) -> None:
    journey = small_intake.case.journey
    for persona in small_cells.patterns["persona"].unique():
        met = find_met(small_cells, journey, np.ones(len(journey.pain_points)), persona)
        np.testing.assert_allclose(met.of_age.sum(axis=0), 1)
        rows = small_cells.patterns[small_cells.patterns["persona"] == persona]
        by_age = rows.groupby("age")["n"].sum().reindex(met.ages)
        np.testing.assert_allclose(met.of_age @ met.weights * met.n.sum(), by_age)
