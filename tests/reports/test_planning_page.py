"""The page of `plan`: fans, quarters, fiscal years, differences, stages and the outlook, and what it delivers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from impact.errors import InputError
from reports.appendix_scenarios import all_quarters, differences, outlook, quarters, stages, years
from reports.charts import Interval
from reports.charts_scenarios import APART, Line, fans
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.part import refuse_other
from reports.planning_page import PLANNING, deliver_planning, planning_html
from reports.tables_scenarios import COLUMNS, DIFFERENCES
from tests.quick_study import quick_starter

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
LEVELS = {
    "customers": (12_000.0, "customers", "at its end"),
    "retention": (0.968, "share", "compounded over {n}"),
    "revenue": (1_450_000.0, "EUR", "sum of {n}"),
    "margin": (610_000.0, "EUR", "sum of {n}"),
    "csat": (3.62, "points", "mean of {n}"),
    "csat:pay": (3.1, "points", "mean of {n}"),
    "cash": (580_000.0, "EUR", "sum of {n}"),
    "cumulative_npv": (550_000.0, "EUR", "at its end"),
}
SCENARIOS = {"base": 1.0, "base, nothing funded": 0.97, "Upside": 1.1, "downside": 0.8, "late": 0.99}
YEARS = {"FY2026": "1 quarter", "FY2027": "3 quarters"}


@pytest.fixture
def planned(edition: Edition) -> Edition:
    """An edition with five scenarios over four quarters."""
    periods = edition.horizon[:4]
    rows = []
    for scenario, factor in SCENARIOS.items():
        for metric, (level, unit, of_year) in LEVELS.items():
            for step, period in enumerate([*periods, *YEARS]):
                value = level * (1 + (factor - 1) * min(step, 3) / 3)
                said = f"{unit}, {of_year.format(n=YEARS[period])}" if period in YEARS else unit
                rows.append((scenario, period, metric, value, value * 0.9, value, value * 1.1, said))
    levels = pd.DataFrame(rows, columns=list(COLUMNS))
    apart = levels[levels["scenario"] != "base"].assign(against="base")[list(DIFFERENCES)]
    return replace(edition, tables={**edition.tables, "scenarios": levels, "scenario_differences": apart})


def test_the_page_has_fans_years_and_differences_and_no_network(planned: Edition) -> None:
    page = planning_html(planned)
    assert POLICY in page and "<script" not in page and not re.search(r'(?:src|href)="http', page)
    assert all(f'id="{anchor}"' in page for anchor in ("quarters", "years", "differences", "stages", "checks"))
    assert 'id="outlook"' not in page and 'id="initiatives"' not in page
    assert PLANNING.not_asked in page


def test_every_scenario_stands_by_quarter_on_its_own_page_and_base_alone_in_the_report(planned: Edition) -> None:
    whole, short = all_quarters(planned), quarters(planned)
    assert whole is not None and whole.table is not None and short is not None and short.table is not None
    assert list(dict.fromkeys(row[0] for row in whole.table.rows)) == list(SCENARIOS)
    assert {row[0] for row in short.table.rows} == {"base", "base, nothing funded"}
    assert not any(row[1].startswith("FY") for row in whole.table.rows)
    assert short.table.headings[2:4] == ("Customers", "Retention") and "csat" not in " ".join(short.table.headings)
    assert len(whole.charts) == len(whole.captions) == 7


def test_fiscal_years_say_how_they_are_put_together_and_which_are_cut(planned: Edition) -> None:
    found = years(planned)
    assert found is not None and found.table is not None
    assert "FY2026 1 quarter, FY2027 3 quarters" in found.note
    assert {row[1] for row in found.table.rows} == set(YEARS)
    assert found.table.rows[0][2] == "12k (10.8k to 13.2k)"


def test_stages_are_called_by_their_names_and_differences_leave_base_out(planned: Edition) -> None:
    found, apart = stages(planned), differences(planned)
    assert found is not None and found.table is not None and apart is not None and apart.table is not None
    called = {stage.stage: stage.name for stage in planned.journey.stages}
    assert found.table.headings[2] == called.get("pay", "csat:pay")
    assert "base" not in {row[0] for row in apart.table.rows}


def test_the_gap_to_the_outlook_is_shown_where_there_is_one(planned: Edition) -> None:
    columns = {"period": ["2026Q4"], "line": ["margin"], "outlook": [622_000.0], "model": [610_000.0], "gap": [0.02]}
    gap = pd.DataFrame(columns)
    found = outlook(replace(planned, tables={**planned.tables, "outlook_gap": gap}))
    assert found is not None and found.table is not None
    assert found.table.rows == (("2026Q4", "margin", "622k", "610k", "+2.0%"),)
    assert outlook(planned) is None


def test_without_scenarios_there_is_no_section(edition: Edition) -> None:
    bare = replace(edition, tables={})
    assert not any(make(bare) for make in PLANNING.sections)


def _line(name: str, look: str, *values: float) -> Line:
    rows = [Interval(name=f"Q{step}", middle=one, low=one - 1, high=one + 1) for step, one in enumerate(values)]
    return Line(name=name, look=look, rows=rows)  # type: ignore[arg-type]


def test_a_fan_has_a_band_for_base_dashes_for_others_and_names_that_never_overlap() -> None:
    lines = [_line("base", "base", 10, 11), _line("<up>", "up", 10, 11.2), _line("down", "down", 10, 10.9)]
    chart = fans(lines, str, "margin")
    assert chart.count('class="band"') == 1 and chart.count('class="edge"') == 4
    assert 'class="line up"' in chart and 'class="line down"' in chart and "<up>" not in chart
    names = re.findall(r'y="([\d.]+)">(?:base|&lt;up&gt;|down) ', chart)
    places = sorted(map(float, names))
    assert len(places) == 3 and all(b - a >= APART - 0.1 for a, b in pairwise(places))


def test_the_two_drawn_beside_base_are_those_called_so_else_the_first_two(planned: Edition) -> None:
    found = all_quarters(planned)
    assert found is not None and "base, Upside, downside: Margin" in found.charts[0]
    levels = planned.tables["scenarios"]
    fewer = levels[~levels["scenario"].isin(["Upside", "downside"])]
    found = all_quarters(replace(planned, tables={**planned.tables, "scenarios": fewer}))
    assert found is not None and "base, late: Margin" in found.charts[0]


def test_a_plan_not_fit_for_use_says_so_on_top(planned: Edition) -> None:
    page = planning_html(replace(planned, fitness="not fit for use"))
    assert page.index("NOT FIT FOR USE") < page.index("<h1>") and 'class="tag"' in page


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


def test_it_delivers_tables_page_and_record_and_replaces_only_its_own(findings: Findings, tmp_path: Path) -> None:
    edition, out = make_edition(findings), tmp_path / "planning"
    for _ in range(2):
        files = deliver_planning(edition, findings, out)
    assert {path.name for path in out.iterdir()} == {"tables", "planning.html", "plan.json"}
    written = {path.stem for path in files if path.suffix == ".csv"}
    assert {"scenarios", "scenario_differences", "portfolio", "checks"} <= written <= set(PLANNING.tables)
    record = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert record["scenarios"][:2] == ["base", "base, nothing funded"] and record["run_id"] == edition.run_id
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="U008"):
        refuse_other(PLANNING, tmp_path / "mine")
