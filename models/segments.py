"""Values by segment: what a fix is worth per unit of money of each persona and tenure band, times whose money it is.

A segment's base is the persona's and tenure band's own with the segment's customers and their money in place of all of
them. How often a pain point is met, what it does and how many leave stay those of the persona and tenure band, so a
value is linear in the money, and the segments of a column add up to the whole base in each draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.groups import LEAST_GROUP
from impact.ids import cut
from impact.journey import Journey
from impact.study import Study
from models.base import margin_rate, money_of
from models.delights import raised_moves
from models.pains import pains_of
from models.there import who_is_there
from models.value import Moves, Today, ValueBase, by_period, moves_of, whole_fix

PERSONA = "persona"
BLANK, SMALL = "(blank)", "(small groups together)"
MONEY_KEYS = ["persona", "tenure_band"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The base by the groups of one column.

    `customers` `(segment,)`; `worth` `(segment, cell)` is money a period of the segment in each cell, the tenure bands
    of each persona of the base in turn. Segments add up to the base in every cell.
    """

    column: str
    segments: tuple[str, ...]
    customers: np.ndarray
    worth: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class PerWorth:
    """What something is worth, in present value `(draw, cell)`, per unit of money that a cell brings in a period."""

    kind: str
    id: str
    draws: np.ndarray

    def by_segment(self, breakdown: Breakdown) -> np.ndarray:
        """Present value of each segment, joint draws `(draw, segment)`."""
        return np.asarray(self.draws @ breakdown.worth.T)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A base ready to be asked for values per unit of money.

    `before` by persona is what a unit of each band's money still brings without any fix `(draw, band, period)`.
    """

    base: ValueBase
    today: Today
    before: tuple[np.ndarray, ...]

    def read(self, at: np.ndarray, moved: Moves) -> np.ndarray:
        """Present value per unit of a cell's money `(draw, cell)`; arguments as of `models.value.changed_draws`."""
        base, parts = self.base, []
        for g, persona in enumerate(base.personas):
            ratios, lifts = moved(g)
            ratio, lift = by_period(base, persona, at, ratios, 1.0), by_period(base, persona, at, lifts, 0.0)
            after = who_is_there(persona, base.frailty, self.today.now[g], ratio).per_money()
            parts.append((after - self.before[g] + after * lift) @ base.discount)
        return np.concatenate(parts, axis=1)

    def untouched(self) -> np.ndarray:
        """Present value of a cell's money without any fix, per unit of it `(draw, cell)`."""
        return np.concatenate([before @ self.base.discount for before in self.before], axis=1)


def make_meter(base: ValueBase, today: Today) -> Meter:
    """A base ready to be asked for values per unit of money."""
    idle = np.ones((1, 1, len(base.discount)))
    before = tuple(
        who_is_there(p, base.frailty, now, idle).per_money() for p, now in zip(base.personas, today.now, strict=True)
    )
    return Meter(base=base, today=today, before=before)


def base_worth(base: ValueBase) -> np.ndarray:
    """Money a period of each cell of the base `(cell,)`."""
    return np.concatenate([persona.customers * persona.money for persona in base.personas])


def pain_points_per_worth(meter: Meter, journey: Journey) -> Iterator[PerWorth]:
    """The base itself, every pain point, and every stage that has some, as `models.pains` values them."""
    base, today = meter.base, meter.today
    yield PerWorth(kind="base", id="", draws=meter.untouched())
    single = []
    for k, pain in enumerate(journey.pain_points):
        if pain.kind == "delight":
            held = np.zeros(len(base.discount), dtype=int)
            single.append(meter.read(held, raised_moves(base, today, pain, k)))
        else:
            single.append(_together(meter, [k]))
        yield PerWorth(kind="pain_point", id=pain.pain_point, draws=single[k])
    hurts = pains_of(journey)
    for stage in journey.stage_ids():
        which = [k for k, pain in enumerate(journey.pain_points) if pain.stage == stage]
        removed = [k for k in which if k in hurts]
        if len(removed) > 1:
            yield PerWorth(kind="stage", id=stage, draws=_together(meter, removed))
        elif which:
            draws = np.sum([single[k] for k in removed or which], axis=0)
            yield PerWorth(kind="stage", id=stage, draws=draws)


def _together(meter: Meter, which: list[int]) -> np.ndarray:
    base, today = meter.base, meter.today
    course = whole_fix(len(base.frailty), today.hazard[0].shape[1], which, len(base.discount))
    return meter.read(course.at, moves_of(base, today, course))


def find_breakdowns(cells: Cells, study: Study, base: ValueBase) -> tuple[Breakdown, ...]:
    """The base by persona, then by every column of `[study] report_by`.

    Groups of too few persons are put together, with as many of the next larger ones as it takes for the sum of them
    to be large enough: a rest that is told would tell them.
    """
    least = _least(cells)
    found = [_by_persona(base)]
    if cells.segments is not None:
        for name, rows in cells.segments.base.groupby("column", sort=False):
            found.append(_by_column(str(name), rows, (cells, study, base)))
    return tuple(together for one in found if (together := small_together(one, least)).segments)


def _least(cells: Cells) -> int:
    if cells.segments is not None:
        return cells.segments.least
    return 1 if isinstance(cells, SitePanel) else LEAST_GROUP


def _by_persona(base: ValueBase) -> Breakdown:
    of = np.repeat(np.arange(len(base.personas)), [len(one.customers) for one in base.personas])
    return Breakdown(
        column=PERSONA,
        segments=tuple(one.persona for one in base.personas),
        customers=np.array([float(one.customers.sum()) for one in base.personas]),
        worth=np.where(np.arange(len(base.personas))[:, None] == of, base_worth(base), 0.0),
    )


def _by_column(name: str, rows: pd.DataFrame, given: tuple[Cells, Study, ValueBase]) -> Breakdown:
    cells, study, base = given
    places = cell_places(cells, base)
    rows = rows.assign(money=money_of(rows, margin_rate(cells, study)))
    rows = rows.assign(cell=[places.get(key, -1) for key in zip(*(rows[one] for one in MONEY_KEYS), strict=True)])
    rows = rows[rows["cell"] >= 0]
    segments, at = np.unique(rows["segment"].to_numpy(str), return_inverse=True)
    worth, customers = np.zeros((len(segments), len(places))), np.zeros(len(segments))
    np.add.at(worth, (at, rows["cell"].to_numpy(int)), rows["money"].fillna(0.0).to_numpy(float))
    np.add.at(customers, at, rows["customers"].to_numpy(float))
    whole = worth.sum(axis=0)
    # The base may be scaled since it was counted, and engines add in an order of their own.
    scale = np.divide(base_worth(base), whole, out=np.ones(len(whole)), where=whole != 0)
    labels = tuple(cut(str(one)) or BLANK for one in segments)
    return Breakdown(column=name, segments=labels, customers=customers, worth=worth * scale)


def cell_places(cells: Cells, base: ValueBase) -> dict[tuple[str, int], int]:
    """The place of each persona and tenure band among the cells of the base."""
    keys: list[tuple[str, int]] = []
    for persona in base.personas:
        bands = [0]
        if not isinstance(cells, SitePanel):
            bands = [int(band) for band in cells.base.loc[cells.base["persona"] == persona.persona, "tenure_band"]]
        keys += [(persona.persona, band) for band in bands]
    return {key: place for place, key in enumerate(keys)}


def small_together(breakdown: Breakdown, least: int) -> Breakdown:
    """The breakdown with groups under `least` customers in one, largest group first; none where all are too few."""
    order = np.argsort(breakdown.customers, kind="stable")
    counts = breakdown.customers[order]
    put = int((counts < least).sum())
    while 0 < put < len(order) and counts[:put].sum() < least:
        put += 1
    if counts.sum() < least:
        none = np.zeros(0)
        return Breakdown(column=breakdown.column, segments=(), customers=none, worth=none.reshape(0, 0))
    kept, small = order[put:], order[:put]
    kept = kept[np.argsort(-breakdown.customers[kept], kind="stable")]
    segments, customers, worth = [breakdown.segments[k] for k in kept], breakdown.customers[kept], breakdown.worth[kept]
    if put:
        segments.append(SMALL)
        customers = np.append(customers, breakdown.customers[small].sum())
        worth = np.vstack([worth, breakdown.worth[small].sum(axis=0)])
    return Breakdown(column=breakdown.column, segments=tuple(segments), customers=customers, worth=worth)
