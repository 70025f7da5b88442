"""What the tables leave out or say weakly: each a check with status review, carried into every report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from impact.checks import Check
from impact.columns import names_of
from impact.contract_controls import control_reviews
from impact.contract_ids import equal_rows, id_reviews
from impact.contract_ledger import ledger_reviews
from impact.journey import OVERALL, Journey
from impact.plan_columns import LOW_SCORE
from impact.source import EVERYBODY, Source
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
from impact.step_downs import review
from impact.study import Study

# Names like "joined" for joined_at are found, and unlike ones ("reason" for persona) left alone.
_NEAR = 0.7
_SHORTEST_WORD = 4
_ASIDE = {UNKNOWN_CUSTOMER: "D331", AFTER_REQUEST: "D374"}


def table_reviews(source: Source, study: Study, journey: Journey | None) -> tuple[Check, ...]:
    """The reviews of the tables as they are used."""
    found = [*source.notices, *_set_aside(source), *id_reviews(source), *_near_columns(source)]
    if not study.data.unit:
        found += equal_rows(source)
    found += [*_ledger(source, study), *ledger_reviews(source, study), *control_reviews(source, study)]
    if source.responses is not None:
        found += _answers(source)
    if journey is not None and journey.personas:
        found += _personas(source)
    if journey is not None:
        found += _never_seen(source, journey)
    return tuple(found)


def _set_aside(source: Source) -> list[Check]:
    rows = source.rows[(source.rows.set_aside > 0) & (source.rows.reason != OTHER_PROGRAMME)]
    late = rows[rows.reason == AFTER_AS_OF]
    rows = rows[rows.reason != AFTER_AS_OF]
    counts = zip(late.table, late.set_aside, late.rows_in, strict=True)
    said = ", ".join(f"{table} {aside:,} of {rows_in:,}" for table, aside, rows_in in counts)
    found = [review("D335", f"rows after as_of: {said}", "0")] if said else []
    for table, reason, aside, rows_in in zip(rows.table, rows.reason, rows.set_aside, rows.rows_in, strict=True):
        said = f"{table}: {aside:,} of {rows_in:,} rows, {reason}"
        found.append(review(_aside_code(reason), said, "0"))
    return found


def _aside_code(reason: str) -> str:
    codes = {UNKNOWN_CUSTOMER: "D331", BLANK_UNIT: "D353", EARLIER_SCALE: "D364", BLANK_SCORE: "D338"}
    if reason.startswith(MISSING):
        return "D338"
    return "D359" if reason.startswith(EVENT) else codes.get(reason, "D420")


def _ledger(source: Source, study: Study) -> list[Check]:
    ledger = source.ledger
    seen = ledger.aggregate(periods=ledger.t.nunique(), margins=ledger.margin.count()).execute()
    found = []
    if int(seen.periods[0]) == 1:
        found.append(review("D332", "1 period", "2 periods or more"))
    if int(seen.margins[0]) == 0 and study.study.margin_rate is None:
        found.append(review("D333", "neither margin nor margin_rate", "one of them"))
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


def _personas(source: Source) -> list[Check]:
    rows, what = source.customers, "customers"
    unnamed = rows.persona == EVERYBODY
    if "persona" in source.ledger.columns:
        rows, what = source.ledger.left_join(rows.rename(own="persona"), "customer_id"), "ledger rows"
        unnamed = rows.persona.isnull() & (rows.own == EVERYBODY)
    counted = rows.aggregate(everybody=rows.count(), unnamed=unnamed.ifelse(1, 0).sum()).execute()
    bare, everybody = int(counted.unnamed.fillna(0)[0]), int(counted.everybody[0])
    return [review("D340", f"{bare:,} of {everybody:,} {what}", "0")] if bare else []


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
