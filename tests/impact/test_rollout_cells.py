"""The units of a rollout by period: every count exact, nobody who came later, no group of fewer than five."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.cells.rollout import put_together, rollout_cells
from impact.cells.rollout_summary import RolloutCells
from impact.intake import take_in
from impact.periods import parse_period
from impact.rollout import NEVER
from models.measure.panel import NEVER as MEASURED_NEVER
from tests.tiny_study import edit, write_tiny_study

QUARTERS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")
START = parse_period("2026Q2", "quarter")
# north and south have ten customers each, west three, east two
REGIONS = ["north"] * 10 + ["south"] * 10 + ["west"] * 3 + ["east"] * 2
INITIATIVES = "initiative,name,cost,status,actual_start\nfleet,Vans,500,live,2026Q2\nspares,Parts,300,,\n"


def write(folder: Path, *, regions: list[str] = REGIONS) -> Path:
    """Ledger of 100 each: of every group the first leaves after 2026Q1, the second after 2026Q2, the last joins late.

    Who was slow to be served: the first three of every group in every period they are there.
    """
    write_tiny_study(folder)
    ledger, who, met = ["customer_id,period,revenue,margin"], ["customer_id,region"], []
    for number, region in enumerate(regions):
        place = number - regions.index(region)
        last = {0: 2, 1: 3}.get(place, 4)
        first = 2 if place == regions.count(region) - 1 and regions.count(region) > 5 else 0
        who.append(f"c{number:02d},{region}")
        for quarter in QUARTERS[first:last]:
            ledger.append(f"c{number:02d},{quarter},{100 + place},{10 + place}")
            met += [f"c{number:02d},{quarter},slow"] * (place < 3)
    for name, rows in (("ledger", ledger), ("customers", who), ("incidents", ["customer_id,occurred_at,pain_point"])):
        (folder / f"{name}.csv").write_text("\n".join(rows + met * (name == "incidents")) + "\n", encoding="utf-8")
    (folder / "initiatives.csv").write_text(INITIATIVES, encoding="utf-8")
    edit(folder, "study.toml", 'responses = "responses.csv"\n', "")
    edit(folder, "study.toml", 'personas = "personas.csv"\n', 'rollouts = "rollouts.csv"\n')
    (folder / "rollouts.csv").write_text("initiative,column,value,from\nfleet,region,north,2026Q2\n", encoding="utf-8")
    return folder


def cells_of(folder: Path) -> RolloutCells:
    intake = take_in(folder)
    (one,) = rollout_cells(intake.source, intake.case.journey, intake.case.plan, intake.study)
    return one


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> RolloutCells:
    return cells_of(write(tmp_path_factory.mktemp("grouped")))


def test_never_is_the_same_number_where_it_is_measured() -> None:
    assert NEVER == MEASURED_NEVER


def test_small_groups_of_one_start_are_one_unit(grouped: RolloutCells) -> None:
    units = grouped.units.set_index("unit")
    assert units.treated_from.to_dict() == {"(small groups) without": NEVER, "north": START, "south": NEVER}
    assert units.customers.to_dict() == {"(small groups) without": 5, "north": 9, "south": 9}
    assert (grouped.by, grouped.randomised, grouped.first, grouped.small) == ("region", False, START, 0)


def test_customers_who_came_after_the_start_are_left_out_and_counted(grouped: RolloutCells) -> None:
    assert grouped.late == 2


def test_every_count_and_mean_is_exact(grouped: RolloutCells) -> None:
    north = grouped.cells[grouped.cells.unit == "north"].set_index("t")
    assert north["n__revenue"].tolist() == [9, 9, 8, 7]
    assert north["n__leaving"].tolist() == [9, 9, 8, 0]
    assert north["leaving"].tolist()[:3] == pytest.approx([0, 1 / 9, 1 / 8])
    assert north["revenue"].tolist() == pytest.approx([104, 104, 104.5, 105])
    assert north["margin"].tolist() == pytest.approx([14, 14, 14.5, 15])
    assert north["met__slow"].tolist() == pytest.approx([3 / 9, 3 / 9, 2 / 8, 1 / 7])
    assert north["met_any"].tolist() == north["met__slow"].tolist()


def test_a_figure_of_fewer_than_five_is_blank(grouped: RolloutCells) -> None:
    # of the five in small groups, two leave after the second period and two after the third
    few = grouped.cells[grouped.cells.unit.str.startswith("(small")].set_index("t")
    assert few["n__revenue"].tolist() == [5, 5, 0, 0]
    assert few["revenue"].isna().tolist() == [False, False, True, True]
    assert grouped.blank > 0


def test_no_id_of_a_customer_leaves(grouped: RolloutCells) -> None:
    told = grouped.cells.to_csv() + grouped.units.to_csv()
    assert not any(f"c{number:02d}" in told for number in range(len(REGIONS)))


def test_assigned_customers_are_buckets_of_one_arm_that_keep_their_customers(tmp_path: Path) -> None:
    number = 60
    write(tmp_path, regions=["north"] * number)
    (tmp_path / "rollouts.csv").write_text("initiative,column,value,from\n", encoding="utf-8")
    arms = ["treated", "control"]
    lines = [f"c{k:02d},fleet,{arms[k % 2]},2026Q2,{int(k > 0)}" for k in range(number)]
    text = "\n".join(["customer_id,initiative,arm,from,randomised", *lines]) + "\n"
    (tmp_path / "assignments.csv").write_text(text, encoding="utf-8")
    found = cells_of(edit(tmp_path, "study.toml", "[plan]", 'assignments = "assignments.csv"\n[plan]'))
    assert found.by == "assignments"
    assert not found.randomised, "one row was not assigned by chance"
    assert found.units.customers.sum() + found.small == number - 1
    assert found.late == 1
    assert set(found.units.treated_from) == {START, NEVER}
    assert found.units.customers.min() >= 5
    assert found.units.groupby("treated_from").size().max() <= 3
    assert found.units.cluster.is_unique
    first = found.cells[found.cells.t == START - 2].set_index("unit")["n__revenue"]
    assert first.to_dict() == found.units.set_index("unit").customers.to_dict()


def test_a_unit_too_small_even_together_is_left_out_and_counted() -> None:
    counted = pd.DataFrame(
        {"group_key": ["n", "s", "w"], "treated_from": [NEVER, START, NEVER], "since": START, "customers": [9, 8, 3]}
    )
    units, small = put_together(counted, "region", 5)
    assert (sorted(units.unit), small) == (["n", "s"], 3)


def test_more_groups_than_may_leave_are_put_together_by_start() -> None:
    keys = [f"g{k:04d}" for k in range(1000)]
    counted = pd.DataFrame(
        {"group_key": keys, "treated_from": [START] * 100 + [NEVER] * 900, "since": START, "customers": 20}
    )
    units, small = put_together(counted, "shop", 5)
    assert (units.unit.nunique(), small) == (400, 0)
    assert units.groupby("unit").treated_from.nunique().max() == 1
    assert units.customers.sum() == 20_000
