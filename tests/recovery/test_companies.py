"""Twelve simulated companies run whole, from files to a chosen portfolio, beside their known truth."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from measured_company import (
    ENGINE,
    USUAL_WAYS,
    Measured,
    markdown_table,
    mean_captured,
    measure,
    pooled_captured,
    pooled_forecast,
)

from impact.cells import summarise
from impact.intake import take_in
from impact.progress import SilentProgress
from impact.run import find
from models.simulate import Company, companies_for_verification, simulate_company

pytestmark = pytest.mark.verify

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"

# Of 108 pain points a right engine covers 90 in 100 with a standard error of 2.9 (binomial), more as those of one
# company share their draws: .80 and .99 are three of them away. Ranges of half the width cover .59.
COVERAGE = (0.80, 0.99)
# Measured .95, from .89 to .98; ranked by mentions it is .17, by mentions times score lost .87.
RANK_CORRELATION = 0.90
LEAST_RANK_CORRELATION = 0.7
# The posterior draws large direct effects some 8% towards nothing, by design: .95 is measured.
SUM_RATIO = (0.85, 1.15)
EACH_SUM_RATIO = (0.65, 1.35)
# Some 2,500 leavers a year tell a leaving rate to 2%, which over three years moves the margin by 1%: by a third of
# that in the mean of twelve. A base of constant rates, as if survivors did not stay longer, comes out 2% low.
BASE_OFF = 0.03
MEAN_BASE_OFF = 0.01
# The same error on what a lower rate brings: +1.7% on average, at most 5%. Outcomes of the first period changed
# by a fix that comes after them would add 21%.
GIVEN_EFFECTS_OFF = 0.08
MEAN_GIVEN_EFFECTS_OFF = 0.03
# A right engine claims one in twenty of 35: more than four comes by chance once in 34.
CLAIMED = 4
FOUND = 0.9
# Measured .96 of the money. The mean over companies, .90, hangs on the first, whose best plan is worth little.
CAPTURED = 0.90
MEAN_CAPTURED = 0.85
# Measured .92. How well an initiative works is drawn too, and half of the forecasts are off by more than 15%.
FORECAST = (0.75, 1.25)
# Of 12 ranges of 90%, fewer than 8 hold once in 230.
FORECASTS_INSIDE = 8
# Another version of the sampler draws other numbers; 4,000 of them leave a hundredth or two.
FIGURE_OFF = 0.04


@pytest.fixture(scope="module")
def measured(company_folder: Callable[[Company], Path], request: pytest.FixtureRequest) -> tuple[Measured, ...]:
    """The figures of every company; one table of them is shown."""
    found = []
    for spec in companies_for_verification():
        company = simulate_company(spec)
        intake = take_in(company_folder(company))
        cells = summarise(intake.source, intake.case.journey, intake.study)
        found.append(measure(company, find(intake, cells, SilentProgress())))
    show(request.config, markdown_table(tuple(found)))
    return tuple(found)


def show(config: pytest.Config, lines: list[str]) -> None:
    """Writes lines to the terminal past pytest's capture."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    assert terminal is not None
    assert capture is not None
    with capture.global_and_fixture_disabled():
        terminal.ensure_newline()
        for line in lines:
            terminal.write_line(line)


def test_there_are_twelve_companies_with_different_seeds(measured: tuple[Measured, ...]) -> None:
    assert len({one.seed for one in measured}) >= 12


def test_pain_points_come_out_in_the_order_of_their_true_value(measured: tuple[Measured, ...]) -> None:
    correlations = [one.rank_correlation for one in measured]
    assert np.mean(correlations) > RANK_CORRELATION
    assert min(correlations) > LEAST_RANK_CORRELATION


def test_nine_in_ten_true_values_lie_in_their_range(measured: tuple[Measured, ...]) -> None:
    share = sum(one.inside for one in measured) / sum(one.pain_points for one in measured)
    assert COVERAGE[0] < share < COVERAGE[1]


def test_estimates_add_up_to_the_true_total(measured: tuple[Measured, ...]) -> None:
    ratios = [one.sum_ratio for one in measured]
    assert SUM_RATIO[0] < np.median(ratios) < SUM_RATIO[1]
    assert EACH_SUM_RATIO[0] < min(ratios)
    assert max(ratios) < EACH_SUM_RATIO[1]


def test_the_base_without_fixes_is_what_the_simulation_expects(measured: tuple[Measured, ...]) -> None:
    off = [one.base_ratio - 1 for one in measured]
    assert max(np.abs(off)) < BASE_OFF
    assert abs(np.mean(off)) < MEAN_BASE_OFF


def test_told_the_true_effects_the_engine_finds_the_true_value(measured: tuple[Measured, ...]) -> None:
    off = [one.given_effects - 1 for one in measured]
    assert max(np.abs(off)) < GIVEN_EFFECTS_OFF
    assert abs(np.mean(off)) < MEAN_GIVEN_EFFECTS_OFF


def test_pain_points_that_do_nothing_are_not_claimed_while_the_others_are(measured: tuple[Measured, ...]) -> None:
    assert sum(one.claimed for one in measured) <= CLAIMED
    others = sum(one.pain_points - one.nothings for one in measured)
    assert sum(one.found for one in measured) > FOUND * others


def test_the_chosen_portfolio_captures_nearly_all_there_is(measured: tuple[Measured, ...]) -> None:
    assert pooled_captured(measured, ENGINE) > CAPTURED
    assert mean_captured(measured, ENGINE) > MEAN_CAPTURED


@pytest.mark.parametrize("way", USUAL_WAYS)
def test_the_usual_ways_of_choosing_capture_less(measured: tuple[Measured, ...], way: str) -> None:
    assert pooled_captured(measured, way) < pooled_captured(measured, ENGINE)
    assert mean_captured(measured, way) < mean_captured(measured, ENGINE)


def test_the_forecast_of_the_chosen_portfolio_is_what_it_is_worth(measured: tuple[Measured, ...]) -> None:
    assert FORECAST[0] < pooled_forecast(measured) < FORECAST[1]
    assert sum(one.forecast_inside for one in measured) >= FORECASTS_INSIDE


def test_the_page_of_accuracy_states_these_figures(measured: tuple[Measured, ...]) -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    stated = {int(row[0]): row for row in rows if re.fullmatch(r"\d+", row[0])}
    assert set(stated) == {one.seed for one in measured}
    for one in measured:
        assert float(stated[one.seed][3]) == pytest.approx(one.sum_ratio, abs=FIGURE_OFF)
        assert float(stated[one.seed][4]) == pytest.approx(one.base_ratio, abs=FIGURE_OFF)
