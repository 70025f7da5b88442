"""A synthetic comparison's range, from what the same would have said of units that never got it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from impact.rng import stream
from models.measure.panel import Effect, Panel, Refusal, groups
from models.measure.synthetic import Block, Kind, synthetic_effect

NAMES: dict[Kind, str] = {
    "SDID": "synthetic difference in differences",
    "SC": "synthetic control",
    "DID": "difference of plain means",
}
BEFORE = 4  # periods before the start, fewer, and any weights fit
UNTREATED = 5  # units, fewer, and placebos tell no spread
EACH = 100  # untreated units up to which each takes the place of a single treated one
DRAWS = 40  # placebos otherwise; their spread is then known to a ninth


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Units that start together: their block beside all untreated units, and how much the block counts."""

    block: Block
    counts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """Cohorts by start, all beside the same untreated units; `left_out` units with cells missing."""

    cohorts: tuple[Cohort, ...]
    untreated: int
    left_out: int
    before: int
    after: int

    @property
    def treated(self) -> int:
        """Units that got it."""
        return sum(len(one.block.treated) for one in self.cohorts)


def compare_synthetic(panel: Panel, kind: Kind = "SDID") -> Effect | Refusal:
    """The mean effect beside a synthetic comparison, start by start, with a range by placebo.

    Untreated units take the place of the treated ones, in the same number and with the same starts; the root mean
    square of what is then found, by (1 + 1/untreated) as for one more unit, is the standard error, at t of the
    untreated units less one.
    Right where treated units scatter as untreated ones do, which the range cannot tell.

    Source: Arkhangelsky et al. (2021), algorithm 4, for the spread; Abadie, Diamond & Hainmueller (2010), `placebo`.
    """
    single = panel.by_cluster
    if single is None:
        return Refusal(method=NAMES[kind], reason="starts differ within what was assigned together")
    found = cohorts_of(single)
    faults = _faults(found)
    if faults:
        return Refusal(method=NAMES[kind], reason=faults)
    estimate = _together([(one.counts, synthetic_effect(one.block, kind)) for one in found.cohorts])
    placebos = np.array([_placebo(found, order, kind) for order in _orders(found)])
    se, df = float(np.sqrt((placebos**2).mean() * (1 + 1 / found.untreated))), min(found.untreated, len(placebos)) - 1
    half = float(student.ppf(0.95, df)) * se
    return Effect(
        method=NAMES[kind],
        estimate=estimate,
        se=se,
        low=estimate - half,
        high=estimate + half,
        grade="comparison",
        units=found.treated + found.untreated,
        treated=found.treated,
        before=found.before,
        after=found.after,
        placebo=float((1 + (np.abs(placebos) >= abs(estimate)).sum()) / (1 + len(placebos))),
        said=_said(found),
        p=float(2 * student.sf(abs(estimate) / se, df)) if se > 0 else float("nan"),
    )


def cohorts_of(panel: Panel) -> Cohorts:
    """The blocks of a panel: periods that a start's treated units all have, units that have all of these."""
    seen, weights = panel.seen, panel.weights
    spare = np.flatnonzero(~panel.treated)
    periods = {start: seen[panel.treated_from == start].all(axis=0) for start in panel.starts}
    needed = np.any(list(periods.values()), axis=0) if periods else np.zeros(len(panel.t), bool)
    whole = spare[seen[np.ix_(spare, np.flatnonzero(needed))].all(axis=1)]
    cohorts = []
    for start, kept in periods.items():
        mine = np.flatnonzero(panel.treated_from == start)
        later = kept & (panel.t >= start)
        size = weights[np.ix_(mine, np.flatnonzero(later))].sum(axis=1)
        block = Block(
            controls=panel.values[np.ix_(whole, np.flatnonzero(kept))],
            treated=panel.values[np.ix_(mine, np.flatnonzero(kept))],
            before=int((kept & (panel.t < start)).sum()),
            size=np.where(size > 0, size, 1.0),
        )
        cohorts.append(Cohort(block=block, counts=float(size.sum())))
    return Cohorts(
        cohorts=tuple(cohorts),
        untreated=len(whole),
        left_out=len(spare) - len(whole),
        before=min((one.block.before for one in cohorts), default=0),
        after=max((one.block.controls.shape[1] - one.block.before for one in cohorts), default=0),
    )


def _faults(found: Cohorts) -> str:
    if not found.cohorts or any(one.counts == 0 for one in found.cohorts):
        return "a start without an outcome after it that all its groups have"
    if found.before < BEFORE:
        return f"{found.before} periods before the first start; {BEFORE} are the least"
    least = max(UNTREATED, 2 * found.treated)
    if found.untreated < least:
        return f"{groups(found.untreated)} without it and with every period; {least} are the least"
    return ""


def _together(parts: Sequence[tuple[float, float]]) -> float:
    return sum(count * effect for count, effect in parts) / sum(count for count, _ in parts)


def _orders(found: Cohorts) -> list[np.ndarray]:
    """Which untreated units stand for the treated ones: each once for a single one, else drawn."""
    if found.treated == 1 and found.untreated <= EACH:
        return [np.array([i]) for i in range(found.untreated)]
    rng = stream(0, "measure/placebo")
    return [rng.permutation(found.untreated)[: found.treated] for _ in range(DRAWS)]


def _placebo(found: Cohorts, order: np.ndarray, kind: Kind) -> float:
    rest = np.setdiff1d(np.arange(found.untreated), order)
    parts, at = [], 0
    for one in found.cohorts:
        mine = order[at : at + len(one.block.treated)]
        at += len(mine)
        controls = one.block.controls
        block = Block(controls=controls[rest], treated=controls[mine], before=one.block.before, size=one.block.size)
        parts.append((one.counts, synthetic_effect(block, kind)))
    return _together(parts)


def _said(found: Cohorts) -> str:
    text = f"{groups(found.treated)} beside a mixture of {found.untreated} that never got it and moved alike before."
    return text + (f" {groups(found.left_out)} with periods missing left out." if found.left_out else "")
