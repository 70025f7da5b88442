"""What pain points carry on: scores of later stages, and later pain points met beside them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from impact.journey import Journey, PainPoint, Stage
from models.carried import Carried, CarriedRow, carried_checks, find_carried
from models.reduce import reduce_cells
from models.value import Course, look_at_today, value_draws
from tests.models.small_values import JOURNEY, PAINS, PERIODS, base_of, posterior_of

DRAWS = 20
EXACT = 1e-9
# Four standard errors of the means simulated.
NOISE = 4.0
# Points: what pain point a does to its own stage, to the later one and to overall.
TRUTH = {"s": -1.0, "r": -0.4, "overall": -0.6}
CHAIN = Journey(
    stages=(Stage(stage="s", name="S", order=1), Stage(stage="r", name="R", order=2)),
    pain_points=(
        PainPoint(pain_point="a", stage="s", name="A"),
        PainPoint(pain_point="b", stage="r", name="B"),
        PainPoint(pain_point="c", stage="r", name="C"),
    ),
)


def cells_of(cells: CustomerCells, chance_with: float, chance: float, many: float = 1e6) -> CustomerCells:
    """Two personas of unlike prevalence; who meets a meets b with `chance_with`, others with `chance`, c never goes."""
    rng = np.random.default_rng(1)
    rows, answers = [], []
    for persona, often in (("p0", 0.1), ("p1", 0.4)):
        for a, b, c in product((0, 1), repeat=3):
            of_b = chance_with if a else chance
            share = (often if a else 1 - often) * (of_b if b else 1 - of_b) * (0.2 if c else 0.8)
            rows.append((persona, 2, a, b, c, many * share))
            for t in (1, 2):
                n = round(2e4 * share) + 5
                for stage, effect in TRUTH.items():
                    score = 3 + 0.2 * t + (persona == "p1") + effect * a + 0.5 * rng.standard_normal(n)
                    answers.append((stage, persona, t, a, b, c, n, score.sum(), (score**2).sum()))
    patterns = pd.DataFrame(rows, columns=["persona", "age", *PAINS, "n"])
    scores = pd.DataFrame(answers, columns=["stage", "persona", "t", *PAINS, "n", "total", "squares"])
    by_stage = {
        str(stage): rows.drop(columns="stage").reset_index(drop=True) for stage, rows in scores.groupby("stage")
    }
    return replace(cells, patterns=patterns, scores=by_stage)


@pytest.fixture(scope="module")
def carried(small_cells: CustomerCells, small_intake: Intake) -> Carried:
    return found_in(cells_of(small_cells, 0.5, 0.2), small_cells, small_intake)


def found_in(cells: CustomerCells, small: CustomerCells, intake: Intake) -> Carried:
    forms = replace(
        reduce_cells(small, intake.case.journey), pain_points=PAINS, personas=("p0", "p1"), unit_exposure=np.ones(3)
    )
    rng = np.random.default_rng(3)
    base = base_of(1, DRAWS)
    posterior = posterior_of(0.2 + 0.01 * rng.standard_normal((DRAWS, 2, 3)), np.full((DRAWS, 2, 3), -0.01))
    return find_carried(cells, CHAIN, forms, base, posterior, alone(base, posterior))


def alone(base: object, posterior: object, carried: dict[int, float] | None = None) -> np.ndarray:
    """Mean value of each pain point alone, the first with shares of others taken along."""
    found = []
    for k in range(3):
        levels = np.zeros((1, 1, DRAWS, 3))
        levels[..., k] = 1.0
        for j, share in (carried or {}).items() if k == 0 else ():
            levels[..., j] = share
        course = Course(levels=levels, at=np.zeros(PERIODS, dtype=int))
        value = value_draws(base, look_at_today(base, posterior), course)  # type: ignore[arg-type]
        found.append(value.discounted(base.discount).mean())  # type: ignore[attr-defined]
    return np.array(found)


def row_of(carried: Carried, pain: str, at: str) -> CarriedRow:
    (row,) = [row for row in carried.rows if (row.pain_point, row.at) == (pain, at)]
    return row


@pytest.mark.parametrize(("stage", "kind"), [("s", "own stage"), ("r", "later stage"), ("overall", "overall")])
def test_the_effect_on_every_later_score_is_found_within_its_range(carried: Carried, stage: str, kind: str) -> None:
    row = row_of(carried, "a", stage)
    se = (row.high - row.effect) / 1.6449
    assert row.kind == kind
    assert abs(row.effect - TRUTH[stage]) < NOISE * se < 0.1


def test_nothing_is_carried_backwards(carried: Carried) -> None:
    assert {row.at for row in carried.rows if row.pain_point == "b"} == {"r", "overall"}
    assert {(row.pain_point, row.at) for row in carried.rows if row.kind == "pain point"} == {("a", "b"), ("a", "c")}


def test_the_chance_to_meet_a_later_pain_point_is_compared_within_personas(carried: Carried) -> None:
    """Both personas differ by 0.3; the share is what of all occurrences of b lies in that excess."""
    row = row_of(carried, "a", "b")
    assert row.effect == pytest.approx(0.3, rel=EXACT)
    often = 0.25
    assert row.share == pytest.approx(0.3 * often / (often * 0.5 + (1 - often) * 0.2), rel=EXACT)
    assert row.n == pytest.approx((0.1 + 0.4) * 1e6 * 0.5)
    apart = row_of(carried, "a", "c")
    assert apart.effect == pytest.approx(0.0, abs=EXACT)
    assert np.isnan(apart.share)


def test_the_error_of_a_difference_is_that_of_two_shares_of_customers(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    """One persona by hand; four periods of a customer count as one."""
    cells = cells_of(small_cells, 0.5, 0.2, many=4_000)
    first_alone = cells.patterns[cells.patterns["persona"] == "p1"].assign(persona="p0")
    cells = replace(cells, patterns=pd.concat([first_alone, first_alone.assign(persona="p1", n=1e-9)]))
    row = row_of(found_in(cells, small_cells, small_intake), "a", "b")
    first, without = 0.4 * 4_000, 0.6 * 4_000
    se = 2 * np.sqrt(0.25 / first + 0.16 / without)
    assert row.high - row.effect == pytest.approx(1.6449 * se, rel=1e-3)


def test_more_is_the_value_of_the_later_share_thinned_along(carried: Carried) -> None:
    rng, base = np.random.default_rng(3), base_of(1, DRAWS)
    posterior = posterior_of(0.2 + 0.01 * rng.standard_normal((DRAWS, 2, 3)), np.full((DRAWS, 2, 3), -0.01))
    share = row_of(carried, "a", "b").share
    expected = alone(base, posterior, {1: share})[0] - alone(base, posterior)[0]
    assert carried.more[0] == pytest.approx(expected, rel=EXACT)
    assert expected > 0
    assert not carried.more[1:].any()


def test_it_is_a_review_where_it_would_add_over_a_quarter(small_cells: CustomerCells) -> None:
    carried = Carried(rows=(), more=np.array([30.0, 10.0, 30.0]))
    (review,) = carried_checks(carried, np.array([100.0, 100.0, -5.0]), JOURNEY, small_cells)
    (passed,) = carried_checks(carried, np.full(3, 1_000.0), JOURNEY, small_cells)
    assert (review.status, review.found) == ("review", "a (+30%)")
    assert passed.status == "pass"


def test_sites_tell_of_scores_alone(hospitals_panel: SitePanel, hospitals_intake: Intake) -> None:
    journey = hospitals_intake.case.journey
    forms = reduce_cells(hospitals_panel, journey)
    base, shape = base_of(1, DRAWS), (DRAWS, 2, 3)
    posterior = posterior_of(np.zeros(shape), np.zeros(shape))
    found = find_carried(hospitals_panel, journey, forms, base, posterior, np.zeros(len(journey.pain_points)))
    assert found.rows and {row.kind for row in found.rows} <= {"own stage", "later stage", "overall"}
    own = {row.pain_point: row.effect for row in found.rows if row.kind == "own stage"}
    known = dict(zip(journey.pain_ids(), forms.stage_effect, strict=True))
    for pain, effect in own.items():
        assert effect == pytest.approx(known[pain], rel=EXACT)
    assert not found.more.any()
