"""What a pain point carries on to later stages: scores after it, and later pain points met beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import Cells, CustomerCells, SitePanel
from impact.cells.many import ManyCells
from impact.cells.summary import RECENT, Rows
from impact.checks import Check, make_check
from impact.journey import OVERALL, Journey
from models.calibration.slopes import Z90
from models.designs import build_design
from models.met import Met, find_met
from models.pains import pains_of
from models.reduced import ReducedForms, linear_summary
from models.reduced_sites import across_summary, cluster_of, held_across, within_summary
from models.uplift import UpliftPosterior
from models.value import Course, ValueBase, look_at_today, value_draws

LEAST_ANSWERS = 30
MUCH = 0.25  # of the value at stake
Kind = Literal["own stage", "later stage", "overall", "pain point"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedRow:
    """One effect of a pain point beyond itself, with its 90% range.

    On a score in points per exposed unit, `n` answers with it; on a later pain point the difference of the chance to
    meet that one in the same period, `n` customer-periods with both, and `share` of its occurrences that would go with
    the first were it their cause, nan where the range holds nil.
    """

    pain_point: str
    kind: Kind
    at: str
    effect: float
    low: float
    high: float
    n: float
    share: float = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Effects on later stages, and `more` `(pain_point,)`: value added if a fix took later pain points with it."""

    rows: tuple[CarriedRow, ...]
    more: np.ndarray


def find_carried(
    cells: Cells, journey: Journey, forms: ReducedForms, base: ValueBase, posterior: UpliftPosterior, value: np.ndarray
) -> Carried:
    """What every pain point carries on, along the journey's order of stages.

    Who meets one thing is often one who meets the next, so that what goes together need not be caused: `more` is a
    sensitivity and enters no value. `value` `(pain_point,)` is the mean of each alone.
    """
    scores = _on_scores(cells, journey, forms.unit_exposure)
    if isinstance(cells, SitePanel):
        return Carried(rows=scores, more=np.zeros(len(journey.pain_points)))
    met = [find_met(cells, journey, forms.unit_exposure, persona) for persona in forms.personas]
    later = _on_pains(met, journey)
    return Carried(rows=(*scores, *later), more=_more(later, journey, base, posterior, value))


def _later(journey: Journey, stage: str) -> list[str]:
    """The stages after one, in journey order."""
    order = list(journey.stage_ids())
    return order[order.index(stage) + 1 :]


def _on_scores(cells: Cells, journey: Journey, unit: np.ndarray) -> tuple[CarriedRow, ...]:
    asked = {pain.pain_point: [pain.stage, *_later(journey, pain.stage), OVERALL] for pain in journey.pain_points}
    rows = []
    for stage in [*journey.stage_ids(), OVERALL]:
        mine = [k for k, pain in enumerate(journey.pain_points) if stage in asked[pain.pain_point]]
        effect, se, n = _effects_on(cells, journey, stage, mine)
        for k, one, error, count in zip(mine, effect * unit[mine], se * unit[mine], n, strict=True):
            if np.isfinite(error) and error > 0:
                pain = journey.pain_points[k]
                kind: Kind = "own stage" if pain.stage == stage else "overall" if stage == OVERALL else "later stage"
                low, high = one - Z90 * error, one + Z90 * error
                rows.append(
                    CarriedRow(pain_point=pain.pain_point, kind=kind, at=stage, effect=one, low=low, high=high, n=count)
                )
    return tuple(sorted(rows, key=lambda row: journey.pain_ids().index(row.pain_point)))


def _effects_on(
    cells: Cells, journey: Journey, stage: str, which: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of a stage per occurrence, their errors, and answers with it, of the pain points at places `which`."""
    if isinstance(cells, SitePanel):
        return _effects_among_sites(cells, journey, stage, which)
    exposures = list(journey.pain_ids())
    rows = cells.scores[stage]
    count = rows.totals("n")[0] if isinstance(rows, ManyCells) else float(rows["n"].sum())
    if count < LEAST_ANSWERS:
        nothing = np.full(len(which), np.nan)
        return nothing, nothing, np.zeros(len(which))
    held = build_design(rows, ("persona",), exposures)
    summary = linear_summary(rows, held)
    return summary.mean[which], summary.se()[which], _exposed(rows, exposures)[which]


def _exposed(rows: Rows, exposures: list[str]) -> np.ndarray:
    """Answers given by those who met each pain point; occurrences where cells stay on their engine."""
    if isinstance(rows, ManyCells):
        held = build_design(rows, (), exposures)
        return np.asarray(rows.linear_sums(held.terms)[0][0, held.effects])
    n = rows["n"].to_numpy(float)
    return np.array([float(n[(rows[name].astype(float) > 0).to_numpy()].sum()) for name in exposures])


def _effects_among_sites(
    cells: SitePanel, journey: Journey, stage: str, which: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    panel = cells.panel.reset_index(drop=True)
    score = panel[stage].astype(float) if stage in panel else pd.Series(np.nan, index=panel.index)
    found = []
    for k in which:
        x = panel[[journey.pain_points[k].pain_point]].astype(float)
        if cells.repeated:
            summary = within_summary(score, x, panel)
        else:
            summary = across_summary(score, x, held_across(cells).reset_index(drop=True), cluster_of(cells))
        units = panel.loc[score.notna() & x.iloc[:, 0].notna(), "unit"].nunique()
        told = summary.precision[0, 0] > 0
        found.append((summary.mean[0], summary.se()[0], units) if told else (np.nan, np.nan, 0))
    effect, se, n = np.array(found, dtype=float).reshape(-1, 3).T
    return effect, se, n


def _on_pains(met: list[Met], journey: Journey) -> tuple[CarriedRow, ...]:
    """How much more often each later pain point is met by those who meet an earlier one, persona and age alike.

    Differences of strata weighted as by Mantel & Haenszel; a customer counts once, not once a period.
    Source: Greenland & Robins (1985).
    """
    both, only, first, second, total = (np.array([part[i] for one in met for part in _strata(one)]) for i in range(5))
    without = total - first
    weight = np.divide(first * without, total, out=np.zeros_like(total), where=total > 0)
    weight = np.where((first > 0) & (without > 0), weight, 0.0)
    with_it = np.divide(both, first, out=np.zeros_like(both), where=first > 0)
    alone = np.divide(only, without, out=np.zeros_like(only), where=without > 0)
    whole = np.maximum(weight.sum(axis=0), 1e-12)
    effect = (weight * (with_it - alone)).sum(axis=0) / whole
    noise = with_it * (1 - with_it) / np.maximum(first, 1e-12) + alone * (1 - alone) / np.maximum(without, 1e-12)
    se = np.sqrt(RECENT * (weight**2 * noise).sum(axis=0)) / whole
    share = effect * first.sum(axis=0) / np.maximum(second.sum(axis=0), 1e-12)
    rows, count = [], both.sum(axis=0)
    for k in pains_of(journey):
        after = _later(journey, journey.pain_points[k].stage)
        for j in pains_of(journey):
            if journey.pain_points[j].stage not in after or not se[k, j] > 0:
                continue
            low, high = effect[k, j] - Z90 * se[k, j], effect[k, j] + Z90 * se[k, j]
            rows.append(
                CarriedRow(
                    pain_point=journey.pain_points[k].pain_point,
                    kind="pain point",
                    at=journey.pain_points[j].pain_point,
                    effect=float(effect[k, j]),
                    low=float(low),
                    high=float(high),
                    n=float(count[k, j]),
                    share=float(np.clip(share[k, j], 0, 1)) if low > 0 else np.nan,
                )
            )
    return tuple(rows)


def _strata(met: Met) -> list[tuple[np.ndarray, ...]]:
    """By age, customer-periods `(first, second)` with both, the second only, the first, the second, and all told."""
    found: list[tuple[np.ndarray, ...]] = []
    for age in met.ages:
        rows = met.age == age
        meets, told = (met.exposure[rows] > 0) * met.told[rows], met.told[rows].astype(float)
        n = met.n[rows, None]
        both, first, total = meets.T @ (n * meets), meets.T @ (n * told), told.T @ (n * told)
        second = told.T @ (n * meets)
        found.append((both, second - both, first, second, total))
    return found


def _more(
    later: tuple[CarriedRow, ...], journey: Journey, base: ValueBase, posterior: UpliftPosterior, value: np.ndarray
) -> np.ndarray:
    """Mean value that fixing each pain point would add if it took its share of later ones with it."""
    places = {pain: k for k, pain in enumerate(journey.pain_ids())}
    today, more = look_at_today(base, posterior), np.zeros(len(places))
    for pain, k in places.items():
        taken = [row for row in later if row.pain_point == pain and row.share > 0]
        if not taken:
            continue
        levels = np.zeros((1, 1, posterior.draws, len(places)))
        levels[..., k] = 1.0
        for row in taken:
            levels[..., places[row.at]] = row.share
        course = Course(levels=levels, at=np.zeros(len(base.discount), dtype=int))
        more[k] = float(value_draws(base, today, course).discounted(base.discount).mean()) - float(value[k])
    return more


def carried_checks(carried: Carried, value: np.ndarray, journey: Journey, cells: Cells) -> tuple[Check, ...]:
    """Pain points that may be worth much more than they say, for what they bring on.

    Args:
        carried: effects on later stages.
        value: mean value at stake `(pain_point,)`.
        journey: names.
        cells: of customers; sites tell nothing of what one customer meets.
    """
    if not isinstance(cells, CustomerCells):
        return ()
    large = [
        f"{pain.name} (+{more / worth:.0%})"
        for pain, more, worth in zip(journey.pain_points, carried.more, value, strict=True)
        if worth > 0 and more > MUCH * worth
    ]
    return (
        make_check(
            "C536",
            "What pain points may carry on to later stages",
            "review" if large else "pass",
            found=", ".join(large) or "none",
            limit=f"at most {MUCH:.0%} more value if later pain points were caused by earlier ones",
            text="Who meets these meets later pain points more often; were they the cause, a fix would bring more."
            if large
            else "Counting later pain points as caused by earlier ones would change no value by much.",
            remedy="Watch in a pilot whether the later pain points fall too; see tables/carried.csv." if large else "",
        ),
    )
