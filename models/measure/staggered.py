"""Difference in differences that survives starts at different times."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from models.measure.clustered import linear_of, spread_of
from models.measure.imputation import Imputation, impute
from models.measure.panel import Effect, Panel, Refusal, groups

METHOD = "difference in differences"
SIDE = 2  # clusters on either side, fewer, and nothing tells how far clusters scatter


def compare_staggered(panel: Panel) -> Effect | Refusal:
    """The mean effect in treated cells, each by its customers, beside the untreated cells' unit and period means.

    The range is that of clusters, at t of their degrees of freedom (`models/measure/clustered.py`). Its grade is
    "randomised" where chance decided who started when, else "comparison". Refused where fewer than two clusters
    stand on either side, or no treated cell has an expectation.

    Source: Borusyak, Jaravel & Spiess (2024).
    """
    found = impute(panel)
    faults = _faults(panel, found)
    if faults:
        return Refusal(method=METHOD, reason=faults)
    spread = spread_of(linear_of(found, panel.cluster))
    se, df = float(np.sqrt(spread.covariance[0, 0])), float(spread.df[0])
    half = float(student.ppf(0.95, df)) * se
    treated = found.treated.any(axis=1)
    return Effect(
        method=METHOD,
        estimate=found.estimate,
        se=se,
        low=found.estimate - half,
        high=found.estimate + half,
        grade="randomised" if panel.randomised else "comparison",
        units=int(panel.seen.any(axis=1).sum()),
        treated=int(treated.sum()),
        before=int((found.untreated & panel.treated[:, None]).any(axis=0).sum()),
        after=int(found.treated.any(axis=0).sum()),
        said=_said(panel, found),
        p=float(2 * student.sf(abs(found.estimate) / se, df)) if se > 0 else float("nan"),
    )


def comparison_sides(panel: Panel, found: Imputation) -> tuple[int, int]:
    """Clusters with effects told, and clusters seen without the initiative while another had it."""
    treated = np.unique(panel.cluster[found.treated.any(axis=1)])
    during = found.treated.any(axis=0)
    beside = np.unique(panel.cluster[(found.untreated & during).any(axis=1)])
    return len(treated), len(beside)


def _faults(panel: Panel, found: Imputation) -> str:
    if not found.treated.any():
        return "no treated group has a period before and a group without the initiative beside it"
    treated, beside = comparison_sides(panel, found)
    if min(treated, beside) < SIDE:
        return f"{groups(treated)} with it, {beside} without it at the time; {SIDE} of each are the least"
    return ""


def _said(panel: Panel, found: Imputation) -> str:
    treated, beside = comparison_sides(panel, found)
    text = f"{groups(treated)} with the initiative beside {beside} without it at the time, before and after."
    if found.left_out:
        text += f" {found.left_out} cells have nothing to be compared with and are left out."
    if panel.missing:
        text += f" {panel.missing} of {panel.outcome.size} cells have no outcome."
    return text
