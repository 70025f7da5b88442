"""The plan of the starter study: a small telecom-like journey, its pain points and what could be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PLAN: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "stages": (
        {"stage": "join", "name": "Join", "order": 1, "owner": "Head of sales"},
        {"stage": "use", "name": "Use", "order": 2, "owner": "Head of service"},
        {"stage": "pay", "name": "Pay", "order": 3, "owner": "Head of billing"},
        {"stage": "help", "name": "Get help", "order": 4, "owner": "Head of support"},
    ),
    "touchpoints": (
        {"touchpoint": "signup_form", "stage": "join", "name": "Sign-up form", "channel": "web"},
        {"touchpoint": "service", "stage": "use", "name": "The service itself", "channel": "app"},
        {"touchpoint": "invoice", "stage": "pay", "name": "Invoice", "channel": "e-mail"},
        {"touchpoint": "hotline", "stage": "help", "name": "Hotline", "channel": "phone"},
    ),
    "personas": (
        {"persona": "home", "name": "Home", "needs": "It works when I come home", "feels": "Impatient"},
        {"persona": "business", "name": "Small business", "needs": "No day without it", "feels": "Exposed"},
    ),
    "pain_points": (
        {"pain_point": "late_start", "stage": "join", "name": "Start later than promised", "touchpoint": "signup_form"},
        {"pain_point": "outage", "stage": "use", "name": "Outage of over an hour", "touchpoint": "service"},
        {"pain_point": "slow_evening", "stage": "use", "name": "Slow in the evening", "touchpoint": "service"},
        {"pain_point": "wrong_bill", "stage": "pay", "name": "Bill that is wrong", "touchpoint": "invoice"},
        {"pain_point": "repeat_call", "stage": "help", "name": "Second call for one problem", "touchpoint": "hotline"},
    ),
    "initiatives": (
        {
            "initiative": "bill_check",
            "name": "Check bills before they go out",
            "cost": 1_400,
            "cost_low": 1_200,
            "cost_high": 1_900,
            "run_cost": 40,
            "owner": "Head of billing",
            "duration": 2,
            "ramp": 1,
        },
        {
            "initiative": "one_call",
            "name": "One call, one owner",
            "cost": 2_200,
            "cost_low": 1_800,
            "cost_high": 3_000,
            "run_cost": 80,
            "owner": "Head of support",
            "duration": 2,
            "ramp": 2,
        },
        {
            "initiative": "spare_line",
            "name": "Spare line for outages",
            "cost": 3_600,
            "cost_low": 3_000,
            "cost_high": 5_000,
            "run_cost": 50,
            "owner": "Head of service",
            "duration": 3,
            "ramp": 1,
        },
        {
            "initiative": "start_date",
            "name": "Start date that holds",
            "cost": 900,
            "cost_low": 700,
            "cost_high": 1_200,
            "owner": "Head of sales",
            "duration": 1,
            "ramp": 2,
        },
    ),
    "fixes": (
        {"initiative": "bill_check", "pain_point": "wrong_bill", "low": 0.3, "likely": 0.5, "high": 0.7},
        {"initiative": "one_call", "pain_point": "repeat_call", "low": 0.2, "likely": 0.4, "high": 0.6},
        {"initiative": "one_call", "pain_point": "wrong_bill", "low": 0.05, "likely": 0.1, "high": 0.2},
        {"initiative": "spare_line", "pain_point": "outage", "low": 0.3, "likely": 0.5, "high": 0.7},
        {"initiative": "start_date", "pain_point": "late_start", "low": 0.2, "likely": 0.4, "high": 0.6},
    ),
    "scenarios": (
        {"scenario": "downside", "lever": "churn", "value": 1.15},
        {"scenario": "downside", "lever": "spend", "value": 0.97},
        {"scenario": "downside", "lever": "effectiveness", "value": 0.75},
        {"scenario": "downside", "lever": "cost", "value": 1.2},
        {"scenario": "upside", "lever": "churn", "value": 0.9},
        {"scenario": "upside", "lever": "spend", "value": 1.03},
        {"scenario": "late", "lever": "delay", "value": 2, "how": "add"},
    ),
}
