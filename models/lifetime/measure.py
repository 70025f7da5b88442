"""Everything a run says of lifetimes, and the checks of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.checks import Check, make_check
from impact.study import Study
from models.lifetime.buyers import Buying, measure_buying, misplaced
from models.lifetime.growth import RevenueKept, revenue_kept
from models.lifetime.lifetime import EVERYBODY, LifetimeRow, Worth, spans_of, staying_rows, survival_curve
from models.trend import over
from models.value import ValueBase, base_path

BASE = "base of this run"
MOST_APART = 0.10
MOST_MISPLACED = 0.05
MOST_CORRELATION = 0.20
LEAST_TOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """What is known of lifetimes. `curve` is that of `survival_curve`, `kept` a row a period and span."""

    rows: tuple[LifetimeRow, ...]
    curve: pd.DataFrame
    kept: tuple[KeptRow, ...]
    buying: Buying | None

    def find(self, model: str, persona: str = EVERYBODY) -> LifetimeRow | None:
        """The row of a model and persona, or None."""
        return next((row for row in self.rows if (row.model, row.persona) == (model, persona)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """Revenue kept from period `t` over `after` periods: of `customers`, of whom `lost` were not there any more.

    `new_customers` were first seen in the later period, `earned_customers` of them came by recommendation.
    """

    t: int
    after: int
    customers: float
    lost: float
    new_customers: float
    earned_customers: float
    kept: RevenueKept


def measure_lifetimes(cells: Cells, study: Study, base: ValueBase | None) -> Lifetimes | None:
    """Lifetimes of the customers of a study; None of sites, which do not leave.

    `base` is what the run's own values rest on, set beside the models; None where nothing was estimated.
    """
    if isinstance(cells, SitePanel) or cells.lifetime is None:
        return None
    buying = measure_buying(cells, study)
    rows = (*staying_rows(cells, study), *(buying.rows if buying else ()))
    if rows and base is not None:
        rows = (*rows, base_row(base, study))
    return Lifetimes(rows=rows, curve=survival_curve(cells), kept=kept_rows(cells.lifetime.revenue), buying=buying)


def base_row(base: ValueBase, study: Study) -> LifetimeRow:
    """The run's own base as a row of the table: what all others are held against."""
    spans = spans_of(study)
    path = base_path(over(base, spans.discount))["margin"]
    customers = float(sum(persona.customers.sum() for persona in base.personas))
    return LifetimeRow(
        persona=EVERYBODY,
        model=BASE,
        parameters=(),
        loglik=np.nan,
        n=np.nan,
        left=np.nan,
        retention=(np.nan,) * 5,
        customers=customers,
        horizon=_worth(path[:, : spans.horizon] @ spans.discount[: spans.horizon] / customers),
        long=_worth(path[:, : spans.long] @ spans.discount[: spans.long] / customers),
    )


def _worth(draws: np.ndarray) -> Worth:
    low, high = np.percentile(draws, [5, 95])
    return Worth(value=float(draws.mean()), low=float(low), high=float(high))


def kept_rows(flows: pd.DataFrame) -> tuple[KeptRow, ...]:
    """Revenue kept by period and span; earned growth only where the way of half of the new customers is told."""
    found = []
    for row in flows.to_dict("records"):
        if not row["start"] > 0:
            continue
        told, new = float(row["told"]), float(row["new_customers"])
        earned = float(row["earned"]) if told >= LEAST_TOLD * new and new > 0 else None
        found.append(
            KeptRow(
                t=int(row["t"]),
                after=int(row["after"]),
                customers=float(row["customers"]),
                lost=float(row["lost"]),
                new_customers=new,
                earned_customers=np.nan if earned is None else float(row["earned_customers"]),
                kept=revenue_kept(
                    start=float(row["start"]),
                    kept=float(row["kept"]),
                    later=float(row["later"]),
                    new=float(row["new"]),
                    earned=earned,
                ),
            )
        )
    return tuple(found)


def lifetime_checks(lifetimes: Lifetimes | None) -> tuple[Check, ...]:
    """Whether the models of staying agree with the run's base, and whether those of buying fit."""
    if lifetimes is None:
        return ()
    return (*_base_check(lifetimes), *_buying_checks(lifetimes.buying))


def _base_check(lifetimes: Lifetimes) -> tuple[Check, ...]:
    base = lifetimes.find(BASE)
    others = [lifetimes.find(model) for model in ("shifted beta", "gamma frailty")]
    if base is None or any(one is None for one in others) or not base.horizon.value:
        return ()
    gaps = {one.model: one.horizon.value / base.horizon.value - 1 for one in others if one is not None}
    far = max(abs(gap) for gap in gaps.values()) > MOST_APART
    return (
        make_check(
            "C460",
            "Lifetimes agree with the base of this run",
            "review" if far else "pass",
            found=", ".join(f"{model} {gap:+.0%}" for model, gap in gaps.items()),
            limit=f"within {MOST_APART:.0%} of the base over the horizon",
            text="Two models of retention by tenure, fitted on all periods, say what customers of today bring without "
            "any fix; the base rests on the leaving of the last periods.",
            remedy="Leaving may have changed of late, or differs by tenure in another way than assumed: see Lifetime."
            if far
            else "",
        ),
    )


def _buying_checks(buying: Buying | None) -> tuple[Check, ...]:
    if buying is None:
        return ()
    shares = {model: misplaced(buying.counts, model) for model in ("BG/BB", "BG/NBD")}
    poor, together = min(shares.values()) > MOST_MISPLACED, abs(buying.correlation) > MOST_CORRELATION
    return (
        make_check(
            "C461",
            "Repeat purchases are those the model expects",
            "review" if poor else "pass",
            found=", ".join(f"{model} {share:.0%}" for model, share in shares.items()),
            limit=f"at most {MOST_MISPLACED:.0%} of customers in another count than expected, by the better model",
            text="Customers counted by their repeat purchases, beside the counts each model expects.",
            remedy="Do not rest a value on expected purchases; look for seasons or campaigns." if poor else "",
        ),
        make_check(
            "C462",
            "How often customers buy and for how much do not go together",
            "review" if together else "pass",
            found=f"correlation {buying.correlation:+.2f}",
            limit=f"between -{MOST_CORRELATION:.2f} and +{MOST_CORRELATION:.2f}",
            text="Value is purchases times the mean value of one, which holds only where the two are independent.",
            remedy="Values of customers who buy often are off: split personas by size of purchase." if together else "",
        ),
    )
