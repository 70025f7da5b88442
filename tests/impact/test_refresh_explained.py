"""An earlier forecast asked again: what did not change has no part in the change, what did has its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from impact.cells import summarise
from impact.choosing import find_choice
from impact.intake import Intake, take_in
from impact.progress import SilentProgress
from impact.recorded_plan import Earlier, read_earlier
from impact.refresh import explain_refresh, with_refresh
from models.simulate import simulate_company
from models.simulated_company import CompanySpec
from reports.findings import Findings
from reports.tables_choice import initiatives_table
from scenarios.refresh import PARTS, Moved
from tests.quick_study import quick_uplift
from tests.recovery.written_company import write_tables

THEN = "2026Q2"
DEARER = 1_000.0
# Sums in another order, in money of some thousands.
CENT = 0.01
# Of four ranges of 90% that hang together.
MOST_ALARMS = 0.25


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One study then and now: how it was read, what was found, and the forecast of then."""

    intake: Intake
    found: Findings
    earlier: Earlier


def find(folder: Path, *overrides: str) -> tuple[Intake, Findings]:
    intake = take_in(folder, overrides)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    return intake, find_choice(intake, cells, SilentProgress())


def written(found: Findings, intake: Intake, folder: Path) -> Path:
    """A forecast of what was found, as a run records it."""
    rows = initiatives_table(found).astype(object)
    case = intake.case
    plan = {
        "stages": case.journey.stages,
        "pain_points": case.journey.pain_points,
        "initiatives": case.plan.initiatives,
        "fixes": case.plan.fixes,
    }
    record = {
        "run_id": "abc",
        "as_of": THEN,
        "version": "0.0.1",
        "inputs": {"ledger.parquet": "other"},
        "initiatives": rows.where(rows.notna(), None).to_dict("records"),
        "plan": {name: [asdict(one) for one in given] for name, given in plan.items()},
    }
    path = folder / "forecast.json"
    path.write_text(json.dumps(record, default=lambda value: value.item()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A company of ten quarters, forecast on nine and run on ten, on a tenth of the joint draws."""
    folder = tmp_path_factory.mktemp("refreshed")
    write_tables(simulate_company(CompanySpec(seed=7, customers=2_500, pain_points=5, initiatives=4)), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impact.estimate.fit_uplift", quick_uplift)
        then, was = find(folder, f"study.as_of={THEN}")
        forecast = written(was, then, folder)
        intake, found = find(folder)
        yield Ran(intake=intake, found=found, earlier=read_earlier(str(forecast), folder / "out", intake.study))


def moved(ran: Ran, intake: Intake, found: Findings) -> dict[str, Moved]:
    told = explain_refresh(ran.earlier, found, intake, SilentProgress())
    assert told.why_not == ""
    for one in told.moved:
        assert sum(one.parts[part] for part in PARTS) == pytest.approx(one.change, abs=1e-6)
    return {one.initiative: one for one in told.moved}


@pytest.mark.verify
def test_with_the_same_plan_only_new_data_move_anything(ran: Ran) -> None:
    told = moved(ran, ran.intake, ran.found).values()
    assert np.mean([one.alarm for one in told]) <= MOST_ALARMS
    for one in told:
        assert [one.parts["version"], one.parts["evidence"], one.parts["plan"]] == pytest.approx([0, 0, 0], abs=CENT)
        assert one.parts["learnt"] != 0
        assert one.allowed > 0


@pytest.mark.verify
def test_a_dearer_initiative_is_a_changed_plan_and_costs_what_it_costs(ran: Ran) -> None:
    plan = ran.intake.case.plan
    first, *others = plan.initiatives
    assert first.cost is not None
    dearer = replace(first, cost=first.cost + DEARER)
    case = replace(ran.intake.case, plan=replace(plan, initiatives=(dearer, *others)))
    intake = replace(ran.intake, case=case)
    cells = summarise(intake.source, case.journey, intake.study)
    found = with_refresh(find_choice(intake, cells, SilentProgress()), intake, ran.earlier)
    assert found.refresh is not None
    told = {one.initiative: one for one in found.refresh.moved}
    spent = told[first.initiative].parts["plan"]
    assert -DEARER <= spent <= -0.7 * DEARER
    assert [change.id for change in found.refresh.plan] == [first.initiative]
    assert all(abs(one.parts["plan"]) < CENT for name, one in told.items() if name != first.initiative)
    assert [check.code for check in found.checks][-1] == "C705"


@pytest.mark.verify
def test_the_cause_of_the_first_part_is_told_from_version_and_hashes(ran: Ran) -> None:
    told = explain_refresh(ran.earlier, replace(ran.found, decision=None), ran.intake, SilentProgress())
    assert told.why_not == "this run came to no decision"
    assert "version 0.0.1 then" in told.cause
    assert "ledger.parquet changed" in told.cause
    assert told.cause.endswith("not told apart")
    assert told.periods == 1
