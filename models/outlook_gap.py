"""The company's outlook beside the ledger's customers going on: the table, and what it says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.checks import Check, make_check
from impact.periods import period_label
from impact.study import Study
from models.outlook import LINES, Scaled

MOST_APART = 0.05  # of the model: beyond it somebody should know why
COLUMNS = ("period", "line", "outlook", "model", "gap")
PER_CUSTOMER = "_per_customer"


def gap_table(scaled: Scaled | None, study: Study) -> pd.DataFrame:
    """A row a period and line that the outlook tells; `gap` is outlook over model, less 1; empty without an outlook."""
    rows = []
    if scaled is not None:
        lines = _beside(scaled)
        for place in np.flatnonzero(scaled.told):
            period = period_label(study.as_of + 1 + int(place), study.period_kind)
            rows += [
                (period, line, outlook[place], model[place], outlook[place] / model[place] - 1)
                for line, (outlook, model) in lines.items()
                if np.isfinite(outlook[place]) and np.isfinite(model[place])
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _beside(scaled: Scaled) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Outlook and model by line `(period,)`, money per customer after the lines themselves."""
    lines = {line: (np.asarray(getattr(scaled.outlook, line)), scaled.model[line]) for line in LINES}
    customers = lines["customers"]
    per = {
        f"{line}{PER_CUSTOMER}": (lines[line][0] / customers[0], lines[line][1] / customers[1]) for line in LINES[1:]
    }
    return lines | per


def outlook_checks(scaled: Scaled | None, cells: Cells, study: Study) -> tuple[Check, ...]:
    """How far the outlook lies from the ledger's customers going on, and how many new ones it asks for."""
    if scaled is None:
        return ()
    return (_gap_check(scaled, study), *_new_customers(scaled, cells))


def _gap_check(scaled: Scaled, study: Study) -> Check:
    """Money per customer either way, and customers fewer than go on: more of them are new ones."""
    fewer = {"customers": np.minimum(scaled.gaps()["customers"], 0.0)}
    gaps = fewer | {f"{line} per customer": gap for line, gap in scaled.per_customer().items()}
    told = {line: gap[np.isfinite(gap)] for line, gap in gaps.items() if np.isfinite(gap).any()}
    worst = {line: float(gap[np.abs(gap).argmax()]) for line, gap in told.items()}
    apart = any(abs(one) > MOST_APART for one in worst.values())
    return make_check(
        "C670",
        "The base beside the company's own outlook",
        "review" if apart else "pass",
        found="; ".join(f"{line} {gap:+.1%} at most" for line, gap in worst.items()),
        limit=f"{MOST_APART:.0%} of what today's customers would bring",
        text=f"The base is scaled to it: {outlook_in_words(scaled, study)}",
        remedy="Ask finance what the outlook holds that the ledger does not: prices, one-off sales, another population."
        if apart
        else "",
    )


def outlook_in_words(scaled: Scaled, study: Study) -> str:
    """What the outlook reaches, and how the base goes on where it says nothing."""
    told = np.flatnonzero(scaled.told)
    first, last = (period_label(study.as_of + 1 + int(place), study.period_kind) for place in told[[0, -1]])
    said = [f"{scaled.outlook.file} tells {len(told)} of {len(scaled.told)} periods, {first} to {last}."]
    if told[0] > 0:
        said.append("Before it the base is as the ledger has it.")
    if not scaled.told[told[0] :].all():
        said.append("A period it leaves out goes on at the factors of the last one told.")
    if scaled.outlook.summed:
        said.append(f"{scaled.outlook.summed} of them are the sum of units.")
    if scaled.outlook.outside:
        said.append(f"{scaled.outlook.outside} rows of other periods are not used.")
    if scaled.expected.any():
        said.append("Its new customers stand in the rows by period, and in no net present value.")
    return " ".join(said)


def _new_customers(scaled: Scaled, cells: Cells) -> tuple[Check, ...]:
    if not scaled.expected.any():
        return ()
    asked = float(scaled.expected.sum(axis=0)[scaled.told].mean())
    late = new_customers(cells)
    unlike = not np.isfinite(late) or not 0.5 * late <= asked <= 1.5 * late
    joined = f"{late:,.0f} joined of late" if np.isfinite(late) else "the ledger does not tell how many joined of late"
    check = make_check(
        "C671",
        "New customers that the outlook asks for",
        "review" if unlike else "pass",
        found=f"{asked:,.0f} a period; {joined}",
        limit="within half of what joined of late",
        text="What the outlook has beyond today's customers is taken to be new ones.",
        remedy="Ask sales whether so many will join, or whether the outlook counts other customers." if unlike else "",
    )
    return (check,)


def new_customers(cells: Cells) -> float:
    """New customers a period of the last year seen; NaN where it is not told."""
    if isinstance(cells, SitePanel) or cells.lifetime is None or cells.lifetime.revenue.empty:
        return float("nan")
    last = cells.lifetime.revenue.iloc[-1]
    return float(last["new_customers"]) / float(last["after"])
