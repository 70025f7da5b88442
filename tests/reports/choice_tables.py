"""Invented tables of a choice: ties, prices, delay, information, the naive ranking, the case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from reports.edition import Edition

NAMES = ("Bill on time", "Call back promise", "Stable app", "One price everywhere", "Guided setup")
OWNERS = ("Billing", "Service", "Digital", "Marketing", "Sales")
IDS = tuple(f"i{place}" for place in range(1, 6))


def whole_choice(edition: Edition) -> Edition:
    """The edition of five initiatives with everything that a choice can carry."""
    tables = dict(edition.tables)
    tables["initiatives"] = _initiatives(tables["initiatives"])
    tables["portfolio"] = _portfolio(tables["portfolio"])
    return replace(
        edition,
        tables=tables
        | {
            "prices": prices(),
            "delay": delay(),
            "information": information(),
            "naive": naive(),
            "case_against": case_against(),
        },
    )


def _initiatives(table: pd.DataFrame) -> pd.DataFrame:
    group = table["rank"].map({1: 1, 2: 2, 3: 2, 4: 2, 5: 3})
    return table.assign(
        tie_group=group,
        worst_tenth=table["npv_p05"] - 20_000,
        sucra=(5 - table["rank"]) / 4,
        p_payback=np.clip(table["p_npv_positive"] - 0.02, 0, 1),
        npv_marginal=table["npv"] - 10_000,
        npv_shapley=table["npv"] - 5_000,
        npv_after_tax=table["npv"] * 0.75,
    )


def _portfolio(table: pd.DataFrame) -> pd.DataFrame:
    more = pd.DataFrame(
        {
            "initiative": ["p1", "s1"],
            "name": ["Trial of the stable app", "More answers in Use"],
            "kind": ["pilot", "survey"],
            "chosen": [1, 0],
            "start": ["2026Q4", ""],
            "reason": ["worth more than it costs", "changes no choice"],
            "what_would_have_to_be_true": ["", "it costs at most 2,000"],
        }
    )
    both = pd.concat([table, more], ignore_index=True)
    rest = both["chosen"] == 0
    return both.assign(
        cost_down_to=np.where(rest, 41_000.0, np.nan),
        effect_up_to=np.where(rest, 0.43, np.nan),
        budget_up_to=np.where(rest, 270_000.0, np.nan),
        binds=np.where(rest, "budget;engineering, 2027Q1", ""),
    )


def prices() -> pd.DataFrame:
    """A row a limit."""
    return pd.DataFrame(
        {
            "constraint": ["budget", "engineering, 2027Q1", "field staff, 2027Q1"],
            "what_if": ["a tenth more", "one more", "one more"],
            "limit": [200_000.0, 6.0, 12.0],
            "used": [190_000.0, 6.0, 3.0],
            "change": [20_000.0, 1.0, 1.0],
            "value_gained": [31_000.0, 4_200.0, 0.0],
            "per_unit": [1.55, 4_200.0, 0.0],
            "currently_binds": [1, 1, 0],
        }
    )


def delay() -> pd.DataFrame:
    """A row an initiative and quarter later."""
    rows = [
        (item, name, owner, later, -8_000.0 * later * (5 - place), -15_000.0 * later * (5 - place), 1_500.0 * place)
        for place, (item, name, owner) in enumerate(zip(IDS, NAMES, OWNERS, strict=True))
        for later in (1, 2, 4)
    ]
    columns = ["initiative", "name", "owner", "quarters_later", "npv_change", "p05", "p95"]
    return pd.DataFrame(rows, columns=columns)


def information() -> pd.DataFrame:
    """A row a thing that could be learnt."""
    return pd.DataFrame(
        {
            "item": ["all", "late_bill", "p1", "s1"],
            "name": ["Everything", "Bill arrives late", "Trial of the stable app", "More answers in Use"],
            "kind": ["portfolio", "pain_point", "pilot", "survey"],
            "assumed": [np.nan, np.nan, 0, 1],
            "evpi": [22_000.0, np.nan, np.nan, np.nan],
            "evppi": [np.nan, 12_500.0, np.nan, np.nan],
            "evsi": [np.nan, np.nan, 9_800.0, 1_100.0],
            "cost": [np.nan, np.nan, 4_000.0, 2_500.0],
            "delay_cost": [np.nan, np.nan, 1_200.0, 0.0],
            "net": [np.nan, np.nan, 4_600.0, -1_400.0],
            "n": [np.nan, np.nan, 1_200.0, 3_000.0],
            "verdict": ["", "", "pilot", "park"],
        }
    )


def naive() -> pd.DataFrame:
    """A row an initiative, then the two sets."""
    return pd.DataFrame(
        {
            "initiative": [*IDS, "", ""],
            "name": [*NAMES, "the set that is chosen", "the set that raw estimates would choose"],
            "owner": [*OWNERS, "", ""],
            "npv": [180_000.0, 110_000.0, 40_000.0, 4_000.0, -12_000.0, 270_000.0, 205_000.0],
            "npv_naive": [310_000.0, 190_000.0, 240_000.0, 20_000.0, -5_000.0, 480_000.0, 530_000.0],
            "chosen": [1, 1, 0, 0, 0, 1, 0],
            "chosen_by_naive": [1, 0, 1, 0, 0, 0, 1],
        }
    )


def case_against() -> pd.DataFrame:
    """Three points, two of them to review."""
    columns = ["point", "initiative", "name", "found", "compared_with", "weight", "sentence"]
    rows = [
        (
            *("weakest evidence", "i2", "Call back promise", "survey-only, 69% prior", "within-unit, up to 50% prior"),
            *("review", "The weakest evidence is that of Long wait on the phone: EUR 90,000 of the gain rests on it."),
        ),
        (
            *("horizon against history", "", "", "61%", "25% of the gain", "review"),
            "6 quarters were seen and 12 quarters are counted: 61% of the gain, EUR 120,000, comes later.",
        ),
        ("only the lower end", "", "", "EUR 80,000", "EUR 0: pays its cost", "note", "At the lower end EUR 80,000."),
    ]
    return pd.DataFrame(rows, columns=columns)
