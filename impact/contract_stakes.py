"""What a broken rule puts at stake, asked of the engine in one query a rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import ibis.expr.types as ir

from impact.codes import CODES
from impact.columns import TABLES
from impact.contract import TableReport
from impact.contract_results import RowShown, RuleResult, Stake, shown_value
from impact.contract_reviews import aside_code, aside_column
from impact.contract_rules import Rule, with_doubled
from impact.ids import shown_id
from impact.initiative import Plan
from impact.journey import Journey
from impact.source import Source
from impact.source_staging import OTHER_PROGRAMME, file_row
from impact.study import Study
from impact.study_faults import nearest

EXAMPLES = 3
_OWNERS = 3
_NAMED_BY = {"responses": "stage", "incidents": "pain_point"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The tables of a study beside its plan, and the ledger's largest row and its sum in such rows."""

    source: Source
    study: Study
    journey: Journey | None
    plan: Plan | None
    largest: float
    total: float


def rule_results(
    source: Source, study: Study, report: TableReport, journey: Journey | None, plan: Plan | None
) -> tuple[RuleResult, ...]:
    """Every rule of every table: errors and reviews with what they put at stake, then the rules kept."""
    largest, total = _ledger_size(source)
    asked = Asked(source=source, study=study, journey=journey, plan=plan, largest=largest, total=total)
    broken: list[RuleResult] = []
    kept: list[RuleResult] = []
    for name, ruled in report.ruled.items():
        staged = source.staged[name]
        used = with_doubled(name, staged.filter(staged.set_aside.isnull()), source.present[name])
        rows = source.rows_used(name)
        for rule, count in ruled:
            if count:
                broken.append(_broken(asked, name, rule, (used.filter(rule.broken), count, rows)))
            else:
                kept.append(_kept(name, rule))
        broken += _reviews(asked, name, used, rows)
    return (*broken, *_aside(asked), *kept)


def _ledger_size(source: Source) -> tuple[float, float]:
    """The largest row by size, and the sum of all rows over it, so that no sum overflows."""
    used = _ledger(source)
    largest = used.aggregate(largest=used.revenue.abs().max()).execute().largest.astype(float).fillna(0)[0]
    if not largest:
        return 1.0, 0.0
    total = used.aggregate(total=(used.revenue / float(largest)).sum()).execute().total[0]
    return float(largest), float(total)


def _ledger(source: Source) -> ir.Table:
    staged = source.staged["ledger"]
    return staged.filter(staged.set_aside.isnull() & staged.customer_id.notnull() & staged.revenue.notnull())


def _kept(name: str, rule: Rule) -> RuleResult:
    return RuleResult(
        code=rule.code,
        table=name,
        column=rule.column,
        level="pass",
        said=f"allowed: {rule.allowed}",
        remedy="",
        rows=0,
        share=0.0,
    )


def _broken(asked: Asked, name: str, rule: Rule, found: tuple[ir.Table, int, int]) -> RuleResult:
    rows, count, of = found
    shown = _examples(asked, name, rows, rule.shown)
    return RuleResult(
        code=rule.code,
        table=name,
        column=rule.column,
        level="error",
        said=rule.found,
        remedy=rule.remedy,
        rows=count,
        share=count / of if of else 0.0,
        examples=shown,
        stake=_stake(asked, name, rows, [row.value for row in shown] if rule.names else ()),
    )


def _reviews(asked: Asked, name: str, used: ir.Table, of: int) -> Iterable[RuleResult]:
    """Results of what is used and yet doubtful: assumed scales, negative revenue, blank margins."""
    conditions: list[tuple[str, ir.BooleanValue, str]] = []
    if name == "responses":
        conditions = [("D337", used.scale_assumed, "score")]
    if name == "ledger":
        conditions = [("D346", used.revenue < 0, "revenue")]
        if int(used.margin.count().execute()):
            blank = used.margin.isnull() & used.margin_unread.isnull() & used.revenue.notnull()
            conditions.append(("D342", blank, "margin"))
    for code, condition, column in conditions:
        rows = used.filter(condition)
        count = int(rows.count().execute())
        if count:
            yield _reviewed(asked, name, (code, column), (rows, count, of))


def _aside(asked: Asked) -> Iterable[RuleResult]:
    """Results of the rows set aside, by table and reason; another programme was asked to be left out."""
    account = asked.source.rows
    for table, reason, count, of in zip(account.table, account.reason, account.set_aside, account.rows_in, strict=True):
        if not count or reason == OTHER_PROGRAMME:
            continue
        staged = asked.source.staged[table]
        place = (aside_code(reason), aside_column(table, reason))
        found = _reviewed(asked, table, place, (staged.filter(staged.set_aside == reason), int(count), int(of)))
        yield replace(found, said=f"set aside: {reason}")


def _reviewed(asked: Asked, name: str, place: tuple[str, str], found: tuple[ir.Table, int, int]) -> RuleResult:
    (code, column), (rows, count, of) = place, found
    target = next((one.target for one in TABLES[name] if one.name == column), column)
    return RuleResult(
        code=code,
        table=name,
        column=column,
        level="review",
        said=CODES[code].title,
        remedy=CODES[code].remedy,
        rows=count,
        share=count / of if of else 0.0,
        examples=_examples(asked, name, rows, target),
        stake=_stake(asked, name, rows, ()),
    )


def _examples(asked: Asked, name: str, rows: ir.Table, shown: str) -> tuple[RowShown, ...]:
    target = shown.removesuffix("_unread")
    column = next((one.name for one in TABLES[name] if one.target == target), target)
    first = rows.order_by("source_row").limit(EXAMPLES)
    frame = first.select("source_row", "customer_id", value=first[shown].cast("string")).execute()
    return tuple(
        RowShown(
            row=file_row(asked.source.files[name], row.source_row),
            customer_id=shown_id(row.customer_id, asked.study),
            column=column,
            value=shown_value(row.value, shown, asked.study),
        )
        for row in frame.itertuples()
    )


def _stake(asked: Asked, name: str, rows: ir.Table, miswritten: Sequence[str]) -> Stake:
    """What rows at fault reach; `miswritten` are names in them that may stand for one of the plan's."""
    words = _words(asked, name)
    marks = {f"word_{place}": (rows[_NAMED_BY[name]] == word).ifelse(1, 0).max() for place, word in enumerate(words)}
    at_fault = rows.filter(rows.customer_id.notnull())
    at_fault = at_fault.group_by("customer_id").aggregate(seen=at_fault.count(), **marks)
    ledger = _ledger(asked.source)
    money = ledger.group_by("customer_id").aggregate(revenue=(ledger.revenue / asked.largest).sum())
    both = at_fault.left_join(money, "customer_id")
    sums = {"customers": both.count(), "revenue": both.revenue.sum(), **{mark: both[mark].max() for mark in marks}}
    found = both.aggregate(**sums).execute().astype(float).fillna(0).iloc[0]
    met = [word for mark, word in zip(marks, words, strict=True) if found[mark]]
    met += [near for near in (nearest(word, words) for word in miswritten) if near and near not in met]
    revenue = float(found["revenue"]) * asked.largest
    return Stake(
        customers=int(found["customers"]),
        revenue=revenue if math.isfinite(revenue) else None,
        revenue_share=float(found["revenue"]) / asked.total if asked.total > 0 else None,
        initiatives=_initiatives(asked, name, met),
        owner=_owner(asked, name, met),
    )


def _words(asked: Asked, name: str) -> list[str]:
    """The plan's names that a row of the table can name: its stages or pain points."""
    if asked.journey is None or name not in _NAMED_BY:
        return []
    return [*(asked.journey.stage_ids() if name == "responses" else asked.journey.pain_ids())]


def _initiatives(asked: Asked, name: str, met: Sequence[str]) -> tuple[str, ...]:
    """Initiatives whose fixes rest on the stages or pain points met; every one where the rows name none."""
    if asked.journey is None or asked.plan is None:
        return ()
    pains = set(asked.journey.pain_ids())
    if met:
        by = _NAMED_BY[name]
        pains = {pain.pain_point for pain in asked.journey.pain_points if getattr(pain, by) in met}
    touched = {fix.initiative for fix in asked.plan.fixes if fix.pain_point in pains}
    return tuple(name for name in asked.plan.ids() if name in touched)


def _owner(asked: Asked, name: str, met: Sequence[str]) -> str:
    """The owners of the stages or pain points met, with the owner of the table's export."""
    export = f"owner of the {name} export"
    if asked.journey is None or not met:
        return export
    listed = asked.journey.stages if name == "responses" else asked.journey.pain_points
    named = {getattr(one, _NAMED_BY[name]): one.owner for one in listed}
    owners = list(dict.fromkeys(named[word] for word in met if named.get(word)))
    if not owners:
        return export
    more = f" and {len(owners) - _OWNERS} more" if len(owners) > _OWNERS else ""
    return f"{', '.join(owners[:_OWNERS])}{more}; {export}"
