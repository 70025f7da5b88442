"""The units of an initiative in a study of sites: the sites themselves, from the panel that a run has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.cells.rollout import site_groups
from impact.cells.rollout_summary import MET_ANY, RolloutCells, met_measure, score_measure
from impact.journey import OVERALL, Journey
from impact.rollout import NEVER

if TYPE_CHECKING:
    from impact.cells.summary import SitePanel
    from impact.initiative import Plan
    from impact.source import Source
    from impact.study import Study

_SITE_COLUMNS = ["unit", "treated_from", "cluster"]


def site_rollouts(
    source: Source, panel: SitePanel, journey: Journey, plan: Plan, study: Study
) -> tuple[RolloutCells, ...]:
    """The sites of every initiative with a rollout by period, in plan order; each stands for itself alone.

    Money is relative to the site's own mean before the first site began, so that large and small ones compare.
    """
    out = []
    for name in plan.ids():
        given = _given(source, plan, study, name)
        if given is not None:
            units, by, randomised = given
            pains = tuple(dict.fromkeys(fix.pain_point for fix in plan.fixes if fix.initiative == name))
            out.append(_cells(name, units, (by, randomised), panel.panel, (pains, journey)))
    return tuple(out)


def _given(source: Source, plan: Plan, study: Study, name: str) -> tuple[pd.DataFrame, str, bool] | None:
    """A row a site with its start and what it was assigned with; how, and whether by chance."""
    rows = [row for row in plan.rollouts if row.initiative == name]
    if rows:
        starts = {row.value: row.first for row in rows}
        home = site_groups(source, study, rows)
        frame = pd.DataFrame(
            {
                "unit": home["customer_id"].astype(str),
                "treated_from": [starts.get(value, NEVER) for value in home["value"]],
                "cluster": pd.factorize(home["value"], sort=True)[0],
            }
        )
        return frame, rows[0].column, all(row.randomised for row in rows)
    if source.assignments is None:
        return None
    mine = source.assignments.filter(source.assignments.initiative == name).to_pandas()
    if mine.empty:
        return None
    mine = mine.sort_values("customer_id", ignore_index=True)
    treated = mine["arm"].str.lower() == "treated"
    frame = pd.DataFrame({"unit": mine["customer_id"].astype(str), "treated_from": mine["t"].where(treated, NEVER)})
    return frame.assign(cluster=np.arange(len(frame))), "assignments", bool((mine["randomised"] == 1).all())


def _cells(
    name: str, units: pd.DataFrame, how: tuple[str, bool], panel: pd.DataFrame, case: tuple[tuple[str, ...], Journey]
) -> RolloutCells:
    pains, journey = case
    by, randomised = how
    known = panel.assign(unit=panel["unit"].astype(str))
    first = int(units.loc[units.treated_from != NEVER, "treated_from"].min())
    there = set(known.loc[known["t"] < first, "unit"])
    kept = units[units["unit"].isin(there)].reset_index(drop=True)
    rows = known[known["unit"].isin(set(kept["unit"]))]
    return RolloutCells(
        initiative=name,
        by=by,
        randomised=randomised,
        first=first,
        units=kept[_SITE_COLUMNS].assign(customers=1),
        cells=_measures(rows, first, pains, journey),
        late=len(units) - len(kept),
        small=0,
        blank=0,
        ends_known=False,
    )


def _measures(rows: pd.DataFrame, first: int, pains: tuple[str, ...], journey: Journey) -> pd.DataFrame:
    found: dict[str, pd.Series] = {}
    for money in ("revenue", "margin"):
        before = rows[rows["t"] < first].groupby("unit")[money].mean()
        own = rows["unit"].map(before.where(before > 0))
        found[money] = rows[money].astype(float) / own
    stages = dict.fromkeys(pain.stage for pain in journey.pain_points if pain.pain_point in pains)
    for stage in (OVERALL, *stages):
        found[score_measure(stage)] = rows[stage].astype(float)
    levels = {pain.pain_point for pain in journey.pain_points if pain.measure == "level"}
    met = {name: (rows[name] > 0).astype(float).where(rows[name].notna()) for name in pains if name not in levels}
    found |= {met_measure(name): values for name, values in met.items()}
    if met:
        found[MET_ANY] = pd.concat(met.values(), axis=1).max(axis=1)
    counts = {f"n__{name}": values.notna().astype(int) for name, values in found.items()}
    frame = rows[["unit", "t"]].assign(**found, **counts)
    return frame.sort_values(["unit", "t"], ignore_index=True)
