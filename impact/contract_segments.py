"""The columns a study is reported by: what the tables have of them, and what a run will do with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from impact.cells.segment_cells import report_columns, segment_texts, with_report_columns
from impact.checks import Check, CheckStatus, make_check
from impact.codes import CODES
from impact.errors import Finding
from impact.groups import LEAST_GROUP, persons

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study

MOST_VALUES = 200  # of a column; more is no segment but a measure or an id
PLACE = "study.toml: [study].report_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups of one column: how many values, customers without one, and groups too small to be shown."""

    values: int
    blank: int
    customers: int
    small: int


def segment_faults(source: Source, study: Study) -> list[Finding]:
    """A finding for each column the study is reported by that has too many values to be a segment."""
    active = _active(source, study)
    return [
        Finding(
            code="C652",
            place=PLACE,
            found=f"{name} has more than {MOST_VALUES} values among the customers of {study.study.as_of}",
            allowed=f"at most {MOST_VALUES}",
            remedy="take it out, or bring its values to few: regions instead of post codes, bands instead of amounts",
        )
        for k, name in enumerate(report_columns(study))
        if f"by{k}" in active.columns and _kinds(active, f"by{k}") > MOST_VALUES
    ]


def segment_reviews(source: Source, study: Study) -> list[Check]:
    """What a run will do with each column the study is reported by."""
    active = _active(source, study)
    asked = [(f"by{k}", name) for k, name in enumerate(report_columns(study)) if f"by{k}" in active.columns]
    few = [(column, name) for column, name in asked if _kinds(active, column) <= MOST_VALUES]
    least = 1 if source.shape(study) == "sites" else LEAST_GROUP
    return [_told(name, _groups(active, column, least), least) for column, name in few]


def _active(source: Source, study: Study) -> Table:
    """The customers of `as_of` with the columns that are there."""
    now = source.ledger.filter(source.ledger.t == study.as_of).select("customer_id")
    there = [name for name in report_columns(study) if name in source.ledger.columns + source.customers.columns]
    return with_report_columns(now, source, study) if len(there) == len(report_columns(study)) else now


def _kinds(active: Table, column: str) -> int:
    return int(active[column].nunique().execute())


def _groups(active: Table, column: str, least: int) -> Groups:
    counted = active.group_by(column).agg(customers=active.count()).to_pandas()
    by_text = counted["customers"].groupby(segment_texts(counted[column])).sum()
    return Groups(
        values=int((by_text.index != "").sum()),
        blank=int(by_text.get("", 0)),
        customers=int(by_text.sum()),
        small=int((by_text < least).sum()),
    )


def _told(name: str, groups: Groups, least: int) -> Check:
    said = f"{name}: {groups.values:,} {'value' if groups.values == 1 else 'values'}"
    if groups.blank:
        blank = persons(groups.blank) if least > 1 else f"{groups.blank:,}"
        said += f", blank for {blank} of {groups.customers:,} customers"
    if groups.small:
        said += f"; {groups.small:,} under {least} customers put together with the next"
    page = CODES["C651"]
    status: CheckStatus = "review" if groups.values <= 1 or 2 * groups.blank > groups.customers else "pass"
    remedy = page.remedy if status == "review" else ""
    return make_check(
        "C651", page.title, status, found=said, limit=f"2 to {MOST_VALUES} values", text=page.why, remedy=remedy
    )
