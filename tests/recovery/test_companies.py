"""Simulated companies of seven kinds, measured from their tables to a portfolio, beside their known truth."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from accuracy_table import by_company, by_kind
from measured_uplift import DRAWN, ENGINE, Measured, measure
from usual_ways import USUAL_WAYS

from models.simulated_kinds import FEW, KINDS, TOLD_ONLY, companies_of_kinds

pytestmark = pytest.mark.verify

COMPANIES, FIRST_SEED = 12, 3000
PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"

# Of some 100 pain points a right engine covers 90 in 100 with a standard error of 2.9 (binomial), more as those of one
# company share their draws: .80 and .99 are three of them away. Ranges of half the width cover .59.
COVERAGE = (0.80, 0.99)
# One or two companies of a kind hold 7 to 18 pain points: of 16 a right engine covers fewer than 11 once in 200.
LEAST_OF_A_KIND = 0.65
RANK_CORRELATION = 0.90
SUM_RATIO = (0.9, 1.1)
# A right engine claims one in twenty of some 35: more than four comes by chance once in 34.
CLAIMED = 4
# Some 2,500 leavers a year tell a leaving rate to 2%, which over three years moves the margin by 1%; a sixth of them,
# where data are few, to 5%.
BASE_OFF, BASE_OFF_FEW = 0.03, 0.06
# The same error on what a lower rate brings. Outcomes of the first period changed by a fix that comes after them
# would add 21%.
GIVEN_EFFECTS_OFF = 0.10
MEAN_GIVEN_EFFECTS_OFF = 0.04
CAPTURED, CAPTURED_FEW = 0.98, 0.95
# The ratio of one company has a spread of .16 (sixty of them), the mean of ten one of .05.
FORECAST = (0.9, 1.1)
# Of ten ranges of 90% fewer than seven hold their truth once in 80.
FORECAST_INSIDE = 7
# Another build of the linear algebra draws other numbers; 4,000 of them leave a hundredth or two.
FIGURE_OFF = 0.04


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[Measured, ...]:
    """The figures of every company; one table of them is shown."""
    found = tuple(
        measure(kind, spec, tmp_path_factory.mktemp("company"))
        for kind, spec in companies_of_kinds(COMPANIES, FIRST_SEED)
    )
    show(request.config, [*by_company(found), "", *by_kind(found)])
    return found


def show(config: pytest.Config, lines: list[str]) -> None:
    """Writes lines to the terminal past pytest's capture; a worker of several has no terminal, and shows nothing."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal is None or capture is None:
        return
    with capture.global_and_fixture_disabled():
        terminal.ensure_newline()
        for line in lines:
            terminal.write_line(line)


def of_kind(measured: tuple[Measured, ...], kind: str) -> list[Measured]:
    return [one for one in measured if one.kind == kind]


def scored(measured: tuple[Measured, ...]) -> list[Measured]:
    """Those whose pain points operations see: naming errors of the others are not the forecast's to mend."""
    return [one for one in measured if one.kind != TOLD_ONLY]


def covered(measured: list[Measured] | tuple[Measured, ...]) -> float:
    return sum(one.inside for one in measured) / sum(one.pain_points for one in measured)


def test_every_kind_is_among_them_with_different_seeds(measured: tuple[Measured, ...]) -> None:
    assert {one.kind for one in measured} == set(KINDS)
    assert len({one.seed for one in measured}) == COMPANIES


def test_every_posterior_is_the_quick_engines(measured: tuple[Measured, ...]) -> None:
    assert {one.engine for one in measured} == {"quick"}


def test_nine_in_ten_true_values_lie_in_their_range(measured: tuple[Measured, ...]) -> None:
    assert COVERAGE[0] < covered(measured) < COVERAGE[1]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != TOLD_ONLY])
def test_in_every_kind_most_true_values_lie_in_their_range(measured: tuple[Measured, ...], kind: str) -> None:
    assert covered(of_kind(measured, kind)) >= LEAST_OF_A_KIND


def test_estimates_add_up_to_the_true_total(measured: tuple[Measured, ...]) -> None:
    assert SUM_RATIO[0] < np.median([one.sum_ratio for one in measured]) < SUM_RATIO[1]


def test_pain_points_come_out_in_the_order_of_their_true_value(measured: tuple[Measured, ...]) -> None:
    large = [one.rank_correlation for one in measured if one.kind not in (FEW, TOLD_ONLY)]
    assert np.mean(large) > RANK_CORRELATION


def test_pain_points_that_do_nothing_are_not_claimed(measured: tuple[Measured, ...]) -> None:
    assert sum(one.claimed for one in measured) <= CLAIMED


def test_the_base_without_fixes_is_what_the_simulation_expects(measured: tuple[Measured, ...]) -> None:
    for one in measured:
        assert abs(one.base_ratio - 1) < (BASE_OFF_FEW if one.kind == FEW else BASE_OFF), (one.kind, one.seed)


def test_told_the_true_effects_the_engine_finds_the_true_value(measured: tuple[Measured, ...]) -> None:
    off = [one.given_effects - 1 for one in measured if one.kind not in (FEW, TOLD_ONLY)]
    assert max(np.abs(off)) < GIVEN_EFFECTS_OFF
    assert abs(np.mean(off)) < MEAN_GIVEN_EFFECTS_OFF


def test_the_chosen_portfolio_captures_nearly_all_there_is(measured: tuple[Measured, ...]) -> None:
    few = of_kind(measured, FEW)
    others = [one for one in measured if one.kind != FEW]
    assert np.mean([one.captured(ENGINE) for one in others]) >= CAPTURED
    assert np.mean([one.captured(ENGINE) for one in few]) >= CAPTURED_FEW


def test_the_forecast_of_what_is_chosen_comes_true_on_average(measured: tuple[Measured, ...]) -> None:
    ratios = [one.forecast / one.net[ENGINE] for one in scored(measured)]
    assert FORECAST[0] < np.mean(ratios) < FORECAST[1]


def test_the_true_value_of_what_is_chosen_lies_in_its_range(measured: tuple[Measured, ...]) -> None:
    assert sum(one.forecast_inside for one in scored(measured)) >= FORECAST_INSIDE


def test_no_more_is_forecast_than_raw_estimates_promise_where_data_are_few(measured: tuple[Measured, ...]) -> None:
    for one in of_kind(measured, FEW):
        assert one.forecast < one.promised, one.seed


@pytest.mark.parametrize("way", USUAL_WAYS)
def test_the_usual_ways_of_choosing_capture_less(measured: tuple[Measured, ...], way: str) -> None:
    assert np.mean([one.captured(way) for one in measured]) < np.mean([one.captured(ENGINE) for one in measured])
    assert sum(one.net[way] for one in measured) < sum(one.net[ENGINE] for one in measured)


def test_how_well_fixes_turn_out_costs_more_than_what_is_unknown_of_pain_points(measured: tuple[Measured, ...]) -> None:
    assert np.mean([one.captured(DRAWN) for one in measured]) < np.mean([one.captured(ENGINE) for one in measured])


def test_the_page_of_accuracy_states_these_figures(measured: tuple[Measured, ...]) -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    stated = {int(row[0]): row for row in rows if re.fullmatch(r"3\d{3}", row[0])}
    assert set(stated) == {one.seed for one in measured}
    for one in measured:
        assert float(stated[one.seed][4]) == pytest.approx(one.sum_ratio, abs=FIGURE_OFF)
        assert float(stated[one.seed][5]) == pytest.approx(one.base_ratio, abs=FIGURE_OFF)
