"""The tables of lifetimes: what a customer still brings by each model, survival, and revenue kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from impact.groups import LEAST_GROUP
from impact.periods import period_label
from models.lifetime.lifetime import EVERYBODY, STAY_MODELS, LifetimeRow
from models.lifetime.measure import KeptRow
from reports.findings import Findings

YEARS = ("retention_y1", "retention_y2", "retention_y3", "retention_y4", "retention_y5")
LIFETIME = (
    *("persona", "name", "model", "parameters", "n", "left", *YEARS, "customers"),
    *("value", "value_p05", "value_p95", "value_20q", "value_20q_p05", "value_20q_p95", "note"),
)
MODEL_COLUMNS = {model: model.replace(" ", "_") for model in STAY_MODELS}
SURVIVAL = ("tenure", "n", "observed", *MODEL_COLUMNS.values())
KEPT = (
    *("period", "periods_later", "customers", "gross_retention", "net_retention", "new_revenue"),
    *("earned_revenue", "earned_level", "note"),
)
ALIKE = 1_000.0  # alpha + beta beyond which customers hardly differ


def lifetime_tables(found: Findings) -> Mapping[str, pd.DataFrame]:
    """The tables by name; without rows where lifetimes are not known."""
    return {"lifetime": lifetime_table(found), "survival": survival_table(found), "revenue_kept": kept_table(found)}


def lifetime_table(found: Findings) -> pd.DataFrame:
    """A row a persona (and `all`) and model: parameters, retention by year of tenure, value per customer of today."""
    rows = found.lifetimes.rows if found.lifetimes else ()
    names = {persona.persona: persona.name for persona in found.journey.personas} | {EVERYBODY: "All customers"}
    table = pd.DataFrame([_line(row, names) for row in rows], columns=list(LIFETIME))
    everybody = table["persona"] == EVERYBODY
    for column in ("n", "left", "customers"):
        if any(0 < getattr(row, column) < LEAST_GROUP for row in rows):  # the rest of the whole would tell it
            table.loc[everybody, column] = np.nan
    return table


def _line(row: LifetimeRow, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "persona": row.persona,
        "name": names.get(row.persona, row.persona),
        "model": row.model,
        "parameters": ", ".join(f"{name} {value:.4g} ({se:.2g})" for name, value, se in row.parameters),
        "n": _shown(row.n),
        "left": _shown(row.left),
        **dict(zip(YEARS, row.retention, strict=True)),
        "customers": _shown(row.customers),
        "value": row.horizon.value,
        "value_p05": row.horizon.low,
        "value_p95": row.horizon.high,
        "value_20q": row.long.value,
        "value_20q_p05": row.long.low,
        "value_20q_p95": row.long.high,
        "note": _note(row),
    }


def _note(row: LifetimeRow) -> str:
    if row.model == "geometric":
        return "a check only: everybody leaves at one rate"
    if row.model == "BG/NBD":
        return "a check only: it counts single purchases, the ledger has one row a period"
    if row.model == "shifted beta" and sum(value for _, value, _ in row.parameters) > ALIKE:
        return "customers hardly differ in how readily they leave"
    return ""


def _shown(count: float) -> float:
    return np.nan if 0 < count < LEAST_GROUP else count


def survival_table(found: Findings) -> pd.DataFrame:
    """Share still there by tenure, as seen and by each model.

    What is seen is blank where fewer than five were at risk, or left since the last figure shown.
    """
    if found.lifetimes is None or found.lifetimes.curve.empty:
        return pd.DataFrame(columns=list(SURVIVAL))
    curve = found.lifetimes.curve
    hidden, since = [], 0.0
    for n, left in zip(curve["n"], curve["left"], strict=True):
        since += left
        few = n < LEAST_GROUP or 0 < since < LEAST_GROUP
        hidden.append(few)
        since = since if few else 0.0
    shown = ~np.array(hidden)
    table = curve.assign(observed=curve["observed"].where(shown), n=curve["n"].where(shown)).rename(
        columns=MODEL_COLUMNS
    )
    return table[list(SURVIVAL)]


def kept_table(found: Findings) -> pd.DataFrame:
    """A row a period and span: gross and net revenue retention, new and earned revenue, as shares of the first."""
    rows = found.lifetimes.kept if found.lifetimes else ()
    kind = found.study.period_kind
    lines = [_kept(row) | {"period": period_label(row.t, kind)} for row in rows if not _few(row)]
    return pd.DataFrame(lines, columns=list(KEPT))


def _few(row: KeptRow) -> bool:
    """Whether the shares would tell of fewer than five customers who are there, or who left."""
    return row.customers < LEAST_GROUP or 0 < row.lost < LEAST_GROUP


def _kept(row: KeptRow) -> dict[str, object]:
    new_shown = not 0 < row.new_customers < LEAST_GROUP
    earned_shown = new_shown and not 0 < row.earned_customers < LEAST_GROUP
    others = row.new_customers - row.earned_customers
    earned_shown = earned_shown and not 0 < others < LEAST_GROUP and row.kept.earned is not None
    return {
        "periods_later": row.after,
        "customers": row.customers,
        "gross_retention": row.kept.gross,
        "net_retention": row.kept.net,
        "new_revenue": row.kept.new if new_shown else np.nan,
        "earned_revenue": row.kept.earned if earned_shown else np.nan,
        "earned_level": row.kept.earned_level if earned_shown else np.nan,
        "note": "" if earned_shown else "earned growth not measured",
    }
