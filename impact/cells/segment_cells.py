"""Who the base is at `as_of`: by the columns it is reported by, and its largest customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.moments import md5
from impact.cells.summary import SegmentCells
from impact.groups import LEAST_GROUP
from impact.ids import shown_id

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study

LARGEST = 3  # customers with most money that leave of each persona and tenure band
GROUPS = ["persona", "tenure_band"]
MONEY = ("customers", "revenue", "margin")


def segment_cells(active: Table, source: Source, study: Study) -> SegmentCells:
    """The base by every column of `[study] report_by`, and the largest customers of each cell of it.

    Args:
        active: a row a customer active at `as_of`: customer_id, persona, tenure_band, revenue, margin.
        source: where the columns stand.
        study: which columns are asked for.
    """
    rows = with_report_columns(active.select("customer_id", *GROUPS, "revenue", "margin"), source, study).cache()
    parts = [_by_value(rows, f"by{k}", name, study) for k, name in enumerate(report_columns(study))]
    named = may_be_named(source, study)
    columns = ["column", "segment", *GROUPS, *MONEY]
    return SegmentCells(
        base=pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns),
        largest=_largest(rows, study, ["customer_id"] if named else []),
        named=named,
        least=LEAST_GROUP if source.shape(study) == "customers" or _single_period(source, study) else 1,
    )


def report_columns(study: Study) -> tuple[str, ...]:
    """The columns asked for, each once; the persona is always reported by, from the base itself."""
    return tuple(name for name in dict.fromkeys(study.study.report_by) if name != "persona")


def with_report_columns(active: Table, source: Source, study: Study) -> Table:
    """The rows with the columns they are reported by as `by0`, `by1`...; one of the ledger is as of its period."""
    now = source.ledger.filter(source.ledger.t == study.as_of)
    names = report_columns(study)
    of_ledger = {f"by{k}": now[name] for k, name in enumerate(names) if name in now.columns}
    who = source.customers
    of_customer = {f"by{k}": who[name] for k, name in enumerate(names) if name not in now.columns}
    for rows, columns in ((now, of_ledger), (who, of_customer)):
        if columns:
            beside = rows.select(who_id="customer_id", **columns)
            active = active.left_join(beside, [("customer_id", "who_id")]).drop("who_id")
    return active


def may_be_named(source: Source, study: Study) -> bool:
    """Whether a customer is a store or an account, which may be named; a person may not.

    Units are stores where the study says so: that all of them stay does not make them such. Of many customers, those
    are accounts for which several people answered.
    """
    if source.shape(study) == "sites":
        return study.study.shape == "sites" or study.study.relationship == "site" or bool(study.data.unit)
    if source.responses is None or "respondent_id" not in source.present["responses"]:
        return False
    answers = source.staged["responses"]
    people = answers.group_by("customer_id").agg(people=answers.respondent_id.nunique())
    return bool(int(people.filter(people.people > 1).count().execute()))


def _single_period(source: Source, study: Study) -> bool:
    asked = study.study
    if asked.shape != "auto" or asked.relationship == "site" or study.data.unit:
        return False
    return int(source.ledger.t.nunique().execute()) < 2


def _by_value(rows: Table, column: str, name: str, study: Study) -> pd.DataFrame:
    keys = [column, *GROUPS]
    found: pd.DataFrame = (
        rows.group_by(keys).agg(customers=rows.count(), revenue=rows.revenue.sum(), margin=rows.margin.sum())
    ).to_pandas()
    texts = segment_texts(found[column])
    found = found.assign(column=name, segment=texts if name != "customer_id" else [shown_id(t, study) for t in texts])
    grouped = found.groupby(["column", "segment", *GROUPS], sort=True, as_index=False)
    return grouped[list(MONEY)].sum(min_count=1)


def segment_texts(values: pd.Series) -> list[str]:
    """Values of a column as texts, "" for a blank; a whole number has no decimals, whatever its engine keeps it as."""
    return [_text(value) for value in values.tolist()]


def _text(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _largest(rows: Table, study: Study, ids: list[str]) -> pd.DataFrame:
    """The few customers with most money of each persona and tenure band; equal ones by a hash, alike on all engines."""
    money = ibis.coalesce(rows.margin, rows.revenue)
    order = [money.desc(), md5(rows.customer_id)]
    placed = rows.mutate(place=ibis.row_number().over(ibis.window(group_by=GROUPS, order_by=order)))
    kept: pd.DataFrame = placed.filter(placed.place < LARGEST).select(*GROUPS, "place", *ids, *MONEY[1:]).to_pandas()
    kept = kept.sort_values([*GROUPS, "place"], kind="stable", ignore_index=True)
    names = [shown_id(one, study) for one in kept["customer_id"]] if ids else [""] * len(kept)
    return kept.assign(customer=names)[[*GROUPS, "place", "customer", *MONEY[1:]]]
