"""The contract of the data tables, asked of every row on the engine: what is wrong, and what is worth knowing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir

from impact.checks import Check
from impact.codes import CODES
from impact.columns import TABLES
from impact.contract_answers import answer_rules
from impact.contract_books import tie_to_books
from impact.contract_ids import id_faults, meetings
from impact.contract_ledger import ledger_faults
from impact.contract_results import shown_value
from impact.contract_reviews import table_reviews
from impact.contract_rollouts import rollout_data_faults
from impact.contract_rules import Rule, rules_of, unknown_named_pains, with_doubled
from impact.contract_segments import segment_faults, segment_reviews
from impact.contract_steps import step_faults, step_reviews
from impact.contract_study import long_ids, study_faults
from impact.earlier_ids import pains_were, split
from impact.errors import Finding
from impact.event import Event
from impact.ids import cut, shown_id
from impact.initiative import Plan
from impact.journey import Journey
from impact.outlook import Outlook, read_outlook
from impact.source import Source
from impact.source_staging import UNKNOWN_CUSTOMER, file_row
from impact.step_downs import stands_in
from impact.study import Study
from impact.study_faults import nearest

if TYPE_CHECKING:
    import pandas as pd

MOST_REJECTS = 1_000
_EXAMPLES = 3
_NAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What the tables' rules found.

    `findings` are errors, `checks` passes and reviews. `rejects` holds by table up to 1,000 rows a
    rule: source_row, customer_id, code, column, value, reason, ids as they may leave. `ruled` holds by
    table every rule with the number of rows that break it. `reconciliation` is the ledger beside the books, `outlook`
    the company's own where it has one.
    """

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    rejects: Mapping[str, pd.DataFrame]
    ruled: Mapping[str, tuple[tuple[Rule, int], ...]]
    reconciliation: pd.DataFrame
    outlook: Outlook | None = None


def check_tables(source: Source, study: Study, journey: Journey | None, plan: Plan | None = None) -> TableReport:
    """The report of every rule on every table; None for a journey leaves out what the plan must name."""
    events: Sequence[Event] = plan.events if plan is not None else ()
    books, met_by = tie_to_books(source, study), meetings(source)
    outlook, amiss = read_outlook(study)
    findings = [*study_faults(source, study), *id_faults(source, study, met_by), *step_faults(source, study, events)]
    findings += [*ledger_faults(source, study), *segment_faults(source, study), *books.findings, *amiss]
    if journey is not None:
        findings += long_ids(source, study, journey)
    if plan is not None:
        findings += rollout_data_faults(source, study, plan)
    passes: list[Check] = []
    rejects: dict[str, list[pd.DataFrame]] = {}
    ruled: dict[str, tuple[tuple[Rule, int], ...]] = {}
    for name, staged in source.staged.items():
        table = with_doubled(name, staged.filter(staged.set_aside.isnull()), source.present[name])
        rules = (*rules_of(name, table, source, study, journey), *answer_rules(name, table, study))
        ruled[name] = _counted(table, rules)
        broken = [(rule, count) for rule, count in ruled[name] if count]
        for rule, count in broken:
            rows = _rejected(table, rule, study)
            rejects.setdefault(name, []).append(rows)
            findings.append(_finding(source, name, rule, (count, rows, _names_at_fault(table, rule))))
        if not broken:
            passes.append(_passed(source, name, len(rules)))
    if journey is not None and "pain_points" in source.present.get("responses", ()) and not stands_in(journey):
        findings += _named_pains(source, journey)
    reviews = (*step_reviews(source, study, journey, events), *table_reviews(source, study, journey, plan, met_by))
    return TableReport(
        findings=tuple(findings),
        checks=(*reviews, *books.checks, *segment_reviews(source, study), *passes),
        rejects=_joined(source, study, rejects),
        ruled=ruled,
        reconciliation=books.table,
        outlook=outlook,
    )


def _counted(table: ir.Table, rules: tuple[Rule, ...]) -> tuple[tuple[Rule, int], ...]:
    counts = table.aggregate(
        **{f"rule_{place}": rule.broken.ifelse(1, 0).sum().fill_null(0) for place, rule in enumerate(rules)}
    ).execute()
    return tuple((rule, int(counts[f"rule_{place}"][0])) for place, rule in enumerate(rules))


def _rejected(table: ir.Table, rule: Rule, study: Study) -> pd.DataFrame:
    broken = table.filter(rule.broken).select("source_row", "customer_id", value=table[rule.shown].cast("string"))
    rows: pd.DataFrame = broken.order_by("source_row", "customer_id", "value").limit(MOST_REJECTS).execute()
    rows = rows.sort_values(["source_row", "customer_id", "value"], ignore_index=True)  # no server's own alphabet
    return rows.assign(
        customer_id=[shown_id(one, study) for one in rows.customer_id],
        code=rule.code,
        column=rule.column,
        value=[shown_value(one, rule.shown, study) for one in rows.value],
        reason=rule.found,
    )


def _names_at_fault(table: ir.Table, rule: Rule) -> str:
    if not rule.names:
        return ""
    named = table.filter(rule.broken).group_by(rule.shown).aggregate(rows=lambda t: t.count())
    rows = named.order_by([named.rows.desc(), named[rule.shown]]).limit(_NAMES).execute()
    return _names_in_words(rows[rule.shown], rows.rows)


def _names_in_words(names: Any, counts: Any) -> str:  # noqa: ANN401
    return ", ".join(f"{cut(str(name))!r} ({int(count):,})" for name, count in zip(names, counts, strict=True))


def _finding(source: Source, name: str, rule: Rule, found: tuple[int, pd.DataFrame, str]) -> Finding:
    count, rows, names = found
    near = ""
    if names:
        known = [word.strip() for word in rule.allowed.split(",")]
        near = nearest(str(rows.value.iloc[0]), known)
    return Finding(
        code=rule.code,
        place=f"{source.files[name]} {rule.column}",
        found=f"{_rows(count)}: {rule.found}" + (f": {names}" if names else ""),
        allowed=rule.allowed,
        remedy=f"did you mean {near}? {rule.remedy}" if near else rule.remedy,
        rows=tuple(_example(source, name, rule, row) for row in rows.head(_EXAMPLES).itertuples()),
    )


def _example(source: Source, name: str, rule: Rule, row: Any) -> str:  # noqa: ANN401
    target = rule.shown.removesuffix("_unread")
    shown = next((column.name for column in TABLES[name] if column.target == target), target)
    at = file_row(source.files[name], row.source_row)
    said = f"customer_id={row.customer_id}, {shown}={row.value}"
    return f"{at}: {said}" if at else said


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _passed(source: Source, name: str, rules: int) -> Check:
    page = CODES["D300"]
    return Check(
        code="D300",
        check=f"{name}: {page.title.casefold()}",
        status="pass",
        found=f"{rules} rules kept by {_rows(source.rows_used(name))}",
        limit="0 rows at fault",
        text=page.why,
        remedy=page.remedy,
    )


def _named_pains(source: Source, journey: Journey) -> list[Finding]:
    staged = source.staged["responses"]
    known = (*journey.pain_ids(), *split(pains_were(journey)))
    unknown = unknown_named_pains(staged.filter(staged.set_aside.isnull()), known)
    counted = unknown.group_by("pain_point").aggregate(rows=unknown.count(), first=unknown.source_row.min())
    names = counted.order_by([counted.rows.desc(), counted.pain_point]).limit(_NAMES).execute()
    if names.empty:
        return []
    first = [file_row(source.files["responses"], row) for row in names["first"]]
    return [
        Finding(
            code="D308",
            place=f"{source.files['responses']} pain_points",
            found=f"pain points the plan does not list: {_names_in_words(names.pain_point, names.rows)}",
            allowed=", ".join(journey.pain_ids()[:12]) or "none: the plan lists no pain point",
            remedy="correct them, or add them to the plan",
            rows=tuple(
                f"{row}: pain_points has {cut(name)}" if row else f"pain_points has {cut(name)}"
                for row, name in zip(first, names.pain_point, strict=True)
            )[:_EXAMPLES],
        )
    ]


def _joined(source: Source, study: Study, rejects: Mapping[str, list[pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    frames = {name: list(found) for name, found in rejects.items()}
    for name in source.rows.table[source.rows.reason == UNKNOWN_CUSTOMER]:
        staged = source.staged[str(name)]
        aside = staged.filter(staged.set_aside == UNKNOWN_CUSTOMER).order_by("source_row").limit(MOST_REJECTS)
        rows = aside.select("source_row", "customer_id").execute()
        ids = [shown_id(one, study) for one in rows.customer_id]
        rows = rows.assign(customer_id=ids, code="D331", column="customer_id", value=ids, reason=UNKNOWN_CUSTOMER)
        frames.setdefault(str(name), []).append(rows)
    columns = ["source_row", "customer_id", "code", "column", "value", "reason"]
    return {name: pd.concat(found, ignore_index=True)[columns] for name, found in frames.items()}
