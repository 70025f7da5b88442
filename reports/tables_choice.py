"""The tables of what to do: initiatives, portfolio, frontier, scenarios, break-even, benefits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Findings, summary
from reports.tables_cash import future_periods
from reports.tables_naive import comparison_of
from scenarios.breakeven import break_even_of_cost
from scenarios.explained import TURNS
from scenarios.tax import after_tax
from scenarios.verdicts import reason_to_learn

FIGURES = ("roi", "payback_quarters", "p_top3", "regret", "evpi")
BREAK_EVEN = ("retention_points", "spend_relative", "score_points", "effectiveness", "credibility")


def _who(found: Findings) -> dict[str, tuple[str, str]]:
    return {item.initiative: (item.name, item.owner) for item in found.plan.initiatives}


def initiatives_table(found: Findings) -> pd.DataFrame:
    """A row an initiative on its own: cost, net value with its range, chance, rank, verdict; no pilots or surveys."""
    columns = [
        *("initiative", "name", "owner", "cost", "npv", "npv_p05", "npv_p50", "npv_p95", "p_npv_positive", "roi"),
        *("payback_quarters", "rank", "rank_p05", "rank_p95", "p_top3", "regret", "verdict", "evpi", "max_cost"),
        *("prior_share", "worst_tenth", "sucra", "tie_group", "p_payback", "npv_marginal", "npv_shapley", "npv_naive"),
    ]
    tax_rate, decision = found.study.finance.tax_rate, found.decision
    columns += ["npv_after_tax"] if tax_rate > 0 else []
    if decision is None:
        return pd.DataFrame(columns=columns)
    verdicts = decision.verdicts()
    rows = []
    for i, offer in enumerate(decision.case.offers):
        if offer.kind != "initiative":
            continue
        npv = summary(decision.ranking.npv[i])
        known = offer.cost is not None and found.has_margin
        ranking = decision.ranking
        row = {
            **{name: getattr(offer.item, name) for name in ("initiative", "name", "owner")},
            "cost": offer.plan_cost if offer.cost is not None else np.nan,
            **{"npv": npv["mean"], "npv_p05": npv["p05"], "npv_p50": npv["p50"], "npv_p95": npv["p95"]},
            "p_npv_positive": float((ranking.npv[i] > 0).mean()),
            **{name: float(getattr(ranking, name)[i]) for name in FIGURES},
            **{"rank": int(ranking.rank[i]), "rank_p05": ranking.rank_low[i], "rank_p95": ranking.rank_high[i]},
            "verdict": verdicts[i],
            "npv_after_tax": float(after_tax(decision.ranking.npv[i], tax_rate).mean()),
        }
        if not known:
            row |= dict.fromkeys(("npv", "npv_p05", "npv_p50", "npv_p95", "p_npv_positive", "roi"), np.nan)
            row["npv_after_tax"] = np.nan
            row |= dict.fromkeys(("payback_quarters", "regret", "evpi"), np.nan)
        row["max_cost"] = float(ranking.max_cost[i]) if found.has_margin else np.nan
        row["prior_share"] = float(found.gates.prior_share[i]) if found.gates else np.nan
        row |= comparison_of(found, i, priced=known)
        rows.append(row)
    return pd.DataFrame(rows, columns=columns)


def portfolio_table(found: Findings) -> pd.DataFrame:
    """A row an initiative, pilot or survey: chosen or not, why, and what would have to be true for the other answer.

    Figures are blank where the choice turns at none; `binds` are the rules that keep it out.
    """
    columns = ["initiative", "name", "owner", "kind", "chosen", "start", "reason", "what_would_have_to_be_true"]
    columns += list(TURNS)
    decision, explained = found.decision, found.explained
    if decision is None or decision.portfolio is None or explained is None or not found.has_margin:
        return pd.DataFrame(columns=columns)
    periods = future_periods(found)
    rows = []
    for i, offer in enumerate(decision.case.offers):
        chosen = int(decision.portfolio.chosen[i])
        start = periods[offer.schedule.start] if chosen and offer.schedule.start < len(periods) else ""
        who = (offer.item.initiative, offer.item.name, offer.item.owner)
        learnt = reason_to_learn(decision.case, decision.portfolio.chosen, decision.information, i)
        said = learnt or (explained.why(i), explained.needs(i))
        figures = explained.figures(i) if offer.kind == "initiative" else (*(np.nan,) * (len(TURNS) - 1), "")
        rows.append((*who, offer.kind, chosen, start, *said, *figures))
    return pd.DataFrame(rows, columns=columns)


def frontier_table(found: Findings) -> pd.DataFrame:
    """What each budget would buy: the best set's joint net value, with the range of the chosen method."""
    columns = ["budget", "value", "value_p05", "value_p95", "initiatives"]
    decision = found.decision
    if decision is None or not found.has_margin:
        return pd.DataFrame(columns=columns)
    ids = [offer.item.initiative for offer in decision.case.offers]
    rows = [
        (point.budget, point.value, point.low, point.high, ";".join(ids[i] for i in point.members))
        for point in decision.frontier
    ]
    return pd.DataFrame(rows, columns=columns)


def break_even_table(found: Findings) -> pd.DataFrame:
    """What would have to be true, each alone, for an initiative's mean net value to be nil."""
    columns = ["initiative", "name", "owner", *BREAK_EVEN]
    who = _who(found)
    rows: list[tuple[object, ...]] = []
    if found.decision is not None:
        for offer, one in zip(found.decision.case.offers, found.decision.break_even, strict=True):
            if offer.cost is not None and offer.kind == "initiative" and found.has_margin:
                figures = (float(getattr(one, name)) for name in BREAK_EVEN)
                rows.append((offer.item.initiative, *who[offer.item.initiative], *figures))
    elif found.has_margin:
        for item in found.plan.initiatives:
            if item.cost is not None:
                retention, spend = break_even_of_cost(found.bare_base, item.cost)
                rows.append((item.initiative, *who[item.initiative], retention, spend, np.nan, np.nan, np.nan))
    return pd.DataFrame(rows, columns=columns)
