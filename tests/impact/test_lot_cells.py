"""Who may be drawn for a pilot, and what the ledger tells of chance: every figure as counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from impact.cells.lot_cells import count_free, free_customers, group_sums, money_stretches
from impact.designing import running_pilots
from impact.intake import Intake, take_in
from tests.tiny_study import CUSTOMERS, append, edit, write_tiny_study

# every fifth customer is gone by the third quarter of four
THERE = tuple(one for place, one in enumerate(CUSTOMERS) if place % 5)
EXACT = 1e-9


def with_region(folder: Path) -> Intake:
    write_tiny_study(folder)
    rows = (folder / "customers.csv").read_text(encoding="utf-8").splitlines()
    regions = ["region", *("north" if place < 10 else "south" for place in range(len(CUSTOMERS)))]
    lines = [f"{row},{region}\n" for row, region in zip(rows, regions, strict=True)]
    (folder / "customers.csv").write_text("".join(lines), encoding="utf-8")
    edit(folder, "study.toml", 'as_of = "2026Q3"\n', 'as_of = "2026Q3"\nreport_by = ["region"]\n')
    return take_in(folder, ())


def with_pilot(folder: Path) -> Intake:
    """Two customers who are there, and one who is gone, are assigned to an initiative that is live."""
    write_tiny_study(folder)
    (folder / "initiatives.csv").write_text(
        "initiative,name,cost,status,actual_start\nfleet,Vans,500,live,2026Q3\nspares,Parts,300,,\n", encoding="utf-8"
    )
    edit(folder, "study.toml", 'incidents = "incidents.csv"\n', 'incidents = "incidents.csv"\nassignments = "a.csv"\n')
    (folder / "a.csv").write_text("customer_id,initiative,arm,from,randomised\n", encoding="utf-8")
    for one, arm in (("0002", "treated"), ("0003", "control"), ("0001", "treated")):
        append(folder, "a.csv", f"{one},fleet,{arm},2026Q3,1")
    return take_in(folder, ())


@pytest.fixture(scope="module")
def regional(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return with_region(tmp_path_factory.mktemp("regional"))


def test_those_there_at_the_end_may_be_drawn_in_strata_of_persona_and_region(regional: Intake) -> None:
    found = free_customers(regional.source, regional.study, (), "region")
    assert tuple(found["customer_id"]) == THERE
    assert set(found["stratum"]) == {f"{p}\x1f{r}" for p in ("home", "firm") for r in ("north", "south")}
    assert count_free(regional.source, regional.study, ()).free == len(THERE)


def test_whoever_is_in_a_pilot_that_runs_is_left_out(tmp_path: Path) -> None:
    intake = with_pilot(tmp_path)
    running = running_pilots(intake)
    free = count_free(intake.source, intake.study, running)
    assert (running, free.free, free.taken) == (("fleet",), len(THERE) - 2, 2)
    assert not {"0002", "0003"} & set(free_customers(intake.source, intake.study, running, "")["customer_id"])
    assert count_free(intake.source, intake.study, ()).taken == 0


def test_money_scatters_as_the_ledger_says(regional: Intake) -> None:
    found = money_stretches(regional.source, regional.study)
    # the same revenue in every period, and no margin booked: all of it lies between customers
    own = np.array([100.0 + place for place in range(len(CUSTOMERS)) if place % 5])
    assert found is not None and (found.customers, found.periods) == (len(THERE), 2)
    assert found.mean == pytest.approx(own.mean(), abs=EXACT)
    assert found.variances == pytest.approx((own.var(ddof=1),) * 2, rel=EXACT)
    assert found.covariance == pytest.approx(own.var(ddof=1), rel=EXACT)


def test_groups_are_counted_with_who_left_of_them(regional: Intake) -> None:
    found = group_sums(regional.source, regional.study, "region")
    assert found is not None and found["value"].tolist() == ["north", "south"]
    assert found["customers"].tolist() == [8, 8] and (found["leavers"] <= found["n"]).all()
    assert group_sums(regional.source, regional.study, "planet") is None
