"""Reduced forms of a study of units seen in every period: each unit compared with itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from impact.journey import OVERALL, Journey, PainPoint
from models.reduced import GaussianSummary, ReducedForms, allow_for_few, clustered_summary, overall_sd, rescale, silent
from models.reduced_customers import level_floor


def money_outcome(panel: pd.DataFrame) -> pd.Series:
    """Log revenue where all of it is positive, else revenue over the unit's own mean; relative either way."""
    revenue = panel["revenue"]
    if (revenue.dropna() > 0).all():
        return pd.Series(np.log(revenue))
    own = revenue.groupby(panel["unit"]).transform("mean")
    return pd.Series((revenue / own).where(own > 0))


def shifted(panel: pd.DataFrame, columns: list[str], periods: int) -> pd.DataFrame:
    """Each row's `columns` as they were `periods` earlier for the same unit (later, when negative)."""
    earlier = panel[["unit", "t", *columns]].assign(t=panel["t"] + periods)
    return panel[["unit", "t"]].merge(earlier, on=["unit", "t"], how="left")[columns].set_axis(panel.index)


def within_rows(y: pd.Series, x: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Complete rows of units seen twice or more: outcome `y`, `x` and period indicators, centred by unit."""
    rows = pd.concat([x, y.rename("y")], axis=1).assign(unit=panel["unit"], t=panel["t"]).dropna()
    rows = rows[rows.groupby("unit")["unit"].transform("size") >= 2]
    periods = pd.get_dummies(rows.pop("t"), prefix="period", drop_first=True)
    rows = pd.concat([rows[list(x.columns)], periods, rows[["y", "unit"]]], axis=1)
    numbers = rows.drop(columns="unit").astype(float)
    centred = numbers - numbers.groupby(rows["unit"]).transform("mean")
    varying = [name for name in centred if name in x.columns or name == "y" or centred[name].abs().max() > 1e-12]
    return centred[varying].assign(unit=rows["unit"])


def within_summary(y: pd.Series, x: pd.DataFrame, panel: pd.DataFrame) -> GaussianSummary:
    """The likelihood of within-unit effects of `x` on `y`, clustered by unit.

    A column of `x` that is known nowhere says nothing, and takes no row of the others with it.
    """
    x = x.assign(**dict.fromkeys([str(name) for name in x if x[name].isna().all()], 0.0))
    rows = within_rows(y, x, panel)
    units = rows["unit"].nunique()
    if units < 8:
        return silent(x.shape[1])
    data = rows.drop(columns="unit").to_numpy(float)
    gram = data.T @ data
    b = np.linalg.pinv(gram[:-1, :-1], rcond=1e-10) @ gram[:-1, -1]
    residual = data[:, -1] - data[:, :-1] @ b
    scores = pd.DataFrame(data[:, :-1] * residual[:, None]).groupby(rows["unit"].to_numpy()).sum().to_numpy()
    return clustered_summary(gram, scores.T @ scores, np.arange(x.shape[1]), units)


def site_floor(cells: SitePanel, pain: PainPoint) -> float:
    """The floor of a level over all units and periods."""
    level = cells.panel[pain.pain_point].to_numpy(float)
    return level_floor(pain, level, np.ones(len(level)))


def unit_exposures(cells: SitePanel, journey: Journey) -> np.ndarray:
    """The exposure one unit stands for `(pain_point,)`: for levels their mean excess over the floor."""
    out = np.ones(len(journey.pain_points))
    for k, pain in enumerate(journey.pain_points):
        level = cells.panel[pain.pain_point].astype(float).dropna()
        if pain.measure == "level" and len(level):
            out[k] = max(float((level - site_floor(cells, pain)).clip(lower=0).mean()), 1e-12)
    return out


def reduce_sites(cells: SitePanel, journey: Journey) -> ReducedForms:
    """What every pain point moves within units, by persona; no leaving."""
    panel = cells.panel.reset_index(drop=True)
    pains = list(journey.pain_ids())
    personas = tuple(sorted(panel["persona"].unique()))
    unit = unit_exposures(cells, journey)
    sd = overall_sd(cells.coverage)
    money = money_outcome(panel)
    now = panel[pains].astype(float)
    before, after = shifted(panel, pains, 1).astype(float), shifted(panel, pains, -1).astype(float)

    effects = len(pains)

    def by_persona(y: pd.Series, x: pd.DataFrame) -> tuple[GaussianSummary, ...]:
        parts = []
        for persona in personas:
            mine = (panel["persona"] == persona).to_numpy()
            found = within_summary(y[mine], x[mine], panel[mine])
            first = GaussianSummary(mean=found.mean[:effects], precision=_leading(found.precision, effects))
            parts.append(rescale(allow_for_few(first, panel.loc[mine, "unit"].nunique()), unit))
        return tuple(parts)

    stage, stage_se = _own_stage(panel, journey)
    overall = panel[OVERALL].astype(float)
    return ReducedForms(
        pain_points=journey.pain_ids(),
        personas=personas,
        unit_exposure=unit,
        score_sd=sd,
        score=tuple(rescale(summary, 1 / sd) for summary in by_persona(overall, now)),
        leaving=None,
        spend=by_persona(money, before),
        # what was met before stays in the regression, or a lasting effect would show up in its own placebo
        spend_placebo=by_persona(money, pd.concat([after, before.add_prefix("before__")], axis=1)),
        stage_effect=stage * unit,
        stage_se=stage_se * unit,
    )


def _leading(precision: np.ndarray, effects: int) -> np.ndarray:
    """The precision of the first effects with the others free (Schur complement)."""
    first, rest = np.arange(effects), np.arange(effects, len(precision))
    across = precision[np.ix_(first, rest)]
    inside = precision[np.ix_(first, first)]
    return np.asarray(inside - across @ np.linalg.pinv(precision[np.ix_(rest, rest)]) @ across.T)


def _own_stage(panel: pd.DataFrame, journey: Journey) -> tuple[np.ndarray, np.ndarray]:
    estimate, se = np.full(len(journey.pain_points), np.nan), np.full(len(journey.pain_points), np.nan)
    for k, pain in enumerate(journey.pain_points):
        score = panel[pain.stage].astype(float)
        summary = within_summary(score, panel[[pain.pain_point]].astype(float), panel)
        if summary.precision[0, 0] > 0:
            estimate[k], se[k] = summary.mean[0], summary.se()[0]
    return estimate, se
