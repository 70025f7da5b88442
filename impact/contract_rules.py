"""The rules of the data tables: each is one condition on the engine that no used row may meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.columns import TABLES, Column
from impact.journey import NPS_BESIDE, OVERALL, Journey
from impact.source import Source
from impact.source_outcome import CHURN_KINDS, unknown_kinds
from impact.source_text import without_blanks
from impact.source_was import TOLD_STAGE
from impact.study import Study

_SCALES = "csat 1-5, nps 0-10, ces 1-7, or scale_min and scale_max of the row"
_DECIMAL_COMMA = r"^-?([0-9]{1,3}([.][0-9]{3})*|[0-9]+),[0-9]+$"
_THOUSANDS = r"^-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?$"
# Years beyond these stand for no date in the systems that write them (0001, 9999).
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_TOO_COARSE = {"year": r"^[^\s\S]$", "quarter": r"^[0-9]{4}$", "month": r"^[0-9]{4}(-?[Qq][1-4])?$"}
_DATE_SERIAL = r"^[1-9][0-9]{4}([.][0-9]+)?$"
# Below this a single large customer is common; from it on, a slip is.
_ROWS_FOR_HALF = 100
_KEYS = {
    "ledger": ("customer_id", "t"),
    "customers": ("customer_id",),
    "responses": ("response_id", "stage"),
    "assignments": ("customer_id", "initiative"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition that marks a row as wrong. `shown` is the column whose value an example prints.

    `names` asks for the distinct values at fault, where they are few words rather than numbers.
    """

    code: str
    column: str
    broken: Any
    shown: str
    found: str
    allowed: str
    remedy: str
    names: bool = False


def rules_of(name: str, table: ir.Table, source: Source, study: Study, journey: Journey | None) -> tuple[Rule, ...]:
    """The rules of one staged table, on its used rows; rules on names of the plan only where a journey is given."""
    rules = [rule for column in TABLES[name] for rule in _reading_rules(name, table, column, study)]
    rules += _key_rules(name, table)
    if name == "responses":
        rules += _response_rules(table, journey)
    if name == "ledger":
        rules += _ledger_rules(table, source, study)
    if name in {"customers", "ledger"} and journey is not None and journey.personas:
        known = tuple(persona.persona for persona in journey.personas)
        rules.append(_known_rule("D309", "persona", table.persona, known, "persona"))
    if name == "events" and journey is not None:
        rules.append(_known_rule("D307", "stage", table.stage, journey.stage_ids(), "stage"))
    if name == "incidents" and journey is not None:
        rules.append(_known_rule("D308", "pain_point", table.pain_point, journey.pain_ids(), "pain point"))
    return tuple(rules)


def with_doubled(name: str, table: ir.Table, present: frozenset[str]) -> ir.Table:
    """The table with `doubled`, this row's key stood in an earlier row, where some key stands twice."""
    keys = _KEYS.get(name)
    if keys is not None and name == "responses" and TOLD_STAGE in table.columns:
        keys = (keys[0], TOLD_STAGE)  # two stages that were merged may both be in one answer
    # Keys are counted first: to place every row in its key's order costs many times that and is rarely asked for.
    if keys is None or (name == "responses" and keys[0] not in present) or not _stands_twice(table, keys):
        return table
    if "person" in table.columns and name == "ledger":
        keys = ("person", "t", "customer_id")
    place = ibis.row_number().over(ibis.window(group_by=list(keys), order_by="source_row"))
    doubled = place > 0
    for key in keys:
        doubled = doubled & table[key].notnull()
    return table.mutate(doubled=doubled)


def _stands_twice(table: ir.Table, keys: tuple[str, ...]) -> bool:
    keyed = table.filter(table[keys[0]].notnull())
    groups = keyed.group_by(list(keys)).aggregate(rows=keyed.count())
    counted = groups.aggregate(groups=groups.count(), rows=groups.rows.sum().fill_null(0)).execute()
    return int(counted.rows[0]) > int(counted.groups[0])


def unknown_named_pains(table: ir.Table, known: Sequence[str]) -> ir.Table:
    """Rows of the answers, one a named pain point that the plan does not list."""
    named = table.filter(table.pain_points.notnull()).select(
        "source_row", "customer_id", pain_point=table.pain_points.split(";").unnest()
    )
    named = named.mutate(pain_point=without_blanks(named.pain_point)).filter(lambda t: t.pain_point != "")
    return named.filter(named.pain_point.notin(known)) if known else named


def _reading_rules(name: str, table: ir.Table, column: Column, study: Study) -> list[Rule]:
    target, rules = column.target, []
    if column.kind in {"number", "flag"}:
        rules += _number_rules(column, table)
    if column.kind == "period":
        rules += _period_rules(column, table, study)
    if column.required and column.name != "score":
        blank = table[target].isnull()
        if column.kind != "text":
            blank = blank & table[f"{target}_unread"].isnull()
        rules.append(
            Rule(
                code="D310",
                column=column.name,
                broken=blank,
                shown=target,
                found=f"{column.name} is blank",
                allowed="a value in each row",
                remedy="fill it in, or leave the row out",
            )
        )
    return rules


def _number_rules(column: Column, table: ir.Table) -> list[Rule]:
    text = table[f"{column.target}_unread"]
    thousands = text.re_search(_THOUSANDS)
    comma = text.re_search(_DECIMAL_COMMA) & ~thousands
    may_be_blank = not column.required or column.name == "score"
    words = (f"{column.name} cannot be read", "a number", "correct the cells" + (", or blank them" * may_be_blank))
    by_comma = (
        f"{column.name} cannot be read: it looks like a decimal comma",
        "a number with a point for the decimals and nothing between the thousands",
        "write 1234.5 for 1.234,5 or 1234,5",
    )
    by_thousands = (
        f"{column.name} cannot be read: it has a comma before three digits",
        "a number with a point for the decimals and nothing between the thousands",
        "write 1000 where 1,000 is a thousand, and 1.000 where it is one",
    )
    return [
        _unread("D303", column, text.notnull() & thousands, by_thousands),
        _unread("D303", column, text.notnull() & comma, by_comma),
        _unread("D303", column, text.notnull() & ~comma & ~thousands, words),
    ]


def _period_rules(column: Column, table: ir.Table, study: Study) -> list[Rule]:
    text, t = table[f"{column.target}_unread"], table[column.target]
    coarse = text.re_search(_TOO_COARSE[study.period_kind])
    serial = text.re_search(_DATE_SERIAL)
    allowed = "2026Q3, 2026-09, 2026 or 2026-09-30 (year-month-day)"
    too_coarse = (
        f"{column.name} is coarser than the ledger's step",
        f"{allowed}, not coarser than a {study.period_kind}",
        "give the finer period, or set [study] period",
    )
    as_serial = (
        f"{column.name} cannot be read: it looks like the number behind a date in Excel",
        allowed,
        "format the column as dates, or as text such as 2026-09-30",
    )
    other = text.notnull() & ~coarse & ~serial
    return [
        _unread("D304", column, text.notnull() & coarse, too_coarse),
        _unread("D304", column, text.notnull() & serial, as_serial),
        _unread("D304", column, other, (f"{column.name} cannot be read", allowed, "correct the cells")),
        Rule(
            code="D394",
            column=column.name,
            broken=(t < _FIRST_YEAR * study.periods_a_year) | (t >= (_LAST_YEAR + 1) * study.periods_a_year),
            shown=column.target,
            found=f"{column.name} is of no year of this company",
            allowed=f"a year from {_FIRST_YEAR} to {_LAST_YEAR}",
            remedy="correct it" if column.required else "correct it, or blank it where it stands for no date",
        ),
    ]


def _unread(code: str, column: Column, broken: ir.Value, words: tuple[str, str, str]) -> Rule:
    found, allowed, remedy = words
    return Rule(
        code=code,
        column=column.name,
        broken=broken,
        shown=f"{column.target}_unread",
        found=found,
        allowed=allowed,
        remedy=remedy,
    )


def _key_rules(name: str, table: ir.Table) -> list[Rule]:
    if "doubled" not in table.columns:
        return []
    words = {
        "ledger": ("customer_id and period stand twice", "one row a customer and period", "sum or remove the others"),
        "customers": ("customer_id stands twice", "one row a customer", "remove the others"),
        "responses": ("response_id and stage stand twice", "one row an answer", "remove the others"),
        "assignments": (
            "a customer is assigned twice to one initiative",
            "one row a customer and initiative: treated or control, from one period",
            "keep the row of what was meant for the customer, whatever became of it",
        ),
    }
    found, allowed, remedy = words[name]
    key = _KEYS[name]
    return [
        Rule(
            code="P282" if name == "assignments" else "D305",
            column=key[0],
            broken=table.doubled,
            shown=key[-1],
            found=found,
            allowed=allowed,
            remedy=remedy,
        )
    ]


def _response_rules(table: ir.Table, journey: Journey | None) -> list[Rule]:
    read = table.scale_min_unread.isnull() & table.scale_max_unread.isnull()
    scaled = (table.scale_min < table.scale_max).fill_null(False)  # noqa: FBT003
    rules = [
        Rule(
            code="D317",
            column="metric",
            broken=read & ~scaled,
            shown="metric",
            found="the score has no scale",
            allowed=_SCALES,
            remedy="fill in scale_min below scale_max, or a known metric",
        ),
        Rule(
            code="D306",
            column="score",
            broken=(table.score < table.scale_min) | (table.score > table.scale_max),
            shown="score",
            found="the score is off its scale",
            allowed=_SCALES,
            remedy="blank it where it is a code for a missing answer, or give its scale",
        ),
        _bounds_rule("n", table.n <= 0, "a number above 0, blank for 1"),
        _bounds_rule("weight", table.weight < 0, "a number from 0, blank for 1"),
    ]
    if journey is not None:
        stage = table.stage.nullif(NPS_BESIDE)
        rules.append(_known_rule("D307", "stage", stage, (*journey.stage_ids(), OVERALL), "stage"))
    return rules


def _bounds_rule(column: str, broken: ir.Value, allowed: str) -> Rule:
    return Rule(
        code="D318",
        column=column,
        broken=broken,
        shown=column,
        found=f"{column} is out of bounds",
        allowed=allowed,
        remedy="correct it",
    )


def _ledger_rules(table: ir.Table, source: Source, study: Study) -> list[Rule]:
    rules = [
        Rule(
            code="D311",
            column="retained",
            broken=table.retained.notin([0.0, 1.0]),
            shown="retained",
            found="retained is neither 0 nor 1",
            allowed="1 (still active next period), 0, or blank where not yet known",
            remedy="correct it",
        ),
        Rule(
            code="D372",
            column="churn_kind",
            broken=unknown_kinds(table),
            shown="churn_kind",
            found="a kind of leaving that is not known",
            allowed=", ".join(CHURN_KINDS),
            remedy="correct the word, or blank it where the customer did not leave",
            names=True,
        ),
    ]
    rules += _half_of_all(table)
    # with rates, what has none is a finding of its own that lists the pairs
    rules += [] if "rate" in table.columns else [_currency_rule(table, study)]
    size = study.model.size
    if size in source.extras["ledger"] and table[size].type().is_numeric():
        blank = table[size].isnull() | (table[size] <= 0)
        rules.append(_bounds_rule(str(size), blank, "a number above 0 in each row"))
    return rules


def _currency_rule(table: ir.Table, study: Study) -> Rule:
    own = study.study.currency
    return Rule(
        code="D316",
        column="currency",
        broken=table.currency.upper() != own,
        shown="currency",
        found=f"the money is not in {own}",
        allowed=f"{own}, or blank",
        remedy=f"name a file of rates in [finance] rates, or convert the ledger to {own}",
        names=True,
    )


def _half_of_all(table: ir.Table) -> list[Rule]:
    """The rule that no row holds over half of all revenue, counted in the largest row so that no sum overflows."""
    size = table.revenue.abs()
    largest = table.aggregate(rows=table.count(), largest=size.max()).execute()
    most = float(largest.largest.astype(float).fillna(0)[0])
    if int(largest.rows[0]) < _ROWS_FOR_HALF or most == 0:
        return []
    total = float(table.aggregate(total=(size / most).sum()).execute().total[0])
    return [
        Rule(
            code="D321",
            column="revenue",
            broken=size / most > total / 2,
            shown="revenue",
            found="the row holds over half of all revenue",
            allowed="at most half of the total in one row",
            remedy="correct the row: a total or a lost decimal point? or leave it out",
        )
    ]


def _known_rule(code: str, column: str, value: Any, known: Sequence[str], what: str) -> Rule:  # noqa: ANN401
    return Rule(
        code=code,
        column=column,
        broken=value.notin(known) if known else value.notnull(),
        shown=column,
        found=f"{what} the plan does not list",
        allowed=", ".join(known[:12]) or f"none: the plan lists no {what}",
        remedy=f"correct the {what}, or add it to the plan",
        names=True,
    )
