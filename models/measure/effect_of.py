"""The headline effect of a panel and the others beside it, by one rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.measure.event_study import PRETREND, EventStudy, study_before, widen_for_trends
from models.measure.imputation import Imputation, impute
from models.measure.interrupted import compare_before
from models.measure.panel import Effect, Panel, Refusal, groups
from models.measure.placebo import compare_synthetic
from models.measure.randomised import compare_randomised
from models.measure.staggered import compare_staggered, comparison_sides

MANY_UNITS = 20  # clusters on either side from which parallel trends are asked of the data, not of a mixture


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a panel is read: `anticipated` periods before the start that may already show it, `season` periods a year."""

    anticipated: int = 0
    season: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Effects of a panel, the headline first, and the methods that were not used, with the reason."""

    effects: tuple[Effect, ...]
    refused: tuple[Refusal, ...]


AS_IT_IS = Manner()


def measure_effect(panel: Panel, manner: Manner = AS_IT_IS) -> tuple[Effect, ...]:
    """The headline first, the others beside it; empty where nothing can be told (`measure` gives the reasons)."""
    return measure(panel, manner).effects


def measure(panel: Panel, manner: Manner = AS_IT_IS) -> Measured:
    """What the initiative did, by every method that its panel allows.

    The headline is the first that was not refused of: the randomised difference; difference in differences with 20
    groups or more on either side; the synthetic comparison; difference in differences of fewer; the interrupted
    series. The grade of a comparison falls to "indicative" where treated and others moved apart before the start.

    Outcomes are taken as levels, shares retained too: a cell of few customers is noisy, its weight says how much,
    and the ranges are those of the scatter between groups, which holds that noise.
    """
    always = panel.treated_from <= panel.t[0]
    panel = without_anticipated(panel.of(~always), manner.anticipated)
    if not panel.treated.any():
        return Measured(
            effects=(), refused=(Refusal(method="all", reason="nobody got it between the first period and the last"),)
        )
    tried = _tried(panel, manner)
    said = f" {groups(int(always.sum()))} with it from the first period on left out." if always.any() else ""
    return Measured(
        effects=tuple(replace(one, said=one.said + said) for one in tried if isinstance(one, Effect)),
        refused=tuple(one for one in tried if isinstance(one, Refusal)),
    )


def _tried(panel: Panel, manner: Manner) -> tuple[Effect | Refusal, ...]:
    """Every method's answer, the strongest first."""
    found = impute(panel)
    staggered, widened = _staggered(panel, found)
    synthetic = compare_synthetic(panel)
    many = min(comparison_sides(panel, found)) >= MANY_UNITS
    return (
        compare_randomised(panel),
        *((staggered, synthetic) if many or panel.randomised else (synthetic, staggered)),
        compare_before(panel, manner.season),
        *((compare_synthetic(panel, "SC"),) if panel.treated.sum() == 1 else ()),
        *widened,
    )


def without_anticipated(panel: Panel, anticipated: int) -> Panel:
    """The panel without the last periods before each start, neither before nor after."""
    since = panel.t[None, :] - panel.treated_from[:, None].astype(np.int64)
    return panel.without((since < 0) & (since >= -anticipated)) if anticipated else panel


def _staggered(panel: Panel, found: Imputation) -> tuple[Effect | Refusal, tuple[Effect, ...]]:
    """Difference in differences after its test of the periods before, and the same with trends that may differ."""
    effect = compare_staggered(panel)
    if isinstance(effect, Refusal):
        return effect, ()
    events = study_before(panel, found)
    effect = replace(effect, pretrend_p=events.pretrend_p)
    if panel.randomised or np.isnan(events.largest_break):
        return effect, ()
    return _graded(effect, events), (widen_for_trends(effect, events),)


def _graded(effect: Effect, events: EventStudy) -> Effect:
    if not events.pretrend_p < PRETREND:
        return effect
    said = f"{effect.said} The treated moved apart from the others already before the start."
    return replace(effect, grade="indicative", said=said)
