"""The worked example of docs/choosing.md comes out as the page says."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from choosing_example import BUDGET, COST, NAMES, NPV, example

from scenarios.decide import decide
from scenarios.decision import Decision
from scenarios.limits import Limits
from scenarios.verdicts import FUND_CHANCE

PAGE = (Path(__file__).parents[2] / "docs" / "choosing.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
# Mean of the largest of ten standard Normal draws. Source: Tippett (1925).
LARGEST_OF_TEN = 1.53875
WORDS_OF_TWO_PAGES = 1_050


@pytest.fixture(scope="module")
def decision() -> Decision:
    """What is decided on the example."""
    return decide(
        example(),
        limits=Limits(budget=BUDGET),
        periods_a_year=4,
        value_of_a_point=0.0,
        revenue_per_margin=1.0,
        score_now=4.0,
    )


def test_the_table_is_what_twenty_futures_give(decision: Decision) -> None:
    for place, (name, cost, npv) in enumerate(zip(NAMES, COST, NPV, strict=True)):
        np.testing.assert_allclose(decision.ranking.npv[place], npv, atol=1e-9)
        low, high = (int(np.floor(end + 0.5)) for end in np.percentile(npv, [5, 95]))
        assert f"| {name} | {cost:.0f} | {low} | {npv.mean():.0f} | {high} | {(npv > 0).sum()} of 20 |" in PAGE


def test_the_set_is_the_one_that_is_asked_for(decision: Decision) -> None:
    portfolio = decision.portfolio
    assert portfolio is not None and portfolio.chosen.tolist() == [1, 1, 0, 0]
    low, high = np.percentile(portfolio.npv, [5, 95])
    assert f"150 to spend, {portfolio.npv.mean():.0f} net (range {low:.0f} to {high:.0f})" in TEXT
    assert f"pay back in {(portfolio.npv > 0).sum()} of 20 futures" in TEXT


def test_verdicts_follow_the_rule_that_is_written_out(decision: Decision) -> None:
    assert f"at least {20 * FUND_CHANCE:.0f} of 20 futures" in TEXT
    assert decision.verdicts()[:2] == ("fund", "fund") and decision.verdicts()[3] == "park"
    for name, verdict in zip(NAMES[:2], decision.verdicts(), strict=False):
        assert re.search(rf"\| {name} .*\| {verdict} \|", PAGE)


def test_three_are_one_decision_and_one_stands_apart() -> None:
    ahead = {(i, j): int((NPV[i] > NPV[j]).sum()) for i, j in combinations(range(4), 2)}
    assert (
        f"worth more than Call back in only {ahead[0, 1]} of 20 futures, and more than Stable app in {ahead[0, 2]}"
        in (TEXT)
    )
    assert max(ahead[0, 1], ahead[0, 2], ahead[1, 2]) < 16 <= ahead[0, 3]


def test_the_frontier_is_as_told(decision: Decision) -> None:
    worth = {point.budget: point.value for point in decision.frontier}
    told = re.search(r"60 buys (\d+), 90 buys (\d+), 150 buys (\d+), and 250 buys (\d+)", TEXT)
    assert told is not None
    assert [worth[budget] for budget in (60, 90, 150, 250)] == pytest.approx([float(one) for one in told.groups()])
    assert worth[BUDGET] == worth[150]
    assert f"50 more would bring {worth[250] - worth[BUDGET]:.0f}" in TEXT


def test_what_would_have_to_be_true_turns_the_choice() -> None:
    means = [npv.mean() for npv in NPV]
    down = means[1] - means[2]
    assert f"its cost falls by {down:.0f} to {COST[2] - down:.0f}" in TEXT
    assert f"rises by {sum(COST[:3]) - BUDGET:.0f} to {sum(COST[:3]):.0f}" in TEXT


def test_knowing_first_is_worth_what_the_page_says() -> None:
    better = np.maximum(NPV[1].mean(), NPV[2])
    worth = better.mean() - NPV[1].mean()
    assert f"In {(NPV[2] > NPV[1].mean()).sum()} of 20 futures Stable app is worth more than Call back" in TEXT
    assert f"would be worth {worth:.0f}." in TEXT and f"at most {worth - 4 - 6:.0f} remain" in TEXT


def test_the_best_of_ten_disappoints_by_what_the_page_says() -> None:
    shown = 100 + 50 * LARGEST_OF_TEN
    assert f"shows {shown:.0f} on average" in TEXT and f"{shown - 100:.0f} goes missing" in TEXT


def test_the_page_is_two_pages_at_most() -> None:
    assert len(PAGE.split()) <= WORDS_OF_TWO_PAGES
