"""The tables of the contract: what was found, one row a thing, every figure in its unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from impact.checks import Check
from impact.groups import LEAST_GROUP
from impact.journey import Journey
from models.calibration.slopes import Z90, Calibration
from models.drivers import Drivers
from models.outlook_gap import gap_table
from reports.findings import Estimates, Findings, summary
from reports.tables_across import across_tables
from reports.tables_against import against_table
from reports.tables_at_stake import at_stake_table
from reports.tables_benefits import benefits_table
from reports.tables_carried import carried_table
from reports.tables_cash import cashflow_table, ongoing_table
from reports.tables_certificate import certificate_table, triangulation_table
from reports.tables_choice import (
    break_even_table,
    frontier_table,
    initiatives_table,
    portfolio_table,
)
from reports.tables_doubts import doubts_table
from reports.tables_evidence import evidence_table, face_value_table, haircut_table
from reports.tables_excellence import excellence_table
from reports.tables_gates import gate_tables
from reports.tables_information import information_table
from reports.tables_lifetime import lifetime_tables
from reports.tables_monitoring import monitoring_table, plan_changes_table
from reports.tables_naive import naive_table
from reports.tables_over_time import journey_over_time_table
from reports.tables_points import money_rows, point_values_table
from reports.tables_predictive import predictive_table
from reports.tables_prices import price_tables
from reports.tables_refresh import refresh_table
from reports.tables_scenarios import scenario_differences_table, scenarios_table
from reports.tables_segments import by_segment_table, concentration_table
from reports.tables_walk import walk_table

CALIBRATION = ("outcome", "term", "method", "estimate", "se", "low", "high", "p", "n", "headline", "grade")
SLOPE = ("outcome", "term", "method", "estimate", "se", "n", "grade")
RECONCILIATION = ("period", "unit", "line", "ledger", "reported", "difference", "coverage")


def build_tables(found: Findings) -> dict[str, pd.DataFrame]:
    """Every table of the contract by name, in its order; a table with nothing to say keeps its header.

    Where the data are too thin, or the units too few, only `journey`, `break_even`, `checks` and those of
    coverage, of lifetimes and of what is watched over time have rows.
    """
    makers: Mapping[str, Callable[[Findings], pd.DataFrame]] = {
        "journey": journey_table,
        "calibration": calibration_table,
        "certificate": lambda one: certificate_table(one.estimates.plans if one.estimates else ()),
        "triangulation": lambda one: triangulation_table(one.estimates.certified if one.estimates else None),
        "doubts": lambda one: doubts_table(one.estimates.certified.doubts if one.estimates else ()),
        "point_values": point_values_table,
        "drivers": drivers_table,
        "pain_points": pain_points_table,
        "initiatives": initiatives_table,
        "portfolio": portfolio_table,
        "cashflow": cashflow_table,
        "ongoing": ongoing_table,
        "frontier": frontier_table,
        "scenarios": scenarios_table,
        "scenario_differences": scenario_differences_table,
        "reconciliation": lambda one: one.reconciliation[list(RECONCILIATION)],
        "outlook_gap": lambda one: gap_table(one.estimates.scaled if one.estimates else None, one.study),
        "benefits": _benefits,
        "break_even": break_even_table,
        "checks": lambda one: checks_table(one.checks),
    }
    tables = {name: make(found) for name, make in makers.items()} | dict(found.coverage.tables())
    values = {"walk": walk_table(found), "at_stake": at_stake_table(found)}
    values |= {"carried": carried_table(found), "excellence": excellence_table(found)}
    evidence = {"evidence": evidence_table(found), "haircut": haircut_table(found)}
    evidence |= {"face_value": face_value_table(found), "information": information_table(found)}
    evidence |= {"naive": naive_table(found)}
    predicted = {"predictive": predictive_table(found), "case_against": against_table(found)}
    values |= dict(price_tables(found)) | dict(across_tables(found))
    values |= {"refresh": refresh_table(found), "plan_changes": plan_changes_table(found)}
    values |= {"journey_over_time": journey_over_time_table(found), "monitoring": monitoring_table(found)}
    values |= {"by_segment": by_segment_table(found), "concentration": concentration_table(found)}
    return tables | values | dict(lifetime_tables(found)) | predicted | dict(gate_tables(found)) | evidence


def _benefits(found: Findings) -> pd.DataFrame:
    """The register of what was approved before this run; nothing is measured by a run."""
    table = benefits_table(found.plan, found.records, {})
    return table if found.decision is not None else table.head(0)


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
    """Every slope with its range and grade, then the money a point brings at every term."""
    if found.estimates is None:
        return pd.DataFrame(columns=list(CALIBRATION))
    rows = slope_rows(found.estimates.calibration, sites=isinstance(found.cells, SitePanel))
    return pd.DataFrame([*rows, *money_rows(found.estimates.points)], columns=list(CALIBRATION))


def slope_rows(calibration: Calibration, *, sites: bool) -> list[dict[str, object]]:
    """A row a slope; the count of a group of persons that is not shown is left blank."""
    rows: list[dict[str, object]] = []
    for slope in calibration.slopes:
        low, high = slope.range90()
        hidden = not sites and 0 < slope.n < LEAST_GROUP
        rows.append(
            {
                **{name: getattr(slope, name) for name in SLOPE},
                "low": low,
                "high": high,
                "p": slope.p(),
                "headline": int(slope.headline),
                "n": np.nan if hidden else slope.n,
            }
        )
    return rows


def drivers_table(found: Findings) -> pd.DataFrame:
    """Shares of the explained variance of each outcome by stage, highest first, and where each stage stands."""
    return drivers_frame(found.estimates.drivers if found.estimates else (), found.journey)


def drivers_frame(found: Sequence[Drivers], journey: Journey) -> pd.DataFrame:
    """The same from the drivers alone."""
    columns = [
        *("outcome", "stage", "name", "owner", "importance", "low", "high", "share", "p_first", "method"),
        *("performance", "place", "quadrant", "kano"),
        *("penalty", "penalty_low", "penalty_high", "reward", "reward_low", "reward_high"),
    ]
    parts = [_drivers_of(drivers, journey) for drivers in found]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _drivers_of(drivers: Drivers, journey: Journey) -> pd.DataFrame:
    stages = {stage.stage: stage for stage in journey.stages}
    ends = {"": 0, "_low": 1, "_high": 2}
    table = pd.DataFrame(
        {
            "outcome": drivers.outcome,
            "stage": list(drivers.stages),
            "name": [stages[stage].name for stage in drivers.stages],
            "owner": [stages[stage].owner for stage in drivers.stages],
            "importance": drivers.importance,
            "low": drivers.low,
            "high": drivers.high,
            "share": drivers.importance / drivers.r_squared,
            "p_first": drivers.p_first,
            "method": drivers.method,
            "performance": drivers.performance,
            "place": drivers.place,
            "quadrant": list(drivers.quadrant),
            "kano": list(drivers.kano),
            **{f"penalty{end}": drivers.penalty[:, k] for end, k in ends.items()},
            **{f"reward{end}": drivers.reward[:, k] for end, k in ends.items()},
        }
    )
    return table.sort_values("importance", ascending=False, kind="stable")


def pain_points_table(found: Findings) -> pd.DataFrame:
    """A row a pain point: how often, what it moves, what it costs at x = 1, and how sure that is."""
    columns = [
        *("pain_point", "stage", "name", "owner", "prevalence", "satisfaction_effect", "retention_effect"),
        *("spend_effect", "value", "value_p05", "value_p50", "value_p95", "p_positive", "grade", "prior_share"),
        *("value_marginal", "value_unpooled", "value_unpooled_se", "value_face", "value_prior_share"),
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
                "grade": estimates.grades[pain.pain_point],
                "prior_share": float(estimates.posterior.prior_share[k]),
                "value_marginal": float(estimates.stakes.marginal[k].mean()),
                "value_unpooled": float(estimates.stakes.unpooled.value[k]),
                "value_unpooled_se": float(estimates.stakes.unpooled.se[k]),
                "value_face": float(estimates.stakes.face[k]),
                "value_prior_share": estimates.stakes.shares["pain_point", pain.pain_point],
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
