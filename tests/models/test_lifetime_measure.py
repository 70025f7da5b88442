"""What customers of today still bring: by the models, beside the base, over renewals, and revenue kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.lifetime.buyers import Buying, misplaced
from models.lifetime.lifetime import (
    LifetimeRow,
    Worth,
    at_risk,
    money_path,
    of_persona,
    retention_by_year,
    worth_of,
)
from models.lifetime.measure import BASE, Lifetimes, kept_rows, lifetime_checks
from models.lifetime.renewals import Term
from models.lifetime.shifted_beta import RiskSet, fit_staying
from models.value import discount_factors

EXACT = 1e-9
# A rate fitted on equal shares of round numbers.
FITTED = 1e-5
YEARLY = Term(length=4, first=3)
TODAY = pd.DataFrame({"tenure": [0, 5], "customers": [30, 10], "money": [300.0, 200.0]})


def constant(share: float) -> RiskSet:
    """Customers of whom the same share leaves at every tenure."""
    n = np.full(8, 1_000.0)
    return RiskSet(tenure=np.arange(8), n=n, left=n * share)


def row(model: str, value: float) -> LifetimeRow:
    """A row of the table with one value."""
    worth = Worth(value=value, low=value, high=value)
    return LifetimeRow(
        persona="all",
        model=model,
        parameters=(),
        loglik=0.0,
        n=100,
        left=10,
        retention=(0.9,) * 5,
        customers=100,
        horizon=worth,
        long=worth,
    )


def found(*rows: LifetimeRow, buying: Buying | None = None) -> Lifetimes:
    """Lifetimes with some rows."""
    return Lifetimes(rows=rows, curve=pd.DataFrame(), kept=(), buying=buying)


def flows(**changed: float) -> pd.DataFrame:
    """One period: 100 of revenue, 85 a year later, 40 of new customers, 25 of them recommended."""
    known = {"t": 1, "after": 4, "customers": 50, "lost": 9, "start": 100, "kept": 80, "later": 85, "new": 40}
    new = {"new_customers": 20, "earned": 25, "earned_customers": 12, "told": 18}
    return pd.DataFrame([known | new | changed])


def test_money_of_today_falls_by_the_leaving_rate_and_is_discounted_from_mid_period() -> None:
    path = money_path("geometric", np.array([[-np.log(0.9)]]), Term(), TODAY, 3)
    assert path == pytest.approx(np.array([[500 / 40 * 0.9**h for h in (1, 2, 3)]]), abs=EXACT)
    worth = worth_of(path, discount_factors(0.1, 3, 4), 2)
    by_hand = 12.5 * (0.9 * 1.1 ** (-0.5 / 4) + 0.81 * 1.1 ** (-1.5 / 4))
    assert worth.value == pytest.approx(by_hand, abs=EXACT)
    assert np.isnan(worth.low)


def test_accounts_bound_for_a_year_leave_at_its_end_only() -> None:
    path = money_path("geometric", np.array([[-np.log(0.8)]]), YEARLY, TODAY.iloc[:1], 8)[0]
    assert path / path[0] == pytest.approx([1, 1, 1, 0.8, 0.8, 0.8, 0.8, 0.64], abs=EXACT)


def test_yearly_retention_is_that_of_the_renewal() -> None:
    yearly = retention_by_year(fit_staying(constant(0.2), "geometric"), YEARLY, 4, seen=3)
    assert yearly[:3] == pytest.approx((0.8, 0.8, 0.8), abs=FITTED)
    assert np.isnan(yearly[3:]).all()
    quarterly = retention_by_year(fit_staying(constant(0.2), "geometric"), Term(), 4, seen=8)
    assert quarterly[0] == pytest.approx(0.8**4, abs=FITTED)


def test_customers_of_unknown_tenure_tell_nothing_of_it() -> None:
    rows = pd.DataFrame({"persona": "a", "tenure": [-1, 0, 1, 1], "n": [9, 5, 4, 2], "leavers": [3, 1, 1, 0]})
    risk = at_risk(of_persona(rows, "all"), Term())
    assert (risk.tenure.tolist(), risk.n.tolist(), risk.left.tolist()) == ([0, 1], [5, 6], [1, 1])


@pytest.mark.parametrize(("sbg", "status"), [(1.05, "pass"), (1.2, "review"), (0.85, "review")])
def test_a_base_more_than_a_tenth_away_is_a_review(sbg: float, status: str) -> None:
    (check,) = lifetime_checks(found(row("shifted beta", sbg), row("gamma frailty", 1.0), row(BASE, 1.0)))
    assert (check.code, check.status) == ("C460", status)


def test_without_a_base_there_is_nothing_to_agree_with() -> None:
    assert lifetime_checks(found(row("shifted beta", 2.0), row("gamma frailty", 1.0))) == ()
    assert lifetime_checks(None) == ()


@pytest.mark.parametrize(
    ("expected", "correlation", "statuses"),
    [((58, 42), 0.0, ["pass", "pass"]), ((80, 20), 0.3, ["review", "review"])],
)
def test_purchases_that_do_not_fit_are_a_review(
    expected: tuple[float, float], correlation: float, statuses: list[str]
) -> None:
    counts = pd.DataFrame({"purchases": [0, 1], "seen": [60.0, 40.0], "BG/BB": expected, "BG/NBD": (10.0, 90.0)})
    buying = Buying(rows=(), counts=counts, correlation=correlation, not_followed=0)
    assert misplaced(counts, "BG/BB") == pytest.approx(abs(expected[0] - 60) / 100, abs=EXACT)
    checks = lifetime_checks(found(buying=buying))
    assert [check.code for check in checks] == ["C461", "C462"]
    assert [check.status for check in checks] == statuses


def test_earned_growth_is_net_retention_and_recommended_revenue() -> None:
    (kept,) = kept_rows(flows())
    assert (kept.kept.gross, kept.kept.net, kept.kept.earned_level) == pytest.approx((0.80, 0.85, 1.10), abs=EXACT)


@pytest.mark.parametrize("told", [9.0, float("nan")])
def test_where_few_say_how_they_came_earned_growth_is_not_measured(told: float) -> None:
    (kept,) = kept_rows(flows(told=told))
    assert kept.kept.earned is None
    assert kept.kept.earned_level is None
    assert np.isnan(kept.earned_customers)


def test_a_period_without_revenue_has_no_shares() -> None:
    assert kept_rows(flows(start=0)) == ()
