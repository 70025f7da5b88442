"""The ways customers take between stages, where time tells the order: steps, repeats, returns, and who leaves after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from impact.cells.small_groups import is_small
from impact.journey import Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.source import Source

# Below this share of customer-days on a single stage the table is a questionnaire about many stages at once.
LEAST_ORDERED = 0.5
Z90 = 1.6448536269514722
STEPS = ("source", "from_stage", "from_name", "to_stage", "to_name", "kind", "steps", "customers", "share", "days_p50")
FLOW = (
    *("source", "stage", "name", "owner", "customers", "drop_off", "repeats", "returns"),
    *("seen_last", "left", "exit_rate", "exit_low", "exit_high", "base_rate"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What one table says of the order of stages.

    `moments` are the customer-days (or times of day) seen on plan stages, `ordered` those of them on one
    stage alone. `steps` and `flow` are empty where too few are.
    """

    source: str
    moments: int
    ordered: int
    steps: pd.DataFrame
    flow: pd.DataFrame

    @property
    def known(self) -> bool:
        """Whether the order of stages can be told."""
        return self.moments > 0 and self.ordered >= LEAST_ORDERED * self.moments


def find_ways(source: Source, journey: Journey, periods: Table, least: int) -> tuple[Ways, ...]:
    """What each table that knows its days says of the order of stages: journey events, answers, incidents.

    A customer seen on several stages at one moment took them in an order nobody knows: such moments are
    counted and left out. `periods` is a row a customer and active period, with `leaving_rate`.
    """
    ways = []
    for name, rows in _sightings(source, journey).items():
        single, moments = _by_moment(rows, name)
        ordered = int(single.count().execute())
        nothing = Ways(source=name, moments=moments, ordered=ordered, steps=_frame(STEPS), flow=_frame(FLOW))
        if not nothing.known or ordered == 0:
            ways.append(nothing)
            continue
        line = _in_order(source, single, name)
        pairs = _pairs(line)
        steps = _steps(pairs, journey, name, least)
        flow = _flow(line, pairs, periods, journey, least).assign(source=name)
        ways.append(Ways(source=name, moments=moments, ordered=ordered, steps=steps, flow=flow[list(FLOW)]))
    return tuple(ways)


def _frame(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


def _sightings(source: Source, journey: Journey) -> dict[str, Table]:
    """By table: customer_id, t, day, clock and stage of each row that names a plan stage and a day."""
    found: dict[str, Table] = {}
    stages = journey.stage_ids()
    if not stages:
        return {}
    if source.events is not None:
        rows = source.events
        found["events"] = rows.select("customer_id", "t", "day", "stage", clock=rows.clock.fill_null(""))
    if source.responses is not None:
        # Answers of one day belong to one questionnaire, whatever the time each was stored at.
        rows = source.responses
        found["responses"] = rows.select("customer_id", "t", "day", "stage", clock=ibis.literal(""))
    if source.incidents is not None and journey.pain_points:
        rows = source.incidents
        stage = ibis.cases(
            *[(rows.pain_point == pain.pain_point, pain.stage) for pain in journey.pain_points],
            else_=ibis.null("string"),
        )
        found["incidents"] = rows.select("customer_id", "t", "day", stage=stage, clock=rows.clock.fill_null(""))
    return {
        name: rows.filter(rows.day.notnull() & rows.stage.isin(stages) & rows.customer_id.notnull())
        for name, rows in found.items()
    }


def _by_moment(rows: Table, name: str) -> tuple[Table, int]:
    """Moments on one stage alone, and how many moments there are in all."""
    grouped = rows.group_by("customer_id", "day", "clock").agg(
        t=rows.t.min(), stage=rows.stage.min(), other=rows.stage.max()
    )
    moments = int(grouped.count().execute())
    return grouped.filter(grouped.stage == grouped.other).drop("other"), moments


def _in_order(source: Source, single: Table, name: str) -> Table:
    """Each customer's moments numbered in time order, kept on the engine."""
    mine = ibis.window(group_by="customer_id", order_by=["day", "clock"])
    line = single.select("customer_id", "t", "day", "stage", place=ibis.row_number().over(mine))
    return source.engine.keep(f"coverage_line_{name}", line)


def _pairs(line: Table) -> Table:
    """Each moment beside the customer's next one, blank where there is none."""
    later = line.select("customer_id", place=line.place - 1, next_stage=line.stage, next_day=line.day, next_t=line.t)
    return line.left_join(later, ["customer_id", "place"]).drop("customer_id_right", "place_right")


def _steps(pairs: Table, journey: Journey, name: str, least: int) -> pd.DataFrame:
    """A row a pair of stages: steps, customers, share of the steps shown from there, median days between."""
    rows = pairs.filter(pairs.next_stage.notnull())
    counted = rows.group_by("stage", "next_stage").agg(
        steps=rows.count(), customers=rows.customer_id.nunique(), days_p50=(rows.next_day - rows.day).median()
    )
    found: pd.DataFrame = counted.to_pandas().rename(columns={"stage": "from_stage", "next_stage": "to_stage"})
    found = found[~is_small(found["customers"], least)]
    order = {stage: place for place, stage in enumerate(journey.stage_ids())}
    names = {stage.stage: stage.name for stage in journey.stages}
    start, end = found["from_stage"].map(order), found["to_stage"].map(order)
    found = found.assign(
        source=name,
        from_name=found["from_stage"].map(names),
        to_name=found["to_stage"].map(names),
        kind=np.where(start == end, "repeat", np.where(end < start, "return", "onward")),
        share=found["steps"] / found.groupby("from_stage")["steps"].transform("sum"),
        start=start,
        end=end,
    )
    return found.sort_values(["start", "end"], ignore_index=True)[list(STEPS)]


def _flow(line: Table, pairs: Table, periods: Table, journey: Journey, least: int) -> pd.DataFrame:
    """A row a stage: who reached it, who was never seen further on, what came next, and who left after it."""
    ids = journey.stage_ids()
    reached = _reached(line, ids)
    turns = _turns(pairs, ids)
    exits = _exits(pairs, periods)
    left, seen = float(exits["left"].sum()), float(exits["seen_last"].sum())
    base = left / seen if left >= least else np.nan
    rows = []
    for place, stage in enumerate(journey.stages):
        row: dict[str, object] = {"stage": stage.stage, "name": stage.name, "owner": stage.owner, "base_rate": base}
        here, on = reached[stage.stage]
        beyond = any(reached[further][0] for further in ids[place + 1 :])
        row |= _going_on(here, on if beyond else None, least)
        row |= _turning(turns[stage.stage], least)
        row |= _leaving(exits, stage.stage, least)
        rows.append(row)
    return pd.DataFrame(rows)


def _reached(line: Table, stages: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """By stage: customers seen there, and those of them later seen further on; None for the last stage."""
    seen = line.group_by("customer_id").agg(
        **{f"first_{n}": line.place.min(where=line.stage == stage) for n, stage in enumerate(stages)},
        **{f"last_{n}": line.place.max(where=line.stage == stage) for n, stage in enumerate(stages)},
    )
    sums: dict[str, Value] = {}
    for n in range(len(stages)):
        sums[f"here_{n}"] = seen[f"first_{n}"].count()
        further = range(n + 1, len(stages))
        beyond = [(seen[f"last_{m}"] > seen[f"first_{n}"]).ifelse(1, 0).fill_null(0) for m in further]
        if beyond:
            sums[f"on_{n}"] = ibis.greatest(*beyond).sum() if len(beyond) > 1 else beyond[0].sum()
    wide = seen.agg(**sums).to_pandas().fillna(0).iloc[0]
    counts = {name: int(count) for name, count in wide.items()}
    return {stage: (counts[f"here_{n}"], counts.get(f"on_{n}")) for n, stage in enumerate(stages)}


def _turns(pairs: Table, stages: Sequence[str]) -> dict[str, pd.Series]:
    """By stage: its steps, how many repeat it, how many return to an earlier stage, and whose they are."""
    rows = pairs.filter(pairs.next_stage.notnull())
    here = ibis.cases(*[(rows.stage == stage, n) for n, stage in enumerate(stages)], else_=-1)
    then = ibis.cases(*[(rows.next_stage == stage, n) for n, stage in enumerate(stages)], else_=-1)
    again, back = here == then, then < here
    counted = rows.group_by("stage").agg(
        steps=rows.count(),
        again=again.ifelse(1, 0).sum(),
        back=back.ifelse(1, 0).sum(),
        again_customers=rows.customer_id.nunique(where=again),
        back_customers=rows.customer_id.nunique(where=back),
        customers=rows.customer_id.nunique(),
    )
    frame = counted.to_pandas().set_index("stage").reindex(list(stages)).fillna(0)
    return {stage: frame.loc[stage] for stage in stages}


def _exits(pairs: Table, periods: Table) -> pd.DataFrame:
    """By stage: customer-periods in which it was the last stage seen, and those followed by leaving."""
    last = pairs.filter(pairs.next_t.isnull() | (pairs.next_t != pairs.t))
    known = periods.filter(periods.leaving_rate.notnull()).select("customer_id", "t", "leaving_rate")
    rows = last.inner_join(known, ["customer_id", "t"])
    counted = rows.group_by("stage").agg(
        seen_last=rows.count(), left=rows.leaving_rate.sum(), customers=rows.customer_id.nunique()
    )
    found: pd.DataFrame = counted.order_by("stage").to_pandas().set_index("stage")
    return found


def _going_on(here: int, on: int | None, least: int) -> dict[str, float]:
    if here < least or on is None:
        return {"customers": np.nan if 0 < here < least else here, "drop_off": np.nan}
    small = 0 < on < least or 0 < here - on < least
    return {"customers": here, "drop_off": np.nan if small else 1 - on / here}


def _turning(counts: pd.Series, least: int) -> dict[str, float]:
    def share(name: str) -> float:
        few = 0 < counts[f"{name}_customers"] < least or counts["customers"] < least
        return np.nan if few or not counts["steps"] else float(counts[name] / counts["steps"])

    return {"repeats": share("again"), "returns": share("back")}


def _leaving(exits: pd.DataFrame, stage: str, least: int) -> dict[str, float]:
    nothing = dict.fromkeys(("seen_last", "left", "exit_rate", "exit_low", "exit_high"), np.nan)
    if stage not in exits.index:
        return nothing
    seen, left, customers = (float(exits[name].loc[stage]) for name in ("seen_last", "left", "customers"))
    if customers < least or 0 < left < least or 0 < seen - left < least:
        return nothing
    rate = left / seen
    half = Z90 * np.sqrt(rate * (1 - rate) / seen)
    return {"seen_last": seen, "left": left, "exit_rate": rate, "exit_low": rate - half, "exit_high": rate + half}
