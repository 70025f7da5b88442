"""Sums of pairs of scores by groups of customers: what importance, its ranges and its classes need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np

from impact.cells.moments import MOST_CLUSTERS, SLOTS, md5
from impact.cells.summary import DriverSums
from impact.journey import NPS_BESIDE, OVERALL, Journey

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr.types import Table, Value

    from impact.source import Source
    from impact.study import Study

# Of a stage's own scale: below the first is a low score (the bottom two of five), from the second a top one.
LOW_BELOW, TOP_FROM = 0.4, 0.9
BANDS = ("low", "middle", "top")
SLOT_DIGITS = 2  # two digits of a hash: 256 groups of customers


def driver_sums(source: Source, journey: Journey, study: Study) -> DriverSums | None:
    """The sums of a study's answers up to `as_of`, None where it has none."""
    if source.responses is None:
        return None
    rows = source.responses.filter(source.responses.t <= study.as_of)
    return sums_of(rows, journey.stage_ids(), weighted="weight" in source.present["responses"])


def sums_of(answers: Table, stages: tuple[str, ...], *, weighted: bool) -> DriverSums | None:
    """The sums of answers (customer_id, t, stage, score, n, weight, scale_min, scale_max), None where there are none.

    Only pairs of which both scores were given count: a stage not visited, not asked or not answered is never filled in.
    """
    measures = (*stages, OVERALL, NPS_BESIDE)
    rows = _scores(answers.filter(answers.stage.isin(measures) & answers.score.notnull()), measures)
    customers = int(rows.customer_id.nunique().execute())
    if customers == 0:
        return None
    if customers > MOST_CLUSTERS:
        slots = round(SLOTS * MOST_CLUSTERS / customers)
        rows = rows.filter(md5(rows.customer_id).substr(0, 3) < f"{slots:03x}")
    found = _pairs(rows, len(stages))
    if not (found["a"] == len(stages) + 1).any():
        measures = measures[:-1]
    return _arrays(found, measures, len(stages), customers=min(customers, MOST_CLUSTERS), weighted=weighted)


def _scores(answers: Table, measures: tuple[str, ...]) -> Table:
    """A row a customer, period and measure: `place` of the measure, mean score, its band on the scale, weight."""
    weight = answers.n * answers.weight
    means = answers.group_by("customer_id", "t", "stage").agg(
        score=(answers.score * weight).sum() / weight.sum().nullif(0.0),
        low=answers.scale_min.min(),
        high=answers.scale_max.max(),
        weights=answers.weight.sum(),
        answers=answers.count(),
    )
    person = ibis.window(group_by=["customer_id", "t"])
    of_scale = (means.score - means.low) / (means.high - means.low).nullif(0.0)
    place = ibis.cases(*((means.stage == name, k) for k, name in enumerate(measures)))
    rows = means.filter(means.score.notnull()).mutate(
        place=place.cast("int64"),
        band=ibis.cases((of_scale < LOW_BELOW, 0), (of_scale >= TOP_FROM, 2), else_=1).cast("int64"),
        weight=means.weights.sum().over(person) / means.answers.sum().over(person),
    )
    return rows.select("customer_id", "t", "place", "score", "band", "weight").cache()


def _pairs(rows: Table, first_outcome: int) -> pd.DataFrame:
    """Sums by slot, pair of measures (the lower place first) and, beside an outcome, the first one's band."""
    slot = md5(rows.customer_id).substr(0, SLOT_DIGITS)
    mine = rows.mutate(slot=slot)
    other = rows.select("customer_id", "t", b="place", other="score")
    both = mine.inner_join(other, ["customer_id", "t"]).filter(lambda t: t.place <= t.b)
    both = both.mutate(band=((both.b >= first_outcome) & (both.place < first_outcome)).ifelse(both.band, 1))
    z, y, w = both.score, both.other, both.weight
    sums: dict[str, Value] = {
        "n": both.count(),
        "weight": w.sum(),
        "first": (w * z).sum(),
        "second": (w * y).sum(),
        "first_square": (w * z * z).sum(),
        "second_square": (w * y * y).sum(),
        "product": (w * z * y).sum(),
    }
    found: pd.DataFrame = both.group_by("slot", "place", "b", "band").agg(**sums).to_pandas()
    return found.rename(columns={"place": "a"}).sort_values(["slot", "a", "b", "band"], ignore_index=True)


def _arrays(
    found: pd.DataFrame, measures: tuple[str, ...], stages: int, *, customers: int, weighted: bool
) -> DriverSums:
    groups = found["slot"].astype("category").cat.codes.to_numpy()
    a, b, band = (found[name].to_numpy(int) for name in ("a", "b", "band"))
    size = (int(groups.max()) + 1, len(measures), len(measures))

    def square(upper: str, lower: str) -> np.ndarray:
        out = np.zeros(size)
        np.add.at(out, (groups, a, b), found[upper].to_numpy(float))
        off = a != b
        np.add.at(out, (groups[off], b[off], a[off]), found[lower].to_numpy(float)[off])
        return out

    outcomes = measures[stages:]
    beside = (a < stages) & (b >= stages)
    bands = np.zeros((4, size[0], stages, len(BANDS), len(outcomes)))
    for k, name in enumerate(("n", "weight", "first", "second")):
        at = (k, groups[beside], a[beside], band[beside], b[beside] - stages)
        bands[at] = found[name].to_numpy(float)[beside]
    return DriverSums(
        measures=measures,
        outcomes=outcomes,
        n=square("n", "n"),
        weight=square("weight", "weight"),
        first=square("first", "second"),
        square=square("first_square", "second_square"),
        product=square("product", "product"),
        bands=bands,
        customers=customers,
        weighted=weighted,
    )
