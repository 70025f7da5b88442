"""What the usual ways of choosing would take: by mentions, by score lost, and by the notebook everybody writes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from impact.journey import OVERALL
from models.simulate import Company

LAST_PERIODS = 4  # a year of occurrences, as a list of complaints would count them
NOTEBOOK = "notebook"
USUAL_WAYS = ("mentions", "mentions per cost", "score lost", "score lost per cost", NOTEBOOK)


def usual_choices(company: Company) -> dict[str, tuple[str, ...]]:
    """The initiatives each usual way of choosing would take, from the tables a company has.

    Mentions: occurrences in the last four quarters of the pain points an initiative fixes, those of surveys as
    named. Score lost: the same, each pain point's occurrences times its drop in score. Each in falling order, as it
    is or over the initiative's cost; what no longer fits the budget is passed over. Notebook: see `notebook_values`.
    """
    met = occurrences(company)
    counts = met.loc[met["quarter"] > met["quarter"].max() - LAST_PERIODS, "pain_point"].value_counts()
    mentions = {pain: float(counts.get(pain, 0)) for pain in company.journey.pain_ids()}
    drop = score_drops(company, met)
    weights = {"mentions": mentions, "score lost": {pain: mentions[pain] * drop[pain] for pain in drop}}
    cost = {item.initiative: item.cost or 0.0 for item in company.plan.initiatives}
    choices = {}
    for way, weight in weights.items():
        score = {name: 0.0 for name in cost}
        for fix in company.plan.fixes:
            score[fix.initiative] += weight[fix.pain_point]
        choices[way] = _in_order(score, cost, company.budget)
        choices[f"{way} per cost"] = _in_order({name: score[name] / cost[name] for name in cost}, cost, company.budget)
    choices[NOTEBOOK] = _best_sum(company, notebook_values(company, met), cost)
    return choices


def occurrences(company: Company) -> pd.DataFrame:
    """A row an occurrence that any table tells of: `key` of customer and quarter, quarter, pain_point."""
    incidents = _keyed(company.incidents, _quarter(company.incidents["occurred_at"]))
    if "pain_points" not in company.responses:
        return incidents[["key", "quarter", "pain_point"]]
    answers = company.responses[company.responses["stage"] == OVERALL]
    named = _keyed(answers, _quarter(answers["responded_at"])).assign(pain_point=answers["pain_points"].str.split(";"))
    named = named.explode("pain_point")
    both = pd.concat([incidents, named[named["pain_point"] != ""]], ignore_index=True)
    return both[["key", "quarter", "pain_point"]]


def score_drops(company: Company, met: pd.DataFrame) -> dict[str, float]:
    """Points of overall by which answers of those who met a pain point in the same quarter lie lower."""
    answers = _answers(company, met)
    return {
        pain: float(answers.loc[answers[pain] == 0, OVERALL].mean() - answers.loc[answers[pain] == 1, OVERALL].mean())
        for pain in company.journey.pain_ids()
    }


def notebook_values(company: Company, met: pd.DataFrame) -> dict[str, float]:
    """What a chain of regressions on the answers says each pain point costs, in money.

    Points of its stage lost where it was met (least squares on all pain points of the stage), times the stage's
    weight in overall (least squares of overall on all stages, answers that rate them all), times what a point of
    overall does to leaving (logit, at the mean), times how often it is met. A customer is worth margin over leaving.
    """
    answers, journey = _answers(company, met), company.journey
    stages = list(journey.stage_ids())
    rated = answers.dropna(subset=stages)
    weight = sm.OLS(rated[OVERALL], sm.add_constant(rated[stages])).fit().params
    followed = answers.dropna(subset=["left"])
    slope = sm.Logit(followed["left"], sm.add_constant(followed[[OVERALL]])).fit(disp=False).params[OVERALL]

    ledger = company.ledger
    leaving = 1 - float(ledger["retained"].dropna().astype(float).mean())
    margin = float(ledger["margin"].mean())
    now = int((ledger["period"] == ledger["period"].max()).sum())
    values = {}
    for stage in stages:
        pains = [pain.pain_point for pain in journey.pain_points if pain.stage == stage]
        asked = answers.dropna(subset=[stage])
        drop = sm.OLS(asked[stage], sm.add_constant(asked[pains])).fit().params
        for pain in pains:
            prevalence = _prevalence(company, met, pain)
            saved = drop[pain] * weight[stage] * slope * leaving * (1 - leaving) * prevalence
            values[pain] = now * margin * (1 / max(leaving - saved, leaving / 10) - 1 / leaving)
    return values


def _answers(company: Company, met: pd.DataFrame) -> pd.DataFrame:
    """A row a customer and quarter with an answer: scores by stage, pain points met (1 or 0), `left` where known."""
    rows = _keyed(company.responses, _quarter(company.responses["responded_at"]))
    answers = rows.pivot_table(index="key", columns="stage", values="score")
    ledger = company.ledger.dropna(subset=["retained"])
    quarter = ledger["period"].str[:4].astype(int) * 4 + ledger["period"].str[-1].astype(int)
    left = pd.Series(1 - ledger["retained"].to_numpy(dtype=float), index=_keyed(ledger, quarter)["key"])
    answers["left"] = left.reindex(answers.index).to_numpy()
    for pain in company.journey.pain_ids():
        answers[pain] = answers.index.isin(met.loc[met["pain_point"] == pain, "key"]).astype(float)
    return answers


def _keyed(rows: pd.DataFrame, quarter: pd.Series) -> pd.DataFrame:
    """The rows with `quarter` and one number of customer and quarter, `key`."""
    return rows.assign(quarter=quarter, key=rows["customer_id"].str[1:].astype(int) * 100_000 + quarter)


def _prevalence(company: Company, met: pd.DataFrame, pain: str) -> float:
    """Share of customers and quarters that meet a pain point: of all who were there, or of those who answered."""
    times = met.loc[met["pain_point"] == pain, "key"].nunique()
    told = next(item for item in company.journey.pain_points if item.pain_point == pain).source == "survey"
    among = int((company.responses["stage"] == OVERALL).sum()) if told else len(company.ledger)
    return times / among


def _quarter(days: pd.Series) -> pd.Series:
    return days.dt.year * 4 + days.dt.quarter


def _in_order(score: dict[str, float], cost: dict[str, float], budget: float) -> tuple[str, ...]:
    taken, left = [], budget
    for name in sorted(score, key=lambda name: -score[name]):
        if score[name] > 0 and cost[name] <= left:
            taken.append(name)
            left -= cost[name]
    return tuple(taken)


def _best_sum(company: Company, values: dict[str, float], cost: dict[str, float]) -> tuple[str, ...]:
    """The set under the budget of the highest sum of gain minus cost, every fix at its likely share."""
    net = {name: -cost[name] for name in cost}
    for fix in company.plan.fixes:
        net[fix.initiative] += fix.likely * values[fix.pain_point]
    sets = [chosen for size in range(len(cost) + 1) for chosen in combinations(cost, size)]
    allowed = [chosen for chosen in sets if sum(cost[name] for name in chosen) <= company.budget]
    return allowed[int(np.argmax([sum(net[name] for name in chosen) for chosen in allowed]))]
