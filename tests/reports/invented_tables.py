"""Tables of an invented run that do not depend on its cash: journey, effects, checks, scenarios, truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

STAGES = ("discover", "join", "use", "support")
STAGE_NAMES = ("Discover", "Join", "Use", "Get help")
PAINS = ("late_bill", "long_wait", "app_crash", "wrong_price", "slow_setup")
PAIN_NAMES = (
    "Bill arrives late",
    "Long wait on the phone",
    "App stops",
    "Price differs from offer",
    "Slow first setup",
)
PAIN_STAGES = ("use", "support", "use", "discover", "join")
INITIATIVE_NAMES = ("Bill on time", "Call back promise", "Stable app", "One price everywhere", "Guided setup")
OWNERS = ("Billing", "Service", "Digital", "Marketing", "Sales")
VALUES = np.array([420_000.0, 310_000.0, 250_000.0, 60_000.0, 20_000.0])


def journey_table() -> pd.DataFrame:
    """A row a stage."""
    return pd.DataFrame(
        {
            "stage": STAGES,
            "name": STAGE_NAMES,
            "owner": OWNERS[:4],
            "responses": [3_200, 2_900, 4_100, 1_700],
            "customers": [2_800, 2_500, 3_300, 1_400],
            "score": [4.1, 3.8, 3.6, 3.1],
            "score_low": [4.05, 3.74, 3.55, 3.01],
            "score_high": [4.15, 3.86, 3.65, 3.19],
            "emotion": [1.1, 0.4, -0.2, -1.3],
            "benchmark": [4.0, 4.0, np.nan, 3.3],
            "pain_points": [1, 1, 2, 1],
            "value_at_stake": [60_000.0, 20_000.0, 640_000.0, 310_000.0],
        }
    )


def calibration() -> pd.DataFrame:
    """A row a regression, and the value of a point."""
    methods = ("cross_section", "within", "placebo", "hazard")
    rows = [
        ("log_revenue", "overall", m, e, s)
        for m, e, s in zip(methods, (0.201, 0.0121, 0.012, 0.05), (0.011, 0.0059, 0.007, 0.02), strict=True)
    ]
    rows += [
        ("money_per_customer_period", "overall", "within", 1.42, 0.61),
        ("money_base_horizon", "overall", "within", 412_000.0, 160_000.0),
    ]
    table = pd.DataFrame(rows, columns=["outcome", "term", "method", "estimate", "se"])
    return table.assign(
        low=table.estimate - 1.645 * table.se,
        high=table.estimate + 1.645 * table.se,
        p=[0.0001, 0.04, 0.09, 0.012, np.nan, np.nan],
        n=4_800,
        headline=[0, 1, 0, 1, 0, 0],
        grade=[
            "cross-section",
            "not told apart from placebo",
            "not told apart from placebo",
            "within-unit",
            "within-unit",
            "within-unit",
        ],
    )


def pain_points() -> pd.DataFrame:
    """A row a pain point."""
    return pd.DataFrame(
        {
            "pain_point": PAINS,
            "name": PAIN_NAMES,
            "owner": OWNERS,
            "stage": PAIN_STAGES,
            "prevalence": [0.12, 0.09, 0.15, 0.04, 0.07],
            "satisfaction_effect": [-0.42, -0.61, -0.3, -0.12, -0.05],
            "retention_effect": [-0.021, -0.018, -0.009, -0.002, -0.001],
            "spend_effect": [-0.011, -0.004, -0.006, 0.0, 0.001],
            "value": VALUES,
            "value_p05": VALUES - 90_000,
            "value_p50": VALUES - 5_000,
            "value_p95": VALUES + 110_000,
            "p_positive": [0.99, 0.98, 0.96, 0.8, 0.6],
            "grade": ["within-unit"] * 4 + ["expert"],
            "prior_share": [0.1, 0.12, 0.2, 0.5, 0.9],
        }
    )


def checks() -> pd.DataFrame:
    """A check passed and one to review."""
    rows = [
        (
            "K001",
            "Answers on the scale",
            "pass",
            "0 off scale",
            "0",
            "Every answer lies on its scale.",
            "Nothing to do.",
        ),
        (
            "K014",
            "Placebo effect",
            "review",
            "+0.012 (0.007)",
            "0 within 90%",
            "Next year's score gives as much as last year's: the effect is not told apart from what hospitals are.",
            "Run a pilot, or add two more years of the ledger.",
        ),
    ]
    return pd.DataFrame(rows, columns=["code", "check", "status", "found", "limit", "text", "remedy"])


def scenarios(periods: tuple[str, ...]) -> pd.DataFrame:
    """The base scenario, every metric by period."""
    levels = {
        "customers": 12_000.0,
        "retention": 0.968,
        "revenue": 1_450_000.0,
        "margin": 610_000.0,
        "csat": 3.62,
        "cash": 21_000.0,
    }
    rows = [
        ("base", period, metric, level * (1 - 0.01 * step), level * 0.94, level, level * 1.06)
        for step, period in enumerate(periods)
        for metric, level in levels.items()
    ]
    return pd.DataFrame(rows, columns=["scenario", "period", "metric", "value", "p05", "p50", "p95"])


def truth() -> pd.DataFrame:
    """What a simulation would have put in, beside the estimates."""
    return pd.DataFrame(
        {
            "item": PAINS,
            "name": PAIN_NAMES,
            "value_true": VALUES * np.array([1.1, 0.9, 1.05, 0.0, 0.0]),
            "value": VALUES,
            "value_p05": VALUES - 90_000,
            "value_p95": VALUES + 110_000,
        }
    )


def drivers() -> pd.DataFrame:
    """A row a stage and outcome."""
    return pd.DataFrame(
        {
            "outcome": "retention",
            "stage": STAGES,
            "name": STAGE_NAMES,
            "importance": [0.008, 0.006, 0.021, 0.017],
            "low": [0.004, 0.002, 0.014, 0.011],
            "high": [0.012, 0.01, 0.028, 0.024],
            "share": [0.15, 0.12, 0.4, 0.33],
            "p_first": [0.02, 0.01, 0.68, 0.29],
            "method": "lmg",
        }
    )
