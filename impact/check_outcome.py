"""What `check` says of a study: rows, rules with what they put at stake, faults and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from impact.checks import Check
from impact.contract_results import RuleResult
from impact.errors import Finding
from impact.groups import LEAST_GROUP, persons
from impact.intake import Inspection

if TYPE_CHECKING:
    import pandas as pd

    from impact.journey import Journey
    from impact.source import Source
    from impact.study import Study

STAKES = ("customers", "revenue", "initiatives", "who mends it")
MOST_INITIATIVES = 4
SECTIONS = {
    "coverage": "What is measured of the journey",
    "response_rates": "Who answers: response rates",
    "respondents": "Those who answer beside those who do not",
    "transitions": "Ways from stage to stage",
    "stage_flow": "Drop-off, repeats and exits by stage",
}
ROWS = ("table", "rows_in", "rows_used", "set_aside", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What `check` found: nothing is fitted, and a study with faults is told as far as it could be read.

    `rows` has table, rows_in, rows_used, set_aside, reason. `rejects` holds by table the rows at fault.
    `sections` are further tables with their titles. `persons` says whether a customer is a person, so
    that a group under five is not told by its number.
    """

    name: str
    currency: str
    summary: str
    rows: pd.DataFrame
    checks: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    results: tuple[RuleResult, ...] = ()
    rejects: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    sections: tuple[tuple[str, pd.DataFrame], ...] = ()
    persons: bool = True

    @property
    def verdict(self) -> str:
        """One sentence: whether the study may be run, and what to do first."""
        if self.findings:
            count = len(self.findings)
            return f"Not to be run: {count:,} {'fault' if count == 1 else 'faults'} to mend first."
        if any(check.status == "fail" for check in self.checks):
            return "Not to be run on as it is: a check failed."
        reviews = sum(check.status == "review" for check in self.checks)
        if not reviews:
            return "Ready to run."
        return f"Ready to run; {reviews:,} {'point' if reviews == 1 else 'points'} to review."


def check_outcome(found: Inspection, path: Path) -> CheckOutcome:
    """The outcome of `check` for a study as it was inspected."""
    import pandas as pd

    study, source, report = found.study, found.source, found.report
    rows = pd.DataFrame(columns=list(ROWS)) if source is None else source.rows
    outcome = CheckOutcome(
        name=study.study.name if study else path.name,
        currency=study.study.currency if study else "",
        summary=_summary(found, rows, path),
        rows=rows,
        checks=found.checks,
        findings=found.findings,
    )
    if study is None or source is None or report is None:
        return outcome
    from impact.contract_stakes import rule_results

    journey, plan = (found.case.journey, found.case.plan) if found.case else (None, None)
    outcome = replace(
        outcome,
        results=rule_results(source, study, report, journey, plan),
        rejects=report.rejects,
        persons=source.shape(study) != "sites",
    )
    return outcome if found.findings or journey is None else _with_coverage(outcome, source, journey, study)


def _with_coverage(outcome: CheckOutcome, source: Source, journey: Journey, study: Study) -> CheckOutcome:
    """The outcome with what the data cover of the journey, and its reviews."""
    from impact.coverage import coverage_checks, measure_coverage
    from impact.engine_faults import engine_faults_told

    with engine_faults_told(source.engine.shown):
        coverage = measure_coverage(source, journey, study)
    return replace(
        outcome,
        checks=(*outcome.checks, *coverage_checks(coverage)),
        sections=tuple((SECTIONS[name], table) for name, table in coverage.tables().items() if len(table)),
    )


def _summary(found: Inspection, rows: pd.DataFrame, path: Path) -> str:
    name = found.study.study.name if found.study else path.name
    if found.source is None:
        return f"{name}: no table was read"
    first = rows.groupby("table").first()
    summary = f"{name}: {int(first.rows_used.sum()):,} of {int(first.rows_in.sum()):,} rows used"
    if found.case is None:
        return summary
    journey, plan = found.case.journey, found.case.plan
    summary += f", {len(journey.stages)} stages, {len(journey.pain_points)} pain points"
    return f"{summary}, {len(plan.initiatives)} initiatives"


def shown_stake(result: RuleResult, outcome: CheckOutcome) -> dict[str, object] | None:
    """What a broken rule puts at stake by field name; of a group under five persons neither number nor money."""
    stake = result.stake
    if stake is None:
        return None
    fields = asdict(stake)
    if outcome.persons and 0 < stake.customers < LEAST_GROUP:
        fields |= {"customers": None, "revenue": None, "revenue_share": None}
    return fields


def stake_texts(result: RuleResult, outcome: CheckOutcome) -> tuple[str, str, str, str]:
    """What a broken rule puts at stake in words, in the order of `STAKES`; blank where nothing is."""
    stake, shown = result.stake, shown_stake(result, outcome)
    if stake is None or shown is None:
        return "", "", "", ""
    customers = persons(stake.customers) if outcome.persons else f"{stake.customers:,}"
    revenue = "" if shown["revenue_share"] is None else f"{shown['revenue_share']:.1%}"
    if revenue and shown["revenue"] is not None:
        revenue = f"{shown['revenue']:,.0f} {outcome.currency} ({revenue})"
    more = len(stake.initiatives) - MOST_INITIATIVES
    named = ", ".join(stake.initiatives[:MOST_INITIATIVES]) + (f" and {more} more" if more > 0 else "")
    return customers, revenue, named, stake.owner
