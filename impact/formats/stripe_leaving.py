"""Who left, from subscriptions: of the three dates only `ended_at` is leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from impact.formats.folder import Part
from impact.formats.stripe_money import is_true
from impact.formats.stripe_periods import seconds
from impact.periods import PeriodKind, parse_period, period_label

if TYPE_CHECKING:
    import pandas as pd

SUBSCRIPTIONS = Part(
    name="subscription",
    needs=("customer_id", "status"),
    may_have=("canceled_at", "ended_at", "livemode", "cancellation_details_reason"),
)
_KINDS = {"cancellation_requested": "voluntary", "payment_failed": "involuntary", "payment_disputed": "involuntary"}
_NEVER_BEGAN = ("incomplete", "incomplete_expired")


def with_leaving(
    ledger: pd.DataFrame, subscriptions: pd.DataFrame | None, keys: Mapping[str, str] | None, kind: PeriodKind
) -> pd.DataFrame:
    """The ledger with retained, cancel_requested_at and churn_kind on each customer's last row, blank elsewhere.

    `canceled_at` is when leaving was asked for and `cancel_at_period_end` what was planned; a customer
    left when all of its subscriptions have ended, and is active where one has not.
    """
    import pandas as pd

    blank = pd.Series(None, index=ledger.index, dtype=object)
    if subscriptions is None:
        return ledger.assign(retained=blank, cancel_requested_at=blank, churn_kind=blank)
    left = _by_customer(subscriptions, keys)
    ledger = _until_the_end(ledger, left, kind)
    mine = ledger.customer_id.where(~ledger.customer_id.duplicated(keep="last"))
    retained = mine.map(left.active).map({True: "1", False: "0"}).astype(object)
    asked = mine.map(left.asked).map(lambda at: None if pd.isna(at) else f"{at:%Y-%m-%d}").astype(object)
    kinds = mine.map(left.kind).astype(object).where(retained == "0", None)
    return ledger.assign(retained=retained, cancel_requested_at=asked, churn_kind=kinds)


def _until_the_end(ledger: pd.DataFrame, left: pd.DataFrame, kind: PeriodKind) -> pd.DataFrame:
    """The ledger with money for a time after the end booked in the period of the end: nobody is active later."""
    import numpy as np

    over = left.ended.dropna().map(lambda at: parse_period(f"{at:%Y-%m-%d}", kind))
    last = ledger.customer_id.map(over).fillna(np.inf)
    booked = ledger.assign(t=np.minimum(ledger.t, last).astype("int64"))
    summed: pd.DataFrame = booked.groupby(["customer_id", "currency", "t"], as_index=False, sort=True).agg(
        revenue=("revenue", "sum"), source_row=("source_row", "min")
    )
    return summed.assign(period=[period_label(int(one), kind) for one in summed.t])


def _by_customer(subscriptions: pd.DataFrame, keys: Mapping[str, str] | None) -> pd.DataFrame:
    """By customer: active (a subscription has not ended), ended and asked (the last dates), kind of leaving."""
    test = subscriptions.livemode.notna() & ~is_true(subscriptions.livemode)
    real = subscriptions[~test & ~subscriptions.status.isin(_NEVER_BEGAN) & subscriptions.customer_id.notna()]
    real = real.assign(
        customer=real.customer_id if keys is None else real.customer_id.map(keys),
        ended=seconds(real.ended_at),
        asked=seconds(real.canceled_at),
        kind=real.cancellation_details_reason.map(_KINDS),
    )
    real = real.assign(active=real.ended.isna(), open=real.asked.isna()).sort_values(["customer", "ended"])
    found = real.groupby("customer").agg(
        active=("active", "any"),
        open=("open", "any"),
        ended=("ended", "max"),
        asked=("asked", "max"),
        kind=("kind", "last"),
    )
    # Where one subscription goes on uncancelled, the customer has not asked to leave.
    return found.assign(asked=found.asked.mask(found.open), ended=found.ended.mask(found.active))
