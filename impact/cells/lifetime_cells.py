"""Bounded counts and sums of staying, buying and revenue kept, computed where the data live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.summary import LifetimeCells
from impact.source_outcome import renewal_periods

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

    from impact.source import Source
    from impact.study import Study

VALUE_STEP = 0.1  # of the log of a mean purchase; what is lost within a step is held by its spread
EARNED = ("earned", "referral", "recommendation", "word_of_mouth", "word of mouth")


def lifetime_cells(panel: Table, source: Source, study: Study) -> LifetimeCells:
    """What says how long the customers of a panel stay, or go on buying, and what they bring."""
    active = panel.filter(panel.t == study.as_of)
    buying, values, not_followed = _buying(panel, study)
    return LifetimeCells(
        active=_small(
            active.group_by("persona", "tenure").agg(
                customers=active.count(), revenue=active.revenue.sum(), margin=active.margin.sum()
            )
        ),
        revenue=revenue_flows(panel, source, study),
        term=_term(source, study),
        buying=buying,
        values=values,
        not_followed=not_followed,
        steps=money_steps(panel, study),
    )


def money_steps(panel: Table, study: Study) -> pd.DataFrame:
    """By period the money of its customers, and that of those of them who are there in the next one."""
    money = {"later": "revenue", "later_margin": "margin"}
    ahead = panel.select("customer_id", t=panel.t - 1, **money)
    start = panel.filter(panel.t < study.as_of).select("customer_id", "t", "revenue", "margin")
    both = start.left_join(ahead, ["customer_id", "t"])
    found = both.group_by("t").agg(
        customers=both.count(),
        lost=both.later.isnull().ifelse(1, 0).sum(),
        start=both.revenue.sum(),
        later=both.later.sum(),
        start_margin=both.margin.sum(),
        later_margin=both.later_margin.sum(),
    )
    return pd.DataFrame(found.to_pandas().sort_values("t", ignore_index=True))


def revenue_flows(panel: Table, source: Source, study: Study) -> pd.DataFrame:
    """By period what became a year later of the revenue of its customers, and what new ones brought.

    A ledger of a year or less has no two periods of one season; the next period is taken there.
    """
    ends = panel.aggregate(first=panel.t.min(), last=panel.t.max()).to_pandas().fillna(0).iloc[0]
    span = study.periods_a_year if ends["last"] - ends["first"] >= study.periods_a_year else 1
    rows = panel.select("customer_id", "t", "revenue")
    first = rows.group_by("customer_id").agg(first_t=rows.t.min())
    rows = rows.inner_join(first, "customer_id")
    earned = _earned(source)
    if earned is not None:
        rows = rows.left_join(earned, "customer_id").drop("customer_id_right")
    return _flow(rows, study, span)


def _flow(rows: Table, study: Study, span: int) -> pd.DataFrame:
    ahead = rows.select("customer_id", t=rows.t - span, later="revenue")
    start = rows.filter(rows.t + span <= study.as_of)
    both = start.left_join(ahead, ["customer_id", "t"])
    paid, later = ibis.greatest(both.revenue, 0.0), both.later.fill_null(0.0)
    kept = both.group_by("t").agg(
        customers=both.count(),
        lost=both.later.isnull().ifelse(1, 0).sum(),
        start=both.revenue.sum(),
        kept=ibis.least(paid, ibis.greatest(later, 0.0)).sum(),
        later=later.sum(),
    )
    come = rows.mutate(t=rows.t - span)
    come = come.filter(come.first_t > come.t)
    sums = {"new": come.revenue.sum(), "new_customers": come.count()}
    if "earned" in rows.columns:
        sums |= {
            "earned": (come.revenue * come.earned).sum(),
            "earned_customers": come.earned.sum(),
            "told": come.earned.count(),
        }
    found = kept.to_pandas().merge(come.group_by("t").agg(**sums).to_pandas(), on="t", how="left")
    known = [name for name in sums if name in ("new", "new_customers")]
    found[known] = found[known].fillna(0)
    if "earned" not in found:
        found = found.assign(earned=float("nan"), earned_customers=float("nan"), told=float("nan"))
    return pd.DataFrame(found.assign(after=span).sort_values("t", ignore_index=True))


def _earned(source: Source) -> Table | None:
    """Customers whose way to the company is told: `earned` is 1 where it was a recommendation, else 0."""
    if "acquired_by" not in source.customers.columns:
        return None
    rows = source.customers
    way = rows.acquired_by.lower()
    return rows.select("customer_id", earned=way.isnull().ifelse(ibis.null("int64"), way.isin(EARNED).ifelse(1, 0)))


def _term(source: Source, study: Study) -> int:
    """The commonest number of periods between two renewals of a customer; a year where nobody has two; 1 without."""
    if "renewal_t" not in source.ledger.columns:
        return 1
    renewals = renewal_periods(source.ledger)
    mine = ibis.window(group_by="renewed_id", order_by="renewed_t")
    gaps = renewals.mutate(gap=renewals.renewed_t - renewals.renewed_t.lag().over(mine))
    gaps = gaps.filter(gaps.gap.notnull())
    counted = _small(gaps.group_by("gap").agg(n=gaps.count()))
    commonest = counted.sort_values("n", kind="stable")["gap"].tolist()[-1:]
    return int(commonest[0]) if commonest else study.periods_a_year


def _buying(panel: Table, study: Study) -> tuple[pd.DataFrame | None, pd.DataFrame | None, int]:
    """Repeat customers by their purchases and by the mean of them, and how many could not be followed."""
    if study.study.relationship != "repeat":
        return None, None, 0
    begin = panel.aggregate(begin=panel.t.min()).execute()["begin"][0]
    bought = panel.filter(panel.revenue > 0)
    bounds = bought.group_by("customer_id").agg(
        first_t=bought.t.min(), last_t=bought.t.max(), purchases=bought.count(), total=bought.revenue.sum()
    )
    first = bought.select("customer_id", "persona", "tenure", first_t="t", first_revenue="revenue")
    each = bounds.inner_join(first, ["customer_id", "first_t"])
    followed = each.filter(_seen_from_the_start(each, int(begin)))
    all_of, here = (int(one.count().execute()) for one in (each, followed))
    each = followed.mutate(
        x=followed.purchases - 1, t_x=followed.last_t - followed.first_t, T=study.as_of - followed.first_t
    )
    buying = _small(each.group_by("persona", "x", "t_x", "T").agg(n=each.count()))
    return buying, _values(each), all_of - here


def _seen_from_the_start(each: Table, begin: int) -> BooleanValue:
    """Whether a customer joined within the ledger; without a joining date, was first seen after its first period."""
    undated = each.tenure < 0
    found: BooleanValue = (undated & (each.first_t > begin)) | (~undated & (each.first_t - each.tenure >= begin))
    return found


def _values(each: Table) -> pd.DataFrame:
    again = each.filter(each.x > 0)
    again = again.mutate(value=(again.total - again.first_revenue) / again.x)
    again = again.mutate(log_value=again.value.ln())
    again = again.mutate(place=(again.log_value / VALUE_STEP).round().cast("int64"))
    again = again.mutate(square=again.log_value * again.log_value)
    cells = again.group_by("persona", "x", "place").agg(
        n=again.count(), value=again.value.mean(), log_value=again.log_value.mean(), square=again.square.mean()
    )
    found = _small(cells)
    spread = (found["square"] - found["log_value"] ** 2).clip(lower=0.0)
    return found.assign(spread=spread).drop(columns="square")


def _small(cells: Table) -> pd.DataFrame:
    found: pd.DataFrame = cells.to_pandas()
    return found.sort_values(list(found.columns), kind="stable", ignore_index=True)
