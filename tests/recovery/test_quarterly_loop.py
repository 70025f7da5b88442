"""A company through its planning quarters: what is forecast comes true, what is measured is true, the page says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from quarterly_company import CUTS, Row
from quarterly_loop import FIRST_SEED, effects_held, forecasts_held
from quarterly_table import (
    effect_lines,
    effects_of_all,
    forecast_lines,
    haircut_lines,
    share_found,
    share_inside,
    stored,
)

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
# One company's sixty claims share their draws and their customers: some three of its claims' figures are independent.
LEAST_OF_ONE = 0.7
# Two companies without an effect: of 30 outcomes nine "found" are far beyond one in twenty by chance.
MOST_FOUND = 0.3


@pytest.mark.verify
def test_a_company_through_its_quarters_comes_as_forecast(tmp_path: Path) -> None:
    row = forecasts_held(0, tmp_path)
    assert row["seed"] == FIRST_SEED
    assert len(row["claims"]) == 5 * (6 + 4 + 2)
    assert [len(chosen) for chosen in row["chosen"]] == [3, 1, 0]
    assert len(row["chosen"]) == len(CUTS)
    assert share_inside(row["claims"]) >= LEAST_OF_ONE


@pytest.mark.verify
def test_what_its_initiatives_did_is_measured(tmp_path: Path) -> None:
    row = effects_held(0, tmp_path)
    assert {one["outcome"] for one in row["measured"]} == {"churn", "margin", "score", "prevalence"}
    assert all(one["found"] for one in row["measured"] if one["outcome"] == "prevalence")
    assert share_inside(row["measured"]) >= LEAST_OF_ONE
    assert share_found(row["idle"]) <= MOST_FOUND


@pytest.mark.parametrize(
    ("part", "lines"), [("forecasts", forecast_lines), ("effects", effect_lines), ("haircut", haircut_lines)]
)
def test_the_page_shows_the_stored_results(part: str, lines: Callable[[Sequence[Row]], list[str]]) -> None:
    assert "\n".join(lines(stored(part))) in PAGE.read_text(encoding="utf-8")


def test_stored_effects_hold_their_truth_and_nothing_is_seldom_found() -> None:
    effects = stored("effects")
    told = [one for part in ("measured", "idle") for one in effects_of_all(effects, part)]
    assert 0.85 <= share_inside(told) <= 0.95
    assert share_found(effects_of_all(effects, "idle")) <= 0.08
