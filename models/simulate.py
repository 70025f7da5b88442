"""Simulated companies with a known truth: customers live through a journey, answer, spend, stay or leave."""

from __future__ import annotations

import numpy as np

from impact.journey import Journey
from impact.rng import stream
from models.simulate_answers import responses
from models.simulate_people import HISTORY, Panel, People, draw_people, exposure_levels, kept, live, season_of
from models.simulate_plan import draw_journey, draw_plan, price_plan
from models.simulate_rollouts import assignments, draw_treated, rates_from
from models.simulate_tables import customers, incidents, ledger
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
    PRONENESS_SHARES,
    CauseSpec,
    Company,
    CompanySpec,
    Effects,
    Hidden,
    MoneySpec,
    RolloutSpec,
    SurveySpec,
    companies_for_verification,
)

__all__ = [
    "CauseSpec",
    "Company",
    "CompanySpec",
    "MoneySpec",
    "RolloutSpec",
    "SurveySpec",
    "TruePortfolio",
    "best_portfolio",
    "companies_for_verification",
    "simulate_company",
    "true_npv",
    "true_value",
]

SLOPE = -0.45
BUDGET_SHARE = 0.45


def simulate_company(spec: CompanySpec) -> Company:
    """The company of a specification; the same specification gives the same company."""
    journey = draw_journey(spec)
    effects = draw_effects(spec, journey)
    people = draw_people(spec, effects)
    treated = draw_treated(spec, len(people.persona))
    pains = journey.pain_ids()
    panel = live(spec, effects, people, lambda rate, step: rates_from(spec, rate, treated, pains, step))
    seen = np.flatnonzero(panel.active.any(axis=1))[: spec.customers]
    people, panel = kept(people, seen), kept(panel, seen)
    treated = treated[seen]
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
        responses=responses(spec, journey, effects, people, panel),
        customers=customers(spec, journey, people),
        ledger=ledger(spec, people, panel),
        incidents=incidents(spec, journey, panel),
        assignments=assignments(spec, treated),
        truth=truth_table(hidden, journey.pain_ids(), tuple(item.persona for item in journey.personas)),
        effectiveness=effectiveness,
        hidden=hidden,
    )


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
    delta = (weight + spec.carried * np.append(weight[1:], 0.0))[stage_of] * stage_effect
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


def _hidden(spec: CompanySpec, effects: Effects, people: People, panel: Panel) -> Hidden:
    last = panel.active[:, -1]
    quarters = np.arange(spec.money.horizon)
    return Hidden(
        effects=effects,
        persona=people.persona[last],
        proneness=people.proneness[last],
        frailty=people.frailty[last],
        margin=spec.money.margin_rate * people.base[last],
        exposed=panel.exposed[last, -1],
        levels=exposure_levels(spec.causes),
        season=season_of(spec, spec.periods - 1 + quarters),
        discount=(1 + spec.money.discount_rate) ** (-(quarters + 0.5) / 4),
    )
