"""The tables of the contract: what was found, one row a thing, every figure in its unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from impact.checks import Check
from impact.groups import LEAST_GROUP
from impact.journey import OVERALL, Journey
from models.calibration.slopes import Z90
from reports.findings import Estimates, Findings, summary
from reports.tables_choice import (
    benefits_table,
    break_even_table,
    cashflow_table,
    frontier_table,
    initiatives_table,
    portfolio_table,
    scenarios_table,
)

SLOPE = ("outcome", "term", "method", "estimate", "se", "n", "grade")
RECONCILIATION = ("period", "unit", "line", "ledger", "reported", "difference", "coverage")


def build_tables(found: Findings) -> dict[str, pd.DataFrame]:
    """Every table of the contract by name, in its order; a table with nothing to say keeps its header.

    Where the data are too thin, or the units too few, only `journey`, `break_even`, `checks` and those of
    coverage have rows.
    """
    makers: Mapping[str, Callable[[Findings], pd.DataFrame]] = {
        "journey": journey_table,
        "calibration": calibration_table,
        "drivers": drivers_table,
        "pain_points": pain_points_table,
        "initiatives": initiatives_table,
        "portfolio": portfolio_table,
        "cashflow": cashflow_table,
        "frontier": frontier_table,
        "scenarios": scenarios_table,
        "reconciliation": lambda one: one.reconciliation[list(RECONCILIATION)],
        "benefits": benefits_table,
        "break_even": break_even_table,
        "checks": lambda one: checks_table(one.checks),
    }
    return {name: make(found) for name, make in makers.items()} | dict(found.coverage.tables())


def checks_table(checks: tuple[Check, ...]) -> pd.DataFrame:
    """Every check, failed ones first, then reviews, then passes."""
    order = {"fail": 0, "review": 1, "pass": 2}
    columns = ["code", "check", "status", "found", "limit", "text", "remedy"]
    rows = sorted(checks, key=lambda check: order[check.status])
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in rows], columns=columns)


def _too_few(found: Findings, count: float) -> bool:
    """Whether a count is of persons, and of a group that is not shown; stores and accounts are no persons."""
    return not isinstance(found.cells, SitePanel) and 0 < count < LEAST_GROUP


def journey_table(found: Findings) -> pd.DataFrame:
    """A row a stage: evidence, score with its range, emotion on -2..+2, and the value at stake."""
    coverage = found.cells.coverage.set_index("stage")
    persons = not isinstance(found.cells, SitePanel) or _may_be_persons(found)
    # summed to units, the persons are those who answered
    fewest = LEAST_GROUP if found.study.data.unit else 1
    rows = []
    for stage in found.journey.stages:
        seen = pd.Series(coverage.loc[stage.stage]) if stage.stage in coverage.index else None
        pains = [pain.pain_point for pain in found.journey.pain_points if pain.stage == stage.stage]
        rows.append(
            {
                "stage": stage.stage,
                "name": stage.name,
                "owner": stage.owner,
                **_score(seen, LEAST_GROUP if persons else 1, fewest),
                "benchmark": _benchmark(found.journey, stage.stage),
                "pain_points": ";".join(pains),
                "value_at_stake": _at_stake(found.estimates, stage.stage),
            }
        )
    columns = [
        *("stage", "name", "owner", "responses", "customers", "score", "score_low", "score_high"),
        *("emotion", "benchmark", "pain_points", "value_at_stake"),
    ]
    return pd.DataFrame(rows, columns=columns)


def _may_be_persons(found: Findings) -> bool:
    """Whether units are taken as sites only because the ledger has one period, and nobody says what they are."""
    asked = found.study.study
    return len(found.cells.money) < 2 and asked.shape == "auto" and asked.relationship != "site"


def _score(seen: pd.Series | None, least: int, fewest: int) -> dict[str, float]:
    # the range rests on customers, not answers: one that answers twice is not two
    nothing = dict.fromkeys(("responses", "customers", "score", "score_low", "score_high", "emotion"), np.nan)
    few = seen is not None and (seen["customers"] < least or seen["responses"] < fewest)
    if seen is None or few or not np.isfinite(seen["responses"]):
        return nothing
    half = Z90 * float(seen["sd"]) / np.sqrt(max(float(seen["customers"]), 1)) if np.isfinite(seen["sd"]) else np.nan
    low, high, mean = float(seen["scale_min"]), float(seen["scale_max"]), float(seen["mean"])
    return {
        "responses": float(seen["responses"]),
        "customers": float(seen["customers"]),
        "score": mean,
        "score_low": mean - half,
        "score_high": mean + half,
        "emotion": 4 * (mean - low) / (high - low) - 2 if high > low else np.nan,
    }


def _benchmark(journey: Journey, stage: str) -> float:
    found = [one.score for one in journey.benchmarks if one.stage == stage]
    return float(np.mean(found)) if found else np.nan


def _at_stake(estimates: Estimates | None, stage: str) -> float:
    if estimates is None or stage not in estimates.pains.stages:
        return np.nan
    return float(estimates.pains.stages[stage].mean())


def calibration_table(found: Findings) -> pd.DataFrame:
    """Every slope with its range and grade, then the money a point of overall brings."""
    columns = ["outcome", "term", "method", "estimate", "se", "low", "high", "p", "n", "headline", "grade"]
    if found.estimates is None:
        return pd.DataFrame(columns=columns)
    rows: list[dict[str, object]] = []
    for slope in found.estimates.calibration.slopes:
        low, high = slope.range90()
        rows.append(
            {
                **{name: getattr(slope, name) for name in SLOPE},
                "low": low,
                "high": high,
                "p": slope.p(),
                "headline": int(slope.headline),
                "n": np.nan if _too_few(found, slope.n) else slope.n,
            }
        )
    point = found.estimates.point
    if point is not None:
        for outcome, draws in (
            ("money_per_customer_period", point.per_customer_period),
            ("money_base_horizon", point.draws),
        ):
            worth = summary(draws)
            rows.append(
                {
                    **{"outcome": outcome, "term": OVERALL, "method": point.method, "grade": point.grade},
                    **{"estimate": worth["mean"], "se": float(draws.std()), "low": worth["p05"], "high": worth["p95"]},
                    **{"p": np.nan, "n": np.nan, "headline": 1},
                }
            )
    return pd.DataFrame(rows, columns=columns)


def drivers_table(found: Findings) -> pd.DataFrame:
    """Shares of the explained variance of overall by stage, highest first."""
    columns = ["outcome", "stage", "name", "owner", "importance", "low", "high", "share", "p_first", "method"]
    drivers = found.estimates.drivers if found.estimates else None
    if drivers is None:
        return pd.DataFrame(columns=columns)
    stages = {stage.stage: stage for stage in found.journey.stages}
    table = pd.DataFrame(
        {
            "outcome": OVERALL,
            "stage": list(drivers.stages),
            "name": [stages[stage].name for stage in drivers.stages],
            "owner": [stages[stage].owner for stage in drivers.stages],
            "importance": drivers.importance,
            "low": drivers.low,
            "high": drivers.high,
            "share": drivers.importance / drivers.r_squared,
            "p_first": drivers.p_first,
            "method": drivers.method,
        },
        columns=columns,
    )
    return table.sort_values("importance", ascending=False, kind="stable").reset_index(drop=True)


def pain_points_table(found: Findings) -> pd.DataFrame:
    """A row a pain point: how often, what it moves, what it costs at x = 1, and how sure that is."""
    columns = [
        *("pain_point", "stage", "name", "owner", "prevalence", "satisfaction_effect", "retention_effect"),
        *("spend_effect", "value", "value_p05", "value_p50", "value_p95", "p_positive", "grade", "prior_share"),
    ]
    estimates = found.estimates
    if estimates is None:
        return pd.DataFrame(columns=columns)
    rows = []
    for k, pain in enumerate(found.journey.pain_points):
        worth = summary(estimates.pains.pains[k])
        rows.append(
            {
                **{name: getattr(pain, name) for name in ("pain_point", "stage", "name", "owner")},
                **_effects(found, estimates, k),
                **{"value": worth["mean"], "value_p05": worth["p05"]},
                **{"value_p50": worth["p50"], "value_p95": worth["p95"]},
                "p_positive": float((estimates.pains.pains[k] > 0).mean()),
                "grade": _grade(found, k),
                "prior_share": float(estimates.posterior.prior_share[k]),
            }
        )
    return pd.DataFrame(rows, columns=columns)


def _effects(found: Findings, estimates: Estimates, k: int) -> dict[str, float]:
    """Means over customers of what an exposure moves, after the haircut for leaving and spend."""
    posterior, personas = estimates.posterior, estimates.base.personas
    active = np.array([persona.customers.sum() for persona in personas])
    weight = active / max(float(active.sum()), 1.0)
    kept = posterior.credibility[:, k]
    rates = np.array([np.average(p.rate, weights=p.customers) if p.customers.sum() else 0.0 for p in personas])
    change = 1 - (1 - rates) ** np.exp(posterior.leaving[:, :, k] * kept[:, None]) - rates
    prevalence = float(np.array([persona.prevalence[k] for persona in personas]) @ weight)
    return {
        # The share times the customers of a scenario would tell the group's number.
        "prevalence": np.nan if _too_few(found, round(prevalence * float(active.sum()), 6)) else prevalence,
        "satisfaction_effect": float(posterior.score[:, :, k].mean(axis=0) @ weight),
        "retention_effect": float(-change.mean(axis=0) @ weight),
        "spend_effect": float((posterior.spend[:, :, k] * kept[:, None]).mean(axis=0) @ weight),
    }


def _grade(found: Findings, k: int) -> str:
    assert found.estimates is not None
    forms, pain = found.estimates.forms, found.journey.pain_points[k]
    if pain.pain_point in found.estimates.demoted:
        return "not told apart from placebo"
    told = forms.leaving if forms.leaving is not None else forms.spend
    if not any(part.precision[k, k] > 0 for part in told):
        return "expert"
    return forms.compared
