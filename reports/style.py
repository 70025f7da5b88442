"""How results look everywhere: colours that carry a meaning, and how each column's numbers are written.

Every text colour has a contrast of at least 4.5 to 1 on white and on its own fill; no meaning rests on colour alone.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["money", "share", "fine_share", "score", "signed", "count", "ratio", "quarters", "mixed", "text"]

INK = "#1B2733"
MUTED = "#55616D"
LINE = "#CBD3DA"
PAPER = "#FFFFFF"
PANEL = "#F3F5F7"
ACCENT = "#1F4E79"
ACCENT_FILL = "#DCE8F3"

GOOD = "#17663A"
GOOD_FILL = "#E2F2E8"
REVIEW = "#7A5200"
REVIEW_FILL = "#FFF1D6"
BAD = "#9C1F17"
BAD_FILL = "#FBE5E3"

INPUT_INK = "#0000C8"
INPUT_FILL = "#FFF9E3"

SCENARIO_FILLS: dict[str, str] = {"base": "#DCE8F3", "downside": "#FBE5E3", "upside": "#E2F2E8"}
SCENARIO_INKS: dict[str, str] = {"base": ACCENT, "downside": BAD, "upside": GOOD}
STATUS_INKS: dict[str, str] = {"pass": GOOD, "review": REVIEW, "fail": BAD, "OK": GOOD, "CHANGED": REVIEW, "FAIL": BAD}
STATUS_FILLS: dict[str, str] = {
    "pass": GOOD_FILL,
    "review": REVIEW_FILL,
    "fail": BAD_FILL,
    "OK": GOOD_FILL,
    "CHANGED": REVIEW_FILL,
    "FAIL": BAD_FILL,
}
VERDICT_INKS: dict[str, str] = {"fund": GOOD, "pilot": REVIEW, "park": MUTED}

NUMBER_FORMATS: dict[Kind, str] = {
    "money": "#,##0;-#,##0;0",
    "share": "0.0%",
    "fine_share": "0.00%;-0.00%;0.00%",
    "score": "0.00",
    "signed": "+0.000;-0.000;0.000",
    "count": "#,##0",
    "ratio": "0.00",
    "quarters": "0.0",
    "mixed": "#,##0.0000",
    "text": "@",
}

_COLUMNS: dict[Kind, tuple[str, ...]] = {
    "money": (
        *("value_at_stake", "value", "value_p05", "value_p50", "value_p95", "value_true", "budget", "max_cost"),
        *(
            "value_marginal",
            "value_unpooled",
            "value_unpooled_se",
            "value_face",
            "value_more",
            "prior_p05",
            "prior_p95",
        ),
        *("cost", "npv", "npv_p05", "npv_p50", "npv_p95", "regret", "evpi", "evppi", "evsi", "delay_cost"),
        *("capex", "opex", "retention", "spend", "service_saving", "other_benefit", "non_cashable", "net"),
        *("discounted", "net_after_tax", "npv_after_tax", "value_to_come", "value_to_come_p05", "value_to_come_p95"),
        *("cost_to_come", "run_cost_to_come"),
        *("cumulative", "ledger", "reported", "difference", "amount", "running"),
        *("approved_cost", "actual_cost", "approved_benefit", "measured_benefit", "bookable"),
        *("value_20q", "value_20q_p05", "value_20q_p95", "npv_face_value"),
        *("worst_tenth", "npv_marginal", "npv_shapley", "npv_naive"),
        *("cumulative", "ledger", "reported", "difference"),
        *("approved_cost", "actual_cost", "approved_benefit", "measured_benefit", "bookable", "money_between"),
        *("npv_low", "npv_high", "width", "width_p05", "width_p95", "regret_p05", "regret_p95"),
        *("cost_down_to", "budget_up_to", "falls_out_above", "value_gained", "npv_change"),
    ),
    "share": (
        *(
            "prevalence",
            "p_positive",
            "prior_share",
            "value_prior_share",
            "p_npv_positive",
            "p_in_time",
            "p_top3",
            "p_payback",
            "sucra",
            "p_first",
            "share",
            "coverage",
        ),
        *("effectiveness", "credibility", "response_rate", "relative", "kept"),
        *("drop_off", "repeats", "returns", "exit_rate", "exit_low", "exit_high", "base_rate"),
        *("retention_y1", "retention_y2", "retention_y3", "retention_y4", "retention_y5"),
        *("observed", "shifted_beta", "gamma_frailty", "geometric"),
        *("kept_before", "kept_before_p05", "kept_before_p95", "kept_after", "kept_after_p05", "kept_after_p95"),
        *("haircut_today", "break_even_haircut", "effect_up_to"),
        *("haircut_today", "break_even_haircut", "live_now"),
        *("gross_retention", "net_retention", "new_revenue", "earned_revenue", "earned_level"),
    ),
    "fine_share": (
        *("retention_effect", "spend_effect", "spend_relative"),
        *("leaving", "leaving_low", "leaving_high", "spend_low", "spend_high"),
    ),
    "score": ("score", "score_low", "score_high", "benchmark", "score_points", "stage_score"),
    "signed": ("emotion", "satisfaction_effect", "standardised"),
    "count": (
        *("responses", "customers", "customers_kept", "pain_points", "n", "rank", "rank_p05", "rank_p95"),
        *(
            "tie_group",
            "headline",
            "chosen",
            "chosen_by_naive",
            "allowed",
            "answers",
            "incidents",
            "periods",
            "active",
            "answered",
        ),
        *("not_visited", "not_asked", "not_answered", "no_reason", "in_plan", "measured"),
        *("customers_answered", "customers_silent", "steps", "seen_last", "left", "tenure", "periods_later"),
        *("customers_answered", "customers_silent", "steps", "seen_last", "left", "compared"),
        *("weight_capped", "teaches_haircut", "rows_of_evidence", "quarters_later", "currently_binds"),
        *("weight_capped", "teaches_haircut", "rows_of_evidence", "above_limit"),
    ),
    "ratio": ("roi", "discount_factor"),
    "quarters": ("payback_quarters", "days_p50"),
}
REFRESHED = (*("npv_then", "npv_now", "change", "version", "evidence", "plan", "data", "rolled", "learnt", "allowed"),)
_OF_TABLE: dict[tuple[str, str], Kind] = {
    ("excellence", "spend"): "fine_share",
    ("scenarios", "value"): "mixed",
    ("scenario_differences", "value"): "mixed",
    ("dial", "initiatives"): "text",
    ("concentration", "place"): "count",
    **{("by_segment", name): "money" for name in ("p05", "p50", "p95")},
    ("prior_sensitivity", "initiatives"): "text",
    ("prior_sensitivity", "moved"): "share",
    ("frontier", "initiatives"): "text",
    ("delay", "p05"): "money",
    ("delay", "p95"): "money",
    ("respondents", "difference"): "mixed",
    **{("refresh", name): "money" for name in REFRESHED},
    **{("refresh", name): "count" for name in ("rank_then", "rank_now", "alarm")},
    **{("journey_over_time", name): "score" for name in ("low", "high", "target")},
    ("monitoring", "alarm"): "count",
}


def column_kind(table: str, column: str) -> Kind:
    """How a contract table's column is written; `mixed` (numbers of any size) where nothing else is known."""
    named = _OF_TABLE.get((table, column))
    if named is not None:
        return named
    return next((kind for kind, columns in _COLUMNS.items() if column in columns), "mixed")
