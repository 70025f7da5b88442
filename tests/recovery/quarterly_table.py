"""The tables of "The quarterly loop" in `docs/accuracy.md`, from the stored results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from quarterly_company import Row

STORED = Path(__file__).parent / "quarterly_results.json"
METRICS = ("customers", "retention", "revenue", "margin", "csat")
OUTCOMES = {"churn": "leaving", "prevalence": "met", "margin": "margin a customer", "score": "score"}


def stored(part: str) -> list[Row]:
    """The repetitions of a part that the page shows: `forecasts`, `effects`, `haircut`."""
    found: list[Row] = json.loads(STORED.read_text(encoding="utf-8"))[part]
    return found


def claims_of_all(rows: Sequence[Row], metric: str = "") -> list[Row]:
    """The claims of all repetitions, or those of one metric."""
    return [claim for row in rows for claim in row["claims"] if metric in ("", claim["metric"])]


def effects_of_all(rows: Sequence[Row], part: str, outcome: str = "") -> list[Row]:
    """The `measured` or `idle` effects of all repetitions, or those of one outcome."""
    return [one for row in rows for one in row[part] if outcome in ("", one["outcome"])]


def share_inside(rows: Sequence[Row]) -> float:
    """The share of claims, or of effects whose truth is known, that lie in their 90% range; nan of none."""
    told = [row for row in rows if "inside" in row or row["truth"] is not None]
    inside = [row["inside"] if "inside" in row else row["low"] <= row["truth"] <= row["high"] for row in told]
    return float(np.mean(inside)) if inside else float("nan")


def share_found(rows: Sequence[Row]) -> float:
    """The share of effects that are called found."""
    return float(np.mean([row["found"] for row in rows]))


def forecast_lines(rows: Sequence[Row]) -> list[str]:
    """A row a metric and a last one of all, as markdown."""
    lines = ["| claim | claims | inside 90% | actual / forecast | miss, standard deviations |", "|" + " --- |" * 5]
    for metric in (*METRICS, ""):
        mine = claims_of_all(rows, metric)
        ratio = float(np.exp(np.mean([np.log(one["actual"] / one["mean"]) for one in mine])))
        miss = float(np.sqrt(np.mean([one["miss"] ** 2 for one in mine])))
        lines.append(f"| {metric or 'all'} | {len(mine)} | {share_inside(mine):.2f} | {ratio:.3f} | {miss:.2f} |")
    return lines


def effect_lines(rows: Sequence[Row]) -> list[str]:
    """A row an outcome and a last one of all, as markdown; a dash where the truth is not told."""
    head = ["effect on", "effects", "inside 90%", "found", "inside 90%, no effect", "found, no effect"]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for outcome in (*OUTCOMES, ""):
        mine, idle = (effects_of_all(rows, part, outcome) for part in ("measured", "idle"))
        told = share_inside(mine)
        shown = "-" if np.isnan(told) else f"{told:.2f}"
        figures = f"{shown} | {share_found(mine):.2f} | {share_inside(idle):.2f} | {share_found(idle):.2f}"
        lines.append(f"| {OUTCOMES.get(outcome, 'all')} | {len(mine)} | {figures} |")
    return lines


def haircut_lines(rows: Sequence[Row]) -> list[str]:
    """A row a company, as markdown."""
    lines = ["| seed | true share | kept before | kept after |", "|" + " --- |" * 4]
    for row in rows:
        before, after = ("{:.2f} ({:.2f} to {:.2f})".format(*row[name]) for name in ("prior", "posterior"))
        lines.append(f"| {row['seed']} | {row['share']:.2f} | {before} | {after} |")
    return lines
