"""The sections of `study.toml`: every setting with its type, default and bounds.

The description of a field is what a finding prints as allowed.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

TableName = Literal["responses", "customers", "ledger", "incidents", "events", "assignments"]
MissingReason = Literal["not_visited", "not_asked", "not_answered"]
Direction = Literal["high_is_good", "low_is_good"]
Names = Annotated[tuple[str, ...], Field(strict=False)]
Rows = Annotated[tuple[dict[str, Any], ...], Field(strict=False)]


def _period_text(value: object) -> object:
    """The text of a period that TOML read as a number or a date."""
    if isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int | datetime.date) else value


PeriodText = Annotated[str, BeforeValidator(_period_text)]
FileText = Annotated[str, Field(min_length=1)]


class StudySection(BaseModel):
    """`[study]`: what is asked, in which money, as of when."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=120, description="a text of 1 to 120 characters")
    currency: str = Field(
        pattern=r"^([A-Z]{3}|[a-z]{4,20})$",
        description='a three-letter currency code such as "EUR", or what is counted where there is no money, such as '
        '"purchases"',
    )
    as_of: PeriodText = Field(description='the last period with data, such as "2026Q3"')
    period: Literal["quarter", "month", "year"] = Field("quarter", description='"quarter", "month" or "year"')
    horizon_quarters: int = Field(12, ge=1, le=80, description="a whole number of quarters, 1 to 80")
    discount_rate: float = Field(0.10, ge=0, le=1, description="a share a year, 0 to 1, such as 0.10")
    margin_rate: float | None = Field(None, gt=0, le=1, description="a share of revenue above 0, at most 1")
    relationship: Literal["contract", "repeat", "site"] | None = Field(
        None, description='"contract", "repeat" or "site"'
    )
    inactive_after: int = Field(2, ge=1, le=40, description="a whole number of periods, 1 to 40")
    report_by: Names = Field((), description="a list of column names")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="a whole number from 0")
    shape: Literal["auto", "customers", "sites"] = Field("auto", description='"auto", "customers" or "sites"')
    notice: str | None = Field(
        None, min_length=1, max_length=300, description="a sentence that every page shows, up to 300 characters"
    )
    truth: FileText | None = Field(
        None, description="of a simulated study: a csv of item, value, shown beside the estimates"
    )


class ItemSection(BaseModel):
    """`[data.items.ITEM]`: what a question or activity of an export is.

    `labels` gives the number of a text, `options` the pain point of a choice ("" for none), `missing` the
    reason behind a code or text, under "" that of a blank cell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    stage: str | None = Field(None, min_length=1)
    kind: Literal["score", "pain_points"] = "score"
    metric: Literal["csat", "nps", "ces", "rating"] | None = None
    scale_min: float | None = Field(None, allow_inf_nan=False)
    scale_max: float | None = Field(None, allow_inf_nan=False)
    direction: Direction | None = None
    labels: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = Field(default_factory=dict)
    options: dict[str, str] = Field(default_factory=dict)
    missing: dict[str, MissingReason] = Field(default_factory=dict)


class DataSection(BaseModel):
    """`[data]`: where the tables are and how their columns are called."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    source: str = Field("duckdb", description='"duckdb", or the address of a server: "postgres://…", "spark://…"')
    responses: FileText | None = Field(None, description="a csv, parquet or xlsx file, or a table at the source")
    customers: FileText | None = Field(None, description="a csv, parquet or xlsx file, or a table at the source")
    ledger: FileText = Field(description="a csv, parquet or xlsx file, or a table at the source")
    incidents: FileText | None = Field(None, description="a csv, parquet or xlsx file, or a table at the source")
    events: FileText | None = Field(None, description="a csv, parquet or xlsx file, or a table at the source")
    assignments: FileText | None = Field(None, description="a csv, parquet or xlsx file, or a table at the source")
    format: str | dict[TableName, str] = Field(
        "canonical", description='"canonical", the name of a format, or { TABLE = "format" }'
    )
    id_key: str | None = Field(None, description="the name of an environment variable")
    timezone: str | None = Field(None, description='a time zone such as "Europe/Berlin"')
    scale_direction: Direction = Field("high_is_good", description='"high_is_good" or "low_is_good"')
    unit: Names = Field((), description="a list of column names")
    columns: dict[TableName, dict[str, str]] = Field(
        default_factory=dict, description='[data.columns.TABLE] canonical = "theirs"'
    )
    items: dict[str, ItemSection] = Field(
        default_factory=dict,
        description="[data.items.ITEM] with stage, kind, metric, scale_min, scale_max, direction, labels, options, "
        "missing",
    )


class SurveySection(BaseModel):
    """`[survey]`: which programme is read and how a score is expressed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    programme: str | None = Field(None, min_length=1, description="the name of one survey programme")
    express: Literal["mean", "top2box", "nps"] = Field("mean", description='"mean", "top2box" or "nps"')


class FinanceSection(BaseModel):
    """`[finance]`: how the books are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fiscal_year_start: int = Field(1, ge=1, le=12, description="a month, 1 to 12")
    basis: Literal["nominal", "real"] = Field("nominal", description='"nominal" or "real"')
    tax_rate: float = Field(0.0, ge=0, lt=1, description="a share from 0, below 1")
    revenue_basis: Literal["recognised", "billed", "cash", "estimated"] = Field(
        "recognised", description='"recognised", "billed", "cash" or "estimated"'
    )
    rates: FileText | None = Field(None, description="a table file")
    control_totals: FileText | None = Field(None, description="a table file")
    outlook: FileText | None = Field(None, description="a table file")


Positive = Annotated[float, Field(gt=0)]
Prior = Annotated[tuple[Positive, Positive], Field(strict=False)]
Share = Annotated[float, Field(gt=0, le=1)]


class ModelSection(BaseModel):
    """`[model]`: what is held fixed and how much of an observed effect is believed.

    `size` names the ledger column that revenue is divided by when units of different size are
    compared with each other (beds, seats, floor space). `cluster` names the column whose values share
    what is not known (the host of several listings, the chain of several shops): standard errors of a
    study of sites allow for it. `winsorise` is the share of log revenue pulled in at each end where
    units are compared with each other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    controls: Names = Field((), description="a list of column names of the ledger or of customers")
    size: str | None = Field(None, min_length=1, description="the name of a ledger column")
    cluster: str | None = Field(None, min_length=1, description="the name of a column of the ledger or of customers")
    winsorise: float = Field(0.01, ge=0, lt=0.25, description="a share from 0, below 0.25")
    lag: int = Field(1, ge=0, le=12, description="a whole number of periods, 0 to 12")
    credibility: Share | Prior = Field(
        (4.0, 3.0), description="two numbers above 0 (a Beta prior), or one share above 0, at most 1"
    )
    reliability: float = Field(1.0, gt=0, le=1, description="a share above 0, at most 1")


class PlanSection(BaseModel):
    """`[plan]`: each table inline, as a file, or as a sheet; `journey` is a workbook that holds several."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    journey: FileText | None = Field(None, description="a workbook (.xlsx) with sheets named as the plan tables")
    stages: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.stages]] rows")
    touchpoints: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.touchpoints]] rows")
    personas: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.personas]] rows")
    pain_points: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.pain_points]] rows")
    objectives: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.objectives]] rows")
    benchmarks: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.benchmarks]] rows")
    initiatives: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.initiatives]] rows")
    pilots: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.pilots]] rows")
    costs: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.costs]] rows")
    fixes: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.fixes]] rows")
    scenarios: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.scenarios]] rows")
    events: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.events]] rows")
    evidence: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.evidence]] rows")
    rollouts: FileText | Rows | None = Field(None, description="a table file, a sheet, or [[plan.rollouts]] rows")
    measured: FileText | None = Field(None, description="a table file that cx-impact track writes")


Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Series = Annotated[tuple[Money, ...], Field(strict=False)]


class PortfolioSection(BaseModel):
    """`[portfolio]`: what may be spent and what the choice aims at."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    budget: Money | dict[str, dict[Literal["capex", "opex"], Money]] | None = Field(
        None, description="an amount of money from 0, or { 2027 = { capex = amount, opex = amount } }"
    )
    capacity: dict[str, Series] = Field(default_factory=dict, description="TEAM = [amount a quarter, …], each from 0")
    objective: Literal["mean", "cvar", "floor"] = Field("mean", description='"mean", "cvar" or "floor"')
    floor: float | None = Field(None, gt=0, lt=1, description="a probability between 0 and 1")
    target: float | None = Field(None, gt=0, description="an amount of money above 0")
    persona_floor: bool = Field(default=False, description="true or false")


SECTIONS: dict[str, type[BaseModel]] = {
    "study": StudySection,
    "data": DataSection,
    "survey": SurveySection,
    "finance": FinanceSection,
    "model": ModelSection,
    "plan": PlanSection,
    "portfolio": PortfolioSection,
}
