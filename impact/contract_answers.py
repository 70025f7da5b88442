"""What answers must keep to be counted and expressed as the study asks, and who gave them."""

from __future__ import annotations

import ibis.expr.types as ir

from impact.checks import Check
from impact.columns import COUNTS
from impact.contract_rules import Rule
from impact.source import Source
from impact.source_answers import as_expressed, not_expressible
from impact.step_downs import review
from impact.study import Study

# Beyond rounding: a published NPS is a whole number.
_ROUNDED = 1.0
_ROLES = 6
_ALLOWED = {
    "top2box": "single answers on a scale of four points or more, or promoters, passives and detractors",
    "nps": "single answers on 0-10, an NPS on -100 to 100, or promoters, passives and detractors",
}


def answer_rules(name: str, table: ir.Table, study: Study) -> tuple[Rule, ...]:
    """The rules of counts, of spreads and of what can be expressed."""
    if name != "responses":
        return ()
    express = study.survey.express
    rules = [
        Rule(
            code="D318",
            column="sd",
            broken=table.sd < 0,
            shown="sd",
            found="sd is out of bounds",
            allowed="a number from 0, blank where not known",
            remedy="correct it",
        ),
        *_count_rules(table),
    ]
    if express != "mean":
        rules.append(
            Rule(
                code="D357",
                column="score",
                broken=table.score.notnull() & not_expressible(table, express),
                shown="stage",
                found=f'the score cannot be expressed as "{express}"',
                allowed=_ALLOWED[express],
                remedy='set [survey] express = "mean", or bring the single answers or the counts',
            )
        )
    return tuple(rules)


def _count_rules(table: ir.Table) -> list[Rule]:
    if "counted" not in table.columns:
        return []
    counts = [table[name] for name in COUNTS]
    some = counts[0].notnull() | counts[1].notnull() | counts[2].notnull()
    rules = [
        _count_rule(name, (count < 0) | (count != count.floor()), "not a count", "a whole number from 0")
        for name, count in zip(COUNTS, counts, strict=True)
    ]
    return [
        *rules,
        _count_rule("promoters", some & ~table.counted, "counted in part", "all three counts, or none"),
        _count_rule("n", table.counted & (table.stated_n != table.n), "n is not the sum of the counts", "their sum"),
        _count_rule(
            "score",
            table.counted & ((table.stated_score - table.score).abs() > _ROUNDED),
            "the score is not the NPS of its counts",
            "100 x (promoters - detractors) / all, or blank",
        ),
    ]


def _count_rule(column: str, broken: ir.Value, found: str, allowed: str) -> Rule:
    shown = {"n": "stated_n", "score": "stated_score"}.get(column, column)
    return Rule(
        code="D356",
        column=column,
        broken=broken,
        shown=shown,
        found=found,
        allowed=allowed,
        remedy="correct the counts, or blank what disagrees with them",
    )


def people_reviews(source: Source, study: Study) -> list[Check]:
    """The review of accounts for which several people answered in one stage and period."""
    if "respondent_id" not in source.present.get("responses", ()) or study.data.unit:
        return []
    staged = source.staged["responses"]
    named = staged.filter(staged.set_aside.isnull() & staged.respondent_id.notnull() & staged.score.notnull())
    rows = as_expressed(named, study.survey.express)
    weight = rows.n * rows.weight
    own = rows.group_by("customer_id", "t", "stage", "respondent_id").agg(
        score=(rows.score * weight).sum() / weight.sum().nullif(0.0)
    )
    groups = own.group_by("customer_id", "t", "stage").agg(
        people=own.count(), total=own.score.sum(), squares=(own.score * own.score).sum()
    )
    several = groups.filter(groups.people > 1)
    counted = several.aggregate(
        accounts=several.customer_id.nunique(),
        spread=(several.squares - several.total * several.total / several.people).sum(),
        free=(several.people - 1).sum(),
    ).execute()
    accounts = int(counted.accounts[0])
    if not accounts:
        return []
    sd = (max(float(counted.spread[0]), 0.0) / float(counted.free[0])) ** 0.5
    many = "1 account" if accounts == 1 else f"{accounts:,} accounts"
    said = f"{many} with several people in a stage and period; sd within an account {sd:.2g} points"
    return [review("D367", said + _roles(named), "each person counts once")]


def _roles(named: ir.Table) -> str:
    given = named.filter(named.role.notnull())
    counts = given.group_by("role").agg(people=given.respondent_id.nunique())
    roles = counts.order_by([counts.people.desc(), counts.role]).limit(_ROLES).execute()
    shown = ", ".join(f"{role} {int(people):,}" for role, people in zip(roles.role, roles.people, strict=True))
    return f"; people by role: {shown}" if shown else ""
