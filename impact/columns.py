"""The columns of the data tables: what each is called, how it is read and whether it must be there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["text", "number", "flag", "period"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a data table. `stored` is its name once read (`t` for the table's period)."""

    name: str
    kind: ColumnKind
    required: bool = False
    stored: str = ""

    @property
    def target(self) -> str:
        """The column's name once read."""
        return self.stored or self.name


def _text(name: str) -> Column:
    return Column(name=name, kind="text")


def _number(name: str) -> Column:
    return Column(name=name, kind="number")


COUNTS = ("promoters", "passives", "detractors")
_CUSTOMER = Column(name="customer_id", kind="text", required=True)

TABLES: dict[str, tuple[Column, ...]] = {
    "responses": (
        _CUSTOMER,
        Column(name="responded_at", kind="period", required=True, stored="t"),
        Column(name="stage", kind="text", required=True),
        Column(name="score", kind="number", required=True),
        _text("response_id"),
        _text("missing"),
        _text("programme"),
        _text("metric"),
        _text("touchpoint"),
        _text("channel"),
        _text("pain_points"),
        _number("n"),
        _number("weight"),
        _number("scale_min"),
        _number("scale_max"),
        _text("channel"),
        _text("respondent_id"),
        _text("role"),
        _number("sd"),
        *(_number(name) for name in COUNTS),
    ),
    "customers": (
        _CUSTOMER,
        _text("persona"),
        Column(name="joined_at", kind="period", stored="joined_t"),
        _text("acquired_by"),
    ),
    "ledger": (
        _CUSTOMER,
        Column(name="period", kind="period", required=True, stored="t"),
        Column(name="revenue", kind="number", required=True),
        _number("margin"),
        _number("cost_to_serve"),
        Column(name="retained", kind="flag"),
        _text("currency"),
        Column(name="renewal_at", kind="period", stored="renewal_t"),
        Column(name="cancel_requested_at", kind="period", stored="cancel_t"),
        _text("churn_kind"),
        _text("persona"),
    ),
    "incidents": (
        _CUSTOMER,
        Column(name="occurred_at", kind="period", required=True, stored="t"),
        Column(name="pain_point", kind="text", required=True),
        _text("touchpoint"),
        _number("amount"),
    ),
    "events": (
        _CUSTOMER,
        Column(name="occurred_at", kind="period", required=True, stored="t"),
        Column(name="stage", kind="text", required=True),
    ),
    "assignments": (
        _CUSTOMER,
        Column(name="initiative", kind="text", required=True),
        Column(name="arm", kind="text", required=True),
        Column(name="from", kind="period", required=True, stored="t"),
        Column(name="randomised", kind="flag"),
    ),
}

ACCEPTED_BESIDE: dict[str, tuple[str, ...]] = {
    "responses": (),
    "customers": (),
    "ledger": ("contacts",),
    "incidents": (),
    "events": ("touchpoint", "channel"),
    "assignments": (),
}

METRIC_SCALES: dict[str, tuple[float, float]] = {"csat": (1.0, 5.0), "nps": (0.0, 10.0), "ces": (1.0, 7.0)}
NPS_RANGE = (-100.0, 100.0)


def names_of(table: str) -> tuple[str, ...]:
    """Every column name the contract gives a table."""
    return (*(column.name for column in TABLES[table]), *ACCEPTED_BESIDE[table])


def required_of(table: str, given: Collection[str], *, by_unit: bool) -> tuple[str, ...]:
    """The columns a table must have beside those `given`.

    A study summed to units needs no customer, and NPS counts stand for a score.
    """
    needless = {"customer_id"} if by_unit else set()
    if table == "responses" and set(COUNTS) <= set(given):
        needless.add("score")
    return tuple(column.name for column in TABLES[table] if column.required and column.name not in needless)
