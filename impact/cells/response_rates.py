"""Who answers: response rates by persona and period, and those who answer beside those who do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from impact.cells.small_groups import is_small
from impact.journey import Journey
from impact.periods import period_label

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study

TOTAL = "total"
MEASURES = {
    "revenue": "money a period",
    "margin": "money a period",
    "leaving_rate": "share who leave before the next period",
    "tenure": "periods",
}
RATES = ("persona", "name", "period", "active", "answered", "response_rate", "note")
RESPONDENTS = (
    *("measure", "unit", "mean_answered", "mean_silent", "difference", "relative", "se", "standardised"),
    *("customers_answered", "customers_silent", "periods"),
)


def answered_by_period(source: Source) -> Table | None:
    """A row a customer and period with an answer: `answers`; None without responses."""
    rows = source.responses
    if rows is None:
        return None
    answered = rows.group_by("customer_id", "t").agg(answers=rows.n.sum())
    return source.engine.keep("coverage_answered", answered)


def customer_periods(source: Source, study: Study, answered: Table | None) -> Table:
    """A row a customer and active period: persona, revenue, margin, tenure, answered (0/1), leaving_rate (0/1).

    Leaving is told by `retained`, else by a gap longer than the study allows; null where it is not yet
    known, and where the units are sites, whose gaps are no leaving.
    """
    ledger = source.ledger
    who = source.customers.select("customer_id", "persona", "joined_t")
    rows = ledger.mutate(later_t=ledger.t.lead().over(ibis.window(group_by="customer_id", order_by="t")))
    rows = rows.left_join(who, "customer_id").drop("customer_id_right")
    if answered is None:
        rows = rows.mutate(answers=ibis.null("float64"))
    else:
        rows = rows.left_join(answered, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    reach = study.study.inactive_after if study.study.relationship == "repeat" else 1
    gone = ibis.cases(
        (rows.retained.notnull(), 1.0 - rows.retained.cast("float64")),
        (rows.later_t - rows.t <= reach, 0.0),
        (rows.t + reach <= study.as_of, 1.0),
        else_=ibis.null("float64"),
    )
    known = rows.t < study.as_of
    if source.shape(study) == "sites":
        gone = ibis.null("float64")
    table = rows.select(
        "customer_id",
        "t",
        "persona",
        "revenue",
        "margin",
        tenure=ibis.ifelse(rows.t < rows.joined_t, 0, rows.t - rows.joined_t).cast("float64"),
        answered=rows.answers.notnull().ifelse(1.0, 0.0),
        leaving_rate=known.ifelse(gone, ibis.null("float64")),
    )
    return source.engine.keep("coverage_periods", table)


def response_rates(periods: Table, journey: Journey, study: Study, least: int) -> pd.DataFrame:
    """A row a persona and period, and a row a period for all: active customers, those who answered, their share.

    Figures are blank where few customers stand behind them, and where the rest of a period would tell them.
    """
    counts = periods.group_by("persona", "t").agg(active=periods.count(), answered=periods.answered.sum())
    cells = counts.order_by("t", "persona").to_pandas()
    total = cells.groupby("t", as_index=False)[["active", "answered"]].sum().assign(persona=TOTAL)
    named = {persona.persona: persona.name for persona in journey.personas}
    shown = [total.assign(hidden=_small(total, least))]
    if cells["persona"].nunique() > 1:
        hidden = [_hidden(part, least) for _, part in cells.groupby("t")]
        shown.append(cells.assign(hidden=pd.concat(hidden)))
    table = pd.concat(shown, ignore_index=True)
    order = {name: place for place, name in enumerate([TOTAL, *named])}
    table = table.assign(order=table["persona"].map(order).fillna(len(order)))
    table = table.sort_values(["order", "persona", "t"], ignore_index=True)
    blank = {name: table[name].mask(table["hidden"]) for name in ("active", "answered")}
    labelled: pd.DataFrame = table.assign(
        **blank,
        name=[named.get(str(one), {TOTAL: "All"}.get(str(one), str(one))) for one in table["persona"]],
        period=[period_label(int(t), study.period_kind) for t in table["t"]],
        response_rate=blank["answered"] / blank["active"],
        note=np.where(table["hidden"], f"groups under {least} customers are not shown", ""),
    )
    return labelled[list(RATES)]


def _small(cells: pd.DataFrame, least: int) -> pd.Series:
    silent = cells["active"] - cells["answered"]
    return is_small(cells["active"], least) | is_small(cells["answered"], least) | is_small(silent, least)


def _hidden(cells: pd.DataFrame, least: int) -> pd.Series:
    """Which personas of one period are not shown: the small ones, and the next where the total would tell theirs."""
    hidden = _small(cells, least)
    for place in cells.sort_values(["answered", "active"], kind="stable").index:
        left_over = cells.loc[hidden, ["active", "answered"]].sum().to_frame().T
        if not hidden.any() or (hidden.sum() > 1 and not _small(left_over, least).iloc[0]):
            break
        hidden[place] = True
    return hidden


def respondents(periods: Table, least: int) -> pd.DataFrame:
    """A row a measure of the ledger: mean of those who answer, of the others in the same periods, and the difference.

    The others are weighted to the periods of those who answer, so that a trend is no difference.
    `standardised` is in standard deviations; `se` counts each customer once, however often it is seen.

    Source: Austin (2009), Statistics in Medicine 28(25), standardised difference; Liang and Zeger (1986),
    Biometrika 73(1), for the clustered standard error.
    """
    rows = [row for measure in MEASURES if (row := _compare(periods, measure, least)) is not None]
    return pd.DataFrame(rows, columns=list(RESPONDENTS))


def _compare(periods: Table, measure: str, least: int) -> dict[str, object] | None:
    known = periods.filter(periods[measure].notnull())
    sides = {"1": known.answered == 1.0, "0": known.answered == 0.0}
    sums = {
        f"{name}{side}": value
        for side, where in sides.items()
        for name, value in (
            ("n", where.ifelse(1, 0).sum()),
            ("mean", known[measure].mean(where=where)),
            ("var", known[measure].var(where=where, how="pop")),
        )
    }
    by_t = known.group_by("t").agg(**sums).order_by("t").to_pandas()
    by_t = by_t[(by_t["n1"] > 0) & (by_t["n0"] > 0)]
    if by_t.empty:
        return None
    weight = by_t["n1"] / by_t["n1"].sum()
    look_up = by_t.assign(part1=weight / by_t["n1"], part0=weight / by_t["n0"])
    se, people1, people0 = _clustered(known, measure, look_up)
    if min(people1, people0) < least:
        return None
    mean1, mean0 = float(weight @ by_t["mean1"]), float(weight @ by_t["mean0"])
    spread = float(np.sqrt((weight @ by_t["var1"] + weight @ by_t["var0"]) / 2))
    difference = mean1 - mean0
    return {
        **{"measure": measure, "unit": MEASURES[measure], "mean_answered": mean1, "mean_silent": mean0},
        **{"difference": difference, "relative": difference / abs(mean0) if mean0 else np.nan, "se": se},
        **{"standardised": difference / spread if spread > 0 else np.nan},
        **{"customers_answered": people1, "customers_silent": people0, "periods": len(by_t)},
    }


def _clustered(known: Table, measure: str, by_t: pd.DataFrame) -> tuple[float, int, int]:
    """Standard error of the difference with its rows summed by customer, and the customers on either side."""
    rows = known.filter(known.t.isin([int(t) for t in by_t["t"]]))

    def of_period(name: str) -> Any:  # noqa: ANN401
        return ibis.cases(*((rows.t == int(t), float(value)) for t, value in zip(by_t["t"], by_t[name], strict=True)))

    here = of_period("part1") * (rows[measure] - of_period("mean1"))
    there = of_period("part0") * (rows[measure] - of_period("mean0"))
    pull = (rows.answered == 1.0).ifelse(here, -there)
    rows = rows.select("customer_id", "answered", pull=pull)
    mine = rows.group_by("customer_id").agg(
        pull=rows.pull.sum(), answered=rows.answered.max(), silent=(1.0 - rows.answered).max()
    )
    found = mine.agg(
        squares=(mine.pull * mine.pull).sum(), people1=mine.answered.sum(), people0=mine.silent.sum()
    ).to_pandas()
    return float(np.sqrt(found["squares"][0])), int(found["people1"][0]), int(found["people0"][0])
