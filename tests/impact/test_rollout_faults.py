"""Who got an initiative when: every slip of the plan's rollouts and of assignments is a finding of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.case import load_case
from impact.errors import InputError
from impact.intake import inspect_study
from impact.study import load_study
from tests.tiny_study import CUSTOMERS, append, edit, write_tiny_study

INITIATIVES = """\
initiative,name,cost,duration,status,actual_start
fleet,More vans,500,2,live,2026Q2
spares,Spare parts,300,1,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    (tmp_path / "initiatives.csv").write_text(INITIATIVES, encoding="utf-8")
    (tmp_path / "rollouts.csv").write_text("initiative,column,value,from\n", encoding="utf-8")
    return edit(tmp_path, "study.toml", "[portfolio]", 'rollouts = "rollouts.csv"\n[portfolio]')


def plan_faults(folder: Path) -> list[tuple[str, str]]:
    """Faults that the plan alone shows."""
    try:
        load_case(load_study(folder))
    except InputError as error:
        return [(one.code, one.found) for one in error.findings]
    return []


def faults(folder: Path) -> list[tuple[str, str]]:
    """Faults of plan and tables."""
    return [(one.code, one.found) for one in inspect_study(folder).findings]


def assigned(folder: Path, *lines: str, columns: str = "customer_id,initiative,arm,from") -> Path:
    (folder / "assignments.csv").write_text("\n".join([columns, *lines]) + "\n", encoding="utf-8")
    return edit(folder, "study.toml", "[plan]", 'assignments = "assignments.csv"\n[plan]')


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("fleets,persona,home,2026Q2", "P206", "initiative 'fleets' is not a known initiative"),
        ("spares,persona,home,2026Q2", "P283", "initiative 'spares' is proposed, and somebody got it"),
        ("fleet,persona,home,2026Q3", "P284", "the first group got it in 2026Q3, and actual_start is 2026Q2"),
    ],
)
def test_a_slip_of_the_plan_is_told(folder: Path, line: str, code: str, said: str) -> None:
    assert plan_faults(append(folder, "rollouts.csv", line)) == [(code, said)]


def test_one_initiative_is_given_by_one_column(folder: Path) -> None:
    append(folder, "rollouts.csv", "fleet,persona,home,2026Q2")
    append(folder, "rollouts.csv", "fleet,joined_at,2024-05-01,2026Q2")
    assert plan_faults(folder) == [("P282", "initiative 'fleet' is given by persona and by joined_at")]


def test_two_rows_of_one_group_are_told(folder: Path) -> None:
    for _ in range(2):
        append(folder, "rollouts.csv", "fleet,persona,home,2026Q2")
    assert [code for code, _ in plan_faults(folder)] == ["P205"]


def test_what_the_data_do_not_have_is_told_at_once_and_values_that_few_share_are_not_named(folder: Path) -> None:
    lines = ["customer_id,persona,joined_at,acquired_by"]
    lines += [f"{one},home,2024-05-01,{'web' if k > 3 else f'friend{k}'}" for k, one in enumerate(CUSTOMERS)]
    (folder / "customers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    more = "".join(f"{name},{name},1,1,live,\n" for name in ("a", "b", "c", "d", "e"))
    (folder / "initiatives.csv").write_text(INITIATIVES + more, encoding="utf-8")
    for line in (
        "fleet,persona,home,2026Q2",
        "a,region,north,2026Q2",
        "b,acquired_by,shop,2026Q2",
        "c,customer_id,0001,2026Q2",
        "d,persona,home,2025Q4",
        "e,persona,home,2026Q4",
    ):
        append(folder, "rollouts.csv", line)
    found = inspect_study(folder).findings
    assert [(one.code, one.found) for one in found] == [
        ("P280", "neither ledger nor customers has a column region"),
        ("P280", "acquired_by is 'shop' in no row"),
        ("P280", "neither ledger nor customers has a column customer_id"),
        ("P281", "from 2025Q4"),
        ("P281", "from 2026Q4"),
    ]
    assert found[1].allowed == "web"


def test_slips_in_assignments_are_told_at_once(folder: Path) -> None:
    append(folder, "rollouts.csv", "fleet,persona,home,2026Q2")
    more = "late,Late,1,1,live,2026Q2\n"
    (folder / "initiatives.csv").write_text(INITIATIVES + more, encoding="utf-8")
    lines = (
        "0001,fleet,treated,2026Q2",
        "0002,fleets,treated,2026Q2",
        "0003,spares,treated,2026Q2",
        "0004,late,treated,2026Q3",
        "0004,late,control,2026Q3",
        "0005,late,given,2025Q4",
    )
    assert set(faults(assigned(folder, *lines))) == {
        ("P282", "fleet is assigned here and in the plan's rollouts"),
        ("P280", "the plan has no initiative 'fleets'"),
        ("P283", "spares is proposed, and somebody got it"),
        ("P284", "late: the first treated began in 2026Q3"),
        ("P282", "1 row: a customer is assigned twice to one initiative"),
        ("P280", "there is no arm 'given'"),
        ("P281", "late: from 2025Q4"),
    }


def test_assigned_customers_are_no_fault_and_who_has_not_begun_waits(folder: Path) -> None:
    arms = ("treated", "control")
    begun = [f"{one},fleet,{arms[k % 2]},2026Q2" for k, one in enumerate(CUSTOMERS)]
    assigned(folder, *begun, "0001,spares,treated,2026Q4", "0002,spares,control,2026Q4")
    found = inspect_study(folder)
    assert found.findings == ()
    assert any("assignments 2 of 22" in check.found for check in found.checks if check.code == "D335")
