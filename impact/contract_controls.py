"""Controls that cannot separate anything, and controls that tell who left: each a review."""

from __future__ import annotations

from typing import Any

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
        values = _by_value(name, table)
        found += _uneven(name, values)
        found += [] if sites else _leak(name, values)
    return found


def _leaving(source: Source, study: Study) -> Any:  # noqa: ANN401
    """The ledger with `left`: 1 in a customer's last period before it left; `near`: 1 there and in the one before."""
    ledger = source.ledger
    wait = study.study.inactive_after if study.study.relationship == "repeat" else 1
    known = study.as_of - wait
    ends = ledger.group_by("customer_id").agg(last_t=ledger.t.max(), said=(ledger.retained == 0).ifelse(1, 0).max())
    flagged = ledger.inner_join(ends, "customer_id")
    seen = ((flagged.t == flagged.last_t) & (flagged.t <= known)).ifelse(1, 0)
    left = flagged.retained.isnull().ifelse(seen, (flagged.retained == 0).ifelse(1, 0))
    lost = (flagged.said == 1) | (flagged.last_t <= known)
    return flagged.mutate(left=left, near=(lost & (flagged.t >= flagged.last_t - 1)).ifelse(1, 0))


def _by_value(name: str, leaving: Any) -> Any:  # noqa: ANN401
    """A row a value of a control: how often it stands, with those who left, and with those about to leave."""
    values = leaving.group_by(value=leaving[name])
    return values.aggregate(rows=lambda t: t.count(), left=lambda t: t.left.sum(), near=lambda t: t.near.sum()).cache()


def _uneven(name: str, values: Any) -> list[Check]:  # noqa: ANN401
    blank, gone = values.value.isnull(), values.left > 0
    counted = values.aggregate(
        rows=values.rows.sum(),
        blank=values.rows.sum(where=blank),
        kinds=values.value.count(),
        gone=values.left.sum(),
        blank_gone=values.left.sum(where=blank),
        kinds_gone=values.value.count(where=gone),
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


def _leak(name: str, values: Any) -> list[Check]:  # noqa: ANN401
    """A review of values that stand only with those about to leave; a blank is no value."""
    only = values.filter(
        values.value.notnull() & (values.rows >= LEAST_LEAKING) & (values.near == values.rows) & (values.left > 0)
    )
    told = only.order_by(only.rows.desc(), only.value).limit(3).execute()
    if told.empty:
        return []
    said = ", ".join(f"{value!s} ({int(rows):,} rows)" for value, rows in zip(told.value, told.rows, strict=True))
    return [review("D378", f"{name}: only customers about to leave have {said}", f"under {LEAST_LEAKING} rows a value")]
