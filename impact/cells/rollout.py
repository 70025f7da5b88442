"""What leaves the engine to measure an initiative by: a few hundred units by period, never a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from impact.cells.moments import md5
from impact.cells.panel import experience, fill_unexposed, score_column
from impact.cells.rollout_summary import MET_ANY, RolloutCells, met_measure, score_measure
from impact.cells.small_groups import least_shown
from impact.contract_rollouts import group_values
from impact.journey import OVERALL, Journey
from impact.rollout import NEVER
from impact.source_outcome import with_outcome

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.initiative import Plan
    from impact.rollout import Rollout
    from impact.source import Source
    from impact.study import Study

MOST_UNITS = 400  # groups beyond so many are put together by a hash of their name
BUCKETS = 40  # of one arm and start
A_BUCKET = 10  # customers at least, on average
_SLOTS = 256
SMALL = "(small groups)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """Who was given an initiative, how, and whether by chance.

    `table` has a row a customer: `customer_id`, `group_key` (its group, or two digits of its hash), `treated_from` and
    `since` (only those with a row before it count).
    """

    table: Table
    by: str
    randomised: bool


_Fixed = tuple[tuple[str, ...], Journey]  # pain points that an initiative fixes, in their journey


def rollout_cells(source: Source, journey: Journey, plan: Plan, study: Study) -> tuple[RolloutCells, ...]:
    """The units of every initiative with a rollout, in plan order; of customers, as sites have a panel already."""
    given = {name: one for name in plan.ids() if (one := _given(source, plan, study, name)) is not None}
    if not given:
        return ()
    panel = source.engine.keep("rollout_panel", _panel(source, journey, study))
    least = least_shown(source, study)
    out = []
    for place, (name, one) in enumerate(given.items()):
        pains = tuple(dict.fromkeys(fix.pain_point for fix in plan.fixes if fix.initiative == name))
        out.append(_cells(source, panel, (name, place), one, (pains, journey), least))
    return tuple(out)


def site_groups(source: Source, study: Study, rows: Sequence[Rollout]) -> pd.DataFrame:
    """A row a site and group of one initiative's rollout: customer_id, value, the one it was of when first seen."""
    values = group_values(source, study, rows[0].column)
    if values is None:
        return pd.DataFrame(columns=["customer_id", "value"])
    found: pd.DataFrame = _home(values, min(row.first for row in rows)).to_pandas()
    return found.sort_values("customer_id", ignore_index=True)


def _given(source: Source, plan: Plan, study: Study, name: str) -> _Given | None:
    rows = [row for row in plan.rollouts if row.initiative == name]
    if rows:
        return _by_group(source, study, rows)
    if source.assignments is None:
        return None
    mine = source.assignments.filter(source.assignments.initiative == name)
    told = mine.agg(rows=mine.count(), chance=mine.randomised.fill_null(0).min()).execute()
    if not int(told["rows"][0]):
        return None
    treated = mine.arm.lower() == "treated"
    table = mine.select(
        "customer_id",
        group_key=md5(mine.customer_id).substr(0, 2),
        treated_from=treated.ifelse(mine.t, NEVER).cast("int64"),
        since=mine.t.cast("int64"),
    )
    return _Given(table=table, by="assignments", randomised=bool(told["chance"][0] == 1))


def _by_group(source: Source, study: Study, rows: Sequence[Rollout]) -> _Given | None:
    """Customers by the group they were of before the first group began."""
    values = group_values(source, study, rows[0].column)
    if values is None:
        return None
    first = min(row.first for row in rows)
    home = _home(values, first)
    starts = [(home.value == row.value, row.first) for row in rows]
    table = home.select(
        "customer_id",
        group_key=home.value,
        treated_from=ibis.cases(*starts, else_=NEVER).cast("int64"),
        since=ibis.literal(first).cast("int64"),
    )
    return _Given(table=table, by=rows[0].column, randomised=all(row.randomised for row in rows))


def _home(values: Table, first: int) -> Table:
    """A row a customer and its group: the last one it was of before the first start, else the first one after."""
    known = values.filter(values.value.notnull())
    before = known.t.isnull() | (known.t < first)
    rank = before.ifelse(-known.t.fill_null(0), known.t.fill_null(0))
    ordered = ibis.window(group_by="customer_id", order_by=[before.ifelse(0, 1), rank, known.value])
    known = known.mutate(place=ibis.row_number().over(ordered))
    return known.filter(known.place == 0).select("customer_id", "value")


def _panel(source: Source, journey: Journey, study: Study) -> Table:
    """A row a customer and period of the ledger with its outcome and what it met and said in the same period."""
    ledger = source.ledger.filter(source.ledger.t <= study.as_of)
    steps = [name for name in ("renewal_t", "churn_kind") if name in ledger.columns]
    rows = with_outcome(ledger.select("customer_id", "t", "revenue", "margin", "retained", *steps), study)
    rows = rows.select("customer_id", "t", "revenue", "margin", "stays")
    for extra in experience(source, journey):
        rows = rows.left_join(extra, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    return fill_unexposed(rows, journey)


def _cells(
    source: Source,
    panel: Table,
    named: tuple[str, int],
    given: _Given,
    case: tuple[tuple[str, ...], Journey],
    least: int,
) -> RolloutCells:
    name, place = named
    seen = panel.group_by("customer_id").agg(first_t=panel.t.min())
    told = given.table.left_join(seen, "customer_id").drop("customer_id_right")
    told = told.mutate(early=(told.first_t < told.since).fill_null(False))  # noqa: FBT003
    there = source.engine.keep(f"rollout_{place}", told.filter(told.early).drop("early", "first_t"))
    late = int(told.filter(~told.early).count().execute())
    counted = there.group_by("group_key", "treated_from", "since").agg(customers=there.count()).to_pandas()
    units, small = put_together(counted, given.by, least)
    joined = _with_units(source, panel, there, units, place)
    frame, blank = _measures(joined, *case, least)
    ends = joined.filter((joined.t < joined.since - 1) & (joined.stays == 0)).count().execute()
    whole = units.groupby(["unit", "treated_from", "cluster"], as_index=False).agg({"customers": "sum"})
    return RolloutCells(
        initiative=name,
        by=given.by,
        randomised=given.randomised,
        first=int(units.loc[units.treated_from != NEVER, "treated_from"].min()) if len(units) else NEVER,
        units=whole.sort_values(["unit"], ignore_index=True),
        cells=frame,
        late=late,
        small=small,
        blank=blank,
        ends_known=int(ends) >= least,
    )


def put_together(counted: pd.DataFrame, by: str, least: int) -> tuple[pd.DataFrame, int]:
    """Each key with its unit, the unit's cluster, and how many customers are of units too small to be shown.

    Slots of customers are put into buckets of one arm and start; groups stand alone where they are large enough, and
    the small ones of one start together.
    """
    counted = counted.sort_values(["treated_from", "since", "group_key"], ignore_index=True)
    if by == "assignments":
        counted["unit"] = _buckets(counted)
    elif counted["group_key"].nunique() > MOST_UNITS:
        counted["unit"] = _together(counted)
    else:
        counted["unit"] = counted["group_key"].astype(str)
        few = counted["customers"] < least
        together = [f"{SMALL} {_start(start)}" for start in counted["treated_from"]]
        counted["unit"] = counted["unit"].where(~few, pd.Series(together, index=counted.index, dtype=str))
    whole = counted.groupby("unit")["customers"].transform("sum")
    small = int(counted.loc[whole < least, "customers"].sum())
    counted = counted[whole >= least].reset_index(drop=True)
    return counted.assign(cluster=pd.factorize(counted["unit"], sort=True)[0]), small


def _buckets(counted: pd.DataFrame) -> list[str]:
    """The bucket of each slot: as many to an arm and start as its customers allow."""
    cohorts = counted.groupby(["treated_from", "since"])["customers"].transform("sum")
    many = np.clip(cohorts // A_BUCKET, 1, BUCKETS).astype(int)
    bucket = counted["group_key"].map(lambda text: int(text, 16)) * many // _SLOTS
    names = zip(counted["treated_from"], counted["since"], bucket, strict=True)
    return [f"{_start(start)} {since} {number:02d}" for start, since, number in names]


def _together(counted: pd.DataFrame) -> list[str]:
    """The bucket of each group of one start, by its place among them."""
    place = counted.groupby("treated_from").cumcount()
    size = counted.groupby("treated_from")["group_key"].transform("size")
    share = (MOST_UNITS * size / len(counted)).clip(lower=2).astype(int)
    names = zip(counted["treated_from"], place * share // size, strict=True)
    return [f"{_start(start)} {number:03d}" for start, number in names]


def _start(treated_from: int) -> str:
    return "without" if treated_from == NEVER else f"from {treated_from}"


def _with_units(source: Source, panel: Table, there: Table, units: pd.DataFrame, place: int) -> Table:
    import pyarrow

    keys = ["group_key", "treated_from", "since", "unit"]
    known = source.engine.look_up(
        f"rollout_units_{place}", pyarrow.Table.from_pandas(units[keys].rename(columns=_known), preserve_index=False)
    )
    who = there.inner_join(
        known,
        [
            there.group_key == known.known_key,
            there.treated_from == known.known_from,
            there.since == known.known_since,
        ],
    ).select("customer_id", "unit", "since")
    return panel.inner_join(who, "customer_id")


def _known(name: str) -> str:
    return {"group_key": "known_key", "treated_from": "known_from", "since": "known_since"}.get(name, name)


def _measures(rows: Table, pains: Sequence[str], journey: Journey, least: int) -> tuple[pd.DataFrame, int]:
    """By unit and period the mean of every measure and the customers behind it, and how many cells are blank."""
    measures = _asked(rows, pains, journey)
    flat = rows.select("unit", "t", **{name: value.cast("float64") for name, value in measures.items()})
    sums = {f"sum__{name}": flat[name].sum() for name in measures} | {
        f"n__{name}": flat[name].count() for name in measures
    }
    found = flat.group_by("unit", "t").agg(customers=flat.count(), **sums)
    shown: dict[str, Value] = {}
    for name in measures:
        enough = found[f"n__{name}"] >= least
        shown[name] = enough.ifelse(found[f"sum__{name}"] / found[f"n__{name}"].nullif(0), ibis.null("float64"))
        shown[f"n__{name}"] = enough.ifelse(found[f"n__{name}"], 0)
    some = {f"hid__{name}": (found[f"n__{name}"].between(1, least - 1)).ifelse(1, 0) for name in measures}
    frame = found.select("unit", "t", **shown, **some).to_pandas()
    blank = int(frame[list(some)].to_numpy().sum())
    return frame.drop(columns=list(some)).sort_values(["unit", "t"], ignore_index=True), blank


def _asked(rows: Table, pains: Sequence[str], journey: Journey) -> dict[str, Value]:
    stages = dict.fromkeys(pain.stage for pain in journey.pain_points if pain.pain_point in pains)
    found: dict[str, Value] = {"leaving": 1 - rows.stays, "revenue": rows.revenue, "margin": rows.margin}
    for stage in (OVERALL, *stages):
        found[score_measure(stage)] = rows[score_column(stage)]
    levels = {pain.pain_point for pain in journey.pain_points if pain.measure == "level"}
    met = {name: (rows[name] > 0).ifelse(1, 0) for name in pains if name not in levels}
    found |= {met_measure(name): value for name, value in met.items()}
    if met:
        found[MET_ANY] = ibis.greatest(*met.values()) if len(met) > 1 else next(iter(met.values()))
    return found
