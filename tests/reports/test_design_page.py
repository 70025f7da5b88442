"""The page and the tables of pilot design: what a reader is told to do, and the curves beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reports.charts_power import Curve, power_curves
from reports.design_page import deliver_design, design_sections
from reports.tables_design import DESIGN, design_table, registration_table, suggestion
from scenarios.pilot_design import Ask, Sight
from scenarios.pilots import LEAVING

ASK = Ask(periods=2, spans=(1, 2, 4, 8), there=20_000, unit="customers")
SEEN = Sight(
    initiative="bill",
    outcome="met:wrong",
    change=np.full(100, -0.04),
    errors={1: 0.009, 2: 0.006, 4: 0.005, 8: 0.004},
    drawn_together=1.0,
    ask=ASK,
)
BLIND = replace(SEEN, outcome=LEAVING, change=np.full(100, -0.0001))


def test_what_can_be_seen_says_with_how_many() -> None:
    # 10,000 an arm x (2.8016 x 0.006 / 0.04)^2
    assert suggestion(SEEN) == "Can be seen in 2 periods with 1,766 customers an arm: -4.0 points is expected."


def test_what_cannot_says_what_chance_alone_does() -> None:
    said = suggestion(BLIND)
    assert said.startswith("Cannot be seen with all 20,000 customers in 8 periods or fewer: -0.010 points is expected")
    assert "+/-0.99 points by chance alone" in said


def test_what_takes_longer_says_how_long() -> None:
    slow = replace(SEEN, change=np.full(100, -0.013))
    assert suggestion(slow).startswith("Not in 2 periods; in 8 periods with 7,4")


def test_the_table_marks_what_is_registered_and_the_sheet_says_with_how_many_it_is_seen() -> None:
    table = design_table([(SEEN, BLIND)], {"bill": 900.0}, [SEEN])
    assert tuple(table.columns) == DESIGN and table["registered"].tolist() == [1, 0]
    assert table["cost"].tolist() == [900.0, 900.0]
    sheet = registration_table([SEEN], {}, "at once", (8_000, "quarter")).iloc[0]
    assert (sheet["n_per_arm"], sheet["begins"], sheet["ends"]) == (1_766, "2000Q1", "2000Q2")
    assert sheet["mde"] == pytest.approx(0.04, rel=1e-3)  # rounded up to whole customers
    fewer = registration_table([SEEN], {"bill": 442}, "at once", (8_000, "quarter")).iloc[0]
    assert fewer["mde"] == pytest.approx(0.08, rel=1e-2) and fewer["assurance"] < 0.5


def test_sections_hold_both_curves_and_put_first_what_is_registered() -> None:
    sheet = registration_table([SEEN], {}, "at once", (8_000, "quarter"))
    pilot, registration = design_sections([("bill", (BLIND, SEEN))], sheet, {})
    assert len(pilot.charts) == 2 and pilot.table is not None and pilot.table.strong == 1
    assert pilot.table.rows[0][0] == "meeting wrong"
    assert registration.table is not None and "read once" in registration.note


def test_a_curve_runs_from_nothing_to_certain_whatever_its_values() -> None:
    svg = power_curves([Curve(name="<b>", points=[(1.0, 0.4), (2.0, 0.5)])], ("1", "2"), "Chance")
    assert "100%" in svg and "0%" in svg and "<b>" not in svg and "&lt;b&gt;" in svg


def test_lists_drawn_before_stay_and_ids_are_as_they_came_in(tmp_path: Path) -> None:
    rows = pd.DataFrame({"customer_id": ["-7", "=1"], "arm": ["treated", "control"]})
    deliver_design("", {}, {}, {"assignments_bill.csv": rows}, tmp_path / "out")
    files = deliver_design("", {}, {}, {}, tmp_path / "out")
    assert tmp_path / "out" / "assignments_bill.csv" in files
    assert (tmp_path / "out" / "assignments_bill.csv").read_text() == "customer_id,arm\n-7,treated\n=1,control\n"
