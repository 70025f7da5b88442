"""The values at stake beside what was held likely before any data, and the most that fixing can bring."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Estimates, Findings

COLUMNS = (
    *("kind", "id", "name", "value", "value_p05", "value_p95"),
    *("prior_p05", "prior_p95", "prior_share", "customers_kept"),
)


def at_stake_table(found: Findings) -> pd.DataFrame:
    """A row a pain point, a stage, all pain points together, and the cap: the most that any fixes can bring.

    `prior_...` is the value made from what was held likely before any data; `customers_kept` are of today's, there at
    the end of the horizon thanks to the fix, told of everything and of the cap.
    """
    rows = _rows(found, found.estimates) if found.estimates else []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(found: Findings, estimates: Estimates) -> list[dict[str, object]]:
    pains, stakes = estimates.pains, estimates.stakes
    held = stakes.prior.values
    names = {stage.stage: stage.name for stage in found.journey.stages}
    lines = [
        ("pain_point", pain.pain_point, pain.name, pains.pains[k], held.pains[k])
        for k, pain in enumerate(found.journey.pain_points)
    ]
    lines += [("stage", stage, names[stage], draws, held.stages[stage]) for stage, draws in pains.stages.items()]
    lines.append(("everything", "", "All pain points together", pains.everything, held.everything))
    rows = [
        {**_line((kind, one, name), draws, prior), "prior_share": stakes.shares[kind, one]}
        for kind, one, name, draws, prior in lines
    ]
    rows[-1]["customers_kept"] = float(stakes.cap.saved.mean())
    most = _line(("cap", "", "The most that any fixes can bring"), stakes.cap.value, None)
    return [*rows, {**most, "customers_kept": float(stakes.cap.explained.mean())}]


def _line(what: tuple[str, str, str], draws: np.ndarray, prior: np.ndarray | None) -> dict[str, object]:
    low, high = np.percentile(draws, [5, 95])
    held = (np.nan, np.nan) if prior is None else np.percentile(prior, [5, 95])
    return {
        **dict(zip(("kind", "id", "name"), what, strict=True)),
        **{"value": float(draws.mean()), "value_p05": float(low), "value_p95": float(high)},
        **{"prior_p05": float(held[0]), "prior_p95": float(held[1])},
    }
