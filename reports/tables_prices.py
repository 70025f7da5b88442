"""What limits and waiting cost, as tables: a row a change of a constraint, and a row a quarter of delay."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from reports.findings import Findings, summary
from scenarios.explained import Explained

PRICES = (*("constraint", "what_if", "limit", "used", "change", "value_gained", "per_unit", "currently_binds"),)
DELAYS = ("initiative", "name", "owner", "quarters_later", "npv_change", "p05", "p95")


def price_tables(found: Findings) -> Mapping[str, pd.DataFrame]:
    """The tables `prices` and `delay`; without rows where no portfolio was chosen."""
    return {"prices": prices_table(found), "delay": delay_table(found)}


def prices_table(found: Findings) -> pd.DataFrame:
    """What a little more or less of each limit, or leaving a rule out, brings in mean net value."""
    explained = _explained(found)
    prices = explained.prices if explained else ()
    rows = [
        (one.constraint, one.what, one.limit, one.used, one.change, one.gained, one.per_unit, int(one.binds))
        for one in prices
    ]
    return pd.DataFrame(rows, columns=list(PRICES))


def delay_table(found: Findings) -> pd.DataFrame:
    """What starting later changes: of the chosen set's net value for a chosen initiative, of its own for another."""
    rows = []
    explained = _explained(found)
    if explained is not None:
        for one in explained.delays:
            item = explained.pool.case.offers[one.initiative].item
            change = summary(one.change)
            rows.append(
                (
                    item.initiative,
                    item.name,
                    item.owner,
                    one.quarters_later,
                    change["mean"],
                    change["p05"],
                    change["p95"],
                )
            )
    return pd.DataFrame(rows, columns=list(DELAYS))


def _explained(found: Findings) -> Explained | None:
    chosen = found.decision is not None and found.decision.portfolio is not None
    return found.explained if chosen and found.has_margin else None
