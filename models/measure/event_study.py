"""Effects by time since the start, and whether treated and others moved alike before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import f as fisher
from scipy.stats import t as student

from models.measure.clustered import Spread, linear_of, spread_of
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
    """Up to three differences before the start, and the test that treated and others moved alike, from untreated cells.

    Each of the last periods before the start gets a difference of its own beside unit and period means, measured
    from the periods earlier than these; where clusters are few, fewer periods are asked. `pretrend_p` joins their
    joint F, by the clusters' degrees of freedom, with the t of a difference in trend over all periods before, which
    finds a slow drift where single steps do not: twice the smaller p.

    Source: Borusyak, Jaravel & Spiess (2024), section 4.4; Pustejovsky & Tipton (2018), approximate Hotelling.
    """
    since = panel.t[None, :] - panel.treated_from[:, None].astype(np.int64)
    own = np.where(found.untreated & panel.treated[:, None], since, 0)
    drift = _told(panel, found, own[None].astype(float))
    p = _joint(drift.spread, drift.estimates) if drift else float("nan")
    lead = _last_leads(panel, found, own)
    if lead is None:
        return EventStudy(steps=(), pretrend_p=p, largest_break=float("nan"))
    wanted, told = lead
    units = [int((own == s).any(axis=1).sum()) for s in wanted]
    steps = tuple(_step(int(s), float(told.estimates[j]), units[j], told.spread, j) for j, s in enumerate(wanted))
    largest = float(np.abs(np.diff(np.concatenate([[0.0], told.estimates]))).max())
    return EventStudy(steps=steps, pretrend_p=_either(p, _joint(told.spread, told.estimates)), largest_break=largest)


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


def _last_leads(panel: Panel, found: Imputation, own: np.ndarray) -> tuple[np.ndarray, _Told] | None:
    """The last periods before the start, as many as the clusters can test together, and their differences."""
    for count in range(LEADS, 0, -1):
        wanted = np.unique(own[own < 0])[-count:]
        # an earlier period must be left to measure from
        early = len(wanted) == count and bool((own < wanted[0]).any())
        told = _told(panel, found, np.array([own == s for s in wanted], dtype=float)) if early else None
        if told and (count == 1 or not np.isnan(_joint(told.spread, told.estimates))):
            return wanted, told
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    estimates: np.ndarray
    spread: Spread


def _told(panel: Panel, found: Imputation, columns: np.ndarray) -> _Told | None:
    """Coefficients of columns `(column, unit, period)` beside means of untreated cells; None if not all are told."""
    flat = np.array([_beside_means(one, found) for one in columns])
    gram = np.einsum("jit,kit->jk", flat * found.base, flat)
    if not len(columns) or np.linalg.matrix_rank(gram, tol=TOLD * float(found.base.max())) < len(columns):
        return None
    pull = np.einsum("jk,kit->jit", np.linalg.inv(gram), flat * found.base)
    estimates = (pull * panel.values).sum(axis=(1, 2))
    left = np.where(found.untreated, found.residual - np.einsum("j,jit->it", estimates, flat), 0.0)
    linear = replace(linear_of(found, panel.cluster), pull=pull, columns=flat, residual=left)
    return _Told(estimates=estimates, spread=spread_of(linear))


def _either(one: float, other: float) -> float:
    """Bonferroni's p of two tests, of one where the other was not asked."""
    asked = [p for p in (one, other) if not np.isnan(p)]
    return min(1.0, len(asked) * min(asked)) if asked else float("nan")


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
