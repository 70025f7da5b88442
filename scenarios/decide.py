"""From a posterior and a plan to a decision: value, rank, choose, plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.breakeven import break_even
from scenarios.decision import Decision
from scenarios.facevalue import face_values
from scenarios.frontier import frontier
from scenarios.learning import Learning, with_lessons
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.quarters import BASE, IDLE, OVERALL, plan_quarters
from scenarios.ranking import rank_initiatives
from scenarios.reasons import marginal_values
from scenarios.scenario import World
from scenarios.verdicts import find_information, find_lessons
from scenarios.worth import Case, at_starts


def decide(
    case: Case,
    *,
    limits: Limits,
    periods_a_year: int,
    value_of_a_point: float,
    revenue_per_margin: float | None,
    score_now: float,
    learning: Learning | None = None,
) -> Decision:
    """The decision for the offers of a case.

    A portfolio is chosen only where every offer has a cost and money is a margin.

    Args:
        case: base, posterior and offers.
        limits: budgets, teams and the aim.
        periods_a_year: of the ledger.
        value_of_a_point: money of +1 point of overall, for break-even in points.
        revenue_per_margin: to show revenue beside margin; None where the study has no margin.
        score_now: overall score today, in points.
        learning: pilots and surveys that stand as rows beside the offers.
    """
    priced = all(offer.cost is not None for offer in case.offers) and revenue_per_margin is not None
    lessons = find_lessons(case, limits, learning) if priced and learning is not None else ()
    case = with_lessons(case, lessons)
    portfolio = choose_portfolio(case, limits) if priced else None
    planned = case
    if portfolio is not None:
        case = at_starts(case, portfolio.starts)
    ranking = rank_initiatives(case, periods_a_year)
    chosen = [int(i) for i in np.flatnonzero(portfolio.chosen)] if portfolio is not None else []
    face = face_values(case, [*([i] for i in range(len(case.offers))), *([chosen] if chosen else [])])
    world = World(name=BASE, case=case, limits=limits, revenue_per_margin=revenue_per_margin)
    now = {OVERALL: score_now}
    return Decision(
        case=case,
        limits=limits,
        ranking=ranking,
        portfolio=portfolio,
        frontier=frontier(planned, portfolio, limits) if portfolio is not None else (),
        quarters=(plan_quarters(world, chosen, now), plan_quarters(replace(world, name=IDLE), (), now)),
        break_even=tuple(
            replace(break_even(case, ranking, i, value_of_a_point), credibility=1 - face[i].haircut)
            for i in range(len(case.offers))
        ),
        marginal=marginal_values(case, portfolio) if portfolio is not None else np.full(len(case.offers), np.nan),
        face=face[: len(case.offers)],
        face_chosen=face[-1] if chosen else None,
        information=None
        if portfolio is None
        else find_information(case, portfolio, limits, ranking.npv, lessons, learning),
    )
