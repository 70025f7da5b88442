"""Reduced forms of a study of units seen in every period: each unit compared with itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from impact.cells import SitePanel
from impact.journey import OVERALL, Journey, PainPoint
from models.reduced import GaussianSummary, ReducedForms, allow_for_few, clustered_summary, overall_sd, rescale, silent
from models.reduced_customers import level_floor

LEAST_UNITS = 8
MANY_ZEROS = 0.10  # a larger share without any money is an outcome of its own, and not a few odd rows
FEW_NOT_POSITIVE = 0.01  # a larger share of money of zero or less is kept, relative to the unit's own mean


def in_logs(panel: pd.DataFrame) -> bool:
    """Whether a unit's money enters in logs: at most one booked amount in a hundred is zero or less."""
    known = panel["revenue"].dropna()
    return bool((known <= 0).mean() <= FEW_NOT_POSITIVE) if len(known) else True


def money_outcome(panel: pd.DataFrame) -> pd.Series:
    """Log of positive revenue, else revenue over the unit's own mean with every amount kept; relative either way."""
    revenue = panel["revenue"]
    if in_logs(panel):
        return pd.Series(np.log(revenue.where(revenue > 0)))
    own = revenue.groupby(panel["unit"]).transform("mean")
    return pd.Series((revenue / own).where(own > 0))


def cluster_of(cells: SitePanel) -> pd.Series:
    """The cluster of each row `(row,)`: the study's column, the unit itself where that is blank or not asked."""
    unit = cells.panel["unit"].astype(str)
    if cells.cluster is None:
        return unit
    named = cells.panel[cells.cluster]
    return unit.where(named.isna(), cells.cluster + " " + named.astype(str))


def money_across(cells: SitePanel) -> pd.Series:
    """Log of positive revenue `(row,)`, per size where named, winsorised; for units compared with each other."""
    panel = cells.panel
    money = panel["revenue"] / panel[cells.size] if cells.size else panel["revenue"]
    y = pd.Series(np.log(money.where(money > 0)))
    return y.clip(float(y.quantile(cells.winsorise)), float(y.quantile(1 - cells.winsorise)))


def held_across(cells: SitePanel) -> pd.DataFrame:
    """What is held fixed when units are compared with each other: the period as text, and the controls."""
    return pd.concat([cells.panel["t"].astype(str), cells.panel[list(cells.controls)]], axis=1)


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
    return _clustered(rows, x.shape[1]) if units >= LEAST_UNITS else silent(x.shape[1])


def across_summary(y: pd.Series, x: pd.DataFrame, held: pd.DataFrame, cluster: pd.Series) -> GaussianSummary:
    """The likelihood of effects of `x` on `y` across units, `held` fixed as indicators, clustered.

    A column of `x` that is known nowhere or never varies says nothing. The variance is widened by the columns
    estimated, as statsmodels does; fewer than two rows a column are silent.
    """
    x = x.assign(**dict.fromkeys([str(name) for name in x if x[name].isna().all()], 0.0))
    rows = pd.concat([x, held, y.rename("y"), cluster.rename("unit")], axis=1).dropna()
    if rows["unit"].nunique() < LEAST_UNITS:
        return silent(x.shape[1])
    fixed = pd.get_dummies(rows[list(held.columns)], drop_first=True)
    numbers = pd.concat([rows[list(x.columns)], fixed, rows["y"]], axis=1).astype(float)
    rows_left, columns = len(rows), numbers.shape[1]
    if rows_left < 2 * columns:
        return silent(x.shape[1])
    found = _clustered((numbers - numbers.mean()).assign(unit=rows["unit"]), x.shape[1])
    return replace(found, precision=found.precision * (rows_left - columns) / (rows_left - 1))


def _clustered(rows: pd.DataFrame, effects: int) -> GaussianSummary:
    """The clustered likelihood of the first `effects` columns of centred rows; `y` and `unit` come last."""
    data = rows.drop(columns="unit").to_numpy(float)
    gram = data.T @ data
    b = np.linalg.pinv(gram[:-1, :-1], rcond=1e-10) @ gram[:-1, -1]
    residual = data[:, -1] - data[:, :-1] @ b
    scores = pd.DataFrame(data[:, :-1] * residual[:, None]).groupby(rows["unit"].to_numpy()).sum().to_numpy()
    return clustered_summary(gram, scores.T @ scores, np.arange(effects), rows["unit"].nunique())


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
    if not cells.repeated:
        return _reduce_across(cells, journey)
    panel = cells.panel.reset_index(drop=True)
    pains = list(journey.pain_ids())
    personas = tuple(sorted(panel["persona"].unique()))
    unit = unit_exposures(cells, journey)
    sd = overall_sd(cells.coverage)
    money = money_outcome(panel)
    now = panel[pains].astype(float)
    before, after = shifted(panel, pains, cells.lag).astype(float), shifted(panel, pains, -1).astype(float)

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


def _reduce_across(cells: SitePanel, journey: Journey) -> ReducedForms:
    """What every pain point goes with across units, where none is seen with money in two periods; weak evidence."""
    cells = replace(cells, panel=cells.panel.reset_index(drop=True))
    panel, pains = cells.panel, list(journey.pain_ids())
    personas = tuple(sorted(panel["persona"].unique()))
    unit, sd = unit_exposures(cells, journey), overall_sd(cells.coverage)
    cluster, held = cluster_of(cells), held_across(cells)
    now = panel[pains].astype(float)

    def by_persona(y: pd.Series) -> tuple[GaussianSummary, ...]:
        parts = []
        for persona in personas:
            mine = (panel["persona"] == persona).to_numpy()
            found = across_summary(y[mine], now[mine], held[mine], cluster[mine])
            parts.append(rescale(allow_for_few(found, cluster[mine].nunique()), unit))
        return tuple(parts)

    stage, stage_se = np.full(len(pains), np.nan), np.full(len(pains), np.nan)
    for k, pain in enumerate(journey.pain_points):
        found = across_summary(panel[pain.stage].astype(float), now[[pain.pain_point]], held, cluster)
        if found.precision[0, 0] > 0:
            stage[k], stage_se[k] = found.mean[0], found.se()[0]
    return ReducedForms(
        pain_points=journey.pain_ids(),
        personas=personas,
        unit_exposure=unit,
        score_sd=sd,
        score=tuple(rescale(summary, 1 / sd) for summary in by_persona(panel[OVERALL].astype(float))),
        leaving=None,
        spend=by_persona(_relative_across(cells)),
        spend_placebo=tuple(silent(len(pains)) for _ in personas),
        stage_effect=stage * unit,
        stage_se=stage_se * unit,
        across=True,
    )


def _relative_across(cells: SitePanel) -> pd.Series:
    """Log money across units; over the mean of all where over a tenth bring nothing, so that these count."""
    known = cells.panel["revenue"].dropna()
    if (known <= 0).mean() <= MANY_ZEROS:
        return money_across(cells)
    money = cells.panel["revenue"] / cells.panel[cells.size] if cells.size else cells.panel["revenue"]
    return pd.Series(money / money.mean())


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
