"""A quarter that follows the model changes the ranking's values little, and raises few alarms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from impact.cells import summarise
from impact.choosing import case_of
from impact.coverage import measure_coverage
from impact.estimate import estimate
from impact.intake import take_in
from impact.progress import SilentProgress
from models.simulate import simulate_company
from models.simulated_company import CompanySpec
from scenarios.refresh import allowed_change, npv_of, with_beliefs_of
from scenarios.worth import Case, costs_by_period
from tests.recovery.written_company import write_tables

SEEDS = (101, 202, 303)
PERIODS = 10
MOST_CHANGE = 0.10
# Of ranges of 90%, correlated within a company; the rule is on the careful side.
MOST_ALARMS = 0.15


def decided(folder: Path, *overrides: str) -> Case:
    """The case of a study, every initiative at its planned start."""
    intake = take_in(folder, overrides)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    coverage = measure_coverage(intake.source, intake.case.journey, intake.study)
    estimates, _ = estimate(intake, cells, coverage, SilentProgress())
    return case_of(intake, cells, estimates)


@pytest.mark.verify
def test_one_more_quarter_moves_the_values_of_the_ranking_by_a_tenth_at_most(tmp_path: Path) -> None:
    changes, benefits, alarms = [], [], []
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        write_tables(simulate_company(CompanySpec(seed=seed, customers=8_000, periods=PERIODS)), folder)
        then, now = decided(folder, "study.as_of=2026Q2"), decided(folder)
        rolled = with_beliefs_of(now, then)
        assert rolled is not None
        before, middle, after = npv_of(then), npv_of(rolled), npv_of(now)
        for i, name in enumerate(now.ids()):
            cost = float((costs_by_period(now.offers[i]) @ now.base.discount).mean())
            moved = after[name].mean() - before[name].mean()
            changes.append(abs(moved / before[name].mean()))
            benefits.append(abs(moved / (before[name].mean() + cost)))
            allowed = allowed_change(middle[name], after[name], PERIODS - 1, 1)
            alarms.append(abs(after[name].mean() - middle[name].mean()) > allowed)
    assert np.median(changes) <= MOST_CHANGE
    assert np.mean(alarms) <= MOST_ALARMS
