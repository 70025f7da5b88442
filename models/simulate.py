"""Simulated companies with a known truth: customers live through a journey, answer, spend, stay or leave."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from impact.journey import OVERALL, Journey
from impact.periods import period_label
from impact.rng import stream
from models.simulate_plan import draw_journey, draw_plan, price_plan
from models.simulate_truth import (
    TruePortfolio,
    best_portfolio,
    gain,
    occurrence_rates,
    outlook_of,
    share_removed,
    true_npv,
    true_value,
    truth_table,
)
from models.simulated_company import (
    PRONENESS,
    PRONENESS_SHARES,
    Company,
    CompanySpec,
    Effects,
    Hidden,
    MoneySpec,
    SurveySpec,
    companies_for_verification,
)

__all__ = [
    "Company",
    "CompanySpec",
    "MoneySpec",
    "SurveySpec",
    "TruePortfolio",
    "best_portfolio",
    "companies_for_verification",
    "simulate_company",
    "true_npv",
    "true_value",
]

HISTORY = 20
SEASON = np.array([1.10, 0.95, 0.95, 1.00])
SLOPE = -0.45
SPEND_SPREAD = 0.40
SPEND_NOISE = 0.15
RATE_NOISE = 0.02
BUDGET_SHARE = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Everyone who ever joined: `joined` counts quarters from the window's first; `base` is mean revenue."""

    persona: np.ndarray
    proneness: np.ndarray
    frailty: np.ndarray
    halo: np.ndarray
    base: np.ndarray
    joined: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """What happened in the window, `(customer, period)`: `active`, `stays` and `spend` (multiplier of base).

    `exposed` is `(customer, period, pain_point)`, false where not active.
    """

    active: np.ndarray
    stays: np.ndarray
    spend: np.ndarray
    exposed: np.ndarray


Record = TypeVar("Record", _People, _Panel)


def simulate_company(spec: CompanySpec) -> Company:
    """The company of a specification; the same specification gives the same company."""
    journey = draw_journey(spec)
    effects = draw_effects(spec, journey)
    people = _draw_people(spec, effects)
    panel = _live(spec, effects, people)
    seen = np.flatnonzero(panel.active.any(axis=1))[: spec.customers]
    people, panel = _kept(people, seen), _kept(panel, seen)
    hidden = _hidden(spec, effects, people, panel)
    plan, effectiveness = draw_plan(spec, journey, stream(spec.seed, "plan"))
    outlook = outlook_of(hidden)
    plan = price_plan(
        plan,
        lambda name: gain(outlook, share_removed(plan, effectiveness, (name,), spec.money.horizon)),
        stream(spec.seed, "costs"),
    )
    return Company(
        spec=spec,
        journey=journey,
        plan=plan,
        budget=round(BUDGET_SHARE * sum(item.cost or 0.0 for item in plan.initiatives), -3),
        responses=_responses(spec, journey, effects, people, panel),
        customers=_customers(spec, journey, people),
        ledger=_ledger(spec, people, panel),
        incidents=_incidents(spec, journey, panel),
        truth=truth_table(hidden, journey.pain_ids(), tuple(item.persona for item in journey.personas)),
        effectiveness=effectiveness,
        hidden=hidden,
    )


def _kept(record: Record, rows: np.ndarray) -> Record:
    return replace(record, **{item.name: getattr(record, item.name)[rows] for item in fields(record)})


def draw_effects(spec: CompanySpec, journey: Journey) -> Effects:
    """The laws of a company: how often pains occur, and what each does to scores, leaving and spend."""
    rng = stream(spec.seed, "effects")
    groups, pains = spec.personas, spec.pain_points
    stage_of = np.array([journey.stage_ids().index(pain.stage) for pain in journey.pain_points])
    order = rng.permutation(pains)
    nothing = np.isin(np.arange(pains), order[: round(spec.null_share * pains)])
    direct = np.isin(np.arange(pains), order[::-1][: round(spec.direct_share * pains)]) & ~nothing

    weight = rng.uniform(0.25, 0.5, spec.stages)
    vary = np.exp(rng.normal(0.0, 0.2, (3, groups, pains)))
    stage_effect = np.where(nothing, 0.0, -rng.uniform(0.3, 1.4, pains) * vary[0])
    delta = weight[stage_of] * stage_effect
    tau = SLOPE * delta + np.where(direct, rng.uniform(0.08, 0.22, pains), 0.0) * vary[1]
    sigma = np.where(nothing, 0.0, -rng.uniform(0.0, 0.04, pains) * vary[2])
    prevalence = np.exp(rng.uniform(np.log(0.04), np.log(0.30), pains)) * np.exp(rng.normal(0.0, 0.25, (groups, pains)))
    shares = rng.dirichlet(np.full(groups, 20.0))
    factor = np.exp(rng.normal(0.0, 0.25, groups))
    return Effects(
        shares=shares,
        leaving=spec.leaving_rate * factor / (shares @ factor) / _mean_multiplier(spec, prevalence, tau),
        revenue=spec.money.revenue * np.exp(rng.normal(0.0, 0.25, groups)),
        prevalence=prevalence,
        stage_effect=stage_effect,
        delta=delta,
        tau=tau,
        sigma=sigma,
        weight=weight,
        stage_of=stage_of,
        does_nothing=nothing,
    )


def _mean_multiplier(spec: CompanySpec, prevalence: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Mean multiplier of leaving by persona, `(persona,)`: pains raise it, the frail having left lowers it."""
    pain = np.prod(1 + occurrence_rates(prevalence) * np.expm1(tau)[:, None, :], axis=-1) @ PRONENESS_SHARES
    gone = 1 + spec.frailty * spec.leaving_rate * np.arange(HISTORY + spec.periods / 2)
    alive = gone ** (-1 / spec.frailty)
    multiplier: np.ndarray = pain * float((alive / gone).sum() / alive.sum())
    return multiplier


def _draw_people(spec: CompanySpec, effects: Effects) -> _People:
    """Enough people, in no order, for `spec.customers` of them to be seen in the window."""
    rng = stream(spec.seed, "people")
    ages = np.maximum(-np.arange(-HISTORY, spec.periods), 0)
    seen = float(np.mean((1 + spec.frailty * 1.3 * spec.leaving_rate * ages) ** (-1 / spec.frailty)))
    count = int(1.2 * spec.customers / seen) + 50
    persona = rng.choice(spec.personas, size=count, p=effects.shares)
    spread = rng.normal(-(SPEND_SPREAD**2) / 2, SPEND_SPREAD, count)
    return _People(
        persona=persona,
        proneness=rng.choice(len(PRONENESS), size=count, p=PRONENESS_SHARES),
        frailty=rng.gamma(1 / spec.frailty, spec.frailty, count),
        halo=rng.normal(0.0, spec.survey.halo, count),
        base=effects.revenue[persona] * np.exp(spread),
        joined=rng.integers(-HISTORY, spec.periods, count),
    )


def _live(spec: CompanySpec, effects: Effects, people: _People) -> _Panel:
    """The panel of the window. Lives start at joining, so who is there at its start has survived until then."""
    rng = stream(spec.seed, "life")
    count, pains = len(people.persona), spec.pain_points
    rate = occurrence_rates(effects.prevalence)[people.persona, people.proneness]
    tau, sigma = effects.tau[people.persona], effects.sigma[people.persona]
    calm = effects.leaving[people.persona] * people.frailty
    season = _season(spec, np.arange(-HISTORY, spec.periods))
    grid = (count, spec.periods)
    active, stays, spend = np.zeros(grid, dtype=bool), np.zeros(grid, dtype=bool), np.ones(grid)
    exposures = np.zeros((*grid, pains), dtype=bool)

    there = np.zeros(count, dtype=bool)
    carried = np.ones(count)
    for step in range(-HISTORY, spec.periods):
        there = there | (people.joined == step)
        exposed = (rng.random((count, pains)) < rate) & there[:, None]
        leaving = calm * season[step + HISTORY] * np.exp((exposed * tau).sum(axis=1))
        stay = there & (rng.exponential(size=count) > leaving)
        if step >= 0:
            active[:, step], stays[:, step], spend[:, step], exposures[:, step] = there, stay, carried, exposed
        carried = np.where(stay, np.exp((exposed * sigma).sum(axis=1)), 1.0)
        there = stay
    return _Panel(active=active, stays=stays, spend=spend, exposed=exposures)


def _season(spec: CompanySpec, steps: np.ndarray) -> np.ndarray:
    """Multiplier of leaving by step from the window's first quarter."""
    season: np.ndarray = SEASON[(_first_period(spec) + steps) % 4]
    return season


def _first_period(spec: CompanySpec) -> int:
    return spec.as_of - spec.periods + 1


def _hidden(spec: CompanySpec, effects: Effects, people: _People, panel: _Panel) -> Hidden:
    last = panel.active[:, -1]
    quarters = np.arange(spec.money.horizon)
    return Hidden(
        effects=effects,
        persona=people.persona[last],
        proneness=people.proneness[last],
        frailty=people.frailty[last],
        margin=spec.money.margin_rate * people.base[last],
        exposed=panel.exposed[last, -1],
        season=_season(spec, spec.periods - 1 + quarters),
        discount=(1 + spec.money.discount_rate) ** (-(quarters + 0.5) / 4),
    )


def _customer_ids(rows: np.ndarray) -> np.ndarray:
    return np.char.add("c", np.char.zfill(rows.astype(str), 6)).astype(object)


def _first_days(spec: CompanySpec, steps: np.ndarray) -> np.ndarray:
    """The first day of each step's quarter."""
    months = (_first_period(spec) + steps - 1970 * 4) * 3
    days: np.ndarray = months.astype("datetime64[M]").astype("datetime64[s]")
    return days


def _dates(spec: CompanySpec, steps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A day within each step's quarter."""
    days: np.ndarray = _first_days(spec, steps) + rng.integers(0, 90, len(steps)).astype("timedelta64[D]")
    return days


def _customers(spec: CompanySpec, journey: Journey, people: _People) -> pd.DataFrame:
    personas = np.array([item.persona for item in journey.personas], dtype=object)
    return pd.DataFrame(
        {
            "customer_id": _customer_ids(np.arange(len(people.persona))),
            "persona": personas[people.persona],
            "joined_at": _first_days(spec, people.joined),
        }
    )


def _ledger(spec: CompanySpec, people: _People, panel: _Panel) -> pd.DataFrame:
    rng = stream(spec.seed, "money")
    customer, step = np.nonzero(panel.active)
    noise = np.exp(rng.normal(-(SPEND_NOISE**2) / 2, SPEND_NOISE, len(customer)))
    revenue = people.base[customer] * panel.spend[customer, step] * noise
    margin = revenue * (spec.money.margin_rate + rng.normal(0.0, RATE_NOISE, len(customer)))
    labels = np.array([period_label(_first_period(spec) + index, "quarter") for index in range(spec.periods)], object)
    retained = pd.array(panel.stays[customer, step].astype(int), dtype="Int64")
    retained[step == spec.periods - 1] = pd.NA
    return pd.DataFrame(
        {
            "customer_id": _customer_ids(customer),
            "period": labels[step],
            "revenue": revenue.round(2),
            "margin": margin.round(2),
            "retained": retained,
        }
    )


def _incidents(spec: CompanySpec, journey: Journey, panel: _Panel) -> pd.DataFrame:
    """A row an occurrence; one exposure in six shows as two rows."""
    rng = stream(spec.seed, "incidents")
    found = np.argwhere(panel.exposed)
    customer, step, pain = np.repeat(found, 1 + (rng.random(len(found)) < 1 / 6), axis=0).T
    return pd.DataFrame(
        {
            "customer_id": _customer_ids(customer),
            "occurred_at": _dates(spec, step, rng),
            "pain_point": np.array(journey.pain_ids(), dtype=object)[pain],
            "amount": 1.0,
        }
    )


def _responses(spec: CompanySpec, journey: Journey, effects: Effects, people: _People, panel: _Panel) -> pd.DataFrame:
    """Answers of the few who answer, fewer of them unhappy: a row for each stage asked, and for overall."""
    rng = stream(spec.seed, "survey")
    customer, step = np.nonzero(panel.active)
    stages, overall = _satisfaction(effects, people, panel, rng)
    standing = (overall - overall.mean()) / overall.std()
    tilt = np.exp(spec.survey.silence * standing - spec.survey.silence**2 / 2)
    answers = np.flatnonzero(rng.random(len(overall)) < spec.survey.response_rate * tilt)
    latent = np.column_stack([stages[answers], overall[answers]])
    share_asked = np.where(np.arange(spec.stages) % 2 == 1, spec.survey.asked, 1.0)
    asked = rng.random(latent.shape) < np.append(share_asked, 1.0)
    row, question = np.nonzero(asked)
    questions = np.array([*journey.stage_ids(), OVERALL], dtype=object)
    days = _dates(spec, step[answers], rng)
    return pd.DataFrame(
        {
            "customer_id": _customer_ids(customer[answers])[row],
            "responded_at": days[row],
            "stage": questions[question],
            "score": np.clip(np.rint(latent[row, question]), 1, 5).astype(int),
            "metric": "csat",
        }
    )


def _satisfaction(
    effects: Effects, people: _People, panel: _Panel, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Satisfaction before rounding with the stages `(row, stage)` and overall `(row,)`, a row an active quarter."""
    customer, step = np.nonzero(panel.active)
    pain = panel.exposed[customer, step] * effects.stage_effect[people.persona[customer]]
    moved = np.column_stack([pain[:, effects.stage_of == stage].sum(axis=1) for stage in range(len(effects.weight))])
    moved += rng.normal(0.0, 0.6, moved.shape)
    halo = people.halo[customer]
    level = rng.uniform(3.7, 4.3, len(effects.weight))
    overall = 4.0 + halo + moved @ effects.weight + rng.normal(0.0, 0.45, len(customer))
    return level + halo[:, None] + moved, overall
