"""The tables of cash: every initiative and the chosen portfolio by period, and what is live with its rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from impact.periods import period_label
from reports.findings import Findings, summary
from reports.tables_walk import PORTFOLIO
from scenarios.decision import Decision
from scenarios.flows import CashFlow, cash_flow
from scenarios.ongoing import find_to_come
from scenarios.tax import after_tax
from scenarios.worth import set_value

CASH = ("capex", "opex", "retention", "spend", "service_saving", "other_benefit", "non_cashable", "net", "cumulative")
NEED_COST = ("capex", "net", "cumulative", "discounted", "net_after_tax")
WHO = ("initiative", "name", "owner")


def future_periods(found: Findings) -> tuple[str, ...]:
    """Labels of the periods of the horizon, the one after `as_of` first."""
    study = found.study
    return tuple(period_label(study.as_of + h, study.period_kind) for h in range(1, study.horizon_periods + 1))


def cashflow_table(found: Findings) -> pd.DataFrame:
    """Mean cash by period: every initiative on its own, then the chosen portfolio with overlap taken out.

    `net` is undiscounted; `discounted` sums to the NPV. With a tax rate, `net_after_tax` beside it. Where the plan
    gives no cost, what needs one is blank.
    """
    taxed = found.study.finance.tax_rate > 0
    columns = [*WHO, "period", *CASH, "discount_factor", "discounted", *(["net_after_tax"] if taxed else [])]
    decision = found.decision
    if decision is None or not found.has_margin:
        return pd.DataFrame(columns=columns)
    rows = pd.DataFrame(
        [row for who, flow in _flows(decision) for row in _rows(found, decision, who, flow)], columns=columns
    )
    unpriced = [offer.item.initiative for offer in decision.case.offers if offer.cost is None]
    rows.loc[rows["initiative"].isin(unpriced), [name for name in NEED_COST if name in columns]] = np.nan
    return rows


def _flows(decision: Decision) -> Iterator[tuple[tuple[str, str, str], CashFlow]]:
    case = decision.case
    for i, offer in enumerate(case.offers):
        who = (offer.item.initiative, offer.item.name, offer.item.owner)
        yield who, cash_flow(case, [i], decision.ranking.value[i])
    if decision.portfolio is not None and decision.portfolio.chosen.any():
        members = [int(i) for i in np.flatnonzero(decision.portfolio.chosen)]
        yield (PORTFOLIO, "Chosen portfolio", ""), cash_flow(case, members, set_value(case, members))


def _rows(
    found: Findings, decision: Decision, who: tuple[str, str, str], flow: CashFlow
) -> Iterator[dict[str, object]]:
    factors, net = decision.case.base.discount, flow.net
    for h, period in enumerate(future_periods(found)):
        yield {
            **dict(zip(WHO, who, strict=True)),
            "period": period,
            **{"capex": flow.capex[h], "opex": flow.opex[h], "retention": flow.retention[h], "spend": flow.spend[h]},
            **{"service_saving": flow.service[h], "other_benefit": flow.other[h]},
            **{"non_cashable": flow.non_cashable[h], "net": net[h], "cumulative": net[: h + 1].sum()},
            **{"discount_factor": factors[h], "discounted": net[h] * factors[h]},
            "net_after_tax": float(after_tax(net[h], found.study.finance.tax_rate)),
        }


def ongoing_table(found: Findings) -> pd.DataFrame:
    """A row an initiative that has begun: how far it works today, and what is still to come and to be paid."""
    columns = [
        *(*WHO, "status", "live_now", "value_to_come", "value_to_come_p05", "value_to_come_p95"),
        *("cost_to_come", "run_cost_to_come"),
    ]
    decision = found.decision
    if decision is None or not found.has_margin:
        return pd.DataFrame(columns=columns)
    rows = []
    for one in find_to_come(decision.case):
        value, item = summary(one.value), one.item
        figures = (one.live_now, value["mean"], value["p05"], value["p95"], one.one_off, one.running)
        rows.append((item.initiative, item.name, item.owner, item.status, *figures))
    return pd.DataFrame(rows, columns=columns)
