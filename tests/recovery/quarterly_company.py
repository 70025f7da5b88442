"""A simulated company through its planning quarters: initiatives put live, and its data as a planner had them then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from written_company import PLAN_COLUMNS

from impact.initiative import Fix, Initiative, Plan
from impact.periods import period_label
from impact.rng import stream
from models.simulate import Company, CompanySpec, RolloutSpec, draw_effects, simulate_company
from models.simulate_people import Panel, draw_people, exposure_levels, live
from models.simulate_plan import draw_journey, initiative_of
from models.simulate_rollouts import draw_treated, rates_from
from models.simulate_truth import occurrence_rates

Row = dict[str, Any]
STARTS = (10, 11, 12)
CUTS = (9, 11, 13)
END = 15
CUSTOMERS = 12_000
REMOVED = (0.6, 0.9)
SURE_OF_SHARE = 0.3  # standard deviation, in log odds, of what the plan states of a share removed
TOO_DEAR = 1e9
COLUMNS = PLAN_COLUMNS | {
    "initiatives": ("initiative", "name", "cost", "duration", "ramp", "mandatory", "status", "start", "actual_start"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a rollout did to those who got it and were there before: `leaving` a period and `met`, both in shares."""

    leaving: float
    met: float


def quarterly_spec(seed: int, *, nothing: bool = False) -> CompanySpec:
    """A company of sixteen quarters in which the three pain points that cost most customers are fixed for half.

    `nothing` puts the same initiatives live, and they remove nothing.
    """
    spec = CompanySpec(
        seed=seed, customers=CUSTOMERS, periods=END + 1, stages=4, personas=2, pain_points=6, initiatives=4
    )
    return with_rollouts(spec, STARTS, nothing=nothing)


def with_rollouts(spec: CompanySpec, starts: tuple[int, ...], *, nothing: bool = False) -> CompanySpec:
    """The company with a rollout at each start, against the pain points that cost most customers, in any order."""
    journey = draw_journey(spec)
    effects = draw_effects(spec, journey)
    cost = effects.shares @ (effects.prevalence * np.expm1(effects.tau))
    rng = stream(spec.seed, "rollouts")
    worst = rng.permutation(np.argsort(-cost)[: len(starts)])
    removed = np.zeros(len(starts)) if nothing else rng.uniform(*REMOVED, len(starts))
    rollouts = tuple(
        RolloutSpec(pain_point=journey.pain_ids()[k], step=step, removed=float(share))
        for k, step, share in zip(worst, starts, removed, strict=True)
    )
    return replace(spec, rollouts=rollouts)


def simulated(spec: CompanySpec) -> Company:
    """The company, its plan replaced by the initiatives put live and one that nobody would fund."""
    company = simulate_company(spec)
    return replace(company, plan=_plan(spec, company))


def _plan(spec: CompanySpec, company: Company) -> Plan:
    """The plan: of all customers an initiative removes `share` of what it removes for those who get it."""
    fixes, items = [], []
    rng = stream(spec.seed, "stated")
    for one in spec.rollouts:
        true = logit(np.clip(one.removed * one.share, 0.05, 0.95)) + SURE_OF_SHARE * rng.standard_normal()
        low, likely, high = (round(float(expit(true + z * SURE_OF_SHARE)), 3) for z in (-1.645, 0.0, 1.645))
        name = initiative_of(one.pain_point)
        fixes.append(Fix(initiative=name, pain_point=one.pain_point, low=low, likely=likely, high=high))
        items.append(Initiative(initiative=name, name=name, cost=10_000.0, start=spec.first_period + one.step))
    other = next(
        pain.pain_point
        for pain in company.journey.pain_points
        if pain.pain_point not in {one.pain_point for one in spec.rollouts}
    )
    dear = initiative_of(other)
    fixes.append(Fix(initiative=dear, pain_point=other, low=0.1, likely=0.2, high=0.3))
    items.append(Initiative(initiative=dear, name=dear, cost=TOO_DEAR))
    return Plan(initiatives=tuple(items), fixes=tuple(fixes))


def write_cut(company: Company, step: int, folder: Path, settings: str = "credibility = 1.0") -> Path:
    """The folder, now the study a planner had after a step: nothing of later, and live what has begun."""
    spec = company.spec
    as_of = spec.first_period + step
    tables = {table: frame for table, frame in _until(company, as_of).items() if len(frame)}
    files = "\n".join(f'{table} = "{table}.parquet"' for table in tables)
    plan = "\n".join(f'{table} = "{table}.csv"' for table in COLUMNS)
    controls = ", ".join(f'"{name}"' for name in spec.controls)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(
        f'[study]\nname = "Simulated company"\ncurrency = "EUR"\nas_of = "{period_label(as_of, "quarter")}"\n'
        f'period = "quarter"\nhorizon_quarters = {max(END - step, 2)}\ndiscount_rate = {spec.money.discount_rate}\n'
        f'relationship = "contract"\nseed = {spec.seed}\n\n[data]\n{files}\n\n'
        f"[model]\ncontrols = [{controls}]\n{settings}\n\n[plan]\n{plan}\n",
        encoding="utf-8",
    )
    for table, frame in tables.items():
        frame.to_parquet(folder / f"{table}.parquet", index=False)
    begun = replace(company.plan, initiatives=tuple(_at(item, as_of) for item in company.plan.initiatives))
    for table, columns in COLUMNS.items():
        source = begun if table in ("initiatives", "fixes") else company.journey
        _rows(getattr(source, table), columns).to_csv(folder / f"{table}.csv", index=False)
    return folder


def _at(item: Initiative, as_of: int) -> Initiative:
    """An initiative as it stood: live from its start, before that approved and sure to be done."""
    if item.start is None:
        return item
    if item.start <= as_of:
        return replace(item, status="live", actual_start=item.start)
    return replace(item, status="approved", mandatory=True)


def _until(company: Company, as_of: int) -> Mapping[str, pd.DataFrame]:
    """Every table as it was at the end of a period; who stays after it was not known yet."""
    ends = pd.Period(period_label(as_of, "quarter"), "Q").end_time
    ledger = company.ledger[company.ledger["period"].map(_ordinal) <= as_of].copy()
    ledger.loc[ledger["period"].map(_ordinal) == as_of, "retained"] = pd.NA
    given = company.assignments
    return {
        "responses": company.responses[company.responses["responded_at"] <= ends],
        "customers": company.customers[company.customers["joined_at"] <= ends],
        "ledger": ledger,
        "incidents": company.incidents[company.incidents["occurred_at"] <= ends],
        "assignments": given[
            (given["from"].map(_ordinal) <= as_of)
            & given["customer_id"].isin(company.customers.loc[company.customers["joined_at"] <= ends, "customer_id"])
        ],
    }


def _ordinal(label: str) -> int:
    return int(label[:4]) * 4 + int(label[5]) - 1


def _rows(records: Iterable[object], columns: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame([[getattr(one, column) for column in columns] for one in records], columns=list(columns))
    for name in {"start", "actual_start"} & set(columns):
        table[name] = [period_label(int(t), "quarter") if pd.notna(t) else "" for t in table[name]]
    return table.replace({True: 1, False: 0}) if "mandatory" in columns else table


def truths(spec: CompanySpec) -> Mapping[str, Truth]:
    """What each rollout did, by initiative: to the same customers, living the same lives but for that rollout.

    Leaving is a paired difference, in which little chance is left; what was met is an expectation.
    """
    journey = draw_journey(spec)
    effects = draw_effects(spec, journey)
    people = draw_people(spec, effects)
    treated = draw_treated(spec, len(people.persona))
    pains = journey.pain_ids()
    rate = occurrence_rates(effects.prevalence, exposure_levels(spec.causes))[people.persona, people.proneness]

    def lived(without: int | None) -> Panel:
        lots = treated.copy()
        if without is not None:
            lots[:, without] = False
        return live(spec, effects, people, lambda rate, step: rates_from(spec, rate, lots, pains, step))

    real = lived(None)
    seen = np.flatnonzero(real.active.any(axis=1))[: spec.customers]
    found = {}
    for place, one in enumerate(spec.rollouts):
        twin = lived(place)
        mine = seen[treated[seen, place] & real.active[seen, : one.step].any(axis=1)]
        there = real.active[mine, one.step :]
        found[initiative_of(one.pain_point)] = Truth(
            leaving=_leaving(real, mine, one.step) - _leaving(twin, mine, one.step),
            met=-one.removed * float((rate[mine, pains.index(one.pain_point)] @ there).sum() / there.sum()),
        )
    return found


def _leaving(panel: Panel, who: np.ndarray, start: int) -> float:
    """The share of customers there who leave in a period from the start to the last of which it is known."""
    there, stay = panel.active[who, start:-1], panel.stays[who, start:-1]
    return float(1 - stay.sum() / there.sum())
