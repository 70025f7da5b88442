"""What finished initiatives did, measured on their rollout, and as rows of evidence that tell no data twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from impact.cells import RolloutCells
from impact.cells.rollout_summary import MET_ANY, met_measure, score_measure
from impact.evidence import MEASURED, Evidence, Measured, Unit
from impact.initiative import Plan
from impact.journey import OVERALL, Journey
from impact.periods import PERIODS_A_YEAR, PeriodKind, period_label
from models.measure.effect_of import Manner, measure_effect
from models.measure.panel import Effect, Panel

LEAST_AFTER = 2  # periods with the initiative, before it is measured
_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredInitiative:
    """One outcome of one initiative: its effect on those who got it, in `unit`, and the row of evidence it makes.

    `of` is the stage of a score or the pain point of a prevalence, "" of all. `effect` is the headline, `others` what
    other methods find. `without` is the mean of the outcome had they not got it. `evidence` is None where nothing is
    learnt from it, and `why` says so. `data_id` names the data it was measured on: initiative, outcome and grouping
    before the first point (the same when it is measured again), then its units, then its periods. `reach` is the share
    of all customers who got it.
    """

    initiative: str
    outcome: Measured
    of: str
    unit: Unit
    effect: Effect
    others: tuple[Effect, ...]
    without: float
    evidence: Evidence | None
    why: str
    data_id: str
    first: int
    last: int
    reach: float = 1.0


class _Asked(NamedTuple):
    """A measure of the cells, and what it is as an outcome of evidence."""

    measure: str
    outcome: Measured
    of: str
    unit: Unit


class _Told(NamedTuple):
    """What stands beside an effect: the outcome without it, the share who would have met it, its data and period."""

    without: float
    met: float
    data_id: str
    period: str
    customers: float


def measure_rollouts(
    rollouts: Sequence[RolloutCells], plan: Plan, journey: Journey, kind: PeriodKind, lag: int = 1
) -> tuple[MeasuredInitiative, ...]:
    """Every outcome of every rollout that can be measured, in plan order.

    Args:
        rollouts: the units by period.
        plan: what each initiative fixes.
        journey: the stages of the pain points.
        kind: the ledger's step.
        lag: periods from experience to money.
    """
    return tuple(one for rollout in rollouts for one in _of_rollout(rollout, plan, journey, (kind, lag)))


def panel_of(rollout: RolloutCells, measure: str, lag: int = 1) -> Panel | None:
    """One measure by unit and period; None where it was seen too little to be compared.

    Leaving of customers who were listed while still there is left out before the last period before they began:
    nobody of them could have left. What experience moves only `lag` periods later is left out until then: it is
    neither as before nor as after.
    """
    name = f"n__{measure}"
    if measure not in rollout.cells or not len(rollout.units):
        return None
    cells = rollout.cells[rollout.cells[name] > 0]
    if measure == "leaving" and not rollout.ends_known:
        cells = cells[cells["t"] >= rollout.first - 1]
    if cells.empty:
        return None
    t = np.arange(int(cells["t"].min()), int(cells["t"].max()) + 1)
    wait = _wait(measure, lag)
    after = cells.loc[cells["t"] >= rollout.first + wait, "t"].nunique()
    if after < LEAST_AFTER or t[0] >= rollout.first:
        return None
    units = rollout.units.set_index("unit")
    outcome, weight = (
        cells.pivot(index="unit", columns="t", values=of).reindex(index=units.index, columns=t).to_numpy(float)
        for of in (measure, name)
    )
    treated_from = units["treated_from"].to_numpy(np.int64)
    since = t[None, :] - treated_from[:, None]
    return Panel(
        unit=units.index.to_numpy(str),
        t=t,
        outcome=np.where((since >= 0) & (since < wait), np.nan, outcome),
        weight=np.nan_to_num(weight),
        treated_from=treated_from,
        cluster=units["cluster"].to_numpy(np.int64),
        randomised=rollout.randomised,
    )


def _wait(measure: str, lag: int) -> int:
    """Periods from the start until a measure can show it; who leaves is told on the last row before."""
    if measure in ("revenue", "margin"):
        return lag
    return max(lag - 1, 0) if measure == "leaving" else 0


def without_it(panel: Panel, effect: Effect) -> float:
    """The mean outcome of those with the initiative, by their customers, less its effect."""
    weight = panel.weights * panel.under
    whole = weight.sum()
    return float((panel.values * weight).sum() / whole - effect.estimate) if whole > 0 else float("nan")


def stem_of(data_id: str) -> str:
    """What is the same of a data id when the same outcome is measured again."""
    return data_id.partition(".")[0]


def _of_rollout(
    rollout: RolloutCells, plan: Plan, journey: Journey, steps: tuple[PeriodKind, int]
) -> tuple[MeasuredInitiative, ...]:
    found: list[MeasuredInitiative] = []
    kind, lag = steps
    manner = Manner(season=PERIODS_A_YEAR[kind])
    met = _share_met(rollout, manner)
    for asked in _asked(rollout, plan, journey):
        panel = panel_of(rollout, asked.measure, lag)
        effects = measure_effect(panel, manner) if panel is not None else ()
        if panel is not None and effects:
            found.append(_measured(rollout, asked, panel, effects, (met, kind)))
    return _one_teacher(found)


def _asked(rollout: RolloutCells, plan: Plan, journey: Journey) -> list[_Asked]:
    pains = dict.fromkeys(fix.pain_point for fix in plan.fixes if fix.initiative == rollout.initiative)
    stages = dict.fromkeys(pain.stage for pain in journey.pain_points if pain.pain_point in pains)
    money = "margin" if "margin" in rollout.cells and (rollout.cells["n__margin"] > 0).any() else "revenue"
    return [
        _Asked("leaving", "churn", "", "points"),
        _Asked(money, "margin" if money == "margin" else "revenue", "", "money_per_customer_period"),
        _Asked(score_measure(OVERALL), "score", "", "score_points"),
        *(_Asked(score_measure(stage), "score", stage, "score_points") for stage in stages),
        *(_Asked(met_measure(pain), "prevalence", pain, "points") for pain in pains),
    ]


def _share_met(rollout: RolloutCells, manner: Manner) -> float:
    """The share of those who got it who would have met what it fixes; nan where it was not seen."""
    panel = panel_of(rollout, MET_ANY)
    effects = measure_effect(panel, manner) if panel is not None else ()
    if panel is None or not effects:
        return float("nan")
    return float(np.clip(without_it(panel, effects[0]), 0.0, 1.0))


def _measured(
    rollout: RolloutCells, asked: _Asked, panel: Panel, effects: Sequence[Effect], known: tuple[float, PeriodKind]
) -> MeasuredInitiative:
    met, kind = known
    without = without_it(panel, effects[0])
    data_id = _data_id(rollout, asked, panel, kind)
    customers = float(rollout.units.loc[panel.treated, "customers"].sum())
    period = period_label(int(panel.t[-1]), kind)
    told = _Told(without=without, met=met, data_id=data_id, period=period, customers=customers)
    evidence, why = _row(rollout.initiative, asked, effects[0], told)
    return MeasuredInitiative(
        initiative=rollout.initiative,
        outcome=asked.outcome,
        of=asked.of,
        unit=asked.unit if not _relative(rollout, asked) else "relative",
        effect=effects[0],
        others=tuple(effects[1:]),
        without=without,
        evidence=evidence,
        why=why,
        data_id=data_id,
        first=rollout.first,
        last=int(panel.t[-1]),
    )


def _relative(rollout: RolloutCells, asked: _Asked) -> bool:
    """Whether the measure is told relative to the site's own mean already."""
    return asked.unit == "money_per_customer_period" and "leaving" not in rollout.cells


def _row(initiative: str, asked: _Asked, effect: Effect, told: _Told) -> tuple[Evidence | None, str]:
    """The row of evidence of an effect, or why there is none.

    Leaving and money are stated relative to what they would have been, which is what a pain point changes wherever the
    rate stands; prevalence in points, with the share who would have met it.
    """
    if why := _why_not(asked, effect, told):
        return None, why
    prevalence = asked.outcome == "prevalence"
    scale = 1.0 if prevalence else told.without
    if not prevalence and effect.estimate / scale <= -1:
        return None, "nothing was left of it among those who got it: how much less there is cannot be told"
    met = told.without if prevalence else told.met
    return Evidence(
        evidence=f"measured_{stem_of(told.data_id)}",
        kind="experiment" if effect.grade == "randomised" else "past_initiative",
        target=initiative,
        outcome=asked.outcome,
        unit="points" if prevalence else "relative",
        estimate=float(effect.estimate / scale),
        # the range shown holds what few groups leave unknown of their own scatter; `se` alone does not
        se=float(effect.normal_se / scale),
        n=told.customers,
        exposed_share=min(met, 1.0) if np.isfinite(met) else None,
        period=told.period,
        source=f"{MEASURED}{told.data_id}",
        pain_point=asked.of if prevalence else "",
    ), ""


def _why_not(asked: _Asked, effect: Effect, told: _Told) -> str:
    if effect.grade == "indicative":
        return "no comparison stands behind it: shown, not learnt from"
    if asked.outcome == "score":
        return "the answers it rests on are read already, and a score has no haircut: shown, not learnt from"
    if not np.isfinite(effect.normal_se) or effect.normal_se <= 0 or not np.isfinite(effect.estimate):
        return "its error cannot be told"
    if not told.without > 0:
        return "there was none of it to change"
    if asked.outcome != "prevalence" and told.met <= 0:
        return "nobody of those who got it would have met what it fixes"
    return ""


def _one_teacher(found: Sequence[MeasuredInitiative]) -> tuple[MeasuredInitiative, ...]:
    """The outcomes with at most one row on leaving or money: leaving where it makes one, else money.

    They are of the same customers in the same periods, so that two rows would teach the haircut twice. Which of them
    it is does not hang on what they found, so that no winner is picked.
    """
    taught = any(one.outcome == "churn" and one.evidence is not None for one in found)
    why = "leaving of the same customers teaches the haircut: shown, not learnt from"
    return tuple(
        replace(one, evidence=None, why=one.why or why) if taught and one.outcome in ("margin", "revenue") else one
        for one in found
    )


def _data_id(rollout: RolloutCells, asked: _Asked, panel: Panel, kind: PeriodKind) -> str:
    units = sorted(zip(panel.unit.tolist(), panel.treated_from.tolist(), strict=True))
    window = f"{period_label(int(panel.t[0]), kind)}-{period_label(int(panel.t[-1]), kind)}"
    told = asked.outcome if asked.outcome != "prevalence" else f"prevalence {asked.of}"
    stem = _hash(f"{rollout.initiative}|{told}|{rollout.by}")
    return f"{stem}.{_hash(repr(units))}.{window}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS]
