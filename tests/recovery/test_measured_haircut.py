"""A whole study with initiatives rolled out by lot: what they did is measured, and the haircut moves to the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from impact.case import load_case
from impact.cells import summarise
from impact.coverage import measure_coverage
from impact.estimate import draw_posterior, pose
from impact.evidence import Evidence
from impact.intake import take_in
from impact.measure_study import (
    MeasuredInitiative,
    evidence_table,
    measure_checks,
    measure_initiatives,
    study_rollouts,
)
from impact.progress import SilentProgress
from impact.study import load_study
from models.evidence_learnt import Learnt
from models.rated import rate
from tests.rollout_study import Company, write_company

WITHIN = 4.0  # standard errors that one simulated estimate may lie off
PAINS = ("slow", "lost", "rude")


def relative_effect(company: Company) -> float:
    """The change of leaving, relative, where a share of what was met is removed; rates stay small."""
    more = math.expm1(company.tau)
    return (1 + company.met * (1 - company.removed) * more) / (1 + company.met * more) - 1


def test_a_known_effect_is_measured_and_becomes_evidence(tmp_path: Path) -> None:
    company = Company(customers=120)
    intake = take_in(write_company(tmp_path, company))
    cells = summarise(intake.source, intake.case.journey, intake.study)
    found = {f"{one.outcome} {one.of}".strip(): one for one in measure_initiatives(intake, cells)}
    assert set(found) == {"churn", "revenue", "score", "prevalence slow"}
    churn, slow = found["churn"].evidence, found["prevalence slow"].evidence
    assert churn is not None and slow is not None
    assert churn.kind == "experiment"
    assert churn.estimate == pytest.approx(relative_effect(company), abs=WITHIN * churn.se)
    assert slow.estimate == pytest.approx(-company.met * company.removed, abs=WITHIN * slow.se)
    assert _read_back(tmp_path, evidence_table(tuple(found.values()))) == (churn, slow)
    rollouts = study_rollouts(intake, cells)
    said = {check.code: check for check in measure_checks(intake, rollouts, tuple(found.values()))}
    assert (said["C702"].status, said["C702"].found) == ("pass", "1 of 1 measured")
    assert said["C703"].found.startswith("2 of 4 effects become evidence; fix_slow revenue: ")


def _read_back(folder: Path, table: pd.DataFrame) -> tuple[Evidence, ...]:
    """The plan's evidence once it joins what was measured."""
    table.to_csv(folder / "measured.csv", index=False)
    return load_case(load_study(folder, ('plan.measured="measured.csv"',))).plan.evidence


def learnt_by(folder: Path, company: Company) -> tuple[Sequence[MeasuredInitiative], Learnt]:
    """What was measured, and what a run learns from it."""
    intake = take_in(write_company(folder, company))
    cells = summarise(intake.source, intake.case.journey, intake.study)
    measured = measure_initiatives(intake, cells)
    rows = tuple(one.evidence for one in measured if one.evidence is not None)
    told = replace(intake, case=replace(intake.case, plan=replace(intake.case.plan, evidence=rows)))
    rated = rate(
        cells, intake.case.journey, intake.study, measure_coverage(intake.source, intake.case.journey, intake.study)
    )
    question = pose(rated.forms, told, cells, frozenset())
    return measured, draw_posterior(question, told, cells, "quick", SilentProgress()).learnt


@pytest.mark.verify
@pytest.mark.parametrize(("doubt", "prior", "seed"), [(0.6, (8, 2), 1), (0.0, (4, 3), 2)])
def test_the_haircut_moves_towards_what_is_true_of_the_company(
    tmp_path: Path, doubt: float, prior: tuple[int, int], seed: int
) -> None:
    """Of a company whose observation overstates by two a half is true; of one without doubt all of it is."""
    truth = 0.6 / (0.6 + doubt)
    company = Company(
        pains=PAINS, regions=30, leaving=0.03, met=0.5, removed=0.8, tau=0.6, doubt=doubt, kept=prior, seed=seed
    )
    measured, learnt = learnt_by(tmp_path, company)
    assert learnt.teaching == 3
    assert sum(one.evidence is not None for one in measured) == 6
    (move,) = learnt.moves
    assert abs(move.posterior[0] - truth) < abs(move.prior[0] - truth)
    assert move.posterior[2] - move.posterior[1] < move.prior[2] - move.prior[1]
    removed = [line.reading.estimate for line in learnt.lines if line.reading.use == "effectiveness"]
    assert removed == pytest.approx([0.8] * 3, abs=0.1)
