"""What became of the customers active at an earlier period: the cohort that a forecast spoke of, period by period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.panel import experience, fill_unexposed
from impact.journey import OVERALL, Journey
from impact.source_outcome import NOT_VOLUNTARY

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.source import Source
    from impact.study import Study

GROUPS = ["persona", "t"]
SUMS = ("revenue", "margin", "start_revenue", "start_margin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The customers active at `as_of` (an ordinal), at each period from then to the study's own as_of.

    `money`: persona (as of `as_of`), t -> customers there, returned (of them, those who had left before),
    left_otherwise (who left between the period before and t, and not of their own will), revenue, margin,
    start_revenue, start_margin (what those there brought at `as_of`). Counts are null from the period on in which it
    cannot be told yet who is gone. `scores`: stage, t -> n answers, customers, mean, sd. `pains`: pain_point, t ->
    known (customers whose exposure is known), exposed, mean. `everyone`: t -> customers, revenue, margin, and new:
    customers that are not of the cohort.
    """

    as_of: int
    money: pd.DataFrame
    scores: pd.DataFrame
    pains: pd.DataFrame
    everyone: pd.DataFrame


def follow_cohort(source: Source, journey: Journey, study: Study, as_of: int, bent: Collection[int] = ()) -> Cohort:
    """What became of the customers (or units) with a ledger row at `as_of`; nobody enters later.

    Of the periods `bent`, whose rows an event sets aside, nobody is counted, and to be missing there is no leaving.

    Raises:
        InputError: the engine was lost on the way, or had no room.
    """
    from impact.engine_faults import engine_faults_told

    with engine_faults_told(source.engine.shown):
        later = source.engine.keep(f"cohort_{as_of}", _rows(source, study, as_of, bent))
        return Cohort(
            as_of=as_of,
            money=_money(later, study, as_of, bent),
            scores=_scores(source, journey, later, as_of),
            pains=_pains(source, journey, later),
            everyone=_everyone(source, study, later, as_of),
        )


def _rows(source: Source, study: Study, as_of: int, bent: Collection[int]) -> Table:
    """A row a customer of the cohort and period with a ledger row, from `as_of` on, beside what it brought then.

    `broken` is 1 from the row on before which the customer had been gone; `silent` counts the periods without a row
    that lie before the next one and do not mean leaving; `last` is 1 in the last row.
    """
    ledger = source.ledger.filter(source.ledger.t.between(as_of, study.as_of))
    kinds = ["churn_kind"] if "churn_kind" in ledger.columns else []
    started = _started(source, ledger, as_of)
    rows = ledger.select("customer_id", "t", "revenue", "margin", *kinds).inner_join(started, "customer_id")
    if not kinds:
        rows = rows.mutate(churn_kind=ibis.null("string"))
    ordered = ibis.window(group_by="customer_id", order_by="t")
    told: Value = rows.t
    for period in bent:
        told = told - (rows.t > period).ifelse(1, 0)
    rows = rows.mutate(told=told)
    rows = rows.mutate(gap=rows.told - rows.told.lag().over(ordered), ahead=rows.told.lead().over(ordered) - rows.told)
    wait = _wait(study)
    rows = rows.mutate(
        broke=(rows.gap > wait).fill_null(False).ifelse(1, 0),  # noqa: FBT003
        silent=(rows.ahead <= wait).fill_null(False).ifelse(rows.ahead - 1, 0),  # noqa: FBT003
        last=rows.ahead.isnull().ifelse(1, 0),
    )
    so_far = ibis.window(group_by="customer_id", order_by="t", preceding=None, following=0)
    return rows.mutate(broken=rows.broke.max().over(so_far)).drop("told", "gap", "ahead", "broke")


def _wait(study: Study) -> int:
    """Periods within which a next row means that a customer never left."""
    return study.study.inactive_after if study.study.relationship == "repeat" else 1


def _started(source: Source, ledger: Table, as_of: int) -> Table:
    start = ledger.filter(ledger.t == as_of)
    who = source.customers
    own = who.select("customer_id", own_persona="persona") if "persona" in who.columns else None
    if own is not None:
        start = start.left_join(own, "customer_id").drop("customer_id_right")
    words = [start[name] for name in ("persona", "own_persona") if name in start.columns]
    return start.select(
        "customer_id",
        persona=ibis.coalesce(*words, ibis.literal("all")),
        start_revenue="revenue",
        start_margin="margin",
    )


def _money(later: Table, study: Study, as_of: int, bent: Collection[int]) -> pd.DataFrame:
    seen = later.group_by(GROUPS).agg(
        customers=later.count(), returned=later.broken.sum(), **{name: later[name].sum() for name in SUMS}
    )
    parts = [seen.to_pandas(), *(_silent(later, ahead) for ahead in range(1, _wait(study)))]
    gone = later.filter((later["last"] == 1) & (later.broken == 0) & (later.t < study.as_of))
    otherwise = gone.filter(gone.churn_kind.lower().fill_null("").isin(NOT_VOLUNTARY))
    left = otherwise.group_by(persona=otherwise.persona, t=otherwise.t + 1).agg(left_otherwise=otherwise.count())
    found = pd.concat(parts, ignore_index=True).groupby(GROUPS, as_index=False).sum(min_count=1)
    grid = pd.MultiIndex.from_product([sorted(set(found["persona"])), range(as_of, study.as_of + 1)], names=GROUPS)
    found = found.set_index(GROUPS).join(left.to_pandas().set_index(GROUPS), how="outer").reindex(grid)
    counts = ["customers", "returned", "left_otherwise"]
    found = found.astype(float)
    found[counts] = found[counts].fillna(0.0)
    money = [name for name in SUMS if found[name].notna().any()]
    found[money] = found[money].where(found["customers"] > 0, found[money].fillna(0.0))
    periods = found.index.get_level_values("t")
    found.loc[periods > study.as_of - _wait(study) + 1, counts] = float("nan")
    found.loc[periods.isin(list(bent))] = float("nan")
    return pd.DataFrame(found.reset_index())


def _silent(later: Table, ahead: int) -> pd.DataFrame:
    """Customers of a repeat business without a row `ahead` periods after their last one who came back in time."""
    quiet = later.filter(later.silent >= ahead)
    counted = quiet.group_by(persona=quiet.persona, t=quiet.t + ahead).agg(
        customers=quiet.count(),
        returned=quiet.broken.sum(),
        start_revenue=quiet.start_revenue.sum(),
        start_margin=quiet.start_margin.sum(),
    )
    found: pd.DataFrame = counted.to_pandas()
    return found


def _scores(source: Source, journey: Journey, later: Table, as_of: int) -> pd.DataFrame:
    columns = ["stage", "t", "n", "customers", "mean", "sd"]
    if source.responses is None:
        return pd.DataFrame(columns=columns)
    there = later.select("customer_id", "t")
    rows = source.responses.filter(source.responses.t >= as_of).inner_join(there, ["customer_id", "t"])
    rows = rows.filter(rows.stage.isin([*journey.stage_ids(), OVERALL]))
    weight = rows.n * rows.weight
    counted = rows.group_by("stage", "t").agg(
        n=rows.n.sum(),
        customers=rows.customer_id.nunique(),
        mean=(rows.score * weight).sum() / weight.sum().nullif(0),
        sd=rows.score.std(),
    )
    return _sorted(counted.to_pandas()[columns], ["stage", "t"])


def _pains(source: Source, journey: Journey, later: Table) -> pd.DataFrame:
    """Prevalence among those of the cohort with a ledger row, by pain point and period."""
    columns = ["pain_point", "t", "known", "exposed", "mean"]
    met = experience(source, journey)
    if not met or not journey.pain_points:
        return pd.DataFrame(columns=columns)
    rows = later.select("customer_id", "t")
    for extra in met:
        rows = rows.left_join(extra, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    rows = fill_unexposed(rows, journey)
    sums: dict[str, Value] = {}
    for place, pain in enumerate(journey.pain_points):
        value = rows[pain.pain_point].cast("float64")
        sums[f"known_{place}"] = value.count()
        sums[f"exposed_{place}"] = (value > 0).ifelse(1, 0).sum()
        sums[f"mean_{place}"] = value.mean()
    wide = rows.group_by("t").agg(**sums).to_pandas()
    parts = [
        pd.DataFrame(
            {"pain_point": pain.pain_point, "t": wide["t"]} | {name: wide[f"{name}_{place}"] for name in columns[2:]}
        )
        for place, pain in enumerate(journey.pain_points)
    ]
    return _sorted(pd.concat(parts, ignore_index=True), ["pain_point", "t"])


def _everyone(source: Source, study: Study, later: Table, as_of: int) -> pd.DataFrame:
    rows = source.ledger.filter(source.ledger.t.between(as_of, study.as_of)).select("t", "revenue", "margin")
    whole = rows.group_by("t").agg(customers=rows.count(), revenue=rows.revenue.sum(), margin=rows.margin.sum())
    ours = later.group_by("t").agg(known=later.count())
    found: pd.DataFrame = whole.to_pandas().merge(ours.to_pandas(), on="t", how="left")
    found["new"] = found["customers"] - found.pop("known").fillna(0)
    return _sorted(found, ["t"])


def _sorted(found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return found.sort_values(keys, kind="stable", ignore_index=True)
