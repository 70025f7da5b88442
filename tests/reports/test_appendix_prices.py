"""Frontier, prices of limits and the price of delay: figures as in their tables, and nothing where there are none."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from choice_tables import delay as invented_delay
from choice_tables import prices as invented_prices
from choice_tables import whole_choice

from reports.appendix_prices import delay, frontier, prices
from reports.charts import Interval
from reports.charts_frontier import WIDTH, frontier_chart
from reports.edition import Edition

STEPS = tuple(
    Interval(name=str(place), middle=value, low=value - 30.0, high=value + 60.0)
    for place, value in enumerate((0.0, 100.0, 180.0))
)


def with_table(edition: Edition, name: str, table: pd.DataFrame) -> Edition:
    return replace(edition, tables={**edition.tables, name: table})


def line_of(chart: str) -> list[tuple[float, float]]:
    points = re.search(r'<polyline class="line" points="([^"]+)"', chart)
    assert points is not None
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points.group(1).split())]


def test_the_frontier_rises_in_steps_and_never_slopes() -> None:
    line = line_of(frontier_chart((0.0, 50.0, 90.0), STEPS, 70.0, "EUR"))
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(line))
    assert [y for _, y in line] == sorted((y for _, y in line), reverse=True)


@pytest.mark.parametrize("own", [0.0, 70.0, 5_000.0, None])
def test_the_own_budget_is_marked_within_the_picture(own: float | None) -> None:
    chart = frontier_chart((0.0, 50.0, 90.0), STEPS, own, "EUR")
    marks = [float(x) for x in re.findall(r'stroke-dasharray="4 3" x1="([\d.]+)"', chart)]
    assert len(marks) == (own is not None) and all(0 <= x <= WIDTH for x in marks)
    assert ("own budget EUR" in chart) == (own is not None)


def test_the_frontier_draws_what_its_table_lists(edition: Edition) -> None:
    section = frontier(edition)
    assert section is not None and section.table is not None and len(section.charts) == len(section.captions) == 1
    assert section.charts[0].count("<circle") == len(section.table.rows) == 3
    assert "own budget EUR 200k" in section.charts[0]
    blank = edition.tables["frontier"].assign(value_p05=float("nan"))
    bare = frontier(with_table(edition, "frontier", blank))
    assert bare is not None and bare.charts == ()


def test_the_price_of_a_limit_stands_beside_whether_it_binds(edition: Edition) -> None:
    section = prices(whole_choice(edition))
    assert section is not None and section.table is not None
    assert section.note.startswith("What holds the choice back: budget, engineering, 2027Q1.")
    assert section.table.rows[0] == ("budget", "a tenth more", "yes", "200k", "190k", "20k", "31k", "1.55")
    assert section.table.rows[2][2] == "no"
    free = with_table(edition, "prices", invented_prices().assign(currently_binds=0))
    loose = prices(free)
    assert loose is not None and loose.note.startswith("No limit holds the choice back.")


def test_delay_is_a_row_an_initiative_and_a_pair_of_columns_a_delay(edition: Edition) -> None:
    section = delay(whole_choice(edition))
    assert section is not None and section.table is not None
    assert section.table.headings[2:4] == ("1 quarter later", "Range") and len(section.table.headings) == 8
    assert section.table.rows[0] == (
        *("Bill on time", "Billing", "-40k", "-75k to 0", "-80k", "-150k to 0", "-160k", "-300k to 0"),
    )
    assert "Bill on time" in section.charts[0] and len(section.table.rows) == 5
    gap = invented_delay().drop(index=1)
    partial = delay(with_table(edition, "delay", gap))
    assert partial is not None and partial.table is not None and partial.table.rows[0][4:6] == ("", "")


@pytest.mark.parametrize("make", [prices, delay])
def test_nothing_worked_out_is_no_section(edition: Edition, make: object) -> None:
    assert make(edition) is None  # type: ignore[operator]
    empty = replace(edition, tables={**edition.tables, "prices": pd.DataFrame(), "delay": pd.DataFrame()})
    assert make(empty) is None  # type: ignore[operator]


def test_a_name_in_a_chart_is_escaped(edition: Edition) -> None:
    named = invented_delay().assign(name='<img src=x onerror="a">')
    section = delay(with_table(edition, "delay", named))
    assert section is not None and "<img" not in section.charts[0]
