"""Columns of many values brought to few, so that cells stay bounded: controls in fifths, levels in bins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from impact.journey import Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.study import Study

CONTROL_GROUPS = 5
CONTROL_VALUES = 12  # a numeric control of more values than this enters by its fifths
CONTROL_KINDS = 50  # a text control keeps its commonest this many, the others together
OTHERS = "(other)"
LEVEL_BINS = 16  # of a level measure; each bin keeps its own mean


def banded_controls(panel: Table, study: Study) -> dict[str, Value]:
    """Controls of many values by few: the fifth a number falls into, the commonest texts.

    A value lies in the fifth above each quintile it exceeds, so equal values stay together.
    """
    banded: dict[str, Value] = {}
    for control in study.model.controls:
        if control == "tenure":
            continue
        column = panel[control]
        if column.type().is_boolean():
            banded[control] = column.ifelse(1, 0)
        elif column.type().is_numeric() and _kinds(panel, control) > CONTROL_VALUES:
            cuts = _quantiles(panel, control, CONTROL_GROUPS)
            banded[control] = column.isnull().ifelse(ibis.null("int64"), _bin(column, cuts))
        elif column.type().is_string() and _kinds(panel, control) > CONTROL_KINDS:
            banded[control] = column.isin(_commonest(panel, control)).ifelse(column, OTHERS)
    return banded


def binned_levels(panel: Table, journey: Journey) -> dict[str, Value]:
    """Level exposures of many values by the mean of the bin they fall into."""
    binned: dict[str, Value] = {}
    for pain in journey.pain_points:
        name = pain.pain_point
        if pain.measure != "level" or _kinds(panel, name) <= LEVEL_BINS:
            continue
        cuts = _quantiles(panel, name, LEVEL_BINS)
        known = panel.filter(panel[name].notnull())
        means = known.group_by(place=_bin(known[name], cuts)).agg(mean=known[name].mean()).to_pandas()
        place, unknown = _bin(panel[name], cuts), ibis.null("float64")
        cases = [(place == int(k), float(mean)) for k, mean in means.itertuples(index=False, name=None)]
        binned[name] = panel[name].isnull().ifelse(unknown, ibis.cases(*cases, else_=unknown))
    return binned


def _kinds(panel: Table, name: str) -> int:
    return int(panel[name].nunique().execute())


def _quantiles(panel: Table, name: str, groups: int) -> list[float]:
    known = panel.filter(panel[name].notnull())
    column = known[name].cast("float64")
    cuts = known.aggregate(**{f"cut{k}": column.quantile(k / groups) for k in range(1, groups)}).to_pandas()
    return [float(cuts[f"cut{k}"][0]) for k in range(1, groups)]


def _bin(column: Any, cuts: list[float]) -> Any:  # noqa: ANN401
    place: Any = ibis.literal(0)
    for cut in cuts:
        place = place + (column > cut).ifelse(1, 0)
    return place


def _commonest(panel: Table, name: str) -> list[str]:
    known = panel.filter(panel[name].notnull())
    counts = known.group_by(name).agg(rows=known.count())
    ranked = counts.order_by([counts.rows.desc(), counts[name]]).limit(CONTROL_KINDS - 1)
    return [str(kind) for kind in ranked.to_pandas()[name]]
