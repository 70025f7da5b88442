"""What the tables leave out or say weakly: each a check with status review, carried into every report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import ibis

from impact.checks import Check
from impact.columns import TABLES, names_of
from impact.contract_ids import equal_rows, id_reviews
from impact.groups import persons
from impact.initiative import Plan
from impact.journey import OVERALL, Journey
from impact.plan_columns import LOW_SCORE
from impact.source import EVERYBODY, Source
from impact.source_aside import NO_PAIN_POINTS
from impact.source_staging import AFTER_AS_OF, LONGEST_NAME, OTHER_PROGRAMME, UNKNOWN_CUSTOMER
from impact.step_downs import review, stands_in
from impact.study import Study

# Names like "joined" for joined_at are found, and unlike ones ("reason" for persona) left alone.
_NEAR = 0.7
_SHORTEST_WORD = 4
_READ_ONLY = ("renewal_at", "cancel_requested_at", "churn_kind")


def table_reviews(source: Source, study: Study, journey: Journey | None, plan: Plan | None) -> tuple[Check, ...]:
    """The reviews of the tables as they are used."""
    found = [*_set_aside(source), *id_reviews(source), *equal_rows(source), *_near_columns(source)]
    found += [*_ledger(source, study), *_money(source), *_controls(source, study)]
    if source.responses is not None:
        found += _answers(source)
    if journey is not None and journey.personas:
        found += _personas(source, study)
    if journey is not None:
        found += [*_named_in_vain(source, journey), *_never_seen(source, journey)]
    if plan is not None:
        found += _fixes_of_nobody(source, study, plan)
    return tuple(found)


def aside_code(reason: str) -> str:
    """The code of a reason to set a row aside."""
    return {UNKNOWN_CUSTOMER: "D331", AFTER_AS_OF: "D335", NO_PAIN_POINTS: "D391"}.get(reason, "D338")


def aside_column(table: str, reason: str) -> str:
    """The column of a table that a reason to set a row aside is read from."""
    period = next((column.name for column in TABLES[table] if column.target == "t"), "customer_id")
    named = {UNKNOWN_CUSTOMER: "customer_id", AFTER_AS_OF: period, NO_PAIN_POINTS: "pain_point"}
    return named.get(reason, "missing" if reason.startswith("missing") else "score")


def _set_aside(source: Source) -> list[Check]:
    rows = source.rows[(source.rows.set_aside > 0) & (source.rows.reason != OTHER_PROGRAMME)]
    late = rows[rows.reason == AFTER_AS_OF]
    rows = rows[rows.reason != AFTER_AS_OF]
    counts = zip(late.table, late.set_aside, late.rows_in, strict=True)
    said = ", ".join(f"{table} {aside:,} of {rows_in:,}" for table, aside, rows_in in counts)
    found = [review("D335", f"rows after as_of: {said}", "0")] if said else []
    for table, reason, aside, rows_in in zip(rows.table, rows.reason, rows.set_aside, rows.rows_in, strict=True):
        found.append(review(aside_code(str(reason)), f"{table}: {aside:,} of {rows_in:,} rows, {reason}", "0"))
    return found


def _ledger(source: Source, study: Study) -> list[Check]:
    ledger = source.ledger
    seen = ledger.aggregate(periods=ledger.t.nunique(), margins=ledger.margin.count()).execute()
    unread = sorted(source.present["ledger"] & set(_READ_ONLY))
    found = []
    if int(seen.periods[0]) == 1:
        found.append(review("D332", "1 period", "2 periods or more"))
    if int(seen.margins[0]) == 0 and study.study.margin_rate is None:
        found.append(review("D333", "neither margin nor margin_rate", "one of them"))
    if unread:
        found.append(review("D339", ", ".join(unread), "optional"))
    return found


def _money(source: Source) -> list[Check]:
    staged = source.staged["ledger"]
    used = staged.filter(staged.set_aside.isnull())
    blank = used.margin.isnull() & used.margin_unread.isnull() & used.revenue.notnull()
    counted = used.aggregate(
        rows=used.count(),
        negative=(used.revenue < 0).ifelse(1, 0).sum(),
        margins=used.margin.count(),
        blank=blank.ifelse(1, 0).sum(),
    ).execute()
    row = {key: int(counted[key].fillna(0)[0]) for key in counted.columns}
    found = []
    if row["margins"] and row["blank"]:
        said = f"margin blank in {row['blank']:,} of {row['rows']:,} ledger rows ({row['blank'] / row['rows']:.0%})"
        found.append(review("D342", f"{said}: valued at the margin share of the rows that have one", "0"))
    if row["negative"]:
        found.append(review("D346", f"revenue below 0 in {row['negative']:,} of {row['rows']:,} ledger rows", "0"))
    return found


def _near_columns(source: Source) -> list[Check]:
    """A review for each table with a column that is not read and is named much like one that would be."""
    found = []
    for table, unread in source.unread.items():
        known = [name for name in names_of(table) if name not in source.present[table]]
        near = {name: meant for name in unread if (meant := _near_name(name, known))}
        if not near:
            continue
        lines = "; ".join(f'{meant} = "{_cut(name)}"' for name, meant in near.items())
        others = len(unread) - len(near)
        beside = f"; other columns not read: {others:,}" if others else ""
        said = f"{table}: {', '.join(repr(_cut(name)) for name in near)} not read{beside}"
        remedy = f"where meant, write in [data.columns.{table}]: {lines}"
        found.append(replace(review("D345", said, "optional"), remedy=remedy))
    return found


def _near_name(name: str, known: Sequence[str]) -> str:
    folded = name.strip().casefold()
    words = set(re.split(r"[^a-z0-9]+", folded))
    inside = [one for one in known if len(one) >= _SHORTEST_WORD and one in words]
    return next(iter([*inside, *get_close_matches(folded, known, n=1, cutoff=_NEAR)]), "")


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."


def _answers(source: Source) -> list[Check]:
    staged = source.staged["responses"]
    used = staged.filter(staged.set_aside.isnull())
    counted = used.aggregate(
        answers=used.count(),
        stages=(used.stage != OVERALL).ifelse(1, 0).sum(),
        assumed=used.scale_assumed.ifelse(1, 0).sum(),
    ).execute()
    answers = int(counted.answers[0])
    found = []
    if answers and int(counted.stages[0]) == 0:
        found.append(review("D334", f"{answers:,} answers, all overall", "answers by stage"))
    if answers and int(counted.assumed[0]):
        found.append(review("D337", f"{int(counted.assumed[0]):,} answers without metric or scale", "0"))
    return found


def _personas(source: Source, study: Study) -> list[Check]:
    customers = source.customers
    counted = customers.aggregate(
        everybody=customers.count(), unnamed=(customers.persona == EVERYBODY).ifelse(1, 0).sum()
    ).execute()
    unnamed, everybody = int(counted.unnamed.fillna(0)[0]), int(counted.everybody[0])
    if not unnamed:
        return []
    # Stores and accounts are no persons, and are counted one by one.
    said = f"{unnamed:,}" if source.shape(study) == "sites" else persons(unnamed)
    return [review("D340", f"{said} of {everybody:,} customers", "0")]


def _named_in_vain(source: Source, journey: Journey) -> list[Check]:
    """A review where answers name pain points and the plan lists none; the scores of those answers count."""
    if source.responses is None or not stands_in(journey):
        return []
    named = int(source.responses.filter(source.responses.pain_points.notnull()).count().execute())
    said = f"responses: pain points named in {named:,} answers are not read; their scores are"
    return [review("D391", said, "0")] if named else []


def _fixes_of_nobody(source: Source, study: Study, plan: Plan) -> list[Check]:
    """A review of the fixes whose persona no customer active at as_of is of."""
    asked = [fix for fix in plan.fixes if fix.persona]
    if not asked:
        return []
    active = source.ledger.filter(source.ledger.t == study.as_of).select("customer_id")
    here = source.customers.semi_join(active, "customer_id").select("persona").distinct().execute()
    present = set(here.persona)
    idle = sorted({f"{fix.initiative} for {fix.persona}" for fix in asked if fix.persona not in present})
    return [review("D392", ", ".join(idle), "a customer active at as_of")] if idle else []


def _never_seen(source: Source, journey: Journey) -> list[Check]:
    seen = {f"{LOW_SCORE}{stage}" for stage in journey.stage_ids()}
    if source.incidents is not None:
        seen |= set(source.incidents.select("pain_point").distinct().execute().pain_point)
    if source.responses is not None:
        for named in source.responses.select("pain_points").distinct().execute().pain_points.dropna():
            seen |= {name.strip() for name in str(named).split(";")}
    unseen = [name for name in journey.pain_ids() if name not in seen]
    return [review("D341", ", ".join(unseen), "seen at least once")] if unseen else []


def _controls(source: Source, study: Study) -> list[Check]:
    """Reviews of controls; a leak among leavers is asked only where a gap means leaving."""
    if not study.model.controls:
        return []
    leaving = _leaving(source, study)
    if source.shape(study) == "sites":
        leaving = leaving.mutate(left=0)
    gone = leaving.filter(leaving.left == 1).select("customer_id").distinct().mutate(left=1)
    found = []
    for name in study.model.controls:
        if name in source.ledger.columns:
            found += _control(name, leaving)
        elif name in source.customers.columns:
            flagged = source.customers.left_join(gone, "customer_id")
            found += _control(name, flagged.mutate(left=flagged.left.fill_null(0)))
    return found


def _leaving(source: Source, study: Study) -> Any:  # noqa: ANN401
    """The ledger with `left`: 1 in a customer's last period before it left."""
    ledger = source.ledger
    last = ledger.t.max().over(ibis.window(group_by="customer_id"))
    seen = ((ledger.t == last) & (ledger.t < study.as_of)).ifelse(1, 0)
    told = (ledger.retained == 0).ifelse(1, 0)
    return ledger.mutate(left=ledger.retained.isnull().ifelse(seen, told))


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
