"""Coverage, who answers and the ways between stages, as a reader meets them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.appendix_coverage import coverage, ways, who_answers
from reports.charts_coverage import MOST_STAGES, matrix, rate_line
from reports.edition import Edition
from reports.make_edition import make_edition
from reports.page import page_html
from reports.sections import Section
from tests.quick_study import quick_starter

STAGES = ("discover", "join", "use", "support")
NAMES = ("Discover", "Join", "Use", "Get help")
COVERED = (
    ("stage", "discover", "Discover", 3200, 1, 1, np.nan, ""),
    ("stage", "join", "Join", 0, 1, 0, np.nan, "named in the plan and never measured"),
    ("touchpoint", "phone", "Call centre", 120, 1, 1, np.nan, ""),
    ("touchpoint", "chat", "chat", 800, 0, 1, 3.8, "measured and not in the plan"),
)
RESPONDENTS = (
    ("revenue", 460.0, 410.0, 0.122, 0.31),
    ("leaving_rate", 0.031, 0.046, -0.326, -0.12),
    ("tenure", 9.9, 9.8, 0.01, 0.02),
)


@pytest.fixture
def covered(edition: Edition) -> Edition:
    """The invented edition with tables of coverage."""
    columns = ["kind", "id", "name", "answers", "in_plan", "measured", "stage_score", "note"]
    table = pd.DataFrame(COVERED, columns=columns).assign(
        stage="support", score=3.1, incidents=0, not_asked=[7, 0, 0, 0]
    )
    rates = pd.DataFrame(
        {
            "persona": ["total"] * 3 + ["young"] * 3,
            "name": ["All"] * 3 + ["Young adults"] * 3,
            "period": ["2026Q1", "2026Q2", "2026Q3"] * 2,
            "response_rate": [0.12, 0.13, 0.11, 0.2, np.nan, 0.19],
        }
    )
    measures = pd.DataFrame(
        RESPONDENTS, columns=["measure", "mean_answered", "mean_silent", "relative", "standardised"]
    )
    measures = measures.assign(difference=measures["mean_answered"] - measures["mean_silent"], se=0.01)
    pairs = [(a, b) for a in range(4) for b in range(4)]
    steps = pd.DataFrame(
        {
            "source": "incidents",
            "from_stage": [STAGES[a] for a, _ in pairs],
            "to_stage": [STAGES[b] for _, b in pairs],
            "share": 0.25,
        }
    )
    flow = pd.DataFrame(
        {
            "source": "incidents",
            "stage": STAGES,
            "name": NAMES,
            "returns": [0.0, 0.25, 0.4, 0.75],
            "exit_rate": [0.03, 0.04, 0.05, 0.09],
            "exit_low": [0.02, 0.03, 0.04, 0.07],
            "exit_high": [0.04, 0.05, 0.06, 0.11],
            "base_rate": 0.05,
        }
    )
    tables = {"coverage": table, "response_rates": rates, "respondents": measures}
    return replace(edition, tables={**edition.tables, **tables, "transitions": steps, "stage_flow": flow})


def made(section: Section | None) -> Section:
    assert section is not None
    return section


def test_a_stage_nobody_measured_is_said_in_one_sentence(covered: Edition) -> None:
    assert "Join is named in the plan and never measured." in made(coverage(covered)).note


def test_an_overlooked_touchpoint_is_said_with_its_mean_and_its_stages(covered: Edition) -> None:
    assert (
        "The touchpoint chat is not in the plan: 800 answers, mean score 3.10 where Get help has 3.80."
        in made(coverage(covered)).note
    )


def test_reasons_for_missing_scores_stand_in_the_table_where_there_are_any(covered: Edition) -> None:
    table = made(coverage(covered)).table
    assert table is not None
    assert "Not asked" in table.headings and "Not visited" not in table.headings


def test_who_answers_is_said_with_its_difference_and_what_is_alike(covered: Edition) -> None:
    note = made(who_answers(covered)).note
    assert "11% of active customers answered in 2026Q3." in note
    assert (
        "Customers who answer spend 12% more than those who do not: EUR 460 against EUR 410 a period "
        "(0.31 standard deviations)."
    ) in note
    assert "Customers who answer leave less often than those who do not: 3.1% against 4.6% a period" in note
    assert "also like those who do not in tenure: less than 0.1 standard deviations apart." in note


def test_a_run_not_fit_for_use_says_who_answers_without_money(covered: Edition) -> None:
    section = made(who_answers(replace(covered, fitness="not fit for use")))
    assert "spend 12% more than those who do not (0.31 standard deviations)." in section.note
    assert section.table is not None
    assert "EUR" not in section.note + "".join(cell for line in section.table.rows for cell in line)


def test_each_persona_has_its_line_of_response_rates_on_one_scale(covered: Edition) -> None:
    section = made(who_answers(covered))
    assert section.captions == ("All", "Young adults")
    assert 'class="line"' in section.charts[0]
    assert 'class="line"' not in section.charts[1]  # a rate that is not shown leaves a gap between the other two


def test_the_ways_say_how_to_read_them_where_steps_return_and_after_what_customers_leave(covered: Edition) -> None:
    note = made(ways(covered)).note
    assert note.startswith("Told by incidents: where something next went wrong, not every visit.")
    assert "After Get help more than half of the steps lead back to an earlier stage." in note
    assert "Get help leave most often: 9.0% (7.0% to 11%) against 5.0% after any stage." in note


def test_leaving_that_may_be_chance_is_no_sentence(covered: Edition) -> None:
    flow = covered.tables["stage_flow"].assign(exit_low=0.01)
    assert "leave most often" not in made(ways(replace(covered, tables={**covered.tables, "stage_flow": flow}))).note


def test_journey_events_are_preferred_to_incidents(covered: Edition) -> None:
    both = {
        name: pd.concat([covered.tables[name], covered.tables[name].assign(source="events")])
        for name in ("transitions", "stage_flow")
    }
    assert made(ways(replace(covered, tables={**covered.tables, **both}))).note.startswith("Told by journey events")


def test_an_edition_without_coverage_has_no_such_section(edition: Edition) -> None:
    assert (coverage(edition), who_answers(edition), ways(edition)) == (None, None, None)


def test_the_matrix_tells_steps_onward_again_and_back_apart() -> None:
    drawn = matrix(NAMES, {(0, 1): 0.6, (1, 1): 0.3, (2, 0): 0.1}, "Ways")
    root = ET.fromstring(drawn)
    assert [rect.get("class") for rect in root.iter("rect")] == ["onward", "repeat", "return"]
    assert [text for text in root.itertext() if text.endswith("%")] == ["60%", "30%", "10%"]


@pytest.mark.parametrize("count", [1, 2, MOST_STAGES])
def test_a_matrix_of_any_number_of_stages_stays_in_its_frame(count: int) -> None:
    shares = {(a, b): 1 / count for a in range(count) for b in range(count)}
    root = ET.fromstring(matrix([f"A stage with a long name {n}" for n in range(count)], shares, "Ways"))
    width = float(str(root.get("viewBox")).split()[2])
    assert max(float(str(rect.get("x"))) + float(str(rect.get("width"))) for rect in root.iter("rect")) <= width


def test_more_stages_than_a_matrix_bears_leave_the_table_alone(covered: Edition) -> None:
    flow = pd.concat([covered.tables["stage_flow"]] * (MOST_STAGES // 4 + 1))
    section = made(ways(replace(covered, tables={**covered.tables, "stage_flow": flow})))
    assert section.charts == () and section.table is not None


@pytest.mark.parametrize("rates", [[None], [0.1], [0.0, 0.0], [0.2, None, 0.3]])
def test_a_line_of_rates_can_be_drawn_of_anything(rates: list[float | None]) -> None:
    ET.fromstring(rate_line([f"2026Q{n + 1}" for n in range(len(rates))], rates, 0.3, "Rates"))


def test_the_starter_study_shows_all_three_on_its_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    page = page_html(make_edition(quick_starter(tmp_path_factory).found))
    assert all(f'<section id="{anchor}"' in page for anchor in ("coverage", "who-answers", "ways"))
    assert "<script" not in page
