"""A whole run with the company's own outlook, and scenarios that the data refuse."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.__main__ import main
from impact.starter import write_starter
from models.outlook_gap import outlook_in_words
from reports.tables import build_tables
from scenarios.base_world import base_world, rows_world, scenario_facts
from scenarios.scenario import in_world, scenarios_of
from scenarios.worth import set_npv
from tests.quick_study import find_quickly
from tests.tiny_study import edit

pytestmark = pytest.mark.verify

PERIODS = ("2026Q4", "2027Q1", "2027Q2")
MONEY = 420.0  # of revenue a customer and period
RATE = 0.42  # the starter's margin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    study = tmp_path / "study"
    write_starter(study)
    edit(study, "study.toml", "[finance]", '[finance]\noutlook = "outlook.csv"')
    rows = [f"{period},{count},{count * MONEY},{count * MONEY * RATE}" for period, count in _counts().items()]
    (study / "outlook.csv").write_text("\n".join(["period,customers,revenue,margin", *rows]) + "\n", encoding="utf-8")
    return study


def _counts() -> dict[str, int]:
    return dict(zip(PERIODS, (900, 1_200, 1_300), strict=True))


def test_net_values_and_rows_start_from_the_outlook_and_every_shipped_scenario_is_a_world(folder: Path) -> None:
    quick = find_quickly(folder)
    estimates, decision = quick.found.estimates, quick.found.decision
    assert estimates is not None
    assert estimates.scaled is not None
    assert decision is not None
    assert estimates.base is estimates.scaled.base
    tables = build_tables(quick.found)
    gap = tables["outlook_gap"]
    assert set(gap["period"]) == set(PERIODS)
    idle = tables["scenarios"].query("scenario == 'base, nothing funded' and metric == 'customers'").set_index("period")
    assert idle["value"]["2026Q4"] == pytest.approx(900)
    codes = {check.code: check for check in quick.found.checks}
    assert {"C670", "C671"} <= set(codes)
    assert "S111" not in codes
    assert outlook_in_words(estimates.scaled, quick.intake.study) in codes["C670"].text
    facts = scenario_facts(quick.found.cells, quick.intake.study, estimates.base, estimates.scaled)
    world = base_world(decision.case, decision.limits, facts)
    rows = rows_world(world, estimates.scaled)
    there = sum(before.mean(axis=0) for before in rows.case.today.before)
    assert there[:3] == pytest.approx([count * MONEY * RATE for count in _counts().values()])
    npv = {
        one.name: float(set_npv(in_world(one, world, facts).case, [0, 1]).mean())
        for one in scenarios_of(quick.intake.case.plan)
    }
    assert list(npv) == ["downside", "upside", "late"]
    assert npv["downside"] < float(set_npv(world.case, [0, 1]).mean())


def test_a_scenario_beyond_the_data_ends_the_run_before_anything_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame({"scenario": ["low"], "lever": ["prevalence:outage"], "value": [50.0]})
    table.to_csv(folder / "scenarios.csv", index=False)
    edit(folder, "study.toml", "[plan]\n", '[plan]\nscenarios = "scenarios.csv"\n')
    assert main(["run", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "P276 scenarios 'low': prevalence:outage" in said
    assert "Sampling" not in said
    assert not (folder / "out").exists()
