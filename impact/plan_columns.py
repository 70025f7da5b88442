"""The columns of the plan tables: what each holds, whether it must be there, and its default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["id", "text", "number", "whole", "share", "period", "choice", "flag", "ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a plan table. `minimum` bounds a number from below; None leaves it open."""

    name: str
    kind: FieldKind
    required: bool = False
    default: object = None
    minimum: float | None = None
    choices: tuple[str, ...] = ()


def _id(name: str) -> Field:
    return Field(name=name, kind="id", required=True)


def _ref(name: str) -> Field:
    return Field(name=name, kind="id", default="")


def _must(name: str) -> Field:
    return Field(name=name, kind="text", required=True)


def _texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind="text", default="") for name in names)


def _number(name: str, minimum: float | None = None, default: float | None = None) -> Field:
    return Field(name=name, kind="number", minimum=minimum, default=default)


def _must_number(name: str) -> Field:
    return Field(name=name, kind="number", required=True)


def _period(name: str) -> Field:
    return Field(name=name, kind="period")


def _choice(name: str, *choices: str) -> Field:
    return Field(name=name, kind="choice", choices=choices, default=choices[0])


def _must_choice(name: str, *choices: str) -> Field:
    return Field(name=name, kind="choice", choices=choices, required=True)


def _flag(name: str) -> Field:
    return Field(name=name, kind="flag", default=False)


def _share(name: str, default: float | None = None) -> Field:
    return Field(name=name, kind="share", default=default)


_WAS = Field(name="was", kind="ids", default=())

PLAN_TABLES: dict[str, tuple[Field, ...]] = {
    "stages": (_id("stage"), _must("name"), _number("order"), *_texts("owner", "description"), _WAS),
    "touchpoints": (_id("touchpoint"), _id("stage"), _must("name"), _must("channel"), *_texts("owner")),
    "personas": (_id("persona"), _must("name"), *_texts("needs", "goals", "thinks", "feels", "says", "does")),
    "pain_points": (
        _id("pain_point"),
        _id("stage"),
        _must("name"),
        _ref("touchpoint"),
        *_texts("owner"),
        _choice("kind", "pain", "delight"),
        _choice("source", "operations", "survey"),
        _choice("measure", "any", "count", "level"),
        *_texts("unit"),
        _number("floor"),
        _WAS,
    ),
    "objectives": (_id("objective"), _must("text"), *_texts("metric"), _number("target"), *_texts("by")),
    "benchmarks": (
        _id("stage"),
        _must("competitor"),
        _must_number("score"),
        *_texts("period", "source"),
        _number("n", 0),
    ),
    "initiatives": (
        _id("initiative"),
        _must("name"),
        _number("cost", 0),
        _number("cost_low", 0),
        _number("cost_high", 0),
        _number("run_cost", 0, 0.0),
        *_texts("owner"),
        _period("earliest"),
        _period("start"),
        Field(name="duration", kind="whole", minimum=1, default=1),
        _number("ramp", 0, 0.0),
        Field(name="requires", kind="ids", default=()),
        Field(name="excludes", kind="ids", default=()),
        _flag("mandatory"),
        _choice("status", "proposed", "approved", "live", "done", "stopped"),
        _period("actual_start"),
        _number("actual_cost", 0),
        _share("cashable", 1.0),
        _number("other_benefit", None, 0.0),
        _share("delivery", 1.0),
        _number("delay_low", 0),
        _number("delay_high", 0),
        _share("decay", 0.0),
        *_texts("budget_line"),
    ),
    "pilots": (
        _id("pilot"),
        _must_choice("kind", "pilot", "survey"),
        _id("target"),
        Field(name="cost", kind="number", required=True, minimum=0),
        _number("n", 0),
        *_texts("name", "owner"),
        Field(name="duration", kind="whole", minimum=1, default=1),
    ),
    "costs": (
        _id("initiative"),
        Field(name="period", kind="period", required=True),
        _number("capex", 0, 0.0),
        _number("opex", 0, 0.0),
        _flag("actual"),
    ),
    "fixes": (
        _id("initiative"),
        _id("pain_point"),
        _share("low"),
        _share("likely"),
        _share("high"),
        _ref("persona"),
    ),
    "scenarios": (
        _id("scenario"),
        _must("lever"),
        _must_number("value"),
        _choice("how", "multiply", "add", "set"),
        _period("from"),
        _period("to"),
        _ref("persona"),
    ),
    "events": (
        _id("event"),
        Field(name="from", kind="period", required=True),
        Field(name="to", kind="period", required=True),
        _must_choice("kind", "price", "outage", "survey_change", "other"),
        _must_choice("treat", "control", "exclude"),
        *_texts("column", "value"),
    ),
    "rollouts": (
        _id("initiative"),
        _must("column"),
        _must("value"),
        Field(name="from", kind="period", required=True),
        _flag("randomised"),
    ),
    "evidence": (
        _id("evidence"),
        _must_choice("kind", "experiment", "past_initiative", "benchmark", "interview", "walkthrough"),
        _id("target"),
        _must_choice("outcome", "retention", "churn", "revenue", "margin", "score", "prevalence", "cost"),
        _must_choice("unit", "points", "relative", "money_per_customer_period", "score_points"),
        _must_number("estimate"),
        Field(name="se", kind="number", required=True, minimum=0),
        _number("n", 0),
        _share("exposed_share"),
        *_texts("period", "source"),
        _ref("pain_point"),
    ),
}

KEYS: dict[str, tuple[str, ...]] = {
    "stages": ("stage",),
    "touchpoints": ("touchpoint",),
    "personas": ("persona",),
    "pain_points": ("pain_point",),
    "objectives": ("objective",),
    "benchmarks": ("stage", "competitor", "period"),
    "initiatives": ("initiative",),
    "pilots": ("pilot",),
    "costs": ("initiative", "period", "actual"),
    "fixes": ("initiative", "pain_point", "persona"),
    "scenarios": ("scenario", "lever", "persona", "from", "to"),
    "events": ("event",),
    "rollouts": ("initiative", "column", "value"),
    "evidence": ("evidence",),
}

LEVERS = (
    "customers",
    "acquisition",
    "price",
    "spend",
    "churn",
    "effectiveness",
    "cost",
    "delay",
    "budget",
    "discount_rate",
)
LEVERS_OF = {"prevalence": "pain_points", "capacity": "", "mix": "personas"}
CAPACITY = "capacity_"
LOW_SCORE = "low_"
