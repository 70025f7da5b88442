"""Who could be drawn for a pilot, how their money scatters, and how alike the customers of one group are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.segment_cells import segment_texts
from impact.contract_rollouts import group_values, ledger_span
from impact.source_outcome import with_outcome

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study

EVERYBODY = "all"
STRETCH = 4  # periods of each of the two stretches that tell how money scatters, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """Customers active at `as_of` that no pilot has yet, and how many others one has."""

    free: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """Customers' mean money of a period over two stretches of so many `periods`, of those there in all of both.

    `variances` of the earlier and the later, and their `covariance`.
    """

    customers: int
    periods: int
    mean: float
    variances: tuple[float, float]
    covariance: float


def count_free(source: Source, study: Study, running: Sequence[str]) -> Free:
    """How many customers may be drawn, and how many are assigned to a `running` initiative already."""
    active, taken = _active(source, study), _taken(source, running)
    every = int(active.count().execute())
    if taken is None:
        return Free(free=every, taken=0)
    free = int(active.anti_join(taken, "customer_id").count().execute())
    return Free(free=free, taken=every - free)


def free_customers(source: Source, study: Study, running: Sequence[str], by: str) -> pd.DataFrame:
    """A row a customer that may be drawn, in order of ids: customer_id, value of `by`, stratum (persona and value).

    Whole columns leave the engine here, and only for lists that are to be acted on.
    """
    active, taken = _active(source, study), _taken(source, running)
    active = active if taken is None else active.anti_join(taken, "customer_id")
    values = group_values(source, study, by) if by else None
    if values is not None:
        now = values.filter(values.t.isnull() | (values.t == study.as_of)).select("customer_id", "value")
        active = active.left_join(now, "customer_id").drop("customer_id_right")
    found: pd.DataFrame = active.to_pandas()
    value = pd.Series(segment_texts(found["value"]) if "value" in found else "", index=found.index)
    found = found.assign(value=value, stratum=found["persona"].astype(str) + "\x1f" + value)
    found = found.drop_duplicates("customer_id")
    return found[["customer_id", "value", "stratum"]].sort_values("customer_id", kind="stable", ignore_index=True)


def money_stretches(source: Source, study: Study) -> Stretches | None:
    """How customers' money of a period scatters, from the last periods of the ledger; None where it is too short."""
    first, last = ledger_span(source, study)
    periods = min((last - first + 1) // 2, STRETCH)
    if periods < 1:
        return None
    rows = source.ledger.filter(source.ledger.t.between(last - 2 * periods + 1, last))
    money = ibis.coalesce(rows.margin, rows.revenue).cast("float64")
    late = (rows.t > last - periods).ifelse(1, 0)
    own = rows.group_by("customer_id").agg(
        seen=rows.count(), before=(money * (1 - late)).sum() / periods, after=(money * late).sum() / periods
    )
    own = own.filter(own.seen == 2 * periods)
    found = own.agg(
        n=own.count(),
        before=own.before.mean(),
        after=own.after.mean(),
        before_var=own.before.var(how="sample"),
        after_var=own.after.var(how="sample"),
        both=own.before.cov(own.after, how="sample"),
    ).execute()
    told = {name: found[name][0] for name in found.columns}
    if int(told["n"]) < 3:
        return None
    return Stretches(
        customers=int(told["n"]),
        periods=periods,
        mean=float(told["after"]),
        variances=(float(told["before_var"]), float(told["after_var"])),
        covariance=float(told["both"]),
    )


def group_sums(source: Source, study: Study, by: str) -> pd.DataFrame | None:
    """A row a group of a column: value, customers active at as_of, and of the last known period n and leavers.

    None where neither ledger nor customers has the column. Only sums of a group's own likeness are made of it.
    """
    values = group_values(source, study, by)
    if values is None:
        return None
    steps = [name for name in ("renewal_t", "churn_kind") if name in source.ledger.columns]
    rows = source.ledger.filter(source.ledger.t.between(study.as_of - 1, study.as_of))
    rows = with_outcome(rows.select("customer_id", "t", "revenue", "retained", *steps), study)
    own = values.filter(values.t.isnull() | (values.t == study.as_of - 1)).select("customer_id", "value").distinct()
    now = values.filter(values.t.isnull() | (values.t == study.as_of)).select("customer_id", "value").distinct()
    before = rows.filter((rows.t == study.as_of - 1) & rows.stays.notnull()).inner_join(own, "customer_id")
    settled = before.group_by("value").agg(n=before.count(), leavers=(1 - before.stays).sum())
    there = rows.filter(rows.t == study.as_of).inner_join(now, "customer_id")
    sizes = there.group_by("value").agg(customers=there.count())
    found: pd.DataFrame = sizes.left_join(settled, "value").drop("value_right").to_pandas()
    return found.fillna({"n": 0, "leavers": 0}).sort_values("value", kind="stable", ignore_index=True)


def _active(source: Source, study: Study) -> Table:
    rows = source.ledger.filter(source.ledger.t == study.as_of)
    rows = rows.left_join(source.customers, "customer_id", rname="{name}_customer")
    own = rows.persona_customer if "persona_customer" in rows.columns else ibis.null("string")
    stays = rows.retained.fill_null(1) == 1 if "retained" in rows.columns else ibis.literal(value=True)
    return rows.filter(stays).select("customer_id", persona=ibis.coalesce(rows.persona, own, EVERYBODY))


def _taken(source: Source, running: Sequence[str]) -> Table | None:
    """Customers of either arm of an initiative that runs."""
    if source.assignments is None or not running:
        return None
    return source.assignments.filter(source.assignments.initiative.isin(running)).select("customer_id").distinct()
