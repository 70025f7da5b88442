"""How initiatives compare with each other, and with what raw estimates would promise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Findings

COLUMNS = ("initiative", "name", "owner", "npv", "npv_naive", "chosen", "chosen_by_naive")
OURS, THEIRS = "the set that is chosen", "the set that raw estimates would choose"


def comparison_of(found: Findings, i: int, *, priced: bool) -> dict[str, float]:
    """The columns of the table `initiatives` on how one compares; money is nan where no net value is claimed."""
    decision, compared = found.decision, found.comparison
    if decision is None:
        return {}
    ranking = decision.ranking
    blank = float("nan")
    return {
        "sucra": float(ranking.sucra[i]),
        "tie_group": int(ranking.tie_group[i]),
        "worst_tenth": float(ranking.worst_tenth[i]) if priced else blank,
        "p_payback": float(ranking.p_payback()[i]) if priced else blank,
        "npv_marginal": float(decision.marginal[i]) if priced else blank,
        "npv_shapley": float(compared.shares[i]) if compared and priced else blank,
        "npv_naive": float(compared.curse.naive[i]) if compared and priced else blank,
    }


def naive_table(found: Findings) -> pd.DataFrame:
    """A row an initiative alone, then the chosen set and the one raw estimates would choose: NPV and raw estimates."""
    decision, compared = found.decision, found.comparison
    if decision is None or decision.portfolio is None or compared is None or not found.has_margin:
        return pd.DataFrame(columns=list(COLUMNS))
    curse, chosen = compared.curse, decision.portfolio.chosen
    rows: list[tuple[object, ...]] = []
    for i, offer in enumerate(decision.case.offers):
        if offer.kind != "initiative":
            continue
        who = (offer.item.initiative, offer.item.name, offer.item.owner)
        rows.append((*who, float(curse.shrunk[i]), float(curse.naive[i]), int(chosen[i]), int(curse.chosen[i])))
    same = int(np.array_equal(chosen, curse.chosen))
    rows.append(("", OURS, "", float(curse.ours.mean()), curse.naive_of_ours, 1, same))
    rows.append(("", THEIRS, "", float(curse.worth.mean()), curse.promised, same, 1))
    return pd.DataFrame(rows, columns=list(COLUMNS))
