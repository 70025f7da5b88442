"""Effects by time since the start, and whether treated and others moved alike before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import f as fisher
from scipy.stats import t as student

from models.measure.clustered import Linear, Spread, linear_of, spread_of
from models.measure.imputation import Imputation, impute, impute_in
from models.measure.panel import Effect, Panel

LEADS = 3  # periods before the start that are each asked for a difference of their own
BREAKS = 1.0  # how many times the largest break seen before may come after
PRETREND = 0.05
TOLD = 1e-8  # customers behind a difference, relative to the largest cell, under which it is not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The difference `since` periods after the start (below nil: before), with its 90% range."""

    since: int
    estimate: float
    se: float
    low: float
    high: float
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStudy:
    """Steps before and after the start, in order.

    `pretrend_p` of the hypothesis that all steps before are nil (nan: too few periods or groups to ask);
    `largest_break` between neighbouring steps before (nan: none to be told).
    """

    steps: tuple[Step, ...]
    pretrend_p: float
    largest_break: float


def study_events(panel: Panel) -> EventStudy:
    """Effects by periods since the start, and up to three differences before it (`study_before`)."""
    found = impute(panel)
    before = study_before(panel, found)
    return replace(before, steps=(*before.steps, *_after(panel, found)))


def study_before(panel: Panel, found: Imputation) -> EventStudy:
    """Up to three differences before the start, tested together, from untreated cells alone.

    Each of the last periods before the start gets a difference of its own beside unit and period means, measured
    from the periods earlier than these. The joint test is an F with the degrees of freedom of the clusters; where
    they are few, fewer periods are asked.

    Source: Borusyak, Jaravel & Spiess (2024), section 4.4; Pustejovsky & Tipton (2018), approximate Hotelling.
    """
    for count in range(LEADS, 0, -1):
        lead = _leads(panel, found, count)
        if lead is None:
            continue
        spread = spread_of(lead.linear)
        p = _joint(spread, lead.estimates)
        if np.isnan(p) and count > 1:
            continue
        parts = zip(lead.since, lead.estimates, lead.units, strict=True)
        steps = tuple(_step(*one, spread, j) for j, one in enumerate(parts))
        largest = float(np.abs(np.diff(np.concatenate([[0.0], lead.estimates]))).max())
        return EventStudy(steps=steps, pretrend_p=p, largest_break=largest)
    return EventStudy(steps=(), pretrend_p=float("nan"), largest_break=float("nan"))


def widen_for_trends(effect: Effect, events: EventStudy, breaks: float = BREAKS) -> Effect:
    """The effect with its range widened by so many times the largest break seen before; the middle stays.

    A break as large as any seen before may have come with the start. Its grade is "indicative".
    Source: after Rambachan & Roth (2023), relative magnitudes, with one break that lasts.
    """
    extra = breaks * events.largest_break
    return replace(
        effect,
        method="difference in differences, trends may differ",
        low=effect.low - extra,
        high=effect.high + extra,
        grade="indicative",
        said=f"The range allows for a break at the start of up to {breaks:g} times the largest seen before.",
        p=float("nan"),
    )


def _after(panel: Panel, found: Imputation) -> tuple[Step, ...]:
    since = panel.t[None, :] - panel.treated_from[:, None].astype(np.int64)
    out = []
    for step in np.unique(since[found.treated]):
        cells = found.treated & (since == step)
        one = impute_in(found, cells)
        spread = spread_of(linear_of(one, panel.cluster))
        out.append(_step(int(step), one.estimate, int(cells.any(axis=1).sum()), spread))
    return tuple(out)


def _step(since: int, estimate: float, units: int, spread: Spread, j: int = 0) -> Step:
    se = float(np.sqrt(spread.covariance[j, j]))
    half = float(student.ppf(0.95, spread.df[j])) * se if units > 1 else float("inf")
    return Step(since=since, estimate=float(estimate), se=se, low=estimate - half, high=estimate + half, units=units)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leads:
    linear: Linear
    estimates: np.ndarray
    since: tuple[int, ...]
    units: tuple[int, ...]


def _leads(panel: Panel, found: Imputation, count: int) -> _Leads | None:
    """Differences of the last `count` periods before the start; None where they cannot be told."""
    since = panel.t[None, :] - panel.treated_from[:, None].astype(np.int64)
    own = np.where(found.untreated & panel.treated[:, None], since, 0)
    wanted = np.unique(own[own < 0])[-count:]
    # an earlier period must be left to measure from
    if len(wanted) < count or not (own < wanted[0]).any():
        return None
    cells = np.array([own == s for s in wanted], dtype=float)
    flat = np.array([_beside_means(one, found) for one in cells])
    gram = np.einsum("jit,kit->jk", flat * found.base, flat)
    if np.linalg.matrix_rank(gram, tol=TOLD * float(found.base.max())) < count:
        return None
    pull = np.einsum("jk,kit->jit", np.linalg.inv(gram), flat * found.base)
    estimates = (pull * panel.values).sum(axis=(1, 2))
    left = np.where(found.untreated, found.residual - np.einsum("j,jit->it", estimates, flat), 0.0)
    linear = replace(linear_of(found, panel.cluster), pull=pull, columns=flat, residual=left)
    units = tuple(int(one.any(axis=1).sum()) for one in cells > 0)
    return _Leads(linear=linear, estimates=estimates, since=tuple(int(s) for s in wanted), units=units)


def _beside_means(column: np.ndarray, found: Imputation) -> np.ndarray:
    """A column less its own unit and period means `(unit, period)`."""
    weighed = found.base * column
    means = found.solution @ np.concatenate([weighed.sum(axis=1), weighed.sum(axis=0)])
    return np.asarray(column - means[: len(column), None] - means[None, len(column) :])


def _joint(spread: Spread, estimates: np.ndarray) -> float:
    """Two-sided p of all estimates nil; nan where the clusters are too few for so many."""
    count, df = len(estimates), float(spread.df.mean())
    if df - count + 1 < 1:
        return float("nan")
    wald = float(estimates @ np.linalg.pinv(spread.covariance, hermitian=True) @ estimates)
    return float(fisher.sf((df - count + 1) / (df * count) * wald, count, df - count + 1))
