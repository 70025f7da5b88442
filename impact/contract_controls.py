"""Controls that cannot separate anything, and controls that tell who left: each a review."""

from __future__ import annotations

from typing import Any

import ibis

from impact.checks import Check
from impact.source import Source
from impact.step_downs import review
from impact.study import Study

# A value seen in fewer rows may by chance belong only to those who left.
LEAST_LEAKING = 20


def control_reviews(source: Source, study: Study) -> list[Check]:
    """Reviews of controls; a leak among leavers is asked only where a gap means leaving."""
    if not study.model.controls:
        return []
    sites = source.shape(study) == "sites"
    leaving = _leaving(source, study)
    if sites:
        leaving = leaving.mutate(left=0, near=0)
    gone = leaving.filter(leaving.left == 1).select("customer_id").distinct().mutate(left=1)
    found = []
    for name in study.model.controls:
        if name in source.ledger.columns:
            table = leaving
        elif name in source.customers.columns:
            flagged = source.customers.left_join(gone, "customer_id")
            left = flagged.left.fill_null(0)
            table = flagged.mutate(left=left, near=left)
        else:
            continue
        found += _control(name, table)
        found += [] if sites else _leak(name, table)
    return found


def _leaving(source: Source, study: Study) -> Any:  # noqa: ANN401
    """The ledger with `left`: 1 in a customer's last period before it left; `near`: 1 there and in the one before."""
    ledger = source.ledger
    wait = study.study.inactive_after if study.study.relationship == "repeat" else 1
    last = ledger.t.max().over(ibis.window(group_by="customer_id"))
    seen = ((ledger.t == last) & (ledger.t <= study.as_of - wait)).ifelse(1, 0)
    told = (ledger.retained == 0).ifelse(1, 0)
    flagged = ledger.mutate(left=ledger.retained.isnull().ifelse(seen, told), last_t=last)
    lost = flagged.left.max().over(ibis.window(group_by="customer_id"))
    return flagged.mutate(near=((lost == 1) & (flagged.t >= flagged.last_t - 1)).ifelse(1, 0)).drop("last_t")


def _control(name: str, leaving: Any) -> list[Check]:  # noqa: ANN401
    gone = leaving.left == 1
    column = leaving[name]
    counted = leaving.aggregate(
        rows=leaving.count(),
        blank=column.isnull().ifelse(1, 0).sum(),
        kinds=column.nunique(),
        gone=gone.ifelse(1, 0).sum(),
        blank_gone=(gone & column.isnull()).ifelse(1, 0).sum(),
        kinds_gone=column.nunique(where=gone),
    ).execute()
    row = {key: int(counted[key].fillna(0)[0]) for key in counted.columns}
    said = []
    if row["blank"]:
        leavers = f", {row['blank_gone']:,} of them of customers who left" if row["blank_gone"] else ""
        said.append(f"blank in {row['blank']:,} of {row['rows']:,} rows{leavers}")
    if row["rows"] and row["kinds"] <= 1:
        said.append("the same in all rows")
    elif row["gone"] > 1 and row["kinds_gone"] <= 1:
        said.append("the same in all who left")
    return [review("D336", f"{name}: {'; '.join(said)}", "filled in and varying")] if said else []


def _leak(name: str, leaving: Any) -> list[Check]:  # noqa: ANN401
    """A review of values that stand only with those about to leave; a blank is no value."""
    filled = leaving.filter(leaving[name].notnull())
    values = filled.group_by(value=filled[name]).aggregate(
        rows=lambda t: t.count(), near=lambda t: t.near.sum(), left=lambda t: t.left.sum()
    )
    only = values.filter((values.rows >= LEAST_LEAKING) & (values.near == values.rows) & (values.left > 0))
    told = only.order_by(only.rows.desc(), only.value).limit(3).execute()
    if told.empty:
        return []
    said = ", ".join(f"{value!s} ({int(rows):,} rows)" for value, rows in zip(told.value, told.rows, strict=True))
    return [review("D378", f"{name}: only customers about to leave have {said}", f"under {LEAST_LEAKING} rows a value")]
