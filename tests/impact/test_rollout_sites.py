"""The units of an initiative in a study of sites: every site, its money relative to its own before."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.cells import SitePanel, summarise
from impact.cells.rollout_sites import site_rollouts
from impact.intake import take_in
from impact.periods import parse_period
from impact.rollout import NEVER

QUARTERS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2")
START = parse_period("2026Q1", "quarter")
STUDY = """\
[study]
name = "Shops"
currency = "EUR"
as_of = "2026Q2"
margin_rate = 0.4
shape = "sites"
relationship = "site"
[data]
responses = "responses.csv"
customers = "customers.csv"
ledger = "ledger.csv"
incidents = "incidents.csv"
[[plan.stages]]
stage = "use"
name = "Use"
[[plan.pain_points]]
pain_point = "slow"
stage = "use"
name = "Slow"
[[plan.initiatives]]
initiative = "tills"
name = "More tills"
cost = 100
status = "done"
actual_start = "2026Q1"
[[plan.fixes]]
initiative = "tills"
pain_point = "slow"
low = 0.2
likely = 0.4
high = 0.6
[[plan.rollouts]]
initiative = "tills"
column = "town"
value = "here"
from = "2026Q1"
randomised = true
"""


def test_sites_are_units_assigned_by_town_and_compared_with_themselves(tmp_path: Path) -> None:
    """Shops here earn a tenth more after the start; the last shop opens with it and is left out."""
    ledger, answers, met = ["customer_id,period,revenue"], ["customer_id,responded_at,stage,score"], []
    shops = [f"s{k:02d}" for k in range(12)]
    town = {shop: "here" if k < 4 else ("there" if k < 8 else "far") for k, shop in enumerate(shops)}
    for k, shop in enumerate(shops):
        for t, quarter in enumerate(QUARTERS[2 if k == 11 else 0 :], start=2 if k == 11 else 0):
            more = 1.1 if town[shop] == "here" and t >= 2 else 1.0
            ledger.append(f"{shop},{quarter},{1000 * (k + 1) * more:g}")
            answers.append(f"{shop},{quarter},overall,{3 + k % 3}")
            met += [f"{shop},{quarter},slow"] * (k % 2)
    tables = {
        "study.toml": STUDY,
        "ledger.csv": "\n".join(ledger),
        "responses.csv": "\n".join(answers),
        "incidents.csv": "\n".join(["customer_id,occurred_at,pain_point", *met]),
        "customers.csv": "\n".join(["customer_id,town", *(f"{shop},{town[shop]}" for shop in shops)]),
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    intake = take_in(tmp_path)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, SitePanel)
    (one,) = site_rollouts(intake.source, cells, intake.case.journey, intake.case.plan, intake.study)
    assert (one.by, one.randomised, one.first, one.late) == ("town", True, START, 1)
    units = one.units.set_index("unit")
    assert units.treated_from.to_dict() == {shop: START if town[shop] == "here" else NEVER for shop in shops[:11]}
    assert units.groupby([town[shop] for shop in units.index]).cluster.nunique().tolist() == [1, 1, 1]
    money = one.cells.set_index(["unit", "t"])["revenue"]
    assert money["s03"].tolist() == pytest.approx([1, 1, 1.1, 1.1])
    assert money["s10"].tolist() == pytest.approx([1, 1, 1, 1])
    assert one.cells.loc[one.cells.unit == "s01", "met__slow"].tolist() == [1, 1, 1, 1]
