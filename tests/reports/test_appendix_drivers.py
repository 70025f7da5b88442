"""The section on drivers says what importance is not, and places every stage."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from reports.appendix_drivers import drivers
from reports.charts_drivers import Spot, importance_map
from reports.edition import Edition


def standing(edition: Edition) -> Edition:
    """The edition with where each stage stands, for two outcomes."""
    one = edition.tables["drivers"].assign(
        outcome="overall",
        performance=[3.1, 3.9, 4.2, 3.4],
        place=[0.52, 0.72, 0.8, 0.6],
        quadrant=["low priority", "possible overkill", "keep up the good work", "concentrate here"],
        kano=["performance", "indifferent", "must-be", "not told"],
        **{f"penalty{end}": [0.3, 0.1, 0.5, None] for end in ("", "_low", "_high")},
        **{f"reward{end}": [0.3, 0.0, 0.2, None] for end in ("", "_low", "_high")},
    )
    return replace(edition, tables={**edition.tables, "drivers": pd.concat([one, one.assign(outcome="nps")])})


def test_importance_stands_beside_the_sentence_that_it_is_no_effect(edition: Edition) -> None:
    found = drivers(standing(edition))
    assert found is not None
    assert "It is not an effect" in found.note
    assert "Must-be: low scores cost more" in found.note


def test_each_outcome_has_ranges_a_map_and_a_row_a_stage(edition: Edition) -> None:
    found = drivers(standing(edition))
    assert found is not None and found.table is not None
    assert len(found.charts) == len(found.captions) == 4
    assert "recommendation, mean 0 to 10" in found.captions[2]
    assert len(found.table.rows) == 8
    assert {len(row) for row in found.table.rows} == {len(found.table.headings)}
    assert found.table.rows[3][3] == "not told"
    assert found.table.rows[3][-1] == "not told"


def test_a_table_without_places_has_ranges_alone(edition: Edition) -> None:
    found = drivers(edition)
    assert found is not None
    assert len(found.charts) == 1
    assert found.table is None


def test_no_drivers_no_section(edition: Edition) -> None:
    assert drivers(replace(edition, tables={**edition.tables, "drivers": pd.DataFrame()})) is None


def test_the_map_names_its_quadrants_and_hides_nothing_that_is_markup() -> None:
    spots = [Spot(number=k, name=f"<stage> {k}", across=0.1 * k, up=0.02 * k) for k in (1, 2, 3)]
    found = importance_map(spots, "Importance")
    for words in ("Concentrate here", "Keep up the good work", "Low priority", "Possible overkill"):
        assert words in found
    assert "<stage>" not in found
    assert found.count("<circle") == len(spots)


@pytest.mark.parametrize("spots", [1, 2])
def test_stages_that_stand_at_one_place_are_still_drawn(spots: int) -> None:
    same = [Spot(number=k, name="a", across=0.5, up=0.1) for k in range(spots)]
    assert importance_map(same, "Importance").count("<circle") == spots
