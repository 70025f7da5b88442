"""What the tables leave out or say weakly: each a check with status review, carried into every report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from impact.checks import Check
from impact.columns import TABLES, names_of
from impact.contract_controls import control_reviews
from impact.contract_ids import Meetings, equal_rows, id_reviews
from impact.contract_ledger import ledger_reviews
from impact.groups import persons
from impact.ids import cut
from impact.initiative import Plan
from impact.journey import NPS_BESIDE, OVERALL, Journey
from impact.plan_columns import LOW_SCORE
from impact.source import EVERYBODY, Source
from impact.source_aside import NO_PAIN_POINTS
from impact.source_changes import EARLIER_SCALE
from impact.source_request import AFTER_REQUEST
from impact.source_shape import EVENT
from impact.source_staging import (
    AFTER_AS_OF,
    BLANK_SCORE,
    LONGEST_NAME,
    MISSING,
    OTHER_PROGRAMME,
    UNKNOWN_CUSTOMER,
)
from impact.source_units import BLANK_UNIT
from impact.source_was import SPLIT
from impact.step_downs import review, stands_in
from impact.study import Study

# Names like "joined" for joined_at are found, and unlike ones ("reason" for persona) left alone.
_NEAR = 0.7
_SHORTEST_WORD = 4
_ASIDE = {
    UNKNOWN_CUSTOMER: "D331",
    AFTER_AS_OF: "D335",
    BLANK_SCORE: "D338",
    BLANK_UNIT: "D353",
    EARLIER_SCALE: "D364",
    AFTER_REQUEST: "D374",
    NO_PAIN_POINTS: "D391",
    SPLIT: "D398",
}


def table_reviews(
    source: Source, study: Study, journey: Journey | None, plan: Plan | None, met_by: Meetings
) -> tuple[Check, ...]:
    """The reviews of the tables as they are used; `met_by` are the rows of each whose customer has a ledger row."""
    found = [*source.notices, *_set_aside(source), *id_reviews(met_by), *_near_columns(source)]
    if not study.data.unit:
        found += equal_rows(source)
    found += [*_ledger(source, study), *ledger_reviews(source, study), *control_reviews(source, study)]
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
    if reason.startswith(MISSING):
        return "D338"
    return "D359" if reason.startswith(EVENT) else _ASIDE.get(reason, "D420")


def aside_column(table: str, reason: str) -> str:
    """The column of a table that a reason to set a row aside is read from."""
    period = next((column.name for column in TABLES[table] if column.target == "t"), "customer_id")
    named = {UNKNOWN_CUSTOMER: "customer_id", AFTER_AS_OF: period, NO_PAIN_POINTS: "pain_point"}
    named |= {SPLIT: "pain_point" if table == "incidents" else "stage"}
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
    found = []
    if int(seen.periods[0]) == 1:
        found.append(review("D332", "1 period", "2 periods or more"))
    if int(seen.margins[0]) == 0 and study.study.margin_rate is None:
        found.append(review("D333", "neither margin nor margin_rate", "one of them"))
    if study.finance.revenue_basis == "estimated":
        found.append(review("D450", "revenue_basis is estimated", "booked revenue"))
    return found


def _near_columns(source: Source) -> list[Check]:
    """A review for each table with a column that is not read and is named much like one that would be."""
    found = []
    for table, unread in source.unread.items():
        known = [name for name in names_of(table) if name not in source.present[table]]
        near = {name: meant for name in unread if (meant := _near_name(name, known))}
        if not near:
            continue
        lines = "; ".join(f'{meant} = "{cut(name, LONGEST_NAME)}"' for name, meant in near.items())
        others = len(unread) - len(near)
        beside = f"; other columns not read: {others:,}" if others else ""
        said = f"{table}: {', '.join(repr(cut(name, LONGEST_NAME)) for name in near)} not read{beside}"
        remedy = f"where meant, write in [data.columns.{table}]: {lines}"
        found.append(replace(review("D345", said, "optional"), remedy=remedy))
    return found


def _near_name(name: str, known: Sequence[str]) -> str:
    folded = name.strip().casefold()
    words = set(re.split(r"[^a-z0-9]+", folded))
    inside = [one for one in known if len(one) >= _SHORTEST_WORD and one in words]
    return next(iter([*inside, *get_close_matches(folded, known, n=1, cutoff=_NEAR)]), "")


def _answers(source: Source) -> list[Check]:
    staged = source.staged["responses"]
    used = staged.filter(staged.set_aside.isnull())
    counted = used.aggregate(
        answers=used.count(),
        stages=used.stage.notin((OVERALL, NPS_BESIDE)).ifelse(1, 0).sum(),
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
    rows, what = source.customers, "customers"
    unnamed = rows.persona == EVERYBODY
    if "persona" in source.ledger.columns:
        rows, what = source.ledger.left_join(rows.rename(own="persona"), "customer_id"), "ledger rows"
        unnamed = rows.persona.isnull() & (rows.own == EVERYBODY)
    counted = rows.aggregate(everybody=rows.count(), unnamed=unnamed.ifelse(1, 0).sum()).execute()
    bare, everybody = int(counted.unnamed.fillna(0)[0]), int(counted.everybody[0])
    if not bare:
        return []
    # Stores and accounts are no persons, and are counted one by one.
    said = f"{bare:,}" if source.shape(study) == "sites" else persons(bare)
    return [review("D340", f"{said} of {everybody:,} {what}", "0")]


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
    active = source.ledger.filter(source.ledger.t == study.as_of)
    own = source.customers.semi_join(active, "customer_id").select("persona").distinct().execute()
    present = set(own.persona)
    if "persona" in active.columns:
        present |= set(active.select("persona").distinct().execute().persona)
    idle = sorted({f"{fix.initiative} for {fix.persona}" for fix in asked if fix.persona not in present})
    return [review("D392", ", ".join(idle), "a customer active at as_of")] if idle else []


def _never_seen(source: Source, journey: Journey) -> list[Check]:
    seen = {f"{LOW_SCORE}{stage}" for stage in journey.stage_ids()}
    if "incidents" in source.staged:
        staged = source.staged["incidents"]
        seen |= set(staged.filter(staged.set_aside.isnull()).select("pain_point").distinct().execute().pain_point)
    if source.responses is not None:
        for named in source.responses.select("pain_points").distinct().execute().pain_points.dropna():
            seen |= {name.strip() for name in str(named).split(";")}
    unseen = [name for name in journey.pain_ids() if name not in seen]
    return [review("D341", ", ".join(unseen), "seen at least once")] if unseen else []
