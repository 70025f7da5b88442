"""How near a run comes to the truth of a simulated company, and what two usual ways of choosing would get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from impact.journey import OVERALL
from models.pains import value_pains
from models.simulate import Company, best_portfolio, true_npv
from models.simulate_truth import expected_margin, outlook_of
from models.value import base_path
from reports.findings import Estimates, Findings

SURE = 0.95
LAST_PERIODS = 4  # a year of occurrences, as a list of complaints would count them
ENGINE = "engine"
USUAL_WAYS = ("mentions", "mentions per cost", "score lost", "score lost per cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a run says beside the truth.

    `inside` of `pain_points` true values lie in their 90% range. `sum_ratio`: estimated over true value,
    all pain points. `base_ratio`: discounted margin without any fix over its expectation. `given_effects`:
    value over truth where the engine is told the true effects, so that only base and horizon are its own.
    `claimed` of `nothings` that do nothing, and `found` of the others, are said to cost money with
    P > .95. `captured`: true net value of the set a way of choosing takes, over `best`, that of the best
    set. `forecast`: expected over true net value of the engine's set; `forecast_inside` its 90% range.
    """

    seed: int
    pain_points: int
    rank_correlation: float
    inside: int
    sum_ratio: float
    base_ratio: float
    given_effects: float
    nothings: int
    claimed: int
    found: int
    best: float
    captured: Mapping[str, float]
    forecast: float
    forecast_inside: bool


def measure(company: Company, findings: Findings) -> Measured:
    """The figures of one company."""
    estimates, decision = findings.estimates, findings.decision
    assert estimates is not None
    assert decision is not None
    assert decision.portfolio is not None
    truth = company.truth.set_index("pain_point").loc[list(estimates.posterior.pain_points)]
    true, values = truth["value"].to_numpy(), estimates.pains.pains
    low, high = np.percentile(values, [5, 95], axis=1)
    nothing, sure = truth["does_nothing"].to_numpy(), (values > 0).mean(axis=1) > SURE
    offers = decision.case.offers
    taken = tuple(
        offer.item.initiative for offer, chosen in zip(offers, decision.portfolio.chosen, strict=True) if chosen
    )
    gained, best = true_npv(company, taken), best_portfolio(company, company.budget).npv
    span = np.percentile(decision.portfolio.npv, [5, 95])
    usual = {way: true_npv(company, chosen) / best for way, chosen in usual_choices(company).items()}
    return Measured(
        seed=company.spec.seed,
        pain_points=len(true),
        rank_correlation=float(spearmanr(true, values.mean(axis=1)).statistic),
        inside=int(((low <= true) & (true <= high)).sum()),
        sum_ratio=float(values.mean(axis=1).sum() / true.sum()),
        base_ratio=_base_ratio(company, estimates),
        given_effects=_given_effects(company, estimates) / float(true.sum()),
        nothings=int(nothing.sum()),
        claimed=int((sure & nothing).sum()),
        found=int((sure & ~nothing).sum()),
        best=best,
        captured={ENGINE: gained / best, **usual},
        forecast=float(decision.portfolio.npv.mean()) / gained,
        forecast_inside=bool(span[0] <= gained <= span[1]),
    )


def _base_ratio(company: Company, estimates: Estimates) -> float:
    """Discounted margin of the base without any fix, over what the simulation expects."""
    nothing_fixed = np.zeros((company.spec.money.horizon, company.spec.pain_points))
    expected = expected_margin(outlook_of(company.hidden), nothing_fixed) @ company.hidden.discount
    return float(base_path(estimates.base)["margin"].mean(axis=0) @ estimates.base.discount / expected)


def _given_effects(company: Company, estimates: Estimates) -> float:
    """Value of all pain points, one at a time, on the engine's base with the true effects in every draw."""
    posterior, effects = estimates.posterior, company.hidden.effects
    named = [persona.persona for persona in company.journey.personas]
    order = [named.index(persona) for persona in posterior.personas]
    told = replace(
        posterior,
        leaving=np.broadcast_to(effects.tau[order], posterior.leaving.shape),
        spend=np.broadcast_to(effects.sigma[order], posterior.spend.shape),
    )
    return float(value_pains(estimates.base, told, company.journey).pains.mean(axis=1).sum())


def usual_choices(company: Company) -> dict[str, tuple[str, ...]]:
    """The initiatives each usual way of choosing would take, from the tables a company has.

    Mentions: occurrences in the last four quarters of the pain points an initiative fixes. Score lost:
    the same, each pain point's occurrences times its drop in score. Each in falling order, as it is or
    over the initiative's cost; what no longer fits the budget is passed over.
    """
    mentions = _occurrences(company)["pain_point"].value_counts()
    drop = score_drops(company)
    lost = {pain: float(mentions.get(pain, 0)) * drop[pain] for pain in drop}
    weights = {"mentions": {pain: float(mentions.get(pain, 0)) for pain in drop}, "score lost": lost}
    cost = {item.initiative: item.cost or 0.0 for item in company.plan.initiatives}
    choices = {}
    for way, weight in weights.items():
        score = {name: 0.0 for name in cost}
        for fix in company.plan.fixes:
            score[fix.initiative] += weight[fix.pain_point]
        choices[way] = _greedy(score, cost, company.budget)
        choices[f"{way} per cost"] = _greedy({name: score[name] / cost[name] for name in cost}, cost, company.budget)
    return choices


def _occurrences(company: Company) -> pd.DataFrame:
    """Incidents of the last four quarters, a row an occurrence."""
    quarter = _quarter(company.incidents["occurred_at"])
    return company.incidents[quarter > quarter.max() - LAST_PERIODS]


def _quarter(days: pd.Series) -> pd.Series:
    return days.dt.year * 4 + days.dt.quarter


def score_drops(company: Company) -> dict[str, float]:
    """Points of overall by which answers of those who met a pain point in the same quarter lie lower."""
    rows = company.responses[company.responses["stage"] == OVERALL]
    answers = rows.assign(quarter=_quarter(rows["responded_at"]))
    met = company.incidents.assign(quarter=_quarter(company.incidents["occurred_at"]))
    drops = {}
    for pain, mine in met.groupby("pain_point"):
        exposed = pd.MultiIndex.from_frame(mine[["customer_id", "quarter"]])
        hit = pd.MultiIndex.from_frame(answers[["customer_id", "quarter"]]).isin(exposed)
        drops[str(pain)] = float(answers.loc[~hit, "score"].mean() - answers.loc[hit, "score"].mean())
    return drops


def _greedy(score: dict[str, float], cost: dict[str, float], budget: float) -> tuple[str, ...]:
    taken, left = [], budget
    for name in sorted(score, key=lambda name: -score[name]):
        if score[name] > 0 and cost[name] <= left:
            taken.append(name)
            left -= cost[name]
    return tuple(taken)


def markdown_table(measured: tuple[Measured, ...]) -> list[str]:
    """A row a company and a last one for all, as `docs/accuracy.md` shows them."""
    ways = (ENGINE, *USUAL_WAYS)
    head = ["seed", "rank correlation", "inside 90%", "estimate / truth", "base / truth", "nothings claimed"]
    head += [*ways, "forecast / true"]
    rows = [
        [
            str(one.seed),
            f"{one.rank_correlation:.2f}",
            f"{one.inside} of {one.pain_points}",
            f"{one.sum_ratio:.2f}",
            f"{one.base_ratio:.3f}",
            f"{one.claimed} of {one.nothings}",
            *(f"{one.captured[way]:.2f}" for way in ways),
            f"{one.forecast:.2f}",
        ]
        for one in measured
    ]
    rows.append(
        [
            "all",
            f"mean {np.mean([one.rank_correlation for one in measured]):.2f}",
            f"{sum(one.inside for one in measured)} of {sum(one.pain_points for one in measured)}",
            f"median {np.median([one.sum_ratio for one in measured]):.2f}",
            f"mean {np.mean([one.base_ratio for one in measured]):.3f}",
            f"{sum(one.claimed for one in measured)} of {sum(one.nothings for one in measured)}",
            *(f"mean {mean_captured(measured, way):.2f}, sum {pooled_captured(measured, way):.2f}" for way in ways),
            f"sum {pooled_forecast(measured):.2f}",
        ]
    )
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def mean_captured(measured: tuple[Measured, ...], way: str) -> float:
    """Share of the best possible that a way of choosing gets, every company alike."""
    return float(np.mean([one.captured[way] for one in measured]))


def pooled_captured(measured: tuple[Measured, ...], way: str) -> float:
    """Money that a way of choosing gets over the best possible, all companies together."""
    return sum(one.captured[way] * one.best for one in measured) / sum(one.best for one in measured)


def pooled_forecast(measured: tuple[Measured, ...]) -> float:
    """Money forecast for the engine's sets over what they are truly worth, all companies together."""
    true = [one.captured[ENGINE] * one.best for one in measured]
    return sum(one.forecast * worth for one, worth in zip(measured, true, strict=True)) / sum(true)
