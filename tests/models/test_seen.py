"""How rare a pain point has been: the best period and the best group, too small ones apart."""

from __future__ import annotations

import types

import numpy as np
import pandas as pd
import pytest

from impact.cells import SitePanel
from impact.journey import Journey, PainPoint, Stage
from models.seen import LEAST_SEEN, Seen, find_seen

EXACT = 1e-12
JOURNEY = Journey(
    stages=(Stage(stage="use", name="Use", order=0),),
    pain_points=(PainPoint(pain_point="late", stage="use", name="Late"),),
)


def customers(rows: list[tuple[str, int, float, int]]) -> object:
    table = pd.DataFrame(rows, columns=["persona", "t", "late", "n"])
    return types.SimpleNamespace(leaving=table, answered=None)


def seen(cells: object, today: float = 0.2) -> Seen:
    (found,) = find_seen(cells, JOURNEY, np.array([today]))  # type: ignore[arg-type]
    return found


def test_the_lowest_is_that_of_the_best_period_or_persona() -> None:
    first = [("home", 1, 1.0, 60), ("home", 1, 0.0, 240), ("firm", 1, 1.0, 30), ("firm", 1, 0.0, 270)]
    second = [("home", 2, 1.0, 90), ("home", 2, 0.0, 210), ("firm", 2, 1.0, 36), ("firm", 2, 0.0, 264)]
    cells = customers([*first, *second])
    found = seen(cells)
    # the best persona 66 of 600, the best period 90 of 600
    assert found.lowest == pytest.approx(66 / 600, abs=EXACT)
    assert (found.today, found.periods, found.groups) == (0.2, 2, 2)


def test_a_group_too_small_to_tell_is_left_out() -> None:
    few = LEAST_SEEN - 1
    rows = [("home", 1, 1.0, 100), ("home", 1, 0.0, 300), ("home", 2, 0.0, few)]
    assert seen(customers(rows)).periods == 1
    assert seen(customers([*rows, ("home", 2, 0.0, 1)])).lowest == 0


def test_what_is_not_known_is_not_taken_for_not_met() -> None:
    rows = [("home", 1, 1.0, 100), ("home", 1, 0.0, 100), ("home", 1, np.nan, 800)]
    assert seen(customers(rows)).lowest == pytest.approx(0.5, abs=EXACT)


def test_sites_are_compared_by_their_mean_amount() -> None:
    panel = pd.DataFrame(
        {"unit": ["a", "a", "b", "b"], "t": [1, 2, 1, 2], "persona": "all", "late": [4.0, 6.0, 1.0, 3.0]}
    )
    cells = SitePanel(controls=(), size=None, panel=panel, coverage=pd.DataFrame(), money=pd.DataFrame())
    found = seen(cells)
    assert (found.today, found.lowest, found.groups) == (3.5, 2.0, 2)


def test_a_level_and_a_pain_point_never_met_have_nothing_to_compare() -> None:
    pain = PainPoint(pain_point="late", stage="use", name="Late", measure="level")
    level = Journey(stages=JOURNEY.stages, pain_points=(pain,))
    cells = customers([("home", 1, 1.0, 500)])
    assert find_seen(cells, level, np.array([0.2])) == ()  # type: ignore[arg-type]
    assert find_seen(cells, JOURNEY, np.array([0.0])) == ()  # type: ignore[arg-type]
