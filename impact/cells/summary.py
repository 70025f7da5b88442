"""What leaves the data engine, for each of the two shapes of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from impact.cells.many import ManyCells
from impact.journey import OVERALL

Rows = pd.DataFrame | ManyCells
LEAST_REPEATED = 8  # units with money in two periods, for a comparison of units with themselves
RECENT = 4  # periods that stand for "now" in prevalence and leaving


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Second moments of one persona's rows, each customer compared with itself.

    `gram` is X'X of the named `columns` `(column, column)`, the last one being the outcome, every
    column centred on its customer's own mean. `meat` is the sum over customers of the outer product
    of their scores `(column - 1, column - 1)`, for standard errors clustered by customer.
    `left_out` customers of all personas had too little money of their own to be compared with themselves.
    """

    persona: str
    columns: tuple[str, ...]
    gram: np.ndarray
    meat: np.ndarray
    rows: int
    customers: int
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendSummary:
    """The money of those who stay, of customers who gave a score.

    `within` by outcome (log_revenue; margin in money, or log_margin; cost_to_serve in money where booked) and by
    term: moments of the next period's money on the score, in one persona each; `placebo` on the score of the period
    after the money, that of before held. `margins`: persona, t -> customers, revenue, margin, known, not_positive,
    negative (rows), lost (sum of negative margins). `cells`: see `impact.cells.spend_cells`, of so many `customers`;
    `dropped` columns were left out of them to keep them few.
    """

    within: Mapping[str, Mapping[str, tuple[Moments, ...]]]
    placebo: Mapping[str, Mapping[str, tuple[Moments, ...]]]
    margins: pd.DataFrame
    cells: pd.DataFrame
    dropped: tuple[str, ...]
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeCells:
    """What says how long customers stay, or go on buying, and what they bring.

    `active`: active at as_of by persona, tenure (periods, -1 unknown) -> customers, revenue, margin. `revenue`:
    t, after (periods) -> customers, lost, start, kept, later (of those active at t, `after` periods on), new,
    new_customers, earned, earned_customers, told (of customers first seen since; null where `acquired_by` is not
    given). `term`: periods between renewals, 1 without renewal dates. Of repeat customers first seen within the
    ledger, else None: `buying`: persona, x, t_x, T (periods) -> n; `values`: persona, x, place -> n, value,
    log_value, spread of the mean of their repeat purchases. `not_followed` customers bought before the ledger begins.
    `steps`: t -> customers, lost, start, later, start_margin, later_margin: what the customers of a period brought,
    and what those of them who are there in the next one bring then.
    """

    active: pd.DataFrame
    revenue: pd.DataFrame
    term: int
    buying: pd.DataFrame | None
    values: pd.DataFrame | None
    not_followed: int
    steps: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSums:
    """Sums over the pairs of scores that one customer gave in one period, by group of customers.

    A customer's rows are all in one group, by a hash of its id, so that groups are independent. `measures`:
    stages, then the `outcomes`: overall, and the recommendation score where it was asked beside it. Arrays
    `(group, measure, measure)`: `n` pairs, `weight` their weights, `first` the weighted sum of the row's
    score over pairs with the column's, `square` the same of its square, `product` of both. `bands`
    `(sum, group, stage, band, outcome)`: n, weight, own score and outcome by low, middle and top score of a
    stage. `customers` stand behind it; `weighted` says that answers carry weights.
    """

    measures: tuple[str, ...]
    outcomes: tuple[str, ...]
    n: np.ndarray
    weight: np.ndarray
    first: np.ndarray
    square: np.ndarray
    product: np.ndarray
    bands: np.ndarray
    customers: int
    weighted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCells:
    """Customers active at as_of, by what the study is reported by.

    `base`: column, segment (the column's value as text, "" where blank), persona, tenure_band -> customers, revenue,
    margin. `largest`: persona, tenure_band, place -> customer (its id as it may leave, "" where customers are not
    `named`), revenue, margin of the few with most money. A group of fewer than `least` customers is not to be shown.
    """

    base: pd.DataFrame
    largest: pd.DataFrame
    named: bool
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCells:
    """The summary of a study of many customers, some of whom leave.

    Exposure columns are named as the pain points. `leaving`: persona, tenure_band, t, controls,
    operations exposures -> n, leavers, tenure (mean). `answered`: the same for customers with an overall
    score or a survey pain point, with survey exposures; None without such pain points. `scores` by stage:
    persona, t, exposures -> n, total, squares (score points). These stay on their engine, as `ManyCells`,
    where they are more than a hundred thousand. `by_tenure`: persona, tenure -> n, leavers. `certified`:
    persona, tenure_band, t, controls, overall_bin -> n, leavers, tenure, overall (the bin's own mean).
    `certified_stages`: by stage the same of those who scored it (score_bin, score). `certified_change`: those who
    gave an overall score before, with the bin of the mean of their own earlier ones (earlier_bin, earlier) and how
    many those are (answers, mean). These three are bounded: controls that made them too many are not among the columns.
    `spend...`: within-customer moments of next period's revenue on exposures, or on the overall score; the
    placebos take the experience of a period later. `base`: active at as_of by persona, tenure_band ->
    customers, revenue, margin. `recent`: the same groups over the last four outcome periods -> n,
    leavers. `patterns`: persona, age, exposures over the last four periods -> n; an age is -1 where tenure is not
    known, 0 in a customer's first period, then one above the tenure band. `tenures`: persona, tenure_band, tenure ->
    customers active at as_of. `driver_sums`: sums of pairs of scores,
    None without answers. `coverage`: stage -> responses, customers, mean, sd, scale_min, scale_max. `money`: t ->
    customers, revenue, margin, retained. `staying`: the money of those who stay. `lifetime` is None where it was not
    asked. `spend_near`: `spend_on_score` between neighbouring periods alone. `segments`: see `SegmentCells`.
    """

    controls: tuple[str, ...]
    leaving: Rows
    by_tenure: pd.DataFrame
    answered: Rows | None
    certified: pd.DataFrame
    scores: Mapping[str, Rows]
    spend: tuple[Moments, ...]
    spend_placebo: tuple[Moments, ...]
    base: pd.DataFrame
    recent: pd.DataFrame
    patterns: pd.DataFrame
    driver_sums: DriverSums | None
    coverage: pd.DataFrame
    money: pd.DataFrame
    staying: SpendSummary | None = None
    certified_stages: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    certified_change: pd.DataFrame = field(default_factory=pd.DataFrame)
    lifetime: LifetimeCells | None = None
    tenures: pd.DataFrame = field(default_factory=pd.DataFrame)
    spend_near: tuple[Moments, ...] = ()
    segments: SegmentCells | None = None

    @property
    def spend_on_score(self) -> tuple[Moments, ...]:
        """Moments of the next period's revenue on the overall score, in one persona each."""
        return () if self.staying is None else self.staying.within["log_revenue"][OVERALL]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePanel:
    """The summary of a study of units seen in every period: the units themselves.

    `panel`: unit, persona, t, revenue, margin, controls, the size column where named, one column a
    stage score (`overall` among them) and one a pain point's exposure; a row for each unit and period
    with money, a score or an exposure. `coverage`, `money` and `driver_sums` as in `CustomerCells`. `cluster`
    names the column that errors are clustered by, the unit where None; `lag` counts periods from experience
    to money; `winsorise` is the share pulled in at each end of log revenue across units. `segments`: see
    `SegmentCells`, of one tenure band 0.
    """

    controls: tuple[str, ...]
    size: str | None
    panel: pd.DataFrame
    coverage: pd.DataFrame
    money: pd.DataFrame
    driver_sums: DriverSums | None = None
    cluster: str | None = None
    lag: int = 1
    winsorise: float = 0.01
    segments: SegmentCells | None = None

    @property
    def repeated(self) -> bool:
        """Whether units enough have money in two periods; else they can be compared with each other alone."""
        periods = self.panel.loc[self.panel["revenue"].notna()].groupby("unit")["t"].nunique()
        return int((periods > 1).sum()) >= LEAST_REPEATED


Cells = CustomerCells | SitePanel
