"""Money over time: what a line is for, shared out over the ledger's periods by the seconds in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from impact.periods import PERIODS_A_YEAR, PeriodKind, period_label

if TYPE_CHECKING:
    import pandas as pd

_STEP = "datetime64[M]"


def seconds(cells: pd.Series[Any]) -> pd.Series[Any]:
    """The times in UTC, blank where the text is none; Stripe keeps UTC, and writes epochs in some exports."""
    import pandas as pd

    text = cells.astype(str)
    epoch = text.str.fullmatch(r"\d{9,10}")
    from_epoch = pd.to_datetime(pd.to_numeric(text.where(epoch), errors="coerce"), unit="s", utc=True, errors="coerce")
    written = pd.to_datetime(text.where(~epoch), format="ISO8601", utc=True, errors="coerce")
    return written.fillna(from_epoch)


def by_period(lines: pd.DataFrame, kind: PeriodKind) -> pd.DataFrame:
    """The lines summed by customer, currency and period: customer_id, currency, t, period, minor, source_row.

    A line of no length falls whole into the period of its start. `source_row` is the first line's.
    """
    import numpy as np
    import pandas as pd

    start, end = (_naive(lines[name]) for name in ("period_start", "period_end"))
    end = np.maximum(start, end)
    first, last = _ordinals(start, kind), _ordinals(end, kind)
    times = last - first + 1
    at = np.repeat(np.arange(len(lines)), times)
    t = first[at] + np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    inside = np.minimum(end[at], _begins(t + 1, kind)) - np.maximum(start[at], _begins(t, kind))
    whole = (end - start).astype(float)[at]
    share = np.where(whole > 0, inside.astype(float) / np.where(whole > 0, whole, 1.0), 1.0)
    spread = pd.DataFrame(
        {
            "customer_id": lines.customer.to_numpy()[at],
            "currency": lines.currency.to_numpy()[at],
            "t": t,
            "minor": lines.minor.to_numpy(dtype=float)[at] * share,
            "source_row": lines.source_row.to_numpy()[at],
        }
    )
    # A line that ends as the next period begins has no second in it.
    spread = spread[share > 0]
    summed = spread.groupby(["customer_id", "currency", "t"], as_index=False, sort=True).agg(
        minor=("minor", "sum"), source_row=("source_row", "min")
    )
    return summed.assign(period=[period_label(int(one), kind) for one in summed.t])


def _naive(cells: pd.Series[Any]) -> Any:  # noqa: ANN401
    return seconds(cells).dt.tz_localize(None).to_numpy(dtype="datetime64[s]")


def _ordinals(times: Any, kind: PeriodKind) -> Any:  # noqa: ANN401
    months = times.astype(_STEP).astype("int64") + 1970 * 12
    return months * PERIODS_A_YEAR[kind] // 12


def _begins(ordinals: Any, kind: PeriodKind) -> Any:  # noqa: ANN401
    months = ordinals * 12 // PERIODS_A_YEAR[kind] - 1970 * 12
    return months.astype(_STEP).astype("datetime64[s]")
